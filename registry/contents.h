/* What a registered thing, or a folder, consists of: its manifest and its files. */
#ifndef REGISTRY_CONTENTS_H
#define REGISTRY_CONTENTS_H

#include "registry/home.h"

struct contents {
	struct manifest *manifest; /* of a registered thing without pieces: contents_pieces */
	struct tree *tree;
	struct digest statement;   /* zero for a path */
	struct registry *registry; /* borrowed; the tree reads its store */
};

/*
 * The files of a checkpoint, dataset or release of this registry, from its
 * store. The tree points into *out_contents: do not move it; the registry must
 * outlive it. ERROR_USAGE: a kind of statement that has no files; ERROR_CORRUPT:
 * a manifest that is not the one that was signed.
 */
MUST_CHECK int contents_of_statement(struct registry *registry, const struct digest *statement,
				     struct contents *out_contents, struct error *err);

/* A folder or file, read and hashed now. */
MUST_CHECK int contents_of_path(const struct context *ctx, const char *path,
				struct contents *out_contents, struct error *err);

/* By a word: see argument.h. `registry` may be NULL where the word is a path. */
MUST_CHECK int contents_of_argument(const struct context *ctx, struct registry *registry,
				    const char *word, struct contents *out_contents,
				    struct error *err);

/* Give the manifest its pieces, unless they are there. Errors as above. */
MUST_CHECK int contents_pieces(struct contents *contents, struct error *err);

/*
 * `err` says why a file could not be had. Where it is absent and one of the files has a tombstone
 * that the registry's own policy believes, it is ERROR_UNTRUSTED afterwards and says so. Returns
 * -1.
 */
int contents_explain(struct contents *contents, struct error *err);

void contents_release(struct contents *contents);

#endif
