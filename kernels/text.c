/* Hexadecimal and base64, strict in both directions. */
#include "kernels/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_encode(struct buffer *out, struct span bytes, struct error *err)
{
	uint8_t *room;

	if (bytes.len > SIZE_MAX / 2)
		return error_set(err, ERROR_CORRUPT, "too many bytes for hexadecimal digits");
	if (buffer_extend(out, 2 * bytes.len, &room, err))
		return -1;
	for (size_t i = 0; i < bytes.len; i++) {
		room[2 * i] = (uint8_t)hex_digits[bytes.data[i] >> 4];
		room[2 * i + 1] = (uint8_t)hex_digits[bytes.data[i] & 15];
	}
	return 0;
}

static bool hex_is_digit(uint8_t c)
{
	return ((unsigned)c - '0' <= 9) | ((unsigned)c - 'a' <= 5);
}

/* Of a digit, without a branch: manifests of many tensors are mostly digits. */
static unsigned hex_value(uint8_t c)
{
	return (c & 15u) + 9 * (c >> 6);
}

int hex_decode(struct span text, uint8_t *out_bytes, size_t len, struct error *err)
{
	bool all = true;

	if (len > SIZE_MAX / 2 || text.len != 2 * len)
		return error_set(err, ERROR_CORRUPT, "%zu hexadecimal digits where %zu belong",
				 text.len, 2 * len);
	for (size_t i = 0; i < text.len; i++)
		all &= hex_is_digit(text.data[i]);
	for (size_t i = 0; !all && i < text.len; i++)
		if (!hex_is_digit(text.data[i]))
			return error_set(err, ERROR_CORRUPT,
					 "not a lower-case hexadecimal digit at place %zu", i);
	for (size_t i = 0; i < len; i++)
		out_bytes[i] = (uint8_t)(hex_value(text.data[2 * i]) << 4 |
					 hex_value(text.data[2 * i + 1]));
	return 0;
}

int base64_encode(struct buffer *out, struct span bytes, struct error *err)
{
	size_t groups = bytes.len / 3 + (bytes.len % 3 != 0);
	uint8_t *room;

	if (groups > SIZE_MAX / 4)
		return error_set(err, ERROR_CORRUPT, "too many bytes for base64");
	if (buffer_extend(out, 4 * groups, &room, err))
		return -1;
	for (size_t g = 0; g < groups; g++) {
		size_t left = bytes.len - 3 * g;
		const uint8_t *in = bytes.data + 3 * g;
		uint32_t bits = (uint32_t)in[0] << 16 | (left > 1 ? (uint32_t)in[1] << 8 : 0) |
				(left > 2 ? in[2] : 0u);

		room[4 * g] = (uint8_t)base64_digits[bits >> 18];
		room[4 * g + 1] = (uint8_t)base64_digits[bits >> 12 & 63];
		room[4 * g + 2] = left > 1 ? (uint8_t)base64_digits[bits >> 6 & 63] : '=';
		room[4 * g + 3] = left > 2 ? (uint8_t)base64_digits[bits & 63] : '=';
	}
	return 0;
}

static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One group of four characters, `pad` of them '='; -1 if it is not the canonical spelling. */
static int base64_group(const uint8_t *in, size_t pad, uint8_t out[3])
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - pad ? base64_value(in[i]) : in[i] == '=' ? 0 : -1;

		if (value < 0)
			return -1;
		bits = bits << 6 | (uint32_t)value;
	}
	if ((pad == 1 && (bits & 0xff)) || (pad == 2 && (bits & 0xffff)))
		return -1;
	out[0] = (uint8_t)(bits >> 16);
	out[1] = (uint8_t)(bits >> 8);
	out[2] = (uint8_t)bits;
	return 0;
}

int base64_decode(struct buffer *out, struct span text, struct error *err)
{
	size_t start = out->len;

	if (text.len % 4)
		return error_set(err, ERROR_CORRUPT, "base64 whose length is no multiple of four");
	for (size_t at = 0; at < text.len; at += 4) {
		bool last = at + 4 == text.len;
		size_t pad = last && text.data[at + 3] == '=' ? 1 : 0;
		uint8_t bytes[3];

		if (pad && text.data[at + 2] == '=')
			pad = 2;
		if (base64_group(text.data + at, pad, bytes)) {
			out->len = start;
			return error_set(err, ERROR_CORRUPT, "not canonical base64 at place %zu",
					 at);
		}
		if (buffer_add(out, (struct span){ bytes, 3 - pad }, err)) {
			out->len = start;
			return -1;
		}
	}
	return 0;
}

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

void text_escape(char *to, size_t size, const char *from)
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

const char *path_last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void text_free(char **text)
{
	free(*text);
	*text = NULL;
}
