/* run_watch: start, pass signals on, beat, and measure. */
#include "cli/run_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passed_on[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

static void signals_of(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(passed_on) / sizeof(passed_on[0]); i++)
		sigaddset(set, passed_on[i]);
	sigaddset(set, SIGCHLD);
}

void run_signals_hold(void)
{
	sigset_t set;

	signals_of(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* Where it was ignored, no child could be waited for. */
	signal(SIGCHLD, SIG_DFL);
}

/* What came too late for the command is dropped; from now on SIGINT and SIGTERM are for us. */
static void signals_release(void)
{
	const struct timespec now = { 0 };
	sigset_t set;

	signals_of(&set);
	while (sigtimedwait(&set, NULL, &now) > 0)
		;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* Only what is safe between fork and exec. */
static void child_run(const struct run_watch *watch, int report)
{
	sigset_t set;
	int number;

	signals_of(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* What akashi handles itself is the command's to handle; what was ignored stays so. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (watch->pipe_default)
		signal(SIGPIPE, SIG_DFL);
	execvp(watch->command[0], (char *const *)(uintptr_t)watch->command);
	number = errno;
	(void)!write(report, &number, sizeof(number));
	_exit(number == ENOENT ? 127 : 126);
}

static int child_start(const struct run_watch *watch, pid_t *out_child, int *out_errno,
		       struct error *err)
{
	int report[2];
	ssize_t got;
	pid_t child;

	if (pipe2(report, O_CLOEXEC))
		return error_system(err, errno, "cannot make a pipe");
	child = fork();
	if (child < 0) {
		close(report[0]);
		close(report[1]);
		return error_system(err, errno, "cannot start a process");
	}
	if (!child)
		child_run(watch, report[1]);
	close(report[1]);
	do
		got = read(report[0], out_errno, sizeof(*out_errno));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(*out_errno))
		*out_errno = 0;
	close(report[0]);
	*out_child = child;
	return 0;
}

/* Did it end? What is left of the time until the next beat is waited for a signal. */
static bool child_ended(pid_t child, int *out_status)
{
	pid_t found = waitpid(child, out_status, WNOHANG);

	return found == child || (found < 0 && errno != EINTR);
}

static void child_follow(const struct context *ctx, const struct run_watch *watch, pid_t child,
			 int64_t began, int *out_status, int *out_passed)
{
	int64_t next = began;
	sigset_t set;

	signals_of(&set);
	while (!child_ended(child, out_status)) {
		int64_t now = context_monotonic_ms(ctx), left;
		struct timespec wait;
		siginfo_t info;
		int number;

		if (now >= next) {
			watch->beat(watch->arg, (uint64_t)child, (uint64_t)(now - began) / 1000);
			next = now + watch->beat_ms;
		}
		left = next - now;
		wait = (struct timespec){ .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000 };
		number = sigtimedwait(&set, &info, &wait);
		if (number <= 0 || number == SIGCHLD)
			continue;
		/* A terminal's signal goes to all of its foreground processes. */
		if (info.si_code == SI_KERNEL)
			continue;
		*out_passed = number;
		kill(child, number);
	}
}

int run_watch(const struct context *ctx, const struct run_watch *watch,
	      struct run_watched *out_watched, struct error *err)
{
	struct run_watched watched = { .exit_status = RUN_STATUS_UNKNOWN };
	int64_t began;
	int status = 0;
	pid_t child;

	run_signals_hold();
	began = context_monotonic_ms(ctx);
	if (child_start(watch, &child, &watched.start_error, err))
		return -1;
	if (watch->started && !watched.start_error)
		watch->started(watch->arg);
	child_follow(ctx, watch, child, began, &status, &watched.passed);
	watched.milliseconds = (uint64_t)(context_monotonic_ms(ctx) - began);
	if (WIFEXITED(status))
		watched.exit_status = WEXITSTATUS(status);
	else if (WIFSIGNALED(status))
		watched.signal = WTERMSIG(status);
	signals_release();
	*out_watched = watched;
	return 0;
}

int run_watch_process(const struct context *ctx, uint64_t pid, const struct run_watch *watch,
		      uint64_t *out_milliseconds, struct error *err)
{
	int64_t began = context_monotonic_ms(ctx), next = began;
	int fd = pid && pid < INT32_MAX ? (int)syscall(SYS_pidfd_open, (pid_t)pid, 0) : -1;

	if (fd < 0)
		return error_set(err, ERROR_ABSENT, "no process %llu runs here",
				 (unsigned long long)pid);
	for (;;) {
		int64_t now = context_monotonic_ms(ctx);
		struct pollfd end = { .fd = fd, .events = POLLIN };

		if (now >= next) {
			watch->beat(watch->arg, pid, (uint64_t)(now - began) / 1000);
			next = now + watch->beat_ms;
		}
		if (poll(&end, 1, (int)(next - now)) > 0)
			break;
		if (context_check_cancelled(ctx, err)) {
			close(fd);
			return -1;
		}
	}
	close(fd);
	*out_milliseconds = (uint64_t)(context_monotonic_ms(ctx) - began);
	return 0;
}
