/* Digests of files by whichever hash their signer chose: SHA-256, or BLAKE2b-512 (RFC 7693). */
#ifndef KERNELS_HASH_ANY_H
#define KERNELS_HASH_ANY_H

#include "kernels/hash.h"

#define ANY_DIGEST_MAX 64

enum hash_kind { HASH_SHA256, HASH_BLAKE2B };

struct any_digest {
	uint8_t byte[ANY_DIGEST_MAX]; /* zero behind `len` */
	size_t len;
};

/* Bytes of the digest: 32 or 64. */
size_t hash_kind_size(enum hash_kind kind);

/* "sha256", "blake2b": as OpenSSF Model Signing names them. Static. */
const char *hash_kind_name(enum hash_kind kind);

/* Constant time for equal lengths. */
bool any_digest_equal(const struct any_digest *a, const struct any_digest *b);
struct any_digest any_digest_of(const struct digest *sha256);
struct span any_digest_view(const struct any_digest *digest);

/* A message that arrives piece by piece. Starts empty; may be reused after any_hash_finish. */
struct any_hash;
MUST_CHECK int any_hash_new(enum hash_kind kind, struct any_hash **out_hash, struct error *err);
void any_hash_free(struct any_hash **hash);

/* Add bytes[i] to hash[i], each hash once; SHA-256 side by side, as hash_streams_add. */
void any_hashes_add(struct any_hash *const *hash, const struct span *bytes, size_t count);
struct any_digest any_hash_finish(struct any_hash *hash); /* and start over, empty */

#endif
