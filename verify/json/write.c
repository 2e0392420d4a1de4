/* The two spellings of JSON that we write: canonical (RFC 8785) and for people. */
#include "verify/json.h"

#include <stdio.h>
#include <stdlib.h>

#define EXACT_MAX (INT64_C(1) << 53)

struct writer {
	struct buffer *out;
	bool pretty;
	size_t depth;
};

static int write_value(struct writer *writer, const struct json *value, struct error *err);

static uint32_t point_take(const uint8_t **at)
{
	const uint8_t *s = *at;
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	uint32_t point = len == 1 ? s[0] : s[0] & (0xffu >> (len + 1));

	for (size_t i = 1; i < len; i++)
		point = point << 6 | (s[i] & 0x3fu);
	*at += len;
	return point;
}

/* The first UTF-16 code unit in which the two texts can differ once their points do. */
static uint32_t first_unit(uint32_t point)
{
	return point < 0x10000 ? point : 0xd800 + ((point - 0x10000) >> 10);
}

/* By UTF-16 code units (RFC 8785 section 3.2.3); the texts are valid UTF-8. */
static int key_compare(const void *left, const void *right)
{
	const uint8_t *a = *(const uint8_t *const *)left, *b = *(const uint8_t *const *)right;

	while (*a && *b) {
		uint32_t x = point_take(&a), y = point_take(&b);

		if (x != y && first_unit(x) != first_unit(y))
			return first_unit(x) < first_unit(y) ? -1 : 1;
		if (x != y)
			return x < y ? -1 : 1;
	}
	return *a ? 1 : *b ? -1 : 0;
}

/* Controls and the bidirectional overrides, which could rewrite a terminal's line. */
static bool hidden_point(uint32_t point)
{
	return (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f ||
	       (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

static const char *short_escape(uint32_t point)
{
	switch (point) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		return NULL;
	}
}

static int write_string(struct writer *writer, const char *text, struct error *err)
{
	const uint8_t *at = (const uint8_t *)text, *plain = at;

	if (buffer_add_text(writer->out, "\"", err))
		return -1;
	while (*at) {
		const uint8_t *start = at;
		uint32_t point = point_take(&at);
		const char *escape = short_escape(point);

		if (!escape && point >= 0x20 && !(writer->pretty && hidden_point(point)))
			continue;
		if (buffer_add(writer->out, (struct span){ plain, (size_t)(start - plain) }, err))
			return -1;
		plain = at;
		if (escape ? buffer_add_text(writer->out, escape, err)
			   : buffer_printf(writer->out, err, "\\u%04x", point))
			return -1;
	}
	if (buffer_add(writer->out, (struct span){ plain, (size_t)(at - plain) }, err))
		return -1;
	return buffer_add_text(writer->out, "\"", err);
}

static int write_break(struct writer *writer, struct error *err)
{
	if (!writer->pretty)
		return 0;
	return buffer_printf(writer->out, err, "\n%*s", (int)(2 * writer->depth), "");
}

static int write_array(struct writer *writer, const struct json *array, struct error *err)
{
	size_t count = json_count(array);

	if (!count)
		return buffer_add_text(writer->out, "[]", err);
	writer->depth++;
	for (size_t i = 0; i < count; i++)
		if (buffer_add_text(writer->out, i ? "," : "[", err) || write_break(writer, err) ||
		    write_value(writer, json_at(array, i), err))
			return -1;
	writer->depth--;
	if (write_break(writer, err))
		return -1;
	return buffer_add_text(writer->out, "]", err);
}

static int write_members(struct writer *writer, const struct json *object, const char **key,
			 size_t count, struct error *err)
{
	struct json_members at = { 0 };

	for (size_t i = 0; i < count && json_next(object, &at); i++)
		key[i] = at.key;
	if (!writer->pretty)
		qsort(key, count, sizeof(*key), key_compare);
	writer->depth++;
	for (size_t i = 0; i < count; i++)
		if (buffer_add_text(writer->out, i ? "," : "{", err) || write_break(writer, err) ||
		    write_string(writer, key[i], err) ||
		    buffer_add_text(writer->out, writer->pretty ? ": " : ":", err) ||
		    write_value(writer, json_member(object, key[i]), err))
			return -1;
	writer->depth--;
	if (write_break(writer, err))
		return -1;
	return buffer_add_text(writer->out, "}", err);
}

static int write_object(struct writer *writer, const struct json *object, struct error *err)
{
	size_t count = json_count(object);
	const char **key;
	int result;

	if (!count)
		return buffer_add_text(writer->out, "{}", err);
	key = calloc(count, sizeof(*key));
	if (!key)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu keys", count);
	result = write_members(writer, object, key, count, err);
	free(key);
	return result;
}

static int write_integer(struct writer *writer, int64_t integer, struct error *err)
{
	if (!writer->pretty && (integer > EXACT_MAX || integer < -EXACT_MAX))
		return error_set(err, ERROR_USAGE,
				 "%lld is beyond 2^53: canonical JSON holds it as text",
				 (long long)integer);
	return buffer_printf(writer->out, err, "%lld", (long long)integer);
}

static int write_value(struct writer *writer, const struct json *value, struct error *err)
{
	switch (json_kind(value)) {
	case JSON_KIND_OBJECT:
		return write_object(writer, value, err);
	case JSON_KIND_ARRAY:
		return write_array(writer, value, err);
	case JSON_KIND_STRING:
		return write_string(writer, json_text(value), err);
	case JSON_KIND_INTEGER:
		return write_integer(writer, json_integer_of(value), err);
	case JSON_KIND_NUMBER:
		if (!writer->pretty)
			return error_set(err, ERROR_USAGE,
					 "the number %.100s has no place in canonical JSON",
					 json_number_text(value));
		return buffer_add_text(writer->out, json_number_text(value), err);
	case JSON_KIND_BOOL:
		return buffer_add_text(writer->out, json_is_yes(value) ? "true" : "false", err);
	case JSON_KIND_NULL:
		break;
	}
	return buffer_add_text(writer->out, "null", err);
}

int json_write_canonical(const struct json *value, struct buffer *out, struct error *err)
{
	struct writer writer = { .out = out };
	size_t start = out->len;

	if (write_value(&writer, value, err)) {
		out->len = start;
		return -1;
	}
	return 0;
}

int json_write_pretty(const struct json *value, struct buffer *out, struct error *err)
{
	struct writer writer = { .out = out, .pretty = true };
	size_t start = out->len;

	if (write_value(&writer, value, err) || buffer_add_text(out, "\n", err)) {
		out->len = start;
		return -1;
	}
	return 0;
}
