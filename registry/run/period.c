/* period: days, months and years in Japan, as seconds since 1970. */
#include "registry/run/period.h"

#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400 };

/* The beginning of a day in Japan; the day need not be written with two digits. */
static int day_begin(int year, int month, int day, int64_t *out_unix_s, struct error *err)
{
	char text[48];

	snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00:00+09:00", year, month, day);
	return time_parse(text, out_unix_s, err);
}

static bool has_shape(const char *text, const char *shape)
{
	if (strlen(text) != strlen(shape))
		return false;
	for (; *text; text++, shape++)
		if (*shape == '-' ? *text != '-' : *text < '0' || *text > '9')
			return false;
	return true;
}

int period_date(const char *text, int64_t *out_from_s, int64_t *out_until_s, struct error *err)
{
	bool day = has_shape(text, "0000-00-00"), month = has_shape(text, "0000-00");
	int number[3] = { 0, 1, 1 };
	struct error why = { 0 };
	int failed = !day && !month && !has_shape(text, "0000");

	for (size_t at = 0, i = 0; !failed && text[at]; at++) {
		if (text[at] == '-')
			number[++i] = 0;
		else
			number[i] = 10 * number[i] + (text[at] - '0');
	}
	failed = failed || number[0] < 1970 || number[0] > 8999;
	failed = failed || day_begin(number[0], number[1], number[2], out_from_s, &why);
	if (!failed && day)
		*out_until_s = *out_from_s + DAY_S;
	else if (!failed && month)
		failed = day_begin(number[0] + number[1] / 12, number[1] % 12 + 1, 1, out_until_s,
				   &why);
	else if (!failed)
		failed = day_begin(number[0] + 1, 1, 1, out_until_s, &why);
	return failed ? error_set(err, ERROR_USAGE,
				  "'%.40s' is no date: 2026-04-01, or a month, or a year", text)
		      : 0;
}

int period_of(const char *from, const char *to, struct period *out_period, struct error *err)
{
	struct period period;
	int64_t ignored;

	if (period_date(from, &period.from_s, &ignored, err) ||
	    period_date(to, &ignored, &period.until_s, err))
		return -1;
	if (period.until_s <= period.from_s)
		return error_set(err, ERROR_USAGE, "%s to %s ends before it begins", from, to);
	snprintf(period.from, sizeof(period.from), "%s", from);
	snprintf(period.to, sizeof(period.to), "%s", to);
	*out_period = period;
	return 0;
}

int period_parse(const char *text, struct period *out_period, struct error *err)
{
	const char *slash = strchr(text, '/');
	char from[PERIOD_DATE_SIZE];

	if (!slash || (size_t)(slash - text) >= sizeof(from))
		return error_set(err, ERROR_USAGE,
				 "'%.100s' is no period: 2024-04-01/2025-03-31, or whole months or "
				 "years",
				 text);
	snprintf(from, sizeof(from), "%.*s", (int)(slash - text), text);
	return period_of(from, slash + 1, out_period, err);
}

int period_put(struct json *object, const char *key, const struct period *period, struct error *err)
{
	struct json *inner;

	return json_set_object(object, key, &inner, err) ||
			       json_set_text(inner, "from", period->from, err) ||
			       json_set_text(inner, "to", period->to, err)
		       ? -1
		       : 0;
}

int period_read(const struct json *object, const char *key, struct period *out_period,
		bool *out_there, struct error *err)
{
	const struct json *inner;
	const char *from, *to;

	if (json_maybe_object(object, key, &inner, err))
		return -1;
	*out_there = inner != NULL;
	if (!inner)
		return 0;
	if (json_need_string(inner, "from", &from, err) || json_need_string(inner, "to", &to, err))
		return -1;
	if (period_of(from, to, out_period, err)) {
		err->code = ERROR_CORRUPT;
		return -1;
	}
	return 0;
}

bool period_holds(const struct period *period, int64_t from_s, int64_t until_s)
{
	return period->from_s <= from_s && until_s <= period->until_s;
}
