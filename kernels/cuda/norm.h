/*
 * norm: rule 5; parameters of the kernels in norm.cu. A warp has a row, so
 * that its 32 lanes are those of rule 4. Bound by the memory's bandwidth where
 * there are many rows, by its latency where there are few.
 */
#ifndef KERNELS_CUDA_NORM_H
#define KERNELS_CUDA_NORM_H

#include <stdint.h>

/* Rows that a block takes at a time, and its threads. */
enum { NORM_ROWS = 4, NORM_THREADS = NORM_ROWS * 32 };

/* A row of weights in any format; `unaligned`: no such number may be loaded where they begin. */
struct norm_weights {
	const void *at;
	uint32_t format, unaligned;
};

/* The same row of x is normed to y, which may be x; strides in numbers. */
struct norm_rows {
	const float *x;
	float *y;
	uint64_t x_stride, y_stride, rows, cols;
	float eps;
};

/* y_i = (x_i * r) * g_i, with g = 1 + gain if `plus_one`. */
struct rms_norm_params {
	struct norm_rows rows;
	struct norm_weights gain;
	uint32_t plus_one;
};

/* y_i = fma(d_i * r, g_i, b_i), or (d_i * r) * g_i where bias.at is NULL. */
struct layer_norm_params {
	struct norm_rows rows;
	struct norm_weights gain, bias;
};

#endif
