/*
 * bytes_hash: which pieces of which files are not the manifest's.
 *
 * Work is handed out in units of one file's neighbouring pieces, so that one
 * large file is spread over all cores; a thread takes as many units at a time
 * as keep its lanes busy.
 */
#include "verify/bytes/internal.h"

#include <stdlib.h>
#include <string.h>

#include "verify/piece_hash.h"
#include "verify/whole_file.h"

enum { UNIT_PIECES = 32, TAKE_PIECES_MAX = 2 * UNIT_PIECES, TAKE_UNITS_MAX = UNIT_PIECES };

struct unit {
	struct compared *file;
	uint32_t first, count; /* pieces of the file */
};

struct run {
	const struct context *ctx;
	const struct manifest *manifest;
	const struct tree *tree;
	const char *what;
	struct unit *unit;
	size_t unit_count;
	struct compared *file;
	size_t file_count;
	uint64_t total;

	atomic_bool failed;
	pthread_mutex_t lock; /* over what follows */
	size_t next;
	uint64_t done;
	struct error *err;
};

static void run_fail(struct run *run, const struct error *cause)
{
	pthread_mutex_lock(&run->lock);
	if (!atomic_exchange(&run->failed, true))
		*run->err = *cause;
	pthread_mutex_unlock(&run->lock);
}

static void run_progress(struct run *run, uint64_t bytes)
{
	pthread_mutex_lock(&run->lock);
	run->done += bytes;
	context_progress(run->ctx, run->what, "bytes", run->done, run->total);
	pthread_mutex_unlock(&run->lock);
}

/* Open and cut the file, unless another thread has. */
static int compared_open(struct run *run, struct compared *file, struct error *err)
{
	const struct manifest_file *known = file->signed_file;
	int result = 0;
	size_t count;

	pthread_mutex_lock(&file->lock);
	if (!file->source)
		result = tree_open_file(run->tree, known->path, &file->source, err);
	if (!result && !file->piece)
		result = pieces_cut(known->size, run->manifest->tensor + known->first_tensor,
				    known->tensor_count, &file->piece, &count, err);
	pthread_mutex_unlock(&file->lock);
	return result;
}

/* One unit is done; with the last one the file is looked at again and closed. */
static int compared_close(struct compared *file, struct error *err)
{
	int result = 0;

	pthread_mutex_lock(&file->lock);
	if (--file->units_left == 0) {
		result = source_unchanged(file->source, err);
		source_close(&file->source);
		free(file->piece);
		file->piece = NULL;
	}
	pthread_mutex_unlock(&file->lock);
	return result;
}

/* Take units with at least UNIT_PIECES pieces together; *out_count of them, 0 at the end. */
static struct unit *take_units(struct run *run, size_t *out_count)
{
	struct unit *first;
	size_t pieces = 0;

	pthread_mutex_lock(&run->lock);
	first = run->unit + run->next;
	*out_count = 0;
	while (run->next < run->unit_count && pieces < UNIT_PIECES && *out_count < TAKE_UNITS_MAX) {
		pieces += run->unit[run->next].count;
		run->next++;
		(*out_count)++;
	}
	pthread_mutex_unlock(&run->lock);
	return first;
}

static int run_units(struct run *run, struct piece_hasher *hasher, const struct unit *unit,
		     size_t count, struct error *err)
{
	struct piece_job job[TAKE_PIECES_MAX];
	size_t jobs = 0;
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		struct compared *file = unit[i].file;

		if (compared_open(run, file, err))
			return -1;
		for (uint32_t k = 0; k < unit[i].count; k++) {
			const struct piece *piece = &file->piece[unit[i].first + k];

			job[jobs++] = (struct piece_job){ .source = file->source,
							  .offset = piece->offset,
							  .len = piece->len };
			bytes += piece->len;
		}
	}
	if (context_check_cancelled(run->ctx, err) || piece_hasher_run(hasher, job, jobs, err))
		return -1;
	jobs = 0;
	for (size_t i = 0; i < count; i++) {
		struct compared *file = unit[i].file;
		const struct piece_record *record =
			run->manifest->record + file->signed_file->first_piece + unit[i].first;

		for (uint32_t k = 0; k < unit[i].count; k++, jobs++)
			file->differs[unit[i].first + k] =
				!digest_equal(&job[jobs].digest, &record[k].digest);
		if (compared_close(file, err))
			return -1;
	}
	run_progress(run, bytes);
	return 0;
}

static void pieces_work(void *arg, size_t index)
{
	struct run *run = arg;
	CLEANUP(piece_hasher_free) struct piece_hasher *hasher = NULL;
	struct error err = { 0 };
	const struct unit *unit;
	size_t count;

	(void)index;
	while (!atomic_load(&run->failed) && (unit = take_units(run, &count), count)) {
		if ((!hasher && piece_hasher_new(&hasher, &err)) ||
		    run_units(run, hasher, unit, count, &err))
			run_fail(run, &err);
	}
}

/* How many wanted pieces follow one another from `first`, up to a unit. */
static size_t unit_length(const struct compared *file, size_t first, size_t pieces)
{
	size_t count = 0;

	while (first + count < pieces && count < UNIT_PIECES &&
	       (!file->wanted || file->wanted[first + count]))
		count++;
	return count;
}

static int cut_units(struct run *run, struct error *err)
{
	size_t units = 0;

	/* At most: a gap between wanted pieces ends a unit. */
	for (size_t i = 0; i < run->file_count; i++)
		units += run->file[i].wanted
				 ? run->file[i].signed_file->piece_count
				 : (run->file[i].signed_file->piece_count + UNIT_PIECES - 1) /
					   UNIT_PIECES;
	run->unit = calloc(units + 1, sizeof(*run->unit));
	if (!run->unit)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare %zu files",
				 run->file_count);
	for (size_t i = 0; i < run->file_count; i++) {
		size_t pieces = run->file[i].signed_file->piece_count, count;

		for (size_t first = 0; first < pieces; first += count ? count : 1) {
			count = unit_length(&run->file[i], first, pieces);
			if (!count)
				continue;
			run->unit[run->unit_count++] =
				(struct unit){ &run->file[i], (uint32_t)first, (uint32_t)count };
			run->file[i].units_left++;
		}
	}
	return 0;
}

static struct run run_over(const struct context *ctx, const struct manifest *manifest,
			   const struct tree *tree, struct compared *file, size_t count,
			   struct error *err)
{
	struct run run = {
		.ctx = ctx,
		.manifest = manifest,
		.tree = tree,
		.what = "checking",
		.file = file,
		.file_count = count,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.err = err,
	};

	for (size_t i = 0; i < count; i++)
		run.total += file[i].signed_file->size - file[i].report->left;
	return run;
}

int bytes_hash_pieces(const struct context *ctx, const struct manifest *manifest,
		      const struct tree *tree, struct compared *file, size_t count,
		      struct error *err)
{
	struct run run = run_over(ctx, manifest, tree, file, count, err);
	int result = cut_units(&run, err);

	if (!result)
		threads_run(ctx->threads, threads_count(ctx->threads), pieces_work, &run);
	for (size_t i = 0; i < count; i++) {
		source_close(&file[i].source);
		free(file[i].piece);
		file[i].piece = NULL;
	}
	free(run.unit);
	pthread_mutex_destroy(&run.lock);
	return result || atomic_load(&run.failed) ? -1 : 0;
}

static int whole_bytes(void *user, struct span bytes, struct error *err)
{
	struct run *run = user;

	if (atomic_load(&run->failed))
		return error_set(err, ERROR_SYSTEM, "another file failed");
	if (context_check_cancelled(run->ctx, err))
		return -1;
	run_progress(run, bytes.len);
	return 0;
}

/* Without records, the roots of the tensors tell which of them differ; if none does, what lies
 * outside them must. */
static void mark_by_roots(const struct run *run, struct compared *file,
			  const struct whole_file *whole)
{
	const struct manifest *manifest = run->manifest;
	const struct manifest_file *known = file->signed_file;
	bool any = false;

	for (size_t i = 0; i < known->tensor_count; i++) {
		size_t at = known->first_tensor + i;
		size_t first = manifest->tensor_piece[at] - known->first_piece;
		size_t count = (size_t)pieces_in_region(manifest->tensor[at].length);
		struct digest root = manifest_root(whole->record + first, count);

		if (digest_equal(&root, &manifest->tensor_root[at]))
			continue;
		memset(file->differs + first, 1, count);
		any = true;
	}
	if (!any && known->piece_count)
		file->differs[0] = 1;
}

static int whole_one(struct run *run, struct compared *file, struct error *err)
{
	const struct manifest_file *known = file->signed_file;
	const struct tensor *tensor = run->manifest->tensor + known->first_tensor;
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(whole_file_release) struct whole_file whole = { 0 };
	struct whole_file_reader tell = { run, whole_bytes };

	if (tree_open_file(run->tree, known->path, &source, err) ||
	    whole_file_read_as(source, tensor, known->tensor_count, &tell, &whole, err))
		return -1;
	if (!run->manifest->record) {
		if (!digest_equal(&whole.sha256, &known->sha256))
			mark_by_roots(run, file, &whole);
		return 0;
	}
	for (size_t i = 0; i < known->piece_count; i++) {
		const struct piece_record *record = run->manifest->record + known->first_piece + i;

		file->differs[i] = !digest_equal(&whole.record[i].digest, &record->digest);
	}
	/* All pieces alike and the digests not: the manifest contradicts itself. */
	if (!digest_equal(&whole.sha256, &known->sha256) &&
	    !memchr(file->differs, 1, known->piece_count))
		return error_set(err, ERROR_CORRUPT,
				 "the manifest contradicts itself: '%s' has its pieces, and not "
				 "its SHA-256",
				 known->path);
	return 0;
}

static void whole_work(void *arg, size_t index)
{
	struct run *run = arg;
	struct error err = { 0 };

	if (!atomic_load(&run->failed) && whole_one(run, &run->file[index], &err))
		run_fail(run, &err);
}

int bytes_hash_whole(const struct context *ctx, const struct manifest *manifest,
		     const struct tree *tree, struct compared *file, size_t count,
		     struct error *err)
{
	struct run run = run_over(ctx, manifest, tree, file, count, err);

	threads_run(ctx->threads, count, whole_work, &run);
	pthread_mutex_destroy(&run.lock);
	return atomic_load(&run.failed) ? -1 : 0;
}

struct digests {
	struct run run;
	struct digest *out;
};

static void digest_work(void *arg, size_t index)
{
	struct digests *digests = arg;
	struct run *run = &digests->run;
	CLEANUP(source_close) struct source *source = NULL;
	struct whole_file_reader tell = { run, whole_bytes };
	struct error err = { 0 };

	if (atomic_load(&run->failed))
		return;
	if (tree_open_file(run->tree, tree_file(run->tree, index)->name, &source, &err) ||
	    whole_file_digest(source, &tell, &digests->out[index], &err))
		run_fail(run, &err);
}

int bytes_file_digests(const struct context *ctx, const struct tree *tree,
		       struct digest *out_digest, struct error *err)
{
	struct digests digests = { .run = run_over(ctx, NULL, tree, NULL, 0, err),
				   .out = out_digest };

	for (size_t i = 0; i < tree_count(tree); i++)
		digests.run.total += tree_file(tree, i)->size;
	threads_run(ctx->threads, tree_count(tree), digest_work, &digests);
	pthread_mutex_destroy(&digests.run.lock);
	return atomic_load(&digests.run.failed) ? -1 : 0;
}
