/*
 * Weights cut into planes of bytes, and byte planes into planes of bits.
 *
 * The exponents of weights take few values, their mantissas nearly all. So words
 * are turned until one byte holds the exponent, and the first, second … bytes of
 * all words are put side by side: planes. A plane whose bytes take few values is
 * then told by short codes, a level at a time.
 *
 * All words are little-endian, as safetensors has them, at any place in memory.
 * kernels/planes_plain.c says what each function is; code for a processor's vector
 * instructions is used after it agreed with that.
 */
#ifndef KERNELS_PLANES_H
#define KERNELS_PLANES_H

#include <stddef.h>
#include <stdint.h>

enum {
	PLANES_MAX = 4,      /* bytes of a word */
	PLANES_GROUP = 64,   /* symbols of a level whose bits stand together */
	PLANES_WIDTH_MAX = 6 /* bits of a level's codes */
};

/*
 * What is done to words before they are cut: a bijection.
 * PLANES_TURN, 16 bits: rotated left by one: bf16's exponent is the high byte.
 * PLANES_TURN, 32 bits: the sign moved below the exponent, that is from bit 31 to bit 23.
 * PLANES_LESS: the difference from the words of `base`, both in the order of the
 *     numbers that they stand for (the sign bit inverted; all bits of negative
 *     numbers), modulo 2^bits, as 2d for d >= 0 and -2d - 1 for d < 0.
 */
enum planes_change { PLANES_TURN, PLANES_LESS };

/* Words of `bytes` (2 or 4) bytes each; plane[0] gets their lowest bytes. `base` for PLANES_LESS.
 */
void planes_split(enum planes_change change, size_t bytes, const uint8_t *words,
		  const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX]);
/* And back. */
void planes_join(enum planes_change change, size_t bytes, const uint8_t *const plane[PLANES_MAX],
		 const uint8_t *base, size_t count, uint8_t *words);

/*
 * One level: symbols that stand in a window of 2^width - 1 values from `first` on
 * have a code of `width` bits, their distance from it; the others' code has all bits
 * set, and they go on to the next level, those above the window lowered by its
 * size, so that the values left stand close together again. All modulo 256.
 */
struct planes_level {
	uint8_t width; /* 1 to PLANES_WIDTH_MAX */
	uint8_t first;
};

/* Bytes of a level's codes: for each 64 symbols, `width` times 8 bytes, the lowest bit of the codes
 * first, symbol i of them in bit i of the little-endian word. */
size_t planes_codes_size(struct planes_level level, size_t count);

/*
 * Code `count` symbols. Returns how many go on, put into `on`. Where the last
 * group is not full, its codes are 0 there. 64 bytes behind the symbols are read,
 * and as many behind what goes on may be written; `on` may be `symbols`.
 */
size_t planes_level_take(struct planes_level level, const uint8_t *symbols, size_t count,
			 uint8_t *codes, uint8_t *on);

/*
 * And back. Returns how many of `on` were used, counted in full groups: whatever
 * `codes` says, no more than `count` rounded up to a multiple of 64 are read, and
 * 64 more bytes behind them, and that many symbols written.
 */
size_t planes_level_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
			size_t count, uint8_t *symbols);

/* How it is done here: "plain", "64-bit words", "avx2" or "avx-512". */
const char *planes_implementation(void);

#endif
