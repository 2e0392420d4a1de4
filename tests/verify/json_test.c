/* JSON: what is refused before it costs anything, what survives, and the one canonical spelling. */
#include "tests/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify/verify.h"

static int parse(const char *text, struct json **out_value, struct error *err)
{
	return json_parse(span_of(text), NULL, out_value, err);
}

static void assert_refused(const char *text)
{
	struct error err = { 0 };
	struct json *value = NULL;

	assert_fails(parse(text, &value, &err), &err, ERROR_CORRUPT);
	assert_null(value);
}

static void assert_canonical(const char *text, const char *expected)
{
	CLEANUP(json_free) struct json *value = NULL;
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	buffer_init(&out, 4096);
	assert_done(parse(text, &value, &err), &err);
	assert_done(json_write_canonical(value, &out, &err), &err);
	assert_int_equal(out.len, strlen(expected));
	assert_memory_equal(out.data, expected, out.len);
}

static void what_is_not_exactly_one_json_text_is_refused(void **state)
{
	(void)state;
	assert_refused("");
	assert_refused("{");
	assert_refused("{} {}");
	assert_refused("{}x");
	assert_refused("[1,]");
	assert_refused("{\"a\":1,}");
	assert_refused("{'a':1}");
	assert_refused("[01]");
	assert_refused("[1.]");
	assert_refused("[.5]");
	assert_refused("[1e]");
	assert_refused("[-]");
	assert_refused("[+1]");
	assert_refused("[1.5.5]");
	assert_refused("[1.5\"a\"]");
	assert_refused("{1.5:1}");
	assert_refused("[NaN]");
	assert_refused("[Infinity]");
	assert_refused("\"text\"");
	assert_refused("17");
	assert_refused("[\"a]");
	assert_refused("[\"\\\"]");
	assert_refused("\xef\xbb\xbf{}");
}

static void a_key_that_stands_twice_is_refused_however_it_is_spelled(void **state)
{
	(void)state;
	assert_refused("{\"a\":1,\"a\":2}");
	assert_refused("{\"a\":1,\"\\u0061\":2}");
	assert_refused("[{\"x\":{\"k\":0,\"k\":0}}]");
}

static void broken_text_and_nul_are_refused(void **state)
{
	struct error err = { 0 };
	struct json *value = NULL;

	(void)state;
	assert_refused("[\"\xff\"]");
	assert_refused("[\"\xc0\x80\"]");
	assert_refused("[\"\xed\xa0\x80\"]");
	assert_refused("[\"\xf4\x90\x80\x80\"]");
	assert_refused("[\"\xe3\x81\"]");
	assert_refused("[\"\\ud800\"]");
	assert_refused("[\"\\udc00\\ud800\"]");
	assert_refused("[\"\\u0000\"]");
	assert_refused("{\"\\u00001.5\":1}");
	assert_refused("[\"\\\xe3\x81\x82\"]");
	assert_fails(
		json_parse((struct span){ (const uint8_t *)"[\"a\0b\"]", 7 }, NULL, &value, &err),
		&err, ERROR_CORRUPT);
	assert_fails(json_parse((struct span){ (const uint8_t *)"[1\0]", 4 }, NULL, &value, &err),
		     &err, ERROR_CORRUPT);
}

static void limits_hold_before_memory_is_taken(void **state)
{
	struct json_limits small = { .max_bytes = 8, .max_values = 3, .max_depth = 2 };
	CLEANUP(json_free) struct json *value = NULL;
	char deep[130];
	struct error err = { 0 };

	(void)state;
	assert_done(json_parse(span_of("[[1],2]"), &small, &value, &err), &err);
	json_free(&value);
	assert_fails(json_parse(span_of("[[1],21 ]"), &small, &value, &err), &err, ERROR_CORRUPT);
	assert_fails(json_parse(span_of("[[[1]]]"), &small, &value, &err), &err, ERROR_CORRUPT);
	assert_fails(json_parse(span_of("[1,2,3,4"), &small, &value, &err), &err, ERROR_CORRUPT);

	small = (struct json_limits){ .max_containers = 3 };
	assert_done(json_parse(span_of("[[],{}]"), &small, &value, &err), &err);
	json_free(&value);
	assert_fails(json_parse(span_of("[[],{},[]]"), &small, &value, &err), &err, ERROR_CORRUPT);

	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	assert_fails(json_parse((struct span){ (uint8_t *)deep, 130 }, NULL, &value, &err), &err,
		     ERROR_CORRUPT);
	assert_done(json_parse((struct span){ (uint8_t *)deep + 1, 128 }, NULL, &value, &err),
		    &err);
}

static void numbers_beyond_int64_are_handed_on_as_they_were_written(void **state)
{
	static const char *const text[] = { "1e-05",
					    "1.0",
					    "-0",
					    "9223372036854775808",
					    "1E+30",
					    "-0.5e1",
					    "123456789012345678901234567890" };
	CLEANUP(json_free) struct json *value = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(parse("[1e-05,1.0,-0,9223372036854775808,1E+30,-0.5e1,"
			  "123456789012345678901234567890,9223372036854775807,"
			  "-9223372036854775808,0,\"1.5\"]",
			  &value, &err),
		    &err);
	for (size_t i = 0; i < 7; i++) {
		assert_int_equal(json_kind(json_at(value, i)), JSON_KIND_NUMBER);
		assert_string_equal(json_number_text(json_at(value, i)), text[i]);
		assert_null(json_text(json_at(value, i)));
	}
	assert_int_equal(json_integer_of(json_at(value, 7)), INT64_MAX);
	assert_int_equal(json_integer_of(json_at(value, 8)), INT64_MIN);
	assert_int_equal(json_kind(json_at(value, 9)), JSON_KIND_INTEGER);
	assert_string_equal(json_text(json_at(value, 10)), "1.5");
	assert_null(json_number_text(json_at(value, 10)));
}

static void readers_name_the_key_that_is_missing_or_wrong(void **state)
{
	CLEANUP(json_free) struct json *value = NULL;
	const struct json *child;
	const char *text = "kept";
	struct error err = { 0 };
	int64_t integer;
	uint64_t size;
	bool yes;

	(void)state;
	assert_done(parse("{\"s\":\"t\",\"i\":-3,\"b\":true,\"o\":{},\"a\":[],\"n\":null,"
			  "\"big\":\"9007199254740993\",\"small\":\"5\"}",
			  &value, &err),
		    &err);
	assert_int_equal(json_need_string(value, "gone", &text, &err), -1);
	assert_non_null(strstr(err.text, "'gone' is missing"));
	assert_string_equal(text, "kept");
	err = (struct error){ 0 };
	assert_int_equal(json_need_string(value, "i", &text, &err), -1);
	assert_non_null(strstr(err.text, "'i' is an integer where a string belongs"));
	err = (struct error){ 0 };

	assert_done(json_need_string(value, "s", &text, &err), &err);
	assert_string_equal(text, "t");
	assert_done(json_need_integer(value, "i", &integer, &err), &err);
	assert_int_equal(integer, -3);
	assert_done(json_need_bool(value, "b", &yes, &err), &err);
	assert_true(yes);
	assert_done(json_need_object(value, "o", &child, &err), &err);
	assert_done(json_need_array(value, "a", &child, &err), &err);
	assert_fails(json_need_array(value, "o", &child, &err), &err, ERROR_CORRUPT);
	assert_fails(json_need_array(value, "n", &child, &err), &err, ERROR_CORRUPT);
	assert_fails(json_need_size(value, "i", &size, &err), &err, ERROR_CORRUPT);
	assert_fails(json_need_size(value, "small", &size, &err), &err, ERROR_CORRUPT);
	assert_done(json_need_size(value, "big", &size, &err), &err);
	assert_true(size == (UINT64_C(1) << 53) + 1);
	assert_done(json_maybe_string(value, "n", &text, &err), &err);
	assert_null(text);
	assert_done(json_maybe_integer(value, "gone", 7, &integer, &err), &err);
	assert_int_equal(integer, 7);
	assert_fails(json_maybe_bool(value, "s", true, &yes, &err), &err, ERROR_CORRUPT);
}

/* The examples of RFC 8785 sections 3.2.2 and 3.2.3; its real numbers, which we never write, left
 * out. */
static void the_canonical_spelling_is_that_of_rfc_8785(void **state)
{
	(void)state;
	assert_canonical(
		"{\n  \"numbers\": [333333333, 4, 2],\n"
		"  \"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
		"  \"literals\": [null, true, false]\n}",
		"{\"literals\":[null,true,false],\"numbers\":[333333333,4,2],"
		"\"string\":\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
	assert_canonical(
		"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
		"\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
		"\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
		"\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
		"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
		"\"\xc3\xb6\":\"Latin Small Letter O With Diaeresis\","
		"\"\xe2\x82\xac\":\"Euro Sign\",\"\xf0\x9f\x98\x80\":\"Emoji: Grinning Face\","
		"\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
	assert_canonical("{\"\":0,\"a\":{\"b\":[],\"aa\":{}}, \"A\":\"\\u007f\\b\\f\\t\\r\"}",
			 "{\"\":0,\"A\":\"\x7f\\b\\f\\t\\r\",\"a\":{\"aa\":{},\"b\":[]}}");
	assert_canonical("{\"\\ud83d\\ude02\":2,\"\\ud83d\\ude01\":1}",
			 "{\"\xf0\x9f\x98\x81\":1,\"\xf0\x9f\x98\x82\":2}");
}

static void no_real_number_is_ever_written_canonically(void **state)
{
	static const char *const text[] = { "[1.5]", "[-0]", "[9007199254740993]" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		CLEANUP(json_free) struct json *value = NULL;
		CLEANUP(buffer_release) struct buffer out;

		buffer_init(&out, 100);
		assert_done(parse(text[i], &value, &err), &err);
		assert_fails(json_write_canonical(value, &out, &err), &err, ERROR_USAGE);
		assert_int_equal(out.len, 0);
		assert_done(json_write_pretty(value, &out, &err), &err);
	}
}

static void what_is_built_can_be_read_again(void **state)
{
	CLEANUP(json_free) struct json *made = NULL, *read = NULL, *part = NULL;
	CLEANUP(buffer_release) struct buffer out, bytes;
	struct digest digest = sha256(span_of("abc")), same;
	const char *const text[] = { "first", "second" };
	struct json *list, *inside;
	struct error err = { 0 };
	const struct json *texts;
	uint64_t size;

	(void)state;
	buffer_init(&out, 4096);
	buffer_init(&bytes, 16);
	assert_done(json_object_new(&made, &err), &err);
	assert_done(json_set_digest(made, "digest", &digest, &err), &err);
	assert_done(json_set_hex(made, "hex", &digest, &err), &err);
	assert_done(json_set_base64(made, "bytes", span_of("hello"), &err), &err);
	assert_done(json_set_size(made, "huge", UINT64_MAX, &err), &err);
	assert_done(json_set_array(made, "list", &list, &err), &err);
	assert_done(json_add_integer(list, 1, &err), &err);
	assert_done(json_add_object(list, &inside, &err), &err);
	assert_done(json_set_bool(inside, "yes", true, &err), &err);
	assert_done(json_set_texts(made, "texts", text, 2, &err), &err);
	assert_done(json_set_texts(made, "none", NULL, 0, &err), &err);
	assert_done(json_string_new("part", &part, &err), &err);
	assert_done(json_set_take(made, "part", &part, &err), &err);
	assert_null(part);
	assert_fails(json_set_null(made, "part", &err), &err, ERROR_USAGE);
	assert_fails(json_set_text(made, "bad", "\xff", &err), &err, ERROR_USAGE);
	assert_fails(json_set_integer(made, "bad", INT64_MAX, &err), &err, ERROR_USAGE);

	assert_done(json_write_canonical(made, &out, &err), &err);
	assert_done(json_parse(buffer_view(&out), NULL, &read, &err), &err);
	assert_int_equal(json_count(read), 8);
	texts = json_member(read, "texts");
	assert_int_equal(json_count(texts), 2);
	assert_string_equal(json_text(json_at(texts, 0)), "first");
	assert_string_equal(json_text(json_at(texts, 1)), "second");
	assert_int_equal(json_kind(json_member(read, "none")), JSON_KIND_ARRAY);
	assert_int_equal(json_count(json_member(read, "none")), 0);
	assert_done(json_need_digest(read, "digest", &same, &err), &err);
	assert_true(digest_equal(&digest, &same));
	assert_fails(json_need_hex(read, "digest", &same, &err), &err, ERROR_CORRUPT);
	assert_done(json_need_hex(read, "hex", &same, &err), &err);
	assert_fails(json_need_digest(read, "hex", &same, &err), &err, ERROR_CORRUPT);
	assert_done(json_need_base64(read, "bytes", &bytes, &err), &err);
	assert_memory_equal(bytes.data, "hello", 5);
	assert_done(json_need_size(read, "huge", &size, &err), &err);
	assert_true(size == UINT64_MAX);
}

static void measured_numbers_are_texts_of_six_digits(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = { { 0, "0" },
		      { -1.0 / 3, "-0.333333" },
		      { 1234567, "1.23457e+06" },
		      { (double)NAN, "nan" },
		      { -(double)NAN, "nan" },
		      { -(double)INFINITY, "-inf" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CLEANUP(json_free) struct json *made = NULL;
		struct error err = { 0 };

		assert_done(json_object_new(&made, &err), &err);
		assert_done(json_set_decimal(made, "x", cases[i].number, &err), &err);
		assert_string_equal(json_text(json_member(made, "x")), cases[i].text);
	}
}

static void the_spelling_for_people_cannot_rewrite_their_terminal(void **state)
{
	CLEANUP(json_free) struct json *value = NULL;
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	static const char expected[] = "{\n  \"b\": \"\\u001b[2J\\u202e\\u009b\xe8\xa8\xbc\",\n"
				       "  \"a\": [\n    1.50,\n    {}\n  ]\n}\n";

	(void)state;
	buffer_init(&out, 4096);
	assert_done(parse("{\"b\":\"\\u001b[2J\\u202e\\u009b\xe8\xa8\xbc\",\"a\":[1.50,{}]}",
			  &value, &err),
		    &err);
	assert_done(json_write_pretty(value, &out, &err), &err);
	assert_int_equal(out.len, strlen(expected));
	assert_memory_equal(out.data, expected, out.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_exactly_one_json_text_is_refused),
		cmocka_unit_test(a_key_that_stands_twice_is_refused_however_it_is_spelled),
		cmocka_unit_test(broken_text_and_nul_are_refused),
		cmocka_unit_test(limits_hold_before_memory_is_taken),
		cmocka_unit_test(numbers_beyond_int64_are_handed_on_as_they_were_written),
		cmocka_unit_test(readers_name_the_key_that_is_missing_or_wrong),
		cmocka_unit_test(the_canonical_spelling_is_that_of_rfc_8785),
		cmocka_unit_test(no_real_number_is_ever_written_canonically),
		cmocka_unit_test(what_is_built_can_be_read_again),
		cmocka_unit_test(measured_numbers_are_texts_of_six_digits),
		cmocka_unit_test(the_spelling_for_people_cannot_rewrite_their_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
