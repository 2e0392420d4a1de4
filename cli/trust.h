/* What the command trust is made of, in files of their own. */
#ifndef CLI_TRUST_H
#define CLI_TRUST_H

#include "cli/cli.h"

extern const struct command trust_policy_command, trust_sign_command, trust_update_command;

/* Sign a draft with keys of this user and log it, or write it to the file `out` when that is not
 * NULL; say what happened. */
MUST_CHECK int trust_draft_finish(const struct call *call, struct registry *registry,
				  struct policy_draft *draft, const char *const *keys, size_t count,
				  const char *out, struct error *err);

#endif
