/* diff: what changed between two manifests, from their digests. */
#include "verify/diff.h"

#include <stdlib.h>
#include <string.h>

void diff_free(struct diff **diff)
{
	if (!*diff)
		return;
	free((*diff)->file);
	free((*diff)->tensor);
	free(*diff);
	*diff = NULL;
}

static int diff_files(const struct manifest *old_manifest, const struct manifest *new_manifest,
		      struct diff *diff, struct error *err)
{
	size_t i = 0, k = 0;

	diff->file = calloc(old_manifest->file_count + new_manifest->file_count + 1,
			    sizeof(*diff->file));
	if (!diff->file)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare manifests");
	while (i < old_manifest->file_count || k < new_manifest->file_count) {
		const struct manifest_file *a =
			i < old_manifest->file_count ? &old_manifest->file[i] : NULL;
		const struct manifest_file *b =
			k < new_manifest->file_count ? &new_manifest->file[k] : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a->path, b->path);
		struct diff_file *file = &diff->file[diff->file_count++];

		file->path = order <= 0 ? a->path : b->path;
		file->state = order < 0                              ? DIFF_REMOVED
			      : order > 0                            ? DIFF_ADDED
			      : digest_equal(&a->sha256, &b->sha256) ? DIFF_SAME
								     : DIFF_CHANGED;
		if (order <= 0) {
			file->old_size = a->size;
			i++;
		}
		if (order >= 0) {
			file->new_size = b->size;
			k++;
		}
		diff->files[file->state]++;
	}
	return 0;
}

/* A tensor with its place, so that they can be sorted by name. */
struct placed {
	const struct tensor *tensor;
	const struct digest *root;
	const char *path;
};

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = strcmp(x->tensor->name, y->tensor->name);

	return order ? order : strcmp(x->path, y->path);
}

static struct placed *place_all(const struct manifest *manifest)
{
	struct placed *placed = calloc(manifest->tensor_count + 1, sizeof(*placed));

	for (size_t i = 0; placed && i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		for (size_t k = 0; k < file->tensor_count; k++) {
			size_t at = file->first_tensor + k;

			placed[at] = (struct placed){ &manifest->tensor[at],
						      &manifest->tensor_root[at], file->path };
		}
	}
	if (placed && manifest->tensor_count)
		qsort(placed, manifest->tensor_count, sizeof(*placed), compare_placed);
	return placed;
}

static bool same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->dtype == b->dtype && a->rank == b->rank &&
	       memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0;
}

static void add_tensor(struct diff *diff, const struct placed *a, const struct placed *b)
{
	struct diff_tensor *tensor = &diff->tensor[diff->tensor_count++];

	*tensor = (struct diff_tensor){
		.name = a ? a->tensor->name : b->tensor->name,
		.old_file = a ? a->path : NULL,
		.new_file = b ? b->path : NULL,
		.old_tensor = a ? a->tensor : NULL,
		.new_tensor = b ? b->tensor : NULL,
		.elements = tensor_elements(b ? b->tensor : a->tensor),
	};
	tensor->state = !a                                  ? DIFF_ADDED
			: !b                                ? DIFF_REMOVED
			: !same_shape(a->tensor, b->tensor) ? DIFF_RESHAPED
			: digest_equal(a->root, b->root)    ? DIFF_SAME
							    : DIFF_CHANGED;
	diff->tensors[tensor->state]++;
}

/* How many from `at` on have the name of the first. */
static size_t alike(const struct placed *placed, size_t at, size_t count)
{
	size_t end = at + 1;

	while (end < count && strcmp(placed[end].tensor->name, placed[at].tensor->name) == 0)
		end++;
	return end - at;
}

/* Tensors of one name: the only one on each side belong together wherever they lie; where there are
 * several, those in files of one path do. */
static void match_group(struct diff *diff, const struct placed *a, size_t a_count,
			const struct placed *b, size_t b_count)
{
	size_t i = 0, k = 0;

	if (a_count == 1 && b_count == 1) {
		add_tensor(diff, a, b);
		return;
	}
	while (i < a_count || k < b_count) {
		int order = i == a_count ? 1 : k == b_count ? -1 : strcmp(a[i].path, b[k].path);

		add_tensor(diff, order <= 0 ? &a[i] : NULL, order >= 0 ? &b[k] : NULL);
		i += order <= 0;
		k += order >= 0;
	}
}

static void diff_tensors(struct diff *diff, const struct placed *a, size_t a_count,
			 const struct placed *b, size_t b_count)
{
	size_t i = 0, k = 0;

	while (i < a_count || k < b_count) {
		int order = i == a_count   ? 1
			    : k == b_count ? -1
					   : strcmp(a[i].tensor->name, b[k].tensor->name);
		size_t in_a = order <= 0 ? alike(a, i, a_count) : 0;
		size_t in_b = order >= 0 ? alike(b, k, b_count) : 0;

		match_group(diff, a + i, in_a, b + k, in_b);
		i += in_a;
		k += in_b;
	}
}

int diff_manifests(const struct manifest *old_manifest, const struct manifest *new_manifest,
		   struct diff **out_diff, struct error *err)
{
	CLEANUP(diff_free) struct diff *diff = calloc(1, sizeof(*diff));
	struct placed *a = place_all(old_manifest), *b = place_all(new_manifest);
	size_t tensors = old_manifest->tensor_count + new_manifest->tensor_count;
	int result = -1;

	if (diff)
		diff->tensor = calloc(tensors + 1, sizeof(*diff->tensor));
	if (!diff || !diff->tensor || !a || !b)
		(void)error_set(err, ERROR_SYSTEM, "out of memory to compare %zu tensors", tensors);
	else
		result = diff_files(old_manifest, new_manifest, diff, err);
	if (!result) {
		diff_tensors(diff, a, old_manifest->tensor_count, b, new_manifest->tensor_count);
		*out_diff = diff;
		diff = NULL;
	}
	free(a);
	free(b);
	return result;
}
