/* Cutting by content: lines, and the gear hash. */
#include "registry/packs/chunk.h"

#include <string.h>

enum {
	MIN_SHARE = 4, /* a chunk has at least this part of the average, */
	MAX_TIMES = 4, /* and at most so many times as much */
	EASE_BITS = 2, /* so much less likely is a cut before the average, and more behind it */
	GEAR_WINDOW = 64,
	SAMPLE_RUN = 256,
	SAMPLE_RUNS = 16,
};

/* One random word for each byte (splitmix64's first 256 words). */
static uint64_t gear_of(uint8_t byte)
{
	uint64_t z = UINT64_C(0x9e3779b97f4a7c15) * ((uint64_t)byte + 1);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

size_t chunk_min(const struct chunking *chunking)
{
	return chunking->average / MIN_SHARE;
}

struct chunking chunking_of(bool lines, uint64_t size)
{
	struct chunking chunking = { lines, lines ? CHUNK_LINES_BYTES : CHUNK_BYTES_BYTES, { 0 } };

	while (size / chunking.average > CHUNK_PARTS_AIM)
		chunking.average *= 2;
	for (unsigned i = 0; i < 256; i++)
		chunking.gear[i] = gear_of((uint8_t)i);
	return chunking;
}

bool chunk_is_text(struct span bytes)
{
	size_t runs = bytes.len > SAMPLE_RUN * SAMPLE_RUNS ? SAMPLE_RUNS : 1;
	size_t run = runs > 1 ? SAMPLE_RUN : bytes.len;

	for (size_t i = 0; i < runs; i++) {
		size_t at = runs > 1 ? (bytes.len - run) / (runs - 1) * i : 0;

		for (size_t k = at; k < at + run; k++) {
			uint8_t c = bytes.data[k];

			/* Tabs, line ends, form feeds, and escapes of terminals. */
			if ((c < 0x20 && (c < '\t' || c > '\r') && c != 0x1b) || c == 0x7f)
				return false;
		}
	}
	return true;
}

/* ---- Anything ---- */

/* Where the gear hash cuts: at one byte in `average` or so. */
static size_t gear_cut(const struct chunking *chunking, struct span bytes)
{
	const uint64_t *gear = chunking->gear;
	size_t average = chunking->average;
	size_t end = bytes.len < MAX_TIMES * average ? bytes.len : MAX_TIMES * average;
	size_t usual = end < average ? end : average, i = average / MIN_SHARE;
	/* The highest bits: those that all of the window went into. */
	uint64_t rare = UINT64_MAX / average >> EASE_BITS;
	uint64_t often = UINT64_MAX / average << EASE_BITS, hash = 0;

	if (end <= i)
		return end;
	for (size_t k = i < GEAR_WINDOW ? 0 : i - GEAR_WINDOW; k < i; k++)
		hash = (hash << 1) + gear[bytes.data[k]];
	for (; i < usual; i++) {
		hash = (hash << 1) + gear[bytes.data[i]];
		if (hash < rare)
			return i + 1;
	}
	for (; i < end; i++) {
		hash = (hash << 1) + gear[bytes.data[i]];
		if (hash < often)
			return i + 1;
	}
	return end;
}

/* ---- Lines ---- */

static uint64_t load64(const uint8_t *at, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)at[i] << (8 * i);
	return word;
}

/* Every bit of the line goes into every bit of it. */
static uint64_t line_hash(const uint8_t *line, size_t len)
{
	uint64_t hash = len;

	for (; len >= 8; line += 8, len -= 8) {
		hash = (hash ^ load64(line, 8)) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	hash = (hash ^ load64(line, len)) * UINT64_C(0xbf58476d1ce4e5b9);
	hash ^= hash >> 29;
	hash *= UINT64_C(0x94d049bb133111eb);
	return hash ^ hash >> 32;
}

/* Does a line of `len` bytes end a chunk of which `before` bytes are there? The longer it is, the
 * likelier: as if each byte were asked. */
static bool line_ends(size_t average, const uint8_t *line, size_t len, size_t before)
{
	uint64_t each = before < average ? UINT64_MAX / average >> EASE_BITS
					 : UINT64_MAX / average << EASE_BITS;
	uint64_t limit;

	if (before + len < average / MIN_SHARE)
		return false;
	return __builtin_mul_overflow(each, len, &limit) || line_hash(line, len) < limit;
}

static size_t line_cut(const struct chunking *chunking, struct span bytes)
{
	size_t average = chunking->average;
	size_t end = bytes.len < MAX_TIMES * average ? bytes.len : MAX_TIMES * average, at = 0;

	while (at < end) {
		const uint8_t *line = bytes.data + at, *stop = memchr(line, '\n', end - at);
		size_t len = stop ? (size_t)(stop - line) + 1 : 0;

		/* A line that does not fit begins a chunk of its own. */
		if (!len)
			return end == bytes.len ? end : at ? at : gear_cut(chunking, bytes);
		if (line_ends(average, line, len, at))
			return at + len;
		at += len;
	}
	return at;
}

size_t chunk_next(const struct chunking *chunking, struct span bytes)
{
	return chunking->lines ? line_cut(chunking, bytes) : gear_cut(chunking, bytes);
}
