/* Braces and wildcards: many versions in one word. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>

/* The texts that braces make, with a space behind each. */
static char *expanded(const char *text)
{
	struct texts texts = { .item = NULL };
	struct error err = { 0 };
	char *all = strdup("");

	assert_done(braces_expand(text, &texts, &err), &err);
	for (size_t i = 0; i < texts.count; i++) {
		char *more;

		assert_true(asprintf(&more, "%s%s ", all, texts.item[i]) >= 0);
		free(all);
		all = more;
	}
	texts_release(&texts);
	return all;
}

static void braces_mean_what_they_mean_in_a_shell(void **state)
{
	static const char *const pair[][2] = {
		{ "a/b@1", "a/b@1 " },
		{ "a@{1..3}", "a@1 a@2 a@3 " },
		{ "a@{100..400..150}", "a@100 a@250 a@400 " },
		{ "a@{3..1}", "a@3 a@2 a@1 " },
		{ "a@{5..1..3}", "a@5 a@2 " },
		{ "a@{08..10}", "a@08 a@09 a@10 " },
		{ "a@{7..7}", "a@7 " },
		{ "a@{x,y}{1..2}", "a@x1 a@x2 a@y1 a@y2 " },
		{ "a@s-{,b{1,2}}-e", "a@s--e a@s-b1-e a@s-b2-e " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		char *all = expanded(pair[i][0]);

		assert_string_equal(all, pair[i][1]);
		free(all);
	}
}

static void braces_that_make_no_sense_or_too_much_are_refused(void **state)
{
	static const char *const wrong[] = { "a@{1..3",
					     "a@{step}",
					     "a@{1..3..0}",
					     "a@{1..99999999999}",
					     "a@{1..9999}{1..9999}",
					     "a@{}",
					     "a@{1..9999999999999999999}" };
	struct texts texts = { .item = NULL };
	char deep[200] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error err = { 0 };

		assert_fails(braces_expand(wrong[i], &texts, &err), &err, ERROR_USAGE);
		assert_null(texts.item);
	}
	for (size_t i = 0; i < 20; i++)
		memcpy(deep + 5 * i, "{a,b}", 6);
	{
		struct error err = { 0 };

		assert_fails(braces_expand(deep, &texts, &err), &err, ERROR_USAGE);
	}
}

static void wildcards_find_versions_in_the_order_of_their_numbers(void **state)
{
	static const char *const version[] = { "a/b@s-100", "a/b@s-20", "a/b@s-3", "a/b@t-1" };
	static const char *const word[] = { "a/b@t-1", "a/b@s-*", "a/b@s-{3,20}" };
	static const char *const none = "a/b@u*";
	CLEANUP(versions_release) struct versions versions = { .item = NULL };
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_open(&house);
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(text_free) char *folder = house_path(&house, version[i] + 4);

		house_model(folder, (float)i);
		house_add(&house, version[i] + 4, version[i]);
	}
	assert_true(versions_is_pattern(word[1]) && versions_is_pattern(word[2]));
	assert_false(versions_is_pattern(word[0]));
	assert_done(versions_expand(house.registry, word, 3, &versions, &err), &err);
	assert_int_equal(versions.count, 4); /* each once */
	assert_string_equal(versions.item[0].name.version, "t-1");
	assert_string_equal(versions.item[1].name.version, "s-3");
	assert_string_equal(versions.item[2].name.version, "s-20");
	assert_string_equal(versions.item[3].name.version, "s-100");
	versions_release(&versions);
	assert_fails(versions_expand(house.registry, &none, 1, &versions, &err), &err,
		     ERROR_ABSENT);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(braces_mean_what_they_mean_in_a_shell),
		cmocka_unit_test(braces_that_make_no_sense_or_too_much_are_refused),
		cmocka_unit_test(wildcards_find_versions_in_the_order_of_their_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
