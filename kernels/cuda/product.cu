/* product: the exact matrix product (rule 3). Geometry, and why it is so: product.h. */
#include "kernels/cuda/tile.h"
#include "kernels/cuda/product.h"

/* A line of PRODUCT_TILES with a format; every member is a constant where it is used. */
struct product_tile {
	struct tile_side x, w;
	uint32_t threads, format;
};

enum {
	PIECE_BYTES = 16, /* what a thread brings from global memory at once */
	PIECES_MAX = 16,
	WARP_ROWS = 4, /* of the threads in a warp */
	WARP_COLS = 8
};

/* The outputs of a thread: its rows of x times its rows of w. */
struct product_sums {
	float at[TILE_EACH_MAX][TILE_EACH_MAX];
};

/*
 * Where the pieces lie that a thread brings for one step along k: so many bytes
 * behind the first number of the tile's rows, which moves on with k and is the same for all
 * threads.
 */
struct product_source {
	const uint8_t *x, *w;
	uint32_t x_offset[PIECES_MAX], w_offset[PIECES_MAX];
};

struct product_staged {
	struct word_quad x[PIECES_MAX], w[PIECES_MAX];
};

/* The place of a thread in its block: which of the rows and columns are its own. */
struct product_place {
	uint64_t row, col; /* of the tile */
	uint32_t thread_row, thread_col;
};

DEVICE_FN uint32_t weight_bytes(uint32_t format)
{
	return format == 0 ? 4 : 2;
}

/* Pieces of a side that each thread brings. */
DEVICE_FN uint32_t side_pieces(const struct tile_side s, uint32_t threads)
{
	return s.rows * s.depth / s.span / threads;
}

/* Row and first k of piece i of this thread: neighbours bring what lies side by side. */
DEVICE_FN uint32_t piece_row(const struct tile_side s, uint32_t threads, uint32_t i)
{
	return (thread_index() + i * threads) / (s.depth / s.span);
}

DEVICE_FN uint32_t piece_k(const struct tile_side s, uint32_t threads, uint32_t i)
{
	return (thread_index() + i * threads) % (s.depth / s.span) * s.span;
}

/*
 * Lanes are laid out so that lanes 2i and 2i + 1 have one row, and lanes i and
 * i + 2 one column: then half a warp's 16-byte loads are one pass over the banks.
 */
DEVICE_FN void place_find(const struct product_tile t, struct product_place *place)
{
	uint32_t lane = lane_index(), warp = thread_index() / WARP_LANES;
	uint32_t warps = t.x.rows / t.x.each / WARP_ROWS; /* one above another */

	place->row = (uint64_t)block_x() * t.x.rows;
	place->col = (uint64_t)block_y() * t.w.rows;
	place->thread_row = warp % warps * WARP_ROWS + (lane / 2 % 2 | lane / 8 % 2 * 2);
	place->thread_col =
		warp / warps * WARP_COLS + (lane % 2 | lane / 4 % 2 * 2 | lane / 16 * 4);
}

DEVICE_FN uint64_t at_most(uint64_t x, uint64_t high)
{
	return x < high ? x : high;
}

/* Offsets of one side's pieces. Rows beyond the last are the last again: computed, not stored. */
DEVICE_FN void offsets_find(const struct tile_side s, uint32_t threads, uint64_t rows_left,
			    uint32_t stride_bytes, uint32_t *out_offset)
{
	uint32_t last = (uint32_t)at_most(s.rows, rows_left) - 1;

	UNROLL
	for (uint32_t i = 0; i < side_pieces(s, threads); i++) {
		uint32_t row = piece_row(s, threads, i);

		out_offset[i] = (row < last ? row : last) * stride_bytes +
				piece_k(s, threads, i) / s.span * PIECE_BYTES;
	}
}

DEVICE_FN void source_begin(const struct product_params *p, const struct product_place *place,
			    const struct product_tile t, struct product_source *source)
{
	uint32_t size = weight_bytes(t.format);

	source->x = (const uint8_t *)(p->x + place->row * p->x_stride);
	source->w = (const uint8_t *)p->w + place->col * p->w_stride * size;
	offsets_find(t.x, t.threads, p->rows - place->row, (uint32_t)p->x_stride * 4,
		     source->x_offset);
	offsets_find(t.w, t.threads, p->cols - place->col, (uint32_t)p->w_stride * size,
		     source->w_offset);
}

DEVICE_FN void pieces_fetch(const struct product_source *source, const struct product_tile t,
			    struct product_staged *staged)
{
	UNROLL
	for (uint32_t i = 0; i < side_pieces(t.x, t.threads); i++)
		staged->x[i] = global_quad(source->x + source->x_offset[i]);
	UNROLL
	for (uint32_t i = 0; i < side_pieces(t.w, t.threads); i++)
		staged->w[i] = global_quad(source->w + source->w_offset[i]);
}

/* Four numbers of a piece, from number `from` on, widened. */
DEVICE_FN struct f32_quad piece_quad(struct word_quad piece, uint32_t from, uint32_t format)
{
	struct f32_quad quad;

	UNROLL
	for (uint32_t i = 0; i < TILE_QUAD; i++) {
		uint32_t word = piece.at[format == 0 ? i : (from + i) / 2];
		uint16_t half = (uint16_t)(i % 2 ? word >> 16 : word & 0xffffu);

		quad.at[i] = format == 0   ? f32_from_bits(word)
			     : format == 1 ? f32_from_f16(half)
					   : f32_from_bf16(half);
	}
	return quad;
}

DEVICE_FN void side_store(const struct tile_side s, uint32_t threads, uint32_t format,
			  const struct word_quad *pieces, uint8_t *tile)
{
	UNROLL
	for (uint32_t i = 0; i < side_pieces(s, threads); i++) {
		UNROLL
		for (uint32_t from = 0; from < s.span; from += TILE_QUAD)
			side_put(s, tile, piece_row(s, threads, i), piece_k(s, threads, i) + from,
				 piece_quad(pieces[i], from, format));
	}
}

DEVICE_FN void pieces_store(const struct product_staged *staged, const struct product_tile t,
			    uint8_t *tiles)
{
	side_store(t.x, t.threads, 0, staged->x, tiles);
	side_store(t.w, t.threads, t.format, staged->w, tiles + side_bytes(t.x));
}

/* Four steps of every chain, k by k. */
DEVICE_FN void multiply_by_k(const struct product_tile t, const uint8_t *tiles, uint32_t x_at,
			     uint32_t w_at, uint32_t quad, struct product_sums *sums)
{
	UNROLL
	for (uint32_t k = quad * TILE_QUAD; k < quad * TILE_QUAD + TILE_QUAD; k++) {
		float x[TILE_EACH_MAX], w[TILE_EACH_MAX];

		side_numbers(t.x, tiles, x_at, k, x);
		side_numbers(t.w, tiles + side_bytes(t.x), w_at, k, w);
		UNROLL
		for (uint32_t i = 0; i < t.x.each; i++) {
			UNROLL
			for (uint32_t j = 0; j < t.w.each; j++)
				sums->at[i][j] = f32_fma(x[i], w[j], sums->at[i][j]);
		}
	}
}

/* The same, column by column: k ascends within each. */
DEVICE_FN void multiply_by_row(const struct product_tile t, const uint8_t *tiles, uint32_t x_at,
			       uint32_t w_at, uint32_t quad, struct product_sums *sums)
{
	struct f32_quad x[TILE_EACH_MAX];

	UNROLL
	for (uint32_t i = 0; i < t.x.each; i++)
		x[i] = side_quad(t.x, tiles, x_at, i, quad);
	UNROLL
	for (uint32_t j = 0; j < t.w.each; j++) {
		struct f32_quad w = side_quad(t.w, tiles + side_bytes(t.x), w_at, j, quad);

		UNROLL
		for (uint32_t k = 0; k < TILE_QUAD; k++) {
			UNROLL
			for (uint32_t i = 0; i < t.x.each; i++)
				sums->at[i][j] = f32_fma(x[i].at[k], w.at[k], sums->at[i][j]);
		}
	}
}

/* The steps of the chains that fill whole tiles. */
DEVICE_FN void tiles_multiply(const struct product_params *p, const struct product_place *place,
			      uint8_t *tiles, const struct product_tile t,
			      struct product_sums *sums)
{
	uint32_t steps = (uint32_t)(p->depth / t.x.depth);
	uint32_t size = side_bytes(t.x) + side_bytes(t.w), now = 0;
	uint32_t x_at = side_begin(t.x, place->thread_row);
	uint32_t w_at = side_begin(t.w, place->thread_col);
	struct product_source source;
	struct product_staged staged;

	source_begin(p, place, t, &source);
	pieces_fetch(&source, t, &staged);
	pieces_store(&staged, t, tiles);
	block_barrier();
	for (uint32_t step = 1; step <= steps; step++) {
		/* after the last step there is nothing to bring: its pieces once more */
		uint32_t on = step < steps ? t.x.depth : 0;

		source.x += on * 4;
		source.w += on * weight_bytes(t.format);
		pieces_fetch(&source, t, &staged);
		UNROLL
		for (uint32_t quad = 0; quad < t.x.depth / TILE_QUAD; quad++)
			if (t.x.by_k)
				multiply_by_k(t, tiles, now + x_at, now + w_at, quad, sums);
			else
				multiply_by_row(t, tiles, now + x_at, now + w_at, quad, sums);
		now = size - now;
		pieces_store(&staged, t, tiles + now);
		block_barrier();
	}
}

/* The last steps of the chains, which do not fill a tile, straight from memory. */
DEVICE_FN void rest_multiply(const struct product_params *p, const struct product_place *place,
			     const struct product_tile t, struct product_sums *sums)
{
	ROLLED
	for (uint64_t k = p->depth - p->depth % t.x.depth; k < p->depth; k++) {
		float x[TILE_EACH_MAX];

		UNROLL
		for (uint32_t i = 0; i < t.x.each; i++) {
			uint64_t row = place->row + side_row(t.x, place->thread_row, i);

			x[i] = p->x[at_most(row, p->rows - 1) * p->x_stride + k];
		}
		UNROLL
		for (uint32_t j = 0; j < t.w.each; j++) {
			uint64_t col = place->col + side_row(t.w, place->thread_col, j);
			float w = weight_at(p->w, at_most(col, p->cols - 1) * p->w_stride + k,
					    t.format);

			UNROLL
			for (uint32_t i = 0; i < t.x.each; i++)
				sums->at[i][j] = f32_fma(x[i], w, sums->at[i][j]);
		}
	}
}

DEVICE_FN void sums_store(const struct product_params *p, const struct product_place *place,
			  const struct product_tile t, const struct product_sums *sums)
{
	UNROLL
	for (uint32_t j = 0; j < t.w.each; j++) {
		uint64_t col = place->col + side_row(t.w, place->thread_col, j);
		float bias = 0.0f;

		if (col >= p->cols)
			continue;
		if (p->bias)
			bias = weight_at(p->bias, col, p->bias_format);
		UNROLL
		for (uint32_t i = 0; i < t.x.each; i++) {
			uint64_t row = place->row + side_row(t.x, place->thread_row, i);
			float sum = sums->at[i][j];

			if (row < p->rows)
				p->y[row * p->y_stride + col] = p->bias ? f32_add(sum, bias) : sum;
		}
	}
}

DEVICE_FN void product(const struct product_params *p, uint8_t *tiles, const struct product_tile t)
{
	struct product_place place;
	struct product_sums sums;

	place_find(t, &place);
	UNROLL
	for (uint32_t i = 0; i < t.x.each; i++) {
		UNROLL
		for (uint32_t j = 0; j < t.w.each; j++)
			sums.at[i][j] = 0.0f;
	}
	if (p->depth >= t.x.depth)
		tiles_multiply(p, &place, tiles, t, &sums);
	rest_multiply(p, &place, t, &sums);
	sums_store(p, &place, t, &sums);
}

#define PRODUCT(name, rows, cols, depth, threads, rows_each, cols_each, blocks, by_k, percent,     \
		format)                                                                            \
	KERNEL_RESIDENT(name, threads, blocks)                                                     \
	{                                                                                          \
		SHARED float tiles[2 * ((rows) + (cols)) * (depth)];                               \
		const struct product_tile tile = { { rows, depth, rows_each, 4, by_k },            \
						   { cols, depth, cols_each, (format) ? 8 : 4,     \
						     by_k },                                       \
						   threads,                                        \
						   format };                                       \
                                                                                                   \
		product(&p, (uint8_t *)tiles, tile);                                               \
	}
#define PRODUCTS(name, ...)                                                                        \
	PRODUCT(product_##name##_f32, __VA_ARGS__, 0)                                              \
	PRODUCT(product_##name##_f16, __VA_ARGS__, 1)                                              \
	PRODUCT(product_##name##_bf16, __VA_ARGS__, 2)

PRODUCT_TILES(PRODUCTS)
