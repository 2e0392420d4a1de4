/* forward: open a model, and know what a pass costs before it starts. */
#include "verify/forward_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/experts.h"

/* What bound operations touch; a part of SLOT_FUSED is no memory of its own. */
static void uses_mark(struct forward *forward, const struct bound *bound, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		forward->uses[bound[i].operation->x] = true;
		forward->uses[bound[i].operation->u] = true;
		forward->uses[bound[i].operation->y] = true;
	}
	if (forward->plan.config.architecture->fused_heads)
		forward->uses[SLOT_QUERY] = forward->uses[SLOT_KEY] = forward->uses[SLOT_VALUE] =
			false;
}

int forward_open_config(const struct context *ctx, struct weights *weights,
			const struct model_config *config, struct forward **out_forward,
			struct error *err)
{
	struct forward *forward = calloc(1, sizeof(*forward));

	if (!forward)
		return error_set(err, ERROR_SYSTEM, "no memory for a model");
	if (plan_make(ctx, config, weights, &forward->plan, err)) {
		free(forward);
		return -1;
	}
	uses_mark(forward, forward->plan.embed, forward->plan.embed_count);
	uses_mark(forward, forward->plan.layer, config->layers * forward->plan.layer_count);
	uses_mark(forward, forward->plan.after_layers, forward->plan.after_layers_count);
	if (forward_experts_open(forward, err)) {
		forward_close(&forward);
		return -1;
	}
	*out_forward = forward;
	return 0;
}

int forward_open(const struct context *ctx, struct weights *weights, struct span config_text,
		 struct forward **out_forward, struct error *err)
{
	struct model_config config;

	if (model_config_read(config_text, &config, err))
		return -1;
	return forward_open_config(ctx, weights, &config, out_forward, err);
}

void forward_close(struct forward **forward)
{
	if (*forward) {
		plan_release(&(*forward)->plan);
		free((*forward)->experts_used);
	}
	free(*forward);
	*forward = NULL;
}

const struct model_config *forward_config(const struct forward *forward)
{
	return &forward->plan.config;
}

bool forward_has_logits(const struct forward *forward)
{
	return forward->plan.head != NULL;
}

size_t forward_unread_count(const struct forward *forward)
{
	return forward->plan.unread_count;
}

const char *forward_unread_name(const struct forward *forward, size_t index)
{
	return forward->plan.unread[index]->name;
}

size_t sequences_rows(const struct sequences *sequences)
{
	size_t rows = 0;

	for (size_t i = 0; i < sequences->count; i++)
		rows += sequences->row_count[i];
	return rows;
}

size_t head_block_rows(const struct sequences *sequences)
{
	size_t rows = sequences_rows(sequences);

	return rows < HEAD_BLOCK_ROWS ? rows : HEAD_BLOCK_ROWS;
}

/* ---- Cost ---- */

static uint64_t row_bytes(const struct forward *forward)
{
	/* The state is on the host once more while it is looked at. */
	uint64_t numbers = forward->plan.config.hidden, widest = 0;

	for (enum slot slot = 0; slot < SLOT_COUNT; slot++) {
		uint64_t cols = config_dim(&forward->plan.config, slot_dim(slot));

		if (!forward->uses[slot])
			continue;
		numbers += cols;
		widest = cols > widest ? cols : widest;
	}
	/* And a backend may keep a rearranged copy of what it multiplies; and who goes to which
	 * expert. */
	return (numbers + widest) * sizeof(float) +
	       (forward->experts_used ? ROUTED_BYTES * forward->plan.config.experts_chosen : 0);
}

static uint64_t bound_bytes(const struct bound *bound, size_t count)
{
	struct load_set set = { 0 };

	load_set_add_bound(&set, bound, count);
	return set.size_bytes;
}

/* Multiply-adds of the linear operations of one table, for one token. */
static double table_products(const struct model_config *config, const struct bound *bound,
			     size_t count)
{
	double products = 0;

	for (size_t i = 0; i < count; i++)
		if (bound[i].operation->kind == OP_LINEAR)
			products += (double)config_dim(config, slot_dim(bound[i].operation->x)) *
				    (double)config_dim(config, slot_dim(bound[i].operation->y));
	return products;
}

/* Query and key pairs that one layer's attention looks at. */
static double attention_pairs(const struct model_config *config, const struct sequences *sequences,
			      bool slides)
{
	double pairs = 0;

	for (size_t i = 0; i < sequences->count; i++) {
		double n = (double)sequences->row_count[i];
		double w = slides && config->window < sequences->row_count[i]
				   ? (double)config->window
				   : n;

		pairs += config->architecture->causal ? w * (w + 1) / 2 + (n - w) * w : n * n;
	}
	return pairs;
}

struct forward_cost forward_estimate_some(const struct forward *forward,
					  const struct sequences *sequences, const bool *wanted)
{
	const struct plan *plan = &forward->plan;
	const struct model_config *config = &plan->config;
	double rows = (double)sequences_rows(sequences), products = 0;
	uint64_t layers = 0, head = 0, largest = 0, experts_memory = 0;
	struct forward_cost cost = { .at_most = forward->experts_used != NULL };

	for (uint32_t layer = 0; layer < config->layers; layer++) {
		const struct bound *bound = plan_layer(plan, layer);
		uint64_t bytes = bound_bytes(bound, plan->layer_count);
		struct experts_cost experts =
			layer_experts_cost(plan, layer, sequences_rows(sequences));

		if (wanted && !wanted[layer])
			continue;
		layers += bytes + experts.read_bytes;
		if (experts.memory_bytes > experts_memory)
			experts_memory = experts.memory_bytes;
		products += experts.products;
		largest = bytes > largest ? bytes : largest;
		products += rows * table_products(config, bound, plan->layer_count);
		products += 2 * (double)config_dim(config, DIM_QUERY) *
			    attention_pairs(config, sequences, model_config_slides(config, layer));
	}
	if (plan->head) {
		head = plan->head->length;
		products += rows * (double)config->hidden * (double)config->vocab;
	}
	cost.flop = 2 * products;
	cost.read_bytes = bound_bytes(plan->embed, plan->embed_count) + layers +
			  bound_bytes(plan->after_layers, plan->after_layers_count) + head;
	if (plan->head)
		head += (head_block_rows(sequences) + HOST_ROWS) * config->vocab * sizeof(float);
	largest = 2 * largest + experts_memory;
	cost.memory_bytes = (largest > head ? largest : head) +
			    (uint64_t)sequences_rows(sequences) * row_bytes(forward);
	return cost;
}

struct forward_cost forward_estimate(const struct forward *forward,
				     const struct sequences *sequences)
{
	return forward_estimate_some(forward, sequences, NULL);
}

void forward_cost_text(const struct forward_cost *cost, char out_text[FORWARD_COST_TEXT_MAX])
{
	snprintf(out_text, FORWARD_COST_TEXT_MAX,
		 "%.3g Gflop, %s%.3g MB of weights to read, about %.3g MB of memory",
		 cost->flop / 1e9, cost->at_most ? "at most " : "", (double)cost->read_bytes / 1e6,
		 (double)cost->memory_bytes / 1e6);
}

size_t forward_batch(const struct forward *forward, const struct sequences *sequences,
		     uint64_t memory_bytes)
{
	uint64_t rows_max = memory_bytes / row_bytes(forward), rows = 0;
	size_t count = 0;

	while (count < sequences->count && rows + sequences->row_count[count] <= rows_max)
		rows += sequences->row_count[count++];
	return count ? count : 1;
}
