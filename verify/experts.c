/* experts: route tokens, read the experts that they chose, and compute them. */
#include "verify/experts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/plan.h"

/* ---- Memory ---- */

static size_t block_rows(size_t rows)
{
	return rows < EXPERT_BLOCK_ROWS ? rows : EXPERT_BLOCK_ROWS;
}

static int routing_open(struct routing *routing, const struct model_config *config, size_t rows,
			struct error *err)
{
	size_t entries = rows * config->experts_chosen;

	routing->expert = calloc(entries, sizeof(*routing->expert));
	routing->weight = calloc(entries, sizeof(*routing->weight));
	routing->row = calloc(entries, sizeof(*routing->row));
	routing->row_weight = calloc(entries, sizeof(*routing->row_weight));
	routing->first = calloc((size_t)config->experts + 1, sizeof(*routing->first));
	routing->hit = calloc(config->experts, sizeof(*routing->hit));
	if (!routing->expert || !routing->weight || !routing->row || !routing->row_weight ||
	    !routing->first || !routing->hit)
		return error_set(err, ERROR_SYSTEM, "no memory to route %zu tokens", rows);
	return 0;
}

static void routing_release(struct routing *routing)
{
	free(routing->expert);
	free(routing->weight);
	free(routing->row);
	free(routing->row_weight);
	free(routing->first);
	free(routing->hit);
	*routing = (struct routing){ 0 };
}

int experts_open(struct experts *experts, size_t rows, struct error *err)
{
	size_t block = block_rows(rows), hidden = experts->config->hidden;
	size_t inner = experts->config->expert_intermediate;
	size_t wide = block * hidden * sizeof(float), narrow = block * inner * sizeof(float);

	if (backend_memory_new(experts->backend, 2 * (wide + narrow), &experts->memory, err))
		return -1;
	experts->input = matrix_at(experts->memory, 0, FLOAT_F32, block, hidden);
	experts->output = matrix_at(experts->memory, wide, FLOAT_F32, block, hidden);
	experts->gate = matrix_at(experts->memory, 2 * wide, FLOAT_F32, block, inner);
	experts->up = matrix_at(experts->memory, 2 * wide + narrow, FLOAT_F32, block, inner);
	return routing_open(&experts->routing, experts->config, rows, err);
}

void experts_release(struct experts *experts)
{
	loader_release(&experts->loader[0]);
	loader_release(&experts->loader[1]);
	backend_memory_free(&experts->memory);
	routing_release(&experts->routing);
}

uint64_t experts_memory_bytes(const struct model_config *config, uint64_t bytes, uint64_t all_bytes,
			      size_t rows)
{
	uint64_t inner = config->expert_intermediate, hidden = config->hidden;
	uint64_t window = bytes > EXPERTS_WINDOW_BYTES ? bytes : EXPERTS_WINDOW_BYTES;

	/* The four matrices of a block, and a rearranged copy of the widest. */
	return (2 * window < all_bytes ? 2 * window : all_bytes) +
	       block_rows(rows) * (2 * (hidden + inner) + (hidden > inner ? hidden : inner)) *
		       sizeof(float);
}

/* ---- Routing ---- */

/* Sort the chosen by expert: a token's place keeps the order of tokens. */
static void routing_sort(struct routing *routing, const struct model_config *config, size_t rows)
{
	size_t entries = rows * config->experts_chosen, before = 0;

	memset(routing->first, 0, ((size_t)config->experts + 1) * sizeof(*routing->first));
	for (size_t i = 0; i < entries; i++)
		routing->first[routing->expert[i]]++;
	routing->hit_count = 0;
	for (uint32_t id = 0; id < config->experts; id++) {
		size_t count = routing->first[id];

		if (count)
			routing->hit[routing->hit_count++] = id;
		routing->first[id] = before;
		before += count;
	}
	for (size_t i = 0; i < entries; i++) {
		size_t at = routing->first[routing->expert[i]]++;

		routing->row[at] = (uint32_t)(i / config->experts_chosen);
		routing->row_weight[at] = routing->weight[i];
	}
	/* Each `first` went on to where the next expert begins. */
	memmove(routing->first + 1, routing->first, config->experts * sizeof(*routing->first));
	routing->first[0] = 0;
}

/* ---- Reading ---- */

/* Some of the chosen experts, read together. */
struct window {
	size_t first, count; /* in routing.hit */
	struct load_set set;
	size_t place[EXPERTS_WINDOW][EXPERT_PARTS]; /* where their parts begin */
};

static void window_add(struct window *window, const struct experts *experts,
		       const struct bound_experts *bound, uint32_t id)
{
	size_t *place = window->place[window->count++];
	struct expert_slice gate = expert_slice(bound, experts->config, id, EXPERT_GATE);
	struct expert_slice up = expert_slice(bound, experts->config, id, EXPERT_UP);
	struct expert_slice down = expert_slice(bound, experts->config, id, EXPERT_DOWN);

	/* Fused, up follows gate: one run, so that a piece they share is read once. */
	if (bound->fused) {
		place[EXPERT_GATE] = load_set_add_range(&window->set, gate.tensor, gate.offset,
							gate.length + up.length);
		place[EXPERT_UP] = place[EXPERT_GATE] + (size_t)gate.length;
	} else {
		place[EXPERT_GATE] =
			load_set_add_range(&window->set, gate.tensor, gate.offset, gate.length);
		place[EXPERT_UP] =
			load_set_add_range(&window->set, up.tensor, up.offset, up.length);
	}
	place[EXPERT_DOWN] =
		load_set_add_range(&window->set, down.tensor, down.offset, down.length);
}

/* As many of the chosen experts, from `first`, as a window holds; none at the end. */
static void window_fill(struct window *window, const struct experts *experts,
			const struct bound_experts *bound, size_t first)
{
	uint64_t bytes = 0;

	*window = (struct window){ .first = first };
	for (size_t i = first; i < experts->routing.hit_count; i++) {
		uint32_t id = experts->routing.hit[i];

		bytes += expert_bytes(bound, id);
		if (window->count &&
		    (bytes > EXPERTS_WINDOW_BYTES || window->count == EXPERTS_WINDOW))
			return;
		window_add(window, experts, bound, id);
	}
}

/* ---- Computing ---- */

static int part_matrix(const struct experts *experts, const struct bound_experts *bound,
		       struct backend_memory *memory, uint32_t id, enum expert_part part,
		       size_t place, struct matrix *out_matrix, struct error *err)
{
	struct expert_slice slice = expert_slice(bound, experts->config, id, part);
	enum float_format format;

	if (tensor_format(slice.tensor, &format, err))
		return -1;
	*out_matrix = matrix_at(memory, place, format, slice.rows, slice.cols);
	return 0;
}

/* One expert on the tokens that chose it, a block of them at a time. */
static int expert_run(struct experts *experts, uint32_t id, const struct matrix part[EXPERT_PARTS],
		      struct matrix x, struct matrix y, struct error *err)
{
	const struct routing *routing = &experts->routing;
	struct backend *backend = experts->backend;
	size_t end = routing->first[id + 1];

	for (size_t at = routing->first[id]; at < end; at += experts->input.rows) {
		size_t rows = block_rows(end - at);
		struct matrix input = matrix_rows(experts->input, 0, rows);
		struct matrix gate = matrix_rows(experts->gate, 0, rows);
		struct matrix up = matrix_rows(experts->up, 0, rows);
		struct matrix output = matrix_rows(experts->output, 0, rows);

		if (exact_gather(backend, x, routing->row + at, input, err) ||
		    exact_linear(backend, input, part[EXPERT_GATE], false, MATRIX_NONE, gate,
				 err) ||
		    exact_linear(backend, input, part[EXPERT_UP], false, MATRIX_NONE, up, err) ||
		    exact_gate(backend, experts->config->activation, gate, up, up, err) ||
		    exact_linear(backend, up, part[EXPERT_DOWN], false, MATRIX_NONE, output, err) ||
		    exact_combine(backend, output, routing->row + at, routing->row_weight + at, y,
				  err))
			return -1;
	}
	return 0;
}

/* The experts of a window whose bytes are there. */
static int window_run(struct experts *experts, const struct bound_experts *bound, uint32_t layer,
		      const struct window *window, struct backend_memory *memory, struct matrix x,
		      struct matrix y, struct error *err)
{
	for (size_t i = 0; i < window->count; i++) {
		uint32_t id = experts->routing.hit[window->first + i];
		size_t bit = (size_t)layer * experts->config->experts + id;
		struct matrix part[EXPERT_PARTS];

		for (enum expert_part p = 0; p < EXPERT_PARTS; p++)
			if (part_matrix(experts, bound, memory, id, p, window->place[i][p],
					&part[p], err))
				return -1;
		experts->used[bit / 8] |= (uint8_t)(1u << bit % 8);
		if (context_check_cancelled(experts->ctx, err) ||
		    expert_run(experts, id, part, x, y, err))
			return error_prefix(err, "expert %u", id);
	}
	return 0;
}

static int window_compute(struct experts *experts, const struct bound_experts *bound,
			  uint32_t layer, const struct window *window, struct loader *loader,
			  struct matrix x, struct matrix y, struct error *err)
{
	struct span bytes = { loader->bytes, loader->set.size_bytes };
	struct backend_memory *memory = NULL;
	int failed;

	if (backend_memory_wrap(experts->backend, bytes, &memory, err))
		return -1;
	failed = window_run(experts, bound, layer, window, memory, x, y, err);
	backend_memory_free(&memory);
	return failed;
}

static int window_prefix(const struct experts *experts, const struct window *window,
			 struct error *err)
{
	const uint32_t *hit = experts->routing.hit + window->first;

	return window->count == 1
		       ? error_prefix(err, "expert %u", hit[0])
		       : error_prefix(err, "experts %u to %u", hit[0], hit[window->count - 1]);
}

/* Window after window, the next being read while one is computed. */
static int windows_run(struct experts *experts, const struct bound_experts *bound, uint32_t layer,
		       struct window window[2], struct matrix x, struct matrix y, struct error *err)
{
	window_fill(&window[0], experts, bound, 0);
	if (loader_start(&experts->loader[0], experts->ctx, experts->weights, &window[0].set, false,
			 err))
		return window_prefix(experts, &window[0], err);
	for (size_t turn = 0; window[turn].count; turn ^= 1) {
		struct window *now = &window[turn], *next = &window[turn ^ 1];

		if (loader_finish(&experts->loader[turn], err))
			return window_prefix(experts, now, err);
		window_fill(next, experts, bound, now->first + now->count);
		if (next->count && loader_start(&experts->loader[turn ^ 1], experts->ctx,
						experts->weights, &next->set, true, err))
			return window_prefix(experts, next, err);
		if (window_compute(experts, bound, layer, now, &experts->loader[turn], x, y, err))
			return -1;
	}
	return 0;
}

int experts_run(struct experts *experts, const struct bound_experts *bound, uint32_t layer,
		struct matrix logits, struct matrix x, struct matrix y, struct error *err)
{
	struct router_shape shape = { .chosen = experts->config->experts_chosen,
				      .renormalise = experts->config->experts_renormalise };
	struct window *window;
	int failed;

	if (exact_route(experts->backend, logits, &shape, experts->routing.expert,
			experts->routing.weight, err) ||
	    exact_zero(experts->backend, y, err))
		return -1;
	routing_sort(&experts->routing, experts->config, x.rows);
	window = calloc(2, sizeof(*window));
	if (!window)
		return error_set(err, ERROR_SYSTEM, "no memory to read experts");
	failed = windows_run(experts, bound, layer, window, x, y, err);
	free(window);
	return failed;
}
