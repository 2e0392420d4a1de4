/* Leases: what lies in their way, where they cannot be, and who lives in a folder. */
#include "tests/registry/lease_holder.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- What lies in the way ---- */

static void junk_in_its_place_holds_nobody_up_for_longer_than_the_usual_time(void **state)
{
	static const char *const junk[] = { "", "akashi lease 1\n", "akashi lease 2\nhost a\n",
					    "\0\0\0\0" };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *path = in_folder(folder, "door");
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct lease_sight sight = { 0 };
		struct lease *lease = NULL;

		assert_done(file_write(path, span_of(junk[i]), 0644, FILE_REPLACE, &err), &err);
		for (int look = 0; look < 4; look++) {
			assert_done(lease_try(folder, "door", &lease_here, &sight, &lease, &err),
				    &err);
			assert_null(lease);
			sight.at[0].last_ms -= 8000;
		}
		assert_done(lease_try(folder, "door", &lease_here, &sight, &lease, &err), &err);
		assert_non_null(lease);
		lease_release(&lease);
	}
	/* A folder or a link that leads elsewhere is no lease. */
	assert_int_equal(mkdir(path, 0755), 0);
	assert_fails(lease_try(folder, "door", &lease_here, NULL, &(struct lease *){ NULL }, &err),
		     &err, ERROR_SYSTEM);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_fails(lease_try(folder, "door", &lease_here, NULL, &(struct lease *){ NULL }, &err),
		     &err, ERROR_SYSTEM);
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const name[] = { "", ".", "..", "a/b", "../x", ".tmp", "a b", "a\n" };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		assert_fails(lease_try(folder, name[i], &lease_here, NULL,
				       &(struct lease *){ NULL }, &err),
			     &err, ERROR_USAGE);
	assert_int_equal(entries(folder), 0);
}

static void a_folder_that_cannot_be_written_says_so(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *none = in_folder(folder, "none");
	struct lease *lease;
	struct error err = { 0 };
	pid_t child;
	int status;

	(void)state;
	assert_fails(lease_take(none, "door", &lease_here, &lease, &err), &err, ERROR_SYSTEM);
	/* Read-only and full file systems: mounted in a name space of the child. */
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		int failures = 0;

		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("none", folder, "tmpfs", 0, "size=4k,nr_inodes=1"))
			_exit(77);
		failures += lease_take(folder, "door", &lease_here, &lease, &err) != 0 &&
			    err.code == ERROR_SYSTEM && strstr(err.text, "no room left");
		err = (struct error){ 0 };
		if (mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL))
			_exit(77);
		failures += lease_take(folder, "door", &lease_here, &lease, &err) != 0 &&
			    err.code == ERROR_SYSTEM && strstr(err.text, "Read-only");
		umount(folder);
		if (failures != 2)
			print_message("%s\n", err.text);
		_exit(failures == 2 ? 0 : 1);
	}
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		print_message("skipped: nothing can be mounted here\n");
	else
		assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- Who lives here ---- */

struct seen {
	int live, dead, unknown;
	char name[LEASE_NAME_MAX + 1];
};

static int see(void *arg, const char *name, enum lease_standing standing, struct lease_sight *sight,
	       struct error *err)
{
	struct seen *seen = arg;

	(void)sight;
	(void)err;
	seen->live += standing == LEASE_LIVE;
	seen->dead += standing == LEASE_DEAD;
	seen->unknown += standing == LEASE_UNKNOWN;
	if (standing != LEASE_LIVE)
		snprintf(seen->name, sizeof(seen->name), "%.*s", LEASE_NAME_MAX, name);
	return 0;
}

static void the_living_and_the_dead_are_told_apart(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free)
	char *none = in_folder(folder, "none"), *other = in_folder(folder, "reader-1");
	struct holder living = holder_start(folder, "writer", true, &lease_here, false);
	struct holder dying = holder_start(folder, "writer", true, &lease_here, false);
	struct seen seen = { 0 };
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_done(file_write(other, span_of("x"), 0644, FILE_REPLACE, &err), &err);
	holder_end(&dying, SIGKILL);
	assert_done(lease_each(folder, "writer", false, &lease_here, see, &seen, &err), &err);
	assert_int_equal(seen.live, 1);
	assert_int_equal(seen.dead, 1);
	assert_string_equal(seen.name, dying.name);
	/* What the dead one left is taken over under its own name. */
	assert_done(lease_try(folder, seen.name, &lease_here, NULL, &lease, &err), &err);
	assert_non_null(lease);
	lease_release(&lease);
	seen = (struct seen){ 0 };
	assert_done(lease_each(folder, "writer", true, &lease_here, see, &seen, &err), &err);
	assert_int_equal(seen.live, 1);
	assert_int_equal(seen.dead + seen.unknown, 0);
	holder_end(&living, 0);
	assert_int_equal(entries(folder), 1);
	assert_done(lease_each(none, "writer", true, &lease_here, see, &seen, &err), &err);
}

static void those_of_another_host_are_watched_by_who_is_patient(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder living = holder_start(folder, "writer", true, &lease_here, true);
	struct holder dying;
	struct seen seen = { 0 };
	struct error err = { 0 };

	(void)state;
	if (!living.name[0]) {
		waitpid(living.pid, NULL, 0);
		skip();
	}
	dying = holder_start(folder, "writer", true, &lease_here, true);
	holder_end(&dying, SIGKILL);
	assert_done(lease_each(folder, "writer", false, &lease_here, see, &seen, &err), &err);
	assert_int_equal(seen.unknown, 2);
	seen = (struct seen){ 0 };
	assert_done(lease_each(folder, "writer", true, &lease_here, see, &seen, &err), &err);
	assert_int_equal(seen.live, 1);
	assert_int_equal(seen.dead, 1);
	assert_string_equal(seen.name, dying.name);
	holder_end(&living, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(junk_in_its_place_holds_nobody_up_for_longer_than_the_usual_time),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(a_folder_that_cannot_be_written_says_so),
		cmocka_unit_test(the_living_and_the_dead_are_told_apart),
		cmocka_unit_test(those_of_another_host_are_watched_by_who_is_patient),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
