/*
 * Sigstore bundles v0.3: a signature with its timestamps and, when it stands in a
 * log of ours, entry, inclusion proof and checkpoint, in one file, which clients of
 * Sigstore check offline with a trusted_root.json that names the log.
 */
#ifndef VERIFY_BUNDLE_H
#define VERIFY_BUNDLE_H

#include "verify/envelope.h"
#include "verify/proof.h"
#include "verify/x509.h"

/* What a bundle holds. Everything is borrowed. */
struct bundle_parts {
	struct span payload, signature; /* of the DSSE envelope */
	/* Who signed, one of three: a certificate as Sigstore's clients want it; a chain, the leaf
	 * first, as OpenSSF Model Signing wants it; a bare key. */
	const struct certificate *certificate;
	const struct certificate_list *chain;
	const struct public_key *key;
	struct span entry; /* as it is logged */
	const struct proof
		*proof; /* that it is, with the signed checkpoint; NULL: it is not logged */
	const struct note_key *log;   /* whose checkpoint it is */
	const struct span *timestamp; /* TimeStampResp over the signature, DER; may be none */
	size_t timestamp_count;
};

/*
 * Append the bundle (canonical JSON). `logId` is what Rekor v2 gives: SHA-256 of the verifier
 * key (name, line feed, 0x01, key), which begins with the key's id in the checkpoint. Nothing is
 * checked but form: the caller proved the entry. ERROR_CORRUPT: an entry or a checkpoint that is
 * none.
 */
MUST_CHECK int bundle_build(const struct bundle_parts *parts, struct buffer *out,
			    struct error *err);

#endif
