/* add eval: the one subcommand of add that takes many files and says what each is of. */
#ifndef CLI_ADD_EVAL_H
#define CLI_ADD_EVAL_H

#include "cli/cli.h"

extern const struct command add_eval_command;

#endif
