/*
 * The store of packs (registry/store/packs.c), seen from inside: what its files share.
 *
 * An object is what was linked, referenced, shared by blocks or small, and then lies in the
 * store of files that this one embeds; or a recipe in a pack, which names the data that it is
 * made of. Data without a recipe is no object, and nobody is shown it.
 */
#ifndef REGISTRY_PACKS_H
#define REGISTRY_PACKS_H

#include <pthread.h>

#include "registry/pack/writer.h"

#define PACKS_STREAMS_MAX 16

#define PACKS_SMALL_BYTES (256u << 10) /* a smaller file lies loose, unless tests say otherwise */

/* The scratch of one thread that encodes or decodes. */
struct packs_scratch {
	struct packs_scratch *next;
	struct codec_work *work;
	struct buffer stored, base, dictionary;
	struct digest dictionary_digest; /* of what `dictionary` holds, if that is anything */
	struct hash_stream *stream[PACKS_STREAMS_MAX]; /* or NULL */
};

struct packs_dictionary; /* registry/packs/file.h */

struct packs_store {
	struct store head;
	struct store *loose;    /* a store of files */
	char *folder, *removed; /* "…/packs", "…/packs/removed" */
	char *mended;           /* "…/packs/mended" (registry/pack/mended.h) */
	bool any_mended;        /* atomic: there was such a folder */
	struct pack_files *files;
	struct pack_index *index;
	struct context fallback;             /* where nobody gave the store a context */
	uint64_t pack_size, small;           /* bytes */
	pthread_mutex_t lock;                /* around what follows */
	struct pack_writer *writer;          /* or NULL */
	unsigned borrowed;                   /* by so many, and not freed meanwhile */
	struct packs_scratch *scratch;       /* those nobody uses */
	bool looked;                         /* the index was refreshed once */
	size_t earlier_parts;                /* of earlier versions of files, in memory */
	pthread_mutex_t texts_lock;          /* around the uses of dictionaries, and choosing one */
	struct packs_dictionary *dictionary; /* the last that was chosen, or NULL */
};

MUST_CHECK int packs_scratch_take(struct packs_store *self, struct packs_scratch **out_scratch,
				  struct error *err);
void packs_scratch_give(struct packs_store *self, struct packs_scratch **scratch);

void packs_scratch_free_all(struct packs_store *self);

/* The writer, begun when there is none or the last one failed; to be returned. */
MUST_CHECK int packs_writer_take(struct packs_store *self, struct pack_writer **out_writer,
				 struct error *err);

/* Flush what it wrote, and let nobody be counted as a writer here. */
MUST_CHECK int packs_writer_end(struct packs_store *self, struct error *err);

/* The writer, or NULL where there is none now; to be returned. */
struct pack_writer *packs_writer_borrow(struct packs_store *self);
void packs_writer_return(struct packs_store *self, struct pack_writer *writer);

/* Look at the folder of packs, once. */
MUST_CHECK int packs_look(struct packs_store *self, struct error *err);

/* A record, wherever it is. */
struct packs_place {
	struct pack_entry entry;
	struct pack_handle *handle;
};

#define PACKS_COPIES_MAX 4

/* Up to PACKS_COPIES_MAX copies of a record, opened; none is success. */
MUST_CHECK int packs_find(struct packs_store *self, const struct digest *digest,
			  enum pack_kind kind, struct packs_place out_place[PACKS_COPIES_MAX],
			  size_t *out_count, struct error *err);
void packs_places_drop(struct packs_place *place, size_t count);

/* The entry of the first copy of a record, which is not read; *out_any: is there one? */
MUST_CHECK int packs_entry(struct packs_store *self, const struct digest *digest,
			   enum pack_kind kind, struct pack_entry *out_entry, bool *out_any,
			   struct error *err);

/*
 * The head of the record at `place`, and its stored bytes into `room` (entry.stored_len of
 * them). ERROR_CORRUPT unless it is the record that the entry speaks of, and its CRC holds.
 */
MUST_CHECK int packs_record_pread(const struct packs_place *place, uint8_t *room,
				  struct pack_record *out_record, struct error *err);

/* The same of the first `len` stored bytes, whose CRC nobody has looked at. */
MUST_CHECK int packs_record_begin(const struct packs_place *place, uint8_t *room, size_t len,
				  struct pack_record *out_record, struct error *err);

/* packs_record_pread of bytes that were read: the head (PACK_RECORD_BYTES) and the stored bytes. */
MUST_CHECK int packs_record_check(const struct pack_entry *entry, struct span head,
				  struct span stored, struct pack_record *out_record,
				  struct error *err);

/*
 * Write the `len` raw bytes of some data to `out`, read from whichever copy is whole.
 * ERROR_CORRUPT where none is. They are as good as their CRC: hold them against the digest.
 */
MUST_CHECK int packs_data_read(struct packs_store *self, const struct digest *digest, uint8_t *out,
			       size_t len, struct error *err);

/*
 * What the data at `place` is decoded with, where that is a record of `kind` (PACK_DATA: a base;
 * PACK_DICTIONARY); false where it needs none, or cannot be read.
 */
bool packs_needs(const struct packs_place *place, enum pack_kind kind, struct digest *out_digest);

/* As packs_data_read, of a dictionary, or where there is none of that digest, of data. */
MUST_CHECK int packs_dictionary_read(struct packs_store *self, const struct digest *digest,
				     uint8_t *out, size_t len, struct error *err);

/* Decode the record at `place`, which is no recipe, into `out` (entry.raw_len bytes). */
MUST_CHECK int packs_record_read(struct packs_store *self, const struct packs_place *place,
				 uint8_t *out, struct error *err);
/* The recipe at `place`, which is as it was written. */
MUST_CHECK int packs_recipe_at(const struct packs_place *place, struct recipe *out_recipe,
			       struct error *err);

/* Is there an object of that name in packs? */
MUST_CHECK int packs_has(struct packs_store *self, const struct digest *digest, bool *out_has,
			 struct error *err);

/* Its recipe: ERROR_ABSENT if there is none. */
MUST_CHECK int packs_recipe(struct packs_store *self, const struct digest *digest,
			    struct recipe *out_recipe, struct error *err);
MUST_CHECK int packs_read(struct packs_store *self, const struct digest *digest,
			  struct source **out_source, struct error *err);

/* "…/packs/removed/HEX": the object was removed, whatever recipe there is. The caller frees it. */
MUST_CHECK int packs_removed_path(const struct packs_store *self, const struct digest *digest,
				  char **out_path, struct error *err);
/* It is there again, if it was ever removed. */
MUST_CHECK int packs_removed_forget(struct packs_store *self, const struct digest *digest,
				    struct error *err);

/* See store_type. */
MUST_CHECK int packs_part(struct store *store, const struct digest *digest, struct buffer *out,
			  struct error *err);
MUST_CHECK int packs_check(struct store *store, const struct context *ctx,
			   const struct store_check_request *request, struct error *err);
MUST_CHECK int packs_file_begin(struct store *store, const struct store_file_wish *wish,
				struct store_file **out_file, struct error *err);
MUST_CHECK int packs_file_piece(struct store_file *file, const struct store_piece *piece,
				struct error *err);
MUST_CHECK int packs_file_commit(struct store_file *file, const struct digest *whole,
				 struct error *err);
void packs_file_abort(struct store_file *file);

#endif
