/* SHA-256's compression of sixteen streams in one go, one to each 32-bit lane of a vector. */
#ifndef KERNELS_HASH_AVX512_H
#define KERNELS_HASH_AVX512_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HASH_WIDE_LANES = 16 };

extern const bool hash_avx512_compiled; /* false: hash_avx512_advance aborts */

/* Advance state[i] over `blocks` whole blocks at data[i], for every i < HASH_WIDE_LANES.
 * Only on a processor and a system with AVX-512 F, BW, DQ and VL. */
void hash_avx512_advance(uint32_t *const state[HASH_WIDE_LANES],
			 const uint8_t *const data[HASH_WIDE_LANES], size_t blocks);

#endif
