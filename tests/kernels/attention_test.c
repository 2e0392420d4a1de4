/* attention and rope: each probe by itself, with the bits of the reference. */
#include "exact_rig.h"
#include "naive.h"

#include <stdlib.h>

enum { PROBES = 4 };

struct attention_case {
	size_t heads, key_heads, dim;
	size_t tokens[PROBES];
	bool causal;
	size_t window;
	float cap;
	size_t gap; /* numbers between heads, as in a fused projection */
};

/* rows x heads x (dim + gap): the reference's dense numbers spread out. */
static float *spread(const float *dense, size_t rows, size_t heads, size_t dim, size_t gap)
{
	float *wide = rig_numbers(rows * heads * (dim + gap));

	for (size_t i = 0; i < rows * heads; i++)
		memcpy(wide + i * (dim + gap), dense + i * dim, dim * sizeof(float));
	return wide;
}

static void check_attention(const struct rig *rig, const struct attention_case *c)
{
	size_t rows = 0, width = c->heads * c->dim, key_width = c->key_heads * c->dim, at = 0;
	uint64_t seed = 1 + c->dim + c->heads;
	struct attention_shape shape = { .heads = c->heads,
					 .key_heads = c->key_heads,
					 .head_dim = c->dim,
					 .query_head_stride = c->dim + c->gap,
					 .key_head_stride = c->dim + c->gap,
					 .causal = c->causal,
					 .window = c->window,
					 .scale = 0.35f,
					 .score_cap = c->cap };
	const struct batch batch = { c->tokens, PROBES };

	for (size_t i = 0; i < PROBES; i++)
		rows += c->tokens[i];

	float *q = rig_numbers(rows * width), *k = rig_numbers(rows * key_width);
	float *v = rig_numbers(rows * key_width), *want = rig_numbers(rows * width);

	rig_fill(RIG_PLAIN, &seed, q, rows * width);
	rig_fill(RIG_PLAIN, &seed, k, rows * key_width);
	rig_fill(c->gap ? RIG_TINY : RIG_PLAIN, &seed, v, rows * key_width);
	for (size_t i = 0; i < PROBES; i++) {
		struct naive_attention naive = { c->tokens[i], c->heads,  c->key_heads, c->dim,
						 c->causal,    c->window, 0.35f,        c->cap };

		naive_attention(&naive, q + at * width, k + at * key_width, v + at * key_width,
				want + at * width);
		at += c->tokens[i];
	}

	float *wide_q = spread(q, rows, c->heads, c->dim, c->gap);
	float *wide_k = spread(k, rows, c->key_heads, c->dim, c->gap);
	float *wide_v = spread(v, rows, c->key_heads, c->dim, c->gap);

	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		size_t step = c->dim + c->gap;
		struct matrix qm = rig_matrix(backend, wide_q, rows, c->heads * step);
		struct matrix km = rig_matrix(backend, wide_k, rows, c->key_heads * step);
		struct matrix vm = rig_matrix(backend, wide_v, rows, c->key_heads * step);
		struct matrix y = rig_matrix(backend, NULL, rows, width);
		struct error err = { 0 };

		assert_done(exact_attention(backend, &shape, qm, km, vm, &batch, y, &err), &err);
		rig_check(backend, "attention", y, want);
		rig_matrix_free(&qm);
		rig_matrix_free(&km);
		rig_matrix_free(&vm);
		rig_matrix_free(&y);
	}
	free(q);
	free(k);
	free(v);
	free(want);
	free(wide_q);
	free(wide_k);
	free(wide_v);
}

static void attention_has_the_bits_of_the_reference(void **state)
{
	static const struct attention_case cases[] = {
		{ 1, 1, 1, { 1, 2, 3, 4 }, true, 0, 0, 0 },
		{ 4, 2, 16, { 1, 7, 50, 97 }, true, 0, 0, 0 },
		{ 4, 4, 64, { 33, 48, 49, 5 }, true, 0, 50.0f, 0 },
		{ 6, 3, 20, { 60, 1, 100, 9 }, true, 8, 0, 0 },
		{ 6, 1, 33, { 60, 1, 100, 9 }, true, 1, 30.0f, 7 },
		{ 3, 3, 80, { 5, 110, 13, 2 }, true, 100, 0, 80 },
		{ 2, 2, 72, { 20, 1, 64, 49 }, false, 0, 0, 0 },
		{ 12, 12, 32, { 3, 31, 2, 6 }, false, 0, 0, 32 },
		{ 2, 1, 130, { 300, 4, 1, 1 }, true, 270, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_attention(*state, &cases[i]);
}

static void attention_is_the_same_in_any_company(void **state)
{
	const struct rig *rig = *state;
	enum { TOKENS = 70, ROWS = 3 * TOKENS, DIM = 24 };
	static float x[ROWS * DIM], alone[TOKENS * DIM], together[ROWS * DIM];
	const struct attention_shape shape = {
		.heads = 2, .key_heads = 2, .head_dim = DIM / 2, .causal = true, .scale = 0.2f
	};
	const size_t three[] = { TOKENS, TOKENS, TOKENS }, single[] = { TOKENS };
	uint64_t seed = 5;

	rig_fill(RIG_PLAIN, &seed, x, ROWS * DIM);
	for (size_t i = 0; i < rig->ways; i++) {
		struct backend *backend = rig->way[i].backend;
		struct matrix in = rig_matrix(backend, x, ROWS, DIM);
		struct matrix out = rig_matrix(backend, NULL, ROWS, DIM);
		struct matrix middle = matrix_rows(in, TOKENS, TOKENS);
		struct matrix part = matrix_rows(out, 0, TOKENS);
		struct error err = { 0 };

		assert_done(exact_attention(backend, &shape, in, in, in,
					    &(struct batch){ three, 3 }, out, &err),
			    &err);
		assert_done(backend_download(backend, out, together, &err), &err);
		assert_done(exact_attention(backend, &shape, middle, middle, middle,
					    &(struct batch){ single, 1 }, part, &err),
			    &err);
		assert_done(backend_download(backend, part, alone, &err), &err);
		assert_memory_equal(alone, together + TOKENS * DIM, sizeof(alone));
		rig_matrix_free(&in);
		rig_matrix_free(&out);
	}
}

static void rope_has_the_bits_of_the_reference(void **state)
{
	const struct rig *rig = *state;
	enum { ROWS = 30, HEADS = 3, DIM = 22, TURNING = 16, STRIDE = 25, POSITIONS = 18 };
	static float x[ROWS * HEADS * STRIDE], want[ROWS * HEADS * STRIDE];
	static float cos[POSITIONS * TURNING / 2], sin[POSITIONS * TURNING / 2];
	const size_t tokens[] = { 12, 18 };
	uint64_t seed = 6;

	rig_fill(RIG_PLAIN, &seed, x, ROWS * HEADS * STRIDE);
	rig_fill(RIG_PLAIN, &seed, cos, POSITIONS * TURNING / 2);
	rig_fill(RIG_PLAIN, &seed, sin, POSITIONS * TURNING / 2);
	for (int interleaved = 0; interleaved < 2; interleaved++) {
		struct rope_shape shape = { HEADS, DIM, STRIDE,
					    interleaved ? ROPE_INTERLEAVED : ROPE_HALVES };

		memcpy(want, x, sizeof(x));
		for (size_t r = 0; r < ROWS; r++)
			for (size_t h = 0; h < HEADS; h++) {
				size_t t = (r < 12 ? r : r - 12) * (TURNING / 2);

				naive_rope(want + (r * HEADS + h) * STRIDE, cos + t, sin + t,
					   TURNING / 2, interleaved);
			}
		for (size_t i = 0; i < rig->ways; i++) {
			struct backend *backend = rig->way[i].backend;
			struct matrix y = rig_matrix(backend, x, ROWS, HEADS * STRIDE);
			struct matrix c = rig_matrix(backend, cos, POSITIONS, TURNING / 2);
			struct matrix s = rig_matrix(backend, sin, POSITIONS, TURNING / 2);
			struct error err = { 0 };

			assert_done(exact_rope(backend, y, &shape, c, s,
					       &(struct batch){ tokens, 2 }, &err),
				    &err);
			rig_check(backend, "rope", y, want);
			rig_matrix_free(&y);
			rig_matrix_free(&c);
			rig_matrix_free(&s);
		}
	}
}

static void probes_that_do_not_fill_the_rows_are_refused(void **state)
{
	const struct rig *rig = *state;
	struct backend *backend = rig->way[0].backend;
	struct matrix x = rig_matrix(backend, NULL, 6, 8), y = rig_matrix(backend, NULL, 6, 8);
	struct attention_shape shape = { .heads = 2, .key_heads = 2, .head_dim = 4, .scale = 1.0f };
	const size_t few[] = { 2, 3 }, empty[] = { 6, 0 }, many[] = { 5, 2 }, right[] = { 4, 2 };
	struct error err = { 0 };

	assert_fails(exact_attention(backend, &shape, x, x, x, &(struct batch){ few, 2 }, y, &err),
		     &err, ERROR_USAGE);
	assert_fails(
		exact_attention(backend, &shape, x, x, x, &(struct batch){ empty, 2 }, y, &err),
		&err, ERROR_USAGE);
	assert_fails(exact_attention(backend, &shape, x, x, x, &(struct batch){ many, 2 }, y, &err),
		     &err, ERROR_USAGE);
	assert_done(exact_attention(backend, &shape, x, x, x, &(struct batch){ right, 2 }, y, &err),
		    &err);
	shape.window = 3; /* not causal */
	assert_fails(
		exact_attention(backend, &shape, x, x, x, &(struct batch){ right, 2 }, y, &err),
		&err, ERROR_USAGE);
	shape.window = 0;
	shape.head_dim = 5;
	assert_fails(
		exact_attention(backend, &shape, x, x, x, &(struct batch){ right, 2 }, y, &err),
		&err, ERROR_USAGE);
	rig_matrix_free(&x);
	rig_matrix_free(&y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attention_has_the_bits_of_the_reference),
		cmocka_unit_test(attention_is_the_same_in_any_company),
		cmocka_unit_test(rope_has_the_bits_of_the_reference),
		cmocka_unit_test(probes_that_do_not_fill_the_rows_are_refused),
	};

	return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
