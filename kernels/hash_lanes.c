/* Which SHA-256 streams run side by side, and for how long. */
#include "kernels/hash_lanes.h"

#include "kernels/hash_beside.h"
#include "kernels/hash_stream.h"

enum {
	TURN_BLOCKS = 64,     /* how long the chosen lanes run while others wait */
	WIDE_LANES_MIN = 10,  /* from here on sixteen at once beat four by four */
	WIDE_BLOCKS_MIN = 16, /* of each lane, or it is not worth while to ask */
	BESIDE_FACTOR = 4     /* a lane with so many times the blocks of others is a long one */
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

/* Put lanes over the same bytes beside each other: they share a message schedule. The first of
 * each pair is among the first `chosen`. */
static void lanes_pair(struct hash_lane *lane, size_t count, size_t chosen)
{
	for (size_t i = 0; i + 1 < chosen; i += 2)
		for (size_t j = i + 1; j < count; j++)
			if (lane[j].data == lane[i].data) {
				lane_swap(&lane[i + 1], &lane[j]);
				break;
			}
}

static void lanes_passed(struct hash_lane *lane, size_t count, size_t blocks)
{
	for (size_t i = 0; i < count; i++) {
		lane[i].data += blocks * HASH_BLOCK_SIZE;
		lane[i].blocks -= blocks;
	}
}

/* Up to sixteen lanes as what the sixteen at once are given, `idle` in the place of those that are
 * not there; *out_used are, and all of them have the blocks that are returned. */
static size_t lanes_take_wide(struct hash_lane *lane, size_t count, uint32_t idle[8],
			      uint32_t *state[HASH_WIDE_LANES],
			      const uint8_t *data[HASH_WIDE_LANES], size_t *out_used)
{
	size_t used = count < HASH_WIDE_LANES ? count : HASH_WIDE_LANES, blocks = SIZE_MAX;

	for (size_t i = 0; i < HASH_WIDE_LANES; i++) {
		state[i] = i < used ? lane[i].state : idle;
		data[i] = lane[i < used ? i : 0].data;
		if (i < used && blocks > lane[i].blocks)
			blocks = lane[i].blocks;
	}
	*out_used = used;
	return blocks;
}

/* If it pays, advance up to sixteen lanes at once by what they all have; false: nothing was done.
 */
static bool lanes_run_wide(struct hash_lane *lane, size_t count)
{
	uint32_t *state[HASH_WIDE_LANES], idle[8] = { 0 };
	const uint8_t *data[HASH_WIDE_LANES];
	size_t used, blocks;

	if (count < WIDE_LANES_MIN)
		return false;
	blocks = lanes_take_wide(lane, count, idle, state, data, &used);
	if (blocks < WIDE_BLOCKS_MIN || !hash_wide_admitted())
		return false;
	hash_avx512_advance(state, data, blocks);
	lanes_passed(lane, used, blocks);
	return true;
}

/* Bring the long lanes to the front; how many there are that can run beside the others. */
static size_t lanes_choose_long(struct hash_lane *lane, size_t count)
{
	size_t chains = HASH_BESIDE_CHAINS_MAX, most = 0;

	lanes_choose(lane, count, chains);
	for (size_t i = chains; i < count; i++)
		if (most < lane[i].blocks)
			most = lane[i].blocks;
	for (; chains && lane[chains - 1].blocks / BESIDE_FACTOR < most; chains--)
		most = lane[chains - 1].blocks; /* one of the others */
	return count - chains < WIDE_LANES_MIN ? 0 : chains;
}

/* If there are one or two lanes much longer than the others, advance them beside sixteen of those;
 * false: nothing was done. */
static bool lanes_run_beside(struct hash_lane *lane, size_t count)
{
	struct hash_beside streams;
	uint32_t idle[8] = { 0 };
	size_t used, turns, each;

	if (count <= WIDE_LANES_MIN)
		return false;
	streams.chains = lanes_choose_long(lane, count);
	if (!streams.chains)
		return false;
	turns = lanes_take_wide(lane + streams.chains, count - streams.chains, idle, streams.state,
				streams.data, &used);
	each = HASH_BESIDE_TURN_BLOCKS / streams.chains;
	for (size_t i = 0; i < streams.chains; i++) {
		streams.chain_state[i] = lane[i].state;
		streams.chain_data[i] = lane[i].data;
		if (turns > lane[i].blocks / each)
			turns = lane[i].blocks / each;
	}
	if (turns < WIDE_BLOCKS_MIN || !hash_beside_admitted())
		return false;
	hash_beside_advance(&streams, turns);
	lanes_passed(lane, streams.chains, turns * each);
	lanes_passed(lane + streams.chains, used, turns);
	return true;
}

static void lanes_run_few(struct hash_lane *lane, size_t count)
{
	size_t best = count > 2 ? hash_few_best() : 2, chosen = count < best ? count : best;
	size_t blocks = count > chosen ? TURN_BLOCKS : SIZE_MAX;
	const uint8_t *data[HASH_CHAINS_MAX];
	uint32_t *state[HASH_CHAINS_MAX];

	if (count > chosen)
		lanes_choose(lane, count, chosen);
	lanes_pair(lane, count, chosen);
	for (size_t i = 0; i < chosen; i++) {
		state[i] = lane[i].state;
		data[i] = lane[i].data;
		if (blocks > lane[i].blocks)
			blocks = lane[i].blocks;
	}
	hash_shani_advance(state, data, chosen, blocks);
	lanes_passed(lane, chosen, blocks);
}

void hash_lanes_run(struct hash_lane *lane, size_t count)
{
	while ((count = lanes_keep_busy(lane, count)))
		if (!lanes_run_beside(lane, count) && !lanes_run_wide(lane, count))
			lanes_run_few(lane, count);
}
