/*
 * attention: rule 6, one head of one probe and a block of its queries at a time.
 *
 * The scores of a block are a matrix product of queries with keys, and the
 * outputs are chains over exactly the allowed keys: where the queries of a
 * tile share keys they share the tile, and what only some of them may see is
 * done row by row before and after, in ascending order.
 */
#include "kernels/cpu/cpu.h"

enum { QUERIES_PER_BLOCK = 48 };

struct attention_work {
	const struct cpu_variant *variant;
	struct attention_shape shape;
	struct matrix q, k, v, y;
	const struct batch *batch;
	size_t blocks;  /* of queries, in all probes together */
	size_t longest; /* keys of the longest probe */
};

/* One block of queries: rows first ... + count - 1 of a probe that begins at row `probe`. */
struct query_block {
	size_t probe;
	size_t tokens; /* of the probe */
	size_t first;
	size_t count;
};

static struct query_block query_block_find(const struct batch *batch, size_t block)
{
	struct query_block found = { 0 };

	for (size_t i = 0; i < batch->probe_count; i++) {
		size_t tokens = batch->row_count[i];
		size_t blocks = (tokens + QUERIES_PER_BLOCK - 1) / QUERIES_PER_BLOCK;

		if (block < blocks) {
			size_t left = tokens - block * QUERIES_PER_BLOCK;

			found.tokens = tokens;
			found.first = block * QUERIES_PER_BLOCK;
			found.count = left < QUERIES_PER_BLOCK ? left : QUERIES_PER_BLOCK;
			break;
		}
		block -= blocks;
		found.probe += tokens;
	}
	return found;
}

/* The keys that query t may see: first ... end - 1. */
static size_t first_key(const struct attention_shape *shape, size_t t)
{
	return shape->window && t + 1 > shape->window ? t + 1 - shape->window : 0;
}

static size_t end_key(const struct attention_shape *shape, size_t t, size_t tokens)
{
	return shape->causal ? t + 1 : tokens;
}

/* scores[i][j] = p of query first + i and key j; only allowed keys hold a value of meaning. */
static void attention_weights(const struct attention_work *work, const struct query_block *block,
			      size_t head, size_t key_head, float *scores, size_t stride,
			      float *scratch)
{
	const struct attention_shape *shape = &work->shape;
	const struct cpu_rows *rows = work->variant->rows;
	size_t low = first_key(shape, block->first);
	size_t high = end_key(shape, block->first + block->count - 1, block->tokens);
	struct cpu_product product = {
		.tiles = work->variant->tiles,
		.x = cpu_row(work->q, block->probe + block->first) +
		     head * shape->query_head_stride,
		.x_stride = work->q.stride,
		.rows = block->count,
		.w = { .bytes = (const uint8_t *)(cpu_row(work->k, block->probe + low) +
						  key_head * shape->key_head_stride),
		       .stride = work->k.stride,
		       .format = FLOAT_F32 },
		.depth = shape->head_dim,
		.cols = high - low,
		.y = scores + low,
		.y_stride = stride,
	};

	for (size_t panel = 0; panel * product.tiles->cols < product.cols; panel++)
		cpu_product_panel(&product, panel, 0, block->count, scratch);
	for (size_t i = 0; i < block->count; i++) {
		size_t first = first_key(shape, block->first + i);
		size_t count = end_key(shape, block->first + i, block->tokens) - first;
		float *s = scores + i * stride + first;

		rows->scale(s, shape->scale, s, count);
		if (shape->score_cap > 0)
			rows->soft_cap(s, shape->score_cap, s, count);
		rows->softmax(s, s, count);
	}
}

/* The chains of rows that see the keys a tile's panel holds, each only its own. */
struct value_panel {
	const struct attention_work *work;
	const struct query_block *block;
	const float *scores;
	size_t stride;
	const float *panel; /* keys begin ... end - 1 */
	size_t begin, end;
	float *c;
	size_t c_stride;
};

static size_t at_least(size_t x, size_t low)
{
	return x > low ? x : low;
}

static size_t at_most(size_t x, size_t high)
{
	return x < high ? x : high;
}

/* Keys from ... to - 1 for rows i ... i + count - 1, which may all see them. */
static void value_chain(const struct value_panel *v, size_t i, size_t count, size_t from, size_t to)
{
	const struct cpu_tiles *tiles = v->work->variant->tiles;

	if (from < to)
		tiles->tile[count - 1](v->scores + i * v->stride + from, v->stride,
				       v->panel + (from - v->begin) * tiles->step, to - from,
				       v->c + i * v->c_stride, v->c_stride, v->c + i * v->c_stride,
				       v->c_stride);
}

/* Rows i ... i + count - 1: those keys alone that come before, together, those alone after. */
static void value_tile(const struct value_panel *v, size_t i, size_t count)
{
	const struct attention_shape *shape = &v->work->shape;
	size_t t = v->block->first + i, tokens = v->block->tokens;
	size_t shared_from = at_least(first_key(shape, t + count - 1), v->begin);
	size_t shared_to = at_most(end_key(shape, t, tokens), v->end);
	bool shared = shared_from < shared_to;

	for (size_t r = 0; r < count; r++) {
		size_t from = at_least(first_key(shape, t + r), v->begin);
		size_t to = at_most(end_key(shape, t + r, tokens), v->end);

		value_chain(v, i + r, 1, from, shared ? shared_from : to);
	}
	if (!shared)
		return;
	value_chain(v, i, count, shared_from, shared_to);
	for (size_t r = 0; r < count; r++)
		value_chain(v, i + r, 1, shared_to, at_most(end_key(shape, t + r, tokens), v->end));
}

/* y = chains over the allowed keys of p times v, tiles->cols dimensions of the head at a time. */
static void attention_outputs(const struct attention_work *work, const struct query_block *block,
			      size_t head, size_t key_head, const float *scores, size_t stride,
			      float *scratch)
{
	const struct attention_shape *shape = &work->shape;
	const struct cpu_tiles *tiles = work->variant->tiles;
	size_t low = first_key(shape, block->first);
	size_t high = end_key(shape, block->first + block->count - 1, block->tokens);
	float *part = scratch + tiles->depth * tiles->cols;
	struct cpu_weights values = {
		.bytes = (const uint8_t *)(cpu_row(work->v, block->probe) +
					   key_head * shape->key_head_stride),
		.stride = work->v.stride,
		.format = FLOAT_F32,
		.transposed = true,
	};

	for (size_t n = 0; n < shape->head_dim; n += tiles->cols) {
		size_t cols = at_most(shape->head_dim - n, tiles->cols);

		__builtin_memset(part, 0, block->count * tiles->cols * sizeof(float));
		for (size_t k = low; k < high; k += tiles->depth) {
			struct value_panel v = { work,
						 block,
						 scores,
						 stride,
						 scratch,
						 k,
						 at_most(k + tiles->depth, high),
						 part,
						 tiles->cols };

			tiles->pack(&values, n, cols, k, v.end - k, scratch);
			for (size_t i = 0; i < block->count; i += tiles->rows)
				value_tile(&v, i, at_most(block->count - i, tiles->rows));
		}
		for (size_t i = 0; i < block->count; i++)
			__builtin_memcpy(cpu_row(work->y, block->probe + block->first + i) +
						 head * shape->head_dim + n,
					 part + i * tiles->cols, cols * sizeof(float));
	}
}

static void attention_chunk(const void *arg, size_t chunk, float *scratch)
{
	const struct attention_work *work = arg;
	size_t head = chunk / work->blocks;
	size_t key_head = head * work->shape.key_heads / work->shape.heads;
	struct query_block block = query_block_find(work->batch, chunk % work->blocks);
	float *scores =
		scratch +
		cpu_product_scratch_bytes(work->variant->tiles, QUERIES_PER_BLOCK) / sizeof(float);

	attention_weights(work, &block, head, key_head, scores, work->longest, scratch);
	attention_outputs(work, &block, head, key_head, scores, work->longest, scratch);
}

int cpu_attention(struct backend *backend, const struct attention_shape *shape, struct matrix q,
		  struct matrix k, struct matrix v, const struct batch *batch, struct matrix y,
		  struct error *err)
{
	struct cpu *cpu = cpu_of(backend);
	struct attention_work work = { .variant = cpu->variant,
				       .shape = *shape,
				       .q = q,
				       .k = k,
				       .v = v,
				       .y = y,
				       .batch = batch };
	size_t scratch;

	for (size_t i = 0; i < batch->probe_count; i++) {
		work.blocks += (batch->row_count[i] + QUERIES_PER_BLOCK - 1) / QUERIES_PER_BLOCK;
		work.longest = at_least(work.longest, batch->row_count[i]);
	}
	if (__builtin_mul_overflow(work.longest, QUERIES_PER_BLOCK * sizeof(float), &scratch))
		return error_set(err, ERROR_SYSTEM, "out of memory for attention over %zu tokens",
				 work.longest);
	scratch += cpu_product_scratch_bytes(cpu->variant->tiles, QUERIES_PER_BLOCK);
	return cpu_run(cpu, work.blocks * shape->heads, scratch, attention_chunk, &work, err);
}

struct rope_work {
	const struct cpu_rows *rows;
	struct matrix x, cos, sin;
	struct rope_shape shape;
	const struct batch *batch;
};

/* All tokens of one probe. */
static void rope_probe(const void *arg, size_t probe, float *scratch)
{
	const struct rope_work *work = arg;
	size_t first = 0;

	(void)scratch;
	for (size_t i = 0; i < probe; i++)
		first += work->batch->row_count[i];
	for (size_t t = 0; t < work->batch->row_count[probe]; t++)
		for (size_t head = 0; head < work->shape.heads; head++)
			work->rows->rope(cpu_row(work->x, first + t) +
						 head * work->shape.head_stride,
					 cpu_row(work->cos, t), cpu_row(work->sin, t),
					 work->cos.cols, work->shape.pairing);
}

int cpu_rope(struct backend *backend, struct matrix x, const struct rope_shape *shape,
	     struct matrix cos, struct matrix sin, const struct batch *batch, struct error *err)
{
	struct cpu *cpu = cpu_of(backend);
	struct rope_work work = { cpu->variant->rows, x, cos, sin, *shape, batch };

	return cpu_run(cpu, batch->probe_count, 0, rope_probe, &work, err);
}
