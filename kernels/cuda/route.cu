/* route: rule 9, the experts of each token. The lanes of a warp are those of rule 4. */
#include "kernels/cuda/device.h"
#include "kernels/cuda/route.h"

/* p = softmax of the logits; what a lane writes, only it reads. */
DEVICE_FN void route_softmax(const float *x, uint32_t cols, float *share)
{
	float max = lanes_max(lane_max(x, cols)), sum = 0.0f;

	for (uint64_t i = lane_index(); i < cols; i += WARP_LANES) {
		share[i] = f32_exp(f32_sub(x[i], max));
		sum = f32_add(sum, share[i]);
	}
	sum = lanes_sum(sum);
	for (uint64_t i = lane_index(); i < cols; i += WARP_LANES)
		share[i] = f32_div(share[i], sum);
}

/*
 * The largest entry below `last`. An entry is p and its column as one integer:
 * larger where p is (none is negative), and of equal ones where the column is lower.
 */
DEVICE_FN uint64_t route_next(const float *share, uint32_t cols, uint64_t last)
{
	uint64_t best = 0;

	for (uint64_t i = lane_index(); i < cols; i += WARP_LANES) {
		uint64_t entry = (uint64_t)f32_bits(share[i]) << 32 | ~(uint32_t)i;

		best = entry < last && entry > best ? entry : best;
	}
	return lanes_largest(best);
}

/* What the lanes have of the chosen entries: number r is with lane r mod 32. */
struct route_chosen {
	uint64_t at[ROUTE_CHOSEN_MAX / WARP_LANES];
};

DEVICE_FN struct route_chosen route_choose(const float *share, uint32_t cols, uint32_t chosen)
{
	struct route_chosen mine = { { 0, 0 } };
	uint64_t last = UINT64_MAX;

	for (uint32_t r = 0; r < chosen; r++) {
		last = route_next(share, cols, last);
		UNROLL
		for (uint32_t part = 0; part < ROUTE_CHOSEN_MAX / WARP_LANES; part++)
			if (r == part * WARP_LANES + lane_index())
				mine.at[part] = last;
	}
	return mine;
}

/* How many of the chosen have a lower expert than this entry. */
DEVICE_FN uint32_t route_rank(const struct route_chosen *mine, uint32_t chosen, uint64_t entry)
{
	uint32_t rank = 0;

	UNROLL
	for (uint32_t part = 0; part < ROUTE_CHOSEN_MAX / WARP_LANES; part++)
		for (uint32_t lane = 0; lane < WARP_LANES && part * WARP_LANES + lane < chosen;
		     lane++)
			rank += ~lane_from((uint32_t)mine->at[part], lane) < ~(uint32_t)entry;
	return rank;
}

KERNEL(route, ROUTE_THREADS)
{
	SHARED uint32_t expert_of[ROUTE_ROWS][ROUTE_CHOSEN_MAX];
	SHARED float weight_of[ROUTE_ROWS][ROUTE_CHOSEN_MAX];
	uint32_t warp = thread_index() / WARP_LANES;
	uint32_t *expert = expert_of[warp];
	float *weight = weight_of[warp];

	for (uint64_t row = (uint64_t)block_x() * ROUTE_ROWS + warp; row < p.rows;
	     row += (uint64_t)grid_x() * ROUTE_ROWS) {
		float *share = p.share + row * p.cols, sum = 0.0f;
		struct route_chosen mine;

		route_softmax(p.logits + row * p.stride, p.cols, share);
		mine = route_choose(share, p.cols, p.chosen);
		UNROLL
		for (uint32_t part = 0; part < ROUTE_CHOSEN_MAX / WARP_LANES; part++) {
			uint32_t rank = route_rank(&mine, p.chosen, mine.at[part]);

			if (part * WARP_LANES + lane_index() < p.chosen) {
				expert[rank] = ~(uint32_t)mine.at[part];
				weight[rank] = f32_from_bits((uint32_t)(mine.at[part] >> 32));
			}
		}
		warp_barrier();
		for (uint32_t i = 0; i < p.chosen; i++)
			sum = f32_add(sum, weight[i]);
		for (uint32_t i = lane_index(); i < p.chosen; i += WARP_LANES) {
			p.expert[row * p.chosen + i] = expert[i];
			p.weight[row * p.chosen + i] =
				p.renormalise ? f32_div(weight[i], sum) : weight[i];
		}
		warp_barrier();
	}
}
