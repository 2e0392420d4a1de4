/* rope: rule 7; parameters of the kernel in rope.cu. Bound by the memory's bandwidth. */
#ifndef KERNELS_CUDA_ROPE_H
#define KERNELS_CUDA_ROPE_H

#include <stdint.h>

enum { ROPE_THREADS = 128 };

/* The heads of each row of x, in place; position[row] is its row of cos and sin. */
struct rope_params {
	float *x;
	const float *cos, *sin;
	const uint32_t *position;
	uint64_t x_stride, cos_stride, sin_stride, head_stride, rows, heads;
	uint64_t half; /* pairs of a head */
	uint32_t interleaved;
};

#endif
