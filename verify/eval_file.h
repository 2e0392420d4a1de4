/*
 * eval_file: a whole samples file: does each item's metric follow from its own log-probabilities,
 * and does the published score follow from all items? Nothing is computed from
 * weights here. Inside verify/ and for fuzzing.
 */
#ifndef VERIFY_EVAL_FILE_H
#define VERIFY_EVAL_FILE_H

#include "verify/lm_eval/results.h"

#define EVAL_MEANS_MAX 16u        /* metrics times filters that are averaged */
#define EVAL_WORD_MAX 96u         /* bytes of a metric's or filter's name */
#define EVAL_ITEM_METRICS_MAX 64u /* names in the metrics of one item */

/* The mean of one metric over all items of one filter. */
struct eval_mean {
	char metric[EVAL_WORD_MAX], filter[EVAL_WORD_MAX];
	double sum;
	size_t count;
};

/* Start with {0}. */
struct eval_file {
	struct span *line; /* the items, each document once; borrowed from the file's bytes */
	int64_t *doc;      /* of each line */
	size_t count;
	struct eval_mean mean[EVAL_MEANS_MAX];
	size_t mean_count;
	size_t untold; /* metrics of items that cannot be told from log-probabilities, and lines of
			  other filters than the first line's: no item, and in no mean */
};

/*
 * Read all lines. ERROR_CORRUPT, with the line: malformed, a document twice, another number of
 * items than the results count, a metric that an item names twice, or a metric ("acc", "acc_norm",
 * "acc_bytes", "perplexity") that is not what the item's log-probabilities lead to.
 */
MUST_CHECK int eval_file_scan(struct span jsonl, const struct eval_task *task,
			      struct eval_file *out_file, struct error *err);
void eval_file_release(struct eval_file *file);

/* The published figure that such a mean should be: the mean, or exp(-mean) of a perplexity. */
double eval_mean_figure(const struct eval_mean *mean);

#endif
