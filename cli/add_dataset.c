/* add_dataset: register a dataset, with what is counted in it. */
#include "cli/add_dataset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/added.h"
#include "cli/environment.h"
#include "cli/open.h"

/* What the options say, taken apart; what points elsewhere points into it. */
struct asked {
	const char **exclude, **filter, **language, **by;
	size_t language_count, by_count;
	struct name *derived;
	size_t derived_count;
	struct corpus_language *given;
	struct add_derived *from;
};

static void asked_release(struct asked *asked)
{
	texts_free(&asked->exclude);
	texts_free(&asked->filter);
	texts_free(&asked->language);
	texts_free(&asked->by);
	names_free(&asked->derived);
	for (size_t i = 0; asked->given && i < asked->language_count; i++)
		free((char *)(uintptr_t)asked->given[i].pattern);
	free(asked->given);
	free(asked->from);
}

/* PATTERN=LANGUAGE, each. */
static int languages_read(struct asked *asked, struct error *err)
{
	asked->given = calloc(asked->language_count + 1, sizeof(*asked->given));
	if (!asked->given)
		return error_system(err, ENOMEM, "cannot list the languages");
	for (size_t i = 0; i < asked->language_count; i++) {
		const char *text = asked->language[i], *equals = strrchr(text, '=');

		if (!equals || equals == text)
			return error_set(err, ERROR_USAGE,
					 "'%s' is not of the form PATTERN=LANGUAGE", text);
		if (language_parse(equals + 1, &asked->given[i].language, err))
			return error_prefix(err, "--language '%s'", text);
		asked->given[i].pattern = strndup(text, (size_t)(equals - text));
		if (!asked->given[i].pattern)
			return error_system(err, ENOMEM, "cannot list the languages");
	}
	return 0;
}

/* Each --derived-from with the --by at the same place; one --by goes with all of them. */
static int derived_read(struct asked *asked, struct error *err)
{
	if (asked->by_count > 1 && asked->by_count != asked->derived_count)
		return error_set(err, ERROR_USAGE,
				 "%zu --by for %zu --derived-from: give one for each, or one",
				 asked->by_count, asked->derived_count);
	if (asked->by_count && !asked->derived_count)
		return error_set(err, ERROR_USAGE,
				 "--by says how it was made, and --derived-from, "
				 "which says from what, is missing");
	asked->from = calloc(asked->derived_count + 1, sizeof(*asked->from));
	if (!asked->from)
		return error_system(err, ENOMEM, "cannot list the datasets");
	for (size_t i = 0; i < asked->derived_count; i++) {
		asked->from[i].from = asked->derived[i];
		if (asked->by_count)
			asked->from[i].command = asked->by[asked->by_count == 1 ? 0 : i];
	}
	return 0;
}

static int asked_read(const struct call *call, struct asked *asked, struct add_dataset *dataset,
		      struct error *err)
{
	if (call_values(call, "exclude", &asked->exclude, &dataset->exclude_count, err) ||
	    call_values(call, "filter", &asked->filter, &dataset->filter_count, err) ||
	    call_values(call, "language", &asked->language, &asked->language_count, err) ||
	    call_values(call, "by", &asked->by, &asked->by_count, err) ||
	    open_names(call, "derived-from", &asked->derived, &asked->derived_count, err) ||
	    languages_read(asked, err) || derived_read(asked, err))
		return -1;
	dataset->exclude = asked->exclude;
	dataset->filter = asked->filter;
	dataset->derived = asked->from;
	dataset->derived_count = asked->derived_count;
	dataset->license = call_value(call, "license");
	dataset->period = call_value(call, "period");
	dataset->weights = call_value(call, "weights");
	dataset->croissant = call_value(call, "croissant");
	dataset->tokenizer = call_value(call, "tokenizer");
	dataset->count = (struct corpus_wish){ .text_field = call_value(call, "text-field"),
					       .source_field = call_value(call, "source"),
					       .language = asked->given,
					       .language_count = asked->language_count,
					       .lenient = call_has(call, "lenient") };
	return 0;
}

static int dataset_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(asked_release) struct asked asked = { .exclude = NULL };
	CLEANUP(add_result_release) struct add_result result = { .left_out = NULL };
	struct add_dataset dataset = { .path = call->operand[0] };
	struct add_how how;

	if (name_parse(call->operand[1], &dataset.name, err) ||
	    asked_read(call, &asked, &dataset, err) || open_registry(call, &registry, err) ||
	    open_add_how(call, registry, &how, err) || environment_threads(call->ctx, err))
		return -1;
	if (registry_add_dataset(registry, &how, &dataset, &result, err))
		return -1;
	return added_print(call, "dataset", &dataset.name, &result, 1, err);
}

static const struct option options[] = {
	{ .name = "text-field",
	  .argument = "KEY",
	  .help = "the member of a jsonl line that holds its text, which every line must have; "
		  "otherwise text, which lines may lack" },
	{ .name = "source",
	  .argument = "KEY",
	  .help = "the member that names where a line is from: sums for each source" },
	{ .name = "tokenizer",
	  .argument = "FILE",
	  .help = "count tokens by this tokenizer.json or SentencePiece model; its digest stands "
		  "beside the count" },
	{ .name = "language",
	  .argument = "PATTERN=LANGUAGE",
	  .repeatable = true,
	  .help = "sources or files whose name PATTERN covers are ja, en, code or other, whatever "
		  "their characters say" },
	{ .name = "lenient",
	  .help = "leave broken lines out, and state how many; otherwise nothing is registered "
		  "when one is broken" },
	{ .name = "license", .argument = "SPDX", .help = "the licence of the texts" },
	{ .name = "period",
	  .argument = "FROM/TO",
	  .help = "when the texts were written or gathered: 2013-05/2024-04" },
	{ .name = "weights",
	  .argument = "FILE",
	  .help = "how much of each source is used: a training script's _PAIRS or TRAIN_DATA_PATH, "
		  "num_tokens.tsv, or lines of a number and a path; beside what is counted" },
	{ .name = "croissant",
	  .argument = "FILE",
	  .help = "a Croissant description of it, 1.0 or 1.1: licence, period and origins are "
		  "taken "
		  "from it, and digests and sizes of files compared with them" },
	{ .name = "filter",
	  .argument = "TEXT",
	  .repeatable = true,
	  .help = "what was taken out, and how" },
	{ .name = "derived-from",
	  .argument = "NAME@VERSION",
	  .repeatable = true,
	  .help = "a registered dataset that it was made from" },
	{ .name = "by",
	  .argument = "COMMAND",
	  .repeatable = true,
	  .help = "the command that made it from that" },
	OPTION_STORE,
	OPTION_COMPRESSION,
	OPTION_EXCLUDE,
	OPTION_REHASH,
	OPTION_KEY,
	OPTION_TIMESTAMP,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example examples[] = {
	{ "akashi add dataset corpus/ llm-x/corpus@v1 --source origin --license CC-BY-4.0",
	  "count documents, characters and languages, and sums for each origin" },
	{ "akashi add dataset clean/ llm-x/clean@v1 --derived-from llm-x/corpus@v1 --by 'dedup "
	  "--near 0.8'",
	  "say what it was made from, and how" },
	{ NULL, NULL },
};

const struct command add_dataset_command = {
	.name = "dataset",
	.summary = "register a version of a dataset",
	.synopsis = "PATH NAME@VERSION",
	.description =
		"PATH is a folder or a file. Lines of .txt and .jsonl files, also packed as .gz or "
		".zst, are documents: they are counted, with the bytes and characters of their "
		"texts, by language (as their scripts say: docs/corpora.md) and by source, while "
		"the files are read. Tokens of Megatron-LM's .idx and .bin, of num_tokens.tsv and "
		"of the weights in training "
		"scripts are read, too. Of other files, parquet among them, sizes and digests are "
		"registered.\n\n"
		"A line that is no JSON object, no UTF-8, longer than 16 MiB, or that has a key "
		"twice, ends it with the file and the line, and nothing is registered.",
	.options = options,
	.examples = examples,
	.operands_min = 2,
	.operands_max = 2,
	.run = dataset_run,
};
