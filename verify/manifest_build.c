/*
 * manifest_build: read every file of a tree once, and get from that one read
 * its whole-file digest, its pieces' digests and their locators.
 */
#include "verify/manifest.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/tree.h"
#include "verify/whole_file.h"

struct build {
	const struct context *ctx;
	const struct tree *tree;
	const struct manifest_sink *sink;
	struct whole_file *file; /* of file i of the tree */
	uint32_t *order;         /* the largest first, so that the cores end together */
	uint64_t total;

	atomic_bool failed;
	pthread_mutex_t lock; /* over what follows */
	uint64_t done;
	struct error *err;
};

static void build_fail(struct build *build, const struct error *cause)
{
	pthread_mutex_lock(&build->lock);
	if (!atomic_exchange(&build->failed, true))
		*build->err = *cause;
	pthread_mutex_unlock(&build->lock);
}

/* Told of bytes as they are read: hands them on, reports, looks whether to stop. */
struct build_tap {
	struct build *build;
	void *file; /* of the sink */
};

static int build_bytes(void *user, struct span bytes, struct error *err)
{
	struct build_tap *tap = user;
	struct build *build = tap->build;

	if (atomic_load(&build->failed))
		return error_set(err, ERROR_SYSTEM, "another file failed");
	if (context_check_cancelled(build->ctx, err))
		return -1;
	if (build->sink && build->sink->bytes(build->sink->user, tap->file, bytes, err))
		return -1;
	pthread_mutex_lock(&build->lock);
	build->done += bytes.len;
	context_progress(build->ctx, "reading", "bytes", build->done, build->total);
	pthread_mutex_unlock(&build->lock);
	return 0;
}

static int build_one(struct build *build, size_t index, struct error *err)
{
	const struct tree_file *listed = tree_file(build->tree, index);
	const struct manifest_sink *sink = build->sink;
	CLEANUP(source_close) struct source *source = NULL;
	struct build_tap tap = { build, NULL };
	struct whole_file_reader tell = { &tap, build_bytes };
	struct error ignored = { 0 };

	if (tree_open_file(build->tree, listed->name, &source, err))
		return -1;
	if (sink && sink->begin(sink->user, listed->name, source->size, &tap.file, err))
		return -1;
	if (whole_file_read(source, &tell, &build->file[index], err)) {
		if (sink && sink->end(sink->user, tap.file, NULL, &ignored))
			return -1;
		return -1;
	}
	return sink ? sink->end(sink->user, tap.file, &build->file[index].sha256, err) : 0;
}

static void build_work(void *arg, size_t turn)
{
	struct build *build = arg;
	struct error err = { 0 };

	if (!atomic_load(&build->failed) && build_one(build, build->order[turn], &err))
		build_fail(build, &err);
}

static int compare_sizes(const void *a, const void *b, void *tree)
{
	uint64_t x = tree_file(tree, *(const uint32_t *)a)->size;
	uint64_t y = tree_file(tree, *(const uint32_t *)b)->size;

	return x == y ? 0 : x > y ? -1 : 1;
}

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

static int build_all(struct build *build, struct manifest **out_manifest, struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = calloc(1, sizeof(*manifest));
	size_t files = tree_count(build->tree);

	if (!manifest || !build->file || !build->order)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", files);
	for (size_t i = 0; i < files; i++) {
		build->order[i] = (uint32_t)i;
		build->total += tree_file(build->tree, i)->size;
	}
	if (files)
		qsort_r(build->order, files, sizeof(*build->order), compare_sizes,
			(void *)(uintptr_t)build->tree);
	threads_run(build->ctx->threads, files, build_work, build);
	if (atomic_load(&build->failed) || assemble(build, manifest, err))
		return -1;
	*out_manifest = manifest;
	manifest = NULL;
	return 0;
}

int manifest_build(const struct context *ctx, const struct tree *tree,
		   const struct manifest_sink *sink, struct manifest **out_manifest,
		   struct error *err)
{
	size_t files = tree_count(tree);
	struct build build = {
		.ctx = ctx,
		.tree = tree,
		.sink = sink,
		.file = calloc(files + 1, sizeof(*build.file)),
		.order = calloc(files + 1, sizeof(*build.order)),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.err = err,
	};
	int result = build_all(&build, out_manifest, err);

	for (size_t i = 0; build.file && i < files; i++)
		whole_file_release(&build.file[i]);
	free(build.file);
	free(build.order);
	pthread_mutex_destroy(&build.lock);
	return result;
}
