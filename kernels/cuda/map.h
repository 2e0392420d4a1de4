/* map: operations on each number by itself; parameters of the kernels in map.cu. */
#ifndef KERNELS_CUDA_MAP_H
#define KERNELS_CUDA_MAP_H

#include <stdint.h>

/* Threads of a block; a grid of any size covers all numbers. */
enum { MAP_THREADS = 256 };

/* y[row][col] = a[row][col] + b[row][col], b's rows being b_stride apart (0: one row for all). */
struct add_params {
	const float *a, *b;
	float *y;
	uint64_t a_stride, b_stride, y_stride; /* in numbers */
	uint64_t rows, cols;
};

#endif
