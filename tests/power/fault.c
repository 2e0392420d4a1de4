/*
 * Preloaded under a command: makes one call to the system below a folder fail, end short or be the
 * last, and counts what is written. tests/cli/store_faults.sh and others set, where they want it:
 *
 *   FAULT_ROOT    the folder; calls that have to do with nothing below it are left alone
 *   FAULT_TRACE   a file that gets one line for each call: its name
 *   FAULT_BYTES   a file whose size grows by each byte that is written (it stays empty: only its
 * size) FAULT_AT      "NUMBER HOW": what becomes of that call: the name of an error, SHORT (half of
 * it is done), KILL (SIGKILL in its place), KILLED (SIGKILL right after it) FAULT_FLOCK   "fail":
 * flock says that there is none; "lie": it says yes to everybody
 *   FAULT_STOP    "CALL TEXT [NUMBER]": SIGSTOP before that call (name, remove, open, sync, …) of
 *                 what has TEXT in its path; of the NUMBERth such call (1)
 *   FAULT_LIST    the end of a path: such a folder cannot be listed (EIO)
 *   FAULT_HOST    what uname says this host is called
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>

#define REAL(name, result, params) ((result(*) params)dlsym(RTLD_NEXT, #name))

enum how { NOTHING, FAILS, SHORT, KILL, KILLED };

static char root[PATH_MAX];
static size_t root_len;
static int trace_fd = -1, bytes_fd = -1, fault_error;
static unsigned long fault_number;
static enum how fault_how;
static atomic_ulong calls;
static const char *flock_how;
static char stop_call[16], stop_text[128];
static int stop_number = 1;
static atomic_int stops;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static const struct {
	const char *name;
	int number;
} errors[] = { { "EIO", EIO },       { "ENOSPC", ENOSPC }, { "EINTR", EINTR }, { "EDQUOT", EDQUOT },
	       { "EACCES", EACCES }, { "EMFILE", EMFILE }, { "EROFS", EROFS } };

static int real_open(const char *name, int flags)
{
	int fd = REAL(open, int, (const char *, int, ...))(name, flags | O_CLOEXEC, 0644);
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 700);

	if (high >= 0)
		close(fd);
	return high;
}

__attribute__((constructor)) static void begin(void)
{
	const char *folder = getenv("FAULT_ROOT"), *at = getenv("FAULT_AT");
	const char *stop = getenv("FAULT_STOP");
	const char *trace = getenv("FAULT_TRACE"), *bytes = getenv("FAULT_BYTES");
	char *how;

	flock_how = getenv("FAULT_FLOCK");
	if (stop) {
		size_t call = strcspn(stop, " "), text;

		snprintf(stop_call, sizeof(stop_call), "%.*s", (int)call, stop);
		stop += call + (stop[call] == ' ');
		text = strcspn(stop, " ");
		snprintf(stop_text, sizeof(stop_text), "%.*s", (int)text, stop);
		if (stop[text])
			stop_number = (int)strtol(stop + text, NULL, 10);
	}
	if (!folder || !realpath(folder, root))
		return;
	if (trace)
		trace_fd = real_open(trace, O_WRONLY | O_APPEND | O_CREAT);
	if (bytes)
		bytes_fd = real_open(bytes, O_RDWR | O_CREAT);
	if (at) {
		fault_number = strtoul(at, &how, 10);
		how += *how == ' ';
		fault_how = strcmp(how, "SHORT") == 0    ? SHORT
			    : strcmp(how, "KILL") == 0   ? KILL
			    : strcmp(how, "KILLED") == 0 ? KILLED
							 : FAILS;
		for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
			if (strcmp(how, errors[i].name) == 0)
				fault_error = errors[i].number;
		if (fault_how == FAILS && !fault_error)
			abort();
	}
	root_len = strlen(root);
}

static bool inside(const char *path)
{
	return root_len && strncmp(path, root, root_len) == 0 &&
	       (!path[root_len] || path[root_len] == '/');
}

static bool fd_inside(int fd)
{
	char number[64], path[PATH_MAX];
	ssize_t len;

	if (!root_len || fd < 0 || fd == trace_fd || fd == bytes_fd)
		return false;
	snprintf(number, sizeof(number), "/proc/self/fd/%d", fd);
	len = readlink(number, path, sizeof(path) - 1);
	if (len < 0)
		return false;
	path[len] = '\0';
	return inside(path);
}

static bool path_inside(int at, const char *name)
{
	char whole[PATH_MAX];

	if (!root_len)
		return false;
	if (name[0] == '/')
		return inside(name);
	return at == AT_FDCWD ? getcwd(whole, sizeof(whole)) && inside(whole) : fd_inside(at);
}

/* Stop the process, all its threads, if this is the call. */
static void stop_at(const char *name, const char *path)
{
	if (!path || !stop_call[0] || strcmp(name, stop_call) != 0 || !strstr(path, stop_text))
		return;
	if (atomic_fetch_add(&stops, 1) + 1 == stop_number)
		pthread_kill(pthread_self(), SIGSTOP);
}

static void stop_at_fd(const char *name, int fd)
{
	char number[64], path[PATH_MAX];
	ssize_t len;

	if (!stop_call[0])
		return;
	snprintf(number, sizeof(number), "/proc/self/fd/%d", fd);
	len = readlink(number, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	stop_at(name, path);
}

/* One more call; what becomes of it. */
static enum how fate(const char *name, bool ours)
{
	unsigned long number;

	if (!ours)
		return NOTHING;
	number = atomic_fetch_add(&calls, 1) + 1;
	if (trace_fd >= 0) {
		char line[64];
		int len = snprintf(line, sizeof(line), "%s\n", name);

		if (REAL(write, ssize_t, (int, const void *, size_t))(trace_fd, line,
								      (size_t)len) != len)
			abort();
	}
	if (number != fault_number)
		return NOTHING;
	if (fault_how == KILL)
		kill(getpid(), SIGKILL);
	return fault_how;
}

static void count(ssize_t wrote)
{
	struct stat st;

	if (bytes_fd < 0 || wrote <= 0)
		return;
	pthread_mutex_lock(&turn);
	flock(bytes_fd, LOCK_EX);
	if (fstat(bytes_fd, &st) ||
	    REAL(ftruncate, int, (int, off_t))(bytes_fd, st.st_size + wrote))
		abort();
	flock(bytes_fd, LOCK_UN);
	pthread_mutex_unlock(&turn);
}

/* Do `call` unless it is to fail; the result is the caller's. */
#define CALL(type, name, ours, call)                                                               \
	do {                                                                                       \
		enum how how = fate(name, ours);                                                   \
		type result;                                                                       \
		int keep;                                                                          \
		if (how == FAILS) {                                                                \
			errno = fault_error;                                                       \
			return (type)-1;                                                           \
		}                                                                                  \
		result = call;                                                                     \
		keep = errno;                                                                      \
		if (how == KILLED)                                                                 \
			kill(getpid(), SIGKILL);                                                   \
		errno = keep;                                                                      \
		return result;                                                                     \
	} while (0)

/* The same for what moves `len` bytes. */
#define MOVE(name, fd, len, writes, call)                                                          \
	do {                                                                                       \
		bool ours = fd_inside(fd);                                                         \
		enum how how = fate(name, ours);                                                   \
		ssize_t result;                                                                    \
		int keep;                                                                          \
		if (how == FAILS) {                                                                \
			errno = fault_error;                                                       \
			return -1;                                                                 \
		}                                                                                  \
		if (how == SHORT && len > 1)                                                       \
			len /= 2;                                                                  \
		result = call;                                                                     \
		keep = errno;                                                                      \
		if (writes && ours)                                                                \
			count(result);                                                             \
		if (how == KILLED)                                                                 \
			kill(getpid(), SIGKILL);                                                   \
		errno = keep;                                                                      \
		return result;                                                                     \
	} while (0)

#define MODE                                                                                       \
	va_list args;                                                                              \
	mode_t mode;                                                                               \
	va_start(args, flags);                                                                     \
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;                           \
	va_end(args)

int openat(int at, const char *name, int flags, ...)
{
	MODE;
	stop_at("open", name);
	CALL(int, "open", path_inside(at, name),
	     REAL(openat, int, (int, const char *, int, ...))(at, name, flags, mode));
}

int openat64(int at, const char *name, int flags, ...)
{
	MODE;
	return openat(at, name, flags, mode);
}

int open(const char *name, int flags, ...)
{
	MODE;
	return openat(AT_FDCWD, name, flags, mode);
}

int open64(const char *name, int flags, ...)
{
	MODE;
	return openat(AT_FDCWD, name, flags, mode);
}

int mkostemp(char *name, int flags)
{
	CALL(int, "open", path_inside(AT_FDCWD, name),
	     REAL(mkostemp, int, (char *, int))(name, flags));
}

int mkdir(const char *name, mode_t mode)
{
	CALL(int, "mkdir", path_inside(AT_FDCWD, name),
	     REAL(mkdir, int, (const char *, mode_t))(name, mode));
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	MOVE("write", fd, len, true,
	     REAL(write, ssize_t, (int, const void *, size_t))(fd, bytes, len));
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	MOVE("write", fd, len, true,
	     REAL(pwrite, ssize_t, (int, const void *, size_t, off_t))(fd, bytes, len, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	return pwrite(fd, bytes, len, at);
}

/* A vector that ends short ends within one of its parts. */
static ssize_t vector_write(int fd, const struct iovec *part, int parts, off_t at)
{
	size_t len = part[0].iov_len;
	bool ours = fd_inside(fd);
	enum how how = fate("write", ours);
	ssize_t result;
	int keep;

	stop_at_fd("write", fd);
	if (how == FAILS) {
		errno = fault_error;
		return -1;
	}
	if (how == SHORT && parts > 1)
		result = REAL(pwrite, ssize_t, (int, const void *, size_t, off_t))(
			fd, part[0].iov_base, len > 1 ? len / 2 : len, at);
	else
		result = REAL(pwritev, ssize_t, (int, const struct iovec *, int, off_t))(fd, part,
											 parts, at);
	keep = errno;
	if (ours)
		count(result);
	if (how == KILLED)
		kill(getpid(), SIGKILL);
	errno = keep;
	return result;
}

ssize_t pwritev(int fd, const struct iovec *part, int parts, off_t at)
{
	return vector_write(fd, part, parts, at);
}

ssize_t pwritev64(int fd, const struct iovec *part, int parts, off64_t at)
{
	return vector_write(fd, part, parts, at);
}

ssize_t read(int fd, void *bytes, size_t len)
{
	MOVE("read", fd, len, false, REAL(read, ssize_t, (int, void *, size_t))(fd, bytes, len));
}

ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
	MOVE("read", fd, len, false,
	     REAL(pread, ssize_t, (int, void *, size_t, off_t))(fd, bytes, len, at));
}

ssize_t pread64(int fd, void *bytes, size_t len, off64_t at)
{
	return pread(fd, bytes, len, at);
}

int fsync(int fd)
{
	stop_at_fd("sync", fd);
	CALL(int, "sync", fd_inside(fd), REAL(fsync, int, (int))(fd));
}

int fdatasync(int fd)
{
	stop_at_fd("sync", fd);
	CALL(int, "sync", fd_inside(fd), REAL(fdatasync, int, (int))(fd));
}

int ftruncate(int fd, off_t size)
{
	CALL(int, "size", fd_inside(fd), REAL(ftruncate, int, (int, off_t))(fd, size));
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t len)
{
	CALL(int, "size", fd_inside(fd),
	     REAL(fallocate, int, (int, int, off_t, off_t))(fd, mode, at, len));
}

int fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	return fallocate(fd, mode, at, len);
}

int rename(const char *from, const char *to)
{
	stop_at("name", to);
	CALL(int, "name", path_inside(AT_FDCWD, to),
	     REAL(rename, int, (const char *, const char *))(from, to));
}

int link(const char *from, const char *to)
{
	stop_at("name", to);
	CALL(int, "name", path_inside(AT_FDCWD, to),
	     REAL(link, int, (const char *, const char *))(from, to));
}

int linkat(int at, const char *from, int at2, const char *to, int flags)
{
	stop_at("name", to);
	CALL(int, "name", path_inside(at2, to),
	     REAL(linkat, int, (int, const char *, int, const char *, int))(at, from, at2, to,
									    flags));
}

int unlink(const char *name)
{
	stop_at("remove", name);
	CALL(int, "remove", path_inside(AT_FDCWD, name), REAL(unlink, int, (const char *))(name));
}

static bool ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), end_len = strlen(end);

	return len >= end_len && strcmp(path + len - end_len, end) == 0;
}

struct dirent *readdir(DIR *folder)
{
	const char *end = getenv("FAULT_LIST");
	char number[64], path[PATH_MAX];
	ssize_t len;

	if (end) {
		snprintf(number, sizeof(number), "/proc/self/fd/%d", dirfd(folder));
		len = readlink(number, path, sizeof(path) - 1);
		path[len < 0 ? 0 : len] = '\0';
		if (ends_with(path, end)) {
			errno = EIO;
			return NULL;
		}
	}
	return REAL(readdir, struct dirent *, (DIR *))(folder);
}

static bool of_the_log(int fd)
{
	char number[64], path[PATH_MAX];
	ssize_t len;

	snprintf(number, sizeof(number), "/proc/self/fd/%d", fd);
	len = readlink(number, path, sizeof(path) - 1);
	path[len < 0 ? 0 : len] = '\0';
	return strstr(path, "/log.") != NULL;
}

int flock(int fd, int what)
{
	bool spared = !flock_how || fd == bytes_fd || of_the_log(fd);

	if (!spared && strcmp(flock_how, "lie") == 0)
		return 0;
	if (!spared && strcmp(flock_how, "fail") == 0) {
		errno = ENOLCK;
		return -1;
	}
	return REAL(flock, int, (int, int))(fd, what);
}

int uname(struct utsname *machine)
{
	const char *host = getenv("FAULT_HOST");
	int failed = REAL(uname, int, (struct utsname *))(machine);

	if (!failed && host)
		snprintf(machine->nodename, sizeof(machine->nodename), "%s", host);
	return failed;
}
