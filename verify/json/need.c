/* Reading members that must be there, or may be left out, with errors that name them. */
#include "verify/json.h"

#include <string.h>

#include "verify/utf8.h"

#define EXACT_MAX (UINT64_C(1) << 53)

static const char *const kind_name[] = {
	[JSON_KIND_NULL] = "null",          [JSON_KIND_BOOL] = "true or false",
	[JSON_KIND_INTEGER] = "an integer", [JSON_KIND_NUMBER] = "a number",
	[JSON_KIND_STRING] = "a string",    [JSON_KIND_ARRAY] = "an array",
	[JSON_KIND_OBJECT] = "an object",
};

/* NULL in *out_member when it is absent or null; -1 when it is of another kind. */
static int member_of_kind(const struct json *parent, const char *key, enum json_kind kind,
			  const struct json **out_member, struct error *err)
{
	const struct json *member = json_member(parent, key);

	if (member && json_kind(member) == JSON_KIND_NULL)
		member = NULL;
	if (member && json_kind(member) != kind)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is %s where %s belongs", key,
				 kind_name[json_kind(member)], kind_name[kind]);
	*out_member = member;
	return 0;
}

static int need_of_kind(const struct json *parent, const char *key, enum json_kind kind,
			const struct json **out_member, struct error *err)
{
	const struct json *member;

	if (member_of_kind(parent, key, kind, &member, err))
		return -1;
	if (!member)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is missing", key);
	*out_member = member;
	return 0;
}

int json_need_string(const struct json *parent, const char *key, const char **out_text,
		     struct error *err)
{
	const struct json *member;

	if (need_of_kind(parent, key, JSON_KIND_STRING, &member, err))
		return -1;
	*out_text = json_text(member);
	return 0;
}

int json_need_integer(const struct json *parent, const char *key, int64_t *out_integer,
		      struct error *err)
{
	const struct json *member;

	if (need_of_kind(parent, key, JSON_KIND_INTEGER, &member, err))
		return -1;
	*out_integer = json_integer_of(member);
	return 0;
}

int json_need_size(const struct json *parent, const char *key, uint64_t *out_size,
		   struct error *err)
{
	const struct json *member = json_member(parent, key);
	const char *text = member ? json_text(member) : NULL;
	uint64_t large;

	if (!member)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is missing", key);
	if (text && decimal_read(span_of(text), &large) && large > EXACT_MAX) {
		*out_size = large;
		return 0;
	}
	if (json_kind(member) != JSON_KIND_INTEGER || json_integer_of(member) < 0)
		return error_set(err, ERROR_CORRUPT, "'%.200s' is not a count", key);
	*out_size = (uint64_t)json_integer_of(member);
	return 0;
}

int json_need_bool(const struct json *parent, const char *key, bool *out_bool, struct error *err)
{
	const struct json *member;

	if (need_of_kind(parent, key, JSON_KIND_BOOL, &member, err))
		return -1;
	*out_bool = json_is_yes(member);
	return 0;
}

int json_need_object(const struct json *parent, const char *key, const struct json **out_object,
		     struct error *err)
{
	return need_of_kind(parent, key, JSON_KIND_OBJECT, out_object, err);
}

int json_need_array(const struct json *parent, const char *key, const struct json **out_array,
		    struct error *err)
{
	return need_of_kind(parent, key, JSON_KIND_ARRAY, out_array, err);
}

static int digest_of_text(const char *key, const char *text, struct digest *out_digest,
			  struct error *err)
{
	struct error ignored = { 0 };

	if (!text || digest_from_hex(span_of(text), out_digest, &ignored))
		return error_set(err, ERROR_CORRUPT, "'%.200s' is not a SHA-256 digest", key);
	return 0;
}

int json_need_digest(const struct json *parent, const char *key, struct digest *out_digest,
		     struct error *err)
{
	const char *text;

	if (json_need_string(parent, key, &text, err))
		return -1;
	return digest_of_text(key, strncmp(text, "sha256:", 7) ? NULL : text + 7, out_digest, err);
}

int json_need_hex(const struct json *parent, const char *key, struct digest *out_digest,
		  struct error *err)
{
	const char *text;

	if (json_need_string(parent, key, &text, err))
		return -1;
	return digest_of_text(key, strlen(text) == 2 * DIGEST_SIZE ? text : NULL, out_digest, err);
}

int json_need_base64(const struct json *parent, const char *key, struct buffer *out,
		     struct error *err)
{
	const char *text;

	if (json_need_string(parent, key, &text, err))
		return -1;
	if (base64_decode(out, span_of(text), err))
		return error_prefix(err, "'%.200s'", key);
	return 0;
}

int json_maybe_string(const struct json *parent, const char *key, const char **out_text,
		      struct error *err)
{
	const struct json *member;

	if (member_of_kind(parent, key, JSON_KIND_STRING, &member, err))
		return -1;
	*out_text = member ? json_text(member) : NULL;
	return 0;
}

int json_maybe_integer(const struct json *parent, const char *key, int64_t fallback,
		       int64_t *out_integer, struct error *err)
{
	const struct json *member;

	if (member_of_kind(parent, key, JSON_KIND_INTEGER, &member, err))
		return -1;
	*out_integer = member ? json_integer_of(member) : fallback;
	return 0;
}

int json_maybe_size(const struct json *parent, const char *key, uint64_t fallback,
		    uint64_t *out_size, struct error *err)
{
	const struct json *member = json_member(parent, key);

	if (member && json_kind(member) != JSON_KIND_NULL)
		return json_need_size(parent, key, out_size, err);
	*out_size = fallback;
	return 0;
}

int json_maybe_bool(const struct json *parent, const char *key, bool fallback, bool *out_bool,
		    struct error *err)
{
	const struct json *member;

	if (member_of_kind(parent, key, JSON_KIND_BOOL, &member, err))
		return -1;
	*out_bool = member ? json_is_yes(member) : fallback;
	return 0;
}

int json_maybe_object(const struct json *parent, const char *key, const struct json **out_object,
		      struct error *err)
{
	return member_of_kind(parent, key, JSON_KIND_OBJECT, out_object, err);
}

int json_maybe_array(const struct json *parent, const char *key, const struct json **out_array,
		     struct error *err)
{
	return member_of_kind(parent, key, JSON_KIND_ARRAY, out_array, err);
}
