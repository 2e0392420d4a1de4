/* card check: what a card claims, held against facts. */
#include "cli/card_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/open.h"
#include "cli/output.h"

/* ---- Where facts come from ---- */

static int files_take(const struct call *call, const char *option, struct card_sources *sources,
		      struct error *err)
{
	const char **path = NULL;
	size_t count = 0;
	int failed = 0;

	if (call_values(call, option, &path, &count, err))
		return -1;
	for (size_t i = 0; !failed && i < count; i++)
		failed = card_source_file(sources, path[i], err);
	free(path);
	return failed;
}

static int logs_take(const struct call *call, struct card_sources *sources, struct error *err)
{
	const char **path = NULL;
	size_t count = 0;
	int failed = 0;

	if (call_values(call, "log", &path, &count, err))
		return -1;
	for (size_t i = 0; !failed && i < count; i++) {
		CLEANUP(buffer_release) struct buffer text;
		const char *slash = strrchr(path[i], '/');

		buffer_init(&text, CARD_SOURCE_MAX_BYTES);
		failed = file_read(path[i], &text, err) ||
			 card_source_log(sources, slash ? slash + 1 : path[i], buffer_view(&text),
					 err);
	}
	free(path);
	return failed ? -1 : 0;
}

/* The folder that is named, or the one beside the card where a config.json lies. */
static int model_take(const struct call *call, const char *card, struct card_sources *sources,
		      struct error *err)
{
	const char *folder = call_value(call, "model"), *slash = strrchr(card, '/');
	CLEANUP(text_free) char *beside = NULL;
	CLEANUP(text_free) char *config = NULL;
	bool found;

	if (folder) {
		if (card_source_model(sources, folder, &found, err))
			return -1;
		return found ? 0
			     : error_set(err, ERROR_ABSENT,
					 "'%s' has no config.json, no tokenizer and no weights",
					 folder);
	}
	beside = slash ? strndup(card, (size_t)(slash - card) + 1) : strdup(".");
	if (!beside)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	if (path_join(beside, "config.json", &config, err))
		return -1;
	return file_exists(config) ? card_source_model(sources, beside, &found, err) : 0;
}

static int signed_take(struct call *call, const char *name, struct card_sources *sources,
		       struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(json_free) struct json *facts = NULL;

	if (!name)
		return 0;
	return open_registry(call, &registry, err) ||
			       facts_gather(registry, call->ctx, name, &facts, err) ||
			       card_source_signed(sources, facts, err)
		       ? -1
		       : 0;
}

static int sources_take(struct call *call, const char *card, const char *name,
			struct card_sources *sources, struct error *err)
{
	bool all = call->command == &card_check_command;

	return signed_take(call, name, sources, err) || model_take(call, card, sources, err) ||
			       (all && (files_take(call, "script", sources, err) ||
					files_take(call, "data", sources, err) ||
					logs_take(call, sources, err))) ||
			       card_sources_finish(sources, err)
		       ? -1
		       : 0;
}

/* ---- What is printed ---- */

/* "Label [column], of X: value", on one line. */
static int claim_text(const struct card_claim *claim, struct buffer *out, struct error *err)
{
	out->len = 0;
	if ((claim->label && claim->kind != CARD_CLAIM_LINK &&
	     buffer_printf(out, err, "%s", claim->label)) ||
	    (claim->column &&
	     buffer_printf(out, err, "%s%s", out->len ? ", " : "", claim->column)) ||
	    (claim->of && buffer_printf(out, err, "%s%s", out->len ? ", " : "", claim->of)) ||
	    buffer_printf(out, err, "%s%s", out->len ? ": " : "", claim->value))
		return -1;
	for (size_t i = 0; i < out->len; i++)
		if (out->data[i] == '\n')
			out->data[i] = ' ';
	return 0;
}

static int finding_print(const char *file, const struct card_finding *finding, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *claim = NULL;
	const struct card_fact *fact = finding->fact;

	buffer_init(&text, 4u << 20);
	if (claim_text(finding->claim, &text, err) || buffer_to_text(&text, &claim, err))
		return -1;
	if (fact)
		output_line(stdout, "  %s, line %u: %s (%s: %s%s%s%s%s)", file,
			    finding->claim->line, claim, fact->where, fact->name ? fact->name : "",
			    fact->of ? " of " : "", fact->of ? fact->of : "",
			    fact->name || fact->of ? " " : "", fact->value);
	else
		output_line(stdout, "  %s, line %u: %s (%s)", file, finding->claim->line, claim,
			    finding->why ? finding->why : "");
	return 0;
}

static int report_print(const struct call *call, const char *file, const struct card_report *report,
			struct error *err)
{
	static const enum colour colours[] = { COLOUR_BAD, COLOUR_GOOD, COLOUR_FAINT };

	for (enum card_verdict verdict = 0; verdict < CARD_VERDICT_COUNT; verdict++) {
		if (!report->sum[verdict] || (call->quiet && verdict != CARD_CONTRADICTED))
			continue;
		printf("%s%s%s\n", colour_begin(call->colour, colours[verdict]),
		       card_verdict_name(verdict), colour_end(call->colour, colours[verdict]));
		for (size_t i = 0; i < report->count; i++)
			if (report->finding[i].verdict == verdict &&
			    finding_print(file, &report->finding[i], err))
				return -1;
	}
	if (!call->quiet)
		printf("%zu contradicted, %zu confirmed, %zu unsupported\n",
		       report->sum[CARD_CONTRADICTED], report->sum[CARD_CONFIRMED],
		       report->sum[CARD_UNSUPPORTED]);
	return 0;
}

int card_check_run(struct call *call, const char *path, const char *name, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(card_text_release) struct card_text card = { .line = NULL };
	CLEANUP(card_claims_release) struct card_claims claims = { .claim = NULL };
	CLEANUP(card_sources_release) struct card_sources sources = { .fact = NULL };
	CLEANUP(card_report_release) struct card_report report = { .finding = NULL };
	CLEANUP(json_free) struct json *object = NULL;
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
	bool strict = call->command == &card_check_command && call_has(call, "strict");

	buffer_init(&bytes, CARD_TEXT_MAX_BYTES);
	if (file_read(path, &bytes, err) ||
	    card_text_parse(buffer_view(&bytes), file, &card, err) ||
	    sources_take(call, path, name, &sources, err))
		return -1;
	if (card_claims_of(&card, &claims, err) || card_check(&claims, &sources, &report, err))
		return error_prefix(err, "%s", file);
	if (report.sum[CARD_CONTRADICTED] || (strict && report.sum[CARD_UNSUPPORTED]))
		call->exit_status = 1;
	if (!call->json)
		return report_print(call, file, &report, err);
	return card_report_to_json(&report, file, name, &object, err) || output_json(object, err)
		       ? -1
		       : 0;
}

static int check_run(struct call *call, struct error *err)
{
	return card_check_run(call, call->operand[0], call->operand[1], err);
}

static const struct option check_options[] = {
	{ .name = "model",
	  .argument = "DIR",
	  .help = "a model's folder: config.json, headers of weights, tokenizer.json; otherwise "
		  "the "
		  "card's own, where a config.json lies beside it" },
	{ .name = "script",
	  .argument = "FILE",
	  .help = "what started the training: shell scripts (read, never run; several share their "
		  "variables), YAML, JSON",
	  .repeatable = true },
	{ .name = "log",
	  .argument = "FILE",
	  .help = "a log with the arguments that Megatron prints",
	  .repeatable = true },
	{ .name = "data",
	  .argument = "FILE",
	  .help = "what the data comes to: Megatron's .idx, a table of names and tokens (.tsv)",
	  .repeatable = true },
	{ .name = "strict", .help = "exit with 1 for what is unsupported too" },
	{ .name = NULL },
};

static const struct example check_examples[] = {
	{ "akashi card check README.md llm-x/base@step-500",
	  "against what is signed, and the model beside the card" },
	{ "akashi card check card.md --script params.sh --script train.sh",
	  "against the scripts of the training, before anything is signed" },
	{ NULL, NULL },
};

const struct command card_check_command = {
	.name = "check",
	.summary = "hold what a card claims against facts",
	.synopsis = "FILE [NAME@VERSION]",
	.description =
		"Compares every number, name and link of a model card with facts: what is signed "
		"about NAME@VERSION, a model's folder, training scripts, logs and indices of data. "
		"Each is contradicted (both values are shown, with file and line), confirmed, or "
		"unsupported: nothing is known of it, or it has no known meaning. A rounded number "
		"is confirmed when the fact rounds to the digits that are written.",
	.options = check_options,
	.examples = check_examples,
	.exit_notes = "1 where something is contradicted (--strict: or unsupported), 0 otherwise.",
	.operands_min = 1,
	.operands_max = 2,
	.run = check_run,
};
