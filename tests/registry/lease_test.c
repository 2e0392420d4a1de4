/* Leases: one of many holds it, the dead lose it at once, the silent after their time, the stopped
 * notice. */
#include "registry/registry.h"
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROCESSES = 6, ROUNDS = 40 };

static int64_t clock_ms(void *user)
{
	struct timespec now;

	(void)user;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Leases promise one second here, so that a test need not wait for thirty. */
static const char *one_second(void *user, const char *name)
{
	(void)user;
	return strcmp(name, "AKASHI_LEASE_SECONDS") == 0 ? "1" : NULL;
}

static const struct context here = { .monotonic_ms = clock_ms, .environment = one_second };

static void pause_ms(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

static char *in(const char *folder, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

static size_t entries(const char *folder)
{
	CLEANUP(text_free) char *command = NULL;
	size_t count = 0;
	FILE *list;

	assert_true(asprintf(&command, "ls -A '%s'", folder) > 0);
	list = popen(command, "r");
	assert_non_null(list);
	for (int c; (c = fgetc(list)) != EOF;)
		count += c == '\n';
	pclose(list);
	return count;
}

/* ---- A process that holds a lease and does what it is told, one byte at a time ---- */

struct holder {
	pid_t pid;
	int tell, hear;
	char name[LEASE_NAME_MAX + 1];
};

/* 'b': beat, answer 'y' or 'n'; 'r': release and end; the other end closed: end without a word. */
static _Noreturn void hold(const char *folder, const char *name, bool shared,
			   const struct context *ctx, int hear, int tell)
{
	struct lease *lease = NULL;
	struct error err = { 0 };
	char order, answer;

	if (shared ? lease_begin(folder, name, ctx, &lease, &err)
		   : lease_take(folder, name, ctx, &lease, &err))
		_exit(1);
	if (write(tell, lease_name(lease), strlen(lease_name(lease)) + 1) < 0)
		_exit(1);
	while (read(hear, &order, 1) == 1) {
		if (order == 'r') {
			lease_release(&lease);
			_exit(0);
		}
		answer = lease_beat(lease, &err) ? 'n' : 'y';
		err = (struct error){ 0 };
		if (write(tell, &answer, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static struct holder holder_start(const char *folder, const char *name, bool shared,
				  const struct context *ctx, bool elsewhere)
{
	struct holder holder = { .pid = 0 };
	int orders[2], answers[2];

	assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
	assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
	holder.pid = fork();
	assert_true(holder.pid >= 0);
	if (!holder.pid) {
		close(orders[1]);
		close(answers[0]);
		/* Another host: the name of this one differs, as it would there. */
		if (elsewhere && (unshare(CLONE_NEWUTS) || sethostname("elsewhere", 9)))
			_exit(77);
		hold(folder, name, shared, ctx, orders[0], answers[1]);
	}
	close(orders[0]);
	close(answers[1]);
	holder.tell = orders[1];
	holder.hear = answers[0];
	if (read(holder.hear, holder.name, sizeof(holder.name)) <= 0)
		holder.name[0] = '\0';
	return holder;
}

static char holder_ask(const struct holder *holder)
{
	char answer = 0;

	assert_int_equal(write(holder->tell, "b", 1), 1);
	assert_int_equal(read(holder->hear, &answer, 1), 1);
	return answer;
}

static void holder_end(struct holder *holder, int how)
{
	if (how)
		kill(holder->pid, how);
	else
		assert_int_equal(write(holder->tell, "r", 1), 1);
	waitpid(holder->pid, NULL, 0);
	close(holder->tell);
	close(holder->hear);
}

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
	CLEANUP(text_free) char *path = in(folder, "count");
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

			if (lease_take(folder, "door", &here, &lease, &err) || !count_up(path) ||
			    lease_beat(lease, &err))
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
	assert_done(lease_try(folder, "door", &here, NULL, &first, &err), &err);
	assert_non_null(first);
	assert_done(lease_try(folder, "door", &here, NULL, &second, &err), &err);
	assert_null(second);
	assert_done(lease_beat(first, &err), &err);
	lease_release(&first);
	assert_done(lease_try(folder, "door", &here, NULL, &second, &err), &err);
	assert_non_null(second);
	lease_release(&second);
	assert_int_equal(entries(folder), 0);
}

/* ---- The dead ---- */

static void a_killed_holder_is_followed_at_once(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &here, false);
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_string_equal(holder.name, "door");
	assert_done(lease_try(folder, "door", &here, NULL, &lease, &err), &err);
	assert_null(lease);
	holder_end(&holder, SIGKILL);
	assert_done(lease_try(folder, "door", &here, NULL, &lease, &err), &err);
	assert_non_null(lease);
	assert_done(lease_beat(lease, &err), &err);
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void a_holder_that_nobody_has_buried_is_dead_as_well(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &here, false);
	struct lease *lease = NULL;
	struct error err = { 0 };

	(void)state;
	kill(holder.pid, SIGKILL);
	for (int i = 0; i < 1000 && !lease; i++) {
		assert_done(lease_try(folder, "door", &here, NULL, &lease, &err), &err);
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
	CLEANUP(text_free) char *path = in(folder, "door");
	struct holder holder = holder_start(folder, "door", false, &here, false);
	struct lease *lease;
	struct error err = { 0 };
	char process[64];

	(void)state;
	holder_end(&holder, SIGKILL);
	/* Our own number, with a start that was not ours. */
	snprintf(process, sizeof(process), "process %ld 1", (long)getpid());
	line_change(path, "process ", process);
	assert_done(lease_try(folder, "door", &here, NULL, &lease, &err), &err);
	assert_non_null(lease);
	lease_release(&lease);
}

static void the_dead_are_followed_by_one_of_many(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *door = in(folder, "door");
	struct error err = { 0 };

	(void)state;
	for (int round = 0; round < 20; round++) {
		struct holder holder = holder_start(folder, "door", false, &here, false);
		int go[2], winners = 0;

		assert_int_equal(pipe(go), 0);
		for (int p = 0; p < PROCESSES; p++) {
			struct lease *lease = NULL;
			char byte;

			if (fork())
				continue;
			close(go[1]);
			if (read(go[0], &byte, 1) < 0 ||
			    lease_try(folder, "door", &here, NULL, &lease, &err))
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
	struct holder holder = holder_start(folder, "door", false, &here, true);
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
	began = clock_ms(NULL);
	while (clock_ms(NULL) - began < 1500) { /* it lives and beats: nobody follows */
		assert_done(lease_try(folder, "door", &here, &sight, &lease, &err), &err);
		assert_null(lease);
		pause_ms(50);
	}
	holder_end(&holder, SIGKILL);
	/* Dead, but how should we know: at once nobody follows. */
	assert_done(lease_try(folder, "door", &here, &sight, &lease, &err), &err);
	assert_null(lease);
	began = clock_ms(NULL);
	assert_done(lease_take(folder, "door", &here, &lease, &err), &err);
	assert_true(clock_ms(NULL) - began >= 1000);
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void an_observer_that_was_stopped_itself_does_not_count_that_time(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *path = in(folder, "door");
	struct lease_sight sight = { 0 };
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_done(lease_try(folder, "door", &here, NULL, &lease, &err), &err);
	lease_release(&lease);
	assert_done(file_write(path, span_of("what is this"), 0644, FILE_REPLACE, &err), &err);
	assert_done(lease_try(folder, "door", &here, &sight, &lease, &err), &err);
	assert_null(lease);
	for (int i = 0; i < LEASE_LEVELS; i++)
		sight.at[i].last_ms -= 3600000; /* an hour between two looks */
	assert_done(lease_try(folder, "door", &here, &sight, &lease, &err), &err);
	assert_null(lease);
}

static void what_this_machine_left_when_its_power_went_is_inherited_after_a_while(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "writer", true, &here, false);
	CLEANUP(text_free) char *path = in(folder, holder.name);
	struct lease *lease;
	struct error err = { 0 };
	int64_t began = clock_ms(NULL);

	(void)state;
	/* Of a living process of ours nothing is inherited, and that is known at once. */
	assert_done(lease_inherit(folder, holder.name, true, &here, &lease, &err), &err);
	assert_null(lease);
	assert_true(clock_ms(NULL) - began < 900);
	holder_end(&holder, SIGKILL);
	line_change(path, "boot ", "boot 00000000-0000-0000-0000-000000000000");
	assert_done(lease_try(folder, holder.name, &here, NULL, &lease, &err), &err);
	assert_null(lease);
	assert_done(lease_inherit(folder, holder.name, false, &here, &lease, &err), &err);
	assert_non_null(lease);
	assert_true(lease_follows_silence(lease));
	lease_release(&lease);
	assert_int_equal(entries(folder), 0);
}

static void what_was_taken_over_from_the_silent_stays_so_whoever_follows(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "writer", true, &here, false);
	CLEANUP(text_free) char *path = in(folder, holder.name);
	struct lease *lease;
	struct error err = { 0 };
	(void)state;

	holder_end(&holder, SIGKILL); /* who began it is dead; then it is another's that follows */
	for (int followed = 0; followed < 2; followed++) {
		assert_done(lease_try(folder, holder.name, &here, NULL, &lease, &err), &err);
		assert_true(lease && lease_follows_silence(lease) == (followed == 1));
		lease_abandon(lease);
		lease_release(&lease);
		line_change(path, "process ", "process 4194305 1");
	}
}

static void another_host_is_asked_for_only_by_who_asks_for_anyone(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "writer", true, &here, true);
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	if (!holder.name[0]) {
		waitpid(holder.pid, NULL, 0);
		skip();
	}
	/* It lives and beats, and that ends the watching. */
	assert_done(lease_inherit(folder, holder.name, true, &here, &lease, &err), &err);
	assert_null(lease);
	holder_end(&holder, SIGKILL);
	assert_done(lease_inherit(folder, holder.name, false, &here, &lease, &err), &err);
	assert_null(lease);
	assert_done(lease_inherit(folder, holder.name, true, &here, &lease, &err), &err);
	assert_non_null(lease);
	lease_release(&lease);
}

/* ---- The stopped ---- */

static void a_stopped_holder_that_lost_it_notices_before_its_next_step(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder holder = holder_start(folder, "door", false, &here, false);
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(holder_ask(&holder), 'y');
	kill(holder.pid, SIGSTOP);
	assert_done(lease_take(folder, "door", &here, &lease, &err), &err);
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
	CLEANUP(text_free) char *path = in(folder, "door"), *aside = in(folder, "aside");
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_done(lease_try(folder, "door", &here, NULL, &lease, &err), &err);
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

/* ---- What lies in the way ---- */

static void junk_in_its_place_holds_nobody_up_for_longer_than_the_usual_time(void **state)
{
	static const char *const junk[] = { "", "akashi lease 1\n", "akashi lease 2\nhost a\n",
					    "\0\0\0\0" };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *path = in(folder, "door");
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct lease_sight sight = { 0 };
		struct lease *lease = NULL;

		assert_done(file_write(path, span_of(junk[i]), 0644, FILE_REPLACE, &err), &err);
		for (int look = 0; look < 4; look++) {
			assert_done(lease_try(folder, "door", &here, &sight, &lease, &err), &err);
			assert_null(lease);
			sight.at[0].last_ms -= 8000;
		}
		assert_done(lease_try(folder, "door", &here, &sight, &lease, &err), &err);
		assert_non_null(lease);
		lease_release(&lease);
	}
	/* A folder or a link that leads elsewhere is no lease. */
	assert_int_equal(mkdir(path, 0755), 0);
	assert_fails(lease_try(folder, "door", &here, NULL, &(struct lease *){ NULL }, &err), &err,
		     ERROR_SYSTEM);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_fails(lease_try(folder, "door", &here, NULL, &(struct lease *){ NULL }, &err), &err,
		     ERROR_SYSTEM);
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const name[] = { "", ".", "..", "a/b", "../x", ".tmp", "a b", "a\n" };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		assert_fails(
			lease_try(folder, name[i], &here, NULL, &(struct lease *){ NULL }, &err),
			&err, ERROR_USAGE);
	assert_int_equal(entries(folder), 0);
}

static void a_folder_that_cannot_be_written_says_so(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(text_free) char *none = in(folder, "none");
	struct lease *lease;
	struct error err = { 0 };
	pid_t child;
	int status;

	(void)state;
	assert_fails(lease_take(none, "door", &here, &lease, &err), &err, ERROR_SYSTEM);
	/* Read-only and full file systems: mounted in a name space of the child. */
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		int failures = 0;

		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
		    mount("none", folder, "tmpfs", 0, "size=4k,nr_inodes=1"))
			_exit(77);
		failures += lease_take(folder, "door", &here, &lease, &err) != 0 &&
			    err.code == ERROR_SYSTEM && strstr(err.text, "no room left");
		err = (struct error){ 0 };
		if (mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL))
			_exit(77);
		failures += lease_take(folder, "door", &here, &lease, &err) != 0 &&
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
	CLEANUP(text_free) char *none = in(folder, "none"), *other = in(folder, "reader-1");
	struct holder living = holder_start(folder, "writer", true, &here, false);
	struct holder dying = holder_start(folder, "writer", true, &here, false);
	struct seen seen = { 0 };
	struct lease *lease;
	struct error err = { 0 };

	(void)state;
	assert_done(file_write(other, span_of("x"), 0644, FILE_REPLACE, &err), &err);
	holder_end(&dying, SIGKILL);
	assert_done(lease_each(folder, "writer", false, &here, see, &seen, &err), &err);
	assert_int_equal(seen.live, 1);
	assert_int_equal(seen.dead, 1);
	assert_string_equal(seen.name, dying.name);
	/* What the dead one left is taken over under its own name. */
	assert_done(lease_try(folder, seen.name, &here, NULL, &lease, &err), &err);
	assert_non_null(lease);
	lease_release(&lease);
	seen = (struct seen){ 0 };
	assert_done(lease_each(folder, "writer", true, &here, see, &seen, &err), &err);
	assert_int_equal(seen.live, 1);
	assert_int_equal(seen.dead + seen.unknown, 0);
	holder_end(&living, 0);
	assert_int_equal(entries(folder), 1);
	assert_done(lease_each(none, "writer", true, &here, see, &seen, &err), &err);
}

static void those_of_another_host_are_watched_by_who_is_patient(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	struct holder living = holder_start(folder, "writer", true, &here, true);
	struct holder dying;
	struct seen seen = { 0 };
	struct error err = { 0 };

	(void)state;
	if (!living.name[0]) {
		waitpid(living.pid, NULL, 0);
		skip();
	}
	dying = holder_start(folder, "writer", true, &here, true);
	holder_end(&dying, SIGKILL);
	assert_done(lease_each(folder, "writer", false, &here, see, &seen, &err), &err);
	assert_int_equal(seen.unknown, 2);
	seen = (struct seen){ 0 };
	assert_done(lease_each(folder, "writer", true, &here, see, &seen, &err), &err);
	assert_int_equal(seen.live, 1);
	assert_int_equal(seen.dead, 1);
	assert_string_equal(seen.name, dying.name);
	holder_end(&living, 0);
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
		cmocka_unit_test(junk_in_its_place_holds_nobody_up_for_longer_than_the_usual_time),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(a_folder_that_cannot_be_written_says_so),
		cmocka_unit_test(the_living_and_the_dead_are_told_apart),
		cmocka_unit_test(those_of_another_host_are_watched_by_who_is_patient),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
