/*
 * Outputs of a run that are being written: what matches a pattern, and when it is complete.
 *
 * A checkpoint is complete when the training framework says so: Megatron's
 * latest_checkpointed_iteration.txt beside it names its step or a later one; or when the files that
 * its model.safetensors.index.json names (or model.safetensors) are there in their full length
 * and nothing changed between two looks; or when nothing in it changed for the quiet time; or when
 * the run ended with success. What was there when the run began, and did not change since, is not
 * the run's.
 */
#ifndef REGISTRY_RUN_OUTPUTS_H
#define REGISTRY_RUN_OUTPUTS_H

#include "registry/checkpoint_name.h"
#include "verify/verify.h"

#define RUN_OUTPUTS_MAX 10000
#define RUN_OUTPUT_ENTRIES_MAX 200000 /* files of one of them that are looked at */

enum run_output_state {
	RUN_OUTPUT_OLD,      /* it was there before */
	RUN_OUTPUT_GROWING,  /* not complete yet */
	RUN_OUTPUT_COMPLETE, /* and not taken */
	RUN_OUTPUT_TAKEN
};

enum run_outputs_end {
	RUN_OUTPUTS_RUNNING,
	RUN_OUTPUTS_ENDED, /* with success: what is there is all there will be */
	RUN_OUTPUTS_BROKEN /* killed or failed: what it was writing may be half of it */
};

struct run_output {
	char *path;
	enum run_output_state state;
	const char *how; /* by what it is known to be complete; static */
	char step[24];   /* that its name tells, else its last number, as it is written; empty: none
			  */
	uint64_t order;  /* the same as a number */
	struct digest look;
	int64_t since_ms; /* it has looked so */
};

struct run_outputs {
	struct run_output *item; /* by step, then by path */
	size_t count, room;
};

void run_outputs_release(struct run_outputs *outputs);

/*
 * Look at what matches. `first`: what is there now was there before the run. The caller sets
 * RUN_OUTPUT_TAKEN.
 */
MUST_CHECK int run_outputs_look(const struct context *ctx, const char *const *pattern,
				size_t pattern_count, bool first, enum run_outputs_end end,
				int64_t quiet_ms, struct run_outputs *outputs, struct error *err);

#endif
