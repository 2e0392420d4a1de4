/* environment: clock, environment, chance, terminal and signals become a struct context. */
#include "cli/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/output.h"

#define PASSPHRASE_MAX 1024
#define THREADS_MAX 1024

/* Written by the signal's handler alone; a handler reaches nothing else. */
static volatile sig_atomic_t stop_asked;

static void on_stop(int signal_number)
{
	stop_asked = 1;
	signal(signal_number, SIG_DFL); /* the second one does not wait */
}

static int64_t clock_now(void *user)
{
	(void)user;
	return time(NULL);
}

static int64_t clock_monotonic_ms(void *user)
{
	struct timespec now;

	(void)user;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *environment_variable(void *user, const char *name)
{
	(void)user;
	return getenv(name);
}

static int random_bytes(void *user, uint8_t *bytes, size_t len)
{
	(void)user;
	while (len) {
		ssize_t got = getrandom(bytes, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		bytes += got;
		len -= (size_t)got;
	}
	return 0;
}

static void show_progress(void *user, const char *what, const char *unit, uint64_t done,
			  uint64_t total)
{
	struct environment *environment = user;

	progress_update(&environment->progress, what, unit, done, total);
}

static void count_bytes(void *user, uint64_t bytes)
{
	struct environment *environment = user;

	progress_read(&environment->progress, bytes);
}

static bool stop_wanted(void *user)
{
	(void)user;
	return stop_asked;
}

static void show_notice(void *user, const char *text)
{
	struct environment *environment = user;

	if (environment->quiet)
		return;
	progress_clear(&environment->progress);
	fputs("akashi: ", stderr);
	output_text(stderr, text);
	fputc('\n', stderr);
}

/* The first line of `stream`, without its end, into a malloced string. */
static int read_passphrase(FILE *stream, char **out_text)
{
	char line[PASSPHRASE_MAX];
	char *text = NULL;

	if (fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\r\n")] = '\0';
		text = strdup(line);
	}
	explicit_bzero(line, sizeof(line));
	if (!text)
		return -1;
	*out_text = text;
	return 0;
}

static int passphrase_from_file(struct environment *environment, const char *path, char **out_text)
{
	FILE *stream = fopen(path, "re");
	int failed;

	if (!stream) {
		show_notice(environment, "cannot open the file that AKASHI_PASSPHRASE_FILE names");
		return -1;
	}
	setvbuf(stream, NULL, _IONBF, 0); /* leave no second copy in a buffer */
	failed = read_passphrase(stream, out_text);
	fclose(stream);
	return failed;
}

static int passphrase_from_terminal(struct environment *environment, const char *path,
				    char **out_text)
{
	FILE *terminal = fopen("/dev/tty", "r+e");
	struct termios before, silent;
	int failed;

	if (!terminal || tcgetattr(fileno(terminal), &before)) {
		if (terminal)
			fclose(terminal);
		return -1;
	}
	progress_clear(&environment->progress);
	setvbuf(terminal, NULL, _IONBF, 0);
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fileno(terminal), TCSAFLUSH, &silent); /* before anybody can begin to type */
	fputs("Passphrase for ", terminal);
	output_text(terminal, path);
	fputs(": ", terminal);
	failed = read_passphrase(terminal, out_text);
	tcsetattr(fileno(terminal), TCSAFLUSH, &before);
	fputc('\n', terminal);
	fclose(terminal);
	return failed;
}

static int ask_passphrase(void *user, const char *path, char **out_text)
{
	struct environment *environment = user;
	const char *file = getenv("AKASHI_PASSPHRASE_FILE");

	if (file && file[0])
		return passphrase_from_file(environment, file, out_text);
	return passphrase_from_terminal(environment, path, out_text);
}

void environment_begin(struct environment *environment)
{
	struct sigaction stop = { .sa_handler = on_stop };

	*environment = (struct environment){
		.context = {
			.user = environment,
			.now_unix_s = clock_now,
			.monotonic_ms = clock_monotonic_ms,
			.environment = environment_variable,
			.random = random_bytes,
			.progress = show_progress,
			.bytes_read = count_bytes,
			.cancelled = stop_wanted,
			.passphrase = ask_passphrase,
			.notice = show_notice,
		},
		.progress = { .shown = isatty(STDERR_FILENO) },
	};
	sigemptyset(&stop.sa_mask);
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
}

void environment_quiet(struct environment *environment)
{
	environment->quiet = true;
	environment->progress.shown = false;
}

int environment_threads(struct context *context, struct error *err)
{
	const char *wanted = context_environment(context, "AKASHI_THREADS");
	char *end = NULL;
	unsigned long count = 0;

	if (context->threads)
		return 0;
	if (wanted && wanted[0]) {
		errno = 0;
		count = strtoul(wanted, &end, 10);
		if (*end || errno || !count || count > THREADS_MAX || wanted[0] == '-')
			return error_set(err, ERROR_USAGE,
					 "AKASHI_THREADS wants a number from 1 to %d, not '%s'",
					 THREADS_MAX, wanted);
	}
	return threads_new(count, &context->threads, err);
}

void environment_end(struct environment *environment)
{
	progress_clear(&environment->progress);
	threads_free(&environment->context.threads);
}
