/* Objects that were taken away on purpose: a signed tombstone says so, and why. */
#ifndef VERIFY_WITHHELD_H
#define VERIFY_WITHHELD_H

#include "verify/believe.h"

/*
 * The tombstone of an object that `trust` believes, the first logged where there are several.
 * The caller releases *out_tombstone when *out_found.
 */
MUST_CHECK int withheld_find(const struct trust *trust, const struct evidence *evidence,
			     const struct digest *object, struct believed *out_tombstone,
			     bool *out_found, struct error *err);
/* "withheld since DATE (log entry N): REASON", as text that may be shown. */
void withheld_text(const struct believed *tombstone, char out_text[512]);

/*
 * `err` says why an object could not be had. Where it is absent and a tombstone is believed, it is
 * ERROR_UNTRUSTED afterwards and says what withheld_text says. Returns -1.
 */
int withheld_explain(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *object, struct error *err);
/* evidence_object_read, explained. */
MUST_CHECK int withheld_read(const struct trust *trust, const struct evidence *evidence,
			     const struct digest *object, struct buffer *out, struct error *err);

#endif
