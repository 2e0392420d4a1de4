/* hook_say: runs of commits, put into the outbox and the notes. */
#include "registry/hook/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/run.h"
#include "registry/sign.h"

/* ---- signing without asking ---- */

/* Who signs in a hook; nobody is asked anything, so `key` may be missing, for the reason in `why`.
 */
struct saying {
	const struct context *ctx;
	struct git_work *work;
	struct hook_known known;
	struct signing_key *key;
	char *outbox;
	struct hook_said *said;
};

static void saying_release(struct saying *saying)
{
	signing_key_close(&saying->key);
	hook_known_release(&saying->known);
	free(saying->outbox);
}

static void why_set(struct hook_said *said, const char *text)
{
	snprintf(said->why, sizeof(said->why), "%.*s", (int)sizeof(said->why) - 1, text);
}

static int saying_begin(const struct context *ctx, struct git_work *work, struct hook_said *said,
			struct saying *saying, struct error *err)
{
	struct error why = { 0 };

	*said = (struct hook_said){ .runs = 0 };
	*saying = (struct saying){ .ctx = ctx, .work = work, .said = said };
	if (git_work_path(work, "outbox", &saying->outbox, err))
		return -1;
	if (hook_known_read(work, &saying->known, &why))
		why_set(said,
			why.code == ERROR_ABSENT ? "the registry is not known yet" : why.text);
	else if (!saying->known.key)
		why_set(said, "the registry names no key (user.key)");
	else if (strncmp(saying->known.key, "pkcs11:", 7) == 0)
		why_set(said, "the key is in a token, which a hook does not ask");
	else if (signing_key_open(ctx, saying->known.key, &saying->key, &why))
		why_set(said, why.text);
	return 0;
}

/* Put one thing into the outbox, signed if it can be. *out_identity is zero while it is not. */
static int say(struct saying *saying, struct span text, struct digest *out_identity,
	       struct error *err)
{
	CLEANUP(outbox_item_release) struct outbox_item item = { .json = NULL };
	CLEANUP(buffer_release) struct buffer signed_text;
	const struct outbox_signer signer = { saying->known.origin, saying->known.salted,
					      saying->key };
	struct error why = { 0 };

	memset(out_identity, 0, sizeof(*out_identity));
	buffer_init(&signed_text, OUTBOX_ITEM_MAX);
	if (outbox_item_parse(text, &item, err))
		return -1;
	if (item.predicate && saying->key) {
		if (outbox_item_sign(saying->ctx, &item, &signer, &signed_text, out_identity, &why))
			why_set(saying->said, why.text);
		else
			text = buffer_view(&signed_text);
	}
	if (item.predicate && !signed_text.len)
		saying->said->unsigned_yet = true;
	return outbox_put(saying->ctx, saying->outbox, text, err);
}

/* ---- runs ---- */

static bool note_has(struct span note, const char *words)
{
	return note.len && memmem(note.data, note.len, words, strlen(words));
}

static int note_set(struct saying *saying, const char *commit, const char *name,
		    const struct digest *identity, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], line[NAME_TEXT_MAX + DIGEST_HEX_SIZE + 32];
	char instead[NAME_TEXT_MAX + 8];
	const struct digest none = { { 0 } };

	digest_to_hex(identity, hex);
	snprintf(instead, sizeof(instead), "run %s ", name);
	if (digest_equal(identity, &none))
		snprintf(line, sizeof(line), "run %s (not signed yet)", name);
	else
		snprintf(line, sizeof(line), "run %s sha256:%s", name, hex);
	return git_work_note_add(saying->ctx, saying->work, commit, line, instead, err);
}

static int run_say(struct saying *saying, const struct commit_runs *runs,
		   const struct commit_run *run, struct span note, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *facts = NULL;
	CLEANUP(buffer_release) struct buffer file, text;
	char name[NAME_TEXT_MAX], known[NAME_TEXT_MAX + 8];
	struct outbox_draft draft = {
		.kind = STATEMENT_run, .about = name, .object_count = 1, .commit = runs->commit
	};
	struct span object;
	struct digest identity;

	buffer_init(&file, OUTBOX_OBJECT_MAX);
	buffer_init(&text, OUTBOX_ITEM_MAX);
	name_to_text(&run->name, name);
	snprintf(known, sizeof(known), "run %s ", name);
	if (note_has(note, known))
		return 0;
	if (commit_run_file(saying->ctx, saying->work, runs, run, &file, err))
		return -1;
	object = buffer_view(&file);
	draft.object = &object;
	draft.digest = sha256(object);
	if (git_work_facts(saying->work, runs->commit, &facts, err) ||
	    run_predicate_begin(&run->name, &draft.digest, facts, NULL, &predicate, name, err))
		return -1;
	draft.predicate = predicate;
	if (outbox_draft_build(&draft, &text, err) ||
	    say(saying, buffer_view(&text), &identity, err))
		return -1;
	if (!saying->said->runs++)
		memcpy(saying->said->name, name, sizeof(name));
	return note_set(saying, runs->commit, name, &identity, err);
}

static int runs_say(struct saying *saying, const struct commit_runs *runs, struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;

	buffer_init(&note, GIT_NOTE_MAX);
	if (runs->count && git_work_note(saying->work, runs->commit, &note, err))
		return -1;
	for (size_t i = 0; i < runs->count; i++)
		if (run_say(saying, runs, &runs->run[i], buffer_view(&note), err))
			return -1;
	return 0;
}

int hook_declare(const struct context *ctx, struct git_work *work, const char *commit,
		 struct hook_said *out_said, struct error *err)
{
	CLEANUP(commit_runs_release) struct commit_runs runs = { .count = 0 };
	CLEANUP(saying_release) struct saying saying = { .key = NULL };

	*out_said = (struct hook_said){ .runs = 0 };
	if (commit_runs_find(ctx, work, commit, &runs, err))
		return -1;
	if (!runs.count)
		return 0; /* nobody pays for what is not said */
	return saying_begin(ctx, work, out_said, &saying, err) || runs_say(&saying, &runs, err) ? -1
												: 0;
}

/* ---- rewritten commits ---- */

/* A note's line "run OWNER/NAME@VERSION …": the name. */
static bool line_run(const char *line, size_t len, struct name *out_name)
{
	char text[NAME_TEXT_MAX];
	struct error ignored = { 0 };
	size_t end = 4;

	if (len < 5 || memcmp(line, "run ", 4) != 0)
		return false;
	while (end < len && line[end] != ' ')
		end++;
	if (end - 4 >= sizeof(text))
		return false;
	memcpy(text, line + 4, end - 4);
	text[end - 4] = '\0';
	return name_parse(text, out_name, &ignored) == 0;
}

static int supersede_say(struct saying *saying, const struct name *before,
			 const struct commit_runs *runs, const char *reason, struct error *err)
{
	char about[NAME_TEXT_MAX], by[NAME_TEXT_MAX];
	struct digest none;

	for (size_t i = 0; i < runs->count; i++) {
		CLEANUP(buffer_release) struct buffer text;
		const struct name *after = &runs->run[i].name;

		buffer_init(&text, OUTBOX_ITEM_MAX);
		if (strcmp(before->owner, after->owner) != 0 ||
		    strcmp(before->name, after->name) != 0 ||
		    strcmp(before->version, after->version) == 0)
			continue;
		name_to_text(before, about);
		name_to_text(after, by);
		return outbox_supersession_build(about, by, reason, &text, err) ||
				       say(saying, buffer_view(&text), &none, err)
			       ? -1
			       : 0;
	}
	return 0;
}

int hook_rewritten(const struct context *ctx, struct git_work *work, const char *before,
		   const char *after, const char *how, struct hook_said *out_said,
		   struct error *err)
{
	CLEANUP(commit_runs_release) struct commit_runs runs = { .count = 0 };
	CLEANUP(saying_release) struct saying saying = { .key = NULL };
	CLEANUP(buffer_release) struct buffer note;
	char reason[256], line[256];
	const char *at, *end;

	*out_said = (struct hook_said){ .runs = 0 };
	buffer_init(&note, GIT_NOTE_MAX);
	if (strcmp(before, after) == 0)
		return 0;
	if (git_work_note(work, before, &note, err) ||
	    commit_runs_find(ctx, work, after, &runs, err))
		return -1;
	if (!runs.count && !note.len)
		return 0;
	snprintf(reason, sizeof(reason), "%.32s: commit %.40s became %.40s", how, before, after);
	snprintf(line, sizeof(line), "was %.40s (%.32s)", before, how);
	if (saying_begin(ctx, work, out_said, &saying, err) || runs_say(&saying, &runs, err))
		return -1;
	at = (const char *)note.data;
	end = at + note.len;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		struct name name;

		if (line_run(at, len, &name) && supersede_say(&saying, &name, &runs, reason, err))
			return -1;
		at += len + (stop != NULL);
	}
	return note.len ? git_work_note_add(ctx, work, after, line, NULL, err) : 0;
}
