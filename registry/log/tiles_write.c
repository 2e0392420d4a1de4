/* A log as C2SP tlog-tiles, written: what a longer log has and the shorter one lacked. */
#include <stdlib.h>
#include <string.h>

#include "registry/log/tiles_inner.h"

/* Bytes that are gathered before they are put. */
#define GATHER_BYTES (8u << 20)

/* Files on their way into the log, put several at once. */
struct gathered {
	struct tiles *tiles;
	struct buffer bytes; /* one after the other */
	struct blob blob[BLOBS_PUT_MAX];
	char path[BLOBS_PUT_MAX][BLOB_PATH_MAX];
	size_t end[BLOBS_PUT_MAX]; /* in `bytes` */
	size_t count;
};

static int gathered_put(struct gathered *g, struct error *err)
{
	size_t start = 0;

	for (size_t i = 0; i < g->count; i++) {
		g->blob[i] =
			(struct blob){ g->path[i], { g->bytes.data + start, g->end[i] - start } };
		start = g->end[i];
	}
	if (blobs_put_all(g->tiles->blobs, g->blob, g->count, err))
		return -1;
	g->bytes.len = 0;
	g->count = 0;
	return 0;
}

static int gathered_add(struct gathered *g, int level, uint64_t n, unsigned width,
			struct span bytes, struct error *err)
{
	if ((g->count == BLOBS_PUT_MAX || g->bytes.len > GATHER_BYTES) && gathered_put(g, err))
		return -1;
	if (buffer_add(&g->bytes, bytes, err))
		return -1;
	tile_path(level, n, width, g->path[g->count]);
	g->end[g->count++] = g->bytes.len;
	return 0;
}

/* Write `count` hashes of a level, the first of which is number `first`, a multiple of 256. */
static int level_write(struct gathered *g, int level, uint64_t first, const struct digest *hash,
		       size_t count, struct error *err)
{
	for (size_t done = 0; done < count; done += TILE_WIDTH) {
		unsigned width = count - done < TILE_WIDTH ? (unsigned)(count - done) : TILE_WIDTH;

		if (gathered_add(g, level, (first + done) / TILE_WIDTH, width,
				 (struct span){ hash[done].byte, width * DIGEST_SIZE }, err))
			return -1;
	}
	return 0;
}

/*
 * Put the hashes [old, new) of a level, and those before them in their tile, into out_hash[]; the
 * new ones come from `fresh`. *out_first is the number of the first.
 */
static int level_gather(struct tiles *tiles, int level, uint64_t old, const struct digest *fresh,
			size_t count, struct digest *out_hash, struct error *err)
{
	unsigned before = (unsigned)(old % TILE_WIDTH);
	struct span bytes;

	if (before) {
		if (tile_get(tiles, level, old / TILE_WIDTH, before, &bytes, err))
			return -1;
		memcpy(out_hash, bytes.data, before * DIGEST_SIZE);
	}
	memcpy(out_hash + before, fresh, count * DIGEST_SIZE);
	return 0;
}

/*
 * Write the tiles of `level` for the hashes number old … old + count - 1, fresh[count]; leave the
 * roots of the tiles that became full in fresh[]; *out_full of them.
 */
static int level_append(struct gathered *g, int level, uint64_t old, struct digest *fresh,
			size_t count, size_t *out_full, struct error *err)
{
	size_t before = (size_t)(old % TILE_WIDTH), full = (before + count) / TILE_WIDTH;
	struct digest *hash = calloc(before + count, sizeof(*hash));
	int failed;

	if (!hash)
		return error_set(err, ERROR_SYSTEM, "out of memory for tiles");
	failed = level_gather(g->tiles, level, old, fresh, count, hash, err) ||
		 level_write(g, level, old - before, hash, before + count, err);
	for (size_t i = 0; i < full; i++)
		fresh[i] = merkle_root_of(hash + i * TILE_WIDTH, TILE_WIDTH);
	free(hash);
	*out_full = full;
	return failed ? -1 : 0;
}

/* The entries already in the last bundle, each checked against its leaf hash. */
static int bundle_begin(struct tiles *tiles, uint64_t size, struct buffer *out, struct error *err)
{
	for (uint64_t i = size / TILE_WIDTH * TILE_WIDTH; i < size; i++) {
		size_t start = out->len;
		uint16_t len;

		if (buffer_add_u16be(out, 0, err) || tiles_entry(tiles, i, size, out, err))
			return -1;
		len = (uint16_t)(out->len - start - 2);
		out->data[start] = (uint8_t)(len >> 8);
		out->data[start + 1] = (uint8_t)len;
	}
	return 0;
}

static int bundles_append(struct gathered *g, uint64_t size, const struct span *entry, size_t count,
			  struct error *err)
{
	CLEANUP(buffer_release) struct buffer bundle;
	uint64_t at = size;

	buffer_init(&bundle, BUNDLE_MAX_BYTES);
	if (bundle_begin(g->tiles, size, &bundle, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		unsigned width;

		if (buffer_add_u16be(&bundle, (uint16_t)entry[i].len, err) ||
		    buffer_add(&bundle, entry[i], err))
			return -1;
		at++;
		width = (unsigned)(at % TILE_WIDTH);
		if (width && i + 1 < count)
			continue;
		if (gathered_add(g, -1, (at - 1) / TILE_WIDTH, width ? width : TILE_WIDTH,
				 buffer_view(&bundle), err))
			return -1;
		bundle.len = 0;
	}
	return 0;
}

/* Put everything that the entries add; fresh[count] are their leaf hashes and spent after it. */
static int tiles_put(struct tiles *tiles, uint64_t size, const struct span *entry, size_t count,
		     struct digest *fresh, struct error *err)
{
	struct gathered *g = calloc(1, sizeof(*g));
	size_t fresh_count = count;
	int failed;

	if (!g)
		return error_set(err, ERROR_SYSTEM, "out of memory for tiles");
	g->tiles = tiles;
	buffer_init(&g->bytes, GATHER_BYTES + BUNDLE_MAX_BYTES);
	failed = bundles_append(g, size, entry, count, err);
	for (int level = 0; !failed && fresh_count; level++)
		failed = level_append(g, level, size >> (8 * level), fresh, fresh_count,
				      &fresh_count, err);
	if (!failed)
		failed = gathered_put(g, err);
	buffer_release(&g->bytes);
	free(g);
	return failed ? -1 : 0;
}

int tiles_append(struct tiles *tiles, struct merkle *tree, const struct span *entry, size_t count,
		 struct error *err)
{
	struct merkle grown = *tree;
	struct digest *fresh;
	int failed;

	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++)
		if (entry[i].len > ENTRY_MAX_BYTES)
			return error_set(err, ERROR_USAGE, "an entry of %zu bytes is too long",
					 entry[i].len);
	fresh = calloc(count, sizeof(*fresh));
	if (!fresh)
		return error_set(err, ERROR_SYSTEM, "out of memory for tiles");
	for (size_t i = 0; i < count; i++) {
		fresh[i] = merkle_leaf(entry[i]);
		merkle_add(&grown, &fresh[i]);
	}
	failed = tiles_put(tiles, tree->count, entry, count, fresh, err);
	free(fresh);
	tiles_forget(tiles);
	if (failed)
		return -1;
	*tree = grown;
	return 0;
}
