/*
 * tile: one operand of a block's product in shared memory; device code, in the
 * words of device.h. How it lies there: "Shared memory" in product.h.
 */
#ifndef KERNELS_CUDA_TILE_H
#define KERNELS_CUDA_TILE_H

#include "kernels/cuda/device.h"

#ifdef DEVICE_FN /* as there: a host compiler without a shim sees none of it */

/* `depth` numbers of k of each of `rows` rows. Every member is a constant where it is used. */
struct tile_side {
	uint32_t rows, depth;
	uint32_t each; /* rows that one thread multiplies */
	uint32_t
		span; /* numbers of k that come from memory in 16 bytes: 4, or 8 that are widened */
	uint32_t by_k; /* k by k, else row by row */
};

enum {
	TILE_QUAD = 4,     /* numbers of binary32 in 16 bytes */
	TILE_EACH_MAX = 8, /* rows of a side that one thread multiplies */
	TILE_BANKS = 32    /* of shared memory, each 4 bytes wide */
};

DEVICE_FN uint32_t side_bytes(const struct tile_side s)
{
	return s.rows * s.depth * 4;
}

/* Row by row: what the quads of a row are exchanged by. flip(a + b) is flip(a) ^ flip(b) if a is a
 * multiple of a power of two above b. */
DEVICE_FN uint32_t row_flip(const struct tile_side s, uint32_t row)
{
	return s.depth / TILE_QUAD < 8 ? row / 2 % 4 : row % 8;
}

/* Row by row: which place of its row a quad has before it is exchanged. */
DEVICE_FN uint32_t quad_place(const struct tile_side s, uint32_t quad)
{
	uint32_t quads = s.depth / TILE_QUAD;

	return s.span > TILE_QUAD && quads > 8 ? quad % 2 * (quads / 2) + quad / 2 : quad;
}

/* K by k: what the rows are exchanged by, in bytes. */
DEVICE_FN uint32_t k_flip(const struct tile_side s, uint32_t k)
{
	return k / s.span * (TILE_BANKS * s.span / s.depth) * 4;
}

/* Where a thread reads that is number `thread` along this side; a tile may begin `from` bytes on.
 */
DEVICE_FN uint32_t side_begin(const struct tile_side s, uint32_t thread)
{
	if (s.by_k)
		return thread * TILE_QUAD * 4;
	return thread * s.depth * 4 + row_flip(s, thread) * 16;
}

/* Which row of the side is number i of that thread. */
DEVICE_FN uint32_t side_row(const struct tile_side s, uint32_t thread, uint32_t i)
{
	if (s.by_k)
		return (thread + i / TILE_QUAD * (s.rows / s.each)) * TILE_QUAD + i % TILE_QUAD;
	return thread + i * (s.rows / s.each);
}

/* Row by row: numbers 4 * quad ... of row i of the thread that reads at `at`. */
DEVICE_FN struct f32_quad side_quad(const struct tile_side s, const uint8_t *tile, uint32_t at,
				    uint32_t i, uint32_t quad)
{
	uint32_t below = i * (s.rows / s.each), place = quad_place(s, quad);

	return shared_quad(tile + below * s.depth * 4 + place / 8 * 128 +
			   (at ^ (place % 8 ^ row_flip(s, below)) * 16));
}

/* K by k: number k of each row of the thread that reads at `at`. */
DEVICE_FN void side_numbers(const struct tile_side s, const uint8_t *tile, uint32_t at, uint32_t k,
			    float *out_numbers)
{
	UNROLL
	for (uint32_t i = 0; i < s.each; i += TILE_QUAD) {
		struct f32_quad numbers = shared_quad(
			tile + (k * s.rows + i * (s.rows / s.each)) * 4 + (at ^ k_flip(s, k)));

		UNROLL
		for (uint32_t e = 0; e < TILE_QUAD; e++)
			out_numbers[i + e] = numbers.at[e];
	}
}

/* Put numbers k ... k + 3 of a row where the two above find them. */
DEVICE_FN void side_put(const struct tile_side s, uint8_t *tile, uint32_t row, uint32_t k,
			struct f32_quad numbers)
{
	uint32_t place = quad_place(s, k / TILE_QUAD);
	uint8_t *to = tile + k * s.rows * 4 + (row * 4 ^ k_flip(s, k));

	if (!s.by_k) {
		shared_quad_set(tile + row * s.depth * 4 + (place ^ row_flip(s, row)) * 16,
				numbers);
		return;
	}
	UNROLL
	for (uint32_t i = 0; i < TILE_QUAD; i++)
		*(float *)(to + i * s.rows * 4) = numbers.at[i];
}

#endif
#endif
