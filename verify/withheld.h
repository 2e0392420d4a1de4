/* What was taken away on purpose, objects and bodies: a signed tombstone says so, and why. */
#ifndef VERIFY_WITHHELD_H
#define VERIFY_WITHHELD_H

#include "verify/believe.h"
#include "verify/tombstone.h"

#define WITHHELD_TEXT_SIZE 512

/*
 * The tombstone that `trust` believes of an object, or of the statement with this identity; the
 * first logged where there are several. The caller releases *out_tombstone when *out_found.
 */
MUST_CHECK int withheld_find(const struct trust *trust, const struct evidence *evidence,
			     enum withheld_what what, const struct digest *digest,
			     struct believed *out_tombstone, bool *out_found, struct error *err);
/* "withheld since DATE by key KEY (log entry N): REASON", as text that may be shown. */
void withheld_text(const struct believed *tombstone, char out_text[WITHHELD_TEXT_SIZE]);

/*
 * `err` says why an object could not be had. Where it is absent and a tombstone is believed, it is
 * ERROR_UNTRUSTED afterwards and says what withheld_text says. Returns -1.
 */
int withheld_explain(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *object, struct error *err);
/* evidence_object_read, explained. */
MUST_CHECK int withheld_read(const struct trust *trust, const struct evidence *evidence,
			     const struct digest *object, struct buffer *out, struct error *err);

/*
 * withheld_find for a statement of which no body is in `evidence`. One that is there is taken as
 * ever, whatever tombstones say: then *out_found is false.
 */
MUST_CHECK int withheld_statement_find(const struct trust *trust, const struct evidence *evidence,
				       const struct digest *identity,
				       struct believed *out_tombstone, bool *out_found,
				       struct error *err);
/* withheld_explain for a statement that is not there. Returns -1. */
int withheld_explain_statement(const struct trust *trust, const struct evidence *evidence,
			       const struct digest *identity, struct error *err);

#endif
