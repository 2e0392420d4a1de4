/* derivation_side: the weights of a checkpoint, or an adapter, that takes part in a derivation. */
#ifndef VERIFY_DERIVATION_SIDE_H
#define VERIFY_DERIVATION_SIDE_H

#include "verify/manifest.h"
#include "verify/name.h"
#include "verify/tree.h"
#include "verify/weights.h"

/* Do not move it once it is opened. */
struct derivation_side {
	char name[NAME_TEXT_MAX];
	const struct tree *tree;         /* borrowed */
	const struct manifest *manifest; /* borrowed; with its pieces */
	struct tree *only;               /* of an adapter: its weights alone */
	struct weights *weights;
	bool tied;                  /* config.json: the head is the embedding */
	const struct tensor *table; /* the embedding, where it is tied; or NULL */
};

/*
 * Open the weights of a tree that is what `manifest` says; both are borrowed until it is closed.
 * A shard that is not there is missed when it is read, and not at all where digests suffice.
 * ERROR_ABSENT: no weights; ERROR_CORRUPT: an index or a header that lies; ERROR_UNTRUSTED: two
 * weight sets. The text begins with the name.
 */
MUST_CHECK int derivation_side_open(const char *name, const struct tree *tree,
				    const struct manifest *manifest, bool is_adapter,
				    struct derivation_side *out_side, struct error *err);
void derivation_side_close(struct derivation_side *side);

/* Append a file of the tree, at most what `out` may hold. ERROR_ABSENT. */
MUST_CHECK int derivation_side_file(const struct derivation_side *side, const char *file,
				    struct buffer *out, struct error *err);

/* The tensor of that name; where it is a tied head that is not stored, the embedding; or NULL. */
const struct tensor *derivation_side_find(const struct derivation_side *side, const char *name);

/* Is it the name of a head, which may be the embedding? */
bool derivation_is_head(const char *name);

#endif
