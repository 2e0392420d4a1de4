/* What the commands of git hooks share: cli/cmd_hook.c, cli/hook_*.c, cli/cmd_sync.c. */
#ifndef CLI_HOOKS_H
#define CLI_HOOKS_H

#include "cli/cli.h"

/*
 * The git repository that git runs us for (GIT_DIR), or that this folder is in. NULL, and success,
 * where a hook has nothing to do in it; why it cannot be read is said once in each repository.
 */
MUST_CHECK int hooks_repository(const struct call *call, struct git_work **out_work,
				struct error *err);
/* The same for a command that a person typed: whatever stands in the way is an error. */
MUST_CHECK int hooks_repository_need(const struct call *call, struct git_work **out_work,
				     struct error *err);
void hooks_close(struct git_work **work);

/* The registry of this repository: --registry and AKASHI_REGISTRY, hook_registry, the nearest
 * above. */
MUST_CHECK int hooks_registry(const struct call *call, const struct git_work *work,
			      struct registry **out_registry, struct error *err);

/* Nobody is asked for a passphrase in a hook, unless a file has it. */
void hooks_ask_nobody(const struct call *call);

/* Let `akashi sync` run by itself, in no terminal, with this repository; nothing waits for it. */
void hooks_sync_later(const struct git_work *work);

/* The path of this very command, malloced. */
MUST_CHECK int hooks_command(char **out_path, struct error *err);

/* Is the repository's setting not "false"? */
bool hooks_notes_wanted(const struct git_work *work);

/* What the hooks do, beside those of cli/cmd_hook.c: cli/hook_after.c, cli/hook_push.c. */
extern const struct command hook_post_commit, hook_post_checkout, hook_post_merge,
	hook_post_rewrite, hook_reference_transaction, hook_pre_push;

#endif
