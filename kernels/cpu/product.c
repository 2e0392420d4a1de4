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

/* One block of k for one panel: what product_tiles works on. */
struct step {
	const struct cpu_product *product;
	const float *panel;
	size_t k, depth;
	size_t first, count; /* rows */
	struct sums from, to;
	size_t next_n, next_k; /* which weights will be packed next */
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

/*
 * Ask for a share of the weights that will be packed next (share `part` of
 * `parts`), so that they wait in the second-level cache by then.
 */
static void prefetch_weights(const struct step *step, size_t part, size_t parts)
{
	const struct cpu_weights *w = &step->product->w;
	size_t size = float_format_size_bytes(w->format), cols = step->product->tiles->cols;
	size_t left = step->product->depth - step->next_k;
	size_t depth = left < step->product->tiles->depth ? left : step->product->tiles->depth;
	size_t lines = (depth * size + LINE_BYTES - 1) / LINE_BYTES, all = cols * lines;

	if (w->transposed || step->next_n + cols > step->product->cols)
		return;
	for (size_t i = all * part / parts; i < all * (part + 1) / parts; i++) {
		const uint8_t *row =
			w->bytes + ((step->next_n + i / lines) * w->stride + step->next_k) * size;

		__builtin_prefetch(row + i % lines * LINE_BYTES, 0, 2);
	}
}

/* Advance the chains of all rows by the steps of k that the panel holds. */
static void product_tiles(const struct step *step)
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
		prefetch_weights(step, part, parts);
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
		step.next_n = last ? n + tiles->cols : n;
		step.next_k = last ? 0 : k + step.depth;
		tiles->pack(&product->w, n, cols, k, step.depth, scratch);
		product_tiles(&step);
	}
	finish(product, n, cols, first, count, cols < tiles->cols ? part.at : NULL);
}
