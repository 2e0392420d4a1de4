/* piece_bases: which piece of a parent checkpoint a piece is likely to differ little from. */
#include "registry/packs/piece_bases.h"

#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b, void *tensors)
{
	const struct tensor *tensor = tensors;

	return strcmp(tensor[*(const uint32_t *)a].name, tensor[*(const uint32_t *)b].name);
}

int piece_bases_make(const struct manifest *parent, struct piece_bases *out_bases,
		     struct error *err)
{
	size_t count = parent->tensor_count;
	uint32_t *by_name = calloc(count + 1, sizeof(*by_name));

	if (!by_name)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors", count);
	for (size_t i = 0; i < count; i++)
		by_name[i] = (uint32_t)i;
	if (count)
		qsort_r(by_name, count, sizeof(*by_name), compare_names, parent->tensor);
	*out_bases = (struct piece_bases){ parent, by_name };
	return 0;
}

void piece_bases_release(struct piece_bases *bases)
{
	free(bases->by_name);
	*bases = (struct piece_bases){ NULL, NULL };
}

/* The tensor of that name, or SIZE_MAX. Of several (in several files) any. */
static size_t tensor_find(const struct piece_bases *bases, const char *name)
{
	size_t low = 0, high = bases->manifest->tensor_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2, at = bases->by_name[middle];
		int order = strcmp(bases->manifest->tensor[at].name, name);

		if (order == 0)
			return at;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SIZE_MAX;
}

static bool shapes_equal(const struct tensor *a, const struct tensor *b)
{
	return a->dtype == b->dtype && a->length == b->length && a->rank == b->rank &&
	       (!a->rank || memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0);
}

void piece_bases_find(const struct piece_bases *bases, const struct manifest_piece *piece,
		      struct digest *out_base)
{
	const struct manifest *parent = bases->manifest;
	size_t at = tensor_find(bases, piece->tensor->name);
	const struct digest *base;

	if (at == SIZE_MAX || !shapes_equal(&parent->tensor[at], piece->tensor))
		return;
	base = &parent->record[parent->tensor_piece[at] + piece->in_region].digest;
	if (!digest_equal(base, &piece->digest))
		*out_base = *base;
}
