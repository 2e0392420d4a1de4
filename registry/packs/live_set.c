/* live_set: Bloom filters over digests, which are as good as drawn already. */
#include "registry/packs/live_set.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_SIZE = 1 << 15,
	BITS_MOST = 32,         /* for a digest */
	BITS_LEAST = 12,        /* where there is room for very many, */
	BITS_FILTER = 24 << 23, /* as 24 MiB for all of them would give each fewer */
	PROBES = 8,
	BLOCK_BITS = 512,
	FILTERS_MAX = 32
};

struct filter {
	uint64_t *word;  /* each atomic */
	uint64_t blocks; /* below 2^32 */
	uint64_t size;   /* digests that it was made for */
	int64_t room;    /* atomic: for so many more */
};

struct live_set {
	uint64_t salt;
	struct filter filter[FILTERS_MAX];
	size_t count;         /* atomic; the last one is added to */
	pthread_mutex_t lock; /* while there comes to be one more */
};

/* One more filter, for so many digests. */
static int filter_add(struct live_set *set, uint64_t size, struct error *err)
{
	const size_t bytes = BLOCK_BITS / 8;
	uint64_t few = BITS_FILTER / (size + 1);
	uint64_t bits = few > BITS_MOST ? BITS_MOST : few < BITS_LEAST ? BITS_LEAST : few;
	uint64_t blocks = size * bits / BLOCK_BITS + 1;
	uint64_t *word = set->count < FILTERS_MAX && blocks <= UINT32_MAX
				 ? aligned_alloc(bytes, (size_t)blocks * bytes)
				 : NULL;

	if (!word)
		return error_set(err, ERROR_SYSTEM, "out of memory for a set of digests");
	memset(word, 0, (size_t)blocks * bytes);
	set->filter[set->count] = (struct filter){ word, blocks, size, (int64_t)size };
	__atomic_store_n(&set->count, set->count + 1, __ATOMIC_RELEASE);
	return 0;
}

int live_set_new(uint64_t salt, uint64_t expected, struct live_set **out_set, struct error *err)
{
	CLEANUP(live_set_free) struct live_set *set = calloc(1, sizeof(*set));

	if (!set)
		return error_set(err, ERROR_SYSTEM, "out of memory for a set of digests");
	pthread_mutex_init(&set->lock, NULL);
	set->salt = salt;
	if (filter_add(set, expected > FIRST_SIZE ? expected : FIRST_SIZE, err))
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
	pthread_mutex_destroy(&(*set)->lock);
	free(*set);
	*set = NULL;
}

/*
 * All eight places lie in the same 64 bytes, so that each filter costs one miss of the cache
 * (blocked Bloom filters: F. Putze, P. Sanders and J. Singler 2007).
 */
struct probe {
	uint64_t block, bits; /* eight times nine bits; the last from the lower end of `block` */
};

static struct probe probe_of(const struct live_set *set, const struct digest *digest)
{
	uint64_t word[2];

	memcpy(word, digest->byte, sizeof(word));
	return (struct probe){ (word[0] ^ set->salt) * 0x9e3779b97f4a7c15u,
			       (word[1] ^ (set->salt << 1)) * 0xc2b2ae3d27d4eb4fu };
}

/* The first word of its block: the upper half of the word, as a share of all blocks. */
static uint64_t *block_of(const struct filter *filter, struct probe probe)
{
	return filter->word + ((probe.block >> 32) * filter->blocks >> 32) * (BLOCK_BITS / 64);
}

static uint64_t place(struct probe probe, uint64_t i)
{
	return (i < 7 ? probe.bits >> (9 * i + 1) : probe.block) & (BLOCK_BITS - 1);
}

static bool filter_has(const struct filter *filter, struct probe probe)
{
	const uint64_t *block = block_of(filter, probe);

	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t at = place(probe, i);

		if (!(__atomic_load_n(&block[at / 64], __ATOMIC_RELAXED) >> at % 64 & 1))
			return false;
	}
	return true;
}

static bool filters_have(const struct live_set *set, size_t count, struct probe probe)
{
	for (size_t i = count; i--;)
		if (filter_has(&set->filter[i], probe))
			return true;
	return false;
}

bool live_set_has(const struct live_set *set, const struct digest *digest)
{
	return filters_have(set, __atomic_load_n(&set->count, __ATOMIC_ACQUIRE),
			    probe_of(set, digest));
}

/* One more filter, unless another thread made it. */
static int grow(struct live_set *set, size_t count, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&set->lock);
	if (set->count == count)
		failed = filter_add(set, 2 * set->filter[count - 1].size, err);
	pthread_mutex_unlock(&set->lock);
	return failed;
}

int live_set_add(struct live_set *set, const struct digest *digest, struct error *err)
{
	struct probe probe = probe_of(set, digest);
	struct filter *filter;
	uint64_t *block;

	for (;;) {
		size_t count = __atomic_load_n(&set->count, __ATOMIC_ACQUIRE);

		if (filters_have(set, count, probe))
			return 0;
		filter = &set->filter[count - 1];
		if (__atomic_fetch_sub(&filter->room, 1, __ATOMIC_RELAXED) > 0)
			break;
		if (grow(set, count, err))
			return -1;
	}
	block = block_of(filter, probe);
	for (uint64_t i = 0; i < PROBES; i++) {
		uint64_t at = place(probe, i);

		__atomic_fetch_or(&block[at / 64], (uint64_t)1 << at % 64, __ATOMIC_RELAXED);
	}
	return 0;
}
