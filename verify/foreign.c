/* foreign: read what another framework wrote (docs/formats.md, "Outputs that others wrote"). */
#include "verify/foreign.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/decimal.h"
#include "verify/json.h"

/* A file on its way in. */
struct reading {
	struct foreign foreign;
	size_t tokens; /* over all probes so far */
};

static const char *const dtype_name[] = {
	[FOREIGN_F32] = "f32",
	[FOREIGN_F16] = "f16",
	[FOREIGN_BF16] = "bf16",
};

const char *foreign_dtype_name(enum foreign_dtype dtype)
{
	return dtype_name[dtype];
}

void foreign_release(struct foreign *foreign)
{
	for (size_t i = 0; foreign->probe && i < foreign->probes.count; i++) {
		free(foreign->probe[i].first);
		free(foreign->probe[i].entry);
		free(foreign->probe[i].next);
	}
	free(foreign->probe);
	probes_release(&foreign->probes);
	free(foreign->framework);
	free(foreign->version);
	free(foreign->device);
	*foreign = (struct foreign){ 0 };
}

/* A text of the first line, copied; *out_text stays NULL where it may be left out and is. */
static int text_take(const struct json *header, const char *key, bool must, char **out_text,
		     struct error *err)
{
	const char *text;

	if (must ? json_need_string(header, key, &text, err)
		 : json_maybe_string(header, key, &text, err))
		return -1;
	if (!text)
		return 0;
	if (!*text || strlen(text) > FOREIGN_TEXT_MAX)
		return error_set(err, ERROR_CORRUPT, "'%s' is empty or longer than %u bytes", key,
				 FOREIGN_TEXT_MAX);
	if (strchr(text, '\''))
		return error_set(err, ERROR_CORRUPT, "'%s' has a quotation mark", key);
	*out_text = strdup(text);
	return *out_text ? 0 : error_set(err, ERROR_SYSTEM, "no memory for '%s'", key);
}

static int header_take(struct span line, struct foreign *foreign, struct error *err)
{
	CLEANUP(json_free) struct json *header = NULL;
	const char *schema, *dtype;

	if (json_parse(line, NULL, &header, err) ||
	    json_need_string(header, "schema", &schema, err))
		return -1;
	if (strcmp(schema, FOREIGN_SCHEMA) != 0)
		return error_set(err, ERROR_CORRUPT, "its schema is '%s', not '%s'", schema,
				 FOREIGN_SCHEMA);
	if (text_take(header, "framework", true, &foreign->framework, err) ||
	    text_take(header, "version", true, &foreign->version, err) ||
	    text_take(header, "device", false, &foreign->device, err) ||
	    json_need_string(header, "dtype", &dtype, err))
		return -1;
	for (size_t i = 0; i < sizeof(dtype_name) / sizeof(dtype_name[0]); i++)
		if (strcmp(dtype, dtype_name[i]) == 0) {
			foreign->dtype = (enum foreign_dtype)i;
			return 0;
		}
	return error_set(err, ERROR_CORRUPT, "its dtype '%s' is none of f32, f16, bf16", dtype);
}

/* Finite and at most 0; as a number or as its text. */
static int logprob_take(const struct json *value, double *out_logprob, struct error *err)
{
	double logprob;

	if (decimal_of_json(value, &logprob, err))
		return -1;
	if (!(logprob <= 0) || !isfinite(logprob))
		return error_set(err, ERROR_CORRUPT, "%g is no log-probability", logprob);
	*out_logprob = logprob;
	return 0;
}

static int entry_take(const struct json *pair, struct foreign_entry *out_entry, struct error *err)
{
	const struct json *id = json_at(pair, 0);

	if (json_kind(pair) != JSON_KIND_ARRAY || json_count(pair) != 2 ||
	    json_kind(id) != JSON_KIND_INTEGER || json_integer_of(id) < 0 ||
	    json_integer_of(id) > UINT32_MAX)
		return error_set(err, ERROR_CORRUPT, "an entry of 'top' is no [id, logprob]");
	out_entry->id = (uint32_t)json_integer_of(id);
	return logprob_take(json_at(pair, 1), &out_entry->logprob, err);
}

/* The entries of one position, after those of the positions before it. */
static int position_take(const struct json *list, struct foreign_entry *entry, struct error *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		if (entry_take(json_at(list, i), &entry[i], err))
			return -1;
		for (size_t other = 0; other < i; other++)
			if (entry[other].id == entry[i].id)
				return error_set(err, ERROR_CORRUPT, "id %u stands twice",
						 entry[i].id);
	}
	return 0;
}

/* [[[id, logprob], ...] or null, ...], for every position or for all but the last. */
static int top_take(const struct json *top, size_t tokens, struct foreign_probe *probe,
		    struct error *err)
{
	size_t given = json_count(top), total = 0;

	if (top && given != tokens && given + 1 != tokens)
		return error_set(err, ERROR_CORRUPT,
				 "'top' has %zu positions, and the probe has %zu tokens", given,
				 tokens);
	for (size_t t = 0; t < tokens; t++) {
		const struct json *list = json_at(top, t);

		if (list && json_kind(list) != JSON_KIND_ARRAY && json_kind(list) != JSON_KIND_NULL)
			return error_set(err, ERROR_CORRUPT, "position %zu of 'top' is no list", t);
		if (json_count(list) > FOREIGN_TOP_MAX)
			return error_set(err, ERROR_CORRUPT, "position %zu has more than %u", t,
					 FOREIGN_TOP_MAX);
		probe->first[t] = total;
		total += json_count(list);
	}
	probe->first[tokens] = total;
	probe->entry = calloc(total ? total : 1, sizeof(*probe->entry));
	if (!probe->entry)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu log-probabilities", total);
	for (size_t t = 0; t < given; t++)
		if (position_take(json_at(top, t), probe->entry + probe->first[t], err))
			return error_prefix(err, "position %zu", t);
	return 0;
}

/* [logprob or null, ...] for every token but the first. */
static int next_take(const struct json *next, size_t tokens, struct foreign_probe *probe,
		     size_t *values, struct error *err)
{
	for (size_t t = 0; t < tokens; t++)
		probe->next[t] = FOREIGN_UNWRITTEN;
	if (next && json_count(next) + 1 != tokens)
		return error_set(err, ERROR_CORRUPT,
				 "'next' has %zu entries, and the probe has %zu tokens",
				 json_count(next), tokens);
	for (size_t t = 0; t < json_count(next); t++) {
		const struct json *value = json_at(next, t);

		if (json_kind(value) == JSON_KIND_NULL)
			continue;
		if (logprob_take(value, &probe->next[t], err))
			return error_prefix(err, "position %zu", t);
		++*values;
	}
	return 0;
}

static int line_take(struct span line, struct reading *reading, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct foreign *foreign = &reading->foreign;
	struct foreign_probe *grown, *probe;
	const struct json *top, *next;
	size_t tokens;

	if (json_parse(line, NULL, &json, err) || json_maybe_array(json, "top", &top, err) ||
	    json_maybe_array(json, "next", &next, err))
		return -1;
	grown = realloc(foreign->probe, (foreign->probes.count + 1) * sizeof(*grown));
	if (!grown)
		return error_set(err, ERROR_SYSTEM, "no memory for another probe");
	foreign->probe = grown;
	probe = &grown[foreign->probes.count];
	*probe = (struct foreign_probe){ 0 };
	if (probes_add_json(&foreign->probes, json, &reading->tokens, err))
		return -1;
	tokens = foreign->probes.probe[foreign->probes.count - 1].count;
	probe->first = calloc(tokens + 1, sizeof(*probe->first));
	probe->next = calloc(tokens, sizeof(*probe->next));
	if (!probe->first || !probe->next)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu positions", tokens);
	if (top_take(top, tokens, probe, err) ||
	    next_take(next, tokens, probe, &foreign->values, err))
		return -1;
	foreign->values += probe->first[tokens];
	return 0;
}

static int lines_take(struct span jsonl, struct reading *reading, struct error *err)
{
	bool header = false;
	struct span line;

	for (size_t number = 1; line_next(&jsonl, &line); number++) {
		if (line_is_blank(line))
			continue;
		if (header ? line_take(line, reading, err)
			   : header_take(line, &reading->foreign, err))
			return error_prefix(err, "line %zu", number);
		header = true;
	}
	if (!reading->foreign.values)
		return error_set(err, ERROR_CORRUPT, "there is no log-probability to compare");
	return 0;
}

int foreign_read(struct span jsonl, struct foreign *out_foreign, struct error *err)
{
	struct reading reading = { 0 };

	if (jsonl.len > FOREIGN_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "a file of outputs has at most %u bytes",
				 FOREIGN_MAX_BYTES);
	if (lines_take(jsonl, &reading, err)) {
		foreign_release(&reading.foreign);
		return -1;
	}
	*out_foreign = reading.foreign;
	return 0;
}
