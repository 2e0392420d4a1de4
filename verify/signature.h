/* Public keys and the signatures they check: ECDSA for statements, Ed25519 for logs. */
#ifndef VERIFY_SIGNATURE_H
#define VERIFY_SIGNATURE_H

#include "kernels/kernels.h"

#define ED25519_KEY_SIZE 32
#define ED25519_SIGNATURE_SIZE 64
#define PUBLIC_KEY_DER_MAX 512   /* bytes of a SubjectPublicKeyInfo that we read */
#define PUBLIC_KEY_PEM_MAX 16384 /* bytes of a PEM file that we read */
#define MESSAGE_DIGEST_MAX 64    /* bytes of the longest message digest, SHA-512 */

enum key_type {
	KEY_ECDSA_P256, /* with SHA-256 */
	KEY_ECDSA_P384, /* with SHA-384 */
	KEY_ECDSA_P521, /* with SHA-512: OpenSSF Model Signing only, never a statement of ours */
	KEY_ED25519     /* logs and witnesses only */
};

/* A public key that was checked: its curve is one of the above and its point lies on it. */
struct public_key;

/*
 * Read a DER SubjectPublicKeyInfo in its one spelling (named curve, uncompressed
 * point, nothing behind it), so that a key has one identity. The caller frees
 * *out_key. ERROR_CORRUPT: not such a key; ERROR_UNTRUSTED: a key of another
 * type, which the message names.
 */
MUST_CHECK int public_key_from_der(struct span der, struct public_key **out_key, struct error *err);

/*
 * Read one PEM block "PUBLIC KEY". Text may stand before it, white space behind
 * it. Errors as above; a private key or a certificate is named as what it is.
 */
MUST_CHECK int public_key_from_pem(struct span pem, struct public_key **out_key, struct error *err);

/* The 32 bytes of RFC 8032. */
MUST_CHECK int public_key_from_ed25519(struct span bytes, struct public_key **out_key,
				       struct error *err);

/* The same key for one more user, who frees it too. Nothing of a key ever changes. Any thread. */
struct public_key *public_key_share(struct public_key *key);
void public_key_free(struct public_key **key);

enum key_type public_key_type(const struct public_key *key);
/* "ECDSA P-256", "Ed25519". Static. */
const char *public_key_type_name(const struct public_key *key);
/* KEY of docs/formats.md: SHA-256 of the DER. Borrowed. */
const struct digest *public_key_id(const struct public_key *key);
/* SHA-256 of the PEM text as OpenSSL writes it, in hexadecimal; for looking up only. Borrowed. */
const char *public_key_hint(const struct public_key *key);
/* The DER SubjectPublicKeyInfo. Borrowed. */
struct span public_key_der(const struct public_key *key);
/* Append the PEM text as OpenSSL writes it. */
MUST_CHECK int public_key_pem(const struct public_key *key, struct buffer *out, struct error *err);
/* True for the types that may sign statements of ours: P-256 and P-384. */
bool public_key_signs_statements(const struct public_key *key);

/*
 * 0 iff `signature` is this key's over `message`: ECDSA as strict DER over the
 * curve's SHA-2, Ed25519 as 64 bytes. ERROR_CORRUPT otherwise. For every ECDSA
 * signature (r, s) its twin (r, n - s) holds too: never tell statements apart by
 * their signatures.
 */
MUST_CHECK int signature_check(const struct public_key *key, struct span message,
			       struct span signature, struct error *err);

/* The same with SHA-256 whatever the curve, as model-signing before v0.3 signed with certificates.
 */
MUST_CHECK int signature_check_sha256(const struct public_key *key, struct span message,
				      struct span signature, struct error *err);

/*
 * The same for a message that is too long to be at hand, or withheld: of it only the digest is
 * known. ERROR_UNTRUSTED: the key signs by another digest (P-256 by SHA-256, P-384 by SHA-384,
 * P-521 by SHA-512, Ed25519 by none).
 */
MUST_CHECK int signature_check_digest(const struct public_key *key, struct span digest,
				      struct span signature, struct error *err);

/*
 * The digest that this key's signatures are made over (SHA-256, -384 or -512 by
 * curve) into out_digest, its length into *out_len. ERROR_USAGE for Ed25519,
 * which signs the message itself.
 */
MUST_CHECK int signature_message_digest(const struct public_key *key, struct span message,
					uint8_t out_digest[MESSAGE_DIGEST_MAX], size_t *out_len,
					struct error *err);

#endif
