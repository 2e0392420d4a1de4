/* pack: the format of pack files, byte by byte. */
#include "registry/pack.h"

#include <stdlib.h>
#include <string.h>

static const char head_magic[PACK_HEAD_BYTES] = "akashi/pack/1\n";
static const char footer_magic[16] = { 'a', 'k', 'a', 's', 'h', 'i', '/', 'f',
				       'o', 'o', 't', 'e', 'r', '/', '1', '\n' };
static const char recipe_magic[16] = { 'a', 'k', 'a', 's', 'h', 'i', '/', 'r',
				       'e', 'c', 'i', 'p', 'e', '/', '1', '\n' };

#define RECORD_MAGIC 0x31524b41u /* "AKR1" */

static void u32le_put(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static void u64le_put(uint8_t *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

void pack_head_write(uint8_t out[PACK_HEAD_BYTES])
{
	memcpy(out, head_magic, PACK_HEAD_BYTES);
}

int pack_head_check(struct span bytes, struct error *err)
{
	if (bytes.len < PACK_HEAD_BYTES || memcmp(bytes.data, head_magic, PACK_HEAD_BYTES) != 0)
		return error_set(err, ERROR_CORRUPT, "this is no pack of version 1");
	return 0;
}

/* ---- Records ---- */

static bool lengths_are_sane(enum pack_kind kind, unsigned codec, uint32_t raw, uint32_t stored)
{
	/* Two gaps side by side become one, so a gap may be as long as a pack. */
	if (kind == PACK_GAP)
		return codec == 0 && raw == stored;
	return raw <= PACK_PAYLOAD_MAX && stored <= raw && (kind != PACK_RECIPE || codec == 0);
}

void pack_record_write(const struct pack_record *record, uint8_t out[PACK_RECORD_BYTES])
{
	u32le_put(out, RECORD_MAGIC);
	out[4] = (uint8_t)record->kind;
	out[5] = (uint8_t)record->codec;
	out[6] = out[7] = 0;
	u32le_put(out + 8, record->raw_len);
	u32le_put(out + 12, record->stored_len);
	memcpy(out + 16, record->digest.byte, DIGEST_SIZE);
	memcpy(out + 48, record->base.byte, DIGEST_SIZE);
	u32le_put(out + 80, record->stored_crc);
	u32le_put(out + 84, crc32c(0, (struct span){ out, 84 }));
}

int pack_record_parse(struct span bytes, struct pack_record *out_record, struct error *err)
{
	struct reader r = reader_over(bytes);
	struct pack_record record;
	uint32_t magic = reader_u32le(&r), crc;
	uint8_t kind = reader_u8(&r), zero[2];

	record.codec = reader_u8(&r);
	zero[0] = reader_u8(&r);
	zero[1] = reader_u8(&r);
	record.raw_len = reader_u32le(&r);
	record.stored_len = reader_u32le(&r);
	record.digest = reader_digest(&r);
	record.base = reader_digest(&r);
	record.stored_crc = reader_u32le(&r);
	crc = reader_u32le(&r);
	record.kind = (enum pack_kind)kind;
	if (reader_failed(&r, "a record of a pack", err))
		return -1;
	if (magic != RECORD_MAGIC || crc != crc32c(0, (struct span){ bytes.data, 84 }))
		return error_set(err, ERROR_CORRUPT, "no record of a pack begins here");
	if (kind > PACK_DICTIONARY || zero[0] || zero[1] ||
	    !lengths_are_sane(record.kind, record.codec, record.raw_len, record.stored_len))
		return error_set(err, ERROR_CORRUPT, "a record of a pack that no version 1 writes");
	*out_record = record;
	return 0;
}

/* ---- Footers ---- */

void pack_entry_write(const struct pack_entry *entry, uint8_t out[PACK_ENTRY_BYTES])
{
	memcpy(out, entry->digest.byte, DIGEST_SIZE);
	u64le_put(out + 32, entry->offset);
	u32le_put(out + 40, entry->raw_len);
	u32le_put(out + 44, entry->stored_len);
	out[48] = (uint8_t)entry->kind;
	out[49] = (uint8_t)entry->codec;
	out[50] = out[51] = 0;
	u32le_put(out + 52, entry->pack);
}

int pack_entry_parse(struct span bytes, struct pack_entry *out_entry, struct error *err)
{
	struct reader r = reader_over(bytes);
	struct pack_entry entry;
	uint8_t kind, zero[2];

	entry.digest = reader_digest(&r);
	entry.offset = reader_u64le(&r);
	entry.raw_len = reader_u32le(&r);
	entry.stored_len = reader_u32le(&r);
	kind = reader_u8(&r);
	entry.codec = reader_u8(&r);
	zero[0] = reader_u8(&r);
	zero[1] = reader_u8(&r);
	entry.pack = reader_u32le(&r);
	entry.kind = (enum pack_kind)kind;
	if (reader_failed(&r, "an entry of a pack", err))
		return -1;
	if (kind == PACK_GAP || kind > PACK_DICTIONARY || zero[0] || zero[1] ||
	    !lengths_are_sane(entry.kind, entry.codec, entry.raw_len, entry.stored_len))
		return error_set(err, ERROR_CORRUPT, "an entry of a pack that no version 1 writes");
	*out_entry = entry;
	return 0;
}

int pack_entry_order(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;
	int order = memcmp(x->digest.byte, y->digest.byte, DIGEST_SIZE);

	if (order)
		return order;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->pack != y->pack)
		return x->pack < y->pack ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

int pack_footer_write(const struct pack_entry *entry, size_t count, uint64_t at, struct buffer *out,
		      struct digest *out_name, struct error *err)
{
	size_t before = out->len;
	uint8_t one[PACK_ENTRY_BYTES];
	struct digest name;

	for (size_t i = 0; i < count; i++) {
		pack_entry_write(&entry[i], one);
		if (buffer_add(out, (struct span){ one, sizeof(one) }, err))
			return -1;
	}
	if (buffer_add_u64le(out, count, err) || buffer_add_u64le(out, at, err) ||
	    buffer_add(out, (struct span){ (const uint8_t *)footer_magic, 16 }, err))
		return -1;
	name = sha256((struct span){ out->data + before, out->len - before });
	*out_name = name;
	return buffer_add(out, digest_view(&name), err);
}

int pack_tail_parse(struct span bytes, uint64_t size, struct pack_tail *out_tail, struct error *err)
{
	struct reader r = reader_over(bytes);
	struct pack_tail tail;
	struct span magic;

	tail.count = reader_u64le(&r);
	tail.footer = reader_u64le(&r);
	magic = reader_take(&r, sizeof(footer_magic));
	tail.name = reader_digest(&r);
	if (reader_failed(&r, "the footer of a pack", err))
		return -1;
	if (memcmp(magic.data, footer_magic, sizeof(footer_magic)) != 0 ||
	    tail.count > PACK_RECORDS_MAX || tail.footer < PACK_HEAD_BYTES || tail.footer > size ||
	    size - tail.footer != tail.count * PACK_ENTRY_BYTES + PACK_TAIL_BYTES)
		return error_set(err, ERROR_CORRUPT, "the pack has no footer at its end");
	*out_tail = tail;
	return 0;
}

/* Does the record of `entry` lie between the head and the footer? */
static bool entry_lies_within(const struct pack_entry *entry, uint64_t footer)
{
	uint64_t whole = (uint64_t)PACK_RECORD_BYTES + entry->stored_len;

	return entry->offset >= PACK_HEAD_BYTES && entry->offset <= footer &&
	       whole <= footer - entry->offset;
}

int pack_footer_entry(struct span bytes, const struct pack_tail *tail,
		      const struct pack_entry *before, struct pack_entry *out_entry,
		      struct error *err)
{
	if (pack_entry_parse(bytes, out_entry, err))
		return -1;
	if (!entry_lies_within(out_entry, tail->footer) || out_entry->pack ||
	    (before && pack_entry_order(before, out_entry) >= 0))
		return error_set(err, ERROR_CORRUPT, "the footer of a pack is not in order");
	return 0;
}

int pack_footer_parse(struct span bytes, const struct pack_tail *tail,
		      struct pack_entry **out_entry, struct error *err)
{
	size_t count = (size_t)tail->count;
	struct pack_entry *entry;
	struct digest found;

	if (bytes.len < PACK_TAIL_BYTES || tail->count > PACK_RECORDS_MAX ||
	    bytes.len - PACK_TAIL_BYTES != count * PACK_ENTRY_BYTES)
		return error_set(err, ERROR_CORRUPT, "the footer of a pack has another length");
	found = sha256((struct span){ bytes.data, bytes.len - DIGEST_SIZE });
	if (!digest_equal(&found, &tail->name))
		return error_set(err, ERROR_CORRUPT, "the footer of a pack was changed");
	entry = calloc(count + 1, sizeof(*entry));
	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu records", count);
	for (size_t i = 0; i < count; i++) {
		struct span one = { bytes.data + i * PACK_ENTRY_BYTES, PACK_ENTRY_BYTES };

		if (pack_footer_entry(one, tail, i ? &entry[i - 1] : NULL, &entry[i], err)) {
			free(entry);
			return -1;
		}
	}
	*out_entry = entry;
	return 0;
}

/* ---- Recipes ---- */

void recipe_release(struct recipe *recipe)
{
	free(recipe->part);
	*recipe = (struct recipe){ 0 };
}

size_t recipe_part_at(const struct recipe *recipe, uint64_t offset)
{
	size_t low = 0, high = recipe->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (recipe->part[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

int recipe_write(const struct recipe *recipe, struct buffer *out, struct error *err)
{
	if (recipe->count > RECIPE_PARTS_MAX)
		return error_set(err, ERROR_USAGE, "a file of %zu parts, of %u allowed",
				 recipe->count, RECIPE_PARTS_MAX);
	if (buffer_add(out, (struct span){ (const uint8_t *)recipe_magic, 16 }, err) ||
	    buffer_add_u64le(out, recipe->size, err) || buffer_add_u64le(out, recipe->count, err))
		return -1;
	for (size_t i = 0; i < recipe->count; i++)
		if (buffer_add(out, digest_view(&recipe->part[i].digest), err) ||
		    buffer_add_u32le(out, recipe->part[i].len, err))
			return -1;
	return 0;
}

int recipe_parse(struct span bytes, struct recipe *out_recipe, struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct reader r = reader_over(bytes);
	struct span magic = reader_take(&r, sizeof(recipe_magic));
	uint64_t size = reader_u64le(&r), count = reader_u64le(&r);

	if (reader_failed(&r, "a recipe", err))
		return -1;
	if (memcmp(magic.data, recipe_magic, sizeof(recipe_magic)) != 0 ||
	    count > RECIPE_PARTS_MAX || r.rest.len != count * (DIGEST_SIZE + 4))
		return error_set(err, ERROR_CORRUPT, "this is no recipe of version 1");
	recipe.part = calloc((size_t)count + 1, sizeof(*recipe.part));
	if (!recipe.part)
		return error_set(err, ERROR_SYSTEM, "out of memory for a recipe");
	for (; recipe.count < count; recipe.count++) {
		struct recipe_part *part = &recipe.part[recipe.count];

		part->digest = reader_digest(&r);
		part->len = reader_u32le(&r);
		part->offset = recipe.size;
		if (!part->len || part->len > PACK_PAYLOAD_MAX)
			return error_set(err, ERROR_CORRUPT, "a part of a recipe has %u bytes",
					 part->len);
		recipe.size += part->len; /* at most 2^21 parts of 2^26 bytes */
	}
	if (recipe.size != size)
		return error_set(err, ERROR_CORRUPT, "a recipe's parts do not add up to its size");
	*out_recipe = recipe;
	recipe = (struct recipe){ 0 }; /* handed over */
	return 0;
}
