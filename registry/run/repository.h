/* The git repositories of a run: commit, what is pushed, and the dirty tree with untracked files.
 */
#ifndef REGISTRY_RUN_REPOSITORY_H
#define REGISTRY_RUN_REPOSITORY_H

#include "registry/run/facts.h"

#define RUN_REPOSITORIES_MAX 32 /* with their submodules */

struct run_repositories_request {
	const char *const
		*folder; /* none: the repository of the working folder, where it has one */
	size_t folder_count;
	const char *const *output; /* patterns of what the run makes: no change to the commit */
	size_t output_count;
	const char *spool; /* folder that takes the objects (run_spool_object); NULL: none kept */
	bool snapshot;     /* keep the dirty tree as a commit under refs/akashi/runs/ID */
};

/*
 * Set `repositories` of the details. What cannot be known of one (somebody else's, no
 * commit yet …) is said in its place, and noticed; only memory and disk fail.
 */
MUST_CHECK int run_repositories_gather(const struct context *ctx,
				       const struct run_repositories_request *request,
				       struct run_facts *facts, struct error *err);

#endif
