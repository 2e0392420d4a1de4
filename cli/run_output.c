/* run_output: what the command writes is registered as soon as it is complete. */
#include "cli/run_output.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/environment.h"
#include "cli/open.h"

#define QUIET_SECONDS 60
#define LOOK_MS_MAX 30000 /* between two looks; never more than a beat */

struct run_output_thread {
	struct run_job *job;
	const char **pattern;
	size_t pattern_count;
	struct name *parent; /* of the first */
	size_t parent_count;
	int64_t quiet_ms;
	struct run_outputs outputs;
	struct name *taken; /* in the order they were registered */
	uint64_t *taken_step;
	size_t taken_count;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool started;
	enum run_outputs_end end; /* under the lock */
};

/* ---- Names ---- */

/* What may stand in a version, from a path's last part. */
static void version_from(const char *path, char out_text[NAME_PART_MAX + 1])
{
	const char *name = strrchr(path, '/');
	size_t len = 0;

	for (name = name ? name + 1 : path; *name && len < NAME_PART_MAX; name++)
		out_text[len++] =
			(char)(isalnum((unsigned char)*name) || strchr("._-", *name) ? *name : '-');
	out_text[len] = '\0';
}

/* --as with {step}, or the run's own name and VERSION-FOLDER. */
static int output_name(const struct run_job *job, const struct run_output *output,
		       struct name *out_name, struct error *err)
{
	const char *as = call_value(job->call, "as");
	const char *at = as ? strstr(as, SERIES_STEP) : NULL;
	char folder[NAME_PART_MAX + 1], text[2 * NAME_TEXT_MAX];
	int len;

	version_from(output->path, folder);
	if (at && !output->step[0])
		return error_set(err, ERROR_USAGE, "no step is to be seen in its name");
	if (at)
		len = snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - as), as, output->step,
			       at + strlen(SERIES_STEP));
	else if (as)
		len = snprintf(text, sizeof(text), "%s", as);
	else
		len = snprintf(text, sizeof(text), "%s/%s@%s-%s", job->name.owner, job->name.name,
			       job->name.version, folder);
	if (len < 0 || (size_t)len >= sizeof(text))
		return error_set(err, ERROR_USAGE, "its name would be too long");
	return name_parse(text, out_name, err);
}

int run_output_check(const struct call *call, struct error *err)
{
	static const char *const wants[] = { "as", "record", "quiet-seconds" };
	const struct run_output probe = { .path = (char *)(uintptr_t) "x/iter_1", .step = "1" };
	const struct run_job job = { .call = (struct call *)(uintptr_t)call,
				     .name = { .owner = "a", .name = "b", .version = "c" } };
	CLEANUP(texts_free) const char **pattern = NULL;
	struct name name;
	uint64_t seconds;
	size_t count;

	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
		if (call_has(call, wants[i]) && !call_has(call, "output"))
			return error_set(err, ERROR_USAGE, "--%s goes with --output", wants[i]);
	if (call_values(call, "output", &pattern, &count, err) ||
	    call_number(call, "quiet-seconds", QUIET_SECONDS, &seconds, err))
		return -1;
	if (call_value(call, "as") && output_name(&job, &probe, &name, err))
		return error_prefix(err, "--as");
	return seconds <= 86400 ? 0
				: error_set(err, ERROR_USAGE, "--quiet-seconds is at most a day");
}

/* ---- One output ---- */

/* The one of the step before is what this one was made from; for the first, --parent. */
static void parents_find(struct run_output_thread *self, const struct run_output *output,
			 struct add_checkpoint *checkpoint)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < self->taken_count; i++)
		if (self->taken_step[i] < output->order &&
		    (best == SIZE_MAX || self->taken_step[i] >= self->taken_step[best]))
			best = i;
	checkpoint->parent = best == SIZE_MAX ? self->parent : &self->taken[best];
	checkpoint->parent_count = best == SIZE_MAX ? self->parent_count : 1;
}

static void output_record(struct run_job *job, const struct name *name)
{
	char text[NAME_TEXT_MAX];
	struct record_request request = { .name = text, .key = job->how.key };
	struct record_result result;
	struct error why = { 0 };

	name_to_text(name, text);
	if (registry_record(job->registry, &request, &result, &why))
		context_notice(job->call->ctx, "'%s' is not recorded: %s", text, why.text);
	else
		context_notice(job->call->ctx, "recorded what %s computes on %zu probes", text,
			       result.probes);
}

static int taken_room(struct run_output_thread *self, struct error *err)
{
	struct name *taken = realloc(self->taken, (self->taken_count + 1) * sizeof(*taken));
	uint64_t *step;

	if (taken)
		self->taken = taken;
	step = taken ? realloc(self->taken_step, (self->taken_count + 1) * sizeof(*step)) : NULL;
	if (!step)
		return error_set(err, ERROR_SYSTEM, "out of memory for outputs");
	self->taken_step = step;
	return 0;
}

static int output_add(struct run_output_thread *self, struct run_output *output, struct error *err)
{
	struct run_job *job = self->job;
	struct add_checkpoint checkpoint = { .path = output->path, .run_name = &job->name };
	CLEANUP(add_result_release) struct add_result result = { .left_out = NULL };
	char text[NAME_TEXT_MAX];

	if (output_name(job, output, &checkpoint.name, err) || taken_room(self, err))
		return -1;
	parents_find(self, output, &checkpoint);
	checkpoint.alone = !checkpoint.parent_count;
	if (registry_add_checkpoints(job->registry, &job->how, &checkpoint, 1, &result, err))
		return -1;
	self->taken[self->taken_count] = checkpoint.name;
	self->taken_step[self->taken_count++] = output->order;
	run_job_outputs(job, self->taken, self->taken_count);
	name_to_text(&checkpoint.name, text);
	context_notice(job->call->ctx, "registered %s from '%s': %s", text, output->path,
		       output->how);
	if (call_has(job->call, "record"))
		output_record(job, &checkpoint.name);
	return 0;
}

/* ---- The thread ---- */

static void outputs_take(struct run_output_thread *self, enum run_outputs_end end)
{
	const struct context *ctx = self->job->call->ctx;
	struct error why = { 0 };

	if (run_outputs_look(ctx, self->pattern, self->pattern_count, false, end, self->quiet_ms,
			     &self->outputs, &why))
		context_notice(ctx, "the outputs cannot be looked at: %s", why.text);
	for (size_t i = 0; i < self->outputs.count; i++) {
		struct run_output *output = &self->outputs.item[i];

		if (output->state == RUN_OUTPUT_GROWING && end == RUN_OUTPUTS_BROKEN)
			context_notice(ctx,
				       "'%s' is not registered: the run did not complete, and "
				       "nothing says that it is whole",
				       output->path);
		if (output->state != RUN_OUTPUT_COMPLETE)
			continue;
		/* Without a declared run there is nothing that they could refer to. */
		if (!self->job->declared &&
		    (end == RUN_OUTPUTS_RUNNING || !run_job_declare(self->job)))
			return;
		why = (struct error){ 0 };
		output->state = RUN_OUTPUT_TAKEN;
		if (output_add(self, output, &why))
			context_notice(ctx, "'%s' is not registered: %s", output->path, why.text);
		if (context_check_cancelled(ctx, &why))
			return;
	}
}

static void *outputs_follow(void *arg)
{
	struct run_output_thread *self = arg;
	int64_t beat = run_job_beat_ms(self->job->call->ctx);
	int64_t look = beat < LOOK_MS_MAX ? beat : LOOK_MS_MAX;
	enum run_outputs_end end = RUN_OUTPUTS_RUNNING;

	while (end == RUN_OUTPUTS_RUNNING) {
		struct timespec until;

		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += look / 1000;
		pthread_mutex_lock(&self->lock);
		while (self->end == RUN_OUTPUTS_RUNNING &&
		       pthread_cond_timedwait(&self->wake, &self->lock, &until) != ETIMEDOUT)
			;
		end = self->end;
		pthread_mutex_unlock(&self->lock);
		outputs_take(self, end);
	}
	signing_thread_end();
	return NULL;
}

static void thread_free(struct run_output_thread *self)
{
	run_outputs_release(&self->outputs);
	free(self->pattern);
	free(self->parent);
	free(self->taken);
	free(self->taken_step);
	free(self);
}

static int thread_make(struct run_output_thread *self, struct error *err)
{
	struct call *call = self->job->call;
	pthread_condattr_t monotonic;
	uint64_t quiet;

	if (call_values(call, "output", &self->pattern, &self->pattern_count, err) ||
	    open_names(call, "parent", &self->parent, &self->parent_count, err) ||
	    call_number(call, "quiet-seconds", QUIET_SECONDS, &quiet, err) ||
	    environment_threads(call->ctx, err))
		return -1;
	self->quiet_ms = (int64_t)quiet * 1000;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&self->lock, NULL);
	pthread_cond_init(&self->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (run_outputs_look(call->ctx, self->pattern, self->pattern_count, true,
			     RUN_OUTPUTS_RUNNING, 0, &self->outputs, err))
		return -1;
	return 0;
}

void run_output_prepare(struct run_job *job, struct run_output_thread **out_thread)
{
	struct run_output_thread *self;
	struct error why = { 0 };

	*out_thread = NULL;
	if (!call_has(job->call, "output"))
		return;
	self = calloc(1, sizeof(*self));
	if (!self)
		return;
	self->job = job;
	if (thread_make(self, &why)) {
		context_notice(job->call->ctx, "outputs are not registered: %s", why.text);
		thread_free(self);
		return;
	}
	*out_thread = self;
}

void run_output_start(struct run_output_thread *self)
{
	int code = self ? pthread_create(&self->thread, NULL, outputs_follow, self) : 0;

	if (!self)
		return;
	self->started = code == 0;
	if (code)
		context_notice(self->job->call->ctx, "outputs are registered at the end only: %s",
			       strerror(code));
}

void run_output_finish(struct run_output_thread **thread, bool succeeded)
{
	struct run_output_thread *self = *thread;

	if (!self)
		return;
	pthread_mutex_lock(&self->lock);
	self->end = succeeded ? RUN_OUTPUTS_ENDED : RUN_OUTPUTS_BROKEN;
	pthread_cond_signal(&self->wake);
	pthread_mutex_unlock(&self->lock);
	if (self->started)
		pthread_join(self->thread, NULL);
	else
		outputs_take(self, self->end);
	pthread_mutex_destroy(&self->lock);
	pthread_cond_destroy(&self->wake);
	thread_free(self);
	*thread = NULL;
}
