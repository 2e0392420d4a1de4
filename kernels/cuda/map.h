/*
 * map: operations on each number by itself; parameters of the kernels in
 * map.cu. All of them are bound by the memory's bandwidth, the functions of
 * rule 8 but for relu by the arithmetic.
 */
#ifndef KERNELS_CUDA_MAP_H
#define KERNELS_CUDA_MAP_H

#include <stdint.h>

/* Threads of a block; how many numbers each has of a tile, and all of them. */
enum { MAP_THREADS = 256, MAP_EACH = 8, MAP_TILE = MAP_THREADS * MAP_EACH };

/*
 * rows x cols numbers in tiles of MAP_TILE of one row; a grid of any size
 * covers them. `wide`: all rows begin at multiples of 16 bytes, and cols is a multiple of 4.
 */
struct map_shape {
	uint64_t rows, cols;
	uint32_t tiles; /* of a row */
	uint32_t wide;
};

/* y = f(a), or f(a, b); strides in numbers. Where b_stride is 0 b is one row for all. */
struct map_numbers {
	struct map_shape shape;
	const float *a, *b;
	float *y;
	uint64_t a_stride, b_stride, y_stride;
};

/* y = a + b. */
struct add_params {
	struct map_numbers numbers;
};

/* y = kind(a); `kind` as enum activation counts. */
struct activation_params {
	struct map_numbers numbers;
	uint32_t kind;
};

/* y = kind(a) * b. */
struct gate_params {
	struct map_numbers numbers;
	uint32_t kind;
};

/* y = a * factor. */
struct scale_params {
	struct map_numbers numbers;
	float factor;
};

/* y = a held within -limit ... limit. */
struct clip_params {
	struct map_numbers numbers;
	float limit;
};

/* y = tanh(a / cap) * cap. */
struct soft_cap_params {
	struct map_numbers numbers;
	float cap;
};

/* y[row] = a[row] * sigmoid(b[row][0]). */
struct gate_rows_params {
	struct map_numbers numbers;
};

/*
 * y[row] = row index[row] of the table, widened. `format` as enum float_format
 * counts; `unaligned`: the table begins where no such number may be loaded.
 */
struct gather_params {
	struct map_shape shape;
	const void *table;
	const uint32_t *index;
	float *y;
	uint64_t table_stride, y_stride;
	uint32_t format, unaligned;
};

/* y[index[row]] = fma(weight[row], x[row], y[index[row]]); no row twice in index. */
struct combine_params {
	struct map_shape shape;
	const float *x, *weight;
	const uint32_t *index;
	float *y;
	uint64_t x_stride, y_stride;
};

/* Every block leaves in out_at the place, row * cols + column, of its first number that is not
 * finite, else UINT64_MAX. */
struct find_not_finite_params {
	struct map_shape shape;
	const float *x;
	uint64_t x_stride;
	uint64_t *out_at;
};

/* out[row] = x[row][index[row]]. */
struct pick_params {
	const float *x;
	const uint32_t *index;
	float *out;
	uint64_t x_stride, rows;
};

#endif
