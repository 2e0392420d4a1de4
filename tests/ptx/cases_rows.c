/* cases_rows: operations over whole rows: norms, softmax, rope. */
#include "cases.h"

static const struct rows_shape {
	size_t rows, cols, stride, offset;
	enum twin_numbers kind;
	enum float_format gain, bias;
	size_t weight_offset; /* bytes before gain and bias */
} shapes[] = {
	{ 1, 1, 0, 0, TWIN_PLAIN, FLOAT_F32, FLOAT_F32, 4 },
	{ 3, 5, 0, 1, TWIN_PLAIN, FLOAT_BF16, FLOAT_BF16, 2 },
	{ 17, 45, 51, 3, TWIN_TINY, FLOAT_F16, FLOAT_F16, 0 },
	{ 9, 600, 0, 0, TWIN_PLAIN, FLOAT_F32, FLOAT_F32, 0 },
	{ 2, 299, 300, 0, TWIN_PLAIN, FLOAT_F16, FLOAT_F16, 2 },
	{ 2, 550, 0, 0, TWIN_PLAIN, FLOAT_BF16, FLOAT_BF16, 0 },
	{ 2, 131, 132, 0, TWIN_TINY, FLOAT_F32, FLOAT_BF16, 0 },
	{ 1, 1100, 0, 0, TWIN_PLAIN, FLOAT_BF16, FLOAT_F16, 1 },
	/* more than a device of one processor has blocks */
	{ 300, 3, 4, 1, TWIN_PLAIN, FLOAT_F16, FLOAT_F16, 0 },
};

static void norms(struct twins *twins, const struct rows_shape *s)
{
	for (int kind = NORM_GAIN; backend_type_cuda.rms_norm && kind <= NORM_GAIN_PLUS_ONE;
	     kind++) {
		struct twin x, gain, y;

		twins_begin_on(twins, 1, "rms_norm %d %zux%zu", kind, s->rows, s->cols);
		x = twin_new(twins, s->kind, s->rows, s->cols, s->stride, s->offset);
		gain = twin_weights(twins, s->kind, s->gain, 1, s->cols, 0, s->weight_offset);
		y = kind ? x : twin_new(twins, TWIN_EMPTY, s->rows, s->cols, 0, 2);
		ON_EACH(twins, exact_rms_norm(b, x.on[i], gain.on[i], (enum norm_gain)kind, 1e-5f,
					      y.on[i], &twins->err));
		twins_end(twins);
	}
	for (int biased = 0; backend_type_cuda.layer_norm && biased < 2; biased++) {
		struct twin x, gain, bias, y;

		twins_begin_on(twins, 1, "layer_norm %d %zux%zu", biased, s->rows, s->cols);
		x = twin_new(twins, s->kind, s->rows, s->cols, s->stride, s->offset);
		gain = twin_weights(twins, s->kind, s->gain, 1, s->cols, 0, s->weight_offset);
		bias = biased ? twin_weights(twins, s->kind, s->bias, 1, s->cols, 0,
					     s->weight_offset)
			      : twin_none;
		y = biased ? x : twin_new(twins, TWIN_EMPTY, s->rows, s->cols, 0, 2);
		ON_EACH(twins, exact_layer_norm(b, x.on[i], gain.on[i], bias.on[i], 1e-5f, y.on[i],
						&twins->err));
		twins_end(twins);
	}
}

static void softmaxes(struct twins *twins, const struct rows_shape *s)
{
	struct twin x, y;

	if (!backend_type_cuda.softmax)
		return;
	twins_begin_on(twins, 1, "softmax %zux%zu", s->rows, s->cols);
	x = twin_new(twins, s->kind, s->rows, s->cols, s->stride, s->offset);
	y = s->offset ? x : twin_new(twins, TWIN_EMPTY, s->rows, s->cols, 0, 1);
	ON_EACH(twins, exact_softmax(b, x.on[i], y.on[i], &twins->err));
	twins_end(twins);
}

static void ropes(struct twins *twins)
{
	static const size_t rows[] = { 3, 1, 5 };
	const struct batch batch = { rows, 3 };

	for (int p = 0; backend_type_cuda.rope && p < 4; p++) {
		const struct rope_shape shape = { .heads = p < 2 ? 2 : 3,
						  .head_dim = p < 2 ? 6 : 10,
						  .head_stride = p < 2 ? 0 : 13,
						  .pairing = (enum rope_pairing)(p % 2) };
		size_t half = p < 2 ? 3 : 4; /* not all of a head turns */
		size_t cols = (shape.heads - 1) *
				      (shape.head_stride ? shape.head_stride : shape.head_dim) +
			      shape.head_dim;
		struct twin x, cos, sin;

		twins_begin(twins, "rope %d", p);
		x = twin_new(twins, p % 2 ? TWIN_TINY : TWIN_PLAIN, 9, cols, cols + 3, 1);
		cos = twin_new(twins, TWIN_PLAIN, 6, half, half + 1, 0);
		sin = twin_new(twins, TWIN_PLAIN, 6, half, half + 1, 0);
		ON_EACH(twins,
			exact_rope(b, x.on[i], &shape, cos.on[i], sin.on[i], &batch, &twins->err));
		twins_end(twins);
	}
}

void cases_rows(struct twins *twins)
{
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		norms(twins, &shapes[s]);
		softmaxes(twins, &shapes[s]);
	}
	ropes(twins);
}
