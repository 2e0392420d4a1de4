/* Which texts were seen already, and where first: of an audit, of a monitor. */
#ifndef REGISTRY_SEEN_H
#define REGISTRY_SEEN_H

#include "kernels/kernels.h"

#define SEEN_INDEX_MAX (UINT64_MAX >> 1)

/*
 * A map from text keys (claims, statement and key) to the index where each was first seen, at most
 * SEEN_INDEX_MAX. A key takes 40 bytes, however long it is, and as much room again.
 */
struct seen {
	struct seen_slot {
		struct digest key; /* SHA-256 of it */
		uint64_t index : 63, taken : 1;
	} * slot;
	size_t cap, count;
};

void seen_release(struct seen *seen);
/* *out_first is `index` when the key is new, else where it was seen first. */
MUST_CHECK int seen_add(struct seen *seen, const char *key, uint64_t index, uint64_t *out_first,
			struct error *err);
/* The index, or UINT64_MAX. */
uint64_t seen_find(const struct seen *seen, const char *key);

#endif
