/* version: print the version. */
#include "cli/cli.h"

#include <stdio.h>

static int version_run(int argc, char **argv, struct error *err)
{
	(void)argv;
	if (argc)
		return error_set(err, ERROR_USAGE, "takes no arguments");
	puts("akashi " AKASHI_VERSION);
	return 0;
}

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.usage = "",
	.run = version_run,
};
