/* What the reader and the writer of tiles share. Private to registry/tiles*.c. */
#ifndef REGISTRY_LOG_TILES_INNER_H
#define REGISTRY_LOG_TILES_INNER_H

#include "registry/tiles.h"

#define TILE_SLOTS 16
#define BUNDLE_MAX_BYTES (TILE_WIDTH * (ENTRY_MAX_BYTES + 2))

struct tile_slot {
	int level; /* -1: a bundle of entries */
	uint64_t n;
	unsigned width; /* parts it has; 0: nothing here */
	uint64_t used;  /* the reader's clock when it was last asked for */
	struct buffer bytes;
};

struct tiles {
	struct blobs *blobs; /* borrowed */
	uint64_t clock;
	struct tile_slot slot[TILE_SLOTS];
};

/* Bytes of tile (level, n), which has at least `width` parts; borrowed until the next call. */
MUST_CHECK int tile_get(struct tiles *tiles, int level, uint64_t n, unsigned width,
			struct span *out_bytes, struct error *err);

/* Entry `place` of a bundle; -1 when the bundle ends before. */
MUST_CHECK int bundle_entry(struct span bundle, unsigned place, struct span *out_entry);

#endif
