/* lint_share: which tensors of one manifest are those of another, wherever they lie. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint/inner.h"

/* A root, for looking it up. */
static int root_order(const void *a, const void *b)
{
	return digest_order(a, b);
}

/* Is the tensor zero throughout? Then it is equal to others by chance. */
static bool is_zero(const struct manifest *manifest, size_t tensor)
{
	static const uint8_t zeros[PIECE_SIZE_BYTES];
	uint64_t length = manifest->tensor[tensor].length;
	size_t pieces = (size_t)pieces_in_region(length);
	struct piece_record *record = calloc(pieces + 1, sizeof(*record));
	struct digest root;

	if (!record)
		return false;
	for (size_t i = 0; i < pieces; i++) {
		uint64_t rest = length - (uint64_t)i * PIECE_SIZE_BYTES;

		if (i && rest >= PIECE_SIZE_BYTES)
			record[i].digest = record[0].digest;
		else
			record[i].digest = sha256((struct span){
				zeros, rest < PIECE_SIZE_BYTES ? (size_t)rest : PIECE_SIZE_BYTES });
	}
	root = manifest_root(record, pieces);
	free(record);
	return digest_equal(&root, &manifest->tensor_root[tensor]);
}

int lint_share_find(const struct manifest *item, const struct manifest *other,
		    struct lint_share *out_share, struct error *err)
{
	struct digest *root = calloc(other->tensor_count + 1, sizeof(*root));
	struct lint_share share = { .whole = true };
	size_t others = 0;

	if (!root)
		return error_system(err, ENOMEM, "cannot compare tensors");
	for (size_t i = 0; i < other->file_count; i++)
		for (size_t k = 0; k < other->file[i].tensor_count; k++)
			if (model_file_is_weights(other->file[i].path))
				root[others++] =
					other->tensor_root[other->file[i].first_tensor + k];
	qsort(root, others, sizeof(*root), root_order);
	for (size_t i = 0; i < item->file_count; i++) {
		const struct manifest_file *file = &item->file[i];

		for (size_t k = file->first_tensor; k < file->first_tensor + file->tensor_count;
		     k++) {
			bool counts = likeness_counts(file->path, &item->tensor[k]);
			bool equal;

			if (!model_file_is_weights(file->path))
				continue;
			equal = bsearch(&item->tensor_root[k], root, others, sizeof(*root),
					root_order) != NULL;
			share.tensors++;
			share.equal += equal;
			share.whole = share.whole && equal;
			if (!counts || (equal && is_zero(item, k)))
				continue;
			share.elements += tensor_elements(&item->tensor[k]);
			share.equal_elements += equal ? tensor_elements(&item->tensor[k]) : 0;
		}
	}
	share.whole = share.whole && others == share.tensors;
	free(root);
	*out_share = share;
	return 0;
}
