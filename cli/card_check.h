/* akashi card check: what a card claims, held against facts. */
#ifndef CLI_CARD_CHECK_H
#define CLI_CARD_CHECK_H

#include "cli/cli.h"

extern const struct command card_check_command;

/* Check the card at `path` against what is signed about `name` (NULL: nothing) and what the options
 * --model, --script, --data and --log name, where the command has them. */
MUST_CHECK int card_check_run(struct call *call, const char *path, const char *name,
			      struct error *err);

#endif
