/* forward_run: one loop over the layers that streams their weights. */
#include "verify/forward_pass.h"

/* The state stands at a boundary: no NaN, no infinity, and the sink is told. */
static int boundary_reached(struct pass *pass, const struct forward_sink *sink, uint32_t index,
			    struct error *err)
{
	if (pass_state_check(pass, index, err))
		return -1;
	context_progress(pass->ctx, "forward pass", "layers", index, pass->plan->config.layers);
	if (!sink->boundary)
		return 0;
	if (pass_state_get(pass, err))
		return -1;
	return sink->boundary(sink->user, index, pass->host, pass->stage.slot[SLOT_STATE].rows,
			      err);
}

/* Layer l is computed while layer l + 1 is read. */
static int layers_run(struct pass *pass, const struct forward_sink *sink, struct error *err)
{
	uint32_t layers = pass->plan->config.layers;

	if (pass_layer_start(pass, 0, false, err))
		return -1;
	for (uint32_t layer = 0; layer < layers; layer++) {
		if (context_check_cancelled(pass->ctx, err))
			return -1;
		if (layer + 1 < layers && pass_layer_start(pass, layer + 1, true, err))
			return -1;
		if (pass_layer_run(pass, layer, err) ||
		    boundary_reached(pass, sink, layer + 1, err))
			return -1;
	}
	loader_release(&pass->loader[0]);
	loader_release(&pass->loader[1]);
	experts_release(&pass->experts);
	return 0;
}

static int pass_run(struct pass *pass, const struct forward_sink *sink, struct error *err)
{
	if (pass_embed(pass, err) || boundary_reached(pass, sink, 0, err) ||
	    layers_run(pass, sink, err))
		return -1;
	return pass->plan->head && sink->logits ? pass_head(pass, sink, err) : 0;
}

int forward_run(const struct context *ctx, struct forward *forward, struct backend *backend,
		const struct sequences *sequences, const struct forward_sink *sink,
		struct error *err)
{
	struct pass pass;
	int failed = pass_open(ctx, forward, backend, sequences, &pass, err) ||
		     pass_run(&pass, sink, err);

	pass_release(&pass);
	return failed ? -1 : 0;
}
