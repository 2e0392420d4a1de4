/* Which artifacts an in-toto statement is about. Inside verify/sigstore/ only. */
#ifndef VERIFY_SIGSTORE_SUBJECT_H
#define VERIFY_SIGSTORE_SUBJECT_H

#include "kernels/kernels.h"

#define SUBJECT_STATEMENT_MAX (16u << 20) /* bytes of a statement that names subjects */

/*
 * 0 iff `payload` is an in-toto statement (v0.1 or v1) that has `sha256` among
 * its subjects. ERROR_CORRUPT otherwise.
 */
MUST_CHECK int subject_check(struct span payload, const struct digest *sha256, struct error *err);

#endif
