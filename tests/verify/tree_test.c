/* What is in a directory: the one list of rules, links, names, the Hub cache. */
#include "tests/verify/checkpoint.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify/path_glob.h"

static void names_are_relative_and_sorted_by_their_bytes(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;

	(void)state;
	put_text(folder, "a.txt", "1");
	put_text(folder, "a/b", "22");
	put_text(folder, "a-b", "");
	put_text(folder, ".hidden", "x");
	tree = tree_at(folder);
	assert_lists(tree, ".hidden a-b a.txt a/b");
	assert_int_equal(tree_kind(tree), TREE_FOLDER);
	assert_int_equal(tree_find(tree, "a/b")->size, 2);
	assert_null(tree_find(tree, "a"));
}

static void rules_leave_out_what_downloads_and_signatures_leave_behind(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;

	(void)state;
	put_text(folder, ".cache/huggingface/download/model.safetensors.metadata", "x");
	put_text(folder, ".gitattributes", "x");
	put_text(folder, ".git/config", "x");
	put_text(folder, "akashi/release.json", "{}");
	put_text(folder, "model.sig", "{}");
	put_text(folder, "SHA256SUMS", "");
	put_text(folder, "README.md", "card");
	put_text(folder, "sub/model.sig", "not at the top");
	tree = tree_at(folder);
	assert_lists(tree, "README.md sub/model.sig");
	assert_true(tree_has_attestations(tree));
	assert_int_equal(tree_ignored_count(tree), 6);
	assert_string_equal(tree_ignored(tree, 0)->name, ".cache/");
	assert_string_equal(tree_ignored(tree, 0)->reason, "left by a download");
	assert_true(tree_signature_ignores("README.md"));
	assert_true(tree_signature_ignores("akashi/objects/00"));
	assert_false(tree_signature_ignores("akashi.txt"));
	assert_false(tree_signature_ignores("sub/README.md"));
}

static void patterns_exclude_as_in_gitignore(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	const char *const patterns[] = { "*.log", "optimizer/", "/top.txt" };
	struct tree_options options = { .exclude = patterns, .exclude_count = 3 };
	struct error err = { 0 };

	(void)state;
	put_text(folder, "train.log", "x");
	put_text(folder, "sub/train.log", "x");
	put_text(folder, "optimizer/state", "x");
	put_text(folder, "top.txt", "x");
	put_text(folder, "sub/top.txt", "x");
	assert_done(tree_open(folder, &options, &tree, &err), &err);
	assert_lists(tree, "sub/top.txt");
	assert_int_equal(tree_ignored_count(tree), 4);
	assert_string_equal(tree_ignored(tree, 0)->name, "optimizer/");
	assert_string_equal(tree_ignored(tree, 0)->reason, "--exclude optimizer/");
}

static void a_glob_covers_what_gitignore_would(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool folder, covered;
	} cases[] = {
		{ "*.bin", "a.bin", false, true },
		{ "*.bin", "x/y/a.bin", false, true },
		{ "*.bin", "a.bin.txt", false, false },
		{ "x/*.bin", "x/a.bin", false, true },
		{ "x/*.bin", "x/y/a.bin", false, false },
		{ "x/**/a.bin", "x/y/z/a.bin", false, true },
		{ "x/**/a.bin", "x/a.bin", false, true },
		{ "**/a.bin", "q/a.bin", false, true },
		{ "x/**", "x/y/z", false, true },
		{ "x/**", "x", true, false },
		{ "a?c", "abc", false, true },
		{ "a?c", "a/c", false, false },
		{ "[a-c]x", "bx", false, true },
		{ "[!a-c]x", "bx", false, false },
		{ "[]]x", "]x", false, true },
		{ "\\*", "*", false, true },
		{ "\\*", "a", false, false },
		{ "d/", "d", true, true },
		{ "d/", "d", false, false },
		{ "a*b*c*d", "aXbXcXd", false, true },
		{ "a*b*c*d", "aXbXcX", false, false },
		{ "", "a", false, false },
		{ "[", "[", false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (path_glob_matches(cases[i].pattern, cases[i].path, cases[i].folder) !=
		    cases[i].covered)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].path);
	}
}

static void links_are_refused_wherever_they_lead(void **state)
{
	static const char *const targets[] = { "/etc/passwd", "../outside", "inside", "nowhere",
					       "../../blobs/aa" };

	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		struct tree *tree = NULL;
		struct error err = { 0 };

		put_text(folder, "inside", "x");
		put_link(folder, "link", targets[i]);
		assert_int_equal(tree_open(folder, NULL, &tree, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_says(&err, "/link' is a symbolic link to '");
	}
}

static void a_linked_folder_is_refused_too(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct tree *tree = NULL;
	struct error err = { 0 };

	(void)state;
	put_text(folder, "real/x", "x");
	put_link(folder, "sub", "real");
	assert_fails(tree_open(folder, NULL, &tree, &err), &err, ERROR_CORRUPT);
}

static void pipes_are_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	char *path = path_of(folder, "pipe");
	struct tree *tree = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(tree_open(folder, NULL, &tree, &err), -1);
	assert_says(&err, "pipe' is neither a file nor a folder");
	assert_fails(tree_open(path, NULL, &tree, &err), &err, ERROR_USAGE);
	free(path);
}

static void names_that_could_rewrite_a_terminal_are_refused(void **state)
{
	static const char *const names[] = { "a\nb", "a\x1b[2J", "\xff", "a\xc2\x9b.",
					     "\xe2\x80\xae.txt" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		struct tree *tree = NULL;
		struct error err = { 0 };

		put_text(folder, names[i], "x");
		assert_int_equal(tree_open(folder, NULL, &tree, &err), -1);
		assert_says(&err, "is not UTF-8 or has control characters");
	}
}

static void a_file_that_grew_since_it_was_listed_is_not_opened(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };

	(void)state;
	put_text(folder, "a", "1");
	tree = tree_at(folder);
	put_text(folder, "a", "12");
	assert_int_equal(tree_open_file(tree, "a", &source, &err), -1);
	assert_says(&err, "another process changes it");
	assert_fails(tree_open_file(tree, "b", &source, &err), &err, ERROR_ABSENT);
}

static void a_link_that_took_a_files_place_is_not_followed(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	char *path = path_of(folder, "a");
	struct error err = { 0 };

	(void)state;
	put_text(folder, "a", "1");
	put_text(folder, "b", "2");
	tree = tree_at(folder);
	assert_int_equal(unlink(path), 0);
	put_link(folder, "a", "b");
	assert_fails(tree_open_file(tree, "a", &source, &err), &err, ERROR_CORRUPT);
	free(path);
}

static void nothing_there_is_absent_and_a_closed_folder_is_named(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	char *path = path_of(folder, "closed");
	struct tree *tree = NULL;
	struct error err = { 0 };

	(void)state;
	assert_fails(tree_open(path, NULL, &tree, &err), &err, ERROR_ABSENT);
	put_text(folder, "closed/x", "1");
	assert_int_equal(chmod(path, 0), 0);
	if (geteuid() != 0) {
		assert_int_equal(tree_open(folder, NULL, &tree, &err), -1);
		assert_int_equal(err.code, ERROR_SYSTEM);
		assert_says(&err, "closed");
	}
	assert_int_equal(chmod(path, 0700), 0);
	free(path);
}

/* Open "secret" of the folder as a user who may not read it; the exit status says how it went. */
static void open_as_nobody(const char *folder)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };

	if (geteuid() == 0 && setuid(65534))
		_exit(3);
	if (tree_open(folder, NULL, &tree, &err))
		_exit(4);
	if (!tree_open_file(tree, "secret", &source, &err))
		_exit(5);
	_exit(err.code == ERROR_SYSTEM && strstr(err.text, "secret") ? 0 : 6);
}

static void an_unreadable_file_is_named(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	char *path = path_of(folder, "secret");
	int status = -1;
	pid_t child;

	(void)state;
	put_text(folder, "secret", "x");
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(folder, 0755), 0);
	child = fork();
	if (child == 0)
		open_as_nobody(folder);
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	free(path);
}

static void one_file_is_a_tree_of_its_own(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	char *path = path_of(folder, "m.safetensors");
	struct error err = { 0 };

	(void)state;
	put_text(folder, "m.safetensors", "12345");
	tree = tree_at(path);
	assert_int_equal(tree_kind(tree), TREE_FILE);
	assert_lists(tree, "m.safetensors");
	assert_done(tree_open_file(tree, "m.safetensors", &source, &err), &err);
	assert_int_equal(source->size, 5);
	free(path);
}

static void put_hub_cache(const char *folder)
{
	char *snapshot = path_of(folder, "models--o--m/snapshots/rev/sub");
	struct error err = { 0 };

	put_text(folder, "models--o--m/blobs/aaaa", "one");
	put_text(folder, "models--o--m/blobs/bbbb", "two!");
	put_text(folder, "models--o--m/refs/main", "rev");
	assert_done(folder_make(snapshot, &err), &err);
	put_link(folder, "models--o--m/snapshots/rev/config.json", "../../blobs/aaaa");
	put_link(folder, "models--o--m/snapshots/rev/sub/x", "../../../blobs/bbbb");
	free(snapshot);
}

static void a_hub_cache_is_followed_into_its_own_blobs(void **state)
{
	static const char *const ways[] = { "models--o--m/snapshots/rev", "models--o--m" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		CLEANUP(tree_close) struct tree *tree = NULL;
		CLEANUP(source_close) struct source *source = NULL;
		CLEANUP(buffer_release) struct buffer bytes;
		char *path = path_of(folder, ways[i]);
		struct error err = { 0 };

		put_hub_cache(folder);
		tree = tree_at(path);
		assert_int_equal(tree_kind(tree), TREE_HUB_CACHE);
		assert_lists(tree, "config.json sub/x");
		assert_string_equal(tree_file(tree, 1)->blob, "bbbb");
		assert_done(tree_open_file(tree, "sub/x", &source, &err), &err);
		buffer_init(&bytes, 16);
		assert_done(source_read_all(source, &bytes, &err), &err);
		assert_memory_equal(bytes.data, "two!", 4);
		assert_string_equal(source->name, "sub/x");
		free(path);
	}
}

static void a_hub_cache_whose_links_lead_elsewhere_is_refused(void **state)
{
	static const char *const targets[] = { "../../../secret",     "../../blobs/../../secret",
					       "../../blobs/missing", "../../../blobs/aaaa",
					       "../blobs/aaaa",       "../../blobs/..",
					       "/etc/passwd" };

	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		char *path = path_of(folder, "models--o--m/snapshots/rev");
		struct tree *tree = NULL;
		struct error err = { 0 };

		put_hub_cache(folder);
		put_text(folder, "secret", "x");
		put_link(folder, "models--o--m/snapshots/rev/evil", targets[i]);
		assert_fails(tree_open(path, NULL, &tree, &err), &err, ERROR_CORRUPT);
		free(path);
	}
}

static void blobs_that_are_links_themselves_are_refused(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	char *path = path_of(folder, "models--o--m/snapshots/rev");
	struct tree *tree = NULL;
	struct error err = { 0 };

	(void)state;
	put_hub_cache(folder);
	put_link(folder, "models--o--m/blobs/cccc", "aaaa");
	put_link(folder, "models--o--m/snapshots/rev/c", "../../blobs/cccc");
	assert_fails(tree_open(path, NULL, &tree, &err), &err, ERROR_CORRUPT);
	free(path);
}

static void a_cache_with_two_snapshots_must_be_named(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	char *path = path_of(folder, "models--o--m");
	struct tree *tree = NULL;
	struct error err = { 0 };

	(void)state;
	put_hub_cache(folder);
	put_text(folder, "models--o--m/snapshots/other/x", "1");
	assert_int_equal(tree_open(path, NULL, &tree, &err), -1);
	assert_says(&err, "2 snapshots");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_relative_and_sorted_by_their_bytes),
		cmocka_unit_test(rules_leave_out_what_downloads_and_signatures_leave_behind),
		cmocka_unit_test(patterns_exclude_as_in_gitignore),
		cmocka_unit_test(a_glob_covers_what_gitignore_would),
		cmocka_unit_test(links_are_refused_wherever_they_lead),
		cmocka_unit_test(a_linked_folder_is_refused_too),
		cmocka_unit_test(pipes_are_refused),
		cmocka_unit_test(names_that_could_rewrite_a_terminal_are_refused),
		cmocka_unit_test(a_file_that_grew_since_it_was_listed_is_not_opened),
		cmocka_unit_test(a_link_that_took_a_files_place_is_not_followed),
		cmocka_unit_test(nothing_there_is_absent_and_a_closed_folder_is_named),
		cmocka_unit_test(an_unreadable_file_is_named),
		cmocka_unit_test(one_file_is_a_tree_of_its_own),
		cmocka_unit_test(a_hub_cache_is_followed_into_its_own_blobs),
		cmocka_unit_test(a_hub_cache_whose_links_lead_elsewhere_is_refused),
		cmocka_unit_test(blobs_that_are_links_themselves_are_refused),
		cmocka_unit_test(a_cache_with_two_snapshots_must_be_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
