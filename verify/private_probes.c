/* Private probes, hidden and opened. */
#include "verify/private_probes.h"

#include <stdlib.h>

#include "verify/outputs.h"
#include "verify/record.h"

bool opening_is_probe(const struct opening *opening)
{
	return json_kind(json_member(opening->value, "ids")) == JSON_KIND_ARRAY;
}

/* ---- Hiding ---- */

static int value_make(const struct probe *probe, const struct json *outputs,
		      struct json **out_value, struct error *err)
{
	CLEANUP(json_free) struct json *value = NULL;
	struct json *ids;

	if (json_object_new(&value, err) || json_set_array(value, "ids", &ids, err))
		return -1;
	for (size_t i = 0; i < probe->count; i++)
		if (json_add_integer(ids, (int64_t)probe->ids[i], err))
			return -1;
	if (json_set_clone(value, "outputs", outputs, err) ||
	    (probe->source && json_set_text(value, "source", probe->source, err)))
		return -1;
	*out_value = value;
	value = NULL; /* handed over */
	return 0;
}

int private_probes_hide(struct span text, const struct probes *probes, private_probe_hide *hide,
			void *arg, struct buffer *out, struct digest *out_root, struct error *err)
{
	const struct json_limits limits = { .max_bytes = OUTPUTS_MAX_BYTES };
	CLEANUP(outputs_release) struct outputs outputs = { 0 };
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *list;

	if (outputs_from_object(text, &outputs, err) || json_parse(text, &limits, &json, err) ||
	    json_need_array(json, "probes", &list, err))
		return -1;
	if (outputs.count != probes->count)
		return error_set(err, ERROR_CORRUPT, "outputs of %zu probes, and there are %zu",
				 outputs.count, probes->count);
	outputs.commitment = calloc(outputs.count, sizeof(*outputs.commitment));
	if (!outputs.commitment)
		return error_set(err, ERROR_SYSTEM, "out of memory for commitments");
	for (size_t i = 0; i < outputs.count; i++) {
		CLEANUP(json_free) struct json *value = NULL;

		if (value_make(&probes->probe[i], json_at(list, i), &value, err))
			return -1;
		if (hide(arg, value, &outputs.commitment[i], err))
			return error_prefix(err, "probe %zu, which has %zu tokens", i,
					    probes->probe[i].count);
	}
	*out_root = outputs_root(&outputs);
	return outputs_to_object(&outputs, out, err);
}

/* ---- Opening ---- */

void private_opened_init(struct private_opened *opened)
{
	*opened = (struct private_opened){ .place = NULL };
	buffer_init(&opened->outputs, OUTPUTS_MAX_BYTES);
}

void private_opened_release(struct private_opened *opened)
{
	probes_release(&opened->probes);
	buffer_release(&opened->outputs);
	free(opened->place);
}

/* The head of an outputs object about some of the probes. */
static int frame_new(const struct outputs *hidden, struct json **out_object, struct json **out_list,
		     struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) || json_set_size(object, "hidden", hidden->hidden, err) ||
	    json_set_text(object, "kind", hidden->logits ? "logits" : "encoder", err) ||
	    json_set_size(object, "layers", hidden->layers, err) ||
	    json_set_array(object, "probes", out_list, err) ||
	    json_set_text(object, "profile", EXACT_PROFILE, err) ||
	    json_set_text(object, "schema", OUTPUTS_SCHEMA, err) ||
	    json_set_size(object, "vocab", hidden->vocab, err))
		return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}

static int probe_open(const struct opening *opening, struct private_opened *opened,
		      struct json *list, size_t *tokens, struct error *err)
{
	const struct json *outputs;

	return probes_add_json(&opened->probes, opening->value, tokens, err) ||
			       json_need_object(opening->value, "outputs", &outputs, err) ||
			       json_add_clone(list, outputs, err)
		       ? -1
		       : 0;
}

/* The object is read back, as a stranger's: what was committed to may be anything. */
static int opened_finish(const struct json *object, struct private_opened *opened,
			 struct error *err)
{
	CLEANUP(outputs_release) struct outputs outputs = { 0 };

	if (json_write_canonical(object, &opened->outputs, err) ||
	    outputs_from_object(buffer_view(&opened->outputs), &outputs, err))
		return -1;
	opened->root = outputs_root(&outputs);
	return 0;
}

int private_probes_open(const struct outputs *hidden, const struct opening *list, size_t count,
			struct private_opened *out_opened, struct error *err)
{
	CLEANUP(private_opened_release) struct private_opened opened;
	CLEANUP(json_free) struct json *object = NULL;
	struct json *probes;
	size_t tokens = 0;

	private_opened_init(&opened);
	opened.place = calloc(hidden->count + 1, sizeof(*opened.place));
	if (!opened.place)
		return error_set(err, ERROR_SYSTEM, "out of memory for probes");
	if (frame_new(hidden, &object, &probes, err))
		return -1;
	for (size_t i = 0; i < hidden->count; i++) {
		const struct opening *opening = opening_find(list, count, &hidden->commitment[i]);

		if (!opening)
			continue;
		opened.place[opened.probes.count] = i;
		if (probe_open(opening, &opened, probes, &tokens, err))
			return error_prefix(err, "what probe %zu was opened to", i);
	}
	if (opened.probes.count && opened_finish(object, &opened, err))
		return error_prefix(err, "what was opened");
	*out_opened = opened;
	private_opened_init(&opened); /* handed over */
	return 0;
}
