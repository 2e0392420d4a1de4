/*
 * Check what lies in a store. First everything that has a name is opened, in
 * the order of the digests; then, where all is to be read, each worker hashes
 * several objects side by side, since one SHA-256 chain is bound by latency.
 */
#include "registry/store_check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH_OBJECTS = 65536,      /* listed at a time */
	LANES_MAX = 16,             /* objects that a worker hashes side by side */
	OPEN_MAX = 256,             /* files that all workers have open at a time */
	STEP_MIN_BYTES = 64 << 10,  /* read of an object at a time */
	STEP_MAX_BYTES = 256 << 10, /* the same */
	STEPS_ALL_BYTES = 32 << 20, /* of all workers together */
	FAULT_TEXT_SIZE = 1024,
	LOCATION_MAX_BYTES = 8192,
};

const char *store_fault_name(enum store_fault fault)
{
	static const char *const name[] = {
		[STORE_FAULT_CHANGED] = "changed",
		[STORE_FAULT_UNREADABLE] = "unreadable",
		[STORE_FAULT_COPY] = "copy",
		[STORE_FAULT_STRUCTURE] = "structure",
	};

	return name[fault];
}

bool store_share_has(const struct store_share *share, const struct digest *name)
{
	uint32_t place = 0;

	for (int i = 0; i < 4; i++)
		place = place << 8 | name->byte[i];
	return !share->of || place % share->of == share->number - 1;
}

void store_fault_text(struct store *store, const struct digest *digest, const char *what,
		      char out_text[FAULT_TEXT_SIZE])
{
	CLEANUP(buffer_release) struct buffer location;
	struct error ignored = { 0 };
	enum store_mode mode;
	char hex[DIGEST_HEX_SIZE];

	buffer_init(&location, LOCATION_MAX_BYTES);
	digest_to_hex(digest, hex);
	if (store_mode_of(store, digest, &mode, &ignored) || mode == STORE_COPY ||
	    store_location(store, digest, &location, &ignored))
		snprintf(out_text, FAULT_TEXT_SIZE, "object sha256:%s %s", hex, what);
	else
		snprintf(out_text, FAULT_TEXT_SIZE, "object sha256:%s, kept as a %s to '%.*s', %s",
			 hex, store_mode_name(mode), (int)location.len, (const char *)location.data,
			 what);
}

/* ---- One batch of objects ---- */

struct listed {
	struct digest digest;
	uint64_t size; /* STORE_SIZE_UNKNOWN: it could not be opened */
	char *why;     /* it could not; owned */
};

struct checking {
	struct store *store;
	const struct context *ctx;
	const struct store_check_request *request;
	struct listed *listed; /* BATCH_OBJECTS */
	size_t count;
	struct digest *digest; /* the same, as they are listed */
	uint64_t objects, bytes, done;

	/* While a batch is read: */
	size_t *queue; /* into `listed`, the largest first */
	size_t queued, lanes, step;
	pthread_mutex_t lock; /* around what follows, and around the caller's slots */
	size_t next;          /* in the queue */
	struct error stopped; /* why everybody stops */
};

static void checking_release(struct checking *checking)
{
	for (size_t i = 0; checking->listed && i < checking->count; i++)
		free(checking->listed[i].why);
	free(checking->listed);
	free(checking->digest);
	free(checking->queue);
	pthread_mutex_destroy(&checking->lock);
}

static int checking_init(struct checking *checking, struct store *store, const struct context *ctx,
			 const struct store_check_request *request, struct error *err)
{
	size_t threads = threads_count(ctx->threads);

	*checking = (struct checking){ .store = store, .ctx = ctx, .request = request };
	pthread_mutex_init(&checking->lock, NULL);
	checking->listed = calloc(BATCH_OBJECTS, sizeof(*checking->listed));
	checking->digest = calloc(BATCH_OBJECTS, sizeof(*checking->digest));
	checking->queue = calloc(BATCH_OBJECTS, sizeof(*checking->queue));
	if (!checking->listed || !checking->digest || !checking->queue) {
		checking_release(checking);
		return error_set(err, ERROR_SYSTEM, "out of memory for a check");
	}
	checking->lanes = OPEN_MAX / threads;
	checking->lanes = checking->lanes > LANES_MAX ? LANES_MAX
			  : checking->lanes           ? checking->lanes
						      : 1;
	checking->step = STEPS_ALL_BYTES / (threads * checking->lanes);
	if (checking->step > STEP_MAX_BYTES)
		checking->step = STEP_MAX_BYTES;
	if (checking->step < STEP_MIN_BYTES)
		checking->step = STEP_MIN_BYTES;
	return 0;
}

static int finding(struct checking *checking, enum store_fault fault, const struct digest *digest,
		   const char *what, struct error *err)
{
	char text[FAULT_TEXT_SIZE];

	if (!checking->request->finding)
		return 0;
	store_fault_text(checking->store, digest, what, text);
	return checking->request->finding(checking->request->user, fault, digest, text, err);
}

/* Open one object, to see that it can be, and how large it is. Any thread. */
static void listed_open(void *arg, size_t i)
{
	struct checking *checking = arg;
	struct listed *listed = &checking->listed[i];
	CLEANUP(source_close) struct source *source = NULL;
	struct error why = { 0 };

	if (store_read(checking->store, &listed->digest, &source, &why) == 0) {
		listed->size = source->size;
		return;
	}
	listed->size = STORE_SIZE_UNKNOWN;
	listed->why = strdup(why.text);
	if (!listed->why) {
		pthread_mutex_lock(&checking->lock);
		error_set(&checking->stopped, ERROR_SYSTEM, "out of memory for a finding");
		pthread_mutex_unlock(&checking->lock);
	}
}

/* The next objects of the store; none at the end. */
static int batch_list(struct checking *checking, struct store_cursor *cursor, struct error *err)
{
	for (size_t i = 0; i < checking->count; i++)
		free(checking->listed[i].why);
	checking->count = 0;
	if (context_check_cancelled(checking->ctx, err) ||
	    store_list(checking->store, cursor, checking->digest, BATCH_OBJECTS, &checking->count,
		       err))
		return -1;
	for (size_t i = 0; i < checking->count; i++)
		checking->listed[i] = (struct listed){ .digest = checking->digest[i] };
	threads_run(checking->ctx->threads, checking->count, listed_open, checking);
	if (checking->stopped.code)
		return error_set(err, checking->stopped.code, "%s", checking->stopped.text);
	return 0;
}

/* Tell of a batch, in its order. */
static int batch_tell(struct checking *checking, struct error *err)
{
	const struct store_check_request *request = checking->request;

	for (size_t i = 0; i < checking->count; i++) {
		const struct listed *listed = &checking->listed[i];

		checking->objects++;
		if (listed->size != STORE_SIZE_UNKNOWN)
			checking->bytes += listed->size;
		else if (finding(checking, STORE_FAULT_UNREADABLE, &listed->digest, listed->why,
				 err))
			return -1;
		if (request->object &&
		    request->object(request->user, &listed->digest, listed->size, false, err))
			return -1;
	}
	context_progress(checking->ctx, "looking at objects", "objects", checking->objects, 0);
	return 0;
}

/* ---- Reading a batch ---- */

/* An object that is being hashed. */
struct lane {
	struct source *source; /* NULL: free */
	const struct listed *listed;
	uint64_t at;
};

struct worker {
	struct checking *checking;
	struct lane lane[LANES_MAX];
	struct hash_stream *stream[LANES_MAX];
	uint8_t *room; /* lanes times step */
	struct error err;
};

static void worker_release(struct worker *worker)
{
	for (size_t i = 0; i < LANES_MAX; i++) {
		source_close(&worker->lane[i].source);
		hash_stream_free(&worker->stream[i]);
	}
	free(worker->room);
}

static int finding_locked(struct checking *checking, enum store_fault fault,
			  const struct digest *digest, const char *what, struct error *err)
{
	int failed;

	pthread_mutex_lock(&checking->lock);
	failed = finding(checking, fault, digest, what, err);
	pthread_mutex_unlock(&checking->lock);
	return failed;
}

/* The next object of the queue, opened; *out_any is false when there is none left. */
static int lane_take(struct worker *worker, struct lane *lane, bool *out_any, struct error *err)
{
	struct checking *checking = worker->checking;

	for (;;) {
		struct error why = { 0 };
		bool stop;

		pthread_mutex_lock(&checking->lock);
		stop = checking->stopped.code || checking->next == checking->queued;
		if (!stop)
			lane->listed = &checking->listed[checking->queue[checking->next++]];
		pthread_mutex_unlock(&checking->lock);
		*out_any = !stop;
		if (stop)
			return 0;
		lane->at = 0;
		if (store_read(checking->store, &lane->listed->digest, &lane->source, &why) == 0)
			return 0;
		if (finding_locked(checking, STORE_FAULT_UNREADABLE, &lane->listed->digest,
				   why.text, err))
			return -1;
	}
}

static int lane_end(struct worker *worker, size_t i, struct error *err)
{
	struct lane *lane = &worker->lane[i];
	struct digest found = hash_stream_finish(worker->stream[i]);
	bool same = digest_equal(&found, &lane->listed->digest);

	source_close(&lane->source);
	return same ? 0
		    : finding_locked(worker->checking, STORE_FAULT_CHANGED, &lane->listed->digest,
				     "was changed: its bytes no longer have that digest", err);
}

/* Read a step of every lane and hash them together; *out_busy is how many there were. */
static int lanes_step(struct worker *worker, size_t *out_busy, struct error *err)
{
	struct checking *checking = worker->checking;
	struct hash_stream *stream[LANES_MAX];
	struct span bytes[LANES_MAX];
	uint64_t read = 0;
	size_t busy = 0;

	for (size_t i = 0; i < checking->lanes; i++) {
		struct lane *lane = &worker->lane[i];
		uint8_t *room = worker->room + i * checking->step;
		struct error why = { 0 };
		uint64_t rest;
		size_t len;

		if (!lane->source)
			continue;
		rest = lane->source->size - lane->at;
		len = rest < checking->step ? (size_t)rest : checking->step;
		if (source_read_at(lane->source, lane->at, room, len, &why)) {
			(void)hash_stream_finish(worker->stream[i]);
			source_close(&lane->source);
			if (finding_locked(checking, STORE_FAULT_UNREADABLE, &lane->listed->digest,
					   why.text, err))
				return -1;
			continue;
		}
		lane->at += len;
		read += len;
		stream[busy] = worker->stream[i];
		bytes[busy++] = (struct span){ room, len };
	}
	hash_streams_add(stream, bytes, busy);
	*out_busy = busy;
	pthread_mutex_lock(&checking->lock);
	checking->done += read;
	context_progress(checking->ctx, "reading objects", "bytes", checking->done,
			 checking->bytes);
	pthread_mutex_unlock(&checking->lock);
	context_bytes_read(checking->ctx, read);
	return context_check_cancelled(checking->ctx, err);
}

/* Fill lanes up to `most` of them. */
static int lanes_fill(struct worker *worker, size_t most, struct error *err)
{
	bool any = true;

	for (size_t i = 0; i < most && any; i++)
		if (!worker->lane[i].source && lane_take(worker, &worker->lane[i], &any, err))
			return -1;
	return 0;
}

static int worker_run(struct worker *worker, struct error *err)
{
	struct checking *checking = worker->checking;
	size_t threads = threads_count(checking->ctx->threads);
	size_t most = (checking->queued + threads - 1) / threads; /* a fair share of few */
	size_t busy;

	most = most < checking->lanes ? most : checking->lanes;
	worker->room = malloc(checking->lanes * checking->step);
	if (!worker->room)
		return error_set(err, ERROR_SYSTEM, "out of memory for reading objects");
	for (size_t i = 0; i < most; i++)
		if (hash_stream_new(&worker->stream[i], err))
			return -1;
	do {
		if (lanes_fill(worker, most, err) || lanes_step(worker, &busy, err))
			return -1;
		for (size_t i = 0; i < most; i++) {
			const struct lane *lane = &worker->lane[i];

			if (lane->source && lane->at == lane->source->size &&
			    lane_end(worker, i, err))
				return -1;
		}
	} while (busy);
	return 0;
}

static void worker_work(void *arg, size_t i)
{
	struct checking *checking = arg;
	CLEANUP(worker_release) struct worker worker = { .checking = checking };

	(void)i;
	if (worker_run(&worker, &worker.err) == 0)
		return;
	pthread_mutex_lock(&checking->lock);
	if (!checking->stopped.code)
		checking->stopped = worker.err;
	pthread_mutex_unlock(&checking->lock);
}

static int size_order(const void *a, const void *b, void *arg)
{
	const struct checking *checking = arg;
	uint64_t x = checking->listed[*(const size_t *)a].size;
	uint64_t y = checking->listed[*(const size_t *)b].size;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int batch_read(struct checking *checking, struct error *err)
{
	checking->queued = checking->next = 0;
	for (size_t i = 0; i < checking->count; i++)
		if (checking->listed[i].size != STORE_SIZE_UNKNOWN &&
		    store_share_has(&checking->request->share, &checking->listed[i].digest))
			checking->queue[checking->queued++] = i;
	qsort_r(checking->queue, checking->queued, sizeof(*checking->queue), size_order, checking);
	threads_run(checking->ctx->threads, threads_count(checking->ctx->threads), worker_work,
		    checking);
	if (checking->stopped.code)
		return error_set(err, checking->stopped.code, "%s", checking->stopped.text);
	return 0;
}

/* ---- The whole ---- */

static int check_listed(struct checking *checking, struct error *err)
{
	struct store_cursor cursor = { 0 };

	do {
		if (batch_list(checking, &cursor, err) || batch_tell(checking, err))
			return -1;
	} while (checking->count);
	if (!checking->request->read_all)
		return 0;
	cursor = (struct store_cursor){ 0 };
	do {
		if (batch_list(checking, &cursor, err) || batch_read(checking, err))
			return -1;
	} while (checking->count);
	return 0;
}

int store_check_listed(struct store *store, const struct context *ctx,
		       const struct store_check_request *request, struct error *err)
{
	struct checking checking;
	int failed;

	if (checking_init(&checking, store, ctx, request, err))
		return -1;
	failed = check_listed(&checking, err);
	checking_release(&checking);
	return failed;
}

int store_check_some(struct store *store, const struct context *ctx,
		     const struct store_check_request *request, const struct digest *digest,
		     size_t count, struct error *err)
{
	struct checking checking;
	int failed = 0;

	if (!count)
		return 0;
	if (checking_init(&checking, store, ctx, request, err))
		return -1;
	for (size_t i = 0; i < count && !failed; i += checking.count) {
		for (size_t k = 0; k < checking.count; k++)
			free(checking.listed[k].why);
		checking.count = count - i < BATCH_OBJECTS ? count - i : BATCH_OBJECTS;
		for (size_t k = 0; k < checking.count; k++)
			checking.listed[k] = (struct listed){ .digest = digest[i + k] };
		threads_run(ctx->threads, checking.count, listed_open, &checking);
		for (size_t k = 0; k < checking.count; k++)
			checking.bytes += checking.listed[k].size != STORE_SIZE_UNKNOWN
						  ? checking.listed[k].size
						  : 0;
		failed = batch_read(&checking, err);
	}
	checking_release(&checking);
	return failed;
}

int store_check_all(struct store *store, const struct context *ctx,
		    const struct store_check_request *request, struct error *err)
{
	return store->type->check ? store->type->check(store, ctx, request, err)
				  : store_check_listed(store, ctx, request, err);
}
