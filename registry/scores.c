/* scores: what importers of results share. */
#include "registry/scores.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (64u << 10) /* of a value that may become a line */

bool scores_number(const struct json *value, char out_text[SCORES_NUMBER_MAX])
{
	const char *raw = json_number_text(value);

	if (json_kind(value) == JSON_KIND_INTEGER)
		snprintf(out_text, SCORES_NUMBER_MAX, "%" PRId64, json_integer_of(value));
	else if (!raw || strlen(raw) >= SCORES_NUMBER_MAX)
		return false;
	else
		memcpy(out_text, raw, strlen(raw) + 1);
	return true;
}

const char *scores_text(const struct json *value, char room[SCORES_NUMBER_MAX])
{
	const char *text = json_text(value);

	if (text)
		return *text ? text : NULL;
	return scores_number(value, room) ? room : NULL;
}

int64_t scores_count(const struct json *value)
{
	int64_t count = json_integer_of(value);

	return json_kind(value) == JSON_KIND_INTEGER && count >= 0 && count <= INT64_C(1) << 53
		       ? count
		       : -1;
}

static int set_count(struct json *object, const char *key, int64_t count, struct error *err)
{
	return count < 0 ? 0 : json_set_size(object, key, (uint64_t)count, err);
}

static int set_text(struct json *object, const char *key, const char *text, struct error *err)
{
	return text && *text ? json_set_text(object, key, text, err) : 0;
}

static int name_check(const char *what, const char *name, struct error *err)
{
	if (!name || !*name)
		return error_set(err, ERROR_CORRUPT, "a score has no %s", what);
	if (strlen(name) > SCORES_NAME_MAX)
		return error_set(err, ERROR_CORRUPT, "the %s '%.40s...' has more than %d bytes",
				 what, name, SCORES_NAME_MAX);
	return 0;
}

/* What is the same for every metric of a task. */
static int add_task(struct json *score, const struct score_said *said, struct error *err)
{
	if (set_count(score, "samples", said->samples, err) ||
	    (said->samples_said != said->samples &&
	     set_count(score, "samplesOf", said->samples_said, err)) ||
	    set_text(score, "version", said->version, err) ||
	    set_count(score, "shots", said->shots, err) ||
	    set_text(score, "hash", said->hash, err) ||
	    set_text(score, "partOf", said->part_of, err))
		return -1;
	return said->group ? json_set_bool(score, "group", true, err) : 0;
}

int score_add(struct json *scores, const struct score_said *said, struct error *err)
{
	static const char *const state[] = {
		[SCORE_NOT_RUN] = "not-run",
		[SCORE_FAILED] = "failed",
		[SCORE_INVALIDATED] = "invalidated",
	};
	struct json *score;

	if (name_check("task", said->task, err) || name_check("metric", said->metric, err))
		return -1;
	if ((said->filter && strlen(said->filter) > SCORES_NAME_MAX) ||
	    (said->part_of && strlen(said->part_of) > SCORES_NAME_MAX) ||
	    (said->version && strlen(said->version) > SCORES_VERSION_MAX) ||
	    (said->hash && strlen(said->hash) > SCORES_VERSION_MAX))
		return error_set(err, ERROR_CORRUPT,
				 "a filter, group, version or hash of '%s' is too long",
				 said->task);
	if (json_add_object(scores, &score, err) || json_set_text(score, "task", said->task, err) ||
	    json_set_text(score, "metric", said->metric, err) ||
	    json_set_text(score, "filter", said->filter ? said->filter : "", err) ||
	    set_text(score, "value", said->value, err) ||
	    set_text(score, "stderr", said->stderr_text, err) ||
	    (said->state != SCORE_SCORED &&
	     json_set_text(score, "state", state[said->state], err)) ||
	    add_task(score, said, err))
		return -1;
	return said->higher_is_better < 0
		       ? 0
		       : json_set_bool(score, "higherIsBetter", said->higher_is_better != 0, err);
}

/* One line of JSON: line feeds and indents stand between values only, for texts escape theirs. */
static int line_of(const struct json *value, char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer pretty, line;
	struct error too_long = { 0 };
	size_t begin;

	*out_text = NULL;
	buffer_init(&pretty, LINE_MAX_BYTES);
	buffer_init(&line, SCORES_TEXT_MAX);
	if (json_write_pretty(value, &pretty, &too_long))
		return too_long.code == ERROR_SYSTEM
			       ? error_set(err, ERROR_SYSTEM, "%s", too_long.text)
			       : 0;
	for (size_t i = 0; i < pretty.len; i = begin) {
		size_t end = i;

		while (end < pretty.len && pretty.data[end] != '\n')
			end++;
		if (line.len + (end - i) >= SCORES_TEXT_MAX)
			return 0;
		if (buffer_add(&line, (struct span){ pretty.data + i, end - i }, err))
			return -1;
		for (begin = end; begin < pretty.len &&
				  (pretty.data[begin] == '\n' || pretty.data[begin] == ' ');
		     begin++)
			;
	}
	return buffer_to_text(&line, out_text, err);
}

int scores_set(struct json *object, const char *key, const struct json *value, struct error *err)
{
	CLEANUP(text_free) char *line = NULL;
	char room[SCORES_NUMBER_MAX];
	const char *text = scores_text(value, room);

	if (json_kind(value) == JSON_KIND_BOOL)
		text = json_is_yes(value) ? "true" : "false";
	if (json_count(value) && !text) {
		if (line_of(value, &line, err))
			return -1;
		text = line;
	}
	return text && strlen(text) <= SCORES_TEXT_MAX ? json_set_text(object, key, text, err) : 0;
}

int scores_set_count(struct json *object, const char *key, const struct json *value,
		     struct error *err)
{
	return set_count(object, key, scores_count(value), err);
}

int scores_set_time(struct json *object, const char *key, const struct json *value,
		    struct error *err)
{
	char text[SCORES_NUMBER_MAX], time[TIME_TEXT_SIZE];
	char *end;
	long long seconds;

	if (!scores_number(value, text))
		return 0;
	seconds = strtoll(text, &end, 10);
	/* Seconds that a clock since 2000 and before 2200 shows; a fraction is cut off. */
	if ((*end && *end != '.') || strpbrk(text, "eE") || seconds < 946684800 ||
	    seconds > 7258118400)
		return 0;
	time_format(seconds, time);
	return json_set_text(object, key, time, err);
}

int scores_set_filled(struct json *object, const char *key, struct json **value, struct error *err)
{
	if (json_count(*value))
		return json_set_take(object, key, value, err);
	json_free(value);
	return 0;
}
