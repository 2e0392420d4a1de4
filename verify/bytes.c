/* bytes: hold a tree against a manifest, and say exactly what differs. */
#include "verify/bytes/internal.h"

#include <stdlib.h>
#include <string.h>

#include "verify/bytes/locate.h"

void bytes_report_free(struct bytes_report **report)
{
	if (!*report)
		return;
	for (size_t i = 0; i < (*report)->file_count; i++) {
		free((*report)->file[i].difference);
		free((void *)(uintptr_t)(*report)->file[i].tensor);
	}
	free((*report)->file);
	free(*report);
	*report = NULL;
}

/* One entry for each path of manifest and tree; both are sorted. */
static int merge_files(const struct manifest *manifest, const struct tree *tree,
		       const char *elsewhere, struct bytes_report *report, struct error *err)
{
	size_t i = 0, k = 0, files = tree_count(tree);

	report->file = calloc(manifest->file_count + files + 1, sizeof(*report->file));
	if (!report->file)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare %zu files", files);
	while (i < manifest->file_count || k < files) {
		const struct manifest_file *known =
			i < manifest->file_count ? &manifest->file[i] : NULL;
		const struct tree_file *there = k < files ? tree_file(tree, k) : NULL;
		int order = !known ? 1 : !there ? -1 : strcmp(known->path, there->name);
		struct bytes_file *file;

		if (order > 0 && elsewhere && strcmp(there->name, elsewhere) == 0) {
			k++;
			continue;
		}
		file = &report->file[report->file_count++];
		file->path = order <= 0 ? known->path : there->name;
		if (order <= 0) {
			file->signed_size = known->size;
			file->pieces = known->piece_count;
			file->weights = known->tensor_count > 0;
			i++;
		}
		if (order >= 0) {
			file->size = there->size;
			k++;
		}
		file->state = order < 0                         ? BYTES_MISSING
			      : order > 0                       ? BYTES_NOT_COVERED
			      : file->size != file->signed_size ? BYTES_SIZE
								: BYTES_HOLD;
	}
	return 0;
}

static void compared_release(struct compared *file, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(file[i].differs);
		free(file[i].wanted);
		pthread_mutex_destroy(&file[i].lock);
	}
	free(file);
}

/* Want only what lies outside tensors of this file, and nothing of a large file without any. */
static int want_outside(const struct manifest *manifest, struct compared *file, struct error *err)
{
	const struct manifest_file *known = file->signed_file;
	struct piece *piece;
	size_t count;

	file->wanted = calloc(known->piece_count + 1, 1);
	if (!file->wanted)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare '%s'", known->path);
	if (pieces_cut(known->size, manifest->tensor + known->first_tensor, known->tensor_count,
		       &piece, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		file->wanted[i] = piece[i].tensor == PIECE_NO_TENSOR &&
				  (known->tensor_count || known->size <= BYTES_OUTSIDE_MAX);
		file->report->left += file->wanted[i] ? 0 : piece[i].len;
	}
	free(piece);
	return 0;
}

/* The files that are in both with one size. */
static int list_compared(const struct manifest *manifest, struct bytes_report *report,
			 struct compared **out_file, size_t *out_count, struct error *err)
{
	struct compared *file = calloc(report->file_count + 1, sizeof(*file));
	size_t count = 0;

	for (size_t i = 0; file && i < report->file_count; i++) {
		struct bytes_file *entry = &report->file[i];
		struct compared *one = &file[count];

		if (entry->state != BYTES_HOLD)
			continue;
		one->signed_file = manifest_find(manifest, entry->path);
		one->report = entry;
		one->differs = calloc(entry->pieces + 1, 1);
		pthread_mutex_init(&one->lock, NULL);
		count++;
		if (!one->differs) {
			compared_release(file, count);
			file = NULL;
		}
	}
	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare %zu files",
				 report->file_count);
	*out_file = file;
	*out_count = count;
	return 0;
}

/* Note the tensors that a file's differing pieces belong to. */
static int name_tensors(const struct manifest *manifest, const struct compared *file,
			const struct piece *piece, struct error *err)
{
	struct bytes_file *entry = file->report;
	size_t last = PIECE_NO_TENSOR;

	entry->tensor = calloc(BYTES_TENSORS_MAX, sizeof(*entry->tensor));
	if (!entry->tensor)
		return error_set(err, ERROR_SYSTEM, "out of memory for a report");
	for (size_t i = 0; i < entry->pieces; i++) {
		if (!file->differs[i])
			continue;
		entry->pieces_differ++;
		if (piece[i].tensor == PIECE_NO_TENSOR || piece[i].tensor == last)
			continue;
		last = piece[i].tensor;
		entry->tensors_touched++;
		if (entry->tensor_count < BYTES_TENSORS_MAX)
			entry->tensor[entry->tensor_count++] =
				manifest->tensor[file->signed_file->first_tensor + last].name;
	}
	return 0;
}

/* Look closer at the first differing pieces of a file. */
static int locate_all(const struct manifest *manifest, const struct tree *tree,
		      const struct compared *file, const struct piece *piece, struct error *err)
{
	const struct manifest_file *known = file->signed_file;
	struct bytes_file *entry = file->report;
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer room;
	uint8_t *bytes;

	buffer_init(&room, PIECE_SIZE_BYTES);
	entry->difference = calloc(BYTES_DIFFERENCES_MAX, sizeof(*entry->difference));
	if (!entry->difference)
		return error_set(err, ERROR_SYSTEM, "out of memory for a report");
	if (tree_open_file(tree, known->path, &source, err) ||
	    buffer_extend(&room, PIECE_SIZE_BYTES, &bytes, err))
		return -1;
	for (size_t i = 0; i < entry->pieces && entry->difference_count < BYTES_DIFFERENCES_MAX;
	     i++) {
		const struct tensor *tensor =
			piece[i].tensor == PIECE_NO_TENSOR
				? NULL
				: &manifest->tensor[known->first_tensor + piece[i].tensor];

		if (!file->differs[i])
			continue;
		if (bytes_locate(source, &piece[i], tensor,
				 manifest->record + known->first_piece + i, bytes,
				 &entry->difference[entry->difference_count], err))
			return -1;
		entry->difference_count++;
	}
	return 0;
}

static int explain(const struct manifest *manifest, const struct tree *tree,
		   const struct compared *file, struct error *err)
{
	const struct manifest_file *known = file->signed_file;
	struct piece *piece;
	size_t count;
	int result;

	if (!memchr(file->differs, 1, file->report->pieces + 1))
		return 0;
	file->report->state = BYTES_DIFFER;
	if (pieces_cut(known->size, manifest->tensor + known->first_tensor, known->tensor_count,
		       &piece, &count, err))
		return -1;
	result = name_tensors(manifest, file, piece, err);
	if (!result && manifest->record)
		result = locate_all(manifest, tree, file, piece, err);
	free(piece);
	return result;
}

static void count_states(struct bytes_report *report)
{
	report->weights_hold = true;
	for (size_t i = 0; i < report->file_count; i++) {
		const struct bytes_file *file = &report->file[i];
		bool holds = file->state == BYTES_HOLD || file->state == BYTES_RECUT;

		report->hold += file->state == BYTES_HOLD;
		report->differ += file->state == BYTES_DIFFER || file->state == BYTES_SIZE;
		report->missing += file->state == BYTES_MISSING;
		report->not_covered += file->state == BYTES_NOT_COVERED;
		report->recut += file->state == BYTES_RECUT;
		report->part += file->state == BYTES_PART;
		if (!file->weights)
			continue;
		report->shards++;
		report->shards_hold += file->state == BYTES_HOLD;
		report->weights_hold = report->weights_hold && holds;
	}
}

static int compare_common(const struct context *ctx, const struct manifest *manifest,
			  const struct tree *tree, struct bytes_report *report, bool whole,
			  bool outside, struct error *err)
{
	struct compared *file;
	size_t count;
	int result;

	if (list_compared(manifest, report, &file, &count, err))
		return -1;
	result = 0;
	for (size_t i = 0; outside && !result && i < count; i++)
		result = want_outside(manifest, &file[i], err);
	if (!result)
		result = whole ? bytes_hash_whole(ctx, manifest, tree, file, count, err)
			       : bytes_hash_pieces(ctx, manifest, tree, file, count, err);
	for (size_t i = 0; !result && i < count; i++) {
		report->bytes_read += file[i].signed_file->size - file[i].report->left;
		result = explain(manifest, tree, &file[i], err);
		if (file[i].report->left && file[i].report->state == BYTES_HOLD)
			file[i].report->state = BYTES_PART;
	}
	compared_release(file, count);
	return result;
}

int bytes_compare(const struct context *ctx, const struct manifest *manifest,
		  const struct tree *tree, const struct bytes_options *options,
		  struct bytes_report **out_report, struct error *err)
{
	CLEANUP(bytes_report_free) struct bytes_report *report = calloc(1, sizeof(*report));
	bool whole = !manifest->record || (options && options->rehash);
	bool outside = options && options->outside_only && !whole;

	if (!report)
		return error_set(err, ERROR_SYSTEM, "out of memory for a report");
	report->rehashed = whole;
	report->ignored_count = tree_ignored_count(tree);
	report->ignored = report->ignored_count ? tree_ignored(tree, 0) : NULL;
	if (merge_files(manifest, tree, options ? options->elsewhere : NULL, report, err) ||
	    compare_common(ctx, manifest, tree, report, whole, outside, err))
		return -1;
	if (!(options && options->no_recut) && !outside &&
	    bytes_find_recut(ctx, manifest, tree, report, err))
		return -1;
	count_states(report);
	*out_report = report;
	report = NULL;
	return 0;
}
