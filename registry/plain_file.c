/* plain_file: files of a registry that others may write to, opened without waiting for anybody. */
#include "registry/plain_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int plain_file_open(int folder, const char *name, struct error *err)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, ERROR_ABSENT, "no file '%s'", name);
	/* A symbolic link, or a socket. */
	if (fd < 0 && errno != ELOOP && errno != ENXIO)
		return error_system(err, errno, "cannot open '%s'", name);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return error_set(err, ERROR_CORRUPT, "'%s' is not a regular file", name);
}
