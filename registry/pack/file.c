/* Packs as files: preads, footers, walks, and a few that stay open. */
#include "registry/pack/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_PACKS = 32, WALK_STEP_BYTES = 1 << 20, FOOTER_STEP_ENTRIES = 512 };

void pack_name_text(const struct digest *name, char out[PACK_NAME_ROOM])
{
	digest_to_hex(name, out);
	memcpy(out + DIGEST_HEX_SIZE - 1, ".pack", sizeof(".pack"));
}

bool pack_name_parse(const char *text, struct digest *out_name)
{
	struct error ignored = { 0 };

	return strlen(text) == 64 + 5 && strcmp(text + 64, ".pack") == 0 &&
	       digest_from_hex((struct span){ (const uint8_t *)text, 64 }, out_name, &ignored) == 0;
}

int pack_pread(int fd, uint64_t offset, void *out, size_t len, struct error *err)
{
	uint8_t *to = out;

	while (len) {
		ssize_t got = pread(fd, to, len, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "cannot read a pack");
		if (!got)
			return error_set(err, ERROR_CORRUPT, "a pack is shorter than it says");
		to += got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return 0;
}

int pack_pwrite(int fd, uint64_t offset, struct span bytes, struct error *err)
{
	while (bytes.len) {
		ssize_t put = pwrite(fd, bytes.data, bytes.len, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return error_system(err, errno, "cannot write a pack");
		bytes.data += put;
		offset += (uint64_t)put;
		bytes.len -= (size_t)put;
	}
	return 0;
}

static int size_of(int fd, uint64_t *out_size, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return error_system(err, errno, "cannot ask how large a pack is");
	*out_size = (uint64_t)st.st_size;
	return 0;
}

/* The tail of a pack that begins and ends as one. */
static int tail_load(int fd, uint64_t *out_size, uint8_t out_bytes[PACK_TAIL_BYTES],
		     struct pack_tail *out_tail, struct error *err)
{
	uint8_t head[PACK_HEAD_BYTES];

	if (size_of(fd, out_size, err))
		return -1;
	if (*out_size < PACK_HEAD_BYTES + PACK_TAIL_BYTES)
		return error_set(err, ERROR_CORRUPT, "a pack of %llu bytes is none",
				 (unsigned long long)*out_size);
	return pack_pread(fd, 0, head, sizeof(head), err) ||
			       pack_head_check((struct span){ head, sizeof(head) }, err) ||
			       pack_pread(fd, *out_size - PACK_TAIL_BYTES, out_bytes,
					  PACK_TAIL_BYTES, err) ||
			       pack_tail_parse((struct span){ out_bytes, PACK_TAIL_BYTES },
					       *out_size, out_tail, err)
		       ? -1
		       : 0;
}

int pack_footer_load(int fd, struct pack_entry **out_entry, size_t *out_count,
		     struct digest *out_name, struct error *err)
{
	uint8_t tail_bytes[PACK_TAIL_BYTES];
	struct pack_tail tail;
	uint64_t size;
	uint8_t *footer;
	size_t len;
	int failed;

	if (tail_load(fd, &size, tail_bytes, &tail, err))
		return -1;
	len = (size_t)(size - tail.footer);
	footer = malloc(len);
	if (!footer)
		return error_set(err, ERROR_SYSTEM, "out of memory for the footer of a pack");
	failed = pack_pread(fd, tail.footer, footer, len, err) ||
		 pack_footer_parse((struct span){ footer, len }, &tail, out_entry, err);
	free(footer);
	if (failed)
		return -1;
	*out_count = (size_t)tail.count;
	*out_name = tail.name;
	return 0;
}

/* Some entries behind the one before them. */
static int step_visit(struct span step, const struct pack_tail *tail, bool first,
		      struct pack_entry *last, pack_entry_visitor *visit, void *arg,
		      struct error *err)
{
	for (; step.len; first = false) {
		struct span one = { step.data, PACK_ENTRY_BYTES };
		struct pack_entry entry;

		if (pack_footer_entry(one, tail, first ? NULL : last, &entry, err) ||
		    visit(arg, &entry, err))
			return -1;
		*last = entry;
		step.data += PACK_ENTRY_BYTES;
		step.len -= PACK_ENTRY_BYTES;
	}
	return 0;
}

int pack_footer_walk(int fd, pack_entry_visitor *visit, void *arg, struct digest *out_name,
		     struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	uint8_t tail_bytes[PACK_TAIL_BYTES], step[FOOTER_STEP_ENTRIES * PACK_ENTRY_BYTES];
	struct pack_entry last = { .kind = PACK_GAP };
	struct pack_tail tail;
	struct digest found;
	uint64_t size;

	if (tail_load(fd, &size, tail_bytes, &tail, err) || hash_stream_new(&hash, err))
		return -1;
	for (uint64_t done = 0; done < tail.count;) {
		uint64_t some = tail.count - done < FOOTER_STEP_ENTRIES ? tail.count - done
									: FOOTER_STEP_ENTRIES;
		struct span bytes = { step, (size_t)some * PACK_ENTRY_BYTES };

		if (pack_pread(fd, tail.footer + done * PACK_ENTRY_BYTES, step, bytes.len, err))
			return -1;
		hash_stream_add(hash, bytes);
		if (step_visit(bytes, &tail, !done, &last, visit, arg, err))
			return -1;
		done += some;
	}
	hash_stream_add(hash, (struct span){ tail_bytes, PACK_TAIL_BYTES - DIGEST_SIZE });
	found = hash_stream_finish(hash);
	*out_name = tail.name;
	return digest_equal(&found, &tail.name)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "the footer of a pack was changed");
}

/* ---- Walking ---- */

static int stored_check(int fd, const struct pack_record *record, uint64_t at, uint8_t *step,
			struct error *err)
{
	uint32_t crc = 0;

	for (uint64_t done = 0; done < record->stored_len;) {
		uint64_t rest = record->stored_len - done;
		size_t len = rest < WALK_STEP_BYTES ? (size_t)rest : WALK_STEP_BYTES;

		if (pack_pread(fd, at + done, step, len, err))
			return -1;
		crc = crc32c(crc, (struct span){ step, len });
		done += len;
	}
	if (crc != record->stored_crc)
		return error_set(err, ERROR_CORRUPT, "the bytes of a record were changed");
	return 0;
}

/* The record at `at`, if all of it lies before `end`. */
static int record_at(int fd, uint64_t at, uint64_t end, struct pack_record *out_record,
		     struct error *err)
{
	uint8_t head[PACK_RECORD_BYTES];

	if (end - at < PACK_RECORD_BYTES)
		return error_set(err, ERROR_CORRUPT, "a record of a pack is cut off");
	if (pack_pread(fd, at, head, sizeof(head), err) ||
	    pack_record_parse((struct span){ head, sizeof(head) }, out_record, err))
		return -1;
	if (out_record->stored_len > end - at - PACK_RECORD_BYTES)
		return error_set(err, ERROR_CORRUPT, "a record of a pack is cut off");
	return 0;
}

int pack_walk(int fd, uint64_t end, bool read_all, pack_visitor *visit, void *arg,
	      uint64_t *out_end, struct error *err)
{
	uint64_t at = PACK_HEAD_BYTES;
	uint8_t *step = malloc(WALK_STEP_BYTES);
	int failed = 0;

	if (!step)
		return error_set(err, ERROR_SYSTEM, "out of memory to read a pack");
	while (!failed && at < end) {
		struct error bad = { 0 };
		struct pack_record record;

		if (record_at(fd, at, end, &record, &bad) ||
		    (read_all && record.kind != PACK_GAP &&
		     stored_check(fd, &record, at + PACK_RECORD_BYTES, step, &bad))) {
			failed = bad.code == ERROR_CORRUPT
					 ? 0
					 : error_set(err, bad.code, "%s", bad.text);
			break;
		}
		failed = visit(arg, &record, at, err);
		at += PACK_RECORD_BYTES + record.stored_len;
	}
	free(step);
	*out_end = at;
	return failed ? -1 : 0;
}

/* Entries being gathered. */
struct gathering {
	struct pack_entry *entry;
	size_t count, cap;
};

static int gather(void *arg, const struct pack_record *record, uint64_t offset, struct error *err)
{
	struct gathering *g = arg;

	if (record->kind == PACK_GAP)
		return 0;
	if (g->count == PACK_RECORDS_MAX)
		return error_set(err, ERROR_CORRUPT, "more records than a pack may have");
	if (g->count == g->cap) {
		size_t cap = g->cap ? 2 * g->cap : 64;
		void *more = realloc(g->entry, cap * sizeof(*g->entry));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for a pack's records");
		g->entry = more;
		g->cap = cap;
	}
	g->entry[g->count++] = (struct pack_entry){ .digest = record->digest,
						    .offset = offset,
						    .raw_len = record->raw_len,
						    .stored_len = record->stored_len,
						    .kind = record->kind,
						    .codec = record->codec };
	return 0;
}

int pack_entries_load(int fd, const struct digest *name, struct pack_entry **out_entry,
		      size_t *out_count, struct error *err)
{
	struct gathering g = { 0 };
	struct error bad = { 0 };
	struct digest found;
	uint64_t size, end;

	if (pack_footer_load(fd, out_entry, out_count, &found, &bad) == 0) {
		if (digest_equal(&found, name))
			return 0;
		free(*out_entry); /* renamed: its records are read one by one */
		bad.code = ERROR_CORRUPT;
	}
	if (bad.code != ERROR_CORRUPT)
		return error_set(err, bad.code, "%s", bad.text);
	if (size_of(fd, &size, err) || pack_walk(fd, size, false, gather, &g, &end, err)) {
		free(g.entry);
		return -1;
	}
	if (g.count)
		qsort(g.entry, g.count, sizeof(*g.entry), pack_entry_order);
	*out_entry = g.entry;
	*out_count = g.count;
	return 0;
}

/* ---- Some that stay open ---- */

int pack_handle_new(int fd, const struct digest *name, struct pack_handle **out_handle,
		    struct error *err)
{
	struct pack_handle *handle = calloc(1, sizeof(*handle));

	if (!handle) {
		close(fd);
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	}
	handle->fd = fd;
	handle->name = *name;
	handle->users = 1;
	*out_handle = handle;
	return 0;
}

struct pack_handle *pack_handle_share(struct pack_handle *handle)
{
	__atomic_fetch_add(&handle->users, 1, __ATOMIC_RELAXED);
	return handle;
}

void pack_handle_drop(struct pack_handle **handle)
{
	if (!*handle)
		return;
	if (__atomic_fetch_sub(&(*handle)->users, 1, __ATOMIC_ACQ_REL) == 1) {
		close((*handle)->fd);
		free(*handle);
	}
	*handle = NULL;
}

struct pack_files {
	char *folder;
	pthread_mutex_t lock; /* around the rest */
	struct pack_handle *open[OPEN_PACKS];
	size_t next; /* to be replaced */
};

int pack_files_new(const char *folder, struct pack_files **out_files, struct error *err)
{
	struct pack_files *files = calloc(1, sizeof(*files));

	if (files)
		files->folder = strdup(folder);
	if (!files || !files->folder) {
		free(files);
		return error_set(err, ERROR_SYSTEM, "out of memory for packs");
	}
	pthread_mutex_init(&files->lock, NULL);
	*out_files = files;
	return 0;
}

void pack_files_free(struct pack_files **files)
{
	if (!*files)
		return;
	for (size_t i = 0; i < OPEN_PACKS; i++)
		pack_handle_drop(&(*files)->open[i]);
	pthread_mutex_destroy(&(*files)->lock);
	free((*files)->folder);
	free(*files);
	*files = NULL;
}

static struct pack_handle *files_find(struct pack_files *files, const struct digest *name)
{
	struct pack_handle *found = NULL;

	pthread_mutex_lock(&files->lock);
	for (size_t i = 0; i < OPEN_PACKS && !found; i++)
		if (files->open[i] && digest_equal(&files->open[i]->name, name))
			found = pack_handle_share(files->open[i]);
	pthread_mutex_unlock(&files->lock);
	return found;
}

int pack_files_take(struct pack_files *files, const struct digest *name,
		    struct pack_handle **out_handle, struct error *err)
{
	static const char *const where[] = { "", "quarantine/" };
	char path[PATH_MAX], text[PACK_NAME_ROOM];
	struct pack_handle *handle = files_find(files, name), *old;
	int fd = -1;

	if (handle) {
		*out_handle = handle;
		return 0;
	}
	pack_name_text(name, text);
	for (size_t i = 0; i < 2 && fd < 0; i++) {
		if (snprintf(path, sizeof(path), "%s/%s%s", files->folder, where[i], text) >=
		    (int)sizeof(path))
			return error_set(err, ERROR_USAGE, "the path of the packs is too long");
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
		if (fd < 0 && errno != ENOENT)
			return error_system(err, errno, "cannot open the pack '%s'", path);
	}
	if (fd < 0)
		return error_set(err, ERROR_ABSENT, "the pack '%s' is not there", text);
	if (pack_handle_new(fd, name, &handle, err))
		return -1;
	pthread_mutex_lock(&files->lock);
	old = files->open[files->next];
	files->open[files->next] = pack_handle_share(handle);
	files->next = (files->next + 1) % OPEN_PACKS;
	pthread_mutex_unlock(&files->lock);
	pack_handle_drop(&old);
	*out_handle = handle;
	return 0;
}

void pack_files_forget(struct pack_files *files, const struct digest *name)
{
	pthread_mutex_lock(&files->lock);
	for (size_t i = 0; i < OPEN_PACKS; i++)
		if (files->open[i] && digest_equal(&files->open[i]->name, name))
			pack_handle_drop(&files->open[i]);
	pthread_mutex_unlock(&files->lock);
}
