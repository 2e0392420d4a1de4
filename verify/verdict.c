/* The one structure that every command, page and API prints. */
#include "verify/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/json.h"

#define VERDICT_LINES_MAX 10000u /* details of a step, reasons of a verdict */

static const char *const step_names[STEP_COUNT] = {
	"bytes", "signature", "log", "lineage", "claims", "forward",
};

static const char *const status_names[] = { "not-asked", "holds", "fails", "not-possible" };

const char *step_name(enum step_id id)
{
	return step_names[id];
}

const char *step_status_name(enum step_status status)
{
	return status_names[status];
}

const char *verdict_status_name(enum verdict_status status)
{
	return status == VERDICT_HOLDS ? "holds" : status == VERDICT_FAILS ? "fails" : "undecided";
}

int verdict_new(const char *subject, struct verdict **out_verdict, struct error *err)
{
	struct verdict *verdict = calloc(1, sizeof(*verdict));

	if (verdict)
		verdict->subject = strdup(subject);
	if (!verdict || !verdict->subject) {
		free(verdict);
		return error_set(err, ERROR_SYSTEM, "out of memory for a verdict");
	}
	*out_verdict = verdict;
	return 0;
}

static void lines_free(char **line, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(line[i]);
	free(line);
}

void verdict_free(struct verdict **verdict)
{
	if (!*verdict)
		return;
	for (size_t i = 0; i < STEP_COUNT; i++) {
		struct step *step = &(*verdict)->step[i];

		free(step->text);
		lines_free(step->detail, step->detail_count);
		json_free(&step->evidence);
	}
	lines_free((*verdict)->undecided, (*verdict)->undecided_count);
	free((*verdict)->subject);
	free(*verdict);
	*verdict = NULL;
}

static PRINTF_LIKE(1, 0) int text_format(const char *fmt, va_list args, char **out_text,
					 struct error *err)
{
	char *raw = NULL;
	struct error escaped = { 0 };

	if (vasprintf(&raw, fmt, args) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a sentence");
	/* Names of files and tensors come from strangers: escape them as errors are. */
	error_set(&escaped, ERROR_USAGE, "%s", raw);
	free(raw);
	*out_text = strdup(escaped.text);
	return *out_text ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a sentence");
}

int verdict_set(struct verdict *verdict, enum step_id id, enum step_status status,
		struct error *err, const char *fmt, ...)
{
	struct step *step = &verdict->step[id];
	char *text;
	va_list args;
	int failed;

	if (step->status == STEP_FAILS)
		return 0;
	va_start(args, fmt);
	failed = text_format(fmt, args, &text, err);
	va_end(args);
	if (failed)
		return -1;
	free(step->text);
	step->text = text;
	step->status = status;
	return 0;
}

static int lines_add(char ***lines, size_t *count, char *text, struct error *err)
{
	char **more;

	if (*count >= VERDICT_LINES_MAX) {
		free(text); /* the counts in the sentence still tell */
		return 0;
	}
	more = realloc(*lines, (*count + 1) * sizeof(*more));
	if (!more) {
		free(text);
		return error_set(err, ERROR_SYSTEM, "out of memory for a verdict");
	}
	more[(*count)++] = text;
	*lines = more;
	return 0;
}

/* Format a line and add it. */
PRINTF_LIKE(3, 0)
static int lines_format(char ***lines, size_t *count, const char *fmt, va_list args,
			struct error *err)
{
	char *text;

	return text_format(fmt, args, &text, err) || lines_add(lines, count, text, err) ? -1 : 0;
}

int verdict_detail(struct verdict *verdict, enum step_id id, struct error *err, const char *fmt,
		   ...)
{
	struct step *step = &verdict->step[id];
	va_list args;
	int failed;

	va_start(args, fmt);
	failed = lines_format(&step->detail, &step->detail_count, fmt, args, err);
	va_end(args);
	return failed;
}

int verdict_undecided(struct verdict *verdict, struct error *err, const char *fmt, ...)
{
	va_list args;
	int failed;

	va_start(args, fmt);
	failed = lines_format(&verdict->undecided, &verdict->undecided_count, fmt, args, err);
	va_end(args);
	return failed;
}

int verdict_evidence(struct verdict *verdict, enum step_id id, struct json **out_object,
		     struct error *err)
{
	struct step *step = &verdict->step[id];

	if (!step->evidence && json_object_new(&step->evidence, err))
		return -1;
	*out_object = step->evidence;
	return 0;
}

enum verdict_status verdict_status(const struct verdict *verdict)
{
	bool undecided = verdict->undecided_count > 0;

	for (size_t i = 0; i < STEP_COUNT; i++) {
		const struct step *step = &verdict->step[i];

		if (step->status == STEP_FAILS)
			return VERDICT_FAILS;
		if (step->required && step->status != STEP_HOLDS)
			undecided = true;
	}
	return undecided ? VERDICT_UNDECIDED : VERDICT_HOLDS;
}

int verdict_exit_status(const struct verdict *verdict)
{
	switch (verdict_status(verdict)) {
	case VERDICT_HOLDS:
		return error_exit_status(ERROR_NONE);
	case VERDICT_FAILS:
		return error_exit_status(ERROR_CORRUPT);
	case VERDICT_UNDECIDED:
		break;
	}
	return error_exit_status(ERROR_UNTRUSTED);
}

static int lines_to_json(struct json *object, const char *key, char *const *line, size_t count,
			 struct error *err)
{
	return count ? json_set_texts(object, key, (const char *const *)line, count, err) : 0;
}

static int step_to_json(struct json *steps, const struct step *step, const char *id,
			struct error *err)
{
	struct json *object, *none;

	if (json_add_object(steps, &object, err) || json_set_text(object, "id", id, err) ||
	    json_set_text(object, "status", step_status_name(step->status), err))
		return -1;
	if (step->evidence ? json_set_clone(object, "evidence", step->evidence, err)
			   : json_set_object(object, "evidence", &none, err))
		return -1;
	if (json_set_text(object, "text", step->text ? step->text : "not asked for", err))
		return -1;
	return lines_to_json(object, "details", step->detail, step->detail_count, err);
}

int verdict_to_json(const struct verdict *verdict, struct json **out_json, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct json *steps;

	if (json_object_new(&json, err) || json_set_text(json, "schema", "akashi/verdict/1", err) ||
	    json_set_text(json, "subject", verdict->subject, err) ||
	    json_set_text(json, "status", verdict_status_name(verdict_status(verdict)), err) ||
	    json_set_array(json, "steps", &steps, err))
		return -1;
	for (size_t i = 0; i < STEP_COUNT; i++)
		if (step_to_json(steps, &verdict->step[i], step_names[i], err))
			return -1;
	if (lines_to_json(json, "undecided", verdict->undecided, verdict->undecided_count, err))
		return -1;
	*out_json = json;
	json = NULL; /* handed over */
	return 0;
}
