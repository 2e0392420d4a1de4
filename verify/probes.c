/* probes: read, made and written down. */
#include "verify/probes.h"

#include <stdlib.h>
#include <string.h>

#include "verify/json.h"

#define PROBES_SCHEMA "akashi/probes/1"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "ids are hashed as they lie in memory");

void probes_release(struct probes *probes)
{
	for (size_t i = 0; i < probes->count; i++) {
		free(probes->probe[i].ids);
		free(probes->probe[i].source);
	}
	free(probes->probe);
	*probes = (struct probes){ 0 };
}

size_t probes_tokens(const struct probes *probes)
{
	size_t tokens = 0;

	for (size_t i = 0; i < probes->count; i++)
		tokens += probes->probe[i].count;
	return tokens;
}

struct digest probe_identity(const struct probe *probe)
{
	return sha256((struct span){ (const uint8_t *)probe->ids, 4 * probe->count });
}

int probes_add(struct probes *probes, size_t tokens, size_t count, struct probe **out_probe,
	       struct error *err)
{
	struct probe *grown;

	if (!count)
		return error_set(err, ERROR_CORRUPT, "probe %zu has no ids", probes->count);
	if (probes->count == PROBES_MAX || count > PROBES_TOKENS_MAX - tokens)
		return error_set(err, ERROR_CORRUPT,
				 "more than %u probes, or more than %u tokens in all", PROBES_MAX,
				 PROBES_TOKENS_MAX);
	grown = realloc(probes->probe, (probes->count + 1) * sizeof(*grown));
	if (!grown)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu probes", probes->count + 1);
	probes->probe = grown;
	grown[probes->count] = (struct probe){ .ids = calloc(count, 4), .count = count };
	if (!grown[probes->count].ids)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu ids", count);
	*out_probe = &grown[probes->count++];
	return 0;
}

int probes_add_json(struct probes *probes, const struct json *object, size_t *tokens,
		    struct error *err)
{
	const struct json *ids;
	const char *source;
	struct probe *probe;

	if (json_need_array(object, "ids", &ids, err) ||
	    json_maybe_string(object, "source", &source, err) ||
	    probes_add(probes, *tokens, json_count(ids), &probe, err))
		return -1;
	for (size_t i = 0; i < probe->count; i++) {
		const struct json *id = json_at(ids, i);
		int64_t number = json_integer_of(id);

		if (json_kind(id) != JSON_KIND_INTEGER || number < 0 || number > UINT32_MAX)
			return error_set(err, ERROR_CORRUPT, "id %zu of probe %zu is no token id",
					 i, probes->count - 1);
		probe->ids[i] = (uint32_t)number;
	}
	if (source && !(probe->source = strdup(source)))
		return error_set(err, ERROR_SYSTEM, "no memory for a probe's source");
	*tokens += probe->count;
	return 0;
}

static int line_take(struct span line, struct probes *probes, size_t *tokens, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;

	if (json_parse(line, NULL, &json, err))
		return -1;
	return probes_add_json(probes, json, tokens, err);
}

bool line_is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr(" \t\r", line.data[i]) || !line.data[i])
			return false;
	return true;
}

bool line_next(struct span *text, struct span *out_line)
{
	const uint8_t *end;
	size_t used;

	if (!text->len)
		return false;
	end = memchr(text->data, '\n', text->len);
	*out_line = (struct span){ text->data, end ? (size_t)(end - text->data) : text->len };
	used = out_line->len + (end ? 1 : 0);
	text->data += used;
	text->len -= used;
	return true;
}

int probes_read_lines(struct span jsonl, struct probes *out_probes, struct error *err)
{
	struct probes probes = { 0 };
	struct span line;
	size_t tokens = 0, number = 0;

	if (jsonl.len > PROBES_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "a file of probes has at most %u bytes",
				 PROBES_MAX_BYTES);
	while (line_next(&jsonl, &line)) {
		number++;
		if (!line_is_blank(line) && line_take(line, &probes, &tokens, err)) {
			probes_release(&probes);
			return error_prefix(err, "line %zu", number);
		}
	}
	if (!probes.count)
		return error_set(err, ERROR_CORRUPT, "there is no probe");
	*out_probes = probes;
	return 0;
}

int probes_generate(size_t count, size_t length, const char *seed, uint32_t vocab,
		    struct probes *out_probes, struct error *err)
{
	struct seeded seeded = seeded_start(PROBES_SCHEMA, span_of(seed));
	struct probes probes = { 0 };

	if (!count || !length || !vocab)
		return error_set(err, ERROR_USAGE, "probes need a count, a length, a vocabulary");
	for (size_t i = 0; i < count; i++) {
		struct probe *probe;

		if (i > SIZE_MAX / length || probes_add(&probes, i * length, length, &probe, err)) {
			probes_release(&probes);
			return -1;
		}
		for (size_t t = 0; t < length; t++)
			probe->ids[t] = seeded_below(&seeded, vocab);
	}
	*out_probes = probes;
	return 0;
}

/* Digits up to a colon or the end: 0, or -1 for anything else. */
static int number_take(const char **text, size_t max, size_t *out_number)
{
	const char *at = *text;
	size_t number = 0;

	for (; *at >= '0' && *at <= '9' && number <= max; at++)
		number = 10 * number + (size_t)(*at - '0');
	if (at == *text || number > max || !number || (*at && *at != ':'))
		return -1;
	*text = *at ? at + 1 : at;
	*out_number = number;
	return 0;
}

int probes_parse_random(const char *text, size_t *out_count, size_t *out_length,
			const char **out_seed, struct error *err)
{
	size_t count, length;
	const char *at = text;

	if (number_take(&at, PROBES_MAX, &count) || number_take(&at, PROBES_TOKENS_MAX, &length) ||
	    count > PROBES_TOKENS_MAX / length)
		return error_set(
			err, ERROR_USAGE,
			"'%s' is not COUNT:LENGTH or COUNT:LENGTH:SEED (as 16:128), with 1 "
			"to %u probes of at least 1 token and at most %u tokens in all",
			text, PROBES_MAX, PROBES_TOKENS_MAX);
	*out_count = count;
	*out_length = length;
	*out_seed = *at ? at : NULL;
	return 0;
}

int probes_check(const struct probes *probes, uint32_t vocab, uint32_t context, struct error *err)
{
	for (size_t i = 0; i < probes->count; i++) {
		const struct probe *probe = &probes->probe[i];

		if (probe->count > context)
			return error_set(err, ERROR_USAGE,
					 "probe %zu has %zu tokens, and the model's context is %u",
					 i, probe->count, context);
		for (size_t t = 0; t < probe->count; t++)
			if (probe->ids[t] >= vocab)
				return error_set(err, ERROR_USAGE,
						 "id %u of probe %zu is not in the vocabulary of "
						 "%u",
						 probe->ids[t], i, vocab);
	}
	return 0;
}

/* ,"source":"..." */
static int source_write(const char *source, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *text = NULL;

	if (json_string_new(source, &text, err) || buffer_add_text(out, ",\"source\":", err))
		return -1;
	return json_write_canonical(text, out, err);
}

static int probe_write(const struct probe *probe, struct buffer *out, struct error *err)
{
	if (buffer_add_text(out, "{\"ids\":[", err))
		return -1;
	for (size_t t = 0; t < probe->count; t++)
		if (buffer_printf(out, err, "%s%u", t ? "," : "", probe->ids[t]))
			return -1;
	if (buffer_add_text(out, "]", err))
		return -1;
	if (probe->source && source_write(probe->source, out, err))
		return -1;
	return buffer_add_text(out, "}", err);
}

int probes_to_object(const struct probes *probes, struct buffer *out, struct error *err)
{
	if (buffer_add_text(out, "{\"probes\":[", err))
		return -1;
	for (size_t i = 0; i < probes->count; i++)
		if ((i && buffer_add_text(out, ",", err)) ||
		    probe_write(&probes->probe[i], out, err))
			return -1;
	return buffer_add_text(out, "],\"schema\":\"" PROBES_SCHEMA "\"}", err);
}

static int object_take(const struct json *json, struct probes *probes, struct error *err)
{
	const struct json *list;
	const char *schema;
	size_t tokens = 0;

	if (json_need_string(json, "schema", &schema, err) ||
	    json_need_array(json, "probes", &list, err))
		return -1;
	if (strcmp(schema, PROBES_SCHEMA))
		return error_set(err, ERROR_CORRUPT, "its schema is '%s', not '%s'", schema,
				 PROBES_SCHEMA);
	for (size_t i = 0; i < json_count(list); i++)
		if (probes_add_json(probes, json_at(list, i), &tokens, err))
			return -1;
	if (!probes->count)
		return error_set(err, ERROR_CORRUPT, "there is no probe");
	return 0;
}

int probes_from_object(struct span text, struct probes *out_probes, struct error *err)
{
	const struct json_limits limits = { .max_bytes = PROBES_MAX_BYTES };
	CLEANUP(json_free) struct json *json = NULL;
	struct probes probes = { 0 };

	if (json_parse(text, &limits, &json, err))
		return error_prefix(err, "probes object");
	if (object_take(json, &probes, err)) {
		probes_release(&probes);
		return error_prefix(err, "probes object");
	}
	*out_probes = probes;
	return 0;
}
