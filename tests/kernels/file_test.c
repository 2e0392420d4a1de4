/* Files and folders: whole or not at all, and never somewhere else. */
#include "tests/support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
	char *folder;
	char path[512]; /* what in() made last */
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->folder = test_folder();
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	test_folder_remove(&fixture->folder);
	free(fixture);
	return 0;
}

/* The path of `name` in the fixture's folder, until the next call. */
static const char *in(struct fixture *fixture, const char *name)
{
	snprintf(fixture->path, sizeof(fixture->path), "%s/%s", fixture->folder, name);
	return fixture->path;
}

static void write_text(struct fixture *fixture, const char *name, const char *text)
{
	struct error err = { 0 };

	assert_done(file_write(in(fixture, name), span_of(text), 0644, FILE_REPLACE, &err), &err);
}

static void assert_content(struct fixture *fixture, const char *name, const char *text)
{
	CLEANUP(buffer_release) struct buffer content;
	struct error err = { 0 };

	buffer_init(&content, 1 << 20);
	assert_done(file_read(in(fixture, name), &content, &err), &err);
	assert_true(span_equal(buffer_view(&content), span_of(text)));
}

static size_t count_entries(const char *folder)
{
	DIR *open = opendir(folder);
	size_t count = 0;

	assert_non_null(open);
	while (readdir(open))
		count++;
	closedir(open);
	return count - 2; /* "." and ".." */
}

static void a_folder_that_cannot_be_read_to_its_end_is_an_error(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 }, why = { 0 };
	struct dirent *entry;
	size_t count = 0;
	int failed = 0, fd;
	DIR *folder;

	write_text(fixture, "a", "no folder");
	folder = opendir(fixture->folder);
	assert_non_null(folder);
	while (folder_next(folder, "it", &entry, &failed, &err))
		count++;
	assert_done(failed, &err);
	assert_int_equal(count, 3); /* with "." and ".." */
	closedir(folder);

	folder = opendir(fixture->folder);
	fd = open(in(fixture, "a"), O_RDONLY);
	assert_non_null(folder);
	assert_return_code(dup2(fd, dirfd(folder)), errno);
	assert_false(folder_next(folder, "it", &entry, &failed, &err));
	assert_fails(failed, &err, ERROR_SYSTEM);
	assert_false(folder_next(folder, "it", &entry, &failed, &why));
	assert_int_equal(why.code, ERROR_NONE);
	closedir(folder);
	close(fd);
}

static void a_file_is_replaced_whole_with_the_mode_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	struct stat st;

	write_text(fixture, "a", "first");
	assert_done(file_write(in(fixture, "a"), span_of("second"), 0600, FILE_REPLACE, &err),
		    &err);
	assert_content(fixture, "a", "second");
	assert_return_code(stat(in(fixture, "a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(count_entries(fixture->folder), 1);
}

static void the_first_file_of_a_name_may_be_kept(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	for (int i = 0; i < 2; i++)
		assert_done(file_write(in(fixture, "a"), span_of(i ? "second" : "first"), 0644,
				       FILE_KEEP_FIRST, &err),
			    &err);
	assert_content(fixture, "a", "first");
	assert_int_equal(count_entries(fixture->folder), 1);
}

static void a_writer_freed_without_commit_leaves_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct file_writer *writer = NULL;
	struct error err = { 0 };

	assert_done(file_writer_new(in(fixture, "a"), 0644, &writer, &err), &err);
	assert_done(file_writer_add(writer, span_of("half"), &err), &err);
	assert_false(file_exists(in(fixture, "a")));
	file_writer_free(&writer);
	assert_null(writer);
	file_writer_free(&writer);
	assert_int_equal(count_entries(fixture->folder), 0);
}

static void a_symbolic_link_is_replaced_and_its_target_left_alone(void **state)
{
	struct fixture *fixture = *state;

	write_text(fixture, "target", "untouched");
	assert_return_code(symlink("target", in(fixture, "link")), 0);
	write_text(fixture, "link", "new");
	assert_content(fixture, "target", "untouched");
	assert_content(fixture, "link", "new");
}

static void a_file_cannot_be_written_where_no_folder_is(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	assert_fails(file_write(in(fixture, "no/folder/a"), span_of("x"), 0644, FILE_REPLACE, &err),
		     &err, ERROR_SYSTEM);
	assert_return_code(mkdir(in(fixture, "a"), 0755), 0);
	assert_fails(file_write(in(fixture, "a"), span_of("x"), 0644, FILE_REPLACE, &err), &err,
		     ERROR_SYSTEM);
	assert_int_equal(count_entries(fixture->folder), 1);
}

/* In a child: files may have at most 4 KiB. */
static void write_under_a_limit(const char *target, int answer)
{
	struct rlimit limit = { 4096, 4096 };
	struct error err = { 0 };
	uint8_t bytes[8192] = { 0 };
	char code;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	code = file_write(target, (struct span){ bytes, sizeof(bytes) }, 0644, FILE_REPLACE,
			  &err) == -1 &&
			       err.code == ERROR_SYSTEM
		       ? 'y'
		       : 'n';
	_exit(write(answer, &code, 1) == 1 ? 0 : 1);
}

static void a_write_that_fails_half_way_leaves_the_old_file(void **state)
{
	struct fixture *fixture = *state;
	int pipes[2];
	pid_t child;
	char code = 0;

	write_text(fixture, "a", "old");
	assert_return_code(pipe(pipes), 0);
	child = fork();
	if (child == 0)
		write_under_a_limit(in(fixture, "a"), pipes[1]);
	assert_int_equal(read(pipes[0], &code, 1), 1);
	waitpid(child, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(code, 'y');
	assert_content(fixture, "a", "old");
	assert_int_equal(count_entries(fixture->folder), 1);
}

/* In a child with a name space of its own: a file system of 64 KiB. */
static void write_to_a_full_disk(const char *folder, int answer)
{
	static uint8_t bytes[1 << 17];
	struct error err = { 0 };
	char path[600], code = 's';
	uint64_t room = 0;

	snprintf(path, sizeof(path), "%s/big", folder);
	if (unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", folder, "tmpfs", 0, "size=64k") == 0) {
		bool refused = file_write(path, (struct span){ bytes, sizeof(bytes) }, 0644,
					  FILE_REPLACE, &err) == -1;

		bool said = err.code == ERROR_SYSTEM && strstr(err.text, "no room left");
		struct error none = { 0 };

		code = refused && said && count_entries(folder) == 0 &&
				       file_room(folder, &room, &none) == 0 && room <= 65536
			       ? 'y'
			       : 'n';
	}
	_exit(write(answer, &code, 1) == 1 ? 0 : 1);
}

static void a_full_disk_is_said_and_nothing_half_written_stays(void **state)
{
	struct fixture *fixture = *state;
	int pipes[2];
	pid_t child;
	char code = 0;

	assert_return_code(pipe(pipes), 0);
	child = fork();
	if (child == 0)
		write_to_a_full_disk(fixture->folder, pipes[1]);
	assert_int_equal(read(pipes[0], &code, 1), 1);
	waitpid(child, NULL, 0);
	close(pipes[0]);
	close(pipes[1]);
	if (code == 's')
		skip(); /* no file system can be mounted here */
	assert_int_equal(code, 'y');
}

static void beneath_a_folder_only_what_lies_there_is_opened(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	int fd;

	assert_done(folder_make(in(fixture, "a/b"), &err), &err);
	write_text(fixture, "a/b/file", "x");
	fd = file_open_beneath(fixture->folder, "a/b/file", &err);
	assert_return_code(fd, 0);
	close(fd);
	fd = file_open_beneath(fixture->folder, "a//b///file", &err);
	assert_return_code(fd, 0);
	close(fd);
	assert_fails(file_open_beneath(fixture->folder, "a/b/none", &err), &err, ERROR_ABSENT);
	assert_fails(file_open_beneath(fixture->folder, "a/b/file/x", &err), &err, ERROR_ABSENT);
}

static void a_path_that_leads_elsewhere_is_refused(void **state)
{
	static const char *const wrong[] = { "",        "/",        "/etc/passwd", "..",
					     "../x",    "a/../x",   "a/..",        ".",
					     "./x",     "a/./file", "out/passwd",  "link",
					     "a/out/x", "dangling" };
	struct fixture *fixture = *state;
	struct error err = { 0 };
	char long_name[400];

	assert_done(folder_make(in(fixture, "a"), &err), &err);
	write_text(fixture, "x", "secret");
	write_text(fixture, "a/file", "inside");
	assert_return_code(symlink("/etc", in(fixture, "out")), 0);
	assert_return_code(symlink("..", in(fixture, "a/out")), 0);
	assert_return_code(symlink("a/file", in(fixture, "link")), 0);
	assert_return_code(symlink("nothing", in(fixture, "dangling")), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_fails(file_open_beneath(fixture->folder, wrong[i], &err), &err,
			     ERROR_CORRUPT);
	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_fails(file_open_beneath(fixture->folder, long_name, &err), &err, ERROR_CORRUPT);
}

static void folders_are_made_with_what_is_missing_above_them(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	assert_done(folder_make(in(fixture, "a/b//c/"), &err), &err);
	assert_true(file_is_folder(in(fixture, "a/b/c")));
	assert_done(folder_make(in(fixture, "a/b/c"), &err), &err);
	write_text(fixture, "a/file", "x");
	assert_fails(folder_make(in(fixture, "a/file"), &err), &err, ERROR_SYSTEM);
	assert_fails(folder_make(in(fixture, "a/file/b"), &err), &err, ERROR_SYSTEM);
}

static void a_folder_is_removed_with_all_below_it_and_nothing_behind_its_links(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	write_text(fixture, "outside", "stays");
	assert_done(folder_make(in(fixture, "a/b/c"), &err), &err);
	write_text(fixture, "a/b/file", "goes");
	assert_return_code(symlink("../..", in(fixture, "a/b/up")), 0);
	assert_return_code(symlink("../outside", in(fixture, "a/link")), 0);
	assert_done(folder_remove(in(fixture, "a"), &err), &err);
	assert_false(file_exists(in(fixture, "a")));
	assert_content(fixture, "outside", "stays");
	assert_done(folder_remove(in(fixture, "a"), &err), &err);
}

static void a_folder_nested_too_deep_is_given_up_and_said(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	int folder = open(fixture->folder, O_RDONLY | O_DIRECTORY);

	for (int depth = 0; depth < 70; depth++) {
		int below;

		assert_return_code(mkdirat(folder, "d", 0755), 0);
		below = openat(folder, "d", O_RDONLY | O_DIRECTORY);
		close(folder);
		folder = below;
	}
	close(folder);
	assert_fails(folder_remove(in(fixture, "d"), &err), &err, ERROR_SYSTEM);
	/* Lift what lies ten deep to the top, so that both parts can be removed. */
	assert_return_code(rename(in(fixture, "d/d/d/d/d/d/d/d/d/d"),
				  in(&(struct fixture){ .folder = fixture->folder }, "rest")),
			   0);
	assert_done(folder_remove(in(fixture, "d"), &err), &err);
}

static void hold_lock_and_say_so(const char *path, int say)
{
	struct file_lock lock = { 0 };
	struct error err = { 0 };

	if (file_lock_take(path, &lock, &err) || write(say, "h", 1) != 1)
		_exit(1);
	usleep(100000);
	if (write(say, "r", 1) != 1)
		_exit(1);
	_exit(0); /* the lock goes with the process */
}

static void a_lock_is_held_by_one_process_and_let_go_by_its_death(void **state)
{
	struct fixture *fixture = *state;
	struct file_lock lock = { 0 };
	struct error err = { 0 };
	int pipes[2];
	pid_t child;
	char said[2] = { 0 };

	assert_return_code(pipe(pipes), 0);
	child = fork();
	if (child == 0)
		hold_lock_and_say_so(in(fixture, "lock"), pipes[1]);
	assert_int_equal(read(pipes[0], &said[0], 1), 1);
	assert_done(file_lock_take(in(fixture, "lock"), &lock, &err), &err);
	/* We got it only after the child had written its last word. */
	assert_return_code(fcntl(pipes[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(read(pipes[0], &said[1], 1), 1);
	assert_int_equal(said[1], 'r');
	waitpid(child, NULL, 0);
	file_lock_release(&lock);
	file_lock_release(&lock);
	close(pipes[0]);
	close(pipes[1]);
}

static void paths_are_joined_with_one_slash(void **state)
{
	static const char *const sample[][3] = {
		{ "a", "b", "a/b" },
		{ "a/", "b", "a/b" },
		{ "/", "b", "/b" },
		{ "a", "b/c", "a/b/c" },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sample) / sizeof(sample[0]); i++) {
		char *path;

		assert_done(path_join(sample[i][0], sample[i][1], &path, &err), &err);
		assert_string_equal(path, sample[i][2]);
		free(path);
	}
}

static void a_file_larger_than_the_limit_is_not_read(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(buffer_release) struct buffer small;
	struct error err = { 0 };

	write_text(fixture, "a", "0123456789");
	buffer_init(&small, 9);
	assert_fails(file_read(in(fixture, "a"), &small, &err), &err, ERROR_CORRUPT);
	assert_int_equal(small.len, 0);
	assert_fails(file_read(in(fixture, "none"), &small, &err), &err, ERROR_ABSENT);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(a_folder_that_cannot_be_read_to_its_end_is_an_error),
		WITH_FOLDER(a_file_is_replaced_whole_with_the_mode_asked_for),
		WITH_FOLDER(the_first_file_of_a_name_may_be_kept),
		WITH_FOLDER(a_writer_freed_without_commit_leaves_nothing),
		WITH_FOLDER(a_symbolic_link_is_replaced_and_its_target_left_alone),
		WITH_FOLDER(a_file_cannot_be_written_where_no_folder_is),
		WITH_FOLDER(a_write_that_fails_half_way_leaves_the_old_file),
		WITH_FOLDER(a_full_disk_is_said_and_nothing_half_written_stays),
		WITH_FOLDER(beneath_a_folder_only_what_lies_there_is_opened),
		WITH_FOLDER(a_path_that_leads_elsewhere_is_refused),
		WITH_FOLDER(folders_are_made_with_what_is_missing_above_them),
		WITH_FOLDER(a_folder_is_removed_with_all_below_it_and_nothing_behind_its_links),
		WITH_FOLDER(a_folder_nested_too_deep_is_given_up_and_said),
		WITH_FOLDER(a_lock_is_held_by_one_process_and_let_go_by_its_death),
		cmocka_unit_test(paths_are_joined_with_one_slash),
		WITH_FOLDER(a_file_larger_than_the_limit_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
