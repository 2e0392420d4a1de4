/* A log as C2SP tlog-tiles, read: paths, hashes of subtrees, proofs, entries. */
#include "registry/tiles.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/log/tiles_inner.h"

static uint64_t hashes_at(uint64_t size, int level)
{
	return level > 7 ? 0 : size >> (8 * level);
}

int tiles_new(struct blobs *blobs, struct tiles **out_tiles, struct error *err)
{
	struct tiles *tiles = calloc(1, sizeof(*tiles));

	if (!tiles)
		return error_set(err, ERROR_SYSTEM, "out of memory for tiles");
	tiles->blobs = blobs;
	for (size_t i = 0; i < TILE_SLOTS; i++)
		buffer_init(&tiles->slot[i].bytes, BUNDLE_MAX_BYTES);
	*out_tiles = tiles;
	return 0;
}

void tiles_free(struct tiles **tiles)
{
	if (!*tiles)
		return;
	for (size_t i = 0; i < TILE_SLOTS; i++)
		buffer_release(&(*tiles)->slot[i].bytes);
	free(*tiles);
	*tiles = NULL;
}

void tiles_forget(struct tiles *tiles)
{
	for (size_t i = 0; i < TILE_SLOTS; i++)
		tiles->slot[i].width = 0;
}

void tile_path(int level, uint64_t n, unsigned width, char out_path[BLOB_PATH_MAX])
{
	char groups[64] = "";
	size_t at = sizeof(groups) - 1;
	int len;

	/* Three digits a group, from the right; all but the last begin with x. */
	groups[at] = '\0';
	do {
		char group[8];

		snprintf(group, sizeof(group), "%s%03u", groups[at] ? "x" : "",
			 (unsigned)(n % 1000));
		if (groups[at])
			groups[--at] = '/';
		at -= strlen(group);
		memcpy(groups + at, group, strlen(group));
		n /= 1000;
	} while (n);
	if (level < 0)
		len = snprintf(out_path, BLOB_PATH_MAX, "tile/entries/%s", groups + at);
	else
		len = snprintf(out_path, BLOB_PATH_MAX, "tile/%d/%s", level, groups + at);
	if (width < TILE_WIDTH)
		snprintf(out_path + len, BLOB_PATH_MAX - (size_t)len, ".p/%u", width);
}

/* Is a file that was read one with at least `width` hashes or entries? */
static bool width_ok(int level, unsigned width, struct span bytes)
{
	return level < 0 || bytes.len >= (size_t)width * DIGEST_SIZE;
}

/* Read tile (level, n) with at least its first `width` parts: the partial one, else the full one.
 */
static int tile_read(struct tiles *tiles, int level, uint64_t n, unsigned width,
		     struct tile_slot *slot, struct error *err)
{
	struct error absent = { 0 }, whole = { 0 };
	char path[BLOB_PATH_MAX];

	slot->width = 0;
	slot->bytes.len = 0;
	tile_path(level, n, width, path);
	if (blobs_read(tiles->blobs, path, &slot->bytes, &absent)) {
		if (absent.code != ERROR_ABSENT || width == TILE_WIDTH)
			return error_set(err,
					 absent.code == ERROR_ABSENT ? ERROR_CORRUPT : absent.code,
					 "the log lacks '%s': %s", path, absent.text);
		width = TILE_WIDTH;
		slot->bytes.len = 0;
		tile_path(level, n, width, path);
		if (blobs_read(tiles->blobs, path, &slot->bytes, &whole))
			return error_set(
				err, whole.code == ERROR_ABSENT ? ERROR_CORRUPT : whole.code,
				"the log lacks '%s' and what was before it: %s", path, whole.text);
	}
	if (!width_ok(level, width, buffer_view(&slot->bytes)))
		return error_set(err, ERROR_CORRUPT, "the log's file '%s' is too short", path);
	slot->level = level;
	slot->n = n;
	slot->width = width;
	return 0;
}

int tile_get(struct tiles *tiles, int level, uint64_t n, unsigned width, struct span *out_bytes,
	     struct error *err)
{
	struct tile_slot *oldest = &tiles->slot[0];

	for (size_t i = 0; i < TILE_SLOTS; i++) {
		struct tile_slot *slot = &tiles->slot[i];

		if (slot->width >= width && slot->level == level && slot->n == n) {
			slot->used = ++tiles->clock;
			*out_bytes = buffer_view(&slot->bytes);
			return 0;
		}
		if (slot->used < oldest->used)
			oldest = slot;
	}
	if (tile_read(tiles, level, n, width, oldest, err))
		return -1;
	oldest->used = ++tiles->clock;
	*out_bytes = buffer_view(&oldest->bytes);
	return 0;
}

/* How many parts tile (level, n) has in a tree of `size`; `level` -1 counts as 0. */
static unsigned tile_width(uint64_t size, int level, uint64_t n)
{
	uint64_t count = hashes_at(size, level < 0 ? 0 : level);

	assert(n <= count / TILE_WIDTH);
	return count / TILE_WIDTH > n ? TILE_WIDTH : (unsigned)(count % TILE_WIDTH);
}

/* Root of the complete subtree of entries [index << level, (index + 1) << level). */
static int subtree(struct tiles *tiles, uint64_t size, unsigned level, uint64_t index,
		   struct digest *out_hash, struct error *err)
{
	int tile_level = (int)(level / 8);
	uint64_t first = index << (level % 8);
	size_t count = (size_t)1 << (level % 8);
	uint64_t n = first / TILE_WIDTH;
	struct digest hash[TILE_WIDTH];
	struct span bytes;

	if (tile_get(tiles, tile_level, n, tile_width(size, tile_level, n), &bytes, err))
		return -1;
	memcpy(hash, bytes.data + first % TILE_WIDTH * DIGEST_SIZE, count * DIGEST_SIZE);
	*out_hash = merkle_root_of(hash, count);
	return 0;
}

/* The largest power of two below n, n > 1. */
static uint64_t split_of(uint64_t n)
{
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

/* Root of the entries [first, first + count), `first` a multiple of the power of two >= count. */
static int range(struct tiles *tiles, uint64_t size, uint64_t first, uint64_t count,
		 struct digest *out_hash, struct error *err)
{
	struct digest part[64];
	size_t parts = 0;

	while (count) {
		uint64_t whole = (uint64_t)1 << (63 - __builtin_clzll(count));
		unsigned level = (unsigned)__builtin_ctzll(whole);

		if (subtree(tiles, size, level, first >> level, &part[parts++], err))
			return -1;
		first += whole;
		count -= whole;
	}
	*out_hash = part[--parts];
	while (parts)
		*out_hash = merkle_node(&part[--parts], out_hash);
	return 0;
}

int tiles_root_within(struct tiles *tiles, uint64_t old_size, uint64_t size,
		      struct digest *out_root, struct error *err)
{
	if (old_size > size)
		return error_set(err, ERROR_CORRUPT, "the log has %llu entries, not %llu",
				 (unsigned long long)size, (unsigned long long)old_size);
	if (!old_size) {
		*out_root = merkle_empty();
		return 0;
	}
	return range(tiles, size, 0, old_size, out_root, err);
}

int tiles_root(struct tiles *tiles, uint64_t size, struct digest *out_root, struct error *err)
{
	return tiles_root_within(tiles, size, size, out_root, err);
}

int tiles_state(struct tiles *tiles, uint64_t size, struct merkle *out_tree, struct error *err)
{
	struct merkle tree = { .count = size };
	uint64_t first = 0;

	for (int level = 63; level >= 0; level--) {
		if (!(size >> level & 1))
			continue;
		if (subtree(tiles, size, (unsigned)level, first >> level, &tree.full[level], err))
			return -1;
		first += (uint64_t)1 << level;
	}
	*out_tree = tree;
	return 0;
}

int tiles_leaf(struct tiles *tiles, uint64_t index, uint64_t size, struct digest *out_hash,
	       struct error *err)
{
	if (index >= size)
		return error_set(err, ERROR_ABSENT, "the log has no entry %llu: it has %llu",
				 (unsigned long long)index, (unsigned long long)size);
	return subtree(tiles, size, 0, index, out_hash, err);
}

int bundle_entry(struct span bundle, unsigned place, struct span *out_entry)
{
	struct reader r = reader_over(bundle);

	for (unsigned i = 0; i < place; i++)
		reader_take(&r, reader_u16be(&r));
	*out_entry = reader_take(&r, reader_u16be(&r));
	return r.failed ? -1 : 0;
}

int tiles_entry(struct tiles *tiles, uint64_t index, uint64_t size, struct buffer *out,
		struct error *err)
{
	uint64_t n = index / TILE_WIDTH;
	struct digest expected, found;
	struct span bundle, entry;

	if (tiles_leaf(tiles, index, size, &expected, err) ||
	    tile_get(tiles, -1, n, tile_width(size, -1, n), &bundle, err))
		return -1;
	if (bundle_entry(bundle, (unsigned)(index % TILE_WIDTH), &entry))
		return error_set(err, ERROR_CORRUPT, "the log's bundle %llu is too short",
				 (unsigned long long)n);
	found = merkle_leaf(entry);
	if (!digest_equal(&found, &expected))
		return error_set(err, ERROR_CORRUPT,
				 "entry %llu of the log is not the one its tree holds",
				 (unsigned long long)index);
	return buffer_add(out, entry, err);
}

/* `down` was collected from the root; proofs go the other way. */
static void turn(const struct digest *down, size_t len, struct digest *out_path)
{
	for (size_t i = 0; i < len; i++)
		out_path[i] = down[len - 1 - i];
}

int tiles_prove_inclusion(struct tiles *tiles, uint64_t index, uint64_t size,
			  struct digest out_path[MERKLE_PROOF_MAX], size_t *out_len,
			  struct error *err)
{
	struct digest down[MERKLE_PROOF_MAX];
	uint64_t first = 0, count = size;
	size_t len = 0;

	if (index >= size)
		return error_set(err, ERROR_ABSENT, "the log has no entry %llu: it has %llu",
				 (unsigned long long)index, (unsigned long long)size);
	while (count > 1) {
		uint64_t k = split_of(count);
		bool left = index - first < k;

		if (left ? range(tiles, size, first + k, count - k, &down[len++], err)
			 : range(tiles, size, first, k, &down[len++], err))
			return -1;
		first += left ? 0 : k;
		count = left ? k : count - k;
	}
	turn(down, len, out_path);
	*out_len = len;
	return 0;
}

int tiles_prove_consistency(struct tiles *tiles, uint64_t old_size, uint64_t new_size,
			    struct digest out_path[MERKLE_PROOF_MAX], size_t *out_len,
			    struct error *err)
{
	struct digest down[MERKLE_PROOF_MAX + 1];
	uint64_t first = 0, old_count = old_size, count = new_size;
	bool whole = true; /* the old tree's own root: the verifier has it */
	size_t len = 0;

	if (!old_size || old_size > new_size)
		return error_set(err, ERROR_USAGE, "no proof leads from %llu entries to %llu",
				 (unsigned long long)old_size, (unsigned long long)new_size);
	while (old_count != count) {
		uint64_t k = split_of(count);

		if (old_count <= k) {
			if (range(tiles, new_size, first + k, count - k, &down[len++], err))
				return -1;
			count = k;
			continue;
		}
		if (range(tiles, new_size, first, k, &down[len++], err))
			return -1;
		first += k;
		old_count -= k;
		count -= k;
		whole = false;
	}
	if (!whole && range(tiles, new_size, first, count, &down[len++], err))
		return -1;
	turn(down, len, out_path);
	*out_len = len;
	return 0;
}
