/* Register what a harness wrote about each item of an evaluation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"

#define RESULTS_PREFIX "results_"
#define RESULTS_SUFFIX ".json"
#define SAMPLES_PREFIX "samples_"
#define SAMPLES_SUFFIX ".jsonl"

/* What llm-jp-eval leaves beside its results, by the ends of the names. */
static const struct attached {
	const char *end, *what;
} attached[] = {
	{ ".eval-prompt.json", "prompts" },
	{ ".eval-generated.json", "generated" },
	{ "_config.json", "settings" },
};

static const struct attached *attached_what(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(attached) / sizeof(attached[0]); i++) {
		size_t end = strlen(attached[i].end);

		if (len >= end && strcmp(path + len - end, attached[i].end) == 0)
			return &attached[i];
	}
	return NULL;
}

/* The task whose name stands in samples_TASK_TIME.jsonl, the longest that fits; NULL: none. */
static const char *task_of(const char *path, const struct json *results)
{
	const char *name = path_last_part(path), *found = NULL;
	size_t prefix = strlen(SAMPLES_PREFIX);
	struct json_members at = { 0 };

	if (strncmp(name, SAMPLES_PREFIX, prefix) != 0)
		return NULL;
	while (json_next(json_member(results, "results"), &at)) {
		size_t len = strlen(at.key);

		if (strncmp(name + prefix, at.key, len) == 0 && name[prefix + len] == '_' &&
		    (!found || len > strlen(found)))
			found = at.key;
	}
	return found;
}

/* `what`: NULL but for what is attached; `task`: NULL where it is of none. */
static int sample_add(struct adding *adding, const char *path, const char *what, const char *task,
		      struct json *list, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest digest;
	struct json *entry;

	buffer_init(&bytes, SAMPLES_MAX_BYTES);
	return file_keep(adding, path, &bytes, &digest, err) ||
			       json_add_object(list, &entry, err) ||
			       (what && json_set_text(entry, "what", what, err)) ||
			       (task && json_set_text(entry, "task", task, err)) ||
			       json_set_digest(entry, "file", &digest, err) ||
			       json_set_text(entry, "fileName", path_last_part(path), err) ||
			       json_set_size(entry, "size", bytes.len, err)
		       ? -1
		       : 0;
}

/* A task's file beside the results, when there is one. */
static int beside_add(struct adding *adding, const char *path, const char *task, struct json *list,
		      struct error *err)
{
	const char *name = path_last_part(path), *time = name + strlen(RESULTS_PREFIX);
	int folder = (int)(name - path), time_len;
	char *beside;
	int failed;

	if (strncmp(name, RESULTS_PREFIX, strlen(RESULTS_PREFIX)) != 0 ||
	    strlen(time) <= strlen(RESULTS_SUFFIX))
		return 0;
	time_len = (int)(strlen(time) - strlen(RESULTS_SUFFIX));
	if (asprintf(&beside, "%.*s" SAMPLES_PREFIX "%s_%.*s" SAMPLES_SUFFIX, folder, path, task,
		     time_len, time) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	failed = strchr(task, '/') || !file_exists(beside)
			 ? 0
			 : sample_add(adding, beside, NULL, task, list, err);
	free(beside);
	return failed;
}

static int samples_list(struct adding *adding, const struct add_eval *eval,
			const struct json *results, struct json *list, struct error *err)
{
	struct json_members at = { 0 };

	for (size_t i = 0; i < eval->samples_count; i++) {
		const char *task = task_of(eval->samples[i], results);

		if (attached_what(eval->samples[i]))
			continue;
		if (!task)
			return error_set(
				err, ERROR_USAGE,
				"'%s' is named after no task of the results "
				"(" SAMPLES_PREFIX "TASK_TIME" SAMPLES_SUFFIX ", TASK as in %s)",
				eval->samples[i],
				json_next(json_member(results, "results"), &at) ? at.key
										: "results");
		if (sample_add(adding, eval->samples[i], NULL, task, list, err))
			return -1;
	}
	if (eval->samples)
		return 0;
	while (json_next(json_member(results, "results"), &at))
		if (beside_add(adding, eval->path, at.key, list, err))
			return -1;
	return 0;
}

/* Is there a score of a data set that is called so? */
static bool has_task(const struct json *predicate, const char *name, size_t len)
{
	const struct json *scores = json_member(predicate, "scores");

	for (size_t i = 0; i < json_count(scores); i++) {
		const char *task = json_text(json_member(json_at(scores, i), "task"));

		if (task && strlen(task) == len && memcmp(task, name, len) == 0)
			return true;
	}
	return false;
}

static int attached_add(struct adding *adding, const char *path, const struct attached *as,
			const struct json *predicate, struct json *list, struct error *err)
{
	const char *name = path_last_part(path);
	size_t len = strlen(name) - strlen(as->end);
	char *task;
	int failed;

	if (strcmp(as->what, "settings") == 0)
		return sample_add(adding, path, as->what, NULL, list, err);
	if (!has_task(predicate, name, len))
		return error_set(err, ERROR_USAGE,
				 "'%s' is named after no data set of the results: DATASET%s", path,
				 as->end);
	task = strndup(name, len);
	failed = task ? sample_add(adding, path, as->what, task, list, err)
		      : error_set(err, ERROR_SYSTEM, "out of memory for a name");
	free(task);
	return failed;
}

static int attached_list(struct adding *adding, const struct add_eval *eval,
			 const struct json *predicate, struct json *list, struct error *err)
{
	for (size_t i = 0; i < eval->samples_count; i++) {
		const struct attached *as = attached_what(eval->samples[i]);

		if (as && attached_add(adding, eval->samples[i], as, predicate, list, err))
			return -1;
	}
	return 0;
}

int samples_set(struct adding *adding, const struct add_eval *eval, const struct json *results,
		struct json *predicate, uint64_t *out_count, struct error *err)
{
	CLEANUP(json_free) struct json *list = NULL, *others = NULL;

	if (json_array_new(&list, err) || samples_list(adding, eval, results, list, err) ||
	    json_array_new(&others, err) || attached_list(adding, eval, predicate, others, err))
		return -1;
	*out_count = json_count(list);
	if (json_count(others) && json_set_take(predicate, "attached", &others, err))
		return -1;
	return *out_count ? json_set_take(predicate, "samples", &list, err) : 0;
}
