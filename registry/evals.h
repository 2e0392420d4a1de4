/* Many files of results in one command: each is bound to the weights that it is of. */
#ifndef REGISTRY_EVALS_H
#define REGISTRY_EVALS_H

#include "registry/add.h"

#define EVALS_MAX 10000u    /* files in one command */
#define EVAL_WORDS_MAX 2560 /* bytes of what is said about one file */

struct evals_wish {
	/* Paths, or globs when nothing has that very name; `**` matches any folders. What
	 * llm-jp-eval leaves beside its results is no file of results for a glob. */
	const char *const *word;
	size_t word_count;
	/*
	 * NAME@VERSION: all files are of it. NAME: each is of one of its versions. NAME@…{step}…:
	 * of the version with the step that the file tells. NULL: of the checkpoint whose weights
	 * lie in the folder that the file names.
	 */
	const char *of;
	const char *const *samples; /* of one file; as in add_eval */
	size_t samples_count;
	bool accept; /* what contradicts is registered, and the statement says so */
	bool skip;   /* what cannot be bound or read is left out */
};

/* One file, and what becomes of it. */
struct evals_item {
	char *path;
	/* By which it was bound: "named", "weights", "revision", "step", "only" (the only
	 * version); NULL: it was not. */
	const char *how;
	char name[NAME_TEXT_MAX];     /* of the checkpoint */
	char by[EVAL_WORDS_MAX];      /* what in the file told it, or "" */
	char problem[EVAL_WORDS_MAX]; /* why it is not registered, or "" */
	struct json *contradictions;  /* as the statement has them; NULL: none */
	bool registered;              /* or would be, in a dry run */
	struct add_result result;
};

struct evals {
	struct evals_item *item;
	size_t count;
	size_t problems; /* items with a problem */
};

void evals_release(struct evals *evals);

/* Of what a statement lists in `contradictions`: is it usual, and no contradiction? Measured first
 * and registered later ("registered-later"); a folder that holds other weights now ("folder"). */
bool evals_is_usual(const char *what);

/*
 * Read, bind and check every file, then register all of them in one batch, or none: where one has a
 * problem nothing is registered and *out_evals tells of each (with `skip`: the others are).
 * ERROR_ABSENT: a glob that nothing matches; ERROR_USAGE: no such name.
 */
MUST_CHECK int registry_add_evals(struct registry *registry, const struct add_how *how,
				  const struct evals_wish *wish, struct evals *out_evals,
				  struct error *err);

#endif
