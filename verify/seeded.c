/* seeded: numbers that follow from a text alone (docs/numerics.md, "Recorded outputs"). */
#include <string.h>

#include "verify/probes.h"

/* Blocks are SHA-256(key || counter as u64 little-endian), read as eight u32 little-endian. */
static void block_next(struct seeded *seeded)
{
	uint8_t counter[8];
	struct span parts[2] = { digest_view(&seeded->key), { counter, sizeof(counter) } };

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (uint8_t)(seeded->counter >> 8 * i);
	seeded->block = sha256_parts(parts, 2);
	seeded->counter++;
	seeded->used = 0;
}

struct seeded seeded_start(const char *what, struct span seed)
{
	/* The NUL between them is part of the first. */
	struct span parts[2] = { { (const uint8_t *)what, strlen(what) + 1 }, seed };
	struct seeded seeded = { .key = sha256_parts(parts, 2) };

	block_next(&seeded);
	return seeded;
}

uint32_t seeded_below(struct seeded *seeded, uint32_t below)
{
	/* The largest multiple of `below` that a u32 can count to; numbers from there on are
	 * refused. */
	uint64_t limit = ((uint64_t)1 << 32) / below * below;

	for (;;) {
		const uint8_t *byte;
		uint32_t number;

		if (seeded->used == DIGEST_SIZE / 4)
			block_next(seeded);
		byte = seeded->block.byte + 4 * (size_t)seeded->used++;
		number = (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 |
			 (uint32_t)byte[3] << 24;
		if (number < limit)
			return number % below;
	}
}
