/* hook_after: what is done after a commit, a checkout, a merge, a rewrite, a change of refs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/hooks.h"
#include "cli/output.h"

/* What waits and does not move is told where something is added to it. */
static void outbox_tell(const struct call *call, const struct git_work *work)
{
	CLEANUP(text_free) char *folder = NULL;
	struct outbox_state state;
	struct error ignored = { 0 };

	if (git_work_path(work, "outbox", &folder, &ignored) ||
	    outbox_look(folder, &state, &ignored))
		return;
	if (state.problem[0] && state.waiting > 1)
		context_notice(call->ctx, "%zu wait to be registered: %s ('akashi sync')",
			       state.waiting, state.problem);
	if (state.refused)
		context_notice(call->ctx,
			       "%zu could not be registered: 'akashi hook status' says why",
			       state.refused);
}

static void said_tell(const struct call *call, const struct git_work *work,
		      const struct hook_said *said)
{
	if (!said->runs)
		return;
	if (said->runs == 1)
		context_notice(call->ctx, "run %s declared", said->name);
	else
		context_notice(call->ctx, "%zu runs declared: %s and others", said->runs,
			       said->name);
	if (said->unsigned_yet)
		context_notice(call->ctx, "not signed yet: %s; it is signed at 'akashi sync'",
			       said->why);
	outbox_tell(call, work);
}

static int post_commit_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	char head[GIT_HEX_SIZE];
	struct hook_said said;

	hooks_ask_nobody(call);
	if (hooks_repository(call, &work, err))
		return -1;
	/* post-rewrite tells of a rebase as a whole. */
	if (!work || git_work_rebasing(work))
		return 0;
	if (git_work_commit(work, "HEAD", head, err) ||
	    hook_declare(call->ctx, work, head, &said, err))
		return -1;
	said_tell(call, work, &said);
	if (said.runs)
		hooks_sync_later(work);
	return 0;
}

/* ---- what is known of a commit ---- */

/* One line about a commit, from its note; nothing where there is none. */
static int known_tell(const struct call *call, const struct git_work *work, const char *commit,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;
	size_t runs = 0, checkpoints = 0;
	char first[NAME_TEXT_MAX + 32] = "";
	const char *at, *end;

	buffer_init(&note, GIT_NOTE_MAX);
	if (git_work_note(work, commit, &note, err))
		return -1;
	at = (const char *)note.data;
	end = at + note.len;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		bool run = len > 4 && memcmp(at, "run ", 4) == 0;
		bool checkpoint = len > 11 && memcmp(at, "checkpoint ", 11) == 0;
		const char *blank = run || checkpoint
					    ? memchr(at + (run ? 4 : 11), ' ', len - (run ? 4 : 11))
					    : NULL;

		runs += run;
		checkpoints += checkpoint;
		if ((run || checkpoint) && !first[0])
			snprintf(first, sizeof(first), "%.*s",
				 (int)(blank ? blank - at : (ptrdiff_t)len), at);
		at += len + (stop != NULL);
	}
	if (runs + checkpoints == 1)
		context_notice(call->ctx, "known of %.12s: %s", commit, first);
	else if (runs + checkpoints)
		context_notice(call->ctx,
			       "known of %.12s: %s, and more (%zu run%s, %zu checkpoint%s)", commit,
			       first, runs, runs == 1 ? "" : "s", checkpoints,
			       checkpoints == 1 ? "" : "s");
	return 0;
}

static int head_tell(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	char head[GIT_HEX_SIZE];
	struct error none = { 0 };

	if (hooks_repository(call, &work, err))
		return -1;
	if (!work || git_work_rebasing(work) || git_work_commit(work, "HEAD", head, &none))
		return 0;
	return known_tell(call, work, head, err);
}

/* PREVIOUS NEW FLAG: the flag is 0 where single files were checked out. */
static int post_checkout_run(struct call *call, struct error *err)
{
	bool moved = strcmp(call->operand[0], call->operand[1]) != 0;

	return moved && strcmp(call->operand[2], "1") == 0 ? head_tell(call, err) : 0;
}

static int post_merge_run(struct call *call, struct error *err)
{
	return head_tell(call, err);
}

/* ---- lines that git hands us ---- */

typedef int (*line_visit)(void *arg, char *line, struct error *err);

static int lines_read(line_visit visit, void *arg, struct error *err)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int failed = 0;

	while (!failed && (len = getline(&line, &cap, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		failed = line[0] ? visit(arg, line, err) : 0;
	}
	free(line);
	return failed;
}

/* ---- rewritten commits ---- */

struct rewriting {
	const struct call *call;
	struct git_work *work;
	bool any;
};

static int rewritten_line(void *arg, char *line, struct error *err)
{
	struct rewriting *rewriting = arg;
	char *after = strchr(line, ' ');
	struct hook_said said;

	if (!after)
		return 0;
	*after++ = '\0';
	after[strcspn(after, " ")] = '\0';
	if (hook_rewritten(rewriting->call->ctx, rewriting->work, line, after,
			   rewriting->call->operand[0], &said, err))
		return -1;
	said_tell(rewriting->call, rewriting->work, &said);
	rewriting->any = true;
	return 0;
}

static int post_rewrite_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	struct rewriting rewriting = { .call = call };

	hooks_ask_nobody(call);
	if (hooks_repository(call, &work, err))
		return -1;
	rewriting.work = work;
	if (!work || lines_read(rewritten_line, &rewriting, err))
		return work ? -1 : 0;
	if (rewriting.any)
		hooks_sync_later(work);
	return 0;
}

#define HOOK(symbol, word, text, form, least, most)                                                \
	const struct command hook_##symbol = {                                                     \
		.name = word,                                                                      \
		.summary = text,                                                                   \
		.synopsis = form,                                                                  \
		.description = "Called by the hook of this name (akashi hook install).",           \
		.hidden = true,                                                                    \
		.operands_min = least,                                                             \
		.operands_max = most,                                                              \
		.run = symbol##_run,                                                               \
	}

HOOK(post_commit, "post-commit", "declare the runs of the commit", "", 0, 0);
HOOK(post_checkout, "post-checkout", "tell what is known of the commit", "PREVIOUS NEW FLAG", 3, 3);
HOOK(post_merge, "post-merge", "tell what is known of the commit", "[SQUASH]", 0, 1);
HOOK(post_rewrite, "post-rewrite", "go on with the runs of rewritten commits", "COMMAND <PAIRS", 1,
     1);
