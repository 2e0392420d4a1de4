/* order: bring a matrix into the form in which product.cu reads it; parameters of the kernels in
 * order.cu. */
#ifndef KERNELS_CUDA_ORDER_H
#define KERNELS_CUDA_ORDER_H

#include <stdint.h>

/* to[row] = from[row] in pieces of 16 bytes, the rest of the last piece zero. */
struct order_align_params {
	const uint8_t *from;
	uint8_t *to;
	uint64_t from_stride, to_stride; /* bytes from row to row; to_stride is a multiple of 16 */
	uint64_t rows, row_bytes;
	uint32_t unit; /* 4, 2 or 1: divides from, from_stride and row_bytes */
};

/* The same of a matrix that is stored the other way round: to[row][col] = from[col][row]. */
struct order_turn_params {
	const uint8_t *from;
	uint8_t *to;
	uint64_t from_stride, to_stride;
	uint64_t rows, cols; /* of the result */
	uint32_t size;       /* bytes of a number, 2 or 4 */
	uint32_t unit;       /* as above; may be smaller than a number */
};

enum {
	ORDER_ALIGN_THREADS = 256, /* a grid of any size covers all pieces */
	ORDER_TURN_THREADS = 256,
	ORDER_TURN_SIDE =
		32 /* a block turns a square of this side: x along columns, y along rows */
};

#endif
