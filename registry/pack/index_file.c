/* The index over all packs as a file: its buckets read and written. */
#include "registry/pack/index_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/pack/file.h"

static const char index_magic[16] = "akashi/index/1\n";

enum { BUCKET_AIM = 64, WRITE_ROOM_BYTES = 1 << 18, HEAD_CRC_AT = PACK_INDEX_HEAD_BYTES - 4 };

static uint64_t fan_at(uint32_t packs)
{
	return PACK_INDEX_HEAD_BYTES + (uint64_t)packs * DIGEST_SIZE;
}

static uint64_t entries_at(uint32_t packs, unsigned bits)
{
	return fan_at(packs) + ((uint64_t)PACK_INDEX_FAN_BYTES << bits);
}

void index_file_close(struct index_file **file)
{
	if (!*file)
		return;
	close((*file)->fd);
	free((*file)->pack);
	free((*file)->gone);
	free((*file)->aside);
	free(*file);
	*file = NULL;
}

static int head_read(struct index_file *file, uint64_t size, uint32_t *out_crc, struct error *err)
{
	uint8_t head[PACK_INDEX_HEAD_BYTES];
	struct reader r = reader_over((struct span){ head, sizeof(head) });
	struct span magic;

	if (pack_pread(file->fd, 0, head, sizeof(head), err))
		return -1;
	magic = reader_take(&r, sizeof(index_magic));
	file->packs = reader_u32le(&r);
	file->bits = reader_u32le(&r);
	file->count = reader_u64le(&r);
	if (memcmp(magic.data, index_magic, sizeof(index_magic)) != 0 ||
	    file->packs > PACK_INDEX_PACKS_MAX || file->bits > PACK_INDEX_BITS_MAX ||
	    size < entries_at(file->packs, file->bits) ||
	    file->count != (size - entries_at(file->packs, file->bits)) / PACK_ENTRY_BYTES ||
	    (size - entries_at(file->packs, file->bits)) % PACK_ENTRY_BYTES)
		return error_set(err, ERROR_CORRUPT, "this is no index of packs of version 1");
	r = reader_over((struct span){ head + HEAD_CRC_AT, 4 });
	*out_crc = reader_u32le(&r) ^ crc32c(0, (struct span){ head, HEAD_CRC_AT });
	return 0;
}

/* The names, whose checksum must be what `crc` differs by from that of the head. */
static int names_read(struct index_file *file, uint32_t crc, struct error *err)
{
	size_t len = (size_t)file->packs * DIGEST_SIZE;

	file->pack = malloc(len + 1);
	file->gone = calloc(file->packs + 1u, sizeof(*file->gone));
	file->aside = calloc(file->packs + 1u, sizeof(*file->aside));
	if (!file->pack || !file->gone || !file->aside)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	if (pack_pread(file->fd, PACK_INDEX_HEAD_BYTES, file->pack, len, err))
		return -1;
	if (crc != crc32c(0, (struct span){ (const uint8_t *)file->pack, len }))
		return error_set(err, ERROR_CORRUPT, "the index of packs was changed");
	return 0;
}

int index_file_open(int fd, struct index_file **out_file, struct error *err)
{
	CLEANUP(index_file_close) struct index_file *file = calloc(1, sizeof(*file));
	struct stat st;
	uint32_t crc;

	if (!file) {
		close(fd);
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	}
	file->fd = fd;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < PACK_INDEX_HEAD_BYTES)
		return error_set(err, ERROR_CORRUPT, "this is no index of packs");
	if (head_read(file, (uint64_t)st.st_size, &crc, err) || names_read(file, crc, err))
		return -1;
	*out_file = file;
	file = NULL; /* handed over */
	return 0;
}

static uint32_t bucket_of(const struct digest *digest, unsigned bits)
{
	uint32_t first = (uint32_t)digest->byte[0] << 24 | (uint32_t)digest->byte[1] << 16 |
			 (uint32_t)digest->byte[2] << 8 | digest->byte[3];

	return bits ? first >> (32 - bits) : 0;
}

uint32_t index_file_bucket_of(const struct index_file *file, const struct digest *digest)
{
	return bucket_of(digest, file->bits);
}

/* The checksum of a bucket knows where the bucket stands. */
static uint32_t bucket_crc_begin(uint64_t first)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(first >> (8 * i));
	return crc32c(0, (struct span){ bytes, sizeof(bytes) });
}

static int bucket_parse(const struct index_file *file, uint32_t bucket, struct span bytes,
			struct pack_entry *entry, struct error *err)
{
	for (size_t i = 0; i < bytes.len / PACK_ENTRY_BYTES; i++) {
		struct span one = { bytes.data + i * PACK_ENTRY_BYTES, PACK_ENTRY_BYTES };

		if (pack_entry_parse(one, &entry[i], err))
			return -1;
		if (entry[i].pack >= file->packs ||
		    bucket_of(&entry[i].digest, file->bits) != bucket ||
		    (i && pack_entry_order(&entry[i - 1], &entry[i]) >= 0))
			return error_set(err, ERROR_CORRUPT, "the index of packs is not in order");
	}
	return 0;
}

/* The bytes of the entries of one bucket, whose checksum holds; the caller frees them. */
static int bucket_read(const struct index_file *file, uint32_t bucket, uint8_t **out_bytes,
		       size_t *out_count, struct error *err)
{
	uint8_t fan[2 * PACK_INDEX_FAN_BYTES];
	bool last = bucket + 1 == 1u << file->bits;
	size_t fan_len = last ? PACK_INDEX_FAN_BYTES : sizeof(fan), len;
	struct reader r = reader_over((struct span){ fan, fan_len });
	uint64_t first, end;
	uint32_t crc;
	uint8_t *bytes;
	int failed;

	if (pack_pread(file->fd, fan_at(file->packs) + (uint64_t)bucket * PACK_INDEX_FAN_BYTES, fan,
		       fan_len, err))
		return -1;
	first = reader_u64le(&r);
	crc = reader_u32le(&r);
	(void)reader_u32le(&r);
	end = last ? file->count : reader_u64le(&r);
	if (first > end || end > file->count || end - first > PACK_INDEX_BUCKET_MAX)
		return error_set(err, ERROR_CORRUPT, "a bucket of the index of packs is none");
	len = (size_t)(end - first) * PACK_ENTRY_BYTES;
	bytes = malloc(len + 1);
	if (!bytes)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	failed =
		pack_pread(file->fd, entries_at(file->packs, file->bits) + first * PACK_ENTRY_BYTES,
			   bytes, len, err);
	if (!failed && crc != crc32c(bucket_crc_begin(first), (struct span){ bytes, len }))
		failed = error_set(err, ERROR_CORRUPT, "the index of packs was changed");
	if (failed) {
		free(bytes);
		return -1;
	}
	*out_bytes = bytes;
	*out_count = (size_t)(end - first);
	return 0;
}

/* Those from `at` on; the caller frees *out_entry. */
static int entries_take(const struct index_file *file, uint32_t bucket, const uint8_t *at,
			size_t count, struct pack_entry **out_entry, struct error *err)
{
	struct pack_entry *entry = calloc(count + 1, sizeof(*entry));

	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	if (bucket_parse(file, bucket, (struct span){ at, count * PACK_ENTRY_BYTES }, entry, err)) {
		free(entry);
		return -1;
	}
	*out_entry = entry;
	return 0;
}

int index_file_bucket(const struct index_file *file, uint32_t bucket, struct pack_entry **out_entry,
		      size_t *out_count, struct error *err)
{
	uint8_t *bytes;
	int failed;

	if (bucket_read(file, bucket, &bytes, out_count, err))
		return -1;
	failed = entries_take(file, bucket, bytes, *out_count, out_entry, err);
	free(bytes);
	return failed;
}

/* The first of them that is not below `digest`, with which an entry begins. */
static size_t entries_seek(const uint8_t *bytes, size_t count, const struct digest *digest)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(bytes + middle * PACK_ENTRY_BYTES, digest->byte, DIGEST_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int index_file_find(const struct index_file *file, const struct digest *digest,
		    struct pack_entry **out_entry, size_t *out_count, struct error *err)
{
	uint32_t bucket = bucket_of(digest, file->bits);
	size_t first, end, count;
	uint8_t *bytes;
	int failed;

	if (bucket_read(file, bucket, &bytes, &count, err))
		return -1;
	first = end = entries_seek(bytes, count, digest);
	while (end < count &&
	       memcmp(bytes + end * PACK_ENTRY_BYTES, digest->byte, DIGEST_SIZE) == 0)
		end++;
	failed = entries_take(file, bucket, bytes + first * PACK_ENTRY_BYTES, end - first,
			      out_entry, err);
	free(bytes);
	*out_count = end - first;
	return failed;
}

/* ---- Writing ---- */

struct index_writer {
	int fd;
	const struct digest *pack;
	uint32_t packs;
	unsigned bits;
	uint64_t count;  /* entries so far */
	uint32_t bucket; /* being filled */
	uint32_t crc;    /* of it, so far */
	uint64_t first;  /* entry of it */
	uint8_t *fan;
	uint8_t *room; /* entries that are not written yet */
	size_t used;
	uint64_t at; /* where they go */
};

void index_writer_free(struct index_writer **writer)
{
	if (!*writer)
		return;
	free((*writer)->fan);
	free((*writer)->room);
	free(*writer);
	*writer = NULL;
}

int index_writer_new(int fd, const struct digest *pack, uint32_t packs, uint64_t most,
		     struct index_writer **out_writer, struct error *err)
{
	CLEANUP(index_writer_free) struct index_writer *writer = calloc(1, sizeof(*writer));

	if (packs > PACK_INDEX_PACKS_MAX)
		return error_set(err, ERROR_USAGE, "%u packs, of %u allowed", packs,
				 PACK_INDEX_PACKS_MAX);
	if (!writer)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	writer->fd = fd;
	writer->pack = pack;
	writer->packs = packs;
	while (writer->bits < PACK_INDEX_BITS_MAX && most >> writer->bits > BUCKET_AIM)
		writer->bits++;
	writer->fan = calloc((size_t)1 << writer->bits, PACK_INDEX_FAN_BYTES);
	writer->room = malloc(WRITE_ROOM_BYTES);
	if (!writer->fan || !writer->room)
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	writer->at = entries_at(packs, writer->bits);
	writer->crc = bucket_crc_begin(0);
	*out_writer = writer;
	writer = NULL; /* handed over */
	return 0;
}

/* Note down the bucket being filled and begin the next. */
static void bucket_end(struct index_writer *writer)
{
	uint8_t *fan = writer->fan + (size_t)writer->bucket * PACK_INDEX_FAN_BYTES;

	for (int i = 0; i < 8; i++)
		fan[i] = (uint8_t)(writer->first >> (8 * i));
	for (int i = 0; i < 4; i++)
		fan[8 + i] = (uint8_t)(writer->crc >> (8 * i));
	writer->bucket++;
	writer->first = writer->count;
	writer->crc = bucket_crc_begin(writer->first);
}

static int room_write(struct index_writer *writer, struct error *err)
{
	if (pack_pwrite(writer->fd, writer->at, (struct span){ writer->room, writer->used }, err))
		return -1;
	writer->at += writer->used;
	writer->used = 0;
	return 0;
}

int index_writer_add(struct index_writer *writer, const struct pack_entry *entry, struct error *err)
{
	uint32_t bucket = bucket_of(&entry->digest, writer->bits);
	uint8_t *at;

	while (writer->bucket < bucket)
		bucket_end(writer);
	if (writer->count - writer->first == PACK_INDEX_BUCKET_MAX)
		return error_set(err, ERROR_SYSTEM, "too many digests begin alike for an index");
	if (WRITE_ROOM_BYTES - writer->used < PACK_ENTRY_BYTES && room_write(writer, err))
		return -1;
	at = writer->room + writer->used;
	pack_entry_write(entry, at);
	writer->crc = crc32c(writer->crc, (struct span){ at, PACK_ENTRY_BYTES });
	writer->used += PACK_ENTRY_BYTES;
	writer->count++;
	return 0;
}

int index_writer_finish(struct index_writer *writer, struct error *err)
{
	struct span names = { (const uint8_t *)writer->pack, (size_t)writer->packs * DIGEST_SIZE };
	CLEANUP(buffer_release) struct buffer head;
	uint8_t *zero;

	buffer_init(&head, PACK_INDEX_HEAD_BYTES);
	while (writer->bucket < 1u << writer->bits)
		bucket_end(writer);
	if (buffer_add(&head, (struct span){ (const uint8_t *)index_magic, 16 }, err) ||
	    buffer_add_u32le(&head, writer->packs, err) ||
	    buffer_add_u32le(&head, writer->bits, err) ||
	    buffer_add_u64le(&head, writer->count, err) ||
	    buffer_extend(&head, HEAD_CRC_AT - head.len, &zero, err))
		return -1;
	memset(zero, 0, (size_t)(head.data + head.len - zero));
	if (buffer_add_u32le(&head, crc32c(0, buffer_view(&head)) ^ crc32c(0, names), err) ||
	    room_write(writer, err) || pack_pwrite(writer->fd, 0, buffer_view(&head), err) ||
	    pack_pwrite(writer->fd, PACK_INDEX_HEAD_BYTES, names, err))
		return -1;
	return pack_pwrite(
		writer->fd, fan_at(writer->packs),
		(struct span){ writer->fan, (size_t)PACK_INDEX_FAN_BYTES << writer->bits }, err);
}
