/* A file being written: whole and durable under its name, or not there at all. */
#include "kernels/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_writer {
	int fd;
	char *target;
	char *temporary; /* NULL once it has its name */
};

/* The folder of `path`, malloced. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

int file_writer_new(const char *target, unsigned mode, struct file_writer **out_writer,
		    struct error *err)
{
	CLEANUP(file_writer_free) struct file_writer *writer = calloc(1, sizeof(*writer));
	char *folder = folder_of(target);
	int failed;

	if (writer) {
		writer->fd = -1;
		writer->target = strdup(target);
		if (folder && asprintf(&writer->temporary, "%s/.tmp-akashi-XXXXXX", folder) < 0)
			writer->temporary = NULL;
	}
	free(folder);
	if (!writer || !writer->target || !writer->temporary)
		return error_set(err, ERROR_SYSTEM, "out of memory for a file");
	writer->fd = mkostemp(writer->temporary, O_CLOEXEC);
	failed = errno;
	if (writer->fd < 0) {
		free(writer->temporary);
		writer->temporary = NULL;
		return error_system(err, failed, "cannot write beside '%s'", target);
	}
	if (fchmod(writer->fd, (mode_t)mode))
		return error_system(err, errno, "cannot set the mode of '%s'", target);

	*out_writer = writer;
	writer = NULL; /* handed over */
	return 0;
}

void file_writer_free(struct file_writer **writer)
{
	if (!*writer)
		return;
	if ((*writer)->fd >= 0)
		close((*writer)->fd);
	if ((*writer)->temporary)
		unlink((*writer)->temporary);
	free((*writer)->temporary);
	free((*writer)->target);
	free(*writer);
	*writer = NULL;
}

int file_writer_add(struct file_writer *writer, struct span bytes, struct error *err)
{
	while (bytes.len) {
		ssize_t wrote = write(writer->fd, bytes.data, bytes.len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write '%s'", writer->target);
		bytes.data += wrote;
		bytes.len -= (size_t)wrote;
	}
	return 0;
}

void file_writer_start(struct file_writer *writer)
{
	/* Space is found and data is on its way for all of them before the first is waited for;
	 * what fsync promises it promises still. */
	(void)!sync_file_range(writer->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

int file_writer_flush(struct file_writer *writer, struct error *err)
{
	int failed;

	if (fsync(writer->fd))
		return error_system(err, errno, "cannot make '%s' durable", writer->target);
	failed = close(writer->fd) ? errno : 0;
	writer->fd = -1;
	if (failed)
		return error_system(err, failed, "cannot finish '%s'", writer->target);
	return 0;
}

int file_writer_name(struct file_writer *writer, enum file_exists_rule rule, bool *out_there,
		     struct error *err)
{
	*out_there = false;
	if (rule == FILE_REPLACE) {
		if (rename(writer->temporary, writer->target))
			return error_system(err, errno, "cannot name '%s'", writer->target);
		free(writer->temporary);
		writer->temporary = NULL;
		return 0;
	}
	if (link(writer->temporary, writer->target) == 0)
		return 0; /* file_writer_free unlinks the temporary name */
	if (errno != EEXIST)
		return error_system(err, errno, "cannot name '%s'", writer->target);
	*out_there = true;
	return 0;
}

int file_writer_commit(struct file_writer *writer, enum file_exists_rule rule, struct error *err)
{
	bool there;
	char *folder;
	int failed;

	if (file_writer_flush(writer, err) || file_writer_name(writer, rule, &there, err))
		return -1;
	folder = folder_of(writer->target);
	if (!folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	failed = folder_sync(folder, err);
	free(folder);
	return failed;
}

int file_write(const char *target, struct span bytes, unsigned mode, enum file_exists_rule rule,
	       struct error *err)
{
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;

	return file_writer_new(target, mode, &writer, err) || file_writer_add(writer, bytes, err) ||
			       file_writer_commit(writer, rule, err)
		       ? -1
		       : 0;
}
