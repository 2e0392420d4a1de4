/* product: the exact matrix product; geometry and parameters of the kernels in product.cu. */
#ifndef KERNELS_CUDA_PRODUCT_H
#define KERNELS_CUDA_PRODUCT_H

#include <stdint.h>

/*
 * A block computes a tile of rows x cols outputs. It goes along k in steps of
 * `depth`, for which it holds both operands in shared memory, as binary32,
 * twice: one is read while the next is filled. A thread computes rows_each x cols_each outputs.
 *
 * X(name, rows, cols, depth, threads, rows_each, cols_each, blocks that fit one processor, spread,
 * percent)
 */
#define PRODUCT_TILES(X)                                                                           \
	X(128, 128, 128, 16, 256, 8, 8, 2, 1, 90)                                                  \
	X(64, 64, 64, 32, 128, 8, 4, 3, 0, 75)                                                     \
	X(32, 32, 32, 64, 128, 4, 2, 3, 0, 50)                                                     \
	X(16, 16, 32, 128, 128, 4, 1, 3, 0, 40)                                                    \
	X(4, 4, 32, 128, 128, 1, 1, 3, 0, 20)

/*
 * y[row][col] = chain over k of x[row][k] and w[col][k], then + bias[col]. x and w begin at a
 * multiple of 16 bytes, and so does each of their rows. Blocks: row_tiles times as many as there
 * are tiles of columns; neighbours have the same columns, so weights are read from memory once.
 */
struct product_params {
	const float *x;
	const void *w;
	const void *bias; /* NULL: none */
	float *y;
	uint64_t x_stride, w_stride, y_stride; /* in numbers */
	uint64_t rows, cols, depth;
	uint32_t row_tiles;
	uint32_t bias_format; /* as enum float_format counts */
};

/*
 * Bring a matrix into the form that product wants: rows of 16-byte pieces, the rest of the last
 * piece zero. Nothing is read beyond a row.
 */
struct product_align_params {
	const uint8_t *from;
	uint8_t *to;
	uint64_t from_stride, to_stride; /* bytes from row to row; to_stride is a multiple of 16 */
	uint64_t rows, row_bytes;
	uint32_t unit; /* 4, 2 or 1: divides from, from_stride and row_bytes */
};

/* The same from a matrix that is stored the other way round: to[row][col] = from[col][row]. */
struct product_turn_params {
	const uint8_t *from;
	uint8_t *to;
	uint64_t from_stride, to_stride;
	uint64_t rows, cols; /* of the result */
	uint32_t size;       /* bytes of a number, 2 or 4 */
	uint32_t unit;       /* as above; may be smaller than a number */
};

enum {
	PRODUCT_ALIGN_THREADS = 256,
	PRODUCT_TURN_THREADS = 256,
	PRODUCT_TURN_SIDE = 32 /* a block turns a square of this side */
};

#define product_128_f32_params product_params
#define product_128_f16_params product_params
#define product_128_bf16_params product_params
#define product_64_f32_params product_params
#define product_64_f16_params product_params
#define product_64_bf16_params product_params
#define product_32_f32_params product_params
#define product_32_f16_params product_params
#define product_32_bf16_params product_params
#define product_16_f32_params product_params
#define product_16_f16_params product_params
#define product_16_bf16_params product_params
#define product_4_f32_params product_params
#define product_4_f16_params product_params
#define product_4_bf16_params product_params

#endif
