/* hook: git hooks put into a repository, taken away, looked at; and what they do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/hooks.h"
#include "cli/open.h"
#include "cli/output.h"

/* What is told of each hook: at once, or as a list of JSON. */
struct telling {
	const struct call *call;
	struct json *list; /* NULL: as lines */
};

static int told(void *arg, const char *name, const char *what, struct error *err)
{
	struct telling *telling = arg;
	struct json *one;

	if (!telling->list) {
		if (!telling->call->quiet)
			output_line(stdout, "%s: %s", name, what);
		return 0;
	}
	return json_add_object(telling->list, &one, err) || json_set_text(one, "hook", name, err) ||
			       json_set_text(one, "what", what, err)
		       ? -1
		       : 0;
}

static int report_begin(const struct call *call, struct json **out_report, struct telling *telling,
			struct error *err)
{
	telling->call = call;
	return json_object_new(out_report, err) ||
			       json_set_text(*out_report, "schema", "akashi/hook/1", err) ||
			       (call->json &&
				json_set_array(*out_report, "hooks", &telling->list, err))
		       ? -1
		       : 0;
}

/* The repository, or none where all are meant and this is no repository. */
static int work_open(const struct call *call, bool global, struct git_work **out_work,
		     struct error *err)
{
	struct error why = { 0 };

	if (!hooks_repository_need(call, out_work, &why))
		return 0;
	*out_work = NULL;
	return global ? 0 : error_set(err, why.code, "%s", why.text);
}

/* ---- install ---- */

/* Remember the registry that was named, or that lies above the repository. */
static int registry_keep(const struct call *call, const struct git_work *work, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct error why = { 0 };

	if (hooks_registry(call, work, &registry, &why)) {
		if (call_value(call, "registry") || why.code != ERROR_ABSENT)
			return error_set(err, why.code, "%s", why.text);
		context_notice(call->ctx,
			       "no registry is known here: what hooks say waits unsigned until "
			       "'git config akashi.registry DIR' names one");
		return 0;
	}
	return hook_known_write(work, registry, err) ||
			       git_setting_set(call->ctx, work, GIT_SCOPE_LOCAL, "akashi.registry",
					       registry->folder, err)
		       ? -1
		       : 0;
}

/* Hooks that lie among the files that are committed go to everybody, with a path of this machine.
 */
static void tree_warn(const struct call *call, const struct git_work *work, const char *folder)
{
	const char *tree = work ? git_work_tree(work) : NULL;
	size_t len = tree ? strlen(tree) : 0;

	if (len && strncmp(folder, tree, len) == 0 && strncmp(folder + len, ".git/", 5) != 0)
		context_notice(call->ctx,
			       "the hooks lie in '%s' (core.hooksPath), among the files of the "
			       "repository: do not commit them",
			       folder);
}

static int install_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	CLEANUP(json_free) struct json *report = NULL;
	CLEANUP(text_free) char *command = NULL;
	CLEANUP(text_free) char *folder = NULL;
	struct hook_request request = { .global = call_has(call, "global"),
					.dry_run = call_has(call, "dry-run") };
	enum git_scope scope = request.global ? GIT_SCOPE_GLOBAL : GIT_SCOPE_LOCAL;
	struct telling telling = { .list = NULL };

	if (work_open(call, request.global, &work, err) || hooks_command(&command, err) ||
	    report_begin(call, &report, &telling, err))
		return -1;
	request.work = work;
	request.command = command;
	if ((!request.dry_run && !request.global && registry_keep(call, work, err)) ||
	    hook_install(call->ctx, &request, told, &telling, &folder, err) ||
	    (!request.dry_run && call_has(call, "strict") &&
	     git_setting_set(call->ctx, work, scope, "akashi.push", "refuse", err)))
		return -1;
	if (!request.global)
		tree_warn(call, work, folder);
	if (!call->json) {
		output_line(stdout, "%s %s", request.dry_run ? "would be in" : "in", folder);
		return 0;
	}
	return json_set_text(report, "folder", folder, err) || output_json(report, err) ? -1 : 0;
}

static int uninstall_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	CLEANUP(json_free) struct json *report = NULL;
	CLEANUP(text_free) char *folder = NULL;
	struct hook_request request = { .global = call_has(call, "global"),
					.dry_run = call_has(call, "dry-run") };
	struct telling telling = { .list = NULL };

	if (work_open(call, request.global, &work, err) ||
	    report_begin(call, &report, &telling, err))
		return -1;
	request.work = work;
	if (hook_uninstall(call->ctx, &request, told, &telling, &folder, err))
		return -1;
	if (!call->json)
		return 0;
	return json_set_text(report, "folder", folder, err) || output_json(report, err) ? -1 : 0;
}

/* ---- status ---- */

static const char *const state_text[] = {
	[HOOK_NONE] = "not installed",
	[HOOK_OURS] = "installed",
	[HOOK_CHAINED] = "installed; what was there is run first",
	[HOOK_OTHER] = "somebody else's",
};

static int hooks_status(const char *folder, struct telling *telling, struct error *err)
{
	for (const char *const *name = hook_names; *name; name++) {
		enum hook_state state;

		if (hook_look(folder, *name, &state, err) ||
		    told(telling, *name, state_text[state], err))
			return -1;
	}
	return 0;
}

/* Why things were set aside, each behind its name. */
static int refused_status(const char *outbox, struct telling *telling, struct error *err)
{
	CLEANUP(outbox_list_release) struct outbox_list list = { .name = NULL };
	CLEANUP(text_free) char *folder = NULL;

	if (path_join(outbox, "refused", &folder, err) || outbox_list(folder, &list, err))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(buffer_release) struct buffer why, text;
		CLEANUP(outbox_item_release) struct outbox_item item = { .json = NULL };
		CLEANUP(text_free) char *path = NULL;
		CLEANUP(text_free) char *why_path = NULL;
		CLEANUP(text_free) char *reason = NULL;
		struct error none = { 0 };

		buffer_init(&why, 2 * OUTBOX_REASON_MAX);
		buffer_init(&text, OUTBOX_ITEM_MAX);
		if (path_join(folder, list.name[i], &path, err) ||
		    buffer_printf(&text, err, "%s.txt", path) ||
		    buffer_to_text(&text, &why_path, err))
			return -1;
		text.len = 0;
		if (!file_read(path, &text, &none))
			(void)!outbox_item_parse(buffer_view(&text), &item, &none);
		if (!file_read(why_path, &why, &none) && !buffer_to_text(&why, &reason, &none))
			reason[strcspn(reason, "\n")] = '\0';
		if (told(telling, item.json ? item.about : list.name[i],
			 reason ? reason : "set aside, and nobody knows why", err))
			return -1;
	}
	return 0;
}

static int setting_status(const struct git_work *work, const char *key, const char *otherwise,
			  const char *member, struct json *report, struct error *err)
{
	CLEANUP(text_free) char *value = NULL;

	return git_work_setting(work, key, &value, err) ||
			       (value || otherwise ? json_set_text(report, member,
								   value ? value : otherwise, err)
						   : json_set_null(report, member, err))
		       ? -1
		       : 0;
}

static int report_fill(const struct call *call, const struct git_work *work, struct json *report,
		       struct telling *telling, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	CLEANUP(text_free) char *outbox = NULL;
	CLEANUP(text_free) char *registry = NULL;
	struct outbox_state state;

	if (hook_folder(work, &folder, err) || git_work_path(work, "outbox", &outbox, err) ||
	    hook_registry(work, &registry, err) || outbox_look(outbox, &state, err) ||
	    json_set_text(report, "folder", folder, err) || hooks_status(folder, telling, err) ||
	    (registry ? json_set_text(report, "registry", registry, err)
		      : json_set_null(report, "registry", err)) ||
	    setting_status(work, "akashi.push", "warn", "push", report, err) ||
	    setting_status(work, "akashi.publishTo", NULL, "publishTo", report, err) ||
	    json_set_size(report, "waiting", state.waiting, err) ||
	    (state.problem[0] && json_set_text(report, "problem", state.problem, err)))
		return -1;
	if (call->json && json_set_array(report, "refused", &telling->list, err))
		return -1;
	if (!call->json) {
		output_line(stdout, "hooks in: %s", folder);
		output_line(stdout, "registry: %s", registry ? registry : "none is known");
		output_line(stdout, "waiting:  %zu%s%s", state.waiting,
			    state.problem[0] ? "; " : "", state.problem);
		output_line(stdout, "refused:  %zu%s", state.refused,
			    state.refused ? ", set aside ('akashi sync --retry' tries again):"
					  : "");
	}
	return refused_status(outbox, telling, err);
}

static int status_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	CLEANUP(json_free) struct json *report = NULL;
	struct telling telling = { .list = NULL };

	if (hooks_repository_need(call, &work, err) || report_begin(call, &report, &telling, err) ||
	    report_fill(call, work, report, &telling, err))
		return -1;
	return call->json ? output_json(report, err) : 0;
}

/* ---- the tables ---- */

#define OPTION_GLOBAL                                                                              \
	{                                                                                          \
		.name = "global",                                                                  \
		.help = "for all your repositories, by git's core.hooksPath in your own settings"  \
	}

static const struct option install_options[] = {
	OPTION_GLOBAL,
	{ .name = "strict",
	  .help = "let a push be refused when it claims runs that are not registered (git config "
		  "akashi.push refuse)" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example install_examples[] = {
	{ "akashi hook install && git config --add akashi.runs 'configs/**/*.yaml'",
	  "a commit that touches a configuration declares its run from now on" },
	{ NULL, NULL },
};

static const struct command install = {
	.name = "install",
	.summary = "put the hooks into this repository, or into all of yours",
	.synopsis = "[--global] [--strict]",
	.description =
		"Where git looks for hooks (core.hooksPath, else hooks/ of the repository). A hook "
		"that "
		"is there already keeps its bytes and its mode beside the new one, and is run "
		"first, "
		"with the same input and arguments; its exit status stays the hook's. The registry "
		"is "
		"the one that --registry names, or the nearest above; it is kept as git config "
		"akashi.registry. The hooks hold the path of this command: where it is gone, they "
		"are "
		"silent.",
	.options = install_options,
	.examples = install_examples,
	.run = install_run,
};

static const struct option uninstall_options[] = { OPTION_GLOBAL,
						   OPTION_DRY_RUN,
						   { .name = NULL } };

static const struct command uninstall = {
	.name = "uninstall",
	.summary = "take the hooks away, and put back what was there",
	.synopsis = "[--global]",
	.description = "What waits to be delivered stays, and so do the notes.",
	.options = uninstall_options,
	.run = uninstall_run,
};

static const struct command status = {
	.name = "status",
	.summary = "show which hooks are here, and what waits to be registered",
	.synopsis = "",
	.description = "Also what was set aside because it can never be registered, and why.",
	.run = status_run,
};

static const struct command *const subcommands[] = {
	&install,
	&uninstall,
	&status,
	&hook_post_commit,
	&hook_post_checkout,
	&hook_post_merge,
	&hook_post_rewrite,
	&hook_pre_push,
	&hook_reference_transaction,
	NULL,
};

const struct command command_hook = {
	.name = "hook",
	.summary = "let git commits declare runs by themselves",
	.synopsis = "install|uninstall|status",
	.description = "A commit that touches a file of git config akashi.runs (patterns as in "
		       ".gitignore), or "
		       "whose message has a trailer 'Akashi-Run: NAME [FILE]', declares a training "
		       "run. No "
		       "commit waits for the registry or fails by it: 'akashi sync' delivers what "
		       "was said. A "
		       "push tells which commits claim runs that are not registered.",
	.subcommands = subcommands,
};
