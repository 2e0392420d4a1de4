/* cases_maps: operations on each number by itself, and rows that are fetched. */
#include "cases.h"

/* Of activations: where they turn, where they end, and beyond. */
static const float turns[] = { 0.0f,  -0.0f,  0x1p-149f, -0x1p-149f, 0x1p-126f, 0.5f,
			       -0.5f, 0.624f, 0.625f,    0.7f,       0.922f,    0.93f,
			       1.0f,  -1.0f,  3.9f,      4.1f,       -9.9f,     10.1f,
			       50.0f, -50.0f, 88.0f,     -88.0f,     89.5f,     -104.5f,
			       1e10f, -1e10f, 0x1p127f,  -0x1p127f,  1e-20f,    -1e-20f };

enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

static void activations(struct twins *twins, enum activation kind)
{
	struct twin x, y, up;

	if (backend_type_cuda.activation) {
		twins_begin(twins, "activation %d", kind);
		x = twin_of(twins, turns, 2, TURNS / 2);
		y = twin_new(twins, TWIN_EMPTY, 2, TURNS / 2, TURNS, 1);
		ON_EACH(twins, exact_activation(b, kind, x.on[i], y.on[i], &twins->err));
		twins_end(twins);
		twins_begin(twins, "activation %d in place", kind);
		x = twin_new(twins, TWIN_PLAIN, 9, 31, 33, 1);
		ON_EACH(twins, exact_activation(b, kind, x.on[i], x.on[i], &twins->err));
		twins_end(twins);
	}
	if (backend_type_cuda.gate) {
		twins_begin(twins, "gate %d", kind);
		x = twin_of(twins, turns, 3, TURNS / 3);
		up = twin_new(twins, kind % 2 ? TWIN_TINY : TWIN_PLAIN, 3, TURNS / 3, TURNS, 3);
		y = kind % 3 ? up : twin_new(twins, TWIN_EMPTY, 3, TURNS / 3, 0, 0);
		ON_EACH(twins, exact_gate(b, kind, x.on[i], up.on[i], y.on[i], &twins->err));
		twins_end(twins);
	}
}

static void sums(struct twins *twins)
{
	for (int p = 0; backend_type_cuda.add && p < 4; p++) {
		size_t rows = p < 2 ? 7 : 1, cols = p % 2 ? 45 : 400;
		struct twin x, other, y;

		twins_begin(twins, "add %d", p);
		x = twin_new(twins, p % 2 ? TWIN_WIDE : TWIN_TINY, rows, cols, cols + 5, 1);
		other = twin_new(twins, p % 2 ? TWIN_WIDE : TWIN_TINY, p == 1 ? 1 : rows, cols, 0,
				 2);
		y = p % 2 ? x : twin_new(twins, TWIN_EMPTY, rows, cols, 0, 0);
		ON_EACH(twins, exact_add(b, x.on[i], other.on[i], y.on[i], &twins->err));
		twins_end(twins);
	}
}

/* scale, clip and soft_cap: one number more. */
static void with_a_number(struct twins *twins, const char *name,
			  int (*operation)(struct backend *backend, struct matrix x, float number,
					   struct matrix y, struct error *err),
			  const float *numbers)
{
	for (int p = 0; p < 2; p++) {
		struct twin x, y;

		twins_begin(twins, "%s %d", name, p);
		x = twin_new(twins, p ? TWIN_TINY : TWIN_PLAIN, 5, 67, 70, 1);
		y = p ? x : twin_new(twins, TWIN_EMPTY, 5, 67, 0, 0);
		ON_EACH(twins, operation(b, x.on[i], numbers[p], y.on[i], &twins->err));
		twins_end(twins);
		twins_begin(twins, "%s %d at the turns", name, p);
		x = twin_of(twins, turns, 1, TURNS);
		y = twin_new(twins, TWIN_EMPTY, 1, TURNS, 0, 0);
		ON_EACH(twins, operation(b, x.on[i], numbers[p], y.on[i], &twins->err));
		twins_end(twins);
	}
}

static void gathers(struct twins *twins)
{
	static const uint32_t index[] = { 4, 0, 4, 6, 1 };

	for (int format = FLOAT_F32; backend_type_cuda.gather && format <= FLOAT_BF16; format++)
		for (int p = 0; p < 2; p++) {
			size_t cols = p ? 33 : 300;
			struct twin table, y;

			twins_begin(twins, "gather %d %zu", format, cols);
			table = twin_weights(twins, p ? TWIN_TINY : TWIN_PLAIN,
					     (enum float_format)format, 7, cols, cols + 1, 1);
			y = twin_new(twins, TWIN_EMPTY, 5, cols, p ? cols + 2 : 0, 1);
			ON_EACH(twins, exact_gather(b, table.on[i], index, y.on[i], &twins->err));
			twins_end(twins);
		}
}

void cases_maps(struct twins *twins)
{
	for (int kind = ACTIVATION_SILU; kind <= ACTIVATION_SIGMOID; kind++)
		activations(twins, (enum activation)kind);
	sums(twins);
	if (backend_type_cuda.scale)
		with_a_number(twins, "scale", exact_scale, (const float[]){ 0.3f, -0x1p-60f });
	if (backend_type_cuda.clip)
		with_a_number(twins, "clip", exact_clip, (const float[]){ 1.5f, 0x1p-140f });
	if (backend_type_cuda.soft_cap)
		with_a_number(twins, "soft_cap", exact_soft_cap, (const float[]){ 30.0f, 0.7f });
	gathers(twins);
	if (backend_type_cuda.zero) {
		struct twin y;

		twins_begin(twins, "zero");
		y = twin_new(twins, TWIN_PLAIN, 5, 7, 9, 1);
		ON_EACH(twins, exact_zero(b, y.on[i], &twins->err));
		twins_end(twins);
	}
}
