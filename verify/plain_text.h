/* plain_text: is foreign text fit to be a name that people will see? Inside verify/ only. */
#ifndef VERIFY_PLAIN_TEXT_H
#define VERIFY_PLAIN_TEXT_H

#include "kernels/kernels.h"

/* Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(struct span text);

/* No C0 or C1 controls, DEL, line separators or bidirectional overrides in well-formed UTF-8. */
bool text_is_plain(struct span text);

/* Append one code point, which is no surrogate and at most U+10FFFF; returns its 1 to 4 bytes. */
size_t utf8_put(uint32_t point, uint8_t out_bytes[4]);

/*
 * Append `text`, valid UTF-8, as a JSON string in the one spelling of RFC 8785
 * (canonical JSON), quotes included.
 */
MUST_CHECK int json_text_write(struct buffer *out, const char *text, struct error *err);

#endif
