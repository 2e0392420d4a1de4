/* What is checked about a JSON text before the JSON library sees it. Inside verify/json*.c only. */
#ifndef VERIFY_JSON_SCAN_H
#define VERIFY_JSON_SCAN_H

#include "verify/json.h"

/*
 * Walk once over `text`: limits, UTF-8, NUL, and numbers. Every number that is
 * no int64_t is replaced by the string "\u0000" + its text, which no real
 * string can be, since those are refused. If there was any, the rewritten text
 * is in `out` and *out_text points there; else *out_text is `text` itself.
 * *out_cost is more than the bytes that the library will take for the values; the limits bound it.
 * Grammar beyond that is left to the library.
 */
MUST_CHECK int json_scan(struct span text, const struct json_limits *limits, struct buffer *out,
			 struct span *out_text, size_t *out_cost, struct error *err);

#endif
