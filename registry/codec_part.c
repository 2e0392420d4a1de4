/* A plane's symbols as they are stored: raw, one value, a zstd frame, or levels of short codes. */
#include "registry/codec_inner.h"

#include "registry/codec/zstd.h"

#include <string.h>

enum { PART_HEADER = 4, COUNT_SIZE = 4, LEVEL_SIZE = 2 };

void stored_add(struct stored_room *room, struct span bytes)
{
	if ((size_t)(room->end - room->at) < bytes.len) {
		room->full = true;
		return;
	}
	if (bytes.len)
		memcpy(room->at, bytes.data, bytes.len);
	room->at += bytes.len;
}

static void header_set(uint8_t header[PART_HEADER], enum part_method method, size_t len)
{
	header[0] = (uint8_t)method;
	header[1] = (uint8_t)len;
	header[2] = (uint8_t)(len >> 8);
	header[3] = (uint8_t)(len >> 16);
}

static void add_raw(struct span symbols, struct stored_room *room)
{
	uint8_t header[PART_HEADER];

	header_set(header, PART_RAW, symbols.len);
	stored_add(room, (struct span){ header, PART_HEADER });
	stored_add(room, symbols);
}

static bool all_alike(struct span symbols)
{
	return symbols.len && !memcmp(symbols.data, symbols.data + 1, symbols.len - 1);
}

static void add_constant(uint8_t symbol, struct stored_room *room)
{
	uint8_t part[PART_HEADER + 1];

	header_set(part, PART_CONSTANT, 1);
	part[PART_HEADER] = symbol;
	stored_add(room, (struct span){ part, sizeof(part) });
}

static int add_zstd(struct codec_work *work, enum zstd_way way, struct span symbols,
		    struct stored_room *room, struct error *err)
{
	size_t left = (size_t)(room->end - room->at), cap, len;

	if (left < PART_HEADER + 1) {
		room->full = true;
		return 0;
	}
	cap = left - PART_HEADER < symbols.len ? left - PART_HEADER : symbols.len;
	if (zstd_pack(work->zstd, way, (struct span){ NULL, 0 }, symbols, room->at + PART_HEADER,
		      cap, &len, err))
		return -1;
	if (!len) {
		add_raw(symbols, room);
		return 0;
	}
	header_set(room->at, PART_ZSTD, len);
	room->at += PART_HEADER + len;
	return 0;
}

/* A part that is no level itself. */
static int add_simple(struct codec_work *work, bool zstd, enum zstd_way way, struct span symbols,
		      struct stored_room *room, struct error *err)
{
	if (all_alike(symbols))
		add_constant(symbols.data[0], room);
	else if (zstd && symbols.len)
		return add_zstd(work, way, symbols, room, err);
	else
		add_raw(symbols, room);
	return 0;
}

/* The levels' codes, one after another in the scratch memory, and what goes on from the last. */
struct coded_levels {
	size_t left[LEVELS_MAX + 1];  /* symbols that come to each level, and go on from the last */
	size_t start[LEVELS_MAX + 1]; /* where its codes are in work->codes */
};

/* False where the codes alone would be longer than the symbols. */
static bool code_levels(struct codec_work *work, const struct part_plan *plan,
			const uint8_t *symbols, size_t count, struct coded_levels *out)
{
	*out = (struct coded_levels){ .left = { count } };
	for (unsigned i = 0; i < plan->level_count; i++) {
		out->start[i + 1] = out->start[i] + planes_codes_size(plan->level[i], out->left[i]);
		if (out->start[i + 1] > sizeof(work->codes))
			return false;
		out->left[i + 1] = planes_level_take(plan->level[i], i ? work->symbols[0] : symbols,
						     out->left[i], work->codes + out->start[i],
						     work->symbols[0]);
	}
	return true;
}

/*
 * How many levels; width and first value of each; how many symbols go on from each;
 * then parts: what goes on from the last, the last level's codes … the first's, as
 * who reads needs them.
 */
static int add_levels(struct codec_work *work, const struct part_plan *plan, const uint8_t *symbols,
		      size_t count, struct stored_room *room, struct error *err)
{
	uint8_t head[PART_HEADER + 1 + LEVELS_MAX * (LEVEL_SIZE + COUNT_SIZE)], *at = head;
	struct stored_room before = *room;
	struct coded_levels coded;

	if (!code_levels(work, plan, symbols, count, &coded)) {
		add_raw((struct span){ symbols, count }, room);
		return 0;
	}
	at += PART_HEADER;
	*at++ = (uint8_t)plan->level_count;
	for (unsigned i = 0; i < plan->level_count; i++) {
		*at++ = plan->level[i].width;
		*at++ = plan->level[i].first;
	}
	for (unsigned i = 1; i <= plan->level_count; i++)
		for (int shift = 0; shift < 8 * COUNT_SIZE; shift += 8)
			*at++ = (uint8_t)(coded.left[i] >> shift);
	stored_add(room, (struct span){ head, (size_t)(at - head) });
	if (add_simple(work, plan->zstd_rest, ZSTD_WAY_SYMBOLS,
		       (struct span){ work->symbols[0], coded.left[plan->level_count] }, room, err))
		return -1;
	for (unsigned i = plan->level_count; i-- > 0;)
		if (add_simple(work, plan->zstd_codes && i == 0, ZSTD_WAY_QUICK,
			       (struct span){ work->codes + coded.start[i],
					      coded.start[i + 1] - coded.start[i] },
			       room, err))
			return -1;
	if (room->full)
		return 0;
	if ((size_t)(room->at - before.at) < PART_HEADER + count) {
		header_set(before.at, PART_LEVELS, (size_t)(room->at - before.at) - PART_HEADER);
		return 0;
	}
	*room = before;
	add_raw((struct span){ symbols, count }, room);
	return 0;
}

int part_encode(struct codec_work *work, const struct part_plan *plan, const uint8_t *symbols,
		size_t count, struct stored_room *room, struct error *err)
{
	struct span all = { symbols, count };

	if (plan->method == PART_LEVELS && !all_alike(all))
		return add_levels(work, plan, symbols, count, room, err);
	return add_simple(work, plan->method == PART_ZSTD, ZSTD_WAY_SYMBOLS, all, room, err);
}

int part_take(struct reader *stored, enum part_method *out_method, struct span *out_bytes,
	      struct error *err)
{
	uint32_t header = reader_u32le(stored);

	*out_bytes = reader_take(stored, header >> 8);
	if (reader_failed(stored, "a stored piece", err))
		return -1;
	if ((header & 0xff) > PART_LEVELS)
		return error_set(err, ERROR_CORRUPT, "part of a stored piece has method %u",
				 header & 0xff);
	*out_method = (enum part_method)(header & 0xff);
	return 0;
}

int part_simple(struct codec_work *work, enum part_method method, struct span bytes, size_t count,
		uint8_t *to, const uint8_t **out_symbols, struct error *err)
{
	*out_symbols = to;
	if (method == PART_ZSTD)
		return zstd_unpack(work->zstd, (struct span){ NULL, 0 }, bytes, to, count, err);
	if (method == PART_CONSTANT && bytes.len == 1) {
		memset(to, bytes.data[0], count);
		return 0;
	}
	if (method != PART_RAW || bytes.len != count)
		return error_set(
			err, ERROR_CORRUPT,
			"part of a stored piece has %zu bytes by method %d for %zu symbols",
			bytes.len, (int)method, count);
	*out_symbols = bytes.data;
	return 0;
}

int levels_read(struct reader *r, size_t count, struct stored_levels *out, struct error *err)
{
	out->count = reader_u8(r);
	out->left[0] = count;
	if (out->count > LEVELS_MAX)
		return error_set(err, ERROR_CORRUPT, "part of a stored piece has %u levels",
				 out->count);
	for (unsigned i = 0; i < out->count; i++) {
		out->level[i].width = reader_u8(r);
		out->level[i].first = reader_u8(r);
		if (!r->failed &&
		    (out->level[i].width < 1 || out->level[i].width > PLANES_WIDTH_MAX))
			return error_set(err, ERROR_CORRUPT,
					 "a level of a stored piece has codes of %u bits",
					 out->level[i].width);
	}
	for (unsigned i = 1; i <= out->count; i++) {
		out->left[i] = reader_u32le(r);
		if (out->left[i] > out->left[i - 1])
			return error_set(err, ERROR_CORRUPT,
					 "more symbols go on from a level than came to it");
	}
	return reader_failed(r, "the levels of a stored piece", err) ? -1 : 0;
}

/* One level back: its codes are the next part, `*symbols` what goes on from it. */
static int level_decode(struct codec_work *work, struct reader *r, const struct stored_levels *l,
			unsigned i, uint8_t *to, struct error *err)
{
	const uint8_t *on = work->symbols[i % 2], *codes;
	enum part_method method;
	struct span bytes;

	if (part_take(r, &method, &bytes, err) ||
	    part_simple(work, method, bytes, planes_codes_size(l->level[i], l->left[i]),
			work->codes, &codes, err))
		return -1;
	if (planes_level_put(l->level[i], codes, on, l->left[i], to) != l->left[i + 1])
		return error_set(err, ERROR_CORRUPT,
				 "the codes of a level do not say what goes on from it");
	return 0;
}

static int levels_decode(struct codec_work *work, struct span bytes, size_t count, uint8_t *to,
			 struct error *err)
{
	struct reader r = reader_over(bytes);
	struct stored_levels levels;
	const uint8_t *rest;
	enum part_method method;
	struct span inner;
	uint8_t *deepest;

	if (levels_read(&r, count, &levels, err) || part_take(&r, &method, &inner, err))
		return -1;
	/* Level i reads what goes on from it in work->symbols[i % 2], and level i - 1 its own. */
	deepest = levels.count ? work->symbols[(levels.count - 1) % 2] : to;
	if (part_simple(work, method, inner, levels.left[levels.count], deepest, &rest, err))
		return -1;
	if (rest != deepest && levels.left[levels.count])
		memcpy(deepest, rest, levels.left[levels.count]);
	for (unsigned i = levels.count; i-- > 0;)
		if (level_decode(work, &r, &levels, i, i ? work->symbols[(i - 1) % 2] : to, err))
			return -1;
	if (r.rest.len)
		return error_set(err, ERROR_CORRUPT, "part of a stored piece ends too late");
	return 0;
}

int part_decode(struct codec_work *work, struct reader *stored, size_t count, uint8_t *to,
		const uint8_t **out_symbols, struct error *err)
{
	enum part_method method;
	struct span bytes;

	if (part_take(stored, &method, &bytes, err))
		return -1;
	if (method != PART_LEVELS)
		return part_simple(work, method, bytes, count, to, out_symbols, err);
	*out_symbols = to;
	return levels_decode(work, bytes, count, to, err);
}
