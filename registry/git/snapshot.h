/*
 * The work tree as it stands, with its untracked files, as a commit that no branch has.
 *
 * Trees and files are written as objects and named by one reference, refs/akashi/runs/ID; the
 * user's index, HEAD, branches and work tree are read and never written. `git checkout` of the
 * commit brings the state back, `git push REMOTE refs/akashi/runs/ID` hands it on.
 */
#ifndef REGISTRY_GIT_SNAPSHOT_H
#define REGISTRY_GIT_SNAPSHOT_H

#include "verify/verify.h"

#define GIT_SNAPSHOT_FILE_MAX (16u << 20)   /* bytes of an untracked or changed file */
#define GIT_SNAPSHOT_BYTES_MAX (128u << 20) /* of all of them */
#define GIT_SNAPSHOT_FILES_MAX 20000
#define GIT_SNAPSHOT_LEFT_OUT_MAX 16 /* that are named; more are counted */

struct git_snapshot_request {
	const char *folder;
	const char *id; /* of the run */
	int64_t now_s;
	const char *const *output; /* as git_request has them */
	size_t output_count;
	bool write; /* keep the dirty tree; else only look */
	/* Why a file's bytes must not be kept (static), or NULL. */
	const char *(*refuse)(void *arg, const char *path, struct span bytes);
	void *arg;
};

struct git_snapshot {
	/* remotes, pushed, pushedTo and snapshot, as an entry of `repositories` has them */
	struct json *facts;
	char **submodule; /* paths below the work tree, of those that are there */
	size_t submodule_count;
	struct buffer
		diff; /* from the commit to the snapshot; empty: nothing, or more than is kept */
};

void git_snapshot_release(struct git_snapshot *snapshot);

/*
 * Look, and keep what differs. Works without a commit, in the middle of a rebase or merge, in
 * linked work trees. ERROR_ABSENT, ERROR_UNTRUSTED and ERROR_SYSTEM as git_facts_gather; why a
 * tree could not be kept is told by `notPossible` of the facts.
 */
MUST_CHECK int git_snapshot_take(const struct git_snapshot_request *request,
				 struct git_snapshot *out_snapshot, struct error *err);

/* The top of the work tree that `folder` lies in; of a bare repository `folder`. Malloced. Fails as
 * git_facts_gather, but for a repository without a commit. */
MUST_CHECK int git_folder_top(const char *folder, char **out_folder, struct error *err);

#endif
