/* What is damaged is kept aside, and what is good takes its place in one step. */
#include "registry/aside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STEP_BYTES = 1 << 20, NAMES_MAX = 10000 };

int aside_keep(const char *path, const char *folder, struct error *err)
{
	const char *slash = strrchr(path, '/');
	CLEANUP(text_free) char *name = NULL;

	if (access(path, F_OK) && errno == ENOENT)
		return 0;
	if (folder_make(folder, err) || path_join(folder, slash ? slash + 1 : path, &name, err))
		return -1;
	for (int i = 0; i < NAMES_MAX; i++) {
		char end[16] = "";
		CLEANUP(text_free) char *to = NULL;

		if (i)
			snprintf(end, sizeof(end), ".%d", i);
		if (asprintf(&to, "%s%s", name, end) < 0) {
			to = NULL;
			return error_set(err, ERROR_SYSTEM, "out of memory for a path");
		}
		if (link(path, to) == 0)
			return folder_sync(folder, err);
		if (errno != EEXIST)
			return error_system(err, errno, "cannot keep '%s' aside", path);
	}
	return error_set(err, ERROR_SYSTEM, "'%s' was kept aside too often", path);
}

static int copy_checked(const struct context *ctx, struct file_writer *writer, struct source *good,
			const struct digest *digest, struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	CLEANUP(buffer_release) struct buffer step;
	struct digest found;
	uint8_t *room;

	buffer_init(&step, STEP_BYTES);
	if (hash_stream_new(&stream, err) || buffer_extend(&step, STEP_BYTES, &room, err))
		return -1;
	for (uint64_t at = 0; at < good->size;) {
		uint64_t rest = good->size - at;
		size_t len = rest < STEP_BYTES ? (size_t)rest : STEP_BYTES;
		struct span bytes = { room, len };

		if (context_check_cancelled(ctx, err) || source_read_at(good, at, room, len, err) ||
		    file_writer_add(writer, bytes, err))
			return -1;
		hash_stream_add(stream, bytes);
		context_bytes_read(ctx, len);
		at += len;
	}
	found = hash_stream_finish(stream);
	return digest_equal(&found, digest)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "'%s' is damaged there, too", good->name);
}

int aside_replace(const char *path, const char *folder, const struct context *ctx,
		  const struct digest *digest, struct source *good, struct error *err)
{
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	CLEANUP(text_free) char *own = strdup(path);
	bool there;

	if (!own)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	*strrchr(own, '/') = '\0';
	return folder_make(own, err) || file_writer_new(path, 0444, &writer, err) ||
			       copy_checked(ctx, writer, good, digest, err) ||
			       file_writer_flush(writer, err) || aside_keep(path, folder, err) ||
			       file_writer_name(writer, FILE_REPLACE, &there, err) ||
			       folder_sync(own, err)
		       ? -1
		       : 0;
}
