/* card_text: lines of Markdown. Source: GitHub Flavored Markdown Spec 0.29, sections 4.2 to 4.10.
 */
#include "verify/card/text.h"

#include <stdlib.h>
#include <string.h>

#include "verify/utf8.h"

/* Where we read. */
struct card_reading {
	struct card_text *card;
	const char *file;
	size_t at;     /* of the next line */
	unsigned line; /* of the line in hand, from 1 */
	uint8_t fence; /* '`' or '~' within fenced code */
	size_t fence_len;
	bool comment; /* within <!-- and --> */
	bool in_table;
	unsigned tables;
	struct card_part *open; /* its begin was read */
};

static int refuse(const struct card_reading *reading, const char *what, struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "%s, line %u: %s", reading->file, reading->line, what);
}

static int room(void **array, size_t count, size_t *cap, size_t size, struct error *err)
{
	size_t wanted = *cap ? 2 * *cap : 64;
	void *more;

	if (count < *cap)
		return 0;
	more = realloc(*array, wanted * size);
	if (!more)
		return error_set(err, ERROR_SYSTEM, "out of memory for a card");
	*array = more;
	*cap = wanted;
	return 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span text)
{
	while (text.len && is_blank(text.data[0]))
		text.data++, text.len--;
	while (text.len && is_blank(text.data[text.len - 1]))
		text.len--;
	return text;
}

/* The line at `at`, without its line feed; *out_next: where the one behind it begins. */
static struct span line_at(struct span bytes, size_t at, size_t *out_next)
{
	const uint8_t *end = memchr(bytes.data + at, '\n', bytes.len - at);
	size_t len = end ? (size_t)(end - bytes.data) - at : bytes.len - at;

	*out_next = at + len + (end != NULL);
	return (struct span){ bytes.data + at, len };
}

static int line_add(struct card_reading *reading, enum card_line_kind kind, struct span text,
		    struct card_line **out_line, struct error *err)
{
	struct card_text *card = reading->card;

	if (card->count == CARD_TEXT_MAX_LINES)
		return refuse(reading, "a card has at most 65,536 lines", err);
	if (room((void **)&card->line, card->count, &card->room, sizeof(*card->line), err))
		return -1;
	*out_line = &card->line[card->count++];
	**out_line = (struct card_line){ .kind = kind, .line = reading->line, .text = text };
	return 0;
}

/* ---- Tables ---- */

/* The next cell of a row; a bar behind a backslash is none. */
static bool cell_take(struct span *rest, struct span *out_cell)
{
	size_t len = 0;

	if (!rest->len)
		return false;
	while (len < rest->len && rest->data[len] != '|')
		len += rest->data[len] == '\\' && len + 1 < rest->len ? 2 : 1;
	*out_cell = trim((struct span){ rest->data, len });
	len += len < rest->len;
	rest->data += len;
	rest->len -= len;
	return true;
}

static struct span row_inside(struct span line)
{
	line = trim(line);
	if (line.len && line.data[0] == '|')
		line.data++, line.len--;
	return line;
}

/* `:---|---:` and the like; *out_columns of them. */
static bool is_table_rule(struct span line, size_t *out_columns)
{
	struct span rest = row_inside(line), cell;
	bool bar = memchr(line.data, '|', line.len) != NULL;

	*out_columns = 0;
	while (cell_take(&rest, &cell)) {
		if (cell.len && cell.data[0] == ':')
			cell.data++, cell.len--;
		if (cell.len && cell.data[cell.len - 1] == ':')
			cell.len--;
		for (size_t i = 0; i < cell.len; i++)
			if (cell.data[i] != '-')
				return false;
		if (!cell.len)
			return false;
		++*out_columns;
	}
	return *out_columns && bar;
}

static int row_add(struct card_reading *reading, struct span line, unsigned row, struct error *err)
{
	struct card_text *card = reading->card;
	struct span rest = row_inside(line), cell;
	struct card_line *added;

	if (line_add(reading, CARD_ROW, trim(line), &added, err))
		return -1;
	added->table = reading->tables;
	added->row = row;
	added->cell = (uint32_t)card->cell_count;
	while (cell_take(&rest, &cell)) {
		if (added->cells == CARD_TEXT_MAX_COLUMNS ||
		    card->cell_count == CARD_TEXT_MAX_CELLS)
			return refuse(reading, "a table has at most 64 columns", err);
		if (room((void **)&card->cell, card->cell_count, &card->cell_room,
			 sizeof(*card->cell), err))
			return -1;
		card->cell[card->cell_count++] = cell;
		added->cells++;
	}
	return 0;
}

/* ---- Comments and the markers in them ---- */

static bool part_name_ok(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!(name.data[i] >= 'a' && name.data[i] <= 'z') &&
		    !(name.data[i] >= '0' && name.data[i] <= '9') && name.data[i] != '-')
			return false;
	return name.len && name.len <= CARD_TEXT_MAX_PART_NAME;
}

static int part_begin(struct card_reading *reading, struct span name, size_t begin,
		      struct error *err)
{
	struct card_text *card = reading->card;

	if (reading->open)
		return refuse(reading, "a generated part begins within another", err);
	for (size_t i = 0; i < card->part_count; i++)
		if (span_equal(card->part[i].name, name))
			return refuse(reading, "a generated part of that name is there already",
				      err);
	if (card->part_count == CARD_TEXT_MAX_PARTS)
		return refuse(reading, "a card has at most 64 generated parts", err);
	if (!card->part)
		card->part = calloc(CARD_TEXT_MAX_PARTS, sizeof(*card->part));
	if (!card->part)
		return error_set(err, ERROR_SYSTEM, "out of memory for a card");
	reading->open = &card->part[card->part_count++];
	*reading->open = (struct card_part){
		.name = name, .line = reading->line, .begin = begin, .inner = reading->at
	};
	return 0;
}

/* A line that is a marker: `akashi:begin NAME` within a comment of its own. */
static int marker_take(struct card_reading *reading, struct span inside, size_t begin,
		       struct error *err)
{
	struct span rest = trim(inside);
	bool begins = prefix_take(&rest, "akashi:begin ");

	if (!begins && !prefix_take(&rest, "akashi:end "))
		return 0;
	rest = trim(rest);
	if (!part_name_ok(rest))
		return refuse(reading, "a marker's name is lower-case letters, digits and '-'",
			      err);
	if (begins)
		return part_begin(reading, rest, begin, err);
	if (!reading->open || !span_equal(reading->open->name, rest))
		return refuse(reading, "a generated part ends here that did not begin", err);
	reading->open->last_line = reading->line;
	reading->open->inner_end = begin;
	reading->open->end = reading->at;
	reading->open = NULL;
	return 0;
}

static size_t find(struct span text, const char *word)
{
	const uint8_t *at = text.len ? memmem(text.data, text.len, word, strlen(word)) : NULL;

	return at ? (size_t)(at - text.data) : text.len;
}

/* A comment over several lines, and one that is all of its line. *out_gone: nothing is left of it.
 */
static int comment_take(struct card_reading *reading, struct span *line, size_t begin,
			bool *out_gone, struct error *err)
{
	struct span rest;
	size_t end;

	*out_gone = false;
	if (!reading->comment) {
		rest = trim(*line);
		if (!prefix_take(&rest, "<!--"))
			return 0;
		end = find(rest, "-->");
		if (end + 3 == rest.len) {
			*out_gone = true;
			return marker_take(reading, (struct span){ rest.data, end }, begin, err);
		}
		if (end < rest.len) { /* text behind it */
			*line = (struct span){ rest.data + end + 3, rest.len - end - 3 };
			return 0;
		}
		reading->comment = true;
	} else if ((end = find(*line, "-->")) < line->len) {
		reading->comment = false;
		*line = (struct span){ line->data + end + 3, line->len - end - 3 };
		*out_gone = !trim(*line).len;
		return 0;
	}
	*out_gone = true;
	return 0;
}

/* ---- Lines ---- */

/* Three or more ` or ~ open a fence; as many close it. */
static bool fence_take(struct card_reading *reading, struct span line)
{
	struct span rest = trim(line);
	uint8_t c = rest.len ? rest.data[0] : 0;
	size_t len = 0;

	if (c != '`' && c != '~')
		return false;
	while (len < rest.len && rest.data[len] == c)
		len++;
	if (len < 3)
		return false;
	if (!reading->fence) {
		if (c == '`' && memchr(rest.data + len, '`', rest.len - len))
			return false; /* code within a line */
		reading->fence = c;
		reading->fence_len = len;
		return true;
	}
	if (c != reading->fence || len < reading->fence_len || len < rest.len)
		return false;
	reading->fence = 0;
	return true;
}

/* `#` to `######` and a blank: how many; 0: no heading. */
static unsigned heading_take(struct span *line)
{
	struct span rest = trim(*line);
	unsigned level = 0;

	while (level < rest.len && rest.data[level] == '#')
		level++;
	if (!level || level > 6 || (level < rest.len && !is_blank(rest.data[level])))
		return 0;
	rest = trim((struct span){ rest.data + level, rest.len - level });
	while (rest.len && rest.data[rest.len - 1] == '#')
		rest.len--;
	*line = trim(rest);
	return level;
}

/* `- `, `* `, `+ `, `1. `, `> ` and the like, once or more, taken off. */
static struct span marks_off(struct span line)
{
	for (;;) {
		size_t digits = 0;

		line = trim(line);
		while (digits < line.len && digits < 9 && line.data[digits] >= '0' &&
		       line.data[digits] <= '9')
			digits++;
		if (digits && digits + 1 < line.len &&
		    (line.data[digits] == '.' || line.data[digits] == ')') &&
		    is_blank(line.data[digits + 1]))
			line.data += digits + 1, line.len -= digits + 1;
		else if (line.len > 1 && strchr("-*+", line.data[0]) && is_blank(line.data[1]))
			line.data++, line.len--;
		else if (line.len && line.data[0] == '>')
			line.data++, line.len--;
		else
			return line;
	}
}

/* A heading that is underlined makes of the line above it one; a rule is nothing. */
static bool underline_take(struct card_reading *reading, struct span line)
{
	struct card_text *card = reading->card;
	struct card_line *above = card->count ? &card->line[card->count - 1] : NULL;
	struct span rest = trim(line);

	if (!rest.len || (rest.data[0] != '=' && rest.data[0] != '-'))
		return false;
	for (size_t i = 1; i < rest.len; i++)
		if (rest.data[i] != rest.data[0])
			return false;
	if (above && above->kind == CARD_TEXT && above->line + 1 == reading->line) {
		above->kind = CARD_HEADING;
		above->level = rest.data[0] == '=' ? 1 : 2;
		return true;
	}
	return rest.data[0] == '-' && rest.len >= 3;
}

/* A line with a bar and one of dashes below it begin a table. */
static bool table_begins(const struct card_reading *reading, struct span line)
{
	struct span below, rest = row_inside(line), cell;
	size_t columns, cells = 0, next;

	if (!line.len || !memchr(line.data, '|', line.len) ||
	    reading->at >= reading->card->bytes.len)
		return false;
	below = line_at(reading->card->bytes, reading->at, &next);
	if (!below.len || !is_table_rule(below, &columns))
		return false;
	while (cell_take(&rest, &cell))
		cells++;
	return cells == columns;
}

static int text_take(struct card_reading *reading, struct span line, struct error *err)
{
	struct card_line *added;
	unsigned level;
	size_t next;

	if (!trim(line).len) {
		reading->in_table = false;
		return 0;
	}
	level = heading_take(&line);
	if (level) {
		reading->in_table = false;
		if (line_add(reading, CARD_HEADING, line, &added, err))
			return -1;
		added->level = level;
		return 0;
	}
	if (reading->in_table)
		return row_add(reading, line, reading->card->line[reading->card->count - 1].row + 1,
			       err);
	if (table_begins(reading, line)) {
		reading->in_table = true;
		reading->tables++;
		if (row_add(reading, line, 0, err))
			return -1;
		line_at(reading->card->bytes, reading->at, &next);
		reading->at = next;
		reading->line++;
		return 0;
	}
	if (underline_take(reading, line))
		return 0;
	line = marks_off(line);
	return line.len ? line_add(reading, CARD_TEXT, line, &added, err) : 0;
}

static int body_take(struct card_reading *reading, struct error *err)
{
	struct card_text *card = reading->card;

	while (reading->at < card->bytes.len) {
		size_t begin = reading->at;
		struct span line = line_at(card->bytes, begin, &reading->at);
		struct card_line *added;
		bool gone = false;

		if (!reading->comment && fence_take(reading, line)) {
			reading->in_table = false;
		} else if (reading->fence) {
			if (line_add(reading, CARD_CODE, line, &added, err))
				return -1;
		} else if (comment_take(reading, &line, begin, &gone, err) ||
			   (!gone && text_take(reading, line, err))) {
			return -1;
		}
		if (gone)
			reading->in_table = false;
		reading->line++;
	}
	if (reading->open)
		return error_set(err, ERROR_CORRUPT, "%s, line %u: the generated part does not end",
				 reading->file, reading->open->line);
	return 0;
}

/* ---- The front ---- */

static bool is_front_mark(struct span line)
{
	while (line.len && is_blank(line.data[line.len - 1]))
		line.len--;
	return span_equal(line, span_of("---"));
}

static int front_take(struct card_reading *reading, struct error *err)
{
	struct card_text *card = reading->card;
	struct span bytes = card->bytes, rest = bytes;
	size_t at, next;

	prefix_take(&rest, "\xef\xbb\xbf");
	at = bytes.len - rest.len;
	reading->at = at;
	if (at >= bytes.len || !is_front_mark(line_at(bytes, at, &next)))
		return 0;
	card->has_front = true;
	card->front_begin = next;
	for (at = next, reading->line = 2; at < bytes.len; at = next, reading->line++) {
		if (!is_front_mark(line_at(bytes, at, &next)))
			continue;
		card->front_end = at;
		card->body = next;
		card->body_line = ++reading->line;
		reading->at = next;
		return yaml_parse(
			(struct span){ bytes.data + card->front_begin, at - card->front_begin },
			reading->file, 2, &card->front, err);
	}
	reading->line = 1;
	return refuse(reading, "the front matter does not end", err);
}

int card_text_parse(struct span text, const char *file, struct card_text *out, struct error *err)
{
	struct card_reading reading = { .card = out, .file = file, .line = 1 };

	*out = (struct card_text){ .bytes = text, .body_line = 1 };
	if (text.len > CARD_TEXT_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "%s: a card is at most 1 MiB", file);
	for (size_t at = 0, next; at < text.len; at = next, reading.line++)
		if (!utf8_text_ok(line_at(text, at, &next)))
			return refuse(&reading, "this is no UTF-8 text", err);
	reading.line = 1;
	if (!text.len)
		return 0;
	return front_take(&reading, err) || body_take(&reading, err) ? -1 : 0;
}

void card_text_release(struct card_text *card)
{
	yaml_release(&card->front);
	free(card->line);
	free(card->cell);
	free(card->part);
	*card = (struct card_text){ .line = NULL };
}

const struct card_part *card_part_find(const struct card_text *card, const char *name)
{
	for (size_t i = 0; i < card->part_count; i++)
		if (span_equal(card->part[i].name, span_of(name)))
			return &card->part[i];
	return NULL;
}
