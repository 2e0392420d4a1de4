/* rows: operations on single rows have the bits of the reference. */
#include "exact_rig.h"
#include "naive.h"

#include <math.h>
#include <stdlib.h>

/* one, around the 32 lanes, around two blocks, a model's width, an odd one */
static const size_t widths[] = { 1, 2, 31, 32, 33, 63, 64, 65, 100, 384, 1031 };

enum { WIDTHS = sizeof(widths) / sizeof(widths[0]), ROWS = 5, WIDEST = 1031 };

/* Inputs and wanted results of ROWS rows; `act` is called for each way and checked. */
struct row_case {
	const struct rig *rig;
	enum rig_numbers numbers;
	size_t cols;
	float x[ROWS * WIDEST], second[ROWS * WIDEST], gain[WIDEST], bias[WIDEST];
	float want[ROWS * WIDEST];
};

static struct row_case *row_case_new(void **state, size_t cols, enum rig_numbers numbers)
{
	struct row_case *c = calloc(1, sizeof(*c));
	uint64_t seed = 1 + cols;

	assert_non_null(c);
	c->rig = *state;
	c->cols = cols;
	c->numbers = numbers;
	rig_fill(numbers, &seed, c->x, ROWS * cols);
	rig_fill(RIG_PLAIN, &seed, c->second, ROWS * cols);
	rig_fill(RIG_PLAIN, &seed, c->gain, cols);
	rig_fill(RIG_PLAIN, &seed, c->bias, cols);
	return c;
}

typedef int (*row_act)(struct backend *backend, struct matrix x, struct matrix second,
		       struct matrix gain, struct matrix bias, struct matrix y, struct error *err);

/* Apart, and in place. */
static void row_case_check(const struct row_case *c, const char *what, row_act act)
{
	for (size_t i = 0; i < c->rig->ways; i++) {
		struct backend *backend = c->rig->way[i].backend;
		struct matrix x = rig_matrix(backend, c->x, ROWS, c->cols);
		struct matrix second = rig_matrix(backend, c->second, ROWS, c->cols);
		struct matrix gain = rig_matrix(backend, c->gain, 1, c->cols);
		struct matrix bias = rig_matrix(backend, c->bias, 1, c->cols);
		struct matrix y = rig_matrix(backend, NULL, ROWS, c->cols);
		struct error err = { 0 };

		assert_done(act(backend, x, second, gain, bias, y, &err), &err);
		rig_check(backend, what, y, c->want);
		assert_done(act(backend, x, second, gain, bias, x, &err), &err);
		rig_check(backend, what, x, c->want);
		rig_matrix_free(&x);
		rig_matrix_free(&second);
		rig_matrix_free(&gain);
		rig_matrix_free(&bias);
		rig_matrix_free(&y);
	}
}

#define ACT(name, call)                                                                            \
	static int act_##name(struct backend *backend, struct matrix x, struct matrix second,      \
			      struct matrix gain, struct matrix bias, struct matrix y,             \
			      struct error *err)                                                   \
	{                                                                                          \
		(void)second;                                                                      \
		(void)gain;                                                                        \
		(void)bias;                                                                        \
		return call;                                                                       \
	}

ACT(rms_norm, exact_rms_norm(backend, x, gain, NORM_GAIN, 1e-5f, y, err))
ACT(rms_norm_plus_one, exact_rms_norm(backend, x, gain, NORM_GAIN_PLUS_ONE, 1e-6f, y, err))
ACT(layer_norm, exact_layer_norm(backend, x, gain, bias, 1e-5f, y, err))
ACT(layer_norm_bare, exact_layer_norm(backend, x, gain, MATRIX_NONE, 1e-5f, y, err))
ACT(softmax, exact_softmax(backend, x, y, err))
ACT(soft_cap, exact_soft_cap(backend, x, 1.7f, y, err))
ACT(clip, exact_clip(backend, x, 0.7f, y, err))
ACT(scale, exact_scale(backend, x, 0.3f, y, err))
ACT(add, exact_add(backend, x, second, y, err))
ACT(add_row, exact_add(backend, x, gain, y, err))
ACT(gate_rows, exact_gate_rows(backend, x, matrix_cols(second, 0, 1), y, err))
ACT(silu, exact_activation(backend, ACTIVATION_SILU, x, y, err))
ACT(gelu_erf, exact_activation(backend, ACTIVATION_GELU_ERF, x, y, err))
ACT(gelu_tanh, exact_activation(backend, ACTIVATION_GELU_TANH, x, y, err))
ACT(relu, exact_activation(backend, ACTIVATION_RELU, x, y, err))
ACT(tanh, exact_activation(backend, ACTIVATION_TANH, x, y, err))
ACT(sigmoid, exact_activation(backend, ACTIVATION_SIGMOID, x, y, err))
ACT(gate_silu, exact_gate(backend, ACTIVATION_SILU, x, second, y, err))
ACT(gate_gelu_tanh, exact_gate(backend, ACTIVATION_GELU_TANH, x, second, y, err))
ACT(gate_gelu_erf, exact_gate(backend, ACTIVATION_GELU_ERF, x, second, y, err))

static void norms_have_the_bits_of_the_reference(void **state)
{
	for (size_t i = 0; i < 2 * WIDTHS; i++) {
		struct row_case *c =
			row_case_new(state, widths[i / 2], i % 2 ? RIG_TINY : RIG_PLAIN);
		size_t n = c->cols;

		for (size_t r = 0; r < ROWS; r++)
			naive_rms_norm(c->x + r * n, c->gain, false, 1e-5f, n, c->want + r * n);
		row_case_check(c, "rms_norm", act_rms_norm);
		for (size_t r = 0; r < ROWS; r++)
			naive_rms_norm(c->x + r * n, c->gain, true, 1e-6f, n, c->want + r * n);
		row_case_check(c, "rms_norm with 1 + g", act_rms_norm_plus_one);
		for (size_t r = 0; r < ROWS; r++)
			naive_layer_norm(c->x + r * n, c->gain, c->bias, 1e-5f, n, c->want + r * n);
		row_case_check(c, "layer_norm", act_layer_norm);
		for (size_t r = 0; r < ROWS; r++)
			naive_layer_norm(c->x + r * n, c->gain, NULL, 1e-5f, n, c->want + r * n);
		row_case_check(c, "layer_norm without bias", act_layer_norm_bare);
		free(c);
	}
}

static void softmax_has_the_bits_of_the_reference(void **state)
{
	for (size_t i = 0; i < WIDTHS; i++) {
		struct row_case *c = row_case_new(state, widths[i], RIG_PLAIN);

		/* a row with a large spread, so that some e underflow */
		for (size_t k = 0; k < c->cols; k++)
			c->x[k] *= 30.0f;
		for (size_t r = 0; r < ROWS; r++)
			naive_softmax(c->x + r * c->cols, c->cols, c->want + r * c->cols);
		row_case_check(c, "softmax", act_softmax);
		free(c);
	}
}

#define CHECK_MAP(c, what, act, expression)                                                        \
	do {                                                                                       \
		for (size_t k_ = 0; k_ < ROWS * (c)->cols; k_++) {                                 \
			float x = (c)->x[k_], second = (c)->second[k_];                            \
			(void)second;                                                              \
			(c)->want[k_] = (expression);                                              \
		}                                                                                  \
		row_case_check(c, what, act);                                                      \
	} while (0)

static void activations_have_the_bits_of_the_reference(void **state)
{
	for (size_t i = 0; i < 2 * WIDTHS; i++) {
		struct row_case *c =
			row_case_new(state, widths[i / 2], i % 2 ? RIG_TINY : RIG_PLAIN);

		for (size_t k = 0; k < c->cols; k++)
			c->x[k] *= 32.0f; /* one row far from 0 */
		CHECK_MAP(c, "silu", act_silu, naive_silu(x));
		CHECK_MAP(c, "gelu_erf", act_gelu_erf, naive_gelu_erf(x));
		CHECK_MAP(c, "gelu_tanh", act_gelu_tanh, naive_gelu_tanh(x));
		CHECK_MAP(c, "relu", act_relu, x > 0 ? x : 0.0f);
		CHECK_MAP(c, "tanh", act_tanh, naive_tanh(x));
		CHECK_MAP(c, "sigmoid", act_sigmoid, naive_sigmoid(x));
		CHECK_MAP(c, "soft_cap", act_soft_cap, naive_soft_cap(x, 1.7f));
		CHECK_MAP(c, "clip", act_clip, x > 0.7f ? 0.7f : x < -0.7f ? -0.7f : x);
		CHECK_MAP(c, "silu gate", act_gate_silu, naive_silu(x) * second);
		CHECK_MAP(c, "gelu_tanh gate", act_gate_gelu_tanh, naive_gelu_tanh(x) * second);
		CHECK_MAP(c, "gelu_erf gate", act_gate_gelu_erf, naive_gelu_erf(x) * second);
		CHECK_MAP(c, "scale", act_scale, x * 0.3f);
		CHECK_MAP(c, "add", act_add, x + second);
		CHECK_MAP(c, "add a row", act_add_row, x + c->gain[k_ % c->cols]);
		CHECK_MAP(c, "gate rows", act_gate_rows,
			  x * naive_sigmoid(c->second[k_ / c->cols * c->cols]));
		free(c);
	}
}

static void a_table_row_is_copied_widened(void **state)
{
	const struct rig *rig = *state;
	enum { TABLE = 9, COLS = 37, TAKEN = 6 };
	const uint32_t index[TAKEN] = { 8, 0, 3, 3, 7, 1 };
	const enum float_format formats[] = { FLOAT_F32, FLOAT_F16, FLOAT_BF16 };

	for (size_t f = 0; f < 3; f++) {
		uint8_t raw[1 + TABLE * COLS * 4];
		float table[TABLE * COLS], want[TAKEN * COLS];
		uint64_t seed = f + 1;

		rig_fill_weights(RIG_TINY, formats[f], &seed, raw + 1, table, TABLE * COLS);
		for (size_t i = 0; i < TAKEN; i++)
			memcpy(want + i * COLS, table + index[i] * COLS, COLS * sizeof(float));
		for (size_t i = 0; i < rig->ways; i++) {
			struct backend *backend = rig->way[i].backend;
			struct matrix y = rig_matrix(backend, NULL, TAKEN, COLS);
			struct backend_memory *memory;
			struct error err = { 0 };
			struct matrix from;

			assert_done(backend_memory_wrap(backend, (struct span){ raw, sizeof(raw) },
							&memory, &err),
				    &err);
			from = matrix_at(memory, 1, formats[f], TABLE, COLS);
			assert_done(exact_gather(backend, from, index, y, &err), &err);
			rig_check(backend, "gather", y, want);
			from.rows = 8;
			assert_fails(exact_gather(backend, from, index, y, &err), &err,
				     ERROR_USAGE);
			backend_memory_free(&memory);
			rig_matrix_free(&y);
		}
	}
}

static void every_half_number_widens_as_it_should(void **state)
{
	const struct rig *rig = *state;
	struct backend *backend = rig->way[rig->ways - 1].backend;
	uint16_t *half = malloc(65536 * sizeof(*half));
	float *want = rig_numbers(65536);
	const uint32_t first = 0;

	assert_non_null(half);
	for (uint32_t i = 0; i < 65536; i++) {
		bool finite = (i >> 10 & 31) != 31;

		half[i] = (uint16_t)(finite ? i : 0);
		want[i] = naive_f16(half[i]);
	}
	struct matrix y = rig_matrix(backend, NULL, 1, 65536);
	struct matrix one = rig_matrix(backend, &(float){ 1.0f }, 1, 1);
	struct backend_memory *memory;
	struct error err = { 0 };

	assert_done(backend_memory_wrap(backend, (struct span){ (uint8_t *)half, 131072 }, &memory,
					&err),
		    &err);
	assert_done(
		exact_gather(backend, matrix_at(memory, 0, FLOAT_F16, 1, 65536), &first, y, &err),
		&err);
	rig_check(backend, "f16", y, want);
	/* the vector path of the packing: 1 times each, so -0 becomes +0 */
	want[0x8000] = 0.0f;
	assert_done(exact_linear(backend, one, matrix_at(memory, 0, FLOAT_F16, 1, 65536), true,
				 MATRIX_NONE, y, &err),
		    &err);
	rig_check(backend, "f16 in a product", y, want);
	backend_memory_free(&memory);
	rig_matrix_free(&one);
	rig_matrix_free(&y);
	free(half);
	free(want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(norms_have_the_bits_of_the_reference),
		cmocka_unit_test(softmax_has_the_bits_of_the_reference),
		cmocka_unit_test(activations_have_the_bits_of_the_reference),
		cmocka_unit_test(a_table_row_is_copied_widened),
		cmocka_unit_test(every_half_number_widens_as_it_should),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
