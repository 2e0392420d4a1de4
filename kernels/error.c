/* How anything in the house fails: one code, one line of text. */
#include "kernels/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernels/text.h"

static int error_fill(struct error *err, enum error_code code, const char *raw)
{
	if (err->code != ERROR_NONE)
		return -1;
	err->code = code;
	text_escape(err->text, sizeof(err->text), raw);
	return -1;
}

int(error_set)(struct error *err, enum error_code code, const char *fmt, ...)
{
	char raw[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	return error_fill(err, code, raw);
}

int(error_system)(struct error *err, int errnum, const char *fmt, ...)
{
	char raw[sizeof(err->text)], why[128];
	va_list args;
	size_t used;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw) - sizeof(why) - 2, fmt, args);
	va_end(args);
	used = strlen(raw);
	if (errnum == ENOSPC || errnum == EDQUOT)
		snprintf(raw + used, sizeof(raw) - used, ": no room left on the device");
	else
		snprintf(raw + used, sizeof(raw) - used, ": %s",
			 strerror_r(errnum, why, sizeof(why)));
	return error_fill(err, ERROR_SYSTEM, raw);
}

int(error_prefix)(struct error *err, const char *fmt, ...)
{
	char raw[256], context[512];
	va_list args;
	size_t n;

	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	text_escape(context, sizeof(context) - 2, raw);
	n = strlen(context);
	memcpy(context + n, ": ", 2);

	/* The cause is cut at its end, never the context. */
	memmove(err->text + n + 2, err->text, sizeof(err->text) - n - 2);
	memcpy(err->text, context, n + 2);
	err->text[sizeof(err->text) - 1] = '\0';
	return -1;
}

int error_exit_status(enum error_code code)
{
	switch (code) {
	case ERROR_NONE:
		return 0;
	case ERROR_CORRUPT:
		return 1;
	case ERROR_USAGE:
		return 2;
	case ERROR_UNTRUSTED:
		return 3;
	case ERROR_ABSENT:
		return 4;
	case ERROR_SYSTEM:
		break;
	}
	return 5;
}
