/* The files of a manifest as objects that some evidence holds. */
#ifndef VERIFY_OBJECTS_H
#define VERIFY_OBJECTS_H

#include "verify/evidence.h"
#include "verify/manifest.h"

struct tree;

/* Both borrowed. */
struct manifest_objects {
	const struct manifest *manifest;
	const struct evidence *evidence;
};

/*
 * A tree of the manifest's files, each opened as the object of its digest; files
 * whose objects are not there are left out. `objects` must outlive the tree.
 */
MUST_CHECK int tree_of_objects(const char *label, struct manifest_objects *objects,
			       struct tree **out_tree, struct error *err);

/*
 * The manifest with this digest, its pieces added where they are there.
 * ERROR_ABSENT, ERROR_CORRUPT.
 */
MUST_CHECK int manifest_from_objects(const struct evidence *evidence, const struct digest *identity,
				     struct manifest **out_manifest, struct error *err);

#endif
