/* The log's files by relative path: in a folder, or in memory. */
#include "registry/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOB_MAX_BYTES = 256 * (65535 + 2) };

struct folder_blobs {
	struct blobs head;
	char *folder;
};

static int folder_read(struct blobs *blobs, const char *path, struct buffer *out, struct error *err)
{
	struct folder_blobs *self = (struct folder_blobs *)blobs;
	CLEANUP(source_close) struct source *source = NULL;

	return source_open_beneath(self->folder, path, &source, err) ||
			       source_read_all(source, out, err)
		       ? -1
		       : 0;
}

/* The full path of a blob, with the folders above it made. */
static int folder_target(struct folder_blobs *self, const char *path, char **out_target,
			 struct error *err)
{
	CLEANUP(text_free) char *target = NULL;
	char *slash;

	if (path_join(self->folder, path, &target, err))
		return -1;
	slash = strrchr(target, '/');
	*slash = '\0';
	if (folder_make(target, err))
		return -1;
	*slash = '/';
	*out_target = target;
	target = NULL; /* handed over */
	return 0;
}

static int blob_same(struct blobs *blobs, const char *path, struct span bytes, struct error *err)
{
	CLEANUP(buffer_release) struct buffer there;

	buffer_init(&there, BLOB_MAX_BYTES);
	if (blobs_read(blobs, path, &there, err))
		return -1;
	if (!span_equal(buffer_view(&there), bytes))
		return error_set(err, ERROR_CORRUPT,
				 "the log's file '%s' is there already with other bytes", path);
	return 0;
}

/* A blob on its way into the folder. */
struct arrival {
	char *target;
	struct file_writer *writer; /* NULL: something has the name already */
};

static int arrival_begin(struct blobs *blobs, const struct blob *blob, struct arrival *arrival,
			 struct error *err)
{
	if (folder_target((struct folder_blobs *)blobs, blob->path, &arrival->target, err))
		return -1;
	if (file_exists(arrival->target))
		return blob_same(blobs, blob->path, blob->bytes, err);
	return file_writer_new(arrival->target, 0644, &arrival->writer, err) ||
			       file_writer_add(arrival->writer, blob->bytes, err)
		       ? -1
		       : 0;
}

static int arrival_name(struct blobs *blobs, const struct blob *blob, struct arrival *arrival,
			struct error *err)
{
	bool there;

	if (!arrival->writer)
		return 0;
	if (file_writer_name(arrival->writer, FILE_KEEP_FIRST, &there, err))
		return -1;
	return there ? blob_same(blobs, blob->path, blob->bytes, err) : 0;
}

/*
 * Make the names durable: each folder once. Also of those that were there already: whoever put
 * them may have died, or failed, just before this.
 */
static int arrivals_sync(struct arrival *arrival, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		*strrchr(arrival[i].target, '/') = '\0'; /* its folder is what is left */
	for (size_t i = 0; i < count; i++) {
		size_t first = 0;

		while (strcmp(arrival[first].target, arrival[i].target) != 0)
			first++;
		if (first == i && folder_sync(arrival[i].target, err))
			return -1;
	}
	return 0;
}

static int folder_put_all(struct blobs *blobs, const struct blob *blob, size_t count,
			  struct error *err)
{
	struct arrival *arrival = calloc(count + 1, sizeof(*arrival));
	int failed = 0;

	if (!arrival)
		return error_set(err, ERROR_SYSTEM, "out of memory for the log's files");
	for (size_t i = 0; i < count && !failed; i++)
		failed = arrival_begin(blobs, &blob[i], &arrival[i], err);
	for (size_t i = 0; i < count && !failed; i++)
		if (arrival[i].writer)
			file_writer_start(arrival[i].writer);
	for (size_t i = 0; i < count && !failed; i++)
		failed = arrival[i].writer ? file_writer_flush(arrival[i].writer, err) : 0;
	for (size_t i = 0; i < count && !failed; i++)
		failed = arrival_name(blobs, &blob[i], &arrival[i], err);
	if (!failed)
		failed = arrivals_sync(arrival, count, err);
	for (size_t i = 0; i < count; i++) {
		file_writer_free(&arrival[i].writer);
		free(arrival[i].target);
	}
	free(arrival);
	return failed ? -1 : 0;
}

static int folder_put(struct blobs *blobs, const char *path, struct span bytes, struct error *err)
{
	const struct blob blob = { path, bytes };

	return folder_put_all(blobs, &blob, 1, err);
}

static int folder_settle(struct blobs *blobs, const char *path, struct error *err)
{
	CLEANUP(text_free) char *target = NULL;

	if (folder_target((struct folder_blobs *)blobs, path, &target, err))
		return -1;
	*strrchr(target, '/') = '\0';
	return folder_sync(target, err);
}

static int folder_replace(struct blobs *blobs, const char *path, struct span bytes,
			  struct error *err)
{
	CLEANUP(text_free) char *target = NULL;

	return folder_target((struct folder_blobs *)blobs, path, &target, err) ||
			       file_write(target, bytes, 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* The files below FOLDER/prefix; no link is followed. */
static int folder_walk(struct folder_blobs *self, const char *prefix, blobs_visit visit, void *arg,
		       struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	CLEANUP(folder_close) DIR *dir = NULL;
	struct dirent *entry;
	int failed = 0;

	if (path_join(self->folder, prefix, &folder, err))
		return -1;
	dir = opendir(folder);
	if (!dir)
		return error_system(err, errno, "cannot list '%s'", folder);
	while (folder_next(dir, folder, &entry, &failed, err)) {
		char path[2 * BLOB_PATH_MAX];
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if ((size_t)snprintf(path, sizeof(path), "%s%s%s", prefix, *prefix ? "/" : "",
				     entry->d_name) >= BLOB_PATH_MAX)
			return error_set(err, ERROR_CORRUPT, "'%s' holds a path that is too long",
					 folder);
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			return error_system(err, errno, "cannot look at '%s/%s'", folder,
					    entry->d_name);
		if (S_ISDIR(st.st_mode) ? folder_walk(self, path, visit, arg, err)
					: visit(arg, path, err))
			return -1;
	}
	return failed;
}

static int folder_list(struct blobs *blobs, blobs_visit visit, void *arg, struct error *err)
{
	return folder_walk((struct folder_blobs *)blobs, "", visit, arg, err);
}

static void folder_blobs_close(struct blobs *blobs)
{
	struct folder_blobs *self = (struct folder_blobs *)blobs;

	free(self->folder);
	free(self);
}

static const struct blobs_type folder_type = {
	.read = folder_read,
	.put_if_absent = folder_put,
	.put_all = folder_put_all,
	.settle = folder_settle,
	.replace = folder_replace,
	.close = folder_blobs_close,
	.list = folder_list,
};

int blobs_open_folder(const char *folder, struct blobs **out_blobs, struct error *err)
{
	struct folder_blobs *self = calloc(1, sizeof(*self));
	char *copy = strdup(folder);

	if (!self || !copy) {
		free(self);
		free(copy);
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	}
	self->head.type = &folder_type;
	self->folder = copy;
	*out_blobs = &self->head;
	return 0;
}

struct memory_blob {
	struct memory_blob *next;
	char path[BLOB_PATH_MAX];
	struct buffer bytes;
};

struct memory_blobs {
	struct blobs head;
	struct memory_blob *first;
};

static struct memory_blob *memory_find(struct memory_blobs *self, const char *path)
{
	for (struct memory_blob *blob = self->first; blob; blob = blob->next)
		if (strcmp(blob->path, path) == 0)
			return blob;
	return NULL;
}

static int memory_read(struct blobs *blobs, const char *path, struct buffer *out, struct error *err)
{
	struct memory_blob *blob = memory_find((struct memory_blobs *)blobs, path);

	if (!blob)
		return error_set(err, ERROR_ABSENT, "no file '%s' in the log", path);
	return buffer_add(out, buffer_view(&blob->bytes), err);
}

static int memory_replace(struct blobs *blobs, const char *path, struct span bytes,
			  struct error *err)
{
	struct memory_blobs *self = (struct memory_blobs *)blobs;
	struct memory_blob *blob = memory_find(self, path);

	if (!blob) {
		if (strlen(path) >= BLOB_PATH_MAX)
			return error_set(err, ERROR_USAGE, "the path '%s' is too long", path);
		blob = calloc(1, sizeof(*blob));
		if (!blob)
			return error_set(err, ERROR_SYSTEM, "out of memory for a log");
		memcpy(blob->path, path, strlen(path) + 1);
		blob->next = self->first;
		self->first = blob;
	}
	buffer_release(&blob->bytes);
	buffer_init(&blob->bytes, BLOB_MAX_BYTES);
	return buffer_add(&blob->bytes, bytes, err);
}

static int memory_put(struct blobs *blobs, const char *path, struct span bytes, struct error *err)
{
	if (memory_find((struct memory_blobs *)blobs, path))
		return blob_same(blobs, path, bytes, err);
	return memory_replace(blobs, path, bytes, err);
}

static void memory_close(struct blobs *blobs)
{
	struct memory_blobs *self = (struct memory_blobs *)blobs;

	while (self->first) {
		struct memory_blob *blob = self->first;

		self->first = blob->next;
		buffer_release(&blob->bytes);
		free(blob);
	}
	free(self);
}

static const struct blobs_type memory_type = {
	.read = memory_read,
	.put_if_absent = memory_put,
	.replace = memory_replace,
	.close = memory_close,
};

int blobs_open_memory(struct blobs **out_blobs, struct error *err)
{
	struct memory_blobs *self = calloc(1, sizeof(*self));

	if (!self)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	self->head.type = &memory_type;
	*out_blobs = &self->head;
	return 0;
}

void blobs_close(struct blobs **blobs)
{
	if (!*blobs)
		return;
	(*blobs)->type->close(*blobs);
	*blobs = NULL;
}

int blobs_read(struct blobs *blobs, const char *path, struct buffer *out, struct error *err)
{
	return blobs->type->read(blobs, path, out, err);
}

int blobs_put_if_absent(struct blobs *blobs, const char *path, struct span bytes, struct error *err)
{
	return blobs->type->put_if_absent(blobs, path, bytes, err);
}

int blobs_settle(struct blobs *blobs, const char *path, struct error *err)
{
	return blobs->type->settle ? blobs->type->settle(blobs, path, err) : 0;
}

int blobs_put_all(struct blobs *blobs, const struct blob *blob, size_t count, struct error *err)
{
	if (blobs->type->put_all)
		return blobs->type->put_all(blobs, blob, count, err);
	for (size_t i = 0; i < count; i++)
		if (blobs_put_if_absent(blobs, blob[i].path, blob[i].bytes, err))
			return -1;
	return 0;
}

int blobs_replace(struct blobs *blobs, const char *path, struct span bytes, struct error *err)
{
	return blobs->type->replace(blobs, path, bytes, err);
}

bool blobs_can_list(const struct blobs *blobs)
{
	return blobs->type->list;
}

int blobs_list(struct blobs *blobs, blobs_visit visit, void *arg, struct error *err)
{
	if (!blobs->type->list)
		return error_set(err, ERROR_USAGE, "the log's files cannot be listed here");
	return blobs->type->list(blobs, visit, arg, err);
}
