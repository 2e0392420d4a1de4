/* cases_linear: matrix products. */
#include "cases.h"

static const char *const format_name[] = { "f32", "f16", "bf16" };

struct product {
	int processors; /* of the device, which decide about the tile */
	size_t rows, inputs, outputs;
	size_t x_stride, w_stride, y_stride;
	size_t x_offset, w_offset_bytes, y_offset;
};

/* One row and few, k that no step divides, gaps, places that no vector load could use. */
static const struct product small_products[] = {
	{ 4, 1, 1, 1, 0, 0, 0, 0, 0, 0 },     { 4, 1, 137, 5, 0, 0, 0, 0, 0, 0 },
	{ 4, 1, 264, 70, 0, 0, 0, 0, 0, 0 },  { 4, 2, 33, 67, 0, 0, 0, 1, 1, 1 },
	{ 1, 5, 16, 9, 20, 21, 12, 0, 0, 0 }, { 4, 9, 24, 33, 0, 0, 0, 0, 0, 0 },
	{ 4, 17, 8, 3, 11, 9, 7, 3, 5, 2 },
};

/* One for each size of a tile and more: a little less than it, a little more, and k of several
 * steps and a rest. */
static const struct product large_products[] = {
	{ 1, 14, 290, 31, 0, 0, 0, 0, 0, 0 },    { 1, 29, 150, 61, 152, 0, 64, 0, 0, 0 },
	{ 1, 61, 72, 63, 0, 0, 0, 0, 0, 0 },     { 1, 67, 37, 131, 0, 0, 0, 0, 0, 0 },
	{ 1, 126, 40, 125, 0, 0, 128, 0, 0, 1 }, { 1, 131, 35, 254, 0, 0, 0, 4, 0, 0 },
};

static void one_product(struct twins *twins, const struct product *p, enum float_format format,
			bool transposed, bool bias, enum twin_numbers kind)
{
	/* of another format than the weights in some */
	enum float_format bias_format = (enum float_format)((format + p->rows) % 3);
	size_t w_rows = transposed ? p->inputs : p->outputs;
	size_t w_cols = transposed ? p->outputs : p->inputs;
	size_t w_stride = p->w_stride && p->w_stride < w_cols ? w_cols + 1 : p->w_stride;
	struct twin x, w, y, added;

	twins_begin_on(twins, p->processors, "linear %s%s%s %zux%zux%zu%s%s", format_name[format],
		       transposed ? " transposed" : "", bias ? " bias" : "", p->rows, p->inputs,
		       p->outputs, p->x_stride ? " gaps" : "", kind == TWIN_TINY ? " tiny" : "");
	x = twin_new(twins, kind, p->rows, p->inputs, p->x_stride, p->x_offset);
	w = twin_weights(twins, kind, format, w_rows, w_cols, w_stride, p->w_offset_bytes);
	added = bias ? twin_weights(twins, kind, bias_format, 1, p->outputs, 0, p->w_offset_bytes)
		     : twin_none;
	y = twin_new(twins, TWIN_EMPTY, p->rows, p->outputs, p->y_stride, p->y_offset);
	ON_EACH(twins,
		exact_linear(b, x.on[i], w.on[i], transposed, added.on[i], y.on[i], &twins->err));
	twins_end(twins);
}

void cases_linear(struct twins *twins)
{
	size_t smalls = sizeof(small_products) / sizeof(small_products[0]);
	size_t larges = sizeof(large_products) / sizeof(large_products[0]);

	for (int f = FLOAT_F32; backend_type_cuda.linear && f <= FLOAT_BF16; f++) {
		enum float_format format = (enum float_format)f;

		for (size_t s = 0; s < 2 * smalls; s++)
			one_product(twins, &small_products[s / 2], format, s % 2, s % 4 > 1,
				    s / 2 % 3 ? TWIN_PLAIN : TWIN_TINY);
		for (size_t s = 0; s < larges; s++)
			one_product(twins, &large_products[s], format, (s + (size_t)f) % 4 == 3,
				    s != 3, s % 3 == 1 ? TWIN_TINY : TWIN_PLAIN);
	}
}
