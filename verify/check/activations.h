/* The boundary activations that a record names, opened as they are asked for. Inside verify/ only.
 */
#ifndef VERIFY_CHECK_ACTIVATIONS_H
#define VERIFY_CHECK_ACTIVATIONS_H

#include "verify/check/replay.h"

/* Start with {0}. */
struct activations {
	struct check *check;
	struct boundaries list;
	struct source *source; /* of the boundary asked for last */
	uint32_t boundary;
};

void activations_release(struct activations *activations);

/*
 * Read the list that the record names, which must be of this model and these probes: ERROR_CORRUPT
 * otherwise, ERROR_ABSENT when it is not there. *out_states borrows `activations`.
 */
MUST_CHECK int activations_open(struct check *check, const struct believed *record,
				const struct check_model *model, const struct probes *probes,
				struct activations *activations, struct boundary_source *out_states,
				struct error *err);

#endif
