/* forward_run: one loop over the layers that streams their weights. */
#include "verify/forward/pass.h"

/* The sink is told of a boundary whose state is on the host. */
static int boundary_tell(struct pass *pass, const struct forward_sink *sink, uint32_t index,
			 struct error *err)
{
	return sink->boundary ? sink->boundary(sink->user, index, pass->host,
					       sequences_rows(pass->sequences), err)
			      : 0;
}

/* The state stands at a boundary: no NaN, no infinity; it is brought to the host. */
static int boundary_reached(struct pass *pass, const struct forward_sink *sink, uint32_t index,
			    struct error *err)
{
	if (pass_state_check(pass, index, err))
		return -1;
	context_progress(pass->ctx, "forward pass", "layers", index, pass->plan->config.layers);
	return sink->boundary ? pass_state_get(pass, err) : 0;
}

/*
 * Layer l is computed while layer l + 1 is read. A device computes beside the host: there the
 * sink hears of boundary l while it computes layer l.
 */
static int layers_run(struct pass *pass, const struct forward_sink *sink, struct error *err)
{
	uint32_t layers = pass->plan->config.layers;
	bool beside = pass_is_staged(pass);

	if (pass_layer_start(pass, 0, false, err))
		return -1;
	for (uint32_t layer = 0; layer < layers; layer++) {
		if (context_check_cancelled(pass->ctx, err))
			return -1;
		if (pass_layer_run(pass, layer, layer + 1 < layers ? layer + 1 : LAYER_NONE, err) ||
		    (beside && boundary_tell(pass, sink, layer, err)) ||
		    boundary_reached(pass, sink, layer + 1, err) ||
		    (!beside && boundary_tell(pass, sink, layer + 1, err)))
			return -1;
	}
	return beside ? boundary_tell(pass, sink, layers, err) : 0;
}

static int pass_run(struct pass *pass, const struct forward_sink *sink, struct error *err)
{
	if (pass_embed(pass, err) || boundary_reached(pass, sink, 0, err) ||
	    (!pass_is_staged(pass) && boundary_tell(pass, sink, 0, err)) ||
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
