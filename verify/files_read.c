/*
 * files_read: every file of a tree, read once, hashed and handed on.
 *
 * Each thread takes turns: it advances the files that it reads by a step, or
 * gives the sink a piece that is whole. While there are threads without a file,
 * those that have one keep reading, because a file is one chain of SHA-256 and
 * nobody else can advance it; else a piece is handed on while it is in the cache.
 */
#include "verify/files_read.h"

#include <pthread.h>
#include <stdlib.h>

#include "verify/tree.h"

enum {
	STEP_SIZE_BYTES = 262144,
	LANES_MAX = 2,   /* files on one core: four chains, with those of their pieces */
	CHUNKS_MAX = 16, /* pieces in memory at a time */
};

/* Room for a piece: free, being filled, or waiting for the sink. */
struct chunk {
	struct chunk *next;
	uint8_t *bytes;
	size_t file, piece;
};

/* What all threads know of a file. */
struct shared_file {
	struct piece *piece; /* malloced; while the file is under way */
	void *sink_file;     /* NULL: the sink does not want it, or it ended */
	size_t waiting;      /* pieces that the sink did not get yet */
	bool whole;          /* read to its end */
};

struct run {
	const struct context *ctx;
	const struct tree *tree;
	const struct manifest_sink *sink;
	struct whole_file *file;
	struct shared_file *shared;
	uint32_t *order; /* the largest first, so that the cores end together */
	size_t count, threads;
	uint64_t total;

	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t changed;
	struct chunk chunk[CHUNKS_MAX];
	struct chunk *free;
	struct chunk *first, **last; /* for the sink, in the order they came */
	size_t queued;
	size_t next;    /* of `order` */
	size_t lanes;   /* files being read */
	size_t readers; /* threads with at least one of them */
	uint64_t done;
	bool failed;
	struct error *err;
};

/* A file that a thread reads. */
struct lane {
	size_t file;
	struct source *source;
	struct hash_stream *whole, *piece;
	struct locator_stream locator;
	struct chunk *chunk; /* where the piece goes; NULL: nobody wants it, or none yet */
	bool wanted;
	size_t next; /* the piece being read */
	uint32_t at; /* bytes of it */
};

/* One thread. */
struct hand {
	struct run *run;
	struct lane lane[LANES_MAX];
	size_t lanes; /* the first so many are in use */
	uint8_t *step[LANES_MAX];
};

static void run_fail(struct run *run, const struct error *cause)
{
	pthread_mutex_lock(&run->lock);
	if (!run->failed)
		*run->err = *cause;
	run->failed = true;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
}

/* ---- Lanes ---- */

static void lane_release(struct lane *lane)
{
	source_close(&lane->source);
	hash_stream_free(&lane->whole);
	hash_stream_free(&lane->piece);
	*lane = (struct lane){ 0 };
}

/* Open file `index`, read its header and tell the sink. */
static int lane_begin(struct run *run, struct lane *lane, size_t index, struct error *err)
{
	const char *name = tree_file(run->tree, index)->name;
	struct shared_file *shared = &run->shared[index];
	struct whole_file *file = &run->file[index];

	lane->file = index;
	if (tree_open_file(run->tree, name, &lane->source, err) ||
	    hash_stream_new(&lane->whole, err) || hash_stream_new(&lane->piece, err) ||
	    format_open(lane->source, &file->table, err) ||
	    pieces_cut(lane->source->size, file->table.tensor, file->table.count, &shared->piece,
		       &file->piece_count, err))
		return -1;
	file->size = lane->source->size;
	file->record = calloc(file->piece_count + 1, sizeof(*file->record));
	if (!file->record)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu pieces",
				 file->piece_count);
	shared->waiting = file->piece_count;
	if (run->sink &&
	    run->sink->begin(run->sink->user, name, file->size, &shared->sink_file, err))
		return -1;
	lane->wanted = shared->sink_file != NULL;
	return 0;
}

/* The file was given everything: tell the sink, unless another thread has to. */
static int file_finish(struct run *run, size_t index, struct error *err)
{
	struct shared_file *shared = &run->shared[index];
	void *sink_file;

	pthread_mutex_lock(&run->lock);
	sink_file = shared->whole && !shared->waiting ? shared->sink_file : NULL;
	if (sink_file)
		shared->sink_file = NULL;
	pthread_mutex_unlock(&run->lock);
	return sink_file ? run->sink->end(run->sink->user, sink_file, &run->file[index].sha256, err)
			 : 0;
}

static int lane_end(struct run *run, struct lane *lane, struct error *err)
{
	size_t index = lane->file;

	if (source_unchanged(lane->source, err))
		return -1;
	run->file[index].sha256 = hash_stream_finish(lane->whole);
	lane_release(lane);
	pthread_mutex_lock(&run->lock);
	run->shared[index].whole = true;
	pthread_mutex_unlock(&run->lock);
	return file_finish(run, index, err);
}

/* The piece is whole: note it and let the sink have it. */
static void piece_end(struct run *run, struct lane *lane)
{
	struct piece_record *record = &run->file[lane->file].record[lane->next];
	struct chunk *chunk = lane->chunk;

	record->digest = hash_stream_finish(lane->piece);
	record->locator = lane->locator.locator;
	lane->locator = (struct locator_stream){ 0 };
	lane->at = 0;
	lane->chunk = NULL;
	if (chunk) {
		chunk->file = lane->file;
		chunk->piece = lane->next;
		chunk->next = NULL;
		pthread_mutex_lock(&run->lock);
		*run->last = chunk;
		run->last = &chunk->next;
		run->queued++;
		pthread_cond_broadcast(&run->changed);
		pthread_mutex_unlock(&run->lock);
	}
	lane->next++;
}

static bool lane_is_done(const struct run *run, const struct lane *lane)
{
	return lane->next == run->file[lane->file].piece_count;
}

/* Take a step of each of the thread's files that has room for it, interleaved. */
static int lanes_step(struct hand *hand, struct error *err)
{
	struct run *run = hand->run;
	struct hash_stream *stream[2 * LANES_MAX];
	struct span bytes[2 * LANES_MAX];
	struct lane *busy[LANES_MAX];
	size_t count = 0;
	uint64_t sum = 0;

	for (size_t i = 0; i < hand->lanes; i++) {
		struct lane *lane = &hand->lane[i];
		const struct piece *piece = &run->shared[lane->file].piece[lane->next];
		uint8_t *to = lane->chunk ? lane->chunk->bytes + lane->at : hand->step[i];
		uint32_t rest;

		if (lane_is_done(run, lane) || (lane->wanted && !lane->chunk))
			continue;
		rest = piece->len - lane->at;
		if (rest > STEP_SIZE_BYTES)
			rest = STEP_SIZE_BYTES;
		if (source_read_at(lane->source, piece->offset + lane->at, to, rest, err))
			return -1;
		bytes[2 * count] = bytes[2 * count + 1] = (struct span){ to, rest };
		stream[2 * count] = lane->whole;
		stream[2 * count + 1] = lane->piece;
		busy[count++] = lane;
	}
	hash_streams_add(stream, bytes, 2 * count);
	for (size_t i = 0; i < count; i++) {
		locator_add(&busy[i]->locator, bytes[2 * i]);
		busy[i]->at += (uint32_t)bytes[2 * i].len;
		sum += bytes[2 * i].len;
		if (busy[i]->at == run->shared[busy[i]->file].piece[busy[i]->next].len)
			piece_end(run, busy[i]);
	}
	pthread_mutex_lock(&run->lock);
	run->done += sum;
	context_progress(run->ctx, "reading", "bytes", run->done, run->total);
	pthread_mutex_unlock(&run->lock);
	return context_check_cancelled(run->ctx, err);
}

/* Let go of the files that are read to their end. */
static int lanes_end(struct hand *hand, struct error *err)
{
	struct run *run = hand->run;
	size_t kept = 0, before = hand->lanes;

	for (size_t i = 0; i < hand->lanes; i++) {
		struct lane *lane = &hand->lane[i];

		if (lane_is_done(run, lane)) {
			if (lane_end(run, lane, err))
				return -1;
			continue;
		}
		if (kept != i) {
			hand->lane[kept] = *lane;
			*lane = (struct lane){ 0 };
		}
		kept++;
	}
	if (kept == before)
		return 0;
	hand->lanes = kept;
	pthread_mutex_lock(&run->lock);
	run->lanes -= before - kept;
	run->readers -= kept == 0;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	return 0;
}

/* ---- Chunks ---- */

/* A chunk with memory, or NULL. The lock is held. */
static struct chunk *chunk_take(struct run *run)
{
	struct chunk *chunk = run->free;

	if (!chunk)
		return NULL;
	if (!chunk->bytes)
		chunk->bytes = aligned_alloc(4096, PIECE_SIZE_BYTES);
	if (!chunk->bytes)
		return NULL;
	run->free = chunk->next;
	return chunk;
}

/* Give the sink a piece, and the chunk back. */
static int chunk_hand_on(struct run *run, struct chunk *chunk, struct error *err)
{
	struct shared_file *shared = &run->shared[chunk->file];
	const struct whole_file *file = &run->file[chunk->file];
	const struct piece *cut = &shared->piece[chunk->piece];
	const struct manifest_piece piece = {
		.offset = cut->offset,
		.bytes = { chunk->bytes, cut->len },
		.digest = file->record[chunk->piece].digest,
		.tensor = cut->tensor == PIECE_NO_TENSOR ? NULL : &file->table.tensor[cut->tensor],
		.in_region = (cut->offset - cut->region_start) / PIECE_SIZE_BYTES,
	};
	size_t index = chunk->file;

	if (run->sink->piece(run->sink->user, shared->sink_file, &piece, err))
		return -1;
	pthread_mutex_lock(&run->lock);
	chunk->next = run->free;
	run->free = chunk;
	shared->waiting--;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	return file_finish(run, index, err);
}

/* ---- Turns ---- */

/* What a thread does next. */
struct turn {
	bool end;            /* nothing is left to do */
	struct chunk *chunk; /* hand it on */
	bool begin;          /* open file `file` */
	size_t file;
};

/* Can the thread advance a file? Gives its files chunks where there are any. The lock is held. */
static bool lanes_ready(struct hand *hand)
{
	bool ready = false;

	for (size_t i = 0; i < hand->lanes; i++) {
		struct lane *lane = &hand->lane[i];

		if (lane->wanted && !lane->chunk && !lane_is_done(hand->run, lane))
			lane->chunk = chunk_take(hand->run);
		ready |= !lane->wanted || lane->chunk || lane_is_done(hand->run, lane);
	}
	return ready;
}

/* Should a waiting piece go before reading on? The lock is held. */
static bool queue_is_urgent(const struct run *run)
{
	size_t enough = run->readers < run->threads ? CHUNKS_MAX - 2 * LANES_MAX : 1;

	return run->queued >= enough;
}

/* The files are spread evenly over the threads before any gets one more. The lock is held. */
static bool may_begin(const struct hand *hand)
{
	const struct run *run = hand->run;

	return run->next < run->count && hand->lanes < LANES_MAX &&
	       hand->lanes * run->threads <= run->lanes;
}

static bool turn_find(struct hand *hand, struct turn *turn)
{
	struct run *run = hand->run;
	bool may_take = run->first != NULL;

	if (run->failed) {
		turn->end = true;
		return true;
	}
	if (may_take && queue_is_urgent(run)) {
		turn->chunk = run->first;
	} else if (may_begin(hand)) {
		turn->begin = true;
		turn->file = run->order[run->next++];
		run->lanes++;
		run->readers += hand->lanes == 0;
	} else if (lanes_ready(hand)) {
		return true;
	} else if (may_take) {
		turn->chunk = run->first;
	} else {
		turn->end = !run->lanes && run->next == run->count;
		return turn->end;
	}
	if (turn->chunk) {
		run->first = turn->chunk->next;
		run->queued--;
		if (!run->first)
			run->last = &run->first;
	}
	return true;
}

static struct turn turn_take(struct hand *hand)
{
	struct run *run = hand->run;
	struct turn turn = { 0 };

	pthread_mutex_lock(&run->lock);
	while (!turn_find(hand, &turn))
		pthread_cond_wait(&run->changed, &run->lock);
	pthread_mutex_unlock(&run->lock);
	return turn;
}

static int turn_do(struct hand *hand, const struct turn *turn, struct error *err)
{
	if (turn->chunk)
		return chunk_hand_on(hand->run, turn->chunk, err);
	if (turn->begin) {
		if (lane_begin(hand->run, &hand->lane[hand->lanes++], turn->file, err))
			return -1;
		return lanes_end(hand, err); /* an empty file */
	}
	return lanes_step(hand, err) || lanes_end(hand, err) ? -1 : 0;
}

static void work(void *arg, size_t index)
{
	struct hand hand = { .run = arg };
	struct error err = { 0 };

	(void)index;
	for (size_t i = 0; i < LANES_MAX; i++) {
		hand.step[i] = aligned_alloc(64, STEP_SIZE_BYTES);
		if (!hand.step[i])
			error_set(&err, ERROR_SYSTEM, "out of memory to read files");
	}
	while (err.code == ERROR_NONE) {
		struct turn turn = turn_take(&hand);

		if (turn.end || turn_do(&hand, &turn, &err))
			break;
	}
	if (err.code != ERROR_NONE)
		run_fail(hand.run, &err);
	for (size_t i = 0; i < LANES_MAX; i++) {
		lane_release(&hand.lane[i]);
		free(hand.step[i]);
	}
}

/* ---- The whole ---- */

static int compare_sizes(const void *a, const void *b, void *tree)
{
	uint64_t x = tree_file(tree, *(const uint32_t *)a)->size;
	uint64_t y = tree_file(tree, *(const uint32_t *)b)->size;

	return x == y ? 0 : x > y ? -1 : 1;
}

static void run_prepare(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		run->order[i] = (uint32_t)i;
		run->total += tree_file(run->tree, i)->size;
	}
	if (run->count)
		qsort_r(run->order, run->count, sizeof(*run->order), compare_sizes,
			(void *)(uintptr_t)run->tree);
	run->last = &run->first;
	for (size_t i = 0; i < CHUNKS_MAX; i++) {
		run->chunk[i].next = run->free;
		run->free = &run->chunk[i];
	}
}

static void run_release(struct run *run)
{
	struct error ignored = { 0 };

	for (size_t i = 0; run->shared && i < run->count; i++) {
		free(run->shared[i].piece);
		if (run->shared[i].sink_file &&
		    run->sink->end(run->sink->user, run->shared[i].sink_file, NULL, &ignored))
			continue; /* the first error is told */
	}
	for (size_t i = 0; i < CHUNKS_MAX; i++)
		free(run->chunk[i].bytes);
	free(run->shared);
	free(run->order);
	pthread_cond_destroy(&run->changed);
	pthread_mutex_destroy(&run->lock);
}

int files_read(const struct context *ctx, const struct tree *tree, const struct manifest_sink *sink,
	       struct whole_file *out_file, struct error *err)
{
	size_t count = tree_count(tree);
	CLEANUP(run_release)
	struct run run = {
		.ctx = ctx,
		.tree = tree,
		.sink = sink,
		.file = out_file,
		.shared = calloc(count + 1, sizeof(*run.shared)),
		.order = calloc(count + 1, sizeof(*run.order)),
		.count = count,
		.threads = threads_count(ctx->threads),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.err = err,
	};

	if (!run.shared || !run.order)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	run_prepare(&run);
	threads_run(ctx->threads, run.threads, work, &run);
	return run.failed ? -1 : 0;
}
