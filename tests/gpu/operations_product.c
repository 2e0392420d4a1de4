/* operations_product: linear, at the sizes around every tile, in all formats and layouts. */
#include "tests/gpu/operations_trial.h"

static const char *format_name(enum float_format format)
{
	return format == FLOAT_F32 ? "f32" : format == FLOAT_F16 ? "f16" : "bf16";
}

struct linear_case {
	size_t rows, inputs, outputs, gap;
	enum float_format format;
	enum numbers numbers;
	bool transposed, bias;
};

static int linear_try(struct trial *t, const struct linear_case *c)
{
	CLEANUP(twin_free) struct twin x = { 0 }, w = { 0 }, bias = { 0 }, y = { 0 };
	size_t w_rows = c->transposed ? c->inputs : c->outputs;
	size_t w_cols = c->transposed ? c->outputs : c->inputs;

	if (!trial_case(t, (double)c->rows * (double)c->inputs * (double)c->outputs,
			"%zu x %zu to %zu, %s%s%s, gap %zu%s", c->rows, c->inputs, c->outputs,
			format_name(c->format), c->transposed ? ", transposed" : "",
			c->bias ? ", bias" : "", c->gap,
			c->numbers == NUMBERS_TINY ? ", tiny" : ""))
		return 0;
	if (twin_new(t, c->numbers, c->rows, c->inputs, c->gap, &x) ||
	    twin_weights(t, c->numbers, c->format, w_rows, w_cols, c->gap, &w) ||
	    twin_weights(t, c->numbers, c->format, 1, c->outputs, 0, &bias) ||
	    twin_new(t, c->numbers, c->rows, c->outputs, c->gap, &y) ||
	    BOTH(t, exact_linear(t->backend[s], x.matrix[s], w.matrix[s], c->transposed,
				 c->bias ? bias.matrix[s] : MATRIX_NONE, y.matrix[s], t->err)))
		return -1;
	return twin_compare(t, &y);
}

/* Sizes that are no multiple of anything, with every format, layout and kind of number. */
static int linear_odd(struct trial *t)
{
	static const size_t sizes[][3] = { { 1, 1, 1 },     { 1, 7, 3 },     { 2, 16, 33 },
					   { 3, 33, 64 },   { 5, 100, 65 },  { 17, 255, 31 },
					   { 64, 64, 128 }, { 65, 31, 129 }, { 130, 9, 257 } };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned way = 0; way < 24; way++) {
			struct linear_case c = { sizes[i][0],
						 sizes[i][1],
						 sizes[i][2],
						 way / 12 ? 1 + 4 * (i % 2) : 0,
						 (enum float_format)(way % 3),
						 (i + way) % 2 ? NUMBERS_TINY : NUMBERS_PLAIN,
						 way / 3 % 2,
						 way / 6 % 2 };

			if (linear_try(t, &c))
				return -1;
		}
	return 0;
}

/* Sizes of models, where whole tiles run many times. */
static int linear_large(struct trial *t)
{
	static const struct linear_case cases[] = {
		{ 128, 256, 384, 0, FLOAT_BF16, NUMBERS_PLAIN, false, false },
		{ 96, 512, 1000, 0, FLOAT_F16, NUMBERS_TINY, false, true },
		{ 1, 4096, 4096, 0, FLOAT_BF16, NUMBERS_PLAIN, false, false },
		{ 240, 1024, 2048, 0, FLOAT_F32, NUMBERS_TINY, false, false },
		{ 512, 4096, 4096, 0, FLOAT_BF16, NUMBERS_TINY, false, false },
		{ 2048, 4096, 14336, 0, FLOAT_BF16, NUMBERS_PLAIN, false, false },
		{ 333, 4100, 1026, 0, FLOAT_BF16, NUMBERS_TINY, false, true },
		{ 100, 3072, 768, 0, FLOAT_F16, NUMBERS_TINY, true, true },
		{ 240, 4096, 32003, 0, FLOAT_BF16, NUMBERS_PLAIN, false, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (linear_try(t, &cases[i]))
			return -1;
	return 0;
}

static int linear(struct trial *t)
{
	return linear_odd(t) || linear_large(t) ? -1 : 0;
}

/* Rows of an upload or a download stand without gaps on the host, with gaps in memory. */
static int copies(struct trial *t)
{
	static const size_t sizes[][3] = {
		{ 1, 1, 0 }, { 3, 5, 2 }, { 64, 33, 1 }, { 7, 1000, 0 }
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		CLEANUP(twin_free) struct twin x = { 0 };
		size_t rows = sizes[i][0], cols = sizes[i][1];
		float values[2][7000];

		if (!trial_case(t, 0, "%zu x %zu, gap %zu", rows, cols, sizes[i][2]))
			continue;
		if (twin_new(t, NUMBERS_WIDE, rows, cols, sizes[i][2], &x) ||
		    BOTH(t, backend_download(t->backend[s], x.matrix[s], values[s], t->err)))
			return -1;
		values_compare(t, "number", values[0], values[1], rows * cols);
		for (size_t k = 0; k < rows * cols; k++)
			values[0][k] = (float)k;
		if (BOTH(t, backend_upload(t->backend[s], x.matrix[s], values[0], t->err)) ||
		    twin_compare(t, &x))
			return -1;
	}
	return 0;
}

const struct operation_trial trials_product[] = {
	{ "copies", copies },
	{ "linear", linear },
	{ NULL, NULL },
};
