/* The evidence of the forward step: what was drawn, computed, compared, read and not reached. */
#include <stdio.h>

#include "verify/check/replay.h"

static int probes_set(struct json *evidence, const struct replay_list *list, struct error *err)
{
	struct json *probes, *item;

	if (json_set_array(evidence, "probes", &probes, err))
		return -1;
	for (size_t i = 0; i < list->count && i < EVIDENCE_PROBES_MAX; i++) {
		const struct replay_probe *probe = &list->probe[i];

		if (json_add_object(probes, &item, err) ||
		    json_set_size(item, "index", probe->index, err) ||
		    json_set_hex(item, "identity", &probe->identity, err) ||
		    json_set_size(item, "tokens", probe->tokens, err) ||
		    json_set_bool(item, "exact", probe->exact, err))
			return -1;
	}
	return 0;
}

static int names_set(struct json *coverage, const struct check_model *model, struct error *err)
{
	struct json *tensors, *files;

	if (json_set_array(coverage, "unreadTensors", &tensors, err) ||
	    json_set_array(coverage, "unreadFiles", &files, err))
		return -1;
	for (size_t i = 0; i < forward_unread_count(model->forward); i++)
		if (json_add_text(tensors, forward_unread_name(model->forward, i), err))
			return -1;
	for (size_t i = 0; i < weights_unread_count(model->weights); i++)
		if (json_add_text(files, weights_unread(model->weights, i), err))
			return -1;
	return 0;
}

static int coverage_set(struct json *evidence, const struct check_model *model,
			const struct replay_coverage *coverage, struct error *err)
{
	struct json *object;

	if (json_set_object(evidence, "coverage", &object, err) ||
	    json_set_size(object, "tokens", coverage->tokens, err) ||
	    json_set_size(object, "embeddingRows", coverage->embedding_rows, err) ||
	    json_set_size(object, "vocabulary", coverage->vocab, err) ||
	    json_set_size(object, "positions", coverage->positions, err) ||
	    json_set_size(object, "context", coverage->context, err) ||
	    json_set_size(object, "layersRun", coverage->layers_run, err) ||
	    json_set_size(object, "layers", coverage->layers, err) ||
	    json_set_bool(object, "windowReached", coverage->window_reached, err) ||
	    json_set_size(object, "flop", (uint64_t)coverage->flop, err))
		return -1;
	return names_set(object, model, err);
}

static const char *item_name(enum replay_item item)
{
	static const char *const name[] = { [REPLAY_BOUNDARY] = "boundary",
					    [REPLAY_HIDDEN] = "hidden",
					    [REPLAY_LOGITS] = "logits",
					    [REPLAY_TOP] = "top",
					    [REPLAY_NLL] = "nll" };

	return name[item];
}

/* The first difference, with both values, and the lowest boundary that differs in any probe. */
static int difference_set(struct json *evidence, const struct replay_report *report,
			  struct error *err)
{
	struct json *object;
	char where[REPLAY_TEXT_MAX];

	if (!report->differs)
		return 0;
	replay_difference_text(&report->first, where);
	if (json_set_object(evidence, "difference", &object, err) ||
	    json_set_size(object, "probe", report->first.probe, err) ||
	    json_set_text(object, "item", item_name(report->first.item), err) ||
	    json_set_size(object, "index", report->first.index, err) ||
	    json_set_text(object, "where", where, err) ||
	    json_set_text(object, "recorded", report->first.recorded, err) ||
	    json_set_text(object, "computed", report->first.computed, err))
		return -1;
	return report->boundary_differs
		       ? json_set_size(object, "firstBoundary", report->first_boundary, err)
		       : 0;
}

static int record_set(struct json *evidence, const struct record_choice *choice,
		      const struct check_model *model, struct error *err)
{
	if (json_set_digest(evidence, "record", &choice->best.identity, err) ||
	    json_set_digest(evidence, "recorder", &choice->best.key, err) ||
	    json_set_size(evidence, "recordIndex", choice->best.index, err) ||
	    json_set_text(evidence, "class", record_class_name(choice->class), err) ||
	    json_set_size(evidence, "otherRecords", choice->others, err) ||
	    json_set_size(evidence, "foreignLeftOut", choice->foreign, err) ||
	    json_set_text(evidence, "profile", EXACT_PROFILE, err))
		return -1;
	return json_set_text(evidence, "backend", backend_description(model->device.backend), err);
}

/* What checked reads met of the signed tensors, each piece once. */
static int read_set(struct json *evidence, const struct check_model *model, struct error *err)
{
	uint64_t total = 0;

	for (size_t i = 0; i < weights_count(model->weights); i++)
		total += weights_tensor(model->weights, i)->length;
	return json_set_size(evidence, "weightBytes", total, err) ||
			       (weights_are_checked(model->weights) &&
				json_set_size(evidence, "weightBytesRead",
					      weights_seen(model->weights).bytes, err))
		       ? -1
		       : 0;
}

int check_evidence_set(struct check *check, const struct record_choice *choice,
		       const struct check_model *model, const struct replay_report *report,
		       const struct replay_list *list, struct error *err)
{
	struct json *evidence;

	if (verdict_evidence(check->verdict, STEP_FORWARD, &evidence, err) ||
	    record_set(evidence, choice, model, err) ||
	    json_set_size(evidence, "probesRecorded", report->probes_recorded, err) ||
	    json_set_size(evidence, "probesRun", report->probes_run, err) ||
	    json_set_size(evidence, "probesExact", report->probes_exact, err) ||
	    json_set_size(evidence, "positionsCompared", report->positions_compared, err) ||
	    json_set_size(evidence, "boundariesCompared", report->boundaries_compared, err) ||
	    json_set_bool(evidence, "wholeProbes", report->whole, err) ||
	    json_set_bool(evidence, "seeded", report->seeded, err) ||
	    json_set_text(evidence, "seed", report->seed, err) || probes_set(evidence, list, err) ||
	    coverage_set(evidence, model, &report->coverage, err) || read_set(evidence, model, err))
		return -1;
	return difference_set(evidence, report, err);
}
