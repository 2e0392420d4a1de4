/*
 * sha256: FIPS 180-4. Warp 0 prepares 32 message schedules at a time, a lane
 * each: 32 / chains blocks of every chain. Warp 1 takes them up, a lane each
 * chain. What lies wholly inside a range is read in words; the ends, where head,
 * range and padding meet, byte by byte.
 */
#include "kernels/cuda/device.h"
#include "kernels/cuda/sha256.h"
#include "kernels/hash_rounds.h"

enum { BLOCK_BYTES = 64, ROUNDS = 64, STAGE_WORDS = ROUNDS * 32 };

struct sha256_message {
	const uint8_t *head, *bytes;
	uint64_t head_bytes, total_bytes, blocks;
};

struct sha256_words {
	uint32_t at[16];
};

struct sha256_state {
	uint32_t at[8];
};

DEVICE_FN uint32_t rotate(uint32_t x, uint32_t by)
{
	return x >> by | x << (32 - by);
}

DEVICE_FN uint32_t swap_bytes(uint32_t x)
{
	return x >> 24 | (x >> 8 & 0xff00u) | (x << 8 & 0xff0000u) | x << 24;
}

/* `round` is a constant where this is used. */
DEVICE_FN uint32_t sha256_constant(uint32_t round)
{
	static const uint32_t constant[ROUNDS] = { HASH_ROUND_CONSTANTS };

	return constant[round];
}

/* Of a chain that does not exist no block. */
DEVICE_FN struct sha256_message sha256_message_of(const struct digest_params *p, uint64_t chain)
{
	uint32_t exists = chain < p->count;
	struct sha256_message message;

	message.head = p->head;
	message.bytes = p->base + (exists ? p->range[chain].offset : 0);
	message.head_bytes = p->head_bytes;
	message.total_bytes = p->head_bytes + (exists ? p->range[chain].bytes : 0);
	message.blocks = exists ? (message.total_bytes + 9 + BLOCK_BYTES - 1) / BLOCK_BYTES : 0;
	return message;
}

/* Byte `at` of the padded message (section 5.1.1). */
DEVICE_FN uint32_t sha256_byte(const struct sha256_message *message, uint64_t at)
{
	uint64_t left = message->blocks * BLOCK_BYTES - 1 - at; /* bytes behind it */

	if (at < message->head_bytes)
		return message->head[at];
	if (at < message->total_bytes)
		return message->bytes[at - message->head_bytes];
	if (at == message->total_bytes)
		return 0x80;
	return left < 8 ? (uint32_t)(message->total_bytes * 8 >> left * 8) & 0xff : 0;
}

/* Does the block lie inside the range, and do three bytes after it? */
DEVICE_FN uint32_t sha256_inside(const struct sha256_message *message, uint64_t block)
{
	uint64_t begin = block * BLOCK_BYTES;

	return begin >= message->head_bytes && begin + BLOCK_BYTES + 3 <= message->total_bytes;
}

/* The sixteen words of a block. */
DEVICE_FN struct sha256_words sha256_load(const struct sha256_message *message, uint64_t block)
{
	uint64_t begin = block * BLOCK_BYTES;
	struct sha256_words words;

	if (sha256_inside(message, block)) {
		const uint8_t *bytes = message->bytes + (begin - message->head_bytes);
		uint32_t odd = (uint32_t)((uintptr_t)bytes % 4), shift = odd * 8;
		const uint32_t *from = (const uint32_t *)(const void *)(bytes - odd);
		uint32_t last = odd ? from[16] : 0;

		UNROLL
		for (uint32_t i = 0; i < 16; i++)
			words.at[i] = from[i];
		UNROLL
		for (uint32_t i = 0; i < 16; i++) {
			uint64_t next = i < 15 ? words.at[i + 1] : last;

			words.at[i] = swap_bytes((uint32_t)((next << 32 | words.at[i]) >> shift));
		}
		return words;
	}
	UNROLL
	for (uint32_t i = 0; i < 16; i++) {
		words.at[i] = 0;
		for (uint32_t j = 0; j < 4; j++)
			words.at[i] = words.at[i] << 8 | sha256_byte(message, begin + 4 * i + j);
	}
	return words;
}

/* Section 6.2.2, step 1, and the constants added: word t of slot s at schedule[t * 32 + s]. */
DEVICE_FN void sha256_schedule(struct sha256_words w, uint32_t slot, uint32_t *schedule)
{
	UNROLL
	for (uint32_t t = 0; t < ROUNDS; t++) {
		uint32_t next = w.at[(t + 1) % 16], late = w.at[(t + 14) % 16];

		schedule[t * 32 + slot] = w.at[t % 16] + sha256_constant(t);
		w.at[t % 16] += w.at[(t + 9) % 16] +
				(rotate(next, 7) ^ rotate(next, 18) ^ next >> 3) +
				(rotate(late, 17) ^ rotate(late, 19) ^ late >> 10);
	}
}

/* Steps 2 to 4. In round t the place of `a` is -t mod 8, so nothing moves. */
DEVICE_FN void sha256_rounds(const uint32_t *schedule, uint32_t slot, struct sha256_state *state)
{
	struct sha256_state s = *state;

	UNROLL
	for (uint32_t t = 0; t < ROUNDS; t++) {
		uint32_t a = s.at[(64 - t) % 8], b = s.at[(65 - t) % 8], c = s.at[(66 - t) % 8];
		uint32_t e = s.at[(68 - t) % 8], f = s.at[(69 - t) % 8], g = s.at[(70 - t) % 8];
		uint32_t one = s.at[(71 - t) % 8] + schedule[t * 32 + slot] +
			       (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
			       ((e & f) ^ (~e & g));
		uint32_t two = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +
			       ((a & b) ^ (a & c) ^ (b & c));

		s.at[(67 - t) % 8] += one;
		s.at[(71 - t) % 8] = one + two;
	}
	UNROLL
	for (uint32_t i = 0; i < 8; i++)
		state->at[i] += s.at[i];
}

/* Warp 0: the schedules of a stage. */
DEVICE_FN void sha256_prepare(const struct digest_params *p, uint64_t stage, uint32_t *schedule)
{
	uint64_t chain = (uint64_t)block_x() * p->chains + lane_index() % p->chains;
	uint64_t block = stage * (32 / p->chains) + lane_index() / p->chains;
	struct sha256_message message = sha256_message_of(p, chain);

	if (block < message.blocks)
		sha256_schedule(sha256_load(&message, block), lane_index(), schedule);
}

/* Warp 1: take up the schedules of a stage. */
DEVICE_FN void sha256_take(const struct digest_params *p, uint64_t blocks, uint64_t stage,
			   const uint32_t *schedule, struct sha256_state *state)
{
	uint32_t each = 32 / p->chains;

	for (uint32_t i = 0; i < each; i++)
		if (lane_index() < p->chains && stage * each + i < blocks)
			sha256_rounds(schedule, i * p->chains + lane_index(), state);
}

KERNEL(digest, SHA256_THREADS)
{
	SHARED uint32_t schedule[2 * STAGE_WORDS];
	uint64_t chain = (uint64_t)block_x() * p.chains + lane_index();
	struct sha256_state state = { { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
					0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
	uint32_t takes = thread_index() / WARP_LANES;
	uint64_t blocks = 0, stages;

	if (lane_index() < p.chains)
		blocks = sha256_message_of(&p, chain).blocks;
	stages = (lanes_largest(blocks) + 32 / p.chains - 1) / (32 / p.chains);
	for (uint64_t stage = 0; stage <= stages; stage++) {
		if (!takes && stage < stages)
			sha256_prepare(&p, stage, schedule + stage % 2 * STAGE_WORDS);
		if (takes && stage > 0)
			sha256_take(&p, blocks, stage - 1, schedule + (stage - 1) % 2 * STAGE_WORDS,
				    &state);
		block_barrier();
	}
	if (takes && lane_index() < p.chains && chain < p.count) {
		UNROLL
		for (uint32_t i = 0; i < 8; i++)
			p.out[chain * 8 + i] = swap_bytes(state.at[i]);
	}
}
