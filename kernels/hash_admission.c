/*
 * May our own SHA-256 be used here? Asked once for the process.
 *
 * NIST's published vectors and messages of drawn lengths at drawn places, hashed
 * alone, side by side and two streams over the same bytes, must all come out as
 * OpenSSL's own functions say. In a bare build, which has no OpenSSL, the
 * compression in plain C speaks for it, and must itself give the published
 * digests: a build where it does not cannot hash.
 *
 * The way with AVX-512 must give what was admitted so gives, and be faster:
 * that differs between makers, so both are run and their cycles counted. So must
 * long streams beside those sixteen, against the one after the other. And four
 * streams interleaved against two and two: two fill the processor's unit where
 * it starts every other cycle, and need fewer instructions for a block.
 */
#include "kernels/hash_beside.h"
#include "kernels/hash_openssl.h"
#include "kernels/hash_stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <x86intrin.h>
#endif

enum {
	DRAWN_SIZE = 8192,
	ROUNDS = 24,
	SIDE_BY_SIDE_MAX = 6, /* more than run interleaved, so that taking turns is tried too */
	LENGTH_DRAWN_MAX = 1200,
	WIDE_BLOCKS = 32, /* of each stream, to compare the two ways */
	FEW_BLOCKS = 8,
	FOUR_GAIN = 16, /* one in so many at least, or two at once are as good and steadier */
	WIDE_ROUNDS = 3,
	BESIDE_STREAMS = HASH_WIDE_LANES + HASH_BESIDE_CHAINS_MAX,
	BESIDE_TURNS = DRAWN_SIZE / 64 / HASH_BESIDE_TURN_BLOCKS
};

static pthread_once_t asked = PTHREAD_ONCE_INIT, wide_asked = PTHREAD_ONCE_INIT;
static pthread_once_t beside_asked = PTHREAD_ONCE_INIT, few_asked = PTHREAD_ONCE_INIT;
static bool admitted, wide_admitted, beside_admitted, four_admitted;

#ifdef __x86_64__

bool hash_shani_here(void)
{
	unsigned a, b, c, d;

	if (!hash_shani_compiled || !__builtin_cpu_supports("sse4.1") ||
	    !__builtin_cpu_supports("ssse3"))
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

static bool avx512_here(void)
{
	return hash_avx512_compiled && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
	       __builtin_cpu_supports("avx512vl");
}

static uint64_t cycles(void)
{
	return __rdtsc();
}

#else

bool hash_shani_here(void)
{
	return false;
}

static bool avx512_here(void)
{
	return false;
}

static uint64_t cycles(void)
{
	return 0;
}

#endif

/* What is right. */
static struct digest right_digest(struct span message)
{
	struct hash_stream stream;

	if (hash_openssl_compiled)
		return hash_openssl_digest(message);
	hash_stream_start_plain(&stream);
	hash_stream_add(&stream, message);
	return hash_stream_finish(&stream);
}

/* xorshift64*, so that every process draws the same. */
static size_t draw(uint64_t *state, size_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (size_t)((*state * 2685821657736338717u) >> 33) % below;
}

/* A few streams side by side, each in two parts of drawn lengths, some twins over the same bytes.
 */
static bool streams_agree(const uint8_t drawn[DRAWN_SIZE], uint64_t *random)
{
	struct hash_stream own[SIDE_BY_SIDE_MAX], *stream[SIDE_BY_SIDE_MAX];
	struct span whole[SIDE_BY_SIDE_MAX], part[2][SIDE_BY_SIDE_MAX];
	size_t count = 1 + draw(random, SIDE_BY_SIDE_MAX), first = 0;

	for (size_t i = 0; i < count; i++) {
		size_t len;

		if (i % 2 == 0 || draw(random, 2)) {
			first = draw(random, 2) ? 0 : draw(random, 200);
			len = first + draw(random, LENGTH_DRAWN_MAX);
			whole[i] = (struct span){ drawn + draw(random, DRAWN_SIZE - len), len };
		} else {
			whole[i] = whole[i - 1];
		}
		part[0][i] = (struct span){ whole[i].data, first };
		part[1][i] = (struct span){ whole[i].data + first, whole[i].len - first };
		stream[i] = &own[i];
		hash_stream_start(stream[i]);
	}
	hash_streams_add(stream, part[0], count);
	hash_streams_add(stream, part[1], count);
	for (size_t i = 0; i < count; i++) {
		struct digest right = right_digest(whole[i]);
		struct digest ours = hash_stream_finish(stream[i]);

		if (!digest_equal(&ours, &right))
			return false;
	}
	return true;
}

static void ask(void)
{
	uint8_t drawn[DRAWN_SIZE];
	uint64_t random = 88172645463325252u;

	if (!hash_openssl_compiled && !hash_vectors_hold(hash_stream_start_plain, false))
		abort();
	if (!hash_shani_here() || !hash_vectors_hold(hash_stream_start, false))
		return;
	for (size_t i = 0; i < DRAWN_SIZE; i++)
		drawn[i] = (uint8_t)draw(&random, 256);
	for (int round = 0; round < ROUNDS; round++)
		if (!streams_agree(drawn, &random))
			return;
	admitted = true;
}

bool hash_own_admitted(void)
{
	pthread_once(&asked, ask);
	return admitted;
}

/* Sixteen streams over drawn bytes, so many of them at once; the cycles it took. */
static uint64_t sixteen_streams(size_t at_once, size_t blocks, const uint8_t *drawn,
				uint32_t state[HASH_WIDE_LANES][8])
{
	uint32_t *to[HASH_WIDE_LANES];
	const uint8_t *from[HASH_WIDE_LANES];
	uint64_t start;

	for (size_t i = 0; i < HASH_WIDE_LANES; i++) {
		struct hash_stream stream;

		hash_stream_start(&stream);
		memcpy(state[i], stream.state, sizeof(stream.state));
		state[i][i % 8] ^= (uint32_t)i; /* no two streams alike */
		to[i] = state[i];
		from[i] = drawn + 131 * i; /* at any place */
	}
	start = cycles();
	if (at_once == HASH_WIDE_LANES)
		hash_avx512_advance(to, from, blocks);
	else
		for (size_t i = 0; i < HASH_WIDE_LANES; i += at_once)
			hash_shani_advance(to + i, from + i, at_once, blocks);
	return cycles() - start;
}

/* The cycles that the one number of streams at once takes and the other, at their fastest; do both
 * give the same? */
static bool ways_agree(const size_t at_once[2], size_t blocks, uint64_t out_fastest[2])
{
	uint32_t state[2][HASH_WIDE_LANES][8];
	uint8_t drawn[DRAWN_SIZE];
	uint64_t random = 88172645463325252u;

	for (size_t i = 0; i < DRAWN_SIZE; i++)
		drawn[i] = (uint8_t)draw(&random, 256);
	out_fastest[0] = out_fastest[1] = UINT64_MAX;
	for (int round = 0; round < WIDE_ROUNDS; round++)
		for (int way = 0; way < 2; way++) {
			uint64_t took = sixteen_streams(at_once[way], blocks, drawn, state[way]);

			if (out_fastest[way] > took)
				out_fastest[way] = took;
		}
	return memcmp(state[0], state[1], sizeof(state[0])) == 0;
}

static void ask_few(void)
{
	const size_t at_once[2] = { 2, HASH_CHAINS_MAX };
	uint64_t fastest[2];

	four_admitted = ways_agree(at_once, FEW_BLOCKS, fastest) &&
			fastest[1] < fastest[0] - fastest[0] / FOUR_GAIN;
}

size_t hash_few_best(void)
{
	pthread_once(&few_asked, ask_few);
	return four_admitted ? HASH_CHAINS_MAX : 2;
}

static void ask_wide(void)
{
	size_t at_once[2] = { 0, HASH_WIDE_LANES };
	uint64_t fastest[2];

	if (!hash_own_admitted() || !avx512_here())
		return;
	at_once[0] = hash_few_best();
	wide_admitted = ways_agree(at_once, WIDE_BLOCKS, fastest) && fastest[1] < fastest[0];
}

bool hash_wide_admitted(void)
{
	pthread_once(&wide_asked, ask_wide);
	return wide_admitted;
}

/* Sixteen streams and `chains` long ones over drawn bytes, beside each other or one after the
 * other; the cycles it took. */
static uint64_t long_streams(bool beside, size_t chains, const uint8_t *drawn,
			     uint32_t state[BESIDE_STREAMS][8])
{
	struct hash_beside streams = { .chains = chains };
	uint64_t start;

	for (size_t i = 0; i < BESIDE_STREAMS; i++) {
		size_t chain = i - HASH_WIDE_LANES;
		struct hash_stream stream;

		hash_stream_start(&stream);
		memcpy(state[i], stream.state, sizeof(stream.state));
		state[i][i % 8] ^= (uint32_t)i; /* no two streams alike */
		if (i < HASH_WIDE_LANES) {
			streams.state[i] = state[i];
			streams.data[i] = drawn + 131 * i; /* at any place */
		} else {
			streams.chain_state[chain] = state[i];
			streams.chain_data[chain] = drawn + 2045 * chain; /* one alone needs all */
		}
	}
	start = cycles();
	if (beside) {
		hash_beside_advance(&streams, BESIDE_TURNS);
	} else {
		hash_avx512_advance(streams.state, streams.data, BESIDE_TURNS);
		hash_shani_advance(streams.chain_state, streams.chain_data, chains,
				   BESIDE_TURNS * HASH_BESIDE_TURN_BLOCKS / chains);
	}
	return cycles() - start;
}

static bool beside_holds(size_t chains, const uint8_t drawn[DRAWN_SIZE])
{
	uint32_t state[2][BESIDE_STREAMS][8];
	uint64_t fastest[2] = { UINT64_MAX, UINT64_MAX };

	for (int round = 0; round < WIDE_ROUNDS; round++)
		for (int beside = 0; beside < 2; beside++) {
			uint64_t took = long_streams(beside, chains, drawn, state[beside]);

			if (fastest[beside] > took)
				fastest[beside] = took;
		}
	return memcmp(state[0], state[1], sizeof(state[0])) == 0 && fastest[1] < fastest[0];
}

static void ask_beside(void)
{
	uint8_t drawn[DRAWN_SIZE];
	uint64_t random = 88172645463325252u;

	if (!hash_wide_admitted() || !hash_beside_compiled)
		return;
	for (size_t i = 0; i < DRAWN_SIZE; i++)
		drawn[i] = (uint8_t)draw(&random, 256);
	beside_admitted = beside_holds(1, drawn) && beside_holds(HASH_BESIDE_CHAINS_MAX, drawn);
}

bool hash_beside_admitted(void)
{
	pthread_once(&beside_asked, ask_beside);
	return beside_admitted;
}
