/* Narrowing a disagreement down, from the record to one element. Inside verify/ only. */
#ifndef VERIFY_CHECK_DISPUTE_H
#define VERIFY_CHECK_DISPUTE_H

#include "verify/check/replay.h"

/*
 * After a replay: name the layer, the probe, the row and the element where record and computation
 * part, and against another party's transcript (check->request->against) the step; as details and
 * as evidence `dispute` of the forward step, whose status stays. What a referee needs for that one
 * element is among it. ERROR_CORRUPT: the other party's transcript is malformed.
 */
MUST_CHECK int check_dispute(struct check *check, const struct record_choice *choice,
			     struct check_model *model, const struct check_record *record,
			     const struct replay_report *report, struct error *err);

#endif
