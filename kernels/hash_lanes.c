/* Which SHA-256 streams run side by side, and for how long. */
#include "kernels/hash_lanes.h"

#include "kernels/hash_avx512.h"
#include "kernels/hash_stream.h"

enum {
	TURN_BLOCKS = 64,    /* how long the chosen lanes run while others wait */
	WIDE_LANES_MIN = 10, /* from here on sixteen at once beat four by four */
	WIDE_BLOCKS_MIN = 16 /* of each lane, or it is not worth while to ask */
};

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

/* If it pays, advance up to sixteen lanes at once by what they all have; false: nothing was done.
 */
static bool lanes_run_wide(struct hash_lane *lane, size_t count)
{
	uint32_t *state[HASH_WIDE_LANES], idle[8] = { 0 };
	const uint8_t *data[HASH_WIDE_LANES];
	size_t used = count < HASH_WIDE_LANES ? count : HASH_WIDE_LANES, blocks = SIZE_MAX;

	if (count < WIDE_LANES_MIN)
		return false;
	for (size_t i = 0; i < HASH_WIDE_LANES; i++) {
		state[i] = i < used ? lane[i].state : idle;
		data[i] = lane[i < used ? i : 0].data;
		if (i < used && blocks > lane[i].blocks)
			blocks = lane[i].blocks;
	}
	if (blocks < WIDE_BLOCKS_MIN || !hash_wide_admitted())
		return false;
	hash_avx512_advance(state, data, blocks);
	for (size_t i = 0; i < used; i++) {
		lane[i].data += blocks * HASH_BLOCK_SIZE;
		lane[i].blocks -= blocks;
	}
	return true;
}

static void lanes_run_few(struct hash_lane *lane, size_t count)
{
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

void hash_lanes_run(struct hash_lane *lane, size_t count)
{
	while ((count = lanes_keep_busy(lane, count)))
		if (!lanes_run_wide(lane, count))
			lanes_run_few(lane, count);
}
