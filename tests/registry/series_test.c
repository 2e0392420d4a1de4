/* Many folders and one name with {step}. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/series.h"

static int folder_setup(void **state)
{
	static const char *const name[] = { "step-100", "step-20", "step-3", "final" };
	char *folder = test_folder();
	struct error err = { 0 };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		char *path = NULL;

		assert_done(path_join(folder, name[i], &path, &err), &err);
		assert_done(folder_make(path, &err), &err);
		free(path);
	}
	*state = folder;
	return chdir(folder);
}

static int folder_teardown(void **state)
{
	char *folder = *state;

	test_folder_remove(&folder);
	return chdir("/");
}

static void expands_to(const char *word, const char *pattern, size_t count, const char *first,
		       const char *last)
{
	struct series series;
	struct error err = { 0 };
	char text[NAME_TEXT_MAX];

	assert_done(series_expand(&word, 1, pattern, &series, &err), &err);
	assert_int_equal(series.count, count);
	name_to_text(&series.item[0].name, text);
	assert_string_equal(text, first);
	name_to_text(&series.item[count - 1].name, text);
	assert_string_equal(text, last);
	series_release(&series);
}

static void a_glob_gives_each_folder_the_step_that_its_last_star_matched(void **state)
{
	(void)state;
	expands_to("step-*", "a/b@{step}", 3, "a/b@3", "a/b@100");
	expands_to("step-*", "a/b@s{step}-raw", 3, "a/b@s3-raw", "a/b@s100-raw");
	expands_to("./step-*", "a/b@{step}", 3, "a/b@3", "a/b@100");
	expands_to("*-*", "a/b@{step}", 3, "a/b@3", "a/b@100");
	expands_to("*", "a/b@{step}", 4, "a/b@step-3", "a/b@final");
}

static void a_path_gives_the_last_number_in_it(void **state)
{
	(void)state;
	expands_to("step-20", "a/b@{step}", 1, "a/b@20", "a/b@20");
	expands_to("step-20/", "a/b@step-{step}", 1, "a/b@step-20", "a/b@step-20");
	expands_to("final", "a/b@v1", 1, "a/b@v1", "a/b@v1");
}

static void paths_that_the_shell_expanded_are_put_in_the_order_of_their_steps(void **state)
{
	const char *const word[] = { "step-100", "step-20", "step-3" };
	struct series series;
	struct error err = { 0 };

	(void)state;
	assert_done(series_expand(word, 3, "a/b@{step}", &series, &err), &err);
	assert_string_equal(series.item[0].path, "step-3");
	assert_string_equal(series.item[2].path, "step-100");
	series_release(&series);
}

static void an_ingredient_goes_on_from_the_stage_before_it(void **state)
{
	static const char *const name[] = {
		"stage2-ingredient2-step50-tokens1B", "stage1-step2000-tokens8B",
		"stage2-ingredient1-step90-tokens1B", "stage1-step1000-tokens4B",
		"stage2-ingredient1-step60-tokens1B", "main",
	};
	static const size_t before[] = { 0, 1, 2, 3, 2, 5 }; /* in the order of the steps */
	const char *const all = "stages/*";
	struct series series;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		char path[100];

		snprintf(path, sizeof(path), "stages/%s", name[i]);
		assert_done(folder_make(path, &err), &err);
	}
	assert_done(series_expand(&all, 1, "a/b@{step}", &series, &err), &err);
	assert_int_equal(series.count, sizeof(name) / sizeof(name[0]));
	assert_string_equal(series.item[0].step, "stage1-step1000-tokens4B");
	assert_string_equal(series.item[4].step, "stage2-ingredient2-step50-tokens1B");
	for (size_t i = 0; i < series.count; i++)
		assert_int_equal(series_before(&series, i), before[i]);
	series_release(&series);
}

static void tokens_in_a_path_do_not_pass_for_its_step(void **state)
{
	const char *const word[] = { "x/step2000-tokens8B", "x/step1000-tokens4B" };
	const char *const same[] = { "stage1-step7", "stage1-step8", "stage2-step7" };
	struct series series;
	struct error err = { 0 };

	(void)state;
	assert_done(series_expand(word, 2, "a/b@{step}", &series, &err), &err);
	assert_string_equal(series.item[0].step, "1000");
	assert_string_equal(series.item[1].step, "2000");
	series_release(&series);
	assert_fails(series_expand(same, 3, "a/b@{step}", &series, &err), &err, ERROR_USAGE);
}

static void what_cannot_be_named_is_refused(void **state)
{
	const char *const two[] = { "step-3", "step-20" };
	const char *const same[] = { "step-3", "./step-3" };
	const char *const final = "final", *const none = "nothing-*";
	struct series series;
	struct error err = { 0 };

	(void)state;
	assert_fails(series_expand(two, 2, "a/b@v1", &series, &err), &err, ERROR_USAGE);
	assert_fails(series_expand(same, 2, "a/b@{step}", &series, &err), &err, ERROR_USAGE);
	assert_fails(series_expand(&final, 1, "a/b@{step}", &series, &err), &err, ERROR_USAGE);
	assert_fails(series_expand(&none, 1, "a/b@{step}", &series, &err), &err, ERROR_ABSENT);
	assert_fails(series_expand(two, 1, "b@{step}", &series, &err), &err, ERROR_USAGE);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_glob_gives_each_folder_the_step_that_its_last_star_matched),
		IN_FOLDER(a_path_gives_the_last_number_in_it),
		IN_FOLDER(paths_that_the_shell_expanded_are_put_in_the_order_of_their_steps),
		IN_FOLDER(an_ingredient_goes_on_from_the_stage_before_it),
		IN_FOLDER(tokens_in_a_path_do_not_pass_for_its_step),
		IN_FOLDER(what_cannot_be_named_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
