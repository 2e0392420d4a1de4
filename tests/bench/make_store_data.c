/*
 * Make what the store is measured with, the same at every run.
 *
 *     make_store_data weights FOLDER MEGABYTES SHARDS [layers=N] [places=X]
 *     make_store_data text FILE MEGABYTES [edited=PERMILLE]
 *
 * weights: 24 layers of normal bf16 weights, each row with a scale of its own, behind an embedding
 * of a twentieth of the whole; layers=N draws the last N layers anew; with places=X every weight
 * moves by a normal step of X representable numbers, as between checkpoints of a run.
 * text: lines of JSON whose words are as frequent as those of a language (Zipf); edited=N draws
 * one word anew in N lines of a thousand.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/bytes.h"

enum { LAYERS = 24, HIDDEN = 2048, STEP = 1 << 20, BELL = 1 << 14, WORDS = 60000 };

struct stream {
	uint64_t state;
};

static struct stream stream_of(uint64_t number)
{
	return (struct stream){ (number + 1) * 0x9e3779b97f4a7c15u };
}

static uint64_t draw(struct stream *stream)
{
	uint64_t *state = &stream->state;

	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

static double uniform(struct stream *stream)
{
	return ((double)(draw(stream) >> 11) + 0.5) / 9007199254740992.0;
}

/* The quantiles of the normal distribution, so that drawing from it is looking one up. */
static float bell[BELL + 1];

static void bell_make(void)
{
	double at = -5.5, below = 0, step = 1e-5;

	for (int i = 0; i <= BELL; i++) {
		double wanted = (double)i / BELL;

		while (below < wanted && at < 5.5) {
			below += step * exp(-(at + step / 2) * (at + step / 2) / 2) /
				 2.50662827463100050242;
			at += step;
		}
		bell[i] = (float)at;
	}
}

static float normal_of(uint32_t bits)
{
	uint32_t place = bits >> 18;
	float rest = (float)(bits & 0x3ffff) * 0x1p-18f;

	return bell[place] + rest * (bell[place + 1] - bell[place]);
}

static uint16_t to_bf16(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, 4);
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

struct weights {
	const char *folder;
	uint64_t rows;     /* of a layer, HIDDEN wide */
	uint64_t embedded; /* rows of the embedding */
	unsigned shards, redrawn;
	double places;
	uint16_t *room;
};

static uint64_t rows_of(const struct weights *w, unsigned tensor)
{
	return tensor ? w->rows : w->embedded;
}

static void name_of(unsigned tensor, char *out, size_t size)
{
	if (tensor)
		snprintf(out, size, "model.layers.%u.mlp.up_proj.weight", tensor - 1);
	else
		snprintf(out, size, "model.embed_tokens.weight");
}

static int write_header(const struct weights *w, unsigned first, unsigned end,
			struct file_writer *writer, struct error *err)
{
	CLEANUP(buffer_release) struct buffer header;
	CLEANUP(buffer_release) struct buffer length;
	unsigned long long at = 0;

	buffer_init(&header, 1u << 16);
	buffer_init(&length, 8);
	if (buffer_add_text(&header, "{\"__metadata__\":{\"format\":\"pt\"}", err))
		return -1;
	for (unsigned i = first; i < end; i++) {
		unsigned long long rows = rows_of(w, i), next = at + 2 * HIDDEN * rows;
		char name[64];

		name_of(i, name, sizeof(name));
		if (buffer_printf(&header, err,
				  ",\"%s\":{\"dtype\":\"BF16\",\"shape\":[%llu,%d],"
				  "\"data_offsets\":[%llu,%llu]}",
				  name, rows, HIDDEN, at, next))
			return -1;
		at = next;
	}
	if (buffer_add_text(&header, "}", err))
		return -1;
	while (header.len % 8)
		if (buffer_add_text(&header, " ", err))
			return -1;
	return buffer_add_u64le(&length, header.len, err) ||
			       file_writer_add(writer, buffer_view(&length), err) ||
			       file_writer_add(writer, buffer_view(&header), err)
		       ? -1
		       : 0;
}

/* One row: a scale of its own, then normal numbers; and the steps that they took since. */
static void row_make(const struct weights *w, struct stream *values, struct stream *steps,
		     uint16_t *row)
{
	float scale = 0.015f + 0.01f * (float)uniform(values);

	for (int i = 0; i < HIDDEN; i += 2) {
		uint64_t two = draw(values);

		row[i] = to_bf16(scale * normal_of((uint32_t)two));
		row[i + 1] = to_bf16(scale * normal_of((uint32_t)(two >> 32)));
	}
	for (int i = 0; w->places > 0 && i < HIDDEN; i += 2) {
		uint64_t two = draw(steps);

		row[i] = (uint16_t)(row[i] + lrint(w->places * (double)normal_of((uint32_t)two)));
		row[i + 1] =
			(uint16_t)(row[i + 1] +
				   lrint(w->places * (double)normal_of((uint32_t)(two >> 32))));
	}
}

static int write_tensor(const struct weights *w, unsigned tensor, struct file_writer *writer,
			struct error *err)
{
	bool anew = tensor + w->redrawn > LAYERS;
	struct stream values = stream_of(tensor + (anew ? 1000 : 0));
	struct stream steps = stream_of(tensor + 5000);
	uint64_t rows = rows_of(w, tensor);

	while (rows) {
		uint64_t count = rows < STEP / HIDDEN ? rows : STEP / HIDDEN;

		for (uint64_t i = 0; i < count; i++)
			row_make(w, &values, &steps, w->room + i * HIDDEN);
		if (file_writer_add(
			    writer,
			    (struct span){ (uint8_t *)w->room, (size_t)(2 * HIDDEN * count) }, err))
			return -1;
		rows -= count;
	}
	return 0;
}

static int write_shard(const struct weights *w, unsigned shard, struct buffer *index,
		       struct error *err)
{
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	unsigned first = shard * (LAYERS + 1) / w->shards,
		 end = (shard + 1) * (LAYERS + 1) / w->shards;
	char path[4096], name[64];

	snprintf(name, sizeof(name), "model-%05u-of-%05u.safetensors", shard + 1, w->shards);
	if (w->shards == 1)
		snprintf(name, sizeof(name), "model.safetensors");
	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	if (file_writer_new(path, 0644, &writer, err) || write_header(w, first, end, writer, err))
		return -1;
	for (unsigned i = first; i < end; i++) {
		char tensor[64];

		name_of(i, tensor, sizeof(tensor));
		if (buffer_printf(index, err, "%s\"%s\":\"%s\"", i ? "," : "", tensor, name) ||
		    write_tensor(w, i, writer, err))
			return -1;
	}
	return file_writer_commit(writer, FILE_REPLACE, err);
}

static int make_weights(struct weights *w, double megabytes, struct error *err)
{
	CLEANUP(buffer_release) struct buffer index;
	char path[4096];
	double rows = megabytes * 1e6 / (2 * HIDDEN);
	int result;

	buffer_init(&index, 1u << 20);
	w->embedded = (uint64_t)(rows / 20) + 1;
	w->rows = (uint64_t)((rows - (double)w->embedded) / LAYERS) + 1;
	w->room = malloc(2 * STEP);
	if (!w->room)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	bell_make();
	result = folder_make(w->folder, err) ||
		 buffer_add_text(&index, "{\"metadata\":{},\"weight_map\":{", err);
	for (unsigned shard = 0; !result && shard < w->shards; shard++)
		result = write_shard(w, shard, &index, err);
	snprintf(path, sizeof(path), "%s/model.safetensors.index.json", w->folder);
	if (!result && w->shards > 1)
		result = buffer_add_text(&index, "}}\n", err) ||
			 file_write(path, buffer_view(&index), 0644, FILE_REPLACE, err);
	free(w->room);
	return result ? -1 : 0;
}

/* The word of a rank: syllables, the frequent ones short. */
static void word_add(char *line, size_t size, unsigned rank)
{
	static const char *const syllables[] = { "a",  "re", "mi", "to", "no", "ka", "shi", "ten",
						 "in", "or", "al", "ed", "su", "ha", "lo",  "we" };
	size_t len = strlen(line);

	for (rank++; rank && len + 8 < size; rank /= 16)
		len += (size_t)snprintf(line + len, size - len, "%s", syllables[rank % 16]);
	snprintf(line + len, size - len, " ");
}

static unsigned rank_draw(struct stream *stream)
{
	return (unsigned)exp(uniform(stream) * log((double)WORDS)) - 1; /* Zipf: 1/rank */
}

static int make_text(const char *path, double megabytes, unsigned edited, struct error *err)
{
	CLEANUP(file_writer_free) struct file_writer *writer = NULL;
	struct stream words = stream_of(1), edits = stream_of(2);
	uint64_t written = 0;

	if (file_writer_new(path, 0644, &writer, err))
		return -1;
	for (unsigned long long number = 0; (double)written < megabytes * 1e6; number++) {
		unsigned count = 20 + (unsigned)(draw(&words) >> 57);
		unsigned changed = draw(&edits) % 1000 < edited
					   ? (unsigned)(draw(&edits) >> 32) % count
					   : count;
		char line[4096];

		snprintf(line, sizeof(line), "{\"id\":%llu,\"text\":\"", number);
		for (unsigned i = 0; i < count; i++) {
			unsigned rank = rank_draw(&words);

			word_add(line, sizeof(line) - 8, i == changed ? rank_draw(&edits) : rank);
		}
		snprintf(line + strlen(line), 8, "\"}\n");
		if (file_writer_add(writer, span_of(line), err))
			return -1;
		written += strlen(line);
	}
	return file_writer_commit(writer, FILE_REPLACE, err);
}

/* The number behind NAME=, or what stands for it. */
static double option(int argc, char **argv, const char *name, double otherwise)
{
	size_t len = strlen(name);

	for (int i = 4; i < argc; i++)
		if (!strncmp(argv[i], name, len) && argv[i][len] == '=')
			return strtod(argv[i] + len + 1, NULL);
	return otherwise;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	int result;

	if (argc >= 5 && !strcmp(argv[1], "weights")) {
		struct weights w = { .folder = argv[2],
				     .shards = (unsigned)strtoul(argv[4], NULL, 10),
				     .redrawn = (unsigned)option(argc, argv, "layers", 0),
				     .places = option(argc, argv, "places", 0) };

		if (!w.shards || w.shards > LAYERS || w.redrawn > LAYERS)
			return 2;
		result = make_weights(&w, strtod(argv[3], NULL), &err);
	} else if (argc >= 4 && !strcmp(argv[1], "text")) {
		result = make_text(argv[2], strtod(argv[3], NULL),
				   (unsigned)option(argc, argv, "edited", 0), &err);
	} else {
		fprintf(stderr, "usage: make_store_data weights FOLDER MEGABYTES SHARDS [layers=N] "
				"[places=X] | text FILE MEGABYTES [edited=PERMILLE]\n");
		return 2;
	}
	if (result) {
		fprintf(stderr, "make_store_data: %s\n", err.text);
		return error_exit_status(err.code);
	}
	return 0;
}
