/*
 * SHA-256's compression with the processor's SHA instructions.
 *
 * One chain waits for its own last round: sha256rnds2 answers after four
 * cycles and could start every two. So two to four independent chains are
 * interleaved in one instruction stream. Chains over the same bytes also share
 * the message schedule.
 */
#include "kernels/hash_shani.h"
#include "kernels/hash_rounds.h"

#if defined(__SHA__) && defined(__SSE4_1__)

#include <assert.h>
#include <immintrin.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))

const bool hash_shani_compiled = true;

static const uint32_t round_constant[64] __attribute__((aligned(16))) = { HASH_ROUND_CONSTANTS };

/* The working variables as the instructions want them: a, b, e, f and c, d, g, h. */
struct chain {
	__m128i abef, cdgh;
};

/* The last sixteen words of a message's schedule, four to a vector, word 4i in vector i mod 4. */
struct schedule {
	__m128i word[4];
};

ALWAYS_INLINE struct chain chain_load(const uint32_t state[8])
{
	__m128i dcba = _mm_loadu_si128((const __m128i *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);

	return (struct chain){ _mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0) };
}

ALWAYS_INLINE void chain_store(struct chain chain, uint32_t state[8])
{
	__m128i feba = _mm_shuffle_epi32(chain.abef, 0x1b);
	__m128i dchg = _mm_shuffle_epi32(chain.cdgh, 0xb1);

	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

/* Words 4i to 4i + 3 of the schedule, the first sixteen being the block itself. */
ALWAYS_INLINE __m128i schedule_next(struct schedule *message, const uint8_t *block, int i)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i *m = message->word, next;

	if (i < 4) {
		next = _mm_loadu_si128((const __m128i *)(block + 16 * i));
		next = _mm_shuffle_epi8(next, big_endian);
	} else {
		next = _mm_sha256msg1_epu32(m[i & 3], m[(i + 1) & 3]);
		next = _mm_add_epi32(next, _mm_alignr_epi8(m[(i + 3) & 3], m[(i + 2) & 3], 4));
		next = _mm_sha256msg2_epu32(next, m[(i + 3) & 3]);
	}
	m[i & 3] = next;
	return next;
}

/* Four rounds of every chain; chain c reads message c * messages / chains. */
ALWAYS_INLINE void four_rounds(struct chain *chain, int chains, struct schedule *message,
			       int messages, const uint8_t *const *block, int i)
{
	const __m128i constant = _mm_load_si128((const __m128i *)(round_constant + 4 * i));
	__m128i words[HASH_CHAINS_MAX];

	for (int m = 0; m < messages; m++)
		words[m] = _mm_add_epi32(schedule_next(&message[m], block[m], i), constant);
	for (int c = 0; c < chains; c++) {
		struct chain *s = &chain[c];
		__m128i w = words[c * messages / chains];

		s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, w);
		s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(w, 0x0e));
	}
}

/* `chains` and `messages` are constants where this is inlined, so that every loop unrolls. */
ALWAYS_INLINE void advance(uint32_t *const *state, const uint8_t *const *data, size_t blocks,
			   int chains, int messages)
{
	struct chain chain[HASH_CHAINS_MAX];
	const uint8_t *block[HASH_CHAINS_MAX];

	for (int c = 0; c < chains; c++)
		chain[c] = chain_load(state[c]);
	for (int m = 0; m < messages; m++)
		block[m] = data[m * chains / messages];
	for (; blocks; blocks--) {
		struct chain before[HASH_CHAINS_MAX];
		struct schedule message[HASH_CHAINS_MAX];

		for (int c = 0; c < chains; c++)
			before[c] = chain[c];
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++)
			four_rounds(chain, chains, message, messages, block, i);
		for (int c = 0; c < chains; c++) {
			chain[c].abef = _mm_add_epi32(chain[c].abef, before[c].abef);
			chain[c].cdgh = _mm_add_epi32(chain[c].cdgh, before[c].cdgh);
		}
		for (int m = 0; m < messages; m++)
			block[m] += HASH_BLOCK_SIZE;
	}
	for (int c = 0; c < chains; c++)
		chain_store(chain[c], state[c]);
}

static void advance_one(uint32_t *const *state, const uint8_t *const *data, size_t blocks)
{
	advance(state, data, blocks, 1, 1);
}

static void advance_two(uint32_t *const *state, const uint8_t *const *data, size_t blocks)
{
	advance(state, data, blocks, 2, 2);
}

static void advance_two_alike(uint32_t *const *state, const uint8_t *const *data, size_t blocks)
{
	advance(state, data, blocks, 2, 1);
}

static void advance_three(uint32_t *const *state, const uint8_t *const *data, size_t blocks)
{
	advance(state, data, blocks, 3, 3);
}

static void advance_four(uint32_t *const *state, const uint8_t *const *data, size_t blocks)
{
	advance(state, data, blocks, 4, 4);
}

static void advance_two_pairs(uint32_t *const *state, const uint8_t *const *data, size_t blocks)
{
	advance(state, data, blocks, 4, 2);
}

void hash_shani_advance(uint32_t *const *state, const uint8_t *const *data, size_t chains,
			size_t blocks)
{
	switch (chains) {
	case 1:
		advance_one(state, data, blocks);
		break;
	case 2:
		(data[0] == data[1] ? advance_two_alike : advance_two)(state, data, blocks);
		break;
	case 3:
		advance_three(state, data, blocks);
		break;
	default:
		assert(chains == HASH_CHAINS_MAX);
		(data[0] == data[1] && data[2] == data[3] ? advance_two_pairs
							  : advance_four)(state, data, blocks);
	}
}

#else

#include <stdlib.h>

const bool hash_shani_compiled = false;

void hash_shani_advance(uint32_t *const *state, const uint8_t *const *data, size_t chains,
			size_t blocks)
{
	(void)state;
	(void)data;
	(void)chains;
	(void)blocks;
	abort(); /* never admitted */
}

#endif
