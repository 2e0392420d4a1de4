/* cases_linear: matrix products. */
#include "cases.h"

static const char *const format_name[] = { "f32", "f16", "bf16" };

struct product {
	size_t rows, inputs, outputs;
	size_t x_stride, w_stride, y_stride, x_offset, w_offset, y_offset;
};

/* One row and many, less than a tile and more, k that no step divides, gaps, places that no vector
 * load could use. */
static const struct product small_products[] = {
	{ 1, 1, 1, 0, 0, 0, 0, 0, 0 },     { 1, 37, 5, 0, 0, 0, 0, 0, 0 },
	{ 1, 64, 130, 0, 0, 0, 0, 0, 0 },  { 2, 33, 67, 0, 0, 0, 1, 1, 1 },
	{ 5, 16, 9, 20, 21, 12, 0, 0, 0 }, { 9, 24, 33, 0, 0, 0, 0, 0, 0 },
	{ 17, 8, 3, 11, 9, 7, 3, 5, 2 },
};

static const struct product large_products[] = {
	{ 67, 35, 131, 0, 0, 0, 0, 0, 0 },
	{ 130, 40, 66, 44, 0, 68, 0, 0, 0 },
};

static void one_product(struct twins *twins, const struct product *p, enum float_format format,
			bool transposed, bool bias, enum twin_numbers kind)
{
	size_t w_rows = transposed ? p->inputs : p->outputs;
	size_t w_cols = transposed ? p->outputs : p->inputs;
	size_t w_stride = p->w_stride && p->w_stride < w_cols ? w_cols + 1 : p->w_stride;
	struct twin x, w, y, added;

	twins_begin(twins, "linear %s%s%s %zux%zux%zu%s%s", format_name[format],
		    transposed ? " transposed" : "", bias ? " bias" : "", p->rows, p->inputs,
		    p->outputs, p->x_stride ? " gaps" : "", kind == TWIN_TINY ? " tiny" : "");
	x = twin_new(twins, kind, p->rows, p->inputs, p->x_stride, p->x_offset);
	w = twin_weights(twins, kind, format, w_rows, w_cols, w_stride, p->w_offset);
	added = bias ? twin_weights(twins, kind, format, 1, p->outputs, 0, 1) : twin_none;
	y = twin_new(twins, TWIN_EMPTY, p->rows, p->outputs, p->y_stride, p->y_offset);
	ON_EACH(twins,
		exact_linear(b, x.on[i], w.on[i], transposed, added.on[i], y.on[i], &twins->err));
	twins_end(twins);
}

void cases_linear(struct twins *twins)
{
	size_t count = sizeof(small_products) / sizeof(small_products[0]);

	if (!backend_type_cuda.linear)
		return;
	for (int format = FLOAT_F32; format <= FLOAT_BF16; format++)
		for (int transposed = 0; transposed < 2; transposed++) {
			enum float_format f = (enum float_format)format;

			for (size_t s = 0; s < count; s++)
				one_product(twins, &small_products[s], f, transposed, s % 2,
					    s % 3 ? TWIN_PLAIN : TWIN_TINY);
			one_product(twins, &large_products[(format + transposed) % 2], f,
				    transposed, format == 1, TWIN_PLAIN);
		}
	one_product(twins, &large_products[0], FLOAT_BF16, false, true, TWIN_TINY);
	one_product(twins, &large_products[1], FLOAT_BF16, false, false, TWIN_TINY);
}
