/* run_order: options, scripts and run files of a run, for the order of its data. */
#include "registry/run/order.h"

#include <stdlib.h>
#include <string.h>

#include "registry/run/spool.h"
#include "registry/run/secrets.h"

enum { RUN_FILE_MAX = 16 << 20 };

static bool ends(const char *text, const char *with)
{
	size_t len = strlen(text), tail = strlen(with);

	return len > tail && strcmp(text + len - tail, with) == 0;
}

/* ---- Finding ---- */

static int from_json(const char *path, const char *member, struct data_order *out_order,
		     bool *out_found, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *object;

	buffer_init(&text, RUN_FILE_MAX);
	*out_found = false;
	if (file_read(path, &text, err))
		return -1;
	if (json_parse(buffer_view(&text), NULL, &json, err))
		return error_prefix(err, "'%s'", path);
	object = member ? json_member(json, member) : json;
	if (!object)
		return 0;
	if (data_order_from_json(object, out_order, err))
		return error_prefix(err, "'%s'", path);
	*out_found = true;
	return 0;
}

static int script_take(struct order_words *words, const char *path, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, ORDER_SCRIPT_MAX_BYTES + 1);
	return file_read(path, &text, err) ||
			       order_words_script(words, path, buffer_view(&text), err)
		       ? -1
		       : 0;
}

static int from_scripts(const struct run_order_request *request, struct data_order *out_order,
			bool *out_found, struct error *err)
{
	CLEANUP(order_words_release) struct order_words words = { .variable = NULL };

	if (order_words_command(&words, request->command, request->command_count, err))
		return -1;
	for (size_t i = 0; i < request->file_count; i++)
		if (script_take(&words, request->file[i], err))
			return -1;
	for (size_t i = 0; !request->file_count && i < request->command_count; i++)
		if (ends(request->command[i], ".sh") && file_exists(request->command[i]) &&
		    script_take(&words, request->command[i], err))
			return -1;
	return data_order_from_words(&words, out_order, out_found, err);
}

static int find(const struct run_order_request *request, struct data_order *out_order,
		bool *out_found, struct error *err)
{
	if (request->file_count == 1 && ends(request->file[0], ".json"))
		return from_json(request->file[0], NULL, out_order, out_found, err);
	if (!request->file_count && request->run_file) {
		if (from_json(request->run_file, "dataOrder", out_order, out_found, err))
			return -1;
		if (*out_found)
			return 0;
	}
	if (from_scripts(request, out_order, out_found, err))
		return -1;
	return !request->file_count || *out_found
		       ? 0
		       : error_set(err, ERROR_USAGE,
				   "'%s' names no data: no --data-path, and no "
				   "TRAIN_DATA_PATH, DATA_PATH or _PAIRS",
				   request->file[0]);
}

/* Its digest, and how many there are. */
static int sequences_take(const struct context *ctx, const char *path, struct data_order *order,
			  struct error *err)
{
	CLEANUP(source_close) struct source *file = NULL;
	uint64_t ids = 0;

	if (order->kind != DATA_ORDER_SEQUENCES)
		return error_set(err, ERROR_USAGE,
				 "--sequences wants an --order of the kind 'sequences'");
	for (size_t i = 0; i < order->count; i++)
		ids += order->source[i].ids;
	if (source_open_file(path, &file, err))
		return -1;
	if (file->size > RUN_ORDER_SEQUENCES_MAX)
		return error_set(err, ERROR_USAGE, "'%s' is larger than 1 GiB", path);
	if (source_sha256(ctx, file, &order->sequences, err))
		return -1;
	if (data_order_sequences(file, ids, UINT64_MAX, NULL, NULL, &order->sequence_count, err))
		return error_prefix(err, "'%s'", path);
	order->listed = true;
	return source_unchanged(file, err);
}

int run_order_find(const struct context *ctx, const struct run_order_request *request,
		   struct data_order *out_order, bool *out_found, struct error *err)
{
	CLEANUP(data_order_release) struct data_order order = { .source = NULL };
	struct error why = { 0 };
	bool meant = request->file_count || request->sequences;
	bool found = false;

	*out_found = false;
	if (find(request, &order, &found, &why) ||
	    (found && data_order_read_indices(&order, DATA_ORDER_INDEX_BYTES_MAX, &why)) ||
	    (request->sequences && sequences_take(ctx, request->sequences, &order, &why))) {
		if (meant || (request->run_file && why.code == ERROR_CORRUPT &&
			      strstr(why.text, request->run_file)))
			return error_set(err, why.code, "%s", why.text);
		context_notice(ctx, "how the data is ordered is not told: %s", why.text);
		return 0;
	}
	if (!found)
		return 0;
	*out_order = order;
	*out_found = true;
	order = (struct data_order){ .source = NULL }; /* handed over */
	return 0;
}

/* ---- Keeping ---- */

static int path_publish(const struct context *ctx, struct data_source *source,
			struct run_facts *facts, struct error *err)
{
	struct secret_found found;
	char *text;

	if (secrets_find(span_of(source->path), &found)) {
		if (run_refuse(ctx, facts, "the path of a source", found.rule, err))
			return -1;
		text = strdup("[refused]");
		if (!text)
			return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	} else if (run_text_public(ctx, source->path, &text, err)) {
		return -1;
	}
	free(source->path);
	source->path = text;
	return 0;
}

static int sequences_keep(const char *spool, const char *path, const struct data_order *order,
			  struct json *told, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error large = { 0 };
	struct digest digest;

	buffer_init(&bytes, RUN_ORDER_KEPT_MAX);
	if (!path || file_read(path, &bytes, &large))
		return 0; /* its digest is known */
	digest = sha256(buffer_view(&bytes));
	if (!digest_equal(&digest, &order->sequences))
		return error_set(err, ERROR_CORRUPT, "'%s' was changed", path);
	return run_spool_object(spool, buffer_view(&bytes), &digest, err) ||
			       json_set_digest(told, "sequences", &digest, err)
		       ? -1
		       : 0;
}

int run_order_keep(const struct context *ctx, const char *spool, const char *sequences,
		   struct data_order *order, struct run_facts *facts, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *object = NULL;
	struct json *told;
	struct digest digest;

	buffer_init(&text, DATA_ORDER_MAX_BYTES);
	for (size_t i = 0; i < order->count; i++)
		if (path_publish(ctx, &order->source[i], facts, err))
			return -1;
	if (data_order_to_json(order, &object, err) || json_write_canonical(object, &text, err) ||
	    run_spool_object(spool, buffer_view(&text), &digest, err) ||
	    json_set_object(facts->details, "order", &told, err) ||
	    json_set_digest(told, "object", &digest, err) ||
	    json_set_text(told, "kind", data_order_kind_name(order->kind), err) ||
	    json_set_size(told, "sources", order->count, err) ||
	    (order->sequence_length &&
	     json_set_size(told, "sequenceLength", order->sequence_length, err)) ||
	    (order->batch_size && json_set_size(told, "batchSize", order->batch_size, err)) ||
	    (order->has_seed && json_set_size(told, "seed", order->seed, err)))
		return -1;
	return sequences_keep(spool, sequences, order, told, err);
}
