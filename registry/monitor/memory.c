/*
 * What a monitor remembers of a log, in a folder of its own:
 *
 * state.json  the checkpoint that was believed, how many of its entries were looked at, and how
 *             long `controls` was then; replaced whole, and last: it is the commit
 * entries     40 bytes an entry: its hash as a leaf, and the beginning of the digest that tells
 *             (what was signed, key) apart
 * controls    the control entries: index and length (8 bytes each, little-endian), then the bytes
 * pending     64 bytes for each thing that waits for later entries: index and what it is (8 bytes
 *             each, little-endian), and a digest; empty once the end of the log was reached
 *
 * What lies in the latter three beyond the commit was written by a monitor that was killed, and is
 * cut off: that part of the log is looked at again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/monitor/inner.h"

#define RECORD_SIZE (DIGEST_SIZE + 8)
#define PENDING_SIZE (16 + TOMBSTONE_SHA384_SIZE)
#define MEMORY_STEP 4096 /* records read at a time */
#define STATE_MAX_BYTES (4 * NOTE_MAX_BYTES)

void memory_close(struct memory *memory)
{
	if (memory->entries > 0)
		close(memory->entries);
	if (memory->controls > 0)
		close(memory->controls);
	if (memory->pending > 0)
		close(memory->pending);
	buffer_release(&memory->new_pending);
	buffer_release(&memory->new_entries);
	buffer_release(&memory->new_controls);
	free(memory->folder);
	free(memory->slot);
	*memory = (struct memory){ 0 };
}

void remembered_release(struct remembered *remembered)
{
	buffer_release(&remembered->note);
	*remembered = (struct remembered){ 0 };
}

/* ---- Which entry says what: open addressing over the first 8 bytes of a digest ---- */

static uint64_t ident_hash(const struct digest *ident)
{
	uint64_t hash;

	memcpy(&hash, ident->byte, sizeof(hash));
	return hash;
}

static size_t ident_place(const uint64_t *slot, size_t slots, uint64_t hash)
{
	size_t at = (size_t)hash & (slots - 1);

	while (slot[2 * at + 1] && slot[2 * at] != hash)
		at = (at + 1) & (slots - 1);
	return at;
}

static int idents_grow(struct memory *memory, struct error *err)
{
	size_t slots = memory->slots ? 2 * memory->slots : 1024;
	uint64_t *slot = calloc(slots, 2 * sizeof(*slot));

	if (!slot)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's entries");
	for (size_t i = 0; i < memory->slots; i++) {
		size_t at;

		if (!memory->slot[2 * i + 1])
			continue;
		at = ident_place(slot, slots, memory->slot[2 * i]);
		slot[2 * at] = memory->slot[2 * i];
		slot[2 * at + 1] = memory->slot[2 * i + 1];
	}
	free(memory->slot);
	memory->slot = slot;
	memory->slots = slots;
	return 0;
}

static int ident_add(struct memory *memory, uint64_t hash, uint64_t index, uint64_t *out_first,
		     struct error *err)
{
	size_t at;

	if (memory->used >= memory->slots / 2 && idents_grow(memory, err))
		return -1;
	at = ident_place(memory->slot, memory->slots, hash);
	if (!memory->slot[2 * at + 1]) {
		memory->slot[2 * at] = hash;
		memory->slot[2 * at + 1] = index + 1;
		memory->used++;
	}
	*out_first = memory->slot[2 * at + 1] - 1;
	return 0;
}

uint64_t memory_find(const struct memory *memory, const struct digest *ident)
{
	size_t at;

	if (!memory->slots)
		return UINT64_MAX;
	at = ident_place(memory->slot, memory->slots, ident_hash(ident));
	return memory->slot[2 * at + 1] ? memory->slot[2 * at + 1] - 1 : UINT64_MAX;
}

/* ---- Files ---- */

static int file_open(const struct memory *memory, const char *name, uint64_t len, int *out_fd,
		     struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct stat st;
	int fd;

	if (path_join(memory->folder, name, &path, err))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_system(err, errno, "cannot write '%s'", path);
	*out_fd = fd;
	if (fstat(fd, &st))
		return error_system(err, errno, "cannot look at '%s'", path);
	if ((uint64_t)st.st_size < len)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is shorter than state.json says: what was seen of the log "
				 "is damaged",
				 path);
	if (ftruncate(fd, (off_t)len) || lseek(fd, 0, SEEK_END) < 0)
		return error_system(err, errno, "cannot write '%s'", path);
	return 0;
}

static int bytes_read(int fd, uint64_t offset, uint8_t *out, size_t len, struct error *err)
{
	while (len) {
		ssize_t got = pread(fd, out, len, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "cannot read what was seen of a log");
		if (!got)
			return error_set(err, ERROR_CORRUPT, "what was seen of a log is damaged");
		out += got;
		offset += (uint64_t)got;
		len -= (size_t)got;
	}
	return 0;
}

static int bytes_append(int fd, struct buffer *bytes, struct error *err)
{
	for (size_t done = 0; done < bytes->len;) {
		ssize_t wrote = write(fd, bytes->data + done, bytes->len - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write what was seen of a log");
		done += (size_t)wrote;
	}
	if (bytes->len && fdatasync(fd))
		return error_system(err, errno, "cannot write what was seen of a log");
	bytes->len = 0;
	return 0;
}

/* Read the records: fill the idents, and hold the leaves against the checkpoint. */
static int entries_load(struct memory *memory, const struct tree_head *head, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct merkle tree = { 0 };
	uint8_t *room;

	buffer_init(&bytes, (size_t)MEMORY_STEP * RECORD_SIZE);
	if (buffer_extend(&bytes, (size_t)MEMORY_STEP * RECORD_SIZE, &room, err))
		return -1;
	for (uint64_t at = 0; at < memory->next; at += MEMORY_STEP) {
		uint64_t left = memory->next - at;
		size_t count = left < MEMORY_STEP ? (size_t)left : MEMORY_STEP;

		if (bytes_read(memory->entries, at * RECORD_SIZE, room, count * RECORD_SIZE, err))
			return -1;
		for (size_t i = 0; i < count; i++) {
			const uint8_t *record = room + i * RECORD_SIZE;
			struct digest leaf;
			uint64_t hash, first;

			memcpy(leaf.byte, record, DIGEST_SIZE);
			memcpy(&hash, record + DIGEST_SIZE, sizeof(hash));
			merkle_add(&tree, &leaf);
			if (ident_add(memory, hash, at + i, &first, err))
				return -1;
		}
	}
	if (memory->next && memory->next == head->size) {
		struct digest root = merkle_root(&tree);

		if (!digest_equal(&root, &head->root))
			return error_set(err, ERROR_CORRUPT,
					 "'%s/entries' is not what the remembered checkpoint signs",
					 memory->folder);
	}
	return 0;
}

static int state_read_file(struct memory *memory, struct remembered *remembered, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(json_free) struct json *state = NULL;
	struct error absent = { 0 };
	const char *note;
	struct span body;

	buffer_init(&text, STATE_MAX_BYTES);
	if (path_join(memory->folder, "state.json", &path, err))
		return -1;
	if (file_read(path, &text, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	if (json_parse(buffer_view(&text), NULL, &state, err) ||
	    json_need_string(state, "checkpoint", &note, err) ||
	    json_need_size(state, "next", &memory->next, err) ||
	    json_need_size(state, "controls", &memory->controls_len, err) ||
	    json_maybe_size(state, "pending", 0, &memory->pending_len, err) ||
	    buffer_add_text(&remembered->note, note, err) ||
	    note_text(buffer_view(&remembered->note), &body, err) ||
	    tree_head_parse(body, &remembered->head, err))
		return error_prefix(err, "'%s'", path);
	if (memory->next > remembered->head.size || memory->next > UINT64_MAX / 64 ||
	    memory->pending_len % PENDING_SIZE)
		return error_set(err, ERROR_CORRUPT, "'%s' contradicts itself", path);
	return 0;
}

int memory_open(const char *folder, struct memory *out_memory, struct remembered *out_remembered,
		struct error *err)
{
	CLEANUP(memory_close) struct memory memory = { 0 };
	CLEANUP(remembered_release) struct remembered remembered = { 0 };

	buffer_init(&remembered.note, NOTE_MAX_BYTES);
	buffer_init(&memory.new_entries, SIZE_MAX / 2);
	buffer_init(&memory.new_controls, SIZE_MAX / 2);
	buffer_init(&memory.new_pending, SIZE_MAX / 2);
	memory.folder = strdup(folder);
	if (!memory.folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	if (state_read_file(&memory, &remembered, err) ||
	    file_open(&memory, "entries", memory.next * RECORD_SIZE, &memory.entries, err) ||
	    file_open(&memory, "controls", memory.controls_len, &memory.controls, err) ||
	    file_open(&memory, "pending", memory.pending_len, &memory.pending, err) ||
	    entries_load(&memory, &remembered.head, err) || folder_sync(folder, err))
		return -1;
	*out_memory = memory;
	*out_remembered = remembered;
	memory = (struct memory){ 0 }; /* handed over */
	remembered = (struct remembered){ 0 };
	return 0;
}

int memory_add(struct memory *memory, uint64_t index, struct span entry, const struct digest *ident,
	       bool control, uint64_t *out_first, struct error *err)
{
	struct digest leaf = merkle_leaf(entry);

	if (ident_add(memory, ident_hash(ident), index, out_first, err) ||
	    buffer_add(&memory->new_entries, digest_view(&leaf), err) ||
	    buffer_add(&memory->new_entries, (struct span){ ident->byte, 8 }, err))
		return -1;
	if (!control)
		return 0;
	return buffer_add_u64le(&memory->new_controls, index, err) ||
			       buffer_add_u64le(&memory->new_controls, entry.len, err) ||
			       buffer_add(&memory->new_controls, entry, err)
		       ? -1
		       : 0;
}

int memory_commit(struct memory *memory, struct span note, uint64_t next, struct error *err)
{
	uint64_t controls = memory->controls_len + memory->new_controls.len;
	uint64_t pending =
		memory->pending_clear ? 0 : memory->pending_len + memory->new_pending.len;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *state = NULL;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, STATE_MAX_BYTES);
	if (bytes_append(memory->entries, &memory->new_entries, err) ||
	    bytes_append(memory->controls, &memory->new_controls, err) ||
	    bytes_append(memory->pending, &memory->new_pending, err) ||
	    path_join(memory->folder, "state.json", &path, err) || json_object_new(&state, err) ||
	    json_set_text(state, "schema", "akashi/monitor-state/1", err) ||
	    json_set_span(state, "checkpoint", note, err) ||
	    json_set_size(state, "next", next, err) ||
	    json_set_size(state, "controls", controls, err) ||
	    json_set_size(state, "pending", pending, err) ||
	    json_write_canonical(state, &text, err) ||
	    file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err))
		return -1;
	memory->next = next;
	memory->controls_len = controls;
	memory->pending_len = pending;
	/* Only now: before, what waits was still needed. */
	if (memory->pending_clear &&
	    (ftruncate(memory->pending, 0) || lseek(memory->pending, 0, SEEK_SET) < 0))
		return error_system(err, errno, "cannot write what was seen of a log");
	memory->pending_clear = false;
	return 0;
}

int memory_pend(struct memory *memory, const struct pending *pending, struct error *err)
{
	struct span digest = { pending->digest, TOMBSTONE_SHA384_SIZE };

	return buffer_add_u64le(&memory->new_pending, pending->index, err) ||
			       buffer_add_u64le(&memory->new_pending, (uint64_t)pending->what,
						err) ||
			       buffer_add(&memory->new_pending, digest, err)
		       ? -1
		       : 0;
}

int memory_pending(struct memory *memory,
		   int (*visit)(void *arg, const struct pending *pending, struct error *err),
		   void *arg, struct error *err)
{
	for (uint64_t at = 0; at < memory->pending_len; at += PENDING_SIZE) {
		struct pending pending = { .index = 0 };
		uint8_t record[PENDING_SIZE];
		struct reader r = reader_over((struct span){ record, sizeof(record) });
		uint64_t what;

		if (bytes_read(memory->pending, at, record, sizeof(record), err))
			return -1;
		pending.index = reader_u64le(&r);
		what = reader_u64le(&r);
		if (what > PENDING_NAMED)
			return error_set(err, ERROR_CORRUPT, "'%s/pending' is damaged",
					 memory->folder);
		pending.what = (enum pending_what)what;
		memcpy(pending.digest, record + 16, sizeof(pending.digest));
		if (visit(arg, &pending, err))
			return -1;
	}
	return 0;
}

void memory_pending_clear(struct memory *memory)
{
	memory->new_pending.len = 0;
	memory->pending_clear = true;
}

int memory_controls(struct memory *memory, log_visit visit, void *arg, struct error *err)
{
	CLEANUP(buffer_release) struct buffer entry;

	buffer_init(&entry, ENTRY_MAX_BYTES);
	for (uint64_t at = 0; at < memory->controls_len;) {
		uint8_t head[16], *room;
		struct reader r = reader_over((struct span){ head, sizeof(head) });
		uint64_t index, len;

		if (memory->controls_len - at < sizeof(head) ||
		    bytes_read(memory->controls, at, head, sizeof(head), err))
			return error_set(err, ERROR_CORRUPT, "'%s/controls' is damaged",
					 memory->folder);
		index = reader_u64le(&r);
		len = reader_u64le(&r);
		at += sizeof(head);
		entry.len = 0;
		if (len > ENTRY_MAX_BYTES || len > memory->controls_len - at)
			return error_set(err, ERROR_CORRUPT, "'%s/controls' is damaged",
					 memory->folder);
		if (buffer_extend(&entry, (size_t)len, &room, err) ||
		    bytes_read(memory->controls, at, room, (size_t)len, err) ||
		    visit(arg, index, buffer_view(&entry), err))
			return -1;
		at += len;
	}
	return 0;
}

int memory_leaves(struct memory *memory, uint64_t first, size_t count, struct digest **out_leaf,
		  struct error *err)
{
	struct digest *leaf = calloc(count + 1, sizeof(*leaf));
	uint8_t record[RECORD_SIZE];

	if (!leaf)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's entries");
	for (size_t i = 0; i < count; i++) {
		if (bytes_read(memory->entries, (first + i) * RECORD_SIZE, record, sizeof(record),
			       err)) {
			free(leaf);
			return -1;
		}
		memcpy(leaf[i].byte, record, DIGEST_SIZE);
	}
	*out_leaf = leaf;
	return 0;
}
