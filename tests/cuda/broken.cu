/* broken: kernels with the mistakes that the shim is there to find, and one without. shim_test.c
 * runs them. */
#include "kernels/cuda/device.h"

#include "broken.h"

/* Everybody's number to its opposite, twice: y = x. */
KERNEL(right, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS];
	uint32_t t = thread_index();
	float value = p.x[t];

	for (uint32_t turn = 0; turn < 2; turn++) {
		tile[t] = value;
		block_barrier();
		value = tile[BROKEN_THREADS - 1 - t];
		block_barrier();
	}
	value = lane_xor_f32(value, 31);
	value = f32_from_bits(lane_from(f32_bits(value), 31 - lane_index()));
	p.y[t] = value;
}

KERNEL(barrier_missing, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS];
	uint32_t t = thread_index();

	tile[t] = 0.0f;
	block_barrier();
	tile[t] = p.x[t];
	p.y[t] = tile[BROKEN_THREADS - 1 - t];
}

/* What the next turn writes, the last one may still read. */
KERNEL(second_barrier_missing, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS];
	uint32_t t = thread_index();
	float value = p.x[t];

	for (uint32_t turn = 0; turn < 2; turn++) {
		tile[t] = value;
		block_barrier();
		value = tile[BROKEN_THREADS - 1 - t];
	}
	p.y[t] = value;
}

/* Within a warp only. */
KERNEL(warp_barrier_missing, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS];
	uint32_t t = thread_index();

	tile[t] = 0.0f;
	warp_barrier();
	tile[t] = p.x[t];
	p.y[t] = tile[t ^ 31];
}

/* Exchanges bring the lanes together, and order no memory. */
KERNEL(exchange_for_barrier, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS];
	uint32_t t = thread_index();

	tile[t] = 0.0f;
	warp_barrier();
	tile[t] = lane_xor_f32(p.x[t], 1);
	p.y[t] = f32_add(lane_xor_f32(p.x[t], 1), tile[t ^ 31]);
}

KERNEL(barrier_divergent, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	if (t < 40)
		block_barrier();
	else
		warp_barrier();
	p.y[t] = p.x[t];
}

/* As many barriers for everybody, but not the same ones. */
KERNEL(barrier_in_a_branch, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	if (t < 32)
		block_barrier();
	else
		block_barrier();
	p.y[t] = p.x[t];
}

KERNEL(barrier_after_leaving, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	if (t == 50)
		return;
	block_barrier();
	p.y[t] = p.x[t];
}

KERNEL(shared_beyond, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS - 1];
	uint32_t t = thread_index();
	float *volatile at = tile; /* so that only the access itself can tell */

	at[t] = p.x[t];
	p.y[t] = at[t];
}

KERNEL(global_beyond, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	p.y[t] = p.x[t + 1];
}

KERNEL(uninitialised, BROKEN_THREADS)
{
	SHARED float tile[BROKEN_THREADS];
	uint32_t t = thread_index();

	if (t != 33)
		tile[t] = p.x[t];
	block_barrier();
	p.y[t] = tile[t];
}

KERNEL(lane_absent, BROKEN_THREADS)
{
	uint32_t t = thread_index();
	float value = p.x[t];

	if (lane_index() < 16)
		value = lane_xor_f32(value, 8);
	block_barrier();
	p.y[t] = value;
}

KERNEL(lane_left, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	if (lane_index() == 7)
		return;
	p.y[t] = lane_xor_f32(p.x[t], 1);
}

KERNEL(lane_unknown, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	p.y[t] = f32_from_bits(lane_from(f32_bits(p.x[t]), lane_index() + 1));
}

KERNEL(exchanges_differ, BROKEN_THREADS)
{
	uint32_t t = thread_index(), value = f32_bits(p.x[t]);

	if (lane_index() < 16)
		value = lane_xor(value, 8);
	else
		value = lane_xor(value, 8);
	p.y[t] = f32_from_bits(value);
}

/* Each block leaves its number in the same place. */
KERNEL(blocks_race, BROKEN_THREADS)
{
	uint32_t t = thread_index();

	p.y[t] = f32_add(p.x[t], (float)block_x());
}

KERNEL(misaligned, BROKEN_THREADS)
{
	uint32_t t = thread_index();
	const uint8_t *bytes = (const uint8_t *)p.x;

	p.y[t] = *(const float *)(const void *)(bytes + (t ? 4 * t - 2 : 0));
}

KERNEL(stack_beyond, BROKEN_THREADS)
{
	uint32_t t = thread_index();
	volatile float own[4] = { 0.0f, 1.0f, 2.0f, 3.0f };

	own[(uint32_t)p.x[t] + 4] = 1.0f;
	p.y[t] = own[t % 4];
}
