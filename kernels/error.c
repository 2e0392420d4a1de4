/* How anything in the house fails: one code, one line of text. */
#include "kernels/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Length of the well-formed UTF-8 sequence at `s`, 0 when it is none (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *s)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t point;

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	point = s[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (s[i] & 0x3f);
	}
	if ((len == 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) ||
	    (len == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 0;
	return len;
}

/* C1 controls and the bidirectional overrides can rewrite a terminal's line as well as C0 can. */
static bool utf8_is_control(const unsigned char *s, size_t len)
{
	if (len == 1)
		return s[0] < 0x20 || s[0] == 0x7f;
	if (len == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;
	return len == 3 && s[0] == 0xe2 &&
	       ((s[1] == 0x80 &&
		 ((s[2] >= 0xa8 && s[2] <= 0xae) || s[2] == 0x8e || s[2] == 0x8f)) ||
		(s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
}

/* Copy `from` into `to`, with everything that is not plain text written as \xHH. */
static void text_escape(char *to, size_t size, const char *from)
{
	const unsigned char *s = (const unsigned char *)from;
	size_t used = 0;

	while (*s) {
		size_t len = utf8_length(s);
		bool plain = len && !utf8_is_control(s, len);
		size_t take = len ? len : 1;
		size_t need = plain ? take : 4 * take;

		if (need > size - 1 - used)
			break;
		if (plain) {
			memcpy(to + used, s, take);
		} else {
			for (size_t i = 0; i < take; i++)
				snprintf(to + used + 4 * i, 5, "\\x%02x", s[i]);
		}
		used += need;
		s += take;
	}
	to[used] = '\0';
}

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
