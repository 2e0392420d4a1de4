/* Records in order: runs that were sorted in memory, merged. */
#include "registry/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/heap.h"

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
	struct heap heap; /* of the runs that are not at their end, the smallest record first */
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
	free(s->heap.item);
	free(s->folder);
	free(s->memory);
	free(s);
	*sorter = NULL;
}

static int record_order(const void *a, const void *b, void *arg)
{
	return memcmp(a, b, *(const size_t *)arg);
}

static void records_swap(uint8_t *a, uint8_t *b, size_t record)
{
	uint8_t held[SORTER_RECORD_MAX];

	memcpy(held, a, record);
	memcpy(a, b, record);
	memcpy(b, held, record);
}

/*
 * By the first byte in place (P. M. McIlroy and others, Engineering radix sort, 1993), and each of
 * those parts by comparing: most records begin with digests, so the parts are alike, and none asks
 * for as much memory as all of them have.
 */
static void memory_sort(struct sorter *sorter)
{
	size_t begin[257] = { 0 }, at[256], record = sorter->record;
	uint8_t *memory = sorter->memory;

	for (size_t i = 0; i < sorter->count; i++)
		begin[memory[i * record] + 1]++;
	for (size_t i = 0; i < 256; i++)
		begin[i + 1] += begin[i];
	memcpy(at, begin, sizeof(at));
	for (size_t part = 0; part < 256; part++)
		while (at[part] < begin[part + 1]) {
			uint8_t *here = memory + at[part] * record;

			if (*here == part)
				at[part]++;
			else
				records_swap(here, memory + at[*here]++ * record, record);
		}
	for (size_t part = 0; part < 256; part++)
		if (begin[part + 1] - begin[part] > 1)
			qsort_r(memory + begin[part] * record, begin[part + 1] - begin[part],
				record, record_order, &sorter->record);
}

/* Sorted, each once. */
static void memory_once(struct sorter *sorter)
{
	size_t record = sorter->record, kept = 0;
	uint8_t *memory = sorter->memory;

	for (size_t i = 0; i < sorter->count; i++) {
		if (kept && memcmp(memory + (kept - 1) * record, memory + i * record, record) == 0)
			continue;
		if (kept != i)
			memcpy(memory + kept * record, memory + i * record, record);
		kept++;
	}
	sorter->count = kept;
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
	size_t len, done = 0;
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
	memory_once(sorter);
	len = sorter->count * sorter->record;
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

/* ---- Merging: a heap of the runs that are not at their end ---- */

static const uint8_t *run_head(const struct sorter *sorter, size_t number)
{
	const struct run *run = &sorter->run[number];

	return run->bytes + run->next * sorter->record;
}

static bool comes_before(const void *user, size_t x, size_t y)
{
	const struct sorter *sorter = user;

	return memcmp(run_head(sorter, x), run_head(sorter, y), sorter->record) < 0;
}

int sorter_finish(struct sorter *sorter, struct error *err)
{
	if (sorter->fd < 0) {
		memory_sort(sorter);
		return 0;
	}
	if (sorter->count && run_write(sorter, err))
		return -1;
	free(sorter->memory);
	sorter->memory = NULL;
	sorter->heap = (struct heap){ .item = calloc(sorter->run_count, sizeof(*sorter->heap.item)),
				      .before = comes_before,
				      .user = sorter };
	if (!sorter->heap.item)
		return error_set(err, ERROR_SYSTEM, "out of memory for sorting");
	for (size_t i = 0; i < sorter->run_count; i++) {
		sorter->run[i].bytes = malloc(RUN_BUFFER_BYTES);
		if (!sorter->run[i].bytes)
			return error_set(err, ERROR_SYSTEM, "out of memory for sorting");
		if (run_fill(sorter, &sorter->run[i], err))
			return -1;
		sorter->heap.item[sorter->heap.count++] = i;
	}
	heap_order(&sorter->heap);
	return 0;
}

static void memory_take(struct sorter *sorter, uint8_t *out, bool *out_any)
{
	*out_any = sorter->next < sorter->count;
	if (*out_any)
		memcpy(out, sorter->memory + sorter->next++ * sorter->record, sorter->record);
}

/* The smallest record that was not given yet. */
static int runs_take(struct sorter *sorter, uint8_t *out, bool *out_any, struct error *err)
{
	struct run *run;

	*out_any = sorter->heap.count > 0;
	if (!*out_any)
		return 0;
	run = &sorter->run[sorter->heap.item[0]];
	memcpy(out, run_head(sorter, sorter->heap.item[0]), sorter->record);
	run->next++;
	if (run_fill(sorter, run, err))
		return -1;
	if (run->next == run->count)
		sorter->heap.item[0] = sorter->heap.item[--sorter->heap.count];
	heap_sink(&sorter->heap, 0);
	return 0;
}

int sorter_next(struct sorter *sorter, void *out_record, bool *out_any, struct error *err)
{
	uint8_t record[SORTER_RECORD_MAX];

	do {
		if (sorter->fd < 0)
			memory_take(sorter, record, out_any);
		else if (runs_take(sorter, record, out_any, err))
			return -1;
	} while (*out_any && sorter->any && memcmp(record, sorter->last, sorter->record) == 0);
	if (!*out_any)
		return 0;
	memcpy(sorter->last, record, sorter->record);
	memcpy(out_record, record, sorter->record);
	sorter->any = true;
	return 0;
}
