/* scores_shown: the scores that were signed, the publisher's and those of others apart. */
#include "cli/scores_shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"

static int set_said(struct json *item, const char *key, const char *text, struct error *err)
{
	return text && *text ? json_set_text(item, key, text, err) : 0;
}

static int set_count(struct json *item, const char *key, int64_t count, struct error *err)
{
	return count < 0 ? 0 : json_set_size(item, key, (uint64_t)count, err);
}

static int set_digest(struct json *item, const char *key, const char *hex, struct error *err)
{
	struct digest digest;

	if (!hex || !*hex)
		return 0;
	return digest_from_hex(span_of(hex), &digest, err) ||
			       json_set_digest(item, key, &digest, err)
		       ? -1
		       : 0;
}

static int set_task(struct json *item, const struct index_score *score, struct error *err)
{
	if (set_said(item, "version", score->version, err) ||
	    set_said(item, "hash", score->hash, err) ||
	    set_count(item, "shots", score->shots, err) ||
	    set_count(item, "samples", score->samples, err) ||
	    set_said(item, "partOf", score->part_of, err) ||
	    set_digest(item, "items", score->items, err) ||
	    (score->group && json_set_bool(item, "group", true, err)))
		return -1;
	return score->higher_is_better < 0
		       ? 0
		       : json_set_bool(item, "higherIsBetter", score->higher_is_better != 0, err);
}

static int set_eval(struct json *item, const struct index_score *score, struct error *err)
{
	return set_digest(item, "eval", score->statement, err) ||
			       set_digest(item, "key", score->signer, err) ||
			       json_set_bool(item, "independent", score->independent, err) ||
			       json_set_size(item, "logIndex", score->log_index, err) ||
			       set_digest(item, "retractedBy", score->retracted_by, err) ||
			       set_said(item, "format", score->format, err) ||
			       set_said(item, "harness", score->harness, err) ||
			       set_said(item, "harnessGit", score->harness_git, err) ||
			       set_said(item, "model", score->model, err) ||
			       set_said(item, "evaluated", score->evaluated, err) ||
			       set_said(item, "dtype", score->dtype, err) ||
			       set_said(item, "contradicts", score->contradicts, err) ||
			       set_digest(item, "file", score->file, err)
		       ? -1
		       : 0;
}

int scores_shown_take(void *arg, const struct index_score *score, struct error *err)
{
	struct json *scores = arg, *item;

	return json_add_object(scores, &item, err) ||
			       json_set_text(item, "task", score->task, err) ||
			       json_set_text(item, "metric", score->metric, err) ||
			       set_said(item, "value", score->value, err) ||
			       set_said(item, "filter", score->filter, err) ||
			       set_said(item, "stderr", score->stderr_text, err) ||
			       json_set_text(item, "state", score->state, err) ||
			       set_task(item, score, err) || set_eval(item, score, err)
		       ? -1
		       : 0;
}

static const char *text_of(const struct json *score, const char *key)
{
	const char *text = json_text(json_member(score, key));

	return text ? text : "";
}

/* Whose they are, and what made them. */
static void print_heading(const struct json *score)
{
	bool independent = json_is_yes(json_member(score, "independent"));
	const char *key = text_of(score, "key"), *by = text_of(score, "retractedBy");

	output_line(stdout, "%-14s by %s, key %.16s: %s%s%s%s%s", "evaluation",
		    independent ? "another key than the publisher's" : "the publisher itself",
		    *key ? key + 7 : "", text_of(score, "format"),
		    *text_of(score, "harness") ? " " : "", text_of(score, "harness"),
		    *text_of(score, "evaluated") ? ", " : "", text_of(score, "evaluated"));
	if (*text_of(score, "contradicts"))
		output_line(stdout, "%-14s %s", "contradicts", text_of(score, "contradicts"));
	if (*by)
		output_line(stdout, "%-14s retracted by %s, key %.16s: it does not count",
			    "invalidated", strcmp(by, key) == 0 ? "its own signer" : "another",
			    by + 7);
}

static void print_score(const struct json *score)
{
	const char *error = text_of(score, "stderr"), *state = text_of(score, "state");
	const char *filter = text_of(score, "filter");
	bool scored = strcmp(state, "scored") == 0, named = *filter && strcmp(filter, "none") != 0;
	const struct json *shots = json_member(score, "shots");
	char shown[32] = "";

	if (shots)
		snprintf(shown, sizeof(shown), ", %" PRId64 "-shot", json_integer_of(shots));
	output_line(stdout, "%-14s %s %s%s%s%s %s%s%s%s", "score", text_of(score, "task"),
		    text_of(score, "metric"), named ? " (" : "", named ? filter : "",
		    named ? ")" : "", scored ? text_of(score, "value") : state,
		    *error ? " +- " : "", error, shown);
}

/* Those that are independent, or those that are not, in the order of the log. */
static void print_side(const struct json *scores, bool independent)
{
	const char *eval = "";

	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);

		if (json_is_yes(json_member(score, "independent")) != independent)
			continue;
		if (strcmp(text_of(score, "eval"), eval) != 0)
			print_heading(score);
		eval = text_of(score, "eval");
		print_score(score);
	}
}

void scores_shown_print(const struct json *scores)
{
	print_side(scores, false);
	print_side(scores, true);
}
