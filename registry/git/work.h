/*
 * What git hooks ask of a repository: its settings, what a commit touched and says, what is to be
 * pushed, and notes. Trees are compared with trees; neither the work tree nor the index is read,
 * which takes libgit2 hundreds of milliseconds where there are many files.
 */
#ifndef REGISTRY_GIT_WORK_H
#define REGISTRY_GIT_WORK_H

#include "verify/verify.h"

#define GIT_HEX_SIZE 41 /* of a commit's name, with the NUL */
#define GIT_NOTES "refs/notes/akashi"
#define GIT_NOTE_MAX (64u << 10) /* bytes of a note that is read or written */
#define GIT_FILE_MAX (1u << 20)  /* bytes of a file that is read from a commit */

struct git_work;

/*
 * Open the repository at `folder` or above it. ERROR_ABSENT: there is none. One that libgit2 must
 * not or cannot read (somebody else's, SHA-256) is opened too, and git_work_refusal says why; then
 * only the folders and nothing below is to be asked.
 */
MUST_CHECK int git_work_open(const char *folder, struct git_work **out_work, struct error *err);
void git_work_close(struct git_work **work);

const char *git_work_refusal(const struct git_work *work); /* NULL: it can be read */
const char *git_work_folder(const struct git_work *work);  /* its own: HEAD is here */
const char *git_work_common(const struct git_work *work);  /* what its work trees share */
const char *git_work_tree(const struct git_work *work);    /* NULL: it is bare */

/* "COMMON/akashi/NAME", malloced: what is ours in a repository. */
MUST_CHECK int git_work_path(const struct git_work *work, const char *name, char **out_path,
			     struct error *err);

/* Is a rebase under way? Its commits are told when it ends, by post-rewrite. */
bool git_work_rebasing(const struct git_work *work);

/* ---- settings ---- */

enum git_scope { GIT_SCOPE_LOCAL, GIT_SCOPE_GLOBAL, GIT_SCOPE_SYSTEM };

/* The value in force, malloced; NULL where it is not set. */
MUST_CHECK int git_work_setting(const struct git_work *work, const char *key, char **out_value,
				struct error *err);
/* The same for a path: "~/" is the home folder. */
MUST_CHECK int git_work_setting_path(const struct git_work *work, const char *key, char **out_value,
				     struct error *err);
/* Each value of a setting that may stand several times. */
typedef int (*git_visit_text)(void *arg, const char *text, struct error *err);
MUST_CHECK int git_work_settings(const struct git_work *work, const char *key, git_visit_text visit,
				 void *arg, struct error *err);

/* The value in the repository's own file, the user's or the machine's; malloced, or NULL. */
MUST_CHECK int git_setting_in(const struct context *ctx, const struct git_work *work,
			      enum git_scope scope, const char *key, char **out_value,
			      struct error *err);
/* Set it there; NULL takes it away. `work` may be NULL but for the repository's. */
MUST_CHECK int git_setting_set(const struct context *ctx, const struct git_work *work,
			       enum git_scope scope, const char *key, const char *value,
			       struct error *err);

/* ---- commits ---- */

/* The commit that a revision ("HEAD", a ref, a name) stands for. ERROR_ABSENT: none. */
MUST_CHECK int git_work_commit(const struct git_work *work, const char *revision,
			       char out_hex[GIT_HEX_SIZE], struct error *err);

/* The object that a ref names itself (of an annotated tag, the tag). ERROR_ABSENT. */
MUST_CHECK int git_work_ref(const struct git_work *work, const char *ref,
			    char out_hex[GIT_HEX_SIZE], struct error *err);

/* Is there such a commit here? */
bool git_work_has(const struct git_work *work, const char *hex);

/*
 * The files that a commit added or changed, in the order of their paths; of a merge, those that
 * are as in none of its parents.
 */
MUST_CHECK int git_work_touched(const struct git_work *work, const char *hex, git_visit_text visit,
				void *arg, struct error *err);

/* The values of a trailer ("Akashi-Run") of the commit's message, compared without case. */
MUST_CHECK int git_work_trailers(const struct git_work *work, const char *hex, const char *key,
				 git_visit_text visit, void *arg, struct error *err);

/* Append a file of a commit. ERROR_ABSENT: none; ERROR_CORRUPT: larger than the buffer may be. */
MUST_CHECK int git_work_file(const struct git_work *work, const char *hex, const char *path,
			     struct buffer *out, struct error *err);

/*
 * The `git` object of docs/formats.md, section 3, as far as the commit tells: `dirty` is
 * "not-possible", since no work tree is looked at. The caller frees *out_facts.
 */
MUST_CHECK int git_work_facts(struct git_work *work, const char *hex, struct json **out_facts,
			      struct error *err);

/* Commits from `hex` back that are neither reached from `known` (may be "") nor from what is known
 * of `remote` (may be NULL); the newest first, at most `most` of them. */
MUST_CHECK int git_work_outgoing(const struct git_work *work, const char *hex, const char *known,
				 const char *remote, size_t most, git_visit_text visit, void *arg,
				 struct error *err);

/* ---- notes, in GIT_NOTES alone ---- */

/* Append the note of a commit; none is success. */
MUST_CHECK int git_work_note(const struct git_work *work, const char *hex, struct buffer *out,
			     struct error *err);

/*
 * Add a line to the commit's note unless it has it; a line that begins with `instead` (may be
 * NULL) goes away. Somebody else may write notes at the same time: it is tried again.
 */
MUST_CHECK int git_work_note_add(const struct context *ctx, const struct git_work *work,
				 const char *hex, const char *line, const char *instead,
				 struct error *err);

#endif
