/* outputs: experts, and what is read off a forward pass. */
#include "exact_rig.h"
#include "naive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void the_router_chooses_and_weighs_as_the_reference(void **state)
{
	const struct rig *rig = *state;
	enum { ROWS = 40, EXPERTS = 37, CHOSEN = 6 };
	static float logits[ROWS * EXPERTS];
	uint64_t seed = 7;

	rig_fill(RIG_PLAIN, &seed, logits, ROWS * EXPERTS);
	for (size_t i = 0; i < EXPERTS; i++)
		logits[i] = (float)(i % 3); /* ties */
	for (int renormalise = 0; renormalise < 2; renormalise++) {
		struct router_shape shape = { CHOSEN, renormalise };
		uint32_t want[ROWS * CHOSEN], got[ROWS * CHOSEN];
		float want_weight[ROWS * CHOSEN], got_weight[ROWS * CHOSEN];

		for (size_t r = 0; r < ROWS; r++)
			naive_route(logits + r * EXPERTS, EXPERTS, CHOSEN, renormalise,
				    want + r * CHOSEN, want_weight + r * CHOSEN);
		for (size_t i = 0; i < rig->ways; i++) {
			struct backend *backend = rig->way[i].backend;
			struct matrix m = rig_matrix(backend, logits, ROWS, EXPERTS);
			struct error err = { 0 };

			assert_done(exact_route(backend, m, &shape, got, got_weight, &err), &err);
			assert_memory_equal(got, want, sizeof(want));
			assert_memory_equal(got_weight, want_weight, sizeof(want_weight));
			rig_matrix_free(&m);
		}
	}
}

static void experts_join_their_tokens_by_fma(void **state)
{
	const struct rig *rig = *state;
	enum { TOKENS = 7, TAKEN = 4, COLS = 45 };
	const uint32_t index[TAKEN] = { 6, 0, 3, 2 };
	float x[TAKEN * COLS], weight[TAKEN], y[TOKENS * COLS], want[TOKENS * COLS];
	uint64_t seed = 8;

	rig_fill(RIG_PLAIN, &seed, x, TAKEN * COLS);
	rig_fill(RIG_PLAIN, &seed, weight, TAKEN);
	rig_fill(RIG_PLAIN, &seed, y, TOKENS * COLS);
	memcpy(want, y, sizeof(y));
	for (size_t i = 0; i < TAKEN; i++)
		for (size_t c = 0; c < COLS; c++)
			want[index[i] * COLS + c] =
				fmaf(weight[i], x[i * COLS + c], want[index[i] * COLS + c]);
	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix in = rig_matrix(backend, x, TAKEN, COLS);
		struct matrix out = rig_matrix(backend, y, TOKENS, COLS);
		struct error err = { 0 };

		assert_done(exact_combine(backend, in, index, weight, out, &err), &err);
		rig_check(backend, "combine", out, want);
		rig_matrix_free(&in);
		rig_matrix_free(&out);
	}
}

static void zero_is_plus_zero_and_touches_nothing_else(void **state)
{
	const struct rig *rig = *state;
	float x[3 * 4] = { 1, 2, 3, 4, -5, -6, -7, -8, 9, 10, 11, 12 };
	const float want[3 * 4] = { 1, 2, 3, 4, -5, 0, 0, -8, 9, 10, 11, 12 };

	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix m = rig_matrix(backend, x, 3, 4);
		struct error err = { 0 };

		assert_done(exact_zero(backend, matrix_cols(matrix_rows(m, 1, 1), 1, 2), &err),
			    &err);
		rig_check(backend, "zero", m, want);
		rig_matrix_free(&m);
	}
}

static void a_number_that_is_not_finite_is_named(void **state)
{
	const struct rig *rig = *state;
	enum { ROWS = 3, COLS = 71 };
	const float bad[] = { NAN, INFINITY, -INFINITY };
	float x[ROWS * COLS] = { 0 };

	for (size_t i = 0; i < rig->ways; i++)
		for (size_t at = 0; at < ROWS * COLS; at += 35) {
			struct backend *backend = rig->way[i].backend;
			struct error err = { 0 };
			struct matrix m = rig_matrix(backend, x, ROWS, COLS);
			char where[64];

			assert_done(exact_finite(backend, m, "h_1", &err), &err);
			rig_matrix_free(&m);
			x[at] = bad[at % 3];
			m = rig_matrix(backend, x, ROWS, COLS);
			assert_int_equal(exact_finite(backend, m, "h_1", &err), -1);
			assert_int_equal(err.code, ERROR_CORRUPT);
			snprintf(where, sizeof(where), "h_1: value %zu of row %zu", at % COLS,
				 at / COLS);
			assert_non_null(strstr(err.text, where));
			rig_matrix_free(&m);
			x[at] = 0;
		}
}

static void losses_follow_from_maximum_and_lane_sum(void **state)
{
	const struct rig *rig = *state;
	enum { ROWS = 4, COLS = 1003 };
	static float x[ROWS * COLS];
	float losses[ROWS];
	uint64_t seed = 9;

	rig_fill(RIG_PLAIN, &seed, x, ROWS * COLS);
	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix m = rig_matrix(backend, x, ROWS, COLS);
		float max[ROWS], sum[ROWS];
		struct error err = { 0 };

		assert_done(exact_partition(backend, m, max, sum, &err), &err);
		for (size_t r = 0; r < ROWS; r++) {
			float e[COLS], want_max = naive_max(x + r * COLS, COLS), want_sum, loss;

			for (size_t c = 0; c < COLS; c++)
				e[c] = naive_exp(x[r * COLS + c] - want_max);
			want_sum = naive_sum(e, COLS);
			assert_memory_equal(&max[r], &want_max, sizeof(float));
			assert_memory_equal(&sum[r], &want_sum, sizeof(float));
			losses[r] = exact_token_loss(max[r], sum[r], x[r * COLS + 5]);
			loss = (float)log((double)want_sum) - (x[r * COLS + 5] - want_max);
			assert_memory_equal(&losses[r], &loss, sizeof(float));
		}
		rig_matrix_free(&m);
	}
	assert_true(exact_lane_sum(losses, ROWS) == naive_sum(losses, ROWS));
	assert_true(exact_lane_sum(x, ROWS * COLS) == naive_sum(x, ROWS * COLS));
}

static void the_top_logits_fall_and_ties_go_to_the_lower_id(void **state)
{
	const struct rig *rig = *state;
	const float x[2][12] = { { 1, 5, 5, -0.0f, 0, 7, 1, 5, 9, -1, 1, -2 },
				 { -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -3, -2 } };
	const uint32_t want[2][EXACT_TOP_COUNT] = { { 8, 5, 1, 2, 7, 0, 6, 10 },
						    { 11, 0, 1, 2, 3, 4, 5, 6 } };

	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix m = rig_matrix(backend, &x[0][0], 2, 12);
		struct exact_top top[2];
		struct error err = { 0 };

		assert_done(exact_top_logits(backend, m, top, &err), &err);
		for (size_t r = 0; r < 2; r++)
			for (size_t k = 0; k < EXACT_TOP_COUNT; k++) {
				assert_int_equal(top[r].id[k], want[r][k]);
				assert_true(top[r].logit[k] == x[r][want[r][k]]);
			}
		assert_done(exact_top_logits(backend, matrix_cols(m, 3, 2), top, &err), &err);
		assert_int_equal(top[0].id[0], 0); /* -0 and +0 are equal */
		assert_int_equal(top[0].id[1], 1);
		assert_int_equal(top[0].id[2], UINT32_MAX);
		rig_matrix_free(&m);
	}
}

/* Long rows, where blocks without a candidate are passed over; many numbers are equal. */
static void the_top_logits_of_long_rows_are_those_of_a_sort(void **state)
{
	enum { LONG = 1000 };
	const struct rig *rig = *state;
	static float x[LONG];
	uint64_t seed = 11;

	for (size_t round = 0; round < 20; round++) {
		size_t n = LONG - 7 * round;

		for (size_t i = 0; i < n; i++)
			x[i] = (float)(int)(test_random(&seed) % (2 + 40 * round)) - 3;
		for (size_t w = 0; w < rig->ways; w++) {
			struct matrix m = rig_matrix(rig->way[w].backend, x, 1, n);
			struct exact_top top;
			struct error err = { 0 };
			bool taken[LONG] = { false };

			assert_done(exact_top_logits(rig->way[w].backend, m, &top, &err), &err);
			for (size_t k = 0; k < EXACT_TOP_COUNT; k++) {
				size_t best = n;

				for (size_t i = 0; i < n; i++)
					if (!taken[i] && (best == n || x[i] > x[best]))
						best = i;
				taken[best] = true;
				assert_int_equal(top.id[k], best);
				assert_true(top.logit[k] == x[best]);
			}
			rig_matrix_free(&m);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_router_chooses_and_weighs_as_the_reference),
		cmocka_unit_test(experts_join_their_tokens_by_fma),
		cmocka_unit_test(zero_is_plus_zero_and_touches_nothing_else),
		cmocka_unit_test(a_number_that_is_not_finite_is_named),
		cmocka_unit_test(losses_follow_from_maximum_and_lane_sum),
		cmocka_unit_test(the_top_logits_fall_and_ties_go_to_the_lower_id),
		cmocka_unit_test(the_top_logits_of_long_rows_are_those_of_a_sort),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
