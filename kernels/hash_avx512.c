/*
 * SHA-256's compression of sixteen streams in one go.
 *
 * Word w of all sixteen messages stands in one vector, so the rounds of FIPS
 * 180-4 are written as they are there, each operation on sixteen lanes. On
 * processors whose SHA unit starts a round pair every third cycle only, this
 * is twice as fast as the unit.
 */
#include "kernels/hash_avx512.h"
#include "kernels/hash_rounds.h"

#ifdef __AVX512BW__

#include <immintrin.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum { BLOCK_SIZE = 64, ROUNDS = 64 };

const bool hash_avx512_compiled = true;

static const uint32_t round_constant[ROUNDS] = { HASH_ROUND_CONSTANTS };

/* Lane l of vector w becomes lane w of vector l. */
ALWAYS_INLINE void transpose(__m512i row[16])
{
	__m512i t[16];

	for (int i = 0; i < 16; i += 2) {
		t[i] = _mm512_unpacklo_epi32(row[i], row[i + 1]);
		t[i + 1] = _mm512_unpackhi_epi32(row[i], row[i + 1]);
	}
	for (int i = 0; i < 16; i += 4) {
		row[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
		row[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
		row[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
		row[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
	}
	for (int i = 0; i < 4; i++) {
		t[i] = _mm512_shuffle_i32x4(row[i], row[i + 4], 0x88);
		t[i + 4] = _mm512_shuffle_i32x4(row[i], row[i + 4], 0xdd);
		t[i + 8] = _mm512_shuffle_i32x4(row[i + 8], row[i + 12], 0x88);
		t[i + 12] = _mm512_shuffle_i32x4(row[i + 8], row[i + 12], 0xdd);
	}
	for (int i = 0; i < 8; i++) {
		row[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
		row[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
	}
}

ALWAYS_INLINE __m512i xor3(__m512i a, __m512i b, __m512i c)
{
	return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}

/* The functions of FIPS 180-4, section 4.1.2. */
ALWAYS_INLINE __m512i choose(__m512i e, __m512i f, __m512i g)
{
	return _mm512_ternarylogic_epi32(e, f, g, 0xca);
}

ALWAYS_INLINE __m512i majority(__m512i a, __m512i b, __m512i c)
{
	return _mm512_ternarylogic_epi32(a, b, c, 0xe8);
}

ALWAYS_INLINE __m512i big_sigma_0(__m512i a)
{
	return xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
}

ALWAYS_INLINE __m512i big_sigma_1(__m512i e)
{
	return xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
}

ALWAYS_INLINE __m512i small_sigma_0(__m512i w)
{
	return xor3(_mm512_ror_epi32(w, 7), _mm512_ror_epi32(w, 18), _mm512_srli_epi32(w, 3));
}

ALWAYS_INLINE __m512i small_sigma_1(__m512i w)
{
	return xor3(_mm512_ror_epi32(w, 17), _mm512_ror_epi32(w, 19), _mm512_srli_epi32(w, 10));
}

/* Word i of the schedule, from i = 16 on over the word sixteen before it. */
ALWAYS_INLINE __m512i schedule(__m512i w[16], int i)
{
	if (i >= 16) {
		__m512i sum = _mm512_add_epi32(w[i & 15], w[(i + 9) & 15]);

		sum = _mm512_add_epi32(sum, small_sigma_0(w[(i + 1) & 15]));
		w[i & 15] = _mm512_add_epi32(sum, small_sigma_1(w[(i + 14) & 15]));
	}
	return w[i & 15];
}

/* Round i. The working variables stay where they are; their names turn: a is v[-i mod 8]. */
ALWAYS_INLINE void round_one(__m512i v[8], __m512i w[16], int i)
{
	__m512i *a = &v[(64 - i) & 7], *b = &v[(65 - i) & 7], *c = &v[(66 - i) & 7];
	__m512i *d = &v[(67 - i) & 7], *e = &v[(68 - i) & 7], *f = &v[(69 - i) & 7];
	__m512i *g = &v[(70 - i) & 7], *h = &v[(71 - i) & 7];
	__m512i constant = _mm512_set1_epi32((int)round_constant[i]);
	__m512i sum = _mm512_add_epi32(*h, _mm512_add_epi32(schedule(w, i), constant));

	sum = _mm512_add_epi32(sum, _mm512_add_epi32(big_sigma_1(*e), choose(*e, *f, *g)));
	*d = _mm512_add_epi32(*d, sum);
	*h = _mm512_add_epi32(sum, _mm512_add_epi32(big_sigma_0(*a), majority(*a, *b, *c)));
}

/* Block `at` of every message, word by word. */
ALWAYS_INLINE void load_words(__m512i w[16], const uint8_t *const data[HASH_WIDE_LANES], size_t at)
{
	const __m512i big_endian =
		_mm512_broadcast_i32x4(_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));

	for (int lane = 0; lane < HASH_WIDE_LANES; lane++)
		w[lane] = _mm512_shuffle_epi8(_mm512_loadu_si512(data[lane] + at), big_endian);
	transpose(w);
}

void hash_avx512_advance(uint32_t *const state[HASH_WIDE_LANES],
			 const uint8_t *const data[HASH_WIDE_LANES], size_t blocks)
{
	uint32_t word[8][HASH_WIDE_LANES] __attribute__((aligned(64)));
	__m512i v[8];

	for (int lane = 0; lane < HASH_WIDE_LANES; lane++)
		for (int i = 0; i < 8; i++)
			word[i][lane] = state[lane][i];
	for (int i = 0; i < 8; i++)
		v[i] = _mm512_load_si512(word[i]);
	for (size_t at = 0; at < blocks * BLOCK_SIZE; at += BLOCK_SIZE) {
		__m512i w[16], before[8];

		load_words(w, data, at);
		for (int i = 0; i < 8; i++)
			before[i] = v[i];
#pragma GCC unroll 64
		for (int i = 0; i < ROUNDS; i++)
			round_one(v, w, i);
		for (int i = 0; i < 8; i++)
			v[i] = _mm512_add_epi32(v[i], before[i]);
	}
	for (int i = 0; i < 8; i++)
		_mm512_store_si512(word[i], v[i]);
	for (int lane = 0; lane < HASH_WIDE_LANES; lane++)
		for (int i = 0; i < 8; i++)
			state[lane][i] = word[i][lane];
}

#else

#include <stdlib.h>

const bool hash_avx512_compiled = false;

void hash_avx512_advance(uint32_t *const state[HASH_WIDE_LANES],
			 const uint8_t *const data[HASH_WIDE_LANES], size_t blocks)
{
	(void)state;
	(void)data;
	(void)blocks;
	abort(); /* never admitted */
}

#endif
