/* Names, order and root of the files that a model signature lists. */
#include "verify/modelsig_path.h"

#include <stdlib.h>
#include <string.h>

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
	return strcmp((*(const struct modelsig_file *const *)left)->path,
		      (*(const struct modelsig_file *const *)right)->path);
}

int modelsig_sort(const struct modelsig_file *file, size_t count,
		  const struct modelsig_file ***out_sorted, struct error *err)
{
	const struct modelsig_file **sorted = calloc(count + 1, sizeof(*sorted));

	if (!sorted)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &file[i];
	qsort(sorted, count, sizeof(*sorted), file_order);
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i]->path, sorted[i - 1]->path) == 0) {
			error_set(err, ERROR_CORRUPT, "the file '%.300s' is listed twice",
				  sorted[i]->path);
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
		hash_stream_add(stream, digest_view(&file[i].sha256));
	*out_root = hash_stream_finish(stream);
	return 0;
}
