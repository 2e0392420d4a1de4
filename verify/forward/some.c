/* forward_some: some layers of a model, each on its own, from states that were recorded. */
#include "verify/forward/pass.h"

/* What such a pass knows. */
struct some {
	struct pass pass;
	const bool *wanted;
	const struct forward_states *states;
	const struct forward_sink *sink;
	uint32_t done, total; /* layers */
};

static int state_take(struct some *some, uint32_t boundary, struct error *err)
{
	struct pass *pass = &some->pass;

	return some->states->state(some->states->user, boundary, pass->host,
				   sequences_rows(pass->sequences), err) ||
			       pass_state_set(pass, err) || pass_state_check(pass, boundary, err)
		       ? -1
		       : 0;
}

/* The state stands at a boundary that was computed. */
static int boundary_tell(struct some *some, uint32_t boundary, struct error *err)
{
	struct pass *pass = &some->pass;

	if (pass_state_check(pass, boundary, err) || pass_state_get(pass, err))
		return -1;
	return some->sink->boundary(some->sink->user, boundary, pass->host,
				    sequences_rows(pass->sequences), err);
}

static int layer_alone(struct some *some, uint32_t layer, struct error *err)
{
	struct pass *pass = &some->pass;

	if (context_check_cancelled(pass->ctx, err) || pass_layer_start(pass, layer, false, err) ||
	    state_take(some, layer, err) || pass_layer_run(pass, layer, LAYER_NONE, err) ||
	    boundary_tell(some, layer + 1, err))
		return -1;
	context_progress(pass->ctx, "spot check", "layers", ++some->done, some->total);
	return 0;
}

/* An encoder ends at its last boundary; else the head is run from it. */
static int last_alone(struct some *some, struct error *err)
{
	uint32_t layers = some->pass.plan->config.layers;

	if (state_take(some, layers, err))
		return -1;
	return some->pass.plan->head ? pass_head(&some->pass, some->sink, err)
				     : boundary_tell(some, layers, err);
}

static int some_run(struct some *some, struct error *err)
{
	const struct plan *plan = some->pass.plan;

	for (uint32_t layer = 0; layer < plan->config.layers; layer++)
		some->total += some->wanted[layer];
	if (pass_embed(&some->pass, err) || boundary_tell(some, 0, err) ||
	    (!plan->head && last_alone(some, err)))
		return -1;
	for (uint32_t layer = 0; layer < plan->config.layers; layer++)
		if (some->wanted[layer] && layer_alone(some, layer, err))
			return -1;
	return plan->head ? last_alone(some, err) : 0;
}

int forward_run_some(const struct context *ctx, struct forward *forward, struct backend *backend,
		     const struct sequences *sequences, const bool *wanted,
		     const struct forward_states *states, const struct forward_sink *sink,
		     struct error *err)
{
	struct some some = { .wanted = wanted, .states = states, .sink = sink };
	int failed = pass_open(ctx, forward, backend, sequences, &some.pass, err) ||
		     some_run(&some, err);

	pass_release(&some.pass);
	return failed ? -1 : 0;
}
