/* Are the parts of every object in packs there? */
#ifndef REGISTRY_PACKS_CHECK_PARTS_H
#define REGISTRY_PACKS_CHECK_PARTS_H

#include "registry/packs/whole.h"

/*
 * Every recipe against the index: is each of its parts there as data, with as many bytes? The parts
 * of all recipes are sorted, through a file in TMPDIR of 36 bytes each where they are many, and met
 * with the index in its order; memory does not grow with their number. `missing` hears of each
 * that is not (0 to go on, -1 with `err` to stop), from this thread. Bytes are not read.
 * Recipes in the packs of `whole` are passed over; `few`: what is left is little, and each part is
 * looked up.
 */
MUST_CHECK int packs_parts_check(struct packs_store *self, const struct context *ctx,
				 const struct packs_whole *whole, bool few,
				 int (*missing)(void *user, const struct digest *part,
						const char *text, struct error *err),
				 void *user, struct error *err);

#endif
