/* How a check that reads only some layers goes. Inside verify/ only. */
#ifndef VERIFY_CHECK_SPOT_H
#define VERIFY_CHECK_SPOT_H

#include "verify/check/replay.h"
#include "verify/spot.h"

/*
 * Draw layers, compute them from the record's boundary activations, and set the forward step.
 * Not possible without activations, or when a file that holds a drawn layer is not here: the
 * seed is then said, so that the same layers can be looked at once it is.
 */
MUST_CHECK int check_spot(struct check *check, const struct record_choice *choice,
			  struct check_model *model, struct check_record *record,
			  struct error *err);

/*
 * Set the bytes step from what was read in all: of `weights` (or NULL) as far as tensors
 * go. What was not read is "not checked", never "holds".
 */
MUST_CHECK int check_spot_bytes(struct check *check, const struct weights *weights,
				struct error *err);

#endif
