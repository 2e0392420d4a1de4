/* From a pin to the policies that it leads to, among what lies there. */
#ifndef VERIFY_POLICY_WALK_H
#define VERIFY_POLICY_WALK_H

#include "verify/policy/chain.h"

/*
 * The versions of the policy that `pin` leads to: back from the pinned one by `previous` as far as
 * they are in `evidence`, and forward to the newest that follows. Each must have the envelopes of
 * its signers and their log proofs there, and the pinned one must list the pinned key. A later one
 * that does not follow is passed over: whoever plants something adds nothing. Of two that follow
 * the same version the one with the lower index counts. A later one may bring the log keys under
 * which it is proven, but the signatures of keys that a `last` or a revocation ends count only
 * where a log key of a version before them shows their entry. Revocations in `evidence`, logged or
 * not, are taken along. Later versions and revocations that were logged above the entry `upto` are
 * left out (UINT64_MAX: none is).
 *
 * Each statement is read a few times, however many versions there are. A flood of signatures of
 * revocations (16384) is ERROR_CORRUPT.
 *
 * ERROR_ABSENT: the pinned policy, or a proof of it, is not there; ERROR_CORRUPT: it is and
 * contradicts its pin. The caller releases *out_chain.
 */
MUST_CHECK int policy_chain_walk(const struct pin *pin, const struct evidence *evidence,
				 uint64_t upto, struct policy_chain *out_chain, struct error *err);

#endif
