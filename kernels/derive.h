/*
 * The arithmetic of derived weights: casts, sums of models, low-rank updates.
 *
 * docs/numerics.md, "Derivations", says which bits; kernels/derive_loops.h is what is
 * right, compiled for any processor (kernels/derive_plain.c); code compiled for a processor's
 * vectors is used after it gave the same bits. All of it rounds to nearest even and keeps
 * subnormals, whatever the thread's environment was. Any thread.
 */
#ifndef KERNELS_DERIVE_H
#define KERNELS_DERIVE_H

#include "kernels/exact.h"

/* `n` numbers, little-endian at any place, as binary32: exact. */
void derive_widen(enum float_format format, const uint8_t *bytes, size_t n, float *out);

/* The nearest number of the format, ties to even; beyond its range an infinity; every NaN becomes
 * the format's quiet one (0x7fc0, 0x7e00, 0x7fc00000). */
void derive_narrow(enum float_format format, const float *x, size_t n, uint8_t *out_bytes);

/* derive_narrow and derive_widen in place. */
void derive_round(enum float_format format, float *x, size_t n);

enum derive_step {
	DERIVE_MULTIPLY, /* x = x * w */
	DERIVE_DIVIDE    /* x = x / w */
};
void derive_scale(enum derive_step step, float *x, float w, size_t n);

/* sum = sum + x. */
void derive_add(float *sum, const float *x, size_t n);

/* sum = fma(x, w, sum). */
void derive_add_product(float *sum, const float *x, float w, size_t n);

/*
 * out[i] = the chain over k = 0 ... rank - 1 of left[k] and right[k * stride + i]
 * (docs/numerics.md, Notation), for i < n.
 */
void derive_chain(const float *left, const float *right, size_t rank, size_t stride, size_t n,
		  float *out);

/* largest[i] = max(largest[i], |x[i]|); a NaN is passed over. */
void derive_largest(float *largest, const float *x, size_t n);

/* How far what was found lies from what was expected. Start with {0}. */
struct derive_difference {
	uint64_t differ;  /* elements whose bits differ, those apart that are NaN on both sides */
	uint64_t nan;     /* elements that are NaN on both sides, with other bits */
	uint64_t largest; /* in units in the last place, rounded up; DERIVE_FAR */
	uint64_t first;   /* element where `largest` first went above what is allowed */
	bool beyond;      /* it did */
};

#define DERIVE_FAR UINT64_MAX /* one is NaN or infinite, and the other is not that */

/*
 * Compare `n` elements, the first being number `at`, whose bits may differ by `allowed` units. A
 * unit is the last place of the largest magnitude among expected, found and, unless it is NULL,
 * terms[i] in the format.
 */
void derive_compare(enum float_format format, const uint8_t *expected, const uint8_t *found,
		    const float *terms, size_t n, uint64_t at, uint64_t allowed,
		    struct derive_difference *difference);

/* How it is done here: "plain", "avx2" or "avx-512". */
const char *derive_implementation(void);

#endif
