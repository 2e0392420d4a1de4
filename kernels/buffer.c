/* Growable bytes with a limit that is chosen when the buffer is born. */
#include "kernels/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct span span_of(const char *string)
{
	return (struct span){ (const uint8_t *)string, strlen(string) };
}

bool text_ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), tail = strlen(ending);

	return len >= tail && strcmp(text + len - tail, ending) == 0;
}

bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || memcmp(a.data, b.data, a.len) == 0);
}

void buffer_init(struct buffer *buf, size_t max)
{
	*buf = (struct buffer){ .max = max };
}

void buffer_release(struct buffer *buf)
{
	free(buf->data);
	buffer_init(buf, buf->max);
}

static int buffer_grow(struct buffer *buf, size_t need, struct error *err)
{
	size_t cap = buf->cap ? buf->cap : buf->max < 64 ? buf->max : 64;
	uint8_t *data;

	while (cap < need)
		cap = cap > buf->max / 2 ? buf->max : cap * 2;
	data = realloc(buf->data, cap);
	if (!data)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes", cap);
	buf->data = data;
	buf->cap = cap;
	return 0;
}

int buffer_extend(struct buffer *buf, size_t len, uint8_t **out_room, struct error *err)
{
	assert(buf->len <= buf->max);

	if (len > buf->max - buf->len)
		return error_set(err, ERROR_CORRUPT, "more than the allowed %zu bytes", buf->max);
	if (len > buf->cap - buf->len && buffer_grow(buf, buf->len + len, err))
		return -1;
	*out_room = buf->data ? buf->data + buf->len : NULL; /* NULL + 0 is undefined in C */
	buf->len += len;
	return 0;
}

int buffer_add(struct buffer *buf, struct span bytes, struct error *err)
{
	uint8_t *room;

	if (!bytes.len)
		return 0;
	if (buffer_extend(buf, bytes.len, &room, err))
		return -1;
	memcpy(room, bytes.data, bytes.len);
	return 0;
}

int buffer_add_text(struct buffer *buf, const char *text, struct error *err)
{
	return buffer_add(buf, span_of(text), err);
}

int buffer_add_u16be(struct buffer *buf, uint16_t value, struct error *err)
{
	uint8_t byte[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	return buffer_add(buf, (struct span){ byte, sizeof(byte) }, err);
}

int buffer_add_u32le(struct buffer *buf, uint32_t value, struct error *err)
{
	uint8_t byte[4];

	for (size_t i = 0; i < sizeof(byte); i++)
		byte[i] = (uint8_t)(value >> (8 * i));
	return buffer_add(buf, (struct span){ byte, sizeof(byte) }, err);
}

int buffer_add_u64le(struct buffer *buf, uint64_t value, struct error *err)
{
	uint8_t byte[8];

	for (size_t i = 0; i < sizeof(byte); i++)
		byte[i] = (uint8_t)(value >> (8 * i));
	return buffer_add(buf, (struct span){ byte, sizeof(byte) }, err);
}

int buffer_printf(struct buffer *buf, struct error *err, const char *fmt, ...)
{
	CLEANUP(buffer_release) struct buffer text;
	va_list args;
	uint8_t *room;
	int len;

	buffer_init(&text, SIZE_MAX / 2);
	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || buffer_extend(&text, (size_t)len + 1, &room, err))
		return error_set(err, ERROR_SYSTEM, "cannot format a text");
	va_start(args, fmt);
	vsnprintf((char *)room, (size_t)len + 1, fmt, args);
	va_end(args);
	return buffer_add(buf, (struct span){ room, (size_t)len }, err);
}

struct span buffer_view(const struct buffer *buf)
{
	return (struct span){ buf->data, buf->len };
}

int buffer_to_text(const struct buffer *buf, char **out_text, struct error *err)
{
	char *text;

	if (buf->len && memchr(buf->data, 0, buf->len))
		return error_set(err, ERROR_CORRUPT, "a NUL byte inside a text");
	text = malloc(buf->len + 1);
	if (!text)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes", buf->len);
	if (buf->len)
		memcpy(text, buf->data, buf->len);
	text[buf->len] = '\0';
	*out_text = text;
	return 0;
}

struct reader reader_over(struct span bytes)
{
	return (struct reader){ .rest = bytes };
}

struct span reader_take(struct reader *r, size_t len)
{
	struct span taken = { r->rest.data, len };

	if (r->failed || len > r->rest.len) {
		r->failed = true;
		return (struct span){ NULL, 0 };
	}
	if (len) {
		r->rest.data += len;
		r->rest.len -= len;
	}
	return taken;
}

static uint64_t reader_little_endian(struct reader *r, size_t width)
{
	struct span bytes = reader_take(r, width);
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.len; i++)
		value |= (uint64_t)bytes.data[i] << (8 * i);
	return value;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)reader_little_endian(r, 1);
}

uint16_t reader_u16be(struct reader *r)
{
	uint16_t swapped = (uint16_t)reader_little_endian(r, 2);

	return (uint16_t)(swapped >> 8 | swapped << 8);
}

uint32_t reader_u32le(struct reader *r)
{
	return (uint32_t)reader_little_endian(r, 4);
}

uint64_t reader_u64le(struct reader *r)
{
	return reader_little_endian(r, 8);
}

bool reader_failed(const struct reader *r, const char *what, struct error *err)
{
	if (r->failed)
		error_set(err, ERROR_CORRUPT, "%s ends too early", what);
	return r->failed;
}
