/* Bytes with a size and ranges: a file, memory, part of another source. */
#include "kernels/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/file.h"

struct file_source {
	struct source base;
	int fd;
	struct stat opened;
};

struct memory_source {
	struct source base;
	uint8_t *data;
};

struct slice_source {
	struct source base;
	struct source *whole;
	uint64_t offset;
};

int source_read_at(struct source *source, uint64_t offset, void *out, size_t len, struct error *err)
{
	if (offset > source->size || len > source->size - offset)
		return error_set(err, ERROR_CORRUPT, "'%s' has %llu bytes: none at %llu + %zu",
				 source->name, (unsigned long long)source->size,
				 (unsigned long long)offset, len);
	return len ? source->type->read_at(source, offset, out, len, err) : 0;
}

int source_read_all(struct source *source, struct buffer *out, struct error *err)
{
	uint8_t *room;

	if (source->size > out->max - out->len)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' has %llu bytes, more than the allowed %zu", source->name,
				 (unsigned long long)source->size, out->max);
	if (buffer_extend(out, (size_t)source->size, &room, err))
		return -1;
	if (source_read_at(source, 0, room, (size_t)source->size, err)) {
		out->len -= (size_t)source->size;
		return -1;
	}
	return 0;
}

int source_unchanged(struct source *source, struct error *err)
{
	return source->type->unchanged ? source->type->unchanged(source, err) : 0;
}

void source_close(struct source **source)
{
	if (!*source)
		return;
	free((*source)->name);
	(*source)->type->close(*source);
	*source = NULL;
}

static int file_read_at(struct source *source, uint64_t offset, void *out, size_t len,
			struct error *err)
{
	struct file_source *file = (struct file_source *)source;
	uint8_t *to = out;

	while (len) {
		size_t want = len < SSIZE_MAX / 2 ? len : SSIZE_MAX / 2;
		ssize_t got = pread(file->fd, to, want, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "cannot read '%s'", source->name);
		if (!got)
			return error_set(err, ERROR_CORRUPT, "'%s' was truncated while it was read",
					 source->name);
		to += got;
		len -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

static bool time_equal(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static int file_unchanged(struct source *source, struct error *err)
{
	struct file_source *file = (struct file_source *)source;
	const struct stat *then = &file->opened;
	struct stat now;

	if (fstat(file->fd, &now))
		return error_system(err, errno, "cannot look at '%s' again", source->name);
	if (now.st_size != then->st_size || now.st_ino != then->st_ino ||
	    now.st_dev != then->st_dev || !time_equal(now.st_mtim, then->st_mtim) ||
	    !time_equal(now.st_ctim, then->st_ctim))
		return error_set(err, ERROR_CORRUPT, "'%s' changed while it was read",
				 source->name);
	return 0;
}

static void file_close(struct source *source)
{
	close(((struct file_source *)source)->fd);
	free(source);
}

static const struct source_type file_type = { file_read_at, file_unchanged, file_close };

int source_descriptor(const struct source *source)
{
	return source->type == &file_type ? ((const struct file_source *)source)->fd : -1;
}

/* Takes `fd` over, also when it fails. */
static int source_of_fd(int fd, const char *name, struct source **out_source, struct error *err)
{
	struct file_source *file = calloc(1, sizeof(*file));

	if (file)
		file->base.name = strdup(name);
	if (!file || !file->base.name || fstat(fd, &file->opened) ||
	    !S_ISREG(file->opened.st_mode)) {
		bool memory = !file || !file->base.name;

		if (file)
			free(file->base.name);
		free(file);
		close(fd);
		return memory ? error_set(err, ERROR_SYSTEM, "out of memory for a file")
			      : error_set(err, ERROR_USAGE, "'%s' is not a regular file", name);
	}
	file->base.type = &file_type;
	file->base.size = (uint64_t)file->opened.st_size;
	file->fd = fd;
	*out_source = &file->base;
	return 0;
}

int source_open_file(const char *path, struct source **out_source, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERROR_ABSENT, "no file '%s'", path);
	if (fd < 0)
		return error_system(err, errno, "cannot open '%s'", path);
	return source_of_fd(fd, path, out_source, err);
}

int source_open_beneath(const char *root, const char *path, struct source **out_source,
			struct error *err)
{
	int fd = file_open_beneath(root, path, err);

	return fd < 0 ? -1 : source_of_fd(fd, path, out_source, err);
}

static int memory_read_at(struct source *source, uint64_t offset, void *out, size_t len,
			  struct error *err)
{
	(void)err;
	memcpy(out, ((struct memory_source *)source)->data + offset, len);
	return 0;
}

static void memory_close(struct source *source)
{
	free(((struct memory_source *)source)->data);
	free(source);
}

static const struct source_type memory_type = { memory_read_at, NULL, memory_close };

int source_open_memory(const char *name, struct span bytes, struct source **out_source,
		       struct error *err)
{
	struct memory_source *memory = calloc(1, sizeof(*memory));

	if (memory) {
		memory->base.type = &memory_type;
		memory->base.size = bytes.len;
		memory->base.name = strdup(name);
		memory->data = malloc(bytes.len ? bytes.len : 1);
	}
	if (!memory || !memory->base.name || !memory->data) {
		struct source *half = memory ? &memory->base : NULL;

		source_close(&half);
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes", bytes.len);
	}
	if (bytes.len)
		memcpy(memory->data, bytes.data, bytes.len);
	*out_source = &memory->base;
	return 0;
}

static int slice_read_at(struct source *source, uint64_t offset, void *out, size_t len,
			 struct error *err)
{
	struct slice_source *slice = (struct slice_source *)source;

	return source_read_at(slice->whole, slice->offset + offset, out, len, err);
}

static int slice_unchanged(struct source *source, struct error *err)
{
	return source_unchanged(((struct slice_source *)source)->whole, err);
}

static void slice_close(struct source *source)
{
	free(source);
}

static const struct source_type slice_type = { slice_read_at, slice_unchanged, slice_close };

int source_open_slice(struct source *whole, uint64_t offset, uint64_t len,
		      struct source **out_source, struct error *err)
{
	struct slice_source *slice;

	if (offset > whole->size || len > whole->size - offset)
		return error_set(err, ERROR_CORRUPT, "'%s' has no %llu bytes at %llu", whole->name,
				 (unsigned long long)len, (unsigned long long)offset);
	slice = calloc(1, sizeof(*slice));
	if (slice)
		slice->base.name = strdup(whole->name);
	if (!slice || !slice->base.name) {
		free(slice);
		return error_set(err, ERROR_SYSTEM, "out of memory for part of a file");
	}
	slice->base.type = &slice_type;
	slice->base.size = len;
	slice->whole = whole;
	slice->offset = offset;
	*out_source = &slice->base;
	return 0;
}
