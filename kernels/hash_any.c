/* Digests of files by whichever hash their signer chose. */
#include "kernels/hash_any.h"

#include "kernels/hash_openssl.h"

#include <stdlib.h>
#include <string.h>

struct any_hash {
	struct hash_stream *sha256; /* one of the two */
	struct evp_md_ctx_st *blake2b;
};

size_t hash_kind_size(enum hash_kind kind)
{
	return kind == HASH_BLAKE2B ? ANY_DIGEST_MAX : DIGEST_SIZE;
}

const char *hash_kind_name(enum hash_kind kind)
{
	return kind == HASH_BLAKE2B ? "blake2b" : "sha256";
}

bool any_digest_equal(const struct any_digest *a, const struct any_digest *b)
{
	uint8_t diff = a->len != b->len;

	for (size_t i = 0; i < ANY_DIGEST_MAX; i++)
		diff = (uint8_t)(diff | (a->byte[i] ^ b->byte[i]));
	return diff == 0;
}

struct any_digest any_digest_of(const struct digest *sha256)
{
	struct any_digest digest = { .len = DIGEST_SIZE };

	memcpy(digest.byte, sha256->byte, DIGEST_SIZE);
	return digest;
}

struct span any_digest_view(const struct any_digest *digest)
{
	return (struct span){ digest->byte, digest->len };
}

int any_hash_new(enum hash_kind kind, struct any_hash **out_hash, struct error *err)
{
	CLEANUP(any_hash_free) struct any_hash *hash = calloc(1, sizeof(*hash));

	if (!hash)
		return error_set(err, ERROR_SYSTEM, "out of memory for a hash");
	if (kind == HASH_BLAKE2B ? hash_openssl_blake2b_start(&hash->blake2b, err)
				 : hash_stream_new(&hash->sha256, err))
		return -1;
	*out_hash = hash;
	hash = NULL;
	return 0;
}

void any_hash_free(struct any_hash **hash)
{
	if (!*hash)
		return;
	hash_stream_free(&(*hash)->sha256);
	hash_openssl_free((*hash)->blake2b);
	free(*hash);
	*hash = NULL;
}

void any_hashes_add(struct any_hash *const *hash, const struct span *bytes, size_t count)
{
	enum { LANES = 16 };
	struct hash_stream *stream[LANES];
	struct span added[LANES];
	size_t waiting = 0;

	for (size_t i = 0; i < count; i++) {
		if (hash[i]->blake2b) {
			hash_openssl_add(hash[i]->blake2b, bytes[i]);
			continue;
		}
		stream[waiting] = hash[i]->sha256;
		added[waiting++] = bytes[i];
		if (waiting == LANES) {
			hash_streams_add(stream, added, waiting);
			waiting = 0;
		}
	}
	hash_streams_add(stream, added, waiting);
}

struct any_digest any_hash_finish(struct any_hash *hash)
{
	struct any_digest digest = { .len = ANY_DIGEST_MAX };
	struct digest sha256;

	if (hash->blake2b) {
		hash_openssl_blake2b_finish(hash->blake2b, digest.byte);
		return digest;
	}
	sha256 = hash_stream_finish(hash->sha256);
	return any_digest_of(&sha256);
}
