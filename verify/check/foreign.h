/* How the forward step looks at outputs that other frameworks wrote. Inside verify/ only. */
#ifndef VERIFY_CHECK_FOREIGN_H
#define VERIFY_CHECK_FOREIGN_H

#include "verify/check/model.h"

/* True for a record of class foreign: it is never looked at as an exact one. */
bool record_is_foreign(const struct statement *statement);

/* The foreign records about the check's checkpoint that are believed, by identity. */
MUST_CHECK int foreign_records_find(struct check *check, struct digest_list *out_records,
				    struct error *err);

/*
 * Hold each of them against the weights. With `exact`, an exact record decided the
 * step, and a foreign one adds a line and its evidence; else the first says the step's
 * sentence. Beyond its tolerance it fails the step in either case
 * (docs/foreign_outputs.md says why).
 */
MUST_CHECK int check_foreign(struct check *check, struct check_model *model,
			     const struct digest_list *records, bool exact, struct error *err);

#endif
