/*
 * What the ways to check a computation share: replaying a record, and whatever else runs
 * the model of a check. Inside verify/ only.
 */
#ifndef VERIFY_CHECK_MODEL_H
#define VERIFY_CHECK_MODEL_H

#include "verify/check_parts.h"
#include "verify/forward.h"

/* The model that a check is about, ready to compute. Start with {0}. */
struct check_model {
	struct weights *weights; /* of check->tree; held against the manifest where there is one */
	struct forward *forward;
	struct device_in_use device; /* what it is computed on */
};

void check_model_release(struct check_model *model);

/*
 * Open weights, architecture and backend. Where that is not possible, *out_ready
 * stays false and the forward step says why; what contradicts itself or the
 * manifest fails that step. -1 only where nothing can be judged.
 */
MUST_CHECK int check_model_open(struct check *check, struct check_model *model, bool *out_ready,
				struct error *err);

/*
 * After the first pass over the model failed: device_replace, and no expert counts as used by
 * what failed.
 */
bool check_model_replace(struct check_model *model, struct error *cause);

/*
 * Once something was computed with the model: evidence of a step, and a line for people,
 * if a device was declined; nothing where the model's device is not open.
 */
MUST_CHECK int check_model_device_say(struct check *check, const struct check_model *model,
				      enum step_id id, struct error *err);

/*
 * The forward step is not possible: "WHY: CAUSE". Where the step was asked for by name, or
 * the policy asks for it, the whole is undecided. ERROR_SYSTEM in `cause` is returned as -1; else
 * `cause` is cleared.
 */
MUST_CHECK int check_model_not_possible(struct check *check, const char *why, struct error *cause,
					struct error *err);

#endif
