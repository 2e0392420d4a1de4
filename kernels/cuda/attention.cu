/*
 * attention: rule 6. Scores and outputs are products of 64 rows with up to 128
 * columns, through shared memory in steps of 16; every number is one chain in
 * one thread. In the chains of the outputs a step that a query may not see is
 * left out, which only tiles at the ends of its stretch have to ask about.
 */
#include "kernels/cuda/attention.h"
#include "kernels/cuda/device.h"

/* Steps of the chains in a tile; numbers of a row of it in shared memory. */
enum { TILE_STEPS = 16, TILE_X = ATTENTION_QUERIES + 4, TILE_W = ATTENTION_COLS + 4 };
/* What a thread computes: rows, and columns in each of two halves. */
enum { MINE = 4 };

/* One head of a task. Keys are counted from `low`, the first that any of its queries sees. */
struct attention_part {
	const float *q, *k, *v;
	float *y, *scores;
	uint32_t first, count, tokens, low, span;
};

/* The product of x and w, or of x / divisor and w. */
struct attention_product {
	const float *x, *w;
	uint64_t x_stride, w_stride;
	uint32_t x_rows, w_cols, steps, x_wide, w_wide;
	uint32_t from[MINE], to[MINE]; /* the steps that this thread's rows take */
	uint32_t all_from, all_to;     /* those that all rows of the tile take */
	float divisor;                 /* of the row of x that this thread loads */
};

struct attention_sums {
	float at[MINE][2 * MINE];
};

/* What a thread has loaded of the next tile. */
struct attention_loaded {
	struct f32_quad x, w[2];
};

/* The keys that query t of a probe may see: first ... end - 1. */
DEVICE_FN uint32_t attention_first_key(const struct attention_params *p, uint32_t t)
{
	return p->window && t + 1 > p->window ? t + 1 - p->window : 0;
}

DEVICE_FN uint32_t attention_end_key(const struct attention_params *p, uint32_t t, uint32_t tokens)
{
	return p->causal ? t + 1 : tokens;
}

/* Where this thread's rows and columns begin. Neighbours share what they load. */
DEVICE_FN uint32_t attention_row(void)
{
	return (thread_index() / 64 * 4 + lane_index() / 8) * MINE;
}

DEVICE_FN uint32_t attention_col(void)
{
	return (thread_index() / WARP_LANES % 2 * 8 + lane_index() % 8) * MINE;
}

/* The first `have` of four numbers, then +0. */
DEVICE_FN struct f32_quad attention_quad(const float *from, uint32_t have, uint32_t wide)
{
	struct f32_quad quad;

	if (wide && have >= 4)
		return f32_quad_at(from);
	UNROLL
	for (uint32_t i = 0; i < 4; i++)
		quad.at[i] = i < have ? from[i] : 0.0f;
	return quad;
}

DEVICE_FN uint32_t attention_left(uint32_t at, uint32_t end)
{
	return at < end ? end - at : 0;
}

/* Rows of x, or of w, that follow the steps: this thread's quad of rows 64 * part ... */
DEVICE_FN struct f32_quad attention_load_row(const float *x, uint64_t stride, uint32_t rows,
					     uint32_t part, uint32_t step, uint32_t steps,
					     uint32_t wide)
{
	uint32_t row = part * 64 + thread_index() / 4, at = step + thread_index() % 4 * 4;

	return attention_quad(x + row * stride + at, row < rows ? attention_left(at, steps) : 0,
			      wide);
}

DEVICE_FN struct attention_loaded attention_load(const struct attention_product *product,
						 uint32_t step, uint32_t values)
{
	struct attention_loaded loaded;

	loaded.x = attention_load_row(product->x, product->x_stride, product->x_rows, 0, step,
				      product->steps, product->x_wide);
	UNROLL
	for (uint32_t part = 0; part < 2; part++) {
		uint32_t at = step + part * 8 + thread_index() / 32;
		uint32_t col = thread_index() % 32 * 4;

		if (values)
			loaded.w[part] = attention_quad(
				product->w + at * product->w_stride + col,
				at < product->steps ? attention_left(col, product->w_cols) : 0,
				product->w_wide);
		else
			loaded.w[part] =
				attention_load_row(product->w, product->w_stride, product->w_cols,
						   part, step, product->steps, product->w_wide);
	}
	return loaded;
}

/* Into shared memory, the steps outside, rows and columns inside. */
DEVICE_FN void attention_put(const struct attention_product *product,
			     const struct attention_loaded *loaded, uint32_t values, float *x,
			     float *w)
{
	uint32_t row = thread_index() / 4, at = thread_index() % 4 * 4;

	UNROLL
	for (uint32_t i = 0; i < 4; i++)
		x[(at + i) * TILE_X + row] =
			values ? f32_div(loaded->x.at[i], product->divisor) : loaded->x.at[i];
	UNROLL
	for (uint32_t part = 0; part < 2; part++) {
		if (values) {
			shared_quad_set(w + (part * 8 + thread_index() / 32) * TILE_W +
						thread_index() % 32 * 4,
					loaded->w[part]);
			continue;
		}
		UNROLL
		for (uint32_t i = 0; i < 4; i++)
			w[(at + i) * TILE_W + part * 64 + row] = loaded->w[part].at[i];
	}
}

/* One step of all chains, x and w at this thread's numbers; with `ask` only of the rows that take
 * it. */
DEVICE_FN void attention_step(const struct attention_product *product, uint32_t step, uint32_t ask,
			      uint32_t halves, const float *x, const float *w,
			      struct attention_sums *sums)
{
	struct f32_quad a = shared_quad(x), b[2];

	UNROLL
	for (uint32_t half = 0; half < halves; half++)
		b[half] = shared_quad(w + half * 64);
	UNROLL
	for (uint32_t i = 0; i < MINE; i++) {
		uint32_t takes = !ask || (step >= product->from[i] && step < product->to[i]);

		UNROLL
		for (uint32_t j = 0; j < halves * MINE; j++) {
			float before = sums->at[i][j];
			float after = f32_fma(a.at[i], b[j / MINE].at[j % MINE], before);

			sums->at[i][j] = takes ? after : before;
		}
	}
}

DEVICE_FN void attention_tile(const struct attention_product *product, uint32_t step,
			      uint32_t halves, const float *x, const float *w,
			      struct attention_sums *sums)
{
	x += attention_row();
	w += attention_col();
	if (step >= product->all_from && step + TILE_STEPS <= product->all_to) {
		UNROLL
		for (uint32_t i = 0; i < TILE_STEPS; i++)
			attention_step(product, 0, 0, halves, x + i * TILE_X, w + i * TILE_W, sums);
		return;
	}
	for (uint32_t i = 0; i < TILE_STEPS; i++)
		attention_step(product, step + i, 1, halves, x + i * TILE_X, w + i * TILE_W, sums);
}

/* All chains from +0. While a tile is computed the next is on its way. */
DEVICE_FN void attention_multiply(const struct attention_product *product, uint32_t values,
				  uint32_t halves, float *x, float *w, struct attention_sums *sums)
{
	struct attention_loaded loaded = attention_load(product, 0, values);
	uint32_t tile = 0;

	UNROLL
	for (uint32_t i = 0; i < MINE; i++) {
		UNROLL
		for (uint32_t j = 0; j < 2 * MINE; j++)
			sums->at[i][j] = 0.0f;
	}
	attention_put(product, &loaded, values, x, w);
	block_barrier();
	for (uint32_t step = 0; step < product->steps; step += TILE_STEPS) {
		uint32_t more = step + TILE_STEPS < product->steps;

		if (more)
			loaded = attention_load(product, step + TILE_STEPS, values);
		attention_tile(product, step, halves, x + tile * TILE_STEPS * TILE_X,
			       w + tile * TILE_STEPS * TILE_W, sums);
		tile ^= 1;
		if (more)
			attention_put(product, &loaded, values, x + tile * TILE_STEPS * TILE_X,
				      w + tile * TILE_STEPS * TILE_W);
		block_barrier();
	}
}

/* scores = tanh((q k) * scale / cap) * cap, also where a query may not see the key. */
DEVICE_FN void attention_scores(const struct attention_params *p, const struct attention_part *part,
				float *x, float *w)
{
	struct attention_product product = {
		.x = part->q,
		.x_stride = p->q_stride,
		.w_stride = p->k_stride,
		.x_rows = part->count,
		.steps = p->head_dim,
		.x_wide = p->q_wide,
		.w_wide = p->k_wide,
		.to = { p->head_dim, p->head_dim, p->head_dim, p->head_dim },
		.all_to = p->head_dim,
	};
	struct attention_sums sums;

	for (uint32_t key = 0; key < part->span; key += ATTENTION_COLS) {
		product.w = part->k + (part->low + key) * p->k_stride;
		product.w_cols = part->span - key;
		attention_multiply(&product, 0, 2, x, w, &sums);
		UNROLL
		for (uint32_t i = 0; i < MINE; i++) {
			float *row = part->scores + (attention_row() + i) * p->scores_stride + key +
				     attention_col();

			UNROLL
			for (uint32_t half = 0; half < 2; half++) {
				struct f32_quad s;

				UNROLL
				for (uint32_t j = 0; j < MINE; j++) {
					s.at[j] = f32_mul(sums.at[i][half * MINE + j], p->scale);
					if (p->score_cap > 0.0f)
						s.at[j] = f32_soft_cap(s.at[j], p->score_cap);
				}
				f32_quad_set(row + half * 64, s);
			}
		}
	}
}

/* exp(s - max) of `keys` scores in place by one warp; their lane sum. */
DEVICE_FN float attention_exp(float *s, uint32_t keys)
{
	enum { LOADS = 4 };
	float max = lanes_max(lane_max(s, keys)), sum = 0.0f;
	uint32_t i = lane_index();

	for (; i + (LOADS - 1) * WARP_LANES < keys; i += LOADS * WARP_LANES) {
		float e[LOADS];

		UNROLL
		for (uint32_t j = 0; j < LOADS; j++)
			e[j] = f32_exp(f32_sub(s[i + j * WARP_LANES], max));
		UNROLL
		for (uint32_t j = 0; j < LOADS; j++) {
			s[i + j * WARP_LANES] = e[j];
			sum = f32_add(sum, e[j]);
		}
	}
	for (; i < keys; i += WARP_LANES) {
		s[i] = f32_exp(f32_sub(s[i], max));
		sum = f32_add(sum, s[i]);
	}
	return lanes_sum(sum);
}

/* Each row's exponentials, and their sums into sum_of; 1 for rows without a query. */
DEVICE_FN void attention_softmax(const struct attention_params *p,
				 const struct attention_part *part, float *sum_of)
{
	for (uint32_t row = thread_index() / WARP_LANES; row < ATTENTION_QUERIES;
	     row += ATTENTION_THREADS / WARP_LANES) {
		uint32_t t = part->first + row;
		float sum = 1.0f;

		if (row < part->count) {
			uint32_t first = attention_first_key(p, t);

			sum = attention_exp(part->scores + row * p->scores_stride + first -
						    part->low,
					    attention_end_key(p, t, part->tokens) - first);
		}
		if (lane_index() == 0)
			sum_of[row] = sum;
	}
}

/* y = chains over the keys that each query may see. */
DEVICE_FN void attention_outputs(const struct attention_params *p,
				 const struct attention_part *part, const float *sum_of, float *x,
				 float *w)
{
	uint32_t last = part->first + part->count - 1;
	struct attention_product product = {
		.x = part->scores,
		.x_stride = p->scores_stride,
		.w_stride = p->v_stride,
		.x_rows = ATTENTION_QUERIES,
		.steps = part->span,
		.x_wide = 1,
		.w_wide = p->v_wide,
		.all_from = attention_first_key(p, last) - part->low,
		.all_to = attention_end_key(p, part->first, part->tokens) - part->low,
		.divisor = sum_of[thread_index() / 4],
	};
	struct attention_sums sums;

	UNROLL
	for (uint32_t i = 0; i < MINE; i++) {
		uint32_t t = part->first + attention_row() + i;

		t = t < last ? t : last;
		product.from[i] = attention_first_key(p, t) - part->low;
		product.to[i] = attention_end_key(p, t, part->tokens) - part->low;
	}
	for (uint32_t dim = 0; dim < p->head_dim; dim += ATTENTION_COLS) {
		product.w = part->v + part->low * p->v_stride + dim;
		product.w_cols = p->head_dim - dim;
		if (product.w_cols <= ATTENTION_COLS / 2)
			attention_multiply(&product, 1, 1, x, w, &sums);
		else
			attention_multiply(&product, 1, 2, x, w, &sums);
		UNROLL
		for (uint32_t i = 0; i < MINE; i++) {
			UNROLL
			for (uint32_t j = 0; j < 2 * MINE; j++) {
				uint32_t row = attention_row() + i;
				uint32_t col = dim + j / MINE * 64 + attention_col() + j % MINE;

				if (row < part->count && col < p->head_dim)
					part->y[row * p->y_stride + col] = sums.at[i][j];
			}
		}
	}
}

DEVICE_FN struct attention_part attention_find(const struct attention_params *p, uint64_t number)
{
	const struct attention_task *task = &p->task[number / p->heads];
	uint32_t head = (uint32_t)(number % p->heads), key_head = head / p->heads_per_key;
	uint32_t left = task->tokens - task->first;
	uint64_t row = task->probe + task->first;
	struct attention_part part;

	part.first = task->first;
	part.count = left < ATTENTION_QUERIES ? left : ATTENTION_QUERIES;
	part.tokens = task->tokens;
	part.low = attention_first_key(p, part.first);
	part.span = attention_end_key(p, part.first + part.count - 1, part.tokens) - part.low;
	part.q = p->q + row * p->q_stride + head * p->q_head_stride;
	part.k = p->k + task->probe * p->k_stride + key_head * p->k_head_stride;
	part.v = p->v + task->probe * p->v_stride + key_head * p->k_head_stride;
	part.y = p->y + row * p->y_stride + (uint64_t)head * p->head_dim;
	part.scores = p->scores + block_x() * ATTENTION_QUERIES * p->scores_stride;
	return part;
}

KERNEL_RESIDENT(attention, ATTENTION_THREADS, ATTENTION_BLOCKS)
{
	SHARED float x[2 * TILE_STEPS * TILE_X], w[2 * TILE_STEPS * TILE_W];
	SHARED float sum_of[ATTENTION_QUERIES];

	for (uint64_t number = block_x(); number < p.tasks * p.heads; number += grid_x()) {
		struct attention_part part = attention_find(&p, number);

		attention_scores(&p, &part, x, w);
		block_barrier();
		attention_softmax(&p, &part, sum_of);
		block_barrier();
		attention_outputs(&p, &part, sum_of, x, w);
		block_barrier();
	}
}
