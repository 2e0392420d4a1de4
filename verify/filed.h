/* One envelope of a statement as evidence files it, and its place in the log. */
#ifndef VERIFY_FILED_H
#define VERIFY_FILED_H

#include "verify/envelope.h"
#include "verify/policy/chain.h"

/* Owned. */
struct filed {
	struct envelope envelope;
	struct statement statement;
};

void filed_release(struct filed *filed);

/*
 * What lies under (identity, key): an envelope of that statement. Its signature is not looked at.
 * ERROR_ABSENT; ERROR_CORRUPT: something else lies there.
 */
MUST_CHECK int filed_fetch(const struct evidence *evidence, const struct digest *identity,
			   const struct digest *key, struct filed *out_filed, struct error *err);

/*
 * The same, by `key` and with a signature that holds; the first such where several were joined.
 * ERROR_CORRUPT: what lies there does not hold.
 */
MUST_CHECK int filed_hold(const struct evidence *evidence, const struct digest *identity,
			  const struct public_key *key, struct filed *out_filed, struct error *err);

/*
 * The entry that stands for this envelope by `key`, by the proof in `evidence` under one of the
 * `count` trusts given (any will do). Errors as proof_check; ERROR_ABSENT: no proof is there.
 */
MUST_CHECK int filed_prove(const struct evidence *evidence, const struct filed *filed,
			   const struct public_key *key, const struct log_trust *log, size_t count,
			   uint64_t *out_index, struct checkpoint *out_checkpoint,
			   struct error *err);

/* The same under the log keys and witnesses that the policy had at the checkpoint's size. */
MUST_CHECK int filed_prove_by(const struct evidence *evidence, const struct filed *filed,
			      const struct public_key *key, const struct policy_chain *chain,
			      uint64_t *out_index, struct checkpoint *out_checkpoint,
			      struct error *err);

#endif
