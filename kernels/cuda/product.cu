/* product: the exact matrix product (rule 3). Geometry, and why it is so: product.h. */
#include "kernels/cuda/device.h"
#include "kernels/cuda/product.h"

/* A line of PRODUCT_TILES with a format; every member is a constant where it is used. */
struct product_tile {
	uint32_t rows, cols, depth, threads, rows_each, cols_each, spread, format;
};

enum {
	QUAD = 4, /* numbers of 16 bytes of binary32, the unit of shared memory */
	EACH_MAX = 8,
	PIECES_MAX = 16,
	WARP_ROWS = 4, /* of threads in a warp */
	WARP_COLS = 8
};

/* The outputs of a thread: rows `row`, row + rows / rows_each, ..., and columns likewise. */
struct product_sums {
	float at[EACH_MAX][EACH_MAX];
};

/* Where the 16-byte pieces lie that a thread brings from global memory for each step. */
struct product_source {
	const uint8_t *at[PIECES_MAX];
};

struct product_staged {
	struct word_quad at[PIECES_MAX];
};

DEVICE_FN uint32_t row_flip(uint32_t row, uint32_t depth)
{
	return depth / QUAD < 8 ? row / 2 % 4 : row % 8;
}

/* Where a row of a tile begins, the flip included. */
DEVICE_FN uint32_t tile_row(uint32_t row, uint32_t depth)
{
	return row * depth + row_flip(row, depth) * QUAD;
}

/* Which of its places in a row a quad takes before the flip. */
DEVICE_FN uint32_t quad_place(uint32_t quad, uint32_t depth, uint32_t pairs)
{
	uint32_t quads = depth / QUAD;

	return pairs && quads > 8 ? quad % 2 * (quads / 2) + quad / 2 : quad;
}

/* Bytes of a piece hold 4 numbers of x or of binary32 weights, or 8 narrower weights. */
DEVICE_FN uint32_t piece_quads(uint32_t format)
{
	return format == 0 ? 1 : 2;
}

DEVICE_FN uint32_t x_pieces(const struct product_tile t)
{
	return t.rows * (t.depth / QUAD) / t.threads;
}

DEVICE_FN uint32_t w_pieces(const struct product_tile t)
{
	return t.cols * (t.depth / QUAD) / t.threads / piece_quads(t.format);
}

DEVICE_FN uint64_t at_most(uint64_t x, uint64_t high)
{
	return x < high ? x : high;
}

/* Rows and columns beyond the last are the last once more, computed and not stored. */
DEVICE_FN void source_begin(const struct product_params *p, uint64_t row, uint64_t col,
			    const struct product_tile t, struct product_source *source)
{
	uint32_t x_quads = t.depth / QUAD, w_quads = x_quads / piece_quads(t.format);
	uint32_t size = t.format == 0 ? 4 : 2, count = x_pieces(t);

	UNROLL
	for (uint32_t i = 0; i < count; i++) {
		uint32_t piece = thread_index() + i * t.threads;
		uint64_t from = at_most(row + piece / x_quads, p->rows - 1);

		source->at[i] = (const uint8_t *)p->x + from * p->x_stride * 4 +
				piece % x_quads * sizeof(struct word_quad);
	}
	UNROLL
	for (uint32_t i = 0; i < w_pieces(t); i++) {
		uint32_t piece = thread_index() + i * t.threads;
		uint64_t from = at_most(col + piece / w_quads, p->cols - 1);

		source->at[count + i] = (const uint8_t *)p->w + from * p->w_stride * size +
					piece % w_quads * sizeof(struct word_quad);
	}
}

/* To the next step along k, of `depth` numbers; none at the end. */
DEVICE_FN void source_step(struct product_source *source, const struct product_tile t,
			   uint32_t depth)
{
	uint32_t size = t.format == 0 ? 4 : 2;

	UNROLL
	for (uint32_t i = 0; i < x_pieces(t); i++)
		source->at[i] += depth * 4;
	UNROLL
	for (uint32_t i = 0; i < w_pieces(t); i++)
		source->at[x_pieces(t) + i] += depth * size;
}

DEVICE_FN struct f32_quad quad_of_f32(struct word_quad words)
{
	struct f32_quad quad;

	UNROLL
	for (uint32_t i = 0; i < QUAD; i++)
		quad.at[i] = f32_from_bits(words.at[i]);
	return quad;
}

/* Four narrower numbers of the eight, widened. */
DEVICE_FN struct f32_quad quad_of_halves(struct word_quad words, uint32_t second, uint32_t format)
{
	struct f32_quad quad;

	UNROLL
	for (uint32_t i = 0; i < QUAD; i++) {
		uint32_t word = words.at[second * 2 + i / 2];
		uint16_t half = (uint16_t)(i % 2 ? word >> 16 : word & 0xffffu);

		quad.at[i] = format == 1 ? f32_from_f16(half) : f32_from_bf16(half);
	}
	return quad;
}

/* Piece i into the tile of x (first in `tiles`) or of w (after it), widened. */
DEVICE_FN void piece_store(struct word_quad staged, uint32_t i, float *tiles,
			   const struct product_tile t)
{
	uint32_t quads = t.depth / QUAD, count = x_pieces(t), each = piece_quads(t.format);

	if (i < count) {
		uint32_t piece = thread_index() + i * t.threads;
		uint32_t row = tile_row(piece / quads, t.depth);

		shared_quad_set(tiles + (row ^ piece % quads * QUAD), quad_of_f32(staged));
		return;
	}
	UNROLL
	for (uint32_t half = 0; half < each; half++) {
		uint32_t piece = thread_index() + (i - count) * t.threads;
		uint32_t row = tile_row(piece / (quads / each), t.depth);
		uint32_t quad = piece % (quads / each) * each + half;
		uint32_t place = quad_place(quad, t.depth, each == 2);

		shared_quad_set(tiles + t.rows * t.depth + (row ^ place * QUAD),
				each == 1 ? quad_of_f32(staged)
					  : quad_of_halves(staged, half, t.format));
	}
}

/* Four steps of every chain of this thread; k ascends within each. */
DEVICE_FN void quad_multiply(const float *tiles, uint32_t x_row, uint32_t w_row, uint32_t quad,
			     const struct product_tile t, struct product_sums *sums)
{
	uint32_t x_step = t.rows / t.rows_each, w_step = t.cols / t.cols_each;
	uint32_t place = quad_place(quad, t.depth, t.format != 0);
	struct f32_quad x[EACH_MAX];

	UNROLL
	for (uint32_t i = 0; i < t.rows_each; i++)
		x[i] = shared_quad(tiles + i * x_step * t.depth +
				   (x_row ^ (quad ^ row_flip(i * x_step, t.depth)) * QUAD));
	UNROLL
	for (uint32_t j = 0; j < t.cols_each; j++) {
		struct f32_quad w =
			shared_quad(tiles + (t.rows + j * w_step) * t.depth +
				    (w_row ^ (place ^ row_flip(j * w_step, t.depth)) * QUAD));

		UNROLL
		for (uint32_t k = 0; k < QUAD; k++)
			UNROLL
		for (uint32_t i = 0; i < t.rows_each; i++)
			sums->at[i][j] = f32_fma(x[i].at[k], w.at[k], sums->at[i][j]);
	}
}

/* One step along k: multiply what lies in `now`, and bring what comes after it to `next`. */
DEVICE_FN void step_multiply(const float *now, float *next, struct product_source *source,
			     uint32_t x_row, uint32_t w_row, const struct product_tile t,
			     struct product_sums *sums)
{
	uint32_t quads = t.depth / QUAD, pieces = x_pieces(t) + w_pieces(t);
	struct product_staged staged;

	if (t.spread) {
		UNROLL
		for (uint32_t quad = 0; quad < quads; quad++) {
			struct word_quad piece = { { 0 } };

			if (quad < pieces)
				piece = global_quad(source->at[quad]);
			quad_multiply(now, x_row, w_row, quad, t, sums);
			if (quad < pieces)
				piece_store(piece, quad, next, t);
		}
		return;
	}
	UNROLL
	for (uint32_t i = 0; i < pieces; i++)
		staged.at[i] = global_quad(source->at[i]);
	UNROLL
	for (uint32_t quad = 0; quad < quads; quad++)
		quad_multiply(now, x_row, w_row, quad, t, sums);
	UNROLL
	for (uint32_t i = 0; i < pieces; i++)
		piece_store(staged.at[i], i, next, t);
}

/* The steps of the chains that do not fill a tile, straight from memory. */
DEVICE_FN void rest_multiply(const struct product_params *p, uint64_t first, uint64_t row,
			     uint64_t col, const struct product_tile t, struct product_sums *sums)
{
	for (uint64_t k = first; k < p->depth; k++) {
		float x[EACH_MAX];

		UNROLL
		for (uint32_t i = 0; i < t.rows_each; i++)
			x[i] = p->x[at_most(row + i * (t.rows / t.rows_each), p->rows - 1) *
					    p->x_stride +
				    k];
		UNROLL
		for (uint32_t j = 0; j < t.cols_each; j++) {
			uint64_t from = at_most(col + j * (t.cols / t.cols_each), p->cols - 1);
			float w = weight_at(p->w, from * p->w_stride + k, t.format);

			UNROLL
			for (uint32_t i = 0; i < t.rows_each; i++)
				sums->at[i][j] = f32_fma(x[i], w, sums->at[i][j]);
		}
	}
}

DEVICE_FN void sums_store(const struct product_params *p, uint64_t row, uint64_t col,
			  const struct product_tile t, const struct product_sums *sums)
{
	UNROLL
	for (uint32_t j = 0; j < t.cols_each; j++) {
		uint64_t to = col + j * (t.cols / t.cols_each);
		float bias = 0.0f;

		if (to >= p->cols)
			continue;
		if (p->bias)
			bias = weight_at(p->bias, to, p->bias_format);
		UNROLL
		for (uint32_t i = 0; i < t.rows_each; i++) {
			uint64_t at = row + i * (t.rows / t.rows_each);
			float sum = sums->at[i][j];

			if (at < p->rows)
				p->y[at * p->y_stride + to] = p->bias ? f32_add(sum, bias) : sum;
		}
	}
}

DEVICE_FN void product(const struct product_params *p, float *tiles, const struct product_tile t)
{
	uint32_t lane = lane_index(), warp = thread_index() / WARP_LANES;
	uint32_t warps = t.rows / t.rows_each / WARP_ROWS; /* one above another */
	uint32_t thread_row = warp % warps * WARP_ROWS + (lane / 2 % 2 | lane / 8 % 2 * 2);
	uint32_t thread_col =
		warp / warps * WARP_COLS + (lane % 2 | lane / 4 % 2 * 2 | lane / 16 * 4);
	uint64_t row = (uint64_t)(block_x() % p->row_tiles) * t.rows;
	uint64_t col = (uint64_t)(block_x() / p->row_tiles) * t.cols;
	uint32_t x_row = tile_row(thread_row, t.depth), w_row = tile_row(thread_col, t.depth);
	uint32_t size = (t.rows + t.cols) * t.depth, now = 0;
	uint64_t steps = p->depth / t.depth;
	struct product_source source;
	struct product_sums sums;

	UNROLL
	for (uint32_t i = 0; i < t.rows_each; i++)
		UNROLL
	for (uint32_t j = 0; j < t.cols_each; j++)
		sums.at[i][j] = 0.0f;
	if (steps) {
		source_begin(p, row, col, t, &source);
		UNROLL
		for (uint32_t i = 0; i < x_pieces(t) + w_pieces(t); i++)
			piece_store(global_quad(source.at[i]), i, tiles, t);
		block_barrier();
	}
	for (uint64_t step = 1; step <= steps; step++) {
		source_step(&source, t, step < steps ? t.depth : 0);
		step_multiply(tiles + now, tiles + (size - now), &source, x_row, w_row, t, &sums);
		now = size - now;
		block_barrier();
	}
	rest_multiply(p, steps * t.depth, row + thread_row, col + thread_col, t, &sums);
	sums_store(p, row + thread_row, col + thread_col, t, &sums);
}

#define PRODUCT(name, rows, cols, depth, threads, rows_each, cols_each, blocks, spread, percent,   \
		format)                                                                            \
	KERNEL_RESIDENT(name, threads, blocks)                                                     \
	{                                                                                          \
		SHARED float tiles[2 * ((rows) + (cols)) * (depth)];                               \
		const struct product_tile tile = { rows,      cols,      depth,  threads,          \
						   rows_each, cols_each, spread, format };         \
                                                                                                   \
		product(&p, tiles, tile);                                                          \
	}
#define PRODUCTS(name, ...)                                                                        \
	PRODUCT(product_##name##_f32, __VA_ARGS__, 0)                                              \
	PRODUCT(product_##name##_f16, __VA_ARGS__, 1)                                              \
	PRODUCT(product_##name##_bf16, __VA_ARGS__, 2)

PRODUCT_TILES(PRODUCTS)

/* 16 bytes of which `count` are there, in units that divide everything. */
DEVICE_FN struct word_quad piece_gather(const uint8_t *from, uint64_t count, uint32_t unit)
{
	struct word_quad piece;

	UNROLL
	for (uint32_t i = 0; i < QUAD; i++) {
		uint32_t word = 0;

		UNROLL
		for (uint32_t at = 0; at < 4; at += unit)
			if (i * 4 + at < count)
				word |= bytes_at(from + i * 4 + at, unit) << 8 * at;
		piece.at[i] = word;
	}
	return piece;
}

KERNEL(product_align, PRODUCT_ALIGN_THREADS)
{
	uint64_t pieces = p.to_stride / sizeof(struct word_quad);
	uint64_t step = (uint64_t)grid_x() * PRODUCT_ALIGN_THREADS;
	uint64_t at = (uint64_t)block_x() * PRODUCT_ALIGN_THREADS + thread_index();

	for (; at < p.rows * pieces; at += step) {
		uint64_t row = at / pieces, byte = at % pieces * sizeof(struct word_quad);
		const uint8_t *from = p.from + row * p.from_stride + byte;
		uint64_t count = byte < p.row_bytes ? p.row_bytes - byte : 0;

		global_quad_set(p.to + row * p.to_stride + byte,
				p.unit == 4   ? piece_gather(from, count, 4)
				: p.unit == 2 ? piece_gather(from, count, 2)
					      : piece_gather(from, count, 1));
	}
}

/* A number of 2 or 4 bytes. */
DEVICE_FN uint32_t number_gather(const uint8_t *from, uint32_t size, uint32_t unit)
{
	uint32_t word = 0;

	if (unit == 4)
		return bytes_at(from, 4);
	for (uint32_t at = 0; at < size; at += unit)
		word |= (unit == 2 ? bytes_at(from + at, 2) : bytes_at(from + at, 1)) << 8 * at;
	return word;
}

/* The square is stored with a gap behind each row, so that neither rows nor columns share a bank.
 */
KERNEL(product_turn, PRODUCT_TURN_THREADS)
{
	enum { SIDE = PRODUCT_TURN_SIDE, PITCH = SIDE + 1 };
	SHARED uint32_t square[SIDE * PITCH];
	uint32_t across = thread_index() % SIDE, down = thread_index() / SIDE;
	uint64_t squares = (p.to_stride / p.size + SIDE - 1) / SIDE;
	uint64_t col = block_x() % squares * SIDE, row = block_x() / squares * SIDE;

	for (uint32_t i = down; i < SIDE; i += PRODUCT_TURN_THREADS / SIDE) {
		uint32_t number = 0;

		if (col + i < p.cols && row + across < p.rows)
			number = number_gather(p.from + (col + i) * p.from_stride +
						       (row + across) * p.size,
					       p.size, p.unit);
		square[i * PITCH + across] = number;
	}
	block_barrier();
	for (uint32_t i = down; i < SIDE; i += PRODUCT_TURN_THREADS / SIDE) {
		uint8_t *to = p.to + (row + i) * p.to_stride + (col + across) * p.size;
		uint32_t number = square[across * PITCH + i];

		if (row + i >= p.rows || (col + across) * p.size >= p.to_stride)
			continue;
		if (p.size == 4)
			*(uint32_t *)to = number;
		else
			*(uint16_t *)to = (uint16_t)number;
	}
}
