/*
 * eval_items: what a harness measured on each item of a task, `samples_TASK_TIME.jsonl`, as a
 * table: one row for each document, one column for each metric that is asked for. For comparing two
 * runs over the same documents; nothing is recomputed here (eval_file does).
 */
#ifndef VERIFY_EVAL_ITEMS_H
#define VERIFY_EVAL_ITEMS_H

#include "kernels/kernels.h"

#define EVAL_COLUMNS_MAX 16u

/* A metric of one filter ("none" where the harness writes none). Borrowed. */
struct eval_column {
	const char *metric, *filter;
};

/* Start with {0}. Rows ascend by `doc`, each once. */
struct eval_items {
	int64_t *doc;           /* `rows` numbers of documents */
	struct digest *content; /* `rows` digests of what was asked: document and target */
	double *value;          /* `rows` x `columns`; NaN where a document has no such number */
	size_t rows, columns;
};

/*
 * Read all lines. A document's lines of several filters make one row. ERROR_CORRUPT, with the line:
 * malformed, without a `doc_id`, more than SAMPLES_ITEMS_MAX lines, one document and filter twice,
 * or two contents of one document. ERROR_USAGE: more than EVAL_COLUMNS_MAX columns. The caller
 * releases *out_items.
 */
MUST_CHECK int eval_items_read(struct span jsonl, const struct eval_column *column, size_t columns,
			       struct eval_items *out_items, struct error *err);
void eval_items_release(struct eval_items *items);

/* How two tables go together in one column. */
struct eval_pairs {
	double *a, *b; /* owned: values of the documents that both have */
	size_t count;
	size_t only_a, only_b; /* documents that have a number in one table alone */
	size_t other;          /* documents of one number and different contents: no pair */
};

/* Pair by number and content; `a_column` of the first, `b_column` of the other. Released likewise.
 */
MUST_CHECK int eval_items_pair(const struct eval_items *a, size_t a_column,
			       const struct eval_items *b, size_t b_column,
			       struct eval_pairs *out_pairs, struct error *err);
void eval_pairs_release(struct eval_pairs *pairs);

#endif
