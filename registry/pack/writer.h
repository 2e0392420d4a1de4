/*
 * The pack that this process is writing: records are appended by any threads to a file
 * `tmp-…` in the folder of packs, which gets its footer and its name when it is full or when
 * somebody flushes. What a killed writer leaves is taken over by the next one.
 */
#ifndef REGISTRY_PACK_WRITER_H
#define REGISTRY_PACK_WRITER_H

#include "registry/lease.h"
#include "registry/pack/index.h"

struct pack_writer;

/* A pack of so many records is full, however few bytes they have: each takes memory meanwhile. */
#define PACK_RECORDS_FULL (1u << 17)

/*
 * Begin to write into `folder` (made when missing). Packs that dead writers left are taken
 * over first: what is whole of them is sealed. A lease says that this writer lives, until it
 * is freed. `index`, `files` and `ctx` must outlive the writer. `size`: when a pack is full.
 */
MUST_CHECK int pack_writer_new(const char *folder, struct pack_files *files,
			       struct pack_index *index, uint64_t size, const struct context *ctx,
			       struct pack_writer **out_writer, struct error *err);

/* What was not flushed is left for the next writer to take over. */
void pack_writer_free(struct pack_writer **writer);

/*
 * Packs that it begins from now on begin with a gap of so many bytes, which are a hole where the
 * disk can: one with the records of another pack, in their order, then has another name.
 */
void pack_writer_shift(struct pack_writer *writer, uint32_t bytes);

/* Did a write fail? Then nothing more comes in; free it and begin another. */
bool pack_writer_failed(struct pack_writer *writer);

/*
 * May the caller write this record? *out_mine is false where this writer has it, or another
 * thread is about to add it. Otherwise pack_writer_add or pack_writer_yield must follow.
 */
MUST_CHECK int pack_writer_claim(struct pack_writer *writer, const struct digest *digest,
				 enum pack_kind kind, bool *out_mine, struct error *err);

/* Append a claimed record; its CRC is filled in here. */
MUST_CHECK int pack_writer_add(struct pack_writer *writer, const struct pack_record *record,
			       struct span stored, struct error *err);

/* Give up a claim: others may have counted on it, so the writer has failed. */
void pack_writer_yield(struct pack_writer *writer, const struct digest *digest,
		       enum pack_kind kind);

/* Wait until everything that was claimed before is written: a recipe comes after its parts. */
MUST_CHECK int pack_writer_settle(struct pack_writer *writer, struct error *err);

/* The record, where this writer has it whole; *out_handle (the caller drops it) is NULL
 * otherwise. */
void pack_writer_find(struct pack_writer *writer, const struct digest *digest, enum pack_kind kind,
		      struct pack_entry *out_entry, struct pack_handle **out_handle);

/* Up to `max` digests of a kind, as pack_index_list, of what is not sealed yet. */
MUST_CHECK int pack_writer_list(struct pack_writer *writer, enum pack_kind kind,
				const struct digest *after, struct digest_list *out_digests,
				struct error *err);

/*
 * Was this writer counted as a living one all the time? ERROR_SYSTEM once somebody found it silent
 * for longer than it promised: then a collection may have taken what it counts on.
 */
MUST_CHECK int pack_writer_stands(struct pack_writer *writer, struct error *err);

/* Seal what was added: afterwards it is durable. ERROR_SYSTEM as well where pack_writer_stands is.
 */
MUST_CHECK int pack_writer_flush(struct pack_writer *writer, struct error *err);

/* --- for registry/pack/ only --- */

struct open_entry {
	struct pack_entry entry;
	struct digest base;
};

/* A pack without a name. */
struct open_pack {
	char *path;
	struct pack_handle *handle;
	uint64_t end; /* of the records */
	struct open_entry *record;
	size_t count, cap;
	uint32_t *slot;   /* hash table over `record`: number + 1, 0 empty */
	size_t slots;     /* a power of two */
	unsigned pending; /* records that are being written */
};

/* An empty one named `path`. */
MUST_CHECK int open_pack_new(const char *path, struct open_pack **out_pack, struct error *err);
void open_pack_free(struct open_pack **pack);
MUST_CHECK int open_pack_note(struct open_pack *pack, const struct open_entry *record,
			      struct error *err);
void open_pack_rehash(struct open_pack *pack); /* after records were taken out */
const struct open_entry *open_pack_find(const struct open_pack *pack, const struct digest *digest,
					enum pack_kind kind);

/*
 * Give the pack its footer and its name, without what other packs have meanwhile; make
 * it durable and known to the index. One without records is removed.
 */
MUST_CHECK int pack_seal(const char *folder, struct pack_index *index, struct open_pack *pack,
			 const struct context *ctx, struct error *err);

/* Make a gap of every record for which drop[i] is set. */
MUST_CHECK int pack_drop(struct open_pack *pack, const bool *drop, struct error *err);

/* Take over what dead writers left in the folder; those of other hosts are left alone. */
MUST_CHECK int pack_recover(const char *folder, struct pack_index *index, const struct context *ctx,
			    struct error *err);

/* Take over what the writer left whose lease is held now, of whatever host. */
MUST_CHECK int pack_recover_of(const char *folder, struct pack_index *index, struct lease *lease,
			       const struct context *ctx, struct error *err);

/* What leases of writers are called; a pack being written is `tmp-HEX16-NUMBER` after its own. */
#define PACK_WRITER_KIND "writer"

#endif
