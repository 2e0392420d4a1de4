/* Outputs of a run become checkpoints while it runs: a thread that looks, adds and records. */
#ifndef CLI_RUN_OUTPUT_H
#define CLI_RUN_OUTPUT_H

#include "cli/run_job.h"

struct run_output_thread;

/* What --output, --as, --record, --parent and --quiet-seconds say; ERROR_USAGE before anything
 * starts. */
MUST_CHECK int run_output_check(const struct call *call, struct error *err);

/*
 * Before the command starts: see what is there already. *out_thread is NULL where no --output was
 * given, or where it cannot be (noticed). Then, once it runs, look from time to time.
 */
void run_output_prepare(struct run_job *job, struct run_output_thread **out_thread);
void run_output_start(struct run_output_thread *thread);

/*
 * The command ended: take what is left, and stop. Where it did not `succeed`, what nothing says to
 * be complete is left out, and that is noticed.
 */
void run_output_finish(struct run_output_thread **thread, bool succeeded);

#endif
