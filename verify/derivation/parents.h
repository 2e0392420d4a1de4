/* derivation_parents: where the bytes of a derivation's parents are found. */
#ifndef VERIFY_DERIVATION_PARENTS_H
#define VERIFY_DERIVATION_PARENTS_H

#include "verify/derivation/run.h"
#include "verify/objects.h"

/* A folder, or a file, that somebody says a parent lies in; opened when it is first looked at. */
struct derivation_folder {
	const char *path; /* borrowed */
	struct tree *tree;
	struct evidence *evidence; /* of a release directory, or NULL */
	struct manifest *manifest; /* of what lies there, once all of it was hashed; or NULL */
	struct digest identity;    /* of that manifest */
};

/* Places to look in. Start with {0} and the first three. */
struct derivation_places {
	const struct context *ctx;
	const struct evidence *evidence; /* statements and objects, or NULL */
	const char *const *path;         /* folders, borrowed */
	size_t path_count;
	struct derivation_folder *folder;
};

void derivation_places_release(struct derivation_places *places);

/* A parent that was found, and what its side borrows. Do not move it. */
struct derivation_found {
	struct derivation_side side;
	struct manifest *manifest; /* owned, or NULL: a folder's */
	struct manifest_objects objects;
	struct tree *tree; /* owned, or NULL: a folder's */
};

/*
 * Open the parent that has this manifest: in a folder that holds its weights, else among the
 * evidence's objects. ERROR_ABSENT: its bytes are not in any of them, as the text says;
 * ERROR_CORRUPT: an index or a header that lies; ERROR_UNTRUSTED as derivation_side_open.
 */
MUST_CHECK int derivation_parent_find(struct derivation_places *places,
				      const struct reference *parent, bool is_adapter,
				      struct derivation_found *out_found, struct error *err);
void derivation_found_release(struct derivation_found *found);

/*
 * Find every parent, do it again with the child's side, and let go of them. A parent whose
 * statement is at hand and is of another manifest than its reference says is a difference. Errors
 * as both.
 */
MUST_CHECK int derivation_run_found(struct derivation_places *places,
				    const struct derivation *derivation,
				    struct derivation_side *child,
				    struct derivation_result *out_result, struct error *err);

#endif
