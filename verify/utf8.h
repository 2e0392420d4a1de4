/* UTF-8 as RFC 3629 defines it, and texts of lines. */
#ifndef VERIFY_UTF8_H
#define VERIFY_UTF8_H

#include "kernels/kernels.h"

/* The code point at the front of `text`, and how many bytes it takes: 0 when it is no UTF-8. */
size_t utf8_point(struct span text, uint32_t *out_point);

/* True for UTF-8 without NUL. */
bool utf8_text_ok(struct span text);

/* Take the front line of *rest, without its newline; false when no newline is left. */
bool line_take(struct span *rest, struct span *out_line);

/* True for decimal digits without leading zeros that fit; "0" is a number. */
bool decimal_read(struct span digits, uint64_t *out_number);

/* True, and *text moved behind it, when the text begins so. */
bool prefix_take(struct span *text, const char *prefix);

#endif
