/*
 * lm-evaluation-harness results_*.json (0.4.x): scores as they stand, by task, metric and filter.
 *
 * `results` maps a task or group to keys "METRIC,FILTER" with numbers, "METRIC_stderr,FILTER"
 * beside them ("N/A" without one), and texts such as "alias"; what was aggregated over a group
 * stands in `groups` as well. `n-shot`, `versions`, `higher_is_better`, `n-samples`, `task_hashes`
 * and `group_subtasks` are by task; older 0.4 files lack some of them.
 */
#include "registry/add.h"
#include "registry/import/lm_eval.h"
#include "registry/scores.h"

#include <stdio.h>
#include <string.h>

#define METRIC_MAX 256
#define STDERR_SUFFIX "_stderr"

enum {
	SCORES_MAX = 10000,
	SUBTASKS_MAX = 20000 /* in all groups together */
};

static bool lm_eval_knows(const struct json *file)
{
	return json_kind(json_member(file, "results")) == JSON_KIND_OBJECT &&
	       json_member(file, "versions") &&
	       (json_member(file, "n-shot") || json_member(file, "configs"));
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

/* The group whose list names the task; NULL: none. The smallest, where groups hold groups. */
static const char *group_of(const struct json *file, const char *task)
{
	struct json_members at = { 0 };
	const char *found = NULL;
	size_t size = SIZE_MAX;

	while (json_next(json_member(file, "group_subtasks"), &at))
		for (size_t i = 0; i < json_count(at.value) && json_count(at.value) < size; i++) {
			const char *text = json_text(json_at(at.value, i));

			if (text && strcmp(text, task) == 0 && strcmp(at.key, task) != 0) {
				found = at.key;
				size = json_count(at.value);
				break;
			}
		}
	return found;
}

/* Was it aggregated over other tasks? */
static bool is_group(const struct json *file, const char *task)
{
	return json_member(json_member(file, "groups"), task) ||
	       json_count(json_member(json_member(file, "group_subtasks"), task)) > 0;
}

/* What a file says of a task, whatever the metric. */
struct task {
	const char *name;
	const struct json *results;
	struct score_said said;
	char version[SCORES_NUMBER_MAX];
};

static void task_read(const struct json *file, const char *name, const struct json *results,
		      struct task *out_task)
{
	const struct json *count = json_member(json_member(file, "n-samples"), name);

	*out_task = (struct task){ .name = name, .results = results, .said = SCORE_SAID_NOTHING };
	out_task->said.task = name;
	out_task->said.version =
		scores_text(json_member(json_member(file, "versions"), name), out_task->version);
	out_task->said.hash = json_text(json_member(json_member(file, "task_hashes"), name));
	out_task->said.shots = scores_count(json_member(json_member(file, "n-shot"), name));
	out_task->said.samples = scores_count(json_member(count, "effective"));
	out_task->said.samples_said = scores_count(json_member(count, "original"));
	out_task->said.group = is_group(file, name);
	out_task->said.part_of = group_of(file, name);
}

/* Infinity and NaN came out of a metric that failed; "N/A" and None stand where none was tried. */
static bool score_value(const struct json *value, char text[SCORES_NUMBER_MAX],
			struct score_said *said)
{
	const char *word = json_text(value);

	said->value = NULL;
	if (scores_number(value, text)) {
		said->value = text;
		said->state = SCORE_SCORED;
	} else if (json_kind(value) == JSON_KIND_NULL) {
		said->state = SCORE_FAILED;
	} else if (word && strcmp(word, "N/A") == 0) {
		said->state = SCORE_NOT_RUN;
	} else {
		return false;
	}
	return true;
}

static int add_score(const struct json *file, const struct task *task, const char *key,
		     const struct json *value, struct json *scores, struct error *err)
{
	char metric[METRIC_MAX], stderr_key[2 * METRIC_MAX + 16];
	char text[SCORES_NUMBER_MAX], deviation[SCORES_NUMBER_MAX];
	const struct json *better = json_member(json_member(file, "higher_is_better"), task->name);
	struct score_said said = task->said;
	int64_t counted;

	if (!metric_split(key, metric, &said.filter) || !score_value(value, text, &said))
		return 0;
	said.metric = metric;
	snprintf(stderr_key, sizeof(stderr_key), "%s" STDERR_SUFFIX ",%s", metric, said.filter);
	if (said.value && scores_number(json_member(task->results, stderr_key), deviation))
		said.stderr_text = deviation;
	counted = scores_count(json_member(json_member(task->results, "sample_count"), key));
	if (said.samples < 0)
		said.samples = counted;
	better = json_member(better, metric);
	if (json_kind(better) == JSON_KIND_BOOL)
		said.higher_is_better = json_is_yes(better);
	if (json_count(scores) >= SCORES_MAX)
		return error_set(err, ERROR_CORRUPT, "the results hold more than %d scores",
				 SCORES_MAX);
	return score_add(scores, &said, err);
}

static int add_task(const struct json *file, const char *name, const struct json *results,
		    struct json *scores, struct error *err)
{
	struct json_members at = { 0 };
	struct task task;

	if (json_kind(results) != JSON_KIND_OBJECT)
		return error_set(err, ERROR_CORRUPT, "the results of task '%s' are no object",
				 name);
	task_read(file, name, results, &task);
	while (json_next(results, &at))
		if (add_score(file, &task, at.key, at.value, scores, err))
			return -1;
	return 0;
}

/* The same value in `results` and `groups`, where a group stands in both. */
static int group_check(const char *name, const struct json *once, const struct json *again,
		       struct error *err)
{
	struct json_members at = { 0 };
	char one[SCORES_NUMBER_MAX], other[SCORES_NUMBER_MAX];

	while (json_next(again, &at)) {
		const struct json *value = json_member(once, at.key);

		if (scores_number(value, one) && scores_number(at.value, other) &&
		    strcmp(one, other) != 0)
			return error_set(err, ERROR_CORRUPT,
					 "the group '%s' is counted twice: %s is %s in 'results' "
					 "and %s in 'groups'",
					 name, at.key, one, other);
	}
	return 0;
}

static int add_groups(const struct json *file, struct json *scores, struct error *err)
{
	const struct json *results = json_member(file, "results");
	struct json_members at = { 0 };

	while (json_next(json_member(file, "groups"), &at)) {
		const struct json *there = json_member(results, at.key);

		if (there ? group_check(at.key, there, at.value, err)
			  : add_task(file, at.key, at.value, scores, err))
			return -1;
	}
	return 0;
}

static int add_scores(const struct json *file, struct json *scores, struct error *err)
{
	struct json_members at = { 0 };
	size_t subtasks = 0;

	while (json_next(json_member(file, "group_subtasks"), &at))
		subtasks += json_count(at.value);
	if (subtasks > SUBTASKS_MAX)
		return error_set(err, ERROR_CORRUPT, "the groups name more than %d tasks",
				 SUBTASKS_MAX);
	at = (struct json_members){ 0 };
	while (json_next(json_member(file, "results"), &at))
		if (add_task(file, at.key, at.value, scores, err))
			return -1;
	if (add_groups(file, scores, err))
		return -1;
	return json_count(scores) ? 0 : error_set(err, ERROR_CORRUPT, "the results hold no scores");
}

/* "git_hash" and "lm_eval_version"; texts that are missing read "". */
static int set_or_empty(struct json *object, const char *key, const struct json *value,
			struct error *err)
{
	char room[SCORES_NUMBER_MAX];
	const char *text = scores_text(value, room);

	return json_set_text(object, key, text && strlen(text) <= SCORES_TEXT_MAX ? text : "", err);
}

static int set_seeds(const struct json *config, struct json *sampling, struct error *err)
{
	CLEANUP(json_free) struct json *seeds = NULL;

	return json_object_new(&seeds, err) ||
			       scores_set(seeds, "random", json_member(config, "random_seed"),
					  err) ||
			       scores_set(seeds, "numpy", json_member(config, "numpy_seed"), err) ||
			       scores_set(seeds, "torch", json_member(config, "torch_seed"), err) ||
			       scores_set(seeds, "fewshot", json_member(config, "fewshot_seed"),
					  err) ||
			       scores_set_filled(sampling, "seeds", &seeds, err)
		       ? -1
		       : 0;
}

int lm_eval_sampling(const struct json *file, struct json *predicate, struct error *err)
{
	static const struct {
		const char *key, *name;
	} of_config[] = {
		{ "limit", "limit" },
		{ "genKwargs", "gen_kwargs" },
		{ "batchSize", "batch_size" },
		{ "bootstrapIterations", "bootstrap_iters" },
	};
	static const struct {
		const char *key, *name;
	} of_file[] = {
		{ "chatTemplate", "chat_template_sha" },
		{ "systemInstruction", "system_instruction_sha" },
		{ "fewshotAsMultiturn", "fewshot_as_multiturn" },
		{ "maxLength", "max_length" },
	};
	const struct json *config = json_member(file, "config");
	CLEANUP(json_free) struct json *sampling = NULL;

	if (json_object_new(&sampling, err) || set_seeds(config, sampling, err))
		return -1;
	for (size_t i = 0; i < sizeof(of_config) / sizeof(of_config[0]); i++)
		if (scores_set(sampling, of_config[i].key, json_member(config, of_config[i].name),
			       err))
			return -1;
	for (size_t i = 0; i < sizeof(of_file) / sizeof(of_file[0]); i++)
		if (scores_set(sampling, of_file[i].key, json_member(file, of_file[i].name), err))
			return -1;
	return scores_set_filled(predicate, "sampling", &sampling, err);
}

int lm_eval_model(const struct json *file, struct json *predicate, struct error *err)
{
	const struct json *config = json_member(file, "config");
	const struct json *arguments = json_member(config, "model_args");
	CLEANUP(json_free) struct json *said = NULL;

	return json_object_new(&said, err) ||
			       scores_set(said, "source", json_member(config, "model"), err) ||
			       scores_set(said, "args", arguments, err) ||
			       scores_set_count(said, "parameters",
						json_member(config, "model_num_parameters"), err) ||
			       scores_set(said, "dtype", json_member(config, "model_dtype"), err) ||
			       scores_set(said, "revision", json_member(config, "model_revision"),
					  err) ||
			       scores_set(said, "sha", json_member(config, "model_sha"), err) ||
			       scores_set_count(said, "step", json_member(arguments, "iteration"),
						err) ||
			       scores_set_filled(predicate, "modelSaid", &said, err)
		       ? -1
		       : 0;
}

static int lm_eval_read(const struct json *file, struct json *predicate, struct error *err)
{
	struct json *harness, *scores;

	if (json_set_object(predicate, "harness", &harness, err) ||
	    set_or_empty(harness, "version", json_member(file, "lm_eval_version"), err) ||
	    set_or_empty(harness, "git", json_member(file, "git_hash"), err) ||
	    set_or_empty(predicate, "model", json_member(file, "model_name"), err) ||
	    lm_eval_model(file, predicate, err) ||
	    scores_set_time(predicate, "evaluated", json_member(file, "date"), err) ||
	    lm_eval_sampling(file, predicate, err) ||
	    json_set_array(predicate, "scores", &scores, err))
		return -1;
	return add_scores(file, scores, err);
}

const struct importer importer_lm_eval = {
	.name = "lm-evaluation-harness",
	.knows = lm_eval_knows,
	.read = lm_eval_read,
};
