/* Subcommands of key that change what the registry's policy says of one. */
#ifndef CLI_KEY_CHANGE_H
#define CLI_KEY_CHANGE_H

#include "cli/cli.h"

extern const struct command key_rotate_command, key_revoke_command;

#endif
