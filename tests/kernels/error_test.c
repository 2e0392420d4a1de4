/* Errors: one line, the first cause, nothing that could rewrite a terminal. */
#include "tests/support.h"

#include <errno.h>

static void the_first_cause_wins(void **state)
{
	struct error err = { 0 };

	(void)state;
	assert_int_equal(error_set(&err, ERROR_ABSENT, "no file '%s'", "a"), -1);
	assert_int_equal(error_set(&err, ERROR_SYSTEM, "something later"), -1);
	assert_int_equal(error_system(&err, EIO, "something later still"), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	assert_string_equal(err.text, "no file 'a'");
}

static void a_prefix_stands_before_the_cause_and_keeps_the_code(void **state)
{
	struct error err = { 0 };

	(void)state;
	error_set(&err, ERROR_CORRUPT, "digest differs");
	assert_int_equal(error_prefix(&err, "piece %d", 7), -1);
	assert_int_equal(error_prefix(&err, "file '%s'", "a\nb"), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_string_equal(err.text, "file 'a\\x0ab': piece 7: digest differs");
}

static void a_long_cause_is_cut_at_its_end_and_never_the_context(void **state)
{
	struct error err = { 0 };
	char long_text[4000];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	error_set(&err, ERROR_CORRUPT, "%s", long_text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	for (int i = 0; i < 20; i++)
		error_prefix(&err, "context %d %s", i, long_text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_memory_equal(err.text, "context 19 ", 11);
}

static void what_the_system_said_is_added(void **state)
{
	struct error err = { 0 }, full = { 0 };

	(void)state;
	assert_int_equal(error_system(&err, EACCES, "cannot open '%s'", "a"), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_string_equal(err.text, "cannot open 'a': Permission denied");
	error_system(&full, ENOSPC, "cannot write '%s'", "a");
	assert_string_equal(full.text, "cannot write 'a': no room left on the device");
}

static void text_that_could_rewrite_a_terminal_is_escaped(void **state)
{
	static const struct {
		const char *raw, *shown;
	} sample[] = {
		{ "plain", "plain" },
		{ "\x1b[2J", "\\x1b[2J" },
		{ "a\tb\r\n\x7f", "a\\x09b\\x0d\\x0a\\x7f" },
		{ "証明 – é", "証明 – é" },
		{ "\xc2\x9b", "\\xc2\\x9b" },                   /* C1: another way to write ESC [ */
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },          /* right-to-left override */
		{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" },          /* left-to-right isolate */
		{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" },          /* line separator */
		{ "\xff\xfe", "\\xff\\xfe" },                   /* no UTF-8 at all */
		{ "\xc0\xaf", "\\xc0\\xaf" },                   /* '/' in two bytes */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },          /* '/' in three */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* half a surrogate pair */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
		{ "\xf0\x9f\x99\x82", "\xf0\x9f\x99\x82" },
		{ "cut \xe8\xa8", "cut \\xe8\\xa8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sample) / sizeof(sample[0]); i++) {
		struct error err = { 0 };

		error_set(&err, ERROR_USAGE, "%s", sample[i].raw);
		assert_string_equal(err.text, sample[i].shown);
	}
}

static void an_escape_is_never_cut_in_two(void **state)
{
	char to[9];

	(void)state;
	text_escape(to, sizeof(to), "\n\n\n");
	assert_string_equal(to, "\\x0a\\x0a");
	text_escape(to, 8, "\n\n\n");
	assert_string_equal(to, "\\x0a");
	text_escape(to, 6, "abc証");
	assert_string_equal(to, "abc");
}

static void every_code_has_its_exit_status(void **state)
{
	(void)state;
	assert_int_equal(error_exit_status(ERROR_NONE), 0);
	assert_int_equal(error_exit_status(ERROR_CORRUPT), 1);
	assert_int_equal(error_exit_status(ERROR_USAGE), 2);
	assert_int_equal(error_exit_status(ERROR_UNTRUSTED), 3);
	assert_int_equal(error_exit_status(ERROR_ABSENT), 4);
	assert_int_equal(error_exit_status(ERROR_SYSTEM), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_cause_wins),
		cmocka_unit_test(a_prefix_stands_before_the_cause_and_keeps_the_code),
		cmocka_unit_test(a_long_cause_is_cut_at_its_end_and_never_the_context),
		cmocka_unit_test(what_the_system_said_is_added),
		cmocka_unit_test(text_that_could_rewrite_a_terminal_is_escaped),
		cmocka_unit_test(an_escape_is_never_cut_in_two),
		cmocka_unit_test(every_code_has_its_exit_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
