/* A series of checkpoints in one command: many folders, one name with {step}. */
#ifndef REGISTRY_SERIES_H
#define REGISTRY_SERIES_H

#include "registry/checkpoint_name.h"
#include "verify/verify.h"

#define SERIES_STEP "{step}"
#define SERIES_MAX 100000u

struct series_item {
	char *path;
	char *step; /* NULL where the name has no {step} */
	struct name name;
	bool placed; /* its path has one of the forms that checkpoints are called by */
	struct checkpoint_name place; /* borrowed from `path` */
};

/* In the order of stages and steps, numbers by value; what has none of the known forms behind them,
 * by the bytes of its step. */
struct series {
	struct series_item *item;
	size_t count;
};

void series_release(struct series *series);

/*
 * Each word is a path, or a shell glob when nothing has that very name. In
 * `pattern`, "{step}" stands for what the last `*` of the glob matched; for a word
 * that is a path, for the step that one of its parts tells (checkpoint_name.def;
 * "out/step500-tokens4B/hf": 500), else for the last number in it.
 * ERROR_USAGE: no step to be seen, two folders of one step, several paths and no
 * {step}, a name that is none; ERROR_ABSENT: a glob that nothing matches.
 */
MUST_CHECK int series_expand(const char *const *word, size_t count, const char *pattern,
			     struct series *out_series, struct error *err);

/*
 * Of which of its items item `index` goes on training: 1 + the place of the one before it, or of
 * the last one of the stage before where an ingredient of a stage begins; 0: none, or it cannot be
 * told.
 */
size_t series_before(const struct series *series, size_t index);

#endif
