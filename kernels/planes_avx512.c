/* Planes with AVX-512: 64 symbols at a time, those that go on pressed together in one instruction.
 */
#include "kernels/planes_loops.h"

#if defined(__AVX512VBMI__) && defined(__AVX512VBMI2__)

#include <immintrin.h>

enum { HALF = 32 }; /* words of 16 bits in a vector */

/* Bytes 0, 2, 4 … of two vectors. */
PLANES_INLINE __m512i even_bytes(void)
{
	uint8_t at[64];

	for (int i = 0; i < 64; i++)
		at[i] = (uint8_t)(2 * i);
	return _mm512_loadu_si512(at);
}

/* Byte 0 of one vector, byte 0 of the other, byte 1 … */
PLANES_INLINE __m512i in_turns(void)
{
	uint8_t at[64];

	for (int i = 0; i < 64; i++)
		at[i] = (uint8_t)(i / 2 + i % 2 * 64);
	return _mm512_loadu_si512(at);
}

/* Turn 64 words at a time; returns how many words that were. */
static size_t turn16(const uint8_t *words, size_t count, uint8_t *low, uint8_t *high)
{
	const __m512i even = even_bytes(), odd = _mm512_or_si512(even, _mm512_set1_epi8(1));
	size_t i = 0;

	for (; count - i >= PLANES_GROUP; i += PLANES_GROUP) {
		__m512i a = _mm512_loadu_si512(words + 2 * i);
		__m512i b = _mm512_loadu_si512(words + 2 * (i + HALF));

		a = _mm512_shldi_epi16(a, a, 1);
		b = _mm512_shldi_epi16(b, b, 1);
		_mm512_storeu_si512(low + i, _mm512_permutex2var_epi8(a, even, b));
		_mm512_storeu_si512(high + i, _mm512_permutex2var_epi8(a, odd, b));
	}
	return i;
}

static size_t turn_back16(const uint8_t *low, const uint8_t *high, size_t count, uint8_t *words)
{
	const __m512i first = in_turns(), second = _mm512_add_epi8(first, _mm512_set1_epi8(HALF));
	size_t i = 0;

	for (; count - i >= PLANES_GROUP; i += PLANES_GROUP) {
		__m512i l = _mm512_loadu_si512(low + i), h = _mm512_loadu_si512(high + i);
		__m512i a = _mm512_permutex2var_epi8(l, first, h);
		__m512i b = _mm512_permutex2var_epi8(l, second, h);

		_mm512_storeu_si512(words + 2 * i, _mm512_shrdi_epi16(a, a, 1));
		_mm512_storeu_si512(words + 2 * (i + HALF), _mm512_shrdi_epi16(b, b, 1));
	}
	return i;
}

static void avx512_split(enum planes_change change, size_t bytes, const uint8_t *words,
			 const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX])
{
	size_t done;

	if (bytes != 2 || change != PLANES_TURN) {
		planes_split_loops(change, bytes, words, base, count, plane);
		return;
	}
	done = turn16(words, count, plane[0], plane[1]);
	planes_split16_loop(PLANES_TURN, words + 2 * done, NULL, count - done, plane[0] + done,
			    plane[1] + done);
}

static void avx512_join(enum planes_change change, size_t bytes,
			const uint8_t *const plane[PLANES_MAX], const uint8_t *base, size_t count,
			uint8_t *words)
{
	size_t done;

	if (bytes != 2 || change != PLANES_TURN) {
		planes_join_loops(change, bytes, plane, base, count, words);
		return;
	}
	done = turn_back16(plane[0], plane[1], count, words);
	planes_join16_loop(PLANES_TURN, plane[0] + done, plane[1] + done, NULL, count - done,
			   words + 2 * done);
}

PLANES_INLINE size_t take(unsigned width, uint8_t window, const uint8_t *symbols, size_t count,
			  uint8_t *codes, uint8_t *on)
{
	const __m512i first = _mm512_set1_epi8((char)window);
	const __m512i size = _mm512_set1_epi8((char)((1u << width) - 1));
	uint8_t *to = on;

	for (size_t i = 0; i < count; i += PLANES_GROUP) {
		__mmask64 there = count - i < PLANES_GROUP ? ((__mmask64)1 << (count - i)) - 1
							   : ~(__mmask64)0;
		__m512i x = _mm512_loadu_si512(symbols + i);
		__m512i code = _mm512_maskz_min_epu8(there, _mm512_sub_epi8(x, first), size);
		__mmask64 escape = _mm512_cmpeq_epi8_mask(code, size);

		for (unsigned bit = 0; bit < width; bit++, codes += 8) {
			__mmask64 bits =
				_mm512_test_epi8_mask(code, _mm512_set1_epi8((char)(1 << bit)));

			memcpy(codes, &bits, 8);
		}
		x = _mm512_mask_sub_epi8(x, _mm512_cmpge_epu8_mask(x, first), x, size);
		_mm512_storeu_si512(to, _mm512_maskz_compress_epi8(escape, x));
		to += __builtin_popcountll(escape);
	}
	return (size_t)(to - on);
}

PLANES_INLINE size_t put(unsigned width, uint8_t window, const uint8_t *codes, const uint8_t *on,
			 size_t count, uint8_t *symbols)
{
	const __m512i first = _mm512_set1_epi8((char)window);
	const __m512i size = _mm512_set1_epi8((char)((1u << width) - 1));
	const uint8_t *from = on;

	for (size_t i = 0; i < count; i += PLANES_GROUP) {
		__mmask64 escape = ~(__mmask64)0;
		__m512i x = first, other;

		for (unsigned bit = 0; bit < width; bit++, codes += 8) {
			__mmask64 bits;

			memcpy(&bits, codes, 8);
			x = _mm512_mask_add_epi8(x, bits, x, _mm512_set1_epi8((char)(1 << bit)));
			escape &= bits;
		}
		other = _mm512_maskz_expand_epi8(escape, _mm512_loadu_si512(from));
		other = _mm512_mask_add_epi8(other, _mm512_cmpge_epu8_mask(other, first), other,
					     size);
		from += __builtin_popcountll(escape);
		_mm512_storeu_si512(symbols + i, _mm512_mask_mov_epi8(x, escape, other));
	}
	return (size_t)(from - on);
}

static size_t avx512_take(struct planes_level level, const uint8_t *symbols, size_t count,
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

static size_t avx512_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
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

const struct planes_type planes_avx512 = { .name = "avx-512",
					   .compiled = true,
					   .split = avx512_split,
					   .join = avx512_join,
					   .take = avx512_take,
					   .put = avx512_put };

#else

const struct planes_type planes_avx512 = { .name = "avx-512" };

#endif
