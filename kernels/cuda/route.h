/*
 * route: rule 9; parameters of the kernel in route.cu. A warp has a token.
 * Bound by the latency of the rounds, one for each expert that is chosen.
 */
#ifndef KERNELS_CUDA_ROUTE_H
#define KERNELS_CUDA_ROUTE_H

#include <stdint.h>

/* Tokens that a block takes at a time, its threads, and experts of a token at most. */
enum { ROUTE_ROWS = 4, ROUTE_THREADS = ROUTE_ROWS * 32, ROUTE_CHOSEN_MAX = 64 };

/* expert and weight: `chosen` of each token, in ascending order of the expert. */
struct route_params {
	const float *logits;
	float *share; /* rows x cols numbers to work with */
	uint32_t *expert;
	float *weight;
	uint64_t stride, rows;
	uint32_t cols, chosen, renormalise;
};

#endif
