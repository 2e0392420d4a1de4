/* Files and tensors out of a registry: as they were registered, or not at all. */
#ifndef REGISTRY_GET_H
#define REGISTRY_GET_H

#include "registry/versions.h"

struct get_request {
	/* What to take it from. `series`: each version gets a place of its own below `out`. */
	const struct versions *versions;
	bool series;

	/* Which files (none: all): a path, a folder, or a shell's wildcards (`*` matches "/" too).
	 */
	const char *const *path;
	size_t path_count;

	/* Which tensors of those files (wildcards); none: the files as they are. */
	const char *const *tensor;
	size_t tensor_count;

	/*
	 * A folder, made when missing: files go to OUT/PATH, in a series to OUT/VERSION/PATH, its
	 * tensors to OUT/VERSION.safetensors. The tensors of one version go to the file OUT.
	 */
	const char *out;
	bool replace; /* other files that lie there */
	bool dry_run;
};

/* A file that lies there now (or would). */
struct got_file {
	const struct name *name; /* of the version */
	const char *folder, *path;
	uint64_t size;
	const struct digest *sha256; /* NULL for a file of tensors */
	size_t tensors;              /* how many were picked for it */
	bool there;                  /* it did before */
	bool cloned;                 /* shares blocks with the store */
	uint64_t kept;               /* bytes that an interrupted run had left */
};

typedef int (*get_visit)(void *arg, const struct got_file *file, struct error *err);

/*
 * Restore what is asked for. Before anything is written: every version and everything asked
 * of it must be registered, nothing else may lie in a file's place (unless `replace`), and there
 * must be room. Files appear whole and checked (registry/restore.h), and are then visited in
 * order. ERROR_ABSENT, ERROR_USAGE; ERROR_CORRUPT: the store is damaged, and where.
 */
MUST_CHECK int registry_get(const struct context *ctx, struct registry *registry,
			    const struct get_request *request, get_visit visit, void *arg,
			    struct error *err);

/*
 * The bytes of the one file that is asked for, in order, instead of a file: each piece is checked
 * before it is handed on. ERROR_USAGE unless it is exactly one.
 */
MUST_CHECK int registry_get_stream(const struct context *ctx, struct registry *registry,
				   const struct get_request *request,
				   int (*write)(void *user, struct span bytes, struct error *err),
				   void *user, struct error *err);

#endif
