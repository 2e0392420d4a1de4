/* Whole blocks of many SHA-256 streams, interleaved on one core. */
#ifndef KERNELS_HASH_LANES_H
#define KERNELS_HASH_LANES_H

#include "kernels/hash_shani.h"

/* One stream's whole blocks that wait to be hashed. */
struct hash_lane {
	uint32_t *state;
	const uint8_t *data;
	size_t blocks;
};

/* Hash all blocks of all lanes. Reorders and uses up `lane`. */
void hash_lanes_run(struct hash_lane *lane, size_t count);

#endif
