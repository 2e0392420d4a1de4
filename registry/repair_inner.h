/* Where a repair looks for bytes. Private to registry/repair*.c. */
#ifndef REGISTRY_REPAIR_INNER_H
#define REGISTRY_REPAIR_INNER_H

#include "registry/repair.h"

/* Another registry, or a folder. */
struct repair_place;

/* `damages` say which sizes are worth hashing; they must outlive the place. The caller closes it.
 */
MUST_CHECK int place_open(struct registry *registry, const char *from,
			  const struct damages *damages, struct repair_place **out_place,
			  struct error *err);
void place_close(struct repair_place **place);
const char *place_name(const struct repair_place *place); /* as it was given; borrowed */

/* Bytes that have the digest, or have had it a moment ago. Owned. */
struct found {
	struct source *source; /* NULL: there are none */
	struct source *whole;  /* that `source` is a part of, or NULL */
	char *path;            /* of a file of a folder that is exactly these bytes, else NULL */
};

void found_release(struct found *found);

/* Look for a damaged object. Whoever takes the bytes checks them again on the way. */
MUST_CHECK int place_find(struct repair_place *place, const struct damage *damage,
			  struct found *out_found, struct error *err);

/* Append the envelope of a statement, unchecked. ERROR_ABSENT. */
MUST_CHECK int place_statement(struct repair_place *place, const struct damage *damage,
			       struct buffer *out, struct error *err);

#endif
