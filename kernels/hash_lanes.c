/* Which SHA-256 streams run side by side, and for how long. */
#include "kernels/hash_lanes.h"

enum { TURN_BLOCKS = 64 }; /* how long the chosen lanes run while others wait */

/* Drop the lanes that are done; how many are left. */
static size_t lanes_keep_busy(struct hash_lane *lane, size_t count)
{
	size_t busy = 0;

	for (size_t i = 0; i < count; i++)
		if (lane[i].blocks)
			lane[busy++] = lane[i];
	return busy;
}

static void lane_swap(struct hash_lane *a, struct hash_lane *b)
{
	struct hash_lane kept = *a;

	*a = *b;
	*b = kept;
}

/* Bring the `chosen` lanes with the most blocks to the front, so that all end together. */
static void lanes_choose(struct hash_lane *lane, size_t count, size_t chosen)
{
	for (size_t i = 0; i < chosen; i++) {
		size_t most = i;

		for (size_t j = i + 1; j < count; j++)
			if (lane[j].blocks > lane[most].blocks)
				most = j;
		lane_swap(&lane[i], &lane[most]);
	}
}

/* Put lanes over the same bytes beside each other: they share a message schedule. */
static void lanes_pair(struct hash_lane *lane, size_t count)
{
	for (size_t i = 0; i + 1 < count; i += 2)
		for (size_t j = i + 1; j < count; j++)
			if (lane[j].data == lane[i].data) {
				lane_swap(&lane[i + 1], &lane[j]);
				break;
			}
}

void hash_lanes_run(struct hash_lane *lane, size_t count)
{
	while ((count = lanes_keep_busy(lane, count))) {
		size_t chosen = count < HASH_CHAINS_MAX ? count : HASH_CHAINS_MAX;
		size_t blocks = count > chosen ? TURN_BLOCKS : SIZE_MAX;
		const uint8_t *data[HASH_CHAINS_MAX];
		uint32_t *state[HASH_CHAINS_MAX];

		if (count > chosen)
			lanes_choose(lane, count, chosen);
		lanes_pair(lane, chosen);
		for (size_t i = 0; i < chosen; i++) {
			state[i] = lane[i].state;
			data[i] = lane[i].data;
			if (blocks > lane[i].blocks)
				blocks = lane[i].blocks;
		}
		hash_shani_advance(state, data, chosen, blocks);
		for (size_t i = 0; i < chosen; i++) {
			lane[i].data += blocks * HASH_BLOCK_SIZE;
			lane[i].blocks -= blocks;
		}
	}
}
