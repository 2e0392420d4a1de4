/*
 * piece_hash: digests of many pieces, several side by side on a core, on all
 * cores.
 *
 * One SHA-256 chain is bound by the latency of its instructions, so a thread
 * keeps LANES of them going (as many as kernels/ ever hashes at once); a lane
 * that has finished its piece takes the next.
 * A step of all lanes fits the second-level cache, so what pread copied there
 * is hashed before it leaves.
 */
#include "verify/piece_hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LANES = 16, STEP_SIZE_BYTES = 32768, BATCH_PIECES = 2 * LANES };

struct piece_hasher {
	struct hash_stream *stream[LANES];
	uint8_t *scratch; /* LANES steps */
};

struct lane {
	struct piece_job *job; /* NULL: idle */
	uint32_t at;
};

int piece_hasher_new(struct piece_hasher **out_hasher, struct error *err)
{
	CLEANUP(piece_hasher_free) struct piece_hasher *hasher = calloc(1, sizeof(*hasher));

	if (hasher)
		hasher->scratch = aligned_alloc(4096, (size_t)LANES * STEP_SIZE_BYTES);
	if (!hasher || !hasher->scratch)
		return error_set(err, ERROR_SYSTEM, "out of memory to hash pieces");
	for (size_t i = 0; i < LANES; i++) {
		if (hash_stream_new(&hasher->stream[i], err))
			return -1;
	}
	*out_hasher = hasher;
	hasher = NULL;
	return 0;
}

void piece_hasher_free(struct piece_hasher **hasher)
{
	if (!*hasher)
		return;
	for (size_t i = 0; i < LANES; i++)
		hash_stream_free(&(*hasher)->stream[i]);
	free((*hasher)->scratch);
	free(*hasher);
	*hasher = NULL;
}

/* Read the next step of a lane, unless it is there; *out_bytes is what is to be hashed. */
static int lane_step(struct piece_hasher *hasher, size_t index, struct lane *lane,
		     struct span *out_bytes, struct error *err)
{
	struct piece_job *job = lane->job;
	uint32_t rest = job->len - lane->at;
	uint32_t len = rest < STEP_SIZE_BYTES ? rest : STEP_SIZE_BYTES;
	uint8_t *to = job->out ? job->out + lane->at : hasher->scratch + index * STEP_SIZE_BYTES;

	if (!job->there && source_read_at(job->source, job->offset + lane->at, to, len, err))
		return -1;
	lane->at += len;
	*out_bytes = (struct span){ to, len };
	return 0;
}

/* After a failure: let the next run begin with empty streams. */
static void hasher_reset(struct piece_hasher *hasher)
{
	for (size_t i = 0; i < LANES; i++)
		(void)hash_stream_finish(hasher->stream[i]);
}

int piece_hasher_run(struct piece_hasher *hasher, struct piece_job *job, size_t count,
		     struct error *err)
{
	struct lane lane[LANES] = { { NULL, 0 } };
	size_t next = 0, active;

	do {
		struct hash_stream *stream[LANES];
		struct span bytes[LANES];

		active = 0;
		for (size_t i = 0; i < LANES; i++) {
			if (!lane[i].job && next < count)
				lane[i] = (struct lane){ &job[next++], 0 };
			if (!lane[i].job)
				continue;
			if (lane_step(hasher, i, &lane[i], &bytes[active], err)) {
				hasher_reset(hasher);
				return -1;
			}
			stream[active++] = hasher->stream[i];
		}
		hash_streams_add(stream, bytes, active);
		for (size_t i = 0; i < LANES; i++) {
			if (lane[i].job && lane[i].at == lane[i].job->len) {
				lane[i].job->digest = hash_stream_finish(hasher->stream[i]);
				lane[i].job = NULL;
			}
		}
	} while (active);
	return 0;
}

struct spread {
	const struct context *ctx;
	const char *what;
	struct piece_job *job;
	size_t count;
	uint64_t total;
	atomic_size_t next;
	atomic_bool failed;
	pthread_mutex_t lock; /* over what follows */
	uint64_t done;
	struct error *err;
};

static void spread_fail(struct spread *spread, const struct error *cause)
{
	pthread_mutex_lock(&spread->lock);
	if (!atomic_exchange(&spread->failed, true))
		*spread->err = *cause;
	pthread_mutex_unlock(&spread->lock);
}

static int spread_batch(struct spread *spread, struct piece_hasher *hasher, size_t first,
			struct error *err)
{
	size_t rest = spread->count - first;
	size_t count = rest < BATCH_PIECES ? rest : BATCH_PIECES;
	uint64_t bytes = 0;

	if (context_check_cancelled(spread->ctx, err) ||
	    piece_hasher_run(hasher, spread->job + first, count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		bytes += spread->job[first + i].len;
	context_bytes_read(spread->ctx, bytes);
	pthread_mutex_lock(&spread->lock);
	spread->done += bytes;
	context_progress(spread->ctx, spread->what, "bytes", spread->done, spread->total);
	pthread_mutex_unlock(&spread->lock);
	return 0;
}

static void spread_work(void *arg, size_t index)
{
	struct spread *spread = arg;
	CLEANUP(piece_hasher_free) struct piece_hasher *hasher = NULL;
	struct error err = { 0 };
	size_t first;

	(void)index;
	while (!atomic_load(&spread->failed) &&
	       (first = atomic_fetch_add(&spread->next, BATCH_PIECES)) < spread->count) {
		if ((!hasher && piece_hasher_new(&hasher, &err)) ||
		    spread_batch(spread, hasher, first, &err))
			spread_fail(spread, &err);
	}
}

int piece_jobs_run(const struct context *ctx, const char *what, struct piece_job *job, size_t count,
		   struct error *err)
{
	struct spread spread = {
		.ctx = ctx,
		.what = what,
		.job = job,
		.count = count,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.err = err,
	};

	for (size_t i = 0; i < count; i++)
		spread.total += job[i].len;
	threads_run(ctx->threads, threads_count(ctx->threads), spread_work, &spread);
	pthread_mutex_destroy(&spread.lock);
	return atomic_load(&spread.failed) ? -1 : 0;
}
