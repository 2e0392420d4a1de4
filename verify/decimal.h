/* Decimals of files that others wrote as binary64. */
#ifndef VERIFY_DECIMAL_H
#define VERIFY_DECIMAL_H

#include "kernels/kernels.h"

struct json;

/*
 * The binary64 nearest to a decimal such as "-140.68553161621094" or "1e-05", whatever
 * the locale. ERROR_CORRUPT: anything else ("nan", "inf", "0x1", spaces), or beyond binary64.
 */
MUST_CHECK int decimal_parse(const char *text, double *out_number, struct error *err);

/* The same for a JSON number, or for a string that holds one. */
MUST_CHECK int decimal_of_json(const struct json *value, double *out_number, struct error *err);

#endif
