/* operations_attention: attention and rope, whose rows belong to probes. */
#include "tests/gpu/operations_trial.h"

#define PROBES_HERE 4

struct attention_case {
	size_t heads, key_heads, dim;
	size_t tokens[PROBES_HERE]; /* 0: no such probe */
	bool causal;
	size_t window;
	float cap;
	size_t gap; /* between heads */
	enum numbers numbers;
};

static size_t batch_of(const size_t tokens[PROBES_HERE], struct batch *out_batch)
{
	size_t rows = 0;

	*out_batch = (struct batch){ tokens, 0 };
	for (size_t i = 0; i < PROBES_HERE && tokens[i]; i++) {
		rows += tokens[i];
		out_batch->probe_count++;
	}
	return rows;
}

static int attention_try(struct trial *t, const struct attention_case *c)
{
	CLEANUP(twin_free) struct twin q = { 0 }, k = { 0 }, v = { 0 }, y = { 0 };
	const struct attention_shape shape = { .heads = c->heads,
					       .key_heads = c->key_heads,
					       .head_dim = c->dim,
					       .query_head_stride = c->dim + c->gap,
					       .key_head_stride = c->dim + c->gap,
					       .causal = c->causal,
					       .window = c->window,
					       .scale = exact_inverse_sqrt((float)c->dim),
					       .score_cap = c->cap };
	size_t step = c->dim + c->gap;
	struct batch batch;
	size_t rows = batch_of(c->tokens, &batch);

	if (!trial_case(t, 2 * (double)rows * (double)rows * (double)(c->heads * c->dim),
			"%zu heads of %zu, %zu key heads, %zu tokens, %s, window %zu, cap %g, gap "
			"%zu%s",
			c->heads, c->dim, c->key_heads, rows, c->causal ? "causal" : "whole",
			c->window, (double)c->cap, c->gap,
			c->numbers == NUMBERS_TINY ? ", tiny" : ""))
		return 0;
	if (twin_new(t, c->numbers, rows, c->heads * step, c->gap, &q) ||
	    twin_new(t, c->numbers, rows, c->key_heads * step, c->gap, &k) ||
	    twin_new(t, c->numbers, rows, c->key_heads * step, c->gap, &v) ||
	    twin_new(t, c->numbers, rows, c->heads * c->dim, c->gap, &y) ||
	    BOTH(t, exact_attention(t->backend[s], &shape, q.matrix[s], k.matrix[s], v.matrix[s],
				    &batch, y.matrix[s], t->err)))
		return -1;
	return twin_compare(t, &y);
}

static int attention(struct trial *t)
{
	static const struct attention_case cases[] = {
		{ 1, 1, 1, { 1 }, true, 0, 0, 0, NUMBERS_PLAIN },
		{ 1, 1, 5, { 1, 2, 3, 4 }, true, 0, 0, 0, NUMBERS_TINY },
		{ 4, 2, 16, { 1, 7, 50, 9 }, true, 0, 0, 0, NUMBERS_PLAIN },
		{ 2, 2, 64, { 33, 48, 49, 5 }, true, 0, 50.0f, 0, NUMBERS_PLAIN },
		{ 6, 3, 20, { 60, 1, 33 }, true, 8, 0, 0, NUMBERS_TINY },
		{ 6, 1, 33, { 40, 1, 65, 9 }, true, 1, 30.0f, 7, NUMBERS_PLAIN },
		{ 3, 3, 80, { 5, 70, 13, 2 }, true, 40, 0, 80, NUMBERS_PLAIN },
		{ 2, 2, 72, { 20, 1, 64 }, false, 0, 0, 0, NUMBERS_PLAIN },
		{ 12, 12, 32, { 3, 31, 2, 6 }, false, 0, 0, 32, NUMBERS_TINY },
		{ 1, 1, 256, { 17, 3 }, true, 0, 0, 0, NUMBERS_PLAIN },
		{ 2, 1, 130, { 300, 4, 1, 1 }, true, 270, 0, 0, NUMBERS_PLAIN },
		{ 32, 8, 128, { 128, 128, 1, 64 }, true, 0, 0, 0, NUMBERS_PLAIN },
		{ 8, 8, 64, { 1500 }, true, 0, 0, 0, NUMBERS_PLAIN },
		{ 8, 4, 256, { 700, 2 }, true, 512, 50.0f, 0, NUMBERS_PLAIN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (attention_try(t, &cases[i]))
			return -1;
	return 0;
}

struct rope_case {
	size_t heads, dim, turning, gap;
	size_t tokens[PROBES_HERE];
	enum rope_pairing pairing;
};

static int rope_try(struct trial *t, const struct rope_case *c)
{
	CLEANUP(twin_free) struct twin x = { 0 }, cos = { 0 }, sin = { 0 };
	const struct rope_shape shape = { c->heads, c->dim, c->dim + c->gap, c->pairing };
	struct batch batch;
	size_t rows = batch_of(c->tokens, &batch);

	if (!trial_case(t, (double)(rows * c->heads * c->dim),
			"%zu heads of %zu, %zu turn, %zu tokens, gap %zu, %s", c->heads, c->dim,
			c->turning, rows, c->gap,
			c->pairing == ROPE_HALVES ? "halves" : "interleaved"))
		return 0;
	if (twin_new(t, NUMBERS_PLAIN, rows, c->heads * (c->dim + c->gap), c->gap, &x) ||
	    twin_new(t, NUMBERS_PLAIN, rows, c->turning / 2, c->gap, &cos) ||
	    twin_new(t, NUMBERS_TINY, rows, c->turning / 2, c->gap, &sin) ||
	    BOTH(t, exact_rope(t->backend[s], x.matrix[s], &shape, cos.matrix[s], sin.matrix[s],
			       &batch, t->err)))
		return -1;
	return twin_compare(t, &x);
}

static int rope(struct trial *t)
{
	static const struct rope_case cases[] = {
		{ 1, 2, 2, 0, { 1 }, ROPE_HALVES },
		{ 3, 22, 16, 3, { 12, 18 }, ROPE_HALVES },
		{ 3, 22, 16, 0, { 12, 18, 1 }, ROPE_INTERLEAVED },
		{ 5, 64, 64, 0, { 33, 1, 7, 2 }, ROPE_HALVES },
		{ 4, 33, 32, 1, { 65 }, ROPE_INTERLEAVED },
		{ 32, 128, 128, 0, { 100, 29 }, ROPE_HALVES },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (rope_try(t, &cases[i]))
			return -1;
	return 0;
}

const struct operation_trial trials_attention[] = {
	{ "attention", attention },
	{ "rope", rope },
	{ NULL, NULL },
};
