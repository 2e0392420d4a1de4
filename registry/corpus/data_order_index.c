/* data_order: the indices of the sources, read in steps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/megatron.h"
#include "registry/data_order.h"

enum { INDEX_STEP = 1 << 20, SPLITS = 3 };

/*
 * The end of the part that is trained on: megatron/core/datasets, parse_and_normalize_split, and
 * sequences up to round(share * sequences), halves to the even number. Without a split all of it
 * is: whoever has no --split gets "969, 30, 1" from Megatron-LM's own default, which the caller
 * says. False: the split is no list of at most three numbers.
 */
static bool trained_end(const char *split, uint64_t sequences, uint64_t *out_end)
{
	double part[SPLITS] = { 0 }, end;
	size_t count = 0;
	struct error none = { 0 };

	for (const char *at = split; *at;) {
		size_t len = strspn(at, ".0123456789");
		char text[64], *stop;

		if (!len) {
			at++;
			continue;
		}
		if (count == SPLITS || len >= sizeof(text))
			return false;
		memcpy(text, at, len);
		text[len] = '\0';
		part[count++] = strtod(text, &stop);
		if (*stop)
			return false;
		at += len;
	}
	if (!count || blend_normalize(part, SPLITS, &none))
		return false;
	end = part[0] * (double)sequences;
	*out_end = (uint64_t)end;
	if (end - (double)*out_end > 0.5 || (!(end - (double)*out_end < 0.5) && *out_end % 2))
		++*out_end;
	if (*out_end > sequences)
		*out_end = sequences;
	return true;
}

struct index_read {
	struct megatron index;
	uint64_t end_at; /* bytes of the index up to the last length that is trained on */
	uint64_t trained;
};

static int bytes_take(struct index_read *read, const struct data_order *order, uint64_t at,
		      struct span bytes, struct error *err)
{
	/* The head alone, then what is trained on, then the rest. */
	uint64_t stops[] = { MEGATRON_HEAD_BYTES, 0, UINT64_MAX };

	for (size_t i = 0; i < 3 && bytes.len; i++) {
		uint64_t stop = i == 1 ? read->end_at : stops[i];
		size_t len = stop <= at              ? 0
			     : stop - at < bytes.len ? (size_t)(stop - at)
						     : bytes.len;

		if (megatron_add(&read->index, (struct span){ bytes.data, len }, err))
			return -1;
		at += len;
		bytes.data += len;
		bytes.len -= len;
		if (at == MEGATRON_HEAD_BYTES) {
			uint64_t end;

			if (!trained_end(order->split ? order->split : "969,30,1",
					 read->index.sequences, &end))
				return error_set(err, ERROR_CORRUPT, "'%.60s' is no split",
						 order->split);
			read->end_at = MEGATRON_HEAD_BYTES + 4 * end;
		}
		if (at == read->end_at)
			read->trained = read->index.tokens;
	}
	return 0;
}

static int index_take(const struct data_order *order, struct source *file,
		      struct data_source *source, uint8_t *step, struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *stream = NULL;
	struct index_read read = { .trained = 0 };
	uint64_t bytes;

	if (hash_stream_new(&stream, err))
		return -1;
	for (uint64_t at = 0; at < file->size;) {
		size_t len = file->size - at < INDEX_STEP ? (size_t)(file->size - at) : INDEX_STEP;

		if (source_read_at(file, at, step, len, err) ||
		    bytes_take(&read, order, at, (struct span){ step, len }, err))
			return -1;
		hash_stream_add(stream, (struct span){ step, len });
		at += len;
	}
	if (megatron_end(&read.index, &source->tokens, &source->documents, &bytes, err))
		return -1;
	source->index = hash_stream_finish(stream);
	source->sequences = read.index.sequences;
	source->epoch_tokens = read.trained;
	source->indexed = true;
	return 0;
}

int data_order_read_indices(struct data_order *order, uint64_t budget, struct error *err)
{
	CLEANUP(buffer_release) struct buffer step;
	uint8_t *room;

	buffer_init(&step, INDEX_STEP);
	if (buffer_extend(&step, INDEX_STEP, &room, err))
		return -1;
	for (size_t i = 0; i < order->count; i++) {
		CLEANUP(source_close) struct source *file = NULL;
		CLEANUP(text_free) char *path = NULL;
		struct error away = { 0 };
		size_t size = strlen(order->source[i].path) + sizeof(".idx");

		path = malloc(size);
		if (!path)
			return error_set(err, ERROR_SYSTEM, "out of memory for an index");
		snprintf(path, size, "%s.idx", order->source[i].path);
		if (source_open_file(path, &file, &away) || file->size > budget)
			continue;
		budget -= file->size;
		if (index_take(order, file, &order->source[i], room, err))
			return error_prefix(err, "'%s'", path);
	}
	return 0;
}
