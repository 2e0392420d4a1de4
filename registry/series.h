/* A series of checkpoints in one command: many folders, one name with {step}. */
#ifndef REGISTRY_SERIES_H
#define REGISTRY_SERIES_H

#include "verify/verify.h"

#define SERIES_STEP "{step}"
#define SERIES_MAX 100000u

struct series_item {
	char *path;
	char *step; /* NULL where the name has no {step} */
	struct name name;
};

/* In the order of the steps, numbers by value. */
struct series {
	struct series_item *item;
	size_t count;
};

void series_release(struct series *series);

/*
 * Each word is a path, or a shell glob when nothing has that very name. In
 * `pattern`, "{step}" stands for what the last `*` of the glob matched; for a word
 * that is a path, for the last number in it ("out/step-500/hf": 500).
 * ERROR_USAGE: no step to be seen, two folders of one step, several paths and no
 * {step}, a name that is none; ERROR_ABSENT: a glob that nothing matches.
 */
MUST_CHECK int series_expand(const char *const *word, size_t count, const char *pattern,
			     struct series *out_series, struct error *err);

#endif
