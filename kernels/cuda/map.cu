/* map: operations on each number by itself (rules 8 and 10). Threads go over all numbers in steps
 * of the grid. */
#include "kernels/cuda/device.h"
#include "kernels/cuda/map.h"

/* The first number of this thread, and how far it is to its next. */
DEVICE_FN uint64_t map_first(void)
{
	return (uint64_t)block_x() * MAP_THREADS + thread_index();
}

DEVICE_FN uint64_t map_step(void)
{
	return (uint64_t)grid_x() * MAP_THREADS;
}

KERNEL(add, MAP_THREADS)
{
	for (uint64_t at = map_first(); at < p.rows * p.cols; at += map_step()) {
		uint64_t row = at / p.cols, col = at % p.cols;

		p.y[row * p.y_stride + col] =
			f32_add(p.a[row * p.a_stride + col], p.b[row * p.b_stride + col]);
	}
}
