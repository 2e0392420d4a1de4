/* boundaries: the list of the objects that hold the states at layer boundaries. */
#include "verify/boundaries.h"

#include <stdlib.h>
#include <string.h>

#include "verify/config.h"
#include "verify/json.h"
#include "verify/probes.h"

void boundaries_release(struct boundaries *boundaries)
{
	free(boundaries->object);
	*boundaries = (struct boundaries){ 0 };
}

int boundaries_new(struct boundaries *boundaries, size_t count, struct error *err)
{
	boundaries->object = calloc(count, sizeof(*boundaries->object));
	if (!boundaries->object)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu boundaries", count);
	boundaries->count = count;
	return 0;
}

uint64_t boundaries_object_bytes(const struct boundaries *boundaries)
{
	return boundaries->tokens * boundaries->hidden * sizeof(float);
}

int boundaries_to_object(const struct boundaries *boundaries, struct buffer *out, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	if (buffer_add_text(out, "{\"boundaries\":[", err))
		return -1;
	for (size_t i = 0; i < boundaries->count; i++) {
		digest_to_hex(&boundaries->object[i], hex);
		if (buffer_printf(out, err, "%s\"sha256:%s\"", i ? "," : "", hex))
			return -1;
	}
	return buffer_printf(
		out, err, "],\"hidden\":%u,\"schema\":\"" BOUNDARIES_SCHEMA "\",\"tokens\":%llu}",
		boundaries->hidden, (unsigned long long)boundaries->tokens);
}

static int digests_read(const struct json *list, struct boundaries *boundaries, struct error *err)
{
	for (size_t i = 0; i < boundaries->count; i++) {
		const char *text = json_text(json_at(list, i));

		if (!text || strncmp(text, "sha256:", 7) != 0 ||
		    digest_from_hex(span_of(text), &boundaries->object[i], err))
			return error_set(err, ERROR_CORRUPT, "boundary %zu is no digest", i);
	}
	return 0;
}

static int list_read(const struct json *json, struct boundaries *boundaries, struct error *err)
{
	const struct json *list;
	const char *schema;
	uint64_t hidden;

	if (json_need_string(json, "schema", &schema, err) ||
	    json_need_array(json, "boundaries", &list, err) ||
	    json_need_size(json, "hidden", &hidden, err) ||
	    json_need_size(json, "tokens", &boundaries->tokens, err))
		return -1;
	if (strcmp(schema, BOUNDARIES_SCHEMA) != 0)
		return error_set(err, ERROR_CORRUPT, "its schema is '%.100s', not '%s'", schema,
				 BOUNDARIES_SCHEMA);
	if (hidden < 1 || hidden > CONFIG_WIDTH_MAX || boundaries->tokens < 1 ||
	    boundaries->tokens > PROBES_TOKENS_MAX || json_count(list) < 2 ||
	    json_count(list) > CONFIG_LAYERS_MAX + 1)
		return error_set(err, ERROR_CORRUPT, "it has the sizes of no model");
	boundaries->hidden = (uint32_t)hidden;
	return boundaries_new(boundaries, json_count(list), err) ||
			       digests_read(list, boundaries, err)
		       ? -1
		       : 0;
}

int boundaries_from_object(struct span text, struct boundaries *out_boundaries, struct error *err)
{
	const struct json_limits limits = { .max_bytes = BOUNDARIES_MAX_BYTES };
	CLEANUP(json_free) struct json *json = NULL;
	struct boundaries boundaries = { 0 };

	if (json_parse(text, &limits, &json, err) || list_read(json, &boundaries, err)) {
		boundaries_release(&boundaries);
		return error_prefix(err, "list of boundaries");
	}
	*out_boundaries = boundaries;
	return 0;
}
