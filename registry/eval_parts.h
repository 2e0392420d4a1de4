/* An evaluation of many tasks, cut to what one statement holds. */
#ifndef REGISTRY_EVAL_PARTS_H
#define REGISTRY_EVAL_PARTS_H

#include "verify/verify.h"

/* Predicates of the statements about one result file, complete but for what is added when signed.
 */
struct eval_parts {
	struct json **predicate;
	size_t count;
};

void eval_parts_release(struct eval_parts *parts);

/*
 * Cut a predicate between tasks into as few as hold it: each has its own tasks' scores and samples,
 * everything else, and where there are several `part` {`number` (from 1), `count`}. ERROR_USAGE:
 * one task alone is too much.
 */
MUST_CHECK int eval_parts_cut(const struct json *predicate, struct eval_parts *out_parts,
			      struct error *err);

#endif
