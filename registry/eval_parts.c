/* eval_parts: results whose scores are too many for one statement. */
#include "registry/eval_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of a statement, without its frame, origin and time: two names of up to 1 KiB among them. */
#define PART_MAX_BYTES (STATEMENT_PAYLOAD_MAX_BYTES - (7u << 10))
#define MEASURE_MAX_BYTES (64u << 20)

void eval_parts_release(struct eval_parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		json_free(&parts->predicate[i]);
	free(parts->predicate);
	*parts = (struct eval_parts){ .predicate = NULL };
}

/* Bytes of the canonical spelling. */
static int size_of(const struct json *value, size_t *out_size, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, MEASURE_MAX_BYTES);
	if (json_write_canonical(value, &text, err))
		return -1;
	*out_size = text.len;
	return 0;
}

static const char *task_at(const struct json *scores, size_t i)
{
	const char *task = json_text(json_member(json_at(scores, i), "task"));

	return task ? task : "";
}

/* The scores behind `begin` up to the next task. */
static size_t task_end(const struct json *scores, size_t begin)
{
	size_t end = begin + 1;

	while (end < json_count(scores) &&
	       strcmp(task_at(scores, begin), task_at(scores, end)) == 0)
		end++;
	return end;
}

/* Add the samples of a task, if it has some that are not there yet. */
static int samples_add(const struct json *predicate, const char *task, struct json *list,
		       struct error *err)
{
	const struct json *samples = json_member(predicate, "samples");

	for (size_t i = 0; i < json_count(samples); i++) {
		const char *of = json_text(json_member(json_at(samples, i), "task"));

		if (of && strcmp(of, task) == 0 && json_add_clone(list, json_at(samples, i), err))
			return -1;
	}
	return 0;
}

/* The scores [begin, end) with everything else; `number` 0: the only part. */
static int part_make(const struct json *predicate, size_t begin, size_t end, size_t number,
		     struct json **out_part, struct error *err)
{
	const struct json *scores = json_member(predicate, "scores");
	CLEANUP(json_free) struct json *part = NULL, *samples = NULL;
	struct json_members at = { 0 };
	struct json *list, *place;

	if (json_object_new(&part, err) || json_array_new(&samples, err))
		return -1;
	while (json_next(predicate, &at))
		if (strcmp(at.key, "scores") != 0 && strcmp(at.key, "samples") != 0 &&
		    json_set_clone(part, at.key, at.value, err))
			return -1;
	if (json_set_array(part, "scores", &list, err))
		return -1;
	for (size_t i = begin; i < end; i++)
		if (json_add_clone(list, json_at(scores, i), err))
			return -1;
	for (size_t i = begin; i < end; i = task_end(scores, i))
		if (samples_add(predicate, task_at(scores, i), samples, err))
			return -1;
	if (json_count(samples) && json_set_take(part, "samples", &samples, err))
		return -1;
	if (number && (json_set_object(part, "part", &place, err) ||
		       json_set_size(place, "number", number, err)))
		return -1;
	*out_part = part;
	part = NULL; /* handed over */
	return 0;
}

static int part_add(struct eval_parts *parts, struct json **part, struct error *err)
{
	struct json **room = reallocarray(parts->predicate, parts->count + 1, sizeof(*room));

	if (!room)
		return error_system(err, ENOMEM, "cannot cut the results");
	parts->predicate = room;
	parts->predicate[parts->count++] = *part;
	*part = NULL; /* handed over */
	return 0;
}

/* What the task's scores and samples add. */
static int task_size(const struct json *predicate, size_t begin, size_t end, size_t base,
		     size_t *out_size, struct error *err)
{
	CLEANUP(json_free) struct json *part = NULL;
	size_t size;

	if (part_make(predicate, begin, end, 1, &part, err) || size_of(part, &size, err))
		return -1;
	*out_size = size - base + 1; /* and a comma */
	if (size > PART_MAX_BYTES)
		return error_set(err, ERROR_USAGE,
				 "the results of task '%s' alone are too many for a statement: %zu "
				 "bytes",
				 task_at(json_member(predicate, "scores"), begin), size);
	return 0;
}

static int cut(const struct json *predicate, struct eval_parts *parts, struct error *err)
{
	const struct json *scores = json_member(predicate, "scores");
	CLEANUP(json_free) struct json *bare = NULL, *part = NULL;
	size_t base, begin = 0, used; /* `count` is not there yet, and the limit leaves room */

	if (part_make(predicate, 0, 0, 1, &bare, err) || size_of(bare, &base, err))
		return -1;
	used = base;
	for (size_t i = 0, end; i < json_count(scores); i = end) {
		size_t size;

		end = task_end(scores, i);
		if (task_size(predicate, i, end, base, &size, err))
			return -1;
		if (used + size > PART_MAX_BYTES) {
			if (part_make(predicate, begin, i, parts->count + 1, &part, err) ||
			    part_add(parts, &part, err))
				return -1;
			begin = i;
			used = base;
		}
		used += size;
	}
	return part_make(predicate, begin, json_count(scores), parts->count + 1, &part, err) ||
			       part_add(parts, &part, err)
		       ? -1
		       : 0;
}

/* `part` says how many there are, which is known when all are cut. */
static int count_set(struct eval_parts *parts, struct error *err)
{
	for (size_t i = 0; i < parts->count; i++) {
		CLEANUP(json_free) struct json *counted = NULL;
		struct json_members at = { 0 };
		struct json *place;

		if (json_object_new(&counted, err))
			return -1;
		while (json_next(parts->predicate[i], &at))
			if (strcmp(at.key, "part") != 0 &&
			    json_set_clone(counted, at.key, at.value, err))
				return -1;
		if (json_set_object(counted, "part", &place, err) ||
		    json_set_size(place, "number", i + 1, err) ||
		    json_set_size(place, "count", parts->count, err))
			return -1;
		json_free(&parts->predicate[i]);
		parts->predicate[i] = counted;
		counted = NULL; /* handed over */
	}
	return 0;
}

int eval_parts_cut(const struct json *predicate, struct eval_parts *out_parts, struct error *err)
{
	CLEANUP(eval_parts_release) struct eval_parts parts = { .predicate = NULL };
	CLEANUP(json_free) struct json *whole = NULL;
	size_t size;

	if (size_of(predicate, &size, err))
		return -1;
	if (size <= PART_MAX_BYTES) {
		if (json_clone(predicate, &whole, err) || part_add(&parts, &whole, err))
			return -1;
	} else if (cut(predicate, &parts, err) || count_set(&parts, err)) {
		return -1;
	}
	*out_parts = parts;
	parts = (struct eval_parts){ .predicate = NULL }; /* handed over */
	return 0;
}
