/* Nothing is made, opened or named outside the folder it is to be below. */
#include "tests/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);

	assert_true(fd >= 0);
	return fd;
}

static void folders_are_made_below_and_paths_that_lead_out_refused(void **state)
{
	static const char *const out[] = { "..", "a/../b", "./a", "a/.", "../a", "new/../../b" };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct error err = { 0 };
	int root = open_folder(folder), fd = -1;
	char long_name[302];

	(void)state;
	assert_fails(folder_open_beneath(root, "a/b", false, &fd, &err), &err, ERROR_ABSENT);
	assert_done(folder_open_beneath(root, "a/b", true, &fd, &err), &err);
	assert_int_equal(faccessat(root, "a/b", F_OK, 0), 0);
	close(fd);
	assert_done(folder_open_beneath(root, "a//b/", false, &fd, &err), &err);
	close(fd);
	assert_done(folder_open_beneath(root, "", false, &fd, &err), &err);
	close(fd);
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		assert_fails(folder_open_beneath(root, out[i], true, &fd, &err), &err,
			     ERROR_CORRUPT);
	}
	assert_int_equal(faccessat(root, "new", F_OK, 0), -1);
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_fails(folder_open_beneath(root, long_name, true, &fd, &err), &err, ERROR_USAGE);
	close(root);
}

static void a_link_on_the_way_is_not_followed(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(test_folder_remove) char *elsewhere = test_folder();
	struct error err = { 0 };
	int root = open_folder(folder), fd = -1;
	const char *name;

	(void)state;
	assert_int_equal(symlinkat(elsewhere, root, "link"), 0);
	close(openat(root, "file", O_CREAT | O_WRONLY, 0600));
	assert_fails(folder_open_beneath(root, "link", true, &fd, &err), &err, ERROR_CORRUPT);
	assert_fails(folder_of_beneath(root, "link/x", true, &fd, &name, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(folder_of_beneath(root, "file/x", true, &fd, &name, &err), &err, ERROR_USAGE);
	assert_fails(folder_of_beneath(root, "/x", true, &fd, &name, &err), &err, ERROR_CORRUPT);
	assert_fails(folder_of_beneath(root, "a/", true, &fd, &name, &err), &err, ERROR_CORRUPT);
	assert_fails(folder_of_beneath(root, "a/..", true, &fd, &name, &err), &err, ERROR_CORRUPT);
	assert_done(folder_of_beneath(root, "a/b", true, &fd, &name, &err), &err);
	assert_string_equal(name, "b");
	close(fd);
	close(root);
}

static void a_name_that_is_taken_is_lost_only_when_asked(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct error err = { 0 };
	int root = open_folder(folder);

	(void)state;
	close(openat(root, "new", O_CREAT | O_WRONLY, 0600));
	close(openat(root, "old", O_CREAT | O_WRONLY, 0600));
	assert_fails(file_name_beneath(root, "new", root, "old", false, &err), &err, ERROR_USAGE);
	assert_int_equal(faccessat(root, "new", F_OK, 0), 0);
	assert_done(file_name_beneath(root, "new", root, "free", false, &err), &err);
	assert_done(file_name_beneath(root, "free", root, "old", true, &err), &err);
	assert_int_equal(faccessat(root, "free", F_OK, 0), -1);
	close(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folders_are_made_below_and_paths_that_lead_out_refused),
		cmocka_unit_test(a_link_on_the_way_is_not_followed),
		cmocka_unit_test(a_name_that_is_taken_is_lost_only_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
