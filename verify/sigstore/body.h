/* Is a log's entry about this very signature? Inside verify/sigstore/ only. */
#ifndef VERIFY_SIGSTORE_BODY_H
#define VERIFY_SIGSTORE_BODY_H

#include "verify/sigstore/bundle.h"

/*
 * 0 iff the entry's body (hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2,
 * intoto 0.0.2) is of the kind that the bundle states and holds the bundle's
 * signature, its signer (the leaf, or `key`) and the digest of what was signed:
 * `artifact` for a message, the payload or its encoding for an envelope.
 * Without this an entry for something else would do (CVE-2022-36056).
 * ERROR_CORRUPT names what differs; ERROR_UNTRUSTED: of another kind.
 */
MUST_CHECK int body_check(const struct bundle *bundle, const struct public_key *key,
			  const struct digest *artifact, struct error *err);

#endif
