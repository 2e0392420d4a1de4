/* weights_index: model.safetensors.index.json, which says what shard holds what tensor. */
#include "verify/weights/index.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/json/stream.h"
#include "verify/plain_text.h"
#include "verify/tree/walk.h"

void weights_index_release(struct weights_index *index)
{
	free(index->entry);
	free(index->shard);
	free(index->order);
	if (index->arena)
		arena_free(&index->arena);
	*index = (struct weights_index){ 0 };
}

/* Where in `order` this name stands; *out_place is where it belongs when it does not. */
static bool shard_find(const struct weights_index *index, const char *name, size_t *out_place)
{
	size_t low = 0, high = index->shard_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, index->shard[index->order[middle]]);

		*out_place = middle;
		if (!order)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	*out_place = low;
	return false;
}

/* The number of this shard, which is noted when it is new. */
static int shard_number(struct weights_index *index, struct span name, uint32_t *out_shard,
			struct error *err)
{
	const char *text = (const char *)name.data;
	size_t place, order_cap = index->shard_cap;
	void *array = (void *)(uintptr_t)index->shard, *order = index->order;

	if (shard_find(index, text, &place)) {
		*out_shard = index->order[place];
		return 0;
	}
	if (tree_name_check(text, err))
		return error_prefix(err, "a shard leads out of the directory");
	if (index->shard_count == WEIGHTS_SHARDS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u shards", WEIGHTS_SHARDS_MAX);
	if (array_room(&order, index->shard_count, &order_cap, sizeof(*index->order), err))
		return -1;
	index->order = order;
	if (array_room(&array, index->shard_count, &index->shard_cap, sizeof(char *), err))
		return -1;
	index->shard = array;
	if (arena_text(index->arena, name, &index->shard[index->shard_count], err))
		return -1;
	memmove(index->order + place + 1, index->order + place,
		(index->shard_count - place) * sizeof(*index->order));
	index->order[place] = (uint32_t)index->shard_count;
	*out_shard = (uint32_t)index->shard_count++;
	return 0;
}

static int read_entry(struct json_stream *stream, struct weights_index *index, struct error *err)
{
	struct weights_index_entry entry;
	void *array = index->entry;
	struct span text;

	if (json_stream_key(stream, "the name of a tensor", TENSOR_NAME_MAX, &text, err))
		return -1;
	if (!text_is_plain(text))
		return json_stream_fail(stream, err, "a tensor's name has control characters");
	if (index->count == TENSORS_MAX)
		return json_stream_fail(stream, err, "more than %u tensors", TENSORS_MAX);
	if (arena_text(index->arena, text, &entry.tensor, err) ||
	    json_stream_text(stream, "the name of a shard", TREE_NAME_MAX, &text, err) ||
	    shard_number(index, text, &entry.shard, err) ||
	    array_room(&array, index->count, &index->cap, sizeof(entry), err))
		return -1;
	index->entry = array;
	index->entry[index->count++] = entry;
	return 0;
}

static int read_map(struct json_stream *stream, struct weights_index *index, struct error *err)
{
	bool first = true, more;

	if (json_stream_take(stream, '{', err))
		return error_prefix(err, "weight_map");
	for (;;) {
		if (json_stream_more(stream, '}', &first, &more, err))
			return -1;
		if (!more)
			return 0;
		if (read_entry(stream, index, err))
			return -1;
	}
}

static int read_top(struct json_stream *stream, struct weights_index *index, struct error *err)
{
	bool first = true, more, map = false;
	struct span key;

	if (json_stream_take(stream, '{', err))
		return -1;
	for (;;) {
		if (json_stream_more(stream, '}', &first, &more, err))
			return -1;
		if (!more)
			break;
		if (json_stream_key(stream, "a key", TENSOR_NAME_MAX, &key, err))
			return -1;
		if (!span_equal(key, span_of("weight_map"))) {
			if (json_stream_skip(stream, err))
				return -1;
			continue;
		}
		if (map)
			return json_stream_fail(stream, err, "'weight_map' is there twice");
		map = true;
		if (read_map(stream, index, err))
			return -1;
	}
	return map ? json_stream_end(stream, err)
		   : json_stream_fail(stream, err, "'weight_map' is missing");
}

static int compare_entries(const void *a, const void *b)
{
	return strcmp(((const struct weights_index_entry *)a)->tensor,
		      ((const struct weights_index_entry *)b)->tensor);
}

int weights_index_read(struct source *source, struct weights_index *out_index, struct error *err)
{
	CLEANUP(weights_index_release) struct weights_index index = { 0 };
	CLEANUP(json_stream_free) struct json_stream *stream = NULL;

	if (source->size > WEIGHTS_INDEX_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "'%s' has %llu bytes, of %u allowed",
				 source->name, (unsigned long long)source->size,
				 WEIGHTS_INDEX_MAX_BYTES);
	if (arena_new(&index.arena, err) ||
	    json_stream_new(source, 0, source->size, source->name, &stream, err) ||
	    read_top(stream, &index, err))
		return -1;
	if (index.count)
		qsort(index.entry, index.count, sizeof(*index.entry), compare_entries);
	for (size_t i = 1; i < index.count; i++) {
		if (strcmp(index.entry[i - 1].tensor, index.entry[i].tensor) == 0)
			return error_set(err, ERROR_CORRUPT, "'%s' names the tensor '%s' twice",
					 source->name, index.entry[i].tensor);
	}
	*out_index = index;
	index = (struct weights_index){ 0 };
	return 0;
}
