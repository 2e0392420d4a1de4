/*
 * What a git repository says about the commit that a thing was made from.
 *
 * libgit2 is loaded when the first repository is looked at, so that no other
 * command pays for it. Its ownership check stays on: the settings of a
 * repository that belongs to somebody else are not obeyed.
 */
#ifndef REGISTRY_GIT_H
#define REGISTRY_GIT_H

#include "verify/verify.h"

/* The largest diff that is kept; more is left out, and the facts say so. */
#define GIT_DIFF_MAX_BYTES (16u << 20)

struct git_request {
	const char *folder; /* the work tree, a folder in it, or a bare repository */

	/*
	 * For a repository that came from somebody else: look at `folder` only, never above it, and
	 * refuse what leads outside (a .git file, core.worktree, alternates).
	 */
	bool enclosed;

	/* Untracked files below these paths are what the commit makes, no change to it. */
	const char *const *output;
	size_t output_count;
};

/*
 * The `git` object of docs/formats.md, section 3, without `diff`: the caller
 * keeps *out_diff as an object when it is not empty, and names it there.
 * *out_diff is what `git apply` takes, behind lines that begin with "# " and
 * name the untracked files (size, SHA-256 up to 1 MiB, path). Both are for the
 * caller to release. ERROR_ABSENT: no repository, or one without a commit;
 * ERROR_UNTRUSTED: it belongs to somebody else; ERROR_SYSTEM: libgit2 is not
 * installed. Remote URLs lose their credentials; paths on this machine are no
 * remotes.
 */
MUST_CHECK int git_facts_gather(const struct context *ctx, const struct git_request *request,
				struct json **out_facts, struct buffer *out_diff,
				struct error *err);

/*
 * A remote URL without what lets one in: userinfo (but the name that ssh logs
 * in as), query and fragment. *out_url is NULL where the URL is a path on this
 * machine, or cannot be told apart from a password; else the caller frees it.
 */
MUST_CHECK int git_url_public(const char *url, char **out_url, struct error *err);

#endif
