/* eval_items: the lines of a samples file as a table, and two tables as pairs. */
#include "verify/eval_items.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/decimal.h"
#include "verify/json.h"
#include "verify/lm_eval/samples.h"
#include "verify/probes.h"

/* One line, before those of one document are put together. */
struct entry {
	int64_t doc;
	struct digest content;
	size_t line;  /* counted from 1 */
	size_t value; /* where its values begin */
};

/* Lines that were read. */
struct entries {
	struct entry *item;
	double *value;
	size_t count, room, columns;
};

static void entries_release(struct entries *entries)
{
	free(entries->item);
	free(entries->value);
}

void eval_items_release(struct eval_items *items)
{
	free(items->doc);
	free(items->content);
	free(items->value);
	*items = (struct eval_items){ 0 };
}

void eval_pairs_release(struct eval_pairs *pairs)
{
	free(pairs->a);
	free(pairs->b);
	*pairs = (struct eval_pairs){ 0 };
}

static int entries_grow(struct entries *entries, struct error *err)
{
	size_t room = entries->room ? 2 * entries->room : 256;
	struct entry *item;
	double *value;

	if (entries->count == SAMPLES_ITEMS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u lines", SAMPLES_ITEMS_MAX);
	if (entries->count < entries->room)
		return 0;
	item = realloc(entries->item, room * sizeof(*item));
	if (item)
		entries->item = item;
	value = item ? realloc(entries->value, room * entries->columns * sizeof(*value)) : NULL;
	if (!value)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu items", room);
	entries->value = value;
	entries->room = room;
	return 0;
}

/*
 * What was asked: the document as the harness wrote it (its own digests of it are the writer's word
 * and left aside) and the target.
 */
static int content_of(const struct json *line, struct digest *out_content, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const struct json *doc = json_member(line, "doc"), *target = json_member(line, "target");

	buffer_init(&text, 2 * SAMPLES_LINE_MAX);
	if ((doc && json_write_pretty(doc, &text, err)) || buffer_add_text(&text, "\n", err) ||
	    (target && json_write_pretty(target, &text, err)))
		return -1;
	*out_content = sha256(buffer_view(&text));
	return 0;
}

static void values_of(const struct json *line, const char *filter, const struct eval_column *column,
		      size_t columns, double *out_value)
{
	struct error ignored = { 0 };

	for (size_t i = 0; i < columns; i++) {
		const struct json *member = json_member(line, column[i].metric);

		out_value[i] = NAN;
		if (strcmp(column[i].filter, filter) != 0)
			continue;
		if (json_kind(member) == JSON_KIND_BOOL)
			out_value[i] = json_is_yes(member);
		else if (decimal_of_json(member, &out_value[i], &ignored))
			out_value[i] = NAN;
	}
}

static int line_take(struct entries *entries, struct span text, size_t number,
		     const struct eval_column *column, struct error *err)
{
	const struct json_limits limits = { .max_bytes = SAMPLES_LINE_MAX };
	CLEANUP(json_free) struct json *line = NULL;
	const char *filter;
	struct entry *entry;

	if (entries_grow(entries, err) || json_parse(text, &limits, &line, err))
		return -1;
	entry = &entries->item[entries->count];
	*entry = (struct entry){ .line = number, .value = entries->count * entries->columns };
	if (json_need_integer(line, "doc_id", &entry->doc, err) ||
	    json_maybe_string(line, "filter", &filter, err) ||
	    content_of(line, &entry->content, err))
		return -1;
	values_of(line, filter ? filter : "none", column, entries->columns,
		  &entries->value[entry->value]);
	entries->count++;
	return 0;
}

static int entry_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->doc != y->doc)
		return x->doc < y->doc ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* Put the values of a further line of the last row's document there. */
static int row_add(struct eval_items *items, const struct entry *entry, const double *value,
		   struct error *err)
{
	double *row = &items->value[(items->rows - 1) * items->columns];

	if (!digest_equal(&items->content[items->rows - 1], &entry->content))
		return error_set(err, ERROR_CORRUPT,
				 "line %zu: doc_id %lld stands there with two contents",
				 entry->line, (long long)entry->doc);
	for (size_t i = 0; i < items->columns; i++) {
		if (isnan(value[i]))
			continue;
		if (!isnan(row[i]))
			return error_set(err, ERROR_CORRUPT,
					 "line %zu: doc_id %lld stands there twice", entry->line,
					 (long long)entry->doc);
		row[i] = value[i];
	}
	return 0;
}

static int rows_make(struct entries *entries, struct eval_items *items, struct error *err)
{
	size_t room = entries->count ? entries->count : 1;

	items->columns = entries->columns;
	items->doc = malloc(room * sizeof(*items->doc));
	items->content = malloc(room * sizeof(*items->content));
	items->value = malloc(room * items->columns * sizeof(*items->value));
	if (!items->doc || !items->content || !items->value)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu items", room);
	if (entries->count)
		qsort(entries->item, entries->count, sizeof(*entries->item), entry_order);
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = &entries->item[i];
		const double *value = &entries->value[entry->value];

		if (items->rows && items->doc[items->rows - 1] == entry->doc) {
			if (row_add(items, entry, value, err))
				return -1;
			continue;
		}
		items->doc[items->rows] = entry->doc;
		items->content[items->rows] = entry->content;
		memcpy(&items->value[items->rows * items->columns], value,
		       items->columns * sizeof(*value));
		items->rows++;
	}
	return 0;
}

int eval_items_read(struct span jsonl, const struct eval_column *column, size_t columns,
		    struct eval_items *out_items, struct error *err)
{
	CLEANUP(entries_release) struct entries entries = { .columns = columns };
	CLEANUP(eval_items_release) struct eval_items items = { 0 };
	struct span line;

	if (!columns || columns > EVAL_COLUMNS_MAX)
		return error_set(err, ERROR_USAGE, "%zu metrics of one task: at most %u", columns,
				 EVAL_COLUMNS_MAX);
	for (size_t number = 1; line_next(&jsonl, &line); number++)
		if (!line_is_blank(line) && line_take(&entries, line, number, column, err))
			return error_prefix(err, "line %zu", number);
	if (rows_make(&entries, &items, err))
		return -1;
	*out_items = items;
	items = (struct eval_items){ 0 };
	return 0;
}

int eval_items_pair(const struct eval_items *a, size_t a_column, const struct eval_items *b,
		    size_t b_column, struct eval_pairs *out_pairs, struct error *err)
{
	struct eval_pairs pairs = { 0 };
	size_t room = (a->rows < b->rows ? a->rows : b->rows) + 1, i = 0, k = 0;

	pairs.a = malloc(room * sizeof(*pairs.a));
	pairs.b = malloc(room * sizeof(*pairs.b));
	if (!pairs.a || !pairs.b) {
		eval_pairs_release(&pairs);
		return error_set(err, ERROR_SYSTEM, "no memory for %zu items", room);
	}
	while (i < a->rows || k < b->rows) {
		bool has_a = i < a->rows && (k == b->rows || a->doc[i] <= b->doc[k]);
		bool has_b = k < b->rows && (i == a->rows || b->doc[k] <= a->doc[i]);
		double x = has_a ? a->value[i * a->columns + a_column] : NAN;
		double y = has_b ? b->value[k * b->columns + b_column] : NAN;

		if (has_a && has_b && !digest_equal(&a->content[i], &b->content[k]))
			pairs.other++;
		else if (!isnan(x) && !isnan(y)) {
			pairs.a[pairs.count] = x;
			pairs.b[pairs.count++] = y;
		} else {
			pairs.only_a += (size_t)!isnan(x);
			pairs.only_b += (size_t)!isnan(y);
		}
		i += has_a;
		k += has_b;
	}
	*out_pairs = pairs;
	return 0;
}
