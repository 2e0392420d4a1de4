/* What is left over when a plan has bound its tensors. Inside verify/ only. */
#ifndef VERIFY_PLAN_REST_H
#define VERIFY_PLAN_REST_H

#include "verify/plan.h"

/*
 * Fill plan->unread with the tensors that no operation reads, and refuse those
 * that show that config.json, or the tables, do not tell the whole: a layer
 * too many, a bias that config.json denies (ERROR_CORRUPT); an unknown tensor
 * inside a layer or beside one that is used (ERROR_UNTRUSTED).
 */
MUST_CHECK int plan_rest(struct plan *plan, const char *prefix, struct error *err);

/*
 * A tied model that has a head tensor as well: 0 if it holds the very bytes
 * of the embedding, else ERROR_UNTRUSTED, since loaders differ in which they take.
 */
MUST_CHECK int plan_tied_check(const struct context *ctx, struct weights *weights,
			       const struct tensor *head, const struct tensor *embedding,
			       struct error *err);

#endif
