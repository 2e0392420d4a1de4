/* What opens the commitments that this registry published: kept here, and nowhere else. */
#ifndef REGISTRY_OPENINGS_H
#define REGISTRY_OPENINGS_H

#include "registry/home.h"
#include "verify/verify.h"

/* Openings of one version. Start with {0}. */
struct openings {
	struct opening *item;
	size_t count;
};

void openings_release(struct openings *openings);
/* *opening belongs to the list afterwards, also when it fails. */
MUST_CHECK int openings_add(struct openings *openings, struct opening *opening, struct error *err);

/*
 * The opening that was made for the same value in the same kind of place before: *out_opening,
 * borrowed, or NULL.
 */
MUST_CHECK int openings_made(const struct openings *openings, const char *what,
			     const struct json *value, const struct opening **out_opening,
			     struct error *err);

/*
 * `openings/OWNER/NAME@VERSION.json`: those of one version, which a projection or a
 * record of private probes made. ERROR_ABSENT: it commits to
 * nothing that this registry could open. The caller releases *out_openings.
 */
MUST_CHECK int openings_read(struct registry *registry, const struct name *name,
			     struct openings *out_openings, struct error *err);
/*
 * Written whole and durable, readable for its owner alone: before what it opens is logged, since
 * nobody could open it afterwards.
 */
MUST_CHECK int openings_write(struct registry *registry, const struct name *name,
			      const struct openings *openings, struct error *err);

/* Held while openings are read, added to and written. */
MUST_CHECK int openings_lock(struct registry *registry, struct file_lock *out_lock,
			     struct error *err);

#endif
