/* data_order: the JSON form, written and read like what a stranger wrote. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/data_order.h"

enum {
	LENGTH_MAX = 1 << 30, /* of a sequence, and of a batch */
	WEIGHT_SIZE = 24
};

static int ramp_check(const struct data_order *order, struct error *err)
{
	uint64_t rise = order->batch_size - order->ramp_start;

	if (!order->ramp_start || !order->batch_size)
		return 0;
	return order->ramp_start < order->batch_size && order->ramp_step &&
			       rise % order->ramp_step == 0 && order->ramp_samples
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "the batch does not ramp up from %llu by steps of %llu to %llu",
				   (unsigned long long)order->ramp_start,
				   (unsigned long long)order->ramp_step,
				   (unsigned long long)order->batch_size);
}

int data_order_check(const struct data_order *order, struct error *err)
{
	size_t weighted = 0;
	double sum = 0;

	for (size_t i = 0; i < order->count; i++) {
		weighted += order->source[i].weight != NULL;
		sum += order->source[i].share;
	}
	if (!order->count)
		return error_set(err, ERROR_CORRUPT, "no source is named");
	if (weighted && weighted < order->count)
		return error_set(err, ERROR_CORRUPT, "some sources have a weight, others none");
	if (weighted && !(sum < 1e300))
		return error_set(err, ERROR_CORRUPT, "the weights add up to no number");
	if (order->sequence_length > LENGTH_MAX || order->batch_size > LENGTH_MAX)
		return error_set(err, ERROR_CORRUPT, "a sequence or a batch is too long");
	if (order->kind == DATA_ORDER_INTERLEAVE && !weighted)
		return error_set(err, ERROR_CORRUPT, "what is interleaved needs weights");
	return ramp_check(order, err);
}

/* ---- Writing ---- */

static int source_write(const struct data_source *source, struct json *list, struct error *err)
{
	struct json *item, *index;

	if (json_add_object(list, &item, err) || json_set_text(item, "path", source->path, err) ||
	    (source->weight && json_set_text(item, "weight", source->weight, err)) ||
	    (source->ids && json_set_size(item, "sequences", source->ids, err)))
		return -1;
	if (!source->indexed)
		return 0;
	return json_set_object(item, "index", &index, err) ||
			       json_set_digest(index, "digest", &source->index, err) ||
			       json_set_size(index, "documents", source->documents, err) ||
			       json_set_size(index, "sequences", source->sequences, err) ||
			       json_set_size(index, "tokens", source->tokens, err) ||
			       json_set_size(index, "trained", source->epoch_tokens, err)
		       ? -1
		       : 0;
}

static int size_set(struct json *object, const char *key, uint64_t size, struct error *err)
{
	return size ? json_set_size(object, key, size, err) : 0;
}

static int ramp_write(const struct data_order *order, struct json *object, struct error *err)
{
	struct json *ramp;

	if (!order->ramp_start)
		return 0;
	return json_set_object(object, "rampUp", &ramp, err) ||
			       json_set_size(ramp, "start", order->ramp_start, err) ||
			       json_set_size(ramp, "step", order->ramp_step, err) ||
			       json_set_size(ramp, "samples", order->ramp_samples, err)
		       ? -1
		       : 0;
}

static int listed_write(const struct data_order *order, struct json *object, struct error *err)
{
	struct json *file;

	if (!order->listed)
		return 0;
	return json_set_object(object, "sequences", &file, err) ||
			       json_set_digest(file, "digest", &order->sequences, err) ||
			       json_set_size(file, "count", order->sequence_count, err)
		       ? -1
		       : 0;
}

int data_order_to_json(const struct data_order *order, struct json **out_object, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *list;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", DATA_ORDER_SCHEMA, err) ||
	    json_set_text(object, "kind", data_order_kind_name(order->kind), err) ||
	    size_set(object, "sequenceLength", order->sequence_length, err) ||
	    size_set(object, "batchSize", order->batch_size, err) ||
	    size_set(object, "iterations", order->iterations, err) ||
	    size_set(object, "samples", order->samples, err) ||
	    (order->has_seed && json_set_size(object, "seed", order->seed, err)) ||
	    (order->fresh && json_set_bool(object, "fresh", true, err)) ||
	    (order->split && json_set_text(object, "split", order->split, err)) ||
	    ramp_write(order, object, err) || listed_write(order, object, err) ||
	    json_set_array(object, "sources", &list, err))
		return -1;
	for (size_t i = 0; i < order->count; i++)
		if (source_write(&order->source[i], list, err))
			return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}

/* ---- Reading ---- */

static int kind_read(const struct json *object, enum data_order_kind *out_kind, struct error *err)
{
	const char *schema, *kind;

	if (json_maybe_string(object, "schema", &schema, err) ||
	    json_maybe_string(object, "kind", &kind, err))
		return -1;
	if (schema && strcmp(schema, DATA_ORDER_SCHEMA) != 0)
		return error_set(err, ERROR_CORRUPT, "'%.60s' is no order of data", schema);
	*out_kind = DATA_ORDER_MEGATRON;
	for (int i = 0; kind && i < DATA_ORDER_KIND_COUNT; i++) {
		if (strcmp(kind, data_order_kind_name((enum data_order_kind)i)) == 0) {
			*out_kind = (enum data_order_kind)i;
			return 0;
		}
	}
	return kind ? error_set(err, ERROR_CORRUPT, "'%.60s' is no kind of order", kind) : 0;
}

/* A weight is a text, or a number as it is written. */
static int weight_of(const struct json *item, char room[WEIGHT_SIZE], const char **out_weight,
		     struct error *err)
{
	const struct json *weight = json_member(item, "weight");

	*out_weight = NULL;
	if (!weight)
		return 0;
	if (json_kind(weight) == JSON_KIND_INTEGER) {
		snprintf(room, WEIGHT_SIZE, "%lld", (long long)json_integer_of(weight));
		*out_weight = room;
	} else {
		*out_weight = json_kind(weight) == JSON_KIND_STRING ? json_text(weight)
								    : json_number_text(weight);
	}
	return *out_weight ? 0 : error_set(err, ERROR_CORRUPT, "'weight' is no number");
}

static int index_read(const struct json *item, struct data_source *source, struct error *err)
{
	const struct json *index;

	if (json_maybe_object(item, "index", &index, err) || !index)
		return index || !json_member(item, "index") ? 0 : -1;
	source->indexed = true;
	if (json_need_digest(index, "digest", &source->index, err) ||
	    json_need_size(index, "documents", &source->documents, err) ||
	    json_need_size(index, "sequences", &source->sequences, err) ||
	    json_need_size(index, "tokens", &source->tokens, err) ||
	    json_need_size(index, "trained", &source->epoch_tokens, err))
		return -1;
	return source->epoch_tokens <= source->tokens
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "more is trained on than there is");
}

static int sources_read(const struct json *object, struct data_order *order, struct error *err)
{
	const struct json *list;
	uint64_t ids = 0;

	if (json_need_array(object, "sources", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);
		const char *path, *weight;
		char room[WEIGHT_SIZE];
		struct data_source *source;

		if (json_kind(item) != JSON_KIND_OBJECT)
			return error_set(err, ERROR_CORRUPT, "source %zu is no object", i + 1);
		if (json_need_string(item, "path", &path, err) ||
		    weight_of(item, room, &weight, err) || data_order_add(order, path, weight, err))
			return error_prefix(err, "source %zu", i + 1);
		source = &order->source[order->count - 1];
		if (index_read(item, source, err) ||
		    json_maybe_size(item, "sequences", 0, &source->ids, err))
			return error_prefix(err, "source %zu", i + 1);
		if (__builtin_add_overflow(ids, source->ids, &ids) || ids > INT64_MAX)
			return error_set(err, ERROR_CORRUPT, "more sequences than there can be");
	}
	return order->kind != DATA_ORDER_SEQUENCES || ids
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "no source says how many 'sequences' it has");
}

static int ramp_read(const struct json *object, struct data_order *order, struct error *err)
{
	const struct json *ramp;

	if (json_maybe_object(object, "rampUp", &ramp, err))
		return -1;
	return ramp && (json_need_size(ramp, "start", &order->ramp_start, err) ||
			json_need_size(ramp, "step", &order->ramp_step, err) ||
			json_need_size(ramp, "samples", &order->ramp_samples, err))
		       ? -1
		       : 0;
}

static int listed_read(const struct json *object, struct data_order *order, struct error *err)
{
	const struct json *file;

	if (json_maybe_object(object, "sequences", &file, err))
		return -1;
	if (!file)
		return 0;
	order->listed = true;
	return json_need_digest(file, "digest", &order->sequences, err) ||
			       json_need_size(file, "count", &order->sequence_count, err)
		       ? -1
		       : 0;
}

static int order_read(const struct json *object, struct data_order *order, struct error *err)
{
	const char *split;

	if (kind_read(object, &order->kind, err) ||
	    json_maybe_size(object, "sequenceLength", 0, &order->sequence_length, err) ||
	    json_maybe_size(object, "batchSize", 0, &order->batch_size, err) ||
	    json_maybe_size(object, "iterations", 0, &order->iterations, err) ||
	    json_maybe_size(object, "samples", 0, &order->samples, err) ||
	    json_maybe_size(object, "seed", 0, &order->seed, err) ||
	    json_maybe_bool(object, "fresh", false, &order->fresh, err) ||
	    json_maybe_string(object, "split", &split, err) || ramp_read(object, order, err) ||
	    listed_read(object, order, err) || sources_read(object, order, err))
		return -1;
	order->has_seed = json_member(object, "seed") != NULL;
	if (split && !(order->split = strdup(split)))
		return error_set(err, ERROR_SYSTEM, "out of memory for an order of data");
	return data_order_check(order, err);
}

int data_order_from_json(const struct json *object, struct data_order *out_order, struct error *err)
{
	CLEANUP(data_order_release) struct data_order order = { .source = NULL };

	if (json_kind(object) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "an order of data is a JSON object");
	if (order_read(object, &order, err))
		return -1;
	*out_order = order;
	order = (struct data_order){ .source = NULL }; /* handed over */
	return 0;
}
