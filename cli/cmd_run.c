/* run: a training command, wrapped; and runs that begin and end by hand. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/run_collect.h"
#include "cli/run_output.h"
#include "cli/run_watch.h"

/* ---- How it ended ---- */

/* Did the scheduler's limit pass? Slurm says when (from 23.02 on). */
static bool limit_passed(const struct context *ctx)
{
	const char *end = context_environment(ctx, "SLURM_JOB_END_TIME");
	long long when = end ? strtoll(end, NULL, 10) : 0;

	return when > 0 && context_now(ctx) + 60 >= when;
}

/* Signals that a program brings upon itself. */
static bool own_making(int number)
{
	static const int fault[] = { SIGSEGV, SIGABRT, SIGBUS,  SIGILL,
				     SIGFPE,  SIGTRAP, SIGPIPE, SIGSYS };

	for (size_t i = 0; i < sizeof(fault) / sizeof(fault[0]); i++)
		if (fault[i] == number)
			return true;
	return false;
}

static enum run_outcome outcome_of(const struct context *ctx, const char *command,
				   const struct run_watched *watched)
{
	int status = watched->exit_status;
	int number = watched->signal;

	if (status == 0)
		return RUN_COMPLETED;
	if (status == 124 && strcmp(path_last_part(command), "timeout") == 0)
		return RUN_TIMED_OUT;
	/* A shell that passes on how its command died, after a signal of ours. */
	if (status > 128 && watched->passed == status - 128)
		number = watched->passed;
	if (number == SIGXCPU || (number && !own_making(number) && limit_passed(ctx)))
		return RUN_TIMED_OUT;
	return number && !own_making(number) ? RUN_KILLED : RUN_FAILED;
}

/* What is done while the command runs. */
struct wrapping {
	struct run_job *job;
	struct run_output_thread *outputs;
	uint64_t before_s; /* it ran for so long when we came */
};

static void beat(void *arg, uint64_t child, uint64_t seconds)
{
	const struct wrapping *wrapping = arg;

	run_job_beat(wrapping->job, child, wrapping->before_s + seconds);
}

static void started(void *arg)
{
	const struct wrapping *wrapping = arg;

	run_output_start(wrapping->outputs);
}

static void ending_make(const struct run_job *job, uint64_t milliseconds,
			struct run_ending *out_ending)
{
	const struct run_facts *facts = &job->facts;
	uint64_t seconds = milliseconds / 1000;

	*out_ending = (struct run_ending){
		.exit_status = RUN_STATUS_UNKNOWN,
		.began_s = job->began_s,
		.seconds = seconds,
		.clock_off = context_now(job->call->ctx) - job->began_s - (int64_t)seconds,
		.nodes = facts->nodes,
		.gpus = facts->gpus,
		.gpus_known = facts->gpus_known,
	};
}

/* ---- akashi run -- CMD ---- */

static int wrap(struct run_job *job, const char *const *command, bool pipe_default,
		struct error *err)
{
	struct wrapping wrapping = { .job = job };
	struct run_watch watch = { .command = command,
				   .pipe_default = pipe_default,
				   .beat_ms = run_job_beat_ms(job->call->ctx),
				   .beat = beat,
				   .started = started,
				   .arg = &wrapping };
	struct run_watched watched;
	struct run_ending ending;
	char reason[512];

	/* Threads that are made from here on leave the signals to run_watch. */
	run_signals_hold();
	run_output_prepare(job, &wrapping.outputs);
	job->began_s = context_now(job->call->ctx);
	if (run_watch(job->call->ctx, &watch, &watched, err))
		return -1;
	ending_make(job, watched.milliseconds, &ending);
	ending.outcome = outcome_of(job->call->ctx, command[0], &watched);
	ending.exit_status = watched.exit_status;
	ending.signal = watched.signal;
	if (watched.start_error) {
		snprintf(reason, sizeof(reason), "it could not be started: %s",
			 strerror(watched.start_error));
		ending.reason = reason;
		context_notice(job->call->ctx, "cannot start '%s': %s", command[0],
			       strerror(watched.start_error));
	}
	run_job_ended(job, &ending);
	run_output_finish(&wrapping.outputs, ending.outcome == RUN_COMPLETED);
	run_job_settle(job);
	job->call->exit_status = watched.signal ? 128 + watched.signal : watched.exit_status;
	return 0;
}

/* One of several processes of the run, and not the first: the command, and nothing else. */
static int step_aside(const char *const *command, struct error *err)
{
	execvp(command[0], (char *const *)(uintptr_t)command);
	return error_system(err, errno, "cannot start '%s'", command[0]);
}

static int run_run(struct call *call, struct error *err)
{
	CLEANUP(run_job_release) struct run_job job = { .call = call };
	const char *const *command = call->operand + call->operand_plain;
	size_t count = call->operand_count - call->operand_plain;
	const char *variable;
	bool pipe_default;

	if (!count)
		return error_set(err, ERROR_USAGE,
				 "which command? akashi run [NAME@VERSION] [OPTION]... -- "
				 "COMMAND...");
	if (call->operand_plain > 1)
		return error_set(err, ERROR_USAGE,
				 "'%s': one name, and then the command behind a --",
				 call->operand[1]);
	if (run_output_check(call, err))
		return -1;
	if (run_rank(call->ctx, &variable) > 0)
		return step_aside(command, err);
	/* Whoever reads our messages may go away: the command is none the worse for it. */
	pipe_default = signal(SIGPIPE, SIG_IGN) != SIG_IGN;
	if (run_job_begin(call, call->operand_plain ? call->operand[0] : NULL, command, count, &job,
			  err))
		return -1;
	job.call = call;
	return wrap(&job, command, pipe_default, err);
}

/* ---- begin, attach, end ---- */

static int job_print(const struct run_job *job, const char *did, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	const struct call *call = job->call;
	char name[NAME_TEXT_MAX];

	name_to_text(&job->name, name);
	if (call->json)
		return json_object_new(&object, err) ||
				       json_set_text(object, "schema", "akashi/run/1", err) ||
				       json_set_text(object, "did", did, err) ||
				       json_set_text(object, "id", job->facts.id, err) ||
				       json_set_text(object, "name", name, err) ||
				       json_set_bool(object, "declared", job->declared, err) ||
				       json_set_bool(object, "closed", job->closed, err) ||
				       output_json(object, err)
			       ? -1
			       : 0;
	output_line(stdout, "%s", job->facts.id);
	return 0;
}

static int begin_run(struct call *call, struct error *err)
{
	CLEANUP(run_job_release) struct run_job job = { .call = call };

	if (run_job_begin(call, call->operand_count ? call->operand[0] : NULL, NULL, 0, &job, err))
		return -1;
	if (!job.folder)
		return error_set(err, ERROR_SYSTEM,
				 "the run is not on record, and so could not be ended");
	return job_print(&job, "begun", err);
}

/* Go on with what is on record. */
static int job_resume(struct call *call, const char *id, struct run_spooled *spooled,
		      struct run_job *out_job, struct error *err)
{
	CLEANUP(text_free) char *state = NULL;
	const struct run_record *begin = &spooled->record[RUN_EVENT_BEGIN];
	struct run_job job = { .call = call };
	struct error why = { 0 };

	if (run_state_folder(call->ctx, &state, err) ||
	    run_spool_load(call->ctx, state, id, spooled, err) ||
	    run_spool_path(state, id, &job.folder, err))
		return -1;
	memcpy(job.facts.id, spooled->id, RUN_ID_SIZE);
	job.facts.nodes = begin->nodes;
	job.facts.gpus = begin->gpus;
	job.facts.gpus_known = begin->gpus_known;
	job.began_s = begin->began_s;
	job.name = begin->name;
	if (run_spooled_has(spooled, RUN_EVENT_DECLARED)) {
		job.name = spooled->record[RUN_EVENT_DECLARED].name;
		job.declared = true;
	}
	if (run_registry_of(call, spooled, &job.registry, &job.how, &why))
		context_notice(call->ctx, "the registry is away: %s", why.text);
	*out_job = job;
	return 0;
}

/* Milliseconds since it began: by the clock that nobody sets, while the machine is the same. */
static uint64_t since_begin(const struct call *call, const struct run_spooled *spooled,
			    const char **out_reason)
{
	const struct json *begin = spooled->record[RUN_EVENT_BEGIN].json;
	const char *boot = json_text(json_member(begin, "boot"));
	int64_t then = json_integer_of(json_member(begin, "monotonic"));
	int64_t by_wall = context_now(call->ctx) - spooled->record[RUN_EVENT_BEGIN].began_s;
	int64_t now = context_monotonic_ms(call->ctx);
	char here[40];

	run_boot(here);
	*out_reason = NULL;
	if (boot && here[0] && strcmp(boot, here) == 0 && now >= then && then > 0)
		return (uint64_t)(now - then);
	*out_reason = "timed by the wall clock: it ended on another start of the machine, or on "
		      "another one";
	return by_wall > 0 ? (uint64_t)by_wall * 1000 : 0;
}

static int attach_run(struct call *call, struct error *err)
{
	CLEANUP(run_spooled_release) struct run_spooled spooled = { .folder = NULL };
	CLEANUP(run_job_release) struct run_job job = { .call = call };
	struct wrapping wrapping = { .job = &job };
	struct run_watch watch = { .beat_ms = run_job_beat_ms(call->ctx),
				   .beat = beat,
				   .arg = &wrapping };
	struct run_ending ending;
	uint64_t pid, milliseconds;
	const char *reason;

	if (!call_has(call, "pid"))
		return error_set(err, ERROR_USAGE, "--pid says which process, and is missing");
	if (call_number(call, "pid", 0, &pid, err) ||
	    job_resume(call, call->operand[0], &spooled, &job, err))
		return -1;
	if (run_spooled_has(&spooled, RUN_EVENT_END) || spooled.life == RUN_LIFE_LIVE)
		return error_set(err, ERROR_USAGE, "the run %s %s already", spooled.id,
				 spooled.life == RUN_LIFE_LIVE ? "is watched" : "has ended");
	wrapping.before_s = since_begin(call, &spooled, &reason) / 1000;
	if (lease_begin(job.folder, "run", call->ctx, &job.lease, err) ||
	    run_watch_process(call->ctx, pid, &watch, &milliseconds, err))
		return -1;
	ending_make(&job, since_begin(call, &spooled, &reason), &ending);
	ending.outcome = RUN_ENDED;
	ending.reason = reason;
	run_job_ended(&job, &ending);
	run_job_settle(&job);
	return job_print(&job, "ended", err);
}

static int end_outcome(const struct call *call, struct run_ending *ending, struct error *err)
{
	const char *outcome = call_value(call, "outcome");
	uint64_t status;

	if (call_number(call, "exit-status", 256, &status, err))
		return -1;
	if (call_has(call, "exit-status") && status > 255)
		return error_set(err, ERROR_USAGE, "an exit status is at most 255");
	ending->exit_status = status > 255 ? RUN_STATUS_UNKNOWN : (int)status;
	ending->outcome = status == 0 ? RUN_COMPLETED : status > 255 ? RUN_ENDED : RUN_FAILED;
	if (outcome && run_outcome_from_name(outcome, &ending->outcome, err))
		return -1;
	return ending->outcome == RUN_COMPLETED && ending->exit_status > 0
		       ? error_set(err, ERROR_USAGE, "with exit status %d it did not complete",
				   ending->exit_status)
		       : 0;
}

static int end_one(struct call *call, struct error *err)
{
	CLEANUP(run_spooled_release) struct run_spooled spooled = { .folder = NULL };
	CLEANUP(run_job_release) struct run_job job = { .call = call };
	struct run_ending ending;
	const char *reason;

	if (job_resume(call, call->operand[0], &spooled, &job, err))
		return -1;
	if (spooled.life == RUN_LIFE_LIVE)
		return error_set(err, ERROR_USAGE, "the run %s still runs, and its wrapper ends it",
				 spooled.id);
	if (spooled.life == RUN_LIFE_LOST && !call_has(call, "lost"))
		return error_set(err, ERROR_USAGE,
				 "nobody saw the run %s end: --lost signs how long it ran at least",
				 spooled.id);
	if (call_has(call, "lost")) {
		if (!run_spooled_has(&spooled, RUN_EVENT_END) && run_spool_lose(&spooled, err))
			return -1;
	} else if (!run_spooled_has(&spooled, RUN_EVENT_END)) {
		ending_make(&job, since_begin(call, &spooled, &reason), &ending);
		ending.reason = reason;
		if (end_outcome(call, &ending, err))
			return -1;
		run_job_ended(&job, &ending);
	}
	run_job_settle(&job);
	return job_print(&job, "ended", err);
}

/* ---- sync, and end --lost ---- */

struct syncing {
	struct call *call;
	struct json *items;
	bool lose;
	size_t waiting;
};

static const char *life_name(enum run_life life)
{
	static const char *const name[] = {
		[RUN_LIFE_ENDED] = "ended",    [RUN_LIFE_LIVE] = "running",
		[RUN_LIFE_DETACHED] = "begun", [RUN_LIFE_UNKNOWN] = "silent",
		[RUN_LIFE_LOST] = "lost",
	};
	return name[life];
}

static int sync_told(struct syncing *syncing, const struct run_spooled *spooled,
		     const struct run_settled *settled, const struct error *why, struct error *err)
{
	struct json *item;
	char name[NAME_TEXT_MAX];

	name_to_text(settled ? &settled->name : &spooled->record[RUN_EVENT_BEGIN].name, name);
	syncing->waiting += !settled || !settled->closed;
	return json_add_object(syncing->items, &item, err) ||
			       json_set_text(item, "id", spooled->id, err) ||
			       json_set_text(item, "name", name, err) ||
			       json_set_text(item, "state", life_name(spooled->life), err) ||
			       json_set_bool(item, "declared", settled != NULL, err) ||
			       json_set_bool(item, "closed", settled && settled->closed, err) ||
			       (why->code != ERROR_NONE &&
				json_set_text(item, "reason", why->text, err))
		       ? -1
		       : 0;
}

static int sync_one(void *arg, struct run_spooled *spooled, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct syncing *syncing = arg;
	struct run_settled settled;
	struct error why = { 0 };
	struct add_how how;

	if (syncing->lose && spooled->life == RUN_LIFE_LOST && run_spool_lose(spooled, err))
		return -1;
	/* Its wrapper signs what lives. */
	if (spooled->life == RUN_LIFE_LIVE)
		error_set(&why, ERROR_USAGE, "it still runs");
	if (why.code != ERROR_NONE ||
	    run_registry_of(syncing->call, spooled, &registry, &how, &why) ||
	    run_spool_settle(registry, &how, spooled, &settled, &why))
		return sync_told(syncing, spooled, NULL, &why, err);
	return sync_told(syncing, spooled, &settled, &why, err);
}

static void sync_print(const struct json *items)
{
	for (size_t i = 0; i < json_count(items); i++) {
		const struct json *item = json_at(items, i);
		const char *reason = json_text(json_member(item, "reason"));

		output_line(stdout, "%s %s %s%s%s", json_text(json_member(item, "id")),
			    json_text(json_member(item, "name")),
			    json_is_yes(json_member(item, "closed"))
				    ? "signed, with its end"
				    : json_text(json_member(item, "state")),
			    reason ? ": " : "", reason ? reason : "");
	}
}

static int sync_all(struct call *call, bool lose, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(text_free) char *state = NULL;
	struct syncing syncing = { .call = call, .lose = lose };
	const char *named = call_value(call, "state");

	if (named ? !(state = strdup(named)) : run_state_folder(call->ctx, &state, err))
		return err->code != ERROR_NONE ? -1 : error_system(err, ENOMEM, "cannot begin");
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/run-sync/1", err) ||
	    json_set_array(object, "items", &syncing.items, err) ||
	    run_spool_each(call->ctx, state, sync_one, &syncing, err) ||
	    json_set_size(object, "waiting", syncing.waiting, err))
		return -1;
	if (call->json)
		return output_json(object, err);
	sync_print(syncing.items);
	if (!json_count(syncing.items) && !call->quiet)
		output_line(stdout, "nothing is waiting");
	return 0;
}

static int sync_run(struct call *call, struct error *err)
{
	return sync_all(call, false, err);
}

static int end_run(struct call *call, struct error *err)
{
	if (call->operand_count)
		return end_one(call, err);
	if (!call_has(call, "lost"))
		return error_set(err, ERROR_USAGE,
				 "which run? akashi run sync lists what is on record");
	return sync_all(call, true, err);
}

/* ---- Tables ---- */

#define OPTION_STATE                                                                               \
	{                                                                                          \
		.name = "state", .argument = "DIR",                                                \
		.help = "where runs are on record; otherwise AKASHI_RUN_STATE, otherwise "         \
			"~/.local/state/akashi/runs"                                               \
	}

static const struct option begin_options[] = {
	RUN_OPTIONS,
	OPTION_KEY,
	OPTION_TIMESTAMP,
	{ .name = NULL },
};

static const struct command begin = {
	.name = "begin",
	.summary = "declare a run that a launcher starts by itself",
	.synopsis = "[NAME@VERSION] [OPTION]...",
	.description = "Prints the run's id, for akashi run attach and akashi run end.",
	.options = begin_options,
	.operands_max = 1,
	.run = begin_run,
};

static const struct option attach_options[] = {
	{ .name = "pid", .argument = "PID", .help = "the process that is the run; must be given" },
	OPTION_KEY,
	OPTION_TIMESTAMP,
	{ .name = NULL },
};

static const struct command attach = {
	.name = "attach",
	.summary = "watch a process that is the run, until it ends",
	.synopsis = "ID --pid PID",
	.description =
		"Puts a beat on record while the process runs, and signs that it ended. How it "
		"ended only its parent can know.",
	.options = attach_options,
	.operands_min = 1,
	.operands_max = 1,
	.run = attach_run,
};

static const struct option end_options[] = {
	{ .name = "exit-status", .argument = "N", .help = "that it ended with" },
	{ .name = "outcome",
	  .argument = "HOW",
	  .choices = "completed failed killed timed-out ended lost",
	  .help = "otherwise completed for exit status 0, failed for another, ended without one" },
	{ .name = "lost",
	  .help = "sign how long it ran at least; without ID all whose wrapper is gone" },
	OPTION_STATE,
	OPTION_KEY,
	OPTION_TIMESTAMP,
	{ .name = NULL },
};

static const struct command end = {
	.name = "end",
	.summary = "sign that a run ended",
	.synopsis = "ID [--exit-status N] | --lost",
	.options = end_options,
	.operands_max = 1,
	.run = end_run,
};

static const struct option sync_options[] = {
	OPTION_STATE, OPTION_KEY, OPTION_TIMESTAMP, { .name = NULL }
};

static const struct command sync_command = {
	.name = "sync",
	.summary = "sign what is on record of runs and could not be signed then",
	.synopsis = "",
	.description =
		"Lists every run on record. One that began while the registry or the key was "
		"away is declared now, one that ended is closed. Each goes to the registry "
		"that it began with, unless --registry names another.",
	.options = sync_options,
	.run = sync_run,
};

static const struct command *const subcommands[] = {
	&begin, &attach, &end, &sync_command, &command_run_collect, NULL
};

static const struct option run_options[] = {
	RUN_OPTIONS,
	{ .name = "output",
	  .argument = "PATTERN",
	  .repeatable = true,
	  .help = "register what matches ('ckpt/iter_*') as checkpoints, each as soon as it is "
		  "complete; no change of a repository" },
	{ .name = "as",
	  .argument = "NAME@VERSION",
	  .help = "what outputs are called, with {step}: the last number of their name; otherwise "
		  "as the run, with VERSION-FOLDER" },
	{ .name = "record",
	  .help = "record what each output computes, under this key, right when it is there" },
	{ .name = "quiet-seconds",
	  .argument = "N",
	  .help = "an output whose framework does not say when it is complete is so when nothing "
		  "in it changed for so long; otherwise 60" },
	OPTION_STORE,
	OPTION_COMPRESSION,
	OPTION_KEY,
	OPTION_TIMESTAMP,
	{ .name = NULL },
};

static const struct example run_examples[] = {
	{ "akashi run llm-x/base-run@v1 --data llm-x/corpus@v1 -- torchrun train.py",
	  "declare the run, start it, and sign how it ended" },
	{ "akashi run --output 'ckpt/iter_*' --as 'llm-x/base@{step}' --record -- bash train.sh",
	  "register and record each checkpoint as soon as it is complete" },
	{ "akashi run --repository . --repository ../Megatron-LM -- bash train.sh",
	  "with the state of two repositories; the name is made up" },
	{ NULL, NULL },
};

const struct command command_run = {
	.name = "run",
	.summary = "wrap a training command: sign that it begins, and how it ended",
	.synopsis = "[NAME@VERSION] [OPTION]... -- COMMAND...",
	.description =
		"Before the command starts, a statement is signed with the state of its git "
		"repositories, the command line, chosen variables of the environment, scheduler, "
		"nodes, GPUs and container; when it ended, however it did, another one with its "
		"outcome, its time in seconds and its node time by fiscal years. Nothing here "
		"gets in the way of the command: where the registry or the key is away, that is "
		"said, the command runs, and akashi run sync signs later. A name that is taken by "
		"an "
		"earlier start gets a number. Of several processes that a launcher starts, the one "
		"of rank 0 speaks.",
	.options = run_options,
	.examples = run_examples,
	.exit_notes = "The command's own exit status, or 128 and the number of the signal that "
		      "ended it; what follows is of akashi, when the command was not started.",
	.operands_max = SIZE_MAX,
	.run = run_run,
	.subcommands = subcommands,
};
