/*
 * linear: y = x times weights. Tokens are taken in blocks, so that a block of
 * activations stays in the cache while the weights pass by; threads share out
 * panels of outputs. How it is cut changes no bit.
 */
#include "kernels/cpu/cpu.h"

#include <stdlib.h>

/*
 * Found by measuring: a panel is packed once for a block of tokens, so blocks
 * are long; from some rows on it pays to copy the activations into the order
 * in which tiles read them.
 */
enum {
	TOKENS_PER_BLOCK = 1024,
	ROWS_WORTH_A_COPY = 96,
	ROWS_PER_COPY_CHUNK = 16,
	COPY_BYTES_MAX = 64 << 20,
	ROWS_WITHOUT_PANEL = 2,
	OUTPUTS_PER_CHUNK = 128
};

static size_t divide_up(size_t a, size_t b)
{
	return (a + b - 1) / b;
}

static size_t at_most(size_t x, size_t high)
{
	return x < high ? x : high;
}

struct linear_work {
	struct cpu_product product;
	size_t tokens; /* of a block */
	size_t panels;
	float *copy;
};

static void copy_chunk(const void *arg, size_t chunk, float *scratch)
{
	const struct linear_work *work = arg;
	size_t first = chunk * ROWS_PER_COPY_CHUNK;

	(void)scratch;
	cpu_product_copy_input(&work->product, first,
			       at_most(work->product.rows - first, ROWS_PER_COPY_CHUNK),
			       work->copy);
}

static void panel_chunk(const void *arg, size_t chunk, float *scratch)
{
	const struct linear_work *work = arg;
	size_t first = chunk / work->panels * work->tokens;

	cpu_product_panel(&work->product, chunk % work->panels, first,
			  at_most(work->product.rows - first, work->tokens), scratch);
}

/* A few tokens: each weight is widened and used at once, without a panel. */
static void rows_chunk(const void *arg, size_t chunk, float *scratch)
{
	const struct cpu_product *product = &((const struct linear_work *)arg)->product;
	size_t n = chunk * OUTPUTS_PER_CHUNK;
	size_t count = at_most(product->cols - n, OUTPUTS_PER_CHUNK);

	(void)scratch;
	for (size_t row = 0; row < product->rows; row++) {
		float *y = product->y + row * product->y_stride + n;

		product->tiles->row(product->x + row * product->x_stride, &product->w, n, count,
				    product->depth, y);
		for (size_t i = 0; product->bias && i < count; i++)
			y[i] = f32_add(y[i], product->bias[n + i]);
	}
}

/* All rows of the product. */
static int linear_run(struct cpu *cpu, struct linear_work *work, struct error *err)
{
	struct cpu_product *product = &work->product;
	const struct cpu_tiles *tiles = product->tiles;
	size_t blocks = divide_up(product->rows, TOKENS_PER_BLOCK);

	if (tiles->row && !product->w.transposed && product->rows <= ROWS_WITHOUT_PANEL)
		return cpu_run(cpu, divide_up(product->cols, OUTPUTS_PER_CHUNK), 0, rows_chunk,
			       work, err);
	if (product->rows >= ROWS_WORTH_A_COPY) {
		if (cpu_reserve(&cpu->input, product->rows * product->depth * sizeof(float), err))
			return -1;
		work->copy = (float *)(void *)cpu->input.bytes;
		if (cpu_run(cpu, divide_up(product->rows, ROWS_PER_COPY_CHUNK), 0, copy_chunk, work,
			    err))
			return -1;
		product->x = work->copy;
		product->x_copied = true;
	}
	/* blocks of about the same size, each a whole number of tiles */
	work->tokens = divide_up(divide_up(product->rows, blocks), tiles->rows) * tiles->rows;
	blocks = divide_up(product->rows, work->tokens);
	work->panels = divide_up(product->cols, tiles->cols);
	return cpu_run(cpu, blocks * work->panels, cpu_product_scratch_bytes(tiles, work->tokens),
		       panel_chunk, work, err);
}

/* As many rows at a time as may be copied. */
static int linear_passes(struct cpu *cpu, const struct cpu_product *whole, struct error *err)
{
	size_t fit = COPY_BYTES_MAX / sizeof(float) / whole->depth;
	size_t pass = fit < TOKENS_PER_BLOCK ? TOKENS_PER_BLOCK
					     : fit / TOKENS_PER_BLOCK * TOKENS_PER_BLOCK;

	for (size_t first = 0; first < whole->rows; first += pass) {
		struct linear_work work = { .product = *whole };

		work.product.x += first * whole->x_stride;
		work.product.y += first * whole->y_stride;
		work.product.rows = at_most(whole->rows - first, pass);
		if (linear_run(cpu, &work, err))
			return -1;
	}
	return 0;
}

int cpu_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
	       struct matrix bias, struct matrix y, struct error *err)
{
	struct cpu *cpu = cpu_of(backend);
	struct cpu_product product = {
		.tiles = cpu->variant->tiles,
		.x = cpu_row(x, 0),
		.x_stride = x.stride,
		.rows = x.rows,
		.w = { cpu_bytes(w), w.stride, w.format, transposed },
		.depth = x.cols,
		.cols = y.cols,
		.y = cpu_row(y, 0),
		.y_stride = y.stride,
	};
	float *wide = NULL;
	int result;

	if (bias.memory) {
		wide = malloc(bias.cols * sizeof(*wide));
		if (!wide)
			return error_set(err, ERROR_SYSTEM, "out of memory for a bias");
		for (size_t i = 0; i < bias.cols; i++)
			wide[i] = cpu_widen(cpu_bytes(bias), i, bias.format);
		product.bias = wide;
	}
	result = linear_passes(cpu, &product, err);
	free(wide);
	return result;
}
