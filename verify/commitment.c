/* Commitments: made, and opened one by one. */
#include "verify/commitment.h"

#include <string.h>

#define OPENING_SCHEMA "akashi/opening/1"

bool commitment_is(const struct json *object)
{
	return json_member(object, "commitment") != NULL;
}

int commitment_parse(const struct json *object, struct digest *out_commitment, struct error *err)
{
	if (json_need_digest(object, "commitment", out_commitment, err))
		return -1;
	if (json_count(object) != 1)
		return error_set(err, ERROR_CORRUPT,
				 "something stands beside a commitment, which would tell it");
	return 0;
}

int commitment_to_json(const struct digest *commitment, struct json **out_object, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) || json_set_digest(object, "commitment", commitment, err))
		return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}

int commitment_value(const struct json *value, struct digest *out_digest, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, OPENING_VALUE_MAX_BYTES);
	if (json_write_canonical(value, &text, err))
		return -1;
	*out_digest = sha256(buffer_view(&text));
	return 0;
}

struct digest commitment_of(const uint8_t salt[COMMITMENT_SALT_BYTES], const struct digest *value)
{
	struct span part[] = { { salt, COMMITMENT_SALT_BYTES }, digest_view(value) };

	return sha256_parts(part, 2);
}

int commitment_make(const uint8_t salt[COMMITMENT_SALT_BYTES], const struct json *value,
		    struct digest *out_commitment, struct error *err)
{
	struct digest digest;

	if (commitment_value(value, &digest, err))
		return -1;
	*out_commitment = commitment_of(salt, &digest);
	return 0;
}

static int opening_read(struct opening *opening, struct error *err)
{
	struct digest computed;
	const char *schema, *salt;

	if (json_need_string(opening->json, "schema", &schema, err))
		return -1;
	if (strcmp(schema, OPENING_SCHEMA) != 0)
		return error_set(err, ERROR_CORRUPT, "the schema is '%.100s', not " OPENING_SCHEMA,
				 schema);
	if (json_need_digest(opening->json, "commitment", &opening->commitment, err) ||
	    json_need_string(opening->json, "of", &opening->of, err) ||
	    json_need_string(opening->json, "salt", &salt, err) ||
	    json_need_string(opening->json, "what", &opening->what, err) ||
	    hex_decode(span_of(salt), opening->salt, sizeof(opening->salt), err))
		return -1;
	opening->value = json_member(opening->json, "value");
	if (json_kind(opening->value) != JSON_KIND_OBJECT &&
	    json_kind(opening->value) != JSON_KIND_STRING)
		return error_set(err, ERROR_CORRUPT, "'value' is neither an object nor a text");
	if (commitment_make(opening->salt, opening->value, &computed, err)) {
		err->code = err->code == ERROR_SYSTEM ? ERROR_SYSTEM : ERROR_CORRUPT;
		return -1;
	}
	if (!digest_equal(&computed, &opening->commitment))
		return error_set(err, ERROR_CORRUPT,
				 "salt and value do not give the commitment: what it says is not "
				 "what was committed to");
	return 0;
}

/* Takes *json, also when it fails. */
static int opening_take(struct json **json, struct opening *out_opening, struct error *err)
{
	struct opening opening = { .json = *json };

	*json = NULL;
	if (opening_read(&opening, err)) {
		opening_release(&opening);
		return error_prefix(err, "opening");
	}
	*out_opening = opening;
	return 0;
}

int opening_parse(struct span text, struct opening *out_opening, struct error *err)
{
	struct json_limits limits = { .max_bytes = OPENING_MAX_BYTES, .max_depth = 16 };
	CLEANUP(json_free) struct json *json = NULL;

	if (json_parse(text, &limits, &json, err))
		return error_prefix(err, "opening");
	return opening_take(&json, out_opening, err);
}

int opening_from_json(const struct json *json, struct opening *out_opening, struct error *err)
{
	CLEANUP(json_free) struct json *copy = NULL;

	return json_clone(json, &copy, err) ? -1 : opening_take(&copy, out_opening, err);
}

void opening_release(struct opening *opening)
{
	json_free(&opening->json);
	*opening = (struct opening){ 0 };
}

int opening_make(const uint8_t salt[COMMITMENT_SALT_BYTES], const char *what, const char *of,
		 const struct json *value, struct opening *out_opening, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer hex;
	struct digest commitment;

	buffer_init(&hex, 2 * COMMITMENT_SALT_BYTES);
	if (commitment_make(salt, value, &commitment, err) ||
	    hex_encode(&hex, (struct span){ salt, COMMITMENT_SALT_BYTES }, err) ||
	    json_object_new(&json, err) || json_set_digest(json, "commitment", &commitment, err) ||
	    json_set_text(json, "of", of, err) ||
	    json_set_span(json, "salt", buffer_view(&hex), err) ||
	    json_set_text(json, "schema", OPENING_SCHEMA, err) ||
	    json_set_clone(json, "value", value, err) || json_set_text(json, "what", what, err))
		return -1;
	return opening_take(&json, out_opening, err);
}

const struct opening *opening_find(const struct opening *list, size_t count,
				   const struct digest *commitment)
{
	for (size_t i = 0; i < count; i++)
		if (digest_equal(&list[i].commitment, commitment))
			return &list[i];
	return NULL;
}

const char *opening_name(const struct opening *opening)
{
	return json_text(json_member(opening->value, "name"));
}
