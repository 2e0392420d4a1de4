/* A command is started, its signals passed on, its end measured. */
#ifndef CLI_RUN_WATCH_H
#define CLI_RUN_WATCH_H

#include "cli/cli.h"

struct run_watch {
	const char *const *command; /* argv; NULL at its end */
	bool pipe_default;          /* we ignore SIGPIPE, the command does not */
	int64_t beat_ms;            /* between two beats */
	void (*beat)(void *arg, uint64_t child, uint64_t seconds);
	void (*started)(void *arg); /* once the command runs; may start threads */
	void *arg;
};

struct run_watched {
	int exit_status; /* RUN_STATUS_UNKNOWN where a signal ended it */
	int signal;      /* that ended it, or 0 */
	int passed;      /* the last signal that was passed on, or 0 */
	int start_error; /* errno where it could not be started, or 0 */
	uint64_t milliseconds;
};

/* The signals that are passed on are held back for this process, from here until run_watch. */
void run_signals_hold(void);

/*
 * Start the command and wait for its end: SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2
 * go on to it (what a terminal sends reaches it anyway). Behind it this process takes
 * SIGINT and SIGTERM itself, and no other of them.
 */
MUST_CHECK int run_watch(const struct context *ctx, const struct run_watch *watch,
			 struct run_watched *out_watched, struct error *err);

/* Wait for a process that is not ours, with beats. ERROR_ABSENT: there is none. */
MUST_CHECK int run_watch_process(const struct context *ctx, uint64_t pid,
				 const struct run_watch *watch, uint64_t *out_milliseconds,
				 struct error *err);

#endif
