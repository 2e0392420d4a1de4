/* The envelope a statement travels in: DSSE inside a Sigstore bundle v0.3. */
#ifndef VERIFY_ENVELOPE_H
#define VERIFY_ENVELOPE_H

#include "verify/signature.h"

#define ENVELOPE_MAX_BYTES (1u << 20) /* of an envelope of ours */
#define STATEMENT_PAYLOAD_MAX_BYTES (48u << 10)
#define CONTROL_PAYLOAD_MAX_BYTES (16u << 10)
#define SIGNATURE_MAX_BYTES 256u /* of one signature, decoded */

/* What the bundle says about the signer; believed in nothing. */
enum envelope_material {
	MATERIAL_KEY,        /* a bare public key */
	MATERIAL_CERTIFICATE /* one certificate or a chain: not read here yet */
};

struct envelope {
	struct buffer payload; /* decoded, as received: what was signed is never re-written */
	struct buffer signature;
	struct digest identity; /* of the statement: SHA-256 of its pre-authentication encoding */
	enum envelope_material material;
	char hint[DIGEST_HEX_SIZE]; /* SHA-256 of the key's PEM text, or "" */
};

/*
 * Read a bundle of at most `max_bytes` (ENVELOPE_MAX_BYTES for statements of
 * ours): mediaType v0.3, payloadType in-toto, exactly one signature whose keyid
 * is absent, "" or null or any text (it is ignored). The caller releases
 * *out_envelope. ERROR_CORRUPT says what is wrong. Nothing is verified yet.
 */
MUST_CHECK int envelope_parse(struct span bundle, size_t max_bytes, struct envelope *out_envelope,
			      struct error *err);
void envelope_release(struct envelope *envelope);

/* Append the DSSE v1 pre-authentication encoding of an in-toto payload: what is signed. */
MUST_CHECK int envelope_encoding(struct span payload, struct buffer *out, struct error *err);

/* The identity of the statement with this payload: SHA-256 of that encoding. */
struct digest envelope_identity(struct span payload);

/* 0 iff the envelope's one signature is `key`'s. ERROR_CORRUPT otherwise, as signature_check. */
MUST_CHECK int envelope_check(const struct envelope *envelope, const struct public_key *key,
			      struct error *err);

/* Append the bundle (canonical JSON) that holds `payload` signed by `key`. */
MUST_CHECK int envelope_build(struct span payload, struct span signature,
			      const struct public_key *key, struct buffer *out, struct error *err);

#endif
