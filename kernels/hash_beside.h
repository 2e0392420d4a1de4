/* SHA-256's compression of one or two long streams beside sixteen others, on one core. */
#ifndef KERNELS_HASH_BESIDE_H
#define KERNELS_HASH_BESIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/hash_avx512.h"

enum { HASH_BESIDE_CHAINS_MAX = 2, HASH_BESIDE_TURN_BLOCKS = 16 };

struct hash_beside {
	uint32_t *state[HASH_WIDE_LANES];
	const uint8_t *data[HASH_WIDE_LANES];
	uint32_t *chain_state[HASH_BESIDE_CHAINS_MAX];
	const uint8_t *chain_data[HASH_BESIDE_CHAINS_MAX];
	size_t chains; /* 1 or 2 */
};

extern const bool hash_beside_compiled; /* false: hash_beside_advance aborts */

/*
 * Advance each state[i] over `turns` whole blocks at data[i], and each
 * chain_state[i] over HASH_BESIDE_TURN_BLOCKS / chains times as many at
 * chain_data[i]. Only on a processor and a system with SHA and AVX-512 F, BW,
 * DQ and VL.
 */
void hash_beside_advance(const struct hash_beside *streams, size_t turns);

#endif
