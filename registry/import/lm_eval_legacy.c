/*
 * lm-evaluation-harness results before 0.4 (0.2, 0.3): `results` maps a task to METRIC with a
 * number and METRIC_stderr beside it; `versions` and one `config` for all tasks.
 */
#include "registry/add.h"
#include "registry/import/lm_eval.h"
#include "registry/scores.h"

#include <string.h>

#define STDERR_SUFFIX "_stderr"
#define METRIC_MAX 256

enum { SCORES_MAX = 10000 };

static bool legacy_knows(const struct json *file)
{
	return json_kind(json_member(file, "results")) == JSON_KIND_OBJECT &&
	       json_kind(json_member(file, "versions")) == JSON_KIND_OBJECT &&
	       json_kind(json_member(file, "config")) == JSON_KIND_OBJECT &&
	       !json_member(file, "n-shot") && !json_member(file, "configs");
}

static bool is_stderr(const char *key)
{
	size_t len = strlen(key), suffix = strlen(STDERR_SUFFIX);

	return len > suffix && strcmp(key + len - suffix, STDERR_SUFFIX) == 0;
}

static int add_score(const struct json *results, const char *metric, const struct json *value,
		     struct score_said said, struct json *scores, struct error *err)
{
	char text[SCORES_NUMBER_MAX], deviation[SCORES_NUMBER_MAX];
	char key[METRIC_MAX + sizeof(STDERR_SUFFIX)];
	size_t len = strlen(metric);

	said.metric = metric;
	if (json_kind(value) == JSON_KIND_NULL)
		said.state = SCORE_FAILED;
	else if (scores_number(value, text))
		said.value = text;
	else
		return 0;
	if (len < METRIC_MAX && said.value) {
		memcpy(key, metric, len);
		memcpy(key + len, STDERR_SUFFIX, sizeof(STDERR_SUFFIX));
		if (scores_number(json_member(results, key), deviation))
			said.stderr_text = deviation;
	}
	if (json_count(scores) >= SCORES_MAX)
		return error_set(err, ERROR_CORRUPT, "the results hold more than %d scores",
				 SCORES_MAX);
	return score_add(scores, &said, err);
}

static int add_task(const struct json *file, const char *task, const struct json *results,
		    struct json *scores, struct error *err)
{
	struct json_members at = { 0 };
	struct score_said said = SCORE_SAID_NOTHING;
	char version[SCORES_NUMBER_MAX];

	if (json_kind(results) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "the results of task '%s' are no object",
				 task);
	said.task = task;
	said.version = scores_text(json_member(json_member(file, "versions"), task), version);
	said.shots = scores_count(json_member(json_member(file, "config"), "num_fewshot"));
	while (json_next(results, &at))
		if (!is_stderr(at.key) && add_score(results, at.key, at.value, said, scores, err))
			return -1;
	return 0;
}

/* The name that the arguments give the model; a run of GPT-NeoX names its folder. */
static const char *model_of(const struct json *config)
{
	const struct json *arguments = json_member(config, "model_args");
	static const char *const key[] = { "pretrained", "load", "save" };
	const char *text = json_text(arguments);

	for (size_t i = 0; !text && i < sizeof(key) / sizeof(key[0]); i++)
		text = json_text(json_member(arguments, key[i]));
	if (!text)
		text = json_text(json_member(config, "model"));
	return text && strlen(text) <= SCORES_TEXT_MAX ? text : "";
}

static int legacy_read(const struct json *file, struct json *predicate, struct error *err)
{
	const struct json *config = json_member(file, "config");
	struct json_members at = { 0 };
	struct json *harness, *scores;

	if (json_set_object(predicate, "harness", &harness, err) ||
	    json_set_text(harness, "version", "", err) || json_set_text(harness, "git", "", err) ||
	    json_set_text(predicate, "model", model_of(config), err) ||
	    lm_eval_model(file, predicate, err) || lm_eval_sampling(file, predicate, err) ||
	    json_set_array(predicate, "scores", &scores, err))
		return -1;
	while (json_next(json_member(file, "results"), &at))
		if (add_task(file, at.key, at.value, scores, err))
			return -1;
	return json_count(scores) ? 0 : error_set(err, ERROR_CORRUPT, "the results hold no scores");
}

const struct importer importer_lm_eval_legacy = {
	.name = "lm-evaluation-harness-0.3",
	.knows = legacy_knows,
	.read = legacy_read,
};
