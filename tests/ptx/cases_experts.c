/* cases_experts: rule 9. */
#include "cases.h"

static void routes(struct twins *twins)
{
	static const size_t experts[] = { 1, 5, 33, 70, 8, 257, 130, 95 };
	static const size_t chosen[] = { 1, 2, 8, 33, 8, 8, 20, 12 };

	for (size_t p = 0; backend_type_cuda.route && p < 8; p++) {
		const struct router_shape shape = { .chosen = chosen[p], .renormalise = p % 2 };
		uint32_t expert[ON_BOTH][9 * 33] = { 0 };
		float weight[ON_BOTH][9 * 33] = { 0 };
		struct twin logits;

		twins_begin(twins, "route %zu of %zu", chosen[p], experts[p]);
		/* small numbers: many are equal */
		logits = twin_new(twins, p == 1 || p == 3 ? TWIN_TINY : TWIN_PLAIN, 9, experts[p],
				  experts[p] + p, p % 3);
		ON_EACH(twins,
			exact_route(b, logits.on[i], &shape, expert[i], weight[i], &twins->err));
		twins_same(twins, "experts", expert[0], expert[1], sizeof(expert[0]));
		twins_same(twins, "weights", weight[0], weight[1], sizeof(weight[0]));
		twins_end(twins);
	}
}

void cases_experts(struct twins *twins)
{
	static const uint32_t index[] = { 6, 0, 3 };
	static const float weight[] = { 0.25f, -0x1.8p-130f, 0.7f };

	routes(twins);
	for (int p = 0; backend_type_cuda.combine && p < 2; p++) {
		size_t cols = p ? 2212 : 2101;
		struct twin x, y;

		twins_begin_on(twins, 1, "combine %zu", cols);
		x = twin_new(twins, TWIN_PLAIN, 3, cols, p ? 0 : cols + 2, p ? 0 : 1);
		y = twin_new(twins, p ? TWIN_PLAIN : TWIN_TINY, 7, cols, p ? 0 : cols + 1, 0);
		ON_EACH(twins, exact_combine(b, x.on[i], index, weight, y.on[i], &twins->err));
		twins_end(twins);
	}
	for (int p = 0; backend_type_cuda.gate_rows && p < 2; p++) {
		size_t cols = p ? 2212 : 2101;
		struct twin x, gate, y;

		twins_begin(twins, "gate_rows %zu", cols);
		x = twin_new(twins, p ? TWIN_TINY : TWIN_PLAIN, 5, cols, p ? cols + 4 : cols + 3,
			     p ? 0 : 1);
		gate = twin_new(twins, TWIN_PLAIN, 5, 1, p ? 4 : 0, 1);
		y = p ? x : twin_new(twins, TWIN_EMPTY, 5, cols, 0, 0);
		ON_EACH(twins, exact_gate_rows(b, x.on[i], gate.on[i], y.on[i], &twins->err));
		twins_end(twins);
	}
}
