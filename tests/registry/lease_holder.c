/* Processes that hold leases and do what they are told. */
#include "tests/registry/lease_holder.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

const struct context lease_here = { .monotonic_ms = clock_ms, .environment = one_second };

void pause_ms(long ms)
{
	struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

char *in_folder(const char *folder, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	return path;
}

size_t entries(const char *folder)
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

struct holder holder_start(const char *folder, const char *name, bool shared,
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

char holder_ask(const struct holder *holder)
{
	char answer = 0;

	assert_int_equal(write(holder->tell, "b", 1), 1);
	assert_int_equal(read(holder->hear, &answer, 1), 1);
	return answer;
}

void holder_end(struct holder *holder, int how)
{
	if (how)
		kill(holder->pid, how);
	else
		assert_int_equal(write(holder->tell, "r", 1), 1);
	waitpid(holder->pid, NULL, 0);
	close(holder->tell);
	close(holder->hear);
}
