/*
 * packs_whole: packs that were looked at together and in which nothing was found wrong, so that a
 * quick check need not hold their recipes against the index again.
 *
 * A derived file, packs/whole; it may be deleted at any time. What a recipe needs may lie in any of
 * the packs: so it counts only as long as none of them is gone. Packs never change.
 */
#ifndef REGISTRY_PACKS_WHOLE_H
#define REGISTRY_PACKS_WHOLE_H

#include "registry/packs.h"

struct packs_whole_stamp {
	uint8_t byte[16]; /* of the pack's file; zero: it was too young for its times to tell */
};

struct packs_whole {
	struct digest *name; /* in order */
	struct packs_whole_stamp *stamp;
	size_t count;
};

void packs_whole_release(struct packs_whole *whole);

/* The text of such a file. ERROR_CORRUPT. */
MUST_CHECK int packs_whole_parse(struct span bytes, struct packs_whole *out_whole,
				 struct error *err);

/*
 * Those of the packs `name` (in order) that were found whole with all that they need, with as many
 * bytes and the times that they have now; none where the file is not there, does not hold, or
 * names a pack that is gone. Only a lack of memory fails.
 */
MUST_CHECK int packs_whole_read(struct packs_store *self, const struct context *ctx,
				const struct digest *name, size_t count,
				struct packs_whole *out_whole, struct error *err);

/* Of the pack's file as it is now; zero where that cannot be told, or its times do not tell yet. */
struct packs_whole_stamp packs_whole_stamp(const struct packs_store *self,
					   const struct context *ctx, const struct digest *name);

bool packs_whole_has(const struct packs_whole *whole, const struct digest *name);

/* All of these were found whole. Where it cannot be written, that is no failure. */
void packs_whole_write(struct packs_store *self, const struct context *ctx,
		       const struct digest *name, size_t count);

#endif
