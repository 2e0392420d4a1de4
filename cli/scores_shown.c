/* scores_shown: the scores that were signed, the publisher's and those of others apart. */
#include "cli/scores_shown.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"

enum { CONTRADICTS_MAX = 512 }; /* bytes of what index_score says of them, and more */

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

/* In what the results and the checkpoint differ: what speaks against them, and what is only told.
 */
static int set_differences(struct json *item, const char *words, struct error *err)
{
	char told[2][CONTRADICTS_MAX] = { "", "" };

	for (const char *at = words; *at;) {
		size_t len = strcspn(at, " ");
		char what[CONTRADICTS_MAX], *to;

		snprintf(what, sizeof(what), "%.*s", (int)len, at);
		to = told[evals_is_usual(what)];
		snprintf(to + strlen(to), CONTRADICTS_MAX - strlen(to), "%s%s", *to ? " " : "",
			 what);
		at += len + strspn(at + len, " ");
	}
	return set_said(item, "contradicts", told[0], err) || set_said(item, "noted", told[1], err)
		       ? -1
		       : 0;
}

static int set_eval(struct json *item, const struct index_score *score,
		    const struct whose_said *whose, struct error *err)
{
	return set_digest(item, "eval", score->statement, err) ||
			       (whose->believed ? json_set_digest(item, "key", &whose->signer, err)
						: set_digest(item, "key", score->signer, err)) ||
			       json_set_bool(item, "independent", whose->independent, err) ||
			       json_set_bool(item, "believed", whose->believed, err) ||
			       json_set_size(item, "logIndex", score->log_index, err) ||
			       set_digest(item, "retractedBy", score->retracted_by, err) ||
			       set_said(item, "format", score->format, err) ||
			       set_said(item, "harness", score->harness, err) ||
			       set_said(item, "harnessGit", score->harness_git, err) ||
			       set_said(item, "model", score->model, err) ||
			       set_said(item, "evaluated", score->evaluated, err) ||
			       set_said(item, "dtype", score->dtype, err) ||
			       set_differences(item, score->contradicts, err) ||
			       set_digest(item, "file", score->file, err)
		       ? -1
		       : 0;
}

int scores_shown_take(struct json *scores, const struct index_score *score,
		      const struct whose_said *whose, struct error *err)
{
	struct json *item;

	return json_add_object(scores, &item, err) ||
			       json_set_text(item, "task", score->task, err) ||
			       json_set_text(item, "metric", score->metric, err) ||
			       set_said(item, "value", score->value, err) ||
			       set_said(item, "filter", score->filter, err) ||
			       set_said(item, "stderr", score->stderr_text, err) ||
			       json_set_text(item, "state", score->state, err) ||
			       set_task(item, score, err) || set_eval(item, score, whose, err)
		       ? -1
		       : 0;
}

static const char *text_of(const struct json *score, const char *key)
{
	const char *text = json_text(json_member(score, key));

	return text ? text : "";
}

/* 0: the publisher's own, 1: of others, 2: not believed. */
static int side_of(const struct json *score)
{
	return !json_is_yes(json_member(score, "believed"))     ? 2
	       : json_is_yes(json_member(score, "independent")) ? 1
								: 0;
}

/* Whose they are, and what made them. */
static void print_heading(const struct json *score)
{
	static const char *const by_whom[] = { "the publisher itself",
					       "another key than the publisher's",
					       "a key that the policy does not accept for it" };
	const char *key = text_of(score, "key"), *by = text_of(score, "retractedBy");

	output_line(stdout, "%-14s by %s, key %.16s: %s%s%s%s%s", "evaluation",
		    by_whom[side_of(score)], *key ? key + 7 : "", text_of(score, "format"),
		    *text_of(score, "harness") ? " " : "", text_of(score, "harness"),
		    *text_of(score, "evaluated") ? ", " : "", text_of(score, "evaluated"));
	if (*text_of(score, "contradicts"))
		output_line(stdout, "%-14s %s", "contradicts", text_of(score, "contradicts"));
	if (*text_of(score, "noted"))
		output_line(stdout, "%-14s %s", "noted", text_of(score, "noted"));
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

/* Those of one side, in the order of the log. */
static void print_side(const struct json *scores, int side)
{
	const char *eval = "";

	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);

		if (side_of(score) != side)
			continue;
		if (strcmp(text_of(score, "eval"), eval) != 0)
			print_heading(score);
		eval = text_of(score, "eval");
		print_score(score);
	}
}

void scores_shown_print(const struct json *scores)
{
	for (int side = 0; side <= 2; side++)
		print_side(scores, side);
}

void left_out_print(size_t count)
{
	if (count)
		output_line(stdout,
			    "%zu result%s by keys that the policy does not accept for %s %s not "
			    "shown; --all-signers shows %s, marked",
			    count, count == 1 ? "" : "s", count == 1 ? "it" : "them",
			    count == 1 ? "is" : "are", count == 1 ? "it" : "them");
}
