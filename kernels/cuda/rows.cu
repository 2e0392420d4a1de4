/*
 * rows: softmax, and what is read off logits. Lanes are those of rule 4
 * throughout: element i belongs to lane i mod 32, whichever warp looks at it.
 */
#include "kernels/cuda/device.h"
#include "kernels/cuda/rows.h"

/* Loads that a lane has under way at once. */
enum { ROW_LOADS = 8 };

/* ---- The maximum ---- */

/*
 * The lane maximum of x, found by all `warps` warps of the block. Each warp has
 * a stretch of the row and lanes are joined in the row's order, so of +0 and -0
 * the one stays that a single warp would have kept.
 */
DEVICE_FN float row_max(const float *x, uint64_t cols, uint32_t warps, float *of_warp)
{
	uint32_t warp = thread_index() / WARP_LANES;
	uint64_t part = (cols / warps / WARP_LANES + 1) * WARP_LANES;
	uint64_t i = warp * part + lane_index();
	uint64_t end = (warp + 1) * part < cols ? (warp + 1) * part : cols;
	float max = -F32_INFINITY;

	for (; i + (ROW_LOADS - 1) * WARP_LANES < end; i += ROW_LOADS * WARP_LANES) {
		float in[ROW_LOADS];

		UNROLL
		for (uint32_t j = 0; j < ROW_LOADS; j++)
			in[j] = x[i + j * WARP_LANES];
		UNROLL
		for (uint32_t j = 0; j < ROW_LOADS; j++)
			max = f32_max(max, in[j]);
	}
	for (; i < end; i += WARP_LANES)
		max = f32_max(max, x[i]);
	of_warp[thread_index()] = max;
	block_barrier();
	max = of_warp[lane_index()];
	for (uint32_t w = 1; w < warps; w++)
		max = f32_max(max, of_warp[w * WARP_LANES + lane_index()]);
	return lanes_max(max);
}

/* ---- exp(x - max), and its lane sum ---- */

/* Numbers of a tile, and how many of them each thread has. */
enum { SOFTMAX_EACH = 4, SOFTMAX_TILE = SOFTMAX_WARPS * 32 * SOFTMAX_EACH };

/* The column of this thread's number j of a tile. */
DEVICE_FN uint64_t softmax_col(uint64_t tile, uint32_t j)
{
	return tile * SOFTMAX_TILE + j * SOFTMAX_WARPS * WARP_LANES + thread_index();
}

DEVICE_FN void softmax_load(const float *x, uint64_t cols, uint64_t tile, float *out)
{
	UNROLL
	for (uint32_t j = 0; j < SOFTMAX_EACH; j++) {
		uint64_t col = softmax_col(tile, j);

		out[j] = col < cols ? x[col] : 0.0f;
	}
}

/* This thread's exponentials of a tile into `tile_of`, and into y unless it is NULL. */
DEVICE_FN void softmax_exp(const float *in, float max, float *y, uint64_t cols, uint64_t tile,
			   float *tile_of)
{
	UNROLL
	for (uint32_t j = 0; j < SOFTMAX_EACH; j++) {
		float e = f32_exp(f32_sub(in[j], max));
		uint64_t col = softmax_col(tile, j);

		tile_of[j * SOFTMAX_WARPS * WARP_LANES + thread_index()] = e;
		if (y && col < cols)
			y[col] = e;
	}
}

/* Go on with this lane's sum over a tile of `count` numbers. */
DEVICE_FN float softmax_add(const float *tile_of, uint64_t count, float sum)
{
	if (count >= SOFTMAX_TILE) {
		UNROLL
		for (uint32_t j = 0; j < SOFTMAX_TILE; j += WARP_LANES)
			sum = f32_add(sum, tile_of[j + lane_index()]);
		return sum;
	}
	for (uint32_t j = lane_index(); j < count; j += WARP_LANES)
		sum = f32_add(sum, tile_of[j]);
	return sum;
}

/*
 * The lane sum of exp(x - max), which also goes to y unless that is NULL. While
 * the last warp adds one tile, the others compute the next. `tile_of` holds two tiles.
 */
DEVICE_FN float softmax_sum(const float *x, float *y, uint64_t cols, float max, float *tile_of,
			    float *out_sum)
{
	uint64_t tiles = (cols + SOFTMAX_TILE - 1) / SOFTMAX_TILE;
	uint32_t adds = thread_index() >= SOFTMAX_WARPS * WARP_LANES;
	float in[SOFTMAX_EACH], next[SOFTMAX_EACH], sum = 0.0f;

	softmax_load(x, adds ? 0 : cols, 0, next);
	for (uint64_t tile = 0; tile <= tiles; tile++) {
		if (!adds && tile < tiles) {
			UNROLL
			for (uint32_t j = 0; j < SOFTMAX_EACH; j++)
				in[j] = next[j];
			softmax_load(x, cols, tile + 1, next);
			softmax_exp(in, max, y, cols, tile, tile_of + tile % 2 * SOFTMAX_TILE);
		}
		if (adds && tile > 0)
			sum = softmax_add(tile_of + (tile - 1) % 2 * SOFTMAX_TILE,
					  cols - (tile - 1) * SOFTMAX_TILE, sum);
		block_barrier();
	}
	sum = lanes_sum(sum);
	if (adds && lane_index() == 0)
		*out_sum = sum;
	block_barrier();
	return *out_sum;
}

KERNEL(softmax, SOFTMAX_THREADS)
{
	SHARED float of_warp[SOFTMAX_THREADS], tile_of[2 * SOFTMAX_TILE], sum_of[1];

	for (uint64_t row = block_x(); row < p.rows; row += grid_x()) {
		const float *x = p.x + row * p.x_stride;
		float *y = p.y + row * p.y_stride;
		float max = row_max(x, p.cols, SOFTMAX_WARPS + 1, of_warp);
		float sum = softmax_sum(x, y, p.cols, max, tile_of, sum_of);

		/* each thread divides what it has written itself */
		for (uint64_t tile = 0; tile * SOFTMAX_TILE < p.cols; tile++) {
			UNROLL
			for (uint32_t j = 0; j < SOFTMAX_EACH; j++) {
				uint64_t col = softmax_col(tile, j);

				if (thread_index() < SOFTMAX_WARPS * WARP_LANES && col < p.cols)
					y[col] = f32_div(y[col], sum);
			}
		}
		block_barrier();
	}
}

KERNEL(partition, SOFTMAX_THREADS)
{
	SHARED float of_warp[SOFTMAX_THREADS], tile_of[2 * SOFTMAX_TILE], sum_of[1];

	for (uint64_t row = block_x(); row < p.rows; row += grid_x()) {
		const float *x = p.x + row * p.x_stride;
		float max = row_max(x, p.cols, SOFTMAX_WARPS + 1, of_warp);
		float sum = softmax_sum(x, 0, p.cols, max, tile_of, sum_of);

		if (thread_index() == 0) {
			p.out[2 * row] = max;
			p.out[2 * row + 1] = sum;
		}
		block_barrier();
	}
}

/* ---- The largest ---- */

/*
 * A number and its column as one integer, which is larger where the number is,
 * and of equal ones (so +0 and -0) where the column is lower. 0 is none.
 */
DEVICE_FN uint64_t top_entry(float x, uint32_t col)
{
	uint32_t bits = f32_bits(x);
	uint32_t order = bits & 0x80000000u ? ~bits : bits | 0x80000000u;

	order = x == 0.0f ? 0x80000000u : order;
	return (uint64_t)order << 32 | ~col;
}

DEVICE_FN uint32_t top_col(uint64_t entry)
{
	return ~(uint32_t)entry;
}

/* Of all threads of the block; `of_warp` has room for one entry a warp. */
DEVICE_FN uint64_t block_largest(uint64_t entry, uint64_t *of_warp)
{
	uint64_t largest = lanes_largest(entry);

	if (lane_index() == 0)
		of_warp[thread_index() / WARP_LANES] = largest;
	block_barrier();
	largest = of_warp[0];
	for (uint32_t w = 1; w < TOP_THREADS / WARP_LANES; w++)
		largest = of_warp[w] > largest ? of_warp[w] : largest;
	block_barrier();
	return largest;
}

/* The largest of this thread's numbers of a row. */
DEVICE_FN uint64_t top_of_thread(const float *x, uint32_t cols)
{
	uint64_t largest = 0, i = thread_index();

	for (; i + (ROW_LOADS - 1) * TOP_THREADS < cols; i += ROW_LOADS * TOP_THREADS) {
		float in[ROW_LOADS];

		UNROLL
		for (uint32_t j = 0; j < ROW_LOADS; j++)
			in[j] = x[i + j * TOP_THREADS];
		UNROLL
		for (uint32_t j = 0; j < ROW_LOADS; j++) {
			uint64_t entry = top_entry(in[j], (uint32_t)i + j * TOP_THREADS);

			largest = entry > largest ? entry : largest;
		}
	}
	for (; i < cols; i += TOP_THREADS) {
		uint64_t entry = top_entry(x[i], (uint32_t)i);

		largest = entry > largest ? entry : largest;
	}
	return largest;
}

/* A bar that no more than TOP_COUNT - 1 threads' largest numbers are above; 0: there is none. */
DEVICE_FN uint64_t top_bar(uint64_t largest_of_thread, uint64_t *of_warp)
{
	uint64_t bar = 0;

	for (uint32_t place = 0; place < TOP_COUNT; place++) {
		bar = block_largest(largest_of_thread, of_warp);
		largest_of_thread = largest_of_thread == bar ? 0 : largest_of_thread;
	}
	return bar;
}

/* `top` holds the largest so far, descending. */
DEVICE_FN void top_insert(uint64_t *top, uint64_t entry)
{
	UNROLL
	for (uint32_t place = 0; place < TOP_COUNT; place++) {
		uint64_t less = entry < top[place] ? entry : top[place];

		top[place] = entry < top[place] ? top[place] : entry;
		entry = less;
	}
}

/* The largest of this thread's numbers that reach the bar, descending; then 0. */
DEVICE_FN void top_collect(const float *x, uint32_t cols, uint64_t bar, uint64_t *top)
{
	UNROLL
	for (uint32_t place = 0; place < TOP_COUNT; place++)
		top[place] = 0;
	for (uint64_t i = thread_index(); i < cols; i += ROW_LOADS * TOP_THREADS) {
		float in[ROW_LOADS];

		UNROLL
		for (uint32_t j = 0; j < ROW_LOADS; j++)
			in[j] = i + j * TOP_THREADS < cols ? x[i + j * TOP_THREADS] : 0.0f;
		UNROLL
		for (uint32_t j = 0; j < ROW_LOADS; j++) {
			uint64_t entry = top_entry(in[j], (uint32_t)i + j * TOP_THREADS);

			if (entry >= bar && i + j * TOP_THREADS < cols)
				top_insert(top, entry);
		}
	}
}

KERNEL(top_logits, TOP_THREADS)
{
	SHARED uint64_t of_warp[TOP_THREADS / 32];

	for (uint64_t row = block_x(); row < p.rows; row += grid_x()) {
		const float *x = p.x + row * p.x_stride;
		uint32_t *out = p.out + row * 2 * TOP_COUNT;
		uint64_t top[TOP_COUNT];

		top_collect(x, p.cols, top_bar(top_of_thread(x, p.cols), of_warp), top);
		for (uint32_t place = 0; place < TOP_COUNT; place++) {
			uint64_t largest = block_largest(top[0], of_warp);

			if (thread_index() == 0) {
				out[place] = largest ? top_col(largest) : 0xffffffffu;
				out[TOP_COUNT + place] =
					largest ? f32_bits(x[top_col(largest)]) : 0;
			}
			if (largest && largest == top[0]) {
				UNROLL
				for (uint32_t i = 0; i + 1 < TOP_COUNT; i++)
					top[i] = top[i + 1];
				top[TOP_COUNT - 1] = 0;
			}
		}
	}
}
