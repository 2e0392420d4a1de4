/* replay: compute a share of a record again and hold it against what was recorded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/draw.h"
#include "verify/record.h"
#include "verify/replay_compare.h"

int record_cost(const struct forward *forward, const struct probes *probes,
		const struct replay_request *request, struct forward_cost *out_cost,
		struct error *err)
{
	struct draw draw = { 0 };
	int failed;

	if (!probes->count)
		return error_set(err, ERROR_USAGE, "there is no probe to compute with");
	failed = draw_make(forward, probes, request, NULL, &draw, err);
	if (!failed)
		*out_cost = forward_estimate(forward, &draw.sequences);
	draw_release(&draw);
	return failed;
}

/* Is the record about these probes and a model of this shape? */
static int record_check(const struct forward *forward, const struct probes *probes,
			const struct outputs *recorded, struct error *err)
{
	const struct model_config *config = forward_config(forward);

	if (recorded->layers != config->layers || recorded->hidden != config->hidden ||
	    recorded->vocab != config->vocab || recorded->logits != forward_has_logits(forward))
		return error_set(err, ERROR_CORRUPT,
				 "the record is of a model with %u layers of hidden size %u and a "
				 "vocabulary of %u, and this one has %u, %u and %u",
				 recorded->layers, recorded->hidden, recorded->vocab,
				 config->layers, config->hidden, config->vocab);
	if (recorded->count != probes->count)
		return error_set(err, ERROR_CORRUPT,
				 "the record is of %zu probes, and there are %zu", recorded->count,
				 probes->count);
	for (size_t i = 0; i < probes->count; i++) {
		struct digest identity = probe_identity(&probes->probe[i]);

		if (!digest_equal(&identity, &recorded->probe[i].identity) ||
		    recorded->probe[i].tokens != probes->probe[i].count)
			return error_set(err, ERROR_CORRUPT,
					 "probe %zu is not the one that was recorded", i);
	}
	return 0;
}

static int replay_run(const struct context *ctx, struct forward *forward, struct backend *backend,
		      const struct outputs *recorded, struct draw *draw,
		      struct replay_report *report, struct replay_list *list, struct error *err)
{
	struct outputs computed = { 0 };
	int failed;

	if (outputs_compute(ctx, forward, backend, draw->share, draw->count, PASS_MEMORY_BYTES,
			    NULL, &computed, err))
		return -1;
	failed = share_compare(recorded, draw->index, &computed, NULL, report, list, err);
	draw_coverage(forward, draw, &report->coverage);
	outputs_release(&computed);
	return failed;
}

int recorded_open(const struct forward *forward, const struct probes *probes, struct span text,
		  const struct digest *root, struct outputs *out_outputs, struct error *err)
{
	struct outputs outputs = { 0 };
	struct digest found;
	int failed = 0;

	if (outputs_from_object(text, &outputs, err))
		return -1;
	found = outputs_root(&outputs);
	if (!digest_equal(&found, root))
		failed =
			error_set(err, ERROR_CORRUPT,
				  "the outputs object is not the one that the record's root names");
	if (failed || record_check(forward, probes, &outputs, err)) {
		outputs_release(&outputs);
		return -1;
	}
	*out_outputs = outputs;
	return 0;
}

int record_replay_listed(const struct context *ctx, struct forward *forward,
			 struct backend *backend, const struct probes *probes,
			 struct span outputs_text, const struct digest *root,
			 const struct replay_request *request, struct replay_report *out_report,
			 struct replay_list *out_list, struct error *err)
{
	bool draws = request->probes && request->probes < probes->count;
	struct replay_report report = { .seeded = draws && request->seed && !request->own,
					.whole = true };
	struct outputs recorded = { 0 };
	struct draw draw = { 0 };
	int failed;

	if (recorded_open(forward, probes, outputs_text, root, &recorded, err))
		return -1;
	report.probes_recorded = recorded.count;
	failed = (draws && draw_seed(ctx, request->seed, report.seed, sizeof(report.seed), err)) ||
		 draw_make(forward, probes, request, report.seed, &draw, err) ||
		 replay_run(ctx, forward, backend, &recorded, &draw, &report, out_list, err);
	draw_release(&draw);
	outputs_release(&recorded);
	if (failed)
		return -1;
	*out_report = report;
	return 0;
}

int record_replay(const struct context *ctx, struct forward *forward, struct backend *backend,
		  const struct probes *probes, struct span outputs_text, const struct digest *root,
		  const struct replay_request *request, struct replay_report *out_report,
		  struct error *err)
{
	return record_replay_listed(ctx, forward, backend, probes, outputs_text, root, request,
				    out_report, NULL, err);
}
