/* The subcommands of `akashi log` that have files of their own. */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include "cli/cli.h"

extern const struct command log_command_state;
extern const struct command log_command_fsck;
extern const struct command log_command_inspect;

#endif
