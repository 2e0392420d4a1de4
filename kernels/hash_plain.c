/* SHA-256's compression in plain C, word for word as FIPS 180-4 has it. */
#include "kernels/hash_plain.h"
#include "kernels/hash_rounds.h"

enum { ROUNDS = 64, WORDS = 16, BLOCK_SIZE = 64 };

static const uint32_t round_constant[ROUNDS] = { HASH_ROUND_CONSTANTS };

static inline uint32_t rotated(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* The message schedule: sixteen words of the block, and what follows from them. */
static void schedule(const uint8_t *block, uint32_t w[ROUNDS])
{
	for (size_t t = 0; t < WORDS; t++)
		w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		       (uint32_t)block[4 * t + 2] << 8 | (uint32_t)block[4 * t + 3];
	for (size_t t = WORDS; t < ROUNDS; t++) {
		uint32_t s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3;
		uint32_t s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10;

		w[t] = s1 + w[t - 7] + s0 + w[t - 16];
	}
}

static void block_advance(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[ROUNDS];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	schedule(block, w);
	for (size_t t = 0; t < ROUNDS; t++) {
		uint32_t sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
		uint32_t sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
		uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + round_constant[t] + w[t];
		uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));

		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void hash_plain_advance(uint32_t state[8], const uint8_t *data, size_t blocks)
{
	for (size_t i = 0; i < blocks; i++)
		block_advance(state, data + i * BLOCK_SIZE);
}
