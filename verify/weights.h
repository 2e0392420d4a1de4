/*
 * weights: the tensors of a model, in one file or in shards.
 *
 * What is computed with is hashed from the very buffer it is computed from:
 * bytes are read into the caller's memory, never mapped, and
 * weights_read_checked compares them piece by piece with a manifest.
 */
#ifndef VERIFY_WEIGHTS_H
#define VERIFY_WEIGHTS_H

#include "verify/format.h"

struct manifest;
struct piece_record;
struct tree;
struct weights;

#define WEIGHTS_SHARDS_MAX 10000u
#define WEIGHTS_INDEX_MAX_BYTES FORMAT_HEADER_MAX_BYTES /* of model.safetensors.index.json */

/*
 * The weight set of a tree: model.safetensors, the shards that
 * model.safetensors.index.json names, or the one safetensors file that the
 * tree is. The tree is borrowed until weights_close. Every header is read and
 * checked, the index is held against the shards. ERROR_ABSENT: no weights
 * that can be loaded, or a shard that the index names is missing (the text
 * counts and names them); ERROR_UNTRUSTED: two loadable weight sets, so that
 * what a loader takes cannot be decided; ERROR_CORRUPT: a malformed header or
 * index, a tensor that the index places elsewhere or that is there twice, a
 * shard name that leaves the directory.
 */
MUST_CHECK int weights_open(const struct tree *tree, struct weights **out_weights,
			    struct error *err);
/*
 * The same where the manifest is known: a shard that is not in the tree is no failure, since the
 * manifest says which tensors lie in it; only reading one of them is (ERROR_ABSENT).
 * For checks that read some layers only. The manifest must outlive the weights.
 */
MUST_CHECK int weights_open_known(const struct tree *tree, const struct manifest *manifest,
				  struct weights **out_weights, struct error *err);
void weights_close(struct weights **weights);

const struct tree *weights_tree(const struct weights *weights); /* borrowed */

/* Tensors, sorted by the bytes of their names; borrowed until weights_close. */
size_t weights_count(const struct weights *weights);
const struct tensor *weights_tensor(const struct weights *weights, size_t index);

/* The tensor of that name, or NULL. */
const struct tensor *weights_find(const struct weights *weights, const char *name);

/* The file in the tree that holds a tensor of these weights; borrowed. */
const char *weights_file_of(const struct weights *weights, const struct tensor *tensor);

/* False when the file that holds the tensor is not here. */
bool weights_here(const struct weights *weights, const struct tensor *tensor);

/* The files that the set is read from, index included; and the elements of all tensors. */
size_t weights_file_count(const struct weights *weights);
const char *weights_file(const struct weights *weights, size_t index);
uint64_t weights_parameters(const struct weights *weights);

/* Files that hold weights or code and that this set does not read (other safetensors, pickles,
 * *.py): what the verdict lists as not exercised. */
size_t weights_unread_count(const struct weights *weights);
const char *weights_unread(const struct weights *weights, size_t index);

/*
 * From now on weights_read_checked compares with `manifest`, which must have
 * its piece digests and outlive the weights. ERROR_CORRUPT when a tensor is
 * not in it with the same dtype and shape. Files may be cut differently:
 * tensors are looked up in the same file first, then by a name that is unique.
 */
MUST_CHECK int weights_expect(struct weights *weights, const struct manifest *manifest,
			      struct error *err);

/* Is a manifest attached, so that checked reads really check? */
bool weights_are_checked(const struct weights *weights);

/* The manifest's records of the tensor's pieces, pieces_in_region(length) of them; NULL without
 * weights_expect. Borrowed. */
const struct piece_record *weights_pieces(const struct weights *weights,
					  const struct tensor *tensor);

/* Of the manifest's pieces, those of tensors that checked reads have met so far. */
struct weights_seen {
	uint64_t bytes; /* each piece once, and what differed too */
	size_t differ;  /* pieces that were not the signed ones */
};
struct weights_seen weights_seen(const struct weights *weights);

/* `len` bytes from byte `offset` of the tensor's data. Any thread. */
MUST_CHECK int weights_read(struct weights *weights, const struct tensor *tensor, uint64_t offset,
			    void *out, size_t len, struct error *err);

/*
 * The same, and every byte of `out` was hashed where it lies in private memory
 * after it was read: whole pieces in `out` itself, pieces that are wanted in part
 * through a buffer from which that part is then copied. ERROR_CORRUPT names the
 * tensor and the piece when a digest is not the manifest's; `out` is then not
 * to be used. Without weights_expect it is weights_read. Spread over ctx->threads;
 * so not to be called from inside one of its jobs (pass a ctx without threads there).
 */
MUST_CHECK int weights_read_checked(const struct context *ctx, struct weights *weights,
				    const struct tensor *tensor, uint64_t offset, void *out,
				    size_t len, struct error *err);

/* A whole tensor and where its bytes go. */
struct weights_part {
	const struct tensor *tensor;
	uint8_t *out;
};

/*
 * weights_read_checked of whole tensors together: their pieces are hashed side
 * by side also where one tensor has only a few. Looks at ctx's cancelling.
 */
MUST_CHECK int weights_read_tensors(const struct context *ctx, struct weights *weights,
				    const struct weights_part *part, size_t count,
				    struct error *err);

/* Bytes [first, first + length) of a tensor, and where they belong. */
struct weights_range {
	const struct tensor *tensor;
	uint64_t first, length;
	uint64_t place;
};

/* Who takes tensors on, piece by piece. Both slots are called from several threads. */
struct weights_carrier {
	void *user;
	size_t rooms; /* pieces that a thread reads and hashes side by side */
	bool later;   /* pieces that are carried whole are hashed by the carrier: weights_carried */

	/* Room for a piece: number `room`, from 0 for each batch, of thread number `reader`. What
	 * was carried from an earlier room of that number may still be under way there. */
	int (*room)(void *user, size_t reader, size_t room, uint8_t **out_bytes, struct error *err);

	/* The `len` bytes from byte `first` of that room belong at `place`. */
	int (*carry)(void *user, size_t reader, size_t room, size_t first, size_t len,
		     uint64_t place, struct error *err);
};

/*
 * weights_read_checked of ranges, through the carrier's rooms instead of into one
 * run of memory: each piece is read into a room, hashed there, compared, and then
 * carried on from that very room, as far as it is wanted. Spread over
 * ctx->threads, whose readers count from 0. After a failure some pieces may have been carried.
 */
MUST_CHECK int weights_carry(const struct context *ctx, struct weights *weights,
			     const struct weights_range *range, size_t count,
			     const struct weights_carrier *carrier, struct error *err);

/*
 * What a carrier with `later` still has to hash: the pieces that were carried whole, from
 * byte `place` of wherever they went, in order. *out_pieces is malloced; NULL: none.
 */
struct weights_carried {
	uint64_t place;
	size_t len;
};
MUST_CHECK int weights_carried(struct weights *weights, const struct weights_range *range,
			       size_t count, struct weights_carried **out_pieces, size_t *out_count,
			       struct error *err);

/* Their digests, in the same order. ERROR_CORRUPT as weights_carry says it. */
MUST_CHECK int weights_carried_check(struct weights *weights, const struct weights_range *range,
				     size_t count, const struct digest *digest, struct error *err);

/*
 * May a loader open a file of this name: as weights, as code, or as what says how to use them
 * (configuration, tokenizer, chat template)?
 */
bool weights_may_load(const char *name);

/* Look again at every file that was read: ERROR_CORRUPT when one changed meanwhile. */
MUST_CHECK int weights_unchanged(struct weights *weights, struct error *err);

#endif
