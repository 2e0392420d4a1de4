/* Which lineage is asked for. */
#include "cli/lineage_wish.h"

#include <stdio.h>

int lineage_wish_read(const struct call *call, struct lineage_wish *out_wish, struct error *err)
{
	uint64_t depth;

	*out_wish = (struct lineage_wish){ .ancestors = call_has(call, "ancestors"),
					   .descendants = call_has(call, "descendants") };
	if (call_number(call, "depth", 0, &depth, err))
		return -1;
	if (depth > UINT32_MAX || (call_has(call, "depth") && !depth))
		return error_set(err, ERROR_USAGE, "--depth is a number of steps from 1 on");
	out_wish->depth = (uint32_t)depth;
	return 0;
}

int lineage_wish_walk(const struct call *call, struct registry *registry,
		      const struct lineage_wish *wish, struct lineage *out_lineage,
		      struct error *err)
{
	struct digest identity;
	struct name name;

	return argument_resolve(registry, call->operand[0], &name, &identity, err) ||
			       registry_lineage(registry, &identity, 1, wish, out_lineage, err)
		       ? -1
		       : 0;
}

void lineage_cycles_tell(const struct call *call, const struct lineage *lineage)
{
	for (size_t i = 0; i < lineage->cycle_count; i++) {
		const struct lineage_cycle *cycle = &lineage->cycle[i];
		const char *first = lineage->node[cycle->node[0]].name;
		const char *last = lineage->node[cycle->node[cycle->count - 1]].name;

		if (cycle->count == 1)
			context_notice(call->ctx, "%s says that it was made from itself", first);
		else
			context_notice(
				call->ctx,
				"a cycle of %zu statements, from %s to %s, says that each was "
				"made from another of them: they cannot all be true",
				cycle->count, first, last);
	}
	if (lineage->knots > lineage->cycle_count)
		context_notice(call->ctx, "%zu more cycles are not named",
			       lineage->knots - lineage->cycle_count);
}
