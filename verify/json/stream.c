/* json_stream: read JSON text as a stream, without a document in memory. */
#include "verify/json/stream.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/plain_text.h"

enum { WINDOW_SIZE_BYTES = 65536, SKIP_DEPTH_MAX = 64, SKIP_TEXT_MAX = 1000000 };

struct json_stream {
	struct source *source;
	const char *what;
	uint64_t start, next, end; /* in the source: of the text, of what is unread, its end */
	struct buffer text;        /* of the last string */
	size_t at, have;           /* in the window */
	uint8_t window[WINDOW_SIZE_BYTES];
};

int json_stream_new(struct source *source, uint64_t offset, uint64_t len, const char *what,
		    struct json_stream **out_stream, struct error *err)
{
	struct json_stream *stream;

	if (offset > source->size || len > source->size - offset)
		return error_set(err, ERROR_CORRUPT, "%s: the file ends before it does", what);
	stream = malloc(sizeof(*stream));
	if (!stream)
		return error_set(err, ERROR_SYSTEM, "out of memory to read %s", what);
	stream->source = source;
	stream->what = what;
	stream->start = offset;
	stream->next = offset;
	stream->end = offset + len;
	stream->at = 0;
	stream->have = 0;
	buffer_init(&stream->text, 0);
	*out_stream = stream;
	return 0;
}

void json_stream_free(struct json_stream **stream)
{
	if (!*stream)
		return;
	buffer_release(&(*stream)->text);
	free(*stream);
	*stream = NULL;
}

int(json_stream_fail)(struct json_stream *stream, struct error *err, const char *fmt, ...)
{
	uint64_t at = stream->next - stream->start - (stream->have - stream->at);
	char reason[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	return error_set(err, ERROR_CORRUPT, "%s, byte %llu: %s", stream->what,
			 (unsigned long long)at, reason);
}

/* The next byte, unread; -1 at the end of the text, -2 with `err` when reading fails. */
static int stream_look(struct json_stream *stream, struct error *err)
{
	size_t want;

	if (stream->at < stream->have)
		return stream->window[stream->at];
	want = stream->end - stream->next < WINDOW_SIZE_BYTES ? (size_t)(stream->end - stream->next)
							      : WINDOW_SIZE_BYTES;
	if (!want)
		return -1;
	if (source_read_at(stream->source, stream->next, stream->window, want, err))
		return -2;
	stream->next += want;
	stream->at = 0;
	stream->have = want;
	return stream->window[0];
}

/* The next byte, taken. The end of the text is an error here. */
static int stream_byte(struct json_stream *stream, uint8_t *out_byte, struct error *err)
{
	int byte = stream_look(stream, err);

	if (byte == -1)
		return json_stream_fail(stream, err, "the text ends too early");
	if (byte < 0)
		return -1;
	stream->at++;
	*out_byte = (uint8_t)byte;
	return 0;
}

int json_stream_peek(struct json_stream *stream, uint8_t *out_byte, struct error *err)
{
	int byte;

	while ((byte = stream_look(stream, err)) == ' ' || byte == '\t' || byte == '\n' ||
	       byte == '\r')
		stream->at++;
	if (byte == -2)
		return -1;
	*out_byte = byte == -1 ? 0 : (uint8_t)byte;
	if (byte == 0)
		return json_stream_fail(stream, err, "not JSON: a zero byte");
	return 0;
}

int json_stream_take(struct json_stream *stream, char byte, struct error *err)
{
	uint8_t next;

	if (json_stream_peek(stream, &next, err))
		return -1;
	if (!next)
		return json_stream_fail(stream, err, "the text ends where '%c' is expected", byte);
	if (next != (uint8_t)byte)
		return json_stream_fail(stream, err, "not JSON: '%c' is expected", byte);
	stream->at++;
	return 0;
}

int json_stream_more(struct json_stream *stream, char close, bool *first, bool *out_more,
		     struct error *err)
{
	uint8_t next;

	if (json_stream_peek(stream, &next, err))
		return -1;
	if (next == (uint8_t)close) {
		stream->at++;
		*out_more = false;
		return 0;
	}
	if (!*first && json_stream_take(stream, ',', err))
		return -1;
	*first = false;
	*out_more = true;
	return 0;
}

static int stream_hex4(struct json_stream *stream, uint32_t *out_unit, struct error *err)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		uint8_t c;

		if (stream_byte(stream, &c, err))
			return -1;
		if (c >= '0' && c <= '9')
			unit = unit << 4 | (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			unit = unit << 4 | (uint32_t)((c | 32) - 'a' + 10);
		else
			return json_stream_fail(stream, err, "\\u without four hexadecimal digits");
	}
	*out_unit = unit;
	return 0;
}

/* What follows \u: one code point, surrogate pairs joined. */
static int stream_point(struct json_stream *stream, uint32_t *out_point, struct error *err)
{
	uint32_t high, low;
	uint8_t slash, u;

	if (stream_hex4(stream, &high, err))
		return -1;
	if (high < 0xd800 || high >= 0xe000) {
		if (!high)
			return json_stream_fail(stream, err, "a NUL in a string");
		*out_point = high;
		return 0;
	}
	if (high >= 0xdc00)
		return json_stream_fail(stream, err, "a lone surrogate");
	if (stream_byte(stream, &slash, err) || stream_byte(stream, &u, err))
		return -1;
	if (slash != '\\' || u != 'u')
		return json_stream_fail(stream, err, "a lone surrogate");
	if (stream_hex4(stream, &low, err))
		return -1;
	if (low < 0xdc00 || low >= 0xe000)
		return json_stream_fail(stream, err, "a lone surrogate");
	*out_point = 0x10000 + ((high - 0xd800) << 10 | (low - 0xdc00));
	return 0;
}

/* What follows a backslash, into `out`; *out_len bytes. */
static int stream_escape(struct json_stream *stream, uint8_t out[4], size_t *out_len,
			 struct error *err)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	uint32_t point;
	uint8_t c;

	if (stream_byte(stream, &c, err))
		return -1;
	if (c == 'u') {
		if (stream_point(stream, &point, err))
			return -1;
		*out_len = utf8_put(point, out);
		return 0;
	}
	letter = c ? strchr(from, c) : NULL;
	if (!letter)
		return json_stream_fail(stream, err, "an escape that JSON does not have");
	out[0] = (uint8_t)to[letter - from];
	*out_len = 1;
	return 0;
}

/* The run of bytes of a string that lies in the window and needs no thought. */
static size_t plain_run(const struct json_stream *stream)
{
	size_t len = 0;

	while (stream->at + len < stream->have && stream->window[stream->at + len] >= 0x20 &&
	       stream->window[stream->at + len] != '"' && stream->window[stream->at + len] != '\\')
		len++;
	return len;
}

static int stream_string_part(struct json_stream *stream, bool *out_end, struct error *err)
{
	struct span part = { stream->window + stream->at, plain_run(stream) };
	uint8_t c, escaped[4];

	*out_end = false;
	if (part.len) {
		stream->at += part.len;
		return buffer_add(&stream->text, part, err);
	}
	if (stream_look(stream, err) == -2 || stream_byte(stream, &c, err))
		return -1;
	if (c == '"') {
		*out_end = true;
		return 0;
	}
	if (c == '\\') {
		part.data = escaped;
		return stream_escape(stream, escaped, &part.len, err) ||
				       buffer_add(&stream->text, part, err)
			       ? -1
			       : 0;
	}
	if (c < 0x20)
		return json_stream_fail(stream, err, "a control character in a string");
	return buffer_add(&stream->text, (struct span){ &c, 1 }, err);
}

int json_stream_text(struct json_stream *stream, const char *of, size_t max, struct span *out_text,
		     struct error *err)
{
	bool end = false;

	if (json_stream_take(stream, '"', err))
		return error_prefix(err, "%s", of);
	stream->text.len = 0;
	stream->text.max = max + WINDOW_SIZE_BYTES + 1; /* a part at a time, then it is measured */
	while (!end) {
		if (stream_string_part(stream, &end, err))
			return -1;
		if (stream->text.len > max)
			return json_stream_fail(stream, err, "%s is longer than %zu bytes", of,
						max);
	}
	if (!text_is_utf8(buffer_view(&stream->text)))
		return json_stream_fail(stream, err, "%s is not UTF-8", of);
	if (buffer_add(&stream->text, (struct span){ (const uint8_t *)"", 1 }, err))
		return -1;
	*out_text = (struct span){ stream->text.data, stream->text.len - 1 };
	return 0;
}

int json_stream_key(struct json_stream *stream, const char *of, size_t max, struct span *out_key,
		    struct error *err)
{
	struct span key;

	if (json_stream_text(stream, of, max, &key, err) || json_stream_take(stream, ':', err))
		return -1;
	*out_key = key;
	return 0;
}

int json_stream_number(struct json_stream *stream, const char *of, uint64_t *out_value,
		       struct error *err)
{
	uint64_t value = 0;
	unsigned digits = 0;
	uint8_t first;
	int byte;

	if (json_stream_peek(stream, &first, err))
		return -1;
	if (first < '0' || first > '9')
		return json_stream_fail(stream, err, "%s is not a whole number from 0 up", of);
	while ((byte = stream_look(stream, err)) >= '0' && byte <= '9') {
		stream->at++;
		if (first == '0' && ++digits > 1)
			return json_stream_fail(stream, err, "%s has a leading zero", of);
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(byte - '0'), &value) ||
		    value > INT64_MAX)
			return json_stream_fail(stream, err, "%s is larger than 2^63 - 1", of);
	}
	if (byte == -2)
		return -1;
	if (byte == '.' || byte == 'e' || byte == 'E')
		return json_stream_fail(stream, err, "%s is not a whole number", of);
	*out_value = value;
	return 0;
}

/* true, false, null, and numbers in general: letters, digits, signs and points, looked at loosely.
 */
static int stream_skip_word(struct json_stream *stream, struct error *err)
{
	char word[64];
	size_t len = 0;
	int byte;

	while ((byte = stream_look(stream, err)) >= 0 && byte < 0x80 && byte > ' ' &&
	       !strchr(",]}[{:\"", byte) && len < sizeof(word) - 1) {
		word[len++] = (char)byte;
		stream->at++;
	}
	if (byte == -2)
		return -1;
	word[len] = '\0';
	if (strcmp(word, "true") == 0 || strcmp(word, "false") == 0 || strcmp(word, "null") == 0)
		return 0;
	if (len && len < sizeof(word) - 1 && strspn(word, "0123456789+-.eE") == len &&
	    strpbrk(word, "0123456789"))
		return 0;
	return json_stream_fail(stream, err, "not JSON: a value is expected");
}

/* The scalar or the opening byte of the value that comes next; *out_open is its opening byte or 0.
 */
static int stream_skip_start(struct json_stream *stream, uint8_t *out_open, struct error *err)
{
	struct span text;
	uint8_t next;

	if (json_stream_peek(stream, &next, err))
		return -1;
	*out_open = next == '{' || next == '[' ? next : 0;
	if (*out_open)
		return json_stream_take(stream, (char)next, err);
	if (next == '"')
		return json_stream_text(stream, "a string", SKIP_TEXT_MAX, &text, err);
	return stream_skip_word(stream, err);
}

int json_stream_skip(struct json_stream *stream, struct error *err)
{
	bool first[SKIP_DEPTH_MAX], more;
	uint8_t open[SKIP_DEPTH_MAX], next;
	struct span key;
	size_t depth = 0;

	do {
		if (depth) {
			char close = open[depth - 1] == '{' ? '}' : ']';

			if (json_stream_more(stream, close, &first[depth - 1], &more, err))
				return -1;
			if (!more) {
				depth--;
				continue;
			}
			if (close == '}' &&
			    json_stream_key(stream, "a key", SKIP_TEXT_MAX, &key, err))
				return -1;
		}
		if (stream_skip_start(stream, &next, err))
			return -1;
		if (next && depth == SKIP_DEPTH_MAX)
			return json_stream_fail(stream, err, "values lie more than %d deep",
						SKIP_DEPTH_MAX);
		if (next) {
			first[depth] = true;
			open[depth++] = next;
		}
	} while (depth);
	return 0;
}

int json_stream_end(struct json_stream *stream, struct error *err)
{
	uint8_t next;

	if (json_stream_peek(stream, &next, err))
		return -1;
	return next ? json_stream_fail(stream, err, "bytes after the end of the value") : 0;
}
