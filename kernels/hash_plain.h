/* SHA-256's compression in plain C, for machines and builds that have nothing faster. */
#ifndef KERNELS_HASH_PLAIN_H
#define KERNELS_HASH_PLAIN_H

#include <stddef.h>
#include <stdint.h>

/* Advance the state over `blocks` whole blocks of 64 bytes (FIPS 180-4, section 6.2.2). */
void hash_plain_advance(uint32_t state[8], const uint8_t *data, size_t blocks);

#endif
