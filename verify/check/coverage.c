/* What a pass exercised, and what it did not: found by the byte digests only. */
#include <inttypes.h>
#include <stdio.h>

#include "verify/check/replay.h"

int check_coverage_say(struct check *check, const struct check_model *model,
		       const struct replay_coverage *coverage, struct error *err)
{
	size_t unread = weights_unread_count(model->weights);
	char layers[32] = "all ";

	if (coverage->layers_run < coverage->layers)
		snprintf(layers, sizeof(layers), "%" PRIu32 " of ", coverage->layers_run);

	if (verdict_detail(check->verdict, STEP_FORWARD, err,
			   "exercised: %" PRIu32 " of %" PRIu32
			   " embedding rows, positions 0 to %zu "
			   "of %" PRIu32 ", %s%" PRIu32 " layers",
			   coverage->embedding_rows, coverage->vocab,
			   coverage->positions ? coverage->positions - 1 : 0, coverage->context,
			   layers, coverage->layers))
		return -1;
	if (!coverage->window_reached &&
	    verdict_detail(check->verdict, STEP_FORWARD, err,
			   "not exercised: the sliding window, which is longer than every probe"))
		return -1;
	if (check_experts_say(check, model->forward, err))
		return -1;
	for (size_t i = 0; i < forward_unread_count(model->forward); i++)
		if (verdict_detail(check->verdict, STEP_FORWARD, err, "not exercised: tensor %s",
				   forward_unread_name(model->forward, i)))
			return -1;
	for (size_t i = 0; i < unread; i++)
		if (verdict_detail(check->verdict, STEP_FORWARD, err, "not exercised: file %s",
				   weights_unread(model->weights, i)))
			return -1;
	return 0;
}
