/* What a Rekor log (v1 or v2) shows of one entry. Inside verify/sigstore/ only. */
#ifndef VERIFY_SIGSTORE_REKOR_H
#define VERIFY_SIGSTORE_REKOR_H

#include "verify/sigstore/bundle.h"

/*
 * 0 iff the entry's body is the leaf at its place of the tree that its
 * inclusion proof names, and the log signed that tree in the checkpoint that
 * comes along. ERROR_CORRUPT: missing, or it does not hold; ERROR_UNTRUSTED:
 * another log's checkpoint.
 */
MUST_CHECK int rekor_check_inclusion(const struct bundle_entry *entry, const struct root_log *log,
				     struct error *err);

/*
 * 0 iff the log signed that it took the entry at its integrated time (v1's
 * signed entry timestamp). That time lies within the log's. ERROR_CORRUPT.
 */
MUST_CHECK int rekor_check_promise(const struct bundle_entry *entry, const struct root_log *log,
				   struct error *err);

#endif
