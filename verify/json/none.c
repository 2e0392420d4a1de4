/*
 * JSON in a bare build (docs/building.md), which has no JSON library: this file stands in
 * for json.c. No text is read and no value is made, so every value is NULL, which
 * is what json.h calls absent. Models come from tables in C (forward_open_config).
 */
#include "verify/json.h"

static int refuse(struct error *err)
{
	return error_set(err, ERROR_UNTRUSTED,
			 "this build reads and writes no JSON (it was made with AKASHI_BARE)");
}

int json_parse(struct span text, const struct json_limits *limits, struct json **out_value,
	       struct error *err)
{
	(void)text;
	(void)limits;
	(void)out_value;
	return refuse(err);
}

void json_free(struct json **value)
{
	*value = NULL;
}

int json_clone(const struct json *value, struct json **out_copy, struct error *err)
{
	(void)value;
	(void)out_copy;
	return refuse(err);
}

enum json_kind json_kind(const struct json *value)
{
	(void)value;
	return JSON_KIND_NULL;
}

const char *json_text(const struct json *value)
{
	(void)value;
	return NULL;
}

const char *json_number_text(const struct json *value)
{
	(void)value;
	return NULL;
}

int64_t json_integer_of(const struct json *value)
{
	(void)value;
	return 0;
}

bool json_is_yes(const struct json *value)
{
	(void)value;
	return false;
}

size_t json_count(const struct json *value)
{
	(void)value;
	return 0;
}

const struct json *json_at(const struct json *array, size_t index)
{
	(void)array;
	(void)index;
	return NULL;
}

const struct json *json_member(const struct json *object, const char *key)
{
	(void)object;
	(void)key;
	return NULL;
}

bool json_next(const struct json *object, struct json_members *at)
{
	(void)object;
	(void)at;
	return false;
}

int json_object_new(struct json **out_object, struct error *err)
{
	(void)out_object;
	return refuse(err);
}

int json_array_new(struct json **out_array, struct error *err)
{
	(void)out_array;
	return refuse(err);
}

int json_string_new(const char *text, struct json **out_string, struct error *err)
{
	(void)text;
	(void)out_string;
	return refuse(err);
}

int json_set_take(struct json *object, const char *key, struct json **value, struct error *err)
{
	(void)object;
	(void)key;
	(void)value;
	return refuse(err);
}

int json_add_take(struct json *array, struct json **value, struct error *err)
{
	(void)array;
	(void)value;
	return refuse(err);
}

int json_set_span(struct json *object, const char *key, struct span text, struct error *err)
{
	(void)object;
	(void)key;
	(void)text;
	return refuse(err);
}

int json_set_integer(struct json *object, const char *key, int64_t integer, struct error *err)
{
	(void)object;
	(void)key;
	(void)integer;
	return refuse(err);
}

int json_add_integer(struct json *array, int64_t integer, struct error *err)
{
	(void)array;
	(void)integer;
	return refuse(err);
}

int json_set_bool(struct json *object, const char *key, bool yes, struct error *err)
{
	(void)object;
	(void)key;
	(void)yes;
	return refuse(err);
}

int json_set_null(struct json *object, const char *key, struct error *err)
{
	(void)object;
	(void)key;
	return refuse(err);
}
