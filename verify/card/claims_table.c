/* card_claims: what tables claim: labels and values, models beside one another, or scores. */
#include <stdlib.h>
#include <string.h>

#include "verify/card/claims_inner.h"
#include "verify/card/number.h"
#include "verify/card/word.h"
#include "verify/utf8.h"

/* One table while it is read. */
struct table {
	const struct card_line *line; /* its rows; [0] is the head */
	size_t rows, columns;
	enum card_meaning head[CARD_TEXT_MAX_COLUMNS];
	size_t heads;             /* columns whose head has a meaning */
	size_t labels;            /* rows whose first cell has a meaning */
	bool of_models;           /* the first column names models */
	long task, metric, value; /* columns of a harness's own table; -1: none */
};

static struct span cell_of(const struct claiming *claiming, const struct card_line *line,
			   size_t column)
{
	return column < line->cells ? claiming->card->cell[line->cell + column]
				    : (struct span){ NULL, 0 };
}

/* The cell as a reader sees it; the view is borrowed from `out` until the next call. */
static int cell_plain(const struct claiming *claiming, const struct card_line *line, size_t column,
		      struct buffer *out, struct span *out_text, struct error *err)
{
	if (claim_plain(cell_of(claiming, line, column), out, err))
		return -1;
	*out_text = buffer_view(out);
	if (out_text->len > CARD_VALUE_MAX)
		out_text->len = 0;
	return 0;
}

static bool is_one_of(struct span text, const char *const *words)
{
	for (; *words; words++)
		if (span_equal(text, span_of(*words)))
			return true;
	return false;
}

static int head_look(struct claiming *claiming, struct table *table, size_t column,
		     struct error *err)
{
	static const char *const models[] = {
		"model", "models", "model name", "name", "\xe3\x83\xa2\xe3\x83\x87\xe3\x83\xab",
		NULL
	};
	static const char *const tasks[] = {
		"task", "tasks", "groups", "benchmark", "\xe3\x82\xbf\xe3\x82\xb9\xe3\x82\xaf", NULL
	};
	CLEANUP(buffer_release) struct buffer plain;
	CLEANUP(buffer_release) struct buffer folded;
	struct span text;

	buffer_init(&plain, CARD_TEXT_MAX_BYTES);
	buffer_init(&folded, CARD_FOLDED_MAX);
	if (cell_plain(claiming, &table->line[0], column, &plain, &text, err) ||
	    card_meaning_of_label(text, &table->head[column], err) || card_fold(text, &folded, err))
		return -1;
	table->heads += table->head[column] != CARD_MEANING_NONE;
	if (!column && is_one_of(buffer_view(&folded), models))
		table->of_models = true;
	if (is_one_of(buffer_view(&folded), tasks))
		table->task = (long)column;
	if (span_equal(buffer_view(&folded), span_of("metric")))
		table->metric = (long)column;
	if (span_equal(buffer_view(&folded), span_of("value")))
		table->value = (long)column;
	return 0;
}

static int table_look(struct claiming *claiming, struct table *table, struct error *err)
{
	CLEANUP(buffer_release) struct buffer plain;

	buffer_init(&plain, CARD_TEXT_MAX_BYTES);
	for (size_t column = 0; column < table->columns; column++)
		if (head_look(claiming, table, column, err))
			return -1;
	for (size_t row = 1; row < table->rows; row++) {
		enum card_meaning meaning;
		struct span text;

		if (cell_plain(claiming, &table->line[row], 0, &plain, &text, err) ||
		    card_meaning_of_label(text, &meaning, err))
			return -1;
		table->labels += meaning != CARD_MEANING_NONE;
	}
	return 0;
}

/* A claim of the cell, which `words` describe but for its value. */
static int cell_claim(struct claiming *claiming, const struct card_line *line, size_t column,
		      struct claim_words *words, struct error *err)
{
	CLEANUP(buffer_release) struct buffer plain;

	buffer_init(&plain, CARD_TEXT_MAX_BYTES);
	words->line = line->line;
	if (cell_plain(claiming, line, column, &plain, &words->value, err))
		return -1;
	return claim_value(claiming, words, err);
}

/* ---- A label and a value in each row; with more columns, of several models ---- */

static int values_take(struct claiming *claiming, const struct table *table, struct error *err)
{
	CLEANUP(buffer_release) struct buffer label;
	CLEANUP(buffer_release) struct buffer of;

	buffer_init(&label, CARD_TEXT_MAX_BYTES);
	buffer_init(&of, CARD_TEXT_MAX_BYTES);
	for (size_t row = 1; row < table->rows; row++) {
		const struct card_line *line = &table->line[row];
		struct claim_words words = { .kind = CARD_CLAIM_VALUE };

		if (cell_plain(claiming, line, 0, &label, &words.label, err) ||
		    card_meaning_of_label(words.label, &words.meaning, err))
			return -1;
		for (size_t column = 1; column < line->cells && words.label.len; column++) {
			if (table->columns > 2) {
				words.table = line->table;
				words.group = (unsigned)column;
				if (cell_plain(claiming, &table->line[0], column, &of, &words.of,
					       err))
					return -1;
			}
			if (cell_claim(claiming, line, column, &words, err))
				return -1;
		}
	}
	return 0;
}

/* ---- Labels in the head; a model, a dataset or a language in each row ---- */

static int rows_take(struct claiming *claiming, const struct table *table, struct error *err)
{
	CLEANUP(buffer_release) struct buffer label;
	CLEANUP(buffer_release) struct buffer of;

	buffer_init(&label, CARD_TEXT_MAX_BYTES);
	buffer_init(&of, CARD_TEXT_MAX_BYTES);
	for (size_t row = 1; row < table->rows; row++) {
		const struct card_line *line = &table->line[row];
		bool named = !table->head[0] || table->head[0] == CARD_MEANING_dataset ||
			     table->head[0] == CARD_MEANING_language;
		struct claim_words words = { .kind = CARD_CLAIM_VALUE };

		if (named && cell_plain(claiming, line, 0, &of, &words.of, err))
			return -1;
		words.table = line->table;
		words.group = (unsigned)row;
		for (size_t column = named; column < line->cells && column < table->columns;
		     column++) {
			words.meaning = table->head[column];
			if (cell_plain(claiming, &table->line[0], column, &label, &words.label,
				       err) ||
			    cell_claim(claiming, line, column, &words, err))
				return -1;
		}
	}
	return 0;
}

/* ---- Scores ---- */

/* The number of a cell such as "45.3", "0.45 ± 0.01" or "45.3%"; empty: it holds none. */
static int score_text(struct span text, struct span *out_number, struct error *err)
{
	CLEANUP(buffer_release) struct buffer folded;
	struct card_number number;
	size_t len;

	buffer_init(&folded, CARD_FOLDED_MAX);
	*out_number = (struct span){ NULL, 0 };
	if (card_fold(text, &folded, err))
		return -1;
	len = card_number_take(buffer_view(&folded), &number);
	if (!len || len > text.len)
		return 0;
	if (len < folded.len && folded.data[len] != ' ' && folded.data[len] != 0xc2 &&
	    folded.data[len] != '(')
		return 0; /* "7b-v1" */
	*out_number = (struct span){ text.data, folded.len == text.len ? len : text.len };
	return 0;
}

static int score_claim(struct claiming *claiming, const struct card_line *line, size_t column,
		       struct claim_words *words, struct error *err)
{
	CLEANUP(buffer_release) struct buffer plain;
	struct span text;

	buffer_init(&plain, CARD_TEXT_MAX_BYTES);
	words->line = line->line;
	words->kind = CARD_CLAIM_SCORE;
	if (cell_plain(claiming, line, column, &plain, &text, err) ||
	    score_text(text, &words->value, err))
		return -1;
	return claim_add(claiming, words, err);
}

/* As lm-evaluation-harness prints it: a task that is not repeated, a metric, a value in each row.
 */
static int harness_take(struct claiming *claiming, const struct table *table, struct error *err)
{
	CLEANUP(buffer_release) struct buffer task;
	CLEANUP(buffer_release) struct buffer next;
	CLEANUP(buffer_release) struct buffer metric;

	buffer_init(&task, CARD_TEXT_MAX_BYTES);
	buffer_init(&next, CARD_TEXT_MAX_BYTES);
	buffer_init(&metric, CARD_TEXT_MAX_BYTES);
	for (size_t row = 1; row < table->rows; row++) {
		const struct card_line *line = &table->line[row];
		struct claim_words words = { .columns = 1 };
		struct span text;

		if (cell_plain(claiming, line, (size_t)table->task, &next, &text, err))
			return -1;
		while (text.len && (text.data[0] == '-' || text.data[0] == ' '))
			text.data++, text.len--; /* " - subtask" */
		if (text.len) {
			task.len = 0;
			if (buffer_add(&task, text, err))
				return -1;
		}
		words.label = buffer_view(&task);
		if (cell_plain(claiming, line, (size_t)table->metric, &metric, &words.column,
			       err) ||
		    score_claim(claiming, line, (size_t)table->value, &words, err))
			return -1;
	}
	return 0;
}

static int scores_take(struct claiming *claiming, const struct table *table, struct error *err)
{
	CLEANUP(buffer_release) struct buffer first;
	CLEANUP(buffer_release) struct buffer head;
	struct span row_name, column_name;

	buffer_init(&first, CARD_TEXT_MAX_BYTES);
	buffer_init(&head, CARD_TEXT_MAX_BYTES);
	for (size_t row = 1; row < table->rows; row++) {
		const struct card_line *line = &table->line[row];

		if (cell_plain(claiming, line, 0, &first, &row_name, err))
			return -1;
		for (size_t column = 1; column < line->cells && column < table->columns; column++) {
			struct claim_words words = { .columns = (unsigned)table->columns - 1 };

			if (cell_plain(claiming, &table->line[0], column, &head, &column_name, err))
				return -1;
			words.label = table->of_models ? column_name : row_name;
			words.column = table->of_models ? (struct span){ NULL, 0 } : column_name;
			if (table->of_models) {
				words.of = row_name;
				words.table = line->table;
				words.group = (unsigned)row;
			}
			if (score_claim(claiming, line, column, &words, err))
				return -1;
		}
	}
	return 0;
}

int claim_table(struct claiming *claiming, size_t begin, size_t end, struct error *err)
{
	struct table table = { .line = &claiming->card->line[begin],
			       .rows = end - begin,
			       .task = -1,
			       .metric = -1,
			       .value = -1 };

	table.columns = table.line[0].cells;
	if (table_look(claiming, &table, err))
		return -1;
	if (table.task >= 0 && table.metric >= 0 && table.value >= 0)
		return harness_take(claiming, &table, err);
	if (table.labels && table.labels >= table.heads)
		return values_take(claiming, &table, err);
	if (table.heads)
		return rows_take(claiming, &table, err);
	if (table.columns == 2 && table.value == 1)
		return values_take(claiming, &table, err);
	return scores_take(claiming, &table, err);
}
