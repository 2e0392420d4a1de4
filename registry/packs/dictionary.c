/*
 * Dictionaries for texts: chunks of 16 KiB are too short for zstd to learn from, so what chunks
 * of a corpus have in common is trained once and kept beside them.
 *
 * Of all chunks of a corpus that need it a dictionary is the one record that none can do
 * without. So it is kept twice: as a dictionary, and once more as data.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/packs/file.h"

/* A dictionary that is there already is taken where it leaves this part of what no dictionary
 * leaves; a new one must be that much better than what there is. */
#define WORTH_TAKING 0.88
#define WORTH_TRAINING 0.97

enum {
	DICTIONARY_BYTES = 110 << 10,
	TRAINED_FROM_MIN = 1 << 20, /* bytes of text, */
	TRAINED_FROM_MAX = 4 << 20,
	SAMPLE_BYTES = 4 << 10, /* in samples of so many */
	TRIED_BYTES = 16 << 10, /* is a dictionary tried on, */
	TRIED_TIMES = 16,       /* so many times */
	LOOKED_AT = 16          /* parts of an earlier version, for the dictionary it had */
};

/* ---- Sharing ---- */

static int dictionary_new(const struct digest *digest, size_t len,
			  struct packs_dictionary **out_dictionary, struct error *err)
{
	struct packs_dictionary *dictionary = calloc(1, sizeof(*dictionary) + len);

	if (!dictionary)
		return error_set(err, ERROR_SYSTEM, "out of memory for a dictionary");
	dictionary->uses = 1;
	dictionary->digest = *digest;
	dictionary->len = len;
	*out_dictionary = dictionary;
	return 0;
}

static void dictionary_put(struct packs_dictionary **dictionary)
{
	if (*dictionary && !--(*dictionary)->uses)
		free(*dictionary);
	*dictionary = NULL;
}

void packs_dictionary_drop(struct packs_store *self, struct packs_dictionary **dictionary)
{
	pthread_mutex_lock(&self->texts_lock);
	dictionary_put(dictionary);
	pthread_mutex_unlock(&self->texts_lock);
}

/* ---- Trying ---- */

/* How many bytes a sample of `text` takes with it, or without where it is NULL. */
static int tried_size(struct packs_file *file, struct span text,
		      const struct packs_dictionary *dictionary, struct packs_scratch *scratch,
		      size_t *out_size, struct error *err)
{
	struct codec_wish wish = { .content = CONTENT_TEXT, .effort = file->effort };
	const struct codec *codec;

	if (dictionary)
		wish.dictionary = (struct span){ dictionary->bytes, dictionary->len };
	*out_size = 0;
	for (size_t i = 0; i < TRIED_TIMES; i++) {
		size_t len = text.len < TRIED_BYTES ? text.len : TRIED_BYTES;
		size_t at = (text.len - len) / (TRIED_TIMES - 1) * i;

		scratch->stored.len = 0;
		if (codec_encode(scratch->work, &wish, (struct span){ text.data + at, len },
				 &scratch->stored, &codec, err))
			return -1;
		*out_size += scratch->stored.len;
	}
	return 0;
}

/* ---- Those that are there ---- */

/* The dictionary with which the data of that digest is kept; NULL where it needs none. */
static int dictionary_of(struct packs_store *self, const struct digest *data,
			 struct packs_dictionary **out_dictionary, struct error *err)
{
	struct packs_place place[PACKS_COPIES_MAX];
	struct packs_dictionary *dictionary = NULL;
	struct digest needed;
	struct pack_entry entry;
	bool needs, any;
	size_t count;

	*out_dictionary = NULL;
	if (packs_find(self, data, PACK_DATA, place, &count, err))
		return -1;
	needs = count && packs_needs(&place[0], PACK_DICTIONARY, &needed);
	packs_places_drop(place, count);
	if (!needs)
		return 0;
	if (packs_entry(self, &needed, PACK_DICTIONARY, &entry, &any, err))
		return -1;
	if (!any || !entry.raw_len)
		return 0;
	if (dictionary_new(&needed, entry.raw_len, &dictionary, err))
		return -1;
	if (packs_dictionary_read(self, &needed, dictionary->bytes, entry.raw_len, err)) {
		dictionary_put(&dictionary);
		return -1;
	}
	*out_dictionary = dictionary;
	return 0;
}

/* That of the earlier version: a damaged one is none. */
static struct packs_dictionary *earlier_dictionary(const struct packs_file *file)
{
	struct packs_store *self = (struct packs_store *)file->head.store;
	const struct recipe *recipe;
	struct packs_dictionary *dictionary = NULL;

	if (!file->earlier)
		return NULL;
	recipe = packs_earlier_recipe(file->earlier);
	for (size_t i = 0; i < LOOKED_AT && i < recipe->count && !dictionary; i++) {
		struct error ignored = { 0 };
		size_t at = recipe->count <= LOOKED_AT ? i : recipe->count / LOOKED_AT * i;

		if (dictionary_of(self, &recipe->part[at].digest, &dictionary, &ignored))
			return NULL;
	}
	return dictionary;
}

/* ---- New ones ---- */

/* It lies in a pack that stays, or in the one that is being written. */
static int dictionary_keep(struct packs_file *file, enum pack_kind kind,
			   const struct packs_dictionary *dictionary, struct error *err)
{
	struct packs_store *self = (struct packs_store *)file->head.store;
	struct pack_record record = { .kind = kind,
				      .raw_len = (uint32_t)dictionary->len,
				      .digest = dictionary->digest };
	bool sealed, mine;

	if (packs_is_sealed(self, &dictionary->digest, kind, &sealed, err))
		return -1;
	if (sealed)
		return 0;
	if (pack_writer_claim(file->writer, &dictionary->digest, kind, &mine, err))
		return -1;
	return mine ? pack_writer_add(file->writer, &record,
				      (struct span){ dictionary->bytes, dictionary->len }, err)
		    : 0;
}

int packs_dictionary_again(struct packs_file *file, struct error *err)
{
	return file->dictionary ? dictionary_keep(file, PACK_DATA, file->dictionary, err) : 0;
}

static int dictionary_train(struct span text, struct packs_dictionary **out_dictionary,
			    struct error *err)
{
	CLEANUP(buffer_release) struct buffer trained;
	struct digest digest;

	*out_dictionary = NULL;
	buffer_init(&trained, DICTIONARY_BYTES);
	if (text.len > TRAINED_FROM_MAX)
		text.len = TRAINED_FROM_MAX;
	if (codec_dictionary_train(text, SAMPLE_BYTES, DICTIONARY_BYTES, &trained, err))
		return -1;
	if (!trained.len)
		return 0;
	digest = sha256(buffer_view(&trained));
	if (dictionary_new(&digest, trained.len, out_dictionary, err))
		return -1;
	memcpy((*out_dictionary)->bytes, trained.data, trained.len);
	return 0;
}

/* ---- Choosing ---- */

struct choosing {
	struct packs_file *file;
	struct span text;
	struct packs_scratch *scratch;
	size_t best; /* bytes that the sample takes so */
};

/* Take `dictionary` (or drop it, if it is not so good) in place of *best. */
static int consider(struct choosing *choosing, struct packs_dictionary *dictionary, double worth,
		    struct packs_dictionary **best, struct error *err)
{
	size_t size;

	if (!dictionary)
		return 0;
	if (tried_size(choosing->file, choosing->text, dictionary, choosing->scratch, &size, err)) {
		dictionary_put(&dictionary);
		return -1;
	}
	if ((double)size > worth * (double)choosing->best) {
		dictionary_put(&dictionary);
		return 0;
	}
	dictionary_put(best);
	*best = dictionary;
	choosing->best = size;
	return 0;
}

/* The lock is held. *out_dictionary is the caller's use of it. */
static int choose(struct choosing *choosing, struct packs_dictionary **out_dictionary,
		  struct error *err)
{
	struct packs_file *file = choosing->file;
	struct packs_store *self = (struct packs_store *)file->head.store;
	struct packs_dictionary *best = NULL, *trained = NULL;
	size_t alone;

	if (tried_size(file, choosing->text, NULL, choosing->scratch, &alone, err))
		return -1;
	choosing->best = alone;
	if (consider(choosing, earlier_dictionary(file), WORTH_TRAINING, &best, err))
		return -1;
	if (!best && self->dictionary)
		self->dictionary->uses++;
	if (!best && consider(choosing, self->dictionary, WORTH_TRAINING, &best, err))
		return -1;
	if ((double)choosing->best > WORTH_TAKING * (double)alone &&
	    choosing->text.len >= TRAINED_FROM_MIN &&
	    (dictionary_train(choosing->text, &trained, err) ||
	     consider(choosing, trained, WORTH_TRAINING, &best, err))) {
		dictionary_put(&best);
		return -1;
	}
	if (best && dictionary_keep(file, PACK_DICTIONARY, best, err)) {
		dictionary_put(&best);
		return -1;
	}
	*out_dictionary = best;
	return 0;
}

int packs_dictionary_choose(struct packs_file *file, struct span text,
			    struct packs_scratch *scratch,
			    const struct packs_dictionary **out_dictionary, struct error *err)
{
	struct packs_store *self = (struct packs_store *)file->head.store;
	struct choosing choosing = { file, text, scratch, 0 };
	int failed = 0;

	pthread_mutex_lock(&self->texts_lock);
	if (!file->dictionary_chosen && file->effort != EFFORT_NONE) {
		failed = choose(&choosing, &file->dictionary, err);
		/* The last piece of a file may be the first to come, and too short to train one. */
		file->dictionary_chosen =
			!failed && (file->dictionary || text.len >= TRAINED_FROM_MIN ||
				    file->size < TRAINED_FROM_MIN);
		if (file->dictionary && file->dictionary != self->dictionary) {
			dictionary_put(&self->dictionary);
			self->dictionary = file->dictionary;
			self->dictionary->uses++;
		}
	}
	*out_dictionary = file->dictionary;
	pthread_mutex_unlock(&self->texts_lock);
	return failed;
}
