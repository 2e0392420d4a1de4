/* Entries of a log, each led to the signed root before it is believed. */
#include "registry/log/walk.h"

#include <string.h>

#include "registry/log/tiles_inner.h"

/* A bundle's entries and their hashes. */
struct bundle {
	struct span entry[TILE_WIDTH]; /* borrowed from the tiles until the next read */
	struct digest leaf[TILE_WIDTH];
	unsigned width;
};

static int bundle_split(struct span bytes, uint64_t n, unsigned width, struct bundle *bundle,
			struct error *err)
{
	struct reader r = reader_over(bytes);

	bundle->width = width;
	for (unsigned i = 0; i < width; i++) {
		bundle->entry[i] = reader_take(&r, reader_u16be(&r));
		if (r.failed)
			return error_set(err, ERROR_CORRUPT,
					 "the log's bundle %llu ends before its entry %u",
					 (unsigned long long)n, i);
		bundle->leaf[i] = merkle_leaf(bundle->entry[i]);
	}
	return 0;
}

/*
 * The path of the bundle's first entry: inside the bundle by the hashes that its bytes give, so
 * that it commits to each of them, and above it as the tiles have it.
 */
static int bundle_prove(struct tiles *tiles, const struct tree_head *head, uint64_t n,
			const struct bundle *bundle, struct error *err)
{
	struct digest path[MERKLE_PROOF_MAX], inside[MERKLE_PROOF_MAX];
	size_t len, inside_len;

	if (tiles_prove_inclusion(tiles, n * TILE_WIDTH, head->size, path, &len, err))
		return -1;
	merkle_path_of(bundle->leaf, bundle->width, 0, inside, &inside_len);
	if (inside_len > len)
		return error_set(err, ERROR_CORRUPT, "a bundle that no tree has");
	memcpy(path, inside, inside_len * sizeof(path[0]));
	if (merkle_check_inclusion(n * TILE_WIDTH, head->size, &bundle->leaf[0], path, len,
				   &head->root, err))
		return error_prefix(err, "the entries %llu to %llu that the log serves",
				    (unsigned long long)(n * TILE_WIDTH),
				    (unsigned long long)(n * TILE_WIDTH + bundle->width - 1));
	return 0;
}

static int bundle_walk(struct tiles *tiles, const struct tree_head *head, uint64_t n, uint64_t from,
		       uint64_t to, log_visit visit, void *arg, struct error *err)
{
	uint64_t left = head->size - n * TILE_WIDTH;
	struct bundle bundle;
	CLEANUP(buffer_release) struct buffer bytes;
	struct span there;
	unsigned width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH;

	buffer_init(&bytes, BUNDLE_MAX_BYTES);
	/* A copy: what is visited may read other tiles. */
	if (tile_get(tiles, -1, n, width, &there, err) || buffer_add(&bytes, there, err) ||
	    bundle_split(buffer_view(&bytes), n, width, &bundle, err) ||
	    bundle_prove(tiles, head, n, &bundle, err))
		return -1;
	for (unsigned i = 0; i < width; i++) {
		uint64_t index = n * TILE_WIDTH + i;

		if (index >= from && index < to && visit(arg, index, bundle.entry[i], err))
			return -1;
	}
	return 0;
}

int log_walk(struct tiles *tiles, const struct tree_head *head, uint64_t from, uint64_t to,
	     log_visit visit, void *arg, struct error *err)
{
	if (to > head->size)
		return error_set(err, ERROR_USAGE, "the log has only %llu entries",
				 (unsigned long long)head->size);
	for (uint64_t n = from / TILE_WIDTH; from < to && n * TILE_WIDTH < to; n++)
		if (bundle_walk(tiles, head, n, from, to, visit, arg, err))
			return -1;
	return 0;
}

static int entry_copy(void *arg, uint64_t index, struct span entry, struct error *err)
{
	(void)index;
	return buffer_add(arg, entry, err);
}

int log_walk_entry(struct tiles *tiles, const struct tree_head *head, uint64_t index,
		   struct buffer *out, struct error *err)
{
	if (index >= head->size)
		return error_set(err, ERROR_ABSENT, "the log has no entry %llu: it has %llu",
				 (unsigned long long)index, (unsigned long long)head->size);
	return log_walk(tiles, head, index, index + 1, entry_copy, out, err);
}
