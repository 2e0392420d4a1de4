/* spot: some layers of a record, each from its recorded state. */
#include "verify/spot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/forward/inner.h"
#include "verify/replay_compare.h"
#include "verify/weights.h"

#define SPOT_DOMAIN "akashi/spot/1"

int spot_parse(const char *text, struct spot_request *out_request, struct error *err)
{
	unsigned long number;
	char *end;

	number = text[0] >= '1' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
	if (number && number <= CONFIG_LAYERS_MAX && !*end)
		*out_request = (struct spot_request){ .layers = (uint32_t)number };
	else if (number && number <= 100 && strcmp(end, "%") == 0)
		*out_request = (struct spot_request){ .percent = (uint32_t)number };
	else
		return error_set(err, ERROR_USAGE,
				 "'%s' is neither a number of layers (4) nor a whole percentage "
				 "from 1%% to 100%% (25%%)",
				 text);
	return 0;
}

void spot_draw_release(struct spot_draw *draw)
{
	free(draw->wanted);
	*draw = (struct spot_draw){ 0 };
}

/* A percentage is rounded up: some layer is always drawn. */
static uint32_t layers_asked(const struct spot_request *request, uint32_t layers)
{
	uint64_t count = request->layers ? request->layers
					 : ((uint64_t)layers * request->percent + 99) / 100;

	return count < layers ? (uint32_t)count : layers;
}

int spot_draw_make(const struct context *ctx, const struct forward *forward,
		   const struct spot_request *request, const char *seed, struct spot_draw *draw,
		   struct error *err)
{
	size_t *index;

	*draw = (struct spot_draw){ .layers = forward_config(forward)->layers, .seeded = seed };
	draw->sampled = layers_asked(request, draw->layers);
	draw->wanted = calloc(draw->layers, sizeof(*draw->wanted));
	index = calloc(draw->layers, sizeof(*index));
	if (!draw->wanted || !index) {
		free(index);
		return error_set(err, ERROR_SYSTEM, "no memory for %u layers", draw->layers);
	}
	if (draw_seed(ctx, seed, draw->seed, sizeof(draw->seed), err)) {
		free(index);
		return -1;
	}
	for (size_t i = 0; i < draw->layers; i++)
		index[i] = i;
	draw_indices(SPOT_DOMAIN, draw->seed, index, draw->layers, draw->sampled);
	for (size_t i = 0; i < draw->sampled; i++)
		draw->wanted[index[i]] = true;
	free(index);
	return 0;
}

int spot_cost(const struct forward *forward, const struct probes *probes,
	      const struct spot_draw *draw, struct forward_cost *out_cost, struct error *err)
{
	struct draw share = { 0 };
	int failed = draw_make(forward, probes, &REPLAY_ALL, NULL, &share, err);

	if (!failed)
		*out_cost = forward_estimate_some(forward, &share.sequences, draw->wanted);
	draw_release(&share);
	return failed;
}

/* ---- What is not here ---- */

/* Files that were named already. */
struct naming {
	const struct weights *weights;
	const char *named[64];
	size_t count; /* also those that found no place in `named` */
	struct buffer *out;
};

static int tensor_need(struct naming *naming, const struct tensor *tensor, struct error *err)
{
	const char *file;

	if (!tensor || weights_here(naming->weights, tensor))
		return 0;
	file = weights_file_of(naming->weights, tensor);
	for (size_t i = 0; i < naming->count; i++)
		if (naming->named[i] == file)
			return 0;
	if (naming->count == sizeof(naming->named) / sizeof(naming->named[0]))
		return 0;
	naming->named[naming->count++] = file;
	return buffer_printf(naming->out, err, "%s%s", naming->count > 1 ? ", " : "", file);
}

static int bound_need(struct naming *naming, const struct bound *bound, size_t count,
		      struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (tensor_need(naming, bound[i].weight, err) ||
		    tensor_need(naming, bound[i].bias, err))
			return -1;
	return 0;
}

int spot_missing(const struct forward *forward, const struct weights *weights,
		 const struct spot_draw *draw, struct buffer *out, size_t *out_count,
		 struct error *err)
{
	struct naming naming = { .weights = weights, .out = out };
	const struct plan *plan = &forward->plan;

	if (bound_need(&naming, plan->embed, plan->embed_count, err) ||
	    bound_need(&naming, plan->after_layers, plan->after_layers_count, err) ||
	    tensor_need(&naming, plan->head, err))
		return -1;
	for (uint32_t layer = 0; layer < draw->layers; layer++)
		if (draw->wanted[layer] &&
		    bound_need(&naming, plan_layer(plan, layer), plan->layer_count, err))
			return -1;
	*out_count = naming.count;
	return 0;
}

/* ---- Computing ---- */

void spot_report_release(struct spot_report *report)
{
	free(report->layer_exact);
	replay_list_release(&report->list);
	*report = (struct spot_report){ 0 };
}

static bool head_equal(const struct outputs *recorded, const struct probe_outputs *a,
		       const struct probe_outputs *b)
{
	size_t tops = recorded->logits ? a->tokens * sizeof(*a->top) : 0;

	return !memcmp(a->position, b->position, a->tokens * sizeof(*a->position)) &&
	       (!tops || !memcmp(a->top, b->top, tops)) && float_bits(a->nll) == float_bits(b->nll);
}

/* Hold one probe against its record, part by part. */
static void probe_judge(const struct outputs *recorded, size_t index,
			const struct probe_outputs *computed, const struct spot_draw *draw,
			struct spot_report *report)
{
	const struct probe_outputs *probe = &recorded->probe[index];

	report->embedding_exact += digest_equal(&probe->boundary[0], &computed->boundary[0]);
	report->head_exact += head_equal(recorded, probe, computed);
	for (uint32_t layer = 0; layer < draw->layers; layer++)
		report->layer_exact[layer] +=
			draw->wanted[layer] &&
			digest_equal(&probe->boundary[layer + 1], &computed->boundary[layer + 1]);
}

static int spot_run(const struct context *ctx, struct forward *forward, struct backend *backend,
		    const struct outputs *recorded, const struct boundary_source *states,
		    const struct spot_draw *draw, struct draw *share, struct spot_report *report,
		    struct error *err)
{
	struct outputs_jump jump = { draw->wanted, recorded, states };
	bool *boundary = calloc((size_t)draw->layers + 1, sizeof(*boundary));
	struct outputs computed = { 0 };
	int failed;

	report->layer_exact = calloc(draw->layers, sizeof(*report->layer_exact));
	if (!boundary || !report->layer_exact ||
	    outputs_compute_some(ctx, forward, backend, share->share, share->count,
				 PASS_MEMORY_BYTES, &jump, &computed, err)) {
		free(boundary);
		return err->code ? -1 : error_set(err, ERROR_SYSTEM, "no memory for a spot check");
	}
	boundary[0] = true;
	for (uint32_t layer = 0; layer < draw->layers; layer++)
		boundary[layer + 1] = draw->wanted[layer];
	for (size_t i = 0; i < share->count; i++)
		probe_judge(recorded, i, &computed.probe[i], draw, report);
	failed = share_compare(recorded, share->index, &computed, boundary, &report->replay,
			       &report->list, err);
	outputs_release(&computed);
	free(boundary);
	return failed;
}

int record_spot(const struct context *ctx, struct forward *forward, struct backend *backend,
		const struct probes *probes, struct span outputs, const struct digest *root,
		const struct boundary_source *states, const struct spot_draw *draw,
		struct spot_report *out_report, struct error *err)
{
	struct spot_report report = { .replay = { .seeded = draw->seeded, .whole = true } };
	struct outputs recorded = { 0 };
	struct draw share = { 0 };
	int failed;

	memcpy(report.replay.seed, draw->seed, sizeof(draw->seed));
	if (recorded_open(forward, probes, outputs, root, &recorded, err))
		return -1;
	failed = draw_make(forward, probes, &REPLAY_ALL, NULL, &share, err) ||
		 spot_run(ctx, forward, backend, &recorded, states, draw, &share, &report, err);
	if (!failed) {
		struct forward_cost cost =
			forward_estimate_some(forward, &share.sequences, draw->wanted);

		report.replay.probes_recorded = recorded.count;
		draw_coverage(forward, &share, &report.replay.coverage);
		report.replay.coverage.layers_run = draw->sampled;
		report.replay.coverage.read_bytes = cost.read_bytes;
		report.replay.coverage.flop = cost.flop;
		*out_report = report;
	} else {
		spot_report_release(&report);
	}
	draw_release(&share);
	outputs_release(&recorded);
	return failed ? -1 : 0;
}

void spot_chance(uint32_t layers, uint32_t sampled, uint32_t bad, char out_text[SPOT_CHANCE_SIZE])
{
	/* C(L-m, k) / C(L, k) = (L-k)(L-k-1)...(L-k-m+1) / L(L-1)...(L-m+1): below 2^55 for m = 5.
	 */
	uint64_t missed = 1, all = 1, millionths;

	for (uint32_t i = 0; i < bad; i++) {
		missed *= layers - sampled > i ? layers - sampled - i : 0;
		all *= layers - i;
	}
	millionths = (uint64_t)((unsigned __int128)(all - missed) * 1000000u / all);
	snprintf(out_text, SPOT_CHANCE_SIZE, "%llu.%06llu",
		 (unsigned long long)(millionths / 1000000),
		 (unsigned long long)(millionths % 1000000));
}
