/* line_diff: lines become numbers, common ends go, and Myers' greedy search does the rest. */
#include "verify/line_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/json.h"
#include "verify/utf8.h"

#define LINE_BYTES 48u /* of the JSON around a line */

/* A line with its newline, and where it stands. */
struct row {
	struct span text;
	size_t place; /* in its side */
	size_t side;
	bool changed;
};

struct side {
	struct row *row;
	uint32_t *id; /* equal lines have equal numbers */
	size_t count;
};

/* Two texts being compared; [begin, end) of each is what is not common at the ends. */
struct comparing {
	struct side side[2];
	size_t begin, end[2];
	bool cut; /* a text has more lines than are looked at */
	struct line_diff *out;
};

static void comparing_release(struct comparing *comparing)
{
	for (size_t s = 0; s < 2; s++) {
		free(comparing->side[s].row);
		free(comparing->side[s].id);
	}
}

void line_diff_release(struct line_diff *diff)
{
	free(diff->change);
	*diff = (struct line_diff){ .change = NULL };
}

/* ---- Lines ---- */

static size_t line_count(struct span text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n' || i + 1 == text.len;
	return count;
}

/* Cut a text into lines; beyond LINE_DIFF_LINES_MAX the rest is one. */
static int side_cut(struct span text, size_t which, struct comparing *comparing, struct error *err)
{
	struct side *side = &comparing->side[which];
	size_t lines = line_count(text), begin = 0;

	comparing->cut = comparing->cut || lines > LINE_DIFF_LINES_MAX;
	lines = lines > LINE_DIFF_LINES_MAX ? LINE_DIFF_LINES_MAX : lines;
	side->row = calloc(lines + 1, sizeof(*side->row));
	side->id = calloc(lines + 1, sizeof(*side->id));
	if (!side->row || !side->id)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu lines", lines);
	for (; side->count < lines; side->count++) {
		const uint8_t *newline = memchr(text.data + begin, '\n', text.len - begin);
		size_t end = newline ? (size_t)(newline - text.data) + 1 : text.len;

		if (side->count + 1 == LINE_DIFF_LINES_MAX)
			end = text.len;
		side->row[side->count] = (struct row){
			{ text.data + begin, end - begin }, side->count, which, false
		};
		begin = end;
	}
	return 0;
}

static int row_order(const void *left, const void *right)
{
	const struct row *a = *(const struct row *const *)left;
	const struct row *b = *(const struct row *const *)right;

	if (a->text.len != b->text.len)
		return a->text.len < b->text.len ? -1 : 1;
	return a->text.len ? memcmp(a->text.data, b->text.data, a->text.len) : 0;
}

/* Equal lines get equal numbers: by sorting, so that no text can make it slow. */
static int number(struct comparing *comparing, struct error *err)
{
	size_t count = comparing->side[0].count + comparing->side[1].count, at = 0;
	const struct row **sorted = calloc(count + 1, sizeof(*sorted));
	uint32_t id = 0;

	if (!sorted)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu lines", count);
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < comparing->side[s].count; i++)
			sorted[at++] = &comparing->side[s].row[i];
	qsort(sorted, count, sizeof(*sorted), row_order);
	for (size_t i = 0; i < count; i++) {
		id += i && row_order(&sorted[i - 1], &sorted[i]) != 0;
		comparing->side[sorted[i]->side].id[sorted[i]->place] = id;
	}
	free(sorted);
	return 0;
}

static void ends_skip(struct comparing *comparing)
{
	const uint32_t *a = comparing->side[0].id, *b = comparing->side[1].id;
	size_t *n = &comparing->end[0], *m = &comparing->end[1];

	*n = comparing->side[0].count;
	*m = comparing->side[1].count;
	while (comparing->begin < *n && comparing->begin < *m &&
	       a[comparing->begin] == b[comparing->begin])
		comparing->begin++;
	while (*n > comparing->begin && *m > comparing->begin && a[*n - 1] == b[*m - 1]) {
		--*n;
		--*m;
	}
}

/* ---- The script ---- */

/*
 * Row `d` of the search is kept as the furthest x of diagonals -d, -d + 2 … d: d + 1 numbers, the
 * rows one behind the other.
 */
static size_t row_at(size_t d)
{
	return d * (d + 1) / 2;
}

/* The furthest x on the diagonal 2i - d that row d - 1 leads to, before equal lines. */
static int64_t step_from(const uint32_t *before, size_t d, size_t i, bool *out_down)
{
	/* Diagonal k - 1 is place i - 1 of row d - 1, and k + 1 is place i. */
	*out_down = i == 0 || (i < d && before[i - 1] < before[i]);
	return *out_down ? (int64_t)before[i] : (int64_t)before[i - 1] + 1;
}

/* The length of the shortest script, or `most` + 1. */
static size_t search(const struct comparing *comparing, uint32_t *rows, size_t most)
{
	const uint32_t *a = comparing->side[0].id + comparing->begin;
	const uint32_t *b = comparing->side[1].id + comparing->begin;
	int64_t n = (int64_t)(comparing->end[0] - comparing->begin);
	int64_t m = (int64_t)(comparing->end[1] - comparing->begin);

	for (size_t d = 0; d <= most; d++)
		for (size_t i = 0; i <= d; i++) {
			int64_t k = 2 * (int64_t)i - (int64_t)d, x = 0;
			bool down;

			if (d)
				x = step_from(rows + row_at(d - 1), d, i, &down);
			while (x < n && x - k >= 0 && x - k < m && a[x] == b[x - k])
				x++;
			rows[row_at(d) + i] = (uint32_t)x;
			if (x >= n && x - k >= m)
				return d;
		}
	return most + 1;
}

/* Walk the rows back, and mark the lines that the script takes out or puts in. */
static void trace(struct comparing *comparing, const uint32_t *rows, size_t edits)
{
	int64_t k = (int64_t)(comparing->end[0] - comparing->begin) -
		    (int64_t)(comparing->end[1] - comparing->begin);

	for (size_t d = edits; d; d--) {
		bool down;
		int64_t x =
			step_from(rows + row_at(d - 1), d, (size_t)((k + (int64_t)d) / 2), &down);
		/* Down is a line of the second text, across one of the first. */
		size_t place = comparing->begin + (size_t)(down ? x - k : x) - 1;

		comparing->side[down].row[place].changed = true;
		k += down ? 1 : -1;
	}
}

static int script(struct comparing *comparing, struct error *err)
{
	size_t most = comparing->end[0] + comparing->end[1] - 2 * comparing->begin, edits;
	uint32_t *rows;

	most = most > LINE_DIFF_EDITS_MAX ? LINE_DIFF_EDITS_MAX : most;
	rows = calloc(row_at(most + 1), sizeof(*rows));
	if (!rows)
		return error_set(err, ERROR_SYSTEM, "out of memory for a comparison");
	edits = search(comparing, rows, most);
	if (edits <= most && !comparing->cut)
		trace(comparing, rows, edits);
	else
		comparing->out->coarse = true;
	free(rows);
	return 0;
}

static void change_add(struct comparing *comparing, size_t which, size_t place)
{
	struct line_diff *out = comparing->out;
	struct span text = comparing->side[which].row[place].text;

	if (text.len && text.data[text.len - 1] == '\n')
		text.len--;
	out->change[out->count++] = (struct line_change){ which == 1, place + 1, text };
	out->added += which == 1;
	out->removed += which == 0;
}

/* What is gone before what is new, from one line that both have to the next. */
static int write_down(struct comparing *comparing, struct error *err)
{
	const struct side *side = comparing->side;
	size_t at[2] = { comparing->begin, comparing->begin };
	size_t most = comparing->end[0] + comparing->end[1] - 2 * comparing->begin;

	comparing->out->change = calloc(most + 1, sizeof(*comparing->out->change));
	if (!comparing->out->change)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu lines", most);
	while (at[0] < comparing->end[0] || at[1] < comparing->end[1]) {
		for (size_t s = 0; s < 2; s++)
			while (at[s] < comparing->end[s] &&
			       (side[s].row[at[s]].changed || comparing->out->coarse))
				change_add(comparing, s, at[s]++);
		at[0] += at[0] < comparing->end[0];
		at[1] += at[1] < comparing->end[1];
	}
	return 0;
}

int line_diff_make(struct span before, struct span after, struct line_diff *out_diff,
		   struct error *err)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	CLEANUP(comparing_release) struct comparing comparing = { .out = &diff };

	if (side_cut(before, 0, &comparing, err) || side_cut(after, 1, &comparing, err) ||
	    number(&comparing, err))
		return -1;
	ends_skip(&comparing);
	if (script(&comparing, err) || write_down(&comparing, err))
		return -1;
	*out_diff = diff;
	diff = (struct line_diff){ .change = NULL }; /* handed over */
	return 0;
}

/* ---- Telling ---- */

/* What is told of a line: cut behind a whole code point. *out_cut: there is more. */
static struct span told(struct span text, bool *out_cut)
{
	*out_cut = text.len > LINE_DIFF_TEXT_MAX;
	if (!*out_cut)
		return text;
	text.len = LINE_DIFF_TEXT_MAX;
	for (size_t back = 0; back < 3 && text.len; back++) {
		if ((text.data[text.len] & 0xc0) != 0x80)
			break;
		text.len--;
	}
	return text;
}

static int text_put(struct span text, struct buffer *out, struct error *err)
{
	while (text.len) {
		uint32_t point;
		size_t len = text.data[0] ? utf8_point(text, &point) : 0;

		if (len ? buffer_add(out, (struct span){ text.data, len }, err)
			: buffer_printf(out, err, "\\x%02x", text.data[0]))
			return -1;
		len = len ? len : 1;
		text.data += len;
		text.len -= len;
	}
	return 0;
}

/* As canonical JSON writes it. */
static size_t json_bytes(struct span text)
{
	size_t bytes = 2;

	for (size_t i = 0; i < text.len; i++)
		bytes += text.data[i] < 0x20                           ? 6
			 : text.data[i] == '"' || text.data[i] == '\\' ? 2
								       : 1;
	return bytes;
}

/* *budget: bytes that may still be told; 0 once a line did not fit. */
static int change_json(const struct line_change *change, struct json *list, size_t *budget,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct json *item;
	bool cut;
	size_t bytes;

	buffer_init(&text, 4 * LINE_DIFF_TEXT_MAX + 8);
	if (text_put(told(change->text, &cut), &text, err) ||
	    (cut && buffer_add_text(&text, "\u2026", err)))
		return -1;
	bytes = json_bytes(buffer_view(&text)) + LINE_BYTES;
	if (bytes > *budget) {
		*budget = 0;
		return 0;
	}
	*budget -= bytes;
	return json_add_object(list, &item, err) ||
			       json_set_size(item, "line", change->line, err) ||
			       json_set_span(item, "text", buffer_view(&text), err) ||
			       json_set_text(item, "what", change->added ? "added" : "removed", err)
		       ? -1
		       : 0;
}

int line_diff_to_json(const struct line_diff *diff, struct json **out_object, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	size_t count = diff->count > LINE_DIFF_TOLD_MAX ? LINE_DIFF_TOLD_MAX : diff->count;
	size_t budget = LINE_DIFF_TOLD_BYTES;
	struct json *list;

	if (json_object_new(&object, err) || json_set_size(object, "added", diff->added, err) ||
	    json_set_size(object, "removed", diff->removed, err) ||
	    (diff->coarse && json_set_bool(object, "coarse", true, err)) ||
	    json_set_array(object, "lines", &list, err))
		return -1;
	for (size_t i = 0; i < count && budget; i++)
		if (change_json(&diff->change[i], list, &budget, err))
			return -1;
	if (json_set_size(object, "more", diff->count - json_count(list), err))
		return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}

void line_change_text(const struct line_change *change, char out_text[LINE_CHANGE_TEXT_SIZE])
{
	char plain[4 * LINE_DIFF_TEXT_MAX + 1], text[LINE_DIFF_TEXT_MAX + 1];
	bool cut;
	struct span told_text = told(change->text, &cut);

	/* A NUL is a control character like others. */
	for (size_t i = 0; i < told_text.len; i++)
		text[i] = told_text.data[i] ? (char)told_text.data[i] : '\x1a';
	text[told_text.len] = '\0';
	text_escape(plain, sizeof(plain), text);
	snprintf(out_text, LINE_CHANGE_TEXT_SIZE, "%c%zu: %s%s", change->added ? '+' : '-',
		 change->line, plain, cut ? "\u2026" : "");
}
