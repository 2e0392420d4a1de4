/* record: compute outputs and write them down. */
#include "verify/record.h"

#include <stdlib.h>

#include "verify/outputs_compute.h"

int record_make_kept(const struct context *ctx, struct forward *forward, struct backend *backend,
		     const struct probes *probes, const struct boundary_sink *keep,
		     struct buffer *out, struct digest *out_root, struct error *err)
{
	const struct model_config *config = forward_config(forward);
	struct outputs outputs = { 0 };
	struct probe_share *share;
	int failed;

	if (!probes->count)
		return error_set(err, ERROR_USAGE, "there is no probe to record");
	if (probes_check(probes, config->vocab, config->context, err))
		return -1;
	share = calloc(probes->count, sizeof(*share));
	if (!share)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu probes", probes->count);
	for (size_t i = 0; i < probes->count; i++)
		share[i] = (struct probe_share){ &probes->probe[i], probes->probe[i].count };
	failed = outputs_compute(ctx, forward, backend, share, probes->count, PASS_MEMORY_BYTES,
				 keep, &outputs, err);
	free(share);
	if (failed)
		return -1;
	failed = outputs_to_object(&outputs, out, err);
	if (!failed)
		*out_root = outputs_root(&outputs);
	outputs_release(&outputs);
	return failed;
}

int record_make(const struct context *ctx, struct forward *forward, struct backend *backend,
		const struct probes *probes, struct buffer *out, struct digest *out_root,
		struct error *err)
{
	return record_make_kept(ctx, forward, backend, probes, NULL, out, out_root, err);
}
