/* Words of a command line, read by the tables of the commands. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "cli/cli.h"

/*
 * Find the command below `root` and its options and operands. Options may
 * stand anywhere; "--" ends them; `--name=value` and `--name value` are the
 * same. The number of operands is not looked at here. On failure *call holds
 * what was understood so far (so that --json and the command's name are known
 * to whoever prints the error). ERROR_USAGE. `call_release` in either case.
 */
MUST_CHECK int options_parse(const struct command *root, int argc, char **argv, struct call *call,
			     struct error *err);
void call_release(struct call *call);

/* ERROR_USAGE unless the number of operands is what the command takes. */
MUST_CHECK int options_check_operands(const struct call *call, struct error *err);

/* How many letters must be changed, added, left out or swapped to make one word of the other. */
size_t word_distance(const char *a, const char *b);

#endif
