/* The ways to cut and join planes: for which processors, and which may be used. */
#ifndef KERNELS_PLANES_INNER_H
#define KERNELS_PLANES_INNER_H

#include <stdbool.h>

#include "kernels/planes.h"

/* See kernels/planes.h for what each does. */
struct planes_type {
	const char *name;
	bool compiled; /* false: the functions are NULL */
	void (*split)(enum planes_change change, size_t bytes, const uint8_t *words,
		      const uint8_t *base, size_t count, uint8_t *const plane[PLANES_MAX]);
	void (*join)(enum planes_change change, size_t bytes,
		     const uint8_t *const plane[PLANES_MAX], const uint8_t *base, size_t count,
		     uint8_t *words);
	size_t (*take)(struct planes_level level, const uint8_t *symbols, size_t count,
		       uint8_t *codes, uint8_t *on);
	size_t (*put)(struct planes_level level, const uint8_t *codes, const uint8_t *on,
		      size_t count, uint8_t *symbols);
};

extern const struct planes_type planes_plain; /* what is right */
extern const struct planes_type planes_words; /* any little-endian processor */
extern const struct planes_type planes_avx2;
extern const struct planes_type planes_avx512; /* F, BW, DQ, VL, VBMI and VBMI2 */

/* Is it compiled, and has this processor what it needs? */
bool planes_here(const struct planes_type *type);

/* Does it do what planes_plain does, on drawn bytes of drawn lengths at drawn places? */
bool planes_agree(const struct planes_type *type);

/* The fastest that is here and agrees. Asked once for the process. */
const struct planes_type *planes_admitted(void);

#endif
