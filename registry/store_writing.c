/* An object of a store in a folder, on its way to its name. */
#include "registry/store_writing.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/clone.h"

int object_path(const char *folder, const struct digest *digest, const char *suffix,
		char out_path[OBJECT_PATH_ROOM], struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	int len;

	digest_to_hex(digest, hex);
	len = snprintf(out_path, OBJECT_PATH_ROOM, "%s/%.2s/%s%s", folder, hex, hex, suffix);
	if (len < 0 || len >= OBJECT_PATH_ROOM)
		return error_set(err, ERROR_USAGE, "the path of the store is too long");
	return 0;
}

int object_folder_make(char *path, struct error *err)
{
	char *slash = strrchr(path, '/');
	int failed;

	*slash = '\0';
	failed = folder_make(path, err);
	*slash = '/';
	return failed;
}

int object_folder_sync(char *path, struct error *err)
{
	char *slash = strrchr(path, '/');
	int failed;

	*slash = '\0';
	failed = folder_sync(path, err);
	*slash = '/';
	return failed;
}

void writing_release(struct writing *writing)
{
	if (writing->fd >= 0)
		close(writing->fd);
	if (writing->like >= 0)
		close(writing->like);
	if (writing->temporary)
		unlink(writing->temporary);
	free(writing->temporary);
}

/*
 * Share the blocks of the open file `like` where the file system can: the very file that is read,
 * whatever its name stands for by now.
 */
static void clone_take(struct writing *writing, int like)
{
	int fd = fcntl(like, F_DUPFD_CLOEXEC, 0);
	struct stat st;

	if (fd < 0)
		return;
	if (ioctl(writing->fd, FICLONE, fd) || fstat(writing->fd, &st)) {
		close(fd);
		return;
	}
	writing->size = (uint64_t)st.st_size;
	writing->like = fd;
}

int writing_begin(const char *folder, int like, struct writing *out_writing, struct error *err)
{
	struct writing writing = { .folder = folder, .like = -1 };

	writing.fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0444);
	if (writing.fd < 0 && asprintf(&writing.temporary, "%s/.tmp-akashi-XXXXXX", folder) < 0)
		writing.temporary = NULL;
	if (writing.temporary) {
		writing.fd = mkostemp(writing.temporary, O_CLOEXEC);
		if (writing.fd >= 0)
			fchmod(writing.fd, 0444);
	}
	if (writing.fd < 0) {
		int failed = errno;

		free(writing.temporary);
		return error_system(err, failed, "cannot write into the store '%s'", folder);
	}
	if (like >= 0)
		clone_take(&writing, like);
	*out_writing = writing;
	return 0;
}

bool writing_is_clone(const struct writing *writing)
{
	return writing->like >= 0;
}

int writing_add(struct writing *writing, uint64_t offset, struct span bytes, struct error *err)
{
	if (writing_is_clone(writing))
		return 0; /* clone_compare tells when all was read */
	while (bytes.len) {
		ssize_t wrote = pwrite(writing->fd, bytes.data, bytes.len, (off_t)offset);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write an object into '%s'",
					    writing->folder);
		offset += (uint64_t)wrote;
		bytes.data += wrote;
		bytes.len -= (size_t)wrote;
	}
	return 0;
}

bool object_touch(const char *path, const char *link)
{
	const char *ours = file_exists(link) ? link : path;

	return utimensat(AT_FDCWD, ours, NULL, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* Give the written file its name; one that has it already may stay. */
static int writing_name(struct writing *writing, const char *path, const char *link_path,
			struct error *err)
{
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", writing->fd);
	do {
		if (writing->temporary
			    ? link(writing->temporary, path) == 0
			    : linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			return error_system(err, errno, "cannot name the object '%s'", path);
	} while (!object_touch(path, link_path)); /* a collection took it away */
	return 0;
}

int writing_commit(struct writing *writing, uint64_t size, const struct digest *digest,
		   struct error *err)
{
	char path[OBJECT_PATH_ROOM], other[OBJECT_PATH_ROOM], link_path[OBJECT_PATH_ROOM];

	if (writing_is_clone(writing) && size != writing->size)
		return error_set(err, ERROR_CORRUPT, "a file grew while it was read");
	if (writing_is_clone(writing) && clone_compare(writing->fd, writing->like, digest, err))
		return -1;
	if (object_path(writing->folder, digest, "", path, err) ||
	    object_path(writing->folder, digest, ".ref", other, err) ||
	    object_path(writing->folder, digest, ".link", link_path, err) ||
	    object_folder_make(path, err))
		return -1;
	if (fsync(writing->fd))
		return error_system(err, errno, "cannot make the object '%s' durable", path);
	if (writing_name(writing, path, link_path, err) || object_folder_sync(path, err))
		return -1;
	unlink(other); /* the bytes are here now: a reference to elsewhere has no use */
	return 0;
}
