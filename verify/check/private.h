/* How the forward step deals with records of private probes. Inside verify/ only. */
#ifndef VERIFY_CHECK_PRIVATE_H
#define VERIFY_CHECK_PRIVATE_H

#include "verify/check/model.h"

/* Does this record tell of its probes only what it commits to? */
bool record_is_private(const struct statement *statement);

/* The believed records of private probes of the checkpoint, by identity. */
MUST_CHECK int private_records_find(struct check *check, struct digest_list *out_records,
				    struct error *err);

/*
 * Compute what request->opening opens of them again, every opened probe whole, and say how many
 * are not opened. `exact`: another exact record was compared already, so that nothing here makes
 * the step hold. *out_opened: at least one probe was opened. A probe's opening that opens nothing
 * here fails the step.
 */
MUST_CHECK int check_private(struct check *check, struct check_model *model,
			     const struct digest_list *records, bool exact, bool *out_opened,
			     struct error *err);

/* Only say how many there are, where nothing of them is computed (spot checks). */
MUST_CHECK int check_private_left_out(struct check *check, const struct digest_list *records,
				      struct error *err);

#endif
