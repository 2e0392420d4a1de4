/* Rederive every tile of a log from its entries, and compare with what is served. */
#include <string.h>

#include "registry/audit_inner.h"
#include "registry/log_inner.h"
#include "registry/tiles_inner.h"

#define TILE_LEVELS 8
#define TILE_MAX_BYTES (TILE_WIDTH * DIGEST_SIZE)

/* The tile that is growing at one level. */
struct growing {
	struct digest hash[TILE_WIDTH];
	unsigned width;
	uint64_t n; /* tiles that were full before */
};

/* What is served at level, n must be the hashes that the entries give. */
static int tile_compare(struct audit *audit, int level, const struct growing *tile,
			struct error *err)
{
	CLEANUP(buffer_release) struct buffer served;
	struct error cause = { 0 };
	char path[BLOB_PATH_MAX];

	buffer_init(&served, TILE_MAX_BYTES);
	tile_path(level, tile->n, tile->width, path);
	if (blobs_read(audit->log->blobs, path, &served, &cause)) {
		if (cause.code == ERROR_SYSTEM) {
			*err = cause;
			return -1;
		}
		return audit_find(audit, err, "%s: %s", path, cause.text);
	}
	if (served.len != tile->width * DIGEST_SIZE ||
	    memcmp(served.data, tile->hash, served.len) != 0)
		return audit_find(audit, err, "%s is not what the entries give", path);
	return 0;
}

/* Add a hash to a level; a tile that is full is compared and goes up as one hash. */
static int level_add(struct audit *audit, struct growing *level, int at, const struct digest *hash,
		     struct error *err)
{
	struct digest up = *hash;

	for (; at < TILE_LEVELS; at++) {
		struct growing *tile = &level[at];

		tile->hash[tile->width++] = up;
		if (tile->width < TILE_WIDTH)
			return 0;
		if (tile_compare(audit, at, tile, err))
			return -1;
		up = merkle_root_of(tile->hash, TILE_WIDTH);
		tile->width = 0;
		tile->n++;
	}
	return 0;
}

/* One bundle of entries; a missing or malformed one ends what can be audited. */
static int bundle_audit(struct audit *audit, uint64_t n, unsigned width, struct growing *level,
			struct merkle *tree, bool *out_whole, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bundle;
	struct error cause = { 0 };
	char path[BLOB_PATH_MAX];

	*out_whole = false;
	buffer_init(&bundle, BUNDLE_MAX_BYTES);
	tile_path(-1, n, width, path);
	if (blobs_read(audit->log->blobs, path, &bundle, &cause)) {
		if (cause.code == ERROR_SYSTEM) {
			*err = cause;
			return -1;
		}
		return audit_find(audit, err, "%s: %s", path, cause.text);
	}
	for (unsigned place = 0; place < width; place++) {
		struct span entry;
		struct digest leaf;

		if (bundle_entry(buffer_view(&bundle), place, &entry))
			return audit_find(audit, err, "%s ends before its entry %u", path, place);
		leaf = merkle_leaf(entry);
		merkle_add(tree, &leaf);
		if (level_add(audit, level, 0, &leaf, err) ||
		    audit_entry(audit, n * TILE_WIDTH + place, entry, err))
			return -1;
	}
	*out_whole = true;
	return 0;
}

int audit_tiles(struct audit *audit, uint64_t size, struct digest *out_root, struct error *err)
{
	struct growing level[TILE_LEVELS] = { 0 };
	struct merkle tree = { 0 };
	bool whole = true;

	for (uint64_t n = 0; n * TILE_WIDTH < size && whole; n++) {
		uint64_t left = size - n * TILE_WIDTH;

		if (context_check_cancelled(audit->registry->ctx, err) ||
		    bundle_audit(audit, n, left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH, level,
				 &tree, &whole, err))
			return -1;
		context_progress(audit->registry->ctx, "auditing the log", "entries", tree.count,
				 size);
	}
	for (int at = 0; at < TILE_LEVELS && whole; at++)
		if (level[at].width && tile_compare(audit, at, &level[at], err))
			return -1;
	*out_root = merkle_root(&tree);
	return 0;
}
