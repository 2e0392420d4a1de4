/* Names: owner/name@version, and nothing that only looks like one. */
#include "verify/verify.h"

#include "tests/support.h"

#include <stdio.h>

static void a_name_is_read_and_written_back(void **state)
{
	static const char *const sample[] = { "llm-x/base@v1", "A/b@0", "a.b_c-d/E.F@step-1000",
					      "llm-x/base:latest", "0/1@2" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sample) / sizeof(sample[0]); i++) {
		char text[NAME_TEXT_MAX];
		struct name name;

		assert_done(name_parse(sample[i], &name, &err), &err);
		name_to_text(&name, text);
		assert_string_equal(text, sample[i]);
		assert_int_equal(name.alias, strchr(sample[i], ':') != NULL);
	}
}

static void what_is_no_name_is_refused_and_nothing_is_written(void **state)
{
	static const char *const wrong[] = {
		"",
		"a",
		"a/b",
		"@v1",
		"a@v1",
		"/b@v1",
		"a/@v1",
		"a/b@",
		"a/b@v1@v2",
		"a/b/c@v1",
		"a/b@v/1",
		"-a/b@v1",
		".a/b@v",
		"a/.b@v",
		"a/..@v1",
		"a/b@.",
		"a b/c@v",
		"a/b@v 1",
		"a/b@v1\n",
		"a/b:",
		"a/b:x:y",
		"a/b@v1:x",
		"a/b:x@v1",
		"\xe8\xa8\xbc/b@v",
		"a/b@\xc3\xa9",
		"a\x1b/b@v",
		"a/b@v\\",
		"../etc@v1",
		"a/b@*",
	};
	struct name name = { .owner = "untouched" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_fails(name_parse(wrong[i], &name, &err), &err, ERROR_USAGE);
		assert_string_equal(name.owner, "untouched");
	}
}

static void a_part_has_at_most_96_characters(void **state)
{
	char part[NAME_PART_MAX + 2], text[NAME_TEXT_MAX + 10], back[NAME_TEXT_MAX];
	struct error err = { 0 };
	struct name name;

	(void)state;
	memset(part, 'x', sizeof(part));
	part[NAME_PART_MAX] = '\0';
	assert_true(name_part_ok(part));
	snprintf(text, sizeof(text), "%s/%s@%s", part, part, part);
	assert_done(name_parse(text, &name, &err), &err);
	name_to_text(&name, back);
	assert_string_equal(back, text);

	part[NAME_PART_MAX] = 'x';
	part[NAME_PART_MAX + 1] = '\0';
	assert_false(name_part_ok(part));
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "%s/%s@%s", i == 0 ? part : "a", i == 1 ? part : "b",
			 i == 2 ? part : "c");
		assert_fails(name_parse(text, &name, &err), &err, ERROR_USAGE);
	}
}

static void a_family_is_a_name_without_a_version(void **state)
{
	struct error err = { 0 };
	struct name name;
	char text[NAME_TEXT_MAX];

	(void)state;
	assert_done(name_parse_family("llm-x/base", &name, &err), &err);
	name_to_text(&name, text);
	assert_string_equal(text, "llm-x/base");
	assert_fails(name_parse_family("llm-x/base@v1", &name, &err), &err, ERROR_USAGE);
	assert_fails(name_parse_family("llm-x", &name, &err), &err, ERROR_USAGE);
	assert_fails(name_parse_family("a/b:latest", &name, &err), &err, ERROR_USAGE);
}

static void a_policy_glob_covers_exactly_what_it_says(void **state)
{
	static const struct {
		const char *glob, *text;
		bool covers;
	} sample[] = {
		{ "*", "llm-x/base@v1", true },
		{ "*", "", true },
		{ "", "", true },
		{ "", "a", false },
		{ "llm-x/*", "llm-x/base@v1", true },
		{ "llm-x/*", "llm-xy/base@v1", false },
		{ "llm-x/*", "llm-x", false },
		{ "*@v1", "a/b@v1", true },
		{ "*@v1", "a/b@v11", false },
		{ "a*b*c", "aXbYbZc", true },
		{ "a*b*c", "aXbYbZ", false },
		{ "a**c", "ac", true },
		{ "a?c", "abc", false },
		{ "[a-z]", "b", false },
		{ "LLM-x/*", "llm-x/base", false },
		{ "*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sample) / sizeof(sample[0]); i++)
		assert_int_equal(name_matches(sample[i].glob, sample[i].text), sample[i].covers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_read_and_written_back),
		cmocka_unit_test(what_is_no_name_is_refused_and_nothing_is_written),
		cmocka_unit_test(a_part_has_at_most_96_characters),
		cmocka_unit_test(a_family_is_a_name_without_a_version),
		cmocka_unit_test(a_policy_glob_covers_exactly_what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
