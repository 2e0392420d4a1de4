/* diff: what changed between two manifests, from their digests; with values, from the bytes. */
#ifndef VERIFY_DIFF_H
#define VERIFY_DIFF_H

#include "verify/manifest.h"

enum diff_state { DIFF_SAME, DIFF_CHANGED, DIFF_ADDED, DIFF_REMOVED, DIFF_RESHAPED };

struct diff_file {
	const char *path;
	enum diff_state state;
	uint64_t old_size, new_size; /* 0 where there is none */
};

/* Sums over the elements of one tensor: advice, so decimals are text. */
struct diff_values {
	uint64_t changed; /* elements whose bits differ */
	char largest[32]; /* the largest |new - old|; "" when there are no real numbers */
	char norm[32];    /* of new - old, L2 */
	char old_norm[32], new_norm[32];
	char relative[32]; /* norm / old_norm: "inf" for a change of zeros */
};

struct diff_tensor {
	const char *name;
	enum diff_state state;           /* DIFF_RESHAPED: other dtype or shape */
	const char *old_file, *new_file; /* NULL where there is none */
	const struct tensor *old_tensor, *new_tensor;
	uint64_t elements;
	bool has_values;
	struct diff_values values;
};

/* Everything, by path and by name; names are borrowed from the manifests, which must outlive it. */
struct diff {
	struct diff_file *file;
	size_t file_count;
	struct diff_tensor *tensor;
	size_t tensor_count;
	size_t files[DIFF_RESHAPED + 1], tensors[DIFF_RESHAPED + 1]; /* counts by state */
};

void diff_free(struct diff **diff);

/* Compare by digests: no file is opened. Tensors are matched by name, wherever they lie. */
MUST_CHECK int diff_manifests(const struct manifest *old_manifest,
			      const struct manifest *new_manifest, struct diff **out_diff,
			      struct error *err);

/*
 * Read the changed tensors of equal dtype and shape from both trees and fill
 * in their values (formats below a byte are left out). Every piece read is held
 * against its manifest where that has pieces: ERROR_CORRUPT otherwise.
 */
MUST_CHECK int diff_add_values(const struct context *ctx, struct diff *diff,
			       const struct manifest *old_manifest, const struct tree *old_tree,
			       const struct manifest *new_manifest, const struct tree *new_tree,
			       struct error *err);

#endif
