/* What a repository is while hooks look at it. Private to registry/git*.c. */
#ifndef REGISTRY_GIT_WORK_INNER_H
#define REGISTRY_GIT_WORK_INNER_H

#include "registry/git/inner.h"
#include "registry/git/work.h"

struct git_work {
	struct repository repo;
	git_config *config; /* a snapshot of what is in force; NULL: it may not be read */
	char *refusal;
};

/* The commit of this name, of 40 digits; the caller frees it. ERROR_ABSENT. */
MUST_CHECK int git_work_lookup(const struct git_work *work, const char *hex,
			       git_commit **out_commit, struct error *err);

#endif
