/* usage: what was secured, held against what runs used. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

enum { HOUR_S = 3600 };

/* ---- As text ---- */

/* Hours with one decimal, rounded down. */
static void hours_text(uint64_t seconds, char out_text[SIZE_TEXT_MAX])
{
	snprintf(out_text, SIZE_TEXT_MAX, "%" PRIu64 ".%" PRIu64, seconds / HOUR_S,
		 seconds % HOUR_S / (HOUR_S / 10));
}

/* Nothing of it is no line, unless it must be said. */
static void line_print(const char *what, struct node_amount amount, uint64_t of, bool always,
		       bool gpus)
{
	char nodes[SIZE_TEXT_MAX], gpu[SIZE_TEXT_MAX] = "";

	if (!amount.node_seconds && !amount.gpu_seconds && !always)
		return;
	hours_text(amount.node_seconds, nodes);
	if (gpus)
		hours_text(amount.gpu_seconds, gpu);
	printf("  %-36s %16s %16s", what, nodes, gpu);
	if (of)
		printf(" %7.1f %%", 100.0 * (double)amount.node_seconds / (double)of);
	putchar('\n');
}

static void row_print(const struct node_use_row *row)
{
	static const char *const ended[RUN_OUTCOME_COUNT] = {
		[RUN_COMPLETED] = "used, completed",  [RUN_FAILED] = "used, failed",
		[RUN_KILLED] = "used, cancelled",     [RUN_TIMED_OUT] = "used, timed out",
		[RUN_LOST] = "used, lost with nodes", [RUN_ENDED] = "used, end not known",
	};
	uint64_t of = row->secured.node_seconds;
	bool gpus = row->secured.gpu_seconds || row->all.gpu_seconds;
	struct node_amount idle, beyond;

	node_use_rest(row, &idle, &beyond);
	output_line(stdout, "%d  %s", row->fiscal_year,
		    row->site[0] ? row->site : "(runs that name no cluster)");
	printf("  %-36s %16s %16s %9s\n", "", "node-hours", gpus ? "GPU-hours" : "",
	       of ? "secured" : "");
	line_print("secured", row->secured, of, true, gpus);
	for (int i = 0; i < RUN_OUTCOME_COUNT; i++)
		line_print(ended[i], row->used[i], of, i == RUN_COMPLETED || i == RUN_FAILED, gpus);
	line_print("idle", idle, of, true, gpus);
	line_print("  of it still ahead", row->ahead, 0, false, gpus);
	line_print("used beyond what was secured", beyond, 0, false, gpus);
	line_print("used while nothing was secured", row->outside, 0, false, gpus);
	line_print("of what was used, lower bounds", row->bound, 0, false, gpus);
	line_print("  declared afterwards", row->afterwards, 0, false, gpus);
	line_print("  by runs that tell no GPUs", row->unknown, 0, false, false);
	line_print("of what was secured, afterwards", row->secured_afterwards, 0, false, gpus);
	printf("  %-36s %16" PRIu64 "\n\n", "runs", row->runs);
}

static void print_text(const struct node_use *use, const struct node_use_wish *wish)
{
	for (size_t i = 0; i < use->count; i++)
		row_print(use->row[i]);
	for (size_t i = 0; i < use->year_count && !wish->site; i++) {
		const struct node_use_year *year = &use->year[i];

		printf("%d  registered: %" PRIu64 " models, %" PRIu64
		       " parameters (largest %" PRIu64 "); %" PRIu64 " corpora, %" PRIu64
		       " tokens (ja %" PRIu64 ") by the programme's tokenizer\n",
		       year->fiscal_year, year->models, year->parameters, year->parameters_largest,
		       year->corpora, year->tokens, year->tokens_ja);
	}
	for (size_t i = 0; i < use->allocations.count; i++) {
		const struct allocation *one = &use->allocations.item[i];

		if (one->afterwards)
			output_line(stdout, "%s was declared on %.10s for %s/%s", one->name,
				    one->declared, one->period.from, one->period.to);
	}
	for (size_t i = 0; i < use->overlap_count; i++) {
		const struct node_use_overlap *one = &use->overlap[i];
		char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];

		time_to_text(one->from_s, from);
		time_to_text(one->until_s, until);
		output_line(stdout, "%s and %s both speak of %s from %s to %s%s: both are counted",
			    one->one, one->other, one->site, from, until,
			    one->same_award ? ", of the same award" : "");
	}
	if (use->open)
		printf("%" PRIu64 " runs began and have no end on record: not counted\n",
		       use->open);
	if (use->retracted)
		printf("%" PRIu64 " runs were retracted: not counted\n", use->retracted);
	if (!use->count && !use->year_count)
		puts("nothing was secured, and no run has ended");
}

/* ---- As a table for a spreadsheet ---- */

/* A field that no spreadsheet takes for a formula. */
static void csv_text(const char *text)
{
	putchar('"');
	if (*text && strchr("=+-@", *text))
		putchar('\'');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

static void csv_amount(struct node_amount amount)
{
	printf(",%" PRIu64 ",%" PRIu64, amount.node_seconds, amount.gpu_seconds);
}

/* Seconds, which are whole; a spreadsheet divides them by 3600. */
static void print_csv(const struct node_use *use)
{
	static const char *const column[] = {
		"secured", "completed", "failed",   "killed",     "timed_out",
		"ended",   "lost",      "used",     "idle",       "ahead",
		"beyond",  "outside",   "at_least", "afterwards", "no_gpus",
	};

	fputs("fiscal_year,site,runs", stdout);
	for (size_t i = 0; i < sizeof(column) / sizeof(column[0]); i++)
		printf(",%s_node_seconds,%s_gpu_seconds", column[i], column[i]);
	putchar('\n');
	for (size_t i = 0; i < use->count; i++) {
		const struct node_use_row *row = use->row[i];
		struct node_amount idle, beyond;

		node_use_rest(row, &idle, &beyond);
		printf("%d,", row->fiscal_year);
		csv_text(row->site);
		printf(",%" PRIu64, row->runs);
		csv_amount(row->secured);
		for (int outcome = 0; outcome < RUN_OUTCOME_COUNT; outcome++)
			csv_amount(row->used[outcome]);
		csv_amount(row->all);
		csv_amount(idle);
		csv_amount(row->ahead);
		csv_amount(beyond);
		csv_amount(row->outside);
		csv_amount(row->bound);
		csv_amount(row->afterwards);
		csv_amount(row->unknown);
		putchar('\n');
	}
}

/* ---- As JSON ---- */

static int amount_json(struct json *object, const char *key, struct node_amount amount,
		       struct error *err)
{
	struct json *inner;

	return json_set_object(object, key, &inner, err) ||
			       json_set_size(inner, "nodeSeconds", amount.node_seconds, err) ||
			       json_set_size(inner, "gpuSeconds", amount.gpu_seconds, err)
		       ? -1
		       : 0;
}

static int row_json(const struct node_use_row *row, struct json *items, struct error *err)
{
	struct node_amount idle, beyond;
	struct json *item, *used;

	node_use_rest(row, &idle, &beyond);
	if (json_add_object(items, &item, err) ||
	    json_set_integer(item, "fiscalYear", row->fiscal_year, err) ||
	    json_set_text(item, "site", row->site, err) ||
	    json_set_size(item, "runs", row->runs, err) ||
	    amount_json(item, "secured", row->secured, err) ||
	    json_set_object(item, "used", &used, err))
		return -1;
	for (int i = 0; i < RUN_OUTCOME_COUNT; i++)
		if (amount_json(used, run_outcome_name((enum run_outcome)i), row->used[i], err))
			return -1;
	return amount_json(used, "all", row->all, err) || amount_json(item, "idle", idle, err) ||
			       amount_json(item, "ahead", row->ahead, err) ||
			       amount_json(item, "beyond", beyond, err) ||
			       amount_json(item, "outside", row->outside, err) ||
			       amount_json(item, "atLeast", row->bound, err) ||
			       amount_json(item, "afterwards", row->afterwards, err) ||
			       amount_json(item, "withoutGpus", row->unknown, err) ||
			       amount_json(item, "securedAfterwards", row->secured_afterwards, err)
		       ? -1
		       : 0;
}

static int years_json(const struct node_use *use, struct json *object, struct error *err)
{
	struct json *years, *item;

	if (json_set_array(object, "years", &years, err))
		return -1;
	for (size_t i = 0; i < use->year_count; i++) {
		const struct node_use_year *year = &use->year[i];

		if (json_add_object(years, &item, err) ||
		    json_set_integer(item, "fiscalYear", year->fiscal_year, err) ||
		    json_set_size(item, "models", year->models, err) ||
		    json_set_size(item, "parameters", year->parameters, err) ||
		    json_set_size(item, "largest", year->parameters_largest, err) ||
		    json_set_size(item, "corpora", year->corpora, err) ||
		    json_set_size(item, "tokens", year->tokens, err) ||
		    json_set_size(item, "tokensJa", year->tokens_ja, err))
			return -1;
	}
	return 0;
}

static int allocations_json(const struct node_use *use, struct json *object, struct error *err)
{
	struct json *list, *item;

	if (json_set_array(object, "allocations", &list, err))
		return -1;
	for (size_t i = 0; i < use->allocations.count; i++) {
		const struct allocation *one = &use->allocations.item[i];

		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "name", one->name, err) ||
		    json_set_digest(item, "statement", &one->statement, err) ||
		    json_set_text(item, "declared", one->declared, err) ||
		    (one->afterwards && period_put(item, "declaredFor", &one->period, err)))
			return -1;
	}
	return 0;
}

static int overlaps_json(const struct node_use *use, struct json *object, struct error *err)
{
	struct json *list, *item;

	if (json_set_array(object, "overlaps", &list, err))
		return -1;
	for (size_t i = 0; i < use->overlap_count; i++) {
		const struct node_use_overlap *one = &use->overlap[i];
		char from[TIME_TEXT_MAX], until[TIME_TEXT_MAX];

		time_to_text(one->from_s, from);
		time_to_text(one->until_s, until);
		if (json_add_object(list, &item, err) ||
		    json_set_text(item, "one", one->one, err) ||
		    json_set_text(item, "other", one->other, err) ||
		    json_set_text(item, "site", one->site, err) ||
		    json_set_text(item, "from", from, err) ||
		    json_set_text(item, "until", until, err) ||
		    json_set_bool(item, "sameAward", one->same_award, err))
			return -1;
	}
	return 0;
}

static int print_json(const struct node_use *use, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/usage/1", err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < use->count; i++)
		if (row_json(use->row[i], items, err))
			return -1;
	return years_json(use, object, err) || allocations_json(use, object, err) ||
			       overlaps_json(use, object, err) ||
			       json_set_size(object, "open", use->open, err) ||
			       json_set_size(object, "retracted", use->retracted, err)
		       ? -1
		       : output_json(object, err);
}

/* ---- The command ---- */

static int wish_read(const struct call *call, struct node_use_wish *wish, struct error *err)
{
	const char *from = call_value(call, "from"), *to = call_value(call, "to");
	uint64_t year;
	int64_t ignored;

	*wish = (struct node_use_wish){ .from_s = 0,
					.until_s = fiscal_year_begin(9000),
					.site = call_value(call, "site"),
					.now_s = context_now(call->ctx) };
	if (call_has(call, "fiscal-year") && (from || to))
		return error_set(err, ERROR_USAGE, "--fiscal-year, or --from and --to: not both");
	if (call_has(call, "csv") && call->json)
		return error_set(err, ERROR_USAGE, "--csv or --json: not both");
	if (call_number(call, "fiscal-year", 0, &year, err) ||
	    (from && period_date(from, &wish->from_s, &ignored, err)) ||
	    (to && period_date(to, &ignored, &wish->until_s, err)))
		return -1;
	if (call_has(call, "fiscal-year")) {
		if (year < 1970 || year > 8999)
			return error_set(err, ERROR_USAGE, "%" PRIu64 " is no fiscal year", year);
		wish->from_s = fiscal_year_begin((int)year);
		wish->until_s = fiscal_year_begin((int)year + 1);
	}
	return wish->from_s < wish->until_s ? 0
					    : error_set(err, ERROR_USAGE, "--to is before --from");
}

static int usage_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct node_use_wish wish;
	struct node_use use;
	int failed = 0;

	if (wish_read(call, &wish, err) || open_registry(call, &registry, err) ||
	    node_use_reckon(registry, &wish, &use, err))
		return -1;
	if (call->json)
		failed = print_json(&use, err);
	else if (call_has(call, "csv"))
		print_csv(&use);
	else
		print_text(&use, &wish);
	node_use_release(&use);
	return failed;
}

static const struct option usage_options[] = {
	{ .name = "fiscal-year",
	  .argument = "YEAR",
	  .help = "only this one: from 1 April of it, in Japan" },
	{ .name = "from", .argument = "DATE", .help = "only from this day in Japan on" },
	{ .name = "to",
	  .argument = "DATE",
	  .help = "only up to this day in Japan, which belongs to it" },
	{ .name = "site", .argument = "SITE", .help = "only this one" },
	{ .name = "csv",
	  .help = "as a table for a spreadsheet; whole seconds of nodes and of GPUs, 3600 an "
		  "hour" },
	{ .name = NULL },
};

static const struct example usage_examples[] = {
	{ "akashi usage --fiscal-year 2026", "secured, used and idle, by sites" },
	{ "akashi usage --csv > usage.csv", "for a spreadsheet" },
	{ NULL, NULL },
};

const struct command command_usage = {
	.name = "usage",
	.summary = "hold computing time that was secured against what runs used",
	.synopsis = "[--fiscal-year YEAR | --from DATE --to DATE] [--site SITE]",
	.description =
		"By Japanese fiscal years (from 1 April) and sites: what akashi add allocation "
		"registered, and the node time of runs by how they ended. A run counts for the "
		"allocation whose cluster it names, or that lists its name, at its beginning in "
		"each "
		"year; on a share of a node it counts that share, rounded down. Idle is what was "
		"secured and not used. Hours are rounded down to tenths; --json and --csv have "
		"whole "
		"seconds. Beside them stand models and corpora that were registered in the year, "
		"each owner/name once.",
	.options = usage_options,
	.examples = usage_examples,
	.operands_min = 0,
	.operands_max = 0,
	.run = usage_run,
};
