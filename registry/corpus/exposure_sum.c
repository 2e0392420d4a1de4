/* exposure: the sums of segments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/exposure.h"
#include "registry/store.h"

/* The file of sequences: of the store, or the one that was named. *out_file NULL: neither. */
static int sequences_open(struct registry *registry, const char *named,
			  const struct data_order *order, struct source **out_file,
			  struct error *err)
{
	CLEANUP(source_close) struct source *file = NULL;
	struct error away = { 0 };
	struct digest digest;

	*out_file = NULL;
	if (!order->listed || store_read(registry->store, &order->sequences, out_file, &away) == 0)
		return 0;
	if (!named)
		return 0;
	if (source_open_file(named, &file, err) || source_sha256(registry->ctx, file, &digest, err))
		return -1;
	if (!digest_equal(&digest, &order->sequences))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is not the file of sequences that was signed", named);
	*out_file = file;
	file = NULL; /* handed over */
	return 0;
}

/* ---- One segment ---- */

static void why_set(struct exposure_segment *segment, const char *why)
{
	if (!segment->why[0])
		snprintf(segment->why, sizeof(segment->why), "%s", why);
}

/* What goes from segment to segment. */
struct summing {
	struct registry *registry;
	const char *sequences;
	uint64_t begin; /* what the segments so far did, where the next goes on counting */
	bool unknown;   /* and that is not known */
	struct blend_work work;
};

/* Its samples of each source; `work` NULL: as declared. */
static int segment_taken(struct exposure_segment *segment, struct source *file,
			 struct blend_work *work, struct error *err)
{
	const struct data_order *order = &segment->order;
	uint64_t *before = calloc(order->count, sizeof(*before));
	uint64_t begin = work ? segment->begin : 0;
	int failed;

	if (!before)
		return error_set(err, ERROR_SYSTEM, "out of memory for shares");
	failed = data_order_taken(order, begin, file, work, before, err) ||
		 data_order_taken(order, begin + segment->samples, file, work, segment->taken, err);
	for (size_t i = 0; !failed && i < order->count; i++)
		segment->taken[i] -= before[i];
	free(before);
	return failed ? -1 : 0;
}

static int segment_count(struct summing *summing, struct exposure_segment *segment,
			 struct error *err)
{
	CLEANUP(source_close) struct source *file = NULL;
	const struct data_order *order = &segment->order;
	struct error counted = { 0 };
	const char *why;
	uint64_t done;

	if (!segment->ordered)
		return 0;
	if (!order->batch_size) {
		why_set(segment, "the size of a batch is not known: only the shares are");
		return 0;
	}
	if (summing->unknown && !order->fresh)
		why_set(segment, "how many samples came before it is not known");
	segment->begin = order->fresh ? 0 : summing->begin;
	if (data_order_advance(order, segment->begin, segment->to - segment->from, &done, err) ||
	    sequences_open(summing->registry, summing->sequences, order, &file, err))
		return -1;
	segment->samples = done - segment->begin;
	segment->taken = calloc(order->count, sizeof(*segment->taken));
	if (!segment->taken)
		return error_set(err, ERROR_SYSTEM, "out of memory for shares");
	why = data_order_doubt(order, file != NULL, done);
	if (why)
		why_set(segment, why);
	summing->work.over = false;
	if (!segment->why[0] && segment_taken(segment, file, &summing->work, &counted)) {
		if (!summing->work.over)
			return error_set(err, counted.code, "%s", counted.text);
		why_set(segment, "a weight is too small for so many samples to be counted");
	}
	segment->exact = !segment->why[0];
	return segment->exact ? 0 : segment_taken(segment, NULL, NULL, err);
}

/* ---- All of them ---- */

static struct exposure_source *source_find(struct exposure *exposure, const char *path)
{
	for (size_t i = 0; i < exposure->source_count; i++)
		if (strcmp(exposure->source[i].path, path) == 0)
			return &exposure->source[i];
	return NULL;
}

static int source_add(struct exposure *exposure, const struct exposure_segment *segment, size_t i,
		      struct error *err)
{
	const struct data_source *from = &segment->order.source[i];
	struct exposure_source *source = source_find(exposure, from->path);
	uint64_t samples = segment->taken ? segment->taken[i] : 0, tokens;

	if (!source) {
		source = &exposure->source[exposure->source_count];
		*source = (struct exposure_source){ .path = strdup(from->path) };
		if (!source->path)
			return error_set(err, ERROR_SYSTEM, "out of memory for sources");
		exposure->source_count++;
		if (from->indexed) {
			source->documents = from->documents;
			source->epoch_tokens = from->epoch_tokens;
			source->index = from->index;
		}
	} else if (from->indexed && source->epoch_tokens &&
		   (!digest_equal(&source->index, &from->index) ||
		    source->epoch_tokens != from->epoch_tokens)) {
		source->mixed = true;
	}
	if (__builtin_mul_overflow(samples, segment->order.sequence_length, &tokens) ||
	    __builtin_add_overflow(source->tokens, tokens, &source->tokens) ||
	    __builtin_add_overflow(source->samples, samples, &source->samples) ||
	    __builtin_add_overflow(exposure->tokens, tokens, &exposure->tokens) ||
	    __builtin_add_overflow(exposure->samples, samples, &exposure->samples))
		return error_set(err, ERROR_USAGE, "more tokens than can be counted");
	return 0;
}

static int source_order(const void *a, const void *b)
{
	const struct exposure_source *left = a, *right = b;

	if (left->samples != right->samples)
		return left->samples < right->samples ? 1 : -1;
	return strcmp(left->path, right->path);
}

int exposure_sum(struct registry *registry, const char *sequences, struct exposure *exposure,
		 struct error *err)
{
	struct summing summing = {
		.registry = registry,
		.sequences = sequences,
		.work = { .ctx = registry->ctx, .left = BLEND_STEPS_MAX },
	};
	size_t sources = 1;

	exposure->exact = exposure->tokens_known = true;
	for (size_t i = 0; i < exposure->segment_count; i++) {
		struct exposure_segment *segment = &exposure->segment[i];

		if (context_check_cancelled(registry->ctx, err) ||
		    segment_count(&summing, segment, err))
			return -1;
		summing.begin = segment->begin + segment->samples;
		summing.unknown = !segment->taken || segment->adrift ||
				  (summing.unknown && !segment->order.fresh);
		sources += segment->order.count;
		exposure->exact &= segment->exact;
		exposure->tokens_known &= segment->order.sequence_length > 0 && segment->taken;
	}
	exposure->source = calloc(sources, sizeof(*exposure->source));
	if (!exposure->source)
		return error_set(err, ERROR_SYSTEM, "out of memory for sources");
	for (size_t i = 0; i < exposure->segment_count; i++)
		for (size_t j = 0; j < exposure->segment[i].order.count; j++)
			if (source_add(exposure, &exposure->segment[i], j, err))
				return -1;
	if (!exposure->source_count)
		return error_set(err, ERROR_USAGE, "%s",
				 exposure->segment_count
					 ? exposure->segment[exposure->segment_count - 1].why
					 : "nothing is known of it");
	qsort(exposure->source, exposure->source_count, sizeof(*exposure->source), source_order);
	return 0;
}
