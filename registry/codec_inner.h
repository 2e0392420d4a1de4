/* What the codecs share: one thread's scratch memory, and how a plane of bytes is stored. */
#ifndef REGISTRY_CODEC_INNER_H
#define REGISTRY_CODEC_INNER_H

#include "registry/codec/zstd.h"

enum {
	BLOCK_WORDS = 131072, /* that are stored together: so many symbols has a part at most */
	SYMBOLS_SLACK = 64,   /* bytes behind symbols that vector code may touch */
	LEVELS_MAX = 6,
	SYMBOL_VALUES = 256
};

struct codec_work;

/* Stored bytes on their way out: what does not fit is left out, and `full` says so. */
struct stored_room {
	uint8_t *at, *end;
	bool full;
};

/* How a plane's symbols may be told. The number stands in what was stored. */
enum part_method { PART_RAW, PART_CONSTANT, PART_ZSTD, PART_LEVELS };

/* What a sample of a plane's symbols says to do with it. */
struct part_plan {
	enum part_method method;
	unsigned level_count;                  /* PART_LEVELS */
	struct planes_level level[LEVELS_MAX]; /* the outermost first */
	bool zstd_codes, zstd_rest; /* the first level's codes, and what is left behind the last */
	double bits;                /* expected of a symbol */
};

/* Bits of a symbol that no code of single symbols can do without, with counts from a sample. */
double symbols_entropy(const uint32_t histogram[SYMBOL_VALUES]);

/*
 * Choose from how often each symbol stands in a sample; `count` is how many symbols
 * a part will have. With EFFORT_FAST zstd is not thought of.
 */
struct part_plan part_plan_of(const uint32_t histogram[SYMBOL_VALUES], enum codec_effort effort,
			      size_t count);

/*
 * Store `count` symbols (1 to BLOCK_WORDS, SYMBOLS_SLACK behind them) as a part: as
 * planned, or in fewer bytes.
 */
MUST_CHECK int part_encode(struct codec_work *work, const struct part_plan *plan,
			   const uint8_t *symbols, size_t count, struct stored_room *room,
			   struct error *err);

/*
 * Read a part of `count` symbols. *out_symbols points to them: into what `stored`
 * is read from, or into `to`, which has room for them and SYMBOLS_SLACK.
 */
MUST_CHECK int part_decode(struct codec_work *work, struct reader *stored, size_t count,
			   uint8_t *to, const uint8_t **out_symbols, struct error *err);

/* Levels as they are stored. */
struct stored_levels {
	unsigned count;
	struct planes_level level[LEVELS_MAX];
	size_t left[LEVELS_MAX + 1]; /* symbols that come to each, and go on from the last */
};

/*
 * What part_decode is made of: a part's method and bytes; a part that is no level, into `to` or
 * where it stands; and what stands in front of the parts of levels, where `count` symbols come to
 * the first.
 */
MUST_CHECK int part_take(struct reader *stored, enum part_method *out_method,
			 struct span *out_bytes, struct error *err);
MUST_CHECK int part_simple(struct codec_work *work, enum part_method method, struct span bytes,
			   size_t count, uint8_t *to, const uint8_t **out_symbols,
			   struct error *err);
MUST_CHECK int levels_read(struct reader *r, size_t count, struct stored_levels *out,
			   struct error *err);

/* How words are cut, by how many planes that gives: stands in what was stored. */
enum words_cut {
	CUT_BYTES = 1, /* not at all */
	CUT_16 = 2,    /* for bf16 */
	CUT_F16 = 3,   /* words of 16 bits, their high byte once more behind f16's exponent */
	CUT_32 = 4
};

/* How words are to be cut, and what to do with each plane. */
struct words_plan {
	enum planes_change change;
	enum words_cut cut;
	size_t lead; /* bytes in front of the first word */
	struct part_plan plane[PLANES_MAX];
	double bits; /* expected of a byte of raw */
};

/* What was chosen for a piece. */
struct choice {
	const struct codec *codec; /* raw, zstd …; planes and difference go by `plan` */
	struct words_plan plan;
	enum zstd_way way;
	double bits; /* expected of a byte of raw */
};

/* All of it begins at multiples of a vector: stores that cross lines of the cache take twice as
 * long. */
struct codec_work {
	_Alignas(SYMBOLS_SLACK) uint8_t plane[PLANES_MAX][BLOCK_WORDS + SYMBOLS_SLACK];
	uint8_t symbols[2][BLOCK_WORDS + 2 * SYMBOLS_SLACK]; /* of levels, in turns */
	uint8_t codes[BLOCK_WORDS]; /* of all levels; longer ones would save nothing */
	struct zstd_work *zstd;
	struct choice chosen; /* codec_choose; codec NULL: nothing yet */
};

/*
 * Look at a sample of `raw` cut in this way. `base` is empty, or as long as raw:
 * then differences from it are cut, CUT_16 or CUT_32. One that costs
 * `worth` bits of a byte or more is of no use: where no plan can cost less, none is searched, and
 * `bits` is 8.
 */
struct words_plan words_plan_of(struct codec_work *work, enum words_cut cut, size_t lead,
				struct span raw, struct span base, enum codec_effort effort,
				double worth);

size_t words_size(enum words_cut cut); /* bytes of a word */

/* Store `raw` by a plan made for it. */
MUST_CHECK int words_encode(struct codec_work *work, const struct words_plan *plan, struct span raw,
			    struct span base, struct stored_room *room, struct error *err);
/* `base` is empty or raw_len bytes. */
MUST_CHECK int words_decode(struct codec_work *work, struct span base, struct span stored,
			    uint8_t *out, size_t raw_len, struct error *err);

/*
 * Words back from their planes. `base`: NULL, or what differences are from. `high` has room for a
 * plane, which CUT_F16 needs.
 */
void words_join(enum words_cut cut, const uint8_t *const plane[PLANES_MAX], const uint8_t *base,
		size_t count, uint8_t *high, uint8_t *out);

/* Append to the room. */
void stored_add(struct stored_room *room, struct span bytes);

#endif
