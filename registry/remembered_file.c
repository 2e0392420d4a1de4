/*
 * The file of what is remembered: REMEMBERED_HEAD and what it is of (a SHA-256); facts, one after
 * the other; from `table` on the SHA-256 of each signer, and the items; at the end `table`, the
 * numbers of signers and items, 0, and SHA-256 over the head and all from `table` to there.
 * Numbers are little-endian.
 */
#include "registry/remembered.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	STEP_ITEMS = 512,
	FLAG_NAMED = 1,
	FLAG_AUDITED = 2,
	FLAG_CONTROL = 4,
};

static int damaged(struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "what is remembered does not hold");
}

/* Exactly so many bytes, hashed as they come (`hash` NULL: not). */
static int front_read(int fd, uint64_t at, uint8_t *room, size_t len, struct hash_stream *hash,
		      struct error *err)
{
	for (size_t done = 0; done < len;) {
		ssize_t got = pread(fd, room + done, len - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return damaged(err);
		done += (size_t)got;
	}
	if (hash)
		hash_stream_add(hash, (struct span){ room, len });
	return 0;
}

struct table {
	uint64_t at, signers, items, end;
	struct digest hash;
};

static int tail_read(int fd, struct table *out_table, struct error *err)
{
	uint8_t tail[REMEMBERED_TAIL_BYTES];
	struct reader reader = reader_over((struct span){ tail, sizeof(tail) });
	struct stat st;
	uint64_t room;

	if (fstat(fd, &st))
		return error_system(err, errno, "cannot look at what is remembered");
	if (st.st_size < REMEMBERED_HEAD_BYTES + REMEMBERED_TAIL_BYTES)
		return damaged(err);
	out_table->end = (uint64_t)st.st_size - REMEMBERED_TAIL_BYTES;
	if (front_read(fd, out_table->end, tail, sizeof(tail), NULL, err))
		return -1;
	out_table->at = reader_u64le(&reader);
	out_table->signers = reader_u64le(&reader);
	out_table->items = reader_u64le(&reader);
	if (reader_u64le(&reader))
		return damaged(err);
	out_table->hash = reader_digest(&reader);
	if (out_table->at < REMEMBERED_HEAD_BYTES || out_table->at > out_table->end)
		return damaged(err);
	room = out_table->end - out_table->at;
	if (out_table->signers > UINT16_MAX + 1u || out_table->signers > room / DIGEST_SIZE ||
	    (room - out_table->signers * DIGEST_SIZE) % REMEMBERED_ITEM_BYTES ||
	    (room - out_table->signers * DIGEST_SIZE) / REMEMBERED_ITEM_BYTES != out_table->items)
		return damaged(err);
	return 0;
}

static int item_take(struct remembered *r, const struct table *table, struct span bytes,
		     struct error *err)
{
	struct reader reader = reader_over(bytes);
	struct remembered_item item = { .met = false };
	unsigned flags, signer;

	item.leaf = reader_digest(&reader);
	item.identity = reader_digest(&reader);
	memcpy(item.stamp.byte, reader_take(&reader, sizeof(item.stamp.byte)).data,
	       sizeof(item.stamp.byte));
	item.when_s = (int64_t)reader_u64le(&reader);
	item.check = reader_u64le(&reader);
	item.offset = reader_u64le(&reader);
	item.len = reader_u32le(&reader);
	signer = reader_u16be(&reader);
	flags = reader_u16be(&reader);
	if (signer >= r->signers || item.len > REMEMBERED_FACTS_MAX_BYTES ||
	    (item.len && (item.offset < REMEMBERED_HEAD_BYTES || item.offset > table->at ||
			  item.len > table->at - item.offset)))
		return damaged(err);
	item.signer = (uint16_t)signer;
	item.named = flags & FLAG_NAMED;
	item.audited = flags & FLAG_AUDITED;
	item.control = flags & FLAG_CONTROL;
	if (remembered_room(r, err))
		return -1;
	r->item[r->count++] = item;
	remembered_link(r, r->count - 1);
	return 0;
}

static int table_take(struct remembered *r, const struct table *table, struct hash_stream *hash,
		      uint8_t *room, struct error *err)
{
	uint64_t at = table->at;

	for (uint64_t i = 0; i < table->signers; i++, at += DIGEST_SIZE) {
		struct digest signer;
		uint16_t number;

		if (front_read(r->fd, at, signer.byte, DIGEST_SIZE, hash, err) ||
		    remembered_signer_add(r, &signer, &number, err))
			return -1;
		if (number != i)
			return damaged(err);
	}
	for (uint64_t done = 0; done < table->items;) {
		uint64_t left = table->items - done;
		size_t some = left < STEP_ITEMS ? (size_t)left : STEP_ITEMS;

		if (front_read(r->fd, at, room, some * REMEMBERED_ITEM_BYTES, hash, err))
			return -1;
		for (size_t i = 0; i < some; i++)
			if (item_take(r, table,
				      (struct span){ room + i * REMEMBERED_ITEM_BYTES,
						     REMEMBERED_ITEM_BYTES },
				      err))
				return -1;
		done += some;
		at += some * REMEMBERED_ITEM_BYTES;
	}
	return 0;
}

/* What the hash at the end covers of the tail. */
static void tail_hash(struct hash_stream *hash, const struct table *table)
{
	const uint64_t word[4] = { table->at, table->signers, table->items, 0 };
	uint8_t bytes[sizeof(word)];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(word[i / 8] >> (8 * (i % 8)));
	hash_stream_add(hash, (struct span){ bytes, sizeof(bytes) });
}

int remembered_load(struct remembered *r, int fd, struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	uint8_t head[REMEMBERED_HEAD_BYTES], *room;
	struct table table;
	struct digest found;
	int failed;

	r->fd = fd;
	if (hash_stream_new(&hash, err) || tail_read(fd, &table, err) ||
	    front_read(fd, 0, head, sizeof(head), hash, err))
		return -1;
	if (memcmp(head, REMEMBERED_HEAD, sizeof(REMEMBERED_HEAD) - 1) != 0 ||
	    memcmp(head + sizeof(REMEMBERED_HEAD) - 1, r->of.byte, DIGEST_SIZE) != 0)
		return damaged(err);
	room = malloc((size_t)STEP_ITEMS * REMEMBERED_ITEM_BYTES);
	if (!room)
		return error_set(err, ERROR_SYSTEM, "out of memory for what is remembered");
	failed = table_take(r, &table, hash, room, err);
	free(room);
	if (failed)
		return -1;
	tail_hash(hash, &table);
	found = hash_stream_finish(hash);
	return digest_equal(&found, &table.hash) ? 0 : damaged(err);
}

/* ---- Writing ---- */

struct saving {
	struct remembered *remembered;
	struct file_writer *writer;
	struct hash_stream *hash;
	struct buffer waiting; /* for the writer */
	uint64_t end;          /* of all that was put */
	bool *kept;            /* items */
	struct table table;
};

static void saving_release(struct saving *saving)
{
	buffer_release(&saving->waiting);
	file_writer_free(&saving->writer);
	hash_stream_free(&saving->hash);
	free(saving->kept);
}

static int waiting_write(struct saving *saving, struct error *err)
{
	int failed = file_writer_add(saving->writer, buffer_view(&saving->waiting), err);

	saving->waiting.len = 0;
	return failed;
}

/* Behind what was put; hashed from `from` (of what waits) on. */
static int put_done(struct saving *saving, size_t from, bool hashed, struct error *err)
{
	struct span put = { saving->waiting.data + from, saving->waiting.len - from };

	saving->end += put.len;
	if (hashed)
		hash_stream_add(saving->hash, put);
	return saving->waiting.len > (1 << 20) ? waiting_write(saving, err) : 0;
}

static int head_put(struct saving *saving, struct error *err)
{
	return buffer_add_text(&saving->waiting, REMEMBERED_HEAD, err) ||
			       buffer_add(&saving->waiting, digest_view(&saving->remembered->of),
					  err) ||
			       put_done(saving, 0, true, err)
		       ? -1
		       : 0;
}

/* Facts move to where they lie in the new file; the old one and the spool are done with. */
static int facts_put_all(struct saving *saving, struct error *err)
{
	struct remembered *r = saving->remembered;

	for (size_t i = 0; i < r->count; i++) {
		struct remembered_item *item = &r->item[i];
		size_t from = saving->waiting.len;
		struct error why = { 0 };

		if (!saving->kept[i] || !item->len)
			continue;
		if (remembered_facts(r, item, &saving->waiting, &why)) {
			if (why.code != ERROR_CORRUPT)
				return error_set(err, why.code, "%s", why.text);
			saving->waiting.len = from;
			item->len = 0;
			continue;
		}
		item->offset = saving->end;
		if (put_done(saving, from, false, err))
			return -1;
	}
	return 0;
}

static int item_put(struct saving *saving, const struct remembered_item *item, struct error *err)
{
	struct buffer *out = &saving->waiting;
	size_t from = out->len;
	unsigned flags = (item->named ? FLAG_NAMED : 0) | (item->audited ? FLAG_AUDITED : 0) |
			 (item->control ? FLAG_CONTROL : 0);

	return buffer_add(out, digest_view(&item->leaf), err) ||
			       buffer_add(out, digest_view(&item->identity), err) ||
			       buffer_add(
				       out,
				       (struct span){ item->stamp.byte, sizeof(item->stamp.byte) },
				       err) ||
			       buffer_add_u64le(out, (uint64_t)item->when_s, err) ||
			       buffer_add_u64le(out, item->check, err) ||
			       buffer_add_u64le(out, item->len ? item->offset : 0, err) ||
			       buffer_add_u32le(out, item->len, err) ||
			       buffer_add_u16be(out, item->signer, err) ||
			       buffer_add_u16be(out, (uint16_t)flags, err) ||
			       put_done(saving, from, true, err)
		       ? -1
		       : 0;
}

static int table_put(struct saving *saving, struct error *err)
{
	struct remembered *r = saving->remembered;
	struct table *table = &saving->table;
	struct buffer *out = &saving->waiting;
	size_t from;

	*table = (struct table){ .at = saving->end, .signers = r->signers };
	for (size_t i = 0; i < r->signers; i++) {
		from = out->len;
		if (buffer_add(out, digest_view(&r->signer[i]), err) ||
		    put_done(saving, from, true, err))
			return -1;
	}
	for (size_t i = 0; i < r->count; i++) {
		if (!saving->kept[i])
			continue;
		table->items++;
		if (item_put(saving, &r->item[i], err))
			return -1;
	}
	tail_hash(saving->hash, table);
	table->hash = hash_stream_finish(saving->hash);
	return buffer_add_u64le(out, table->at, err) ||
			       buffer_add_u64le(out, table->signers, err) ||
			       buffer_add_u64le(out, table->items, err) ||
			       buffer_add_u64le(out, 0, err) ||
			       buffer_add(out, digest_view(&table->hash), err) ||
			       waiting_write(saving, err)
		       ? -1
		       : 0;
}

/* What is kept, and whether anything is gone. */
static bool kept_choose(struct saving *saving, bool all)
{
	const struct remembered *r = saving->remembered;
	bool fewer = false;

	for (size_t i = 0; i < r->count; i++) {
		const struct remembered_item *item = &r->item[i];

		saving->kept[i] = (item->met || !all) && !item->fresh;
		fewer |= !item->met && all;
	}
	return fewer;
}

static int save(struct saving *saving, const char *path, struct error *err)
{
	return file_writer_new(path, 0644, &saving->writer, err) ||
			       hash_stream_new(&saving->hash, err) || head_put(saving, err) ||
			       facts_put_all(saving, err) || table_put(saving, err) ||
			       file_writer_commit(saving->writer, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

void remembered_save(struct remembered *r, bool all)
{
	CLEANUP(saving_release) struct saving saving = { .remembered = r };
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	buffer_init(&saving.waiting, SIZE_MAX);
	saving.kept = calloc(r->count + 1, sizeof(*saving.kept));
	if (!saving.kept || (!kept_choose(&saving, all) && !r->changed) ||
	    registry_path(r->registry, "remembered", &path, &ignored) ||
	    save(&saving, path, &ignored))
		return;
	r->changed = false;
}
