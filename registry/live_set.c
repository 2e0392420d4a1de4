/* live_set: Bloom filters over digests, which are as good as drawn already. */
#include "registry/live_set.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BITS = 1 << 20, BITS_A_DIGEST = 32, PROBES = 8, BLOCK_BITS = 512, FILTERS_MAX = 32 };

struct filter {
	uint64_t *word;
	uint64_t bits; /* a power of two */
	uint64_t room; /* for so many more */
};

struct live_set {
	uint64_t salt;
	struct filter filter[FILTERS_MAX];
	size_t count; /* the last one is added to */
};

static int filter_add(struct live_set *set, struct error *err)
{
	uint64_t bits = (uint64_t)FIRST_BITS << set->count;
	uint64_t *word = set->count < FILTERS_MAX ? aligned_alloc(BLOCK_BITS / 8, bits / 8) : NULL;

	if (!word)
		return error_set(err, ERROR_SYSTEM, "out of memory for a set of digests");
	memset(word, 0, bits / 8);
	set->filter[set->count++] = (struct filter){ word, bits, bits / BITS_A_DIGEST };
	return 0;
}

int live_set_new(uint64_t salt, struct live_set **out_set, struct error *err)
{
	CLEANUP(live_set_free) struct live_set *set = calloc(1, sizeof(*set));

	if (!set)
		return error_set(err, ERROR_SYSTEM, "out of memory for a set of digests");
	set->salt = salt;
	if (filter_add(set, err))
		return -1;
	*out_set = set;
	set = NULL; /* handed over */
	return 0;
}

void live_set_free(struct live_set **set)
{
	if (!*set)
		return;
	for (size_t i = 0; i < (*set)->count; i++)
		free((*set)->filter[i].word);
	free(*set);
	*set = NULL;
}

/*
 * All eight places lie in the same 64 bytes, so that each filter costs one miss of the cache
 * (blocked Bloom filters: F. Putze, P. Sanders and J. Singler 2007).
 */
struct probe {
	uint64_t block, bits; /* eight times nine bits; the last from the upper end of `block` */
};

static struct probe probe_of(const struct live_set *set, const struct digest *digest)
{
	uint64_t word[2];

	memcpy(word, digest->byte, sizeof(word));
	return (struct probe){ (word[0] ^ set->salt) * 0x9e3779b97f4a7c15u,
			       (word[1] ^ (set->salt << 1)) * 0xc2b2ae3d27d4eb4fu };
}

/* The first word of its block. */
static size_t block_of(const struct filter *filter, struct probe probe)
{
	return (size_t)((probe.block >> 9) & (filter->bits / BLOCK_BITS - 1)) * (BLOCK_BITS / 64);
}

static uint64_t place(struct probe probe, uint64_t i)
{
	return (i < 7 ? probe.bits >> (9 * i + 1) : probe.block >> 55) & (BLOCK_BITS - 1);
}

static bool filter_has(const struct filter *filter, struct probe probe)
{
	const uint64_t *block = filter->word + block_of(filter, probe);

	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t at = place(probe, i);

		if (!(block[at / 64] >> at % 64 & 1))
			return false;
	}
	return true;
}

bool live_set_has(const struct live_set *set, const struct digest *digest)
{
	struct probe probe = probe_of(set, digest);

	for (size_t i = set->count; i--;)
		if (filter_has(&set->filter[i], probe))
			return true;
	return false;
}

int live_set_add(struct live_set *set, const struct digest *digest, struct error *err)
{
	struct probe probe = probe_of(set, digest);
	struct filter *filter;
	uint64_t *block;

	if (live_set_has(set, digest))
		return 0;
	if (!set->filter[set->count - 1].room && filter_add(set, err))
		return -1;
	filter = &set->filter[set->count - 1];
	filter->room--;
	block = filter->word + block_of(filter, probe);
	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t at = place(probe, i);

		block[at / 64] |= (uint64_t)1 << at % 64;
	}
	return 0;
}
