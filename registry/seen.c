/* Which texts were seen already, and where first: open addressing over SHA-256's first bytes. */
#include "registry/seen.h"

#include <stdlib.h>
#include <string.h>

void seen_release(struct seen *seen)
{
	for (size_t i = 0; i < seen->cap; i++)
		free(seen->slot[i].key);
	free(seen->slot);
	*seen = (struct seen){ 0 };
}

static size_t place_of(const struct seen_slot *slot, size_t cap, const char *key)
{
	struct digest digest = sha256(span_of(key));
	size_t at;

	memcpy(&at, digest.byte, sizeof(at));
	for (at &= cap - 1; slot[at].key && strcmp(slot[at].key, key) != 0;)
		at = (at + 1) & (cap - 1);
	return at;
}

static int seen_grow(struct seen *seen, struct error *err)
{
	size_t cap = seen->cap ? 2 * seen->cap : 1024;
	struct seen_slot *slot = calloc(cap, sizeof(*slot));

	if (!slot)
		return error_set(err, ERROR_SYSTEM, "out of memory for what was seen");
	for (size_t i = 0; i < seen->cap; i++)
		if (seen->slot[i].key)
			slot[place_of(slot, cap, seen->slot[i].key)] = seen->slot[i];
	free(seen->slot);
	seen->slot = slot;
	seen->cap = cap;
	return 0;
}

int seen_add(struct seen *seen, const char *key, uint64_t index, uint64_t *out_first,
	     struct error *err)
{
	size_t at;

	if (seen->count >= seen->cap / 2 && seen_grow(seen, err))
		return -1;
	at = place_of(seen->slot, seen->cap, key);
	if (!seen->slot[at].key) {
		seen->slot[at].key = strdup(key);
		if (!seen->slot[at].key)
			return error_set(err, ERROR_SYSTEM, "out of memory for what was seen");
		seen->slot[at].index = index;
		seen->count++;
	}
	*out_first = seen->slot[at].index;
	return 0;
}

uint64_t seen_find(const struct seen *seen, const char *key)
{
	size_t at;

	if (!seen->cap)
		return UINT64_MAX;
	at = place_of(seen->slot, seen->cap, key);
	return seen->slot[at].key ? seen->slot[at].index : UINT64_MAX;
}
