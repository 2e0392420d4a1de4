/* JSON as Python writes it: with NaN and Infinity where a number is none. */
#ifndef VERIFY_PYTHON_JSON_H
#define VERIFY_PYTHON_JSON_H

#include "verify/json.h"

/*
 * json_parse for files that Python's json module wrote: the words NaN, Infinity and -Infinity
 * outside of texts, which are no JSON, are read as null. All else is as strict as there.
 */
MUST_CHECK int python_json_parse(struct span text, const struct json_limits *limits,
				 struct json **out_value, struct error *err);

#endif
