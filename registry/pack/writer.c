/* The pack being written: claims, appends from many threads, and packs that become full. */
#include "registry/pack/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE_BACK_BYTES = 32 << 20 };

/* A record that a thread is about to add. */
struct claim {
	struct claim *next;
	struct digest digest;
	enum pack_kind kind;
	uint64_t turn;
};

struct pack_writer {
	char *folder;
	struct pack_files *files;
	struct pack_index *index;
	uint64_t size;
	const struct context *ctx;
	struct lease *lease; /* its name stands in those of the packs */
	unsigned packs;      /* begun so far */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct open_pack *current, *sealing; /* or NULL */
	struct claim *claim;
	uint64_t turn;
	uint32_t shift; /* bytes: see pack_writer_shift */
	bool failed;
};

/* ---- A pack without a name ---- */

void open_pack_free(struct open_pack **pack)
{
	if (!*pack)
		return;
	pack_handle_drop(&(*pack)->handle);
	free((*pack)->path);
	free((*pack)->record);
	free((*pack)->slot);
	free(*pack);
	*pack = NULL;
}

int open_pack_new(const char *path, struct open_pack **out_pack, struct error *err)
{
	CLEANUP(open_pack_free) struct open_pack *pack = calloc(1, sizeof(*pack));
	static const struct digest nameless = { { 0 } };
	uint8_t head[PACK_HEAD_BYTES];
	int fd;

	if (pack)
		pack->path = strdup(path);
	if (!pack || !pack->path)
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return error_system(err, errno, "cannot write the pack '%s'", path);
	if (pack_handle_new(fd, &nameless, &pack->handle, err))
		return -1;
	pack_head_write(head);
	if (pack_pwrite(fd, 0, (struct span){ head, sizeof(head) }, err)) {
		unlink(path);
		return -1;
	}
	pack->end = PACK_HEAD_BYTES;
	*out_pack = pack;
	pack = NULL; /* handed over */
	return 0;
}

static size_t slot_of(const struct open_pack *pack, const struct digest *digest)
{
	size_t first;

	memcpy(&first, digest->byte, sizeof(first));
	return first & (pack->slots - 1);
}

static void slot_fill(struct open_pack *pack, size_t record)
{
	size_t slot = slot_of(pack, &pack->record[record].entry.digest);

	while (pack->slot[slot])
		slot = (slot + 1) & (pack->slots - 1);
	pack->slot[slot] = (uint32_t)record + 1;
}

void open_pack_rehash(struct open_pack *pack)
{
	if (pack->slots)
		memset(pack->slot, 0, pack->slots * sizeof(*pack->slot));
	for (size_t i = 0; i < pack->count; i++)
		slot_fill(pack, i);
}

const struct open_entry *open_pack_find(const struct open_pack *pack, const struct digest *digest,
					enum pack_kind kind)
{
	if (!pack || !pack->slots)
		return NULL;
	for (size_t slot = slot_of(pack, digest); pack->slot[slot];
	     slot = (slot + 1) & (pack->slots - 1)) {
		const struct open_entry *record = &pack->record[pack->slot[slot] - 1];

		if (record->entry.kind == kind && digest_equal(&record->entry.digest, digest))
			return record;
	}
	return NULL;
}

int open_pack_note(struct open_pack *pack, const struct open_entry *record, struct error *err)
{
	if (pack->count == pack->cap) {
		size_t cap = pack->cap ? 2 * pack->cap : 256;
		void *more = realloc(pack->record, cap * sizeof(*pack->record));
		uint32_t *slot = more ? calloc(2 * cap, sizeof(*slot)) : NULL;

		if (more)
			pack->record = more;
		if (!slot)
			return error_set(err, ERROR_SYSTEM, "out of memory for a pack's records");
		free(pack->slot);
		pack->slot = slot;
		pack->slots = 2 * cap;
		pack->cap = cap;
		open_pack_rehash(pack);
	}
	pack->record[pack->count] = *record;
	slot_fill(pack, pack->count++);
	return 0;
}

/* ---- The writer ---- */

int pack_writer_new(const char *folder, struct pack_files *files, struct pack_index *index,
		    uint64_t size, const struct context *ctx, struct pack_writer **out_writer,
		    struct error *err)
{
	CLEANUP(pack_writer_free) struct pack_writer *writer = NULL;

	if (folder_make(folder, err))
		return -1;
	if (pack_recover(folder, index, ctx, err))
		return -1;
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	pthread_mutex_init(&writer->lock, NULL);
	pthread_cond_init(&writer->changed, NULL);
	writer->folder = strdup(folder);
	writer->files = files;
	writer->index = index;
	writer->size = size;
	writer->ctx = ctx;
	if (!writer->folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	/* What is seen after the lease began is not collected while it lives. */
	if (lease_begin(folder, PACK_WRITER_KIND, ctx, &writer->lease, err) ||
	    pack_index_refresh(index, err))
		return -1;
	*out_writer = writer;
	writer = NULL; /* handed over */
	return 0;
}

void pack_writer_free(struct pack_writer **writer)
{
	if (!*writer)
		return;
	open_pack_free(&(*writer)->current);
	open_pack_free(&(*writer)->sealing);
	lease_release(&(*writer)->lease);
	pthread_cond_destroy(&(*writer)->changed);
	pthread_mutex_destroy(&(*writer)->lock);
	free((*writer)->folder);
	free(*writer);
	*writer = NULL;
}

void pack_writer_shift(struct pack_writer *writer, uint32_t bytes)
{
	pthread_mutex_lock(&writer->lock);
	writer->shift = bytes;
	pthread_mutex_unlock(&writer->lock);
}

bool pack_writer_failed(struct pack_writer *writer)
{
	bool failed;

	pthread_mutex_lock(&writer->lock);
	failed = writer->failed;
	pthread_mutex_unlock(&writer->lock);
	return failed;
}

static struct claim **claim_find(struct pack_writer *writer, const struct digest *digest,
				 enum pack_kind kind)
{
	struct claim **at = &writer->claim;

	while (*at && ((*at)->kind != kind || !digest_equal(&(*at)->digest, digest)))
		at = &(*at)->next;
	return at;
}

static void claim_drop(struct pack_writer *writer, const struct digest *digest, enum pack_kind kind)
{
	struct claim **at = claim_find(writer, digest, kind), *claim = *at;

	if (claim)
		*at = claim->next;
	free(claim);
	pthread_cond_broadcast(&writer->changed);
}

int pack_writer_claim(struct pack_writer *writer, const struct digest *digest, enum pack_kind kind,
		      bool *out_mine, struct error *err)
{
	struct claim *claim = calloc(1, sizeof(*claim));

	if (!claim)
		return error_set(err, ERROR_SYSTEM, "out of memory for a record");
	pthread_mutex_lock(&writer->lock);
	*out_mine = !open_pack_find(writer->current, digest, kind) &&
		    !open_pack_find(writer->sealing, digest, kind) &&
		    !*claim_find(writer, digest, kind);
	if (*out_mine) {
		*claim = (struct claim){ writer->claim, *digest, kind, writer->turn++ };
		writer->claim = claim;
		claim = NULL; /* handed over */
	}
	pthread_mutex_unlock(&writer->lock);
	free(claim);
	return 0;
}

void pack_writer_yield(struct pack_writer *writer, const struct digest *digest, enum pack_kind kind)
{
	pthread_mutex_lock(&writer->lock);
	writer->failed = true;
	claim_drop(writer, digest, kind);
	pthread_mutex_unlock(&writer->lock);
}

static int failed_say(struct error *err)
{
	return error_set(err, ERROR_SYSTEM, "writing the packs failed before");
}

int pack_writer_settle(struct pack_writer *writer, struct error *err)
{
	uint64_t turn;
	bool failed;

	pthread_mutex_lock(&writer->lock);
	turn = writer->turn;
	for (;;) {
		const struct claim *claim = writer->claim;

		while (claim && claim->turn >= turn)
			claim = claim->next;
		if (!claim)
			break;
		pthread_cond_wait(&writer->changed, &writer->lock);
	}
	failed = writer->failed;
	pthread_mutex_unlock(&writer->lock);
	return failed ? failed_say(err) : 0;
}

/* ---- Sealing ---- */

/* Take the current pack away to be sealed, once the one before is. The lock is held. */
static struct open_pack *current_take(struct pack_writer *writer)
{
	struct open_pack *pack;

	while (writer->sealing)
		pthread_cond_wait(&writer->changed, &writer->lock);
	pack = writer->current;
	writer->sealing = pack;
	writer->current = NULL;
	while (pack && pack->pending)
		pthread_cond_wait(&writer->changed, &writer->lock);
	return pack;
}

/* Seal `pack`, which current_take gave. The lock is not held. */
static int taken_seal(struct pack_writer *writer, struct open_pack *pack, struct error *err)
{
	/* Whoever was stopped for so long that others took its packs over seals none. */
	int failed = lease_beat(writer->lease, err) ||
		     pack_seal(writer->folder, writer->index, pack, writer->ctx, err);

	pthread_mutex_lock(&writer->lock);
	writer->failed |= failed != 0;
	writer->sealing = NULL;
	pthread_cond_broadcast(&writer->changed);
	pthread_mutex_unlock(&writer->lock);
	open_pack_free(&pack);
	return failed ? -1 : 0;
}

int pack_writer_stands(struct pack_writer *writer, struct error *err)
{
	return lease_beat(writer->lease, err);
}

int pack_writer_flush(struct pack_writer *writer, struct error *err)
{
	struct open_pack *pack;
	bool failed;

	if (pack_writer_settle(writer, err))
		return -1;
	pthread_mutex_lock(&writer->lock);
	pack = current_take(writer);
	failed = writer->failed;
	if (failed && pack) {
		writer->sealing = NULL;
		writer->current = pack;
		pthread_cond_broadcast(&writer->changed);
	}
	pthread_mutex_unlock(&writer->lock);
	if (failed)
		return failed_say(err);
	/* What others named a moment ago is relied on: they may have died before it was durable. */
	if (pack ? taken_seal(writer, pack, err)
		 : lease_beat(writer->lease, err) || folder_sync(writer->folder, err))
		return -1;
	return pack_index_tidy(writer->index, err);
}

/* ---- Appending ---- */

static int gap_begin(struct open_pack *pack, uint32_t bytes, struct error *err)
{
	const struct pack_record gap = { .kind = PACK_GAP, .raw_len = bytes, .stored_len = bytes };
	uint8_t head[PACK_RECORD_BYTES];

	pack_record_write(&gap, head);
	if (pack_pwrite(pack->handle->fd, pack->end, (struct span){ head, sizeof(head) }, err))
		return -1;
	pack->end += sizeof(head) + bytes;
	return 0;
}

static int current_begin(struct pack_writer *writer, struct error *err)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/tmp-%s-%08u", writer->folder,
		     lease_name(writer->lease) + sizeof(PACK_WRITER_KIND),
		     writer->packs) >= (int)sizeof(path))
		return error_set(err, ERROR_USAGE, "the path of the packs is too long");
	if (open_pack_new(path, &writer->current, err))
		return -1;
	writer->packs++;
	return writer->shift ? gap_begin(writer->current, writer->shift, err) : 0;
}

/*
 * Find room for `len` bytes in a pack, with one more pending; *out_full is a pack that the
 * caller seals afterwards. The lock is held.
 */
static int room_find(struct pack_writer *writer, uint64_t len, struct open_pack **out_pack,
		     uint64_t *out_at, struct open_pack **out_full, struct error *err)
{
	struct open_pack *pack;

	*out_full = NULL;
	while (!*out_full && writer->current && writer->current->count &&
	       (len > writer->size || writer->current->end > writer->size - len ||
		writer->current->count >= PACK_RECORDS_FULL)) {
		if (writer->sealing) {
			pthread_cond_wait(&writer->changed, &writer->lock);
			continue; /* somebody else may have begun a new one */
		}
		*out_full = current_take(writer);
	}
	if (writer->failed)
		return failed_say(err);
	if (!writer->current && current_begin(writer, err))
		return -1;
	pack = writer->current;
	*out_pack = pack;
	*out_at = pack->end;
	pack->end += len;
	pack->pending++;
	return 0;
}

static int record_write(struct open_pack *pack, uint64_t at, const struct pack_record *record,
			struct span stored, struct error *err)
{
	uint8_t head[PACK_RECORD_BYTES];
	struct iovec part[2] = { { head, sizeof(head) },
				 { (void *)(uintptr_t)stored.data, stored.len } };
	ssize_t put;

	pack_record_write(record, head);
	do {
		put = pwritev(pack->handle->fd, part, 2, (off_t)at);
	} while (put < 0 && errno == EINTR);
	if (put < 0)
		return error_system(err, errno, "cannot write the pack '%s'", pack->path);
	if ((size_t)put < sizeof(head)) {
		struct span rest = { head + put, sizeof(head) - (size_t)put };

		if (pack_pwrite(pack->handle->fd, at + (uint64_t)put, rest, err))
			return -1;
		put = sizeof(head);
	}
	stored.data += (size_t)put - sizeof(head);
	stored.len -= (size_t)put - sizeof(head);
	if (stored.len && pack_pwrite(pack->handle->fd, at + (uint64_t)put, stored, err))
		return -1;
	/* Let the disk begin while the rest is computed: less to wait for at the end. */
	if (at / WRITE_BACK_BYTES != (at + (uint64_t)put) / WRITE_BACK_BYTES)
		(void)!sync_file_range(pack->handle->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

static struct open_entry open_entry_of(const struct pack_record *record, uint64_t at)
{
	return (struct open_entry){ .entry = { .digest = record->digest,
					       .offset = at,
					       .raw_len = record->raw_len,
					       .stored_len = record->stored_len,
					       .kind = record->kind,
					       .codec = record->codec },
				    .base = record->base };
}

int pack_writer_add(struct pack_writer *writer, const struct pack_record *given, struct span stored,
		    struct error *err)
{
	struct pack_record record = *given;
	struct open_pack *pack = NULL, *full = NULL;
	struct open_entry entry;
	uint64_t at = 0;
	int failed;

	record.stored_len = (uint32_t)stored.len;
	record.stored_crc = crc32c(0, stored);
	pthread_mutex_lock(&writer->lock);
	failed = room_find(writer, PACK_RECORD_BYTES + stored.len, &pack, &at, &full, err);
	pthread_mutex_unlock(&writer->lock);
	if (!failed)
		failed = record_write(pack, at, &record, stored, err);
	pthread_mutex_lock(&writer->lock);
	entry = open_entry_of(&record, at);
	if (!failed)
		failed = open_pack_note(pack, &entry, err);
	if (pack)
		pack->pending--;
	writer->failed |= failed != 0;
	claim_drop(writer, &record.digest, record.kind);
	pthread_mutex_unlock(&writer->lock);
	if (full && taken_seal(writer, full, err))
		failed = -1;
	if (!failed && full)
		failed = pack_index_tidy(writer->index, err);
	return failed ? -1 : 0;
}

/* ---- Looking ---- */

void pack_writer_find(struct pack_writer *writer, const struct digest *digest, enum pack_kind kind,
		      struct pack_entry *out_entry, struct pack_handle **out_handle)
{
	const struct open_entry *record;
	const struct open_pack *pack;

	*out_handle = NULL;
	pthread_mutex_lock(&writer->lock);
	pack = writer->current;
	record = open_pack_find(pack, digest, kind);
	if (!record) {
		pack = writer->sealing;
		record = open_pack_find(pack, digest, kind);
	}
	if (record) {
		*out_entry = record->entry;
		*out_handle = pack_handle_share(pack->handle);
	}
	pthread_mutex_unlock(&writer->lock);
}

static int pack_list(const struct open_pack *pack, enum pack_kind kind, const struct digest *after,
		     struct digest_list *out, struct error *err)
{
	for (size_t i = 0; pack && i < pack->count; i++) {
		const struct pack_entry *entry = &pack->record[i].entry;

		if (entry->kind == kind &&
		    (!after || memcmp(entry->digest.byte, after->byte, DIGEST_SIZE) > 0) &&
		    digest_list_add(out, &entry->digest, err))
			return -1;
	}
	return 0;
}

int pack_writer_list(struct pack_writer *writer, enum pack_kind kind, const struct digest *after,
		     struct digest_list *out_digests, struct error *err)
{
	int failed;

	pthread_mutex_lock(&writer->lock);
	failed = pack_list(writer->current, kind, after, out_digests, err) ||
		 pack_list(writer->sealing, kind, after, out_digests, err);
	pthread_mutex_unlock(&writer->lock);
	return failed ? -1 : 0;
}
