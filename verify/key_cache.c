/* Public keys that were read before: one place for each value of their last byte. */
#include "verify/key_cache.h"

#include <pthread.h>
#include <stdlib.h>

struct key_cache {
	pthread_mutex_t lock;
	struct public_key *key[256];
};

int key_cache_new(struct key_cache **out_cache, struct error *err)
{
	struct key_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return error_set(err, ERROR_SYSTEM, "out of memory for public keys");
	pthread_mutex_init(&cache->lock, NULL);
	*out_cache = cache;
	return 0;
}

void key_cache_free(struct key_cache **cache)
{
	if (!*cache)
		return;
	for (size_t i = 0; i < sizeof((*cache)->key) / sizeof((*cache)->key[0]); i++)
		public_key_free(&(*cache)->key[i]);
	pthread_mutex_destroy(&(*cache)->lock);
	free(*cache);
	*cache = NULL;
}

int key_cache_take(struct key_cache *cache, struct span der, struct public_key **out_key,
		   struct error *err)
{
	struct public_key **place, *found = NULL;

	if (!cache || !der.len)
		return public_key_from_der(der, out_key, err);
	place = &cache->key[der.data[der.len - 1]]; /* the end of a point: as good as by chance */
	pthread_mutex_lock(&cache->lock);
	if (*place && span_equal(public_key_der(*place), der))
		found = public_key_share(*place);
	pthread_mutex_unlock(&cache->lock);
	if (!found) {
		if (public_key_from_der(der, &found, err))
			return -1;
		pthread_mutex_lock(&cache->lock);
		public_key_free(place);
		*place = public_key_share(found);
		pthread_mutex_unlock(&cache->lock);
	}
	*out_key = found;
	return 0;
}
