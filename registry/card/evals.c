/* card_evals: results of evaluations, in a table and in the front matter. */
#include <stdio.h>
#include <string.h>

#include "registry/card/inner.h"
#include "registry/corpus/croissant.h"
#include "registry/evals.h"

enum { SCORES_SHOWN_MAX = 2000 };

static bool has_value(const struct json *score)
{
	return fact_text(score, "task") && fact_text(score, "metric") &&
	       fact_text(score, "value") && !json_member(score, "state");
}

/* The filter, where it is one: lm-evaluation-harness says "none" for nothing. */
static const char *filter_of(const struct json *score)
{
	const char *filter = fact_text(score, "filter");

	return filter && strcmp(filter, "none") != 0 ? filter : NULL;
}

/* An integer or a text, as it stands. */
static int cell_scalar(const struct card_writer *w, const struct json *value, struct error *err)
{
	char digits[COUNT_TEXT_SIZE];
	const char *text = json_text(value);

	if (count_digits(value, digits))
		text = digits;
	return (text && markdown_text(w->out, text, err)) || buffer_add_text(w->out, "|", err) ? -1
											       : 0;
}

static int value_say(const struct card_writer *w, const struct json *score, struct error *err)
{
	static const struct {
		const char *state;
		enum card_word word;
	} said[] = { { "not-run", WORD_NOT_RUN },
		     { "failed", WORD_FAILED },
		     { "invalidated", WORD_INVALIDATED } };
	const char *state = fact_text(score, "state"), *value = fact_text(score, "value");

	for (size_t i = 0; state && i < sizeof(said) / sizeof(said[0]); i++)
		if (strcmp(state, said[i].state) == 0)
			return card_say(w, said[i].word, err);
	return value ? markdown_text(w->out, value, err) : 0;
}

static int score_row(const struct card_writer *w, const struct json *score, struct error *err)
{
	const char *task = fact_text(score, "task"), *metric = fact_text(score, "metric");
	const char *filter = filter_of(score), *deviation = fact_text(score, "stderr");

	if (buffer_add_text(w->out, "|", err) || markdown_text(w->out, task ? task : "", err) ||
	    buffer_add_text(w->out, "|", err) ||
	    cell_scalar(w, json_member(score, "version"), err) ||
	    cell_scalar(w, json_member(score, "shots"), err) ||
	    markdown_text(w->out, metric ? metric : "", err))
		return -1;
	if (filter && (buffer_add_text(w->out, " (", err) || markdown_text(w->out, filter, err) ||
		       buffer_add_text(w->out, ")", err)))
		return -1;
	if (buffer_add_text(w->out, "|", err) || value_say(w, score, err) ||
	    buffer_add_text(w->out, "|", err) ||
	    (deviation && markdown_text(w->out, deviation, err)) ||
	    buffer_add_text(w->out, "|", err) || cell_scalar(w, json_member(score, "samples"), err))
		return -1;
	return buffer_add_text(w->out, "\n", err);
}

/* Who measured, with what, from which file. */
static int eval_say(const struct card_writer *w, const struct json *eval, struct error *err)
{
	const struct json *harness = json_member(eval, "harness");
	const char *key = fact_text(eval, "signer"), *name = fact_text(eval, "signerName");
	const char *format = fact_text(eval, "format"), *file = fact_text(eval, "fileName");
	const char *version = fact_text(harness, "version"), *git = fact_text(harness, "git");
	const char *when = fact_text(eval, "evaluated");

	if (!when)
		when = fact_text(eval, "declared");
	if (markdown_text(w->out, format ? format : "", err) ||
	    (version && (buffer_add_text(w->out, " ", err) || markdown_text(w->out, version, err))))
		return -1;
	if (git && (buffer_add_text(w->out, " (git ", err) || markdown_code(w->out, git, err) ||
		    buffer_add_text(w->out, ")", err)))
		return -1;
	if (file && (buffer_add_text(w->out, ", ", err) || markdown_code(w->out, file, err)))
		return -1;
	if (buffer_printf(w->out, err, ", %.10s%s`%.12s`", when ? when : "",
			  card_word(w, WORD_BY_KEY), key ? key : ""))
		return -1;
	return (name && (buffer_add_text(w->out, " (", err) || markdown_text(w->out, name, err) ||
			 buffer_add_text(w->out, ")", err))) ||
			       buffer_add_text(w->out, "\n\n", err)
		       ? -1
		       : 0;
}

static bool is_usual(const struct json *difference)
{
	const char *what = fact_text(difference, "what");

	return what && evals_is_usual(what);
}

static bool contradicts(const struct json *eval)
{
	const struct json *list = json_member(eval, "contradictions");

	for (size_t i = 0; i < json_count(list); i++)
		if (!is_usual(json_at(list, i)))
			return true;
	return false;
}

/* In what the results and the registered checkpoint differ, which whoever signed knew. */
static int contradictions_say(const struct card_writer *w, const struct json *eval,
			      struct error *err)
{
	const struct json *list = json_member(eval, "contradictions");

	for (size_t i = 0; i < json_count(list); i++) {
		const char *what = fact_text(json_at(list, i), "what");
		const char *results = fact_text(json_at(list, i), "results");
		const char *registered = fact_text(json_at(list, i), "registered");

		if (buffer_printf(w->out, err, "- %s: ",
				  card_word(w, is_usual(json_at(list, i)) ? WORD_NOTED
									  : WORD_CONTRADICTS)) ||
		    markdown_text(w->out, what ? what : "", err) ||
		    buffer_add_text(w->out, ": ", err) ||
		    markdown_code(w->out, results ? results : "", err) ||
		    buffer_add_text(w->out, " ≠ ", err) ||
		    markdown_code(w->out, registered ? registered : "", err) ||
		    buffer_add_text(w->out, "\n", err))
			return -1;
	}
	return json_count(list) ? buffer_add_text(w->out, "\n", err) : 0;
}

/* Who took the results back, and why: not always who measured. */
static int retracted_say(const struct card_writer *w, const struct json *eval, struct error *err)
{
	const struct json *retracted = json_member(eval, "retracted");
	const char *key = fact_text(retracted, "signer"), *reason = fact_text(retracted, "reason");

	if (!retracted)
		return 0;
	return buffer_printf(w->out, err, "- **%s**%s`%.12s`: ", card_word(w, WORD_RETRACTED),
			     card_word(w, WORD_BY_KEY), key ? key : "") ||
			       markdown_text(w->out, reason ? reason : "", err) ||
			       buffer_add_text(w->out, "\n\n", err)
		       ? -1
		       : 0;
}

static int eval_table(const struct card_writer *w, const struct json *eval, size_t *shown,
		      struct error *err)
{
	const struct json *scores = json_member(eval, "scores");
	size_t more = 0;

	if (eval_say(w, eval, err) || retracted_say(w, eval, err) ||
	    contradictions_say(w, eval, err) ||
	    buffer_printf(w->out, err,
			  "|%s|Version|%s|%s|%s|%s|%s|\n|:---|:---|---:|:---|---:|---:|---:|\n",
			  card_word(w, WORD_TASK), card_word(w, WORD_SHOTS),
			  card_word(w, WORD_METRIC), card_word(w, WORD_VALUE),
			  card_word(w, WORD_STDERR), card_word(w, WORD_ITEMS)))
		return -1;
	for (size_t i = 0; i < json_count(scores); i++) {
		if (*shown == SCORES_SHOWN_MAX)
			more++;
		else if (++*shown && score_row(w, json_at(scores, i), err))
			return -1;
	}
	if (more && buffer_printf(w->out, err, "\n… (%zu %s)\n", more, card_word(w, WORD_MORE)))
		return -1;
	return buffer_add_text(w->out, "\n", err);
}

int card_evaluation(const struct card_writer *w, struct error *err)
{
	static const enum card_word heading[2] = { WORD_OWN_EVALS, WORD_INDEPENDENT_EVALS };
	const struct json *evals = fact_list(w, "evals");
	size_t shown = 0;

	if (!json_count(evals))
		return 0;
	if (card_heading(w, 2, WORD_EVALUATION, err))
		return -1;
	for (size_t k = 0; k < 2; k++) {
		bool any = false;

		for (size_t i = 0; i < json_count(evals); i++) {
			const struct json *eval = json_at(evals, i);

			if (json_is_yes(json_member(eval, "independent")) != (k == 1))
				continue;
			if ((!any && card_heading(w, 3, heading[k], err)) ||
			    eval_table(w, eval, &shown, err))
				return -1;
			any = true;
		}
	}
	return 0;
}

/* ---- Front matter ---- */

static int field(const struct card_writer *w, const char *before, const char *text,
		 struct error *err)
{
	return buffer_add_text(w->out, before, err) || yaml_text(w->out, text, err) ||
			       buffer_add_text(w->out, "\n", err)
		       ? -1
		       : 0;
}

static int metric_write(const struct card_writer *w, const struct json *score, struct error *err)
{
	const char *filter = filter_of(score);
	CLEANUP(buffer_release) struct buffer name;
	CLEANUP(text_free) char *text = NULL;

	buffer_init(&name, CARD_MAX_BYTES);
	if (field(w, "    - type: ", fact_text(score, "metric"), err) ||
	    buffer_add_text(w->out, "      value: ", err) ||
	    yaml_decimal(w->out, fact_text(score, "value"), err) ||
	    buffer_add_text(w->out, "\n", err))
		return -1;
	if (!filter)
		return 0;
	return buffer_printf(&name, err, "%s (%s)", fact_text(score, "metric"), filter) ||
			       buffer_to_text(&name, &text, err) ||
			       field(w, "      name: ", text, err)
		       ? -1
		       : 0;
}

/* Which results are these, and who signed them? */
static int source_write(const struct card_writer *w, const struct json *eval, struct error *err)
{
	CLEANUP(buffer_release) struct buffer name;
	CLEANUP(text_free) char *text = NULL;
	const char *key = fact_text(eval, "signer"), *owner = fact_text(eval, "signerName");
	const char *version = fact_text(json_member(eval, "harness"), "version");

	buffer_init(&name, CARD_MAX_BYTES);
	if (buffer_printf(&name, err, CARD_SOURCE "%s%s%s, %s (key %.12s%s%s)%s",
			  fact_text(eval, "format") ? fact_text(eval, "format") : "",
			  version ? " " : "", version ? version : "",
			  json_is_yes(json_member(eval, "independent"))
				  ? "signed independently of the publisher"
				  : "signed by the publisher",
			  key ? key : "", owner ? " of " : "", owner ? owner : "",
			  contradicts(eval) ? "; contradicts what is registered" : "") ||
	    buffer_to_text(&name, &text, err) || field(w, "      name: ", text, err))
		return -1;
	return buffer_printf(w->out, err, "      url: " CROISSANT_STATEMENT_URI "%s\n",
			     fact_text(eval, "identity"));
}

static const char *task_type(const struct card_writer *w)
{
	const char *architecture = fact_text(w->facts, "architecture");

	return architecture && text_ends_with(architecture, "ForMaskedLM") ? "fill-mask"
	       : architecture && text_ends_with(architecture, "ForSequenceClassification")
		       ? "text-classification"
		       : "text-generation";
}

/* The scores of one task, of those from `first` on that have the same. */
static int result_write(const struct card_writer *w, const struct json *eval, size_t first,
			struct error *err)
{
	const struct json *scores = json_member(eval, "scores");
	const char *task = fact_text(json_at(scores, first), "task");

	if (buffer_printf(w->out, err, "  - task:\n      type: %s\n    dataset:\n", task_type(w)) ||
	    field(w, "      name: ", task, err) || field(w, "      type: ", task, err) ||
	    buffer_add_text(w->out, "    metrics:\n", err))
		return -1;
	for (size_t i = first; i < json_count(scores); i++)
		if (has_value(json_at(scores, i)) &&
		    strcmp(fact_text(json_at(scores, i), "task"), task) == 0 &&
		    metric_write(w, json_at(scores, i), err))
			return -1;
	return buffer_add_text(w->out, "    source:\n", err) || source_write(w, eval, err) ? -1 : 0;
}

/* Did an earlier score of the same results have this task? */
static bool task_told(const struct json *scores, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (has_value(json_at(scores, i)) &&
		    strcmp(fact_text(json_at(scores, i), "task"),
			   fact_text(json_at(scores, at), "task")) == 0)
			return true;
	return false;
}

int card_model_index(const struct card_writer *w, struct error *err)
{
	const struct json *evals = fact_list(w, "evals");
	const char *name = w->wish->title ? w->wish->title : fact_text(w->facts, "name");
	size_t count = 0;

	for (size_t i = 0; i < json_count(evals); i++) {
		const struct json *scores = json_member(json_at(evals, i), "scores");

		for (size_t k = 0; k < json_count(scores) && count < SCORES_SHOWN_MAX; k++) {
			if (!has_value(json_at(scores, k)) || task_told(scores, k))
				continue;
			if (!count++ &&
			    (field(w, "model-index:\n- name: ", name ? name : "", err) ||
			     buffer_add_text(w->out, "  results:\n", err)))
				return -1;
			if (result_write(w, json_at(evals, i), k, err))
				return -1;
		}
	}
	return 0;
}
