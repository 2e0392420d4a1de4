/* How a check recomputes published scores. Inside verify/ only. */
#ifndef VERIFY_CHECK_EVALS_H
#define VERIFY_CHECK_EVALS_H

#include "verify/check/parts.h"

/*
 * Where request->evals asks for it: draw that many items of each samples file that a believed
 * evaluation of the checkpoint names, compute their log-probabilities from the weights, and say in
 * the claims step whether the published ones, the choices and the scores follow. What
 * contradicts fails that step; what cannot be recomputed leaves the whole undecided, with the
 * reason.
 */
MUST_CHECK int check_evals(struct check *check, struct error *err);

#endif
