/* Where a key lies in a token: "pkcs11:" URIs of RFC 7512. */
#include "registry/pkcs11_uri.h"

#include <string.h>

#include "tests/support.h"

static void assert_refused(const char *text, const char *reason)
{
	struct pkcs11_uri uri = { 0 };
	struct error err = { 0 };

	assert_int_equal(pkcs11_uri_parse(text, &uri, &err), -1);
	if (err.code != ERROR_USAGE || !strstr(err.text, reason))
		fail_msg("'%s' is refused with: %s", text, err.text);
}

static void every_attribute_is_read_and_decoded(void **state)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(
		pkcs11_uri_parse("pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;"
				 "id=%69%00%f4;object=a&b;serial=?"
				 "pin-source=file:///etc/pin&unknown=1&module-name=opensc-pkcs11",
				 &uri, &err),
		&err);
	assert_string_equal(pkcs11_uri_get(&uri, PKCS11_TOKEN), "The Software PKCS#11 Softtoken");
	assert_string_equal(pkcs11_uri_get(&uri, PKCS11_OBJECT), "a&b");
	assert_string_equal(pkcs11_uri_get(&uri, PKCS11_SERIAL), "");
	assert_string_equal(pkcs11_uri_get(&uri, PKCS11_PIN_SOURCE), "/etc/pin");
	assert_string_equal(pkcs11_uri_get(&uri, PKCS11_MODULE_NAME), "opensc-pkcs11");
	assert_null(pkcs11_uri_get(&uri, PKCS11_MODEL));
	assert_int_equal(uri.value[PKCS11_ID].len, 3);
	assert_memory_equal(uri.value[PKCS11_ID].text, "i\0\xf4", 3);
}

static void what_could_be_meant_two_ways_or_shows_a_pin_is_refused(void **state)
{
	(void)state;
	assert_refused("pkcs12:token=a", "is no pkcs11 URI");
	assert_refused("pkcs11:token=a;token=a", "stands twice");
	assert_refused("pkcs11:token=a?module-path=/x&module-path=/x", "stands twice");
	assert_refused("pkcs11:token=a?pin-value=1234", "does not belong into a URI");
	assert_refused("pkcs11:colour=red", "no pkcs11 attribute 'colour'");
	assert_refused("pkcs11:module-path=/x", "no pkcs11 attribute 'module-path'");
	assert_refused("pkcs11:token", "no 'name=value'");
	assert_refused("pkcs11:=a", "no 'name=value'");
	assert_refused("pkcs11:token=a;", "ends with a ';'");
	assert_refused("pkcs11:token=a;;id=1", "no 'name=value'");
	assert_refused("pkcs11:token=a b", "must be written as %20");
	assert_refused("pkcs11:token=a/b", "must be written as %2F");
	assert_refused("pkcs11:token=%4", "must be written as %25");
	assert_refused("pkcs11:token=%zz", "must be written as %25");
	assert_refused("pkcs11:token=%ff", "no UTF-8");
	assert_refused("pkcs11:type=public", "a private key signs");
	assert_refused("pkcs11:slot-id=-1", "no slot-id");
	assert_refused("pkcs11:slot-id=", "no slot-id");
	assert_refused("pkcs11:?module-path=evil.so", "not absolute");
	assert_refused("pkcs11:?module-name=../evil", "no plain name");
	assert_refused("pkcs11:?pin-source=|cat", "no absolute path");
	assert_refused("pkcs11:?pin-source=https://x/pin", "no absolute path");
}

static void a_uri_longer_than_its_limit_is_refused(void **state)
{
	char text[PKCS11_URI_MAX + 2];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "pkcs11:token=", 13);
	text[sizeof(text) - 1] = '\0';
	assert_refused(text, "of 4096 allowed");
}

static void a_padded_field_fits_without_its_blanks_and_only_whole(void **state)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(pkcs11_uri_parse("pkcs11:token=work", &uri, &err), &err);
	assert_true(pkcs11_uri_field_fits(&uri, PKCS11_TOKEN, span_of("work    ")));
	assert_true(pkcs11_uri_field_fits(&uri, PKCS11_TOKEN, span_of("work")));
	assert_false(pkcs11_uri_field_fits(&uri, PKCS11_TOKEN, span_of("work 2  ")));
	assert_false(pkcs11_uri_field_fits(&uri, PKCS11_TOKEN, span_of("wor     ")));
	assert_false(pkcs11_uri_field_fits(&uri, PKCS11_TOKEN, span_of("Work    ")));
	assert_true(pkcs11_uri_field_fits(&uri, PKCS11_MODEL, span_of("anything")));
}

static void what_names_files_is_told_apart_and_left_out_of_the_keys_name(void **state)
{
	static const char *const with[] = { "pkcs11:token=a?module-path=/x.so",
					    "pkcs11:token=a?module-name=x",
					    "pkcs11:token=a?pin-source=/pin" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
		CLEANUP(text_free) char *key = NULL;

		assert_done(pkcs11_uri_parse(with[i], &uri, &err), &err);
		assert_true(pkcs11_uri_names_files(&uri));
		assert_done(pkcs11_uri_key(with[i], &key, &err), &err);
		assert_string_equal(key, "pkcs11:token=a");
	}
}

static void what_is_encoded_is_read_again_byte_by_byte(void **state)
{
	CLEANUP(pkcs11_uri_release) struct pkcs11_uri uri = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *whole = NULL;
	struct error err = { 0 };
	uint8_t all[256];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	buffer_init(&text, PKCS11_URI_MAX);
	assert_done(buffer_add_text(&text, "pkcs11:id=", &err), &err);
	assert_done(pkcs11_value_encode(&text, (struct span){ all, sizeof(all) }, &err), &err);
	assert_done(buffer_to_text(&text, &whole, &err), &err);
	assert_done(pkcs11_uri_parse(whole, &uri, &err), &err);
	assert_int_equal(uri.value[PKCS11_ID].len, sizeof(all));
	assert_memory_equal(uri.value[PKCS11_ID].text, all, sizeof(all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_attribute_is_read_and_decoded),
		cmocka_unit_test(what_could_be_meant_two_ways_or_shows_a_pin_is_refused),
		cmocka_unit_test(a_uri_longer_than_its_limit_is_refused),
		cmocka_unit_test(a_padded_field_fits_without_its_blanks_and_only_whole),
		cmocka_unit_test(what_is_encoded_is_read_again_byte_by_byte),
		cmocka_unit_test(what_names_files_is_told_apart_and_left_out_of_the_keys_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
