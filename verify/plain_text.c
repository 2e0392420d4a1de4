/* plain_text: is foreign text fit to be a name that people will see? */
#include "verify/plain_text.h"

#include <string.h>

/* The code point at `text`, *out_len of its bytes; UINT32_MAX when it is malformed. */
static uint32_t utf8_take(struct span text, size_t *out_len)
{
	uint8_t lead = text.data[0];
	size_t len = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t point;

	*out_len = len;
	if (len == 1)
		return lead;
	if (lead < 0xc2 || lead > 0xf4 || len > text.len)
		return UINT32_MAX;
	point = lead & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((text.data[i] & 0xc0) != 0x80)
			return UINT32_MAX;
		point = point << 6 | (text.data[i] & 0x3f);
	}
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return UINT32_MAX;
	return point;
}

static bool point_is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e ||
	       point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2066 && point <= 0x2069);
}

static bool text_check(struct span text, bool plain)
{
	while (text.len) {
		size_t len;
		uint32_t point = utf8_take(text, &len);

		if (point == UINT32_MAX || (plain && point_is_control(point)))
			return false;
		text.data += len;
		text.len -= len;
	}
	return true;
}

bool text_is_utf8(struct span text)
{
	return text_check(text, false);
}

bool text_is_plain(struct span text)
{
	return text_check(text, true);
}

size_t utf8_put(uint32_t point, uint8_t out_bytes[4])
{
	if (point < 0x80) {
		out_bytes[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out_bytes[0] = (uint8_t)(0xc0 | point >> 6);
		out_bytes[1] = (uint8_t)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out_bytes[0] = (uint8_t)(0xe0 | point >> 12);
		out_bytes[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		out_bytes[2] = (uint8_t)(0x80 | (point & 0x3f));
		return 3;
	}
	out_bytes[0] = (uint8_t)(0xf0 | point >> 18);
	out_bytes[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
	out_bytes[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	out_bytes[3] = (uint8_t)(0x80 | (point & 0x3f));
	return 4;
}

/* Characters that RFC 8785 section 3.2.2.2 escapes with a letter. */
static char escape_letter(char c)
{
	static const char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\";
	const char *at = c ? strchr(from, c) : NULL;

	return at ? to[at - from] : '\0';
}

int json_text_write(struct buffer *out, const char *text, struct error *err)
{
	if (buffer_add_text(out, "\"", err))
		return -1;
	while (*text) {
		size_t plain = 0;
		char letter = escape_letter(*text);

		while ((unsigned char)text[plain] >= 0x20 && !escape_letter(text[plain]))
			plain++;
		if (plain) {
			if (buffer_add(out, (struct span){ (const uint8_t *)text, plain }, err))
				return -1;
			text += plain;
			continue;
		}
		if (letter ? buffer_printf(out, err, "\\%c", letter)
			   : buffer_printf(out, err, "\\u%04x", (unsigned)*text))
			return -1;
		text++;
	}
	return buffer_add_text(out, "\"", err);
}
