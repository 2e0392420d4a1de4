/*
 * lint_near: are two sets of weights close, by some of their elements?
 *
 * Of at most sixteen matrices, spread over the sorted names, one run of elements in the middle is
 * read on both sides. Their correlation (about the means, so that a common offset is not taken for
 * likeness) does not depend on a scale; the distance is that of the two in parts of the other's
 * norm. Both are advice, computed in binary64. Threshold and experiments: docs/lineage.md.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

enum { TENSORS_MAX_SAMPLED = 16 };

/* Matrices that were trained apart from each other have a correlation near 0. */
#define NEAR_CORRELATION 0.5

struct sampled {
	const struct tensor *item, *other;
	const char *item_file, *other_file;
	double correlation, distance;
};

struct place {
	const struct tensor *tensor;
	const char *file;
};

static int place_order(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->tensor->name,
		      ((const struct place *)b)->tensor->name);
}

/* All that count, by name; the caller frees them. */
static int places_list(const struct manifest *manifest, struct place **out_place, size_t *out_count,
		       struct error *err)
{
	struct place *place = calloc(manifest->tensor_count + 1, sizeof(*place));
	size_t count = 0;

	if (!place)
		return error_system(err, ENOMEM, "cannot choose tensors");
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		for (size_t k = file->first_tensor; k < file->first_tensor + file->tensor_count;
		     k++)
			if (likeness_counts(file->path, &manifest->tensor[k]))
				place[count++] = (struct place){ &manifest->tensor[k], file->path };
	}
	qsort(place, count, sizeof(*place), place_order);
	*out_place = place;
	*out_count = count;
	return 0;
}

static bool same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0;
}

/* Those of both sides with one name and shape, then some of them, evenly. */
static size_t pairs_choose(const struct place *item, size_t items, const struct place *other,
			   size_t others, struct sampled *pair)
{
	size_t count = 0, chosen;

	for (size_t i = 0; i < items; i++) {
		const struct place *found =
			others ? bsearch(&item[i], other, others, sizeof(*other), place_order)
			       : NULL;

		if (found && same_shape(item[i].tensor, found->tensor))
			pair[count++] = (struct sampled){ .item = item[i].tensor,
							  .other = found->tensor,
							  .item_file = item[i].file,
							  .other_file = found->file };
	}
	chosen = count < TENSORS_MAX_SAMPLED ? count : TENSORS_MAX_SAMPLED;
	for (size_t i = 0; i < chosen; i++)
		pair[i] = pair[i * count / chosen];
	return chosen;
}

int lint_run_read(const struct tree *tree, const char *file, const struct tensor *tensor,
		  double *out, size_t *out_count, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	uint64_t elements = tensor_elements(tensor);
	size_t width = dtype_bits(tensor->dtype) / 8;
	size_t count = elements < LINT_RUN_ELEMENTS ? (size_t)elements : LINT_RUN_ELEMENTS;
	uint64_t first = (elements - count) / 2;
	uint8_t *bytes = malloc(count * width + 1);
	int failed;

	if (!bytes)
		return error_system(err, ENOMEM, "cannot read elements");
	failed = tree_open_file(tree, file, &source, err) ||
		 source_read_at(source, tensor->offset + first * width, bytes, count * width, err);
	for (size_t i = 0; i < count && !failed; i++)
		if (!dtype_to_double(tensor->dtype, bytes + i * width, &out[i]))
			out[i] = 0; /* of a format that has no numbers of its own */
	free(bytes);
	*out_count = count;
	return failed ? -1 : 0;
}

static void compare(const double *a, const double *b, size_t count, struct sampled *out)
{
	double mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0, apart = 0, norm = 0;

	for (size_t i = 0; i < count; i++) {
		mean_a += a[i] / (double)count;
		mean_b += b[i] / (double)count;
	}
	for (size_t i = 0; i < count; i++) {
		double x = a[i] - mean_a, y = b[i] - mean_b;

		aa += x * x;
		bb += y * y;
		ab += x * y;
		apart += (a[i] - b[i]) * (a[i] - b[i]);
		norm += b[i] * b[i];
	}
	/* A constant, or NaN, is like nothing. */
	out->correlation = aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
	out->distance = norm > 0 ? sqrt(apart / norm) : 0;
}

static int pair_compare(const struct tree *tree, const struct tree *other, struct sampled *pair,
			double *room, struct error *err)
{
	size_t count;

	if (lint_run_read(tree, pair->item_file, pair->item, room, &count, err) ||
	    lint_run_read(other, pair->other_file, pair->other, room + LINT_RUN_ELEMENTS, &count,
			  err))
		return -1;
	compare(room, room + LINT_RUN_ELEMENTS, count, pair);
	return 0;
}

static int correlation_order(const void *a, const void *b)
{
	double x = ((const struct sampled *)a)->correlation;
	double y = ((const struct sampled *)b)->correlation;

	return (x > y) - (x < y);
}

static int pairs_compare(const struct tree *tree, const struct tree *other, struct sampled *pair,
			 size_t count, struct lint_relative *out, struct error *err)
{
	double *room = malloc(2 * (size_t)LINT_RUN_ELEMENTS * sizeof(*room));
	int failed = room ? 0 : error_system(err, ENOMEM, "cannot compare elements");

	for (size_t i = 0; i < count && !failed; i++)
		failed = pair_compare(tree, other, &pair[i], room, err);
	free(room);
	if (failed)
		return -1;
	out->compared = count;
	out->near = 0;
	for (size_t i = 0; i < count; i++)
		out->near += pair[i].correlation >= NEAR_CORRELATION;
	if (!count)
		return 0;
	qsort(pair, count, sizeof(*pair), correlation_order);
	out->correlation = pair[count / 2].correlation;
	out->distance = pair[count / 2].distance;
	return 0;
}

int lint_near(const struct manifest *manifest, const struct tree *tree, struct contents *other,
	      struct lint_relative *out_relative, struct error *err)
{
	struct place *items = NULL, *others = NULL;
	struct sampled *pair = NULL;
	size_t item_count = 0, other_count = 0;
	int failed = places_list(manifest, &items, &item_count, err) ||
		     places_list(other->manifest, &others, &other_count, err);

	if (!failed) {
		pair = calloc(item_count + 1, sizeof(*pair));
		failed = pair ? pairs_compare(
					tree, other->tree, pair,
					pairs_choose(items, item_count, others, other_count, pair),
					out_relative, err)
			      : error_system(err, ENOMEM, "cannot choose tensors");
	}
	free(items);
	free(others);
	free(pair);
	return failed ? -1 : 0;
}
