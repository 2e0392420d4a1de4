/* Hexadecimal and base64: one spelling of every byte string, and no other is taken. */
#include "tests/support.h"

static void hexadecimal_goes_there_and_back(void **state)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	uint8_t byte[256], back[256];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		byte[i] = (uint8_t)i;
	buffer_init(&text, 512);
	assert_done(hex_encode(&text, (struct span){ byte, 256 }, &err), &err);
	assert_memory_equal(text.data, "000102030405060708090a0b", 24);
	assert_done(hex_decode(buffer_view(&text), back, 256, &err), &err);
	assert_memory_equal(back, byte, 256);
	assert_fails(hex_encode(&text, (struct span){ byte, 1 }, &err), &err, ERROR_CORRUPT);
}

static void only_the_right_number_of_lower_case_digits_is_hexadecimal(void **state)
{
	static const char *const wrong[] = {
		"", "0", "0g", "0A", "000", "0x00", " 00", "00\n", "+0"
	};
	struct error err = { 0 };
	uint8_t byte = 0x5a;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_fails(hex_decode(span_of(wrong[i]), &byte, 1, &err), &err, ERROR_CORRUPT);
	assert_fails(hex_decode((struct span){ (const uint8_t *)"0\0", 2 }, &byte, 1, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(hex_decode(span_of("00"), &byte, SIZE_MAX, &err), &err, ERROR_CORRUPT);
	assert_int_equal(byte, 0x5a);
	assert_done(hex_decode(span_of(""), &byte, 0, &err), &err);
}

/* RFC 4648, section 10. */
static void the_published_base64_vectors_hold_both_ways(void **state)
{
	static const char *const vector[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+" },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(vector) / sizeof(vector[0]); i++) {
		CLEANUP(buffer_release) struct buffer out;

		buffer_init(&out, 100);
		assert_done(base64_encode(&out, span_of(vector[i][0]), &err), &err);
		assert_true(span_equal(buffer_view(&out), span_of(vector[i][1])));
		out.len = 0;
		assert_done(base64_decode(&out, span_of(vector[i][1]), &err), &err);
		assert_true(span_equal(buffer_view(&out), span_of(vector[i][0])));
	}
}

static void base64_goes_there_and_back_at_every_length(void **state)
{
	uint64_t random = 7;
	struct error err = { 0 };
	uint8_t byte[200];

	(void)state;
	for (size_t i = 0; i < sizeof(byte); i++)
		byte[i] = (uint8_t)(test_random(&random) >> 40);
	for (size_t len = 0; len <= sizeof(byte); len++) {
		CLEANUP(buffer_release) struct buffer text, back;

		buffer_init(&text, 400);
		buffer_init(&back, len);
		assert_done(base64_encode(&text, (struct span){ byte, len }, &err), &err);
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_done(base64_decode(&back, buffer_view(&text), &err), &err);
		assert_true(span_equal(buffer_view(&back), (struct span){ byte, len }));
	}
}

static void another_spelling_of_base64_is_refused_and_adds_nothing(void **state)
{
	static const char *const wrong[] = {
		"Z",    "Zg",     "Zg=",   "Zg===",    "Zh==", /* trailing bits */
		"Zm9=", "Zm9v\n", " Zm9v", "Zm9v====", "Zg==Zg==", "Z===",
		"====", "Zm-v",   "Zm_v",  "Zm9vZ=g=", "Zm9vYm==",
	};
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, 100);
	assert_done(buffer_add_text(&out, "kept", &err), &err);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_fails(base64_decode(&out, span_of(wrong[i]), &err), &err, ERROR_CORRUPT);
		assert_true(span_equal(buffer_view(&out), span_of("kept")));
	}
	assert_fails(base64_decode(&out, (struct span){ (const uint8_t *)"Zm9\0", 4 }, &err), &err,
		     ERROR_CORRUPT);
	buffer_release(&out);
	buffer_init(&out, 4);
	assert_done(buffer_add_text(&out, "ab", &err), &err);
	assert_fails(base64_decode(&out, span_of("Zm9v"), &err), &err, ERROR_CORRUPT);
	assert_true(span_equal(buffer_view(&out), span_of("ab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hexadecimal_goes_there_and_back),
		cmocka_unit_test(only_the_right_number_of_lower_case_digits_is_hexadecimal),
		cmocka_unit_test(the_published_base64_vectors_hold_both_ways),
		cmocka_unit_test(base64_goes_there_and_back_at_every_length),
		cmocka_unit_test(another_spelling_of_base64_is_refused_and_adds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
