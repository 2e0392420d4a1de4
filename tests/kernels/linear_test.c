/* linear: matrix products have the bits of the reference, however they are computed. */
#include "exact_rig.h"
#include "naive.h"

#include <stdio.h>
#include <stdlib.h>

struct product_case {
	size_t rows, inputs, outputs;
	enum float_format format;
	bool transposed, bias;
	enum rig_numbers numbers;
	size_t shift; /* bytes before the weights, so that nothing is aligned */
};

static void check_product(const struct rig *rig, const struct product_case *c)
{
	size_t weights = c->inputs * c->outputs, size = float_format_size_bytes(c->format);
	float *x = rig_numbers(c->rows * c->inputs), *w = rig_numbers(weights);
	float *bias = rig_numbers(c->outputs), *want = rig_numbers(c->rows * c->outputs);
	uint8_t *raw = malloc(c->shift + weights * size), *raw_bias = malloc(c->outputs * size);
	uint64_t seed = 1 + c->rows + 1000 * c->inputs + 1000000 * c->outputs;

	assert_true(raw && raw_bias);
	rig_fill(c->numbers, &seed, x, c->rows * c->inputs);
	rig_fill_weights(c->numbers, c->format, &seed, raw + c->shift, w, weights);
	rig_fill_weights(c->numbers, c->format, &seed, raw_bias, bias, c->outputs);
	naive_linear(x, w, c->transposed, c->bias ? bias : NULL, c->rows, c->inputs, c->outputs,
		     want);
	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix in = rig_matrix(backend, x, c->rows, c->inputs);
		struct matrix out = rig_matrix(backend, NULL, c->rows, c->outputs);
		struct backend_memory *wm, *bm;
		struct error err = { 0 };
		char what[100];

		assert_done(backend_memory_wrap(backend,
						(struct span){ raw, c->shift + weights * size },
						&wm, &err),
			    &err);
		assert_done(backend_memory_wrap(backend,
						(struct span){ raw_bias, c->outputs * size }, &bm,
						&err),
			    &err);
		assert_done(exact_linear(backend, in,
					 matrix_at(wm, c->shift, c->format,
						   c->transposed ? c->inputs : c->outputs,
						   c->transposed ? c->outputs : c->inputs),
					 c->transposed,
					 c->bias ? matrix_at(bm, 0, c->format, 1, c->outputs)
						 : MATRIX_NONE,
					 out, &err),
			    &err);
		snprintf(what, sizeof(what), "%zux%zux%zu format %d", c->rows, c->inputs,
			 c->outputs, (int)c->format);
		rig_check(backend, what, out, want);
		backend_memory_free(&wm);
		backend_memory_free(&bm);
		rig_matrix_free(&in);
		rig_matrix_free(&out);
	}
	free(x);
	free(w);
	free(bias);
	free(want);
	free(raw);
	free(raw_bias);
}

static void products_of_chosen_shapes_have_the_bits_of_the_reference(void **state)
{
	/* one row, one step, tile rims, panel rims (64, 128), depth rims (256), token blocks (240)
	 */
	static const size_t shapes[][3] = { { 1, 1, 1 },      { 1, 7, 65 },      { 2, 33, 130 },
					    { 3, 257, 64 },   { 4, 256, 63 },    { 5, 31, 17 },
					    { 6, 512, 16 },   { 7, 513, 129 },   { 12, 96, 48 },
					    { 13, 100, 31 },  { 29, 64, 191 },   { 239, 17, 15 },
					    { 240, 40, 33 },  { 241, 32, 66 },   { 500, 9, 70 },
					    { 1, 1100, 300 }, { 17, 1030, 130 }, { 2, 1, 200 },
					    { 97, 1030, 20 }, { 780, 5, 70 },    { 100, 2049, 18 },
					    { 13, 4100, 70 }, { 1030, 33, 65 } };
	static const enum float_format formats[] = { FLOAT_F32, FLOAT_F16, FLOAT_BF16 };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		for (size_t f = 0; f < 3; f++) {
			struct product_case c = { .rows = shapes[i][0],
						  .inputs = shapes[i][1],
						  .outputs = shapes[i][2],
						  .format = formats[f],
						  .transposed = (i + f) % 3 == 2,
						  .bias = (i + f) % 2,
						  .numbers =
							  (i + f) % 4 == 3 ? RIG_TINY : RIG_PLAIN,
						  .shift = i % 3 };

			check_product(*state, &c);
			c.transposed = !c.transposed;
			check_product(*state, &c);
		}
}

static void products_of_drawn_shapes_have_the_bits_of_the_reference(void **state)
{
	uint64_t seed = 20;

	for (size_t i = 0; i < 40; i++) {
		struct product_case c = { .rows = 1 + test_random(&seed) % 40,
					  .inputs = 1 + test_random(&seed) % 400,
					  .outputs = 1 + test_random(&seed) % 200,
					  .format = (enum float_format)(test_random(&seed) % 3),
					  .transposed = test_random(&seed) % 2,
					  .bias = test_random(&seed) % 2,
					  .numbers = (enum rig_numbers)(test_random(&seed) % 2),
					  .shift = test_random(&seed) % 5 };

		check_product(*state, &c);
	}
}

static void part_of_a_matrix_is_multiplied_in_place(void **state)
{
	const struct rig *rig = *state;
	enum { ROWS = 9, WIDE = 50, INPUTS = 20, OUTPUTS = 11 };
	float x[ROWS * WIDE], w[OUTPUTS * INPUTS], want[ROWS * WIDE], part[ROWS * INPUTS];
	float product[ROWS * OUTPUTS];
	uint64_t seed = 3;

	rig_fill(RIG_PLAIN, &seed, x, ROWS * WIDE);
	rig_fill(RIG_PLAIN, &seed, w, OUTPUTS * INPUTS);
	for (size_t r = 0; r < ROWS; r++)
		memcpy(part + r * INPUTS, x + r * WIDE + 5, sizeof(float) * INPUTS);
	naive_linear(part, w, false, NULL, ROWS, INPUTS, OUTPUTS, product);
	memcpy(want, x, sizeof(x));
	for (size_t r = 0; r < ROWS; r++)
		memcpy(want + r * WIDE + 30, product + r * OUTPUTS, sizeof(float) * OUTPUTS);
	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix all = rig_matrix(backend, x, ROWS, WIDE);
		struct matrix weight = rig_matrix(backend, w, OUTPUTS, INPUTS);
		struct error err = { 0 };

		assert_done(exact_linear(backend, matrix_cols(all, 5, INPUTS), weight, false,
					 MATRIX_NONE, matrix_cols(all, 30, OUTPUTS), &err),
			    &err);
		rig_check(backend, "part", all, want);
		rig_matrix_free(&all);
		rig_matrix_free(&weight);
	}
}

static void a_chain_that_ends_in_minus_zero_keeps_it(void **state)
{
	const struct rig *rig = *state;
	const float x[] = { 0, 1e-30f }, w[] = { 0, -1e-30f }, want[] = { -0.0f };

	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix in = rig_matrix(backend, x, 1, 2),
			      weight = rig_matrix(backend, w, 1, 2);
		struct matrix out = rig_matrix(backend, NULL, 1, 1);
		struct error err = { 0 };

		assert_done(exact_linear(backend, in, weight, false, MATRIX_NONE, out, &err), &err);
		rig_check(backend, "-0", out, want);
		rig_matrix_free(&in);
		rig_matrix_free(&weight);
		rig_matrix_free(&out);
	}
}

static void shapes_that_do_not_fit_are_refused(void **state)
{
	const struct rig *rig = *state;
	struct backend *backend = rig->way[0].backend;
	struct matrix x = rig_matrix(backend, NULL, 3, 4), w = rig_matrix(backend, NULL, 5, 4);
	struct matrix y = rig_matrix(backend, NULL, 3, 5), beyond = y;
	struct error err = { 0 };

	assert_fails(exact_linear(backend, x, w, true, MATRIX_NONE, y, &err), &err, ERROR_USAGE);
	assert_fails(exact_linear(backend, x, w, false, w, y, &err), &err, ERROR_USAGE);
	assert_fails(exact_linear(backend, x, MATRIX_NONE, false, MATRIX_NONE, y, &err), &err,
		     ERROR_USAGE);
	beyond.rows = SIZE_MAX / 4;
	assert_fails(exact_linear(backend, x, w, false, MATRIX_NONE, beyond, &err), &err,
		     ERROR_USAGE);
	beyond = y;
	beyond.offset_bytes = 4;
	assert_fails(exact_linear(backend, x, w, false, MATRIX_NONE, beyond, &err), &err,
		     ERROR_USAGE);
	assert_fails(exact_linear(backend, x, w, false, MATRIX_NONE, matrix_cols(x, 0, 4), &err),
		     &err, ERROR_USAGE);
	assert_fails(exact_linear(rig->way[1].backend, x, w, false, MATRIX_NONE, y, &err), &err,
		     ERROR_USAGE);
	rig_matrix_free(&x);
	rig_matrix_free(&w);
	rig_matrix_free(&y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_chosen_shapes_have_the_bits_of_the_reference),
		cmocka_unit_test(products_of_drawn_shapes_have_the_bits_of_the_reference),
		cmocka_unit_test(part_of_a_matrix_is_multiplied_in_place),
		cmocka_unit_test(a_chain_that_ends_in_minus_zero_keeps_it),
		cmocka_unit_test(shapes_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
