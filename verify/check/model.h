/*
 * What the ways to check a computation share: replaying a record, and whatever else runs
 * the model of a check. Inside verify/ only.
 */
#ifndef VERIFY_CHECK_MODEL_H
#define VERIFY_CHECK_MODEL_H

#include "verify/check/parts.h"
#include "verify/forward.h"

#define CHECK_DOUBT_MAX 512 /* cut beyond */

/* The model that a check is about, ready to compute. Start with {0}. */
struct check_model {
	struct weights *weights; /* of check->tree; held against the manifest where there is one */
	struct forward *forward;
	struct device_in_use device; /* what it is computed on */
	/* Of the last pass: a device that found a difference, so that the CPU computes it again;
	 * empty: none; and what it found. */
	char doubted[BACKEND_DESCRIPTION_MAX];
	char doubt[CHECK_DOUBT_MAX];
};

void check_model_release(struct check_model *model);

/*
 * Open weights, architecture and backend. Where that is not possible, *out_ready
 * stays false and the forward step says why; what contradicts itself or the
 * manifest fails that step. -1 only where nothing can be judged.
 */
MUST_CHECK int check_model_open(struct check *check, struct check_model *model, bool *out_ready,
				struct error *err);

/* Before a pass over the model, each time one is wanted: check_model_again is about this one. */
void check_model_begin(struct check_model *model);

/*
 * After a pass that `failed` with `cause`, or else found `difference` (NULL: none): true if it
 * is to be done again, on the CPU, of the same sample. That is so where nobody insisted on the
 * device, and it failed, or what it computed speaks against what was published; such a
 * device never accuses, the CPU does. Then `cause` is cleared, and no expert counts as used by
 * that pass. Where the CPU finds nothing, the device is declined with its difference.
 */
bool check_model_again(struct check_model *model, bool failed, const char *difference,
		       struct error *cause);

/*
 * Once a pass found a difference: whose it is. A line and evidence (repeatedAfter) if a device
 * found one and the CPU did too; a line with how to repeat it if it is a device's alone, because it
 * was insisted on. `seed` drew the sample; NULL or empty: none did.
 */
MUST_CHECK int check_model_difference_say(struct check *check, const struct check_model *model,
					  enum step_id id, const char *seed, struct error *err);

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

/* check_blame for the forward step after a pass failed: what a device met is said to be its own. */
MUST_CHECK int check_model_blame(struct check *check, const struct check_model *model,
				 const char *what, const char *seed, struct error *cause,
				 struct error *err);

#endif
