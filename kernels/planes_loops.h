/*
 * Cutting words and joining them, in C that compilers make vectors of. Included by
 * each way in kernels/planes_*.c, compiled for its own processors.
 */
#ifndef KERNELS_PLANES_LOOPS_H
#define KERNELS_PLANES_LOOPS_H

#include <string.h>

#include "kernels/planes_inner.h"
#include "kernels/words.h"

#define PLANES_INLINE static inline __attribute__((always_inline))

PLANES_INLINE uint16_t planes_turn16(uint16_t x)
{
	return (uint16_t)(x << 1 | x >> 15);
}

PLANES_INLINE uint16_t planes_turn_back16(uint16_t x)
{
	return (uint16_t)(x >> 1 | x << 15);
}

PLANES_INLINE uint32_t planes_turn32(uint32_t x)
{
	return (x << 1 & 0xff000000u) | (x >> 8 & 0x00800000u) | (x & 0x007fffffu);
}

PLANES_INLINE uint32_t planes_turn_back32(uint32_t x)
{
	return (x >> 1 & 0x7f800000u) | (x << 8 & 0x80000000u) | (x & 0x007fffffu);
}

/* The place of a number among all numbers, from its bits. */
PLANES_INLINE uint16_t planes_place16(uint16_t x)
{
	uint16_t negative = (uint16_t)(0 - (x >> 15));

	return (uint16_t)(x ^ (negative | 0x8000));
}

PLANES_INLINE uint16_t planes_at_place16(uint16_t place)
{
	uint16_t negative = (uint16_t)((place >> 15) - 1);

	return (uint16_t)(place ^ (negative | 0x8000));
}

PLANES_INLINE uint32_t planes_place32(uint32_t x)
{
	return x ^ ((0 - (x >> 31)) | 0x80000000u);
}

PLANES_INLINE uint32_t planes_at_place32(uint32_t place)
{
	return place ^ (((place >> 31) - 1) | 0x80000000u);
}

PLANES_INLINE uint16_t planes_less16(uint16_t x, uint16_t base)
{
	uint16_t d = (uint16_t)(planes_place16(x) - planes_place16(base));

	return (uint16_t)((uint16_t)(d << 1) ^ (uint16_t)(0 - (d >> 15)));
}

PLANES_INLINE uint16_t planes_less_back16(uint16_t z, uint16_t base)
{
	uint16_t d = (uint16_t)(z >> 1 ^ (uint16_t)(0 - (z & 1)));

	return planes_at_place16((uint16_t)(planes_place16(base) + d));
}

PLANES_INLINE uint32_t planes_less32(uint32_t x, uint32_t base)
{
	uint32_t d = planes_place32(x) - planes_place32(base);

	return d << 1 ^ (0 - (d >> 31));
}

PLANES_INLINE uint32_t planes_less_back32(uint32_t z, uint32_t base)
{
	uint32_t d = z >> 1 ^ (0 - (z & 1));

	return planes_at_place32(planes_place32(base) + d);
}

PLANES_INLINE void planes_split16_loop(enum planes_change change, const uint8_t *restrict words,
				       const uint8_t *restrict base, size_t count,
				       uint8_t *restrict low, uint8_t *restrict high)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t x = words_load16(words + 2 * i);

		x = change == PLANES_TURN ? planes_turn16(x)
					  : planes_less16(x, words_load16(base + 2 * i));
		low[i] = (uint8_t)x;
		high[i] = (uint8_t)(x >> 8);
	}
}

PLANES_INLINE void planes_join16_loop(enum planes_change change, const uint8_t *restrict low,
				      const uint8_t *restrict high, const uint8_t *restrict base,
				      size_t count, uint8_t *restrict words)
{
	for (size_t i = 0; i < count; i++) {
		uint16_t x = (uint16_t)(low[i] | high[i] << 8);

		x = change == PLANES_TURN ? planes_turn_back16(x)
					  : planes_less_back16(x, words_load16(base + 2 * i));
		words_store16(words + 2 * i, x);
	}
}

PLANES_INLINE void planes_split32_loop(enum planes_change change, const uint8_t *restrict words,
				       const uint8_t *restrict base, size_t count,
				       uint8_t *restrict p0, uint8_t *restrict p1,
				       uint8_t *restrict p2, uint8_t *restrict p3)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t x = words_load32(words + 4 * i);

		x = change == PLANES_TURN ? planes_turn32(x)
					  : planes_less32(x, words_load32(base + 4 * i));
		p0[i] = (uint8_t)x;
		p1[i] = (uint8_t)(x >> 8);
		p2[i] = (uint8_t)(x >> 16);
		p3[i] = (uint8_t)(x >> 24);
	}
}

PLANES_INLINE void planes_join32_loop(enum planes_change change, const uint8_t *restrict p0,
				      const uint8_t *restrict p1, const uint8_t *restrict p2,
				      const uint8_t *restrict p3, const uint8_t *restrict base,
				      size_t count, uint8_t *restrict words)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t x = p0[i] | (uint32_t)p1[i] << 8 | (uint32_t)p2[i] << 16 |
			     (uint32_t)p3[i] << 24;

		x = change == PLANES_TURN ? planes_turn_back32(x)
					  : planes_less_back32(x, words_load32(base + 4 * i));
		words_store32(words + 4 * i, x);
	}
}

PLANES_INLINE void planes_split_loops(enum planes_change change, size_t bytes, const uint8_t *words,
				      const uint8_t *base, size_t count,
				      uint8_t *const plane[PLANES_MAX])
{
	if (bytes == 2 && change == PLANES_TURN)
		planes_split16_loop(PLANES_TURN, words, NULL, count, plane[0], plane[1]);
	else if (bytes == 2)
		planes_split16_loop(PLANES_LESS, words, base, count, plane[0], plane[1]);
	else if (change == PLANES_TURN)
		planes_split32_loop(PLANES_TURN, words, NULL, count, plane[0], plane[1], plane[2],
				    plane[3]);
	else
		planes_split32_loop(PLANES_LESS, words, base, count, plane[0], plane[1], plane[2],
				    plane[3]);
}

PLANES_INLINE void planes_join_loops(enum planes_change change, size_t bytes,
				     const uint8_t *const plane[PLANES_MAX], const uint8_t *base,
				     size_t count, uint8_t *words)
{
	if (bytes == 2 && change == PLANES_TURN)
		planes_join16_loop(PLANES_TURN, plane[0], plane[1], NULL, count, words);
	else if (bytes == 2)
		planes_join16_loop(PLANES_LESS, plane[0], plane[1], base, count, words);
	else if (change == PLANES_TURN)
		planes_join32_loop(PLANES_TURN, plane[0], plane[1], plane[2], plane[3], NULL, count,
				   words);
	else
		planes_join32_loop(PLANES_LESS, plane[0], plane[1], plane[2], plane[3], base, count,
				   words);
}

#endif
