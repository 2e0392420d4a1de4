/* node_use_years: models and corpora that were registered in a fiscal year, each name once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/run/node_use.h"

struct figure {
	int fiscal_year;
	char family[NAME_TEXT_MAX];
	uint64_t parameters, tokens, tokens_ja;
	size_t order; /* of the log */
};

struct figures {
	const struct node_use_wish *wish;
	struct figure *item;
	size_t count, room;
};

static int figure_seen(void *arg, const struct index_figure *seen, struct error *err)
{
	struct figures *figures = arg;
	struct error why = { 0 };
	struct figure *one;
	int64_t declared_s;

	if (!seen->family || !seen->declared || time_parse(seen->declared, &declared_s, &why) ||
	    declared_s < figures->wish->from_s || declared_s >= figures->wish->until_s)
		return 0;
	if (figures->count == figures->room) {
		size_t room = figures->room ? 2 * figures->room : 64;

		one = realloc(figures->item, room * sizeof(*one));
		if (!one)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu versions", room);
		figures->item = one;
		figures->room = room;
	}
	one = &figures->item[figures->count];
	*one = (struct figure){ .fiscal_year = fiscal_year_of(declared_s),
				.parameters = seen->parameters,
				.tokens = seen->tokens,
				.tokens_ja = seen->tokens_ja,
				.order = figures->count };
	snprintf(one->family, sizeof(one->family), "%s", seen->family);
	figures->count++;
	return 0;
}

static int figure_order(const void *a, const void *b)
{
	const struct figure *one = a, *other = b;
	int names;

	if (one->fiscal_year != other->fiscal_year)
		return one->fiscal_year < other->fiscal_year ? -1 : 1;
	names = strcmp(one->family, other->family);
	if (names)
		return names;
	return one->order < other->order ? -1 : one->order > other->order;
}

/* One owner/name in one year: [from, until) of the sorted list. */
static void family_add(const struct figures *figures, size_t from, size_t until,
		       struct node_use_year *year)
{
	const struct figure *newest = NULL;
	uint64_t parameters = 0;

	for (size_t i = from; i < until; i++) {
		if (figures->item[i].parameters > parameters)
			parameters = figures->item[i].parameters;
		if (figures->item[i].tokens)
			newest = &figures->item[i];
	}
	year->models += parameters > 0;
	if (__builtin_add_overflow(year->parameters, parameters, &year->parameters))
		year->parameters = UINT64_MAX;
	if (parameters > year->parameters_largest)
		year->parameters_largest = parameters;
	if (!newest)
		return;
	year->corpora++;
	if (__builtin_add_overflow(year->tokens, newest->tokens, &year->tokens))
		year->tokens = UINT64_MAX;
	if (__builtin_add_overflow(year->tokens_ja, newest->tokens_ja, &year->tokens_ja))
		year->tokens_ja = UINT64_MAX;
}

int node_use_years(struct index *index, const struct node_use_wish *wish, struct node_use *use,
		   struct error *err)
{
	struct figures figures = { .wish = wish };
	int failed = index_figures(index, figure_seen, &figures, err);

	if (!failed && figures.count)
		qsort(figures.item, figures.count, sizeof(*figures.item), figure_order);
	for (size_t i = 0, next; !failed && i < figures.count; i = next) {
		const struct figure *one = &figures.item[i];
		struct node_use_year *year = use->year;

		for (next = i + 1;
		     next < figures.count && figures.item[next].fiscal_year == one->fiscal_year &&
		     strcmp(figures.item[next].family, one->family) == 0;
		     next++)
			;
		if (!use->year_count || year[use->year_count - 1].fiscal_year != one->fiscal_year) {
			year = realloc(year, (use->year_count + 1) * sizeof(*year));
			failed = year ? 0
				      : error_set(err, ERROR_SYSTEM, "out of memory for the years");
			if (failed)
				break;
			use->year = year;
			year[use->year_count++] =
				(struct node_use_year){ .fiscal_year = one->fiscal_year };
		}
		family_add(&figures, i, next, &year[use->year_count - 1]);
	}
	free(figures.item);
	return failed;
}
