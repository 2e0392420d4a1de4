/*
 * A file on its way into packs, seen from inside: registry/packs/file.c takes its pieces,
 * packs/cut.c cuts those that may be cut, packs/earlier.c finds in an earlier version what they
 * may differ little from, packs/dictionary.c has the dictionary for its texts.
 */
#ifndef REGISTRY_PACKS_FILE_H
#define REGISTRY_PACKS_FILE_H

#include "registry/packs/chunk.h"
#include "registry/packs.h"

/* What texts are compressed with, shared by the files that use it. */
struct packs_dictionary {
	unsigned uses; /* guarded by the store's texts_lock */
	struct digest digest;
	size_t len;
	uint8_t bytes[];
};

struct packs_earlier;

struct packs_file {
	struct store_file head;
	struct store_file *loose; /* it goes into the store of files: small, or by shared blocks */
	struct pack_writer *writer;
	uint64_t size;
	enum codec_effort effort;
	struct chunking lines, bytes;        /* how what may be cut is cut */
	struct packs_earlier *earlier;       /* or NULL */
	struct packs_dictionary *dictionary; /* or NULL; set once, under the store's texts_lock */
	bool dictionary_chosen;              /* likewise */
	pthread_mutex_t lock;                /* around the parts */
	struct recipe_part *part;
	size_t count, cap;
};

/* What some data is kept as. Borrowed. */
struct packs_data {
	struct digest digest;
	struct span bytes;
	enum codec_content content;
	struct digest base; /* data that it may be a difference to, or (texts) repeat; zero: none */
	const struct packs_dictionary *dictionary; /* for texts, or NULL */
	bool chosen; /* codec_choose looked at what this is a part of, */
	size_t at;   /* from here on */
};

/*
 * A part of the file: keep its data, unless it is there, and note it. *out_differs: it was
 * kept as what differs from data->base, or from what that differs from.
 */
MUST_CHECK int packs_part_add(struct packs_file *file, uint64_t offset,
			      const struct packs_data *data, struct packs_scratch *scratch,
			      bool *out_differs, struct error *err);

/* Is it in a sealed pack that stays? */
MUST_CHECK int packs_is_sealed(struct packs_store *self, const struct digest *digest,
			       enum pack_kind kind, bool *out_sealed, struct error *err);

/* A piece that may be kept in parts. */
MUST_CHECK int packs_cut(struct packs_file *file, const struct store_piece *piece,
			 struct packs_scratch *scratch, struct error *err);

/* ---- An earlier version of a file ---- */

#define PACKS_EARLIER_NONE SIZE_MAX

/* The parts of an object; *out_earlier is NULL where it is not in packs, or has too many. */
void packs_earlier_open(struct packs_store *self, const struct digest *object,
			struct packs_earlier **out_earlier);
void packs_earlier_free(struct packs_earlier **earlier);

/* Its part with this digest, or PACKS_EARLIER_NONE; the part that holds the byte at `offset`. */
size_t packs_earlier_find(const struct packs_earlier *earlier, const struct digest *digest);
size_t packs_earlier_at(const struct packs_earlier *earlier, uint64_t offset);
const struct recipe *packs_earlier_recipe(const struct packs_earlier *earlier);

/* ---- Dictionaries ---- */

/*
 * The dictionary for this file's texts, chosen by its first one: that of the earlier version, or
 * the last one of this process, if it helps; else one that is trained and kept, if that is worth
 * it. NULL: none.
 */
MUST_CHECK int packs_dictionary_choose(struct packs_file *file, struct span text,
				       struct packs_scratch *scratch,
				       const struct packs_dictionary **out_dictionary,
				       struct error *err);
void packs_dictionary_drop(struct packs_store *self, struct packs_dictionary **dictionary);

/* Keep a second copy of it, as data: with one alone all that needs it would be lost. */
MUST_CHECK int packs_dictionary_again(struct packs_file *file, struct error *err);

#endif
