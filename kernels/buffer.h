/* Bytes that are borrowed, bytes that are owned, and how foreign bytes are read. */
#ifndef KERNELS_BUFFER_H
#define KERNELS_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that belong to someone else. Copy the struct freely; never free it. */
struct span {
	const uint8_t *data;
	size_t len;
};

/* The bytes of a C string without its NUL. Borrowed from `string`. */
struct span span_of(const char *string);

/* Byte by byte: "a.txt" ends with ".txt", and any text with "". */
bool text_ends_with(const char *text, const char *ending);
bool span_equal(struct span a, struct span b);

/* Bytes that belong to this variable, never more than `max` of them. */
struct buffer {
	uint8_t *data;
	size_t len;
	size_t cap;
	size_t max;
};

void buffer_init(struct buffer *buf, size_t max);
void buffer_release(struct buffer *buf);

/* Append. ERROR_CORRUPT when the limit would be passed; then nothing was added. */
MUST_CHECK int buffer_add(struct buffer *buf, struct span bytes, struct error *err);
MUST_CHECK int buffer_add_text(struct buffer *buf, const char *text, struct error *err);
MUST_CHECK int buffer_add_u16be(struct buffer *buf, uint16_t value, struct error *err);
MUST_CHECK int buffer_add_u32le(struct buffer *buf, uint32_t value, struct error *err);
MUST_CHECK int buffer_add_u64le(struct buffer *buf, uint64_t value, struct error *err);
MUST_CHECK int buffer_printf(struct buffer *buf, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* Append `len` bytes of unset content and point *out_room at them; borrowed until the next add. */
MUST_CHECK int buffer_extend(struct buffer *buf, size_t len, uint8_t **out_room, struct error *err);

struct span buffer_view(const struct buffer *buf); /* borrowed until the next add */

/*
 * The content as a C string: a NUL is kept behind it and not counted.
 * The caller frees *out_text. Fails when the content holds a NUL itself.
 */
MUST_CHECK int buffer_to_text(const struct buffer *buf, char **out_text, struct error *err);

/* A cursor over foreign bytes. Fixed-width reads; a read past the end fails once and for all. */
struct reader {
	struct span rest;
	bool failed;
};

struct reader reader_over(struct span bytes);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16be(struct reader *r);
uint32_t reader_u32le(struct reader *r);
uint64_t reader_u64le(struct reader *r);
struct span reader_take(struct reader *r, size_t len); /* borrowed from the reader's bytes */
/* True, with `err` set to "`what` ends too early", when any read went past the end. */
bool reader_failed(const struct reader *r, const char *what, struct error *err);

#ifdef __cplusplus
}
#endif
#endif
