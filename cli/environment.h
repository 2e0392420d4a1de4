/* The one place that fills the context: clock, environment, chance, terminal, signals. */
#ifndef CLI_ENVIRONMENT_H
#define CLI_ENVIRONMENT_H

#include "cli/progress.h"
#include "kernels/kernels.h"

struct environment {
	struct context context;
	struct progress progress;
	bool quiet;
};

/* Fill *environment, to which the context in it points: do not move it afterwards. */
void environment_begin(struct environment *environment);

/* --quiet silences progress and remarks; known only after the options were read. */
void environment_quiet(struct environment *environment);

/* Start the threads that compute, once; `AKASHI_THREADS` says how many. */
MUST_CHECK int environment_threads(struct context *context, struct error *err);

void environment_end(struct environment *environment);

#endif
