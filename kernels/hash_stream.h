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
 * May our own SHA-256 be used here (hash_admission.c)? Each is decided once for
 * the process: the processor must have the instructions, and what comes out
 * must be right. The first is asked at the first hash; the second, sixteen
 * streams at a time, when there is first enough to do, and it must be faster.
 */
bool hash_own_admitted(void);
bool hash_wide_admitted(void);

/* Has the processor the instructions? */
bool hash_shani_here(void);

#endif
