/*
 * map: operations on each number by itself (rules 6, 8, 9 and 10). A block
 * takes a tile of one row at a time; each thread loads all its numbers of a
 * tile before it stores the first, so y may be what is read.
 */
#include "kernels/cuda/device.h"
#include "kernels/cuda/map.h"

/* What is done to a number. The activations count as in enum activation. */
enum map_step {
	MAP_SILU,
	MAP_GELU_ERF,
	MAP_GELU_TANH,
	MAP_RELU,
	MAP_TANH,
	MAP_SIGMOID,
	MAP_ADD,
	MAP_SCALE,
	MAP_CLIP,
	MAP_SOFT_CAP
};

/* `step` of a; b is the other number, or the one for all. */
DEVICE_FN float map_one(uint32_t step, float a, float b)
{
	switch (step) {
	case MAP_SILU:
		return f32_silu(a);
	case MAP_GELU_ERF:
		return f32_gelu_erf(a);
	case MAP_GELU_TANH:
		return f32_gelu_tanh(a);
	case MAP_RELU:
		return f32_relu(a);
	case MAP_TANH:
		return f32_tanh(a);
	case MAP_SIGMOID:
		return f32_sigmoid(a);
	case MAP_ADD:
		return f32_add(a, b);
	case MAP_SCALE:
		return f32_mul(a, b);
	case MAP_CLIP:
		return f32_clip(a, b);
	default:
		return f32_soft_cap(a, b);
	}
}

/* A tile of a row. */
struct map_place {
	uint64_t row;
	uint32_t tile;
};

/* The tile that a block begins with, and the one after it. */
DEVICE_FN struct map_place map_first(const struct map_shape *shape)
{
	struct map_place place = { block_x() / shape->tiles, block_x() % shape->tiles };

	return place;
}

DEVICE_FN void map_next(const struct map_shape *shape, struct map_place *place)
{
	place->row += grid_x() / shape->tiles;
	place->tile += grid_x() % shape->tiles;
	if (place->tile >= shape->tiles) {
		place->tile -= shape->tiles;
		place->row++;
	}
}

/* The column of this thread's number or four numbers `part` of a tile. */
DEVICE_FN uint64_t map_col(uint32_t tile, uint32_t part)
{
	return (uint64_t)tile * MAP_TILE + part * MAP_THREADS + thread_index();
}

DEVICE_FN uint64_t map_col_wide(uint32_t tile, uint32_t part)
{
	return (uint64_t)tile * MAP_TILE + (part * MAP_THREADS + thread_index()) * 4;
}

/* This thread's numbers of a tile that begins a row at `x`; beyond the row +0. */
DEVICE_FN void map_load(const struct map_shape *shape, const float *x, uint32_t tile, float *out)
{
	if (shape->wide) {
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH / 4; i++) {
			uint64_t col = map_col_wide(tile, i);
			struct f32_quad four = { { 0.0f, 0.0f, 0.0f, 0.0f } };

			if (col < shape->cols)
				four = f32_quad_at(x + col);
			UNROLL
			for (uint32_t j = 0; j < 4; j++)
				out[4 * i + j] = four.at[j];
		}
		return;
	}
	UNROLL
	for (uint32_t i = 0; i < MAP_EACH; i++) {
		uint64_t col = map_col(tile, i);

		out[i] = col < shape->cols ? x[col] : 0.0f;
	}
}

/* The same places, written. */
DEVICE_FN void map_store(const struct map_shape *shape, float *y, uint32_t tile, const float *in)
{
	if (shape->wide) {
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH / 4; i++) {
			uint64_t col = map_col_wide(tile, i);
			struct f32_quad four = { { in[4 * i], in[4 * i + 1], in[4 * i + 2],
						   in[4 * i + 3] } };

			if (col < shape->cols)
				f32_quad_set(y + col, four);
		}
		return;
	}
	UNROLL
	for (uint32_t i = 0; i < MAP_EACH; i++) {
		uint64_t col = map_col(tile, i);

		if (col < shape->cols)
			y[col] = in[i];
	}
}

/* y = step(a, number) */
DEVICE_FN void map_each(const struct map_numbers *n, uint32_t step, float number)
{
	for (struct map_place at = map_first(&n->shape); at.row < n->shape.rows;
	     map_next(&n->shape, &at)) {
		float x[MAP_EACH];

		map_load(&n->shape, n->a + at.row * n->a_stride, at.tile, x);
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH; i++)
			x[i] = map_one(step, x[i], number);
		map_store(&n->shape, n->y + at.row * n->y_stride, at.tile, x);
	}
}

/* y = a + b, or y = step(a) * b */
DEVICE_FN void map_pairs(const struct map_numbers *n, uint32_t step)
{
	for (struct map_place at = map_first(&n->shape); at.row < n->shape.rows;
	     map_next(&n->shape, &at)) {
		float a[MAP_EACH], b[MAP_EACH];

		map_load(&n->shape, n->a + at.row * n->a_stride, at.tile, a);
		map_load(&n->shape, n->b + at.row * n->b_stride, at.tile, b);
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH; i++)
			a[i] = step == MAP_ADD ? f32_add(a[i], b[i])
					       : f32_mul(map_one(step, a[i], 0.0f), b[i]);
		map_store(&n->shape, n->y + at.row * n->y_stride, at.tile, a);
	}
}

KERNEL(add, MAP_THREADS)
{
	map_pairs(&p.numbers, MAP_ADD);
}

KERNEL(scale, MAP_THREADS)
{
	map_each(&p.numbers, MAP_SCALE, p.factor);
}

KERNEL(clip, MAP_THREADS)
{
	map_each(&p.numbers, MAP_CLIP, p.limit);
}

KERNEL(soft_cap, MAP_THREADS)
{
	map_each(&p.numbers, MAP_SOFT_CAP, p.cap);
}

KERNEL(activation, MAP_THREADS)
{
	switch (p.kind) {
	case MAP_SILU:
		map_each(&p.numbers, MAP_SILU, 0.0f);
		break;
	case MAP_GELU_ERF:
		map_each(&p.numbers, MAP_GELU_ERF, 0.0f);
		break;
	case MAP_GELU_TANH:
		map_each(&p.numbers, MAP_GELU_TANH, 0.0f);
		break;
	case MAP_RELU:
		map_each(&p.numbers, MAP_RELU, 0.0f);
		break;
	case MAP_TANH:
		map_each(&p.numbers, MAP_TANH, 0.0f);
		break;
	default:
		map_each(&p.numbers, MAP_SIGMOID, 0.0f);
		break;
	}
}

KERNEL(gate, MAP_THREADS)
{
	switch (p.kind) {
	case MAP_SILU:
		map_pairs(&p.numbers, MAP_SILU);
		break;
	case MAP_GELU_ERF:
		map_pairs(&p.numbers, MAP_GELU_ERF);
		break;
	case MAP_GELU_TANH:
		map_pairs(&p.numbers, MAP_GELU_TANH);
		break;
	case MAP_RELU:
		map_pairs(&p.numbers, MAP_RELU);
		break;
	case MAP_TANH:
		map_pairs(&p.numbers, MAP_TANH);
		break;
	default:
		map_pairs(&p.numbers, MAP_SIGMOID);
		break;
	}
}

KERNEL(gate_rows, MAP_THREADS)
{
	const struct map_numbers *n = &p.numbers;

	for (struct map_place at = map_first(&n->shape); at.row < n->shape.rows;
	     map_next(&n->shape, &at)) {
		float gate = f32_sigmoid(n->b[at.row * n->b_stride]);
		float x[MAP_EACH];

		map_load(&n->shape, n->a + at.row * n->a_stride, at.tile, x);
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH; i++)
			x[i] = f32_mul(x[i], gate);
		map_store(&n->shape, n->y + at.row * n->y_stride, at.tile, x);
	}
}

KERNEL(combine, MAP_THREADS)
{
	for (struct map_place at = map_first(&p.shape); at.row < p.shape.rows;
	     map_next(&p.shape, &at)) {
		float *y_row = p.y + p.index[at.row] * p.y_stride;
		float weight = p.weight[at.row];
		float x[MAP_EACH], y[MAP_EACH];

		map_load(&p.shape, p.x + at.row * p.x_stride, at.tile, x);
		map_load(&p.shape, y_row, at.tile, y);
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH; i++)
			y[i] = f32_fma(weight, x[i], y[i]);
		map_store(&p.shape, y_row, at.tile, y);
	}
}

/* This thread's numbers of a tile of weights whose row begins at number `first`, widened. */
DEVICE_FN void gather_load(const struct gather_params *p, uint64_t first, uint32_t tile,
			   uint32_t format, float *out)
{
	if (p->shape.wide) {
		UNROLL
		for (uint32_t i = 0; i < MAP_EACH / 4; i++) {
			uint64_t col = map_col_wide(tile, i);
			struct f32_quad four = { { 0.0f, 0.0f, 0.0f, 0.0f } };

			if (col < p->shape.cols)
				four = weights_quad_at(p->table, first + col, format);
			UNROLL
			for (uint32_t j = 0; j < 4; j++)
				out[4 * i + j] = four.at[j];
		}
		return;
	}
	UNROLL
	for (uint32_t i = 0; i < MAP_EACH; i++) {
		uint64_t col = map_col(tile, i);

		out[i] = 0.0f;
		if (col < p->shape.cols)
			out[i] = p->unaligned ? weight_bytes_at(p->table, first + col, format)
					      : weight_at(p->table, first + col, format);
	}
}

/* y = the chosen rows */
DEVICE_FN void gather_rows(const struct gather_params *p, uint32_t format)
{
	for (struct map_place at = map_first(&p->shape); at.row < p->shape.rows;
	     map_next(&p->shape, &at)) {
		float y[MAP_EACH];

		gather_load(p, p->index[at.row] * p->table_stride, at.tile, format, y);
		map_store(&p->shape, p->y + at.row * p->y_stride, at.tile, y);
	}
}

KERNEL(gather, MAP_THREADS)
{
	if (p.format == WEIGHT_F32)
		gather_rows(&p, WEIGHT_F32);
	else if (p.format == WEIGHT_F16)
		gather_rows(&p, WEIGHT_F16);
	else
		gather_rows(&p, WEIGHT_BF16);
}

/* Where the first of this thread's numbers of a tile is that is not finite, else UINT64_MAX. */
DEVICE_FN uint64_t find_in_tile(const struct map_shape *shape, struct map_place at, const float *x)
{
	uint64_t found = UINT64_MAX;

	UNROLL
	for (uint32_t i = MAP_EACH; i-- > 0;)
		if (!f32_is_finite(x[i]))
			found = at.row * shape->cols +
				(shape->wide ? map_col_wide(at.tile, i / 4) + i % 4
					     : map_col(at.tile, i));
	return found;
}

DEVICE_FN uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

KERNEL(find_not_finite, MAP_THREADS)
{
	SHARED uint64_t of_thread[MAP_THREADS];
	uint64_t found = UINT64_MAX;

	for (struct map_place at = map_first(&p.shape); at.row < p.shape.rows;
	     map_next(&p.shape, &at)) {
		float x[MAP_EACH];

		map_load(&p.shape, p.x + at.row * p.x_stride, at.tile, x);
		found = lower(found, find_in_tile(&p.shape, at, x));
	}
	of_thread[thread_index()] = found;
	block_barrier();
	for (uint32_t half = MAP_THREADS / 2; half; half /= 2) {
		if (thread_index() < half)
			of_thread[thread_index()] =
				lower(of_thread[thread_index()], of_thread[thread_index() + half]);
		block_barrier();
	}
	if (thread_index() == 0)
		p.out_at[block_x()] = of_thread[0];
}

KERNEL(pick, MAP_THREADS)
{
	for (uint64_t row = (uint64_t)block_x() * MAP_THREADS + thread_index(); row < p.rows;
	     row += (uint64_t)grid_x() * MAP_THREADS)
		p.out[row] = p.x[row * p.x_stride + p.index[row]];
}
