/* Subcommands of key that change what the registry's policy says of one. */
#ifndef CLI_KEY_CHANGE_H
#define CLI_KEY_CHANGE_H

#include "cli/cli.h"

/* A KEY of 64 digits, or the name of a key of this user. ERROR_ABSENT where it is neither. */
MUST_CHECK int key_change_about(const struct call *call, const char *text, struct digest *out_id,
				struct error *err);

extern const struct command key_rotate_command, key_revoke_command;

/* key rotate --log [--finish]: add a key of the log, or retire the one before it. */
MUST_CHECK int key_rotate_log(const struct call *call, struct registry *registry,
			      struct error *err);

#endif
