/* add eval: register results, one file or hundreds, each bound to the weights that it is of. */
#include "cli/add_eval.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/added.h"
#include "cli/open.h"
#include "cli/output.h"

#define ITEM_KIND "eval"

static int item_json(struct json *items, const struct evals_item *item, bool dry_run,
		     struct error *err)
{
	struct json *object;

	if (json_add_object(items, &object, err) || json_set_text(object, "path", item->path, err))
		return -1;
	if (item->registered &&
	    added_set(object, ITEM_KIND, item->name, &item->result, dry_run, err))
		return -1;
	if (!item->registered && item->how && json_set_text(object, "name", item->name, err))
		return -1;
	if (item->how && (json_set_text(object, "how", item->how, err) ||
			  (item->by[0] && json_set_text(object, "by", item->by, err))))
		return -1;
	if (item->contradictions &&
	    json_set_clone(object, "contradictions", item->contradictions, err))
		return -1;
	return item->problem[0] ? json_set_text(object, "problem", item->problem, err) : 0;
}

static int print_json(const struct evals *evals, bool dry_run, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/added/1", err) ||
	    json_set_bool(object, "dryRun", dry_run, err) ||
	    json_set_size(object, "problems", evals->problems, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < evals->count; i++)
		if (item_json(items, &evals->item[i], dry_run, err))
			return -1;
	return output_json(object, err);
}

/* What does not agree and is registered all the same. */
static void print_contradictions(const struct json *list)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *entry = json_at(list, i);

		output_line(stdout, "  %s: '%s' in the results, '%s' registered",
			    json_text(json_member(entry, "what")),
			    json_text(json_member(entry, "results")),
			    json_text(json_member(entry, "registered")));
	}
}

static void print_item(const struct evals_item *item, bool many, bool dry_run)
{
	if (item->problem[0]) {
		output_line(stdout, "%s: %s", item->path, item->problem);
		return;
	}
	if (many)
		output_line(stdout, "%s: %s, by %s%s%s", item->path, item->name, item->how,
			    item->by[0] ? ": " : "", item->by);
	if (item->registered)
		added_line(ITEM_KIND, item->name, &item->result, dry_run);
	print_contradictions(item->contradictions);
}

/* Nothing, or not all, was registered: say so by the exit status too. */
static int problems_error(const struct evals *evals, bool skip, struct error *err)
{
	const struct evals_item *item = evals->item;

	while (!item->problem[0])
		item++;
	if (evals->count == 1)
		return error_set(err, item->contradictions ? ERROR_CORRUPT : ERROR_USAGE,
				 "'%s': %s%s", item->path, item->problem,
				 item->contradictions
					 ? "; --accept-contradictions registers it, and says so"
					 : "");
	if (skip)
		return 0;
	return error_set(err, ERROR_USAGE,
			 "nothing was registered: %zu of %zu files cannot be (the first is '%s'); "
			 "--skip-unbound registers the others",
			 evals->problems, evals->count, item->path);
}

static int eval_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(texts_free) const char **samples = NULL;
	CLEANUP(evals_release) struct evals evals = { .item = NULL };
	struct evals_wish wish = { .word = call->operand,
				   .word_count = call->operand_count,
				   .of = call_value(call, "of"),
				   .accept = call_has(call, "accept-contradictions"),
				   .skip = call_has(call, "skip-unbound") };
	bool dry_run = call_has(call, "dry-run");
	struct add_how how;

	if (call_values(call, "samples", &samples, &wish.samples_count, err))
		return -1;
	wish.samples = samples;
	if (open_registry(call, &registry, err) || open_add_how(call, registry, &how, err) ||
	    registry_add_evals(registry, &how, &wish, &evals, err))
		return -1;
	if (evals.count == 1 && evals.problems)
		return problems_error(&evals, wish.skip, err);
	if (call->json) {
		if (print_json(&evals, dry_run, err))
			return -1;
	} else {
		for (size_t i = 0; i < evals.count; i++)
			print_item(&evals.item[i], evals.count > 1, dry_run);
	}
	return evals.problems ? problems_error(&evals, wish.skip, err) : 0;
}

static const struct option eval_options[] = {
	{ .name = "of",
	  .argument = "NAME[@VERSION]",
	  .help = "the registered checkpoint that was measured. Without a version each file is of "
		  "the version whose weights lie in the folder that it names, or that its "
		  "revision, step or path names; {step} in a version is the step of each file; "
		  "without --of, the weights in that folder tell" },
	{ .name = "samples",
	  .argument = "FILE",
	  .repeatable = true,
	  .help = "samples_TASK_TIME.jsonl, what lm-evaluation-harness wrote about each item; "
		  "otherwise those beside results_TIME.json with the same TIME. Of llm-jp-eval "
		  "DATASET.eval-prompt.json, DATASET.eval-generated.json and _config.json" },
	{ .name = "skip-unbound",
	  .help = "register the others where a file cannot be read or bound, or contradicts" },
	{ .name = "accept-contradictions",
	  .help = "register results that say another model, step, parameter count or format than "
		  "the checkpoint has, or a score again with another value; the statement says "
		  "so" },
	OPTION_KEY,
	OPTION_TIMESTAMP,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example eval_examples[] = {
	{ "akashi add eval results.json --of llm-x/base@step-500", "one file of one checkpoint" },
	{ "akashi add eval 'results/**/*.json' --of llm-x/base --dry-run",
	  "which file is of which version; without --dry-run all are registered, or none" },
	{ NULL, NULL },
};

const struct command add_eval_command = {
	.name = "eval",
	.summary = "register evaluation results",
	.synopsis = "FILE... --of NAME[@VERSION] [--samples FILE]...",
	.description =
		"FILE is a result of lm-evaluation-harness (results_*.json, or the form before "
		"0.4) or of llm-jp-eval, as those wrote it, or a quoted glob in which ** stands "
		"for any folders; decimals are kept digit by digit. With the samples, "
		"others can recompute items of it (akashi verify --evals). What a file says of "
		"its model is held against the checkpoint. Where one file of many cannot be "
		"bound, is no result or contradicts, nothing is registered.",
	.options = eval_options,
	.examples = eval_examples,
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.run = eval_run,
};
