/*
 * likeness: few marks by which weights are found again among those of a registry.
 *
 * Of the tensors that tell weights (matrices of real numbers, no masks) the eight whose roots are
 * the least: two checkpoints that have a share of their tensors in common have each of the marks in
 * common with that chance, so that one of eight is with near certainty. And one mark of the names
 * and shapes of them all, whatever their format, for those that are alike without being equal.
 */
#ifndef REGISTRY_LINT_LIKENESS_H
#define REGISTRY_LINT_LIKENESS_H

#include "verify/verify.h"

#define LIKENESS_MARKS 8u
#define LIKENESS_MARK_SIZE 17u     /* 16 characters and the NUL */
#define LIKENESS_ELEMENTS_MIN 256u /* a smaller matrix may be equal by chance, or by design */

struct likeness {
	char mark[LIKENESS_MARKS][LIKENESS_MARK_SIZE]; /* of tensors, each once */
	size_t count;
	char shapes[LIKENESS_MARK_SIZE]; /* "" where no tensor counts */
};

/* Does this tensor tell weights? Not what is equal in models that have nothing to do with each
 * other: vectors, masks, tables of positions, integers; nor the state of an optimizer. */
bool likeness_counts(const char *path, const struct tensor *tensor);

MUST_CHECK int likeness_of(const struct manifest *manifest, struct likeness *out_likeness,
			   struct error *err);

#endif
