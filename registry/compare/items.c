/* compare: differences to the first version, from the items where they are here. */
#include "registry/compare/inner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/home_inner.h"
#include "registry/store.h"

#define MEAN_WITHIN 1e-6 /* of a score and the mean of its items, which the harness printed */

/* The items that one version got of one task. */
struct items {
	struct digest file;
	bool tried;
	char *why; /* owned: why there are none; or NULL */
	struct eval_items table;
};

static void items_release(struct items *items)
{
	free(items->why);
	eval_items_release(&items->table);
	*items = (struct items){ 0 };
}

/* ---- What must be equal ---- */

/* "3", "1.0", "none": a member of a score for people. */
static void member_text(const struct json *value, char *out_text, size_t size)
{
	const char *text = json_text(value);

	if (json_kind(value) == JSON_KIND_INTEGER)
		snprintf(out_text, size, "%lld", (long long)json_integer_of(value));
	else
		snprintf(out_text, size, "%.64s", text ? text : "not said");
}

/* Is the task scored in this result, as part of the group? */
static bool is_part(const struct json *score, const char *group)
{
	const char *of = json_text(json_member(score, "partOf"));

	return of && strcmp(of, group) == 0 && json_member(score, "value");
}

/* Is each task of the group in `a` one of it in `b`? */
static bool parts_within(const struct json *a, const struct json *b, const char *group)
{
	for (size_t i = 0; i < json_count(a); i++) {
		const char *task = json_text(json_member(json_at(a, i), "task"));
		bool found = false;

		if (!task || !is_part(json_at(a, i), group))
			continue;
		for (size_t k = 0; k < json_count(b) && !found; k++) {
			const char *other = json_text(json_member(json_at(b, k), "task"));

			found = other && strcmp(task, other) == 0 && is_part(json_at(b, k), group);
		}
		if (!found)
			return false;
	}
	return true;
}

/* A mean over a group is comparable only where both are over the same tasks. */
static bool same_parts(const struct compare_cell *first, const struct compare_cell *cell,
		       const char *group)
{
	const struct json *a = json_member(first->eval->statement.predicate, "scores");
	const struct json *b = json_member(cell->eval->statement.predicate, "scores");

	return parts_within(a, b, group) && parts_within(b, a, group);
}

/* Were both asked the same? What one of them does not say is no difference. */
static int conditions_compare(const char *task, const struct compare_cell *first,
			      struct compare_cell *cell, bool *out_equal, struct error *err)
{
	static const struct {
		const char *member, *says;
	} condition[] = {
		{ "version", "version of the task" },
		{ "shots", "shots" },
		{ "samples", "items" },
		{ "hash", "digest of the task's requests" },
	};
	char a[80], b[80];

	*out_equal = true;
	for (size_t i = 0; *out_equal && i < sizeof(condition) / sizeof(condition[0]); i++) {
		const struct json *x = json_member(first->score, condition[i].member);
		const struct json *y = json_member(cell->score, condition[i].member);

		member_text(x, a, sizeof(a));
		member_text(y, b, sizeof(b));
		if (!x || !y || strcmp(a, b) == 0)
			continue;
		*out_equal = false;
		if (compare_remark(cell, err, "not comparable: %s %s and %s", condition[i].says, a,
				   b))
			return -1;
	}
	if (!*out_equal || same_parts(first, cell, task))
		return 0;
	*out_equal = false;
	return compare_remark(cell, err, "not comparable: the group is made of other tasks");
}

/* What may have moved a score beside the weights: told, where nothing weightier is. */
static int circumstances_remark(const struct compare_cell *first, struct compare_cell *cell,
				struct error *err)
{
	static const struct {
		const char *in, *member, *says;
	} told[] = {
		{ "harness", "version", "harness" },
		{ "sampling", "genKwargs", "generation" },
		{ "sampling", "chatTemplate", "chat template" },
		{ "sampling", "systemInstruction", "system instruction" },
	};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		const struct json *x = json_member(first->eval->statement.predicate, told[i].in);
		const struct json *y = json_member(cell->eval->statement.predicate, told[i].in);
		const char *a = json_text(json_member(x, told[i].member));
		const char *b = json_text(json_member(y, told[i].member));

		if (strcmp(a ? a : "", b ? b : "") != 0)
			return compare_remark(cell, err, "asked otherwise: %s '%.40s' and '%.40s'",
					      told[i].says, a ? a : "", b ? b : "");
	}
	return 0;
}

/* ---- Items ---- */

/* The samples file that the statement names for the task; false: none. */
static bool items_file(const struct compare_eval *eval, const char *task, struct digest *out_file,
		       uint64_t *out_size)
{
	const struct json *samples = json_member(eval->statement.predicate, "samples");
	struct error ignored = { 0 };

	for (size_t i = 0; i < json_count(samples); i++) {
		const struct json *one = json_at(samples, i);
		const char *of = json_text(json_member(one, "task"));

		if (of && strcmp(of, task) == 0 &&
		    !json_need_digest(one, "file", out_file, &ignored) &&
		    !json_need_size(one, "size", out_size, &ignored))
			return true;
	}
	return false;
}

/* Read the table, unless it is the one at hand, or say why there is none; an error is memory's
 * alone. */
static int items_load(struct registry *registry, const struct compare_cell *cell,
		      const struct compare_row *row, size_t count, struct items *items,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes = { 0 };
	struct eval_column column[EVAL_COLUMNS_MAX];
	struct error failed = { 0 };
	struct digest file;
	uint64_t size;

	if (!items_file(cell->eval, row->task, &file, &size)) {
		items_release(items);
		return 0;
	}
	if (items->tried && digest_equal(&items->file, &file))
		return 0;
	items_release(items);
	items->tried = true;
	items->file = file;
	for (size_t i = 0; i < count && i < EVAL_COLUMNS_MAX; i++)
		column[i] = (struct eval_column){ row[i].metric, row[i].filter };
	buffer_init(&bytes, size < SAMPLES_MAX_BYTES ? size : SAMPLES_MAX_BYTES);
	if (!store_get(registry->store, &file, &bytes, &failed) &&
	    !eval_items_read(buffer_view(&bytes), column,
			     count < EVAL_COLUMNS_MAX ? count : EVAL_COLUMNS_MAX, &items->table,
			     &failed))
		return 0;
	if (asprintf(&items->why, "%s", failed.text) < 0) {
		items->why = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a remark");
	}
	return 0;
}

static double mean_of(const double *value, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += value[i];
	return sum / (double)count;
}

static bool is_mean(double score, const double *value, size_t count)
{
	return fabs(score - mean_of(value, count)) <= MEAN_WITHIN * fmax(1, fabs(score));
}

/* A difference from the items; remarks why there is none. */
static int difference_of_items(const struct compare_cell *first, struct compare_cell *cell,
			       const struct items *a, const struct items *b, size_t column,
			       struct error *err)
{
	CLEANUP(eval_pairs_release) struct eval_pairs pairs = { 0 };

	if (!a->tried || !b->tried)
		return compare_remark(cell, err, "not paired: the items of %s are not registered",
				      a->tried ? "this version" : "the first version");
	if (a->why || b->why)
		return compare_remark(cell, err, "not paired: the items of %s: %s",
				      a->why ? "the first version" : "this version",
				      a->why ? a->why : b->why);
	if (column >= a->table.columns)
		return compare_remark(cell, err, "not paired: more than %u metrics of one task",
				      EVAL_COLUMNS_MAX);
	if (eval_items_pair(&a->table, column, &b->table, column, &pairs, err))
		return -1;
	if (pairs.other || pairs.only_a || pairs.only_b) {
		cell->has_difference = false;
		return compare_remark(cell, err,
				      "not comparable: %zu items are others, %zu only the first "
				      "version has, %zu only this one",
				      pairs.other, pairs.only_a, pairs.only_b);
	}
	if (pairs.count && (!is_mean(first->value, pairs.a, pairs.count) ||
			    !is_mean(cell->value, pairs.b, pairs.count)))
		return compare_remark(cell, err, "not paired: the score is no mean of its items");
	if (!difference_paired(pairs.a, pairs.b, pairs.count, &cell->difference))
		return compare_remark(cell, err, "not paired: the items do not tell this metric");
	cell->has_difference = true;
	return 0;
}

/* Scores near the end of what a double holds have differences beyond it. */
static bool is_finite(const struct difference *difference)
{
	return isfinite(difference->value) && isfinite(difference->deviation) &&
	       isfinite(difference->low) && isfinite(difference->high);
}

/* One row: first what the standard errors tell, then the items, which tell more. */
static int cell_compare(struct registry *registry, const struct compare_row *row, size_t count,
			size_t number, struct compare_cell *cell, struct items *a, struct items *b,
			struct error *err)
{
	const struct compare_cell *first = &row[number].cell[0];
	bool equal;

	if (first->state != COMPARE_SCORED || cell->state != COMPARE_SCORED)
		return 0;
	if (conditions_compare(row[number].task, first, cell, &equal, err) || !equal)
		return equal ? -1 : 0;
	cell->has_difference = !isnan(first->deviation) && !isnan(cell->deviation);
	if (cell->has_difference)
		difference_unpaired(first->value, first->deviation, cell->value, cell->deviation,
				    &cell->difference);
	if (a && (items_load(registry, first, row, count, a, err) ||
		  items_load(registry, cell, row, count, b, err) ||
		  difference_of_items(first, cell, a, b, number, err)))
		return -1;
	if (cell->has_difference && !is_finite(&cell->difference)) {
		cell->has_difference = false;
		return compare_remark(cell, err, "no interval: the numbers are too large");
	}
	return cell->has_difference
		       ? circumstances_remark(first, cell, err)
		       : compare_remark(cell, err, "no interval: no standard error was signed");
}

int compare_differences(struct registry *registry, struct comparison *comparison,
			struct compare_row *row, size_t count, bool unpaired, struct error *err)
{
	CLEANUP(items_release) struct items first = { 0 };
	CLEANUP(items_release) struct items other = { 0 };

	for (size_t version = 1; version < comparison->versions.count; version++)
		for (size_t i = 0; i < count; i++)
			if (cell_compare(registry, row, count, i, &row[i].cell[version],
					 unpaired ? NULL : &first, &other, err))
				return -1;
	return 0;
}
