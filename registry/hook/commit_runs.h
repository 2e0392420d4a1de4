/*
 * The training runs that a commit declares: those whose configuration files it touched (git config
 * akashi.runs, patterns as in .gitignore), and those that a trailer "Akashi-Run:" of its message
 * names.
 */
#ifndef REGISTRY_HOOK_COMMIT_RUNS_H
#define REGISTRY_HOOK_COMMIT_RUNS_H

#include "registry/git/work.h"

#define COMMIT_RUNS_MAX 64 /* of one commit; more are a mistake in a pattern */

struct commit_run {
	struct name name;
	char *path; /* its configuration file; NULL: the trailer names none */
};

struct commit_runs {
	char commit[GIT_HEX_SIZE];
	struct commit_run run[COMMIT_RUNS_MAX];
	size_t count;
};

void commit_runs_release(struct commit_runs *runs);

/*
 * The runs of the commit. A trailer's value is NAME or NAME@VERSION and perhaps a configuration
 * file of the commit behind it; a run without VERSION has the commit's first 12 digits. A
 * configuration file's run is called OWNER/PATH, where OWNER is git config akashi.owner, or else
 * the repository's folder, and PATH is without its ending and has "-" for "/". A file that a
 * trailer names is declared by it alone. Those of a trailer that names nothing are told to
 * `context_notice` and passed over. ERROR_USAGE: more than COMMIT_RUNS_MAX.
 */
MUST_CHECK int commit_runs_find(const struct context *ctx, const struct git_work *work,
				const char *commit, struct commit_runs *out_runs,
				struct error *err);

/* The value of a trailer, taken apart; `version` is what stands for none. *out_path is malloced,
 * or NULL. ERROR_USAGE. */
MUST_CHECK int commit_run_parse(struct span text, const char *version, struct name *out_name,
				char **out_path, struct error *err);

/*
 * What is kept of a run as its run file: canonical JSON {"commit", "files": [{"path", "sha256",
 * "size", "text"}], "schema": "akashi/commit-run/1"}; a file that is no text or looks as if it held
 * a secret is named without its text, and why is told to `context_notice`.
 */
MUST_CHECK int commit_run_file(const struct context *ctx, const struct git_work *work,
			       const struct commit_runs *runs, const struct commit_run *run,
			       struct buffer *out, struct error *err);

#endif
