/* Search finds what people take for the same. */
#include "tests/verify/cast.h"

#include <string.h>

#include "verify/text_fold.h"

static void assert_folds(const char *text, const char *expected)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	buffer_init(&out, 4096);
	assert_int_equal(text_fold(span_of(text), &out, &err), 0);
	assert_int_equal(out.len, strlen(expected));
	assert_memory_equal(out.data, expected, out.len);
}

static void letters_of_any_width_and_case_are_equal(void **state)
{
	(void)state;
	assert_folds("\xef\xbc\xac\xef\xbd\x92 0.8X", "lr 0.8x"); /* full-width Lr */
	assert_folds("\xef\xbe\x83\xef\xbe\x9e\xef\xbd\xb0\xef\xbe\x80",
		     "\xe3\x83\x87\xe3\x83\xbc\xe3\x82\xbf"); /* half-width kana */
	assert_folds("\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9");
}

static void white_space_is_one_blank(void **state)
{
	(void)state;
	assert_folds("a \t\n b\xe3\x80\x80 c", "a b c"); /* an ideographic space */
	assert_folds("", "");
}

static void what_is_not_utf8_is_refused(void **state)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, 64);
	assert_int_equal(text_fold(span_of("a\xff"), &out, &err), -1);
}

static void prose_has_no_control_characters_but_tabs_and_line_feeds(void **state)
{
	size_t line;

	(void)state;
	assert_true(text_is_prose(span_of("a\tb\n\xe5\xad\xa6\n"), &line));
	assert_false(text_is_prose(span_of("a\nb\x1b[1m"), &line));
	assert_int_equal(line, 2);
	assert_false(text_is_prose(span_of("\xc2\x85"), &line)); /* NEL */
	assert_int_equal(line, 1);
	assert_false(text_is_prose(span_of("a\n\n\xff"), &line));
	assert_int_equal(line, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_of_any_width_and_case_are_equal),
		cmocka_unit_test(white_space_is_one_blank),
		cmocka_unit_test(prose_has_no_control_characters_but_tabs_and_line_feeds),
		cmocka_unit_test(what_is_not_utf8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
