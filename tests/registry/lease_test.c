/* Leases: one of many holds it, the dead lose it at once, the silent after their time, the stopped
 * notice. */
#include "tests/registry/lease_holder.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 6, ROUNDS = 40 };

/* ---- One of many ---- */

/* Raise the number in `path` by one, not atomically at all. */
static bool count_up(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	char text[16] = { 0 };
	bool done;

	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	sched_yield();
	snprintf(text, sizeof(text), "%d", (int)strtol(text, NULL, 10) + 1);
	done = pwrite(fd, text, strlen(text), 0) > 0;
	close(fd);
	return done;
}

static void one_of_many_processes_holds_it(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *path = in_folder(folder, "count");
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	char wanted[16];

	(void)state;
	buffer_init(&text, 100);
	for (int p = 0; p < PROCESSES; p++) {
		if (fork())
			continue;
		for (int i = 0; i < ROUNDS; i++) {
			struct lease *lease = NULL;

			if (lease_take(folder, "door", &lease_here, &lease, &err) ||
			    !count_up(path) || lease_beat(lease, &err))
				_exit(1);
			/* Some die holding it. */
			if (i == ROUNDS - 1 && p % 2)
				_exit(0);
			lease_release(&lease);
		}
		_exit(0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_done(file_read(path, &text, &err), &err);
	snprintf(wanted, sizeof(wanted), "%d", PROCESSES * ROUNDS);
	assert_true(span_equal(buffer_view(&text), span_of(wanted)));
	assert_true(entries(folder) <= 2); /* the count, and the lease of whoever died last */
}

static void threads_of_one_process_exclude_one_another(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct lease *first, *second;
	struct error err = { 0 };

	(void)state;
	assert_done(lease_try(folder, "door", &lease_here, NULL, &first, &err), &err);
	assert_non_null(first);
	assert_done(lease_try(folder, "door", &lease_here, NULL, &second, &err), &err);
	assert_null(second);
	assert_done(lease_beat(first, &err), &err);
	lease_release(&first);
	assert_done(lease_try(folder, "door", &lease_here, NULL, &second, &err), &err);
	assert_non_null(second);
	lease_release(&second);
	assert_int_equal(entries(folder), 0);
}

/* ---- The dead ---- */

static void a_killed_holder_is_followed_at_once(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &lease_here, false);
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_string_equal(holder.name, "door");
	assert_done(lease_try(folder, "door", &lease_here, NULL, &lease, &err), &err);
	assert_null(lease);
	holder_end(&holder, SIGKILL);
	assert_done(lease_try(folder, "door", &lease_here, NULL, &lease, &err), &err);
	assert_non_null(lease);
	assert_done(lease_beat(lease, &err), &err);
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void a_holder_that_nobody_has_buried_is_dead_as_well(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &lease_here, false);
	struct lease *lease = NULL;
	struct error err = { 0 };

	(void)state;
	kill(holder.pid, SIGKILL);
	for (int i = 0; i < 1000 && !lease; i++) {
		assert_done(lease_try(folder, "door", &lease_here, NULL, &lease, &err), &err);
		pause_ms(1);
	}
	assert_non_null(lease);
	lease_release(&lease);
	holder_end(&holder, SIGKILL);
}

/* The file of a lease with one line written anew. */
static void line_change(const char *path, const char *word, const char *instead)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *line = NULL, *changed = NULL;
	struct error err = { 0 };
	char *at, *end;

	buffer_init(&text, 1000);
	assert_done(file_read(path, &text, &err), &err);
	assert_done(buffer_to_text(&text, &line, &err), &err);
	at = strstr(line, word);
	assert_non_null(at);
	end = strchr(at, '\n');
	*at = '\0';
	assert_true(asprintf(&changed, "%s%s%s", line, instead, end) > 0);
	assert_done(file_write(path, span_of(changed), 0644, FILE_REPLACE, &err), &err);
}

static void a_later_process_of_the_same_number_is_not_the_holder(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *path = in_folder(folder, "door");
	struct holder holder = holder_start(folder, "door", false, &lease_here, false);
	struct lease *lease;
	struct error err = { 0 };
	char process[64];

	(void)state;
	holder_end(&holder, SIGKILL);
	/* Our own number, with a start that was not ours. */
	snprintf(process, sizeof(process), "process %ld 1", (long)getpid());
	line_change(path, "process ", process);
	assert_done(lease_try(folder, "door", &lease_here, NULL, &lease, &err), &err);
	assert_non_null(lease);
	lease_release(&lease);
}

static void the_dead_are_followed_by_one_of_many(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *door = in_folder(folder, "door");
	struct error err = { 0 };

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct holder holder = holder_start(folder, "door", false, &lease_here, false);
		int go[2], winners = 0;

		assert_int_equal(pipe(go), 0);
		for (int p = 0; p < PROCESSES; p++) {
			struct lease *lease = NULL;
			char byte;

			if (fork())
				continue;
			close(go[1]);
			if (read(go[0], &byte, 1) < 0 ||
			    lease_try(folder, "door", &lease_here, NULL, &lease, &err))
				_exit(2);
			/* They hold it until all have tried. */
			if (lease && lease_beat(lease, &err))
				_exit(3);
			pause_ms(lease ? 100 : 0);
			_exit(lease && lease_beat(lease, &err) == 0 ? 1 : lease ? 3 : 0);
		}
		holder_end(&holder, SIGKILL);
		close(go[0]);
		close(go[1]);
		for (int p = 0; p < PROCESSES; p++) {
			int status;

			assert_true(wait(&status) > 0);
			assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
			winners += WEXITSTATUS(status);
		}
		assert_int_equal(winners, 1);
		unlink(door);
	}
	assert_int_equal(entries(folder), 0);
}

/* ---- Another host ---- */

static void another_host_is_followed_only_when_it_was_silent_for_its_time(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &lease_here, true);
	struct lease_sight sight = { 0 };
	struct lease *lease = NULL;
	struct error err = { 0 };
	int64_t began;

	(void)state;
	if (!holder.name[0]) {
		print_message("skipped: no host can be made up here\n");
		waitpid(holder.pid, NULL, 0);
		skip();
	}
	began = lease_here.monotonic_ms(NULL);
	while (lease_here.monotonic_ms(NULL) - began <
	       1500) { /* it lives and beats: nobody follows */
		assert_done(lease_try(folder, "door", &lease_here, &sight, &lease, &err), &err);
		assert_null(lease);
		pause_ms(50);
	}
	holder_end(&holder, SIGKILL);
	/* Dead, but how should we know: at once nobody follows. */
	assert_done(lease_try(folder, "door", &lease_here, &sight, &lease, &err), &err);
	assert_null(lease);
	began = lease_here.monotonic_ms(NULL);
	assert_done(lease_take(folder, "door", &lease_here, &lease, &err), &err);
	assert_true(lease_here.monotonic_ms(NULL) - began >= 1000);
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void an_observer_that_was_stopped_itself_does_not_count_that_time(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *path = in_folder(folder, "door");
	struct lease_sight sight = { 0 };
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_done(lease_try(folder, "door", &lease_here, NULL, &lease, &err), &err);
	lease_release(&lease);
	assert_done(file_write(path, span_of("what is this"), 0644, FILE_REPLACE, &err), &err);
	assert_done(lease_try(folder, "door", &lease_here, &sight, &lease, &err), &err);
	assert_null(lease);
	for (int i = 0; i < LEASE_LEVELS; i++)
		sight.at[i].last_ms -= 3600000; /* an hour between two looks */
	assert_done(lease_try(folder, "door", &lease_here, &sight, &lease, &err), &err);
	assert_null(lease);
}

static void what_this_machine_left_when_its_power_went_is_inherited_after_a_while(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "writer", true, &lease_here, false);
	CLEANUP(text_free) char *path = in_folder(folder, holder.name);
	struct lease *lease;
	struct error err = { 0 };
	int64_t began = lease_here.monotonic_ms(NULL);

	(void)state;
	/* Of a living process of ours nothing is inherited, and that is known at once. */
	assert_done(lease_inherit(folder, holder.name, true, &lease_here, &lease, &err), &err);
	assert_null(lease);
	assert_true(lease_here.monotonic_ms(NULL) - began < 900);
	holder_end(&holder, SIGKILL);
	line_change(path, "boot ", "boot 00000000-0000-0000-0000-000000000000");
	assert_done(lease_try(folder, holder.name, &lease_here, NULL, &lease, &err), &err);
	assert_null(lease);
	assert_done(lease_inherit(folder, holder.name, false, &lease_here, &lease, &err), &err);
	assert_non_null(lease);
	assert_true(lease_follows_silence(lease));
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void what_was_taken_over_from_the_silent_stays_so_whoever_follows(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "writer", true, &lease_here, false);
	CLEANUP(text_free) char *path = in_folder(folder, holder.name);
	struct lease *lease;
	struct error err = { 0 };
	(void)state;

	holder_end(&holder, SIGKILL); /* who began it is dead; then it is another's that follows */
	for (int followed = 0; followed < 2; followed++) {
		assert_done(lease_try(folder, holder.name, &lease_here, NULL, &lease, &err), &err);
		assert_true(lease && lease_follows_silence(lease) == (followed == 1));
		lease_abandon(lease);
		lease_release(&lease);
		line_change(path, "process ", "process 4194305 1");
	}
}

static void another_host_is_asked_for_only_by_who_asks_for_anyone(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "writer", true, &lease_here, true);
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	if (!holder.name[0]) {
		waitpid(holder.pid, NULL, 0);
		skip();
	}
	/* It lives and beats, and that ends the watching. */
	assert_done(lease_inherit(folder, holder.name, true, &lease_here, &lease, &err), &err);
	assert_null(lease);
	holder_end(&holder, SIGKILL);
	assert_done(lease_inherit(folder, holder.name, false, &lease_here, &lease, &err), &err);
	assert_null(lease);
	assert_done(lease_inherit(folder, holder.name, true, &lease_here, &lease, &err), &err);
	assert_non_null(lease);
	lease_release(&lease);
}

/* ---- The stopped ---- */

static void a_stopped_holder_that_lost_it_notices_before_its_next_step(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &lease_here, false);
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(holder_ask(&holder), 'y');
	kill(holder.pid, SIGSTOP);
	assert_done(lease_take(folder, "door", &lease_here, &lease, &err), &err);
	kill(holder.pid, SIGCONT);
	assert_int_equal(holder_ask(&holder), 'n');
	assert_int_equal(holder_ask(&holder), 'n');
	holder_end(&holder, 0); /* what it gives back is not its own any more */
	assert_done(lease_beat(lease, &err), &err);
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void who_is_being_followed_counts_as_having_lost_it(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free)
	char *path = in_folder(folder, "door"), *aside = in_folder(folder, "aside");
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_done(lease_try(folder, "door", &lease_here, NULL, &lease, &err), &err);
	/* Another's file under our name. */
	assert_int_equal(rename(path, aside), 0);
	assert_done(file_write(path, span_of("another"), 0644, FILE_REPLACE, &err), &err);
	assert_fails(lease_beat(lease, &err), &err, ERROR_SYSTEM);
	/* Even when ours comes back: it was lost. */
	assert_int_equal(rename(aside, path), 0);
	assert_fails(lease_beat(lease, &err), &err, ERROR_SYSTEM);
	lease_release(&lease);
	assert_true(file_exists(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_many_processes_holds_it),
		cmocka_unit_test(threads_of_one_process_exclude_one_another),
		cmocka_unit_test(a_killed_holder_is_followed_at_once),
		cmocka_unit_test(a_holder_that_nobody_has_buried_is_dead_as_well),
		cmocka_unit_test(a_later_process_of_the_same_number_is_not_the_holder),
		cmocka_unit_test(the_dead_are_followed_by_one_of_many),
		cmocka_unit_test(another_host_is_followed_only_when_it_was_silent_for_its_time),
		cmocka_unit_test(an_observer_that_was_stopped_itself_does_not_count_that_time),
		cmocka_unit_test(
			what_this_machine_left_when_its_power_went_is_inherited_after_a_while),
		cmocka_unit_test(what_was_taken_over_from_the_silent_stays_so_whoever_follows),
		cmocka_unit_test(another_host_is_asked_for_only_by_who_asks_for_anyone),
		cmocka_unit_test(a_stopped_holder_that_lost_it_notices_before_its_next_step),
		cmocka_unit_test(who_is_being_followed_counts_as_having_lost_it),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
