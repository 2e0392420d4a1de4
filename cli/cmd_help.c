/* help: explain a command; also what the build makes manual pages and completions with. */
#include <stdio.h>
#include <string.h>

#include "cli/help.h"

static const struct command *find(const struct command *among, const char *name)
{
	for (const struct command *const *sub = among->subcommands; sub && *sub; sub++)
		if (strcmp((*sub)->name, name) == 0)
			return *sub;
	return NULL;
}

static int help_run(struct call *call, struct error *err)
{
	const struct command *parent = NULL, *command = &command_root;

	if (call_value(call, "completion"))
		return completion_print(stdout, call_value(call, "completion"), err);
	for (size_t i = 0; i < call->operand_count; i++) {
		parent = command;
		command = find(parent, call->operand[i]);
		if (!command)
			return error_set(err, ERROR_USAGE, "no command '%s'; --help lists them",
					 call->operand[i]);
	}
	if (call_has(call, "man"))
		man_print(stdout, command);
	else
		help_print(stdout, parent, command);
	return 0;
}

static const struct option help_options[] = {
	{ .name = "man", .help = "print the manual page as roff" },
	{ .name = "completion",
	  .argument = "SHELL",
	  .choices = "bash zsh fish",
	  .help = "print the completions for a shell" },
	{ .name = NULL },
};

const struct command command_help = {
	.name = "help",
	.summary = "explain a command",
	.synopsis = "[COMMAND [SUBCOMMAND]]",
	.options = help_options,
	.operands_max = 2,
	.hidden = true,
	.run = help_run,
};
