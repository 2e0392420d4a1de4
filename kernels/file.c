/* Files and folders: safe opening, reading, removing, locking. */
#include "kernels/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kernels/source.h"

enum { FOLDER_DEPTH_MAX = 64 };

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The next component of *path into name[NAME_MAX + 1]; false at the end, or when it is refused. */
static bool component_next(const char **path, char *name, size_t size)
{
	size_t len = strcspn(*path, "/");

	if (!len || len >= size)
		return false;
	memcpy(name, *path, len);
	name[len] = '\0';
	*path += len;
	while (**path == '/')
		(*path)++;
	return strcmp(name, "..") != 0 && strcmp(name, ".") != 0;
}

int file_open_beneath(const char *root, const char *path, struct error *err)
{
	CLEANUP(fd_close) int folder = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *rest = path;
	char name[256];

	if (folder < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERROR_ABSENT, "no folder '%s'", root);
	if (folder < 0)
		return error_system(err, errno, "cannot open folder '%s'", root);
	while (component_next(&rest, name, sizeof(name))) {
		int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
			    (*rest ? O_DIRECTORY : 0);
		int fd = openat(folder, name, flags);

		if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
			struct stat st;

			if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			    S_ISLNK(st.st_mode))
				return error_set(err, ERROR_CORRUPT,
						 "'%s' leads through the symbolic link '%s'", path,
						 name);
			return error_set(err, ERROR_ABSENT, "no file '%s' in '%s'", path, root);
		}
		if (fd < 0 && errno == ENOENT)
			return error_set(err, ERROR_ABSENT, "no file '%s' in '%s'", path, root);
		if (fd < 0)
			return error_system(err, errno, "cannot open '%s'", path);
		if (!*rest)
			return fd;
		close(folder);
		folder = fd;
	}
	return error_set(err, ERROR_CORRUPT, "'%s' is no path below a folder", path);
}

int file_read(const char *path, struct buffer *out, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;

	return source_open_file(path, &source, err) || source_read_all(source, out, err) ? -1 : 0;
}

bool file_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

bool file_is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int path_join(const char *folder, const char *name, char **out_path, struct error *err)
{
	size_t len = strlen(folder);
	const char *between = len && folder[len - 1] == '/' ? "" : "/";
	char *path;

	if (asprintf(&path, "%s%s%s", folder, between, name) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	*out_path = path;
	return 0;
}

int folder_sync(const char *path, struct error *err)
{
	CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* Some file systems refuse fsync on a folder with EINVAL; they keep entries by other means.
	 */
	if (fd < 0 || (fsync(fd) && errno != EINVAL))
		return error_system(err, errno, "cannot make folder '%s' durable", path);
	return 0;
}

void folder_close(DIR **folder)
{
	if (*folder)
		closedir(*folder);
	*folder = NULL;
}

bool folder_next(DIR *folder, const char *path, struct dirent **out_entry, int *failed,
		 struct error *err)
{
	if (*failed)
		return false;
	errno = 0;
	*out_entry = readdir(folder);
	if (!*out_entry && errno)
		*failed = error_system(err, errno, "cannot list '%s'", path);
	return *out_entry != NULL;
}

/* Does the folder hold anything? */
static bool folder_is_used(const char *path)
{
	CLEANUP(folder_close) DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return true;
	return false;
}

/* Make the name of the folder `path` durable. */
static int folder_name_sync(char *path, struct error *err)
{
	char *slash = strrchr(path, '/');
	int failed;

	if (!slash)
		return folder_sync(".", err);
	if (slash == path)
		return folder_sync("/", err);
	*slash = '\0';
	failed = folder_sync(path, err);
	*slash = '/';
	return failed;
}

/* May we put something beside `path`? Where not, it is not ours to make durable. */
static bool folder_beside(char *path)
{
	char *slash = strrchr(path, '/');
	bool may;

	if (!slash)
		return access(".", R_OK | W_OK) == 0;
	if (slash == path)
		return access("/", R_OK | W_OK) == 0;
	*slash = '\0';
	may = access(path, R_OK | W_OK) == 0;
	*slash = '/';
	return may;
}

/*
 * One folder, the ones above it being durable. Where it stands and holds nothing, whoever
 * made it may have died, or not have come, to making its name durable; before that nobody
 * puts anything into it.
 */
static int folder_make_one(char *path, struct error *err)
{
	if (file_is_folder(path))
		return folder_is_used(path) || !folder_beside(path) ? 0
								    : folder_name_sync(path, err);
	if (mkdir(path, 0777) && !(errno == EEXIST && file_is_folder(path)))
		return error_system(err, errno, "cannot make folder '%s'", path);
	return folder_name_sync(path, err);
}

int folder_make(const char *path, struct error *err)
{
	char *copy;
	int failed = 0;

	if (folder_is_used(path))
		return 0;
	copy = strdup(path);
	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	for (char *at = copy + 1; *copy && *at && !failed; at++) {
		if (*at != '/' || at[-1] == '/')
			continue;
		*at = '\0';
		failed = folder_make_one(copy, err);
		*at = '/';
	}
	for (size_t len = strlen(copy); len > 1 && copy[len - 1] == '/'; len--)
		copy[len - 1] = '\0';
	if (!failed)
		failed = folder_make_one(copy, err);
	free(copy);
	return failed;
}

static int remove_at(int parent, const char *name, unsigned depth, struct error *err)
{
	CLEANUP(folder_close) DIR *folder = NULL;
	struct dirent *entry;
	int fd;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return error_system(err, errno, "cannot remove '%s'", name);
	if (depth > FOLDER_DEPTH_MAX)
		return error_set(err, ERROR_SYSTEM, "folder '%s' is nested too deep", name);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder) {
		if (fd >= 0)
			close(fd);
		return error_system(err, errno, "cannot open folder '%s'", name);
	}
	while ((entry = readdir(folder))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (remove_at(fd, entry->d_name, depth + 1, err))
			return -1;
	}
	if (unlinkat(parent, name, AT_REMOVEDIR))
		return error_system(err, errno, "cannot remove folder '%s'", name);
	return 0;
}

int folder_remove(const char *path, struct error *err)
{
	return remove_at(AT_FDCWD, path, 0, err);
}

static int64_t nanoseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct file_stamp stamp_of(const struct stat *st)
{
	return (struct file_stamp){ .device = (uint64_t)st->st_dev,
				    .inode = (uint64_t)st->st_ino,
				    .size = (uint64_t)st->st_size,
				    .changed_ns = nanoseconds(st->st_mtim),
				    .attributes_ns = nanoseconds(st->st_ctim) };
}

int file_stamp_take(const char *path, struct file_stamp *out_stamp, struct error *err)
{
	struct stat st;

	if (stat(path, &st) && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERROR_ABSENT, "nothing at '%s'", path);
	if (stat(path, &st))
		return error_system(err, errno, "cannot look at '%s'", path);
	*out_stamp = stamp_of(&st);
	return 0;
}

int file_stamp_take_open(int fd, struct file_stamp *out_stamp, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_system(err, errno, "cannot look at an open file");
	*out_stamp = stamp_of(&st);
	return 0;
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed_ns == b->changed_ns && a->attributes_ns == b->attributes_ns;
}

int file_room(const char *path, uint64_t *out_bytes, struct error *err)
{
	struct statvfs fs;

	if (statvfs(path, &fs))
		return error_system(err, errno, "cannot ask how much room '%s' has", path);
	*out_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	return 0;
}

/* Take a lock by `how`; *out_taken is false when LOCK_NB found it held. */
static int lock_take(const char *path, int how, struct file_lock *out_lock, bool *out_taken,
		     struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);

	if (fd < 0)
		return error_system(err, errno, "cannot open lock '%s'", path);
	while (flock(fd, how)) {
		int failed = errno;

		if (failed == EINTR)
			continue;
		close(fd);
		*out_taken = false;
		if (failed == EWOULDBLOCK)
			return 0;
		return error_system(err, failed, "cannot take lock '%s'", path);
	}
	out_lock->fd = fd;
	*out_taken = true;
	return 0;
}

int file_lock_take(const char *path, struct file_lock *out_lock, struct error *err)
{
	bool taken;

	return lock_take(path, LOCK_EX, out_lock, &taken, err);
}

int file_lock_try(const char *path, struct file_lock *out_lock, bool *out_taken, struct error *err)
{
	return lock_take(path, LOCK_EX | LOCK_NB, out_lock, out_taken, err);
}

void file_lock_release(struct file_lock *lock)
{
	if (lock->fd > 0)
		close(lock->fd);
	lock->fd = 0;
}
