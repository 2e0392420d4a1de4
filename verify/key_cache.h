/*
 * Public keys that were read before. Reading one takes longer than checking two signatures by it,
 * and the thousands of entries of a log name a few.
 */
#ifndef VERIFY_KEY_CACHE_H
#define VERIFY_KEY_CACHE_H

#include "verify/signature.h"

struct key_cache;

MUST_CHECK int key_cache_new(struct key_cache **out_cache, struct error *err);
void key_cache_free(struct key_cache **cache);

/*
 * public_key_from_der, where the very bytes were not read before; `cache` may be NULL. The caller
 * frees *out_key. What is refused is not remembered. Any thread.
 */
MUST_CHECK int key_cache_take(struct key_cache *cache, struct span der, struct public_key **out_key,
			      struct error *err);

#endif
