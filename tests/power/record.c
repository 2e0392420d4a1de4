/*
 * Preloaded under a command: logs what it asks of the disk below a folder, in the order in which it
 * was done. POWER_ROOT names the folder, POWER_LOG the log (tests/power/log.h). Several processes
 * may write one log: each operation and its entry are one step under a lock.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/power/log.h"

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static char root[PATH_MAX];
static size_t root_len;
static int log_fd = -1;

#define REAL(name, result, params) ((result(*) params)dlsym(RTLD_NEXT, #name))

static ssize_t real_write(int fd, const void *bytes, size_t len)
{
	return REAL(write, ssize_t, (int, const void *, size_t))(fd, bytes, len);
}

__attribute__((constructor)) static void begin(void)
{
	const char *folder = getenv("POWER_ROOT"), *log = getenv("POWER_LOG");

	if (!folder || !log || !realpath(folder, root))
		return;
	root_len = strlen(root);
	log_fd = REAL(open, int, (const char *, int, ...))(
		log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (log_fd >= 0) { /* out of the way of small numbers */
		int high = fcntl(log_fd, F_DUPFD_CLOEXEC, 700);

		if (high >= 0) {
			close(log_fd);
			log_fd = high;
		}
	}
}

/* A relative path within the root, or NULL for what lies elsewhere. */
static const char *inside(const char *path)
{
	if (log_fd < 0 || strncmp(path, root, root_len) != 0)
		return NULL;
	if (!path[root_len])
		return path + root_len;
	return path[root_len] == '/' ? path + root_len + 1 : NULL;
}

/* Where (at, name) lies, its folder resolved; NULL for elsewhere. */
static const char *place(int at, const char *name, char room[PATH_MAX])
{
	char whole[PATH_MAX], number[64];
	const char *slash;
	ssize_t len = 0;

	if (log_fd < 0)
		return NULL;
	if (name[0] != '/') {
		snprintf(number, sizeof(number),
			 at == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", at);
		len = readlink(number, whole, sizeof(whole) - 1);
		if (len < 0)
			return NULL;
		whole[len++] = '/';
	}
	if ((size_t)len + strlen(name) >= sizeof(whole))
		return NULL;
	memcpy(whole + len, name, strlen(name) + 1);
	len = (ssize_t)strlen(whole);
	while (len > 1 && whole[len - 1] == '/')
		whole[--len] = '\0';
	slash = strrchr(whole, '/');
	whole[slash - whole] = '\0';
	if (!realpath(slash == whole ? "/" : whole, room))
		return NULL;
	len = (ssize_t)strlen(room);
	if ((size_t)len + strlen(slash + 1) + 2 > PATH_MAX)
		return NULL;
	room[len] = '/';
	memcpy(room + len + 1, slash + 1, strlen(slash + 1) + 1);
	return inside(room);
}

/* Is it a file or folder of ours? Its inode. */
static bool ours(int fd, uint64_t *out_inode)
{
	char number[64], path[PATH_MAX];
	struct stat st;
	ssize_t len;

	if (log_fd < 0 || fd == log_fd)
		return false;
	snprintf(number, sizeof(number), "/proc/self/fd/%d", fd);
	len = readlink(number, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	if (!inside(path) || fstat(fd, &st) || (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return false;
	*out_inode = (uint64_t)st.st_ino;
	return true;
}

/* Begin one step. */
static void enter(void)
{
	pthread_mutex_lock(&turn);
	flock(log_fd, LOCK_EX);
}

/* End it; errno is the operation's. */
static void leave(int keep)
{
	flock(log_fd, LOCK_UN);
	pthread_mutex_unlock(&turn);
	errno = keep;
}

static void put(struct power_entry entry, const char *path, const char *path2, const void *data)
{
	entry.path_len = path ? (uint32_t)strlen(path) : 0;
	entry.path2_len = path2 ? (uint32_t)strlen(path2) : 0;
	if (real_write(log_fd, &entry, sizeof(entry)) != (ssize_t)sizeof(entry) ||
	    (entry.path_len &&
	     real_write(log_fd, path, entry.path_len) != (ssize_t)entry.path_len) ||
	    (entry.path2_len &&
	     real_write(log_fd, path2, entry.path2_len) != (ssize_t)entry.path2_len) ||
	    (entry.data_len && real_write(log_fd, data, entry.data_len) != (ssize_t)entry.data_len))
		abort();
}

/* ---- Opening ---- */

static void created(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st))
		abort();
	put((struct power_entry){ .operation = POWER_CREATE,
				  .mode = st.st_mode & 07777,
				  .inode = (uint64_t)st.st_ino },
	    path, NULL, NULL);
}

static int opened(int at, const char *name, int flags, mode_t mode)
{
	int (*real)(int, const char *, int, ...) = REAL(openat, int, (int, const char *, int, ...));
	bool nameless = (flags & O_TMPFILE) == O_TMPFILE;
	char room[PATH_MAX];
	const char *path = flags & (O_CREAT | O_TRUNC) || nameless ? place(at, name, room) : NULL;
	struct stat st;
	bool there;
	int fd, keep;

	if (!path)
		return real(at, name, flags, mode);
	enter();
	there = fstatat(at, name, &st, 0) == 0;
	fd = real(at, name, flags, mode);
	keep = errno;
	if (fd >= 0 && (nameless || !there))
		created(fd, nameless ? "" : path);
	else if (fd >= 0 && flags & O_TRUNC)
		put((struct power_entry){ .operation = POWER_SIZE, .inode = (uint64_t)st.st_ino },
		    NULL, NULL, NULL);
	leave(keep);
	return fd;
}

#define OPEN(symbol, params, at, ...)                                                              \
	int symbol params;                                                                         \
	int symbol params                                                                          \
	{                                                                                          \
		va_list args;                                                                      \
		mode_t mode;                                                                       \
		va_start(args, flags);                                                             \
		mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                   \
		va_end(args);                                                                      \
		return opened(at, name, flags, mode);                                              \
	}

OPEN(open, (const char *name, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *name, int flags, ...), AT_FDCWD)
OPEN(openat, (int at, const char *name, int flags, ...), at)
OPEN(openat64, (int at, const char *name, int flags, ...), at)

int mkostemp(char *name, int flags)
{
	char room[PATH_MAX];
	int fd, keep;

	if (!place(AT_FDCWD, name, room))
		return REAL(mkostemp, int, (char *, int))(name, flags);
	enter();
	fd = REAL(mkostemp, int, (char *, int))(name, flags);
	keep = errno;
	if (fd >= 0)
		created(fd, place(AT_FDCWD, name, room));
	leave(keep);
	return fd;
}

int mkstemp(char *name)
{
	return mkostemp(name, 0);
}

int mkdirat(int at, const char *name, mode_t mode)
{
	char room[PATH_MAX];
	const char *path = place(at, name, room);
	struct stat st;
	int result, keep;

	if (!path)
		return REAL(mkdirat, int, (int, const char *, mode_t))(at, name, mode);
	enter();
	result = REAL(mkdirat, int, (int, const char *, mode_t))(at, name, mode);
	keep = errno;
	if (!result && fstatat(at, name, &st, 0) == 0)
		put((struct power_entry){ .operation = POWER_FOLDER,
					  .mode = st.st_mode & 07777,
					  .inode = (uint64_t)st.st_ino },
		    path, NULL, NULL);
	leave(keep);
	return result;
}

int mkdir(const char *name, mode_t mode)
{
	return mkdirat(AT_FDCWD, name, mode);
}

char *mkdtemp(char *name)
{
	char room[PATH_MAX], *result;
	struct stat st;
	int keep;

	if (!place(AT_FDCWD, name, room))
		return REAL(mkdtemp, char *, (char *))(name);
	enter();
	result = REAL(mkdtemp, char *, (char *))(name);
	keep = errno;
	if (result && stat(name, &st) == 0)
		put((struct power_entry){ .operation = POWER_FOLDER,
					  .mode = st.st_mode & 07777,
					  .inode = (uint64_t)st.st_ino },
		    place(AT_FDCWD, name, room), NULL, NULL);
	leave(keep);
	return result;
}

/* ---- Bytes ---- */

static void wrote(uint64_t inode, uint64_t offset, const void *bytes, size_t len)
{
	put((struct power_entry){ .operation = POWER_WRITE,
				  .inode = inode,
				  .offset = offset,
				  .data_len = len },
	    NULL, NULL, bytes);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	uint64_t inode;
	ssize_t result;
	int keep;

	if (!ours(fd, &inode))
		return real_write(fd, bytes, len);
	enter();
	result = real_write(fd, bytes, len);
	keep = errno;
	if (result > 0)
		wrote(inode, (uint64_t)(lseek(fd, 0, SEEK_CUR) - result), bytes, (size_t)result);
	leave(keep);
	return result;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t offset)
{
	uint64_t inode;
	ssize_t result;
	int keep;

	if (!ours(fd, &inode))
		return REAL(pwrite, ssize_t, (int, const void *, size_t, off_t))(fd, bytes, len,
										 offset);
	enter();
	result = REAL(pwrite, ssize_t, (int, const void *, size_t, off_t))(fd, bytes, len, offset);
	keep = errno;
	if (result > 0)
		wrote(inode, (uint64_t)offset, bytes, (size_t)result);
	leave(keep);
	return result;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t offset)
{
	return pwrite(fd, bytes, len, offset);
}

ssize_t writev(int fd, const struct iovec *part, int count)
{
	ssize_t total = 0;
	uint64_t inode;

	if (!ours(fd, &inode))
		return REAL(writev, ssize_t, (int, const struct iovec *, int))(fd, part, count);
	for (int i = 0; i < count; i++) {
		ssize_t result = write(fd, part[i].iov_base, part[i].iov_len);

		if (result < 0)
			return total ? total : result;
		total += result;
		if ((size_t)result < part[i].iov_len)
			break;
	}
	return total;
}

ssize_t pwritev(int fd, const struct iovec *part, int count, off_t offset)
{
	ssize_t total = 0;
	uint64_t inode;

	if (!ours(fd, &inode))
		return REAL(pwritev, ssize_t,
			    (int, const struct iovec *, int, off_t))(fd, part, count, offset);
	for (int i = 0; i < count; i++) {
		ssize_t result = pwrite(fd, part[i].iov_base, part[i].iov_len, offset + total);

		if (result < 0)
			return total ? total : result;
		total += result;
		if ((size_t)result < part[i].iov_len)
			break;
	}
	return total;
}

ssize_t pwritev64(int fd, const struct iovec *part, int count, off64_t offset)
{
	return pwritev(fd, part, count, offset);
}

static void sized(uint64_t inode, uint64_t size)
{
	put((struct power_entry){ .operation = POWER_SIZE, .inode = inode, .offset = size }, NULL,
	    NULL, NULL);
}

int ftruncate(int fd, off_t size)
{
	uint64_t inode;
	int result, keep;

	if (!ours(fd, &inode))
		return REAL(ftruncate, int, (int, off_t))(fd, size);
	enter();
	result = REAL(ftruncate, int, (int, off_t))(fd, size);
	keep = errno;
	if (!result)
		sized(inode, (uint64_t)size);
	leave(keep);
	return result;
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t offset, off_t len)
{
	uint64_t inode;
	struct stat st;
	int result, keep;

	if (!ours(fd, &inode))
		return REAL(fallocate, int, (int, int, off_t, off_t))(fd, mode, offset, len);
	enter();
	result = REAL(fallocate, int, (int, int, off_t, off_t))(fd, mode, offset, len);
	keep = errno;
	if (!result && fstat(fd, &st) == 0)
		sized(inode, (uint64_t)st.st_size);
	leave(keep);
	return result;
}

int fallocate64(int fd, int mode, off64_t offset, off64_t len)
{
	return fallocate(fd, mode, offset, len);
}

int posix_fallocate(int fd, off_t offset, off_t len)
{
	return fallocate(fd, 0, offset, len) ? errno : 0;
}

int posix_fallocate64(int fd, off64_t offset, off64_t len)
{
	return posix_fallocate(fd, offset, len);
}

int fchmod(int fd, mode_t mode)
{
	uint64_t inode;
	int result, keep;

	if (!ours(fd, &inode))
		return REAL(fchmod, int, (int, mode_t))(fd, mode);
	enter();
	result = REAL(fchmod, int, (int, mode_t))(fd, mode);
	keep = errno;
	if (!result)
		put((struct power_entry){ .operation = POWER_MODE,
					  .inode = inode,
					  .mode = mode & 07777 },
		    NULL, NULL, NULL);
	leave(keep);
	return result;
}

/* Blocks shared with another file: the whole content, as if it had been written. */
static void cloned(int fd, uint64_t inode)
{
	static char step[1 << 16];
	uint64_t at = 0;
	ssize_t got;

	sized(inode, 0);
	while ((got = pread(fd, step, sizeof(step), (off_t)at)) > 0) {
		wrote(inode, at, step, (size_t)got);
		at += (uint64_t)got;
	}
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;
	uint64_t inode;
	int result, keep;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if ((request != FICLONE && request != FICLONERANGE) || !ours(fd, &inode))
		return REAL(ioctl, int, (int, unsigned long, ...))(fd, request, arg);
	enter();
	result = REAL(ioctl, int, (int, unsigned long, ...))(fd, request, arg);
	keep = errno;
	if (!result)
		cloned(fd, inode);
	leave(keep);
	return result;
}

ssize_t copy_file_range(int in, off64_t *in_at, int out, off64_t *out_at, size_t len,
			unsigned flags)
{
	uint64_t inode;

	if (ours(out, &inode)) { /* whoever asks falls back on reading and writing */
		errno = EXDEV;
		return -1;
	}
	return REAL(copy_file_range, ssize_t, (int, off64_t *, int, off64_t *, size_t, unsigned))(
		in, in_at, out, out_at, len, flags);
}

/* ---- Durability ---- */

static int synced(int fd, int (*real)(int))
{
	uint64_t inode;
	int result, keep;

	if (!ours(fd, &inode))
		return real(fd);
	enter();
	result = real(fd);
	keep = errno;
	if (!result)
		put((struct power_entry){ .operation = POWER_SYNC, .inode = inode }, NULL, NULL,
		    NULL);
	leave(keep);
	return result;
}

int fsync(int fd)
{
	return synced(fd, REAL(fsync, int, (int)));
}

int fdatasync(int fd)
{
	return synced(fd, REAL(fdatasync, int, (int)));
}

int syncfs(int fd)
{
	int result = REAL(syncfs, int, (int))(fd);

	if (!result && log_fd >= 0) {
		enter();
		put((struct power_entry){ .operation = POWER_SYNC_ALL }, NULL, NULL, NULL);
		leave(0);
	}
	return result;
}

/* ---- Names ---- */

int linkat(int at, const char *from, int at2, const char *to, int flags)
{
	char room[PATH_MAX];
	const char *path = place(at2, to, room);
	struct stat st;
	int result, keep;

	if (!path)
		return REAL(linkat, int, (int, const char *, int, const char *, int))(at, from, at2,
										      to, flags);
	enter();
	result = REAL(linkat, int, (int, const char *, int, const char *, int))(at, from, at2, to,
										flags);
	keep = errno;
	if (!result && fstatat(at2, to, &st, 0) == 0)
		put((struct power_entry){ .operation = POWER_LINK, .inode = (uint64_t)st.st_ino },
		    path, NULL, NULL);
	leave(keep);
	return result;
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static int renamed(int at, const char *from, int at2, const char *to, unsigned flags)
{
	char room[PATH_MAX], room2[PATH_MAX];
	const char *path = place(at, from, room), *path2 = place(at2, to, room2);
	int (*real)(int, const char *, int, const char *, unsigned) =
		REAL(renameat2, int, (int, const char *, int, const char *, unsigned));
	int result, keep;

	if (!path || !path2)
		return real(at, from, at2, to, flags);
	enter();
	result = real(at, from, at2, to, flags);
	keep = errno;
	if (!result)
		put((struct power_entry){ .operation = POWER_RENAME }, path, path2, NULL);
	leave(keep);
	return result;
}

int rename(const char *from, const char *to)
{
	return renamed(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int at, const char *from, int at2, const char *to)
{
	return renamed(at, from, at2, to, 0);
}

int renameat2(int at, const char *from, int at2, const char *to, unsigned flags)
{
	return renamed(at, from, at2, to, flags);
}

int unlinkat(int at, const char *name, int flags)
{
	char room[PATH_MAX];
	const char *path = place(at, name, room);
	int result, keep;

	if (!path)
		return REAL(unlinkat, int, (int, const char *, int))(at, name, flags);
	enter();
	result = REAL(unlinkat, int, (int, const char *, int))(at, name, flags);
	keep = errno;
	if (!result)
		put((struct power_entry){ .operation = POWER_REMOVE }, path, NULL, NULL);
	leave(keep);
	return result;
}

int unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

int rmdir(const char *name)
{
	return unlinkat(AT_FDCWD, name, AT_REMOVEDIR);
}

int remove(const char *name)
{
	return unlink(name) && errno == EISDIR ? rmdir(name) : 0;
}
