/* hook_install: scripts into folders of hooks, and out of them. */
#include "registry/hook/install.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "\n# akashi-hook 1"
#define WAS ".akashi-was"

enum { SCRIPT_MAX = 64 << 10 };

/* hooks/git_hook.sh */
extern const uint8_t hook_git_hook_sh[];
extern const size_t hook_git_hook_sh_len;

const char *const hook_names[] = { "post-commit", "pre-push",     "post-checkout",
				   "post-merge",  "post-rewrite", "reference-transaction",
				   NULL };

/* What git runs beside these: passed on from a folder for all repositories. Not push-to-checkout,
 * proc-receive and fsmonitor-watchman, whose mere presence changes what git does. */
static const char *const passed_on[] = { "applypatch-msg",
					 "pre-applypatch",
					 "post-applypatch",
					 "pre-commit",
					 "commit-msg",
					 "pre-merge-commit",
					 "post-receive",
					 "prepare-commit-msg",
					 "pre-rebase",
					 "pre-receive",
					 "update",
					 "post-update",
					 "pre-auto-gc",
					 "sendemail-validate",
					 "post-index-change",
					 NULL };

/* ---- folders ---- */

int hook_folder(const struct git_work *work, char **out_folder, struct error *err)
{
	CLEANUP(text_free) char *named = NULL;
	const char *tree = git_work_tree(work);

	if (git_work_setting_path(work, "core.hookspath", &named, err))
		return -1;
	if (!named || !named[0])
		return path_join(git_work_common(work), "hooks", out_folder, err);
	if (named[0] != '/')
		return path_join(tree ? tree : git_work_folder(work), named, out_folder, err);
	*out_folder = named;
	named = NULL;
	return 0;
}

/* A folder for all repositories, of our own. */
static int own_folder(const struct context *ctx, char **out_folder, struct error *err)
{
	const char *config = context_environment(ctx, "XDG_CONFIG_HOME");
	const char *home = context_environment(ctx, "HOME");
	CLEANUP(text_free) char *above = NULL;

	if (config && config[0] == '/')
		return path_join(config, "akashi/hooks", out_folder, err);
	if (!home || !home[0])
		return error_set(err, ERROR_SYSTEM, "HOME is not set: whose hooks?");
	return path_join(home, ".config", &above, err) ||
			       path_join(above, "akashi/hooks", out_folder, err)
		       ? -1
		       : 0;
}

/* Where to, and what is run there before akashi. */
struct place {
	char *folder;
	char *chain; /* "here", "repository", or another folder */
	bool own;    /* ours from end to end */
};

static void place_release(struct place *place)
{
	free(place->folder);
	free(place->chain);
}

static int home_path(const struct context *ctx, char **path, struct error *err)
{
	const char *home = context_environment(ctx, "HOME");
	CLEANUP(text_free) char *short_path = NULL;

	if (strncmp(*path, "~/", 2) != 0)
		return 0;
	short_path = *path;
	*path = NULL;
	return path_join(home ? home : "", short_path + 2, path, err);
}

static int global_place(const struct context *ctx, struct place *place, struct error *err)
{
	CLEANUP(text_free) char *own = NULL;
	CLEANUP(text_free) char *above = NULL;

	if (own_folder(ctx, &own, err) ||
	    git_setting_in(ctx, NULL, GIT_SCOPE_GLOBAL, "core.hookspath", &place->folder, err) ||
	    git_setting_in(ctx, NULL, GIT_SCOPE_SYSTEM, "core.hookspath", &above, err))
		return -1;
	if (place->folder && home_path(ctx, &place->folder, err))
		return -1;
	place->own = !place->folder || strcmp(place->folder, own) == 0;
	if (place->folder && place->folder[0] != '/')
		return error_set(err, ERROR_USAGE,
				 "your core.hooksPath is '%s', another folder in each repository: "
				 "install without --global",
				 place->folder);
	if (!place->folder) {
		place->folder = own;
		own = NULL;
	}
	place->chain = !place->own ? strdup("here") : strdup(above ? above : "repository");
	return place->chain ? 0 : error_system(err, ENOMEM, "cannot install hooks");
}

static int local_place(const struct context *ctx, const struct git_work *work, struct place *place,
		       struct error *err)
{
	CLEANUP(text_free) char *in_force = NULL;
	CLEANUP(text_free) char *local = NULL;

	if (git_work_setting(work, "core.hookspath", &in_force, err) ||
	    git_setting_in(ctx, work, GIT_SCOPE_LOCAL, "core.hookspath", &local, err))
		return -1;
	if (in_force && !local)
		return error_set(
			err, ERROR_USAGE,
			"core.hooksPath is '%s' for all repositories, and git looks "
			"nowhere else: 'akashi hook install --global' uses it, 'git config "
			"core.hooksPath .git/hooks' gives this repository hooks of its own",
			in_force);
	place->chain = strdup("here");
	if (!place->chain)
		return error_system(err, ENOMEM, "cannot install hooks");
	return hook_folder(work, &place->folder, err);
}

static int place_find(const struct context *ctx, const struct hook_request *request,
		      struct place *place, struct error *err)
{
	return request->global ? global_place(ctx, place, err)
			       : local_place(ctx, request->work, place, err);
}

/* ---- scripts ---- */

/* A word for the shell: in quotes whatever it holds. */
static int word_add(struct buffer *out, const char *text, struct error *err)
{
	if (buffer_add_text(out, "'", err))
		return -1;
	for (; *text; text++)
		if (*text == '\'' ? buffer_add_text(out, "'\\''", err)
				  : buffer_add(out, (struct span){ (const uint8_t *)text, 1 }, err))
			return -1;
	return buffer_add_text(out, "'", err);
}

static int script_build(const char *command, const char *chain, struct buffer *out,
			struct error *err)
{
	const char *at = (const char *)hook_git_hook_sh;
	const char *end = at + hook_git_hook_sh_len;
	static const char place[2][9] = { "@AKASHI@", "@FOLDER@" };
	const char *word[] = { command, chain };

	for (size_t i = 0; i < 2; i++) {
		const char *found = memmem(at, (size_t)(end - at), place[i], 8);

		if (!found)
			return error_set(err, ERROR_SYSTEM, "hooks/git_hook.sh has no %s",
					 place[i]);
		if (buffer_add(out, (struct span){ (const uint8_t *)at, (size_t)(found - at) },
			       err) ||
		    word_add(out, word[i], err))
			return -1;
		at = found + 8;
	}
	return buffer_add(out, (struct span){ (const uint8_t *)at, (size_t)(end - at) }, err);
}

int hook_look(const char *folder, const char *name, enum hook_state *out_state, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *was = NULL;
	struct error why = { 0 };
	struct stat seen;

	buffer_init(&text, SCRIPT_MAX);
	if (path_join(folder, name, &path, err))
		return -1;
	if (asprintf(&was, "%s" WAS, path) < 0) {
		was = NULL;
		return error_system(err, ENOMEM, "cannot look at hooks");
	}
	*out_state = HOOK_NONE;
	if (lstat(path, &seen))
		return 0;
	*out_state = HOOK_OTHER;
	if (!S_ISREG(seen.st_mode) || file_read(path, &text, &why) ||
	    !memmem(text.data, text.len, MARK, strlen(MARK)))
		return 0;
	*out_state = lstat(was, &seen) ? HOOK_OURS : HOOK_CHAINED;
	return 0;
}

/* Told of one hook. */
struct telling {
	const struct hook_request *request;
	const struct place *place;
	hook_told told;
	void *arg;
};

static int paths_of(const char *folder, const char *name, char **out_path, char **out_was,
		    struct error *err)
{
	char was[64];

	snprintf(was, sizeof(was), "%s" WAS, name);
	return path_join(folder, name, out_path, err) || path_join(folder, was, out_was, err) ? -1
											      : 0;
}

static int one_install(const struct telling *telling, const char *name, struct span script,
		       struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *was = NULL;
	enum hook_state state;
	struct stat seen, kept;

	if (paths_of(telling->place->folder, name, &path, &was, err) ||
	    hook_look(telling->place->folder, name, &state, err))
		return -1;
	/* The same file under both names: an install was interrupted. */
	if (state == HOOK_OTHER && lstat(was, &kept) == 0 && lstat(path, &seen) == 0 &&
	    (kept.st_ino != seen.st_ino || kept.st_dev != seen.st_dev))
		return error_set(err, ERROR_USAGE,
				 "somebody put another '%s' over the one of akashi, and '%s' still "
				 "holds the one before: move one of them away first",
				 path, was);
	if (!telling->request->dry_run) {
		/* First the new one under a passing name, so that git never finds none. */
		if (state == HOOK_OTHER && link(path, was) && errno != EEXIST && rename(path, was))
			return error_system(err, errno, "cannot keep '%s' as '%s'", path, was);
		if (file_write(path, script, 0755, FILE_REPLACE, err))
			return -1;
	}
	return telling->told(telling->arg, name,
			     state == HOOK_OTHER || state == HOOK_CHAINED
				     ? "installed; what was there is run first"
				     : "installed",
			     err);
}

static int one_uninstall(const struct telling *telling, const char *name, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *was = NULL;
	enum hook_state state;

	if (paths_of(telling->place->folder, name, &path, &was, err) ||
	    hook_look(telling->place->folder, name, &state, err))
		return -1;
	if (state == HOOK_NONE)
		return 0;
	if (state == HOOK_OTHER)
		return telling->place->own ? 0
					   : telling->told(telling->arg, name,
							   "left: it is somebody else's", err);
	if (!telling->request->dry_run &&
	    (state == HOOK_CHAINED ? rename(was, path) : unlink(path)))
		return error_system(err, errno, "cannot take '%s' away", path);
	return telling->told(
		telling->arg, name,
		state == HOOK_CHAINED ? "removed; what was there before is back" : "removed", err);
}

static int folder_hand_over(struct place *place, char **out_folder)
{
	*out_folder = place->folder;
	place->folder = NULL;
	return 0;
}

int hook_install(const struct context *ctx, const struct hook_request *request, hook_told told,
		 void *arg, char **out_folder, struct error *err)
{
	CLEANUP(place_release) struct place place = { .folder = NULL };
	CLEANUP(buffer_release) struct buffer script;
	struct telling telling = { request, &place, told, arg };

	buffer_init(&script, SCRIPT_MAX);
	if (place_find(ctx, request, &place, err) ||
	    script_build(request->command, place.chain, &script, err) ||
	    (!request->dry_run && folder_make(place.folder, err)))
		return -1;
	for (const char *const *name = hook_names; *name; name++)
		if (one_install(&telling, *name, buffer_view(&script), err))
			return -1;
	for (const char *const *name = passed_on; place.own && request->global && *name; name++)
		if (one_install(&telling, *name, buffer_view(&script), err))
			return -1;
	if (place.own && request->global && !request->dry_run &&
	    git_setting_set(ctx, NULL, GIT_SCOPE_GLOBAL, "core.hooksPath", place.folder, err))
		return -1;
	return folder_hand_over(&place, out_folder);
}

int hook_uninstall(const struct context *ctx, const struct hook_request *request, hook_told told,
		   void *arg, char **out_folder, struct error *err)
{
	CLEANUP(place_release) struct place place = { .folder = NULL };
	struct telling telling = { request, &place, told, arg };

	if (place_find(ctx, request, &place, err))
		return -1;
	/* First nobody looks there any more. */
	if (place.own && request->global && !request->dry_run &&
	    git_setting_set(ctx, NULL, GIT_SCOPE_GLOBAL, "core.hooksPath", NULL, err))
		return -1;
	for (const char *const *name = hook_names; *name; name++)
		if (one_uninstall(&telling, *name, err))
			return -1;
	for (const char *const *name = passed_on; place.own && request->global && *name; name++)
		if (one_uninstall(&telling, *name, err))
			return -1;
	if (place.own && request->global && !request->dry_run)
		(void)rmdir(place.folder);
	return folder_hand_over(&place, out_folder);
}
