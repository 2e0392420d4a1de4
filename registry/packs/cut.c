/*
 * Pieces that are no tensor's, kept in chunks: texts behind lines, anything else by a gear hash.
 *
 * Each piece is cut by itself, so that pieces may come in any order and from any threads, and
 * no part of a file lies in two pieces. Where an insertion moved the pieces' borders, that costs
 * the chunks at the borders, two in a few hundred.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/packs/file.h"

/* One of a piece's chunks. */
struct chunk {
	size_t at, len; /* in the piece */
	struct digest digest;
	size_t earlier; /* this part of the earlier version, or one like it; or PACKS_EARLIER_NONE
			 */
};

struct chunks {
	struct chunk *item;
	size_t count, room;
};

static void chunks_release(struct chunks *chunks)
{
	free(chunks->item);
}

static int chunks_cut(const struct chunking *how, struct span bytes, struct chunks *chunks,
		      struct error *err)
{
	size_t at = 0;

	while (at < bytes.len) {
		size_t len = chunk_next(how, (struct span){ bytes.data + at, bytes.len - at });

		if (chunks->count == chunks->room) {
			size_t room = chunks->room ? 2 * chunks->room : 512;
			void *more = reallocarray(chunks->item, room, sizeof(*chunks->item));

			if (!more)
				return error_set(err, ERROR_SYSTEM, "out of memory for a piece");
			chunks->item = more;
			chunks->room = room;
		}
		chunks->item[chunks->count++] = (struct chunk){ .at = at, .len = len };
		at += len;
	}
	return 0;
}

/* Many side by side, since some are longer than others. */
static int chunks_hash(struct chunks *chunks, const uint8_t *bytes, struct packs_scratch *scratch,
		       struct error *err)
{
	struct span message[PACKS_STREAMS_MAX];
	const size_t step = PACKS_STREAMS_MAX;

	for (size_t i = 0; i < step; i++)
		if (!scratch->stream[i] && hash_stream_new(&scratch->stream[i], err))
			return -1;
	for (size_t i = 0; i < chunks->count; i += step) {
		size_t count = chunks->count - i < step ? chunks->count - i : step;

		for (size_t k = 0; k < count; k++)
			message[k] = (struct span){ bytes + chunks->item[i + k].at,
						    chunks->item[i + k].len };
		hash_streams_add(scratch->stream, message, count);
		for (size_t k = 0; k < count; k++)
			chunks->item[i + k].digest = hash_stream_finish(scratch->stream[k]);
	}
	return 0;
}

/*
 * Which part of the earlier version a chunk that is not in it may resemble: the one that lies
 * there where the chunk would, had nothing changed since the last chunk before it that both
 * have (`near`), or else the next behind it; or since the beginning.
 */
static size_t resembled(const struct packs_file *file, const struct store_piece *piece,
			const struct chunk *chunk, const struct chunk *near)
{
	const struct recipe *recipe = packs_earlier_recipe(file->earlier);
	uint64_t middle = piece->offset + chunk->at + chunk->len / 2;

	if (near)
		middle += recipe->part[near->earlier].offset - (piece->offset + near->at);
	return middle < recipe->size ? packs_earlier_at(file->earlier, middle) : PACKS_EARLIER_NONE;
}

static void chunks_find(const struct packs_file *file, struct chunks *chunks,
			const struct chunk **out_first)
{
	*out_first = NULL;
	for (size_t i = 0; i < chunks->count; i++) {
		struct chunk *chunk = &chunks->item[i];

		chunk->earlier = file->earlier ? packs_earlier_find(file->earlier, &chunk->digest)
					       : PACKS_EARLIER_NONE;
		if (chunk->earlier != PACKS_EARLIER_NONE && !*out_first)
			*out_first = chunk;
	}
}

/* Keep a chunk: of a text, if the earlier version has it not, as what differs from one it has. */
static int chunk_add(struct packs_file *file, const struct store_piece *piece, struct chunk *chunk,
		     const struct chunk *near, struct packs_data *data,
		     struct packs_scratch *scratch, struct error *err)
{
	size_t like = PACKS_EARLIER_NONE;
	bool differs;

	data->digest = chunk->digest;
	data->bytes = (struct span){ piece->bytes.data + chunk->at, chunk->len };
	data->base = (struct digest){ { 0 } };
	data->at = chunk->at;
	if (data->content == CONTENT_TEXT && file->earlier && chunk->earlier == PACKS_EARLIER_NONE)
		like = resembled(file, piece, chunk, near);
	if (like != PACKS_EARLIER_NONE)
		data->base = packs_earlier_recipe(file->earlier)->part[like].digest;
	if (packs_part_add(file, piece->offset + chunk->at, data, scratch, &differs, err))
		return -1;
	if (differs)
		chunk->earlier = like;
	return 0;
}

int packs_cut(struct packs_file *file, const struct store_piece *piece,
	      struct packs_scratch *scratch, struct error *err)
{
	CLEANUP(chunks_release) struct chunks chunks = { 0 };
	bool text = chunk_is_text(piece->bytes);
	struct packs_data data = { .content = text ? CONTENT_TEXT : CONTENT_BYTES };
	struct codec_wish wish = { .content = CONTENT_BYTES, .effort = file->effort };
	const struct chunk *near;

	if (chunks_cut(text ? &file->lines : &file->bytes, piece->bytes, &chunks, err) ||
	    chunks_hash(&chunks, piece->bytes.data, scratch, err) ||
	    (text && packs_dictionary_choose(file, piece->bytes, scratch, &data.dictionary, err)))
		return -1;
	/* What to do with words is seen best in many of them. */
	if (!text && codec_choose(scratch->work, &wish, piece->bytes, err))
		return -1;
	data.chosen = !text;
	chunks_find(file, &chunks, &near);
	for (size_t i = 0; i < chunks.count; i++) {
		struct chunk *chunk = &chunks.item[i];

		if (chunk_add(file, piece, chunk, near, &data, scratch, err))
			return -1;
		if (chunk->earlier != PACKS_EARLIER_NONE)
			near = chunk;
	}
	return 0;
}
