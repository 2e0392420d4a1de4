/* checkpoint_name: the stage, step and tokens that the name of a checkpoint tells. */
#ifndef REGISTRY_CHECKPOINT_NAME_H
#define REGISTRY_CHECKPOINT_NAME_H

#include "kernels/kernels.h"

#define CHECKPOINT_NAME_MAX 1024u /* bytes of a name that is looked at */
#define CHECKPOINT_DIGITS_MAX 18u /* of a number; one that is longer is none */

struct checkpoint_name {
	const char *form; /* of checkpoint_name.def; static */
	bool whole;       /* the form is the whole name: a number, or one that moves */
	bool moving;      /* main, latest: it goes on to stand for the newest one */
	bool has_stage, has_ingredient, has_step, has_tokens, has_epoch;
	uint64_t stage, ingredient, step, tokens, epoch; /* 0 where there is none */
	/* Borrowed from the name: what is in front of the form, and behind it; and the number that
	 * orders the series (the step, else the epoch, else the tokens) as it was written. */
	struct span before, behind, number;
};

/*
 * Read a name ("stage1-step1000-tokens5B", "base-iter_0000100"). False: it has none of the forms,
 * or a number in it is too large; *out_name is left.
 */
bool checkpoint_name_read(const char *name, struct checkpoint_name *out_name);

/* The last part of a path that is such a name, "out/step-500/hf": step 500. One that is `whole`
 * counts as the last part only. */
bool checkpoint_name_of_path(const char *path, struct checkpoint_name *out_name);

/*
 * The number that tells it from its neighbours, as it is written: that of its form, else the last
 * digits of all. False: it has no digits. Borrowed from the name.
 */
bool checkpoint_name_number(const char *name, struct span *out_number);

/* The number that orders a series. */
uint64_t checkpoint_name_place(const struct checkpoint_name *name);

/* Of one branch of training: equal in front of the form, in stage and in ingredient. */
bool checkpoint_name_same_branch(const struct checkpoint_name *a, const struct checkpoint_name *b);

/* By what is in front, stage, ingredient, number; those that move come last. For qsort. */
int checkpoint_name_order(const struct checkpoint_name *a, const struct checkpoint_name *b);

/* For tests: each line of the list; NULL behind the last. */
struct checkpoint_form {
	const char *form, *example;
	bool whole, moving;
};
const struct checkpoint_form *checkpoint_form_at(size_t index);

#endif
