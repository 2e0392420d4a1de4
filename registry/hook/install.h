/*
 * Hooks put where git looks for them, and taken away again: hooks/git_hook.sh, with the path of
 * this command in it. What was there keeps its bytes and its mode under NAME.akashi-was,
 * and is run first, with the same input and arguments; its exit status is the hook's.
 */
#ifndef REGISTRY_HOOK_INSTALL_H
#define REGISTRY_HOOK_INSTALL_H

#include "registry/git/work.h"

/* The hooks that akashi has something to say in. Ends with NULL. */
extern const char *const hook_names[];

struct hook_request {
	struct git_work *work; /* NULL where `global` is meant and there is no repository here */
	bool global;           /* for all repositories of this user */
	const char *command;   /* absolute path of akashi */
	bool dry_run;
};

/* What was done with each hook, told in their order: `name`, and for people what about it. */
typedef int (*hook_told)(void *arg, const char *name, const char *what, struct error *err);

/*
 * Put the hooks into the repository's folder of hooks (core.hooksPath of its own settings, else
 * hooks/), or, for all repositories, into the folder that the user's core.hooksPath names; where it
 * names none, into a folder of akashi's own, from which every hook of a repository is run as
 * before. Again is success. *out_folder, malloced, is where they are. ERROR_USAGE: core.hooksPath
 * is set for all repositories, and only one was meant.
 */
MUST_CHECK int hook_install(const struct context *ctx, const struct hook_request *request,
			    hook_told told, void *arg, char **out_folder, struct error *err);

/* Put back what was there, byte for byte. What somebody has put over a hook of ours is left. */
MUST_CHECK int hook_uninstall(const struct context *ctx, const struct hook_request *request,
			      hook_told told, void *arg, char **out_folder, struct error *err);

/* How one hook stands in `folder`. */
enum hook_state {
	HOOK_NONE,    /* nothing there */
	HOOK_OURS,    /* ours alone */
	HOOK_CHAINED, /* ours, and what was there is run first */
	HOOK_OTHER    /* somebody else's */
};
MUST_CHECK int hook_look(const char *folder, const char *name, enum hook_state *out_state,
			 struct error *err);

/* Where git looks for the hooks of this repository, malloced. */
MUST_CHECK int hook_folder(const struct git_work *work, char **out_folder, struct error *err);

#endif
