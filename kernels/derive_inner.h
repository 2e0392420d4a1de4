/* The ways to compute derived weights: for which processors, and which may be used. */
#ifndef KERNELS_DERIVE_INNER_H
#define KERNELS_DERIVE_INNER_H

#include "kernels/derive.h"

/* See kernels/derive.h for what each does; these leave the environment to the caller. */
struct derive_type {
	const char *name;
	bool compiled; /* false: the functions are NULL */
	void (*widen)(enum float_format format, const uint8_t *bytes, size_t n, float *out);
	void (*narrow)(enum float_format format, const float *x, size_t n, uint8_t *out_bytes);
	void (*scale)(enum derive_step step, float *x, float w, size_t n);
	void (*add)(float *sum, const float *x, size_t n);
	void (*add_product)(float *sum, const float *x, float w, size_t n);
	void (*chain)(const float *left, const float *right, size_t rank, size_t stride, size_t n,
		      float *out);
	void (*largest)(float *largest, const float *x, size_t n);
};

extern const struct derive_type derive_plain; /* what is right */
extern const struct derive_type derive_avx2;
extern const struct derive_type derive_avx512; /* F, BW, DQ and VL */

/* Is it compiled, and has this processor what it needs? */
bool derive_here(const struct derive_type *type);

/* Does it give derive_plain's bits, on every 16-bit number and on drawn numbers of drawn lengths at
 * drawn places? */
bool derive_agrees(const struct derive_type *type);

/* The fastest that is here and agrees. Asked once for the process. */
const struct derive_type *derive_admitted(void);

#endif
