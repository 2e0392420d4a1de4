/* cases_attention: rule 6, causal or not, windows, shared key heads, heads with gaps. */
#include "cases.h"

struct attention_case {
	struct attention_shape shape;
	size_t rows[4];
	size_t probes;
	enum twin_numbers kind;
};

static const struct attention_case list[] = {
	{ { .heads = 1, .key_heads = 1, .head_dim = 3, .causal = true, .scale = 0.6f },
	  { 1 },
	  1,
	  TWIN_PLAIN },
	{ { .heads = 2, .key_heads = 1, .head_dim = 8, .causal = true, .scale = 0.35f },
	  { 5, 1, 34 },
	  3,
	  TWIN_PLAIN },
	{ { .heads = 3, .key_heads = 3, .head_dim = 5, .scale = 0.45f, .score_cap = 3.0f },
	  { 7, 33 },
	  2,
	  TWIN_PLAIN },
	{ { .heads = 4,
	    .key_heads = 2,
	    .head_dim = 16,
	    .query_head_stride = 19,
	    .key_head_stride = 17,
	    .causal = true,
	    .window = 4,
	    .scale = 0.25f },
	  { 3, 21 },
	  2,
	  TWIN_PLAIN },
	{ { .heads = 2,
	    .key_heads = 2,
	    .head_dim = 33,
	    .causal = true,
	    .window = 40,
	    .scale = 0x1p-20f,
	    .score_cap = 0.5f },
	  { 70 },
	  1,
	  TWIN_TINY },
	{ { .heads = 1, .key_heads = 1, .head_dim = 64, .scale = 0.125f },
	  { 2, 66 },
	  2,
	  TWIN_PLAIN },
	{ { .heads = 1, .key_heads = 1, .head_dim = 128, .causal = true, .scale = 0x1.6a09e6p-4f },
	  { 40 },
	  1,
	  TWIN_PLAIN },
	/* more than a tile of keys, and of queries */
	{ { .heads = 1, .key_heads = 1, .head_dim = 6, .scale = 0.4f, .score_cap = 2.0f },
	  { 150 },
	  1,
	  TWIN_PLAIN },
	{ { .heads = 1,
	    .key_heads = 1,
	    .head_dim = 12,
	    .causal = true,
	    .window = 90,
	    .scale = 0.3f,
	    .score_cap = 5.0f },
	  { 135 },
	  1,
	  TWIN_PLAIN },
	/* three more than a multiple of four, of everything */
	{ { .heads = 1, .key_heads = 1, .head_dim = 71, .scale = 0.12f },
	  { 67, 3 },
	  2,
	  TWIN_PLAIN },
};

static void one_attention(struct twins *twins, size_t number, const struct attention_case *c)
{
	const struct attention_shape *shape = &c->shape;
	const struct batch batch = { c->rows, c->probes };
	size_t query_stride = shape->query_head_stride ? shape->query_head_stride : shape->head_dim;
	size_t key_stride = shape->key_head_stride ? shape->key_head_stride : shape->head_dim;
	size_t q_cols = (shape->heads - 1) * query_stride + shape->head_dim;
	size_t k_cols = (shape->key_heads - 1) * key_stride + shape->head_dim;
	size_t rows = 0;
	struct twin q, k, v, y;

	for (size_t p = 0; p < c->probes; p++)
		rows += c->rows[p];
	twins_begin(twins, "attention %zu", number);
	q = twin_new(twins, c->kind, rows, q_cols, number % 2 ? q_cols + 3 : 0, number % 3);
	k = twin_new(twins, c->kind, rows, k_cols, number % 2 ? k_cols + 1 : 0, number % 2);
	v = twin_new(twins, c->kind, rows, k_cols, number % 2 ? k_cols + 2 : 0, number % 4);
	y = twin_new(twins, TWIN_EMPTY, rows, shape->heads * shape->head_dim, 0, number % 2);
	ON_EACH(twins,
		exact_attention(b, shape, q.on[i], k.on[i], v.on[i], &batch, y.on[i], &twins->err));
	twins_end(twins);
}

void cases_attention(struct twins *twins)
{
	if (!backend_type_cuda.attention)
		return;
	for (size_t c = 0; c < sizeof(list) / sizeof(list[0]); c++)
		one_attention(twins, c, &list[c]);
}
