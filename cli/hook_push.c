/* hook_push: what is done before a push, and when refs change. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/hooks.h"
#include "cli/output.h"

enum push_policy { PUSH_WARN, PUSH_REFUSE, PUSH_OFF };

/* One push. */
struct pushing {
	struct call *call;
	struct git_work *work;
	struct registry *registry; /* NULL: it cannot be asked */
	char why[512];             /* then: why */
	enum push_policy policy;
	char *publish_to;
	const char *remote;
	size_t missing;
	bool refused;
};

static void pushing_release(struct pushing *pushing)
{
	registry_close(&pushing->registry);
	free(pushing->publish_to);
	hooks_close(&pushing->work);
}

static int policy_read(struct pushing *pushing, struct error *err)
{
	CLEANUP(text_free) char *value = NULL;

	if (git_work_setting(pushing->work, "akashi.push", &value, err))
		return -1;
	if (!value || strcmp(value, "warn") == 0)
		pushing->policy = PUSH_WARN;
	else if (strcmp(value, "refuse") == 0)
		pushing->policy = PUSH_REFUSE;
	else if (strcmp(value, "off") == 0)
		pushing->policy = PUSH_OFF;
	else
		return error_set(err, ERROR_USAGE,
				 "git config akashi.push is '%.80s': warn, refuse or off", value);
	return 0;
}

/* Open the registry, and deliver what waits, so that it is not told as missing. */
static void registry_ask(struct pushing *pushing)
{
	struct hook_synced synced;
	struct error why = { 0 };

	if (hooks_registry(pushing->call, pushing->work, &pushing->registry, &why)) {
		pushing->registry = NULL;
		snprintf(pushing->why, sizeof(pushing->why), "%.*s", (int)sizeof(pushing->why) - 1,
			 why.text);
	} else if (hook_sync(pushing->registry, pushing->work, NULL,
			     hooks_notes_wanted(pushing->work), &synced, &why)) {
		context_notice(pushing->call->ctx, "what waits was not registered: %s", why.text);
	}
}

static int missing_told(void *arg, const char *commit, const char *name, const char *why,
			struct error *err)
{
	struct pushing *pushing = arg;

	(void)err;
	if (pushing->missing++ < 20)
		context_notice(pushing->call->ctx, "commit %.12s claims %s: %s", commit, name, why);
	return 0;
}

/* A tag that was pushed cannot be taken back: it goes only where its release does. */
static int tag_publish(struct pushing *pushing, const struct push_line *line, struct error *err)
{
	struct push_release release;
	const struct context *ctx = pushing->call->ctx;
	struct name name;
	bool model, is;

	if (!hook_tag_name(line->remote_ref, &name, &model) || !model || !pushing->publish_to)
		return 0;
	if (!pushing->registry)
		return error_set(err, ERROR_ABSENT,
				 "%s publishes, and the registry cannot be asked: %s",
				 line->remote_ref, pushing->why);
	if (hook_push_release(pushing->work, pushing->registry, line, pushing->publish_to, &is,
			      &release, err))
		return error_prefix(err, "%s publishes what is not there", line->remote_ref);
	if (!is)
		return 0;
	if (release.other[0]) {
		context_notice(ctx, "%s was made from commit %.12s, and the tag is at another",
			       release.name, release.other);
		pushing->refused |= pushing->policy == PUSH_REFUSE;
	}
	if (!release.recorded) {
		context_notice(ctx, "%s: nobody recorded what it computes (akashi record)",
			       release.name);
		pushing->refused |= pushing->policy == PUSH_REFUSE;
	}
	if (pushing->refused)
		return 0;
	if (environment_threads(pushing->call->ctx, err) ||
	    hook_push_publish(ctx, pushing->registry, &release, err))
		return error_prefix(err, "%s", release.name);
	context_notice(ctx, "%s %s in %s", release.name,
		       release.there ? "was published before" : "published", release.folder);
	return 0;
}

/* A line that git hands us. */
static int push_line(struct pushing *pushing, const char *text, bool publish, struct error *err)
{
	struct push_line line;

	if (push_line_parse(span_of(text), &line, err))
		return -1;
	if (publish)
		return tag_publish(pushing, &line, err);
	return hook_push_look(pushing->call->ctx, pushing->work, pushing->registry, &line,
			      pushing->remote, missing_told, pushing, err);
}

static int lines_go(struct pushing *pushing, const char *text, bool publish, struct error *err)
{
	CLEANUP(text_free) char *copy = strdup(text);
	char *rest = copy;
	const char *line;

	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for what git says");
	while ((line = strsep(&rest, "\n")))
		if (line[0] && push_line(pushing, line, publish, err))
			return -1;
	return 0;
}

/* Only who was told to refuse stands in the way of a push that cannot be looked at. */
static int claims_look(struct pushing *pushing, const char *text, struct error *err)
{
	struct error why = { 0 };

	if (lines_go(pushing, text, false, &why)) {
		if (pushing->policy == PUSH_REFUSE)
			return error_set(err, why.code, "%s", why.text);
		context_notice(pushing->call->ctx, "the push was not looked at: %s", why.text);
	}
	pushing->refused = pushing->missing && pushing->policy == PUSH_REFUSE;
	return 0;
}

static int input_read(char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	uint8_t part[4096];
	size_t got;

	buffer_init(&text, 64u << 20);
	while ((got = fread(part, 1, sizeof(part), stdin)) > 0)
		if (buffer_add(&text, (struct span){ part, got }, err))
			return -1;
	return buffer_to_text(&text, out_text, err);
}

static void missing_tell(const struct pushing *pushing)
{
	const struct context *ctx = pushing->call->ctx;

	if (pushing->missing > 20)
		context_notice(ctx, "and %zu more", pushing->missing - 20);
	if (pushing->missing && !pushing->registry)
		context_notice(ctx, "the registry: %s", pushing->why);
	if (pushing->refused)
		context_notice(ctx, "the push is refused (git config akashi.push): 'akashi sync' "
				    "registers what waits, 'git push --no-verify' goes without");
}

static int pre_push_run(struct call *call, struct error *err)
{
	CLEANUP(pushing_release) struct pushing pushing = { .call = call };
	CLEANUP(text_free) char *text = NULL;
	struct error why = { 0 };

	hooks_ask_nobody(call);
	if (input_read(&text, err))
		return -1;
	if (hooks_repository(call, &pushing.work, &why))
		context_notice(call->ctx, "the push was not looked at: %s", why.text);
	if (!pushing.work)
		return 0;
	if (policy_read(&pushing, err) ||
	    git_work_setting_path(pushing.work, "akashi.publishTo", &pushing.publish_to, err))
		return -1;
	if (pushing.policy == PUSH_OFF || !text[0])
		return 0;
	/* The name of a remote, or its URL where it has none. */
	pushing.remote = strpbrk(call->operand[0], ":/") ? NULL : call->operand[0];
	registry_ask(&pushing);
	/* First all claims, then all releases: nothing is published by a push that is refused. */
	if (claims_look(&pushing, text, err) ||
	    (!pushing.refused && lines_go(&pushing, text, true, err)))
		return -1;
	missing_tell(&pushing);
	call->exit_status = pushing.refused ? 1 : 0;
	return 0;
}

const struct command hook_pre_push = {
	.name = "pre-push",
	.summary = "tell what a push claims that is not registered",
	.synopsis = "REMOTE URL <LINES",
	.description = "Called by the hook of this name (akashi hook install).",
	.hidden = true,
	.operands_min = 1,
	.operands_max = 2,
	.run = pre_push_run,
};

/* ---- refs ---- */

static int ref_line(struct call *call, struct git_work *work, const char *text, bool *moved,
		    struct error *err)
{
	struct hook_ref_line line;
	bool one;

	if (hook_ref_line_parse(span_of(text), &line, err))
		return -1;
	if (strcmp(call->operand[0], "prepared") == 0)
		return hook_ref_prepared(work, &line, err);
	if (hook_ref_committed(call->ctx, work, &line, &one, err))
		return -1;
	*moved |= one;
	return 0;
}

static int reference_transaction_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	CLEANUP(text_free) char *text = NULL;
	bool moved = false;
	const char *line;
	char *rest;

	if (strcmp(call->operand[0], "prepared") != 0 && strcmp(call->operand[0], "committed") != 0)
		return 0;
	if (input_read(&text, err) || hooks_repository(call, &work, err))
		return -1;
	rest = text;
	while (work && (line = strsep(&rest, "\n")))
		if (line[0] && ref_line(call, work, line, &moved, err))
			return -1;
	if (moved)
		hooks_sync_later(work);
	return 0;
}

const struct command hook_reference_transaction = {
	.name = "reference-transaction",
	.summary = "record that a tag of a run or model was moved or deleted",
	.synopsis = "STATE <LINES",
	.description = "Called by the hook of this name (akashi hook install).",
	.hidden = true,
	.operands_min = 1,
	.operands_max = 1,
	.run = reference_transaction_run,
};
