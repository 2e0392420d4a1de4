/* lint: what is wrong with a series of checkpoints. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

enum { INDENT = 2 };

static int finding_json(struct json *items, const struct lint_finding *finding, struct error *err)
{
	const struct lint_kind_about *about = lint_kind_about(finding->kind);
	struct json *item;

	return json_add_object(items, &item, err) || json_set_text(item, "id", about->id, err) ||
			       json_set_text(item, "severity", lint_severity_name(about->severity),
					     err) ||
			       json_set_text(item, "what", about->what, err) ||
			       json_set_text(item, "text", finding->text, err) ||
			       json_set_text(item, "advice", about->advice, err) ||
			       (finding->checkpoint_count &&
				json_set_texts(item, "checkpoints",
					       (const char *const *)finding->checkpoint,
					       finding->checkpoint_count, err)) ||
			       (finding->detail_count &&
				json_set_texts(item, "details",
					       (const char *const *)finding->detail,
					       finding->detail_count, err))
		       ? -1
		       : 0;
}

static int lint_json(const struct lint_report *report, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/lint/1", err) ||
	    json_set_size(object, "checkpoints", report->checkpoints, err) ||
	    json_set_size(object, "series", report->series, err) ||
	    json_set_text(object, "first", report->first, err) ||
	    json_set_text(object, "last", report->last, err) ||
	    json_set_size(object, "tensorsLookedAt", report->tensors, err) ||
	    json_set_size(object, "bytesLookedAt", report->values_bytes, err) ||
	    json_set_size(object, "errors", report->severity[LINT_ERROR], err) ||
	    json_set_size(object, "warnings", report->severity[LINT_WARNING], err) ||
	    json_set_size(object, "notes", report->severity[LINT_NOTE], err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < report->count; i++)
		if (finding_json(items, &report->finding[i], err))
			return -1;
	return output_json(object, err);
}

/* The findings of one kind, under what the kind is. */
static size_t kind_text(const struct call *call, const struct lint_report *report, size_t from)
{
	const struct lint_kind_about *about = lint_kind_about(report->finding[from].kind);
	enum colour colour = about->severity == LINT_ERROR     ? COLOUR_BAD
			     : about->severity == LINT_WARNING ? COLOUR_STRONG
							       : COLOUR_FAINT;
	size_t to = from;

	output_line(stdout, "%s%s%s: %s (%s)", colour_begin(call->colour, colour),
		    lint_severity_name(about->severity), colour_end(call->colour, colour),
		    about->what, about->id);
	for (; to < report->count && report->finding[to].kind == report->finding[from].kind; to++)
		output_line(stdout, "%*s%s", INDENT, "", report->finding[to].text);
	if (!call->quiet)
		output_line(stdout, "%*s-> %s", INDENT, "", about->advice);
	return to;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void lint_text(const struct call *call, const struct lint_report *report)
{
	const size_t *severity = report->severity;

	for (size_t i = 0; i < report->count;)
		i = kind_text(call, report, i);
	if (call->quiet)
		return;
	output_line(stdout, "%zu checkpoint%s, %s to %s: %zu error%s, %zu warning%s, %zu note%s",
		    report->checkpoints, plural(report->checkpoints), report->first, report->last,
		    severity[LINT_ERROR], plural(severity[LINT_ERROR]), severity[LINT_WARNING],
		    plural(severity[LINT_WARNING]), severity[LINT_NOTE],
		    plural(severity[LINT_NOTE]));
}

static int ignored_take(const struct call *call, struct lint_request *request, struct error *err)
{
	CLEANUP(texts_free) const char **id = NULL;
	size_t count;

	if (call_values(call, "ignore", &id, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		enum lint_kind kind;

		if (lint_kind_from_id(id[i], &kind, err))
			return -1;
		request->ignored[kind] = true;
	}
	return 0;
}

static int lint_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(lint_report_release) struct lint_report report = { .finding = NULL };
	struct lint_request request = { .word = call->operand,
					.word_count = call->operand_count,
					.values = call_has(call, "values"),
					.no_values = call_has(call, "no-values") };

	if (request.values && request.no_values)
		return error_set(err, ERROR_USAGE,
				 "--values and --no-values contradict each other");
	if (ignored_take(call, &request, err) || open_registry_if_any(call, &registry, err) ||
	    environment_threads(call->ctx, err) ||
	    registry_lint(call->ctx, registry, &request, &report, err))
		return -1;
	if (report.severity[LINT_ERROR] ||
	    (call_has(call, "strict") && report.severity[LINT_WARNING]))
		call->exit_status = 1;
	if (call->json)
		return lint_json(&report, err);
	lint_text(call, &report);
	return 0;
}

static const struct option lint_options[] = {
	{ .name = "values",
	  .help = "look for NaN, infinity and tensors of zeros in registered checkpoints, too, "
		  "which "
		  "reads their bytes; in folders that is done unless you say otherwise" },
	{ .name = "no-values", .help = "look at nobody's values" },
	{ .name = "strict", .help = "exit with 1 where there are warnings, too" },
	{ .name = "ignore",
	  .argument = "ID",
	  .repeatable = true,
	  .help = "leave out findings of this kind (missing-steps)" },
	{ .name = NULL },
};

static const struct example lint_examples[] = {
	{ "akashi lint out/", "a folder of checkpoints, before they are registered" },
	{ "akashi lint llm-x/base", "all checkpoints of a name, by what is registered of them" },
	{ "akashi lint 'llm-x/base@stage1-*' --strict --ignore missing-steps",
	  "some of them; warnings count" },
	{ NULL, NULL },
};

const struct command command_lint = {
	.name = "lint",
	.summary = "tell what is wrong with a series of checkpoints",
	.synopsis = "SERIES... [--values|--no-values] [--strict] [--ignore ID]...",
	.description =
		"SERIES is a folder of checkpoints, several checkpoints, owner/name (all that are "
		"registered under it), or names and patterns of versions. Stage, step, tokens and "
		"epoch are read from all common names (iter_0000100, step100-tokens4B, "
		"stage2-ingredient1-step100, checkpoint-100, ckpt_1).\n\n"
		"Found are, among others, missing steps (the spacing is learned from the series), "
		"two checkpoints of one step, the same weights under several steps, NaN, tensors "
		"and members of config.json that change and from which step on, a trainer's state "
		"of another step, shards that an index names and that are not there, a tokenizer "
		"or optimizer state that some have and others not. Each kind of finding has an "
		"identifier and says what to do.\n\n"
		"Registered checkpoints are judged by their stored digests, in milliseconds, "
		"unless "
		"--values is given. Folders are read once. At most 10,000 checkpoints are taken "
		"at once.",
	.options = lint_options,
	.examples = lint_examples,
	.exit_notes = "1 where errors were found (--strict: or warnings), 0 otherwise.",
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.run = lint_run,
};
