/* SHA-256: one message, a stream, or several streams side by side. */
#ifndef KERNELS_HASH_H
#define KERNELS_HASH_H

#include "kernels/buffer.h"

#define DIGEST_SIZE 32
#define DIGEST_HEX_SIZE (2 * DIGEST_SIZE + 1) /* with its NUL */

struct digest {
	uint8_t byte[DIGEST_SIZE];
};

/* Constant time. */
bool digest_equal(const struct digest *a, const struct digest *b);

/* For qsort and bsearch, of digests or of what begins with one: < 0, 0, > 0 as `a` stands before
 * `b`. */
int digest_order(const void *a, const void *b);

/* Lower-case digits and a NUL into out_hex. */
void digest_to_hex(const struct digest *digest, char out_hex[DIGEST_HEX_SIZE]);

/* 64 lower-case digits, with or without "sha256:" in front. ERROR_CORRUPT otherwise. */
MUST_CHECK int digest_from_hex(struct span text, struct digest *out_digest, struct error *err);
struct span digest_view(const struct digest *digest);

/* The next DIGEST_SIZE bytes; zeros, and the reader has failed, where there are fewer. */
struct digest reader_digest(struct reader *r);

/* SHA-256 (FIPS 180-4) of one message. Cannot fail: a machine that cannot hash aborts. */
struct digest sha256(struct span message);

/* SHA-256 of the concatenation of `count` messages. */
struct digest sha256_parts(const struct span *part, size_t count);

/* A message that arrives piece by piece. Starts empty; may be reused after hash_stream_finish. */
struct hash_stream;
MUST_CHECK int hash_stream_new(struct hash_stream **out_stream, struct error *err);
void hash_stream_free(struct hash_stream **stream);
void hash_stream_add(struct hash_stream *stream, struct span bytes);
struct digest hash_stream_finish(struct hash_stream *stream); /* and start over, empty */

/*
 * Add bytes[i] to stream[i] for every i < count, the streams interleaved on
 * one core where the machine can: one SHA-256 chain is bound by latency, so
 * two side by side cost little more than one, and where sixteen at a
 * time are faster still they are hashed so. Streams that are given the same
 * bytes share the work that depends on the message alone. Each stream once.
 */
void hash_streams_add(struct hash_stream *const *stream, const struct span *bytes, size_t count);

/* How many streams, equally long, make hash_streams_add as fast as it is here: 16, where they are
 * hashed so, else 2 or 4 interleaved, or 1. */
size_t hash_streams_best(void);

/* How many streams advance at little cost beside as many as that, in one call that gives them,
 * together, as many bytes as all the others: 0, or up to 2. */
size_t hash_streams_beside(void);

/* How hashing is done here: "openssl", "sha-ni" or "sha-ni, avx-512"; in a bare build "plain" in
 * place of the first. For `akashi version`. */
const char *hash_implementation(void);

#endif
