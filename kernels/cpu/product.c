/* product: one panel of a matrix product, for one thread. k is never split and never padded. */
#include "kernels/cpu/cpu.h"

/* The panel, then a place for results of a panel that is not full. */
size_t cpu_product_scratch_bytes(const struct cpu_tiles *tiles, size_t rows)
{
	return (tiles->depth + rows) * tiles->cols * sizeof(float);
}

/* Advance the chains of `count` rows by the `depth` steps of k that the panel holds. */
static void product_tiles(const struct cpu_product *product, const float *panel, size_t k,
			  size_t depth, size_t first, size_t count, float *c, size_t c_stride)
{
	const struct cpu_tiles *tiles = product->tiles;

	for (size_t row = 0; row < count;) {
		size_t step = count - row < tiles->rows ? count - row : tiles->rows;
		const float *x = product->x + (first + row) * product->x_stride + k;

		tiles->tile[step - 1](x, product->x_stride, panel, depth, c + row * c_stride,
				      c_stride, k == 0);
		row += step;
	}
}

void cpu_product_panel(const struct cpu_product *product, size_t panel, size_t first, size_t count,
		       float *scratch)
{
	const struct cpu_tiles *tiles = product->tiles;
	size_t n = panel * tiles->cols;
	size_t cols = product->cols - n < tiles->cols ? product->cols - n : tiles->cols;
	float *y = product->y + first * product->y_stride + n;
	float *c = y, *part = scratch + tiles->depth * tiles->cols;
	size_t c_stride = product->y_stride;

	if (cols < tiles->cols) {
		c = part;
		c_stride = tiles->cols;
	}
	for (size_t k = 0; k < product->depth; k += tiles->depth) {
		size_t depth = product->depth - k;

		depth = depth < tiles->depth ? depth : tiles->depth;
		tiles->pack(&product->w, n, cols, k, depth, scratch);
		product_tiles(product, scratch, k, depth, first, count, c, c_stride);
	}
	for (size_t row = 0; c != y && row < count; row++)
		__builtin_memcpy(y + row * product->y_stride, c + row * c_stride,
				 cols * sizeof(float));
	for (size_t row = 0; product->bias && row < count; row++)
		for (size_t i = 0; i < cols; i++) {
			float *at = y + row * product->y_stride + i;

			*at = f32_add(*at, product->bias[n + i]);
		}
}
