/* Hexadecimal and base64, strict in both directions. */
#include "kernels/text.h"

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

static int hex_value(uint8_t c)
{
	const char *at = c ? strchr(hex_digits, c) : NULL;

	return at ? (int)(at - hex_digits) : -1;
}

int hex_decode(struct span text, uint8_t *out_bytes, size_t len, struct error *err)
{
	if (len > SIZE_MAX / 2 || text.len != 2 * len)
		return error_set(err, ERROR_CORRUPT, "%zu hexadecimal digits where %zu belong",
				 text.len, 2 * len);
	for (size_t i = 0; i < text.len; i++)
		if (hex_value(text.data[i]) < 0)
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
	const char *at = c ? strchr(base64_digits, c) : NULL;

	return at ? (int)(at - base64_digits) : -1;
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
