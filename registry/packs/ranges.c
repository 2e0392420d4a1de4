/* Objects in packs, read by ranges. */
#include <stdlib.h>
#include <string.h>

#include "registry/pack/mended.h"

enum { CACHED_PIECES = 4 };

/* A piece of which only some bytes were wanted. */
struct cached {
	size_t part;
	uint8_t *bytes; /* NULL: none */
	size_t cap;
	uint64_t turn;
};

struct packs_source {
	struct source head;
	struct packs_store *store;
	struct recipe recipe;
	pthread_mutex_t lock; /* around what follows */
	bool *checked;        /* part by part: is it raw, and were its stored bytes right? */
	struct cached cached[CACHED_PIECES];
	uint64_t turn;
};

static bool cached_copy(struct packs_source *source, size_t part, uint32_t from, uint8_t *out,
			size_t len)
{
	bool found = false;

	pthread_mutex_lock(&source->lock);
	for (size_t i = 0; i < CACHED_PIECES && !found; i++) {
		struct cached *cached = &source->cached[i];

		if (!cached->bytes || cached->part != part)
			continue;
		memcpy(out, cached->bytes + from, len);
		cached->turn = ++source->turn;
		found = true;
	}
	pthread_mutex_unlock(&source->lock);
	return found;
}

/* The place of the piece that was used longest ago, or a free one. The lock is held. */
static struct cached *cached_oldest(struct packs_source *source)
{
	struct cached *oldest = source->cached;

	for (size_t i = 1; i < CACHED_PIECES; i++)
		if (source->cached[i].turn < oldest->turn)
			oldest = &source->cached[i];
	return oldest;
}

/*
 * Room for a piece of `len` bytes: that of the oldest one where it suffices, since fresh
 * memory of this size costs the kernel as much as decoding into it.
 */
static int cached_room(struct packs_source *source, size_t len, struct cached *out_room,
		       struct error *err)
{
	struct cached *oldest;

	pthread_mutex_lock(&source->lock);
	oldest = cached_oldest(source);
	*out_room = *oldest;
	*oldest = (struct cached){ 0 };
	pthread_mutex_unlock(&source->lock);
	if (out_room->bytes && out_room->cap >= len)
		return 0;
	free(out_room->bytes);
	*out_room = (struct cached){ .bytes = malloc(len), .cap = len };
	return out_room->bytes ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a piece");
}

/* Takes what cached_room gave. */
static void cached_put(struct packs_source *source, size_t part, const struct cached *room)
{
	struct cached *oldest;

	pthread_mutex_lock(&source->lock);
	oldest = cached_oldest(source);
	free(oldest->bytes);
	*oldest = (struct cached){ part, room->bytes, room->cap, ++source->turn };
	pthread_mutex_unlock(&source->lock);
}

static bool part_is_checked(struct packs_source *source, size_t index)
{
	bool checked;

	pthread_mutex_lock(&source->lock);
	checked = source->checked[index];
	pthread_mutex_unlock(&source->lock);
	return checked;
}

/*
 * Raw data, of which some bytes are enough: `out` gets `len` of them where the stored bytes were
 * checked before, else all of them are read and checked. *out_done is false where the data is not
 * raw or not right, or a repair put it elsewhere.
 */
static int raw_read(struct packs_source *source, size_t index, uint32_t from, uint8_t *out,
		    size_t len, bool *out_done, struct error *err)
{
	const struct recipe_part *part = &source->recipe.part[index];
	struct packs_place place[PACKS_COPIES_MAX];
	struct pack_record record;
	struct error damage = { 0 };
	size_t count;
	int failed = 0;

	*out_done = false;
	if (mended_has(source->store, &part->digest))
		return 0;
	if (packs_find(source->store, &part->digest, PACK_DATA, place, &count, err))
		return -1;
	if (count && codec_of(place[0].entry.codec) == &codec_raw &&
	    place[0].entry.raw_len == part->len && place[0].entry.stored_len == part->len) {
		if (len < part->len) {
			failed = pack_pread(place[0].handle->fd,
					    place[0].entry.offset + PACK_RECORD_BYTES + from, out,
					    len, err);
			*out_done = true;
		} else {
			*out_done = packs_record_pread(&place[0], out, &record, &damage) == 0;
		}
	}
	packs_places_drop(place, count);
	return failed;
}

/* The whole part, of which some bytes are wanted; where it is raw it is noted that it is right. */
static int part_read_whole(struct packs_source *source, size_t index, uint8_t *out,
			   struct error *err)
{
	const struct recipe_part *part = &source->recipe.part[index];
	bool raw;

	if (raw_read(source, index, 0, out, part->len, &raw, err))
		return -1;
	if (!raw)
		return packs_data_read(source->store, &part->digest, out, part->len, err);
	pthread_mutex_lock(&source->lock);
	source->checked[index] = true;
	pthread_mutex_unlock(&source->lock);
	return 0;
}

static int part_read(struct packs_source *source, size_t index, uint32_t from, uint8_t *out,
		     size_t len, struct error *err)
{
	const struct recipe_part *part = &source->recipe.part[index];
	struct cached room;
	bool done = false;

	if (len == part->len)
		return packs_data_read(source->store, &part->digest, out, len, err);
	if (cached_copy(source, index, from, out, len))
		return 0;
	if (part_is_checked(source, index) && raw_read(source, index, from, out, len, &done, err))
		return -1;
	if (done)
		return 0;
	if (cached_room(source, part->len, &room, err))
		return -1;
	if (part_read_whole(source, index, room.bytes, err)) {
		free(room.bytes);
		return -1;
	}
	memcpy(out, room.bytes + from, len);
	cached_put(source, index, &room);
	return 0;
}

static int packs_read_at(struct source *head, uint64_t offset, void *out, size_t len,
			 struct error *err)
{
	struct packs_source *source = (struct packs_source *)head;
	uint8_t *to = out;

	for (size_t i = len ? recipe_part_at(&source->recipe, offset) : 0; len; i++) {
		const struct recipe_part *part = &source->recipe.part[i];
		uint32_t from = (uint32_t)(offset - part->offset);
		size_t step = part->len - from < len ? part->len - from : len;

		if (part_read(source, i, from, to, step, err))
			return -1;
		to += step;
		offset += step;
		len -= step;
	}
	return 0;
}

static void packs_source_close(struct source *head)
{
	struct packs_source *source = (struct packs_source *)head;

	for (size_t i = 0; i < CACHED_PIECES; i++)
		free(source->cached[i].bytes);
	free(source->checked);
	recipe_release(&source->recipe);
	pthread_mutex_destroy(&source->lock);
	free(source);
}

static const struct source_type packs_source_type = { .read_at = packs_read_at,
						      .close = packs_source_close };

int packs_read(struct packs_store *self, const struct digest *digest, struct source **out_source,
	       struct error *err)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct packs_source *source;
	char hex[DIGEST_HEX_SIZE];
	char *name;

	if (packs_recipe(self, digest, &recipe, err))
		return -1;
	digest_to_hex(digest, hex);
	source = calloc(1, sizeof(*source));
	name = strdup(hex);
	if (source)
		source->checked = calloc(recipe.count + 1, sizeof(*source->checked));
	if (!source || !name || !source->checked) {
		if (source)
			free(source->checked);
		free(source);
		free(name);
		return error_set(err, ERROR_SYSTEM, "out of memory for an object");
	}
	source->head = (struct source){ &packs_source_type, recipe.size, name };
	source->store = self;
	source->recipe = recipe;
	recipe = (struct recipe){ 0 }; /* handed over */
	pthread_mutex_init(&source->lock, NULL);
	*out_source = &source->head;
	return 0;
}
