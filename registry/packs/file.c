/* A file on its way into packs: its pieces that nobody has yet are encoded where they come in. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/packs/file.h"

static const struct digest no_digest = { { 0 } };

/* ---- Beginning ---- */

int packs_writer_take(struct packs_store *self, struct pack_writer **out_writer, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&self->lock);
	if (self->writer && !self->borrowed && pack_writer_failed(self->writer))
		pack_writer_free(&self->writer); /* the next takes over what it left */
	if (!self->writer)
		failed = pack_writer_new(self->folder, self->files, self->index, self->pack_size,
					 self->head.ctx ? self->head.ctx : &self->fallback,
					 &self->writer, err);
	if (!failed) {
		self->borrowed++;
		*out_writer = self->writer;
	}
	pthread_mutex_unlock(&self->lock);
	return failed;
}

int packs_writer_end(struct packs_store *self, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&self->lock);
	if (self->writer && !self->borrowed) {
		failed = pack_writer_flush(self->writer, err);
		pack_writer_free(&self->writer);
	}
	pthread_mutex_unlock(&self->lock);
	return failed;
}

/* Blocks that can be shared cost no room; and a small file is no piece worth a pack. */
static int loose_begin(struct packs_store *self, const struct store_file_wish *wish,
		       struct store_file **out_loose, struct error *err)
{
	struct store_file *loose;

	*out_loose = NULL;
	if (!wish->like && wish->size >= self->small)
		return 0;
	if (self->loose->type->file_begin(self->loose, wish, &loose, err))
		return -1;
	if (wish->size >= self->small && !loose->there) {
		self->loose->type->file_abort(loose);
		return 0;
	}
	*out_loose = loose;
	return 0;
}

static void file_free(struct packs_file *file)
{
	struct packs_store *self = (struct packs_store *)file->head.store;

	packs_dictionary_drop(self, &file->dictionary);
	packs_earlier_free(&file->earlier);
	if (file->writer)
		packs_writer_return(self, file->writer);
	pthread_mutex_destroy(&file->lock);
	free(file->part);
	free(file);
}

int packs_file_begin(struct store *store, const struct store_file_wish *wish,
		     struct store_file **out_file, struct error *err)
{
	struct packs_store *self = (struct packs_store *)store;
	struct packs_file *file = calloc(1, sizeof(*file));

	if (!file)
		return error_set(err, ERROR_SYSTEM, "out of memory for '%s'", wish->name);
	pthread_mutex_init(&file->lock, NULL);
	file->head.store = store;
	file->size = wish->size;
	file->effort = wish->effort;
	/* Also for what will lie loose: a collection spares what writers put that live. */
	if (packs_writer_take(self, &file->writer, err) ||
	    loose_begin(self, wish, &file->loose, err) || (!file->loose && packs_look(self, err))) {
		file_free(file);
		return -1;
	}
	file->head.there = file->loose && file->loose->there;
	if (!file->loose && !digest_equal(&wish->earlier, &no_digest))
		packs_earlier_open(self, &wish->earlier, &file->earlier);
	file->lines = chunking_of(true, wish->size);
	file->bytes = chunking_of(false, wish->size);
	*out_file = &file->head;
	return 0;
}

/* ---- Pieces ---- */

static int part_note(struct packs_file *file, uint64_t offset, const struct packs_data *data,
		     struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&file->lock);
	if (file->count == file->cap) {
		size_t cap = file->cap + file->cap / 2 + 64;
		void *more = realloc(file->part, cap * sizeof(*file->part));

		if (more) {
			file->part = more;
			file->cap = cap;
		} else {
			failed = error_set(err, ERROR_SYSTEM, "out of memory for a recipe");
		}
	}
	if (!failed)
		file->part[file->count++] =
			(struct recipe_part){ data->digest, offset, (uint32_t)data->bytes.len };
	pthread_mutex_unlock(&file->lock);
	return failed;
}

int packs_is_sealed(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		    bool *out_sealed, struct error *err)
{
	struct pack_hit hit[PACKS_COPIES_MAX];
	size_t count;

	if (pack_index_find(self->index, digest, kind, hit, PACKS_COPIES_MAX, &count, err))
		return -1;
	*out_sealed = count && !hit[0].quarantined; /* those to rely on come first */
	return 0;
}

/*
 * What data may be stored as a difference to: the data with the digest data->base, or, where
 * that is a difference itself, what it differs from, so that none is ever read through two. Of
 * anything but texts it must be as long. Data that cannot be read is none.
 */
static struct span base_read(struct packs_store *self, const struct packs_data *data,
			     struct packs_scratch *scratch, struct digest *out_base)
{
	struct digest base = data->base, deeper = data->base;
	struct error ignored = { 0 };
	size_t len = 0;
	uint8_t *room;

	*out_base = no_digest;
	scratch->base.len = 0;
	for (int turn = 0; turn < 2 && !digest_equal(&deeper, &no_digest); turn++) {
		struct packs_place place[PACKS_COPIES_MAX];
		bool fits, sealed;
		size_t count;

		base = deeper;
		if (digest_equal(&base, &data->digest) ||
		    packs_find(self, &base, PACK_DATA, place, &count, &ignored) || !count)
			return (struct span){ NULL, 0 };
		len = place[0].entry.raw_len;
		fits = data->content == CONTENT_TEXT || len == data->bytes.len;
		/* One in quarantine may go before what differs from it is signed. */
		if (!digest_equal(&place[0].handle->name, &no_digest))
			fits = fits &&
			       !packs_is_sealed(self, &base, PACK_DATA, &sealed, &ignored) &&
			       sealed;
		if (!packs_needs(&place[0], PACK_DATA, &deeper))
			deeper = no_digest;
		packs_places_drop(place, count);
		if (!fits)
			return (struct span){ NULL, 0 };
	}
	if (!len || !digest_equal(&deeper, &no_digest) ||
	    buffer_extend(&scratch->base, len, &room, &ignored) ||
	    packs_data_read(self, &base, room, len, &ignored)) {
		scratch->base.len = 0;
		return (struct span){ NULL, 0 };
	}
	*out_base = base;
	return buffer_view(&scratch->base);
}

static int data_encode(struct packs_file *file, const struct packs_data *data,
		       struct packs_scratch *scratch, bool *out_differs, struct error *err)
{
	struct packs_store *self = (struct packs_store *)file->head.store;
	struct pack_record record = { .kind = PACK_DATA,
				      .raw_len = (uint32_t)data->bytes.len,
				      .digest = data->digest };
	struct codec_wish wish = { .content = data->content, .effort = file->effort };
	const struct codec *codec;
	struct digest base = no_digest;
	struct span beside;

	/* Nothing is gained by copying the bytes once more. */
	if (file->effort == EFFORT_NONE)
		return pack_writer_add(file->writer, &record, data->bytes, err);
	beside = base_read(self, data, scratch, &base);
	*(data->content == CONTENT_TEXT ? &wish.similar : &wish.base) = beside;
	if (data->dictionary)
		wish.dictionary = (struct span){ data->dictionary->bytes, data->dictionary->len };
	scratch->stored.len = 0;
	wish.offset = data->at;
	if ((data->chosen ? codec_encode_part : codec_encode)(scratch->work, &wish, data->bytes,
							      &scratch->stored, &codec, err)) {
		pack_writer_yield(file->writer, &data->digest, PACK_DATA);
		return -1;
	}
	record.codec = codec->number;
	*out_differs = codec->needs_base;
	if (codec->needs_base)
		record.base = base;
	if (codec->needs_dictionary)
		record.base = data->dictionary->digest;
	return pack_writer_add(file->writer, &record, buffer_view(&scratch->stored), err);
}

int packs_part_add(struct packs_file *file, uint64_t offset, const struct packs_data *data,
		   struct packs_scratch *scratch, bool *out_differs, struct error *err)
{
	struct packs_store *self = (struct packs_store *)file->head.store;
	bool sealed, mine;

	*out_differs = false;
	if (part_note(file, offset, data, err) ||
	    packs_is_sealed(self, &data->digest, PACK_DATA, &sealed, err))
		return -1;
	if (sealed)
		return 0;
	if (pack_writer_claim(file->writer, &data->digest, PACK_DATA, &mine, err))
		return -1;
	return mine ? data_encode(file, data, scratch, out_differs, err) : 0;
}

/* In parts, unless it is there as a whole: an earlier version of this program kept it so. */
static int piece_add(struct packs_file *file, const struct store_piece *piece,
		     struct packs_scratch *scratch, struct error *err)
{
	struct packs_store *self = (struct packs_store *)file->head.store;
	const struct packs_data data = { .digest = piece->digest,
					 .bytes = piece->bytes,
					 .content = piece->content,
					 .base = piece->base };
	bool whole = true, differs;

	if (piece->divisible && packs_is_sealed(self, &piece->digest, PACK_DATA, &whole, err))
		return -1;
	return whole ? packs_part_add(file, piece->offset, &data, scratch, &differs, err)
		     : packs_cut(file, piece, scratch, err);
}

int packs_file_piece(struct store_file *head, const struct store_piece *piece, struct error *err)
{
	struct packs_store *self = (struct packs_store *)head->store;
	struct packs_file *file = (struct packs_file *)head;
	struct packs_scratch *scratch;
	int failed;

	if (file->loose)
		return self->loose->type->file_piece(file->loose, piece, err);
	if (piece->offset > file->size || piece->bytes.len > file->size - piece->offset)
		return error_set(err, ERROR_CORRUPT, "a file grew while it was read");
	if (!piece->bytes.len)
		return 0;
	if (piece->bytes.len > PACK_PAYLOAD_MAX)
		return error_set(err, ERROR_USAGE, "a piece of %zu bytes, of %u allowed",
				 piece->bytes.len, PACK_PAYLOAD_MAX);
	if (packs_scratch_take(self, &scratch, err))
		return -1;
	failed = piece_add(file, piece, scratch, err);
	packs_scratch_give(self, &scratch);
	return failed;
}

/* ---- The whole ---- */

static int by_offset(const void *a, const void *b)
{
	const struct recipe_part *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* Do the parts, in order, make up the file? */
static int parts_check(struct packs_file *file, struct error *err)
{
	uint64_t size = 0;

	if (file->count)
		qsort(file->part, file->count, sizeof(*file->part), by_offset);
	for (size_t i = 0; i < file->count && file->part[i].offset == size; i++)
		size += file->part[i].len;
	if (size != file->size)
		return error_set(err, ERROR_CORRUPT, "%llu bytes of a file of %llu came in",
				 (unsigned long long)size, (unsigned long long)file->size);
	return 0;
}

static int recipe_add(struct packs_store *self, struct packs_file *file, const struct digest *whole,
		      struct error *err)
{
	struct recipe recipe = { .size = file->size, .count = file->count, .part = file->part };
	struct pack_record record = { .kind = PACK_RECIPE, .digest = *whole };
	CLEANUP(buffer_release) struct buffer bytes;
	bool sealed, mine;

	buffer_init(&bytes, PACK_PAYLOAD_MAX);
	if (packs_is_sealed(self, whole, PACK_RECIPE, &sealed, err))
		return -1;
	if (sealed)
		return 0;
	if (recipe_write(&recipe, &bytes, err) ||
	    pack_writer_claim(file->writer, whole, PACK_RECIPE, &mine, err))
		return -1;
	record.raw_len = (uint32_t)bytes.len;
	return mine ? pack_writer_add(file->writer, &record, buffer_view(&bytes), err) : 0;
}

int packs_removed_forget(struct packs_store *self, const struct digest *digest, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (packs_removed_path(self, digest, &path, err))
		return -1;
	if (!file_exists(path))
		return 0;
	if (unlink(path))
		return error_set(err, ERROR_SYSTEM, "cannot remove '%s'", path);
	return folder_sync(self->removed, err);
}

void packs_file_abort(struct store_file *head)
{
	struct packs_store *self = (struct packs_store *)head->store;
	struct packs_file *file = (struct packs_file *)head;

	if (file->loose)
		self->loose->type->file_abort(file->loose);
	file_free(file);
}

int packs_file_commit(struct store_file *head, const struct digest *whole, struct error *err)
{
	struct packs_store *self = (struct packs_store *)head->store;
	struct packs_file *file = (struct packs_file *)head;
	int failed;

	if (file->loose) {
		failed = self->loose->type->file_commit(file->loose, whole, err);
		file->loose = NULL;
	} else {
		failed = parts_check(file, err) || packs_dictionary_again(file, err) ||
			 pack_writer_settle(file->writer, err) ||
			 recipe_add(self, file, whole, err);
	}
	if (!failed)
		failed = packs_removed_forget(self, whole, err);
	packs_file_abort(head);
	return failed ? -1 : 0;
}
