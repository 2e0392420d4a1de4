/* manifest_pieces: the pieces object that a manifest names, held against it. */
#include "verify/manifest.h"

#include <stdlib.h>

struct digest manifest_root(const struct piece_record *record, size_t count)
{
	struct merkle tree = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct digest leaf = merkle_leaf(digest_view(&record[i].digest));

		merkle_add(&tree, &leaf);
	}
	return merkle_root(&tree);
}

/* Do the roots that the manifest names follow from the records? */
static int check_roots(const struct manifest *manifest, const struct piece_record *record,
		       struct error *err)
{
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];
		struct digest root = manifest_root(record + file->first_piece, file->piece_count);

		if (!digest_equal(&root, &file->root))
			return error_set(err, ERROR_CORRUPT,
					 "the pieces of '%s' do not have its root", file->path);
		for (size_t k = 0; k < file->tensor_count; k++) {
			size_t at = file->first_tensor + k;
			size_t pieces = (size_t)pieces_in_region(manifest->tensor[at].length);

			root = manifest_root(record + manifest->tensor_piece[at], pieces);
			if (!digest_equal(&root, &manifest->tensor_root[at]))
				return error_set(err, ERROR_CORRUPT,
						 "the pieces of tensor '%s' do not have its root",
						 manifest->tensor[at].name);
		}
	}
	return 0;
}

int manifest_add_pieces(struct manifest *manifest, struct span bytes, struct error *err)
{
	struct digest found = sha256(bytes);
	struct piece_record *record;
	size_t count;

	if (!digest_equal(&found, &manifest->pieces))
		return error_set(err, ERROR_CORRUPT,
				 "the pieces object is not the one that the manifest names");
	if (pieces_read(bytes, &record, &count, err))
		return -1;
	if (count != manifest->piece_count) {
		free(record);
		return error_set(err, ERROR_CORRUPT, "%zu pieces, where the manifest has %zu",
				 count, manifest->piece_count);
	}
	if (check_roots(manifest, record, err)) {
		free(record);
		return -1;
	}
	free(manifest->record);
	manifest->record = record;
	return 0;
}
