/*
 * What killed processes left: passing names (".tmp-akashi-…") that no writer
 * is using any more. A file that is being written is younger than an hour.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/home_inner.h"

#define PASSING_NAME ".tmp-akashi-"

enum { PASSING_AGE_S = 3600, SWEEP_DEPTH_MAX = 16 };

/* Sweep the folder `name` below `parent`; symbolic links are not followed. */
static int sweep(int parent, const char *name, int64_t now, unsigned depth, struct error *err)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	CLEANUP(folder_close) DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	int failed = 0;

	if (!folder) {
		failed = errno;
		if (fd >= 0)
			close(fd);
		return failed == ENOENT ? 0 : error_system(err, failed, "cannot list '%s'", name);
	}
	while (folder_next(folder, name, &entry, &failed, err)) {
		const char *at = entry->d_name;

		if (strcmp(at, ".") == 0 || strcmp(at, "..") == 0 ||
		    fstatat(fd, at, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISDIR(st.st_mode) && depth < SWEEP_DEPTH_MAX &&
		    sweep(fd, at, now, depth + 1, err))
			return -1;
		if (S_ISREG(st.st_mode) && strncmp(at, PASSING_NAME, strlen(PASSING_NAME)) == 0 &&
		    now - st.st_mtime > PASSING_AGE_S && unlinkat(fd, at, 0) && errno != ENOENT)
			return error_system(err, errno, "cannot remove '%s'", at);
	}
	return failed;
}

int registry_sweep(struct registry *registry, struct error *err)
{
	static const char *const inside[] = { "objects", "packs", "statements", "keys", "log" };
	int64_t now = context_now(registry->ctx);
	int root = open(registry->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = 0;

	if (root < 0)
		return error_system(err, errno, "cannot open '%s'", registry->folder);
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]) && !failed; i++)
		failed = sweep(root, inside[i], now, 0, err);
	close(root);
	return failed;
}
