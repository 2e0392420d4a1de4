/*
 * An index made of an older one and of footers, in bounded memory: footers are sorted in
 * batches, each batch is written out as a run, and the runs are merged at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "registry/heap.h"
#include "registry/pack/index.h"
#include "registry/pack/index_file.h"

enum { BATCH_ENTRIES = 1 << 17, STREAM_ENTRIES = 1 << 11, RUNS_MAX = 4096 };

long digest_place(const struct digest *sorted, size_t count, const struct digest *name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(sorted[middle].byte, name->byte, DIGEST_SIZE);

		if (!order)
			return (long)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* Entries in order, from a run or from the older index. */
struct stream {
	const struct index_file *old; /* NULL: a run */
	uint32_t bucket;              /* of `old`, the next to be read */
	uint64_t at, end;             /* of a run: entries in the file of runs */
	struct pack_entry *entry;
	size_t used, count;
	const struct pack_entry *head; /* while merging: the next; NULL at the end */
};

struct build {
	struct pack_files *files;
	const struct index_file *old;
	const struct digest *name;
	size_t packs;
	uint32_t *renumber; /* number in `old` → number now, or UINT32_MAX */
	int runs_fd;
	uint64_t run_entries; /* in the file of runs */
	struct pack_entry *batch;
	size_t batched, batch_cap;
	struct stream *stream;
	size_t streams;
	struct heap heap; /* of streams */
};

static void build_release(struct build *b)
{
	for (size_t i = 0; i < b->streams; i++)
		free(b->stream[i].entry);
	free(b->stream);
	free(b->heap.item);
	free(b->batch);
	free(b->renumber);
	if (b->runs_fd >= 0)
		close(b->runs_fd);
}

static int run_end(struct build *b, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct stream *more;
	uint64_t first = b->run_entries;

	buffer_init(&bytes, (size_t)STREAM_ENTRIES * PACK_ENTRY_BYTES);
	if (!b->batched)
		return 0;
	if (b->streams == RUNS_MAX)
		return error_set(err, ERROR_SYSTEM, "too many packs for one index");
	more = realloc(b->stream, (b->streams + 1) * sizeof(*more));
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	b->stream = more;
	qsort(b->batch, b->batched, sizeof(*b->batch), pack_entry_order);
	for (size_t i = 0; i < b->batched; i++) {
		uint8_t *room;

		if (buffer_extend(&bytes, PACK_ENTRY_BYTES, &room, err))
			return -1;
		pack_entry_write(&b->batch[i], room);
		if (bytes.len < bytes.max && i + 1 < b->batched)
			continue;
		if (pack_pwrite(b->runs_fd, b->run_entries * PACK_ENTRY_BYTES, buffer_view(&bytes),
				err))
			return -1;
		b->run_entries += bytes.len / PACK_ENTRY_BYTES;
		bytes.len = 0;
	}
	b->stream[b->streams++] = (struct stream){ .at = first, .end = b->run_entries };
	b->batched = 0;
	return 0;
}

static int batch_add(struct build *b, struct pack_entry *entry, size_t count, uint32_t pack,
		     struct error *err)
{
	/* With so many runs the next ones are longer, so that there is no end to them. */
	if (b->batched + count > (size_t)BATCH_ENTRIES << b->streams / (RUNS_MAX / 8) &&
	    run_end(b, err))
		return -1;
	if (b->batched + count > b->batch_cap) {
		size_t cap = b->batched + count > 2 * b->batch_cap ? b->batched + count
								   : 2 * b->batch_cap;
		void *more = realloc(b->batch, cap * sizeof(*b->batch));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for an index");
		b->batch = more;
		b->batch_cap = cap;
	}
	for (size_t i = 0; i < count; i++) {
		b->batch[b->batched] = entry[i];
		b->batch[b->batched++].pack = pack;
	}
	return 0;
}

/* The footers of all packs that the older index does not know, as runs. */
static int footers_gather(struct build *b, struct error *err)
{
	for (size_t i = 0; i < b->packs; i++) {
		struct pack_handle *handle;
		struct pack_entry *entry;
		size_t count;
		int failed;

		if (b->old && digest_place(b->old->pack, b->old->packs, &b->name[i]) >= 0)
			continue;
		/* Collected meanwhile? A file that names it would hide the next of its name. */
		if (pack_files_take(b->files, &b->name[i], &handle, err))
			return -1;
		failed = pack_entries_load(handle->fd, &b->name[i], &entry, &count, err);
		pack_handle_drop(&handle);
		if (failed)
			return -1;
		failed = batch_add(b, entry, count, (uint32_t)i, err);
		free(entry);
		if (failed)
			return -1;
	}
	return run_end(b, err);
}

/* ---- Streams ---- */

static int old_fill(struct build *b, struct stream *s, struct error *err)
{
	size_t kept = 0;

	free(s->entry);
	s->entry = NULL;
	if (index_file_bucket(s->old, s->bucket, &s->entry, &s->count, err))
		return -1;
	s->bucket++;
	for (size_t i = 0; i < s->count; i++) {
		uint32_t now = b->renumber[s->entry[i].pack];

		if (now == UINT32_MAX)
			continue;
		s->entry[kept] = s->entry[i];
		s->entry[kept++].pack = now;
	}
	s->count = kept;
	return 0;
}

static int run_fill(struct build *b, struct stream *s, struct error *err)
{
	size_t count = s->end - s->at < STREAM_ENTRIES ? (size_t)(s->end - s->at) : STREAM_ENTRIES;
	size_t len = count * PACK_ENTRY_BYTES;
	uint8_t *bytes = malloc(len + 1);
	int failed;

	if (!s->entry)
		s->entry = calloc(STREAM_ENTRIES, sizeof(*s->entry));
	if (!bytes || !s->entry) {
		free(bytes);
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	}
	failed = pack_pread(b->runs_fd, s->at * PACK_ENTRY_BYTES, bytes, len, err);
	for (size_t i = 0; i < count && !failed; i++)
		failed = pack_entry_parse(
			(struct span){ bytes + i * PACK_ENTRY_BYTES, PACK_ENTRY_BYTES },
			&s->entry[i], err);
	free(bytes);
	s->at += count;
	s->count = count;
	return failed;
}

/* The next entry of a stream, or NULL at its end. */
static int stream_peek(struct build *b, struct stream *s, const struct pack_entry **out_entry,
		       struct error *err)
{
	while (s->used == s->count) {
		bool more = s->old ? s->bucket < 1u << s->old->bits : s->at < s->end;

		*out_entry = NULL;
		if (!more)
			return 0;
		s->used = s->count = 0;
		if (s->old ? old_fill(b, s, err) : run_fill(b, s, err))
			return -1;
	}
	*out_entry = &s->entry[s->used];
	return 0;
}

/* ---- Merging: a heap of the streams that are not at their end ---- */

static bool comes_before(const void *user, size_t x, size_t y)
{
	const struct build *b = user;

	return pack_entry_order(b->stream[x].head, b->stream[y].head) < 0;
}

static int heap_fill(struct build *b, struct error *err)
{
	b->heap = (struct heap){ .item = calloc(b->streams + 1, sizeof(*b->heap.item)),
				 .before = comes_before,
				 .user = b };
	if (!b->heap.item)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	for (size_t i = 0; i < b->streams; i++) {
		if (stream_peek(b, &b->stream[i], &b->stream[i].head, err))
			return -1;
		if (b->stream[i].head)
			b->heap.item[b->heap.count++] = i;
	}
	heap_order(&b->heap);
	return 0;
}

static int merge(struct build *b, struct index_writer *writer, struct error *err)
{
	if (heap_fill(b, err))
		return -1;
	while (b->heap.count) {
		struct stream *least = &b->stream[b->heap.item[0]];

		if (index_writer_add(writer, least->head, err))
			return -1;
		least->used++;
		if (stream_peek(b, least, &least->head, err))
			return -1;
		if (!least->head)
			b->heap.item[0] = b->heap.item[--b->heap.count];
		heap_sink(&b->heap, 0);
	}
	return 0;
}

static int old_stream_add(struct build *b, struct error *err)
{
	struct stream *more = realloc(b->stream, (b->streams + 1) * sizeof(*more));

	if (more)
		b->stream = more;
	b->renumber = calloc(b->old->packs + 1u, sizeof(*b->renumber));
	if (!more || !b->renumber)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	for (uint32_t i = 0; i < b->old->packs; i++) {
		long now = digest_place(b->name, b->packs, &b->old->pack[i]);

		b->renumber[i] = now < 0 ? UINT32_MAX : (uint32_t)now;
	}
	b->stream[b->streams++] = (struct stream){ .old = b->old };
	return 0;
}

int index_build(const char *folder, struct pack_files *files, const struct index_file *old,
		const struct digest *name, size_t count, int fd, struct error *err)
{
	CLEANUP(build_release)
	struct build b = { .files = files, .old = old, .name = name, .packs = count };
	CLEANUP(index_writer_free) struct index_writer *writer = NULL;
	uint64_t most;

	if (count > PACK_INDEX_PACKS_MAX)
		return error_set(err, ERROR_USAGE, "%zu packs, of %u allowed", count,
				 PACK_INDEX_PACKS_MAX);
	b.runs_fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (b.runs_fd < 0)
		b.runs_fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (b.runs_fd < 0)
		b.runs_fd = memfd_create("akashi-index", MFD_CLOEXEC);
	if (b.runs_fd < 0)
		return error_system(err, errno, "cannot sort an index");
	if (footers_gather(&b, err) || (old && old_stream_add(&b, err)))
		return -1;
	most = b.run_entries + (old ? old->count : 0);
	return index_writer_new(fd, name, (uint32_t)count, most, &writer, err) ||
			       merge(&b, writer, err) || index_writer_finish(writer, err)
		       ? -1
		       : 0;
}
