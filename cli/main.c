/* Find the command, run it, turn its error into a line and an exit status. */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cli/commands.def"
#undef COMMAND
};

int main(int argc, char **argv)
{
	struct error err = { 0 };

	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i]->name, argv[1]) != 0)
			continue;
		if (commands[i]->run(argc - 2, argv + 2, &err) == 0)
			return 0;
		fprintf(stderr, "akashi %s: %s\n", argv[1], err.text);
		return error_exit_status(err.code);
	}
	fputs("usage: akashi COMMAND\n", stderr);
	return error_exit_status(ERROR_USAGE);
}
