/* weights_index: model.safetensors.index.json, which says what shard holds what tensor. Inside
 * verify/ only. */
#ifndef VERIFY_WEIGHTS_INDEX_H
#define VERIFY_WEIGHTS_INDEX_H

#include "verify/weights.h"

struct weights_index_entry {
	const char *tensor;
	uint32_t shard; /* into weights_index.shard */
};

struct weights_index {
	struct weights_index_entry *entry; /* by the bytes of the tensors' names */
	size_t count, cap;
	const char **shard; /* in the order of their first mention */
	uint32_t *order;    /* the same by name */
	size_t shard_count, shard_cap;
	struct arena *arena;
};

void weights_index_release(struct weights_index *index);

/*
 * Read weight_map as a stream. ERROR_CORRUPT: malformed, a tensor named
 * twice, a shard's name that leaves the directory, a limit passed.
 */
MUST_CHECK int weights_index_read(struct source *source, struct weights_index *out_index,
				  struct error *err);

#endif
