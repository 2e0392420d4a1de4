/*
 * A log as C2SP tlog-tiles: hash tiles of 256 hashes, bundles of 256 entries.
 *
 * Tile (level, n) holds at place i the root of the entries (n·256+i)·256^level up to
 * (n·256+i+1)·256^level. Level above 0 exists for full tiles below only. Files:
 * `tile/L/N`, `tile/entries/N`, with `.p/W` behind a tile of W < 256.
 */
#ifndef REGISTRY_TILES_H
#define REGISTRY_TILES_H

#include "registry/blobs.h"
#include "verify/verify.h"

#define TILE_WIDTH 256u

/* A reader and writer of the tiles in `blobs`, with the last tiles read at hand. Not for several
 * threads. */
struct tiles;
MUST_CHECK int tiles_new(struct blobs *blobs, struct tiles **out_tiles, struct error *err);
void tiles_free(struct tiles **tiles);

/* Drop the tiles at hand: what lies in the log is read anew. */
void tiles_forget(struct tiles *tiles);

/* "tile/0/x001/x234/067.p/41"; level -1 is "entries"; width 256: a full tile. */
void tile_path(int level, uint64_t n, unsigned width, char out_path[BLOB_PATH_MAX]);

/* Root of the tree of the first `size` entries. size <= what was written. */
MUST_CHECK int tiles_root(struct tiles *tiles, uint64_t size, struct digest *out_root,
			  struct error *err);

/* Root of the first `old_size` entries, from the tiles of a tree of `size` entries. */
MUST_CHECK int tiles_root_within(struct tiles *tiles, uint64_t old_size, uint64_t size,
				 struct digest *out_root, struct error *err);

/* The hash of leaf `index` in a tree of `size`. */
MUST_CHECK int tiles_leaf(struct tiles *tiles, uint64_t index, uint64_t size,
			  struct digest *out_hash, struct error *err);

/* Append the entry `index` of a tree of `size`, checked against its leaf hash. */
MUST_CHECK int tiles_entry(struct tiles *tiles, uint64_t index, uint64_t size, struct buffer *out,
			   struct error *err);

/* Audit path of entry `index` in the tree of `size`, nearest sibling first. */
MUST_CHECK int tiles_prove_inclusion(struct tiles *tiles, uint64_t index, uint64_t size,
				     struct digest out_path[MERKLE_PROOF_MAX], size_t *out_len,
				     struct error *err);

/* Proof that the tree of `new_size` begins with that of `old_size`; 0 < old_size <= new_size. */
MUST_CHECK int tiles_prove_consistency(struct tiles *tiles, uint64_t old_size, uint64_t new_size,
				       struct digest out_path[MERKLE_PROOF_MAX], size_t *out_len,
				       struct error *err);

/*
 * Write what a log of `size` entries lacks when `count` more come: the bundles
 * and tiles of the new size, each if absent. `tree` is the state at `size`, moved along on success.
 */
MUST_CHECK int tiles_append(struct tiles *tiles, struct merkle *tree, const struct span *entry,
			    size_t count, struct error *err);

/* The state (full subtrees) of the tree at `size`, from the tiles. */
MUST_CHECK int tiles_state(struct tiles *tiles, uint64_t size, struct merkle *out_tree,
			   struct error *err);

#endif
