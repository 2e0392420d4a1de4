/*
 * files_read: every file of a tree, read once, hashed and handed on.
 *
 * Each thread takes turns: it advances the files that it reads by a step, hashes
 * pieces that were read, or gives the sink a piece. A file is one chain of
 * SHA-256, which nobody but its reader can advance; so while there are threads
 * without a file, those that have one keep reading.
 *
 * Where two chains over the same bytes cost little more than one, a reader hashes
 * the pieces along with the file. Where the processor hashes sixteen messages at a
 * time faster, pieces wait until so many are there.
 */
#include "verify/files/read.h"

#include <stdlib.h>

#include "verify/files/chunks.h"
#include "verify/files/digest.h"
#include "verify/tree.h"

enum {
	STEP_SIZE_BYTES = 131072,
	BATCH_STEP_BYTES = 65536, /* of each of the pieces that are hashed side by side */
	/*
	 * Chains of SHA-256 on one core: a file and its piece, or two files. Not as many as
	 * hash_streams_best(): the bytes of four do not fit a core's second cache, which cost more
	 * than four chains gained; and where it is sixteen, pieces fill the lanes (run.batch).
	 */
	CHAINS_MAX = 2,
	BATCH_MAX = 16 /* pieces side by side */
};

/* A file that a thread reads. */
struct lane {
	size_t file;
	struct source *source;
	struct hash_stream *whole, *piece;
	struct locator_stream locator;
	struct chunk *chunk; /* where the piece goes; NULL: nowhere, or none yet */
	bool chunks;         /* do pieces go anywhere? */
	bool alone;          /* does the reader hash them? */
	size_t next;         /* the piece being read */
	uint32_t at;         /* bytes of it */
};

/* One thread. */
struct hand {
	struct run *run;
	struct lane lane[CHAINS_MAX];
	size_t lanes; /* the first so many are in use */
	uint8_t *step[CHAINS_MAX];
	struct hash_stream *stream[BATCH_MAX];
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
	    whole_file_cut(lane->source, file, &shared->piece, err))
		return -1;
	if (run->sink &&
	    run->sink->begin(run->sink->user, name, lane->source, &shared->sink_file, err))
		return -1;
	shared->fed = shared->sink_file &&
		      (!run->sink->pieces || run->sink->pieces(run->sink->user, shared->sink_file));
	shared->waiting = shared->fed ? file->piece_count : 0;
	shared->in_order = shared->fed && run->sink->in_order &&
			   run->sink->in_order(run->sink->user, shared->sink_file);
	lane->alone = !run->batch || file->piece_count == 1;
	lane->chunks = shared->fed || !lane->alone;
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

/* Then its digest is the file's. */
static bool is_one_piece(const struct run *run, const struct lane *lane)
{
	return run->file[lane->file].piece_count == 1;
}

static int lane_end(struct run *run, struct lane *lane, struct error *err)
{
	size_t index = lane->file;

	if (source_unchanged(lane->source, err))
		return -1;
	if (!is_one_piece(run, lane))
		run->file[index].sha256 = hash_stream_finish(lane->whole);
	lane_release(lane);
	pthread_mutex_lock(&run->lock);
	run->shared[index].whole = true;
	pthread_mutex_unlock(&run->lock);
	return file_finish(run, index, err);
}

/* The piece is whole: it goes to where it is hashed, or to the sink. */
static void piece_end(struct run *run, struct lane *lane)
{
	struct whole_file *file = &run->file[lane->file];
	struct piece_record *record = &file->record[lane->next];
	struct chunk *chunk = lane->chunk;

	if (is_one_piece(run, lane))
		record->digest = file->sha256 = hash_stream_finish(lane->whole);
	else if (lane->alone)
		record->digest = hash_stream_finish(lane->piece);
	if (lane->alone)
		record->locator = lane->locator.locator;
	lane->locator = (struct locator_stream){ 0 };
	lane->at = 0;
	lane->chunk = NULL;
	if (chunk) {
		chunk->file = lane->file;
		chunk->piece = lane->next;
		pthread_mutex_lock(&run->lock);
		queue_put(lane->alone ? &run->ready : &run->raw, chunk);
		pthread_cond_broadcast(&run->changed);
		pthread_mutex_unlock(&run->lock);
	}
	lane->next++;
}

static bool lane_is_done(const struct run *run, const struct lane *lane)
{
	return lane->next == run->file[lane->file].piece_count;
}

/* Read a step of the lane's file; nothing when it has no room for it, or is done. */
static int lane_read(struct hand *hand, size_t index, struct span *out_bytes, struct error *err)
{
	struct run *run = hand->run;
	struct lane *lane = &hand->lane[index];
	const struct piece *piece = &run->shared[lane->file].piece[lane->next];
	uint8_t *to = lane->chunk ? lane->chunk->bytes + lane->at : hand->step[index];
	uint32_t rest;

	*out_bytes = (struct span){ NULL, 0 };
	if (lane_is_done(run, lane) || (lane->chunks && !lane->chunk))
		return 0;
	rest = piece->len - lane->at;
	if (rest > STEP_SIZE_BYTES)
		rest = STEP_SIZE_BYTES;
	if (source_read_at(lane->source, piece->offset + lane->at, to, rest, err))
		return -1;
	*out_bytes = (struct span){ to, rest };
	return 0;
}

/* The step was hashed. */
static void lane_advance(struct run *run, struct lane *lane, struct span bytes)
{
	if (lane->alone)
		locator_add(&lane->locator, bytes);
	lane->at += (uint32_t)bytes.len;
	if (lane->at == run->shared[lane->file].piece[lane->next].len)
		piece_end(run, lane);
}

static void say_progress(struct run *run, uint64_t bytes)
{
	pthread_mutex_lock(&run->lock);
	run->done += bytes;
	context_progress(run->ctx, "reading", "bytes", run->done, run->total);
	pthread_mutex_unlock(&run->lock);
}

/* Take a step of each of the thread's files that has room for it, interleaved. */
static int lanes_step(struct hand *hand, struct error *err)
{
	struct hash_stream *stream[2 * CHAINS_MAX];
	struct span read[CHAINS_MAX], bytes[2 * CHAINS_MAX];
	size_t streams = 0;
	uint64_t sum = 0;

	for (size_t i = 0; i < hand->lanes; i++) {
		struct lane *lane = &hand->lane[i];

		if (lane_read(hand, i, &read[i], err))
			return -1;
		sum += read[i].len;
		bytes[streams] = read[i];
		stream[streams++] = lane->whole;
		if (lane->alone && !is_one_piece(hand->run, lane)) {
			bytes[streams] = read[i];
			stream[streams++] = lane->piece;
		}
	}
	hash_streams_add(stream, bytes, streams);
	for (size_t i = 0; i < hand->lanes; i++)
		if (read[i].len)
			lane_advance(hand->run, &hand->lane[i], read[i]);
	say_progress(hand->run, sum);
	return context_check_cancelled(hand->run->ctx, err);
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

/* ---- Pieces ---- */

/* Hash `count` pieces side by side; the locators on the way, while the bytes are near. */
static void chunks_digest(struct hand *hand, struct chunk *const *chunk, size_t count)
{
	struct run *run = hand->run;
	struct locator_stream locator[BATCH_MAX] = { 0 };
	struct span bytes[BATCH_MAX];

	for (uint32_t at = 0; at < PIECE_SIZE_BYTES; at += BATCH_STEP_BYTES) {
		for (size_t i = 0; i < count; i++) {
			uint32_t len = run->shared[chunk[i]->file].piece[chunk[i]->piece].len;
			uint32_t rest = at < len ? len - at : 0;

			bytes[i].data = chunk[i]->bytes + at;
			bytes[i].len = rest < BATCH_STEP_BYTES ? rest : BATCH_STEP_BYTES;
		}
		hash_streams_add(hand->stream, bytes, count);
		for (size_t i = 0; i < count; i++)
			locator_add(&locator[i], bytes[i]);
	}
	for (size_t i = 0; i < count; i++) {
		struct piece_record *record = &run->file[chunk[i]->file].record[chunk[i]->piece];

		record->digest = hash_stream_finish(hand->stream[i]);
		record->locator = locator[i].locator;
	}
}

static int chunks_hash(struct hand *hand, struct chunk *const *chunk, size_t count,
		       struct error *err)
{
	struct run *run = hand->run;

	for (size_t i = 0; i < count; i++)
		if (!hand->stream[i] && hash_stream_new(&hand->stream[i], err))
			return -1;
	chunks_digest(hand, chunk, count);
	pthread_mutex_lock(&run->lock);
	for (size_t i = 0; i < count; i++) {
		if (run->shared[chunk[i]->file].fed)
			queue_put(&run->ready, chunk[i]);
		else
			chunk_free(run, chunk[i]);
	}
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	return 0;
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
		.has_tensors = file->table.count > 0,
		.in_region = (cut->offset - cut->region_start) / PIECE_SIZE_BYTES,
	};
	size_t index = chunk->file;

	if (run->sink->piece(run->sink->user, shared->sink_file, &piece, err))
		return -1;
	pthread_mutex_lock(&run->lock);
	chunk_free(run, chunk);
	shared->waiting--;
	shared->due++;
	shared->busy = false;
	pthread_cond_broadcast(&run->changed);
	pthread_mutex_unlock(&run->lock);
	return file_finish(run, index, err);
}

/* ---- Turns ---- */

/* What a thread does next. */
enum turn_kind { TURN_END, TURN_BEGIN, TURN_READ, TURN_HASH, TURN_HAND_ON };

struct turn {
	enum turn_kind kind;
	size_t file;                    /* to begin */
	struct chunk *chunk[BATCH_MAX]; /* to hash, or the first to hand on */
	size_t count;
};

/* Can the thread advance a file? Gives its files chunks where there are any. The lock is held. */
static bool lanes_ready(struct hand *hand)
{
	bool ready = false;

	for (size_t i = 0; i < hand->lanes; i++) {
		struct lane *lane = &hand->lane[i];

		if (lane->chunks && !lane->chunk && !lane_is_done(hand->run, lane))
			lane->chunk = chunk_take(hand->run);
		ready |= !lane->chunks || lane->chunk || lane_is_done(hand->run, lane);
	}
	return ready;
}

/* Chains of SHA-256 that the thread advances: of its files, and of pieces along with them. */
static size_t hand_chains(const struct hand *hand)
{
	size_t chains = hand->lanes;

	for (size_t i = 0; i < hand->lanes; i++)
		chains += hand->lane[i].alone && !is_one_piece(hand->run, &hand->lane[i]);
	return chains;
}

/* The files are spread evenly over the threads before any gets one more. The lock is held. */
static bool may_begin(const struct hand *hand)
{
	const struct run *run = hand->run;

	return run->next < run->count && hand_chains(hand) < CHAINS_MAX &&
	       hand->lanes * run->threads <= run->lanes;
}

/* What to do, or false: wait. The lock is held. */
static bool turn_choose(struct hand *hand, enum turn_kind *out_kind)
{
	const struct run *run = hand->run;
	bool others = run->readers < run->threads; /* may do all but read */
	bool reads = hand->lanes > 0;
	bool due = chunk_due(run) != NULL;

	if (run->failed)
		*out_kind = TURN_END;
	else if (may_begin(hand))
		*out_kind = TURN_BEGIN;
	else if (due && !(others && reads))
		*out_kind = TURN_HAND_ON;
	else if (run->batch && run->raw.count >= run->batch && !(others && reads))
		*out_kind = TURN_HASH;
	else if (lanes_ready(hand))
		*out_kind = TURN_READ;
	else if (due)
		*out_kind = TURN_HAND_ON;
	else if (run->raw.count && (reads || !run->lanes))
		*out_kind = TURN_HASH; /* no more come: all chunks are taken, or all files read */
	else if (!run->lanes && run->next == run->count && !run->ready.count)
		*out_kind = TURN_END;
	else
		return false;
	return true;
}

static void turn_take(struct hand *hand, struct turn *turn)
{
	struct run *run = hand->run;

	turn->count = 0;
	pthread_mutex_lock(&run->lock);
	while (!turn_choose(hand, &turn->kind))
		pthread_cond_wait(&run->changed, &run->lock);
	if (turn->kind == TURN_BEGIN) {
		turn->file = run->order[run->next++];
		run->lanes++;
		run->readers += hand->lanes == 0;
	}
	if (turn->kind == TURN_HAND_ON) {
		turn->chunk[turn->count++] = chunk_due(run);
		queue_remove(&run->ready, turn->chunk[0]);
		run->shared[turn->chunk[0]->file].busy = true;
	}
	if (turn->kind == TURN_HASH)
		while (turn->count < BATCH_MAX && run->raw.count)
			turn->chunk[turn->count++] = queue_take(&run->raw);
	pthread_mutex_unlock(&run->lock);
}

static int turn_do(struct hand *hand, const struct turn *turn, struct error *err)
{
	switch (turn->kind) {
	case TURN_BEGIN:
		if (lane_begin(hand->run, &hand->lane[hand->lanes++], turn->file, err))
			return -1;
		return lanes_end(hand, err); /* an empty file */
	case TURN_READ:
		return lanes_step(hand, err) || lanes_end(hand, err) ? -1 : 0;
	case TURN_HASH:
		return chunks_hash(hand, turn->chunk, turn->count, err);
	case TURN_HAND_ON:
		return chunk_hand_on(hand->run, turn->chunk[0], err);
	case TURN_END:
		break;
	}
	return 0;
}

static void work(void *arg, size_t index)
{
	struct hand hand = { .run = arg };
	struct turn turn = { .kind = TURN_READ };
	struct error err = { 0 };

	(void)index;
	for (size_t i = 0; i < CHAINS_MAX; i++) {
		hand.step[i] = aligned_alloc(64, STEP_SIZE_BYTES);
		if (!hand.step[i])
			error_set(&err, ERROR_SYSTEM, "out of memory to read files");
	}
	while (err.code == ERROR_NONE && turn.kind != TURN_END) {
		turn_take(&hand, &turn);
		if (turn_do(&hand, &turn, &err))
			break;
	}
	if (err.code != ERROR_NONE)
		run_fail(hand.run, &err);
	for (size_t i = 0; i < CHAINS_MAX; i++) {
		lane_release(&hand.lane[i]);
		free(hand.step[i]);
	}
	for (size_t i = 0; i < BATCH_MAX; i++)
		hash_stream_free(&hand.stream[i]);
}

/* ---- The whole ---- */

static int compare_sizes(const void *a, const void *b, void *tree)
{
	uint64_t x = tree_file(tree, *(const uint32_t *)a)->size;
	uint64_t y = tree_file(tree, *(const uint32_t *)b)->size;

	return x == y ? 0 : x > y ? -1 : 1;
}

static void run_prepare(struct run *run, const bool *skip)
{
	const struct manifest_sink *sink = run->sink;

	for (size_t i = 0; i < run->files; i++) {
		const struct tree_file *file = tree_file(run->tree, i);

		if (skip && skip[i])
			continue;
		run->order[run->count++] = (uint32_t)i;
		run->total += file->size;
		run->feeds |=
			sink && file->size > PIECE_SIZE_BYTES &&
			(!sink->wants || sink->wants(sink->user, file->name) == MANIFEST_PIECES);
	}
	if (run->count)
		qsort_r(run->order, run->count, sizeof(*run->order), compare_sizes,
			(void *)(uintptr_t)run->tree);
	run->raw.last = &run->raw.first;
	run->ready.last = &run->ready.first;
	for (size_t i = 0; i < (run->feeds ? CHUNKS_KEPT_MAX : CHUNKS_MAX); i++)
		chunk_free(run, &run->chunk[i]);
}

static void run_release(struct run *run)
{
	struct error ignored = { 0 };

	for (size_t i = 0; run->shared && i < run->files; i++) {
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
	       const bool *skip, struct whole_file *out_file, struct error *err)
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
		.files = count,
		.threads = threads_count(ctx->threads),
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER,
		.err = err,
	};

	if (!run.shared || !run.order)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	if (hash_streams_best() >= BATCH_MAX)
		run.batch = BATCH_MAX;
	run_prepare(&run, skip);
	if (files_digest(ctx, tree, sink, run.order, &run.count, run.total, &run.done, out_file,
			 err))
		return -1;
	if (!run.count)
		return 0;
	threads_run(ctx->threads, run.threads, work, &run);
	return run.failed ? -1 : 0;
}
