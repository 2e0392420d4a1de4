/* json_line: one line of a jsonl file, read once from front to back. */
#include "registry/corpus/json_line.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "registry/corpus/script.h"

/* An array or object that is open. */
struct level {
	bool object;
	size_t first; /* of its keys in `seen` */
};

struct parse {
	const uint8_t *begin, *at, *end;
	struct json_line_work *work;
	struct level level[JSON_LINE_DEPTH_MAX];
	size_t depth;
	size_t seen;
};

/* A string as it stands between its quotes. */
struct raw {
	struct span bytes;
	bool escaped;
};

void json_line_work_init(struct json_line_work *work, size_t max_bytes)
{
	*work = (struct json_line_work){ .seen = NULL };
	buffer_init(&work->text, max_bytes);
	buffer_init(&work->source, max_bytes);
	buffer_init(&work->key, max_bytes);
}

void json_line_work_release(struct json_line_work *work)
{
	buffer_release(&work->text);
	buffer_release(&work->source);
	buffer_release(&work->key);
	free(work->seen);
	work->seen = NULL;
}

static int wrong(const struct parse *parse, const char *what, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "byte %zu: %s", (size_t)(parse->at - parse->begin) + 1,
			 what);
}

static void blanks_skip(struct parse *parse)
{
	while (parse->at < parse->end && (*parse->at == ' ' || *parse->at == '\t' ||
					  *parse->at == '\r' || *parse->at == '\n'))
		parse->at++;
}

/* ---- Strings ---- */

/* What a byte behind a backslash means; 0: something else, or nothing. */
static const uint8_t escape_meaning[256] = {
	['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/* Bits of the bytes that end plain text: a quote, a backslash, a control character. The lowest bit
 * is of one that does; those above it may be of others, through borrowing. */
static uint64_t word_ends(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t quote = word ^ (ones * '"'), slash = word ^ (ones * '\\');

	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) |
		((word - ones * 0x20) & ~word)) &
	       highs;
}

static int hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* The four digits at `at`, or -1. */
static int32_t unit_of(const uint8_t *at, const uint8_t *end)
{
	int32_t unit = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int value = hex_value(at[i]);

		if (value < 0)
			return -1;
		unit = unit << 4 | value;
	}
	return unit;
}

/* Behind a backslash: move behind what it stands for. */
static int escape_skip(struct parse *parse, struct error *err)
{
	int32_t unit;

	if (parse->at == parse->end)
		return wrong(parse, "the line ends within a string", err);
	if (escape_meaning[*parse->at]) {
		parse->at++;
		return 0;
	}
	if (*parse->at != 'u')
		return wrong(parse, "no such escape in a string", err);
	unit = unit_of(parse->at + 1, parse->end);
	if (unit < 0)
		return wrong(parse, "\\u without four hexadecimal digits", err);
	if ((unit & 0xfc00) == 0xdc00)
		return wrong(parse, "half of a surrogate pair", err);
	if ((unit & 0xfc00) == 0xd800) {
		int32_t low =
			parse->end - parse->at > 7 && parse->at[5] == '\\' && parse->at[6] == 'u'
				? unit_of(parse->at + 7, parse->end)
				: -1;

		if (low < 0 || (low & 0xfc00) != 0xdc00)
			return wrong(parse, "half of a surrogate pair", err);
		parse->at += 6;
	}
	parse->at += 5;
	return 0;
}

/* Move to what ends plain text, or to the end of the line. */
static void plain_skip(struct parse *parse)
{
	while (parse->end - parse->at >= 8) {
		uint64_t word, ends;

		memcpy(&word, parse->at, 8);
		ends = word_ends(le64toh(word));
		if (ends) {
			parse->at += __builtin_ctzll(ends) / 8;
			return;
		}
		parse->at += 8;
	}
	while (parse->at < parse->end && *parse->at >= 0x20 && *parse->at != '"' &&
	       *parse->at != '\\')
		parse->at++;
}

/* At the opening quote: move behind the closing one. */
static int string_take(struct parse *parse, struct raw *out_raw, struct error *err)
{
	const uint8_t *begin = ++parse->at;
	bool escaped = false;

	for (;;) {
		plain_skip(parse);
		if (parse->at == parse->end)
			return wrong(parse, "the line ends within a string", err);
		if (*parse->at == '"')
			break;
		if (*parse->at != '\\')
			return wrong(parse,
				     *parse->at ? "a control character in a string"
						: "a NUL byte in a string",
				     err);
		escaped = true;
		parse->at++;
		if (escape_skip(parse, err))
			return -1;
	}
	*out_raw = (struct raw){ { begin, (size_t)(parse->at - begin) }, escaped };
	parse->at++;
	return 0;
}

/* Write a code point, return its length. */
static size_t point_put(uint32_t point, uint8_t *to)
{
	if (point < 0x80) {
		to[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		to[0] = (uint8_t)(0xc0 | point >> 6);
		to[1] = (uint8_t)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0x10000) {
		to[0] = (uint8_t)(0xe0 | point >> 12);
		to[1] = (uint8_t)(0x80 | (point >> 6 & 63));
		to[2] = (uint8_t)(0x80 | (point & 63));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | point >> 18);
	to[1] = (uint8_t)(0x80 | (point >> 12 & 63));
	to[2] = (uint8_t)(0x80 | (point >> 6 & 63));
	to[3] = (uint8_t)(0x80 | (point & 63));
	return 4;
}

/* What the escape at *at (behind the backslash) means; *at is moved behind it. It was checked. */
static uint32_t escape_value(const uint8_t **at, const uint8_t *end)
{
	uint8_t byte = *(*at)++;
	uint32_t unit;

	if (byte != 'u')
		return escape_meaning[byte];
	unit = (uint32_t)unit_of(*at, end);
	*at += 4;
	if ((unit & 0xfc00) == 0xd800) {
		uint32_t low = (uint32_t)unit_of(*at + 2, end);

		*at += 6;
		unit = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
	}
	return unit;
}

/* The string without escapes: as it stands in the line where there are none, else in `room`. */
static int string_decode(struct raw raw, struct buffer *room, struct span *out_text,
			 struct error *err)
{
	const uint8_t *at = raw.bytes.data, *end = at + raw.bytes.len;
	uint8_t *to;

	if (!raw.escaped) {
		*out_text = raw.bytes;
		return 0;
	}
	room->len = 0;
	if (buffer_extend(room, raw.bytes.len, &to,
			  err)) /* escapes are longer than what they mean */
		return -1;
	while (at < end) {
		const uint8_t *slash = memchr(at, '\\', (size_t)(end - at));
		size_t plain = (size_t)((slash ? slash : end) - at);

		memcpy(to, at, plain);
		to += plain;
		at += plain;
		if (!slash)
			break;
		at++;
		to += point_put(escape_value(&at, end), to);
	}
	room->len = (size_t)(to - room->data);
	*out_text = buffer_view(room);
	return 0;
}

/* ---- Values ---- */

static void digits_skip(struct parse *parse)
{
	while (parse->at < parse->end && *parse->at >= '0' && *parse->at <= '9')
		parse->at++;
}

static bool is_digit(const struct parse *parse)
{
	return parse->at < parse->end && *parse->at >= '0' && *parse->at <= '9';
}

static int number_take(struct parse *parse, struct error *err)
{
	if (*parse->at == '-')
		parse->at++;
	if (!is_digit(parse))
		return wrong(parse, "no JSON value", err);
	if (*parse->at == '0')
		parse->at++;
	else
		digits_skip(parse);
	if (parse->at < parse->end && *parse->at == '.') {
		parse->at++;
		if (!is_digit(parse))
			return wrong(parse, "a number without digits behind its point", err);
		digits_skip(parse);
	}
	if (parse->at < parse->end && (*parse->at | 0x20) == 'e') {
		parse->at++;
		if (parse->at < parse->end && (*parse->at == '+' || *parse->at == '-'))
			parse->at++;
		if (!is_digit(parse))
			return wrong(parse, "a number without an exponent behind its e", err);
		digits_skip(parse);
	}
	return 0;
}

static bool word_take(struct parse *parse, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(parse->end - parse->at) < len || memcmp(parse->at, word, len) != 0)
		return false;
	parse->at += len;
	return true;
}

/* A value that holds no others; a container is opened. */
static int value_take(struct parse *parse, struct raw *out_raw, bool *out_string, struct error *err)
{
	*out_string = false;
	if (parse->at == parse->end)
		return wrong(parse, "the line ends too early", err);
	switch (*parse->at) {
	case '"':
		*out_string = true;
		return string_take(parse, out_raw, err);
	case '{':
	case '[':
		if (parse->depth == JSON_LINE_DEPTH_MAX)
			return wrong(parse, "more than 64 arrays and objects in one another", err);
		parse->level[parse->depth++] =
			(struct level){ .object = *parse->at == '{', .first = parse->seen };
		parse->at++;
		return 0;
	case 't':
	case 'f':
	case 'n':
		if (word_take(parse, "true") || word_take(parse, "false") ||
		    word_take(parse, "null"))
			return 0;
		return wrong(parse, "no JSON value", err);
	default:
		return number_take(parse, err);
	}
}

/* FNV-1a. Keys that collide are taken for the same, which nobody meets by chance. */
static uint64_t hash_of(struct span text)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ text.data[i]) * 1099511628211u;
	return hash;
}

static int key_note(struct parse *parse, struct span key, struct error *err)
{
	struct json_line_work *work = parse->work;
	size_t first = parse->level[parse->depth - 1].first;
	uint64_t hash = hash_of(key);

	for (size_t i = first; i < parse->seen; i++)
		if (work->seen[i] == hash)
			return error_set(err, ERROR_CORRUPT,
					 "byte %zu: the key '%.*s' stands twice in one object",
					 (size_t)(parse->at - parse->begin) + 1,
					 (int)(key.len < 64 ? key.len : 64),
					 (const char *)key.data);
	if (parse->seen - first == JSON_LINE_MEMBERS_MAX)
		return wrong(parse, "an object of more than 16,384 members", err);
	if (parse->seen == work->seen_cap) {
		size_t cap = work->seen_cap ? 2 * work->seen_cap : 64;
		uint64_t *seen = realloc(work->seen, cap * sizeof(*seen));

		if (!seen)
			return error_set(err, ERROR_SYSTEM, "out of memory for the keys of a line");
		work->seen = seen;
		work->seen_cap = cap;
	}
	work->seen[parse->seen++] = hash;
	return 0;
}

/* `"key":`; the key is borrowed until the next. */
static int key_take(struct parse *parse, struct span *out_key, struct error *err)
{
	struct raw raw;

	blanks_skip(parse);
	if (parse->at == parse->end || *parse->at != '"')
		return wrong(parse, "a key is wanted here", err);
	if (string_take(parse, &raw, err) || string_decode(raw, &parse->work->key, out_key, err) ||
	    key_note(parse, *out_key, err))
		return -1;
	blanks_skip(parse);
	if (parse->at == parse->end || *parse->at != ':')
		return wrong(parse, "a colon is wanted here", err);
	parse->at++;
	blanks_skip(parse);
	return 0;
}

/* Close what ends here. *out_more: another value follows, whose key, if any, comes next. */
static int levels_close(struct parse *parse, bool *out_more, struct error *err)
{
	*out_more = false;
	while (parse->depth) {
		struct level *level = &parse->level[parse->depth - 1];

		blanks_skip(parse);
		if (parse->at == parse->end)
			return wrong(parse, "the line ends too early", err);
		if (*parse->at == ',') {
			parse->at++;
			*out_more = true;
			return 0;
		}
		if (*parse->at != (level->object ? '}' : ']'))
			return wrong(parse, "a comma or the end is wanted here", err);
		parse->at++;
		parse->seen = level->first;
		parse->depth--;
	}
	return 0;
}

/* An opened container that is empty is closed at once. */
static bool is_empty(struct parse *parse)
{
	blanks_skip(parse);
	return parse->at < parse->end &&
	       *parse->at == (parse->level[parse->depth - 1].object ? '}' : ']');
}

/* A wanted member's value stands at `begin` and was taken. */
static int member_keep(const struct parse *parse, const uint8_t *begin, bool string, struct raw raw,
		       struct span key, struct buffer *room, struct span *out_text, bool *out_has,
		       struct error *err)
{
	if (!string && *begin == 'n')
		return 0;
	if (!string)
		return error_set(err, ERROR_CORRUPT, "byte %zu: '%.*s' is no string",
				 (size_t)(begin - parse->begin) + 1, (int)key.len,
				 (const char *)key.data);
	*out_has = true;
	return string_decode(raw, room, out_text, err);
}

/* One value, with its key where it stands in an object. */
static int member_take(struct parse *parse, const struct json_line_wish *wish,
		       struct json_line *line, struct error *err)
{
	bool object = parse->level[parse->depth - 1].object, top = parse->depth == 1, string;
	struct span key = { NULL, 0 };
	const uint8_t *begin;
	struct raw raw = { 0 };

	if (object && key_take(parse, &key, err))
		return -1;
	blanks_skip(parse);
	begin = parse->at;
	if (value_take(parse, &raw, &string, err))
		return -1;
	if (object && top && span_equal(key, wish->text))
		return member_keep(parse, begin, string, raw, wish->text, &parse->work->text,
				   &line->text, &line->has_text, err);
	if (object && top && wish->source.len && span_equal(key, wish->source))
		return member_keep(parse, begin, string, raw, wish->source, &parse->work->source,
				   &line->source, &line->has_source, err);
	return 0;
}

static int object_take(struct parse *parse, const struct json_line_wish *wish,
		       struct json_line *line, struct error *err)
{
	struct raw raw;
	bool more = true, string;

	blanks_skip(parse);
	if (parse->at == parse->end || *parse->at != '{')
		return wrong(parse, "a line is a JSON object, and begins with {", err);
	if (value_take(parse, &raw, &string, err))
		return -1;
	more = !is_empty(parse);
	if (!more && levels_close(parse, &more, err))
		return -1;
	while (more) {
		size_t depth = parse->depth;

		if (member_take(parse, wish, line, err))
			return -1;
		if (parse->depth > depth && !is_empty(parse))
			continue;
		if (levels_close(parse, &more, err))
			return -1;
	}
	return 0;
}

int json_line_read(struct span line, const struct json_line_wish *wish, struct json_line_work *work,
		   struct json_line *out_line, struct error *err)
{
	struct parse parse = {
		.begin = line.data, .at = line.data, .end = line.data + line.len, .work = work
	};
	struct json_line found = { .has_text = false };
	size_t at;

	if (!script_utf8(line, &at))
		return error_set(err, ERROR_CORRUPT,
				 "byte %zu: this is no UTF-8 (another encoding?)", at + 1);
	if (object_take(&parse, wish, &found, err))
		return -1;
	blanks_skip(&parse);
	if (parse.at != parse.end)
		return wrong(&parse, "more follows behind the object", err);
	*out_line = found;
	return 0;
}
