/* Planes with AVX2 and BMI2: what goes on is pressed together, and spread again, 8 bytes at a time.
 */
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

/* Of eight bytes side by side, which goes where a mask has its bits: 0x80, none, where it has none.
 * (Langdale and Lemire, Parsing Gigabytes of JSON per Second, 3.1.5, the other way round.) */
#define BIT(mask, k) ((mask) >> (k)&1)
#define BELOW(mask, k)                                                                             \
	((k > 0) * BIT(mask, 0) + (k > 1) * BIT(mask, 1) + (k > 2) * BIT(mask, 2) +                \
	 (k > 3) * BIT(mask, 3) + (k > 4) * BIT(mask, 4) + (k > 5) * BIT(mask, 5) +                \
	 (k > 6) * BIT(mask, 6))
#define PLACE(mask, k) (BIT(mask, k) ? BELOW(mask, k) : 0x80)
#define PLACES(mask)                                                                               \
	{                                                                                          \
		PLACE(mask, 0), PLACE(mask, 1), PLACE(mask, 2), PLACE(mask, 3), PLACE(mask, 4),    \
			PLACE(mask, 5), PLACE(mask, 6), PLACE(mask, 7)                             \
	}
#define PLACES_4(mask) PLACES(mask), PLACES(mask + 1), PLACES(mask + 2), PLACES(mask + 3)
#define PLACES_16(mask) PLACES_4(mask), PLACES_4(mask + 4), PLACES_4(mask + 8), PLACES_4(mask + 12)
#define PLACES_64(mask)                                                                            \
	PLACES_16(mask), PLACES_16(mask + 16), PLACES_16(mask + 32), PLACES_16(mask + 48)

static const uint8_t places[256][8]
	__attribute__((aligned(64))) = { PLACES_64(0), PLACES_64(64), PLACES_64(128),
					 PLACES_64(192) };

PLANES_INLINE __m128i two_eights(const uint8_t *low, const uint8_t *high)
{
	__m128i first = _mm_loadl_epi64((const __m128i *)low);

	return _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(first), (const double *)high));
}

/* The next bytes where `bits` are, 0 elsewhere. */
PLANES_INLINE __m256i spread(const uint8_t **from, uint32_t bits)
{
	const __m256i second = _mm256_setr_epi64x(0, 0x0808080808080808, 0, 0x0808080808080808);
	const uint8_t *at = *from;
	__m256i bytes = _mm256_set_m128i(two_eights(at + __builtin_popcount(bits & 0xffff),
						    at + __builtin_popcount(bits & 0xffffff)),
					 two_eights(at, at + __builtin_popcount(bits & 0xff)));
	__m256i which = _mm256_set_m128i(two_eights(places[bits >> 16 & 0xff], places[bits >> 24]),
					 two_eights(places[bits & 0xff], places[bits >> 8 & 0xff]));

	*from = at + __builtin_popcount(bits);
	return _mm256_shuffle_epi8(bytes, _mm256_add_epi8(which, second));
}

/* first + code, of the half that `codes` begin with; *out_escape: where all bits are set. */
PLANES_INLINE __m256i codes_add(unsigned width, const uint8_t *codes, __m256i first,
				__m256i *out_escape)
{
	__m256i x = first, escape = _mm256_set1_epi8(-1);

	for (unsigned bit = 0; bit < width; bit++) {
		uint32_t bits;
		__m256i set;

		memcpy(&bits, codes + 8 * bit, 4);
		set = bytes_of_bits(bits);
		escape = _mm256_and_si256(escape, set);
		x = bit ? _mm256_add_epi8(x,
					  _mm256_and_si256(set, _mm256_set1_epi8((char)(1 << bit))))
			: _mm256_sub_epi8(x, set);
	}
	*out_escape = escape;
	return x;
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

	for (size_t i = 0; i < count; i += PLANES_GROUP, codes += 8 * width) {
		uint64_t all = ~(uint64_t)0, bits;

		for (unsigned bit = 0; bit < width; bit++) {
			memcpy(&bits, codes + 8 * bit, 8);
			all &= bits;
		}
		for (size_t half = 0; half < 2; half++) {
			__m256i escape, x = codes_add(width, codes + 4 * half, first, &escape);
			uint32_t escapes = (uint32_t)(all >> HALF * half);

			if (escapes) {
				__m256i other = spread(&from, escapes);

				other = _mm256_add_epi8(
					other, _mm256_and_si256(at_least(other, first), size));
				x = _mm256_blendv_epi8(x, other, escape);
			}
			_mm256_storeu_si256((__m256i *)(symbols + i + HALF * half), x);
		}
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
