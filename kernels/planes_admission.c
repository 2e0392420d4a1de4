/* Which way to cut planes may be used here? Asked once for the process. */
#include "kernels/planes_inner.h"

#include <pthread.h>
#include <string.h>

enum {
	DRAWN_WORDS = 333, /* the most in one round, not a multiple of any vector */
	DRAWN_SIZE = 4 * DRAWN_WORDS + 8,
	SLACK = 64,
	ROUNDS = 48
};

static pthread_once_t asked = PTHREAD_ONCE_INIT;
static const struct planes_type *admitted = &planes_plain;

bool planes_here(const struct planes_type *type)
{
	if (!type->compiled)
		return false;
#ifdef __x86_64__
	if (type == &planes_avx2)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
		       __builtin_cpu_supports("popcnt");
	if (type == &planes_avx512)
		return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
		       __builtin_cpu_supports("avx512vbmi") &&
		       __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2") &&
		       __builtin_cpu_supports("popcnt");
#endif
	return type == &planes_plain || type == &planes_words;
}

/* xorshift64*, so that every process draws the same. */
static size_t draw(uint64_t *state, size_t below)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return (size_t)((*state * 2685821657736338717u) >> 33) % below;
}

struct planes_trial {
	uint8_t words[DRAWN_SIZE], base[DRAWN_SIZE];
	uint8_t plane[2][PLANES_MAX][DRAWN_WORDS];
	uint8_t joined[2][DRAWN_SIZE];
};

static bool words_agree(const struct planes_type *type, struct planes_trial *t, uint64_t *random)
{
	enum planes_change change = draw(random, 2) ? PLANES_LESS : PLANES_TURN;
	size_t bytes = draw(random, 2) ? 4 : 2, count = draw(random, DRAWN_WORDS + 1);
	const uint8_t *words = t->words + draw(random, 8), *base = t->base + draw(random, 8);
	const struct planes_type *way[2] = { &planes_plain, type };

	memset(t->plane, 0, sizeof(t->plane));
	memset(t->joined, 0, sizeof(t->joined));
	for (size_t w = 0; w < 2; w++) {
		uint8_t *plane[PLANES_MAX] = { t->plane[w][0], t->plane[w][1], t->plane[w][2],
					       t->plane[w][3] };
		const uint8_t *const from[PLANES_MAX] = { plane[0], plane[1], plane[2], plane[3] };

		way[w]->split(change, bytes, words, base, count, plane);
		way[w]->join(change, bytes, from, base, count, t->joined[w]);
	}
	return !memcmp(t->plane[0], t->plane[1], sizeof(t->plane[0])) &&
	       !memcmp(t->joined[0], t->joined[1], DRAWN_SIZE) &&
	       !memcmp(t->joined[1], words, bytes * count);
}

struct level_trial {
	uint8_t symbols[DRAWN_WORDS + SLACK];
	uint8_t codes[2][8 * PLANES_WIDTH_MAX * (DRAWN_WORDS / PLANES_GROUP + 1)];
	uint8_t on[2][DRAWN_WORDS + 2 * SLACK], back[2][DRAWN_WORDS + SLACK];
};

static bool levels_agree(const struct planes_type *type, struct level_trial *t, uint64_t *random)
{
	struct planes_level level = { (uint8_t)(1 + draw(random, PLANES_WIDTH_MAX)),
				      (uint8_t)draw(random, 256) };
	size_t count = draw(random, DRAWN_WORDS + 1), near = 1 + draw(random, 16), on[2], used[2];
	const struct planes_type *way[2] = { &planes_plain, type };

	for (size_t i = 0; i < sizeof(t->symbols); i++)
		t->symbols[i] = (uint8_t)(draw(random, 8) ? level.first + draw(random, near)
							  : draw(random, 256));
	memset(t->codes, 0, sizeof(t->codes));
	for (size_t w = 0; w < 2; w++) {
		memset(t->on[w], 0, sizeof(t->on[w]));
		on[w] = way[w]->take(level, t->symbols, count, t->codes[w], t->on[w]);
		used[w] = way[w]->put(level, t->codes[w], t->on[w], count, t->back[w]);
	}
	if (on[0] != on[1] || used[0] != on[0] || used[1] != on[0] ||
	    memcmp(t->codes[0], t->codes[1], sizeof(t->codes[0])) != 0 ||
	    memcmp(t->on[0], t->on[1], on[0]) != 0)
		return false;
	if (memcmp(t->back[1], t->symbols, count) != 0)
		return false;
	/* What nobody coded: the same answer, and as many bytes used. */
	for (size_t i = 0; i < sizeof(t->codes[0]); i++)
		t->codes[0][i] = (uint8_t)(draw(random, 3) ? 0xff : draw(random, 256));
	for (size_t i = 0; i < sizeof(t->on[0]); i++)
		t->on[0][i] = (uint8_t)draw(random, 256);
	for (size_t w = 0; w < 2; w++)
		used[w] = way[w]->put(level, t->codes[0], t->on[0], count, t->back[w]);
	return used[0] == used[1] && !memcmp(t->back[0], t->back[1], count);
}

bool planes_agree(const struct planes_type *type)
{
	struct planes_trial words;
	struct level_trial level;
	uint64_t random = 88172645463325252u;

	for (size_t i = 0; i < DRAWN_SIZE; i++) {
		words.words[i] = (uint8_t)draw(&random, 256);
		words.base[i] = draw(&random, 2) ? words.words[i] : (uint8_t)draw(&random, 256);
	}
	for (int round = 0; round < ROUNDS; round++)
		if (!words_agree(type, &words, &random) || !levels_agree(type, &level, &random))
			return false;
	return true;
}

static void ask(void)
{
	const struct planes_type *const faster[] = { &planes_words, &planes_avx2, &planes_avx512 };

	for (size_t i = 0; i < sizeof(faster) / sizeof(faster[0]); i++)
		if (planes_here(faster[i]) && planes_agree(faster[i]))
			admitted = faster[i];
}

const struct planes_type *planes_admitted(void)
{
	pthread_once(&asked, ask);
	return admitted;
}
