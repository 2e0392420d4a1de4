/*
 * A public projection: a checkpoint said again under a public name, with salted commitments in
 * place of what stays in the house. Inside registry/ only.
 */
#ifndef REGISTRY_PROJECTION_H
#define REGISTRY_PROJECTION_H

#include "registry/openings.h"
#include "registry/publish.h"

/* Start with {0}. What is here is owned, unless it says otherwise. */
struct projection {
	const struct publish_private *rule; /* borrowed */
	struct name name;                   /* the public one */
	char text[NAME_TEXT_MAX];
	struct json *predicate; /* of the projected checkpoint; without origin and time */
	struct openings hidden; /* what it commits to */
	struct openings kept;   /* all of this name that the registry has, `hidden` among them */
	struct file_lock lock;
	bool locked;
};

/* Would the rules hide anything of what this checkpoint says, its own name included? */
bool projection_hides(const struct publish_private *rule, const struct statement *checkpoint);

/*
 * Project `checkpoint` (internal, believed) to `name`. Salts that were drawn for the same before
 * are taken again, so that the same projection is the same statement. With `keep` other
 * processes wait until the projection is released. ERROR_USAGE: there is nothing to hide.
 */
MUST_CHECK int projection_make(struct registry *registry, const struct publish_private *rule,
			       const struct believed *checkpoint, const struct name *name,
			       bool keep, struct projection *out_projection, struct error *err);
void projection_release(struct projection *projection);

/* Make its openings durable: before its statement is logged. */
MUST_CHECK int projection_keep(struct registry *registry, const struct projection *projection,
			       struct error *err);

/*
 * ERROR_UNTRUSTED when a statement that would leave names what the rules hide, or has git facts
 * that they hide; `where` is what the message calls it.
 */
MUST_CHECK int projection_check(const struct publish_private *rule, const struct statement *said,
				const char *where, struct error *err);
/* The same for text that would leave: the names and digests that the projection hid. */
MUST_CHECK int projection_check_text(const struct projection *projection, struct span text,
				     const char *where, struct error *err);

#endif
