/* rope: rule 7. A block takes a row at a time, each of its warps a head. */
#include "kernels/cuda/device.h"
#include "kernels/cuda/rope.h"

KERNEL(rope, ROPE_THREADS)
{
	uint64_t apart = p.interleaved ? 1 : p.half, step = p.interleaved ? 2 : 1;

	for (uint64_t row = block_x(); row < p.rows; row += grid_x()) {
		const float *cos = p.cos + p.position[row] * p.cos_stride;
		const float *sin = p.sin + p.position[row] * p.sin_stride;

		for (uint64_t head = thread_index() / WARP_LANES; head < p.heads;
		     head += ROPE_THREADS / WARP_LANES) {
			float *x = p.x + row * p.x_stride + head * p.head_stride;

			for (uint64_t i = lane_index(); i < p.half; i += WARP_LANES) {
				float a = x[step * i], b = x[step * i + apart];
				float c = cos[i], s = sin[i];

				x[step * i] = f32_fma(a, c, -f32_mul(b, s));
				x[step * i + apart] = f32_fma(b, c, f32_mul(a, s));
			}
		}
	}
}
