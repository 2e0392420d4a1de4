/* SHA-256's compression with the processor's SHA instructions, several chains side by side. */
#ifndef KERNELS_HASH_SHANI_H
#define KERNELS_HASH_SHANI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HASH_BLOCK_SIZE = 64,
	HASH_CHAINS_MAX = 4 /* more chains than this no longer fit sixteen registers */
};

extern const bool hash_shani_compiled; /* false: hash_shani_advance aborts */

/*
 * Advance state[i] over `blocks` whole blocks at data[i], for every
 * i < chains <= HASH_CHAINS_MAX (FIPS 180-4, section 6.2.2). Neighbours 0 and
 * 1 (and 2 and 3) with the same data share its message schedule. Only on a
 * processor with SHA and SSE4.1.
 */
void hash_shani_advance(uint32_t *const *state, const uint8_t *const *data, size_t chains,
			size_t blocks);

#endif
