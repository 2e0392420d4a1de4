/*
 * self_test: a backend is used only after it gave the profile's known answers:
 * single chains that tell a wrong rounding, flushed subnormals, a lost -0 or
 * contraction apart, and every operation over a pattern of inputs, whose
 * results are folded into one number each. It takes about a millisecond.
 */
#include "kernels/backend.h"
#include "kernels/exact_math.h"

#include <string.h>

/* w[0] x[0] + w[1] x[1] as a chain, and the bits that it must have. */
struct known_chain {
	const char *about;
	uint32_t x[2], w[2];
	uint32_t bits;
};

static const struct known_chain known_chains[] = {
	{ "subnormal results are kept", { 0x1a000000, 0 }, { 0x1b000000, 0 }, 0x00000002 },
	{ "subnormal inputs are kept", { 0x00000001, 0 }, { 0x4b000000, 0 }, 0x00800000 },
	{ "an underflow keeps its sign", { 0, 0x0da24260 }, { 0, 0x8da24260 }, 0x80000000 },
	{ "products are not rounded",
	  { 0x3f800000, 0x3f800001 },
	  { 0xbf800000, 0x3f7ffffe },
	  0xa8800000 },
	{ "ties go to even", { 0x3f800000, 0x33800000 }, { 0x3f800000, 0x3f800000 }, 0x3f800000 },
	{ "ties go to even upwards",
	  { 0x3f800001, 0x33800000 },
	  { 0x3f800000, 0x3f800000 },
	  0x3f800002 },
};

enum { CHAINS = sizeof(known_chains) / sizeof(known_chains[0]) };
enum { ROWS = 5, COLS = 70, OUTPUTS = 35, HEADS = 5, HEAD_DIM = 14 };

struct self_test {
	struct backend *backend;
	struct backend_memory *memory;
	struct matrix x, y, weight, gain, product, cos, sin;
};

/* A pattern of numbers between -8 and 8, the same everywhere. */
static void pattern_fill(float *x, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		x[i] = (float)(int32_t)(seed >> 15) * 0x1p-13f - 8.0f;
	}
}

/* FNV-1a over the words. */
static uint32_t fold(const float *x, size_t n)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ f32_bits(x[i])) * 16777619u;
	return hash;
}

static int expect(const struct self_test *t, const char *what, struct matrix y, uint32_t known,
		  struct error *err)
{
	float values[ROWS * COLS];
	uint32_t found;

	if (backend_download(t->backend, y, values, err))
		return -1;
	found = fold(values, y.rows * y.cols);
	if (found != known)
		return error_set(err, ERROR_SYSTEM,
				 "%s does not give the known answer of " EXACT_PROFILE
				 " (0x%08x instead of 0x%08x); was something compiled with "
				 "-ffast-math?",
				 what, found, known);
	return 0;
}

static int test_chains(const struct self_test *t, struct error *err)
{
	for (size_t i = 0; i < CHAINS; i++) {
		const struct known_chain *chain = &known_chains[i];
		struct matrix x = matrix_cols(matrix_rows(t->x, 0, 1), 0, 2);
		struct matrix w = matrix_cols(matrix_rows(t->weight, 0, 1), 0, 2);
		struct matrix y = matrix_cols(matrix_rows(t->product, 0, 1), 0, 1);
		float in[2], weight[2], out;

		memcpy(in, chain->x, sizeof(in));
		memcpy(weight, chain->w, sizeof(weight));
		if (backend_upload(t->backend, x, in, err) ||
		    backend_upload(t->backend, w, weight, err) ||
		    exact_linear(t->backend, x, w, false, MATRIX_NONE, y, err) ||
		    backend_download(t->backend, y, &out, err))
			return -1;
		if (f32_bits(out) != chain->bits)
			return error_set(err, ERROR_SYSTEM,
					 "not so: %s (0x%08x instead of 0x%08x); was something "
					 "compiled with -ffast-math?",
					 chain->about, f32_bits(out), chain->bits);
	}
	return 0;
}

static int test_fill(const struct self_test *t, struct error *err)
{
	float values[OUTPUTS * COLS];
	const struct matrix all[] = { t->x, t->weight, t->gain, t->cos, t->sin };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		pattern_fill(values, all[i].rows * all[i].cols, (uint32_t)i);
		if (backend_upload(t->backend, all[i], values, err))
			return -1;
	}
	return 0;
}

static int test_products(const struct self_test *t, struct error *err)
{
	struct attention_shape shape = { .heads = HEADS,
					 .key_heads = HEADS,
					 .head_dim = HEAD_DIM,
					 .causal = true,
					 .window = 3,
					 .scale = 0.25f,
					 .score_cap = 20.0f };
	const size_t row_count[] = { 1, ROWS - 1 };
	const struct batch batch = { row_count, 2 };
	const struct rope_shape turn = { .heads = HEADS, .head_dim = HEAD_DIM };
	struct matrix bias = matrix_cols(t->gain, 0, OUTPUTS);

	if (exact_linear(t->backend, t->x, t->weight, false, bias, t->product, err) ||
	    expect(t, "linear", t->product, 0xf8240683, err) ||
	    exact_attention(t->backend, &shape, t->x, t->x, t->x, &batch, t->y, err) ||
	    expect(t, "attention", t->y, 0x6c264fb3, err) ||
	    exact_rope(t->backend, t->y, &turn, t->cos, t->sin, &batch, err) ||
	    expect(t, "rope", t->y, 0x0f404dba, err))
		return -1;
	return 0;
}

static int test_rows(const struct self_test *t, struct error *err)
{
	struct backend *backend = t->backend;

	if (exact_rms_norm(backend, t->x, t->gain, NORM_GAIN_PLUS_ONE, 1e-5f, t->y, err) ||
	    expect(t, "rms_norm", t->y, 0x550bbd67, err) ||
	    exact_layer_norm(backend, t->x, t->gain, t->gain, 1e-5f, t->y, err) ||
	    expect(t, "layer_norm", t->y, 0x516f16be, err) ||
	    exact_softmax(backend, t->x, t->y, err) ||
	    expect(t, "softmax", t->y, 0x4a2bdc35, err) ||
	    exact_soft_cap(backend, t->x, 3.0f, t->y, err) ||
	    expect(t, "soft_cap", t->y, 0x88dc81e6, err) ||
	    exact_clip(backend, t->x, 0.5f, t->y, err) || expect(t, "clip", t->y, 0xc9a5407d, err))
		return -1;
	return 0;
}

static int test_activations(const struct self_test *t, struct error *err)
{
	static const struct {
		const char *name;
		enum activation kind;
		uint32_t known;
	} kinds[] = {
		{ "silu", ACTIVATION_SILU, 0x51422331 },
		{ "gelu_erf", ACTIVATION_GELU_ERF, 0x07d79f3e },
		{ "gelu_tanh", ACTIVATION_GELU_TANH, 0xa588896c },
		{ "relu", ACTIVATION_RELU, 0xfb28ac7d },
		{ "tanh", ACTIVATION_TANH, 0x1016617b },
		{ "sigmoid", ACTIVATION_SIGMOID, 0x81b4ece7 },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (exact_activation(t->backend, kinds[i].kind, t->x, t->y, err) ||
		    expect(t, kinds[i].name, t->y, kinds[i].known, err))
			return -1;
	return 0;
}

int backend_self_test(struct backend *backend, struct error *err)
{
	enum {
		X = ROWS * COLS,
		WEIGHT = OUTPUTS * COLS,
		PRODUCT = ROWS * OUTPUTS,
		TABLE = ROWS * HEAD_DIM / 2,
		ALL = 2 * X + WEIGHT + COLS + PRODUCT + 2 * TABLE
	};
	CLEANUP(backend_memory_free) struct backend_memory *memory = NULL;
	struct self_test t = { .backend = backend };
	const struct {
		struct matrix *matrix;
		size_t rows, cols;
	} parts[] = { { &t.x, ROWS, COLS },          { &t.y, ROWS, COLS },
		      { &t.weight, OUTPUTS, COLS },  { &t.gain, 1, COLS },
		      { &t.product, ROWS, OUTPUTS }, { &t.cos, ROWS, HEAD_DIM / 2 },
		      { &t.sin, ROWS, HEAD_DIM / 2 } };
	size_t at = 0;

	if (backend_memory_new(backend, ALL * sizeof(float), &memory, err))
		return -1;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		*parts[i].matrix = matrix_at(memory, at, FLOAT_F32, parts[i].rows, parts[i].cols);
		at += parts[i].rows * parts[i].cols * sizeof(float);
	}
	if (test_chains(&t, err) || test_fill(&t, err) || test_products(&t, err) ||
	    test_rows(&t, err) || test_activations(&t, err))
		return -1;
	return 0;
}
