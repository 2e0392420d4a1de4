/*
 * rows: softmax, and what is read off logits (rules 4, 6 and 11); parameters
 * of the kernels in rows.cu. A block has a row.
 */
#ifndef KERNELS_CUDA_ROWS_H
#define KERNELS_CUDA_ROWS_H

#include <stdint.h>

/*
 * Warps that compute exp(x - max), and one that adds them up in the lanes of
 * rule 4. With many rows the exponentials bound it (about 30 instructions for
 * each number), with few the warp that adds (4 cycles for each 32 numbers).
 */
enum { SOFTMAX_WARPS = 8, SOFTMAX_THREADS = (SOFTMAX_WARPS + 1) * 32 };

/* y = exp(x - max) / sum over each row; y may be x. */
struct softmax_params {
	const float *x;
	float *y;
	uint64_t x_stride, y_stride, rows, cols;
};

/* out[2 * row] = the row's maximum, out[2 * row + 1] = the lane sum of exp(x - max). */
struct partition_params {
	const float *x;
	float *out;
	uint64_t x_stride, rows, cols;
};

/* Bound by the memory's bandwidth: two loads of each number and a comparison. */
enum { TOP_THREADS = 256, TOP_COUNT = 8 };

/* out[row]: TOP_COUNT ids, then their logits, as struct exact_top has them. */
struct top_logits_params {
	const float *x;
	uint32_t *out;
	uint64_t x_stride, rows;
	uint32_t cols;
};

#endif
