/* weights_set: which files make up a weight set. Inside verify/weights*.c only. */
#ifndef VERIFY_WEIGHTS_SET_H
#define VERIFY_WEIGHTS_SET_H

#include "verify/tree.h"
#include "verify/weights.h"

struct piece_record;

struct weights_shard {
	const char *name;      /* borrowed from the tree */
	struct source *source; /* NULL: it is not here (weights_open_known) */
	struct tensor_table table;
	const struct tensor *tensor; /* of the table; of the manifest where it is not here */
	size_t tensor_count;
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
	_Atomic unsigned char *seen; /* of each of its pieces: enum piece_seen */
};

/* What became of a piece of the manifest. */
enum piece_seen { PIECE_UNSEEN, PIECE_HOLDS, PIECE_DIFFERS };

#endif
