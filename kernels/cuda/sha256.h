/*
 * sha256: FIPS 180-4 over bytes in device memory; parameters of the kernel in
 * sha256.cu.
 *
 * A message is one chain of blocks, so a few messages are bound by the latency
 * of 64 rounds for each 64 bytes; there one warp runs the chains and another
 * prepares their message schedules, which depend on no chain, two stages ahead
 * of need. Many messages are bound by integer instructions (about 1,500 a block).
 */
#ifndef KERNELS_CUDA_SHA256_H
#define KERNELS_CUDA_SHA256_H

#include <stdint.h>

/* Chains of a block of threads at most, and its threads. */
enum { SHA256_CHAINS_MAX = 32, SHA256_THREADS = 64 };

/* Bytes of device memory, from anywhere in it. */
struct digest_range {
	uint64_t offset, bytes;
};

/*
 * out[8 * i] ... are the 32 bytes of the digest of `head` and then range i.
 * `chains`, a power of two: how many messages a block of threads takes.
 */
struct digest_params {
	const uint8_t *head, *base;
	const struct digest_range *range;
	uint32_t *out;
	uint64_t head_bytes, count;
	uint32_t chains;
};

#endif
