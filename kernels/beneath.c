/* Making things below a folder so that no path leads out of it. */
#include "kernels/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernels/buffer.h"

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

int folder_sync_open(int folder, const char *path, struct error *err)
{
	/* Some file systems refuse fsync on a folder with EINVAL; they keep entries by other means.
	 */
	if (fsync(folder) && errno != EINVAL)
		return error_system(err, errno, "cannot make folder '%s' durable", path);
	return 0;
}

/* Why `name` in `folder` did not open as a folder. */
static int step_refused(int folder, const char *name, const char *path, int failed,
			struct error *err)
{
	struct stat st;

	if (failed == ENOENT)
		return error_set(err, ERROR_ABSENT, "no folder '%s'", path);
	if ((failed == ELOOP || failed == ENOTDIR) &&
	    fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return S_ISLNK(st.st_mode)
			       ? error_set(err, ERROR_CORRUPT,
					   "'%s' leads through the symbolic link '%s'", path, name)
			       : error_set(err, ERROR_USAGE,
					   "'%s' is a file, and a folder is wanted in its place",
					   path);
	return error_system(err, failed, "cannot open folder '%s'", path);
}

/* Open (or make) the folder `name` in `folder`; `path` is for messages. */
static int step_into(int folder, const char *name, const char *path, bool make, int *out_fd,
		     struct error *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(folder, name, flags);

	if (fd < 0 && errno == ENOENT && make) {
		if (mkdirat(folder, name, 0777) && errno != EEXIST)
			return error_system(err, errno, "cannot make folder '%s'", path);
		if (folder_sync_open(folder, path, err))
			return -1;
		fd = openat(folder, name, flags);
	}
	if (fd < 0)
		return step_refused(folder, name, path, errno, err);
	*out_fd = fd;
	return 0;
}

/* Is every part of the first `len` bytes a name, and no way up? */
static int parts_check(const char *path, size_t len, struct error *err)
{
	for (size_t at = 0; at < len;) {
		size_t part = strcspn(path + at, "/");

		if ((part == 1 && path[at] == '.') ||
		    (part == 2 && strncmp(path + at, "..", 2) == 0))
			return error_set(err, ERROR_CORRUPT, "'%s' is no path below a folder",
					 path);
		if (part > NAME_MAX)
			return error_set(err, ERROR_USAGE, "'%s' has a part of %zu bytes", path,
					 part);
		at += part + 1;
	}
	return 0;
}

/* The folder of the first `len` bytes of `path`. */
static int folder_of_part(int root, const char *path, size_t len, bool make, int *out_fd,
			  struct error *err)
{
	CLEANUP(fd_close) int folder = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[NAME_MAX + 1];

	if (parts_check(path, len, err))
		return -1;
	if (folder < 0)
		return error_system(err, errno, "cannot open the folder of '%s'", path);
	for (size_t at = 0; at < len;) {
		size_t part = strcspn(path + at, "/");
		int next;

		if (part > len - at)
			part = len - at;
		memcpy(name, path + at, part);
		name[part] = '\0';
		at += part + strspn(path + at + part, "/");
		if (!part)
			continue;
		if (step_into(folder, name, path, make, &next, err))
			return -1;
		close(folder);
		folder = next;
	}
	*out_fd = folder;
	folder = -1; /* handed over */
	return 0;
}

int folder_open_beneath(int root, const char *path, bool make, int *out_fd, struct error *err)
{
	return folder_of_part(root, path, strlen(path), make, out_fd, err);
}

int folder_of_beneath(int root, const char *path, bool make, int *out_fd, const char **out_name,
		      struct error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!*name || path[0] == '/' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return error_set(err, ERROR_CORRUPT, "'%s' is no path below a folder", path);
	if (folder_of_part(root, path, slash ? (size_t)(slash - path) : 0, make, out_fd, err))
		return -1;
	*out_name = name;
	return 0;
}

int file_name_beneath(int from_folder, const char *from, int to_folder, const char *to,
		      bool replace, struct error *err)
{
	int failed = renameat2(from_folder, from, to_folder, to, replace ? 0 : RENAME_NOREPLACE);

	/* A file system that cannot rename so can link. */
	if (failed && !replace && (errno == EINVAL || errno == ENOSYS)) {
		failed = linkat(from_folder, from, to_folder, to, 0);
		if (!failed)
			failed = unlinkat(from_folder, from, 0);
	}
	if (failed && errno == EEXIST)
		return error_set(err, ERROR_USAGE, "'%s' exists already", to);
	return failed ? error_system(err, errno, "cannot name '%s'", to) : 0;
}
