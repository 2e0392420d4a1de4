/*
 * bytes_recut: the same tensors in files cut differently.
 *
 * A tensor keeps its pieces when shards are merged or split, since pieces
 * count from the tensor's own start. So the tensors of files that are missing
 * (or have another size) are looked for in files that the manifest does not have.
 */
#include "verify/bytes/internal.h"

#include <stdlib.h>
#include <string.h>

#include "verify/piece_hash.h"

/* A file of the tree that may hold what is looked for. */
struct holder {
	struct bytes_file *report;
	struct source *source;
	struct tensor_table table;
	size_t found; /* tensors of it that are the manifest's */
};

/* A tensor of the manifest that is looked for, and where it may be. */
struct wanted {
	size_t tensor;   /* of the manifest */
	size_t file;     /* of the manifest */
	size_t holder;   /* SIZE_MAX: nowhere */
	size_t job;      /* its first */
	uint64_t offset; /* in the holder */
};

struct search {
	const struct manifest *manifest;
	const struct tree *tree;
	struct bytes_report *report;
	struct holder *holder;
	size_t holder_count;
	struct wanted *wanted;
	size_t wanted_count;
	struct piece_job *job;
	size_t job_count;
};

static void search_release(struct search *search)
{
	for (size_t i = 0; i < search->holder_count; i++) {
		source_close(&search->holder[i].source);
		tensor_table_release(&search->holder[i].table);
	}
	free(search->holder);
	free(search->wanted);
	free(search->job);
}

static struct bytes_file *report_of(struct bytes_report *report, const char *path)
{
	size_t low = 0, high = report->file_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(path, report->file[middle].path);

		if (!order)
			return &report->file[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static bool is_lost(const struct bytes_file *file)
{
	return file->weights && (file->state == BYTES_MISSING || file->state == BYTES_SIZE);
}

/* Open the files that could hold lost tensors; one that is no safetensors file is passed over. */
static int open_holders(struct search *search, struct error *err)
{
	struct bytes_report *report = search->report;

	search->holder = calloc(report->file_count + 1, sizeof(*search->holder));
	if (!search->holder)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare tensors");
	for (size_t i = 0; i < report->file_count; i++) {
		struct holder *holder = &search->holder[search->holder_count];
		struct bytes_file *file = &report->file[i];
		const char *end = strrchr(file->path, '.');
		struct error malformed = { 0 };

		if ((file->state != BYTES_NOT_COVERED && file->state != BYTES_SIZE) || !end ||
		    strcmp(end, ".safetensors") != 0)
			continue;
		if (tree_open_file(search->tree, file->path, &holder->source, err))
			return -1;
		if (format_open(holder->source, &holder->table, &malformed) ||
		    !holder->table.count) {
			source_close(&holder->source);
			tensor_table_release(&holder->table);
			continue;
		}
		holder->report = file;
		search->holder_count++;
	}
	return 0;
}

static bool same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->dtype == b->dtype && a->rank == b->rank && a->length == b->length &&
	       memcmp(a->shape, b->shape, a->rank * sizeof(*a->shape)) == 0;
}

/* Where a tensor of that name and shape lies; the file of the same path is taken if it has it. */
static void find_holder(const struct search *search, struct wanted *wanted)
{
	const struct tensor *tensor = &search->manifest->tensor[wanted->tensor];
	const char *path = search->manifest->file[wanted->file].path;

	wanted->holder = SIZE_MAX;
	for (size_t i = 0; i < search->holder_count; i++) {
		const struct holder *holder = &search->holder[i];
		const struct tensor *found = tensor_table_find(&holder->table, tensor->name);

		if (!found || !same_shape(found, tensor))
			continue;
		wanted->holder = i;
		wanted->offset = found->offset;
		if (strcmp(holder->report->path, path) == 0)
			return;
	}
}

static int list_wanted(struct search *search, struct error *err)
{
	const struct manifest *manifest = search->manifest;

	search->wanted = calloc(manifest->tensor_count + 1, sizeof(*search->wanted));
	if (!search->wanted)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare tensors");
	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		if (!is_lost(report_of(search->report, file->path)))
			continue;
		for (size_t k = 0; k < file->tensor_count; k++) {
			struct wanted *wanted = &search->wanted[search->wanted_count++];

			wanted->tensor = file->first_tensor + k;
			wanted->file = i;
			find_holder(search, wanted);
			if (wanted->holder != SIZE_MAX)
				search->job_count += (size_t)pieces_in_region(
					manifest->tensor[wanted->tensor].length);
		}
	}
	return 0;
}

static int list_jobs(struct search *search, struct error *err)
{
	size_t job = 0;

	search->job = calloc(search->job_count + 1, sizeof(*search->job));
	if (!search->job)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare tensors");
	for (size_t i = 0; i < search->wanted_count; i++) {
		struct wanted *wanted = &search->wanted[i];
		uint64_t length = search->manifest->tensor[wanted->tensor].length;

		wanted->job = job;
		if (wanted->holder == SIZE_MAX)
			continue;
		for (uint64_t at = 0; at < length; at += PIECE_SIZE_BYTES) {
			uint64_t rest = length - at;

			search->job[job++] = (struct piece_job){
				.source = search->holder[wanted->holder].source,
				.offset = wanted->offset + at,
				.len = rest < PIECE_SIZE_BYTES ? (uint32_t)rest : PIECE_SIZE_BYTES,
			};
		}
	}
	return 0;
}

/* Do the pieces that were found have the tensor's root? */
static int is_true(const struct search *search, const struct wanted *wanted, bool *out_true,
		   struct error *err)
{
	const struct manifest *manifest = search->manifest;
	size_t count = (size_t)pieces_in_region(manifest->tensor[wanted->tensor].length);
	struct piece_record *record;
	struct digest root;

	*out_true = false;
	if (wanted->holder == SIZE_MAX)
		return 0;
	record = calloc(count + 1, sizeof(*record));
	if (!record)
		return error_set(err, ERROR_SYSTEM, "out of memory to compare tensors");
	for (size_t i = 0; i < count; i++)
		record[i].digest = search->job[wanted->job + i].digest;
	root = manifest_root(record, count);
	free(record);
	*out_true = digest_equal(&root, &manifest->tensor_root[wanted->tensor]);
	return 0;
}

/* A lost file is there when all its tensors are; a file that holds nothing else is accounted for.
 */
static int settle(struct search *search, struct error *err)
{
	size_t i = 0;

	while (i < search->wanted_count) {
		size_t file = search->wanted[i].file;
		struct bytes_file *report =
			report_of(search->report, search->manifest->file[file].path);
		bool all = true, is;

		for (; i < search->wanted_count && search->wanted[i].file == file; i++) {
			if (is_true(search, &search->wanted[i], &is, err))
				return -1;
			if (is)
				search->holder[search->wanted[i].holder].found++;
			all = all && is;
		}
		if (all)
			report->state = BYTES_RECUT;
	}
	for (i = 0; i < search->holder_count; i++) {
		struct holder *holder = &search->holder[i];

		if (holder->report->state == BYTES_NOT_COVERED &&
		    holder->found >= holder->table.count)
			holder->report->state = BYTES_RECUT;
	}
	return 0;
}

int bytes_find_recut(const struct context *ctx, const struct manifest *manifest,
		     const struct tree *tree, struct bytes_report *report, struct error *err)
{
	CLEANUP(search_release)
	struct search search = { .manifest = manifest, .tree = tree, .report = report };
	bool lost = false;

	for (size_t i = 0; i < report->file_count; i++)
		lost = lost || is_lost(&report->file[i]);
	if (!lost || open_holders(&search, err))
		return lost ? -1 : 0;
	if (!search.holder_count)
		return 0;
	if (list_wanted(&search, err) || list_jobs(&search, err) ||
	    piece_jobs_run(ctx, "comparing tensors", search.job, search.job_count, err) ||
	    settle(&search, err))
		return -1;
	for (size_t i = 0; i < search.job_count; i++)
		report->bytes_read += search.job[i].len;
	for (size_t i = 0; i < search.holder_count; i++) {
		if (source_unchanged(search.holder[i].source, err))
			return -1;
	}
	return 0;
}
