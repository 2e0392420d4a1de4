/* forward_units: cut layers where they are too large for a device. */
#include "verify/forward/units.h"

#include "verify/experts.h"

/* What one operation adds to a set. */
static size_t operation_bytes(const struct load_set *set, const struct bound *bound)
{
	struct load_set more = *set;

	load_set_add_bound(&more, bound, 1);
	return more.size_bytes - set->size_bytes;
}

size_t unit_take(const struct bound *bound, size_t count, size_t limit_bytes, struct load_set *set)
{
	size_t taken = 0;

	while (taken < count) {
		size_t bytes = operation_bytes(set, &bound[taken]);

		if (taken && bytes &&
		    (set->size_bytes > limit_bytes || bytes > limit_bytes - set->size_bytes))
			break;
		load_set_add_bound(set, &bound[taken++], 1);
	}
	return taken;
}

size_t units_largest(const struct plan *plan, const bool *wanted, size_t limit_bytes)
{
	size_t largest = 0;

	for (uint32_t layer = 0; layer < plan->config.layers; layer++) {
		const struct bound *bound = plan_layer(plan, layer);

		for (size_t first = 0; (!wanted || wanted[layer]) && first < plan->layer_count;) {
			struct load_set set = { 0 };

			first += unit_take(bound + first, plan->layer_count - first, limit_bytes,
					   &set);
			largest = set.size_bytes > largest ? set.size_bytes : largest;
		}
	}
	return largest;
}

uint64_t units_room(const struct plan *plan, uint64_t left_bytes)
{
	uint64_t windows = 0;

	for (uint32_t layer = 0; layer < plan->config.layers; layer++) {
		const struct bound_experts *experts = plan_layer_experts(plan, layer);
		uint64_t all = 0, most = EXPERTS_WINDOW_BYTES;

		for (uint32_t id = 0; experts && id < experts->count; id++) {
			uint64_t bytes = expert_bytes(experts, id);

			all += bytes;
			most = bytes > most ? bytes : most;
		}
		all = all < 2 * most ? all : 2 * most;
		windows = all > windows ? all : windows;
	}
	left_bytes -= left_bytes / 16;
	return left_bytes > windows ? left_bytes - windows : 0;
}

size_t units_limit(const struct plan *plan, uint64_t room_bytes)
{
	size_t whole = units_largest(plan, NULL, SIZE_MAX);

	if (whole <= room_bytes / 2)
		return whole;
	return units_largest(plan, NULL, (size_t)(room_bytes / 2));
}
