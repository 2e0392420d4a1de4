/* check: rows of the table, and the clock. */
#include "tests/gpu/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void check_row(const char *what, const char *fmt, ...)
{
	va_list args;

	printf("| %s | ", what);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(" |\n");
	fflush(stdout);
}

void check_fail(struct check *check, const char *what, const char *fmt, ...)
{
	char text[512];
	va_list args;

	check->failures++;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	check_row(what, "**%s**", text);
}

double check_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
