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
	if (!routing->expert || !routing->weight || !routing->row || !routing->row_weight ||
	    !routing->first)
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
	*routing = (struct routing){ 0 };
}

static int lane_open(struct experts_lane *lane, const struct model_config *config, size_t rows,
		     struct error *err)
{
	size_t block = block_rows(rows), hidden = config->hidden;
	size_t inner = config->expert_intermediate;
	size_t wide = block * hidden * sizeof(float), narrow = block * inner * sizeof(float);

	if (backend_memory_new(lane->backend, 2 * (wide + narrow), &lane->memory, err))
		return -1;
	lane->input = matrix_at(lane->memory, 0, FLOAT_F32, block, hidden);
	lane->output = matrix_at(lane->memory, wide, FLOAT_F32, block, hidden);
	lane->gate = matrix_at(lane->memory, 2 * wide, FLOAT_F32, block, inner);
	lane->up = matrix_at(lane->memory, 2 * wide + narrow, FLOAT_F32, block, inner);
	return routing_open(&lane->routing, config, rows, err);
}

int experts_open(struct experts *experts, size_t rows, struct error *err)
{
	experts->hit = calloc(experts->config->experts, sizeof(*experts->hit));
	if (!experts->hit)
		return error_set(err, ERROR_SYSTEM, "no memory to route %zu tokens", rows);
	for (size_t i = 0; i < experts->supply->backends; i++) {
		experts->lane[i].backend = experts->supply->backend[i];
		if (lane_open(&experts->lane[i], experts->config, rows, err))
			return -1;
	}
	return 0;
}

void experts_release(struct experts *experts)
{
	loader_release(&experts->loader[0]);
	loader_release(&experts->loader[1]);
	for (size_t i = 0; i < SUPPLY_BACKENDS_MAX; i++) {
		backend_memory_free(&experts->lane[i].memory);
		routing_release(&experts->lane[i].routing);
	}
	free(experts->hit);
	experts->hit = NULL;
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
	for (uint32_t id = 0; id < config->experts; id++) {
		size_t count = routing->first[id];

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

/* The tokens of one backend that an expert works on. */
static size_t routed_count(const struct routing *routing, uint32_t id)
{
	return routing->first[id + 1] - routing->first[id];
}

/* Route the tokens of every backend. */
static int route(struct experts *experts, const struct experts_state *state, struct error *err)
{
	struct router_shape shape = { .chosen = experts->config->experts_chosen,
				      .renormalise = experts->config->experts_renormalise };
	size_t lanes = experts->supply->backends;

	for (size_t i = 0; i < lanes; i++) {
		struct experts_lane *lane = &experts->lane[i];

		if (exact_route(lane->backend, state[i].logits, &shape, lane->routing.expert,
				lane->routing.weight, err) ||
		    exact_zero(lane->backend, state[i].y, err))
			return -1;
		routing_sort(&lane->routing, experts->config, state[i].x.rows);
	}
	experts->hit_count = 0;
	for (uint32_t id = 0; id < experts->config->experts; id++) {
		size_t count = 0;

		for (size_t i = 0; i < lanes; i++)
			count += routed_count(&experts->lane[i].routing, id);
		if (count)
			experts->hit[experts->hit_count++] = id;
	}
	return 0;
}

/* ---- Reading ---- */

/* Some of the chosen experts, read together. */
struct window {
	size_t first, count; /* in experts.hit */
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
	for (size_t i = first; i < experts->hit_count; i++) {
		uint32_t id = experts->hit[i];

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

/* One expert on the tokens of one backend that chose it, a block of them at a time. */
static int expert_run(struct experts_lane *lane, const struct model_config *config, uint32_t id,
		      const struct matrix part[EXPERT_PARTS], const struct experts_state *state,
		      struct error *err)
{
	const struct routing *routing = &lane->routing;
	struct backend *backend = lane->backend;
	size_t end = routing->first[id + 1];

	for (size_t at = routing->first[id]; at < end; at += lane->input.rows) {
		size_t rest = end - at, rows = rest < lane->input.rows ? rest : lane->input.rows;
		struct matrix input = matrix_rows(lane->input, 0, rows);
		struct matrix gate = matrix_rows(lane->gate, 0, rows);
		struct matrix up = matrix_rows(lane->up, 0, rows);
		struct matrix output = matrix_rows(lane->output, 0, rows);

		if (exact_gather(backend, state->x, routing->row + at, input, err) ||
		    exact_linear(backend, input, part[EXPERT_GATE], false, MATRIX_NONE, gate,
				 err) ||
		    exact_linear(backend, input, part[EXPERT_UP], false, MATRIX_NONE, up, err) ||
		    exact_gate(backend, config->activation, gate, up, up, err) ||
		    exact_linear(backend, up, part[EXPERT_DOWN], false, MATRIX_NONE, output, err) ||
		    exact_combine(backend, output, routing->row + at, routing->row_weight + at,
				  state->y, err))
			return -1;
	}
	return 0;
}

/* One expert of a window on every backend. */
static int window_expert_run(struct experts *experts, const struct bound_experts *bound,
			     const struct window *window, size_t index, struct loader *loader,
			     const struct experts_state *state, struct error *err)
{
	uint32_t id = experts->hit[window->first + index];

	for (size_t i = 0; i < experts->supply->backends; i++) {
		struct matrix part[EXPERT_PARTS];

		for (enum expert_part p = 0; p < EXPERT_PARTS; p++)
			if (part_matrix(experts, bound, loader->memory[i], id, p,
					window->place[index][p], &part[p], err))
				return -1;
		if (expert_run(&experts->lane[i], experts->config, id, part, &state[i], err))
			return -1;
	}
	return 0;
}

/* The experts of a window whose bytes are there. */
static int window_run(struct experts *experts, const struct bound_experts *bound, uint32_t layer,
		      const struct window *window, struct loader *loader,
		      const struct experts_state *state, struct error *err)
{
	for (size_t i = 0; i < window->count; i++) {
		uint32_t id = experts->hit[window->first + i];
		size_t bit = (size_t)layer * experts->config->experts + id;

		experts->used[bit / 8] |= (uint8_t)(1u << bit % 8);
		if (context_check_cancelled(experts->supply->ctx, err) ||
		    window_expert_run(experts, bound, window, i, loader, state, err))
			return error_prefix(err, "expert %u", id);
	}
	return 0;
}

static int window_prefix(const struct experts *experts, const struct window *window,
			 struct error *err)
{
	const uint32_t *hit = experts->hit + window->first;

	return window->count == 1
		       ? error_prefix(err, "expert %u", hit[0])
		       : error_prefix(err, "experts %u to %u", hit[0], hit[window->count - 1]);
}

/* Window after window, the next being read while one is computed. */
static int windows_run(struct experts *experts, const struct bound_experts *bound, uint32_t layer,
		       struct window window[2], const struct experts_state *state,
		       struct error *err)
{
	window_fill(&window[0], experts, bound, 0);
	if (loader_start(&experts->loader[0], experts->supply, &window[0].set, false, err))
		return window_prefix(experts, &window[0], err);
	for (size_t turn = 0; window[turn].count; turn ^= 1) {
		struct window *now = &window[turn], *next = &window[turn ^ 1];

		if (loader_finish(&experts->loader[turn], err))
			return window_prefix(experts, now, err);
		window_fill(next, experts, bound, now->first + now->count);
		if (next->count && loader_start(&experts->loader[turn ^ 1], experts->supply,
						&next->set, true, err))
			return window_prefix(experts, next, err);
		if (window_run(experts, bound, layer, now, &experts->loader[turn], state, err))
			return -1;
	}
	return 0;
}

int experts_run(struct experts *experts, const struct bound_experts *bound, uint32_t layer,
		const struct experts_state *state, struct error *err)
{
	struct window *window;
	int failed;

	if (route(experts, state, err))
		return -1;
	window = calloc(2, sizeof(*window));
	if (!window)
		return error_set(err, ERROR_SYSTEM, "no memory to read experts");
	failed = windows_run(experts, bound, layer, window, state, err);
	free(window);
	return failed;
}
