/* admission_samples: what is asked of a backend, for each of its slots. */
#include <string.h>

#include "kernels/admission.h"
#include "kernels/hash.h"

enum { FORMATS = 3, KINDS = 6 };

static const char *const format_name[FORMATS] = {
	[FLOAT_F32] = "f32", [FLOAT_F16] = "f16", [FLOAT_BF16] = "bf16"
};
static const char *const kind_name[KINDS] = {
	[ACTIVATION_SILU] = "silu",           [ACTIVATION_GELU_ERF] = "gelu_erf",
	[ACTIVATION_GELU_TANH] = "gelu_tanh", [ACTIVATION_RELU] = "relu",
	[ACTIVATION_TANH] = "tanh",           [ACTIVATION_SIGMOID] = "sigmoid"
};

/* Odd ones, and one beyond the tile of any kernel. */
static const struct {
	size_t rows, cols;
} shapes[] = { { 1, 1 }, { 3, 7 }, { 5, 70 }, { 2, 1031 }, { 37, 33 } };

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

/* ---- Memory ---- */

/* Twice: what was freed holds something, and must not be seen again. */
static int sample_memory_new(struct trial *t, struct error *err)
{
	enum { ROWS = 33, COLS = 64 };
	float values[ROWS * COLS];

	for (size_t i = 0; i < 2; i++, trial_clear(t)) {
		struct matrix all;

		trial_fill(t, TRIAL_WIDE, values, ROWS * COLS);
		if (backend_memory_new(t->backend, sizeof(values), &t->memory[0], err))
			return -1;
		t->bytes[0] = NULL;
		t->memories = 1;
		all = matrix_at(t->memory[0], 0, FLOAT_F32, ROWS, COLS);
		if (trial_matrix(t, all, err, "%zu bytes", sizeof(values)) ||
		    backend_upload(t->backend, all, values, err))
			return -1;
	}
	return 0;
}

static int sample_memory_wrap(struct trial *t, struct error *err)
{
	const uint32_t index[] = { 2, 0, 1 };

	for (size_t format = 0; format < FORMATS; format++, trial_clear(t)) {
		struct matrix w, y;

		if (trial_weights(t, (enum float_format)format, 3, 701, &w, err) ||
		    trial_room(t, 3, 701, &y, err) || exact_gather(t->backend, w, index, y, err) ||
		    trial_matrix(t, y, err, "3x701 %s", format_name[format]))
			return -1;
	}
	return 0;
}

/* Bytes through blocks of staging, in pieces that end within numbers, into memory of the trial. */
static int bytes_send(struct trial *t, struct staging *staging, const uint8_t *bytes, size_t len,
		      size_t piece, struct error *err)
{
	struct backend_memory *memory = t->memory[t->memories - 1];
	uint8_t *block;

	if (staging_hold(t->backend, err))
		return -1;
	for (size_t at = 0, i = 0; at < len; at += piece, i++) {
		size_t count = len - at < piece ? len - at : piece;

		if (staging_block(staging, i % 2, &block, err))
			return -1;
		memcpy(block, bytes + at, count);
		if (staging_send(staging, i % 2, 0, count, memory, at, err))
			return -1;
	}
	return staging_arrive(t->backend, err);
}

/* What staging brings is what was sent; the CPU, which has none, says what that is. */
static int sample_send(struct trial *t, struct error *err)
{
	enum { ROWS = 7, COLS = 1031, PIECE = 4095 };
	static const uint32_t index[ROWS] = { 6, 0, 3, 2, 1, 5, 4 };
	CLEANUP(staging_free) struct staging *staging = NULL;
	struct matrix w, y;

	if (trial_weights(t, FLOAT_BF16, ROWS, COLS, &w, err) || trial_room(t, ROWS, COLS, &y, err))
		return -1;
	if (backend_is_staged(t->backend)) {
		const uint8_t *bytes = t->bytes[0];

		if (staging_memory_new(t->backend, w.memory->size_bytes, &t->memory[t->memories],
				       err))
			return -1;
		t->bytes[t->memories++] = NULL;
		if (staging_new(t->backend, PIECE, 2, &staging, err) ||
		    bytes_send(t, staging, bytes, w.memory->size_bytes, PIECE, err))
			return -1;
		w.memory = t->memory[t->memories - 1];
	}
	return exact_gather(t->backend, w, index, y, err) ||
			       trial_matrix(t, y, err, "%dx%d in pieces", ROWS, COLS)
		       ? -1
		       : 0;
}

/* With a gap, and what lies in the gap. */
static int sample_upload(struct trial *t, struct error *err)
{
	struct matrix whole, part;
	float values[12];

	if (trial_numbers(t, TRIAL_WIDE, 5, 9, &whole, err))
		return -1;
	part = matrix_cols(matrix_rows(whole, 1, 3), 2, 4);
	trial_fill(t, TRIAL_WIDE, values, 12);
	return backend_upload(t->backend, part, values, err) ||
			       trial_matrix(t, whole, err, "3x4 of 5x9")
		       ? -1
		       : 0;
}

static int sample_download(struct trial *t, struct error *err)
{
	struct matrix whole;

	/* 40 kB and 2.4 MB: whichever way small and large ones go */
	if (trial_numbers(t, TRIAL_WIDE, 100, 101, &whole, err) ||
	    trial_matrix(t, matrix_cols(whole, 3, 97), err, "100x97 of 100x101") ||
	    trial_numbers(t, TRIAL_WIDE, 600, 1000, &whole, err))
		return -1;
	return trial_matrix(t, whole, err, "600x1000");
}

/* ---- Products ---- */

static int linear_once(struct trial *t, size_t m, size_t n, size_t k, enum float_format format,
		       bool transposed, struct error *err)
{
	struct matrix x, w, y, bias = MATRIX_NONE;

	if (trial_numbers(t, (m + n) % 2 ? TRIAL_PLAIN : TRIAL_WIDE, m, k, &x, err) ||
	    trial_weights(t, format, transposed ? k : n, transposed ? n : k, &w, err) ||
	    (k % 2 && trial_weights(t, format, 1, n, &bias, err)) || trial_room(t, m, n, &y, err) ||
	    exact_linear(t->backend, x, w, transposed, bias, y, err))
		return -1;
	return trial_matrix(t, y, err, "%zux%zu from %zu, %s%s%s", m, n, k, format_name[format],
			    transposed ? ", transposed" : "", bias.memory ? ", with bias" : "");
}

/* Each way to compute, whatever would be chosen, over the edge of its tile and within it. */
static int linear_ways(struct trial *t, struct error *err)
{
	void (*way)(struct backend * backend, size_t way) = t->backend->type->linear_way;
	int failed = 0;

	for (size_t i = 0; i < t->linear_ways * FORMATS && !failed; i++, trial_clear(t)) {
		if (way)
			way(t->backend, i / FORMATS);
		failed = linear_once(t, 130, 129, 37, (enum float_format)(i % FORMATS), false,
				     err) ||
			 linear_once(t, 3, 5, 9, (enum float_format)(i % FORMATS), false, err);
	}
	if (way)
		way(t->backend, SIZE_MAX);
	return failed ? -1 : 0;
}

static int sample_linear(struct trial *t, struct error *err)
{
	static const struct {
		size_t m, n, k;
	} sizes[] = { { 1, 1, 1 },   { 1, 33, 129 }, { 3, 5, 7 },     { 17, 66, 40 },
		      { 33, 64, 9 }, { 5, 130, 65 }, { 129, 131, 34 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t way = 0; way < 2 * FORMATS; way++, trial_clear(t))
			if (linear_once(t, sizes[i].m, sizes[i].n, sizes[i].k,
					(enum float_format)(way / 2), way % 2, err))
				return -1;
	return linear_ways(t, err);
}

/* Rows of one, five and 69 tokens in one batch: one beyond what a kernel takes together. */
static const size_t row_count[] = { 1, 5, 69 };
static const struct batch batch = { row_count, 3 };

enum { BATCH_ROWS = 75, LONGEST = 69 };

static int sample_rope(struct trial *t, struct error *err)
{
	static const struct {
		struct rope_shape shape;
		size_t pairs, cols;
	} cases[] = {
		{ { .heads = 3, .head_dim = 14, .pairing = ROPE_HALVES }, 7, 42 },
		{ { .heads = 2, .head_dim = 64, .pairing = ROPE_INTERLEAVED }, 16, 128 },
		{ { .heads = 2, .head_dim = 10, .head_stride = 13, .pairing = ROPE_HALVES },
		  3,
		  30 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++, trial_clear(t)) {
		struct matrix x, cos, sin;

		if (trial_numbers(t, TRIAL_PLAIN, BATCH_ROWS, cases[i].cols, &x, err) ||
		    trial_numbers(t, TRIAL_PLAIN, LONGEST, cases[i].pairs, &cos, err) ||
		    trial_numbers(t, TRIAL_PLAIN, LONGEST, cases[i].pairs, &sin, err))
			return -1;
		sin.stride = cos.stride = cases[i].pairs; /* as rope_table_fill makes them */
		if (exact_rope(t->backend, x, &cases[i].shape, cos, sin, &batch, err) ||
		    trial_matrix(t, x, err, "%zu heads of %zu, %zu pairs turned",
				 cases[i].shape.heads, cases[i].shape.head_dim, cases[i].pairs))
			return -1;
	}
	return 0;
}

static int sample_attention(struct trial *t, struct error *err)
{
	static const struct attention_shape cases[] = {
		{ .heads = 4, .key_heads = 2, .head_dim = 14, .causal = true, .scale = 0.25f },
		{ .heads = 2, .key_heads = 2, .head_dim = 33, .scale = 0.2f },
		{ .heads = 3,
		  .key_heads = 1,
		  .head_dim = 64,
		  .causal = true,
		  .window = 3,
		  .scale = 0.125f,
		  .score_cap = 5.0f },
		{ .heads = 1,
		  .key_heads = 1,
		  .head_dim = 129,
		  .causal = true,
		  .window = 33,
		  .scale = 0.1f },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++, trial_clear(t)) {
		const struct attention_shape *shape = &cases[i];
		size_t dim = shape->head_dim;
		struct matrix q, k, v, y;

		if (trial_numbers(t, TRIAL_PLAIN, BATCH_ROWS, shape->heads * dim, &q, err) ||
		    trial_numbers(t, TRIAL_PLAIN, BATCH_ROWS, shape->key_heads * dim, &k, err) ||
		    trial_numbers(t, TRIAL_PLAIN, BATCH_ROWS, shape->key_heads * dim, &v, err) ||
		    trial_room(t, BATCH_ROWS, shape->heads * dim, &y, err) ||
		    exact_attention(t->backend, shape, q, k, v, &batch, y, err) ||
		    trial_matrix(t, y, err, "%zu heads of %zu, %zu of keys, window %zu",
				 shape->heads, dim, shape->key_heads, shape->window))
			return -1;
	}
	return 0;
}

/* ---- Norms, and numbers one by one ---- */

static int sample_rms_norm(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES * FORMATS; i++, trial_clear(t)) {
		size_t rows = shapes[i / FORMATS].rows, cols = shapes[i / FORMATS].cols;
		enum float_format format = (enum float_format)(i % FORMATS);
		struct matrix x, gain, y;

		if (trial_numbers(t, TRIAL_PLAIN, rows, cols, &x, err) ||
		    trial_weights(t, format, 1, cols, &gain, err) ||
		    trial_room(t, rows, cols, &y, err) ||
		    exact_rms_norm(t->backend, x, gain, NORM_GAIN, 1e-5f, y, err) ||
		    trial_matrix(t, y, err, "%zux%zu, %s", rows, cols, format_name[format]) ||
		    exact_rms_norm(t->backend, x, gain, NORM_GAIN_PLUS_ONE, 1e-6f, x, err) ||
		    trial_matrix(t, x, err, "%zux%zu in place, %s, one more", rows, cols,
				 format_name[format]))
			return -1;
	}
	return 0;
}

static int sample_layer_norm(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES * FORMATS; i++, trial_clear(t)) {
		size_t rows = shapes[i / FORMATS].rows, cols = shapes[i / FORMATS].cols;
		enum float_format format = (enum float_format)(i % FORMATS);
		struct matrix x, gain, bias, y;

		if (trial_numbers(t, TRIAL_PLAIN, rows, cols, &x, err) ||
		    trial_weights(t, format, 1, cols, &gain, err) ||
		    trial_weights(t, format, 1, cols, &bias, err) ||
		    trial_room(t, rows, cols, &y, err) ||
		    exact_layer_norm(t->backend, x, gain, bias, 1e-5f, y, err) ||
		    trial_matrix(t, y, err, "%zux%zu, %s", rows, cols, format_name[format]) ||
		    exact_layer_norm(t->backend, x, gain, MATRIX_NONE, 1e-12f, x, err) ||
		    trial_matrix(t, x, err, "%zux%zu in place, %s, without bias", rows, cols,
				 format_name[format]))
			return -1;
	}
	return 0;
}

static int sample_activation(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES * KINDS; i++, trial_clear(t)) {
		size_t rows = shapes[i / KINDS].rows, cols = shapes[i / KINDS].cols;
		struct matrix x, y;

		if (trial_numbers(t, i % 2 ? TRIAL_WIDE : TRIAL_PLAIN, rows, cols, &x, err) ||
		    trial_room(t, rows, cols, &y, err) ||
		    exact_activation(t->backend, (enum activation)(i % KINDS), x, y, err) ||
		    trial_matrix(t, y, err, "%s of %zux%zu", kind_name[i % KINDS], rows, cols))
			return -1;
	}
	return 0;
}

static int sample_gate(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES * KINDS; i++, trial_clear(t)) {
		size_t rows = shapes[i / KINDS].rows, cols = shapes[i / KINDS].cols;
		struct matrix gate, up, y;

		if (trial_numbers(t, i % 2 ? TRIAL_PLAIN : TRIAL_WIDE, rows, cols, &gate, err) ||
		    trial_numbers(t, TRIAL_WIDE, rows, cols, &up, err) ||
		    trial_room(t, rows, cols, &y, err) ||
		    exact_gate(t->backend, (enum activation)(i % KINDS), gate, up, y, err) ||
		    trial_matrix(t, y, err, "%s of %zux%zu", kind_name[i % KINDS], rows, cols))
			return -1;
	}
	return 0;
}

static int sample_add(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES; i++, trial_clear(t)) {
		struct matrix a, b, y;

		if (trial_numbers(t, TRIAL_WIDE, shapes[i].rows, shapes[i].cols, &a, err) ||
		    trial_numbers(t, TRIAL_WIDE, shapes[i].rows, shapes[i].cols, &b, err) ||
		    trial_room(t, shapes[i].rows, shapes[i].cols, &y, err) ||
		    exact_add(t->backend, a, b, y, err) ||
		    trial_matrix(t, y, err, "%zux%zu", y.rows, y.cols) ||
		    exact_add(t->backend, a, matrix_rows(b, 0, 1), a, err) ||
		    trial_matrix(t, a, err, "%zux%zu in place, one row to all", y.rows, y.cols))
			return -1;
	}
	return 0;
}

/* What takes a matrix and one number, in all shapes, into another place and in place. */
static int map_all(struct trial *t, float number,
		   int (*map)(struct backend *backend, struct matrix x, float number,
			      struct matrix y, struct error *err),
		   struct error *err)
{
	for (size_t i = 0; i < SHAPES; i++, trial_clear(t)) {
		struct matrix x, y;

		if (trial_numbers(t, TRIAL_WIDE, shapes[i].rows, shapes[i].cols, &x, err) ||
		    trial_room(t, shapes[i].rows, shapes[i].cols, &y, err) ||
		    map(t->backend, x, number, y, err) ||
		    trial_matrix(t, y, err, "%zux%zu", y.rows, y.cols) ||
		    map(t->backend, x, number * 0.5f, x, err) ||
		    trial_matrix(t, x, err, "%zux%zu in place", x.rows, x.cols))
			return -1;
	}
	return 0;
}

static int sample_scale(struct trial *t, struct error *err)
{
	return map_all(t, 0x1.6a09e6p+0f, exact_scale, err);
}

static int sample_clip(struct trial *t, struct error *err)
{
	return map_all(t, 0.75f, exact_clip, err);
}

static int sample_soft_cap(struct trial *t, struct error *err)
{
	return map_all(t, 30.0f, exact_soft_cap, err);
}

static int softmax_of(struct backend *backend, struct matrix x, float number, struct matrix y,
		      struct error *err)
{
	(void)number;
	return exact_softmax(backend, x, y, err);
}

static int sample_softmax(struct trial *t, struct error *err)
{
	return map_all(t, 0, softmax_of, err);
}

/* ---- Rows by index ---- */

static int sample_gather(struct trial *t, struct error *err)
{
	static const uint32_t index[] = { 6, 0, 6, 3, 5 };

	for (size_t i = 0; i < SHAPES * FORMATS; i++, trial_clear(t)) {
		size_t cols = shapes[i / FORMATS].cols;
		enum float_format format = (enum float_format)(i % FORMATS);
		struct matrix table, y;

		if (trial_weights(t, format, 7, cols, &table, err) ||
		    trial_room(t, 5, cols, &y, err) ||
		    exact_gather(t->backend, table, index, y, err) ||
		    trial_matrix(t, y, err, "5 rows of 7x%zu, %s", cols, format_name[format]))
			return -1;
	}
	return 0;
}

static int sample_zero(struct trial *t, struct error *err)
{
	struct matrix whole;

	return trial_numbers(t, TRIAL_PLAIN, 9, 70, &whole, err) ||
			       exact_zero(t->backend, matrix_cols(whole, 1, 65), err) ||
			       trial_matrix(t, whole, err, "9x65 of 9x70")
		       ? -1
		       : 0;
}

static int sample_route(struct trial *t, struct error *err)
{
	static const struct {
		size_t tokens, experts, chosen;
	} cases[] = { { 5, 8, 2 }, { 3, 5, 5 }, { 7, 60, 4 }, { 2, 130, 64 } };

	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++, trial_clear(t)) {
		size_t tokens = cases[i / 2].tokens, experts = cases[i / 2].experts;
		struct router_shape shape = { cases[i / 2].chosen, i % 2 };
		uint32_t expert[2 * EXACT_CHOSEN_MAX];
		float weight[2 * EXACT_CHOSEN_MAX];
		struct matrix logits;

		if (trial_numbers(t, i % 3 ? TRIAL_STEPS : TRIAL_PLAIN, tokens, experts, &logits,
				  err) ||
		    exact_route(t->backend, logits, &shape, expert, weight, err) ||
		    trial_words(t, expert, tokens, shape.chosen, err, "experts, %zu of %zu",
				shape.chosen, experts) ||
		    trial_words(t, weight, tokens, shape.chosen, err, "weights, %zu of %zu",
				shape.chosen, experts))
			return -1;
	}
	return 0;
}

static int sample_combine(struct trial *t, struct error *err)
{
	static const uint32_t index[] = { 8, 2, 0 };

	for (size_t i = 0; i < SHAPES; i++, trial_clear(t)) {
		struct matrix x, y;
		float weight[3];

		trial_fill(t, TRIAL_PLAIN, weight, 3);
		if (trial_numbers(t, TRIAL_WIDE, 3, shapes[i].cols, &x, err) ||
		    trial_numbers(t, TRIAL_PLAIN, 9, shapes[i].cols, &y, err) ||
		    exact_combine(t->backend, x, index, weight, y, err) ||
		    trial_matrix(t, y, err, "3 rows into 9x%zu", shapes[i].cols))
			return -1;
	}
	return 0;
}

static int sample_gate_rows(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES; i++, trial_clear(t)) {
		struct matrix x, gate, y;

		if (trial_numbers(t, TRIAL_WIDE, shapes[i].rows, shapes[i].cols, &x, err) ||
		    trial_numbers(t, TRIAL_PLAIN, shapes[i].rows, 1, &gate, err) ||
		    trial_room(t, shapes[i].rows, shapes[i].cols, &y, err) ||
		    exact_gate_rows(t->backend, x, gate, y, err) ||
		    trial_matrix(t, y, err, "%zux%zu", y.rows, y.cols))
			return -1;
	}
	return 0;
}

/* ---- What is read off ---- */

static int sample_find_not_finite(struct trial *t, struct error *err)
{
	static const uint32_t odd[] = { 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001 };

	for (size_t i = 0; i < SHAPES * 5; i++, trial_clear(t)) {
		size_t rows = shapes[i / 5].rows, cols = shapes[i / 5].cols, at;
		size_t place = trial_word(t) % (rows * cols);
		uint32_t words[2];
		struct matrix x;
		float value;

		if (trial_numbers(t, TRIAL_WIDE, rows, cols, &x, err))
			return -1;
		if (i % 5 < 4) {
			/* the first, and one more behind it */
			memcpy(&value, &odd[i % 5], sizeof(value));
			if (backend_upload(
				    t->backend,
				    matrix_cols(matrix_rows(x, place / cols, 1), place % cols, 1),
				    &value, err) ||
			    backend_upload(t->backend,
					   matrix_cols(matrix_rows(x, rows - 1, 1), cols - 1, 1),
					   &value, err))
				return -1;
		}
		if (t->backend->type->find_not_finite(t->backend, x, &at, err))
			return -1;
		words[0] = (uint32_t)at;
		words[1] = (uint32_t)((uint64_t)at >> 32);
		if (trial_words(t, words, 1, 2, err, "%zux%zu", rows, cols))
			return -1;
	}
	return 0;
}

static int sample_partition(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES; i++, trial_clear(t)) {
		float max[64], sum[64];
		struct matrix x;

		if (trial_numbers(t, TRIAL_WIDE, shapes[i].rows, shapes[i].cols, &x, err) ||
		    exact_partition(t->backend, x, max, sum, err) ||
		    trial_words(t, max, x.rows, 1, err, "maxima of %zux%zu", x.rows, x.cols) ||
		    trial_words(t, sum, x.rows, 1, err, "sums of %zux%zu", x.rows, x.cols))
			return -1;
	}
	return 0;
}

static int sample_top_logits(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES * 2; i++, trial_clear(t)) {
		enum { WORDS = sizeof(struct exact_top) / sizeof(uint32_t) };
		struct exact_top top[64];
		struct matrix x;

		if (trial_numbers(t, i % 2 ? TRIAL_STEPS : TRIAL_WIDE, shapes[i / 2].rows,
				  shapes[i / 2].cols, &x, err) ||
		    exact_top_logits(t->backend, x, top, err) ||
		    trial_words(t, top, x.rows, WORDS, err, "%zux%zu", x.rows, x.cols))
			return -1;
	}
	return 0;
}

/* ---- What the host does where a backend leaves it out ---- */

static int sample_pick(struct trial *t, struct error *err)
{
	for (size_t i = 0; i < SHAPES; i++, trial_clear(t)) {
		size_t rows = shapes[i].rows, cols = shapes[i].cols;
		uint32_t index[64];
		float picked[64];
		struct matrix x;

		for (size_t row = 0; row < rows; row++)
			index[row] = trial_word(t) % (uint32_t)cols;
		if (trial_numbers(t, TRIAL_WIDE, rows, cols, &x, err) ||
		    exact_pick(t->backend, x, index, picked, err) ||
		    trial_words(t, picked, 1, rows, err, "one of each row of %zux%zu", rows, cols))
			return -1;
	}
	return 0;
}

enum { DIGEST_WORDS = DIGEST_SIZE / sizeof(uint32_t) };

static int sample_digest_rows(struct trial *t, struct error *err)
{
	static const uint8_t header[] = "a header of odd length";

	for (size_t i = 0; i < SHAPES * 2; i++, trial_clear(t)) {
		size_t rows = shapes[i / 2].rows, cols = shapes[i / 2].cols;
		struct span before = { header, i % 2 ? sizeof(header) : 0 };
		struct digest digest[64];
		struct matrix x;

		if (trial_numbers(t, TRIAL_WIDE, rows, cols, &x, err) ||
		    exact_digest_rows(t->backend, x, before, digest, err) ||
		    trial_words(t, digest, rows, DIGEST_WORDS, err, "%zux%zu behind %zu bytes",
				rows, cols, before.len))
			return -1;
	}
	return 0;
}

/* More than any device takes on at once, so that each processor has several. */
static int many_ranges(struct trial *t, struct backend_memory *memory, struct error *err)
{
	enum { COUNT = 1201 };
	struct byte_range range[COUNT];
	struct digest digest[COUNT];

	for (size_t i = 0; i < COUNT; i++)
		range[i] = (struct byte_range){ i, trial_word(t) % 130 };
	return exact_digest_ranges(t->backend, memory, range, COUNT, digest, err) ||
			       trial_words(t, digest, COUNT, DIGEST_WORDS, err, "%d ranges", COUNT)
		       ? -1
		       : 0;
}

static int sample_digest_ranges(struct trial *t, struct error *err)
{
	/* of 2 * (3 * 701 + 1) bytes: empty, odd, one block more or less, all */
	static const struct byte_range range[] = { { 0, 0 },    { 1, 1 },    { 3, 55 },
						   { 2, 56 },   { 5, 63 },   { 64, 64 },
						   { 7, 1000 }, { 0, 4208 }, { 4000, 208 } };
	enum { COUNT = sizeof(range) / sizeof(range[0]) };
	struct digest digest[COUNT];
	struct matrix w;

	return trial_weights(t, FLOAT_BF16, 3, 701, &w, err) ||
			       exact_digest_ranges(t->backend, w.memory, range, COUNT, digest,
						   err) ||
			       trial_words(t, digest, COUNT, DIGEST_WORDS, err,
					   "ranges of 4208 bytes") ||
			       many_ranges(t, w.memory, err)
		       ? -1
		       : 0;
}

#define SAMPLE(operation)                                                                          \
	{                                                                                          \
		offsetof(struct backend_type, operation), #operation, sample_##operation           \
	}

const struct admission_sample admission_samples[] = {
	SAMPLE(memory_new),
	SAMPLE(upload),
	SAMPLE(download),
	SAMPLE(gather),
	SAMPLE(memory_wrap),
	SAMPLE(send),
	SAMPLE(linear),
	SAMPLE(rms_norm),
	SAMPLE(layer_norm),
	SAMPLE(rope),
	SAMPLE(attention),
	SAMPLE(activation),
	SAMPLE(gate),
	SAMPLE(add),
	SAMPLE(scale),
	SAMPLE(clip),
	SAMPLE(soft_cap),
	SAMPLE(softmax),
	SAMPLE(zero),
	SAMPLE(route),
	SAMPLE(combine),
	SAMPLE(gate_rows),
	SAMPLE(find_not_finite),
	SAMPLE(partition),
	SAMPLE(top_logits),
	SAMPLE(pick),
	SAMPLE(digest_rows),
	SAMPLE(digest_ranges),
};

const size_t admission_sample_count = sizeof(admission_samples) / sizeof(admission_samples[0]);
