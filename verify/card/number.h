/*
 * card_number: numbers as cards write them, and whether an exact number rounds to one.
 *
 * "1,777,088,512", "1.7B", "2.1 trillion", "8e-5", "3.2×10^23", "1.4兆", "2兆724億", "48.6%". What
 * is read has been folded (verify/text_fold.h): half width, lower case. The digits that are written
 * are kept: they say how far a number is rounded.
 */
#ifndef VERIFY_CARD_NUMBER_H
#define VERIFY_CARD_NUMBER_H

#include "kernels/kernels.h"

/* mantissa × 10^exponent, where 10^exponent is the place of the last digit written. */
struct card_number {
	bool negative;
	uint64_t mantissa;
	int exponent;
	bool percent;
	bool kilo;  /* a lone "k" stood behind it: 1,000, or 1,024 where lengths are counted */
	bool whole; /* neither point, exponent nor unit: trailing zeros may be rounding */
};

/*
 * The number at the front of `text`, with its unit of count ("b", "million", "兆", "%"). Returns
 * how many bytes it takes; 0: none begins here, or it has more than 19 digits. It does not begin
 * within a word: the caller sees to that.
 */
size_t card_number_take(struct span text, struct card_number *out_number);

/* `text` is a number and nothing else but blanks around it. */
bool card_number_read(struct span text, struct card_number *out_number);

/*
 * Does the exact `fact` round to what is written? Half a unit of the last digit either way;
 * `about`: a whole number's trailing zeros are no digits.
 */
bool card_number_rounds(const struct card_number *fact, const struct card_number *written,
			bool about);

/* The same number? Digits written do not matter. */
bool card_number_equal(const struct card_number *a, const struct card_number *b);

#endif
