/* manifest_build: the manifest of a tree, from one read of every file. */
#include "verify/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/files_read.h"
#include "verify/tree.h"

struct build {
	const struct tree *tree;
	struct whole_file *file; /* of file i of the tree */
};

/* Take over what one file gave. */
static int assemble_file(struct manifest *manifest, struct whole_file *whole,
			 struct manifest_file *file, struct error *err)
{
	const struct tensor_table *table = &whole->table;

	file->format = table->format;
	file->size = whole->size;
	file->sha256 = whole->sha256;
	file->root = manifest_root(whole->record, whole->piece_count);
	file->first_tensor = manifest->tensor_count;
	file->tensor_count = table->count;
	for (size_t i = 0; i < table->count; i++) {
		struct tensor *tensor = &manifest->tensor[manifest->tensor_count++];
		size_t bytes = table->tensor[i].rank * sizeof(*tensor->shape);
		void *shape;

		*tensor = table->tensor[i];
		if (arena_text(manifest->arena, span_of(table->tensor[i].name), &tensor->name,
			       err) ||
		    arena_take(manifest->arena, bytes, &shape, err))
			return -1;
		if (bytes)
			memcpy(shape, table->tensor[i].shape, bytes);
		tensor->shape = shape;
	}
	return 0;
}

static int assemble_arrays(struct build *build, struct manifest *manifest, struct error *err)
{
	size_t tensors = 0, pieces = 0, files = tree_count(build->tree);

	for (size_t i = 0; i < files; i++) {
		tensors += build->file[i].table.count;
		pieces += build->file[i].piece_count;
	}
	if (pieces > PIECES_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu pieces, of %u allowed", pieces,
				 PIECES_MAX);
	manifest->file = calloc(files + 1, sizeof(*manifest->file));
	manifest->tensor = calloc(tensors + 1, sizeof(*manifest->tensor));
	manifest->tensor_root = calloc(tensors + 1, sizeof(*manifest->tensor_root));
	manifest->record = calloc(pieces + 1, sizeof(*manifest->record));
	if (!manifest->file || !manifest->tensor || !manifest->tensor_root || !manifest->record)
		return error_set(err, ERROR_SYSTEM, "out of memory for a manifest");
	return arena_new(&manifest->arena, err);
}

static int digest_of_pieces(struct manifest *manifest, struct error *err)
{
	CLEANUP(buffer_release) struct buffer object;

	buffer_init(&object, (size_t)MANIFEST_PIECES_MAX_BYTES);
	if (pieces_write(manifest->record, manifest->piece_count, &object, err))
		return -1;
	manifest->pieces = sha256(buffer_view(&object));
	return 0;
}

static int assemble(struct build *build, struct manifest *manifest, struct error *err)
{
	size_t piece = 0;

	if (assemble_arrays(build, manifest, err))
		return -1;
	for (size_t i = 0; i < tree_count(build->tree); i++) {
		struct whole_file *whole = &build->file[i];
		struct manifest_file *file = &manifest->file[manifest->file_count++];

		if (arena_text(manifest->arena, span_of(tree_file(build->tree, i)->name),
			       &file->path, err) ||
		    assemble_file(manifest, whole, file, err))
			return -1;
		if (whole->piece_count)
			memcpy(manifest->record + piece, whole->record,
			       whole->piece_count * sizeof(*whole->record));
		piece += whole->piece_count;
	}
	if (manifest_layout(manifest, err))
		return -1;
	for (size_t i = 0; i < manifest->tensor_count; i++)
		manifest->tensor_root[i] =
			manifest_root(manifest->record + manifest->tensor_piece[i],
				      (size_t)pieces_in_region(manifest->tensor[i].length));
	return digest_of_pieces(manifest, err);
}

int manifest_build(const struct context *ctx, const struct tree *tree,
		   const struct manifest_sink *sink, struct manifest **out_manifest,
		   struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = calloc(1, sizeof(*manifest));
	size_t files = tree_count(tree);
	struct build build = { tree, calloc(files + 1, sizeof(*build.file)) };
	int failed = 0;

	if (!manifest || !build.file)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for %zu files", files);
	if (!failed)
		failed = files_read(ctx, tree, sink, build.file, err) ||
			 assemble(&build, manifest, err);
	for (size_t i = 0; build.file && i < files; i++)
		whole_file_release(&build.file[i]);
	free(build.file);
	if (failed)
		return -1;
	*out_manifest = manifest;
	manifest = NULL; /* handed over */
	return 0;
}
