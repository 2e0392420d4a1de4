/* compare: scores of several versions side by side, and which differences are more than noise. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/scores_shown.h"

enum { CHART_MAX = 64 << 20, NUMBER_TEXT_MAX = 48 };

/* ---- As text ---- */

static void number_to_text(double number, bool sign, char out_text[NUMBER_TEXT_MAX])
{
	snprintf(out_text, NUMBER_TEXT_MAX, sign ? "%+.4f" : "%.4f", number);
}

static const char *member_or(const struct json *object, const char *key, const char *otherwise)
{
	const char *text = json_text(json_member(object, key));

	return text ? text : otherwise;
}

/* What all versions were asked: "3 shots, 1,200 items". */
static void conditions_print(const struct json *score)
{
	const struct json *shots = json_member(score, "shots"),
			  *items = json_member(score, "samples");
	const char *version = member_or(score, "version", NULL);

	if (version)
		output_line(stdout, "  version %s", version);
	if (json_kind(shots) == JSON_KIND_INTEGER)
		printf("  %" PRId64 " shots\n", json_integer_of(shots));
	if (json_kind(items) == JSON_KIND_INTEGER)
		printf("  %" PRId64 " items\n", json_integer_of(items));
}

/* Colours say better and worse: what is smaller is better where the harness says so. */
static enum colour colour_of(const struct difference *difference, const struct json *score)
{
	const struct json *higher = json_member(score, "higherIsBetter");
	bool better = json_kind(higher) == JSON_KIND_BOOL && !json_is_yes(higher)
			      ? difference->value < 0
			      : difference->value > 0;

	return difference->noise ? COLOUR_FAINT : better ? COLOUR_GOOD : COLOUR_BAD;
}

static void difference_print(const struct compare_cell *cell, const struct call *call)
{
	const struct difference *difference = &cell->difference;
	char value[NUMBER_TEXT_MAX], low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX];
	const char *begin = colour_begin(call->colour, colour_of(difference, cell->score));

	number_to_text(difference->value, true, value);
	number_to_text(difference->low, true, low);
	number_to_text(difference->high, true, high);
	printf("  %s%s [%s, %s]%s", begin, value, low, high, colour_end(call->colour, COLOUR_GOOD));
	if (difference->noise)
		printf(", within noise");
	if (!difference->items)
		printf(", not paired");
	else if (!difference->larger && !difference->smaller)
		printf(" (no item differs)");
	else if (difference->has_chance && difference->noise)
		printf(" (%zu items higher, %zu lower: p %.2g)", difference->larger,
		       difference->smaller, difference->chance);
}

static void cell_print(const struct compare_cell *cell, const char *name, int width,
		       const struct call *call)
{
	char value[NUMBER_TEXT_MAX], deviation[NUMBER_TEXT_MAX];

	printf("  %-*s", width, name);
	if (cell->state != COMPARE_SCORED) {
		printf("  %s\n", compare_state_name(cell->state));
		return;
	}
	number_to_text(cell->value, false, value);
	printf("  %s", value);
	if (!isnan(cell->deviation)) {
		number_to_text(cell->deviation, false, deviation);
		printf(" ±%s", deviation);
	}
	if (cell->has_difference)
		difference_print(cell, call);
	if (cell->remark)
		output_line(stdout, "  %s", cell->remark);
	else
		putchar('\n');
}

/* Which result tells what all were asked: the first that has one. */
static const struct json *any_score(const struct compare_row *row, size_t versions)
{
	for (size_t i = 0; i < versions; i++)
		if (row->cell[i].state == COMPARE_SCORED)
			return row->cell[i].score;
	return NULL;
}

static void row_print(const struct comparison *comparison, const struct compare_row *row, int width,
		      const struct call *call)
{
	char key[DIGEST_HEX_SIZE], name[NAME_TEXT_MAX];

	output_text(stdout, row->task);
	fputs("  ", stdout);
	output_text(stdout, row->metric);
	if (row->filter[0] && strcmp(row->filter, "none") != 0) {
		fputs(", ", stdout);
		output_text(stdout, row->filter);
	}
	digest_to_hex(&row->signer, key);
	if (row->side != COMPARE_OWN)
		printf("  (signed by %.12s, %s)", key,
		       row->side == COMPARE_INDEPENDENT
			       ? "not by the publisher"
			       : "not believed: the policy does not accept it");
	putchar('\n');
	if (any_score(row, comparison->versions.count))
		conditions_print(any_score(row, comparison->versions.count));
	for (size_t i = 0; i < comparison->versions.count; i++) {
		name_to_text(&comparison->versions.item[i].name, name);
		cell_print(&row->cell[i], name, width, call);
	}
}

static void print_text(const struct comparison *comparison, const struct call *call)
{
	char name[NAME_TEXT_MAX];
	size_t intervals = 0;
	int width = 0;

	for (size_t i = 0; i < comparison->versions.count; i++) {
		name_to_text(&comparison->versions.item[i].name, name);
		width = (int)strlen(name) > width ? (int)strlen(name) : width;
	}
	for (size_t i = 0; i < comparison->row_count; i++) {
		if (i)
			putchar('\n');
		row_print(comparison, &comparison->row[i], width, call);
		for (size_t k = 0; k < comparison->versions.count; k++)
			intervals += comparison->row[i].cell[k].has_difference;
	}
	if (intervals && !call->quiet)
		printf("\nintervals of 95 %%, each by itself: of %zu, about %.0f leave out a "
		       "difference of 0 by chance alone\n",
		       intervals, ceil(0.05 * (double)intervals));
	if (comparison->left_out && !call->quiet) {
		putchar('\n');
		left_out_print(comparison->left_out);
	}
}

/* ---- As JSON ---- */

static int difference_json(struct json *cell, const struct difference *difference,
			   struct error *err)
{
	struct json *object;

	if (json_set_object(cell, "difference", &object, err) ||
	    json_set_decimal(object, "value", difference->value, err) ||
	    json_set_decimal(object, "stderr", difference->deviation, err) ||
	    json_set_decimal(object, "low", difference->low, err) ||
	    json_set_decimal(object, "high", difference->high, err) ||
	    json_set_bool(object, "withinNoise", difference->noise, err) ||
	    json_set_bool(object, "paired", difference->items != 0, err))
		return -1;
	if (!difference->items)
		return 0;
	if (json_set_size(object, "items", difference->items, err) ||
	    json_set_size(object, "higher", difference->larger, err) ||
	    json_set_size(object, "lower", difference->smaller, err))
		return -1;
	return difference->has_chance ? json_set_decimal(object, "p", difference->chance, err) : 0;
}

static int cell_json(struct json *cells, const struct compare_cell *cell, const char *name,
		     struct error *err)
{
	struct json *object;

	if (json_add_object(cells, &object, err) || json_set_text(object, "name", name, err) ||
	    json_set_text(object, "state", compare_state_name(cell->state), err))
		return -1;
	if (cell->eval && json_set_digest(object, "statement", &cell->eval->identity, err))
		return -1;
	if (cell->state == COMPARE_SCORED &&
	    (json_set_text(object, "value", member_or(cell->score, "value", ""), err) ||
	     json_set_clone(object, "score", cell->score, err)))
		return -1;
	if (cell->has_difference && difference_json(object, &cell->difference, err))
		return -1;
	return cell->remark ? json_set_text(object, "remark", cell->remark, err) : 0;
}

static int row_json(struct json *items, const struct comparison *comparison,
		    const struct compare_row *row, struct error *err)
{
	struct json *item, *cells;
	char name[NAME_TEXT_MAX];

	if (json_add_object(items, &item, err) || json_set_text(item, "task", row->task, err) ||
	    json_set_text(item, "metric", row->metric, err) ||
	    json_set_text(item, "filter", row->filter, err) ||
	    json_set_digest(item, "key", &row->signer, err) ||
	    json_set_bool(item, "independent", row->side == COMPARE_INDEPENDENT, err) ||
	    json_set_bool(item, "believed", row->side != COMPARE_UNBELIEVED, err) ||
	    json_set_array(item, "versions", &cells, err))
		return -1;
	for (size_t i = 0; i < comparison->versions.count; i++) {
		name_to_text(&comparison->versions.item[i].name, name);
		if (cell_json(cells, &row->cell[i], name, err))
			return -1;
	}
	return 0;
}

/* Results that are not believed, whether or not they are in a row: which, of what, and why. */
static int unbelieved_json(const struct comparison *comparison, struct json *object,
			   struct error *err)
{
	struct json *list, *item;
	char name[NAME_TEXT_MAX];

	if (json_set_array(object, "unbelieved", &list, err))
		return -1;
	for (size_t i = 0; i < comparison->eval_count; i++) {
		const struct compare_eval *eval = comparison->eval[i];

		if (eval->side != COMPARE_UNBELIEVED)
			continue;
		name_to_text(&comparison->versions.item[eval->version].name, name);
		if (json_add_object(list, &item, err) || json_set_text(item, "name", name, err) ||
		    json_set_digest(item, "statement", &eval->identity, err) ||
		    json_set_digest(item, "key", &eval->signer, err) ||
		    json_set_text(item, "why", eval->why.text, err))
			return -1;
	}
	return 0;
}

static int print_json(const struct comparison *comparison, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *versions, *items, *item;
	char name[NAME_TEXT_MAX];

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/compare/1", err) ||
	    json_set_array(object, "versions", &versions, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < comparison->versions.count; i++) {
		const struct version *version = &comparison->versions.item[i];

		name_to_text(&version->name, name);
		if (json_add_object(versions, &item, err) ||
		    json_set_text(item, "name", name, err) ||
		    json_set_digest(item, "statement", &version->statement, err))
			return -1;
	}
	for (size_t i = 0; i < comparison->row_count; i++)
		if (row_json(items, comparison, &comparison->row[i], err))
			return -1;
	return unbelieved_json(comparison, object, err) || output_json(object, err) ? -1 : 0;
}

/* ---- The command ---- */

static int print_chart(const struct call *call, const struct comparison *comparison,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer page;
	const char *path = call_value(call, "output");

	buffer_init(&page, CHART_MAX);
	if (comparison_chart(comparison, &page, err))
		return -1;
	if (path)
		return file_write(path, buffer_view(&page), 0644, FILE_REPLACE, err);
	fwrite(page.data, 1, page.len, stdout);
	return 0;
}

static int compare_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(comparison_free) struct comparison *comparison = NULL;
	CLEANUP(texts_free) const char **task = NULL;
	struct compare_wish wish = { .metric = call_value(call, "metric"),
				     .unpaired = call_has(call, "unpaired"),
				     .all_signers = call_has(call, "all-signers") };
	bool chart = call_has(call, "chart");

	if (chart && call->json)
		return error_set(err, ERROR_USAGE,
				 "--chart and --json are two forms of one answer");
	if (call_has(call, "output") && !chart)
		return error_set(err, ERROR_USAGE, "--output is where --chart goes");
	if (call_values(call, "task", &task, &wish.task_count, err) ||
	    open_registry(call, &registry, err))
		return -1;
	wish.task = task;
	wish.unpaired = wish.unpaired || chart;
	if (registry_compare(call->ctx, registry, call->operand, call->operand_count, &wish,
			     &comparison, err))
		return -1;
	if (chart)
		return print_chart(call, comparison, err);
	if (call->json)
		return print_json(comparison, err);
	print_text(comparison, call);
	return 0;
}

static const struct option compare_options[] = {
	{ .name = "task",
	  .argument = "GLOB",
	  .help = "only tasks that match, as a shell matches names",
	  .repeatable = true },
	{ .name = "metric", .argument = "NAME", .help = "only this metric" },
	{ .name = "unpaired",
	  .help = "compare by the signed standard errors alone, without reading the items" },
	{ .name = "all-signers",
	  .help = "show what keys signed that the policy does not accept for it, too, marked" },
	{ .name = "chart", .help = "draw the scores over training steps, as one SVG page" },
	{ .name = "output",
	  .letter = 'o',
	  .argument = "FILE",
	  .help = "write the chart there instead of to stdout" },
	{ .name = NULL },
};

static const struct example compare_examples[] = {
	{ "akashi compare llm-x/base@step-500 llm-x/base@step-1000",
	  "is the later checkpoint better, and is that more than noise?" },
	{ "akashi compare 'llm-x/base@{100..2000..100}' --task 'jnli*' --chart -o jnli.svg",
	  "a chart over the steps" },
	{ "akashi compare llm-x/base@v1 other/model@v2 --json", "the same for a program" },
	{ NULL, NULL },
};

const struct command command_compare = {
	.name = "compare",
	.summary = "put the scores of versions side by side, and say what is noise",
	.synopsis = "NAME@VERSION... [--task GLOB] [--metric NAME] [--chart [-o FILE]]",
	.description =
		"Shows what was registered with `akashi add eval` about each version, task by "
		"task, and how far each lies from the first one, with an interval of 95 %. Where "
		"both results have their items (samples_*.jsonl), the difference is taken item by "
		"item, which is far narrower than two standard errors side by side; where all "
		"items are right or wrong, it counts as more than noise only if the exact test of "
		"how many changed for the better and for the worse agrees.\n\n"
		"Only the same is compared: another version of the task, other shots, another "
		"number of items, other items, or a group of other tasks is called not "
		"comparable, and why. What nobody ran is \"not-run\", which is neither "
		"\"failed\" nor \"invalidated\" (its statement was retracted). What others than "
		"the publisher signed stands in rows of its own, and what keys signed that the "
		"policy does not accept for it is counted, and not shown. Of several results for "
		"one task the newest counts.\n\n"
		"A word may be a pattern: NAME@{100..2000..100}, 'NAME@step-*'.",
	.options = compare_options,
	.examples = compare_examples,
	.exit_notes = "0 whichever is better.",
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.run = compare_run,
};
