/* Names, order and root of the files that a model signature lists. */
#include "verify/modelsig/path.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The standard's own, at the top of the model only. */
static const char *const standard_ignored[] = { ".git", ".gitattributes", ".github", ".gitignore" };

bool modelsig_lies_below(const char *path, const char *entry)
{
	size_t len;

	while (strncmp(entry, "./", 2) == 0)
		entry += 2;
	len = strlen(entry);
	while (len && entry[len - 1] == '/')
		len--;
	return len && strncmp(path, entry, len) == 0 && (!path[len] || path[len] == '/');
}

bool modelsig_standard_ignores(const char *path)
{
	for (size_t i = 0; i < sizeof(standard_ignored) / sizeof(*standard_ignored); i++)
		if (modelsig_lies_below(path, standard_ignored[i]))
			return true;
	return false;
}

int modelsig_path_check(const char *path, struct error *err)
{
	const char *part = path;

	if (strlen(path) > MODELSIG_PATH_MAX)
		return error_set(err, ERROR_CORRUPT, "a file's name has more than %u bytes",
				 MODELSIG_PATH_MAX);
	for (;;) {
		size_t len = strcspn(part, "/");

		if (!len || (len == 1 && part[0] == '.') ||
		    (len == 2 && part[0] == '.' && part[1] == '.'))
			return error_set(err, ERROR_CORRUPT, "the name '%.300s' leads elsewhere",
					 path);
		if (!part[len])
			return 0;
		part += len + 1;
	}
}

static int file_order(const void *left, const void *right)
{
	const struct modelsig_file *a = *(const struct modelsig_file *const *)left;
	const struct modelsig_file *b = *(const struct modelsig_file *const *)right;
	int order = strcmp(a->path, b->path);

	return order ? order : (a->start > b->start) - (a->start < b->start);
}

/* Where the name of a shard goes on behind the path. */
static void range_text(const struct modelsig_file *file, char out_text[48])
{
	snprintf(out_text, 48, ":%" PRIu64 ":%" PRIu64, file->start, file->end);
}

int modelsig_name_order(const struct modelsig_file *left, const struct modelsig_file *right)
{
	char range[2][48] = { "", "" };
	const char *a = left->path, *b = right->path;

	if (left->end)
		range_text(left, range[0]);
	if (right->end)
		range_text(right, range[1]);
	for (const char *more_a = range[0], *more_b = range[1];; a++, b++) {
		if (!*a) { /* the path is over, the range follows, then nothing */
			a = more_a;
			more_a = "";
		}
		if (!*b) {
			b = more_b;
			more_b = "";
		}
		if (*a != *b || !*a)
			return (int)(unsigned char)*a - (int)(unsigned char)*b;
	}
}

/* Is this shard where it belongs behind `before`, which is NULL or of another file at the first? */
static int shard_check(const struct modelsig_file *shard, const struct modelsig_file *before,
		       uint64_t shard_size, struct error *err)
{
	bool first = !before || strcmp(before->path, shard->path) != 0;
	uint64_t belongs = first ? 0 : before->end;

	if (shard->start != belongs || (!first && before->end - before->start != shard_size))
		return error_set(err, ERROR_CORRUPT,
				 "the shards of '%.300s' do not follow one another: one begins at "
				 "%" PRIu64 " where %" PRIu64 " belongs",
				 shard->path, shard->start, first ? 0 : before->start + shard_size);
	if (shard->end <= shard->start || shard->end - shard->start > shard_size)
		return error_set(err, ERROR_CORRUPT,
				 "a shard of '%.300s' goes from %" PRIu64 " to %" PRIu64
				 ", and shards have %" PRIu64 " bytes",
				 shard->path, shard->start, shard->end, shard_size);
	return 0;
}

static int sorted_check(const struct modelsig_file *const *sorted, size_t count,
			uint64_t shard_size, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct modelsig_file *before = i ? sorted[i - 1] : NULL;

		if (before && strcmp(sorted[i]->path, before->path) == 0 &&
		    sorted[i]->start == before->start)
			return error_set(err, ERROR_CORRUPT, "the file '%.300s' is listed twice",
					 sorted[i]->path);
		if (shard_size && shard_check(sorted[i], before, shard_size, err))
			return -1;
	}
	return 0;
}

int modelsig_sort(const struct modelsig_file *file, size_t count, uint64_t shard_size,
		  const struct modelsig_file ***out_sorted, struct error *err)
{
	const struct modelsig_file **sorted = calloc(count + 1, sizeof(*sorted));

	if (!sorted)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &file[i];
	qsort(sorted, count, sizeof(*sorted), file_order);
	if (sorted_check(sorted, count, shard_size, err)) {
		free(sorted);
		return -1;
	}
	*out_sorted = sorted;
	return 0;
}

int modelsig_root(const struct modelsig_file *file, size_t count, struct digest *out_root,
		  struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;

	if (hash_stream_new(&stream, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		hash_stream_add(stream, any_digest_view(&file[i].digest));
	*out_root = hash_stream_finish(stream);
	return 0;
}
