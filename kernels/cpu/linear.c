/*
 * linear: y = x times weights. Tokens are taken in blocks, so that a block of
 * activations stays in the cache while the weights pass by; threads share out
 * panels of outputs.
 */
#include "kernels/cpu/cpu.h"

#include <stdlib.h>

enum { TOKENS_PER_BLOCK = 240 };

struct linear_work {
	struct cpu_product product;
	size_t panels;
};

static void linear_panel(const void *arg, size_t chunk, float *scratch)
{
	const struct linear_work *work = arg;
	size_t first = chunk / work->panels * TOKENS_PER_BLOCK;
	size_t left = work->product.rows - first;

	cpu_product_panel(&work->product, chunk % work->panels, first,
			  left < TOKENS_PER_BLOCK ? left : TOKENS_PER_BLOCK, scratch);
}

enum { OUTPUTS_PER_CHUNK = 128 };

/* A few tokens: each weight is widened and used at once, without a panel. */
static void linear_rows(const void *arg, size_t chunk, float *scratch)
{
	const struct cpu_product *product = &((const struct linear_work *)arg)->product;
	size_t n = chunk * OUTPUTS_PER_CHUNK;
	size_t count =
		product->cols - n < OUTPUTS_PER_CHUNK ? product->cols - n : OUTPUTS_PER_CHUNK;

	(void)scratch;
	for (size_t row = 0; row < product->rows; row++) {
		float *y = product->y + row * product->y_stride + n;

		product->tiles->row(product->x + row * product->x_stride, &product->w, n, count,
				    product->depth, y);
		for (size_t i = 0; product->bias && i < count; i++)
			y[i] = f32_add(y[i], product->bias[n + i]);
	}
}

enum { ROWS_WITHOUT_PANEL = 2 };

static int linear_run(struct cpu *cpu, const struct linear_work *work, struct error *err)
{
	const struct cpu_product *product = &work->product;
	size_t rows = product->rows < TOKENS_PER_BLOCK ? product->rows : TOKENS_PER_BLOCK;
	size_t blocks = (product->rows + TOKENS_PER_BLOCK - 1) / TOKENS_PER_BLOCK;

	if (product->tiles->row && !product->w.transposed && product->rows <= ROWS_WITHOUT_PANEL)
		return cpu_run(cpu, (product->cols + OUTPUTS_PER_CHUNK - 1) / OUTPUTS_PER_CHUNK, 0,
			       linear_rows, work, err);
	return cpu_run(cpu, blocks * work->panels, cpu_product_scratch_bytes(product->tiles, rows),
		       linear_panel, work, err);
}

int cpu_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
	       struct matrix bias, struct matrix y, struct error *err)
{
	struct cpu *cpu = cpu_of(backend);
	const struct cpu_tiles *tiles = cpu->variant->tiles;
	float *wide_bias = NULL;
	int result;

	if (bias.memory) {
		wide_bias = malloc(bias.cols * sizeof(float));
		if (!wide_bias)
			return error_set(err, ERROR_SYSTEM, "out of memory for a bias");
		for (size_t i = 0; i < bias.cols; i++)
			wide_bias[i] = cpu_widen(cpu_bytes(bias), i, bias.format);
	}

	struct linear_work work = {
		.product = {
			.tiles = tiles,
			.x = cpu_row(x, 0),
			.x_stride = x.stride,
			.rows = x.rows,
			.w = { cpu_bytes(w), w.stride, w.format, transposed },
			.depth = x.cols,
			.cols = y.cols,
			.bias = wide_bias,
			.y = cpu_row(y, 0),
			.y_stride = y.stride,
		},
		.panels = (y.cols + tiles->cols - 1) / tiles->cols,
	};
	result = linear_run(cpu, &work, err);
	free(wide_bias);
	return result;
}
