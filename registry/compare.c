/* compare: which results there are, and in which rows they stand. */
#include "registry/compare/inner.h"

#include <fnmatch.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/retract.h"
#include "registry/statement.h"
#include "registry/whose.h"

#define PAYLOAD_MAX (1u << 20)
#define ROWS_MAX 100000u

const char *compare_state_name(enum compare_state state)
{
	static const char *const name[] = {
		[COMPARE_NOT_RUN] = "not-run",
		[COMPARE_FAILED] = "failed",
		[COMPARE_INVALIDATED] = "invalidated",
		[COMPARE_SCORED] = "scored",
	};

	return name[state];
}

int compare_remark(struct compare_cell *cell, struct error *err, const char *fmt, ...)
{
	va_list args;
	int failed;

	if (cell->remark)
		return 0;
	va_start(args, fmt);
	failed = vasprintf(&cell->remark, fmt, args) < 0;
	va_end(args);
	if (failed) {
		cell->remark = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a remark");
	}
	return 0;
}

void comparison_free(struct comparison **comparison)
{
	struct comparison *it = *comparison;

	if (!it)
		return;
	for (size_t i = 0; i < it->row_count; i++) {
		for (size_t k = 0; k < it->versions.count; k++)
			free(it->row[i].cell[k].remark);
		free(it->row[i].cell);
	}
	for (size_t i = 0; i < it->eval_count; i++) {
		statement_release(&it->eval[i]->statement);
		free(it->eval[i]);
	}
	free(it->row);
	free(it->eval);
	versions_release(&it->versions);
	free(it);
	*comparison = NULL;
}

/* ---- The results of one version ---- */

struct gathering {
	struct registry *registry;
	struct index *index;
	struct comparison *comparison;
	const struct compare_wish *wish;
	struct whose *whose; /* owned */
	size_t version;
	size_t version_begins; /* its first result */
	size_t eval_room, row_room;
};

static int kind_seen(void *arg, const struct index_row *row, struct error *err)
{
	(void)arg;
	if (strcmp(row->kind, statement_kind_name(STATEMENT_checkpoint)) != 0)
		return error_set(err, ERROR_USAGE, "'%s' is a %s: scores are of checkpoints",
				 row->subject,
				 row->kind[0] ? row->kind : "statement that is not here");
	return 0;
}

/* Is it a result of this very version? Anything may mention one. */
static int of_check(const struct gathering *gathering, const struct compare_eval *eval,
		    struct error *err)
{
	const struct versions *versions = &gathering->comparison->versions;
	struct reference of;

	if (reference_need(eval->statement.predicate, "of", &of, err))
		return -1;
	return digest_equal(&of.statement, &versions->item[gathering->version].statement)
		       ? 0
		       : error_set(err, ERROR_UNTRUSTED, "a result of something else");
}

/* Whose it is. The key is that of the first signature that counts, else of the one at hand. */
static int eval_judge(struct gathering *gathering, struct compare_eval *eval, struct error *err)
{
	struct whose_said said;

	if (whose_ask(gathering->whose, &eval->identity, &said, err))
		return -1;
	eval->side = !said.believed     ? COMPARE_UNBELIEVED
		     : said.independent ? COMPARE_INDEPENDENT
					: COMPARE_OWN;
	if (said.believed)
		eval->signer = said.signer;
	eval->why = said.why;
	return 0;
}

static int eval_load(struct gathering *gathering, const struct index_row *row,
		     struct compare_eval *eval, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct digest by;

	buffer_init(&payload, PAYLOAD_MAX);
	if (digest_from_hex(span_of(row->statement), &eval->identity, err) ||
	    digest_from_hex(span_of(row->key), &eval->signer, err) ||
	    registry_payload(gathering->registry, &eval->identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &eval->statement, err) ||
	    of_check(gathering, eval, err) || eval_judge(gathering, eval, err) ||
	    registry_retracted(gathering->registry, &eval->identity, &eval->retracted, &by, err))
		return -1;
	eval->version = gathering->version;
	return 0;
}

/* Several keys may have signed one result. */
static bool is_kept(const struct gathering *gathering, const char *identity)
{
	const struct comparison *comparison = gathering->comparison;
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = gathering->version_begins; i < comparison->eval_count; i++) {
		digest_to_hex(&comparison->eval[i]->identity, hex);
		if (strcmp(hex, identity) == 0)
			return true;
	}
	return false;
}

static int eval_keep(struct gathering *gathering, const struct compare_eval *eval,
		     struct error *err)
{
	struct comparison *comparison = gathering->comparison;
	struct compare_eval *kept;

	if (comparison->eval_count == gathering->eval_room) {
		size_t room = gathering->eval_room ? 2 * gathering->eval_room : 16;
		struct compare_eval **evals =
			realloc(comparison->eval, room * sizeof(struct compare_eval *));

		if (!evals)
			return error_set(err, ERROR_SYSTEM, "no memory for %zu results", room);
		comparison->eval = evals;
		gathering->eval_room = room;
	}
	kept = malloc(sizeof(*kept));
	if (!kept)
		return error_set(err, ERROR_SYSTEM, "no memory for a result");
	*kept = *eval;
	comparison->eval[comparison->eval_count++] = kept;
	return 0;
}

static int about_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct gathering *gathering = arg;
	struct compare_eval eval = { 0 };
	struct error why = { 0 };

	if (strcmp(row->kind, statement_kind_name(STATEMENT_eval)) != 0 ||
	    is_kept(gathering, row->statement))
		return 0;
	if (!eval_load(gathering, row, &eval, &why) && !eval_keep(gathering, &eval, &why))
		return 0;
	statement_release(&eval.statement);
	/* A body that is gone, or was taken away, is no result. */
	return why.code == ERROR_ABSENT || why.code == ERROR_UNTRUSTED
		       ? 0
		       : error_set(err, why.code, "%s", why.text);
}

/* ---- Rows ---- */

static const char *text_or(const struct json *object, const char *key, const char *otherwise)
{
	const char *text = json_text(json_member(object, key));

	return text ? text : otherwise;
}

static bool is_wished(const struct compare_wish *wish, const char *task, const char *metric)
{
	if (wish->metric && strcmp(wish->metric, metric) != 0)
		return false;
	for (size_t i = 0; i < wish->task_count; i++)
		if (fnmatch(wish->task[i], task, 0) == 0)
			return true;
	return !wish->task_count;
}

static int row_order(const void *a, const void *b)
{
	const struct compare_row *x = a, *y = b;
	int order;

	if (x->side != y->side)
		return x->side < y->side ? -1 : 1;
	order = x->side == COMPARE_OWN ? 0 : digest_order(&x->signer, &y->signer);
	if (!order)
		order = strcmp(x->task, y->task);
	if (!order)
		order = strcmp(x->filter, y->filter);
	return order ? order : strcmp(x->metric, y->metric);
}

static int row_add(struct gathering *gathering, const struct compare_row *row, struct error *err)
{
	struct comparison *comparison = gathering->comparison;

	if (comparison->row_count == ROWS_MAX)
		return error_set(err, ERROR_USAGE,
				 "more than %u scores to compare: name some with --task", ROWS_MAX);
	if (comparison->row_count == gathering->row_room) {
		size_t room = gathering->row_room ? 2 * gathering->row_room : 64;
		struct compare_row *rows = realloc(comparison->row, room * sizeof(*rows));

		if (!rows)
			return error_set(err, ERROR_SYSTEM, "no memory for %zu scores", room);
		comparison->row = rows;
		gathering->row_room = room;
	}
	comparison->row[comparison->row_count++] = *row;
	return 0;
}

/* One row for each score of each result; those that are the same row are made one afterwards. */
static int rows_list(struct gathering *gathering, struct error *err)
{
	struct comparison *comparison = gathering->comparison;

	for (size_t i = 0; i < comparison->eval_count; i++) {
		struct compare_eval *eval = comparison->eval[i];
		const struct json *scores = json_member(eval->statement.predicate, "scores");
		bool left = eval->side == COMPARE_UNBELIEVED && !gathering->wish->all_signers;

		for (size_t k = 0; k < json_count(scores); k++) {
			const struct json *score = json_at(scores, k);
			struct compare_row row = {
				.task = text_or(score, "task", ""),
				.metric = text_or(score, "metric", ""),
				.filter = text_or(score, "filter", ""),
				.signer = eval->signer,
				.side = eval->side,
			};

			if (!is_wished(gathering->wish, row.task, row.metric))
				continue;
			if (left)
				eval->left_out = true;
			else if (row_add(gathering, &row, err))
				return -1;
		}
		comparison->left_out += eval->left_out;
	}
	return 0;
}

static int rows_unite(struct comparison *comparison, struct error *err)
{
	size_t count = 0;

	if (comparison->row_count)
		qsort(comparison->row, comparison->row_count, sizeof(*comparison->row), row_order);
	for (size_t i = 0; i < comparison->row_count; i++)
		if (!count || row_order(&comparison->row[count - 1], &comparison->row[i]) != 0)
			comparison->row[count++] = comparison->row[i];
	comparison->row_count = 0;
	for (size_t i = 0; i < count; i++) {
		comparison->row[i].cell =
			calloc(comparison->versions.count, sizeof(struct compare_cell));
		if (!comparison->row[i].cell)
			return error_set(err, ERROR_SYSTEM, "no memory for %zu scores", count);
		comparison->row_count++;
	}
	return 0;
}

/* ---- Cells ---- */

static enum compare_state state_of(const struct compare_eval *eval, const struct json *score)
{
	const char *state = text_or(score, "state", "scored");

	if (eval->retracted || strcmp(state, "invalidated") == 0)
		return COMPARE_INVALIDATED;
	if (strcmp(state, "failed") == 0)
		return COMPARE_FAILED;
	return strcmp(state, "scored") == 0 ? COMPARE_SCORED : COMPARE_NOT_RUN;
}

/* A later result takes the place of an earlier one; of what was retracted only where nothing else
 * is. */
static void cell_set(struct compare_cell *cell, const struct compare_eval *eval,
		     const struct json *score)
{
	struct compare_cell set = {
		.state = state_of(eval, score), .score = score, .eval = eval, .deviation = NAN
	};
	struct error ignored = { 0 };

	if (set.state == COMPARE_INVALIDATED && cell->score && cell->state != COMPARE_INVALIDATED)
		return;
	/* One result with a number that no double holds spoils no others. */
	if (set.state == COMPARE_SCORED &&
	    decimal_of_json(json_member(score, "value"), &set.value, &ignored))
		set.state = COMPARE_FAILED;
	if (json_member(score, "stderr") &&
	    (decimal_of_json(json_member(score, "stderr"), &set.deviation, &ignored) ||
	     set.deviation < 0))
		set.deviation = NAN;
	*cell = set;
}

static void cells_fill(struct gathering *gathering)
{
	struct comparison *comparison = gathering->comparison;

	for (size_t i = 0; i < comparison->eval_count; i++) {
		const struct compare_eval *eval = comparison->eval[i];
		const struct json *scores = json_member(eval->statement.predicate, "scores");

		for (size_t k = 0; k < json_count(scores); k++) {
			const struct json *score = json_at(scores, k);
			const struct compare_row key = {
				.task = text_or(score, "task", ""),
				.metric = text_or(score, "metric", ""),
				.filter = text_or(score, "filter", ""),
				.signer = eval->signer,
				.side = eval->side,
			};
			struct compare_row *row =
				comparison->row_count
					? bsearch(&key, comparison->row, comparison->row_count,
						  sizeof(key), row_order)
					: NULL;

			if (row)
				cell_set(&row->cell[eval->version], eval, score);
		}
	}
}

static bool same_task(const struct compare_row *a, const struct compare_row *b)
{
	return a->side == b->side &&
	       (a->side == COMPARE_OWN || digest_equal(&a->signer, &b->signer)) &&
	       strcmp(a->task, b->task) == 0;
}

static int compare_all(struct gathering *gathering, struct error *err)
{
	struct comparison *comparison = gathering->comparison;
	size_t begin = 0;

	for (size_t end = 1; end <= comparison->row_count; end++) {
		if (end < comparison->row_count &&
		    same_task(&comparison->row[begin], &comparison->row[end]))
			continue;
		if (compare_differences(gathering->registry, comparison, &comparison->row[begin],
					end - begin, gathering->wish->unpaired, err))
			return -1;
		begin = end;
	}
	return 0;
}

static int versions_gather(const struct context *ctx, struct gathering *gathering,
			   struct error *err)
{
	const struct versions *versions = &gathering->comparison->versions;

	for (size_t i = 0; i < versions->count; i++) {
		gathering->version = i;
		gathering->version_begins = gathering->comparison->eval_count;
		if (context_check_cancelled(ctx, err) ||
		    index_statement(gathering->index, &versions->item[i].statement, kind_seen,
				    gathering, err) ||
		    whose_about(gathering->whose, &versions->item[i].statement, err) ||
		    index_about(gathering->index, &versions->item[i].statement, about_seen,
				gathering, err))
			return -1;
	}
	return 0;
}

static void gathering_release(struct gathering *gathering)
{
	whose_close(&gathering->whose);
}

/* Why there is nothing to compare. */
static int nothing(const struct comparison *comparison, const char *const *word, size_t count,
		   const struct compare_wish *wish, struct error *err)
{
	const char *which = wish->task_count || wish->metric ? "that was asked for" : "at all";
	const char *whose = count == 1 ? word[0] : "these versions";

	if (comparison->left_out)
		return error_set(err, ERROR_ABSENT,
				 "no result %s of %s counts: %zu by keys that the policy does not "
				 "accept (--all-signers)",
				 which, whose, comparison->left_out);
	return error_set(err, ERROR_ABSENT, "no result %s of %s is registered (akashi add eval)",
			 which, whose);
}

int registry_compare(const struct context *ctx, struct registry *registry, const char *const *word,
		     size_t count, const struct compare_wish *wish,
		     struct comparison **out_comparison, struct error *err)
{
	CLEANUP(comparison_free) struct comparison *comparison = calloc(1, sizeof(*comparison));
	CLEANUP(gathering_release)
	struct gathering gathering = { .registry = registry,
				       .comparison = comparison,
				       .wish = wish };

	if (!comparison)
		return error_set(err, ERROR_SYSTEM, "no memory to compare");
	if (registry_index(registry, &gathering.index, err) ||
	    whose_open(registry, &gathering.whose, err) ||
	    versions_expand(registry, word, count, &comparison->versions, err) ||
	    versions_gather(ctx, &gathering, err) || rows_list(&gathering, err) ||
	    rows_unite(comparison, err))
		return -1;
	cells_fill(&gathering);
	if (!comparison->row_count)
		return nothing(comparison, word, count, wish, err);
	if (compare_all(&gathering, err))
		return -1;
	*out_comparison = comparison;
	comparison = NULL;
	return 0;
}
