/* Planes with AVX2 and BMI2: what goes on is pressed together 8 bytes at a time. */
#include "kernels/planes_loops.h"

#if defined(__AVX2__) && defined(__BMI2__)

#include <immintrin.h>

enum { HALF = 32, EIGHTHS = 4 }; /* of a group: what a vector holds; and its parts of 8 bytes */

static void avx2_split(enum planes_change change, size_t bytes, const uint8_t *words,
		       const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX])
{
	planes_split_loops(change, bytes, words, base, count, plane);
}

static void avx2_join(enum planes_change change, size_t bytes,
		      const uint8_t *const plane[PLANES_MAX], const uint8_t *base, size_t count,
		      uint8_t *words)
{
	planes_join_loops(change, bytes, plane, base, count, words);
}

/* All bits of the bytes where a >= b, unsigned. */
PLANES_INLINE __m256i at_least(__m256i a, __m256i b)
{
	return _mm256_cmpeq_epi8(_mm256_max_epu8(a, b), a);
}

PLANES_INLINE uint32_t bit_of_bytes(__m256i bytes, unsigned bit)
{
	return (uint32_t)_mm256_movemask_epi8(_mm256_slli_epi16(bytes, (int)(7 - bit)));
}

/* Each bit as a byte of all its bits. */
PLANES_INLINE __m256i bytes_of_bits(uint32_t bits)
{
	const __m256i which =
		_mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
	const __m256i own = _mm256_set1_epi64x((long long)0x8040201008040201);
	__m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), which);

	return _mm256_cmpeq_epi8(_mm256_and_si256(spread, own), own);
}

PLANES_INLINE uint8_t *press(__m256i x, __m256i which, uint32_t bits, uint8_t *to)
{
	uint64_t part[EIGHTHS], mask[EIGHTHS];

	if (!bits)
		return to;
	_mm256_storeu_si256((__m256i *)part, x);
	_mm256_storeu_si256((__m256i *)mask, which);
	for (int i = 0; i < EIGHTHS; i++) {
		uint64_t pressed = _pext_u64(part[i], mask[i]);

		memcpy(to, &pressed, 8);
		to += __builtin_popcount(bits >> 8 * i & 0xff);
	}
	return to;
}

PLANES_INLINE __m256i spread(const uint8_t **from, __m256i which, uint32_t bits)
{
	uint64_t part[EIGHTHS], mask[EIGHTHS];

	_mm256_storeu_si256((__m256i *)mask, which);
	for (int i = 0; i < EIGHTHS; i++) {
		memcpy(&part[i], *from, 8);
		part[i] = _pdep_u64(part[i], mask[i]);
		*from += __builtin_popcount(bits >> 8 * i & 0xff);
	}
	/* Not by way of memory: a load of four stores together would wait for all of them. */
	return _mm256_set_epi64x((long long)part[3], (long long)part[2], (long long)part[1],
				 (long long)part[0]);
}

PLANES_INLINE size_t take(unsigned width, uint8_t window, const uint8_t *symbols, size_t count,
			  uint8_t *codes, uint8_t *on)
{
	const __m256i first = _mm256_set1_epi8((char)window);
	const __m256i size = _mm256_set1_epi8((char)((1u << width) - 1));
	uint8_t *to = on;

	for (size_t i = 0; i < count; i += HALF) {
		bool second = i / HALF % 2;
		__m256i x = _mm256_loadu_si256((const __m256i *)(symbols + i));
		__m256i code = _mm256_min_epu8(_mm256_sub_epi8(x, first), size);
		__m256i escape;

		if (count - i < HALF)
			code = _mm256_and_si256(code, bytes_of_bits((1u << (count - i)) - 1));
		escape = _mm256_cmpeq_epi8(code, size);
		for (unsigned bit = 0; bit < width; bit++) {
			uint32_t bits = bit_of_bytes(code, bit);

			memcpy(codes + 8 * bit + 4 * second, &bits, 4);
		}
		x = _mm256_sub_epi8(x, _mm256_and_si256(at_least(x, first), size));
		to = press(x, escape, (uint32_t)_mm256_movemask_epi8(escape), to);
		if (second)
			codes += 8 * width;
		else if (count - i <= HALF)
			for (unsigned bit = 0; bit < width; bit++)
				memset(codes + 8 * bit + 4, 0, 4);
	}
	return (size_t)(to - on);
}

PLANES_INLINE size_t put(unsigned width, uint8_t window, const uint8_t *codes, const uint8_t *on,
			 size_t count, uint8_t *symbols)
{
	const __m256i first = _mm256_set1_epi8((char)window);
	const __m256i size = _mm256_set1_epi8((char)((1u << width) - 1));
	const uint8_t *from = on;

	for (size_t i = 0; i < count; i += PLANES_GROUP, codes += 8 * width)
		for (size_t half = 0; half < 2; half++) {
			__m256i escape = _mm256_set1_epi8(-1), x = first, other;
			uint32_t bits, all = ~0u;

			for (unsigned bit = 0; bit < width; bit++) {
				__m256i set;

				memcpy(&bits, codes + 8 * bit + 4 * half, 4);
				set = bytes_of_bits(bits);
				x = _mm256_add_epi8(
					x,
					_mm256_and_si256(set, _mm256_set1_epi8((char)(1 << bit))));
				escape = _mm256_and_si256(escape, set);
				all &= bits;
			}
			if (all) {
				other = spread(&from, escape, all);
				other = _mm256_add_epi8(
					other, _mm256_and_si256(at_least(other, first), size));
				x = _mm256_blendv_epi8(x, other, escape);
			}
			_mm256_storeu_si256((__m256i *)(symbols + i + HALF * half), x);
		}
	return (size_t)(from - on);
}

static size_t avx2_take(struct planes_level level, const uint8_t *symbols, size_t count,
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

static size_t avx2_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
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

const struct planes_type planes_avx2 = { .name = "avx2",
					 .compiled = true,
					 .split = avx2_split,
					 .join = avx2_join,
					 .take = avx2_take,
					 .put = avx2_put };

#else

const struct planes_type planes_avx2 = { .name = "avx2" };

#endif
