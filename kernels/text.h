/* Hexadecimal and base64, strict in both directions; text that is safe to show. */
#ifndef KERNELS_TEXT_H
#define KERNELS_TEXT_H

#include "kernels/buffer.h"

/* Append the bytes as lower-case hexadecimal digits. */
MUST_CHECK int hex_encode(struct buffer *out, struct span bytes, struct error *err);

/* Exactly 2 × `len` lower-case digits of `text` into out_bytes[len]; ERROR_CORRUPT otherwise. */
MUST_CHECK int hex_decode(struct span text, uint8_t *out_bytes, size_t len, struct error *err);

/* Append RFC 4648 section 4 base64, padded. */
MUST_CHECK int base64_encode(struct buffer *out, struct span bytes, struct error *err);

/*
 * Append what `text` decodes to. Only the one canonical spelling is taken:
 * padded, no white space, trailing bits zero; so that no signature or hash
 * can be written in two ways. ERROR_CORRUPT otherwise.
 */
MUST_CHECK int base64_decode(struct buffer *out, struct span text, struct error *err);

/*
 * Copy the C string `from` into `to`, `size` bytes with the NUL, with control
 * characters, bidirectional overrides and broken UTF-8 written as \xHH; cut
 * where it does not fit (4 × its length + 1 always do).
 */
void text_escape(char *to, size_t size, const char *from);

/* What stands behind the last "/" of a path; all of it where there is none. Borrowed. */
const char *path_last_part(const char *path);

/* free(*text): so that CLEANUP(text_free) can stand before an owned C string. */
void text_free(char **text);

#endif
