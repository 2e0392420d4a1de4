/* Building JSON from what the house speaks of: texts, sizes, digests, bytes. */
#include "verify/json.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>

#define EXACT_MAX (UINT64_C(1) << 53)

int json_set_text(struct json *object, const char *key, const char *text, struct error *err)
{
	return json_set_span(object, key, span_of(text), err);
}

int json_set_size(struct json *object, const char *key, uint64_t size, struct error *err)
{
	char digits[24];

	if (size <= EXACT_MAX)
		return json_set_integer(object, key, (int64_t)size, err);
	snprintf(digits, sizeof(digits), "%llu", (unsigned long long)size);
	return json_set_text(object, key, digits, err);
}

int json_set_decimal(struct json *object, const char *key, double number, struct error *err)
{
	locale_t plain, before;
	char text[32];

	if (isnan(number)) /* of either sign */
		return json_set_text(object, key, "nan", err);
	plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (!plain)
		return error_set(err, ERROR_SYSTEM, "the locale 'C' cannot be had");
	before = uselocale(plain);
	snprintf(text, sizeof(text), "%.6g", number);
	uselocale(before);
	freelocale(plain);
	return json_set_text(object, key, text, err);
}

int json_set_hex(struct json *object, const char *key, const struct digest *digest,
		 struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	return json_set_text(object, key, hex, err);
}

int json_set_digest(struct json *object, const char *key, const struct digest *digest,
		    struct error *err)
{
	char text[sizeof("sha256:") + DIGEST_HEX_SIZE] = "sha256:";

	digest_to_hex(digest, text + sizeof("sha256:") - 1);
	return json_set_text(object, key, text, err);
}

int json_set_base64(struct json *object, const char *key, struct span bytes, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, SIZE_MAX / 2);
	if (base64_encode(&text, bytes, err))
		return -1;
	return json_set_span(object, key, buffer_view(&text), err);
}

int json_set_clone(struct json *object, const char *key, const struct json *value,
		   struct error *err)
{
	struct json *copy;

	if (json_clone(value, &copy, err))
		return -1;
	return json_set_take(object, key, &copy, err);
}

int json_set_object(struct json *object, const char *key, struct json **out_object,
		    struct error *err)
{
	struct json *made, *borrowed;

	if (json_object_new(&made, err))
		return -1;
	borrowed = made;
	if (json_set_take(object, key, &made, err))
		return -1;
	*out_object = borrowed;
	return 0;
}

int json_set_array(struct json *object, const char *key, struct json **out_array, struct error *err)
{
	struct json *made, *borrowed;

	if (json_array_new(&made, err))
		return -1;
	borrowed = made;
	if (json_set_take(object, key, &made, err))
		return -1;
	*out_array = borrowed;
	return 0;
}

int json_add_clone(struct json *array, const struct json *value, struct error *err)
{
	struct json *copy;

	if (json_clone(value, &copy, err))
		return -1;
	return json_add_take(array, &copy, err);
}

int json_add_text(struct json *array, const char *text, struct error *err)
{
	struct json *value;

	if (json_string_new(text, &value, err))
		return -1;
	return json_add_take(array, &value, err);
}

int json_set_texts(struct json *object, const char *key, const char *const *text, size_t count,
		   struct error *err)
{
	struct json *list;

	if (json_set_array(object, key, &list, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (json_add_text(list, text[i], err))
			return -1;
	return 0;
}

int json_add_object(struct json *array, struct json **out_object, struct error *err)
{
	struct json *made, *borrowed;

	if (json_object_new(&made, err))
		return -1;
	borrowed = made;
	if (json_add_take(array, &made, err))
		return -1;
	*out_object = borrowed;
	return 0;
}
