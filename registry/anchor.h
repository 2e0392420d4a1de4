/* Where trust starts on this machine (docs/threat-model.md): pins, a trust file, one's own
 * registry. */
#ifndef REGISTRY_ANCHOR_H
#define REGISTRY_ANCHOR_H

#include "registry/home.h"

struct anchor {
	struct registry *registry; /* borrowed, or NULL */
	struct evidence *evidence; /* of the registry, or NULL */
	struct trust trust;        /* the registry's own policy, or nothing */
	struct buffer pins;        /* text of the trust file, or of this user's pins */
};

/*
 * `trust_file` takes the place of this user's pins. `registry` (NULL: none) is
 * one that the user named or owns; its own pin is trusted. It must outlive
 * the anchor. The caller releases *out_anchor and does not move it.
 */
MUST_CHECK int anchor_open(const struct context *ctx, struct registry *registry,
			   const char *trust_file, struct anchor *out_anchor, struct error *err);
void anchor_release(struct anchor *anchor);

/* Let a check start from here: fills pins, anchor, anchor_trust, find_files. */
void anchor_apply(struct anchor *anchor, struct check_request *request);

#endif
