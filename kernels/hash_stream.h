/* What a stream is made of, for the files that make SHA-256 and for their tests. */
#ifndef KERNELS_HASH_STREAM_H
#define KERNELS_HASH_STREAM_H

#include "kernels/hash.h"
#include "kernels/hash_lanes.h"

struct hash_stream {
	struct evp_md_ctx_st *openssl; /* NULL: the stream is our own, below */
	uint64_t len;                  /* bytes so far */
	uint32_t state[8];
	uint8_t block[HASH_BLOCK_SIZE]; /* its first len % HASH_BLOCK_SIZE bytes wait */
};

/* Begin an own stream, admitted or not. */
void hash_stream_start(struct hash_stream *stream);

/* As hash_stream_new, always OpenSSL's. */
MUST_CHECK int hash_stream_new_openssl(struct hash_stream **out_stream, struct error *err);

/*
 * Is our own SHA-256 used here? Decided once for the process, at the first
 * hash: the processor must have the instructions, and every digest of a set
 * of published and of drawn messages must be the right one (hash_admission.c).
 */
bool hash_own_admitted(void);

#endif
