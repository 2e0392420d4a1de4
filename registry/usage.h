/* What registered versions take up: by themselves, and together with others. */
#ifndef REGISTRY_USAGE_H
#define REGISTRY_USAGE_H

#include "registry/home.h"

struct usage_row {
	struct name name;
	const char *kind; /* static */
	struct digest statement;
	uint64_t files, bytes; /* as its manifest says */
	uint64_t stored;       /* what its files take in the store, each part once */
	uint64_t own;          /* of that: needed by no other registered version */
	uint64_t missing;      /* bytes of files that the store does not have */
	bool unknown;          /* its manifest is not there */
};

struct usage {
	struct usage_row *item; /* in the order of names */
	size_t count;
	uint64_t bytes; /* of all files of all of them */
	uint64_t missing;
	uint64_t stored; /* what they take together, each part once */
};

void usage_release(struct usage *usage);

/*
 * Measure the versions that the words stand for: "owner/name" for all of it, or as
 * versions_expand; none: everything that has files. What is kept by reference, or under another
 * name of the same file, takes nothing (store_type.parts). The memory it takes does not grow with
 * the parts of the store: beyond `parts_max` (0: as many as fit 32 MB) the store is walked again
 * for the others. ERROR_ABSENT for a name that is not registered.
 */
MUST_CHECK int registry_usage(const struct context *ctx, struct registry *registry,
			      const char *const *word, size_t count, size_t parts_max,
			      struct usage *out_usage, struct error *err);

#endif
