/*
 * packs_swept: what a collection found after it marked everything, so that the next one can tell
 * that there is nothing to do.
 *
 * A derived file, packs/swept; it may be deleted at any time. Whatever throws anything away, or
 * writes a pack anew, marks all of it again: at the worst a wrong note lets garbage lie.
 */
#ifndef REGISTRY_PACKS_SWEPT_H
#define REGISTRY_PACKS_SWEPT_H

#include "registry/pack/collect.h"
#include "registry/packs/whole.h"

#define PACKS_SWEPT_LOOSE_NONE INT64_MAX

struct packs_swept {
	int64_t marked;  /* when that began, seconds since 1970 */
	int64_t grace_s; /* with which grace: what is found again within it counted as needed */
	int64_t loose_changed; /* of the oldest loose object that nothing needed */
	uint64_t loose;        /* so many of those, … */
	uint64_t loose_bytes;  /* … and their bytes */
	struct digest removed; /* over the objects that had been removed on purpose */
	size_t count;
	struct collect_pack *pack;       /* by name; of each what was measured, and its times */
	struct packs_whole_stamp *stamp; /* zero: too young for its times to tell */
	struct buffer state; /* what was needed, as store_collect_request.state has it */
};

void packs_swept_init(struct packs_swept *swept);
void packs_swept_release(struct packs_swept *swept);

/* Room for so many packs. */
MUST_CHECK int packs_swept_room(struct packs_swept *swept, size_t count, struct error *err);

/* The text of such a file. ERROR_CORRUPT, also for one that another version's rules made. */
MUST_CHECK int packs_swept_parse(struct span bytes, struct packs_swept *out_swept,
				 struct error *err);
MUST_CHECK int packs_swept_text(const struct packs_swept *swept, struct buffer *out,
				struct error *err);

/* ERROR_ABSENT, ERROR_CORRUPT: there is none that holds. */
MUST_CHECK int packs_swept_read(const struct packs_store *self, struct packs_swept *out_swept,
				struct error *err);
/* Where it cannot be written, that is no failure. */
void packs_swept_write(const struct packs_store *self, const struct packs_swept *swept);

/* What was noted of the pack, or NULL. */
const struct collect_pack *packs_swept_find(const struct packs_swept *swept,
					    const struct digest *name);

#endif
