/*
 * What git hooks say: runs that a commit declares, commits that were rewritten, tags that moved.
 * Nothing here asks a registry; everything is put into the repository's outbox (registry/outbox.h)
 * and its notes (registry/git/work.h), from which hook_sync takes it on.
 */
#ifndef REGISTRY_HOOK_SAY_H
#define REGISTRY_HOOK_SAY_H

#include "registry/hook/commit_runs.h"
#include "registry/outbox.h"

/*
 * What a repository knows of its registry without asking it: .git/akashi/known, canonical JSON
 * {"key", "origin", "private", "registry", "schema": "akashi/known/1"}.
 */
struct hook_known {
	struct json *json;    /* texts are borrowed from it */
	const char *registry; /* its folder, absolute */
	const char *origin;
	const char *key; /* user.key of its config; NULL: none */
	bool salted;     /* core.private */
};
MUST_CHECK int hook_known_parse(struct span text, struct hook_known *out_known, struct error *err);
void hook_known_release(struct hook_known *known);
/* ERROR_ABSENT: nothing is known yet. */
MUST_CHECK int hook_known_read(const struct git_work *work, struct hook_known *out_known,
			       struct error *err);
/* Written where it says something else; what the registry's settings say from now on. */
MUST_CHECK int hook_known_write(const struct git_work *work, const struct registry *registry,
				struct error *err);

/* What was said. */
struct hook_said {
	size_t runs;                 /* declared */
	char name[NAME_TEXT_MAX];    /* of the first of them */
	bool unsigned_yet;           /* some wait for the key or for the registry */
	char why[OUTBOX_REASON_MAX]; /* then: why */
};

/*
 * Declare the runs of a commit, but for those that its note names already. Signed at once where the
 * key opens without a question.
 */
MUST_CHECK int hook_declare(const struct context *ctx, struct git_work *work, const char *commit,
			    struct hook_said *out_said, struct error *err);

/*
 * `after` took the place of `before` (`how`: "amend", "rebase"): its runs are declared, and those
 * of `before` that have the same owner/name are superseded by them. The note of `after` says what
 * it was.
 */
MUST_CHECK int hook_rewritten(const struct context *ctx, struct git_work *work, const char *before,
			      const char *after, const char *how, struct hook_said *out_said,
			      struct error *err);

/* The name that a tag refs/tags/model/OWNER/NAME/VERSION or refs/tags/run/OWNER/NAME/VERSION speaks
 * of; false: it is another ref. */
bool hook_tag_name(const char *ref, struct name *out_name, bool *out_model);

/* One line of git's reference-transaction: "OLD NEW REF". ERROR_CORRUPT. */
struct hook_ref_line {
	char before[65], after[65]; /* zeros: none, or not said */
	char ref[1024];
};
MUST_CHECK int hook_ref_line_parse(struct span text, struct hook_ref_line *out_line,
				   struct error *err);

/*
 * A ref is to be changed (`prepared`): what it is now is remembered, since git does not always say
 * it; or it was (`committed`): where a tag that names a run or a model was moved or deleted, a
 * `move` waits to be delivered, and *out_moved is true.
 */
MUST_CHECK int hook_ref_prepared(const struct git_work *work, const struct hook_ref_line *line,
				 struct error *err);
MUST_CHECK int hook_ref_committed(const struct context *ctx, struct git_work *work,
				  const struct hook_ref_line *line, bool *out_moved,
				  struct error *err);

#endif
