/* weights_set: which files make up a weight set. Inside verify/weights*.c only. */
#ifndef VERIFY_WEIGHTS_SET_H
#define VERIFY_WEIGHTS_SET_H

#include "verify/piece_hash.h"
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

/*
 * The weight that `tensor` is, where bytes [offset, offset + len) of it are to be
 * read. ERROR_USAGE: there are no such bytes; ERROR_ABSENT: its file is not here.
 */
MUST_CHECK int weights_weight(struct weights *weights, const struct tensor *tensor, uint64_t offset,
			      size_t len, const struct weight **out_weight, struct error *err);

/* Is the piece, which was hashed, the one that was signed? What was found is remembered. */
MUST_CHECK int weights_piece_compare(const struct weights *weights, const struct weight *weight,
				     const struct piece_job *job, uint64_t piece,
				     struct error *err);

/* What became of a piece of the manifest. */
enum piece_seen { PIECE_UNSEEN, PIECE_HOLDS, PIECE_DIFFERS };

#endif
