/*
 * json_stream: read JSON text as a stream, without a document in memory.
 *
 * Headers and manifests of 100 MB are read through a window of 64 KiB. The
 * caller walks the grammar: expects a value, looks at what comes next. Numbers
 * are unsigned integers; everything else that can stand in a number is
 * refused. Inside verify/ only.
 */
#ifndef VERIFY_JSON_STREAM_H
#define VERIFY_JSON_STREAM_H

#include "kernels/kernels.h"

struct json_stream;

/*
 * Read `len` bytes of `source` from `offset`. `what` names the text in
 * messages ("header of 'x.safetensors'"); both are borrowed until json_stream_free.
 */
MUST_CHECK int json_stream_new(struct source *source, uint64_t offset, uint64_t len,
			       const char *what, struct json_stream **out_stream,
			       struct error *err);
void json_stream_free(struct json_stream **stream);

/* The next byte that is no white space, unread; 0 at the end of the text. */
MUST_CHECK int json_stream_peek(struct json_stream *stream, uint8_t *out_byte, struct error *err);

/* Take this byte, white space before it skipped. */
MUST_CHECK int json_stream_take(struct json_stream *stream, char byte, struct error *err);

/*
 * Inside an object or array that was opened with json_stream_take: is there
 * another member? Takes the comma or the closing byte. *first is true before the
 * first member and is set to false.
 */
MUST_CHECK int json_stream_more(struct json_stream *stream, char close, bool *first, bool *out_more,
				struct error *err);

/*
 * A string of at most `max` bytes of valid UTF-8 without NUL, escapes
 * undone; a NUL stands behind it. Borrowed until the next call. `of` says in messages what it is.
 */
MUST_CHECK int json_stream_text(struct json_stream *stream, const char *of, size_t max,
				struct span *out_text, struct error *err);

/* A member's key and its colon, as json_stream_text. */
MUST_CHECK int json_stream_key(struct json_stream *stream, const char *of, size_t max,
			       struct span *out_key, struct error *err);

/* An integer from 0 to 2^63 - 1 without sign, fraction, exponent or leading zeros. */
MUST_CHECK int json_stream_number(struct json_stream *stream, const char *of, uint64_t *out_value,
				  struct error *err);

/* Any value, thrown away; at most 64 deep. */
MUST_CHECK int json_stream_skip(struct json_stream *stream, struct error *err);

/* Only white space is left. */
MUST_CHECK int json_stream_end(struct json_stream *stream, struct error *err);

/* Fail with ERROR_CORRUPT: "WHAT, byte N: REASON". */
int json_stream_fail(struct json_stream *stream, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Lets the compiler see that a failure returns -1, as error_set does. */
#define json_stream_fail(...) error_minus_one(json_stream_fail(__VA_ARGS__))

#endif
