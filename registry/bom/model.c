/* bom: the model card in it, and the runs as workflows. */
#include "registry/bom/inner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 512
#define COMMAND_MAX (64u << 10)

/* ---- Scores ---- */

/* "jnli, strict, 3 shots, signed by 0123456789ab (not the publisher)". */
static void slice_text(const struct json *eval, const struct json *score, char out_text[TEXT_MAX])
{
	const char *task = json_text(json_member(score, "task"));
	const char *filter = json_text(json_member(score, "filter"));
	const char *signer = json_text(json_member(eval, "signer"));
	const struct json *shots = json_member(score, "shots");
	int len = snprintf(out_text, TEXT_MAX, "%.160s", task ? task : "");

	if (filter && *filter && strcmp(filter, "none") != 0)
		len += snprintf(out_text + len, TEXT_MAX - (size_t)len, ", %.80s", filter);
	if (json_kind(shots) == JSON_KIND_INTEGER)
		len += snprintf(out_text + len, TEXT_MAX - (size_t)len, ", %lld shots",
				(long long)json_integer_of(shots));
	if (json_is_yes(json_member(eval, "independent")))
		snprintf(out_text + len, TEXT_MAX - (size_t)len,
			 ", signed by %.12s (not the publisher)", signer ? signer : "");
}

/* 95 %, from the standard error that the harness gave. */
static int interval_set(struct json *metric, const struct json *score, struct error *err)
{
	struct error ignored = { 0 };
	struct json *interval;
	double value, deviation;
	char text[40];

	if (decimal_of_json(json_member(score, "value"), &value, &ignored) ||
	    !json_member(score, "stderr") ||
	    decimal_of_json(json_member(score, "stderr"), &deviation, &ignored) || deviation < 0 ||
	    !isfinite(value - normal_band(deviation)) || !isfinite(value + normal_band(deviation)))
		return 0;
	if (json_set_object(metric, "confidenceInterval", &interval, err))
		return -1;
	snprintf(text, sizeof(text), "%.6g", value - normal_band(deviation));
	if (json_set_text(interval, "lowerBound", text, err))
		return -1;
	snprintf(text, sizeof(text), "%.6g", value + normal_band(deviation));
	return json_set_text(interval, "upperBound", text, err);
}

static bool is_scored(const struct json *score)
{
	return json_text(json_member(score, "value")) && !json_member(score, "state");
}

static int eval_add(const struct json *eval, struct json *metrics, struct error *err)
{
	const struct json *scores = json_member(eval, "scores");
	struct json *metric;
	char text[TEXT_MAX];

	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);
		const char *name = json_text(json_member(score, "metric"));

		if (!is_scored(score))
			continue;
		slice_text(eval, score, text);
		if (json_add_object(metrics, &metric, err) ||
		    json_set_text(metric, "type", name ? name : "", err) ||
		    json_set_text(metric, "value", json_text(json_member(score, "value")), err) ||
		    json_set_text(metric, "slice", text, err) || interval_set(metric, score, err))
			return -1;
	}
	return 0;
}

static int evals_set(const struct json *facts, struct bom_part *card, struct error *err)
{
	const struct json *evals = json_member(facts, "evals");
	struct json *analysis, *metrics;

	if (!json_count(evals))
		return 0;
	if (json_set_object(card->json, "quantitativeAnalysis", &analysis, err) ||
	    json_set_array(analysis, "performanceMetrics", &metrics, err))
		return -1;
	for (size_t i = 0; i < json_count(evals); i++)
		if (eval_add(json_at(evals, i), metrics, err) ||
		    bom_property(card, "eval",
				 json_text(json_member(json_at(evals, i), "identity")), err) ||
		    bom_property(card, "evalRetracted",
				 json_text(json_member(json_member(json_at(evals, i), "retracted"),
						       "identity")),
				 err))
			return -1;
	return 0;
}

int bom_model_card(const struct json *facts, struct json *component, struct error *err)
{
	const char *architecture = json_text(json_member(facts, "architecture"));
	const struct json *config = json_member(facts, "config");
	const struct json *data = json_member(facts, "data");
	struct bom_part card = { 0 };
	struct json *parameters, *datasets, *item;
	struct json_members at = { 0 };

	if (json_set_object(component, "modelCard", &card.json, err) ||
	    json_set_object(card.json, "modelParameters", &parameters, err) ||
	    (architecture &&
	     (json_set_text(parameters, "architectureFamily", "transformer network", err) ||
	      json_set_text(parameters, "modelArchitecture", architecture, err))))
		return -1;
	if (json_count(data) && json_set_array(parameters, "datasets", &datasets, err))
		return -1;
	for (size_t i = 0; i < json_count(data); i++) {
		const char *identity = json_text(json_member(json_at(data, i), "identity"));

		if (identity && json_member(json_at(data, i), "name") &&
		    (json_add_object(datasets, &item, err) ||
		     json_set_text(item, "ref", identity, err)))
			return -1;
	}
	if (evals_set(facts, &card, err))
		return -1;
	while (json_kind(config) == JSON_KIND_OBJECT && json_next(config, &at)) {
		char name[80];

		snprintf(name, sizeof(name), "%.72s", at.key);
		if (strlen(at.key) < sizeof(name) && bom_property_of(&card, name, config, err))
			return -1;
	}
	return 0;
}

/* ---- Runs ---- */

static int command_text(const struct json *command, struct buffer *out, struct error *err)
{
	for (size_t i = 0; i < json_count(command); i++) {
		const char *word = json_text(json_at(command, i));

		if (buffer_printf(out, err, "%s%s", i ? " " : "", word ? word : ""))
			return -1;
	}
	return 0;
}

static int command_set(const struct json *run, struct json *workflow, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text = { 0 };
	CLEANUP(text_free) char *line = NULL;
	struct json *steps, *step, *commands, *command;

	if (!json_count(json_member(run, "command")))
		return 0;
	buffer_init(&text, COMMAND_MAX);
	return command_text(json_member(run, "command"), &text, err) ||
			       buffer_to_text(&text, &line, err) ||
			       json_set_array(workflow, "steps", &steps, err) ||
			       json_add_object(steps, &step, err) ||
			       json_set_array(step, "commands", &commands, err) ||
			       json_add_object(commands, &command, err) ||
			       json_set_text(command, "executed", line, err)
		       ? -1
		       : 0;
}

static int run_add(const struct json *run, struct json *workflows, struct error *err)
{
	static const char *const told[] = { "outcome",    "nodes",      "gpus",      "nodeSeconds",
					    "gpuSeconds", "lowerBound", "completion" };
	const char *identity = json_text(json_member(run, "identity"));
	const char *began = json_text(json_member(run, "began"));
	const char *ended = json_text(json_member(run, "ended"));
	const char *name = json_text(json_member(run, "name"));
	struct bom_part part = { 0 };
	struct json *types;

	if (!identity)
		return 0;
	if (json_add_object(workflows, &part.json, err) ||
	    json_set_text(part.json, "bom-ref", identity, err) ||
	    json_set_text(part.json, "uid", identity, err) ||
	    (name && json_set_text(part.json, "name", name, err)) ||
	    json_set_array(part.json, "taskTypes", &types, err) ||
	    json_add_text(types, "build", err) ||
	    (began && json_set_text(part.json, "timeStart", began, err)) ||
	    (ended && json_set_text(part.json, "timeEnd", ended, err)) ||
	    command_set(run, part.json, err) || bom_said(&part, run, err))
		return -1;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (bom_property_of(&part, told[i], run, err))
			return -1;
	return 0;
}

int bom_formulation(const struct json *facts, struct json *bom, struct error *err)
{
	const struct json *runs = json_member(facts, "runs");
	struct json *formulation, *formula, *workflows;

	if (!json_count(runs))
		return 0;
	if (json_set_array(bom, "formulation", &formulation, err) ||
	    json_add_object(formulation, &formula, err) ||
	    json_set_array(formula, "workflows", &workflows, err))
		return -1;
	for (size_t i = 0; i < json_count(runs); i++)
		if (run_add(json_at(runs, i), workflows, err))
			return -1;
	return 0;
}
