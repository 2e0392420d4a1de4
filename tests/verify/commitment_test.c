/* Commitments: the salt and the value open one, and nothing else does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support.h"
#include "verify/verify.h"

/* Computed by hand: SHA-256(00 01 … 0f, SHA-256 of the value's canonical JSON). */
#define VALUE "{\"name\":\"t/m@1\",\"statement\":\"sha256:" HEX_A "\"}"
#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SALT "000102030405060708090a0b0c0d0e0f"
#define COMMITTED "989cff852b100aabbcaac6bd915cecb9496bba9dbb93a2cebee26bbd58bbe0f1"

static char *opening(const char *commitment, const char *salt, const char *value)
{
	char *text;

	assert_true(asprintf(&text,
			     "{\"commitment\":\"sha256:%s\",\"of\":\"t/p@1\",\"salt\":\"%s\","
			     "\"schema\":\"akashi/opening/1\",\"value\":%s,\"what\":\"parent\"}",
			     commitment, salt, value) > 0);
	return text;
}

static void assert_opens_not(const char *text)
{
	struct opening read = { 0 };
	struct error err = { 0 };

	assert_fails(opening_parse(span_of(text), &read, &err), &err, ERROR_CORRUPT);
}

static void an_opening_opens_what_was_committed_to(void **state)
{
	CLEANUP(opening_release) struct opening read = { 0 }, made = { 0 };
	CLEANUP(text_free) char *text = opening(COMMITTED, SALT, VALUE);
	CLEANUP(buffer_release) struct buffer again;
	struct error err = { 0 };

	(void)state;
	buffer_init(&again, OPENING_MAX_BYTES);
	assert_done(opening_parse(span_of(text), &read, &err), &err);
	assert_string_equal(opening_name(&read), "t/m@1");
	assert_string_equal(read.what, "parent");
	assert_done(opening_make(read.salt, "parent", "t/p@1", read.value, &made, &err), &err);
	assert_true(digest_equal(&made.commitment, &read.commitment));
	assert_done(json_write_canonical(made.json, &again, &err), &err);
	assert_true(span_equal(buffer_view(&again), span_of(text)));
	assert_ptr_equal(opening_find(&read, 1, &made.commitment), &read);
	made.commitment.byte[0] ^= 1;
	assert_null(opening_find(&read, 1, &made.commitment));
}

static void another_salt_or_value_opens_nothing(void **state)
{
	CLEANUP(text_free)
	char *salt = opening(COMMITTED, "100102030405060708090a0b0c0d0e0f", VALUE);
	CLEANUP(text_free)
	char *value =
		opening(COMMITTED, SALT, "{\"name\":\"t/m@2\",\"statement\":\"sha256:" HEX_A "\"}");
	CLEANUP(text_free) char *commitment = opening(HEX_A, SALT, VALUE);

	(void)state;
	assert_opens_not(salt);
	assert_opens_not(value);
	assert_opens_not(commitment);
}

static void what_is_malformed_is_refused(void **state)
{
	CLEANUP(text_free) char *shorter = opening(COMMITTED, "0001", VALUE);
	CLEANUP(text_free) char *number = opening(COMMITTED, SALT, "1");
	CLEANUP(text_free) char *real = opening(COMMITTED, SALT, "{\"a\":1.5}");

	(void)state;
	assert_opens_not(shorter);
	assert_opens_not(number);
	assert_opens_not(real);
	assert_opens_not("");
	assert_opens_not("[]");
	assert_opens_not("{\"schema\":\"akashi/opening/2\"}");
}

static void a_commitment_tells_nothing_beside_itself(void **state)
{
	static const char *const bad[] = { "{\"commitment\":\"" HEX_A "\"}",
					   "{\"commitment\":\"sha256:" HEX_A
					   "\",\"name\":\"t/m@1\"}",
					   "{\"commitment\":1}" };
	CLEANUP(json_free) struct json *good = NULL, *plain = NULL;
	struct digest digest;
	struct reference reference;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CLEANUP(json_free) struct json *json = NULL;

		assert_done(json_parse(span_of(bad[i]), NULL, &json, &err), &err);
		assert_true(commitment_is(json));
		assert_fails(commitment_parse(json, &digest, &err), &err, ERROR_CORRUPT);
	}
	assert_done(json_parse(span_of("{\"commitment\":\"sha256:" HEX_A "\"}"), NULL, &good, &err),
		    &err);
	assert_done(commitment_parse(good, &digest, &err), &err);
	/* Where a reference must stand, a commitment is none. */
	assert_fails(reference_parse(good, &reference, &err), &err, ERROR_CORRUPT);
	assert_done(json_parse(span_of(VALUE), NULL, &plain, &err), &err);
	assert_false(commitment_is(plain));
	assert_false(commitment_is(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_opening_opens_what_was_committed_to),
		cmocka_unit_test(another_salt_or_value_opens_nothing),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(a_commitment_tells_nothing_beside_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
