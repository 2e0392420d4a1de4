/* product: every tile of product.h has the bits of the reference, at its rims and whoever runs
 * first. */
#include "../kernels/exact_rig.h"
#include "../kernels/naive.h"

#include <stdio.h>
#include <stdlib.h>

#include "kernels/cuda/product.h"
#include "fake_driver.h"
#include "launch.h"
#include "watch.h"

struct tile {
	const char *name;
	size_t rows, cols, depth;
	uint32_t threads;
};

static const struct tile tiles[] = {
#define TILE(name, rows, cols, depth, threads, ...) { #name, rows, cols, depth, threads },
	PRODUCT_TILES(TILE)
#undef TILE
};

enum { TILES = sizeof(tiles) / sizeof(tiles[0]), FORMATS = 3 };

/* 1, one less than a side, the side, one more, and two with a bit of a third. */
static size_t rim(size_t side, size_t which)
{
	size_t sizes[] = { 1, side > 1 ? side - 1 : 1, side, side + 1, 2 * side + 3 };

	return sizes[which % 5];
}

/* One launch: x, weights, bias and result as the kernel sees them; nothing lies behind the last
 * number. */
struct launched {
	size_t rows, cols, depth;
	enum float_format format;
	struct watch_memory memory[4]; /* x, w, bias, y */
	struct product_params params;
};

static char *memory_new(struct watch_memory *memory, size_t size_bytes)
{
	void *bytes = NULL;

	assert_int_equal(posix_memalign(&bytes, 16, size_bytes), 0);
	memset(bytes, 0xff, size_bytes); /* NaN between the rows */
	*memory = (struct watch_memory){ .bytes = bytes, .size_bytes = size_bytes };
	return bytes;
}

static struct watch_memory *memory_at(void *user, const void *address)
{
	struct launched *l = user;
	const char *at = address;

	for (size_t i = 0; i < 4; i++)
		if (l->memory[i].bytes && at >= l->memory[i].bytes &&
		    at < l->memory[i].bytes + l->memory[i].size_bytes)
			return &l->memory[i];
	return NULL;
}

/* Rows without gaps into rows that begin at multiples of 16 bytes; returns their stride. */
static size_t rows_spread(struct watch_memory *memory, const void *from, size_t rows, size_t cols,
			  size_t size)
{
	size_t unit = 16 / size, stride = (cols + unit - 1) / unit * unit + unit;
	char *to = memory_new(memory, ((rows - 1) * stride + cols) * size);

	for (size_t row = 0; row < rows; row++)
		memcpy(to + row * stride * size, (const char *)from + row * cols * size,
		       cols * size);
	return stride;
}

static void launched_new(struct launched *l, const float *x, const void *w, const void *bias)
{
	size_t size = float_format_size_bytes(l->format), stride = l->cols + 3;

	l->params = (struct product_params){
		.rows = l->rows,
		.cols = l->cols,
		.depth = l->depth,
		.x_stride = rows_spread(&l->memory[0], x, l->rows, l->depth, sizeof(float)),
		.w_stride = rows_spread(&l->memory[1], w, l->cols, l->depth, size),
		.y_stride = stride,
		.bias_format = (uint32_t)l->format,
	};
	memory_new(&l->memory[3], ((l->rows - 1) * stride + l->cols) * sizeof(float));
	l->params.x = (const float *)(void *)l->memory[0].bytes;
	l->params.w = l->memory[1].bytes;
	l->params.y = (float *)(void *)l->memory[3].bytes;
	if (bias)
		l->params.bias =
			memcpy(memory_new(&l->memory[2], l->cols * size), bias, l->cols * size);
}

static void launched_free(struct launched *l)
{
	for (size_t i = 0; i < 4; i++) {
		watch_forget(&l->memory[i]);
		free(l->memory[i].bytes);
	}
}

static void launch(struct launched *l, const struct tile *tile, enum shim_order order, bool watched)
{
	static const char *const format[] = { "f32", "f16", "bf16" };
	char name[40];
	struct shim_launch launch = {
		.grid_x = (uint32_t)((l->rows + tile->rows - 1) / tile->rows),
		.grid_y = (uint32_t)((l->cols + tile->cols - 1) / tile->cols),
		.threads = tile->threads,
		.params = &l->params,
		.order = order,
		.seed = l->depth,
	};

	snprintf(name, sizeof(name), "product_%s_%s", tile->name, format[l->format]);
	launch.kernel = shim_kernel_find(name, watched);
	if (watched) {
		launch.memory_at = memory_at;
		launch.user = l;
	}
	assert_non_null(launch.kernel);
	shim_launch(&launch);
}

/* The result, and what lies between its rows. */
static void launched_check(const struct launched *l, const struct tile *tile, const float *want)
{
	static const uint8_t untouched[4] = { 0xff, 0xff, 0xff, 0xff };

	for (size_t row = 0; row < l->rows; row++)
		for (size_t col = 0; col < l->params.y_stride; col++) {
			const float *got = &l->params.y[row * l->params.y_stride + col];

			if (col < l->cols &&
			    memcmp(got, &want[row * l->cols + col], sizeof(float)) != 0)
				fail_msg("tile %s, %zux%zux%zu, format %d: row %zu, column %zu is "
					 "%a instead of %a",
					 tile->name, l->rows, l->depth, l->cols, (int)l->format,
					 row, col, (double)*got, (double)want[row * l->cols + col]);
			if (col >= l->cols && row + 1 < l->rows)
				assert_memory_equal(got, untouched, sizeof(untouched));
		}
}

static void check_product(const struct tile *tile, enum float_format format, const size_t sides[3],
			  enum rig_numbers numbers, enum shim_order order, bool watched)
{
	struct launched l = {
		.rows = sides[0], .cols = sides[1], .depth = sides[2], .format = format
	};
	size_t weights = l.cols * l.depth, size = float_format_size_bytes(format);
	float *x = rig_numbers(l.rows * l.depth), *w = rig_numbers(weights);
	float *bias = rig_numbers(l.cols), *want = rig_numbers(l.rows * l.cols);
	uint8_t *raw = malloc(weights * size), *raw_bias = malloc(l.cols * size);
	uint64_t seed = 1 + l.rows + 1000 * l.cols + 1000000 * l.depth;
	bool with_bias = seed / 7 % 2;

	assert_true(raw && raw_bias);
	rig_fill(numbers, &seed, x, l.rows * l.depth);
	rig_fill_weights(numbers, format, &seed, raw, w, weights);
	rig_fill_weights(numbers, format, &seed, raw_bias, bias, l.cols);
	naive_linear(x, w, false, with_bias ? bias : NULL, l.rows, l.depth, l.cols, want);
	launched_new(&l, x, raw, with_bias ? raw_bias : NULL);
	launch(&l, tile, order, watched);
	launched_check(&l, tile, want);
	launched_free(&l);
	free(x);
	free(w);
	free(bias);
	free(want);
	free(raw);
	free(raw_bias);
}

static void every_tile_has_the_bits_of_the_reference_at_its_rims(void **state)
{
	(void)state;
	for (size_t t = 0; t < TILES; t++)
		for (size_t format = 0; format < FORMATS; format++)
			for (size_t i = 0; i < 10; i++) {
				/* each rim of one side meets two of each other side */
				const size_t sides[] = { rim(tiles[t].rows, i),
							 rim(tiles[t].cols, i + i / 5),
							 rim(tiles[t].depth, 2 * i + i / 5) };

				check_product(&tiles[t], (enum float_format)format, sides,
					      (i + format) % 3 ? RIG_PLAIN : RIG_TINY,
					      (enum shim_order)((i + format) % SHIM_ORDERS), false);
			}
}

static void no_thread_touches_what_another_is_at_work_on(void **state)
{
	(void)state;
	if (!shim_kernel_find("product_128_f32", true))
		skip();
	for (size_t t = 0; t < TILES; t++)
		for (size_t format = 0; format < FORMATS; format++) {
			const size_t sides[] = { tiles[t].rows + 1, tiles[t].cols - 1,
						 2 * tiles[t].depth + 3 };

			check_product(&tiles[t], (enum float_format)format, sides, RIG_PLAIN,
				      SHIM_RANDOM, true);
		}
}

/* A step that is not there, fma(+0, +0, -0), would make it +0. */
static void a_chain_that_ends_in_minus_zero_keeps_it_whatever_follows_in_the_tile(void **state)
{
	(void)state;
	for (size_t t = 0; t < TILES; t++)
		for (size_t i = 0; i < 5; i++) {
			struct launched l = { .rows = 3,
					      .cols = tiles[t].cols + 1,
					      .depth = rim(tiles[t].depth, i) };
			float *x = rig_numbers(l.rows * l.depth),
			      *w = rig_numbers(l.cols * l.depth);
			float *want = rig_numbers(l.rows * l.cols);

			for (size_t row = 0; row < l.rows; row++)
				x[(row + 1) * l.depth - 1] = 1e-30f;
			for (size_t col = 0; col < l.cols; col++)
				w[(col + 1) * l.depth - 1] = -1e-30f;
			for (size_t at = 0; at < l.rows * l.cols; at++)
				want[at] = -0.0f;
			launched_new(&l, x, w, NULL);
			launch(&l, &tiles[t], SHIM_REVERSED, false);
			launched_check(&l, &tiles[t], want);
			launched_free(&l);
			free(x);
			free(w);
			free(want);
		}
}

/* So long rows that 128 of them are a whole piece (32 MiB), so that the rest is another. */
struct long_rows {
	size_t rows, depth, cols;
	enum float_format format;
	bool transposed;
};

static void check_pieces(struct backend *backend, const struct long_rows *c)
{
	size_t weights = c->cols * c->depth, size = float_format_size_bytes(c->format);
	float *x = rig_numbers(c->rows * c->depth), *w = rig_numbers(weights);
	float *bias = rig_numbers(c->cols), *want = rig_numbers(c->rows * c->cols);
	uint8_t *raw = malloc(weights * size), *raw_bias = malloc(c->cols * size);
	struct backend_memory *wm, *bm;
	struct error err = { 0 };
	struct matrix in, out;
	uint64_t seed = 9;

	assert_true(raw && raw_bias);
	rig_fill(RIG_PLAIN, &seed, x, c->rows * c->depth);
	rig_fill_weights(RIG_PLAIN, c->format, &seed, raw, w, weights);
	rig_fill_weights(RIG_PLAIN, c->format, &seed, raw_bias, bias, c->cols);
	naive_linear(x, w, c->transposed, bias, c->rows, c->depth, c->cols, want);
	in = rig_matrix(backend, x, c->rows, c->depth);
	out = rig_matrix(backend, NULL, c->rows, c->cols);
	assert_done(backend_memory_wrap(backend, (struct span){ raw, weights * size }, &wm, &err),
		    &err);
	assert_done(
		backend_memory_wrap(backend, (struct span){ raw_bias, c->cols * size }, &bm, &err),
		&err);
	assert_done(exact_linear(backend, in,
				 matrix_at(wm, 0, c->format, c->transposed ? c->depth : c->cols,
					   c->transposed ? c->cols : c->depth),
				 c->transposed, matrix_at(bm, 0, c->format, 1, c->cols), out, &err),
		    &err);
	rig_check(backend, "pieces", out, want);
	backend_memory_free(&wm);
	backend_memory_free(&bm);
	rig_matrix_free(&in);
	rig_matrix_free(&out);
	free(x);
	free(w);
	free(bias);
	free(want);
	free(raw);
	free(raw_bias);
}

static void what_lies_out_of_order_is_multiplied_piece_by_piece(void **state)
{
	static const struct long_rows cases[] = {
		{ 1, 131073, 130, FLOAT_BF16, false },
		{ 2, 65537, 130, FLOAT_F32, true },
		{ 130, 65537, 1, FLOAT_F16, false },
	};
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_pieces(rig.way[0].backend, &cases[i]);
	assert_int_equal(fake_launches("order_align"), 2 + 1 + 2); /* w; x; x */
	assert_int_equal(fake_launches("order_turn"), 2);
	rig_close(&rig);
}

/* Else the tests above would take a kernel for right that splits or turns round its chains. */
static void another_order_of_the_same_chains_gives_other_bits(void **state)
{
	enum { ROWS = 8, DEPTH = 35 };
	float x[ROWS * DEPTH], w[ROWS * DEPTH], back_x[ROWS * DEPTH], back_w[ROWS * DEPTH];
	float there[ROWS * ROWS], back[ROWS * ROWS];
	size_t different = 0;
	uint64_t seed = 5;

	(void)state;
	rig_fill(RIG_PLAIN, &seed, x, ROWS * DEPTH);
	rig_fill(RIG_PLAIN, &seed, w, ROWS * DEPTH);
	for (size_t row = 0; row < ROWS; row++)
		for (size_t k = 0; k < DEPTH; k++) {
			back_x[row * DEPTH + k] = x[row * DEPTH + DEPTH - 1 - k];
			back_w[row * DEPTH + k] = w[row * DEPTH + DEPTH - 1 - k];
		}
	naive_linear(x, w, false, NULL, ROWS, DEPTH, ROWS, there);
	naive_linear(back_x, back_w, false, NULL, ROWS, DEPTH, ROWS, back);
	for (size_t i = 0; i < ROWS * ROWS; i++)
		different += memcmp(&there[i], &back[i], sizeof(float)) != 0;
	assert_true(different > ROWS * ROWS / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tile_has_the_bits_of_the_reference_at_its_rims),
		cmocka_unit_test(no_thread_touches_what_another_is_at_work_on),
		cmocka_unit_test(
			a_chain_that_ends_in_minus_zero_keeps_it_whatever_follows_in_the_tile),
		cmocka_unit_test(what_lies_out_of_order_is_multiplied_piece_by_piece),
		cmocka_unit_test(another_order_of_the_same_chains_gives_other_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
