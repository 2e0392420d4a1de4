/* JSON: strict reading of foreign bytes, building, and the one canonical spelling (RFC 8785). */
#ifndef VERIFY_JSON_H
#define VERIFY_JSON_H

#include "kernels/kernels.h"

/*
 * A value. What json_parse and json_*_new hand out is owned and freed with
 * json_free; everything reached from it is borrowed until that is freed (or
 * until a borrowed value is replaced, which nothing here does).
 */
struct json;

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INTEGER, /* fits an int64_t */
	JSON_KIND_NUMBER,  /* any other number (1.5, 1e-05, 2^70, -0): its text as written */
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT
};

/* What a text may cost. A member that is 0 takes the default beside it. */
struct json_limits {
	size_t max_bytes;      /* of the text: 64 MiB */
	size_t max_values;     /* values of every kind together: 4,000,000 */
	size_t max_containers; /* arrays and objects among them: 1,000,000 (200 bytes each) */
	size_t max_depth;      /* arrays and objects inside one another: 64; at most 64 */
};

/*
 * Read one JSON text (RFC 8259), an array or an object. `limits` may be NULL.
 * Size, depth, number of values, UTF-8 and numbers are checked before memory
 * is taken for any of them. ERROR_CORRUPT says where and why: not JSON,
 * trailing bytes, a key that stands twice in one object, invalid UTF-8, a lone
 * surrogate, a NUL in a string, a limit passed.
 */
MUST_CHECK int json_parse(struct span text, const struct json_limits *limits,
			  struct json **out_value, struct error *err);
/* Free and set *value to NULL. NULL inside is fine. */
void json_free(struct json **value);
/* A deep copy; the caller frees it. */
MUST_CHECK int json_clone(const struct json *value, struct json **out_copy, struct error *err);

/* ---- Looking at a value ---- */

/* JSON_KIND_NULL for NULL too, so that a member that is absent needs no case of its own. */
enum json_kind json_kind(const struct json *value);
/* The text of a string, NULL for anything else. Valid UTF-8 without NUL. Borrowed. */
const char *json_text(const struct json *value);
/* The text of a JSON_KIND_NUMBER as it was written, NULL for anything else. Borrowed. */
const char *json_number_text(const struct json *value);
/* 0 for anything that is no JSON_KIND_INTEGER. */
int64_t json_integer_of(const struct json *value);
/* True only for `true`. */
bool json_is_yes(const struct json *value);

/* Elements of an array, members of an object; 0 for anything else and for NULL. */
size_t json_count(const struct json *value);
/* Element `index` of an array; NULL when there is none. Borrowed. */
const struct json *json_at(const struct json *array, size_t index);
/* The member called `key`; NULL when there is none or `object` is no object. Borrowed. */
const struct json *json_member(const struct json *object, const char *key);

/*
 * Walk an object's members in the order of the text. Start with {0}; true
 * while there is another, with key and value borrowed from the object.
 *
 *     struct json_members at = { 0 };
 *     while (json_next(object, &at)) use(at.key, at.value);
 */
struct json_members {
	const char *key;
	const struct json *value;
	void *place;
};
bool json_next(const struct json *object, struct json_members *at);

/* ---- What must be there: 0, or ERROR_CORRUPT that names the key ("'size' is missing") ---- */

MUST_CHECK int json_need_string(const struct json *parent, const char *key, const char **out_text,
				struct error *err);
MUST_CHECK int json_need_integer(const struct json *parent, const char *key, int64_t *out_integer,
				 struct error *err);
/* Not negative. Above 2^53 it is written as a string of decimal digits; both are read. */
MUST_CHECK int json_need_size(const struct json *parent, const char *key, uint64_t *out_size,
			      struct error *err);
MUST_CHECK int json_need_bool(const struct json *parent, const char *key, bool *out_bool,
			      struct error *err);
MUST_CHECK int json_need_object(const struct json *parent, const char *key,
				const struct json **out_object, struct error *err);
MUST_CHECK int json_need_array(const struct json *parent, const char *key,
			       const struct json **out_array, struct error *err);
/* "sha256:HEX". */
MUST_CHECK int json_need_digest(const struct json *parent, const char *key,
				struct digest *out_digest, struct error *err);
/* "HEX". */
MUST_CHECK int json_need_hex(const struct json *parent, const char *key, struct digest *out_digest,
			     struct error *err);
/* Canonical base64, decoded and appended to `out`, whose limit holds. */
MUST_CHECK int json_need_base64(const struct json *parent, const char *key, struct buffer *out,
				struct error *err);

/* ---- What may be left out: absent or null gives NULL or `fallback`; the wrong kind fails ---- */

MUST_CHECK int json_maybe_string(const struct json *parent, const char *key, const char **out_text,
				 struct error *err);
MUST_CHECK int json_maybe_integer(const struct json *parent, const char *key, int64_t fallback,
				  int64_t *out_integer, struct error *err);
MUST_CHECK int json_maybe_size(const struct json *parent, const char *key, uint64_t fallback,
			       uint64_t *out_size, struct error *err);
MUST_CHECK int json_maybe_bool(const struct json *parent, const char *key, bool fallback,
			       bool *out_bool, struct error *err);
MUST_CHECK int json_maybe_object(const struct json *parent, const char *key,
				 const struct json **out_object, struct error *err);
MUST_CHECK int json_maybe_array(const struct json *parent, const char *key,
				const struct json **out_array, struct error *err);

/* ---- Building. Texts must be UTF-8 without NUL, else ERROR_USAGE ---- */

MUST_CHECK int json_object_new(struct json **out_object, struct error *err);
MUST_CHECK int json_array_new(struct json **out_array, struct error *err);
MUST_CHECK int json_string_new(const char *text, struct json **out_string, struct error *err);

/*
 * Put *value under `key` and set it to NULL: it belongs to the object now (on
 * failure it is freed). A key that is there already is ERROR_USAGE.
 */
MUST_CHECK int json_set_take(struct json *object, const char *key, struct json **value,
			     struct error *err);
/* A copy of `value`. */
MUST_CHECK int json_set_clone(struct json *object, const char *key, const struct json *value,
			      struct error *err);
MUST_CHECK int json_set_text(struct json *object, const char *key, const char *text,
			     struct error *err);
/* As json_set_text for text that is no C string. */
MUST_CHECK int json_set_span(struct json *object, const char *key, struct span text,
			     struct error *err);
/* Between -2^53 and 2^53, else ERROR_USAGE. */
MUST_CHECK int json_set_integer(struct json *object, const char *key, int64_t integer,
				struct error *err);
/* An integer up to 2^53, a string of decimal digits above; see json_need_size. */
MUST_CHECK int json_set_size(struct json *object, const char *key, uint64_t size,
			     struct error *err);
/*
 * A measured number as text, six significant digits, whatever the locale; "nan", "inf" or "-inf"
 * where it is none. To be read by people and compared by none: nothing signed holds it.
 */
MUST_CHECK int json_set_decimal(struct json *object, const char *key, double number,
				struct error *err);
MUST_CHECK int json_set_bool(struct json *object, const char *key, bool value, struct error *err);
MUST_CHECK int json_set_null(struct json *object, const char *key, struct error *err);
/* "sha256:HEX". */
MUST_CHECK int json_set_digest(struct json *object, const char *key, const struct digest *digest,
			       struct error *err);
/* "HEX". */
MUST_CHECK int json_set_hex(struct json *object, const char *key, const struct digest *digest,
			    struct error *err);
MUST_CHECK int json_set_base64(struct json *object, const char *key, struct span bytes,
			       struct error *err);
/* A new empty object or array under `key`; *out_... is borrowed and may be filled further. */
MUST_CHECK int json_set_object(struct json *object, const char *key, struct json **out_object,
			       struct error *err);
MUST_CHECK int json_set_array(struct json *object, const char *key, struct json **out_array,
			      struct error *err);

/* An array of `count` texts, also of none. */
MUST_CHECK int json_set_texts(struct json *object, const char *key, const char *const *text,
			      size_t count, struct error *err);

/* The same at the end of an array. */
MUST_CHECK int json_add_take(struct json *array, struct json **value, struct error *err);
MUST_CHECK int json_add_clone(struct json *array, const struct json *value, struct error *err);
MUST_CHECK int json_add_text(struct json *array, const char *text, struct error *err);
MUST_CHECK int json_add_integer(struct json *array, int64_t integer, struct error *err);
MUST_CHECK int json_add_object(struct json *array, struct json **out_object, struct error *err);

/* ---- Writing ---- */

/*
 * Append the canonical spelling (RFC 8785): keys sorted by UTF-16 code units,
 * no white space, strings escaped as section 3.2.2.2 says. ERROR_USAGE for a
 * JSON_KIND_NUMBER or an integer beyond ±2^53: nothing signed or stored holds one.
 */
MUST_CHECK int json_write_canonical(const struct json *value, struct buffer *out,
				    struct error *err);
/*
 * Append it for people: two spaces an indent, members in their order, a final
 * newline; characters that could rewrite a terminal's line come out as \uXXXX.
 */
MUST_CHECK int json_write_pretty(const struct json *value, struct buffer *out, struct error *err);

#endif
