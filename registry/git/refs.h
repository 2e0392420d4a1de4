/* The refs of a git repository, read from their files: for those that libgit2 cannot open. */
#ifndef REGISTRY_GIT_REFS_H
#define REGISTRY_GIT_REFS_H

#include "verify/verify.h"

#define GIT_COMMIT_HEX_MAX 64

/* Where a repository's files lie. Release with git_folders_release. */
struct git_folders {
	char *git;    /* HEAD and index are here */
	char *common; /* config, objects and refs are here; the same unless it is a linked work tree
		       */
};

void git_folders_release(struct git_folders *folders);

/* From the folder of the repository itself ("…/.git/"), which is copied. */
MUST_CHECK int git_folders_of(const char *git_folder, struct git_folders *out_folders,
			      struct error *err);

/* What HEAD is. `branch` is NULL when it names a commit itself. */
struct git_head {
	char commit[GIT_COMMIT_HEX_MAX + 1];
	char *branch;
};

void git_head_release(struct git_head *head);

/* `hex_len`: digits of a commit's name, 40 or 64. ERROR_ABSENT when there is no commit yet. */
MUST_CHECK int git_refs_head(const struct git_folders *folders, size_t hex_len,
			     struct git_head *out_head, struct error *err);

/* Add the names of the tags at `commit` to `array`, sorted by bytes; annotated ones only where
 * packed-refs tells what they point at. */
MUST_CHECK int git_refs_tags(const struct git_folders *folders, const char *commit,
			     struct json *array, struct error *err);

#endif
