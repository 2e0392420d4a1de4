/* product: one panel of a matrix product, for one thread. k is never split and never padded. */
#include "kernels/cpu/cpu.h"

enum { LINE_BYTES = 64 };

/* The panel, then the chains between its blocks of k, without gaps. */
size_t cpu_product_scratch_bytes(const struct cpu_tiles *tiles, size_t rows)
{
	return (tiles->depth + rows) * tiles->cols * sizeof(float);
}

void cpu_product_copy_input(const struct cpu_product *product, size_t first, size_t count,
			    float *copy)
{
	for (size_t k = 0; k < product->depth; k += product->tiles->depth) {
		size_t left = product->depth - k;
		size_t depth = left < product->tiles->depth ? left : product->tiles->depth;

		for (size_t row = first; row < first + count; row++)
			__builtin_memcpy(copy + k * product->rows + row * depth,
					 product->x + row * product->x_stride + k,
					 depth * sizeof(float));
	}
}

/* Some rows of sums: where the chains stand between blocks of k, or where they end. */
struct sums {
	float *at;
	size_t stride;
};

/* The weights that will be packed next, asked for a few lines at a time. */
struct ahead {
	const uint8_t *row;
	size_t row_bytes;
	size_t rows_left;
	size_t lines, line; /* of a row, and the next of them */
	size_t share;       /* lines to ask for after each tile */
};

/* One block of k for one panel: what product_tiles works on. */
struct step {
	const struct cpu_product *product;
	const float *panel;
	size_t k, depth;
	size_t first, count; /* rows */
	struct sums from, to;
	struct ahead ahead;
};

/* Where x lies for a tile that begins at `row`, and from one of its rows to the next. */
static const float *tile_input(const struct step *step, size_t row, size_t *out_stride)
{
	const struct cpu_product *product = step->product;

	if (product->x_copied) {
		*out_stride = step->depth;
		return product->x + step->k * product->rows + row * step->depth;
	}
	*out_stride = product->x_stride;
	return product->x + row * product->x_stride + step->k;
}

/* Outputs n ... of the next panel, steps k ...; nothing if there is no such full panel. */
static struct ahead ahead_of(const struct cpu_product *product, size_t n, size_t k, size_t tiles)
{
	const struct cpu_weights *w = &product->w;
	size_t size = float_format_size_bytes(w->format), left = product->depth - k;
	size_t depth = left < product->tiles->depth ? left : product->tiles->depth;
	struct ahead ahead = { .row_bytes = w->stride * size };

	if (w->transposed || n + product->tiles->cols > product->cols)
		return ahead;
	ahead.row = w->bytes + (n * w->stride + k) * size;
	ahead.rows_left = product->tiles->cols;
	ahead.lines = (depth * size + LINE_BYTES - 1) / LINE_BYTES;
	ahead.share = (ahead.rows_left * ahead.lines + tiles - 1) / tiles;
	return ahead;
}

/* Ask for one share, so that it waits in the second-level cache when it is packed. */
static void ahead_prefetch(struct ahead *ahead)
{
	for (size_t i = 0; i < ahead->share && ahead->rows_left; i++) {
		__builtin_prefetch(ahead->row + ahead->line * LINE_BYTES, 0, 2);
		if (++ahead->line == ahead->lines) {
			ahead->line = 0;
			ahead->row += ahead->row_bytes;
			ahead->rows_left--;
		}
	}
}

/* Advance the chains of all rows by the steps of k that the panel holds. */
static void product_tiles(struct step *step)
{
	const struct cpu_tiles *tiles = step->product->tiles;
	size_t parts = (step->count + tiles->rows - 1) / tiles->rows;

	for (size_t part = 0; part < parts; part++) {
		size_t row = part * tiles->rows, left = step->count - row, x_stride;
		const float *x = tile_input(step, step->first + row, &x_stride);

		tiles->tile[(left < tiles->rows ? left : tiles->rows) - 1](
			x, x_stride, step->panel, step->depth,
			step->k ? step->from.at + row * step->from.stride : NULL, step->from.stride,
			step->to.at + row * step->to.stride, step->to.stride);
		ahead_prefetch(&step->ahead);
	}
}

/* Outputs n ... n + cols - 1 of some rows: from a panel that is not full, and the bias. */
static void finish(const struct cpu_product *product, size_t n, size_t cols, size_t first,
		   size_t count, const float *part)
{
	for (size_t row = 0; row < count; row++) {
		float *y = product->y + (first + row) * product->y_stride + n;

		if (part)
			__builtin_memcpy(y, part + row * product->tiles->cols,
					 cols * sizeof(float));
		for (size_t i = 0; product->bias && i < cols; i++)
			y[i] = f32_add(y[i], product->bias[n + i]);
	}
}

/*
 * Between blocks of k the chains stand in `part`, not in y: rows of y may be
 * a power of two apart, and then loads wait for stores to the same place in
 * another page.
 */
void cpu_product_panel(const struct cpu_product *product, size_t panel, size_t first, size_t count,
		       float *scratch)
{
	const struct cpu_tiles *tiles = product->tiles;
	size_t n = panel * tiles->cols, left = product->cols - n;
	size_t cols = left < tiles->cols ? left : tiles->cols;
	struct sums part = { scratch + tiles->depth * tiles->cols, tiles->cols };
	struct sums y = { product->y + first * product->y_stride + n, product->y_stride };
	struct step step = {
		.product = product, .panel = scratch, .first = first, .count = count, .from = part
	};

	for (size_t k = 0; k < product->depth; k += step.depth) {
		bool last = product->depth - k <= tiles->depth;

		step.k = k;
		step.depth = last ? product->depth - k : tiles->depth;
		step.to = last && cols == tiles->cols ? y : part;
		step.ahead =
			ahead_of(product, last ? n + tiles->cols : n, last ? 0 : k + step.depth,
				 (count + tiles->rows - 1) / tiles->rows);
		tiles->pack(&product->w, n, cols, k, step.depth, scratch);
		product_tiles(&step);
	}
	finish(product, n, cols, first, count, cols < tiles->cols ? part.at : NULL);
}
