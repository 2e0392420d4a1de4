/* What importers of results share: scores and settings, as signed statements hold them. */
#ifndef REGISTRY_SCORES_H
#define REGISTRY_SCORES_H

#include "verify/verify.h"

#define SCORES_NUMBER_MAX 64   /* bytes of a number's text, with its NUL */
#define SCORES_TEXT_MAX 2048   /* bytes of a text about a run; longer ones are left to the file */
#define SCORES_NAME_MAX 200    /* bytes of the name of a task, metric or group */
#define SCORES_VERSION_MAX 128 /* bytes of a version or hash */

enum score_state {
	SCORE_SCORED,
	SCORE_NOT_RUN,    /* nothing was measured */
	SCORE_FAILED,     /* it was tried, and no number came out */
	SCORE_INVALIDATED /* whoever made the file took it back */
};

/* One score that a file tells. Texts are borrowed; NULL and -1: not said. */
struct score_said {
	const char *task, *metric;
	const char *filter;            /* NULL: "" */
	const char *value;             /* decimal, as it is written; NULL unless scored */
	const char *stderr_text;       /* decimal */
	enum score_state state;        /* SCORE_SCORED with a value only */
	const char *version, *hash;    /* of the task */
	const char *part_of;           /* the group that it belongs to */
	int64_t shots;                 /* examples in the prompt */
	int64_t samples, samples_said; /* items that count, and that the task has */
	int higher_is_better;          /* 1, 0, -1: not said */
	bool group;                    /* it is of a group of tasks */
};

/* Nothing is said. */
#define SCORE_SAID_NOTHING                                                                         \
	{                                                                                          \
		.shots = -1, .samples = -1, .samples_said = -1, .higher_is_better = -1             \
	}

/* Append it as docs/formats.md has `scores`. ERROR_CORRUPT: a name that is empty or too long. */
MUST_CHECK int score_add(struct json *scores, const struct score_said *said, struct error *err);

/* The text of a number as the file has it; false for anything else. */
bool scores_number(const struct json *value, char out_text[SCORES_NUMBER_MAX]);

/* A number, or a text that is not empty, as a text; NULL for anything else. `room` holds numbers.
 */
const char *scores_text(const struct json *value, char room[SCORES_NUMBER_MAX]);

/* A whole number that is not negative; -1 for anything else. */
int64_t scores_count(const struct json *value);

/*
 * Set `key` where `value` says something that is short enough: a text or number as a text, an
 * array or object in one line of JSON.
 */
MUST_CHECK int scores_set(struct json *object, const char *key, const struct json *value,
			  struct error *err);

/* Set `key` to a whole number that is not negative, where `value` is one. */
MUST_CHECK int scores_set_count(struct json *object, const char *key, const struct json *value,
				struct error *err);

/* Set `key` to the time of a number of seconds since 1970, where `value` is one. */
MUST_CHECK int scores_set_time(struct json *object, const char *key, const struct json *value,
			       struct error *err);

/* Set `key` unless the object is empty; *value is NULL afterwards. */
MUST_CHECK int scores_set_filled(struct json *object, const char *key, struct json **value,
				 struct error *err);

#endif
