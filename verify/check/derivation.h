/* How a check does declared derivations again. Inside verify/ only. */
#ifndef VERIFY_CHECK_DERIVATION_H
#define VERIFY_CHECK_DERIVATION_H

#include "verify/check/parts.h"

/*
 * Say in the lineage step which derivations of the checkpoint were signed by keys that count; and
 * where request->derivations asks for it, do each again. One that differs fails the step; one whose
 * parents are not here, or that is not computed, leaves the whole undecided, with the reason.
 */
MUST_CHECK int check_derivations(struct check *check, struct error *err);

#endif
