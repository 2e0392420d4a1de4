/* Every tile of a log made again from its entries, and compared with what is served. */
#ifndef REGISTRY_LOG_TILES_DERIVE_H
#define REGISTRY_LOG_TILES_DERIVE_H

#include "registry/tiles.h"

/* Who is told. Either returns -1 to stop. */
struct derive_visit {
	void *arg;
	/* `count` entries from `first` on, up to a bundle of them, borrowed for the call; or NULL
	 */
	int (*entries)(void *arg, uint64_t first, const struct span *entry, size_t count,
		       struct error *err);
	int (*finding)(void *arg, const char *text, struct error *err);
};

struct derived {
	struct digest root; /* what the entries give */
	uint64_t entries;   /* read; fewer than the size when a bundle is missing or too short */
	uint64_t tiles;     /* compared */
};

/*
 * Read the bundles of the tree of `size` entries in order, hand their entries over, and compare
 * every tile that they give with the served one, byte by byte; a partial tile that is gone may be
 * the front of the full one. What differs is told and does not stop; -1 is for what kept
 * us from looking. Memory: one tile a level and one bundle.
 */
MUST_CHECK int tiles_derive(const struct context *ctx, struct blobs *blobs, uint64_t size,
			    const struct derive_visit *visit, struct derived *out_derived,
			    struct error *err);

#endif
