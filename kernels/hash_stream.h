/* What a stream is made of, for the files that make SHA-256 and for their tests. */
#ifndef KERNELS_HASH_STREAM_H
#define KERNELS_HASH_STREAM_H

#include "kernels/hash.h"
#include "kernels/hash_lanes.h"

struct hash_stream {
	struct evp_md_ctx_st *openssl; /* NULL: the stream is our own, below */
	bool plain;                    /* compressed in plain C; else by hash_lanes.c */
	uint64_t len;                  /* bytes so far */
	uint32_t state[8];
	uint8_t block[HASH_BLOCK_SIZE]; /* its first len % HASH_BLOCK_SIZE bytes wait */
};

/* Begin an own stream, admitted or not: one for the processor's SHA instructions, one in plain C.
 */
void hash_stream_start(struct hash_stream *stream);
void hash_stream_start_plain(struct hash_stream *stream);

/* As hash_stream_new, always OpenSSL's. */
MUST_CHECK int hash_stream_new_openssl(struct hash_stream **out_stream, struct error *err);

/*
 * May our own SHA-256 be used here (hash_admission.c)? Each is decided once for
 * the process: the processor must have the instructions, and what comes out
 * must be right. The first is asked at the first hash; the second, sixteen
 * streams at a time, when there is first enough to do, and it must be faster;
 * the third, long streams beside those sixteen, likewise.
 * Where the first says no, streams are OpenSSL's, or in a bare build in plain C.
 */
bool hash_own_admitted(void);
bool hash_wide_admitted(void);
bool hash_beside_admitted(void);

/* How many streams the processor's SHA instructions advance best interleaved, where there are more:
 * 2, or HASH_CHAINS_MAX where that was found faster. Only where the processor has them. */
size_t hash_few_best(void);

/* Has the processor the instructions? */
bool hash_shani_here(void);

/*
 * Do streams that `start` begins give NIST's published digests (hash_vectors.c)? With `all`
 * the whole Monte Carlo test, which takes a tenth of a second; else its first thousand digests.
 */
bool hash_vectors_hold(void (*start)(struct hash_stream *stream), bool all);

#endif
