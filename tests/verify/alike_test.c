/* Letters that look like others, in every field that bears a name. */
#include "tests/verify/cast.h"

#include <stdio.h>
#include <stdlib.h>

/* "tеam" with a Cyrillic letter; full-width; a combining mark; with a letter of no width; a sharp
 * s; what folds to an ASCII letter (the Kelvin sign). */
static const char *const ALIKE[] = { "t\xd0\xb5"
				     "am",
				     "\xef\xbd\x94"
				     "eam",
				     "te\xcc\x81"
				     "am",
				     "te\xe2\x80\x8b"
				     "am",
				     "ma\xc3\x9f",
				     "\xe2\x84\xaa"
				     "it" };

/* Where a name stands: %s is the part that looks like another. */
static const struct field {
	enum statement_kind kind;
	const char *subject, *predicate;
} FIELDS[] = {
	{ STATEMENT_checkpoint, "%s/base@v1",
	  "\"name\":\"%s/base\",\"version\":\"v1\",\"manifest\":\"sha256:DIGEST\"" },
	{ STATEMENT_checkpoint, "team/%s@v1",
	  "\"name\":\"team/%s\",\"version\":\"v1\",\"manifest\":\"sha256:DIGEST\"" },
	{ STATEMENT_checkpoint, "team/base@%s",
	  "\"name\":\"team/base\",\"version\":\"%s\",\"manifest\":\"sha256:DIGEST\"" },
	{ STATEMENT_dataset, "team/%s@v1",
	  "\"name\":\"team/%s\",\"version\":\"v1\",\"manifest\":\"sha256:DIGEST\"" },
	{ STATEMENT_claim, "%s/base@v1",
	  "\"kind\":\"checkpoint\",\"name\":\"%s/base\",\"version\":\"v1\",\"statement\":\"sha256:"
	  "DIGEST\"" },
	{ STATEMENT_claim, "team/base:%s",
	  "\"kind\":\"tag\",\"name\":\"team/base\",\"alias\":\"%s\",\"serial\":1,\"statement\":"
	  "\"sha256:DIGEST\"" },
	{ STATEMENT_tag, "team/base:%s",
	  "\"name\":\"team/base\",\"alias\":\"%s\",\"serial\":1,\"target\":{\"name\":\"team/"
	  "base@v1\",\"statement\":\"sha256:DIGEST\"}" },
	{ STATEMENT_release, "%s/base@v1",
	  "\"name\":\"%s/base\",\"version\":\"v1\",\"checkpoint\":{\"name\":\"team/base@v1\","
	  "\"statement\":\"sha256:DIGEST\",\"manifest\":\"sha256:DIGEST\"}" },
};

/* The frame of a statement of this field, with `part` in the place of the name; malloced. */
static char *frame_of(const struct field *field, const char *part)
{
	struct digest digest = sha256(span_of("x"));
	char hex[DIGEST_HEX_SIZE], *text = NULL;
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	digest_to_hex(&digest, hex);
	buffer_init(&out, 8192);
	assert_done(
		buffer_printf(
			&out, &err,
			"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{"
			"\"sha256\":\"%s\"},\"name\":\"",
			hex),
		&err);
	for (int half = 0; half < 2; half++) {
		const char *from = half ? field->predicate : field->subject;

		for (; *from; from++)
			if (from[0] == '%' && from[1] == 's') {
				assert_done(buffer_add_text(&out, part, &err), &err);
				from++;
			} else if (strncmp(from, "DIGEST", 6) == 0) {
				assert_done(buffer_add_text(&out, hex, &err), &err);
				from += 5;
			} else {
				assert_done(buffer_add(&out,
						       (struct span){ (const uint8_t *)from, 1 },
						       &err),
					    &err);
			}
		assert_done(half ? buffer_add_text(&out, "}}", &err)
				 : buffer_printf(&out, &err,
						 "\"}],\"predicateType\":"
						 "\"https://w3id.org/akashi/%s/v1\",\"predicate\":{"
						 "\"origin\":\"" ORIGIN "\",",
						 statement_kind_name(field->kind)),
			    &err);
	}
	assert_done(buffer_to_text(&out, &text, &err), &err);
	return text;
}

static int read(const struct field *field, const char *part, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	char *text = frame_of(field, part);
	int failed = statement_parse(span_of(text), &statement, err);

	free(text);
	return failed;
}

static void no_field_that_bears_a_name_takes_a_letter_that_looks_alike(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(FIELDS) / sizeof(*FIELDS); f++) {
		struct error honest = { 0 };

		assert_done(read(&FIELDS[f], "team", &honest), &honest);
		for (size_t i = 0; i < sizeof(ALIKE) / sizeof(*ALIKE); i++) {
			struct error err = { 0 };

			assert_int_equal(read(&FIELDS[f], ALIKE[i], &err), -1);
			assert_int_equal(err.code, ERROR_CORRUPT);
		}
	}
}

static void no_name_that_is_asked_for_takes_one_either(void **state)
{
	static const char *const asked[] = { "%s/base@v1", "team/%s@v1", "team/base@%s",
					     "team/base:%s" };

	(void)state;
	for (size_t a = 0; a < sizeof(asked) / sizeof(*asked); a++)
		for (size_t i = 0; i < sizeof(ALIKE) / sizeof(*ALIKE); i++) {
			struct error err = { 0 };
			struct name name;
			char text[NAME_TEXT_MAX];
			const char *at = strstr(asked[a], "%s");

			snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - asked[a]), asked[a],
				 ALIKE[i], at + 2);
			assert_fails(name_parse(text, &name, &err), &err, ERROR_USAGE);
		}
}

/* The origin of a log may have any letters (C2SP); it is known by its key and by its bytes. */
static void a_log_whose_origin_looks_alike_is_another_log(void **state)
{
	CLEANUP(cast_release) struct cast cast, twin;
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct world_item *item;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	cast_look(&cast);
	cast_init(&twin);
	assert_done(note_key_make("l\xd0\xbeg.example/house",
				  public_key_der(twin.world.log.public).data + 12,
				  &twin.world.log_key, &err),
		    &err);
	cast_policy(&twin, NULL);
	item = say(&twin, &twin.alice, NAME);
	believe(&twin, item, 1);
	assert_fails(believe_statement(&cast.trust, &twin.world.base, &item->identity, NULL,
				       &believed, &err),
		     &err, ERROR_UNTRUSTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_field_that_bears_a_name_takes_a_letter_that_looks_alike),
		cmocka_unit_test(no_name_that_is_asked_for_takes_one_either),
		cmocka_unit_test(a_log_whose_origin_looks_alike_is_another_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
