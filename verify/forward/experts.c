/* forward_experts: what experts cost, and which of them passes had a use for. */
#include <stdlib.h>
#include <string.h>

#include "verify/forward/inner.h"
#include "verify/experts.h"

int forward_experts_open(struct forward *forward, struct error *err)
{
	const struct plan *plan = &forward->plan;
	size_t bits = (size_t)plan->config.layers * plan->config.experts;
	uint32_t layer = 0;

	while (layer < plan->config.layers && !plan_layer_experts(plan, layer))
		layer++;
	if (layer == plan->config.layers)
		return 0;
	forward->experts_used = calloc(bits / 8 + 1, 1);
	forward->experts_kept = calloc(bits / 8 + 1, 1);
	if (!forward->experts_used || !forward->experts_kept)
		return error_set(err, ERROR_SYSTEM, "no memory for %u experts",
				 plan->config.experts);
	return 0;
}

struct experts_cost layer_experts_cost(const struct plan *plan, uint32_t layer, size_t rows)
{
	const struct bound_experts *experts = plan_layer_experts(plan, layer);
	const struct model_config *config = &plan->config;
	struct experts_cost cost = { 0 };
	uint64_t chosen = (uint64_t)rows * config->experts_chosen, all = 0, most = 0;

	if (!experts)
		return cost;
	for (uint32_t id = 0; id < experts->count; id++) {
		uint64_t bytes = expert_bytes(experts, id);

		all += bytes;
		most = bytes > most ? bytes : most;
	}
	cost.products =
		3 * (double)chosen * (double)config->hidden * (double)config->expert_intermediate;
	cost.read_bytes = chosen < experts->count && chosen * most < all ? chosen * most : all;
	cost.memory_bytes = experts_memory_bytes(config, most, all, rows);
	return cost;
}

void forward_experts_keep(struct forward *forward)
{
	size_t bits = (size_t)forward->plan.config.layers * forward->plan.config.experts;

	if (forward->experts_used)
		memcpy(forward->experts_kept, forward->experts_used, bits / 8 + 1);
}

void forward_experts_forget(struct forward *forward)
{
	size_t bits = (size_t)forward->plan.config.layers * forward->plan.config.experts;

	if (forward->experts_used)
		memcpy(forward->experts_used, forward->experts_kept, bits / 8 + 1);
}

bool forward_expert_used(const struct forward *forward, uint32_t layer, uint32_t id)
{
	size_t bit = (size_t)layer * forward->plan.config.experts + id;

	return forward->experts_used[bit / 8] >> bit % 8 & 1;
}

struct forward_experts forward_experts(const struct forward *forward)
{
	const struct plan *plan = &forward->plan;
	struct forward_experts found = { 0 };

	for (uint32_t layer = 0; forward->experts_used && layer < plan->config.layers; layer++) {
		const struct bound_experts *experts = plan_layer_experts(plan, layer);

		for (uint32_t id = 0; experts && id < experts->count; id++) {
			found.count++;
			if (forward_expert_used(forward, layer, id))
				found.used++;
			else
				found.unread_bytes += expert_bytes(experts, id);
		}
	}
	return found;
}

uint32_t forward_layer_experts(const struct forward *forward, uint32_t layer)
{
	const struct bound_experts *experts = plan_layer_experts(&forward->plan, layer);

	return experts ? experts->count : 0;
}
