/* Register what a harness wrote about each item of an evaluation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add_inner.h"

#define RESULTS_PREFIX "results_"
#define RESULTS_SUFFIX ".json"
#define SAMPLES_PREFIX "samples_"
#define SAMPLES_SUFFIX ".jsonl"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The task whose name stands in samples_TASK_TIME.jsonl, the longest that fits; NULL: none. */
static const char *task_of(const char *path, const struct json *results)
{
	const char *name = last_part(path), *found = NULL;
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

static int sample_add(struct adding *adding, const char *path, const char *task, struct json *list,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest digest;
	struct json *entry;

	buffer_init(&bytes, SAMPLES_MAX_BYTES);
	return file_keep(adding, path, &bytes, &digest, err) ||
			       json_add_object(list, &entry, err) ||
			       json_set_text(entry, "task", task, err) ||
			       json_set_digest(entry, "file", &digest, err) ||
			       json_set_text(entry, "fileName", last_part(path), err) ||
			       json_set_size(entry, "size", bytes.len, err)
		       ? -1
		       : 0;
}

/* A task's file beside the results, when there is one. */
static int beside_add(struct adding *adding, const char *path, const char *task, struct json *list,
		      struct error *err)
{
	const char *name = last_part(path), *time = name + strlen(RESULTS_PREFIX);
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
			 : sample_add(adding, beside, task, list, err);
	free(beside);
	return failed;
}

static int samples_list(struct adding *adding, const struct add_eval *eval,
			const struct json *results, struct json *list, struct error *err)
{
	struct json_members at = { 0 };

	for (size_t i = 0; i < eval->samples_count; i++) {
		const char *task = task_of(eval->samples[i], results);

		if (!task)
			return error_set(
				err, ERROR_USAGE,
				"'%s' is named after no task of the results "
				"(" SAMPLES_PREFIX "TASK_TIME" SAMPLES_SUFFIX ", TASK as in %s)",
				eval->samples[i],
				json_next(json_member(results, "results"), &at) ? at.key
										: "results");
		if (sample_add(adding, eval->samples[i], task, list, err))
			return -1;
	}
	if (eval->samples)
		return 0;
	while (json_next(json_member(results, "results"), &at))
		if (beside_add(adding, eval->path, at.key, list, err))
			return -1;
	return 0;
}

int samples_set(struct adding *adding, const struct add_eval *eval, const struct json *results,
		struct json *predicate, uint64_t *out_count, struct error *err)
{
	CLEANUP(json_free) struct json *list = NULL;

	if (json_array_new(&list, err) || samples_list(adding, eval, results, list, err))
		return -1;
	*out_count = json_count(list);
	return *out_count ? json_set_take(predicate, "samples", &list, err) : 0;
}
