/* weights_set: which files make up a weight set. Inside verify/weights*.c only. */
#ifndef VERIFY_WEIGHTS_SET_H
#define VERIFY_WEIGHTS_SET_H

#include "verify/tree.h"
#include "verify/weights.h"

struct piece_record;

struct weights_shard {
	const char *name; /* borrowed from the tree */
	struct source *source;
	struct tensor_table table;
};

struct weight {
	const struct tensor *tensor; /* in its shard's table */
	uint32_t shard;
	const struct piece_record *record; /* of the manifest, once weights_expect was called */
};

struct weights {
	const struct tree *tree;
	struct weights_shard *shard;
	size_t shard_count;
	struct weight *weight; /* by the bytes of the tensors' names */
	size_t count;
	const char *index_name; /* borrowed from the tree, or NULL */
	const char **unread;
	size_t unread_count;
	const struct manifest *manifest;
};

#endif
