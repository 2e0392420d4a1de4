/* Derive every tile of a log from its entries, and compare with what is served. */
#include "registry/log/tiles_derive.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "registry/log/tiles_inner.h"

#define TILE_LEVELS 8
#define TILE_MAX_BYTES (TILE_WIDTH * DIGEST_SIZE)

/* The tile that is growing at one level. */
struct growing {
	struct digest hash[TILE_WIDTH];
	unsigned width;
	uint64_t n; /* tiles that were full before */
};

struct deriving {
	struct blobs *blobs;
	const struct derive_visit *visit;
	struct growing level[TILE_LEVELS];
	struct merkle tree;
	uint64_t tiles;
};

PRINTF_LIKE(3, 4)
static int find(struct deriving *d, struct error *err, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return d->visit->finding(d->visit->arg, text, err);
}

/*
 * Read tile (level, n); the full one where a partial one is gone. *out_there: it is there, and
 * *out_whole that nothing may stand behind its `width` parts. What is amiss is told.
 */
static int tile_fetch(struct deriving *d, int level, uint64_t n, unsigned width,
		      char path[BLOB_PATH_MAX], struct buffer *out, bool *out_there,
		      bool *out_whole, struct error *err)
{
	struct error cause = { 0 }, full = { 0 };
	char whole[BLOB_PATH_MAX];

	tile_path(level, n, width, path);
	*out_there = *out_whole = true;
	if (blobs_read(d->blobs, path, out, &cause) == 0)
		return 0;
	if (cause.code == ERROR_ABSENT && width < TILE_WIDTH) {
		tile_path(level, n, TILE_WIDTH, whole);
		out->len = 0;
		*out_whole = false;
		if (blobs_read(d->blobs, whole, out, &full) == 0)
			return 0;
		if (full.code == ERROR_SYSTEM)
			cause = full;
	}
	if (cause.code == ERROR_SYSTEM) {
		*err = cause;
		return -1;
	}
	*out_there = false;
	return find(d, err, "%s: %s", path, cause.text);
}

/* What is served at level, n must be the hashes that the entries give. */
static int tile_compare(struct deriving *d, int level, const struct growing *tile,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer served;
	size_t len = tile->width * DIGEST_SIZE;
	char path[BLOB_PATH_MAX];
	bool there, whole;

	buffer_init(&served, TILE_MAX_BYTES);
	if (tile_fetch(d, level, tile->n, tile->width, path, &served, &there, &whole, err))
		return -1;
	if (!there)
		return 0;
	d->tiles++;
	if (whole && served.len != len)
		return find(d, err, "%s has %zu bytes, and %zu belong there", path, served.len,
			    len);
	if (served.len < len || memcmp(served.data, tile->hash, len) != 0)
		return find(d, err, "%s is not what the entries give", path);
	return 0;
}

/* Add a hash to the first level; a tile that is full is compared and goes up as one hash. */
static int leaf_add(struct deriving *d, const struct digest *leaf, struct error *err)
{
	struct digest up = *leaf;

	merkle_add(&d->tree, leaf);
	for (int at = 0; at < TILE_LEVELS; at++) {
		struct growing *tile = &d->level[at];

		tile->hash[tile->width++] = up;
		if (tile->width < TILE_WIDTH)
			return 0;
		if (tile_compare(d, at, tile, err))
			return -1;
		up = merkle_root_of(tile->hash, TILE_WIDTH);
		tile->width = 0;
		tile->n++;
	}
	return 0;
}

/* One bundle of entries; a missing or malformed one ends what can be derived. */
static int bundle_take(struct deriving *d, uint64_t n, unsigned width, bool *out_complete,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer bundle;
	struct span entry[TILE_WIDTH];
	char path[BLOB_PATH_MAX];
	bool there, whole;
	unsigned count = 0;
	struct reader r;

	*out_complete = false;
	buffer_init(&bundle, BUNDLE_MAX_BYTES);
	if (tile_fetch(d, -1, n, width, path, &bundle, &there, &whole, err))
		return -1;
	if (!there)
		return 0;
	r = reader_over(buffer_view(&bundle));
	for (; count < width; count++) {
		struct digest leaf;

		entry[count] = reader_take(&r, reader_u16be(&r));
		if (r.failed)
			break;
		leaf = merkle_leaf(entry[count]);
		if (leaf_add(d, &leaf, err))
			return -1;
	}
	if (d->visit->entries && count &&
	    d->visit->entries(d->visit->arg, n * TILE_WIDTH, entry, count, err))
		return -1;
	if (count < width)
		return find(d, err, "%s ends before its entry %u", path, count);
	*out_complete = true;
	if (whole && r.rest.len)
		return find(d, err, "%s has %zu bytes behind its %u entries", path, r.rest.len,
			    width);
	return 0;
}

int tiles_derive(const struct context *ctx, struct blobs *blobs, uint64_t size,
		 const struct derive_visit *visit, struct derived *out_derived, struct error *err)
{
	struct deriving d = { .blobs = blobs, .visit = visit };
	bool complete = true;

	for (uint64_t n = 0; n * TILE_WIDTH < size && complete; n++) {
		uint64_t left = size - n * TILE_WIDTH;

		if (context_check_cancelled(ctx, err) ||
		    bundle_take(&d, n, left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH, &complete,
				err))
			return -1;
		context_progress(ctx, "auditing the log", "entries", d.tree.count, size);
	}
	for (int at = 0; at < TILE_LEVELS && complete; at++)
		if (d.level[at].width && tile_compare(&d, at, &d.level[at], err))
			return -1;
	out_derived->root = merkle_root(&d.tree);
	out_derived->entries = d.tree.count;
	out_derived->tiles = d.tiles;
	return 0;
}
