/*
 * The walk over a JSON text that comes before parsing: it bounds what parsing
 * may cost, and saves the text of numbers, which the library would round or
 * refuse.
 */
#include "verify/json/scan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify/utf8.h"

#define LIMIT_BYTES ((size_t)64 << 20)
#define LIMIT_VALUES ((size_t)4000000)
#define LIMIT_CONTAINERS ((size_t)1000000)
#define COST_OF_VALUE ((size_t)96) /* bytes that a value and its place in a table take */
#define COST_OF_CONTAINER ((size_t)320)
#define LIMIT_DEPTH ((size_t)64)

struct scan {
	struct span text;
	size_t at;
	size_t copied; /* what of `text` is in `out` already */
	size_t depth, values, containers;
	struct json_limits limits;
	struct buffer *out;
};

/* From the opening quote to behind the closing one. */
static int scan_string(struct scan *scan, struct error *err)
{
	const uint8_t *s = scan->text.data;
	size_t start = scan->at++, len = scan->text.len;

	while (scan->at < len && s[scan->at] != '"') {
		struct span rest = { s + scan->at, len - scan->at };
		uint32_t point;
		size_t take = s[scan->at] ? utf8_point(rest, &point) : 0;

		if (!take)
			return error_set(err, ERROR_CORRUPT,
					 "not UTF-8 text in a string of the JSON at byte %zu",
					 scan->at);
		if (rest.len >= 6 && !memcmp(rest.data, "\\u0000", 6))
			return error_set(err, ERROR_CORRUPT,
					 "a NUL in a string of the JSON at byte %zu", scan->at);
		scan->at += s[scan->at] == '\\' ? 1 : take;
		if (rest.data[0] == '\\' && scan->at < len && s[scan->at] < 0x80)
			scan->at++;
	}
	if (scan->at >= len)
		return error_set(err, ERROR_CORRUPT, "a string of the JSON at byte %zu has no end",
				 start);
	scan->at++;
	return 0;
}

static size_t digits_at(struct span text, size_t at)
{
	size_t count = 0;

	while (at + count < text.len && text.data[at + count] >= '0' &&
	       text.data[at + count] <= '9')
		count++;
	return count;
}

/* RFC 8259 section 6. *out_whole: neither fraction nor exponent. */
static bool number_ok(struct span token, bool *out_whole)
{
	size_t at = token.data[0] == '-', count = digits_at(token, at);

	if (!count || (count > 1 && token.data[at] == '0'))
		return false;
	at += count;
	*out_whole = at == token.len;
	if (at < token.len && token.data[at] == '.') {
		count = digits_at(token, at + 1);
		if (!count)
			return false;
		at += 1 + count;
	}
	if (at < token.len && (token.data[at] == 'e' || token.data[at] == 'E')) {
		at++;
		if (at < token.len && (token.data[at] == '+' || token.data[at] == '-'))
			at++;
		count = digits_at(token, at);
		if (!count)
			return false;
		at += count;
	}
	return at == token.len;
}

static bool fits_int64(struct span token)
{
	char digits[24];

	if (token.len >= sizeof(digits) || (token.len == 2 && !memcmp(token.data, "-0", 2)))
		return false;
	memcpy(digits, token.data, token.len);
	digits[token.len] = '\0';
	errno = 0;
	(void)strtoll(digits, NULL, 10);
	return errno == 0;
}

static int scan_number(struct scan *scan, struct error *err)
{
	struct span token = { scan->text.data + scan->at, 0 };
	struct span before = { scan->text.data + scan->copied, scan->at - scan->copied };
	bool whole = false;

	while (scan->at + token.len < scan->text.len && token.data[token.len] &&
	       strchr("0123456789+-.eE", token.data[token.len]))
		token.len++;
	if (!number_ok(token, &whole))
		return error_set(err, ERROR_CORRUPT, "not a number in the JSON at byte %zu",
				 scan->at);
	scan->at += token.len;
	if (whole && fits_int64(token))
		return 0;
	scan->copied = scan->at;
	if (buffer_add(scan->out, before, err) || buffer_add_text(scan->out, "\"\\u0000", err) ||
	    buffer_add(scan->out, token, err) || buffer_add_text(scan->out, "\"", err))
		return -1;
	return 0;
}

static int scan_step(struct scan *scan, struct error *err)
{
	uint8_t c = scan->text.data[scan->at];

	if (!c) /* the library would pass over it */
		return error_set(err, ERROR_CORRUPT, "a NUL in the JSON at byte %zu", scan->at);
	if (c == '"')
		return scan_string(scan, err);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(scan, err);
	if (c == '[' || c == '{') {
		if (++scan->containers > scan->limits.max_containers)
			return error_set(err, ERROR_CORRUPT,
					 "JSON with more than the allowed %zu arrays and objects",
					 scan->limits.max_containers);
		if (++scan->depth > scan->limits.max_depth)
			return error_set(err, ERROR_CORRUPT,
					 "JSON nested deeper than the allowed %zu levels",
					 scan->limits.max_depth);
	} else if ((c == ']' || c == '}') && scan->depth) {
		scan->depth--;
	}
	if ((c == '[' || c == '{' || c == ',') && ++scan->values > scan->limits.max_values)
		return error_set(err, ERROR_CORRUPT, "JSON with more than the allowed %zu values",
				 scan->limits.max_values);
	scan->at++;
	return 0;
}

int json_scan(struct span text, const struct json_limits *limits, struct buffer *out,
	      struct span *out_text, size_t *out_cost, struct error *err)
{
	struct scan scan = { .text = text, .out = out };

	if (limits)
		scan.limits = *limits;
	if (!scan.limits.max_bytes)
		scan.limits.max_bytes = LIMIT_BYTES;
	if (!scan.limits.max_values)
		scan.limits.max_values = LIMIT_VALUES;
	if (!scan.limits.max_containers)
		scan.limits.max_containers = LIMIT_CONTAINERS;
	if (!scan.limits.max_depth || scan.limits.max_depth > LIMIT_DEPTH)
		scan.limits.max_depth = LIMIT_DEPTH;
	if (text.len > scan.limits.max_bytes)
		return error_set(err, ERROR_CORRUPT, "%zu bytes of JSON, more than the allowed %zu",
				 text.len, scan.limits.max_bytes);

	while (scan.at < text.len)
		if (scan_step(&scan, err))
			return -1;
	if (scan.copied) {
		struct span rest = { text.data + scan.copied, text.len - scan.copied };

		if (buffer_add(out, rest, err))
			return -1;
		text = buffer_view(out);
	}
	*out_text = text;
	*out_cost =
		4 * text.len + COST_OF_VALUE * scan.values + COST_OF_CONTAINER * scan.containers;
	return 0;
}
