/* UTF-8 as RFC 3629 defines it, and texts of lines. */
#include "verify/utf8.h"

#include <string.h>

size_t utf8_point(struct span text, uint32_t *out_point)
{
	const uint8_t *s = text.data;
	size_t len;
	uint32_t point;

	if (!text.len)
		return 0;
	len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (len > text.len || (len > 1 && (s[0] < 0xc2 || s[0] > 0xf4)))
		return 0;
	point = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (s[i] & 0x3fu);
	}
	if ((len == 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) ||
	    (len == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 0;
	*out_point = point;
	return len;
}

bool utf8_text_ok(struct span text)
{
	while (text.len) {
		uint32_t point = 0;
		size_t len = utf8_point(text, &point);

		if (!len || !point)
			return false;
		text.data += len;
		text.len -= len;
	}
	return true;
}

bool line_take(struct span *rest, struct span *out_line)
{
	const uint8_t *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*out_line = (struct span){ rest->data, (size_t)(end - rest->data) };
	rest->data = end + 1;
	rest->len -= out_line->len + 1;
	return true;
}

bool decimal_read(struct span digits, uint64_t *out_number)
{
	uint64_t number = 0;

	if (!digits.len || (digits.len > 1 && digits.data[0] == '0'))
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		uint8_t c = digits.data[i];

		if (c < '0' || c > '9' || __builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(c - '0'), &number))
			return false;
	}
	*out_number = number;
	return true;
}

bool prefix_take(struct span *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (text->len < len || memcmp(text->data, prefix, len) != 0)
		return false;
	text->data += len;
	text->len -= len;
	return true;
}
