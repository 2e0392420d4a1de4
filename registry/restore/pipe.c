/*
 * restore_pipe: many files read, checked and written by all threads at once.
 *
 * The digest of a file is one chain over its bytes in order, so a file can be
 * hashed by one thread at a time; reading (and decoding) a part and writing it
 * can be done by any. So parts go through a bounded pool of buffers: whoever is
 * free hashes what is ready, the next parts of several files side by side on
 * one core where there are several, or else reads one part more. One large file
 * then takes as long as its chain, and several share the cores evenly.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "registry/restore/inner.h"

enum {
	JOBS_MAX = 8,
	SLOTS_MAX = 16,
	SLOTS_SPARE = 8, /* beside one for each thread */
	/*
	 * Chains on one core. Not as many as hash_streams_best(): each is a part in memory, and
	 * four for each core are more than the third cache has, took as long where two keep the
	 * unit for SHA-256 busy, and left other cores with nothing to hash.
	 */
	LANES = 2,
	FILES_AT_ONCE = 4, /* being read: as many as two cores hash */
	STEP_SIZE_BYTES = 131072,
};

enum slot_state { SLOT_FREE, SLOT_READING, SLOT_READY, SLOT_HASHING };

/* A buffer, and the part that is in it. */
struct slot {
	enum slot_state state;
	struct place *place;
	size_t part;
	uint8_t *room;
	struct hash_stream *piece; /* for parts that have their own digest */
	struct digest digest;
};

enum place_state { PLACE_FREE, PLACE_OPENING, PLACE_OPEN, PLACE_ENDING };

/* A file at work. */
struct place {
	enum place_state state;
	struct restore_job job;
	size_t next_read, next_hash, hashed;
	size_t busy;  /* its slots that are not free */
	bool hashing; /* somebody is at its chain */
	bool failed;
};

struct pipe {
	struct restore_work *work;
	enum restore_state wanted; /* files in this state are taken */
	size_t slots;

	pthread_mutex_t lock; /* over all that follows, and the cells of the arrays */
	pthread_cond_t changed;
	struct place place[JOBS_MAX];
	struct slot slot[SLOTS_MAX];
	size_t next_file;
	size_t failures;
	bool ended; /* nothing more is begun */
	uint64_t done, total;
	struct error *err; /* the first failure */
};

enum task { TASK_LEAVE, TASK_WAIT, TASK_OPEN, TASK_READ, TASK_HASH, TASK_END };

/* What a thread is about to do. */
struct turn {
	struct place *place;
	struct slot *slot[LANES]; /* one to read into; or those to hash */
	size_t lanes;
	bool whole; /* the file that ends is all there */
};

static void slot_release(struct slot *slot)
{
	slot->place->busy--;
	slot->state = SLOT_FREE;
	slot->place = NULL;
}

/* A file is given up: its parts are let go. */
static void place_drop(struct pipe *pipe, struct place *place)
{
	place->failed = true;
	for (size_t i = 0; i < pipe->slots; i++)
		if (pipe->slot[i].place == place && pipe->slot[i].state == SLOT_READY)
			slot_release(&pipe->slot[i]);
}

/* A file cannot be done. A failure of the machine ends everything. */
static void place_fail(struct pipe *pipe, struct place *place, const struct error *cause)
{
	if (!pipe->failures++)
		*pipe->err = *cause;
	place_drop(pipe, place);
	if (cause->code != ERROR_SYSTEM)
		return;
	pipe->ended = true;
	for (size_t i = 0; i < JOBS_MAX; i++)
		place_drop(pipe, &pipe->place[i]);
}

static bool place_reads(const struct place *place)
{
	return place->state == PLACE_OPEN && !place->failed &&
	       place->next_read < place->job.part_count;
}

static bool slot_hashable(const struct slot *slot)
{
	const struct place *place = slot->place;

	if (slot->state != SLOT_READY || place->failed)
		return false;
	return !place->job.whole || (!place->hashing && slot->part == place->next_hash);
}

/* How many parts could be hashed side by side now, if they were there? */
static size_t lanes_possible(const struct pipe *pipe)
{
	size_t lanes = 0;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		const struct place *place = &pipe->place[i];
		size_t left;

		if (place->state != PLACE_OPEN || place->failed)
			continue;
		left = place->job.part_count - place->hashed;
		if (left)
			lanes += !place->job.whole ? left : !place->hashing;
	}
	return lanes < LANES ? lanes : LANES;
}

static struct slot *slot_free(struct pipe *pipe)
{
	for (size_t i = 0; i < pipe->slots; i++)
		if (pipe->slot[i].state == SLOT_FREE)
			return &pipe->slot[i];
	return NULL;
}

/* The file with the fewest parts under way, so that all have one to be hashed. */
static struct place *place_to_read(struct pipe *pipe)
{
	struct place *best = NULL;

	for (size_t i = 0; i < JOBS_MAX; i++)
		if (place_reads(&pipe->place[i]) && (!best || pipe->place[i].busy < best->busy))
			best = &pipe->place[i];
	return best;
}

/* A free place for the next file, while too few are being read; NULL otherwise. */
static struct place *place_to_open(struct pipe *pipe)
{
	const struct restore *restore = pipe->work->restore;
	struct place *free_place = NULL;
	size_t reading = 0;

	while (pipe->next_file < restore->count &&
	       restore->file[pipe->next_file].state != pipe->wanted)
		pipe->next_file++;
	if (pipe->ended || pipe->next_file == restore->count)
		return NULL;
	for (size_t i = 0; i < JOBS_MAX; i++) {
		reading += place_reads(&pipe->place[i]) || pipe->place[i].state == PLACE_OPENING;
		if (pipe->place[i].state == PLACE_FREE)
			free_place = &pipe->place[i];
	}
	return reading < FILES_AT_ONCE ? free_place : NULL;
}

static struct place *place_to_end(struct pipe *pipe, bool *out_any)
{
	*out_any = false;
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct place *place = &pipe->place[i];

		*out_any |= place->state != PLACE_FREE;
		if (place->state == PLACE_OPEN && !place->busy &&
		    (place->failed || place->hashed == place->job.part_count))
			return place;
	}
	return NULL;
}

/* What is best done now; marks it as begun. The lock is held. */
static enum task task_choose(struct pipe *pipe, struct turn *turn)
{
	size_t possible = lanes_possible(pipe);
	struct slot *slot = slot_free(pipe);
	bool any;

	*turn = (struct turn){ .place = place_to_end(pipe, &any) };
	if (turn->place) {
		turn->place->state = PLACE_ENDING;
		turn->whole = !turn->place->failed;
		return TASK_END;
	}
	for (size_t i = 0; i < pipe->slots && turn->lanes < LANES; i++)
		if (slot_hashable(&pipe->slot[i]))
			turn->slot[turn->lanes++] = &pipe->slot[i];
	if (!turn->lanes || turn->lanes < possible) {
		turn->place = place_to_open(pipe);
		if (turn->place) {
			turn->place->state = PLACE_OPENING;
			turn->place->job = (struct restore_job){
				.work = pipe->work,
				.file = &pipe->work->restore->file[pipe->next_file++],
				.fd = -1
			};
			return TASK_OPEN;
		}
		turn->place = slot && !pipe->ended ? place_to_read(pipe) : NULL;
		if (turn->place) {
			turn->slot[0] = slot;
			slot->state = SLOT_READING;
			slot->place = turn->place;
			slot->part = turn->place->next_read++;
			turn->place->busy++;
			return TASK_READ;
		}
	}
	for (size_t i = 0; i < turn->lanes; i++) {
		turn->slot[i]->state = SLOT_HASHING;
		turn->slot[i]->place->hashing = true;
	}
	return turn->lanes ? TASK_HASH : any ? TASK_WAIT : TASK_LEAVE;
}

static void turn_open(struct pipe *pipe, struct place *place)
{
	struct error err = { 0 };
	int failed = restore_job_open(&place->job, &err);

	pthread_mutex_lock(&pipe->lock);
	place->state = PLACE_OPEN;
	place->failed = pipe->ended;
	if (failed)
		place_fail(pipe, place, &err);
}

static int slot_fill(struct pipe *pipe, struct slot *slot, bool *out_kept, struct error *err)
{
	struct restore_job *job = &slot->place->job;

	if (!slot->room)
		slot->room = piece_room_new();
	if (!slot->room)
		return error_system(err, ENOMEM, "cannot read '%s'", job->file->path);
	if (!job->whole && !slot->piece && hash_stream_new(&slot->piece, err))
		return -1;
	return context_check_cancelled(pipe->work->ctx, err) ||
			       restore_job_read(job, slot->part, slot->room, out_kept, err)
		       ? -1
		       : 0;
}

static void turn_read(struct pipe *pipe, struct slot *slot)
{
	struct restore_job *job = &slot->place->job;
	struct error err = { 0 };
	bool kept = false;
	int failed = slot_fill(pipe, slot, &kept, &err);
	uint32_t len = job->part[slot->part].len;

	pthread_mutex_lock(&pipe->lock);
	job->file->kept += kept ? len : 0;
	pipe->done += len;
	context_progress(pipe->work->ctx, pipe->work->compare ? "comparing" : "restoring", "bytes",
			 pipe->done, pipe->total);
	slot->state = SLOT_READY;
	if (failed)
		place_fail(pipe, slot->place, &err);
	else if (slot->place->failed)
		slot_release(slot);
}

/* Hash the parts side by side. */
static void lanes_hash(const struct turn *turn)
{
	uint32_t len[LANES];
	size_t active = turn->lanes;

	for (size_t i = 0; i < turn->lanes; i++)
		len[i] = turn->slot[i]->place->job.part[turn->slot[i]->part].len;
	for (uint32_t at = 0; active; at += STEP_SIZE_BYTES) {
		struct hash_stream *stream[LANES];
		struct span bytes[LANES];

		active = 0;
		for (size_t i = 0; i < turn->lanes; i++) {
			struct slot *slot = turn->slot[i];
			struct hash_stream *whole = slot->place->job.whole;
			uint32_t rest = at < len[i] ? len[i] - at : 0;

			if (!rest)
				continue;
			stream[active] = whole ? whole : slot->piece;
			bytes[active++] =
				(struct span){ slot->room + at,
					       rest < STEP_SIZE_BYTES ? rest : STEP_SIZE_BYTES };
		}
		hash_streams_add(stream, bytes, active);
	}
	for (size_t i = 0; i < turn->lanes; i++)
		if (!turn->slot[i]->place->job.whole)
			turn->slot[i]->digest = hash_stream_finish(turn->slot[i]->piece);
}

static void turn_hash(struct pipe *pipe, const struct turn *turn)
{
	lanes_hash(turn);
	pthread_mutex_lock(&pipe->lock);
	for (size_t i = 0; i < turn->lanes; i++) {
		struct slot *slot = turn->slot[i];
		struct place *place = slot->place;
		struct error err = { 0 };

		place->hashing = false;
		place->next_hash++;
		place->hashed++;
		if (!place->job.whole && !place->failed &&
		    restore_job_checked(&place->job, slot->part, &slot->digest, &err))
			place_fail(pipe, place, &err);
		slot_release(slot);
	}
}

static void turn_end(struct pipe *pipe, struct place *place, bool whole)
{
	struct error err = { 0 };
	int failed = whole ? restore_job_finish(&place->job, &err) : 0;

	restore_job_close(&place->job);
	pthread_mutex_lock(&pipe->lock);
	if (failed)
		place_fail(pipe, place, &err);
	*place = (struct place){ .state = PLACE_FREE };
}

/* A thread's work: all that others do not do. */
static void pipe_work(void *arg, size_t index)
{
	struct pipe *pipe = arg;
	enum task task;

	(void)index;
	pthread_mutex_lock(&pipe->lock);
	do {
		struct turn turn;

		task = task_choose(pipe, &turn);
		if (task == TASK_WAIT)
			pthread_cond_wait(&pipe->changed, &pipe->lock);
		if (task == TASK_WAIT || task == TASK_LEAVE)
			continue;
		pthread_mutex_unlock(&pipe->lock);
		/* Each takes the lock again when it is done. */
		if (task == TASK_OPEN)
			turn_open(pipe, turn.place);
		else if (task == TASK_READ)
			turn_read(pipe, turn.slot[0]);
		else if (task == TASK_HASH)
			turn_hash(pipe, &turn);
		else
			turn_end(pipe, turn.place, turn.whole);
		pthread_cond_broadcast(&pipe->changed);
	} while (task != TASK_LEAVE);
	pthread_mutex_unlock(&pipe->lock);
}

int restore_pipe(struct restore_work *work, enum restore_state state, struct error *err)
{
	struct threads *threads = work->ctx->threads;
	size_t count = threads_count(threads);
	struct pipe *pipe = calloc(1, sizeof(*pipe));
	size_t failures;

	if (!pipe)
		return error_system(err, ENOMEM, "cannot restore files");
	pipe->work = work;
	pipe->wanted = state;
	pipe->slots = count + SLOTS_SPARE < SLOTS_MAX ? count + SLOTS_SPARE : SLOTS_MAX;
	pipe->err = err;
	pthread_mutex_init(&pipe->lock, NULL);
	pthread_cond_init(&pipe->changed, NULL);
	for (size_t i = 0; i < work->restore->count; i++)
		if (work->restore->file[i].state == state)
			pipe->total += work->restore->file[i].size;
	threads_run(threads, count, pipe_work, pipe);
	for (size_t i = 0; i < pipe->slots; i++) {
		free(pipe->slot[i].room);
		hash_stream_free(&pipe->slot[i].piece);
	}
	pthread_cond_destroy(&pipe->changed);
	pthread_mutex_destroy(&pipe->lock);
	failures = pipe->failures;
	free(pipe);
	return failures ? -1 : 0;
}
