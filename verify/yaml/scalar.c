/* yaml: quoted and plain scalars. Source: YAML 1.2.2, chapters 5.7 and 7.3. */
#include "verify/yaml/inner.h"

#include <stdlib.h>
#include <string.h>

#include "verify/plain_text.h"

int yaml_decoded_open(struct yaml_reading *reading, struct error *err)
{
	struct yaml *yaml = reading->yaml;

	if (!yaml->decoded)
		yaml->decoded = malloc(reading->text.len + reading->text.len / 2);
	if (!yaml->decoded)
		return error_set(err, ERROR_SYSTEM, "out of memory for '%s'", reading->file);
	return 0;
}

void yaml_decoded_put(struct yaml *yaml, uint8_t c)
{
	yaml->decoded[yaml->decoded_len++] = c;
}

void yaml_decoded_add(struct yaml *yaml, struct span text)
{
	if (text.len)
		memcpy(yaml->decoded + yaml->decoded_len, text.data, text.len);
	yaml->decoded_len += text.len;
}

struct span yaml_decoded_since(const struct yaml *yaml, size_t begin)
{
	return (struct span){ yaml->decoded + begin, yaml->decoded_len - begin };
}

const char *yaml_not_plain(const struct yaml_reading *reading)
{
	uint8_t c = yaml_byte(reading, 0), next = yaml_byte(reading, 1);

	switch (c) {
	case '&':
		return "anchors are not taken";
	case '*':
		return "aliases are not taken";
	case '!':
		return "tags are not taken";
	case '%':
		return "directives are not taken";
	case '@':
	case '`':
	case '|':
	case '>':
	case ',':
	case ']':
	case '}':
	case '[':
	case '{':
		return "a plain value cannot begin so: put it in quotes";
	case '?':
		return yaml_is_space(next) ? "explicit keys are not taken" : NULL;
	case ':':
	case '-':
		return yaml_is_space(next) ? "here a value was expected" : NULL;
	default:
		return NULL;
	}
}

/* ---- Line feeds within scalars ---- */

/*
 * At the end of a line within a quoted scalar: over the blanks around it, and over empty lines. One
 * line feed is a blank, and each more is itself.
 */
static void fold(struct yaml_reading *reading, size_t begin, bool escaped)
{
	struct yaml *yaml = reading->yaml;
	size_t feeds = 0;

	while (!escaped && yaml->decoded_len > begin &&
	       (yaml->decoded[yaml->decoded_len - 1] == ' ' ||
		yaml->decoded[yaml->decoded_len - 1] == '\t'))
		yaml->decoded_len--;
	while (yaml_byte(reading, 0) == '\n' || yaml_byte(reading, 0) == '\r') {
		if (yaml_byte(reading, 0) == '\r') {
			yaml_move(reading, 1);
			continue;
		}
		yaml_line_feed(reading);
		feeds++;
		yaml_blanks(reading);
	}
	if (feeds == 1 && !escaped)
		yaml_decoded_put(yaml, ' ');
	for (; feeds > 1; feeds--)
		yaml_decoded_put(yaml, '\n');
}

/* ---- Quoted scalars ---- */

static int hex_take(struct yaml_reading *reading, size_t digits, struct error *err)
{
	uint32_t point = 0;
	uint8_t bytes[4];

	for (size_t i = 0; i < digits; i++) {
		uint8_t c = yaml_byte(reading, i);
		const char *at = c ? strchr("0123456789abcdef", c | (c >= 'A' ? 0x20 : 0)) : NULL;

		if (!at)
			return yaml_refuse(reading, "this escape lacks hexadecimal digits", err);
		point = point << 4 | (uint32_t)(at - "0123456789abcdef");
	}
	if (!point || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return yaml_refuse(reading, "this escape is no character that is taken", err);
	yaml_move(reading, digits);
	yaml_decoded_add(reading->yaml, (struct span){ bytes, utf8_put(point, bytes) });
	return 0;
}

/* Behind a backslash. */
static int escape_take(struct yaml_reading *reading, size_t begin, struct error *err)
{
	static const char from[] = "abtnvfre\"/\\ \t", to[] = "\a\b\t\n\v\f\r\x1b\"/\\ \t";
	uint8_t c = yaml_byte(reading, 0);
	const char *at = c ? strchr(from, c) : NULL;

	if (c == '\n' || (c == '\r' && yaml_byte(reading, 1) == '\n')) {
		fold(reading, begin, true);
		return 0;
	}
	yaml_move(reading, c != 0);
	if (at) {
		yaml_decoded_put(reading->yaml, (uint8_t)to[at - from]);
		return 0;
	}
	switch (c) {
	case 'x':
		return hex_take(reading, 2, err);
	case 'u':
		return hex_take(reading, 4, err);
	case 'U':
		return hex_take(reading, 8, err);
	case 'N':
		yaml_decoded_add(reading->yaml, span_of("\xc2\x85"));
		return 0;
	case '_':
		yaml_decoded_add(reading->yaml, span_of("\xc2\xa0"));
		return 0;
	case 'L':
		yaml_decoded_add(reading->yaml, span_of("\xe2\x80\xa8"));
		return 0;
	case 'P':
		yaml_decoded_add(reading->yaml, span_of("\xe2\x80\xa9"));
		return 0;
	default:
		return yaml_refuse(reading, "this escape is not taken", err);
	}
}

int yaml_quoted(struct yaml_reading *reading, bool within_line, struct span *out_text,
		struct error *err)
{
	struct yaml *yaml = reading->yaml;
	uint8_t quote = yaml_byte(reading, 0), c;
	struct yaml_reading start = *reading;
	size_t begin = yaml->decoded_len;

	if (yaml_decoded_open(reading, err))
		return -1;
	yaml_move(reading, 1);
	while ((c = yaml_byte(reading, 0))) {
		if (c == '\n' || (c == '\r' && yaml_byte(reading, 1) == '\n')) {
			if (within_line)
				return yaml_refuse(&start, "a key ends on its line", err);
			fold(reading, begin, false);
			continue;
		}
		yaml_move(reading, 1);
		if (c == quote) {
			if (quote == '"' || yaml_byte(reading, 0) != '\'') {
				*out_text = yaml_decoded_since(yaml, begin);
				return 0;
			}
			yaml_move(reading, 1); /* '' is one */
		} else if (c == '\\' && quote == '"') {
			if (escape_take(reading, begin, err))
				return -1;
			continue;
		}
		yaml_decoded_put(yaml, c);
	}
	return yaml_refuse(&start, "this quote is not closed", err);
}

/* ---- Plain scalars ---- */

int yaml_plain_line(struct yaml_reading *reading, bool flow, struct span *out_text,
		    struct error *err)
{
	const uint8_t *begin = reading->text.data + reading->at;
	size_t len = 0;
	uint8_t c;

	for (; (c = yaml_byte(reading, len)) && c != '\n'; len++) {
		uint8_t next = yaml_byte(reading, len + 1);

		if (flow && strchr(",[]{}", c))
			break;
		if (c == ':' && (yaml_is_space(next) || (flow && strchr(",[]{}", next)))) {
			if (flow)
				break;
			return yaml_refuse(reading,
					   "a colon and a blank within a plain value: put it in "
					   "quotes",
					   err);
		}
		if (c == '#' && len && yaml_is_space(begin[len - 1]))
			break;
	}
	yaml_move(reading, len);
	while (len && yaml_is_space(begin[len - 1]))
		len--;
	*out_text = (struct span){ begin, len };
	return 0;
}

/* Does the plain scalar go on below? Then the cursor is moved there, over *out_feeds line feeds. */
static bool plain_goes_on(struct yaml_reading *reading, long parent_column, size_t *out_feeds)
{
	struct yaml_reading ahead = *reading;

	*out_feeds = 0;
	if (yaml_byte(&ahead, 0) == '#')
		return false;
	while (yaml_byte(&ahead, 0) == '\n') {
		yaml_line_feed(&ahead);
		(*out_feeds)++;
		while (yaml_byte(&ahead, 0) == ' ')
			yaml_move(&ahead, 1);
		if (yaml_byte(&ahead, 0) == '\r' && yaml_byte(&ahead, 1) == '\n')
			yaml_move(&ahead, 1);
	}
	if (!*out_feeds || ahead.at == ahead.text.len || (long)ahead.column <= parent_column ||
	    yaml_byte(&ahead, 0) == '#' || yaml_byte(&ahead, 0) == '\t')
		return false;
	*reading = ahead;
	return true;
}

int yaml_plain(struct yaml_reading *reading, long parent_column, struct span *out_text,
	       struct error *err)
{
	struct yaml *yaml = reading->yaml;
	size_t begin = yaml->decoded_len, feeds;
	struct span line;
	bool more = false;

	if (yaml_plain_line(reading, false, out_text, err))
		return -1;
	while (plain_goes_on(reading, parent_column, &feeds)) {
		if (yaml_decoded_open(reading, err))
			return -1;
		if (!more)
			yaml_decoded_add(yaml, *out_text);
		more = true;
		if (feeds == 1)
			yaml_decoded_put(yaml, ' ');
		for (; feeds > 1; feeds--)
			yaml_decoded_put(yaml, '\n');
		if (yaml_plain_line(reading, false, &line, err))
			return -1;
		yaml_decoded_add(yaml, line);
	}
	if (more)
		*out_text = yaml_decoded_since(yaml, begin);
	return 0;
}
