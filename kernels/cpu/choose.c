/* choose: the largest numbers of a row: experts of a token, likeliest tokens of a position. */
#include "kernels/cpu/cpu.h"

enum { SKIP = 32 };

/* Is none of the next SKIP numbers above the bar? (Comparing them all at once is faster.) */
static bool all_below(const float *x, float bar)
{
	unsigned above = 0;

	for (size_t i = 0; i < SKIP; i++)
		above |= x[i] > bar;
	return !above;
}

/*
 * The `want` largest of n numbers, descending; equal ones (so +0 and -0) by
 * lower index. Returns how many there are.
 */
static size_t choose_largest(const float *x, size_t n, size_t want, uint32_t *out_index,
			     float *out_value)
{
	size_t have = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = have;

		while (have == want && n - i > SKIP && all_below(x + i, out_value[have - 1]))
			i += SKIP;
		if (have == want && !(x[i] > out_value[have - 1]))
			continue;
		if (have < want)
			have++;
		else
			at--;
		for (; at > 0 && x[i] > out_value[at - 1]; at--) {
			out_value[at] = out_value[at - 1];
			out_index[at] = out_index[at - 1];
		}
		out_value[at] = x[i];
		out_index[at] = (uint32_t)i;
	}
	return have;
}

struct route_work {
	const struct cpu_rows *rows;
	struct matrix logits;
	struct router_shape shape;
	uint32_t *out_expert;
	float *out_weight;
};

/* Put the chosen in ascending order of their expert. */
static void sort_by_expert(uint32_t *expert, float *weight, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t at = i; at > 0 && expert[at] < expert[at - 1]; at--) {
			uint32_t e = expert[at];
			float w = weight[at];

			expert[at] = expert[at - 1];
			weight[at] = weight[at - 1];
			expert[at - 1] = e;
			weight[at - 1] = w;
		}
}

static void route_token(const void *arg, size_t token, float *p)
{
	const struct route_work *work = arg;
	size_t chosen = work->shape.chosen;
	uint32_t *expert = work->out_expert + token * chosen;
	float *weight = work->out_weight + token * chosen;
	float sum = 0.0f;

	work->rows->softmax(cpu_row(work->logits, token), p, work->logits.cols);
	choose_largest(p, work->logits.cols, chosen, expert, weight);
	sort_by_expert(expert, weight, chosen);
	if (!work->shape.renormalise)
		return;
	for (size_t i = 0; i < chosen; i++)
		sum = f32_add(sum, weight[i]);
	for (size_t i = 0; i < chosen; i++)
		weight[i] = f32_div(weight[i], sum);
}

int cpu_route(struct backend *backend, struct matrix logits, const struct router_shape *shape,
	      uint32_t *out_expert, float *out_weight, struct error *err)
{
	struct cpu *cpu = cpu_of(backend);
	struct route_work work = { cpu->variant->rows, logits, *shape, out_expert, out_weight };

	return cpu_run(cpu, logits.rows, logits.cols * sizeof(float), route_token, &work, err);
}

struct top_work {
	struct matrix logits;
	struct exact_top *out_top;
};

static void top_row(const void *arg, size_t row, float *scratch)
{
	const struct top_work *work = arg;
	struct exact_top *top = &work->out_top[row];
	size_t have = choose_largest(cpu_row(work->logits, row), work->logits.cols, EXACT_TOP_COUNT,
				     top->id, top->logit);

	(void)scratch;
	for (; have < EXACT_TOP_COUNT; have++) {
		top->id[have] = UINT32_MAX;
		top->logit[have] = 0.0f;
	}
}

int cpu_top_logits(struct backend *backend, struct matrix logits, struct exact_top *out_top,
		   struct error *err)
{
	struct top_work work = { logits, out_top };

	return cpu_run(cpu_of(backend), logits.rows, 0, top_row, &work, err);
}
