/*
 * lm-evaluation-harness results_*.json (0.4.x): scores as they stand, by task, metric and filter.
 *
 * `results` maps a task to keys "METRIC,FILTER" with numbers, "METRIC_stderr,FILTER" beside
 * them ("N/A" without one), and texts such as "alias". Older 0.4 files put
 * sample counts in `n-samples` only.
 */
#include "registry/add.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define METRIC_MAX 256
#define STDERR_SUFFIX "_stderr"

static bool lm_eval_knows(const struct json *file)
{
	return json_kind(json_member(file, "results")) == JSON_KIND_OBJECT &&
	       json_member(file, "versions") &&
	       (json_member(file, "n-shot") || json_member(file, "configs"));
}

/* The text of a number as the file has it, or false for anything else ("N/A", an alias). */
static bool number_text(const struct json *value, char *out_text, size_t size)
{
	const char *raw = json_number_text(value);

	if (json_kind(value) == JSON_KIND_INTEGER)
		snprintf(out_text, size, "%" PRId64, json_integer_of(value));
	else if (!raw || strlen(raw) >= size)
		return false;
	else
		memcpy(out_text, raw, strlen(raw) + 1);
	return true;
}

/* "acc,none" into metric and filter; false when there is no comma or it is a standard error. */
static bool metric_split(const char *key, char metric[METRIC_MAX], const char **out_filter)
{
	const char *comma = strrchr(key, ',');
	size_t len = comma ? (size_t)(comma - key) : 0;
	size_t suffix = strlen(STDERR_SUFFIX);

	if (!comma || !len || len >= METRIC_MAX)
		return false;
	memcpy(metric, key, len);
	metric[len] = '\0';
	*out_filter = comma + 1;
	return len < suffix || strcmp(metric + len - suffix, STDERR_SUFFIX) != 0;
}

static int add_score(const struct json *file, const char *task, const struct json *results,
		     const char *key, const struct json *value, struct json *scores,
		     struct error *err)
{
	char metric[METRIC_MAX], stderr_key[2 * METRIC_MAX + 16], text[64];
	const struct json *version = json_member(json_member(file, "versions"), task);
	const struct json *samples = json_member(json_member(file, "n-samples"), task);
	const char *filter;
	struct json *score;

	if (!metric_split(key, metric, &filter) || !number_text(value, text, sizeof(text)))
		return 0;
	if (json_add_object(scores, &score, err) || json_set_text(score, "task", task, err) ||
	    json_set_text(score, "metric", metric, err) ||
	    json_set_text(score, "filter", filter, err) || json_set_text(score, "value", text, err))
		return -1;
	snprintf(stderr_key, sizeof(stderr_key), "%s" STDERR_SUFFIX ",%s", metric, filter);
	if (number_text(json_member(results, stderr_key), text, sizeof(text)) &&
	    json_set_text(score, "stderr", text, err))
		return -1;
	samples = json_member(samples, "effective");
	if (json_kind(samples) == JSON_KIND_INTEGER && json_integer_of(samples) >= 0 &&
	    json_set_size(score, "samples", (uint64_t)json_integer_of(samples), err))
		return -1;
	if (version &&
	    (number_text(version, text, sizeof(text)) ? json_set_text(score, "version", text, err)
	     : json_text(version) ? json_set_text(score, "version", json_text(version), err)
				  : 0))
		return -1;
	return 0;
}

static int add_task(const struct json *file, const char *task, const struct json *results,
		    struct json *scores, struct error *err)
{
	struct json_members at = { 0 };

	if (json_kind(results) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "the results of task '%s' are no object",
				 task);
	while (json_next(results, &at))
		if (add_score(file, task, results, at.key, at.value, scores, err))
			return -1;
	return 0;
}

/* "git_hash" and "lm_eval_version"; texts that are missing read "". */
static int set_or_empty(struct json *object, const char *key, const struct json *value,
			struct error *err)
{
	const char *text = json_text(value);

	return json_set_text(object, key, text ? text : "", err);
}

static int lm_eval_read(const struct json *file, struct json *predicate, struct error *err)
{
	struct json *harness, *scores;
	struct json_members at = { 0 };
	const struct json *results = json_member(file, "results");

	if (json_set_object(predicate, "harness", &harness, err) ||
	    set_or_empty(harness, "version", json_member(file, "lm_eval_version"), err) ||
	    set_or_empty(harness, "git", json_member(file, "git_hash"), err) ||
	    set_or_empty(predicate, "model", json_member(file, "model_name"), err) ||
	    json_set_array(predicate, "scores", &scores, err))
		return -1;
	while (json_next(results, &at))
		if (add_task(file, at.key, at.value, scores, err))
			return -1;
	if (!json_count(scores))
		return error_set(err, ERROR_CORRUPT, "the results hold no scores");
	return 0;
}

const struct importer importer_lm_eval = {
	.name = "lm-evaluation-harness",
	.knows = lm_eval_knows,
	.read = lm_eval_read,
};
