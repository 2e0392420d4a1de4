/* range_hash: digests of many ranges of many files, in one read, on all cores. */
#include "verify/range_hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LANES_MAX = 4, STEP_SIZE_BYTES = 262144 };

/* A file while some of its jobs are to be done. */
struct shared_file {
	pthread_mutex_t lock;
	struct source *source;
	size_t left; /* jobs that are not done */
};

struct run {
	const struct context *ctx;
	const char *what;
	enum hash_kind kind;
	const struct range_files *files;
	struct shared_file *shared;
	struct range_job *job;
	size_t count, lanes;
	uint64_t total;

	atomic_bool failed;
	pthread_mutex_t lock; /* over what follows */
	size_t next;
	uint64_t done;
	struct error *err;
};

/* One job under way in a thread. */
struct lane {
	struct range_job *job; /* NULL: idle */
	struct source *source; /* borrowed from the shared file */
	struct any_hash *hash;
	uint8_t *step;
	uint64_t at;
};

static int shared_open(struct run *run, size_t index, struct source **out_source, struct error *err)
{
	struct shared_file *file = &run->shared[index];
	int failed = 0;

	pthread_mutex_lock(&file->lock);
	if (!file->source)
		failed = run->files->open(run->files->user, index, &file->source, err);
	*out_source = file->source;
	pthread_mutex_unlock(&file->lock);
	return failed;
}

static int shared_done(struct run *run, size_t index, struct error *err)
{
	struct shared_file *file = &run->shared[index];
	int failed = 0;

	pthread_mutex_lock(&file->lock);
	if (--file->left == 0) {
		failed = source_unchanged(file->source, err);
		source_close(&file->source);
	}
	pthread_mutex_unlock(&file->lock);
	return failed;
}

/* The next job, or NULL. */
static struct range_job *take_job(struct run *run)
{
	struct range_job *job;

	pthread_mutex_lock(&run->lock);
	job = run->next < run->count ? &run->job[run->next++] : NULL;
	pthread_mutex_unlock(&run->lock);
	return job;
}

static void say_progress(struct run *run, uint64_t bytes)
{
	pthread_mutex_lock(&run->lock);
	run->done += bytes;
	context_progress(run->ctx, run->what, "bytes", run->done, run->total);
	pthread_mutex_unlock(&run->lock);
}

static int lane_begin(struct run *run, struct lane *lane, struct error *err)
{
	struct range_job *job = take_job(run);

	lane->job = NULL;
	if (!job)
		return 0;
	if ((!lane->hash && any_hash_new(run->kind, &lane->hash, err)) ||
	    shared_open(run, job->file, &lane->source, err))
		return -1;
	if (!lane->step)
		lane->step = aligned_alloc(64, STEP_SIZE_BYTES);
	if (!lane->step)
		return error_set(err, ERROR_SYSTEM, "out of memory to read '%s'",
				 lane->source->name);
	lane->job = job;
	lane->at = 0;
	return 0;
}

/* Read one step of a lane's range. */
static int lane_read(struct lane *lane, struct span *out_bytes, struct error *err)
{
	uint64_t rest = lane->job->len - lane->at;

	*out_bytes = (struct span){ lane->step,
				    rest < STEP_SIZE_BYTES ? (size_t)rest : STEP_SIZE_BYTES };
	if (source_read_at(lane->source, lane->job->offset + lane->at, lane->step, out_bytes->len,
			   err))
		return -1;
	lane->at += out_bytes->len;
	return 0;
}

/* One step of every lane that has a job; *out_busy of them had one. */
static int lanes_step(struct run *run, struct lane *lane, size_t *out_busy, struct error *err)
{
	struct any_hash *hash[LANES_MAX];
	struct span bytes[LANES_MAX];
	uint64_t sum = 0;
	size_t busy = 0;

	for (size_t i = 0; i < run->lanes; i++) {
		if (!lane[i].job && lane_begin(run, &lane[i], err))
			return -1;
		if (!lane[i].job)
			continue;
		if (lane_read(&lane[i], &bytes[busy], err))
			return -1;
		sum += bytes[busy].len;
		hash[busy++] = lane[i].hash;
	}
	any_hashes_add(hash, bytes, busy);
	for (size_t i = 0; i < run->lanes; i++) {
		struct range_job *job = lane[i].job;

		if (!job || lane[i].at < job->len)
			continue;
		job->digest = any_hash_finish(lane[i].hash);
		lane[i].job = NULL;
		if (shared_done(run, job->file, err))
			return -1;
	}
	*out_busy = busy;
	if (busy)
		say_progress(run, sum);
	return context_check_cancelled(run->ctx, err);
}

static void work(void *arg, size_t index)
{
	struct run *run = arg;
	struct lane lane[LANES_MAX] = { { NULL, NULL, NULL, NULL, 0 } };
	struct error err = { 0 };
	size_t busy = 1;

	(void)index;
	while (busy && !atomic_load(&run->failed)) {
		if (!lanes_step(run, lane, &busy, &err))
			continue;
		pthread_mutex_lock(&run->lock);
		if (!atomic_exchange(&run->failed, true))
			*run->err = err;
		pthread_mutex_unlock(&run->lock);
	}
	for (size_t i = 0; i < LANES_MAX; i++) {
		any_hash_free(&lane[i].hash);
		free(lane[i].step);
	}
}

int range_hash_run(const struct context *ctx, const char *what, enum hash_kind kind,
		   const struct range_files *files, struct range_job *job, size_t count,
		   struct error *err)
{
	size_t threads = threads_count(ctx->threads);
	struct run run = { .ctx = ctx,
			   .what = what,
			   .kind = kind,
			   .files = files,
			   .shared = calloc(files->count + 1, sizeof(*run.shared)),
			   .job = job,
			   .count = count,
			   .lanes = (count + threads - 1) / threads,
			   .lock = PTHREAD_MUTEX_INITIALIZER,
			   .err = err };

	if (!run.shared)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", files->count);
	if (run.lanes > LANES_MAX)
		run.lanes = LANES_MAX;
	for (size_t i = 0; i < files->count; i++)
		pthread_mutex_init(&run.shared[i].lock, NULL);
	for (size_t i = 0; i < count; i++) {
		run.shared[job[i].file].left++;
		run.total += job[i].len;
	}
	threads_run(ctx->threads, threads, work, &run);
	for (size_t i = 0; i < files->count; i++) {
		source_close(&run.shared[i].source);
		pthread_mutex_destroy(&run.shared[i].lock);
	}
	free(run.shared);
	pthread_mutex_destroy(&run.lock);
	return atomic_load(&run.failed) ? -1 : 0;
}
