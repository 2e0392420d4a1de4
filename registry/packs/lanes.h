/*
 * packs_lanes: records of packs decoded and hashed side by side, as many as one core hashes best.
 *
 * Where its codec can be decoded in steps (registry/codec_steps.h) a record never lies in memory
 * as a whole; the others are decoded into a room first. A lane that is done with its record takes
 * the next one, so that all of them are busy until there are no more.
 */
#ifndef REGISTRY_PACKS_LANES_H
#define REGISTRY_PACKS_LANES_H

#include "registry/packs.h"

/* Which records, and whom to tell of them. Slots fail with -1 and `err` set, which ends it. */
struct packs_lanes_work {
	/* The next record, which is no recipe; its handle is borrowed until it is done. *out_any is
	 * false where there are no more. */
	int (*next)(void *user, struct packs_place *out_place, bool *out_any, struct error *err);

	/* It was read. `why` says what does not hold of it; NULL: it has its digest. */
	int (*done)(void *user, const struct packs_place *place, const char *why,
		    struct error *err);
	void *user;
};

/* One thread's. `room_bytes` may be taken for records that are decoded whole, or what one takes. */
struct packs_lanes;
MUST_CHECK int packs_lanes_new(struct packs_store *self, size_t room_bytes,
			       struct packs_lanes **out_lanes, struct error *err);
void packs_lanes_free(struct packs_lanes **lanes);

/* Read all of them. They are done in about the order in which they come. */
MUST_CHECK int packs_lanes_run(struct packs_lanes *lanes, const struct packs_lanes_work *work,
			       struct error *err);

#endif
