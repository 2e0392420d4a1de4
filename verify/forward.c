/* forward: open a model, and know what a pass costs before it starts. */
#include "verify/forward/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/experts.h"
#include "verify/forward/units.h"

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
		free((*forward)->experts_kept);
	}
	free(*forward);
	*forward = NULL;
}

void forward_hash(struct forward *forward, bool on_device)
{
	forward->hash_there = on_device;
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

/* The memory of a device that computes all rows: with `whole`, layers are not cut. */
static uint64_t device_bytes(const struct forward *forward, const struct sequences *sequences,
			     const bool *wanted, uint64_t experts_bytes, bool whole)
{
	const struct plan *plan = &forward->plan;
	uint64_t rows = sequences_rows(sequences), head = 0;
	uint64_t layers = 2 * units_largest(plan, wanted, whole ? SIZE_MAX : 0) + experts_bytes;
	uint64_t block = rows < HEAD_BLOCK_ROWS_DEVICE ? rows : HEAD_BLOCK_ROWS_DEVICE;

	/* In parts: a token's logits are a quarter of what is there (forward/head.c). */
	if (plan->head)
		head = (whole ? block : 4) * plan->config.vocab * sizeof(float) +
		       (whole ? plan->head->length : 0);
	return (layers > head ? layers : head) +
	       rows * (row_bytes(forward) - plan->config.hidden * sizeof(float));
}

/* What the layers that are wanted come to. */
struct layers_cost {
	double products;
	uint64_t read_bytes, largest_bytes, experts_bytes;
};

static struct layers_cost layers_cost(const struct forward *forward,
				      const struct sequences *sequences, const bool *wanted)
{
	const struct plan *plan = &forward->plan;
	const struct model_config *config = &plan->config;
	double rows = (double)sequences_rows(sequences);
	struct layers_cost cost = { 0 };

	for (uint32_t layer = 0; layer < config->layers; layer++) {
		const struct bound *bound = plan_layer(plan, layer);
		uint64_t bytes = bound_bytes(bound, plan->layer_count);
		struct experts_cost experts =
			layer_experts_cost(plan, layer, sequences_rows(sequences));

		if (wanted && !wanted[layer])
			continue;
		cost.read_bytes += bytes + experts.read_bytes;
		if (experts.memory_bytes > cost.experts_bytes)
			cost.experts_bytes = experts.memory_bytes;
		if (bytes > cost.largest_bytes)
			cost.largest_bytes = bytes;
		cost.products += experts.products +
				 rows * table_products(config, bound, plan->layer_count) +
				 2 * (double)config_dim(config, DIM_QUERY) *
					 attention_pairs(config, sequences,
							 model_config_slides(config, layer));
	}
	return cost;
}

struct forward_cost forward_estimate_some(const struct forward *forward,
					  const struct sequences *sequences, const bool *wanted)
{
	const struct plan *plan = &forward->plan;
	const struct model_config *config = &plan->config;
	uint64_t rows = sequences_rows(sequences), head = plan->head ? plan->head->length : 0;
	struct layers_cost layers = layers_cost(forward, sequences, wanted);
	struct forward_cost cost = { .at_most = forward->experts_used != NULL };
	uint64_t loaded = 2 * layers.largest_bytes + layers.experts_bytes;

	if (plan->head)
		layers.products += (double)rows * (double)config->hidden * (double)config->vocab;
	cost.flop = 2 * layers.products;
	cost.read_bytes = bound_bytes(plan->embed, plan->embed_count) + layers.read_bytes +
			  bound_bytes(plan->after_layers, plan->after_layers_count) + head;
	if (plan->head)
		head += (head_block_rows(sequences) + HOST_ROWS) * config->vocab * sizeof(float);
	cost.memory_bytes = (loaded > head ? loaded : head) + rows * row_bytes(forward);
	cost.device_bytes = device_bytes(forward, sequences, wanted, layers.experts_bytes, true);
	cost.device_least_bytes =
		device_bytes(forward, sequences, wanted, layers.experts_bytes, false);
	cost.host_bytes = supply_host_bytes() + rows * config->hidden * sizeof(float) +
			  (plan->head ? HOST_ROWS * config->vocab * sizeof(float) : 0);
	return cost;
}

struct forward_cost forward_estimate(const struct forward *forward,
				     const struct sequences *sequences)
{
	return forward_estimate_some(forward, sequences, NULL);
}

void forward_cost_place(struct forward_cost *cost, struct backend *backend)
{
	uint64_t least = UINT64_MAX;

	if (!backend_is_staged(backend))
		return;
	for (size_t i = 0; i < backend_count(backend); i++) {
		struct error unsaid = { 0 };
		uint64_t left;

		if (backend_memory_left(backend_peer(backend, i), &left, &unsaid))
			return;
		least = left < least ? left : least;
	}
	cost->on_device = true;
	cost->device_left_bytes = least;
}

void forward_cost_text(const struct forward_cost *cost, char out_text[FORWARD_COST_TEXT_MAX])
{
	int len = snprintf(out_text, FORWARD_COST_TEXT_MAX,
			   "%.3g Gflop, %s%.3g MB of weights to read, about %.3g MB of ",
			   cost->flop / 1e9, cost->at_most ? "at most " : "",
			   (double)cost->read_bytes / 1e6,
			   (double)(cost->on_device ? cost->host_bytes : cost->memory_bytes) / 1e6);
	size_t at = (size_t)len;

	if (!cost->on_device) {
		snprintf(out_text + at, FORWARD_COST_TEXT_MAX - at, "memory");
		return;
	}
	snprintf(out_text + at, FORWARD_COST_TEXT_MAX - at,
		 "memory and %.3g MB of the device's, which has %.3g MB free%s",
		 (double)cost->device_bytes / 1e6, (double)cost->device_left_bytes / 1e6,
		 cost->device_bytes <= cost->device_left_bytes ? ""
		 : cost->device_least_bytes <= cost->device_left_bytes
			 ? ": layers go in parts"
			 : ": too little even for layers in parts");
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
