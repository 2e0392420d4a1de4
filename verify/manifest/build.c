/* manifest_build: the manifest of a tree, from one read of every file. */
#include "verify/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/files/read.h"
#include "verify/tree.h"

struct build {
	const struct tree *tree;
	const struct manifest_known *known; /* or NULL */
	struct whole_file *file;            /* of file i of the tree, where it was read */
};

/* What goes into the manifest about one file: as it was read, or as it is known. Borrowed. */
struct part {
	const char *format; /* static */
	uint64_t size;
	const struct digest *sha256;
	const struct tensor *tensor;
	size_t tensor_count;
	const struct piece_record *record;
	size_t piece_count;
};

static struct part part_of(const struct build *build, size_t index)
{
	const struct whole_file *whole = &build->file[index];
	const struct manifest *known = build->known ? build->known->manifest : NULL;
	const struct manifest_file *file;

	if (!known || !build->known->file[index])
		return (struct part){ whole->table.format, whole->size,        &whole->sha256,
				      whole->table.tensor, whole->table.count, whole->record,
				      whole->piece_count };
	file = manifest_find(known, tree_file(build->tree, index)->name);
	return (struct part){ file->format,       file->size,
			      &file->sha256,      known->tensor + file->first_tensor,
			      file->tensor_count, known->record + file->first_piece,
			      file->piece_count };
}

static int assemble_file(struct manifest *manifest, const struct part *part,
			 struct manifest_file *file, struct error *err)
{
	file->format = part->format;
	file->size = part->size;
	file->sha256 = *part->sha256;
	file->root = manifest_root(part->record, part->piece_count);
	file->first_tensor = manifest->tensor_count;
	file->tensor_count = part->tensor_count;
	for (size_t i = 0; i < part->tensor_count; i++) {
		struct tensor *tensor = &manifest->tensor[manifest->tensor_count++];
		size_t bytes = part->tensor[i].rank * sizeof(*tensor->shape);
		void *shape;

		*tensor = part->tensor[i];
		if (arena_text(manifest->arena, span_of(part->tensor[i].name), &tensor->name,
			       err) ||
		    arena_take(manifest->arena, bytes, &shape, err))
			return -1;
		if (bytes)
			memcpy(shape, part->tensor[i].shape, bytes);
		tensor->shape = shape;
	}
	return 0;
}

static int assemble_arrays(struct build *build, struct manifest *manifest, struct error *err)
{
	size_t tensors = 0, pieces = 0, files = tree_count(build->tree);

	for (size_t i = 0; i < files; i++) {
		struct part part = part_of(build, i);

		tensors += part.tensor_count;
		pieces += part.piece_count;
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
		struct part part = part_of(build, i);
		struct manifest_file *file = &manifest->file[manifest->file_count++];

		if (arena_text(manifest->arena, span_of(tree_file(build->tree, i)->name),
			       &file->path, err) ||
		    assemble_file(manifest, &part, file, err))
			return -1;
		if (part.piece_count)
			memcpy(manifest->record + piece, part.record,
			       part.piece_count * sizeof(*part.record));
		piece += part.piece_count;
	}
	if (manifest_layout(manifest, err))
		return -1;
	for (size_t i = 0; i < manifest->tensor_count; i++)
		manifest->tensor_root[i] =
			manifest_root(manifest->record + manifest->tensor_piece[i],
				      (size_t)pieces_in_region(manifest->tensor[i].length));
	return digest_of_pieces(manifest, err);
}

int manifest_build_known(const struct context *ctx, const struct tree *tree,
			 const struct manifest_known *known, const struct manifest_sink *sink,
			 struct manifest **out_manifest, struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = calloc(1, sizeof(*manifest));
	size_t files = tree_count(tree);
	struct build build = { tree, known, calloc(files + 1, sizeof(*build.file)) };
	int failed = 0;

	if (!manifest || !build.file)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for %zu files", files);
	if (!failed)
		failed = files_read(ctx, tree, sink, known ? known->file : NULL, build.file, err) ||
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

int manifest_build(const struct context *ctx, const struct tree *tree,
		   const struct manifest_sink *sink, struct manifest **out_manifest,
		   struct error *err)
{
	return manifest_build_known(ctx, tree, NULL, sink, out_manifest, err);
}
