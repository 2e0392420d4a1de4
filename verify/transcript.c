/* transcript: the steps of one layer as JSON, and where two of them part. */
#include "verify/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/config.h"
#include "verify/json.h"
#include "verify/outputs.h"
#include "verify/probes.h"

void transcript_release(struct transcript *transcript)
{
	for (size_t i = 0; i < transcript->count; i++) {
		free(transcript->step[i].row);
		free(transcript->step[i].opened);
	}
	free(transcript->step);
	*transcript = (struct transcript){ 0 };
}

/* ---- Writing ---- */

static int rows_set(struct json *step, const struct transcript_step *from, size_t tokens,
		    struct error *err)
{
	struct json *rows;
	char hex[DIGEST_HEX_SIZE];

	if (json_set_array(step, "rows", &rows, err))
		return -1;
	for (size_t i = 0; i < tokens; i++) {
		digest_to_hex(&from->row[i], hex);
		if (json_add_text(rows, hex, err))
			return -1;
	}
	return 0;
}

static int opened_set(struct json *step, const struct transcript_step *from, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 8 * from->cols + 1);
	for (size_t i = 0; i < from->cols; i++)
		if (buffer_printf(&text, err, "%08x", float_bits(from->opened[i])))
			return -1;
	return json_set_span(step, "opened", buffer_view(&text), err);
}

static int step_set(struct json *steps, const struct transcript_step *from, size_t tokens,
		    struct error *err)
{
	struct json *step;

	if (json_add_object(steps, &step, err) ||
	    json_set_text(step, "operation", from->operation, err) ||
	    (from->tensor[0] && json_set_text(step, "tensor", from->tensor, err)) ||
	    json_set_hex(step, "digest", &from->digest, err) || rows_set(step, from, tokens, err))
		return -1;
	return opened_set(step, from, err);
}

int transcript_to_json(const struct transcript *transcript, struct json **out_json,
		       struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct json *steps;

	if (json_object_new(&json, err) || json_set_text(json, "schema", TRANSCRIPT_SCHEMA, err) ||
	    json_set_text(json, "profile", EXACT_PROFILE, err) ||
	    json_set_size(json, "layer", transcript->layer, err) ||
	    json_set_size(json, "probe", transcript->probe, err) ||
	    json_set_hex(json, "identity", &transcript->identity, err) ||
	    json_set_hex(json, "input", &transcript->input, err) ||
	    json_set_size(json, "openedRow", transcript->opened, err) ||
	    json_set_array(json, "steps", &steps, err))
		return -1;
	for (size_t i = 0; i < transcript->count; i++)
		if (step_set(steps, &transcript->step[i], transcript->tokens, err))
			return -1;
	*out_json = json;
	json = NULL; /* handed over */
	return 0;
}

/* ---- Reading ---- */

static int opened_read(const struct json *json, struct transcript_step *step, struct error *err)
{
	const char *text;
	size_t len;

	if (json_need_string(json, "opened", &text, err))
		return -1;
	len = strlen(text);
	if (!len || len % 8 || len / 8 > CONFIG_WIDTH_MAX)
		return error_set(err, ERROR_CORRUPT, "'opened' is no row of numbers");
	step->cols = len / 8;
	step->opened = calloc(step->cols, sizeof(*step->opened));
	if (!step->opened)
		return error_set(err, ERROR_SYSTEM, "no memory for a row");
	for (size_t i = 0; i < step->cols; i++) {
		uint8_t byte[4];
		uint32_t bits;

		if (hex_decode((struct span){ (const uint8_t *)text + 8 * i, 8 }, byte, 4, err))
			return error_set(err, ERROR_CORRUPT, "'opened' is no row of numbers");
		bits = (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 |
		       byte[3];
		memcpy(&step->opened[i], &bits, sizeof(bits));
	}
	return 0;
}

static int rows_read(const struct json *json, struct transcript_step *step, size_t tokens,
		     struct error *err)
{
	const struct json *rows;

	if (json_need_array(json, "rows", &rows, err))
		return -1;
	if (json_count(rows) != tokens)
		return error_set(err, ERROR_CORRUPT, "a step has %zu rows, and another %zu",
				 json_count(rows), tokens);
	step->row = calloc(tokens, sizeof(*step->row));
	if (!step->row)
		return error_set(err, ERROR_SYSTEM, "no memory for the rows of a step");
	for (size_t i = 0; i < tokens; i++) {
		const char *text = json_text(json_at(rows, i));

		if (!text || strlen(text) != DIGEST_HEX_SIZE - 1 ||
		    digest_from_hex(span_of(text), &step->row[i], err))
			return error_set(err, ERROR_CORRUPT, "row %zu is no digest", i);
	}
	return 0;
}

static int step_read(const struct json *json, struct transcript_step *step, size_t tokens,
		     struct error *err)
{
	const char *operation, *tensor;

	if (json_need_string(json, "operation", &operation, err) ||
	    json_maybe_string(json, "tensor", &tensor, err) ||
	    json_need_hex(json, "digest", &step->digest, err) ||
	    rows_read(json, step, tokens, err) || opened_read(json, step, err))
		return -1;
	if (strlen(operation) >= sizeof(step->operation) ||
	    (tensor && strlen(tensor) >= sizeof(step->tensor)))
		return error_set(err, ERROR_CORRUPT,
				 "an operation or a tensor has too long a name");
	snprintf(step->operation, sizeof(step->operation), "%s", operation);
	snprintf(step->tensor, sizeof(step->tensor), "%s", tensor ? tensor : "");
	return 0;
}

static int head_read(const struct json *json, struct transcript *transcript, struct error *err)
{
	const char *schema, *profile;
	uint64_t layer, probe, opened;

	if (json_need_string(json, "schema", &schema, err) ||
	    json_need_string(json, "profile", &profile, err) ||
	    json_need_size(json, "layer", &layer, err) ||
	    json_need_size(json, "probe", &probe, err) ||
	    json_need_size(json, "openedRow", &opened, err) ||
	    json_need_hex(json, "identity", &transcript->identity, err) ||
	    json_need_hex(json, "input", &transcript->input, err))
		return -1;
	if (strcmp(schema, TRANSCRIPT_SCHEMA) != 0 || strcmp(profile, EXACT_PROFILE) != 0)
		return error_set(err, ERROR_CORRUPT, "it is of '%.60s' under '%.60s'", schema,
				 profile);
	if (layer >= CONFIG_LAYERS_MAX || probe >= PROBES_MAX)
		return error_set(err, ERROR_CORRUPT, "it is about no layer and probe of any model");
	transcript->layer = (uint32_t)layer;
	transcript->probe = (size_t)probe;
	transcript->opened = (size_t)opened;
	return 0;
}

static int steps_read(const struct json *json, struct transcript *transcript, struct error *err)
{
	const struct json *steps, *first;
	size_t count;

	if (json_need_array(json, "steps", &steps, err))
		return -1;
	count = json_count(steps);
	first = json_member(json_at(steps, 0), "rows");
	transcript->tokens = json_count(first);
	if (!count || count > TRANSCRIPT_STEPS_MAX || !transcript->tokens ||
	    transcript->opened >= transcript->tokens)
		return error_set(err, ERROR_CORRUPT, "it has no steps with rows, or too many");
	transcript->step = calloc(count, sizeof(*transcript->step));
	if (!transcript->step)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu steps", count);
	transcript->count = count;
	for (size_t i = 0; i < count; i++)
		if (step_read(json_at(steps, i), &transcript->step[i], transcript->tokens, err))
			return error_prefix(err, "step %zu", i);
	return 0;
}

int transcript_from_text(struct span text, struct transcript *out_transcript, struct error *err)
{
	const struct json_limits limits = { .max_bytes = TRANSCRIPT_MAX_BYTES };
	CLEANUP(json_free) struct json *json = NULL;
	struct transcript transcript = { 0 };

	if (json_parse(text, &limits, &json, err) || head_read(json, &transcript, err) ||
	    steps_read(json, &transcript, err)) {
		transcript_release(&transcript);
		return error_prefix(err, "transcript");
	}
	*out_transcript = transcript;
	return 0;
}

/* ---- Comparing ---- */

static bool same_course(const struct transcript *a, const struct transcript *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->step[i].operation, b->step[i].operation) != 0 ||
		    strcmp(a->step[i].tensor, b->step[i].tensor) != 0 ||
		    a->step[i].cols != b->step[i].cols)
			return false;
	return true;
}

/* The first row of the step that differs, and the element where both opened it. */
static void step_part(const struct transcript *mine, const struct transcript *theirs, size_t step,
		      struct transcript_difference *difference)
{
	const struct transcript_step *a = &mine->step[step], *b = &theirs->step[step];
	size_t row = 0, element = 0;

	while (row + 1 < mine->tokens && digest_equal(&a->row[row], &b->row[row]))
		row++;
	difference->differs = true;
	difference->step = step;
	difference->row = row;
	if (mine->opened != row || theirs->opened != row)
		return;
	while (element < a->cols &&
	       float_bits(a->opened[element]) == float_bits(b->opened[element]))
		element++;
	difference->opened = element < a->cols;
	if (!difference->opened)
		return;
	difference->element = element;
	difference->mine = a->opened[element];
	difference->theirs = b->opened[element];
}

int transcript_compare(const struct transcript *mine, const struct transcript *theirs,
		       struct transcript_difference *out_difference, struct error *err)
{
	struct transcript_difference difference = { 0 };

	if (mine->layer != theirs->layer || mine->probe != theirs->probe ||
	    !digest_equal(&mine->identity, &theirs->identity) || mine->tokens != theirs->tokens)
		return error_set(err, ERROR_USAGE,
				 "the transcripts are of different layers or "
				 "probes");
	if (!digest_equal(&mine->input, &theirs->input))
		return error_set(err, ERROR_USAGE,
				 "the transcripts start from different states: the disagreement "
				 "lies in an earlier layer");
	if (mine->count != theirs->count || !same_course(mine, theirs))
		return error_set(err, ERROR_USAGE,
				 "the transcripts take different steps: they are "
				 "of different models");
	for (size_t i = 0; !difference.differs && i < mine->count; i++)
		if (!digest_equal(&mine->step[i].digest, &theirs->step[i].digest))
			step_part(mine, theirs, i, &difference);
	*out_difference = difference;
	return 0;
}
