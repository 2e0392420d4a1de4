/* derive: say how a checkpoint was made from others, after doing it again. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

/* What the command line gives, while it is used. */
struct derive_given {
	char *weights; /* --weights, cut at its commas */
	const char **weight, **keep, **without, **rename, **folder;
};

static void derive_given_release(struct derive_given *given)
{
	free(given->weights);
	texts_free(&given->weight);
	texts_free(&given->keep);
	texts_free(&given->without);
	texts_free(&given->rename);
	texts_free(&given->folder);
}

/* "0.5,0.5" */
static int weights_cut(const char *text, struct derive_given *given, size_t *out_count,
		       struct error *err)
{
	size_t count = 1;
	char *at;

	if (!text)
		return 0;
	given->weights = strdup(text);
	for (const char *c = text; *c; c++)
		count += *c == ',';
	given->weight = calloc(count + 1, sizeof(*given->weight));
	if (!given->weights || !given->weight)
		return error_set(err, ERROR_SYSTEM, "out of memory for weights");
	at = given->weights;
	for (size_t i = 0; i < count; i++)
		given->weight[i] = strsep(&at, ",");
	*out_count = count;
	return 0;
}

static int request_read(const struct call *call, struct derive_given *given,
			struct derive_request *request, struct error *err)
{
	if (derivation_method_parse(call->operand[0], &request->method, err) ||
	    weights_cut(call_value(call, "weights"), given, &request->weight_count, err) ||
	    call_values(call, "keep", &given->keep, &request->keep_count, err) ||
	    call_values(call, "without", &given->without, &request->without_count, err) ||
	    call_values(call, "rename", &given->rename, &request->rename_count, err) ||
	    call_values(call, "parent", &given->folder, &request->folder_count, err) ||
	    call_number(call, "tolerance", 0, &request->tolerance, err))
		return -1;
	request->form = call_value(call, "form");
	request->parent = call->operand + 1;
	request->parent_count = call->operand_count - 2;
	request->child = call->operand[call->operand_count - 1];
	request->weight = given->weight;
	request->dtype = call_value(call, "dtype");
	request->work = call_value(call, "work");
	request->no_normalize = call_has(call, "no-normalize");
	request->keep = given->keep;
	request->without = given->without;
	request->rename = given->rename;
	request->folder = given->folder;
	request->declare_only = call_has(call, "declare");
	request->key = call_value(call, "key");
	request->dry_run = call_has(call, "dry-run");
	return 0;
}

static int result_json(struct json *object, const struct derivation_result *result,
		       struct error *err)
{
	if (json_set_text(object, "outcome", derivation_outcome_name(result->outcome), err) ||
	    json_set_size(object, "tensors", result->tensors, err) ||
	    json_set_size(object, "elements", result->elements, err) ||
	    json_set_size(object, "bytes", result->bytes, err) ||
	    json_set_size(object, "differing", result->differing, err) ||
	    json_set_size(object, "nan", result->nan, err) ||
	    json_set_size(object, "largest", result->largest, err) ||
	    json_set_size(object, "leftOut", result->left_out, err))
		return -1;
	return result->why[0] ? json_set_text(object, "why", result->why, err) : 0;
}

/* Parents that are known by their manifest alone. */
static int unlinked_json(struct json *object, const struct derive_report *report, struct error *err)
{
	struct json *list;

	if (!report->result.unlinked)
		return 0;
	if (json_set_array(object, "withoutStatement", &list, err))
		return -1;
	for (size_t i = 0; i < report->parent_count; i++)
		if (report->result.unlinked >> i & 1 && json_add_text(list, report->parent[i], err))
			return -1;
	return 0;
}

static void unlinked_print(const struct derive_report *report)
{
	for (size_t i = 0; i < report->parent_count; i++)
		if (report->result.unlinked >> i & 1)
			output_line(stdout,
				    "parent %s was known by its manifest; whether its statement is "
				    "of it cannot be checked: that is not here",
				    report->parent[i]);
}

static int report_json(const struct derive_report *report, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/derived/1", err) ||
	    json_set_text(object, "name", report->child, err) ||
	    json_set_text(object, "derivation", report->what, err) ||
	    (report->weighted && json_set_decimal(object, "weightSum", report->weight_sum, err)) ||
	    (report->executed ? result_json(object, &report->result, err)
			      : json_set_text(object, "outcome", "declared", err)) ||
	    unlinked_json(object, report, err))
		return -1;
	if (report->made_any &&
	    (json_set_digest(object, "statement", &report->made.identity, err) ||
	     json_set_digest(object, "key", &report->made.key, err) ||
	     json_set_size(object, "logIndex", report->made.log_index, err) ||
	     json_set_bool(object, "existed", report->made.existed, err)))
		return -1;
	return output_json(object, err);
}

static int report_text(const struct call *call, const struct derive_report *report,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *words = NULL;

	buffer_init(&text, 2048);
	if (report->executed ? derivation_result_say(&report->result, &text, err)
			     : buffer_add_text(&text, "declared, and not done again", err))
		return -1;
	if (buffer_to_text(&text, &words, err))
		return -1;
	output_line(stdout, "%s, %s: %s", report->child, report->what, words);
	unlinked_print(report);
	if (report->made_any && !call->quiet)
		output_line(stdout, "%s (entry %" PRIu64 ")",
			    report->made.existed ? "was signed before" : "signed",
			    report->made.log_index);
	else if (!report->made_any)
		output_line(stdout, "nothing was signed");
	return 0;
}

static int derive_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(derive_given_release) struct derive_given given = { .weights = NULL };
	CLEANUP(derive_report_release) struct derive_report report = { .what = NULL };
	struct derive_request request = { .child = NULL };

	if (request_read(call, &given, &request, err) || open_registry(call, &registry, err) ||
	    environment_threads(call->ctx, err) ||
	    registry_derive(registry, &request, &report, err))
		return -1;
	if (report.weighted && report.weight_sum != 1)
		context_notice(call->ctx, "the weights add up to %.9g", report.weight_sum);
	if (report.executed && report.result.outcome == DERIVATION_DIFFERS)
		call->exit_status = 1;
	return call->json ? report_json(&report, err) : report_text(call, &report, err);
}

static const struct option derive_options[] = {
	{ .name = "weights",
	  .argument = "W,W...",
	  .help = "linear: a decimal or a ratio (1/3) for each parent, in their order; otherwise "
		  "1 each" },
	{ .name = "form",
	  .argument = "FORM",
	  .choices = "round-nearest-even copy torch-mean-f32 olmo-soup torch-sum-f32 torch-sum "
		     "mergekit-linear mergekit-stack peft peft-safe peft-as-stored",
	  .help = "which operations in which order; otherwise the first of the method's" },
	{ .name = "dtype",
	  .argument = "FORMAT",
	  .choices = "bf16 f16 f32 BF16 F16 F32",
	  .help = "the format of the numbers that came out; otherwise the first parent's" },
	{ .name = "work",
	  .argument = "FORMAT",
	  .choices = "bf16 f16 f32 BF16 F16 F32",
	  .help = "the format that the parents were loaded in; otherwise their own" },
	{ .name = "no-normalize",
	  .help = "mergekit's forms: the result was not divided by the sum of the weights" },
	{ .name = "keep",
	  .argument = "PATTERN",
	  .repeatable = true,
	  .help = "these tensors were copied as they are" },
	{ .name = "without",
	  .argument = "PATTERN",
	  .repeatable = true,
	  .help = "these tensors of the parents were left out" },
	{ .name = "rename",
	  .argument = "FROM=TO",
	  .repeatable = true,
	  .help = "names that begin with FROM begin with TO in the child; the first that fits" },
	{ .name = "tolerance",
	  .argument = "N",
	  .help = "accept numbers that differ by up to N units in the last place, and sign that" },
	{ .name = "declare", .help = "only say it: read no weights, do nothing again" },
	{ .name = "parent",
	  .argument = "DIR",
	  .repeatable = true,
	  .help = "look for the bytes of parents and child here first, then in the store" },
	OPTION_KEY,
	OPTION_TIMESTAMP,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example derive_examples[] = {
	{ "akashi derive cast llm-x/base@v1-f32 llm-x/base@v1 --dtype bf16",
	  "the published half is the trained whole, rounded" },
	{ "akashi derive average llm-x/base@step-{100,200,300} llm-x/soup@v1 --form olmo-soup",
	  "the average of three checkpoints, as OLMo's script makes it" },
	{ "akashi derive linear a/x@1 b/y@1 c/merge@1 --weights 0.3,0.7 --form mergekit-linear",
	  "what mergekit's linear method gives" },
	{ "akashi derive lora llm-x/base@v1 team/adapter@v1 team/tuned@v1 --tolerance 1",
	  "merge_and_unload of an adapter, within a unit in the last place" },
	{ NULL, NULL },
};

const struct command command_derive = {
	.name = "derive",
	.summary = "prove by arithmetic that a checkpoint was made from others",
	.synopsis = "METHOD PARENT... NAME@VERSION [--form FORM] [--weights W,W...]",
	.description =
		"METHOD is cast, reshard, average, linear or lora (a base, then an adapter). All "
		"are registered checkpoints. The arithmetic is done again from the parents' "
		"registered bytes, in a stated order of operations, and every number of the "
		"child is compared with what follows. What holds is signed and logged; lineage "
		"then says 're-executed' of these edges, and others do it again with "
		"'akashi verify --derivation'.\n\n"
		"Only tensors are compared; config.json, tokenizer and the like are not part of "
		"it. docs/numerics.md says which bits each form gives.",
	.options = derive_options,
	.examples = derive_examples,
	.exit_notes = "0: it was done again and holds, or was only declared. 1: it differs, as "
		      "told, and nothing was signed.",
	.operands_min = 3,
	.operands_max = DERIVATION_PARENTS_MAX + 2,
	.run = derive_run,
};
