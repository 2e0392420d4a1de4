/* Records in order: runs that were sorted in memory, merged. */
#include "registry/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUN_BUFFER_BYTES = 64 << 10, RUNS_MAX = 1024 };

/* A sorted run in the file, and the part of it that is at hand. */
struct run {
	off_t at;      /* of the next byte to read */
	uint64_t left; /* records that were not read yet */
	uint8_t *bytes;
	size_t next, count; /* records in `bytes` */
};

struct sorter {
	size_t record, room; /* bytes of one; how many the memory holds */
	uint8_t *memory;
	size_t count; /* in memory */
	size_t next;  /* of them, when they are given without a file */
	char *folder;
	int fd; /* -1: nothing was written */
	off_t end;
	struct run *run;
	size_t run_count;
	uint8_t last[SORTER_RECORD_MAX]; /* that was given */
	bool any;
};

int sorter_new(size_t record_bytes, size_t memory_bytes, const char *folder,
	       struct sorter **out_sorter, struct error *err)
{
	struct sorter *sorter = calloc(1, sizeof(*sorter));

	if (sorter) {
		sorter->fd = -1;
		sorter->record = record_bytes;
		sorter->room = memory_bytes / record_bytes;
		sorter->memory = malloc(sorter->room * record_bytes);
		sorter->folder = strdup(folder);
	}
	if (!sorter || !sorter->memory || !sorter->folder) {
		sorter_free(&sorter);
		return error_set(err, ERROR_SYSTEM, "out of memory for sorting");
	}
	*out_sorter = sorter;
	return 0;
}

void sorter_free(struct sorter **sorter)
{
	struct sorter *s = *sorter;

	if (!s)
		return;
	for (size_t i = 0; i < s->run_count; i++)
		free(s->run[i].bytes);
	if (s->fd >= 0)
		close(s->fd);
	free(s->run);
	free(s->folder);
	free(s->memory);
	free(s);
	*sorter = NULL;
}

static int record_order(const void *a, const void *b, void *arg)
{
	return memcmp(a, b, *(const size_t *)arg);
}

static void memory_sort(struct sorter *sorter)
{
	qsort_r(sorter->memory, sorter->count, sorter->record, record_order, &sorter->record);
}

/* A file that nobody else sees, and that is gone when it is closed. */
static int file_make(struct sorter *sorter, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	sorter->fd = open(sorter->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (sorter->fd >= 0)
		return 0;
	if (path_join(sorter->folder, ".tmp-akashi-XXXXXX", &path, err))
		return -1;
	sorter->fd = mkostemp(path, O_CLOEXEC);
	if (sorter->fd < 0)
		return error_system(err, errno, "cannot write into '%s'", sorter->folder);
	unlink(path);
	return 0;
}

static int run_write(struct sorter *sorter, struct error *err)
{
	size_t len = sorter->count * sorter->record, done = 0;
	struct run *run;

	if (sorter->fd < 0 && file_make(sorter, err))
		return -1;
	if (sorter->run_count == RUNS_MAX)
		return error_set(err, ERROR_SYSTEM, "too much to sort");
	run = reallocarray(sorter->run, sorter->run_count + 1, sizeof(*run));
	if (!run)
		return error_set(err, ERROR_SYSTEM, "out of memory for sorting");
	sorter->run = run;
	memory_sort(sorter);
	while (done < len) {
		ssize_t wrote = pwrite(sorter->fd, sorter->memory + done, len - done,
				       sorter->end + (off_t)done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write into '%s'", sorter->folder);
		done += (size_t)wrote;
	}
	run[sorter->run_count++] = (struct run){ .at = sorter->end, .left = sorter->count };
	sorter->end += (off_t)len;
	sorter->count = 0;
	return 0;
}

int sorter_add(struct sorter *sorter, const void *record, struct error *err)
{
	if (sorter->count == sorter->room && run_write(sorter, err))
		return -1;
	memcpy(sorter->memory + sorter->count++ * sorter->record, record, sorter->record);
	return 0;
}

/* Have the next records of a run at hand, unless it is at its end. */
static int run_fill(struct sorter *sorter, struct run *run, struct error *err)
{
	size_t most = RUN_BUFFER_BYTES / sorter->record, done = 0, len;

	if (run->next < run->count || !run->left)
		return 0;
	run->next = 0;
	run->count = run->left < most ? (size_t)run->left : most;
	len = run->count * sorter->record;
	while (done < len) {
		ssize_t got =
			pread(sorter->fd, run->bytes + done, len - done, run->at + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return error_system(err, got ? errno : EIO, "cannot read in '%s'",
					    sorter->folder);
		done += (size_t)got;
	}
	run->at += (off_t)len;
	run->left -= run->count;
	return 0;
}

int sorter_finish(struct sorter *sorter, struct error *err)
{
	if (sorter->fd < 0) {
		memory_sort(sorter);
		return 0;
	}
	if (sorter->count && run_write(sorter, err))
		return -1;
	for (size_t i = 0; i < sorter->run_count; i++) {
		sorter->run[i].bytes = malloc(RUN_BUFFER_BYTES);
		if (!sorter->run[i].bytes)
			return error_set(err, ERROR_SYSTEM, "out of memory for sorting");
		if (run_fill(sorter, &sorter->run[i], err))
			return -1;
	}
	return 0;
}

/* Where the smallest record stands that was not given yet; NULL: there is none. It is given. */
static const uint8_t *memory_take(struct sorter *sorter)
{
	return sorter->next < sorter->count ? sorter->memory + sorter->next++ * sorter->record
					    : NULL;
}

static const uint8_t *runs_take(struct sorter *sorter)
{
	const uint8_t *first = NULL;
	struct run *from = NULL;

	for (size_t i = 0; i < sorter->run_count; i++) {
		struct run *run = &sorter->run[i];
		const uint8_t *at = run->bytes + run->next * sorter->record;

		if (run->next < run->count && (!first || memcmp(at, first, sorter->record) < 0)) {
			first = at;
			from = run;
		}
	}
	if (from)
		from->next++;
	return first;
}

static int runs_fill(struct sorter *sorter, struct error *err)
{
	for (size_t i = 0; i < sorter->run_count; i++)
		if (run_fill(sorter, &sorter->run[i], err))
			return -1;
	return 0;
}

int sorter_next(struct sorter *sorter, void *out_record, bool *out_any, struct error *err)
{
	const uint8_t *record;

	do {
		if (runs_fill(sorter, err))
			return -1;
		record = sorter->fd < 0 ? memory_take(sorter) : runs_take(sorter);
	} while (record && sorter->any && memcmp(record, sorter->last, sorter->record) == 0);
	*out_any = record != NULL;
	if (!record)
		return 0;
	memcpy(sorter->last, record, sorter->record);
	memcpy(out_record, record, sorter->record);
	sorter->any = true;
	return 0;
}
