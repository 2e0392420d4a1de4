/* yaml: block scalars. Source: YAML 1.2.2, chapter 8.1. */
#include "verify/yaml/inner.h"

#include <string.h>

/* A line of a block scalar, without its indentation; *out_feed: it ends in a line feed. */
static struct span block_line(struct yaml_reading *reading, size_t indent, bool *out_feed)
{
	const uint8_t *begin = reading->text.data + reading->at, *end;
	size_t left = reading->text.len - reading->at, len, skip = 0;

	end = memchr(begin, '\n', left);
	*out_feed = end != NULL;
	len = end ? (size_t)(end - begin) : left;
	reading->at += len;
	if (end)
		yaml_line_feed(reading);
	while (skip < len && skip < indent && begin[skip] == ' ')
		skip++;
	if (len > skip && end && begin[len - 1] == '\r')
		len--;
	return (struct span){ begin + skip, len - skip };
}

/* How far the line at the cursor is indented; SIZE_MAX: it is empty. */
static size_t line_indent(const struct yaml_reading *reading)
{
	size_t blanks = 0;
	uint8_t c;

	while (yaml_byte(reading, blanks) == ' ')
		blanks++;
	c = yaml_byte(reading, blanks);
	return !c || c == '\n' || (c == '\r' && yaml_byte(reading, blanks + 1) == '\n') ? SIZE_MAX
											: blanks;
}

/* The indentation of the block that begins at the cursor: of its first line that is not empty. */
static size_t block_indent(const struct yaml_reading *reading)
{
	struct yaml_reading ahead = *reading;
	size_t indent = SIZE_MAX;
	bool feed = true;

	while (feed && ahead.at < ahead.text.len && (indent = line_indent(&ahead)) == SIZE_MAX)
		block_line(&ahead, 0, &feed);
	return indent;
}

static bool more_indented(struct span line)
{
	return line.len && (line.data[0] == ' ' || line.data[0] == '\t');
}

/* The lines, each with its line feed, or folded (`>`): into the decoded text. */
static void block_lines(struct yaml_reading *reading, size_t indent, bool folded)
{
	struct yaml *yaml = reading->yaml;
	bool feed = true, any = false, kept = false;
	size_t feeds = 0, here;

	while (feed && reading->at < reading->text.len) {
		struct span line;

		here = line_indent(reading);
		if (here != SIZE_MAX && here < indent)
			break;
		if (here != SIZE_MAX)
			reading->last_line = reading->line;
		line = block_line(reading, indent, &feed);
		if (here == SIZE_MAX && line.len <= 0) {
			feeds += feed;
			continue;
		}
		if (folded && any && !kept && !more_indented(line)) {
			if (feeds == 1)
				yaml_decoded_put(yaml, ' ');
			feeds -= feeds > 0;
		}
		for (; feeds; feeds--)
			yaml_decoded_put(yaml, '\n');
		yaml_decoded_add(yaml, line);
		any = true;
		kept = more_indented(line);
		feeds = feed;
	}
	for (; feeds; feeds--)
		yaml_decoded_put(yaml, '\n');
}

int yaml_block(struct yaml_reading *reading, long parent_column, struct span *out_text,
	       struct error *err)
{
	struct yaml *yaml = reading->yaml;
	size_t begin = yaml->decoded_len, given = 0, indent;
	bool folded = yaml_byte(reading, 0) == '>', strip = false, keep = false;
	uint8_t c;

	for (yaml_move(reading, 1); !yaml_is_space(c = yaml_byte(reading, 0));) {
		strip |= c == '-';
		keep |= c == '+';
		if (c >= '1' && c <= '9' && !given)
			given = (size_t)(c - '0');
		else if (c != '-' && c != '+')
			return yaml_refuse(reading, "this is no mark of a block of text", err);
		yaml_move(reading, 1);
	}
	if (yaml_decoded_open(reading, err))
		return -1;
	yaml_blanks(reading);
	if (!yaml_line_is_done(reading))
		return yaml_refuse(reading, "a block of text begins on the line below", err);
	reading->last_line = reading->line;
	while ((c = yaml_byte(reading, 0)) && c != '\n')
		yaml_move(reading, 1);
	if (c)
		yaml_line_feed(reading);
	indent = given ? (size_t)(parent_column > 0 ? parent_column : 0) + given
		       : block_indent(reading);
	if (indent != SIZE_MAX && (long)indent > parent_column)
		block_lines(reading, indent, folded);
	*out_text = yaml_decoded_since(yaml, begin);
	while (!keep && out_text->len && out_text->data[out_text->len - 1] == '\n' &&
	       (strip || out_text->len == 1 || out_text->data[out_text->len - 2] == '\n'))
		out_text->len--;
	return 0;
}
