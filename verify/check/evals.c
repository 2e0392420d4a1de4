/* check_evals: do published scores follow from their items and these weights? */
#include "verify/check/evals.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/check/model.h"
#include "verify/decimal.h"
#include "verify/draw.h"
#include "verify/eval_file.h"
#include "verify/eval_score.h"
#include "verify/manifest.h"
#include "verify/python_json.h"

#define EVALS_DOMAIN "akashi/evals/1"
#define SEED_MAX 256
#define SENTENCE_MAX 512

/* What every samples file needs, opened once. */
struct evals {
	struct check *check; /* borrowed */
	struct check_model model;
	struct tokenizer *tokenizer;
	struct json *list; /* evidence, borrowed */
	char seed[2 * DIGEST_SIZE + 1];
	size_t files, items, requests; /* recomputed */
	size_t impossible;             /* files that cannot be */
	size_t published, follow;      /* scores of these files' tasks; those that were checked */
};

static void evals_release(struct evals *evals)
{
	tokenizer_close(&evals->tokenizer);
	check_model_release(&evals->model);
}

/* One samples file under judgement. */
struct samples {
	const struct believed *eval; /* borrowed */
	struct eval_run run;
	struct eval_task task;
	struct digest digest;
	struct buffer text;
	struct eval_file file;
	size_t *drawn;
	size_t drawn_count;
	struct eval_item *item;     /* of each drawn */
	struct eval_tokens *tokens; /* of each request of each drawn item */
	struct eval_score *score;
	size_t requests;
	double largest, units;    /* difference in nats; in shares of what is allowed */
	size_t published, follow; /* scores of the task; those that follow from all items */
	bool open; /* a score that items could have told follows from none, or none does */
	size_t other_choices; /* drawn items whose choice is another one within the tolerance */
};

static void samples_release(struct samples *s)
{
	for (size_t i = 0; s->item && i < s->drawn_count; i++)
		eval_item_release(&s->item[i]);
	for (size_t i = 0; s->tokens && i < s->requests; i++)
		eval_tokens_release(&s->tokens[i]);
	free(s->item);
	free(s->tokens);
	free(s->score);
	free(s->drawn);
	eval_file_release(&s->file);
	buffer_release(&s->text);
}

/* What cannot be recomputed is said, and leaves the whole undecided: it was asked for by name. */
static int impossible(struct evals *evals, const char *what, struct error *cause, struct error *err)
{
	struct error because = *cause;

	if (cause->code == ERROR_SYSTEM) {
		*err = *cause;
		return -1;
	}
	*cause = (struct error){ 0 };
	evals->impossible++;
	return verdict_detail(evals->check->verdict, STEP_CLAIMS, err,
			      "published scores of %s cannot be recomputed: %s", what,
			      because.text) ||
			       verdict_undecided(evals->check->verdict, err,
						 "published scores of %s: %s", what, because.text)
		       ? -1
		       : 0;
}

static int contradicted(struct evals *evals, const struct samples *s, const char *why,
			struct error *err)
{
	return verdict_set(evals->check->verdict, STEP_CLAIMS, STEP_FAILS, err,
			   "the published scores of task %s do not follow: %s", s->task.name, why);
}

/* A failure while a file is looked at: malformed or contradictory fails, the rest is not possible.
 */
static int blame(struct evals *evals, const struct samples *s, struct error *cause,
		 struct error *err)
{
	struct error because = *cause;

	if (cause->code != ERROR_CORRUPT)
		return impossible(evals, s->task.name, cause, err);
	*cause = (struct error){ 0 };
	return contradicted(evals, s, because.text, err);
}

/* Is it the score of this task, metric and filter? */
static bool score_is(const struct json *score, const char *task, const struct eval_mean *mean)
{
	const char *of = json_text(json_member(score, "task"));
	const char *metric = json_text(json_member(score, "metric"));
	const char *filter = json_text(json_member(score, "filter"));

	if (!of || strcmp(of, task) != 0)
		return false;
	return !mean || (metric && filter && strcmp(metric, mean->metric) == 0 &&
			 strcmp(filter, mean->filter) == 0);
}

/* A metric that every item could have told: leaving it out must not hide a score. */
static bool is_computed(const char *metric)
{
	static const char *const known[] = { "acc", "acc_norm", "acc_bytes", "perplexity" };

	for (size_t i = 0; metric && i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(metric, known[i]) == 0)
			return true;
	return false;
}

/* One signed score against the mean over all items; *out_checked: there is such a mean. */
static int score_check(const struct samples *s, const struct json *score, bool *out_checked,
		       struct error *cause)
{
	const char *text = json_text(json_member(score, "value"));

	*out_checked = false;
	for (size_t i = 0; text && i < s->file.mean_count; i++) {
		const struct eval_mean *mean = &s->file.mean[i];
		double stated, figure = eval_mean_figure(mean);

		if (mean->count != s->file.count || !score_is(score, s->task.name, mean))
			continue;
		if (decimal_parse(text, &stated, cause))
			return error_prefix(cause, "%s", mean->metric);
		if (!(fabs(stated - figure) <= 1e-9 * fmax(1, fabs(figure))))
			return error_set(cause, ERROR_CORRUPT,
					 "%s over its %zu items is %.10g, and %s was published",
					 mean->metric, mean->count, figure, text);
		*out_checked = true;
	}
	return 0;
}

/* Do the signed scores of the task follow from all items of the file? */
static int scores_check(struct evals *evals, struct samples *s, struct error *cause)
{
	const struct json *scores = json_member(s->eval->statement.predicate, "scores");

	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);
		bool checked;

		if (!score_is(score, s->task.name, NULL))
			continue;
		if (score_check(s, score, &checked, cause))
			return -1;
		s->published++;
		s->follow += checked;
		s->open = s->open ||
			  (!checked && is_computed(json_text(json_member(score, "metric"))));
	}
	s->open = s->open || !s->follow;
	evals->published += s->published;
	evals->follow += s->follow;
	return 0;
}

static int items_draw(struct evals *evals, struct samples *s, struct error *err)
{
	size_t asked = evals->check->request->evals;
	char seed[SEED_MAX];

	s->drawn_count = asked < s->file.count ? asked : s->file.count;
	s->drawn = calloc(s->file.count, sizeof(*s->drawn));
	s->item = calloc(s->drawn_count, sizeof(*s->item));
	if (!s->drawn || !s->item)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu items", s->file.count);
	for (size_t i = 0; i < s->file.count; i++)
		s->drawn[i] = i;
	snprintf(seed, sizeof(seed), "%s/%.128s", evals->seed, s->task.name);
	draw_indices(EVALS_DOMAIN, seed, s->drawn, s->file.count, s->drawn_count);
	for (size_t i = 0; i < s->drawn_count; i++) {
		if (eval_item_read(s->file.line[s->drawn[i]], s->task.kind, &s->item[i], err))
			return -1;
		s->requests += s->item[i].count;
	}
	return 0;
}

/* The tokens of every request of the drawn items. */
static int items_encode(struct evals *evals, struct samples *s, struct error *err)
{
	const struct model_config *config = forward_config(evals->model.forward);
	size_t context = config->context, at = 0;

	if (s->run.max_length && s->run.max_length < context)
		context = (size_t)s->run.max_length;
	if (s->run.max_length > config->context)
		return error_set(err, ERROR_UNTRUSTED,
				 "the run gave the model %" PRIu64
				 " tokens at once, and config.json says %u",
				 s->run.max_length, config->context);
	if (config->experts && s->run.dtype != FOREIGN_F32)
		return error_set(
			err, ERROR_UNTRUSTED,
			"a model with experts ran in %s, where rounding may send a token to "
			"another expert: no tolerance is known",
			foreign_dtype_name(s->run.dtype));
	s->tokens = calloc(s->requests, sizeof(*s->tokens));
	s->score = calloc(s->requests, sizeof(*s->score));
	if (!s->tokens || !s->score)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu requests", s->requests);
	for (size_t i = 0; i < s->drawn_count; i++)
		for (size_t r = 0; r < s->item[i].count; r++, at++)
			if (eval_encode(evals->tokenizer, &s->run, &s->item[i].request[r], context,
					&s->tokens[at], err))
				return error_prefix(err, "doc_id %" PRId64 ", request %zu",
						    s->item[i].doc, r);
	return 0;
}

/* Only logits so large explain it, and they would explain other weights as well. */
static int obscured(const struct samples *s, const struct eval_item *item, size_t r,
		    const struct eval_score *score, struct error *cause)
{
	return error_set(cause, ERROR_UNTRUSTED,
			 "doc_id %" PRId64 ", request %zu: the weights give logits as large as "
			 "%.3g, and what %s may explain there would hide other weights",
			 item->doc, r, score->size, foreign_dtype_name(s->run.dtype));
}

/* One request: is the published number what the weights give? */
static int request_compare(struct samples *s, const struct eval_item *item, size_t r,
			   const struct eval_score *score, struct error *cause)
{
	const struct eval_request *request = &item->request[r];
	double difference = fabs(request->logprob - score->logprob);
	double allowed = eval_allowed(score, s->run.dtype);

	s->largest = fmax(s->largest, difference);
	s->units = fmax(s->units, difference / allowed);
	if (difference > allowed && difference <= eval_explained(score, s->run.dtype))
		return obscured(s, item, r, score, cause);
	if (!(difference <= allowed))
		return error_set(cause, ERROR_CORRUPT,
				 "doc_id %" PRId64 ", request %zu: the published log-probability "
				 "is %.6f, these weights give %.6f, and %s explains %.2g",
				 item->doc, r, request->logprob, score->logprob,
				 foreign_dtype_name(s->run.dtype), allowed);
	if (request->greedy == score->greedy ||
	    score->doubt <= eval_allowed_greedy(score, s->run.dtype))
		return 0;
	if (score->doubt <= eval_explained_greedy(score, s->run.dtype))
		return obscured(s, item, r, score, cause);
	return error_set(cause, ERROR_CORRUPT,
			 "doc_id %" PRId64 ", request %zu: is_greedy is published as %s, and %.2g "
			 "nats stand against it",
			 item->doc, r, request->greedy ? "True" : "False", score->doubt);
}

static int items_compare(struct samples *s, struct error *cause)
{
	double written[SAMPLES_CHOICES_MAX], ours[SAMPLES_CHOICES_MAX];
	const struct eval_score *score = s->score;

	for (size_t i = 0; i < s->drawn_count; i++) {
		const struct eval_item *item = &s->item[i];

		for (size_t r = 0; r < item->count; r++, score++) {
			if (request_compare(s, item, r, score, cause))
				return -1;
			written[r] = item->request[r].logprob;
			ours[r] = score->logprob;
		}
		s->other_choices += eval_winner(written, NULL, item->count) !=
				    eval_winner(ours, NULL, item->count);
	}
	return 0;
}

static int announce(struct evals *evals, const struct samples *s, struct error *err)
{
	char text[FORWARD_COST_TEXT_MAX];
	struct forward_cost cost;

	if (eval_cost(evals->model.forward, s->tokens, s->requests, &cost, err))
		return -1;
	forward_cost_place(&cost, evals->model.device.backend);
	forward_cost_text(&cost, text);
	context_notice(evals->check->ctx, "%zu items of %s, %zu requests: %s", s->drawn_count,
		       s->task.name, s->requests, text);
	return 0;
}

static int evidence_add(struct evals *evals, const struct samples *s, bool follows,
			struct error *err)
{
	struct json *one;

	if (json_add_object(evals->list, &one, err) ||
	    json_set_digest(one, "eval", &s->eval->identity, err) ||
	    json_set_digest(one, "signer", &s->eval->key, err) ||
	    json_set_digest(one, "file", &s->digest, err) ||
	    json_set_text(one, "task", s->task.name, err) ||
	    json_set_text(one, "dtype", foreign_dtype_name(s->run.dtype), err) ||
	    json_set_size(one, "items", s->file.count, err) ||
	    json_set_size(one, "itemsDrawn", s->drawn_count, err) ||
	    json_set_size(one, "requests", s->requests, err) ||
	    json_set_size(one, "scoresPublished", s->published, err) ||
	    json_set_size(one, "scoresFollow", s->follow, err) ||
	    json_set_size(one, "untold", s->file.untold, err) ||
	    json_set_size(one, "otherChoices", s->other_choices, err) ||
	    json_set_decimal(one, "largestDifference", s->largest, err) ||
	    json_set_decimal(one, "shareOfAllowed", s->units, err))
		return -1;
	return json_set_bool(one, "follows", follows, err);
}

/* Scores that no item's numbers lead to were not looked at: that is no answer to what was asked. */
static int say_open(struct evals *evals, const struct samples *s, struct error *err)
{
	return s->open ? verdict_undecided(evals->check->verdict, err,
					   "published scores of %s: %zu of %zu are told by the "
					   "items of its samples file; the others were not checked",
					   s->task.name, s->follow, s->published)
		       : 0;
}

static int say_file(struct evals *evals, const struct samples *s, struct error *err)
{
	evals->files++;
	evals->items += s->drawn_count;
	evals->requests += s->requests;
	if (verdict_detail(
		    evals->check->verdict, STEP_CLAIMS, err,
		    "class evals: %zu of %zu items of %s, %zu log-probabilities in %s: within "
		    "%.2g nats (%.0f %% of what is allowed); %zu choice%s otherwise; %zu of %zu "
		    "published scores follow from all items",
		    s->drawn_count, s->file.count, s->task.name, s->requests,
		    foreign_dtype_name(s->run.dtype), s->largest, 100 * s->units, s->other_choices,
		    s->other_choices == 1 ? " falls" : "s fall", s->follow, s->published))
		return -1;
	return say_open(evals, s, err);
}

/*
 * Compute and compare; once more on the CPU where a device fails or finds that the scores do not
 * follow. 0 where they could be compared; then, unless they follow, `cause` says why not.
 */
static int samples_score(struct evals *evals, struct samples *s, bool *out_follows,
			 struct error *cause)
{
	struct check_model *model = &evals->model;
	struct error differs;
	int failed;

	check_model_begin(model);
	do {
		differs = (struct error){ 0 };
		s->largest = s->units = 0;
		s->other_choices = 0;
		failed = eval_score(evals->check->ctx, model->forward, model->device.backend,
				    s->tokens, s->requests, s->score, cause) ||
			 weights_unchanged(model->weights, cause);
		*out_follows = !failed && items_compare(s, &differs) == 0;
	} while (check_model_again(model, failed, differs.code ? differs.text : NULL, cause));
	if (differs.code)
		*cause = differs;
	return failed;
}

static int say_doubt(struct evals *evals, struct error *err)
{
	return check_model_difference_say(evals->check, &evals->model, STEP_CLAIMS, evals->seed,
					  err);
}

/* One samples file, from its bytes to the numbers. */
static int samples_check(struct evals *evals, struct samples *s, struct error *err)
{
	struct error cause = { 0 };
	bool follows;

	if (withheld_read(evals->check->trust, evals->check->evidence, &s->digest, &s->text,
			  &cause) ||
	    eval_file_scan(buffer_view(&s->text), &s->task, &s->file, &cause) ||
	    scores_check(evals, s, &cause) || items_draw(evals, s, &cause) ||
	    items_encode(evals, s, &cause))
		return blame(evals, s, &cause, err);
	if (announce(evals, s, err))
		return -1;
	if (samples_score(evals, s, &follows, &cause))
		return cause.code == ERROR_CORRUPT && say_doubt(evals, err)
			       ? -1
			       : blame(evals, s, &cause, err);
	if (evidence_add(evals, s, follows, err) || (!follows && say_doubt(evals, err)))
		return -1;
	return follows ? say_file(evals, s, err) : blame(evals, s, &cause, err);
}

static int entry_check(struct evals *evals, const struct believed *eval, const struct json *results,
		       const struct json *entry, struct error *err)
{
	CLEANUP(samples_release) struct samples samples = { .eval = eval };
	struct error cause = { 0 };
	const char *task;

	buffer_init(&samples.text, SAMPLES_MAX_BYTES);
	if (json_need_string(entry, "task", &task, &cause) ||
	    json_need_digest(entry, "file", &samples.digest, &cause))
		return check_blame(evals->check, STEP_CLAIMS, "an eval", true, &cause, err);
	samples.task.name = task;
	if (eval_task_read(results, task, &samples.task, &cause) ||
	    eval_run_read(results, &samples.run, &cause))
		return blame(evals, &samples, &cause, err);
	return samples_check(evals, &samples, err);
}

/* One evaluation: its results file by the digest that was signed, then each samples file. */
static int eval_check(struct evals *evals, const struct digest *identity, struct error *err)
{
	struct check *check = evals->check;
	CLEANUP(believed_release) struct believed eval = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *results = NULL;
	const struct json *list;
	struct error cause = { 0 };
	struct digest file;

	buffer_init(&text, RESULTS_MAX_BYTES);
	if (believe_statement(check->trust, check->evidence, identity, NULL, &eval, err))
		return -1;
	if (json_need_digest(eval.statement.predicate, "file", &file, &cause) ||
	    withheld_read(check->trust, check->evidence, &file, &text, &cause) ||
	    python_json_parse(buffer_view(&text), NULL, &results, &cause))
		return check_blame(check, STEP_CLAIMS, "the results file", true, &cause, err);
	list = json_member(eval.statement.predicate, "samples");
	for (size_t i = 0; i < json_count(list); i++)
		if (entry_check(evals, &eval, results, json_at(list, i), err))
			return -1;
	return 0;
}

static int visit_eval(struct check *check, const struct believed *believed, void *arg,
		      struct error *err)
{
	(void)check;
	return json_count(json_member(believed->statement.predicate, "samples"))
		       ? digest_list_add(arg, &believed->identity, err)
		       : 0;
}

static int evals_open(struct evals *evals, bool *out_ready, struct error *err)
{
	struct check *check = evals->check;
	struct json *evidence;
	struct error cause = { 0 };

	*out_ready = false;
	if (check->report && !check->report->weights_hold && !check->report->missing &&
	    !check->report->withheld) {
		error_set(&cause, ERROR_UNTRUSTED, "these are not the weights that were signed");
		return impossible(evals, "this model", &cause, err);
	}
	if (check_model_open(check, &evals->model, out_ready, err))
		return -1;
	if (!*out_ready) {
		error_set(&cause, ERROR_UNTRUSTED, "the forward step says why");
		return impossible(evals, "this model", &cause, err);
	}
	*out_ready = false;
	if (tokenizer_open_tree(check->tree, check->manifest, &evals->tokenizer, &cause))
		return cause.code == ERROR_CORRUPT
			       ? check_blame(check, STEP_CLAIMS, "the tokenizer", true, &cause, err)
			       : impossible(evals, "this model", &cause, err);
	if (draw_seed(check->ctx, check->request->seed, evals->seed, sizeof(evals->seed), err) ||
	    verdict_evidence(check->verdict, STEP_CLAIMS, &evidence, err) ||
	    json_set_text(evidence, "evalsSeed", evals->seed, err) ||
	    json_set_bool(evidence, "evalsSeeded", check->request->seed != NULL, err) ||
	    json_set_array(evidence, "recomputed", &evals->list, err))
		return -1;
	*out_ready = true;
	return 0;
}

/* Add to the step's sentence what was recomputed. */
static int conclude(struct evals *evals, struct error *err)
{
	struct verdict *verdict = evals->check->verdict;
	const struct step *step = &verdict->step[STEP_CLAIMS];
	char text[SENTENCE_MAX];

	if (!evals->files || step->status == STEP_FAILS)
		return 0;
	if (verdict_detail(verdict, STEP_CLAIMS, err,
			   "published scores follow from these items and these weights; that says "
			   "nothing of contamination, nor whether the items are the benchmark's"))
		return -1;
	snprintf(text, sizeof(text),
		 "%s; %zu published items recomputed within the tolerance, %zu of %zu published "
		 "scores follow from their items%s",
		 step->text, evals->items, evals->follow, evals->published,
		 evals->check->request->seed ? " (repeated with a stated seed)" : "");
	return verdict_set(verdict, STEP_CLAIMS, step->status, err, "%s", text);
}

int check_evals(struct check *check, struct error *err)
{
	CLEANUP(evals_release) struct evals evals = { .check = check };
	CLEANUP(digest_list_release) struct digest_list list = { 0 };
	struct error cause = { 0 };
	size_t unknown;
	bool ready;

	if (!check->request->evals || check->verdict->step[STEP_CLAIMS].status == STEP_FAILS)
		return 0;
	if (check->has_checkpoint &&
	    check_each_about(check, STATEMENT_eval, STEP_CLAIMS, visit_eval, &list, &unknown, err))
		return -1;
	if (!list.count) {
		error_set(&cause, ERROR_ABSENT,
			  "no evaluation with its samples is registered (akashi add eval "
			  "--samples)");
		return impossible(&evals, "this model", &cause, err);
	}
	if (evals_open(&evals, &ready, err) || !ready)
		return err->code ? -1 : 0;
	for (size_t i = 0; i < list.count; i++)
		if (eval_check(&evals, &list.item[i], err))
			return -1;
	return check_model_device_say(check, &evals.model, STEP_CLAIMS, err) ||
			       conclude(&evals, err)
		       ? -1
		       : 0;
}
