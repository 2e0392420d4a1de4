/* The lines in which two texts differ: applied to the first text they give the second, and no
 * shorter script does. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verify.h"

static void diff_of(const char *before, const char *after, struct line_diff *out)
{
	struct error err = { 0 };

	assert_done(line_diff_make(span_of(before), span_of(after), out, &err), &err);
}

static void assert_changes(const char *before, const char *after, const char *expected)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	char text[4096] = "", one[LINE_CHANGE_TEXT_SIZE];

	diff_of(before, after, &diff);
	for (size_t i = 0; i < diff.count; i++) {
		line_change_text(&diff.change[i], one);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s|", one);
	}
	assert_string_equal(text, expected);
}

static void the_lines_that_differ_are_told_with_their_numbers(void **state)
{
	(void)state;
	assert_changes("a\nb\nc\n", "a\nb\nc\n", "");
	assert_changes("", "", "");
	assert_changes("a\nb\nc\n", "a\nB\nc\n", "-2: b|+2: B|");
	assert_changes("", "a\nb\n", "+1: a|+2: b|");
	assert_changes("a\nb\n", "", "-1: a|-2: b|");
	assert_changes("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
		       "-1: a|-2: b|+2: b|-6: b|+6: c|");
	assert_changes("a\n1\n2\nb\n", "a\n3\n4\nb\n", "-2: 1|-3: 2|+2: 3|+3: 4|");
}

static void a_newline_that_is_missing_is_a_difference(void **state)
{
	(void)state;
	assert_changes("a\nb", "a\nb\n", "-2: b|+2: b|");
	assert_changes("a\r\n", "a\n", "-1: a\\x0d|+1: a|");
}

static void what_a_terminal_would_obey_is_escaped(void **state)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	CLEANUP(json_free) struct json *json = NULL;
	static const char after[] = "\x1b[2J\xe2\x80\xae\xff\n";
	struct error err = { 0 };
	const struct json *lines;

	(void)state;
	assert_changes("", after, "+1: \\x1b[2J\\xe2\\x80\\xae\\xff|");
	diff_of("", after, &diff);
	assert_done(line_diff_to_json(&diff, &json, &err), &err);
	lines = json_member(json, "lines");
	assert_string_equal(json_text(json_member(json_at(lines, 0), "text")),
			    "\x1b[2J\xe2\x80\xae\\xff");
}

static void a_long_line_is_cut_behind_a_whole_character(void **state)
{
	char line[LINE_DIFF_TEXT_MAX + 8], expected[LINE_CHANGE_TEXT_SIZE];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line + LINE_DIFF_TEXT_MAX - 1, "\xe3\x81\x82", 3);
	line[sizeof(line) - 1] = '\0';
	snprintf(expected, sizeof(expected), "+1: %.*s\u2026|", (int)LINE_DIFF_TEXT_MAX - 1, line);
	assert_changes("", line, expected);
}

/* Length of a longest common subsequence, the slow way. */
static size_t common(const char *a, size_t n, const char *b, size_t m)
{
	size_t row[64] = { 0 };

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0, corner = 0; j < m; j++) {
			size_t above = row[j + 1];

			row[j + 1] = a[i] == b[j] ? corner + 1 : above > row[j] ? above : row[j];
			corner = above;
		}
	return row[m];
}

/* Take out and put in what is told, and nothing else. */
static void assert_leads_to(const char *a, size_t n, const char *b, size_t m,
			    const struct line_diff *diff)
{
	char made[64];
	size_t len = 0, from = 0;

	for (size_t i = 0; i < diff->count; i++) {
		const struct line_change *one = &diff->change[i];

		if (!one->added) {
			while (from + 1 < one->line)
				made[len++] = a[from++];
			assert_int_equal(one->text.data[0], a[from]);
			from++;
		} else {
			while (len + 1 < one->line)
				made[len++] = a[from++];
			made[len++] = (char)one->text.data[0];
		}
	}
	while (from < n)
		made[len++] = a[from++];
	assert_int_equal(len, m);
	assert_memory_equal(made, b, m);
}

static void texts_by_chance_are_led_into_each_other_by_the_shortest_script(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 4000; round++) {
		CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
		char letter[2][32], text[2][80];
		size_t len[2];

		for (size_t s = 0; s < 2; s++) {
			seed = seed * 1664525 + 1013904223;
			len[s] = (seed >> 16) % 20;
			text[s][0] = '\0';
			for (size_t i = 0; i < len[s]; i++) {
				seed = seed * 1664525 + 1013904223;
				letter[s][i] = (char)('a' + (seed >> 16) % 4);
				snprintf(text[s] + 2 * i, 3, "%c\n", letter[s][i]);
			}
		}
		diff_of(text[0], text[1], &diff);
		assert_int_equal(diff.count, diff.added + diff.removed);
		assert_int_equal(diff.count,
				 len[0] + len[1] -
					 2 * common(letter[0], len[0], letter[1], len[1]));
		assert_leads_to(letter[0], len[0], letter[1], len[1], &diff);
	}
}

static char *numbers(size_t from, size_t count)
{
	char *text = malloc(count * 12 + 1);
	size_t len = 0;

	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, 12, "%zu\n", from + i);
	text[len] = '\0';
	return text;
}

static void what_differs_in_too_much_is_told_as_a_whole(void **state)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(text_free) char *before = numbers(100000, 3000);
	CLEANUP(text_free) char *after = numbers(200000, 3000);
	struct error err = { 0 };

	(void)state;
	diff_of(before, after, &diff);
	assert_true(diff.coarse);
	assert_int_equal(diff.removed, 3000);
	assert_int_equal(diff.added, 3000);
	assert_done(line_diff_to_json(&diff, &json, &err), &err);
	assert_int_equal(json_count(json_member(json, "lines")), LINE_DIFF_TOLD_MAX);
	assert_int_equal(json_integer_of(json_member(json, "more")), 6000 - LINE_DIFF_TOLD_MAX);
}

static void more_lines_than_are_looked_at_are_compared_all_the_same(void **state)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	CLEANUP(text_free) char *before = numbers(0, LINE_DIFF_LINES_MAX + 10);
	CLEANUP(text_free) char *after = numbers(0, LINE_DIFF_LINES_MAX + 11);

	(void)state;
	diff_of(before, after, &diff);
	assert_true(diff.coarse);
	assert_int_equal(diff.count, 2);
	assert_int_equal(diff.change[0].line, LINE_DIFF_LINES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lines_that_differ_are_told_with_their_numbers),
		cmocka_unit_test(a_newline_that_is_missing_is_a_difference),
		cmocka_unit_test(what_a_terminal_would_obey_is_escaped),
		cmocka_unit_test(a_long_line_is_cut_behind_a_whole_character),
		cmocka_unit_test(texts_by_chance_are_led_into_each_other_by_the_shortest_script),
		cmocka_unit_test(what_differs_in_too_much_is_told_as_a_whole),
		cmocka_unit_test(more_lines_than_are_looked_at_are_compared_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
