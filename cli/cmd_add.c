/* add: register checkpoints, datasets, runs, allocations and evaluation results. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/add_dataset.h"
#include "cli/add_eval.h"
#include "cli/added.h"
#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

enum { SERIES_LINTED_MAX = 256 }; /* checkpoints that add looks at itself: some 2 ms each */

/* What git says, while the statements are made. */
struct git_given {
	struct json *facts;
	struct buffer diff;
};

static void git_given_release(struct git_given *git)
{
	json_free(&git->facts);
	buffer_release(&git->diff);
}

static int git_look(const struct call *call, const char *const *output, size_t output_count,
		    struct git_given *git, struct add_git *out_git, struct error *err)
{
	struct git_request request = { .folder = call_value(call, "git"),
				       .output = output,
				       .output_count = output_count };

	if (!request.folder)
		return 0;
	if (git_facts_gather(call->ctx, &request, &git->facts, &git->diff, err))
		return -1;
	*out_git = (struct add_git){ .facts = git->facts, .diff = buffer_view(&git->diff) };
	return 0;
}

/* The same command for each folder of a series. */
struct adding {
	struct add_checkpoint *item;
	struct add_result *result;
	struct name *name;
	const char **path;
	size_t count;
};

static void adding_release(struct adding *adding)
{
	for (size_t i = 0; adding->result && i < adding->count; i++)
		add_result_release(&adding->result[i]);
	free(adding->item);
	free(adding->result);
	free(adding->name);
	free(adding->path);
}

static int adding_room(struct adding *adding, const struct series *series, struct error *err)
{
	adding->item = calloc(series->count, sizeof(*adding->item));
	adding->result = calloc(series->count, sizeof(*adding->result));
	adding->name = calloc(series->count, sizeof(*adding->name));
	adding->path = calloc(series->count, sizeof(*adding->path));
	if (!adding->item || !adding->result || !adding->name || !adding->path)
		return error_system(err, ENOMEM, "cannot list the checkpoints");
	adding->count = series->count;
	for (size_t i = 0; i < series->count; i++) {
		adding->path[i] = series->item[i].path;
		adding->name[i] = series->item[i].name;
	}
	return 0;
}

/* Look at what was registered by its names, digests and small files, as `akashi lint` does. */
static int series_look(const struct call *call, struct registry *registry,
		       const struct adding *adding, struct lint_report *out_report,
		       struct error *err)
{
	char(*text)[NAME_TEXT_MAX] = calloc(adding->count, sizeof(*text));
	const char **word = calloc(adding->count, sizeof(*word));
	struct lint_request request = { .word = word, .word_count = adding->count };
	int failed = !text || !word;

	if (failed)
		failed = error_system(err, ENOMEM, "cannot list the checkpoints");
	for (size_t i = 0; !failed && i < adding->count; i++) {
		name_to_text(&adding->name[i], text[i]);
		word[i] = text[i];
	}
	failed = failed || registry_lint(call->ctx, registry, &request, out_report, err);
	free(word);
	free(text);
	return failed ? -1 : 0;
}

/* That there is a linter, and what it finds in a series that is not long. It stops nothing. */
static void series_tell(const struct call *call, struct registry *registry,
			const struct adding *adding)
{
	CLEANUP(lint_report_release) struct lint_report report = { .finding = NULL };
	struct name family = adding->name[0];
	struct error ignored = { 0 };
	char text[NAME_TEXT_MAX];

	if (adding->count < 2 || call->json || call->quiet || call_has(call, "dry-run"))
		return;
	family.version[0] = '\0';
	name_to_text(&family, text);
	if (adding->count > SERIES_LINTED_MAX ||
	    series_look(call, registry, adding, &report, &ignored))
		output_line(stdout, "akashi lint %s tells what does not fit in the series", text);
	else if (!report.count)
		output_line(stdout, "lint: nothing in the series that does not fit");
	else
		output_line(
			stdout, "lint: %zu error%s, %zu warning%s, %zu note%s (akashi lint %s)",
			report.severity[LINT_ERROR], report.severity[LINT_ERROR] == 1 ? "" : "s",
			report.severity[LINT_WARNING],
			report.severity[LINT_WARNING] == 1 ? "" : "s", report.severity[LINT_NOTE],
			report.severity[LINT_NOTE] == 1 ? "" : "s", text);
}

static int checkpoint_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(git_given_release) struct git_given git = { .facts = NULL };
	CLEANUP(series_release) struct series series = { .item = NULL };
	CLEANUP(names_free) struct name *data = NULL;
	CLEANUP(names_free) struct name *parent = NULL;
	CLEANUP(texts_free) const char **exclude = NULL;
	CLEANUP(adding_release) struct adding adding = { .item = NULL };
	size_t paths = call->operand_count - 1;
	struct add_checkpoint common = { .run = call_value(call, "run"),
					 .license = call_value(call, "license"),
					 .strict = call_has(call, "strict") };
	struct name run;
	bool alone = call_has(call, "no-parent");
	struct add_how how;

	if (alone && call_value(call, "parent"))
		return error_set(err, ERROR_USAGE,
				 "--parent and --no-parent contradict each other");
	/* What exists as a path is one. */
	if (common.run && !file_exists(common.run) &&
	    name_parse(common.run, &run, &(struct error){ 0 }) == 0) {
		common.run = NULL;
		common.run_name = &run;
	}
	if (series_expand(call->operand, paths, call->operand[paths], &series, err) ||
	    adding_room(&adding, &series, err) ||
	    open_names(call, "data", &data, &common.data_count, err) ||
	    open_names(call, "parent", &parent, &common.parent_count, err) ||
	    call_values(call, "exclude", &exclude, &common.exclude_count, err) ||
	    open_registry(call, &registry, err) || open_add_how(call, registry, &how, err) ||
	    environment_threads(call->ctx, err) ||
	    git_look(call, adding.path, series.count, &git, &common.git, err))
		return -1;
	common.data = data;
	common.parent = parent;
	common.exclude = exclude;
	for (size_t i = 0; i < series.count; i++) {
		adding.item[i] = common;
		adding.item[i].path = adding.path[i];
		adding.item[i].name = adding.name[i];
		adding.item[i].follows =
			common.parent_count || alone ? 0 : series_before(&series, i);
		adding.item[i].alone = alone;
	}
	if (registry_add_checkpoints(registry, &how, adding.item, series.count, adding.result, err))
		return -1;
	if (added_print(call, "checkpoint", adding.name, adding.result, series.count, err))
		return -1;
	series_tell(call, registry, &adding);
	return 0;
}

static int run_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(git_given_release) struct git_given git = { .facts = NULL };
	CLEANUP(names_free) struct name *data = NULL;
	struct add_run run = { .path = call->operand[0] };
	const char *declared = call_value(call, "declared-for");
	struct add_result result;
	struct period period;
	struct add_how how;

	if (name_parse(call->operand[1], &run.name, err) ||
	    (declared && period_parse(declared, &period, err)) ||
	    open_names(call, "data", &data, &run.data_count, err) ||
	    open_registry(call, &registry, err) || open_add_how(call, registry, &how, err) ||
	    git_look(call, &run.path, 1, &git, &run.git, err))
		return -1;
	run.data = data;
	run.declared = declared ? &period : NULL;
	if (registry_add_run(registry, &how, &run, &result, err))
		return -1;
	return added_print(call, "run", &run.name, &result, 1, err);
}

static int allocation_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct add_allocation allocation = { .path = call->operand[0] };
	const char *declared = call_value(call, "declared-for");
	struct add_result result;
	struct period period;
	struct add_how how;
	struct name name;

	if ((call->operand_count > 1 && name_parse(call->operand[1], &name, err)) ||
	    (declared && period_parse(declared, &period, err)) ||
	    open_registry(call, &registry, err) || open_add_how(call, registry, &how, err))
		return -1;
	allocation.name = call->operand_count > 1 ? &name : NULL;
	allocation.declared = declared ? &period : NULL;
	if (registry_add_allocation(registry, &how, &allocation, &name, &result, err))
		return -1;
	return added_print(call, "allocation", &name, &result, 1, err);
}

#define OPTION_GIT                                                                                 \
	{                                                                                          \
		.name = "git", .argument = "DIR",                                                  \
		.help = "the git repository whose commit this was made from; what is not "         \
			"committed is kept as a diff"                                              \
	}
#define OPTION_DATA                                                                                \
	{                                                                                          \
		.name = "data", .argument = "NAME@VERSION", .repeatable = true,                    \
		.help = "a registered dataset that went in"                                        \
	}

static const struct option checkpoint_options[] = {
	OPTION_GIT,
	OPTION_DATA,
	{ .name = "parent",
	  .argument = "NAME@VERSION",
	  .repeatable = true,
	  .help = "a registered checkpoint that it was made from; in a series that is the one "
		  "of the step before, unless you say otherwise" },
	{ .name = "no-parent", .help = "a series whose checkpoints were not made from each other" },
	{ .name = "run",
	  .argument = "FILE.json|NAME@VERSION",
	  .help = "the run that it comes from: what describes it, or a registered one" },
	{ .name = "strict",
	  .help = "refuse what drifted from the card that was registered for the run" },
	{ .name = "license", .argument = "SPDX", .help = "the licence of the weights" },
	OPTION_STORE,
	OPTION_COMPRESSION,
	OPTION_EXCLUDE,
	OPTION_REHASH,
	OPTION_KEY,
	OPTION_TIMESTAMP,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example checkpoint_examples[] = {
	{ "akashi add checkpoint out/step-500 llm-x/base@step-500 --git . --data llm-x/corpus@v1",
	  "one checkpoint, with the commit and the data that made it" },
	{ "akashi add checkpoint 'out/step-*' llm-x/base@step-{step} --git .",
	  "a whole series: {step} is what the last * matched" },
	{ NULL, NULL },
};

static const struct command checkpoint = {
	.name = "checkpoint",
	.summary = "register a checkpoint, or a series of them",
	.synopsis = "DIR... NAME@VERSION [--git DIR] [--data NAME@VERSION]...",
	.description =
		"Patterns in a file .akashiignore at the top of DIR, and those of --exclude behind "
		"them, leave files out as .gitignore does; what was left out is said. "
		"DIR is a folder with config.json, weights and tokenizer, a snapshot of the Hub's "
		"cache, or one weight file. Several folders, or a quoted shell glob, are "
		"registered "
		"in one batch under a name that holds {step}: what the last * of the glob matched, "
		"or "
		"the step that a path tells which the shell expanded. Each has the one of the step "
		"before as its parent (the first of an ingredient, stage2-ingredient3-..., the "
		"last of the stage before), and may be kept as what differs from it. Nothing is "
		"registered when one "
		"of them fails, or when the command is killed; given again, it goes on where it "
		"stopped. Files that did not change since they were registered from the same path "
		"are not read again.",
	.options = checkpoint_options,
	.examples = checkpoint_examples,
	.operands_min = 2,
	.operands_max = SIZE_MAX,
	.run = checkpoint_run,
};

static const struct option run_options[] = {
	OPTION_GIT,       OPTION_DATA,    OPTION_DECLARED_FOR, OPTION_KEY,
	OPTION_TIMESTAMP, OPTION_DRY_RUN, { .name = NULL },
};

static const struct command run = {
	.name = "run",
	.summary = "register a training run",
	.synopsis = "FILE.json NAME@VERSION [--git DIR] [--data NAME@VERSION]...",
	.description = "FILE.json is what describes the run; it is kept as it is.",
	.options = run_options,
	.operands_min = 2,
	.operands_max = 2,
	.run = run_run,
};

static const struct option allocation_options[] = {
	OPTION_DECLARED_FOR, OPTION_KEY, OPTION_TIMESTAMP, OPTION_DRY_RUN, { .name = NULL },
};

static const struct example allocation_examples[] = {
	{ "akashi add allocation secured-2026.csv llm-x/secured@2026-04",
	  "a table: site,from,to,nodes,gpusPerNode and a line for each award" },
	{ NULL, NULL },
};

static const struct command allocation = {
	.name = "allocation",
	.summary = "register computing time that was secured",
	.synopsis = "FILE [NAME@VERSION] [--declared-for FROM/TO]",
	.description =
		"FILE is JSON (one object, or {\"name\": NAME@VERSION, \"items\": [...]}), or CSV "
		"in "
		"UTF-8 under a line of names: site, from, to (dates in Japan, both belong to it) "
		"and "
		"nodes (through the period) or nodeHours; there may be system, cluster (as records "
		"of runs call it), runs (names of runs that count for it), share (1/2 of a node), "
		"gpusPerNode, cost and currency, source, award. A later version of the same name "
		"takes the place of the earlier one. No names of people. akashi usage holds it "
		"against what runs used.",
	.options = allocation_options,
	.examples = allocation_examples,
	.operands_min = 1,
	.operands_max = 2,
	.run = allocation_run,
};

static const struct command *const subcommands[] = { &checkpoint, &add_dataset_command, &run,
						     &allocation, &add_eval_command,    NULL };

const struct command command_add = {
	.name = "add",
	.summary = "register checkpoints, datasets, runs, allocations and evaluation results",
	.synopsis = "checkpoint|dataset|run|allocation|eval",
	.description =
		"Hashes the files, keeps them, signs a statement about them and logs it. What "
		"is added is durable and proven when the command returns. A name@version is "
		"written once: the same again is no error, something else under it is.",
	.subcommands = subcommands,
};
