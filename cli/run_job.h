/* One run, as akashi run begins, watches and ends it: on record first, then signed. */
#ifndef CLI_RUN_JOB_H
#define CLI_RUN_JOB_H

#include "cli/cli.h"

struct run_job {
	struct call *call;
	struct registry *registry; /* NULL: it is away */
	struct add_how how;
	char *folder;           /* of its record; NULL: nothing could be written */
	struct json *beginning; /* as it was put on record, or NULL */
	struct run_facts facts;
	struct lease *lease; /* says that we live; NULL: nobody watches */
	struct name name;    /* asked for or made up; once declared the one it got */
	bool declared, closed;
	int64_t began_s;
};

void run_job_release(struct run_job *job);

/* What all ways of beginning a run take. */
#define RUN_OPTIONS                                                                                \
	{ .name = "file",                                                                          \
	  .argument = "FILE.json",                                                                 \
	  .help = "what describes the run; kept as it is when the run begins" },                   \
		{ .name = "data",                                                                  \
		  .argument = "NAME@VERSION",                                                      \
		  .repeatable = true,                                                              \
		  .help = "a registered dataset that goes in" },                                   \
		{ .name = "order",                                                                 \
		  .argument = "FILE",                                                              \
		  .repeatable = true,                                                              \
		  .help = "what says how the data is mixed and ordered: training scripts "         \
			  "(--data-path, TRAIN_DATA_PATH and the like), or one .json; otherwise "  \
			  "what the "                                                              \
			  "command and its scripts say" },                                         \
		{ .name = "sequences",                                                             \
		  .argument = "FILE",                                                              \
		  .help = "the sequence that each sample is, a number in each line" },             \
		{ .name = "parent",                                                                \
		  .argument = "NAME@VERSION",                                                      \
		  .repeatable = true,                                                              \
		  .help = "a registered checkpoint that it starts from" },                         \
		{ .name = "repository",                                                            \
		  .argument = "DIR",                                                               \
		  .repeatable = true,                                                              \
		  .help = "a git repository that takes part (scripts, framework, tokenizer); "     \
			  "otherwise "                                                             \
			  "the one of the working folder" },                                       \
		{ .name = "card",                                                                  \
		  .argument = "NAME@VERSION",                                                      \
		  .help = "the registered card that the run is held against; otherwise the "       \
			  "registry's run.card, otherwise the newest one that was registered for " \
			  "the model (akashi card register --for)" },                              \
		{ .name = "strict",                                                                \
		  .help = "refuse to start where the run drifted from its card, or where it "      \
			  "cannot be held against one" },                                          \
		{ .name = "no-snapshot",                                                           \
		  .help = "write no commit of the work tree under refs/akashi/runs/ of the "       \
			  "repositories" },                                                        \
		{ .name = "env",                                                                   \
		  .argument = "NAME",                                                              \
		  .repeatable = true,                                                              \
		  .help = "a variable of the environment to keep beside those of the list" },      \
	{                                                                                          \
		.name = "log", .argument = "FILE", .repeatable = true,                             \
		.help = "a log to keep when it ends: its last 16 MiB"                              \
	}

/*
 * Gather what is known, put it on record, sign and log that it begins. Only a request that makes
 * no sense fails; a registry or a key that is away is noticed, and the record waits. `command` may
 * be empty (begun by hand). What earlier runs left is settled on the way.
 */
MUST_CHECK int run_job_begin(struct call *call, const char *name, const char *const *command,
			     size_t command_count, struct run_job *out_job, struct error *err);

/* Sign that it begins, where that was not possible before; false, noticed, where it still is not.
 */
bool run_job_declare(struct run_job *job);

/* Write a beat: it ran for so long. */
void run_job_beat(struct run_job *job, uint64_t child, uint64_t seconds);

/* Names of what was registered for it so far. */
void run_job_outputs(struct run_job *job, const struct name *output, size_t count);

/* Put its end on record; then sign it: what cannot be signed now is noticed and waits. */
void run_job_ended(struct run_job *job, const struct run_ending *ending);
void run_job_settle(struct run_job *job);

/* Milliseconds between beats and between looks for outputs: AKASHI_RUN_BEAT_SECONDS. */
int64_t run_job_beat_ms(const struct context *ctx);

/* The registry and the way to add, where they can be had; else job->registry is NULL, noticed. */
void run_job_registry(struct run_job *job);

/* An open record's registry: the one it began with, else the call's. */
MUST_CHECK int run_registry_of(const struct call *call, const struct run_spooled *spooled,
			       struct registry **out_registry, struct add_how *out_how,
			       struct error *err);

#endif
