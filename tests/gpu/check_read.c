/* check_read: read blocks with all threads and send each to the device. */
#include "tests/gpu/check_read.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)8 << 20)
#define BLOCKS_PER_THREAD ((size_t)2)

/* The share of the file's pages that are in memory. */
static double cached_share(int fd, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page, here = 0;
	unsigned char *seen = malloc(pages);
	void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);

	if (map != MAP_FAILED && seen && !mincore(map, size, seen))
		for (size_t i = 0; i < pages; i++)
			here += seen[i] & 1;
	if (map != MAP_FAILED)
		munmap(map, size);
	free(seen);
	return (double)here / (double)pages;
}

int check_cool(const char *path, double *out_cached, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) || !stat.st_size) {
		int cause = errno;

		if (fd >= 0)
			close(fd);
		return error_set(err, ERROR_SYSTEM, "cannot look at '%s': %s", path,
				 strerror(cause));
	}
	(void)fsync(fd); /* only what is on disk can be let go */
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	*out_cached = cached_share(fd, (size_t)stat.st_size);
	close(fd);
	return 0;
}

struct reading {
	int direct, fd; /* past the page cache (or -1), and through it */
	uint64_t size;
	atomic_uint_fast64_t next; /* block of the file */
	struct staging *staging;   /* NULL: the host's own memory */
	struct backend_memory *memory;
	uint8_t *host;
	atomic_bool failed;
	pthread_mutex_t lock; /* over `err` */
	struct error *err;
};

/* Past the page cache if place and length allow it; what is left then, through it. */
static int block_read(struct reading *reading, uint64_t offset, uint8_t *to, size_t len,
		      struct error *err)
{
	ssize_t got = -1;

	/* A whole block is asked for: its length must be a multiple of what disks have. */
	if (reading->direct >= 0)
		got = pread(reading->direct, to, BLOCK_BYTES, (off_t)offset);
	for (size_t done = got > 0 ? (size_t)got : 0; done < len; done += (size_t)got) {
		got = pread(reading->fd, to + done, len - done, (off_t)(offset + done));
		if (got <= 0)
			return error_set(err, ERROR_SYSTEM, "cannot read: %s",
					 got ? strerror(errno) : "the file ends early");
	}
	return 0;
}

static int block_pass(struct reading *reading, size_t index, uint64_t block, struct error *err)
{
	uint64_t offset = block * BLOCK_BYTES, rest = reading->size - offset;
	size_t len = rest < BLOCK_BYTES ? (size_t)rest : BLOCK_BYTES;
	uint8_t *to = reading->host + index * BLOCK_BYTES;

	if (reading->staging && staging_block(reading->staging, index, &to, err))
		return -1;
	if (block_read(reading, offset, to, len, err))
		return -1;
	return reading->staging ? staging_send(reading->staging, index, 0, len, reading->memory,
					       index * BLOCK_BYTES, err)
				: 0;
}

/* Each thread has blocks of its own, one is read while the other is copied. */
static void reading_work(void *arg, size_t thread)
{
	struct reading *reading = arg;
	struct error err = { 0 };

	for (size_t turn = 0; !atomic_load(&reading->failed); turn++) {
		uint64_t block = atomic_fetch_add(&reading->next, 1);

		if (block * BLOCK_BYTES >= reading->size)
			return;
		if (block_pass(reading, thread * BLOCKS_PER_THREAD + turn % BLOCKS_PER_THREAD,
			       block, &err)) {
			pthread_mutex_lock(&reading->lock);
			if (!atomic_exchange(&reading->failed, true))
				*reading->err = err;
			pthread_mutex_unlock(&reading->lock);
		}
	}
}

static int reading_open(const struct check *check, const char *path, struct reading *reading,
			struct error *err)
{
	size_t blocks = BLOCKS_PER_THREAD * threads_count(check->ctx.threads);
	struct stat stat;

	reading->direct = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
	reading->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (reading->fd < 0 || fstat(reading->fd, &stat))
		return error_set(err, ERROR_SYSTEM, "cannot open '%s': %s", path, strerror(errno));
	reading->size = (uint64_t)stat.st_size;
	if (backend_is_staged(check->device))
		return staging_new(check->device, BLOCK_BYTES, blocks, &reading->staging, err) ||
				       staging_memory_new(check->device, blocks * BLOCK_BYTES,
							  &reading->memory, err)
			       ? -1
			       : 0;
	reading->host = aligned_alloc(4096, blocks * BLOCK_BYTES);
	return reading->host ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for blocks");
}

static void reading_close(struct reading *reading)
{
	if (reading->direct >= 0)
		close(reading->direct);
	if (reading->fd >= 0)
		close(reading->fd);
	staging_free(&reading->staging);
	backend_memory_free(&reading->memory);
	free(reading->host);
	pthread_mutex_destroy(&reading->lock);
}

int check_read(const struct check *check, const char *path, double *out_seconds, struct error *err)
{
	CLEANUP(reading_close)
	struct reading reading = {
		.direct = -1, .fd = -1, .lock = PTHREAD_MUTEX_INITIALIZER, .err = err
	};
	double start;

	if (reading_open(check, path, &reading, err))
		return -1;
	start = check_clock();
	threads_run(check->ctx.threads, threads_count(check->ctx.threads), reading_work, &reading);
	staging_free(&reading.staging); /* waits for the copies under way */
	*out_seconds = check_clock() - start;
	return atomic_load(&reading.failed) ? -1 : 0;
}
