/*
 * pack: many records in one file that explains itself (docs/formats.md, section 12).
 *
 * This is the format alone: bytes to structs and back. Every reader here takes
 * foreign bytes: lengths are compared with what is there, and with the limits
 * below, before anything is allocated or followed.
 */
#ifndef REGISTRY_PACK_H
#define REGISTRY_PACK_H

#include "registry/store.h"

#define PACK_HEAD_BYTES 16
#define PACK_RECORD_BYTES 88         /* the head of a record; its stored bytes follow */
#define PACK_ENTRY_BYTES 56          /* of a footer and of the index */
#define PACK_TAIL_BYTES 64           /* ends the footer and the file */
#define PACK_PAYLOAD_MAX (64u << 20) /* raw bytes of one record */
#define PACK_RECORDS_MAX (1u << 24)  /* in one pack */
#define RECIPE_PARTS_MAX ((PACK_PAYLOAD_MAX - 32) / 36)

/* What a record is. The numbers stand in files. */
enum pack_kind {
	PACK_GAP = 0,       /* bytes that nobody needs any more */
	PACK_DATA = 1,      /* bytes under their SHA-256 */
	PACK_RECIPE = 2,    /* an object: the list of the data that it is made of */
	PACK_DICTIONARY = 3 /* what helps to decode others, under its SHA-256 */
};

/* The head of a record. */
struct pack_record {
	enum pack_kind kind;
	unsigned codec; /* registry/codec.h */
	uint32_t raw_len, stored_len;
	struct digest digest; /* SHA-256 of the raw bytes; of a recipe: of the whole object */
	struct digest base;   /* what the codec needs beside them (base, dictionary), or zero */
	uint32_t stored_crc;  /* CRC-32C of the stored bytes; of a gap 0 */
};

/* Where a record lies in its pack. */
struct pack_entry {
	struct digest digest;
	uint64_t offset; /* of the record's head */
	uint32_t raw_len, stored_len;
	enum pack_kind kind;
	unsigned codec;
	uint32_t pack; /* which of an index's packs; 0 in a footer */
};

/* The end of a pack. */
struct pack_tail {
	uint64_t count;     /* entries before it */
	uint64_t footer;    /* where the first of them begins: the records end there */
	struct digest name; /* SHA-256 of the footer up to here: what the pack is called */
};

/* The bytes every pack begins with. */
void pack_head_write(uint8_t out[PACK_HEAD_BYTES]);
MUST_CHECK int pack_head_check(struct span bytes, struct error *err);

void pack_record_write(const struct pack_record *record, uint8_t out[PACK_RECORD_BYTES]);
/* ERROR_CORRUPT unless `bytes` begin with a whole, sane head of a record. */
MUST_CHECK int pack_record_parse(struct span bytes, struct pack_record *out_record,
				 struct error *err);

void pack_entry_write(const struct pack_entry *entry, uint8_t out[PACK_ENTRY_BYTES]);
MUST_CHECK int pack_entry_parse(struct span bytes, struct pack_entry *out_entry, struct error *err);

/* By digest, then kind, then pack, then offset: the order of footers and of the index. */
int pack_entry_order(const void *a, const void *b);

/* Append the footer of `count` sorted entries that begins at `at`; *out_name names the pack. */
MUST_CHECK int pack_footer_write(const struct pack_entry *entry, size_t count, uint64_t at,
				 struct buffer *out, struct digest *out_name, struct error *err);

/* The last PACK_TAIL_BYTES of a pack of `size` bytes. */
MUST_CHECK int pack_tail_parse(struct span bytes, uint64_t size, struct pack_tail *out_tail,
			       struct error *err);

/*
 * One entry of the footer (PACK_ENTRY_BYTES) whose tail is given, in its place behind `before`
 * (NULL: the first) and with its record inside the pack.
 */
MUST_CHECK int pack_footer_entry(struct span bytes, const struct pack_tail *tail,
				 const struct pack_entry *before, struct pack_entry *out_entry,
				 struct error *err);

/*
 * A whole footer, tail included: sorted, each record inside the pack, and as
 * its SHA-256 says. The caller frees *out_entry (tail->count of them).
 */
MUST_CHECK int pack_footer_parse(struct span bytes, const struct pack_tail *tail,
				 struct pack_entry **out_entry, struct error *err);

/* A part of an object: so many bytes of the data with this digest, all of it. */
struct recipe_part {
	struct digest digest;
	uint64_t offset; /* in the object */
	uint32_t len;
};

/* An object's parts by offset, without gaps. */
struct recipe {
	uint64_t size;
	size_t count;
	struct recipe_part *part;
};

/* The part that holds the byte at `offset`, which lies inside. */
size_t recipe_part_at(const struct recipe *recipe, uint64_t offset);

void recipe_release(struct recipe *recipe);
MUST_CHECK int recipe_write(const struct recipe *recipe, struct buffer *out, struct error *err);
MUST_CHECK int recipe_parse(struct span bytes, struct recipe *out_recipe, struct error *err);

#endif
