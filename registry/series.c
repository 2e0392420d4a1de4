/* series: many folders and one name with {step} become many names. */
#include "registry/series.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void series_release(struct series *series)
{
	for (size_t i = 0; i < series->count; i++) {
		free(series->item[i].path);
		free(series->item[i].step);
	}
	free(series->item);
	*series = (struct series){ .item = NULL };
}

static bool is_glob(const char *word)
{
	return strpbrk(word, "*?[") != NULL && !file_exists(word);
}

/* What the last `*` of the glob matched in a path; NULL where that is not plain. */
static char *last_star(const char *glob_text, const char *path)
{
	const char *star = strrchr(glob_text, '*');
	const char *literal = star;
	size_t literal_len, tail_len, path_len = strlen(path);

	if (!star || strpbrk(star + 1, "?["))
		return NULL;
	while (literal > glob_text && !strchr("*?]", literal[-1]))
		literal--;
	literal_len = (size_t)(star - literal);
	tail_len = strlen(star + 1);
	if (path_len < literal_len + tail_len || strcmp(path + path_len - tail_len, star + 1) != 0)
		return NULL;
	/* The literal text in front of the star, where it stands last. */
	for (size_t at = path_len - tail_len - literal_len + 1; at-- > 0;) {
		bool first = literal == glob_text;

		if (memcmp(path + at, literal, literal_len) == 0 && (!first || at == 0))
			return strndup(path + at + literal_len,
				       path_len - tail_len - at - literal_len);
	}
	return NULL;
}

static int item_add(struct series *series, const char *path, const char *glob_text,
		    struct error *err)
{
	struct series_item *item;
	struct span number;

	if (series->count == SERIES_MAX)
		return error_set(err, ERROR_USAGE, "more than %u folders in one series",
				 SERIES_MAX);
	item = reallocarray(series->item, series->count + 1, sizeof(*item));
	if (!item)
		return error_system(err, ENOMEM, "cannot list a series");
	series->item = item;
	item += series->count;
	*item = (struct series_item){ .path = strdup(path) };
	if (!item->path)
		return error_system(err, ENOMEM, "cannot list a series");
	series->count++;
	/* A trailing '/' that the shell's completion left is no part of the folder's name. */
	for (size_t len = strlen(path); len > 1 && item->path[len - 1] == '/'; len--)
		item->path[len - 1] = '\0';
	item->placed = checkpoint_name_of_path(item->path, &item->place);
	item->step = glob_text ? last_star(glob_text, item->path) : NULL;
	if (!item->step || !item->step[0] || !name_part_ok(item->step)) {
		free(item->step);
		item->step = NULL;
		if (checkpoint_name_number(item->path, &number)) {
			item->step = strndup((const char *)number.data, number.len);
			if (!item->step)
				return error_system(err, ENOMEM, "cannot list a series");
		}
	}
	return 0;
}

static int word_expand(struct series *series, const char *word, struct error *err)
{
	glob_t found = { 0 };
	int failed = 0;
	int code;

	if (!is_glob(word))
		return item_add(series, word, NULL, err);
	code = glob(word, GLOB_ERR, NULL, &found);
	if (code == GLOB_NOMATCH)
		return error_set(err, ERROR_ABSENT, "nothing matches '%s'", word);
	if (code)
		return error_set(err, ERROR_SYSTEM, "cannot look for '%s'", word);
	for (size_t i = 0; !failed && i < found.gl_pathc; i++)
		failed = item_add(series, found.gl_pathv[i], word, err);
	globfree(&found);
	return failed;
}

/* "llm-x/base@step-{step}" with the step in its place. */
static int name_fill(struct series_item *item, const char *pattern, struct error *err)
{
	const char *hole = strstr(pattern, SERIES_STEP);
	char *text = NULL;
	int failed;

	if (!hole) {
		free(item->step);
		item->step = NULL;
		return name_parse(pattern, &item->name, err);
	}
	if (!item->step)
		return error_set(err, ERROR_USAGE, "no step is to be seen in the path '%s'",
				 item->path);
	if (asprintf(&text, "%.*s%s%s", (int)(hole - pattern), pattern, item->step,
		     hole + strlen(SERIES_STEP)) < 0)
		return error_system(err, ENOMEM, "cannot name a series");
	failed = name_parse(text, &item->name, err);
	free(text);
	return failed;
}

/* Steps that are numbers by value (longer without leading zeros is larger), others by bytes. */
static int text_order(const char *x, const char *y)
{
	size_t digits_x = strspn(x, "0123456789"), digits_y = strspn(y, "0123456789");

	if (!x[digits_x] && !y[digits_y]) {
		const char *u = x + strspn(x, "0"), *v = y + strspn(y, "0");

		if (strlen(u) != strlen(v))
			return strlen(u) < strlen(v) ? -1 : 1;
		if (strcmp(u, v) != 0)
			return strcmp(u, v);
	}
	return strcmp(x, y);
}

static int step_order(const void *a, const void *b)
{
	const struct series_item *x = a, *y = b;
	int order;

	if (x->placed != y->placed)
		return x->placed ? -1 : 1;
	order = x->placed ? checkpoint_name_order(&x->place, &y->place) : 0;
	return order ? order : text_order(x->step, y->step);
}

static int case_order(const void *a, const void *b)
{
	const struct series_item *x = *(const struct series_item *const *)a;
	const struct series_item *y = *(const struct series_item *const *)b;

	return strcasecmp(x->step, y->step);
}

/* Names must differ, and stages may have the same steps. */
static int steps_differ(const struct series *series, struct error *err)
{
	const struct series_item **item = calloc(series->count + 1, sizeof(const void *));
	int failed = 0;

	if (!item)
		return error_system(err, ENOMEM, "cannot list a series");
	for (size_t i = 0; i < series->count; i++)
		item[i] = &series->item[i];
	qsort(item, series->count, sizeof(const void *), case_order);
	for (size_t i = 1; !failed && i < series->count; i++)
		if (case_order(&item[i - 1], &item[i]) == 0)
			failed = error_set(err, ERROR_USAGE, "'%s' and '%s' are both step %s",
					   item[i - 1]->path, item[i]->path, item[i]->step);
	free(item);
	return failed;
}

int series_expand(const char *const *word, size_t count, const char *pattern,
		  struct series *out_series, struct error *err)
{
	CLEANUP(series_release) struct series series = { .item = NULL };
	bool stepped = strstr(pattern, SERIES_STEP) != NULL;

	for (size_t i = 0; i < count; i++)
		if (word_expand(&series, word[i], err))
			return -1;
	if (series.count > 1 && !stepped)
		return error_set(
			err, ERROR_USAGE,
			"%zu folders cannot share the name '%s': write %s where they differ",
			series.count, pattern, SERIES_STEP);
	for (size_t i = 0; i < series.count; i++)
		if (name_fill(&series.item[i], pattern, err))
			return -1;
	if (stepped)
		qsort(series.item, series.count, sizeof(*series.item), step_order);
	if (stepped && steps_differ(&series, err))
		return -1;
	*out_series = series;
	series = (struct series){ .item = NULL };
	return 0;
}

size_t series_before(const struct series *series, size_t index)
{
	const struct checkpoint_name *place = &series->item[index].place;
	const struct checkpoint_name *last;
	size_t at = index;

	if (!index || !series->item[index].placed || place->moving)
		return index;
	last = &series->item[index - 1].place;
	if (!span_equal(last->before, place->before) || !place->has_ingredient ||
	    (last->stage == place->stage && last->ingredient == place->ingredient))
		return index;
	/* Ingredients of a stage begin where the stage before ended, if that was one branch. */
	while (at && span_equal(series->item[at - 1].place.before, place->before) &&
	       series->item[at - 1].place.stage == place->stage)
		at--;
	return at && !series->item[at - 1].place.has_ingredient ? at : 0;
}
