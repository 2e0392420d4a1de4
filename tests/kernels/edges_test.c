/* edges: where an order that is only almost the right one would show. The plain processor is asked
 * what is right; exact_rig's own tests hold it against the reference. */
#include "exact_rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct backend *plain_open(void)
{
	const struct backend_options options = { .variant = "plain" };
	struct backend *backend;
	struct error err = { 0 };

	assert_done(backend_open("cpu", &options, &backend, &err), &err);
	return backend;
}

/* Rows of only -0 and +0, or of zeros below which everything else lies. */
static void fill_zeros(uint64_t *seed, bool negatives, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t random = test_random(seed) >> 33;

		x[i] = random & 1 ? 0.0f : -0.0f;
		if (negatives && random % 5)
			x[i] = -1.0f - (float)(random % 3);
	}
}

static void the_maximum_of_zeros_has_the_sign_of_rule_4(void **state)
{
	enum { ROWS = 3, COLS_MAX = 700 };
	const struct rig *rig = *state;
	struct backend *plain = plain_open();
	float x[ROWS * COLS_MAX];
	uint64_t seed = 5;

	for (size_t cols = 1; cols <= COLS_MAX; cols += cols < 70 ? 1 : 97) {
		float want_max[ROWS], want_sum[ROWS];
		struct error err = { 0 };
		struct matrix m;

		fill_zeros(&seed, cols % 2, x, ROWS * cols);
		m = rig_matrix(plain, x, ROWS, cols);
		assert_done(exact_partition(plain, m, want_max, want_sum, &err), &err);
		rig_matrix_free(&m);
		for (size_t w = 0; w < rig->ways; w++) {
			float max[ROWS], sum[ROWS];

			m = rig_matrix(rig->way[w].backend, x, ROWS, cols);
			assert_done(exact_partition(rig->way[w].backend, m, max, sum, &err), &err);
			assert_memory_equal(max, want_max, sizeof(max));
			assert_memory_equal(sum, want_sum, sizeof(sum));
			rig_matrix_free(&m);
		}
	}
	backend_close(&plain);
}

/* Few different logits, so ties everywhere, among them -0 and +0. */
static void the_top_logits_of_ties_are_the_first(void **state)
{
	enum { ROWS = 3, COLS_MAX = 2600 };
	const struct rig *rig = *state;
	struct backend *plain = plain_open();
	float *x = rig_numbers(ROWS * COLS_MAX);
	uint64_t seed = 6;

	for (size_t cols = 1; cols <= COLS_MAX; cols += cols < 40 ? 1 : 511) {
		struct exact_top want[ROWS], top[ROWS];
		struct error err = { 0 };
		struct matrix m;

		for (size_t i = 0; i < ROWS * cols; i++) {
			uint64_t random = test_random(&seed) >> 33;

			x[i] = random & 1 ? (float)(random % 3) : random & 2 ? 0.0f : -0.0f;
			if (i < cols)
				x[i] = -x[i]; /* a row whose largest are zeros */
		}
		m = rig_matrix(plain, x, ROWS, cols);
		assert_done(exact_top_logits(plain, m, want, &err), &err);
		rig_matrix_free(&m);
		for (size_t w = 0; w < rig->ways; w++) {
			m = rig_matrix(rig->way[w].backend, x, ROWS, cols);
			assert_done(exact_top_logits(rig->way[w].backend, m, top, &err), &err);
			assert_memory_equal(top, want, sizeof(top));
			rig_matrix_free(&m);
		}
	}
	free(x);
	backend_close(&plain);
}

static void the_first_number_that_is_not_finite_is_named_wherever_it_is(void **state)
{
	enum { ROWS = 3, COLS = 2070 };
	static const size_t cols_of[] = { 1, 5, 33, 2048, COLS };
	const struct rig *rig = *state;
	float *x = rig_numbers(ROWS * COLS);
	uint64_t seed = 7;

	for (size_t c = 0; c < sizeof(cols_of) / sizeof(cols_of[0]); c++)
		for (size_t w = 0; w < rig->ways; w++) {
			size_t n = ROWS * cols_of[c];
			size_t at[] = { n - 1, n / 2, 0 };

			rig_fill(RIG_PLAIN, &seed, x, n);
			for (size_t i = 0; i < 3; i++) {
				struct backend *backend = rig->way[w].backend;
				struct error err = { 0 };
				char place[64];
				struct matrix m;

				x[at[i]] = i % 2 ? INFINITY : NAN;
				m = rig_matrix(backend, x, ROWS, cols_of[c]);
				snprintf(place, sizeof(place), "value %zu of row %zu ",
					 at[i] % cols_of[c], at[i] / cols_of[c]);
				assert_int_equal(exact_finite(backend, m, "x", &err), -1);
				assert_non_null(strstr(err.text, place));
				rig_matrix_free(&m);
			}
		}
	free(x);
}

/* One experiment in attention's shapes. */
struct seen {
	size_t heads, key_heads, head_dim, window;
	bool causal;
	float cap;
	size_t row_count[3];
};

static void attention_of_odd_shapes_is_the_processors(void **state)
{
	static const struct seen seen[] = {
		{ 1, 1, 1, 0, true, 0, { 1, 1, 1 } },
		{ 1, 1, 80, 0, true, 0, { 130, 1, 65 } },
		{ 4, 2, 130, 0, false, 0, { 3, 70, 1 } },
		{ 2, 1, 256, 0, true, 1.5f, { 1, 33, 129 } },
		{ 3, 3, 20, 1, true, 0, { 66, 2, 1 } },
		{ 2, 1, 7, 64, true, 0, { 140, 64, 65 } },
		{ 6, 2, 16, 17, true, 3, { 1, 16, 300 } },
	};
	const struct rig *rig = *state;
	struct backend *plain = plain_open();
	uint64_t seed = 8;

	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		const struct seen *s = &seen[i];
		struct attention_shape shape = { .heads = s->heads,
						 .key_heads = s->key_heads,
						 .head_dim = s->head_dim,
						 .causal = s->causal,
						 .window = s->window,
						 .scale = exact_inverse_sqrt((float)s->head_dim),
						 .score_cap = s->cap };
		struct batch batch = { s->row_count, 3 };
		size_t rows = s->row_count[0] + s->row_count[1] + s->row_count[2];
		size_t q_cols = s->heads * s->head_dim, k_cols = s->key_heads * s->head_dim;
		float *q = rig_numbers(rows * q_cols), *k = rig_numbers(rows * k_cols);
		float *v = rig_numbers(rows * k_cols), *want = rig_numbers(rows * q_cols);
		struct error err = { 0 };

		rig_fill(RIG_PLAIN, &seed, q, rows * q_cols);
		rig_fill(i % 2 ? RIG_TINY : RIG_PLAIN, &seed, k, rows * k_cols);
		rig_fill(i % 3 ? RIG_PLAIN : RIG_TINY, &seed, v, rows * k_cols);
		for (size_t w = 0; w <= rig->ways; w++) {
			struct backend *backend = w ? rig->way[w - 1].backend : plain;
			struct matrix qm = rig_matrix(backend, q, rows, q_cols);
			struct matrix km = rig_matrix(backend, k, rows, k_cols);
			struct matrix vm = rig_matrix(backend, v, rows, k_cols);
			struct matrix y = rig_matrix(backend, NULL, rows, q_cols);

			assert_done(exact_attention(backend, &shape, qm, km, vm, &batch, y, &err),
				    &err);
			if (w)
				rig_check(backend, "attention", y, want);
			else
				assert_done(backend_download(backend, y, want, &err), &err);
			rig_matrix_free(&qm);
			rig_matrix_free(&km);
			rig_matrix_free(&vm);
			rig_matrix_free(&y);
		}
		free(q);
		free(k);
		free(v);
		free(want);
	}
	backend_close(&plain);
}

/* Many experts, of few different logits: equal shares go to the lower id. */
static void experts_of_equal_shares_are_chosen_by_id(void **state)
{
	enum { ROWS = 6, EXPERTS = 129 };
	static const size_t chosen_of[] = { 1, 8, 32, 33, EXACT_CHOSEN_MAX };
	const struct rig *rig = *state;
	struct backend *plain = plain_open();
	float x[ROWS * EXPERTS];
	uint64_t seed = 9;

	for (size_t i = 0; i < ROWS * EXPERTS; i++)
		x[i] = (float)(test_random(&seed) >> 33 & 3);
	for (size_t c = 0; c < sizeof(chosen_of) / sizeof(chosen_of[0]); c++) {
		struct router_shape shape = { chosen_of[c], c % 2 };
		uint32_t want[ROWS * EXACT_CHOSEN_MAX], expert[ROWS * EXACT_CHOSEN_MAX];
		float want_weight[ROWS * EXACT_CHOSEN_MAX], weight[ROWS * EXACT_CHOSEN_MAX];
		struct error err = { 0 };
		struct matrix m = rig_matrix(plain, x, ROWS, EXPERTS);

		assert_done(exact_route(plain, m, &shape, want, want_weight, &err), &err);
		rig_matrix_free(&m);
		for (size_t w = 0; w < rig->ways; w++) {
			m = rig_matrix(rig->way[w].backend, x, ROWS, EXPERTS);
			assert_done(
				exact_route(rig->way[w].backend, m, &shape, expert, weight, &err),
				&err);
			assert_memory_equal(expert, want, ROWS * chosen_of[c] * sizeof(*want));
			assert_memory_equal(weight, want_weight,
					    ROWS * chosen_of[c] * sizeof(*weight));
			rig_matrix_free(&m);
		}
	}
	backend_close(&plain);
}

enum { MANY = 300, FEW_COLS = 40, MANY_CHOSEN = 5 };

/* What is read off MANY rows. */
struct of_many {
	float share[MANY * FEW_COLS], max[MANY], sum[MANY], weight[MANY * MANY_CHOSEN];
	uint32_t expert[MANY * MANY_CHOSEN];
	struct exact_top top[MANY];
};

static void read_many(struct backend *backend, const float *values, struct of_many *out)
{
	static const struct router_shape shape = { .chosen = MANY_CHOSEN, .renormalise = true };
	struct matrix x = rig_matrix(backend, values, MANY, FEW_COLS);
	struct matrix y = rig_matrix(backend, NULL, MANY, FEW_COLS);
	struct error err = { 0 };

	assert_done(exact_softmax(backend, x, y, &err), &err);
	assert_done(backend_download(backend, y, out->share, &err), &err);
	assert_done(exact_partition(backend, x, out->max, out->sum, &err), &err);
	assert_done(exact_route(backend, x, &shape, out->expert, out->weight, &err), &err);
	assert_done(exact_top_logits(backend, x, out->top, &err), &err);
	rig_matrix_free(&x);
	rig_matrix_free(&y);
}

/* More than a device has blocks for at once: each then has several, one after another. */
static void many_rows_are_the_processors(void **state)
{
	const struct rig *rig = *state;
	struct backend *plain = plain_open();
	float *values = rig_numbers((size_t)MANY * FEW_COLS);
	struct of_many *want = calloc(1, sizeof(*want)), *got = calloc(1, sizeof(*got));
	uint64_t seed = 14;

	assert_true(want && got);
	rig_fill(RIG_PLAIN, &seed, values, (size_t)MANY * FEW_COLS);
	read_many(plain, values, want);
	for (size_t i = 0; i < rig->ways; i++) {
		read_many(rig->way[i].backend, values, got);
		assert_memory_equal(got, want, sizeof(*want));
	}
	free(values);
	free(want);
	free(got);
	backend_close(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_maximum_of_zeros_has_the_sign_of_rule_4),
		cmocka_unit_test(the_top_logits_of_ties_are_the_first),
		cmocka_unit_test(the_first_number_that_is_not_finite_is_named_wherever_it_is),
		cmocka_unit_test(attention_of_odd_shapes_is_the_processors),
		cmocka_unit_test(experts_of_equal_shares_are_chosen_by_id),
		cmocka_unit_test(many_rows_are_the_processors),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
