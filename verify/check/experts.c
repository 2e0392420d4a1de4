/* Which experts a computation had no use for: their bytes were not read, and not checked by it. */
#include <inttypes.h>

#include "verify/check/replay.h"

#define LAYERS_SHOWN 8 /* to people; machines get all */

/* "0, 3 to 7": the experts of one layer that were not used. */
static int unused_text(const struct forward *forward, uint32_t layer, struct buffer *out,
		       struct error *err)
{
	uint32_t count = forward_layer_experts(forward, layer), id = 0;

	for (; id < count; id++) {
		uint32_t first = id;

		while (id < count && !forward_expert_used(forward, layer, id))
			id++;
		if (id - first > 2 && buffer_printf(out, err, "%s%" PRIu32 " to %" PRIu32,
						    out->len ? ", " : "", first, id - 1))
			return -1;
		for (; id - first <= 2 && first < id; first++)
			if (buffer_printf(out, err, "%s%" PRIu32, out->len ? ", " : "", first))
				return -1;
	}
	return 0;
}

/* One line for each of the first layers that have some. */
static int unused_say(struct check *check, const struct forward *forward, struct error *err)
{
	uint32_t layers = forward_config(forward)->layers, shown = 0, more = 0;

	for (uint32_t layer = 0; layer < layers; layer++) {
		CLEANUP(buffer_release) struct buffer text;

		buffer_init(&text, 1u << 16);
		if (unused_text(forward, layer, &text, err))
			return -1;
		if (text.len && shown == LAYERS_SHOWN)
			more++;
		else if (text.len && ++shown &&
			 verdict_detail(check->verdict, STEP_FORWARD, err,
					"not exercised: of layer %" PRIu32 " the experts %.*s",
					layer, (int)text.len, (const char *)text.data))
			return -1;
	}
	return more ? verdict_detail(check->verdict, STEP_FORWARD, err,
				     "not exercised: experts of %" PRIu32
				     " more layers (--json lists them)",
				     more)
		    : 0;
}

static int unused_evidence(struct check *check, const struct forward *forward,
			   const struct forward_experts *experts, struct error *err)
{
	struct json *evidence, *object, *list;

	if (verdict_evidence(check->verdict, STEP_FORWARD, &evidence, err) ||
	    json_set_object(evidence, "experts", &object, err) ||
	    json_set_size(object, "count", experts->count, err) ||
	    json_set_size(object, "used", experts->used, err) ||
	    json_set_size(object, "bytesNotRead", experts->unread_bytes, err) ||
	    json_set_array(object, "notUsed", &list, err))
		return -1;
	for (uint32_t layer = 0; layer < forward_config(forward)->layers; layer++) {
		struct json *entry = NULL, *ids = NULL;

		for (uint32_t id = 0; id < forward_layer_experts(forward, layer); id++) {
			if (forward_expert_used(forward, layer, id))
				continue;
			if (!entry && (json_add_object(list, &entry, err) ||
				       json_set_size(entry, "layer", layer, err) ||
				       json_set_array(entry, "experts", &ids, err)))
				return -1;
			if (json_add_integer(ids, id, err))
				return -1;
		}
	}
	return 0;
}

int check_experts_say(struct check *check, const struct forward *forward, struct error *err)
{
	struct forward_experts experts = forward_experts(forward);

	if (!experts.count)
		return 0;
	if (verdict_detail(check->verdict, STEP_FORWARD, err,
			   "exercised: %zu of %zu experts, counted layer by layer (%" PRIu64
			   " bytes of the others were not read by the pass)",
			   experts.used, experts.count, experts.unread_bytes) ||
	    unused_evidence(check, forward, &experts, err))
		return -1;
	return unused_say(check, forward, err);
}
