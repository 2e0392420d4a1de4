/* Which texts were seen already, and where first: open addressing over their SHA-256. */
#include "registry/seen.h"

#include <stdlib.h>
#include <string.h>

void seen_release(struct seen *seen)
{
	free(seen->slot);
	*seen = (struct seen){ 0 };
}

/* Where the key lies, or would. */
static size_t place_of(const struct seen_slot *slot, size_t cap, const struct digest *key)
{
	size_t at;

	memcpy(&at, key->byte, sizeof(at));
	for (at &= cap - 1; slot[at].taken && !digest_equal(&slot[at].key, key);)
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
		if (seen->slot[i].taken)
			slot[place_of(slot, cap, &seen->slot[i].key)] = seen->slot[i];
	free(seen->slot);
	seen->slot = slot;
	seen->cap = cap;
	return 0;
}

int seen_add(struct seen *seen, const char *key, uint64_t index, uint64_t *out_first,
	     struct error *err)
{
	struct digest digest = sha256(span_of(key));
	struct seen_slot *slot;

	if (index > SEEN_INDEX_MAX)
		return error_set(err, ERROR_USAGE, "a log of so many entries is not looked at");
	if (seen->count >= seen->cap / 4 * 3 && seen_grow(seen, err))
		return -1;
	slot = &seen->slot[place_of(seen->slot, seen->cap, &digest)];
	if (!slot->taken) {
		*slot = (struct seen_slot){ .key = digest,
					    .index = index & SEEN_INDEX_MAX,
					    .taken = 1 };
		seen->count++;
	}
	*out_first = slot->index;
	return 0;
}

uint64_t seen_find(const struct seen *seen, const char *key)
{
	struct digest digest = sha256(span_of(key));
	const struct seen_slot *slot;

	if (!seen->cap)
		return UINT64_MAX;
	slot = &seen->slot[place_of(seen->slot, seen->cap, &digest)];
	return slot->taken ? slot->index : UINT64_MAX;
}
