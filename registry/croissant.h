/* croissant: a registered dataset as a Croissant 1.1 description. */
#ifndef REGISTRY_CROISSANT_H
#define REGISTRY_CROISSANT_H

#include "registry/home.h"

/*
 * The description (MLCommons Croissant 1.1, JSON-LD, with prov: terms) of the dataset whose
 * statement is `identity`: a FileObject with digest and size for each file, paths as they are in
 * its folder; a FileSet for files of one kind; a RecordSet where documents are members of jsonl
 * lines. Agents are keys. What a description said that was given when it was registered is said
 * again. The caller frees it. ERROR_USAGE: the statement is of no dataset.
 */
MUST_CHECK int registry_croissant(struct registry *registry, const struct digest *identity,
				  struct json **out_description, struct error *err);

#endif
