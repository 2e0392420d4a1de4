/* What is in a directory by the rules of OpenSSF Model Signing. */
#include "tests/verify/checkpoint.h"

#include <stdlib.h>
#include <unistd.h>

#include "verify/tree.h"

static void link_to(const char *folder, const char *name, const char *target)
{
	char *path = path_of(folder, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

static void assert_lists(const struct tree *tree, const char *names)
{
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };
	char *text;

	buffer_init(&out, 4096);
	for (size_t i = 0; i < tree_count(tree); i++)
		assert_done(
			buffer_printf(&out, &err, "%s%s", i ? " " : "", tree_file(tree, i)->name),
			&err);
	assert_done(buffer_to_text(&out, &text, &err), &err);
	assert_string_equal(text, names);
	free(text);
}

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

static void a_link_is_refused_unless_it_is_ignored_or_to_be_followed_to_a_file(void **state)
{
	static const char *const ignore[] = { "dangling", "folder" };
	struct tree_options options = { .openssf = true };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(test_folder_remove) char *elsewhere = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer content;
	char *outside = path_of(elsewhere, "secret");
	struct error err = { 0 };

	(void)state;
	put_text(folder, "a", "inside");
	put_text(elsewhere, "secret", "outside");
	link_to(folder, "b", "a");
	link_to(folder, "c", outside);
	assert_fails(tree_open(folder, &options, &tree, &err), &err, ERROR_CORRUPT);
	options.follow_links = true;
	link_to(folder, "dangling", "nowhere");
	assert_fails(tree_open(folder, &options, &tree, &err), &err, ERROR_CORRUPT);
	link_to(folder, "folder", ".");
	options.ignore = ignore;
	options.ignore_count = 1;
	assert_fails(tree_open(folder, &options, &tree, &err), &err, ERROR_CORRUPT);
	options.ignore_count = 2;
	assert_done(tree_open(folder, &options, &tree, &err), &err);
	assert_lists(tree, "a b c");
	assert_false(tree_leads_outside(tree, tree_find(tree, "a")));
	assert_false(tree_leads_outside(tree, tree_find(tree, "b")));
	assert_true(tree_leads_outside(tree, tree_find(tree, "c")));
	buffer_init(&content, 64);
	assert_done(tree_open_file(tree, "c", &source, &err), &err);
	assert_done(source_read_all(source, &content, &err), &err);
	assert_true(span_equal(buffer_view(&content), span_of("outside")));
	free(outside);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_specifications_names_and_the_ignore_paths_are_left_out),
		cmocka_unit_test(
			a_link_is_refused_unless_it_is_ignored_or_to_be_followed_to_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
