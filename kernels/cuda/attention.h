/*
 * attention: rule 6; parameters of the kernel in attention.cu.
 *
 * A block takes a task at a time: up to 64 queries of one probe and one head.
 * Their scores lie in a part of device memory that is the block's own, so they
 * are bound by the largest grid that is launched: the host gives no more than
 * ATTENTION_SCRATCH_BYTES in all (or one block's, if that alone is more), 64
 * rows of the longest stretch of keys for each block. Bound by the products,
 * three 16-byte loads of shared memory for 32 fma.
 */
#ifndef KERNELS_CUDA_ATTENTION_H
#define KERNELS_CUDA_ATTENTION_H

#include <stdint.h>

enum {
	ATTENTION_THREADS = 256,
	ATTENTION_BLOCKS = 2,   /* on one processor */
	ATTENTION_QUERIES = 64, /* of a task */
	ATTENTION_COLS = 128    /* keys, or dimensions, that are computed together */
};
#define ATTENTION_SCRATCH_BYTES ((uint64_t)512 << 20)

/* Queries first ... first + count - 1 of a probe of `tokens` rows that begins at row `probe`. */
struct attention_task {
	uint64_t probe;
	uint32_t tokens, first;
};

/* Strides in numbers; `..._wide`: quads of four numbers begin at multiples of 16 bytes. */
struct attention_params {
	const float *q, *k, *v;
	float *y;
	uint64_t q_stride, k_stride, v_stride, y_stride, q_head_stride, k_head_stride;
	const struct attention_task *task;
	float *scores;          /* ATTENTION_QUERIES rows of scores_stride for each block */
	uint64_t scores_stride; /* a multiple of ATTENTION_COLS */
	uint64_t tasks;         /* blocks of queries, each with all heads */
	uint32_t heads, heads_per_key, head_dim;
	uint32_t causal, window; /* 0: none */
	uint32_t q_wide, k_wide, v_wide;
	float scale, score_cap; /* 0: none */
};

#endif
