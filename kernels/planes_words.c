/*
 * Planes in C for any little-endian processor: eight symbols to a 64-bit word.
 *
 * A product gathers one bit of each of eight bytes, and another spreads eight bits
 * over as many bytes (Knuth, The Art of Computer Programming 4A, 7.1.3).
 */
#include "kernels/planes_loops.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

enum { EIGHT = 8 };

static void words_split(enum planes_change change, size_t bytes, const uint8_t *words,
			const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX])
{
	planes_split_loops(change, bytes, words, base, count, plane);
}

static void words_join(enum planes_change change, size_t bytes,
		       const uint8_t *const plane[PLANES_MAX], const uint8_t *base, size_t count,
		       uint8_t *words)
{
	planes_join_loops(change, bytes, plane, base, count, words);
}

/* Bit `bit` of each of 64 bytes. */
PLANES_INLINE uint64_t bits_of_bytes(const uint8_t *bytes, unsigned bit)
{
	uint64_t bits = 0, word;

	for (size_t i = 0; i < EIGHT; i++) {
		memcpy(&word, bytes + EIGHT * i, EIGHT);
		word = (word >> bit & 0x0101010101010101u) * 0x0102040810204080u >> 56;
		bits |= word << 8 * i;
	}
	return bits;
}

/* 0 or 1 in each of eight bytes. */
PLANES_INLINE uint64_t bytes_of_bits(uint64_t eight_bits)
{
	uint64_t word = (eight_bits * 0x0101010101010101u) & 0x8040201008040201u;

	/* What is not 0 becomes 1: bits that the sum carries into bit 7 of its byte, and bit 7
	 * itself. */
	return (((word & 0x7f7f7f7f7f7f7f7fu) + 0x7f7f7f7f7f7f7f7fu) | word) >> 7 &
	       0x0101010101010101u;
}

PLANES_INLINE size_t take(unsigned width, uint8_t first, const uint8_t *symbols, size_t count,
			  uint8_t *codes, uint8_t *on)
{
	const uint8_t size = (uint8_t)((1u << width) - 1);
	size_t escaped = 0;

	for (size_t group = 0; group < count; group += PLANES_GROUP) {
		size_t end = count - group < PLANES_GROUP ? count - group : PLANES_GROUP;
		uint8_t code[PLANES_GROUP], other[PLANES_GROUP];

		for (size_t i = 0; i < PLANES_GROUP; i++) {
			uint8_t x = symbols[group + i], c = (uint8_t)(x - first);

			code[i] = c < size ? c : size;
			other[i] = (uint8_t)(x - (x >= first ? size : 0));
		}
		memset(code + end, 0, PLANES_GROUP - end);
		for (size_t i = 0; i < end; i++) {
			on[escaped] = other[i];
			escaped += code[i] == size;
		}
		for (unsigned bit = 0; bit < width; bit++, codes += EIGHT) {
			uint64_t bits = bits_of_bytes(code, bit);

			memcpy(codes, &bits, EIGHT);
		}
	}
	return escaped;
}

PLANES_INLINE size_t put(unsigned width, uint8_t first, const uint8_t *codes, const uint8_t *on,
			 size_t count, uint8_t *symbols)
{
	const uint8_t size = (uint8_t)((1u << width) - 1);
	size_t used = 0;

	for (size_t group = 0; group < count; group += PLANES_GROUP) {
		uint64_t bits[PLANES_WIDTH_MAX], escape = ~(uint64_t)0;

		for (unsigned bit = 0; bit < width; bit++, codes += EIGHT) {
			memcpy(&bits[bit], codes, EIGHT);
			escape &= bits[bit];
		}
		for (size_t i = 0; i < EIGHT; i++) {
			uint64_t code = 0;

			for (unsigned bit = 0; bit < width; bit++)
				code |= bytes_of_bits(bits[bit] >> 8 * i & 0xff) << bit;
			memcpy(symbols + group + EIGHT * i, &code, EIGHT);
		}
		for (size_t i = 0; i < PLANES_GROUP; i++)
			symbols[group + i] = (uint8_t)(symbols[group + i] + first);
		for (; escape; escape &= escape - 1) {
			uint8_t x = on[used++];

			symbols[group + (size_t)__builtin_ctzll(escape)] =
				(uint8_t)(x >= first ? x + size : x);
		}
	}
	return used;
}

static size_t words_take(struct planes_level level, const uint8_t *symbols, size_t count,
			 uint8_t *codes, uint8_t *on)
{
	switch (level.width) {
	case 1:
		return take(1, level.first, symbols, count, codes, on);
	case 2:
		return take(2, level.first, symbols, count, codes, on);
	case 3:
		return take(3, level.first, symbols, count, codes, on);
	case 4:
		return take(4, level.first, symbols, count, codes, on);
	case 5:
		return take(5, level.first, symbols, count, codes, on);
	default:
		return take(PLANES_WIDTH_MAX, level.first, symbols, count, codes, on);
	}
}

static size_t words_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
			size_t count, uint8_t *symbols)
{
	switch (level.width) {
	case 1:
		return put(1, level.first, codes, on, count, symbols);
	case 2:
		return put(2, level.first, codes, on, count, symbols);
	case 3:
		return put(3, level.first, codes, on, count, symbols);
	case 4:
		return put(4, level.first, codes, on, count, symbols);
	case 5:
		return put(5, level.first, codes, on, count, symbols);
	default:
		return put(PLANES_WIDTH_MAX, level.first, codes, on, count, symbols);
	}
}

const struct planes_type planes_words = { .name = "64-bit words",
					  .compiled = true,
					  .split = words_split,
					  .join = words_join,
					  .take = words_take,
					  .put = words_put };

#else

const struct planes_type planes_words = { .name = "64-bit words" };

#endif
