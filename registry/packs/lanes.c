/* Records decoded and hashed side by side. */
#include <stdlib.h>

#include "registry/packs/lanes.h"
#include "registry/packs/steps.h"

enum {
	LANES_MAX = PACKS_STREAMS_MAX,
	HASH_BLOCK_BYTES = 64,
	FEW_LANES = 4,
	FEW_WORDS = CODEC_STEP_MAX, /* in a step of each of few lanes, */
	MANY_WORDS = 4096,          /* and of many, whose steps share a cache */
	LANE_BYTES = 1 << 20,       /* that steps of weights take */
};

struct lane {
	bool busy;
	struct packs_place place;
	struct hash_stream *stream;
	struct packs_steps *steps; /* or NULL */
	bool stepping;             /* behind `rest` more will come from `steps` */
	struct span rest;          /* raw bytes that are to be hashed */
	uint8_t *room;             /* for a whole record, or NULL */
	size_t room_size;
};

struct packs_lanes {
	struct packs_store *self;
	const struct packs_lanes_work *work;
	struct codec_work *codec;
	struct packs_place place; /* of the next record, which is */
	bool waiting;             /* for a room */
	size_t count, busy;       /* lanes */
	size_t room_most, rooms;  /* bytes that may be, and that are allocated for whole records */
	struct lane lane[LANES_MAX];
};

static void lane_release(struct lane *lane)
{
	hash_stream_free(&lane->stream);
	packs_steps_free(&lane->steps);
	free(lane->room);
}

void packs_lanes_free(struct packs_lanes **lanes)
{
	if (!*lanes)
		return;
	for (size_t i = 0; i < LANES_MAX; i++)
		lane_release(&(*lanes)->lane[i]);
	codec_work_free(&(*lanes)->codec);
	free(*lanes);
	*lanes = NULL;
}

int packs_lanes_new(struct packs_store *self, size_t room_bytes, struct packs_lanes **out_lanes,
		    struct error *err)
{
	CLEANUP(packs_lanes_free) struct packs_lanes *lanes = calloc(1, sizeof(*lanes));

	if (!lanes)
		return error_set(err, ERROR_SYSTEM, "out of memory for reading packs");
	lanes->self = self;
	lanes->room_most = room_bytes;
	lanes->count = hash_streams_best();
	lanes->count = lanes->count < LANES_MAX ? lanes->count : LANES_MAX;
	if (lanes->count > room_bytes / LANE_BYTES) /* many threads share what memory there is */
		lanes->count = room_bytes / LANE_BYTES ? room_bytes / LANE_BYTES : 1;
	if (codec_work_new(&lanes->codec, err))
		return -1;
	for (size_t i = 0; i < lanes->count; i++)
		if (hash_stream_new(&lanes->lane[i].stream, err))
			return -1;
	*out_lanes = lanes;
	lanes = NULL;
	return 0;
}

static void lane_end(struct packs_lanes *lanes, struct lane *lane)
{
	lane->busy = false;
	lanes->busy--;
}

static int record_done(struct packs_lanes *lanes, const struct packs_place *place,
		       const struct digest *found, struct error *err)
{
	return lanes->work->done(lanes->work->user, place,
				 digest_equal(found, &place->entry.digest)
					 ? NULL
					 : "its bytes no longer have that digest",
				 err);
}

/* A record that could not be read in steps: by itself, whole. */
static int record_alone(struct packs_lanes *lanes, const struct packs_place *place,
			struct error *err)
{
	size_t len = place->entry.raw_len;
	uint8_t *room = malloc(len + 1);
	struct error why = { 0 };
	struct digest found;
	int failed;

	if (!room)
		return error_set(err, ERROR_SYSTEM, "out of memory for reading packs");
	if (packs_record_read(lanes->self, place, room, &why)) {
		failed = lanes->work->done(lanes->work->user, place, why.text, err);
	} else {
		found = sha256((struct span){ room, len });
		failed = record_done(lanes, place, &found, err);
	}
	free(room);
	return failed;
}

/* Have bytes to hash in the lane; it is idle afterwards where there are no more. */
static int lane_go_on(struct packs_lanes *lanes, struct lane *lane, struct error *err)
{
	struct packs_place place = lane->place;
	struct error unusual = { 0 };
	struct digest found;

	if (lane->rest.len)
		return 0;
	if (lane->stepping) {
		if (packs_steps_next(lane->steps, lanes->codec, &lane->rest, &unusual)) {
			hash_stream_finish(lane->stream); /* it is begun anew */
			lane_end(lanes, lane);
			return record_alone(lanes, &place, err);
		}
		if (lane->rest.len)
			return 0;
	}
	found = hash_stream_finish(lane->stream);
	lane_end(lanes, lane);
	return record_done(lanes, &place, &found, err);
}

/* ---- The next record ---- */

/* The idle lane with the largest room, or with the smallest. There is one. */
static struct lane *lane_idle(struct packs_lanes *lanes, bool largest)
{
	struct lane *best = NULL;

	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = &lanes->lane[i];

		if (!lane->busy && (!best || (largest ? lane->room_size > best->room_size
						      : lane->room_size < best->room_size)))
			best = lane;
	}
	return best;
}

static void room_drop(struct packs_lanes *lanes, struct lane *lane)
{
	free(lane->room);
	lanes->rooms -= lane->room_size;
	lane->room = NULL;
	lane->room_size = 0;
}

/* Give up idle rooms for one of `len` bytes where that helps: may the lane have it? One may always,
 * when no other is busy. */
static bool room_allow(struct packs_lanes *lanes, const struct lane *lane, size_t len)
{
	if (len <= lane->room_size)
		return true;
	if (!lanes->busy)
		for (size_t i = 0; i < lanes->count; i++)
			room_drop(lanes, &lanes->lane[i]);
	return !lanes->busy || lanes->rooms - lane->room_size + len <= lanes->room_most;
}

static int room_have(struct packs_lanes *lanes, struct lane *lane, size_t len, struct error *err)
{
	if (len <= lane->room_size)
		return 0;
	room_drop(lanes, lane);
	lane->room = malloc(len);
	if (!lane->room)
		return error_set(err, ERROR_SYSTEM, "out of memory for reading packs");
	lane->room_size = len;
	lanes->rooms += len;
	return 0;
}

static int lane_begin_steps(struct packs_lanes *lanes, struct lane *lane, struct error *err)
{
	if (!lane->steps && packs_steps_new(&lane->steps, err))
		return -1;
	packs_steps_begin(lane->steps, &lane->place,
			  lanes->count > FEW_LANES ? MANY_WORDS : FEW_WORDS);
	lane->stepping = true;
	lane->rest.len = 0;
	return lane_go_on(lanes, lane, err);
}

static int lane_begin_whole(struct packs_lanes *lanes, struct lane *lane, struct error *err)
{
	struct packs_place place = lane->place;
	size_t len = place.entry.raw_len;
	struct error why = { 0 };

	lane->stepping = false;
	if (room_have(lanes, lane, len, err))
		return -1;
	if (packs_record_read(lanes->self, &place, lane->room, &why)) {
		lane_end(lanes, lane);
		return lanes->work->done(lanes->work->user, &place, why.text, err);
	}
	lane->rest = (struct span){ lane->room, len };
	return lane_go_on(lanes, lane, err);
}

/* Give every lane a record, as long as there are some, and rooms for them. */
static int lanes_fill(struct packs_lanes *lanes, struct error *err)
{
	while (lanes->busy < lanes->count) {
		const struct pack_entry *entry = &lanes->place.entry;
		struct lane *lane;
		bool steps;

		if (!lanes->waiting &&
		    lanes->work->next(lanes->work->user, &lanes->place, &lanes->waiting, err))
			return -1;
		if (!lanes->waiting)
			return 0;
		steps = packs_steps_can(entry);
		lane = lane_idle(lanes, !steps);
		if (!steps && !room_allow(lanes, lane, entry->raw_len))
			return 0;
		lanes->waiting = false;
		lanes->busy++;
		lane->busy = true;
		lane->place = lanes->place;
		if (steps ? lane_begin_steps(lanes, lane, err) : lane_begin_whole(lanes, lane, err))
			return -1;
	}
	return 0;
}

/* ---- Hashing ---- */

/* As many whole blocks of every lane as the one with the fewest bytes has; and what is left behind
 * them where that is no block. */
static void lanes_hash(struct packs_lanes *lanes)
{
	struct hash_stream *stream[LANES_MAX];
	struct span bytes[LANES_MAX];
	size_t fewest = SIZE_MAX, count = 0;

	for (size_t i = 0; i < lanes->count; i++)
		if (lanes->lane[i].busy && fewest > lanes->lane[i].rest.len)
			fewest = lanes->lane[i].rest.len;
	fewest -= fewest % HASH_BLOCK_BYTES;
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = &lanes->lane[i];
		size_t len = lane->rest.len - fewest < HASH_BLOCK_BYTES ? lane->rest.len : fewest;

		if (!lane->busy || !len)
			continue;
		stream[count] = lane->stream;
		bytes[count++] = (struct span){ lane->rest.data, len };
		lane->rest.data += len;
		lane->rest.len -= len;
	}
	hash_streams_add(stream, bytes, count);
}

static int lanes_go_on(struct packs_lanes *lanes, struct error *err)
{
	for (size_t i = 0; i < lanes->count; i++)
		if (lanes->lane[i].busy && lane_go_on(lanes, &lanes->lane[i], err))
			return -1;
	return lanes_fill(lanes, err);
}

int packs_lanes_run(struct packs_lanes *lanes, const struct packs_lanes_work *work,
		    struct error *err)
{
	int failed;

	lanes->work = work;
	failed = lanes_fill(lanes, err);
	while (!failed && lanes->busy) {
		lanes_hash(lanes);
		failed = lanes_go_on(lanes, err);
	}
	for (size_t i = 0; i < lanes->count && failed; i++)
		if (lanes->lane[i].busy) {
			hash_stream_finish(lanes->lane[i].stream);
			lane_end(lanes, &lanes->lane[i]);
		}
	lanes->waiting = false;
	return failed;
}
