/* live_set: Bloom filters over digests, which are as good as drawn already. */
#include "registry/live_set.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BITS = 1 << 20, BITS_A_DIGEST = 32, PROBES = 8, FILTERS_MAX = 32 };

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
	uint64_t *word = set->count < FILTERS_MAX ? calloc(bits / 64, sizeof(*word)) : NULL;

	if (!word)
		return error_set(err, ERROR_SYSTEM, "out of memory for a set of digests");
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

/* Two words of the digest make eight places (double hashing, Kirsch and Mitzenmacher 2006). */
struct probe {
	uint64_t first, step;
};

static struct probe probe_of(const struct live_set *set, const struct digest *digest)
{
	uint64_t word[2];

	memcpy(word, digest->byte, sizeof(word));
	return (struct probe){ (word[0] ^ set->salt) * 0x9e3779b97f4a7c15u,
			       ((word[1] ^ (set->salt << 1)) * 0xc2b2ae3d27d4eb4fu) | 1 };
}

static uint64_t place(const struct filter *filter, struct probe probe, uint64_t i)
{
	return ((probe.first + i * probe.step) >> 7) & (filter->bits - 1);
}

static bool filter_has(const struct filter *filter, struct probe probe)
{
	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t at = place(filter, probe, i);

		if (!(filter->word[at / 64] >> at % 64 & 1))
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

	if (live_set_has(set, digest))
		return 0;
	if (!set->filter[set->count - 1].room && filter_add(set, err))
		return -1;
	filter = &set->filter[set->count - 1];
	filter->room--;
	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t at = place(filter, probe, i);

		filter->word[at / 64] |= (uint64_t)1 << at % 64;
	}
	return 0;
}
