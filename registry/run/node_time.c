/* node_time: whole seconds of nodes and GPUs, split where Japanese fiscal years begin. */
#include "registry/run/node_time.h"

#include <string.h>

enum { JAPAN_AHEAD_S = 9 * 3600, DAY_S = 86400, APRIL = 4 };

/* Days from 1970-01-01 to the first of a month, by the Gregorian calendar. */
static int64_t days_to(int year, int month)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t past = (int64_t)year - 1;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] +
	       (leap && month > 2);
}

int64_t fiscal_year_begin(int fiscal_year)
{
	return days_to(fiscal_year, APRIL) * DAY_S - JAPAN_AHEAD_S;
}

int fiscal_year_of(int64_t unix_s)
{
	/* Never later than the year it is in, and at most two before it. */
	int year = (int)(1970 + unix_s / (366 * (int64_t)DAY_S)) - 1;

	while (fiscal_year_begin(year + 1) <= unix_s)
		year++;
	return year;
}

int node_time_split(int64_t began_unix_s, uint64_t seconds, uint64_t nodes, uint64_t gpus,
		    struct node_time *out_time, struct error *err)
{
	struct node_time time = { .count = 0 };
	int64_t at = began_unix_s;
	uint64_t left = seconds;

	if (began_unix_s < 0 || began_unix_s > fiscal_year_begin(9000))
		return error_set(err, ERROR_USAGE, "a run cannot have begun %lld s after 1970",
				 (long long)began_unix_s);
	if (seconds > NODE_TIME_SECONDS_MAX || nodes > NODE_TIME_NODES_MAX ||
	    gpus > NODE_TIME_NODES_MAX)
		return error_set(err, ERROR_USAGE,
				 "%llu s on %llu nodes with %llu GPUs are more than any run takes",
				 (unsigned long long)seconds, (unsigned long long)nodes,
				 (unsigned long long)gpus);
	do {
		int year = fiscal_year_of(at);
		uint64_t room = (uint64_t)(fiscal_year_begin(year + 1) - at);
		uint64_t part = left < room ? left : room;

		time.year[time.count++] =
			(struct node_time_year){ year, part * nodes, part * gpus };
		at += (int64_t)part;
		left -= part;
	} while (left);
	*out_time = time;
	return 0;
}

static int sum_set(uint64_t *sum, uint64_t more, struct error *err)
{
	return __builtin_add_overflow(*sum, more, sum)
		       ? error_set(err, ERROR_CORRUPT, "node time beyond 64 bits")
		       : 0;
}

int node_time_add(struct node_time *sum, const struct node_time *more, struct error *err)
{
	for (size_t i = 0; i < more->count; i++) {
		const struct node_time_year *add = &more->year[i];
		size_t at = 0;

		while (at < sum->count && sum->year[at].fiscal_year < add->fiscal_year)
			at++;
		if (at == sum->count || sum->year[at].fiscal_year != add->fiscal_year) {
			if (sum->count == NODE_TIME_YEARS_MAX)
				return error_set(err, ERROR_USAGE,
						 "node time of more than %d fiscal years",
						 NODE_TIME_YEARS_MAX);
			memmove(&sum->year[at + 1], &sum->year[at],
				(sum->count - at) * sizeof(sum->year[0]));
			sum->year[at] = (struct node_time_year){ .fiscal_year = add->fiscal_year };
			sum->count++;
		}
		if (sum_set(&sum->year[at].node_seconds, add->node_seconds, err) ||
		    sum_set(&sum->year[at].gpu_seconds, add->gpu_seconds, err))
			return -1;
	}
	return 0;
}

int node_time_to_json(const struct node_time *time, bool with_gpus, struct json **out_array,
		      struct error *err)
{
	CLEANUP(json_free) struct json *array = NULL;

	if (json_array_new(&array, err))
		return -1;
	for (size_t i = 0; i < time->count; i++) {
		const struct node_time_year *year = &time->year[i];
		struct json *item;

		if (json_add_object(array, &item, err) ||
		    json_set_integer(item, "fiscalYear", year->fiscal_year, err) ||
		    json_set_size(item, "nodeSeconds", year->node_seconds, err) ||
		    (with_gpus && json_set_size(item, "gpuSeconds", year->gpu_seconds, err)))
			return -1;
	}
	*out_array = array;
	array = NULL; /* handed over */
	return 0;
}

int node_time_from_json(const struct json *array, struct node_time *out_time, struct error *err)
{
	struct node_time time = { .count = 0 };

	if (json_kind(array) != JSON_KIND_ARRAY || json_count(array) > NODE_TIME_YEARS_MAX)
		return error_set(err, ERROR_CORRUPT, "node time is a list of at most %d years",
				 NODE_TIME_YEARS_MAX);
	for (size_t i = 0; i < json_count(array); i++) {
		struct node_time_year *year = &time.year[i];
		int64_t number;

		if (json_need_integer(json_at(array, i), "fiscalYear", &number, err) ||
		    json_need_size(json_at(array, i), "nodeSeconds", &year->node_seconds, err) ||
		    json_maybe_size(json_at(array, i), "gpuSeconds", 0, &year->gpu_seconds, err))
			return -1;
		if (number < 1900 || number > 9999 || (i && number <= time.year[i - 1].fiscal_year))
			return error_set(err, ERROR_CORRUPT, "fiscal years that do not rise");
		year->fiscal_year = (int)number;
	}
	time.count = json_count(array);
	*out_time = time;
	return 0;
}
