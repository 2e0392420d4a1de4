/* cases_maps: operations on each number by itself, and rows that are fetched. */
#include "cases.h"

#include <stdio.h>

/* Of activations: where they turn, where they end, and beyond. */
static const float turns[] = { 0.0f,  -0.0f,  0x1p-149f, -0x1p-149f, 0x1p-126f, 0.5f,
			       -0.5f, 0.624f, 0.625f,    0.7f,       0.922f,    0.93f,
			       1.0f,  -1.0f,  3.9f,      4.1f,       -9.9f,     10.1f,
			       50.0f, -50.0f, 88.0f,     -88.0f,     89.5f,     -104.5f,
			       1e10f, -1e10f, 0x1p127f,  -0x1p127f,  1e-20f,    -1e-20f };

enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

/* Where matrices lie: rows that wide loads can take or cannot, with gaps or as one long row, in
 * more tiles than a device has blocks. */
static const struct map_case {
	size_t rows, cols, stride, offset;
	enum twin_numbers kind;
	bool in_place;
} places[] = {
	{ 3, 2200, 0, 0, TWIN_PLAIN, false }, { 2, 2203, 2207, 1, TWIN_PLAIN, true },
	{ 37, 12, 16, 4, TWIN_TINY, true },   { 40, 5, 7, 0, TWIN_PLAIN, false },
	{ 1, 4100, 0, 1, TWIN_TINY, false },
};

enum { PLACES = sizeof(places) / sizeof(places[0]) };

static void map_begin(struct twins *twins, const char *name, const struct map_case *c)
{
	twins_begin_on(twins, 1, "%s %zux%zu", name, c->rows, c->cols);
}

static struct twin map_input(struct twins *twins, const struct map_case *c)
{
	return twin_new(twins, c->kind, c->rows, c->cols, c->stride, c->offset);
}

static struct twin map_result(struct twins *twins, const struct map_case *c, struct twin input)
{
	return c->in_place ? input
			   : twin_new(twins, TWIN_EMPTY, c->rows, c->cols, c->stride, c->offset);
}

static void activations(struct twins *twins, enum activation kind)
{
	char name[32];

	for (size_t p = 0; backend_type_cuda.activation && p < PLACES; p++) {
		const struct map_case *c = &places[p];
		struct twin x, y;

		snprintf(name, sizeof(name), "activation %d", kind);
		map_begin(twins, name, c);
		x = map_input(twins, c);
		y = map_result(twins, c, x);
		ON_EACH(twins, exact_activation(b, kind, x.on[i], y.on[i], &twins->err));
		twins_end(twins);
	}
	for (size_t p = 0; backend_type_cuda.gate && p < PLACES; p++) {
		const struct map_case *c = &places[p];
		struct twin gate, up, y;

		snprintf(name, sizeof(name), "gate %d", kind);
		map_begin(twins, name, c);
		gate = map_input(twins, c);
		up = map_input(twins, c);
		y = map_result(twins, c, p % 2 ? gate : up);
		ON_EACH(twins, exact_gate(b, kind, gate.on[i], up.on[i], y.on[i], &twins->err));
		twins_end(twins);
	}
}

/* Functions at their turns, also as gates. */
static void at_turns(struct twins *twins, enum activation kind)
{
	struct twin x, y;

	if (!backend_type_cuda.activation || !backend_type_cuda.gate)
		return;
	twins_begin(twins, "activation %d at the turns", kind);
	x = twin_of(twins, turns, 1, TURNS);
	y = twin_new(twins, TWIN_EMPTY, 1, TURNS, 0, 0);
	ON_EACH(twins, exact_activation(b, kind, x.on[i], y.on[i], &twins->err) ||
			       exact_gate(b, kind, x.on[i], y.on[i], y.on[i], &twins->err));
	twins_end(twins);
}

static void sums(struct twins *twins)
{
	for (size_t p = 0; backend_type_cuda.add && p < 2 * PLACES; p++) {
		const struct map_case *c = &places[p / 2];
		bool one_row = p % 2;
		struct twin x, other, y;

		map_begin(twins, one_row ? "add one row" : "add", c);
		x = map_input(twins, c);
		other = twin_new(twins, c->kind == TWIN_TINY ? TWIN_WIDE : c->kind,
				 one_row ? 1 : c->rows, c->cols, one_row ? 0 : c->stride,
				 c->offset);
		y = map_result(twins, c, x);
		ON_EACH(twins, exact_add(b, x.on[i], other.on[i], y.on[i], &twins->err));
		twins_end(twins);
	}
}

/* scale, clip and soft_cap: one number more. */
static void with_a_number(struct twins *twins, const char *name,
			  int (*operation)(struct backend *backend, struct matrix x, float number,
					   struct matrix y, struct error *err),
			  float plain, float tiny)
{
	struct twin x, y;

	for (size_t p = 0; p < PLACES; p++) {
		const struct map_case *c = &places[p];
		float number = c->kind == TWIN_TINY ? tiny : plain;

		map_begin(twins, name, c);
		x = map_input(twins, c);
		y = map_result(twins, c, x);
		ON_EACH(twins, operation(b, x.on[i], number, y.on[i], &twins->err));
		twins_end(twins);
	}
	twins_begin(twins, "%s at the turns", name);
	x = twin_of(twins, turns, 1, TURNS);
	y = twin_new(twins, TWIN_EMPTY, 1, TURNS, 0, 0);
	ON_EACH(twins, operation(b, x.on[i], plain, y.on[i], &twins->err));
	twins_end(twins);
}

static void gathers(struct twins *twins)
{
	static const uint32_t index[] = { 4, 0, 4, 6, 1 };

	/* columns, numbers from row to row, and bytes before the first */
	static const size_t shape[][3] = { { 2204, 2208, 16 },
					   { 2203, 2203, 8 },
					   { 2100, 2101, 1 } };

	for (int format = FLOAT_F32; backend_type_cuda.gather && format <= FLOAT_BF16; format++)
		for (int p = 0; p < 3; p++) {
			struct twin table, y;

			twins_begin_on(twins, 1, "gather %d %zu", format, shape[p][0]);
			table = twin_weights(twins, p == 1 ? TWIN_TINY : TWIN_PLAIN,
					     (enum float_format)format, 7, shape[p][0], shape[p][1],
					     shape[p][2]);
			y = twin_new(twins, TWIN_EMPTY, 5, shape[p][0], 0, 0);
			ON_EACH(twins, exact_gather(b, table.on[i], index, y.on[i], &twins->err));
			twins_end(twins);
		}
}

void cases_maps(struct twins *twins)
{
	for (int kind = ACTIVATION_SILU; kind <= ACTIVATION_SIGMOID; kind++) {
		activations(twins, (enum activation)kind);
		at_turns(twins, (enum activation)kind);
	}
	sums(twins);
	if (backend_type_cuda.scale)
		with_a_number(twins, "scale", exact_scale, 0.3f, -0x1p-60f);
	if (backend_type_cuda.clip)
		with_a_number(twins, "clip", exact_clip, 1.5f, 0x1p-70f);
	if (backend_type_cuda.soft_cap)
		with_a_number(twins, "soft_cap", exact_soft_cap, 3.0f, 0.7f);
	gathers(twins);
	if (backend_type_cuda.zero) {
		struct twin y;

		twins_begin(twins, "zero");
		y = twin_new(twins, TWIN_PLAIN, 5, 7, 9, 1);
		ON_EACH(twins, exact_zero(b, y.on[i], &twins->err));
		twins_end(twins);
	}
}
