/* A file on its way into packs: its pieces that nobody has yet are encoded where they come in. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/packs.h"

struct packs_file {
	struct store_file head;
	struct store_file *loose; /* it goes into the store of files: small, or by shared blocks */
	struct pack_writer *writer;
	uint64_t size;
	enum codec_effort effort;
	pthread_mutex_t lock; /* around the parts */
	struct recipe_part *part;
	size_t count, cap;
};

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
	if (wish->size >= self->small && !files_file_shares(loose)) {
		self->loose->type->file_abort(loose);
		return 0;
	}
	*out_loose = loose;
	return 0;
}

static void file_free(struct packs_file *file)
{
	if (file->writer)
		packs_writer_return((struct packs_store *)file->head.store, file->writer);
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
	*out_file = &file->head;
	return 0;
}

/* ---- Pieces ---- */

static int part_note(struct packs_file *file, const struct store_piece *piece, struct error *err)
{
	int failed = 0;

	pthread_mutex_lock(&file->lock);
	if (file->count == file->cap) {
		size_t cap = file->cap ? 2 * file->cap : 64;
		void *more = realloc(file->part, cap * sizeof(*file->part));

		if (more) {
			file->part = more;
			file->cap = cap;
		} else {
			failed = error_set(err, ERROR_SYSTEM, "out of memory for a recipe");
		}
	}
	if (!failed)
		file->part[file->count++] = (struct recipe_part){ piece->digest, piece->offset,
								  (uint32_t)piece->bytes.len };
	pthread_mutex_unlock(&file->lock);
	return failed;
}

/* Is it in a sealed pack that stays? */
static int is_sealed(struct packs_store *self, const struct digest *digest, enum pack_kind kind,
		     bool *out_sealed, struct error *err)
{
	struct pack_hit hit[PACKS_COPIES_MAX];
	size_t count;

	if (pack_index_find(self->index, digest, kind, hit, PACKS_COPIES_MAX, &count, err))
		return -1;
	*out_sealed = count && !hit[0].quarantined; /* those to rely on come first */
	return 0;
}

/* The base of the data at `place`, where it is stored as a difference; else zero. */
static struct digest base_of(const struct packs_place *place)
{
	const struct codec *codec = codec_of(place->entry.codec);
	uint8_t head[PACK_RECORD_BYTES];
	struct pack_record record;
	struct error ignored = { 0 };

	if (!codec || !codec->needs_base ||
	    pack_pread(place->handle->fd, place->entry.offset, head, sizeof(head), &ignored) ||
	    pack_record_parse((struct span){ head, sizeof(head) }, &record, &ignored))
		return no_digest;
	return record.base;
}

/*
 * The bytes that a piece may be stored as a difference to: those of piece->base, or, where
 * those are a difference themselves, of what they differ from, so that no piece is ever
 * read through two. A base that cannot be read is none.
 */
static struct span base_read(struct packs_store *self, const struct store_piece *piece,
			     struct packs_scratch *scratch, struct digest *out_base)
{
	struct digest base = piece->base;
	struct error ignored = { 0 };
	uint8_t *room;

	*out_base = no_digest;
	scratch->base.len = 0;
	for (int turn = 0; turn < 2; turn++) {
		struct packs_place place[PACKS_COPIES_MAX];
		struct digest deeper;
		bool fits, sealed;
		size_t count;

		if (digest_equal(&base, &no_digest) || digest_equal(&base, &piece->digest) ||
		    packs_find(self, &base, PACK_DATA, place, &count, &ignored) || !count)
			return (struct span){ NULL, 0 };
		fits = place[0].entry.raw_len == piece->bytes.len;
		/* One in quarantine may go before what differs from it is signed. */
		if (!digest_equal(&place[0].handle->name, &no_digest))
			fits = fits && !is_sealed(self, &base, PACK_DATA, &sealed, &ignored) &&
			       sealed;
		deeper = base_of(&place[0]);
		packs_places_drop(place, count);
		if (!fits)
			return (struct span){ NULL, 0 };
		if (digest_equal(&deeper, &no_digest))
			break;
		base = deeper;
		if (turn == 1)
			return (struct span){ NULL, 0 };
	}
	if (buffer_extend(&scratch->base, piece->bytes.len, &room, &ignored) ||
	    packs_data_read(self, &base, room, piece->bytes.len, &ignored)) {
		scratch->base.len = 0;
		return (struct span){ NULL, 0 };
	}
	*out_base = base;
	return buffer_view(&scratch->base);
}

static int piece_encode(struct packs_store *self, const struct packs_file *file,
			const struct store_piece *piece, struct error *err)
{
	struct pack_record record = { .kind = PACK_DATA,
				      .raw_len = (uint32_t)piece->bytes.len,
				      .digest = piece->digest };
	struct codec_wish wish = { .content = piece->content, .effort = file->effort };
	struct packs_scratch *scratch;
	const struct codec *codec;
	struct digest base = no_digest;
	int failed;

	if (packs_scratch_take(self, &scratch, err)) {
		pack_writer_yield(file->writer, &piece->digest, PACK_DATA);
		return -1;
	}
	if (file->effort != EFFORT_NONE)
		wish.base = base_read(self, piece, scratch, &base);
	scratch->stored.len = 0;
	if (file->effort == EFFORT_NONE) {
		/* Nothing is gained by copying the bytes once more. */
		failed = pack_writer_add(file->writer, &record, piece->bytes, err);
	} else if (codec_encode(scratch->work, &wish, piece->bytes, &scratch->stored, &codec,
				err)) {
		pack_writer_yield(file->writer, &piece->digest, PACK_DATA);
		failed = -1;
	} else {
		record.codec = codec->number;
		if (codec->needs_base)
			record.base = base;
		failed = pack_writer_add(file->writer, &record, buffer_view(&scratch->stored), err);
	}
	packs_scratch_give(self, &scratch);
	return failed;
}

int packs_file_piece(struct store_file *head, const struct store_piece *piece, struct error *err)
{
	struct packs_store *self = (struct packs_store *)head->store;
	struct packs_file *file = (struct packs_file *)head;
	bool sealed, mine;

	if (file->loose)
		return self->loose->type->file_piece(file->loose, piece, err);
	if (piece->offset > file->size || piece->bytes.len > file->size - piece->offset)
		return error_set(err, ERROR_CORRUPT, "a file grew while it was read");
	if (!piece->bytes.len)
		return 0;
	if (piece->bytes.len > PACK_PAYLOAD_MAX)
		return error_set(err, ERROR_USAGE, "a piece of %zu bytes, of %u allowed",
				 piece->bytes.len, PACK_PAYLOAD_MAX);
	if (part_note(file, piece, err) || is_sealed(self, &piece->digest, PACK_DATA, &sealed, err))
		return -1;
	if (sealed)
		return 0;
	if (pack_writer_claim(file->writer, &piece->digest, PACK_DATA, &mine, err))
		return -1;
	return mine ? piece_encode(self, file, piece, err) : 0;
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
	if (is_sealed(self, whole, PACK_RECIPE, &sealed, err))
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
		failed = parts_check(file, err) || pack_writer_settle(file->writer, err) ||
			 recipe_add(self, file, whole, err);
	}
	if (!failed)
		failed = packs_removed_forget(self, whole, err);
	packs_file_abort(head);
	return failed ? -1 : 0;
}
