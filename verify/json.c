/* JSON values: the one place where the JSON library is spoken to. */
#include "verify/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "verify/json/scan.h"
#include "verify/utf8.h"

/* A struct json is the library's value under a name of our own. */
static json_t *inner(const struct json *value)
{
	return (json_t *)(uintptr_t)value;
}

static struct json *outer(json_t *value)
{
	return (struct json *)value;
}

/* A string that begins with NUL is a number kept as text: json_scan makes them, nothing else can.
 */
static bool is_number_text(const json_t *value)
{
	return json_is_string(value) && json_string_length(value) > 0 &&
	       json_string_value(value)[0] == '\0';
}

/*
 * The lexer of jansson 2.14 writes past its buffer when that cannot grow. So the
 * memory is asked for beforehand, and where there is too little nothing is parsed.
 */
static int memory_check(size_t cost, struct error *err)
{
	void *volatile room = malloc(cost + (64u << 10)); /* volatile: or it is optimised away */

	if (!room)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes of JSON", cost);
	free(room);
	return 0;
}

int json_parse(struct span text, const struct json_limits *limits, struct json **out_value,
	       struct error *err)
{
	CLEANUP(buffer_release) struct buffer rewritten;
	struct span scanned;
	size_t cost;
	json_error_t why;
	json_t *value;

	buffer_init(&rewritten, text.len > SIZE_MAX / 8 ? SIZE_MAX : 8 * text.len + 16);
	if (json_scan(text, limits, &rewritten, &scanned, &cost, err) || memory_check(cost, err))
		return -1;
	value = json_loadb((const char *)scanned.data, scanned.len,
			   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (!value && (!why.text[0] || json_error_code(&why) == json_error_out_of_memory))
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu bytes of JSON",
				 text.len);
	if (!value)
		return error_set(err, ERROR_CORRUPT, "not the JSON we read: %s, in line %d",
				 why.text, why.line);
	*out_value = outer(value);
	return 0;
}

void json_free(struct json **value)
{
	json_decref(inner(*value));
	*value = NULL;
}

int json_clone(const struct json *value, struct json **out_copy, struct error *err)
{
	json_t *copy = json_deep_copy(inner(value));

	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for a copy of JSON");
	*out_copy = outer(copy);
	return 0;
}

enum json_kind json_kind(const struct json *value)
{
	const json_t *json = inner(value);

	if (!json)
		return JSON_KIND_NULL;
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return JSON_KIND_OBJECT;
	case JSON_ARRAY:
		return JSON_KIND_ARRAY;
	case JSON_STRING:
		return is_number_text(json) ? JSON_KIND_NUMBER : JSON_KIND_STRING;
	case JSON_INTEGER:
		return JSON_KIND_INTEGER;
	case JSON_TRUE:
	case JSON_FALSE:
		return JSON_KIND_BOOL;
	case JSON_REAL: /* never made */
	case JSON_NULL:
		break;
	}
	return JSON_KIND_NULL;
}

const char *json_text(const struct json *value)
{
	return is_number_text(inner(value)) ? NULL : json_string_value(inner(value));
}

const char *json_number_text(const struct json *value)
{
	return is_number_text(inner(value)) ? json_string_value(inner(value)) + 1 : NULL;
}

int64_t json_integer_of(const struct json *value)
{
	return json_integer_value(inner(value));
}

bool json_is_yes(const struct json *value)
{
	return json_is_true(inner(value));
}

size_t json_count(const struct json *value)
{
	return json_is_array(inner(value)) ? json_array_size(inner(value))
					   : json_object_size(inner(value));
}

const struct json *json_at(const struct json *array, size_t index)
{
	return outer(json_array_get(inner(array), index));
}

const struct json *json_member(const struct json *object, const char *key)
{
	return outer(json_object_get(inner(object), key));
}

bool json_next(const struct json *object, struct json_members *at)
{
	at->place = at->place ? json_object_iter_next(inner(object), at->place)
			      : json_object_iter(inner(object));
	if (!at->place)
		return false;
	at->key = json_object_iter_key(at->place);
	at->value = outer(json_object_iter_value(at->place));
	return true;
}

static int handed_out(json_t *value, struct json **out_value, struct error *err)
{
	if (!value)
		return error_set(err, ERROR_SYSTEM, "out of memory for JSON");
	*out_value = outer(value);
	return 0;
}

int json_object_new(struct json **out_object, struct error *err)
{
	return handed_out(json_object(), out_object, err);
}

int json_array_new(struct json **out_array, struct error *err)
{
	return handed_out(json_array(), out_array, err);
}

static int string_of(struct span text, struct json **out_string, struct error *err)
{
	if (!utf8_text_ok(text))
		return error_set(err, ERROR_USAGE, "'%.*s' is not UTF-8 text",
				 (int)(text.len < 200 ? text.len : 200), (const char *)text.data);
	return handed_out(json_stringn_nocheck(text.len ? (const char *)text.data : "", text.len),
			  out_string, err);
}

int json_string_new(const char *text, struct json **out_string, struct error *err)
{
	return string_of(span_of(text), out_string, err);
}

int json_set_take(struct json *object, const char *key, struct json **value, struct error *err)
{
	json_t *taken = inner(*value);

	*value = NULL;
	if (json_object_get(inner(object), key) || !utf8_text_ok(span_of(key))) {
		json_decref(taken);
		return error_set(err, ERROR_USAGE,
				 "the key '%.200s' is set twice or is not UTF-8 text", key);
	}
	if (json_object_set_new_nocheck(inner(object), key, taken))
		return error_set(err, ERROR_SYSTEM, "out of memory for JSON");
	return 0;
}

int json_add_take(struct json *array, struct json **value, struct error *err)
{
	json_t *taken = inner(*value);

	*value = NULL;
	if (json_array_append_new(inner(array), taken))
		return error_set(err, ERROR_SYSTEM, "out of memory for JSON");
	return 0;
}

int json_set_span(struct json *object, const char *key, struct span text, struct error *err)
{
	struct json *value;

	if (string_of(text, &value, err))
		return -1;
	return json_set_take(object, key, &value, err);
}

static int integer_of(int64_t integer, struct json **out_integer, struct error *err)
{
	if (integer > INT64_C(1) << 53 || integer < -(INT64_C(1) << 53))
		return error_set(err, ERROR_USAGE,
				 "%lld is beyond 2^53 and must be written as text",
				 (long long)integer);
	return handed_out(json_integer(integer), out_integer, err);
}

int json_set_integer(struct json *object, const char *key, int64_t integer, struct error *err)
{
	struct json *value;

	if (integer_of(integer, &value, err))
		return -1;
	return json_set_take(object, key, &value, err);
}

int json_add_integer(struct json *array, int64_t integer, struct error *err)
{
	struct json *value;

	if (integer_of(integer, &value, err))
		return -1;
	return json_add_take(array, &value, err);
}

int json_set_bool(struct json *object, const char *key, bool yes, struct error *err)
{
	struct json *value = outer(json_boolean(yes));

	return json_set_take(object, key, &value, err);
}

int json_set_null(struct json *object, const char *key, struct error *err)
{
	struct json *value = outer(json_null());

	return json_set_take(object, key, &value, err);
}
