/* git_notes: lines about commits in refs/notes/akashi, and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "registry/git/work_inner.h"

/* How often another writer of notes may be met. */
enum { NOTE_TRIES = 20 };

int git_work_note(const struct git_work *work, const char *hex, struct buffer *out,
		  struct error *err)
{
	const struct git_library *git = &work->repo.git;
	git_note *note = NULL;
	git_oid oid;
	int code, failed;

	if (strlen(hex) != GIT_HEX_SIZE - 1 || git->oid_fromstr(&oid, hex))
		return error_set(err, ERROR_USAGE, "'%.80s' names no commit", hex);
	code = git->note_read(&note, work->repo.handle, GIT_NOTES, &oid);
	if (code == GIT_ENOTFOUND)
		return 0;
	if (code)
		return git_failed(git, code, err, "cannot read the note of a commit");
	failed = buffer_add_text(out, git->note_message(note), err);
	git->note_free(note);
	return failed;
}

/* The note with the line at its end; *out_same when there is nothing to change. */
static int note_with(struct span note, const char *line, const char *instead, struct buffer *out,
		     bool *out_same, struct error *err)
{
	const char *at = (const char *)note.data, *end = at + note.len;
	size_t line_len = strlen(line), gone_len = instead ? strlen(instead) : 0;

	*out_same = false;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((stop ? stop : end) - at);
		bool same = len == line_len && memcmp(at, line, len) == 0;
		bool gone = gone_len && len >= gone_len && memcmp(at, instead, gone_len) == 0;

		*out_same |= same;
		if (!same && !gone && len &&
		    (buffer_add(out, (struct span){ (const uint8_t *)at, len }, err) ||
		     buffer_add_text(out, "\n", err)))
			return -1;
		at += len + (stop != NULL);
	}
	return buffer_add_text(out, line, err) || buffer_add_text(out, "\n", err) ? -1 : 0;
}

/* Not a person's name: notes travel with the repository. */
static int note_put(const struct context *ctx, const struct git_work *work, const git_oid *oid,
		    const char *text)
{
	const struct git_library *git = &work->repo.git;
	git_signature *who = NULL;
	git_oid made;
	int code = git->signature_new(&who, "akashi", "akashi@localhost", context_now(ctx), 0);

	if (!code)
		code = git->note_create(&made, work->repo.handle, GIT_NOTES, who, who, oid, text,
					1);
	git->signature_free(who);
	return code;
}

int git_work_note_add(const struct context *ctx, const struct git_work *work, const char *hex,
		      const char *line, const char *instead, struct error *err)
{
	git_oid oid;
	int code = 0;

	if (work->repo.git.oid_fromstr(&oid, hex))
		return error_set(err, ERROR_USAGE, "'%.80s' names no commit", hex);
	for (int i = 0; i < NOTE_TRIES; i++) {
		CLEANUP(buffer_release) struct buffer before, after;
		CLEANUP(text_free) char *text = NULL;
		bool same;

		buffer_init(&before, GIT_NOTE_MAX);
		buffer_init(&after, 2 * GIT_NOTE_MAX);
		if (git_work_note(work, hex, &before, err) ||
		    note_with(buffer_view(&before), line, instead, &after, &same, err))
			return -1;
		if (same)
			return 0;
		if (buffer_to_text(&after, &text, err))
			return -1;
		code = note_put(ctx, work, &oid, text);
		if (!code)
			return 0;
	}
	return git_failed(&work->repo.git, code, err, "cannot write the note of a commit");
}
