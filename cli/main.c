/* Find the command, run it, turn its error into a line and an exit status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"

const struct option global_options[] = {
	{ .name = "registry",
	  .argument = "DIR",
	  .help = "the registry to work on: the folder itself or the one that holds .akashi/; "
		  "otherwise AKASHI_REGISTRY, otherwise the nearest .akashi/ upward that is "
		  "yours" },
	{ .name = "json", .help = "print one JSON object with a 'schema' instead of text" },
	{ .name = "quiet", .letter = 'q', .help = "no progress, no remarks, results only" },
	{ .name = "help", .letter = 'h', .help = "explain the command and stop" },
	{ .name = "version", .help = "print the version and stop" },
	{ .name = NULL },
};

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
	NULL,
};

static const struct example root_examples[] = {
	{ "akashi init && akashi key list",
	  "make a registry here, with a key and a log of its own" },
	{ "akashi add checkpoint out/step-500 llm-x/base@step-500 --git .",
	  "register a checkpoint and the commit that trained it" },
	{ "akashi verify ./base-v1 --trust pin.txt",
	  "check what was downloaded, from one line that you chose to trust" },
	{ NULL, NULL },
};

const struct command command_root = {
	.name = "akashi",
	.summary = "make an open model release checkable, and check one",
	.synopsis = "COMMAND [ARGUMENT]... [OPTION]...",
	.description =
		"Akashi registers which bytes a model release consists of, who signed them, which "
		"commit, data and run they came from, how they were measured, and what they "
		"compute; "
		"and it checks all of that again, from the bytes up to a forward pass that gives "
		"the "
		"same bits on any machine.\n\n"
		"An argument that exists as a path is a path; './x' forces a path, 'name:x' forces "
		"a "
		"name. Names are owner/name@version, aliases owner/name:alias; digests are "
		"sha256:HEX, of which eight or more digits suffice for reading.",
	.examples = root_examples,
	.subcommands = commands,
};

static void print_error(const struct call *call, const struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct error ignored = { 0 };
	static const char *const code[] = { "none",    "usage",     "absent",
					    "corrupt", "untrusted", "system" };
	char words[COMMAND_WORDS_MAX];

	command_words(call->parent, call->command, words);
	buffer_init(&text, 1u << 16);
	if (call->json && json_object_new(&object, &ignored) == 0 &&
	    json_set_text(object, "schema", "akashi/error/1", &ignored) == 0 &&
	    json_set_text(object, "command", words, &ignored) == 0 &&
	    json_set_text(object, "code", code[err->code], &ignored) == 0 &&
	    json_set_integer(object, "exitStatus", error_exit_status(err->code), &ignored) == 0 &&
	    json_set_text(object, "text", err->text, &ignored) == 0 &&
	    json_write_canonical(object, &text, &ignored) == 0) {
		fprintf(stderr, "%.*s\n", (int)text.len, (const char *)text.data);
		return;
	}
	fprintf(stderr, "%s: %s\n", words, err->text);
}

static int run(struct call *call, struct environment *environment, int argc, char **argv,
	       struct error *err)
{
	if (options_parse(&command_root, argc, argv, call, err))
		return -1;
	if (call->quiet)
		environment_quiet(environment);
	if (call->json)
		environment->progress.shown = false;
	call->colour = !call->json && !call->quiet && output_wants_colour(call->ctx, stdout);
	if (call_has(call, "help")) {
		help_print(stdout, call->parent, call->command);
		return 0;
	}
	if (call_has(call, "version")) {
		call->command = &command_version;
		return command_version.run(call, err);
	}
	if (call->command->subcommands && !call->command->run)
		return error_set(err, ERROR_USAGE, "which command? --help lists them");
	if (options_check_operands(call, err))
		return -1;
	return call->command->run(call, err);
}

/* Output that did not reach its reader is a failed command. */
static int flush_stdout(struct error *err)
{
	if (fflush(stdout) || ferror(stdout))
		return error_system(err, errno, "cannot write standard output");
	return 0;
}

/* An error may lie before --json on the line, and is told as the line asks all the same. */
static bool json_wanted(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct environment environment;
	struct error err = { 0 };
	struct call call = { .ctx = &environment.context, .json = json_wanted(argc, argv) };
	int status;

	environment_begin(&environment);
	if (argc < 2) {
		help_print(stderr, NULL, &command_root);
		return error_exit_status(ERROR_USAGE);
	}
	if (run(&call, &environment, argc, argv, &err) == 0)
		(void)!flush_stdout(&err);
	else
		fflush(stdout);
	environment_end(&environment);
	status = err.code == ERROR_NONE ? call.exit_status : error_exit_status(err.code);
	if (err.code != ERROR_NONE)
		print_error(&call, &err);
	call_release(&call);
	return status;
}
