/* RFC 3339 times: read and written, without time zones, locales or a clock. */
#include "verify/time_text.h"

#include <stdio.h>
#include <string.h>

enum { DAY_SECONDS = 24 * 60 * 60 };

static bool leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_days(int64_t year, int64_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to a date of the years 0 to 9999. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t before = year + 399; /* years since 1 March, -400: nothing below is negative */
	int64_t days = 365 * before + before / 4 - before / 100 + before / 400;

	for (int64_t m = 1; m < month; m++)
		days += month_days(year, m);
	return days + day - 1 - 146097 - 719162;
}

void time_format(int64_t unix_s, char out_text[TIME_TEXT_SIZE])
{
	int64_t day = unix_s / DAY_SECONDS - (unix_s % DAY_SECONDS < 0);
	int64_t second = unix_s % DAY_SECONDS, year, month = 1;

	second += second < 0 ? DAY_SECONDS : 0;
	if (day < days_of(0, 1, 1) || day > days_of(9999, 12, 31)) {
		snprintf(out_text, TIME_TEXT_SIZE, "?");
		return;
	}
	year = day / 366 + 1970; /* not later than it is, forwards at least */
	while (year > 0 && days_of(year, 1, 1) > day)
		year--;
	while (days_of(year + 1, 1, 1) <= day)
		year++;
	day -= days_of(year, 1, 1);
	while (day >= month_days(year, month))
		day -= month_days(year, month++);
	snprintf(out_text, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year % 10000,
		 (int)month % 100, (int)(day + 1) % 100, (int)(second / 3600) % 100,
		 (int)(second / 60 % 60), (int)(second % 60));
}

/* `count` digits; false when there is something else. */
static bool digits_take(const char **at, int count, int64_t *out_number)
{
	int64_t number = 0;

	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		number = number * 10 + (**at - '0');
	}
	*out_number = number;
	return true;
}

static bool mark_take(const char **at, char mark)
{
	if (**at != mark)
		return false;
	(*at)++;
	return true;
}

/* "Z", "+01:00" or "-01:00": seconds to take off. */
static bool offset_take(const char **at, int64_t *out_seconds)
{
	int64_t hours = 0, minutes = 0;
	bool minus = **at == '-';

	*out_seconds = 0;
	if (mark_take(at, 'Z'))
		return true;
	if ((!minus && **at != '+') || !(*at)++ || !digits_take(at, 2, &hours) ||
	    !mark_take(at, ':') || !digits_take(at, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out_seconds = (minus ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

static bool fraction_skip(const char **at)
{
	int digits = 0;

	if (!mark_take(at, '.'))
		return true;
	while (**at >= '0' && **at <= '9' && digits <= 9) {
		digits++;
		(*at)++;
	}
	return digits >= 1 && digits <= 9;
}

static bool time_read(const char *at, int64_t *out_unix_s)
{
	int64_t year, month, day, hour, minute, second, offset;

	if (!digits_take(&at, 4, &year) || !mark_take(&at, '-') || !digits_take(&at, 2, &month) ||
	    !mark_take(&at, '-') || !digits_take(&at, 2, &day) || !mark_take(&at, 'T') ||
	    !digits_take(&at, 2, &hour) || !mark_take(&at, ':') || !digits_take(&at, 2, &minute) ||
	    !mark_take(&at, ':') || !digits_take(&at, 2, &second) || !fraction_skip(&at) ||
	    !offset_take(&at, &offset) || *at)
		return false;
	if (month < 1 || month > 12 || day < 1 || day > month_days(year, month) || hour > 23 ||
	    minute > 59 || second > 59)
		return false;
	*out_unix_s = days_of(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second -
		      offset;
	return true;
}

int time_parse(const char *text, int64_t *out_unix_s, struct error *err)
{
	if (!time_read(text, out_unix_s))
		return error_set(err, ERROR_CORRUPT,
				 "'%.60s' is no time such as 2026-11-26T18:40:42Z", text);
	return 0;
}
