/*
 * Stored pieces decoded a step at a time.
 *
 * Of a block of words all stored bytes are fetched together, since its planes lie one behind the
 * other; in a core's second cache there is room for that. Decoded are only the words of a step.
 * Levels go on where they were: whoever wants symbols of one has what goes on from it decoded
 * first, as many as could be needed, and leaves over what was not.
 */
#include "registry/codec_steps.h"
#include "registry/codec_inner.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEP_ROOM = CODEC_STEP_MAX + 2 * SYMBOLS_SLACK, /* what reading a level may touch */
	LEVEL_ROOM = 4 * CODEC_STEP_MAX, /* decoded ahead; moved to its front when it is full */
	FETCH_SIZE_BYTES = 64 << 10,
	FETCH_MORE_BYTES = 1 << 10, /* blocks of a piece are about as long as the one before */
	PART_MAX = BLOCK_WORDS + 4, /* no part that codec_encode makes takes more, with its head */
	WINDOW_SIZE = PLANES_MAX * PART_MAX + FETCH_SIZE_BYTES,
	ASIDE_SIZE = PLANES_MAX * (BLOCK_WORDS + 2 * SYMBOLS_SLACK)
};

/* Symbols or codes that lie somewhere, one after another, or are all the same. */
struct row {
	const uint8_t *at;
	bool alike; /* `at` has as many as a step needs */
};

struct level {
	struct planes_level level;
	struct row codes;
	size_t left;         /* symbols that were not decoded yet */
	size_t start, count; /* those in `room` that were, and that nobody took */
	uint8_t room[LEVEL_ROOM + STEP_ROOM];
};

/* A plane of the block that is being decoded. */
struct plane {
	unsigned levels; /* 0: its symbols are `rest` */
	struct level level[LEVELS_MAX];
	struct row rest; /* what goes on from the last level */
	size_t rest_left;
	uint8_t symbols[STEP_ROOM]; /* of a step, of the first level */
};

struct codec_steps {
	struct codec_steps_wish wish;
	size_t fetch_left, raw_left;
	bool ended;
	size_t at, end;    /* of the window: what was fetched and not read yet */
	size_t likely_end; /* of what will be read before it is moved to the front */

	/* Of words: */
	bool begun;
	enum words_cut cut;
	size_t lead, behind; /* bytes in front of the first word, and behind the last */
	uint8_t edge[2 * PLANES_MAX];
	size_t words_left, block_left; /* those in no block yet; in this one */
	struct plane plane[PLANES_MAX];

	uint8_t *aside; /* what a block does not have as it is, unpacked; or NULL */
	size_t aside_used;
	_Alignas(SYMBOLS_SLACK) uint8_t out[(CODEC_STEP_MAX + 2) * PLANES_MAX];
	_Alignas(SYMBOLS_SLACK) uint8_t high[STEP_ROOM]; /* CUT_F16: two planes joined */
	_Alignas(SYMBOLS_SLACK) uint8_t window[WINDOW_SIZE + STEP_ROOM];
};

int codec_steps_new(struct codec_steps **out_steps, struct error *err)
{
	size_t size = sizeof(struct codec_steps);
	struct codec_steps *steps = aligned_alloc(_Alignof(struct codec_steps), size);

	if (!steps)
		return error_set(err, ERROR_SYSTEM, "out of memory for a codec");
	steps->aside = NULL;
	*out_steps = steps;
	return 0;
}

void codec_steps_free(struct codec_steps **steps)
{
	if (!*steps)
		return;
	free((*steps)->aside);
	free(*steps);
	*steps = NULL;
}

bool codec_steps_can(const struct codec *codec)
{
	return codec == &codec_raw || codec == &codec_planes;
}

void codec_steps_begin(struct codec_steps *steps, const struct codec_steps_wish *wish)
{
	steps->wish = *wish;
	steps->fetch_left = wish->stored_len;
	steps->raw_left = wish->raw_len;
	steps->at = steps->end = 0;
	steps->likely_end = FETCH_SIZE_BYTES;
	steps->words_left = steps->block_left = 0;
	steps->begun = steps->ended = false;
}

/* ---- The window ---- */

static int fetch(struct codec_steps *steps, uint8_t *to, size_t len, struct error *err)
{
	if (steps->wish.fetch(steps->wish.user, to, len, err))
		return -1;
	steps->fetch_left -= len;
	return 0;
}

/* Have `len` bytes in the window. Those before stay where they are. */
static int window_need(struct codec_steps *steps, size_t len, struct error *err)
{
	size_t have = steps->end - steps->at, more, to = steps->at + len;

	if (have >= len)
		return 0;
	if (len - have > steps->fetch_left)
		return error_set(err, ERROR_CORRUPT, "a stored piece ends too early");
	to = to < steps->likely_end ? steps->likely_end : to + FETCH_MORE_BYTES;
	more = to - steps->end < steps->fetch_left ? to - steps->end : steps->fetch_left;
	assert(more <= WINDOW_SIZE - steps->end); /* a block begins at its front */
	if (fetch(steps, steps->window + steps->end, more, err))
		return -1;
	steps->end += more;
	return 0;
}

static int window_take(struct codec_steps *steps, size_t len, struct span *out, struct error *err)
{
	if (window_need(steps, len, err))
		return -1;
	*out = (struct span){ steps->window + steps->at, len };
	steps->at += len;
	return 0;
}

/* What was read goes; about as much will be read again until the next time. */
static void window_move_to_front(struct codec_steps *steps)
{
	if (steps->at > FETCH_MORE_BYTES)
		steps->likely_end = steps->at + FETCH_MORE_BYTES;
	memmove(steps->window, steps->window + steps->at, steps->end - steps->at);
	steps->end -= steps->at;
	steps->at = 0;
}

/* ---- A block ---- */

/* Room for what is unpacked of a block, with slack behind it. */
static int aside_take(struct codec_steps *steps, size_t len, uint8_t **out, struct error *err)
{
	size_t with_slack = len + 2 * SYMBOLS_SLACK;

	if (!steps->aside && !(steps->aside = malloc(ASIDE_SIZE + STEP_ROOM)))
		return error_set(err, ERROR_SYSTEM, "out of memory for a codec");
	if (with_slack > ASIDE_SIZE - steps->aside_used)
		return error_set(err, ERROR_CORRUPT, "a block of a stored piece is too long");
	*out = steps->aside + steps->aside_used;
	steps->aside_used += with_slack;
	return 0;
}

/* `count` symbols or codes, `step` of which are needed at a time. */
static int row_begin(struct codec_steps *steps, struct codec_work *work, enum part_method method,
		     struct span bytes, size_t count, size_t step, struct row *out,
		     struct error *err)
{
	uint8_t *to = NULL;

	out->alike = method == PART_CONSTANT;
	if (out->alike && count > step)
		count = step;
	if ((method == PART_CONSTANT || method == PART_ZSTD) && aside_take(steps, count, &to, err))
		return -1;
	return part_simple(work, method, bytes, count, to, &out->at, err);
}

static int levels_begin(struct codec_steps *steps, struct codec_work *work, struct span bytes,
			size_t count, struct plane *plane, struct error *err)
{
	struct reader r = reader_over(bytes);
	struct stored_levels stored;
	enum part_method method;
	struct span inner;
	size_t step = steps->wish.words;

	if (levels_read(&r, count, &stored, err) || part_take(&r, &method, &inner, err) ||
	    row_begin(steps, work, method, inner, stored.left[stored.count],
		      step + 2 * SYMBOLS_SLACK, &plane->rest, err))
		return -1;
	plane->levels = stored.count;
	plane->rest_left = stored.left[stored.count];
	for (unsigned i = stored.count; i-- > 0;) {
		struct level *level = &plane->level[i];

		level->level = stored.level[i];
		level->left = stored.left[i];
		level->start = level->count = 0;
		if (part_take(&r, &method, &inner, err) ||
		    row_begin(steps, work, method, inner,
			      planes_codes_size(level->level, level->left),
			      planes_codes_size(level->level, step), &level->codes, err))
			return -1;
	}
	if (r.rest.len)
		return error_set(err, ERROR_CORRUPT, "part of a stored piece ends too late");
	return 0;
}

static int plane_begin(struct codec_steps *steps, struct codec_work *work, struct plane *plane,
		       struct error *err)
{
	struct span part;
	enum part_method method;
	struct reader r;
	size_t len;

	if (window_need(steps, 4, err))
		return -1;
	r = reader_over((struct span){ steps->window + steps->at, 4 });
	len = 4 + (reader_u32le(&r) >> 8);
	if (len > PART_MAX)
		return error_set(err, ERROR_CORRUPT, "a part of a stored piece is too long");
	if (window_take(steps, len, &part, err))
		return -1;
	r = reader_over(part);
	if (part_take(&r, &method, &part, err))
		return -1;
	if (method == PART_LEVELS)
		return levels_begin(steps, work, part, steps->block_left, plane, err);
	plane->levels = 0;
	plane->rest_left = steps->block_left;
	return row_begin(steps, work, method, part, steps->block_left, steps->wish.words,
			 &plane->rest, err);
}

static int block_begin(struct codec_steps *steps, struct codec_work *work, struct error *err)
{
	size_t words = steps->words_left < BLOCK_WORDS ? steps->words_left : BLOCK_WORDS;

	steps->block_left = words;
	steps->words_left -= words;
	steps->aside_used = 0;
	window_move_to_front(steps);
	for (size_t p = (size_t)steps->cut; p-- > 0;)
		if (plane_begin(steps, work, &steps->plane[p], err))
			return -1;
	return 0;
}

/* ---- Symbols of a step ---- */

static const uint8_t *row_take(struct row *row, size_t bytes)
{
	const uint8_t *at = row->at;

	row->at += row->alike ? 0 : bytes;
	return at;
}

static int level_decode(struct plane *plane, unsigned i, size_t count, uint8_t *to,
			struct error *err);

/* Have `want` symbols of a level decoded, or all that it has left. */
static int level_ready(struct plane *plane, unsigned i, size_t want, struct error *err)
{
	struct level *level = &plane->level[i];
	size_t more;

	if (level->count >= want || !level->left)
		return 0;
	more = (want - level->count + PLANES_GROUP - 1) / PLANES_GROUP * PLANES_GROUP;
	more = more < level->left ? more : level->left;
	if (level->start + level->count + more > LEVEL_ROOM) {
		memmove(level->room, level->room + level->start, level->count);
		level->start = 0;
	}
	if (level_decode(plane, i, more, level->room + level->start + level->count, err))
		return -1;
	level->count += more;
	return 0;
}

/* The next `count` symbols of level i: full groups, or all that are left. */
static int level_decode(struct plane *plane, unsigned i, size_t count, uint8_t *to,
			struct error *err)
{
	struct level *level = &plane->level[i], *next = i + 1 < plane->levels ? level + 1 : NULL;
	size_t *have = next ? &next->count : &plane->rest_left, used;
	const uint8_t *codes = row_take(&level->codes, planes_codes_size(level->level, count));
	const uint8_t *on;

	if (next && level_ready(plane, i + 1, count, err))
		return -1;
	on = next ? next->room + next->start : plane->rest.at;
	used = planes_level_put(level->level, codes, on, count, to);
	level->left -= count;
	if (used > *have || (!level->left && (used < *have || (next && next->left))))
		return error_set(err, ERROR_CORRUPT,
				 "the codes of a level do not say what goes on from it");
	*have -= used;
	if (next)
		next->start += used;
	else
		row_take(&plane->rest, used);
	return 0;
}

static int plane_next(struct plane *plane, size_t count, const uint8_t **out_symbols,
		      struct error *err)
{
	if (!plane->levels) {
		*out_symbols = row_take(&plane->rest, count);
		return 0;
	}
	*out_symbols = plane->symbols;
	return level_decode(plane, 0, count, plane->symbols, err);
}

/* ---- Words ---- */

/* How the piece is cut, and what stands before and behind its words. */
static int words_begin(struct codec_steps *steps, struct error *err)
{
	size_t bytes;
	struct span head, edges;

	if (window_take(steps, 2, &head, err))
		return -1;
	if (head.data[0] < CUT_BYTES || head.data[0] > CUT_32 || head.data[1] >= PLANES_MAX ||
	    head.data[1] > steps->raw_left)
		return error_set(err, ERROR_CORRUPT,
				 "a stored piece is cut in way %u behind %u bytes", head.data[0],
				 head.data[1]);
	steps->cut = (enum words_cut)head.data[0];
	steps->lead = head.data[1];
	bytes = words_size(steps->cut);
	steps->words_left = (steps->raw_left - steps->lead) / bytes;
	steps->behind = (steps->raw_left - steps->lead) % bytes;
	if (window_take(steps, steps->lead + steps->behind, &edges, err))
		return -1;
	memcpy(steps->edge, edges.data, edges.len);
	steps->begun = true;
	return 0;
}

/* Decode `count` words to `out`. */
static int words_step(struct codec_steps *steps, size_t count, uint8_t *out, struct error *err)
{
	const uint8_t *symbols[PLANES_MAX] = { NULL };

	for (size_t p = (size_t)steps->cut; p-- > 0;)
		if (plane_next(&steps->plane[p], count, &symbols[p], err))
			return -1;
	steps->block_left -= count;
	words_join(steps->cut, symbols, NULL, count, steps->high, out);
	return 0;
}

static int words_next(struct codec_steps *steps, struct codec_work *work, size_t *out_len,
		      struct error *err)
{
	uint8_t *to = steps->out;
	size_t count;

	if (!steps->begun) {
		if (words_begin(steps, err))
			return -1;
		memcpy(to, steps->edge, steps->lead);
		to += steps->lead;
	}
	if (!steps->block_left && steps->words_left && block_begin(steps, work, err))
		return -1;
	count = steps->block_left < steps->wish.words ? steps->block_left : steps->wish.words;
	if (count && words_step(steps, count, to, err))
		return -1;
	to += count * words_size(steps->cut);
	if (!steps->block_left && !steps->words_left) {
		memcpy(to, steps->edge + steps->lead, steps->behind);
		to += steps->behind;
	}
	*out_len = (size_t)(to - steps->out);
	return 0;
}

static int raw_next(struct codec_steps *steps, size_t *out_len, struct error *err)
{
	size_t most = steps->wish.words * PLANES_MAX;

	*out_len = steps->raw_left < most ? steps->raw_left : most;
	if (*out_len > steps->fetch_left)
		return error_set(err, ERROR_CORRUPT, "a stored piece ends too early");
	return *out_len ? fetch(steps, steps->out, *out_len, err) : 0;
}

int codec_steps_next(struct codec_steps *steps, struct codec_work *work, struct span *out_bytes,
		     struct error *err)
{
	size_t len = 0;

	if (!steps->ended) {
		if (steps->wish.codec == &codec_raw ? raw_next(steps, &len, err)
						    : words_next(steps, work, &len, err))
			return -1;
		steps->raw_left -= len;
		steps->ended = !steps->raw_left;
		if (steps->ended && (steps->fetch_left || steps->at < steps->end))
			return error_set(err, ERROR_CORRUPT, "a stored piece ends too late");
	}
	*out_bytes = (struct span){ steps->out, len };
	return 0;
}
