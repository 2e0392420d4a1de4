/* What is in a directory by the rules of OpenSSF Model Signing. */
#include "tests/verify/checkpoint.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verify/tree.h"

static void only_the_specifications_names_and_the_ignore_paths_are_left_out(void **state)
{
	static const char *const ignore[] = { "left", "sub/out.bin", "./model.sig" };
	struct tree_options options = { .openssf = true, .ignore = ignore, .ignore_count = 3 };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	struct error err = { 0 };

	(void)state;
	put_text(folder, ".cache/x", "1");
	put_text(folder, ".git/config", "1");
	put_text(folder, ".gitattributes", "1");
	put_text(folder, ".github/x", "1");
	put_text(folder, ".gitignore", "1");
	put_text(folder, ".gitignored", "1");
	put_text(folder, "README.md", "1");
	put_text(folder, "SHA256SUMS", "1");
	put_text(folder, "akashi/x", "1");
	put_text(folder, "left/deep/x", "1");
	put_text(folder, "left-over", "1");
	put_text(folder, "model.sig", "1");
	put_text(folder, "sub/.git", "1");
	put_text(folder, "sub/left", "1");
	put_text(folder, "sub/model.sig", "1");
	put_text(folder, "sub/out.bin", "1");
	assert_done(tree_open(folder, &options, &tree, &err), &err);
	assert_lists(tree, ".cache/x .gitignored README.md SHA256SUMS akashi/x left-over sub/.git "
			   "sub/left sub/model.sig");
	assert_int_equal(tree_ignored_count(tree), 7);
	assert_string_equal(tree_ignored(tree, 4)->name, "left/");
}

static void
links_and_what_is_no_file_are_refused_or_listed_apart_unless_they_are_ignored(void **state)
{
	static const char *const ignore[] = { "dangling" };
	struct tree_options options = { .openssf = true, .ignore = ignore, .ignore_count = 1 };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	char *pipe = path_of(folder, "pipe");
	struct error err = { 0 };

	(void)state;
	put_text(folder, "a", "inside");
	put_link(folder, "dangling", "nowhere");
	assert_done(tree_open(folder, &options, &tree, &err), &err);
	assert_lists(tree, "a");
	tree_close(&tree);
	put_link(folder, "b", "a");
	assert_fails(tree_open(folder, &options, &tree, &err), &err, ERROR_CORRUPT);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	free(pipe);
	options.everything = true;
	assert_done(tree_open(folder, &options, &tree, &err), &err);
	assert_lists(tree, "a");
	assert_int_equal(tree_odd_count(tree), 2);
	assert_string_equal(tree_odd(tree, 0)->name, "b");
	assert_true(tree_odd(tree, 0)->link);
	assert_string_equal(tree_odd(tree, 1)->name, "pipe");
	assert_false(tree_odd(tree, 1)->link);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_specifications_names_and_the_ignore_paths_are_left_out),
		cmocka_unit_test(
			links_and_what_is_no_file_are_refused_or_listed_apart_unless_they_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
