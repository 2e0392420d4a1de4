/* Reading out of packs: records found and decoded. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "registry/pack/mended.h"

enum { BASES_DEEP = 4, ROOM_MAX = PACK_PAYLOAD_MAX + PACK_RECORD_BYTES };

/* ---- Scratch ---- */

static void scratch_free(struct packs_scratch *scratch)
{
	for (size_t i = 0; i < PACKS_STREAMS_MAX; i++)
		hash_stream_free(&scratch->stream[i]);
	codec_work_free(&scratch->work);
	buffer_release(&scratch->stored);
	buffer_release(&scratch->base);
	buffer_release(&scratch->dictionary);
	free(scratch);
}

int packs_scratch_take(struct packs_store *self, struct packs_scratch **out_scratch,
		       struct error *err)
{
	struct packs_scratch *scratch;

	pthread_mutex_lock(&self->lock);
	scratch = self->scratch;
	if (scratch)
		self->scratch = scratch->next;
	pthread_mutex_unlock(&self->lock);
	if (!scratch) {
		scratch = calloc(1, sizeof(*scratch));
		if (!scratch)
			return error_set(err, ERROR_SYSTEM, "out of memory for a piece");
		buffer_init(&scratch->stored, ROOM_MAX);
		buffer_init(&scratch->base, ROOM_MAX);
		buffer_init(&scratch->dictionary, ROOM_MAX);
		if (codec_work_new(&scratch->work, err)) {
			free(scratch);
			return -1;
		}
	}
	*out_scratch = scratch;
	return 0;
}

void packs_scratch_give(struct packs_store *self, struct packs_scratch **scratch)
{
	if (!*scratch)
		return;
	(*scratch)->stored.len = (*scratch)->base.len = 0;
	pthread_mutex_lock(&self->lock);
	(*scratch)->next = self->scratch;
	self->scratch = *scratch;
	pthread_mutex_unlock(&self->lock);
	*scratch = NULL;
}

void packs_scratch_free_all(struct packs_store *self)
{
	while (self->scratch) {
		struct packs_scratch *scratch = self->scratch;

		self->scratch = scratch->next;
		scratch_free(scratch);
	}
}

/* ---- Finding ---- */

int packs_look(struct packs_store *self, struct error *err)
{
	bool looked;

	pthread_mutex_lock(&self->lock);
	looked = self->looked;
	pthread_mutex_unlock(&self->lock);
	if (looked)
		return 0;
	if (pack_index_refresh(self->index, err))
		return -1;
	pthread_mutex_lock(&self->lock);
	self->looked = true;
	pthread_mutex_unlock(&self->lock);
	return 0;
}

void packs_places_drop(struct packs_place *place, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pack_handle_drop(&place[i].handle);
}

struct pack_writer *packs_writer_borrow(struct packs_store *self)
{
	struct pack_writer *writer;

	pthread_mutex_lock(&self->lock);
	writer = self->writer;
	self->borrowed += writer != NULL;
	pthread_mutex_unlock(&self->lock);
	return writer;
}

void packs_writer_return(struct packs_store *self, struct pack_writer *writer)
{
	pthread_mutex_lock(&self->lock);
	self->borrowed -= writer != NULL;
	pthread_mutex_unlock(&self->lock);
}

/* What this process has not sealed yet. */
static size_t find_open(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
			struct packs_place *out_place)
{
	struct pack_writer *writer = packs_writer_borrow(self);

	out_place->handle = NULL;
	if (writer)
		pack_writer_find(writer, digest, kind, &out_place->entry, &out_place->handle);
	packs_writer_return(self, writer);
	return out_place->handle != NULL;
}

/* As of the last look at the folder. *out_moved: a pack that should be there is not. */
static int find_sealed(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		       struct packs_place *out_place, size_t *out_count, bool *out_moved,
		       struct error *err)
{
	struct pack_hit hit[PACKS_COPIES_MAX];
	size_t hits;

	*out_count = 0;
	*out_moved = false;
	if (pack_index_find(self->index, digest, kind, hit, PACKS_COPIES_MAX, &hits, err))
		return -1;
	for (size_t i = 0; i < hits; i++) {
		struct packs_place *place = &out_place[*out_count];
		struct error absent = { 0 };

		place->entry = hit[i].entry;
		if (pack_files_take(self->files, &hit[i].pack, &place->handle, &absent) == 0) {
			++*out_count;
		} else if (absent.code == ERROR_ABSENT) {
			*out_moved = true;
		} else {
			packs_places_drop(out_place, *out_count);
			return error_set(err, absent.code, "%s", absent.text);
		}
	}
	return 0;
}

int packs_find(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
	       struct packs_place out_place[PACKS_COPIES_MAX], size_t *out_count, struct error *err)
{
	bool moved;

	*out_count = find_open(self, digest, kind, out_place);
	if (*out_count)
		return 0;
	if (packs_look(self, err) ||
	    find_sealed(self, digest, kind, out_place, out_count, &moved, err))
		return -1;
	if (*out_count)
		return 0;
	/* Another process may have sealed it meanwhile, or have written its pack anew. */
	if (moved ? pack_index_refresh(self->index, err) : pack_index_follow(self->index, err))
		return -1;
	return find_sealed(self, digest, kind, out_place, out_count, &moved, err);
}

int packs_entry(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		struct pack_entry *out_entry, bool *out_any, struct error *err)
{
	struct packs_place place[PACKS_COPIES_MAX];
	size_t count;

	if (packs_find(self, digest, kind, place, &count, err))
		return -1;
	*out_any = count > 0;
	if (count)
		*out_entry = place[0].entry;
	packs_places_drop(place, count);
	return 0;
}

/* ---- Records ---- */

/* The head of a record, which must be the one that the list names there. */
static int head_read(const struct pack_entry *entry, struct span head,
		     struct pack_record *out_record, struct error *err)
{
	if (pack_record_parse(head, out_record, err))
		return -1;
	if (!digest_equal(&out_record->digest, &entry->digest) || out_record->kind != entry->kind ||
	    out_record->raw_len != entry->raw_len || out_record->stored_len != entry->stored_len ||
	    out_record->codec != entry->codec)
		return error_set(err, ERROR_CORRUPT, "another record lies where one should");
	return 0;
}

static int stored_check(const struct pack_record *record, struct span stored, struct error *err)
{
	return crc32c(0, stored) != record->stored_crc
		       ? error_set(err, ERROR_CORRUPT, "the stored bytes of a record were changed")
		       : 0;
}

int packs_record_check(const struct pack_entry *entry, struct span head, struct span stored,
		       struct pack_record *out_record, struct error *err)
{
	return head_read(entry, head, out_record, err) || stored_check(out_record, stored, err) ? -1
												: 0;
}

int packs_record_begin(const struct packs_place *place, uint8_t *room, size_t len,
		       struct pack_record *out_record, struct error *err)
{
	const struct pack_entry *entry = &place->entry;
	uint8_t head[PACK_RECORD_BYTES];
	struct iovec part[2] = { { head, sizeof(head) }, { room, len } };
	ssize_t got = preadv(place->handle->fd, part, 2, (off_t)entry->offset);

	if (got != (ssize_t)(sizeof(head) + len) &&
	    (pack_pread(place->handle->fd, entry->offset, head, sizeof(head), err) ||
	     pack_pread(place->handle->fd, entry->offset + sizeof(head), room, len, err)))
		return -1;
	return head_read(entry, (struct span){ head, sizeof(head) }, out_record, err);
}

int packs_record_pread(const struct packs_place *place, uint8_t *room,
		       struct pack_record *out_record, struct error *err)
{
	size_t len = place->entry.stored_len;

	return packs_record_begin(place, room, len, out_record, err) ||
			       stored_check(out_record, (struct span){ room, len }, err)
		       ? -1
		       : 0;
}

static int bytes_read(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		      uint8_t *out, size_t len, unsigned depth, struct error *err);

/* Once more as data, where it cannot be read as a dictionary. */
static int dictionary_bytes(struct packs_store *self, const struct digest *digest, uint8_t *out,
			    size_t len, unsigned depth, struct error *err)
{
	struct error ignored = { 0 };

	if (bytes_read(self, digest, PACK_DICTIONARY, out, len, depth, err) == 0)
		return 0;
	return bytes_read(self, digest, PACK_DATA, out, len, depth, &ignored);
}

bool packs_needs(const struct packs_place *place, enum pack_kind kind, struct digest *out_digest)
{
	const struct codec *codec = codec_of(place->entry.codec);
	uint8_t head[PACK_RECORD_BYTES];
	struct pack_record record;
	struct error ignored = { 0 };

	if (!codec || !(kind == PACK_DICTIONARY ? codec->needs_dictionary : codec->needs_base) ||
	    pack_pread(place->handle->fd, place->entry.offset, head, sizeof(head), &ignored) ||
	    pack_record_parse((struct span){ head, sizeof(head) }, &record, &ignored))
		return false;
	*out_digest = record.base;
	return true;
}

/* How long the record of that digest is, by the first copy; 0 where there is none. */
static int length_find(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		       size_t *out_len, struct error *err)
{
	struct pack_entry entry;
	bool any;

	if (packs_entry(self, digest, kind, &entry, &any, err))
		return -1;
	*out_len = any ? entry.raw_len : 0;
	return 0;
}

static int base_load(struct packs_store *self, const struct codec *codec,
		     const struct pack_record *record, struct packs_scratch *scratch,
		     unsigned depth, struct error *err)
{
	size_t len = record->raw_len;
	uint8_t *room;

	if (codec->base_any_length) {
		if (length_find(self, &record->base, PACK_DATA, &len, err))
			return -1;
		if (!len)
			return error_set(err, ERROR_CORRUPT, "what a piece repeats is missing");
	}
	return buffer_extend(&scratch->base, len, &room, err) ||
			       bytes_read(self, &record->base, PACK_DATA, room, len, depth + 1, err)
		       ? -1
		       : 0;
}

/* The one that is needed next is mostly the one that was needed last. */
static int dictionary_load(struct packs_store *self, const struct digest *digest,
			   struct packs_scratch *scratch, unsigned depth, struct error *err)
{
	uint8_t *room;
	size_t len;

	if (scratch->dictionary.len && digest_equal(digest, &scratch->dictionary_digest))
		return 0;
	scratch->dictionary.len = 0;
	if (length_find(self, digest, PACK_DICTIONARY, &len, err) ||
	    (!len && length_find(self, digest, PACK_DATA, &len, err)))
		return -1;
	if (!len)
		return error_set(err, ERROR_CORRUPT, "the dictionary of a piece is missing");
	if (buffer_extend(&scratch->dictionary, len, &room, err))
		return -1;
	if (dictionary_bytes(self, digest, room, len, depth + 1, err)) {
		scratch->dictionary.len = 0;
		return -1;
	}
	scratch->dictionary_digest = *digest;
	return 0;
}

/* What the codec needs beside the stored bytes. */
static int needs_read(struct packs_store *self, const struct codec *codec,
		      const struct pack_record *record, struct packs_scratch *scratch,
		      unsigned depth, struct error *err)
{
	if (codec->needs_base)
		return base_load(self, codec, record, scratch, depth, err);
	return codec->needs_dictionary ? dictionary_load(self, &record->base, scratch, depth, err)
				       : 0;
}

/* Decode one copy into `out`, with `scratch` for what is not wanted raw. */
static int copy_decode(struct packs_store *self, const struct packs_place *place, uint8_t *out,
		       struct packs_scratch *scratch, unsigned depth, struct error *err)
{
	const struct codec *codec = codec_of(place->entry.codec);
	struct pack_record record;
	uint8_t *room = out;

	if (!codec)
		return error_set(err, ERROR_CORRUPT,
				 "a piece is stored by method %u, which this version does not know",
				 place->entry.codec);
	if (codec == &codec_raw)
		return place->entry.stored_len != place->entry.raw_len
			       ? error_set(err, ERROR_CORRUPT, "a piece is shorter than it says")
			       : packs_record_pread(place, out, &record, err);
	scratch->stored.len = scratch->base.len = 0;
	if (buffer_extend(&scratch->stored, place->entry.stored_len, &room, err) ||
	    packs_record_pread(place, room, &record, err) ||
	    needs_read(self, codec, &record, scratch, depth, err))
		return -1;
	return codec_decode(scratch->work, codec, buffer_view(&scratch->base),
			    buffer_view(&scratch->dictionary), buffer_view(&scratch->stored), out,
			    place->entry.raw_len, err);
}

/* A repair puts good copies of data beside the packs. */
static bool loose_copy(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		       uint8_t *out, size_t len)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct error ignored = { 0 };

	return kind == PACK_DATA && store_read(self->loose, digest, &source, &ignored) == 0 &&
	       source->size == len && source_read_at(source, 0, out, len, &ignored) == 0;
}

static int bytes_read(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		      uint8_t *out, size_t len, unsigned depth, struct error *err)
{
	struct packs_place place[PACKS_COPIES_MAX];
	struct packs_scratch *scratch = NULL;
	struct error cause = { 0 };
	char hex[DIGEST_HEX_SIZE];
	size_t count;
	int failed = -1;

	digest_to_hex(digest, hex);
	if (depth > BASES_DEEP)
		return error_set(err, ERROR_CORRUPT, "the bases of a piece lead in a circle");
	if (mended_has(self, digest) && loose_copy(self, digest, kind, out, len))
		return 0;
	if (packs_find(self, digest, kind, place, &count, err))
		return -1;
	if (!count)
		return loose_copy(self, digest, kind, out, len)
			       ? 0
			       : error_set(err, ERROR_CORRUPT,
					   "the piece sha256:%s is missing from the packs", hex);
	if (packs_scratch_take(self, &scratch, err)) {
		packs_places_drop(place, count);
		return -1;
	}
	for (size_t i = 0; i < count && failed; i++) {
		cause = (struct error){ 0 };
		failed = place[i].entry.raw_len != len
				 ? error_set(&cause, ERROR_CORRUPT, "it has another length")
				 : copy_decode(self, &place[i], out, scratch, depth, &cause);
	}
	packs_scratch_give(self, &scratch);
	packs_places_drop(place, count);
	return failed && !loose_copy(self, digest, kind, out, len)
		       ? error_set(err, cause.code, "the piece sha256:%s: %s", hex, cause.text)
		       : 0;
}

int packs_record_read(struct packs_store *self, const struct packs_place *place, uint8_t *out,
		      struct error *err)
{
	struct packs_scratch *scratch = NULL;
	int failed;

	if (packs_scratch_take(self, &scratch, err))
		return -1;
	failed = copy_decode(self, place, out, scratch, 0, err);
	packs_scratch_give(self, &scratch);
	return failed;
}

int packs_data_read(struct packs_store *self, const struct digest *digest, uint8_t *out, size_t len,
		    struct error *err)
{
	return bytes_read(self, digest, PACK_DATA, out, len, 0, err);
}

int packs_dictionary_read(struct packs_store *self, const struct digest *digest, uint8_t *out,
			  size_t len, struct error *err)
{
	return dictionary_bytes(self, digest, out, len, 0, err);
}

int packs_part(struct store *store, const struct digest *digest, struct buffer *out,
	       struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct error why = { 0 };
	char hex[DIGEST_HEX_SIZE];
	size_t len, before = out->len;
	struct digest found;
	uint8_t *room;

	digest_to_hex(digest, hex);
	if (length_find(self, digest, PACK_DATA, &len, err) ||
	    (!len && length_find(self, digest, PACK_DICTIONARY, &len, err)))
		return -1;
	if (!len)
		return error_set(err, ERROR_ABSENT, "no piece sha256:%s in the packs", hex);
	if (buffer_extend(out, len, &room, err))
		return -1;
	if (packs_dictionary_read(self, digest, room, len, &why))
		return error_set(err, why.code, "%s", why.text);
	found = sha256((struct span){ out->data + before, len });
	return digest_equal(&found, digest)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "the piece sha256:%s was changed", hex);
}

/* ---- Objects ---- */

int packs_removed_path(const struct packs_store *self, const struct digest *digest, char **out_path,
		       struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	return path_join(self->removed, hex, out_path, err);
}

static int was_removed(const struct packs_store *self, const struct digest *digest,
		       bool *out_removed, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (packs_removed_path(self, digest, &path, err))
		return -1;
	*out_removed = file_exists(path);
	return 0;
}

int packs_has(struct packs_store *self, const struct digest *digest, bool *out_has,
	      struct error *err)
{
	struct packs_place place[PACKS_COPIES_MAX];
	bool removed = false;
	size_t count;

	if (packs_find(self, digest, PACK_RECIPE, place, &count, err))
		return -1;
	packs_places_drop(place, count);
	if (count && was_removed(self, digest, &removed, err))
		return -1;
	*out_has = count && !removed;
	return 0;
}

int packs_recipe_at(const struct packs_place *place, struct recipe *out_recipe, struct error *err)
{
	uint8_t *bytes = malloc(place->entry.stored_len + 1u);
	struct pack_record record;
	int failed;

	if (!bytes)
		return error_set(err, ERROR_SYSTEM, "out of memory for a recipe");
	failed = packs_record_pread(place, bytes, &record, err) ||
		 recipe_parse((struct span){ bytes, place->entry.stored_len }, out_recipe, err);
	free(bytes);
	return failed ? -1 : 0;
}

int packs_recipe(struct packs_store *self, const struct digest *digest, struct recipe *out_recipe,
		 struct error *err)
{
	struct packs_place place[PACKS_COPIES_MAX];
	struct error cause = { 0 };
	char hex[DIGEST_HEX_SIZE];
	bool removed = false;
	size_t count;
	int failed = -1;

	digest_to_hex(digest, hex);
	if (packs_find(self, digest, PACK_RECIPE, place, &count, err))
		return -1;
	if (was_removed(self, digest, &removed, err)) {
		packs_places_drop(place, count);
		return -1;
	}
	for (size_t i = 0; i < count && failed && !removed; i++) {
		cause = (struct error){ 0 };
		failed = packs_recipe_at(&place[i], out_recipe, &cause);
	}
	packs_places_drop(place, count);
	if (!count || removed)
		return error_set(err, ERROR_ABSENT, "no object sha256:%s in the store", hex);
	return failed ? error_set(err, cause.code, "the recipe of sha256:%s: %s", hex, cause.text)
		      : 0;
}
