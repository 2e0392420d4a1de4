/* Files brought into a folder: under a passing name, hashed on the way, then named. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/backup/inner.h"

#define PASSING ".tmp-akashi-carry"
#define STEP_BYTES (1u << 20)

int carry_begin(const struct context *ctx, const char *root, struct carry *out_carry,
		struct error *err)
{
	CLEANUP(carry_release) struct carry carry = { .ctx = ctx, .fd = -1, .doing = "copying" };

	carry.root = strdup(root);
	carry.room = malloc(STEP_BYTES);
	if (!carry.root || !carry.room)
		return error_set(err, ERROR_SYSTEM, "out of memory for copying");
	if (path_join(root, PASSING, &carry.passing, err) || hash_stream_new(&carry.hash, err))
		return -1;
	*out_carry = carry;
	carry = (struct carry){ .fd = -1 }; /* handed over */
	return 0;
}

static void passing_drop(struct carry *carry)
{
	if (carry->fd < 0)
		return;
	close(carry->fd);
	carry->fd = -1;
	unlink(carry->passing);
}

void carry_release(struct carry *carry)
{
	passing_drop(carry);
	hash_stream_free(&carry->hash);
	free(carry->room);
	free(carry->passing);
	free(carry->root);
	*carry = (struct carry){ .fd = -1 };
}

/* A file of our own that nobody put there for us. */
static int passing_open(struct carry *carry, struct error *err)
{
	passing_drop(carry);
	if (unlink(carry->passing) && errno != ENOENT)
		return error_system(err, errno, "cannot remove '%s'", carry->passing);
	carry->fd = open(carry->passing, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return carry->fd < 0 ? error_system(err, errno, "cannot write into '%s'", carry->root) : 0;
}

static int passing_add(struct carry *carry, struct span bytes, struct error *err)
{
	while (bytes.len) {
		ssize_t wrote = write(carry->fd, bytes.data, bytes.len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write into '%s'", carry->root);
		bytes.data += wrote;
		bytes.len -= (size_t)wrote;
	}
	return 0;
}

/* Up to STEP_BYTES more of `fd`; 0 at the end. */
static int step_read(struct carry *carry, int fd, uint64_t at, size_t *out_len, struct error *err)
{
	ssize_t got;

	do
		got = pread(fd, carry->room, STEP_BYTES, (off_t)at);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		int failed = errno;

		return error_set(err, ERROR_CORRUPT, "it cannot be read: %s", strerror(failed));
	}
	*out_len = (size_t)got;
	return 0;
}

int carry_take(struct carry *carry, int from, unsigned mode, struct digest *out_digest,
	       uint64_t *out_size, struct error *err)
{
	uint64_t at = 0;
	size_t len;

	if (passing_open(carry, err))
		return -1;
	(void)hash_stream_finish(carry->hash);
	(void)posix_fadvise(from, 0, 0, POSIX_FADV_SEQUENTIAL);
	for (;;) {
		struct span step;

		if (context_check_cancelled(carry->ctx, err) ||
		    step_read(carry, from, at, &len, err))
			return -1;
		if (!len)
			break;
		step = (struct span){ carry->room, len };
		hash_stream_add(carry->hash, step);
		if (passing_add(carry, step, err))
			return -1;
		at += len;
		carry->done += len;
		context_progress(carry->ctx, carry->doing, "bytes", carry->done,
				 carry->done > carry->total ? carry->done : carry->total);
	}
	if (fchmod(carry->fd, (mode_t)mode))
		return error_system(err, errno, "cannot set a mode in '%s'", carry->root);
	*out_digest = hash_stream_finish(carry->hash);
	*out_size = at;
	return 0;
}

int carry_hash(struct carry *carry, int fd, struct digest *out_digest, struct error *err)
{
	uint64_t at = 0;
	size_t len = 1;

	(void)hash_stream_finish(carry->hash);
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	while (len) {
		if (context_check_cancelled(carry->ctx, err) || step_read(carry, fd, at, &len, err))
			return -1;
		hash_stream_add(carry->hash, (struct span){ carry->room, len });
		at += len;
		carry->done += len;
		context_progress(carry->ctx, carry->doing, "bytes", carry->done,
				 carry->done > carry->total ? carry->done : carry->total);
	}
	*out_digest = hash_stream_finish(carry->hash);
	return 0;
}

/* One folder more; one that is there must be one, and no link to one. */
static int folder_one(const char *path, struct error *err)
{
	struct stat st;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST)
		return error_system(err, errno, "cannot make the folder '%s'", path);
	if (lstat(path, &st))
		return error_system(err, errno, "cannot look at '%s'", path);
	return S_ISDIR(st.st_mode)
		       ? 0
		       : error_set(err, ERROR_USAGE, "'%s' is in the way: it is no folder", path);
}

int carry_folders(struct carry *carry, const char *path, struct error *err)
{
	const char *last = strrchr(path, '/');
	char above[BACKUP_PATH_MAX];

	if (!last)
		return 0;
	if ((size_t)(last - path) >= sizeof(above))
		return error_set(err, ERROR_SYSTEM, "the path '%.80s…' is too long", path);
	memcpy(above, path, (size_t)(last - path));
	above[last - path] = '\0';
	if (strcmp(above, carry->made) == 0)
		return 0;
	for (char *at = above;;) {
		CLEANUP(text_free) char *whole = NULL;
		char *end = strchr(at, '/');

		if (end)
			*end = '\0';
		if (path_join(carry->root, above, &whole, err) || folder_one(whole, err))
			return -1;
		if (!end)
			break;
		*end = '/';
		at = end + 1;
	}
	memcpy(carry->made, above, strlen(above) + 1);
	return 0;
}

int carry_name(struct carry *carry, const char *path, struct error *err)
{
	CLEANUP(text_free) char *whole = NULL;

	if (carry_folders(carry, path, err) || path_join(carry->root, path, &whole, err))
		return -1;
	close(carry->fd);
	carry->fd = -1;
	return rename(carry->passing, whole) ? error_system(err, errno, "cannot name '%s'", whole)
					     : 0;
}

int carry_text(struct carry *carry, const char *path, struct span bytes, unsigned mode,
	       struct error *err)
{
	if (passing_open(carry, err) || passing_add(carry, bytes, err))
		return -1;
	if (fchmod(carry->fd, (mode_t)mode))
		return error_system(err, errno, "cannot set a mode in '%s'", carry->root);
	return carry_name(carry, path, err);
}

int carry_settle(struct carry *carry, struct error *err)
{
	int fd = open(carry->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), failed = 0;

	if (fd < 0)
		return error_system(err, errno, "cannot open '%s'", carry->root);
	if (syncfs(fd))
		failed = error_system(err, errno, "cannot make '%s' durable", carry->root);
	close(fd);
	return failed;
}
