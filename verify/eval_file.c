/* eval_file: every item of a samples file, and the means over all. */
#include "verify/eval_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/decimal.h"
#include "verify/json.h"
#include "verify/probes.h"

#define EQUAL_WITHIN 1e-9 /* of two figures that are the same number, printed and read */

void eval_file_release(struct eval_file *file)
{
	free(file->line);
	free(file->doc);
	*file = (struct eval_file){ 0 };
}

double eval_mean_figure(const struct eval_mean *mean)
{
	double value = mean->sum / (double)mean->count;

	return strcmp(mean->metric, "perplexity") == 0 ? exp(-value) : value;
}

static int mean_add(struct eval_file *file, const char *metric, const char *filter, double value,
		    struct error *err)
{
	struct eval_mean *mean;

	for (size_t i = 0; i < file->mean_count; i++) {
		mean = &file->mean[i];
		if (strcmp(mean->metric, metric) == 0 && strcmp(mean->filter, filter) == 0) {
			mean->sum += value;
			mean->count++;
			return 0;
		}
	}
	if (file->mean_count == EVAL_MEANS_MAX || strlen(metric) >= EVAL_WORD_MAX ||
	    strlen(filter) >= EVAL_WORD_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "more than %u metrics, or a name longer than %u bytes",
				 EVAL_MEANS_MAX, EVAL_WORD_MAX - 1);
	mean = &file->mean[file->mean_count++];
	*mean = (struct eval_mean){ .sum = value, .count = 1 };
	snprintf(mean->metric, sizeof(mean->metric), "%s", metric);
	snprintf(mean->filter, sizeof(mean->filter), "%s", filter);
	return 0;
}

/* A metric that the item states: does it follow? */
static int metric_check(struct eval_file *file, const struct eval_task *task,
			const struct eval_item *item, const char *metric, struct error *err)
{
	double stated, follows;

	if (strcmp(metric, "perplexity") == 0 && task->kind == EVAL_LIKELIHOOD)
		follows = item->request[0].logprob;
	else if (!eval_metric(item, task->kind, task->delimiter, metric, &follows)) {
		file->untold++;
		return 0;
	}
	if (decimal_of_json(json_member(item->json, metric), &stated, err))
		return error_prefix(err, "'%.64s'", metric);
	if (!(fabs(stated - follows) <= EQUAL_WITHIN * fmax(1, fabs(follows))))
		return error_set(err, ERROR_CORRUPT,
				 "its log-probabilities lead to %.64s %g, and it says %g", metric,
				 follows, stated);
	return mean_add(file, metric, item->filter, follows, err);
}

/* Each metric once: one that stood there twice would count for an item that leaves it out. */
static int item_check(struct eval_file *file, const struct eval_task *task,
		      const struct eval_item *item, struct error *err)
{
	const struct json *metrics = json_member(item->json, "metrics");

	if (json_count(metrics) > EVAL_ITEM_METRICS_MAX)
		return error_set(err, ERROR_CORRUPT, "'metrics' has more than %u names",
				 EVAL_ITEM_METRICS_MAX);
	for (size_t i = 0; i < json_count(metrics); i++) {
		const char *metric = json_text(json_at(metrics, i));

		if (!metric)
			return error_set(err, ERROR_CORRUPT, "'metrics' holds no names");
		for (size_t k = 0; k < i; k++)
			if (strcmp(json_text(json_at(metrics, k)), metric) == 0)
				return error_set(err, ERROR_CORRUPT, "metric '%.64s' stands twice",
						 metric);
		if (metric_check(file, task, item, metric, err))
			return -1;
	}
	return 0;
}

/* Lines of the first filter are the items; those of other filters are of no item that is drawn. */
struct scan {
	struct eval_file file;
	char filter[EVAL_WORD_MAX];
	size_t room;
};

static int line_keep(struct scan *scan, struct span line, const struct eval_item *item,
		     struct error *err)
{
	struct eval_file *file = &scan->file;

	if (file->count == SAMPLES_ITEMS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u items", SAMPLES_ITEMS_MAX);
	if (file->count == scan->room) {
		size_t room = scan->room ? 2 * scan->room : 256;
		struct span *lines = realloc(file->line, room * sizeof(*lines));
		int64_t *docs;

		if (lines)
			file->line = lines;
		docs = lines ? realloc(file->doc, room * sizeof(*docs)) : NULL;
		if (!docs)
			return error_set(err, ERROR_SYSTEM, "no memory for %zu items", room);
		file->doc = docs;
		scan->room = room;
	}
	file->line[file->count] = line;
	file->doc[file->count++] = item->doc;
	return 0;
}

static int line_scan(struct scan *scan, const struct eval_task *task, struct span line,
		     struct error *err)
{
	CLEANUP(eval_item_release) struct eval_item item = { 0 };

	if (eval_item_read(line, task->kind, &item, err))
		return -1;
	if (!scan->file.count)
		snprintf(scan->filter, sizeof(scan->filter), "%s", item.filter);
	/* Nobody recomputes it, so no mean may rest on it. */
	if (strcmp(scan->filter, item.filter) != 0) {
		scan->file.untold++;
		return 0;
	}
	if (item_check(&scan->file, task, &item, err) || line_keep(scan, line, &item, err))
		return error_prefix(err, "doc_id %lld", (long long)item.doc);
	return 0;
}

static int doc_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Each document once, and as many as the results count. */
static int items_check(const struct eval_file *file, const struct eval_task *task,
		       struct error *err)
{
	int64_t *docs, twice = -1;
	bool found = false;

	if (!file->count)
		return error_set(err, ERROR_CORRUPT, "it holds no items");
	if (task->items && task->items != file->count)
		return error_set(err, ERROR_CORRUPT,
				 "it holds %zu items, and the results are of %llu", file->count,
				 (unsigned long long)task->items);
	docs = malloc(file->count * sizeof(*docs));
	if (!docs)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu items", file->count);
	memcpy(docs, file->doc, file->count * sizeof(*docs));
	qsort(docs, file->count, sizeof(*docs), doc_order);
	for (size_t i = 1; i < file->count; i++)
		if (docs[i] == docs[i - 1]) {
			found = true;
			twice = docs[i];
		}
	free(docs);
	return found ? error_set(err, ERROR_CORRUPT, "doc_id %lld stands there twice",
				 (long long)twice)
		     : 0;
}

int eval_file_scan(struct span jsonl, const struct eval_task *task, struct eval_file *out_file,
		   struct error *err)
{
	struct scan scan = { .room = 0 };
	struct span line;
	int failed = 0;

	if (task->kind == EVAL_OTHER)
		return error_set(err, ERROR_UNTRUSTED, "tasks of the kind '%.64s' are not computed",
				 task->output_type);
	for (size_t number = 1; !failed && line_next(&jsonl, &line); number++)
		if (!line_is_blank(line) && line_scan(&scan, task, line, err))
			failed = error_prefix(err, "line %zu", number);
	if (failed || items_check(&scan.file, task, err)) {
		eval_file_release(&scan.file);
		return -1;
	}
	*out_file = scan.file;
	return 0;
}
