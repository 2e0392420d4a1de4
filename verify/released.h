/* Bytes that a registry released on purpose: a signed `retention` statement says so, and why. */
#ifndef VERIFY_RELEASED_H
#define VERIFY_RELEASED_H

#include "verify/believe.h"

#define RELEASED_TEXT_MAX 768

/*
 * The retention of the version `statement` that is in force: of those that `trust` believes, the
 * one that was logged last. *out_found is false where there is none, or where that one says that
 * the bytes are kept (again): then nothing was released. The caller releases *out_retention when
 * *out_found.
 */
MUST_CHECK int released_find(const struct trust *trust, const struct evidence *evidence,
			     const struct digest *statement, struct believed *out_retention,
			     bool *out_found, struct error *err);

/* The last one, whatever it says. */
MUST_CHECK int retention_find(const struct trust *trust, const struct evidence *evidence,
			      const struct digest *statement, struct believed *out_retention,
			      bool *out_found, struct error *err);

/* "released on DATE by KEY (log entry N): REASON", as text that may be shown. */
void released_text(const struct believed *retention, char out_text[RELEASED_TEXT_MAX]);

/*
 * `err` says why the bytes of a file of the version `statement` could not be had. Where they are
 * absent and were released, it is ERROR_ABSENT still and says what released_text says. Returns -1.
 */
int released_explain(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *statement, struct error *err);

#endif
