/* A disagreement, narrowed down to layer, step, tensor, row and element. */
#include "verify/check/dispute.h"

#include <inttypes.h>
#include <stdio.h>

#include "verify/check/activations.h"
#include "verify/dispute.h"
#include "verify/outputs.h"

/* A narrowing under way. */
struct narrowing {
	struct check *check;
	struct check_model *model;
	struct dispute dispute;
	struct transcript theirs;
	bool against;
	struct transcript_difference difference; /* against: from the other party */
	bool opens;                              /* one element of ours is opened: */
	size_t step, row, element;
};

static void narrowing_release(struct narrowing *n)
{
	dispute_release(&n->dispute);
	transcript_release(&n->theirs);
}

static int say(struct narrowing *n, struct error *err, const char *text)
{
	return verdict_detail(n->check->verdict, STEP_FORWARD, err, "dispute: %s", text);
}

/* Which layer and probe; *out_found stays false, with a line that says why, where there is none. */
static int place_find(struct narrowing *n, const struct replay_report *report,
		      struct dispute_place *place, bool *out_found, struct error *err)
{
	*out_found = true;
	if (n->against) {
		*place = (struct dispute_place){ n->theirs.layer, n->theirs.probe, true,
						 n->theirs.opened };
		return 0;
	}
	*place = (struct dispute_place){ 0 };
	*out_found = report->boundary_differs && report->first_boundary;
	if (*out_found) {
		place->layer = report->first_boundary - 1;
		place->probe = report->first_boundary_probe;
		return 0;
	}
	if (!report->differs)
		return say(n, err, "there is none: record and computation agree everywhere");
	return say(n, err,
		   report->boundary_differs
			   ? "it lies in the embedding, before every layer"
			   : "it lies in the final norm or the head: every layer boundary agrees");
}

/* What both transcripts, or the record and ours, leave as the one place to open. */
static int target_choose(struct narrowing *n, struct error *err)
{
	const struct dispute *dispute = &n->dispute;

	if (!n->against) {
		n->opens = dispute->differs;
		n->step = dispute_last_linear(dispute);
		n->row = dispute->row;
		n->element = dispute->element;
		return 0;
	}
	if (transcript_compare(&dispute->transcript, &n->theirs, &n->difference, err))
		return error_prefix(err, "--against");
	n->opens = n->difference.opened;
	n->step = n->difference.step;
	n->row = n->difference.row;
	n->element = n->difference.element;
	if (n->difference.differs)
		dispute_open_row(&n->dispute, n->row);
	return 0;
}

/* What a device says of a dispute is its own word. */
static int say_device(struct narrowing *n, struct error *err)
{
	return device_is_cpu(&n->model->device)
		       ? 0
		       : verdict_detail(n->check->verdict, STEP_FORWARD, err,
					"dispute: narrowed by the results of %s, which the CPU did "
					"not repeat (--device cpu)",
					backend_description(n->model->device.backend));
}

static int say_record(struct narrowing *n, struct error *err)
{
	const struct dispute *dispute = &n->dispute;
	const struct transcript *transcript = &dispute->transcript;

	if (!dispute->differs)
		return verdict_detail(n->check->verdict, STEP_FORWARD, err,
				      "dispute: layer %" PRIu32
				      " makes of the recorded state of probe "
				      "%zu what was recorded",
				      transcript->layer, transcript->probe);
	return verdict_detail(n->check->verdict, STEP_FORWARD, err,
			      "dispute: layer %" PRIu32
			      ", probe %zu, token %zu, element %zu: recorded %08x, "
			      "computed %08x from the recorded state before the layer",
			      transcript->layer, transcript->probe, dispute->row, dispute->element,
			      float_bits(dispute->recorded), float_bits(dispute->computed));
}

static int say_difference(struct narrowing *n, struct error *err)
{
	const struct transcript_difference *difference = &n->difference;
	const struct transcript_step *step;

	if (!n->against)
		return say(n, err,
			   "exchange transcripts (--transcript, then --against) to find the step");
	if (!difference->differs)
		return say(n, err, "both transcripts agree in every step of the layer");
	step = &n->dispute.transcript.step[difference->step];
	if (!difference->opened)
		return verdict_detail(n->check->verdict, STEP_FORWARD, err,
				      "dispute: the sides part at step %zu (%s%s%s), row %zu; once "
				      "both have opened that row, the element follows",
				      difference->step, step->operation, step->tensor[0] ? " " : "",
				      step->tensor, difference->row);
	return verdict_detail(n->check->verdict, STEP_FORWARD, err,
			      "dispute: the sides part at step %zu (%s%s%s), row %zu, element %zu: "
			      "they have %08x, this is %08x",
			      difference->step, step->operation, step->tensor[0] ? " " : "",
			      step->tensor, difference->row, difference->element,
			      float_bits(difference->theirs), float_bits(difference->mine));
}

static int bits_set(struct json *object, const char *key, float number, struct error *err)
{
	char text[9];

	snprintf(text, sizeof(text), "%08x", float_bits(number));
	return json_set_text(object, key, text, err);
}

static int recorded_set(struct json *object, const struct dispute *dispute, struct error *err)
{
	struct json *recorded;

	if (!dispute->differs)
		return 0;
	return json_set_object(object, "recorded", &recorded, err) ||
			       json_set_size(recorded, "row", dispute->row, err) ||
			       json_set_size(recorded, "element", dispute->element, err) ||
			       bits_set(recorded, "recorded", dispute->recorded, err) ||
			       bits_set(recorded, "computed", dispute->computed, err)
		       ? -1
		       : 0;
}

static int difference_set(struct json *object, const struct narrowing *n, struct error *err)
{
	const struct transcript_difference *difference = &n->difference;
	struct json *parts;

	if (!n->against)
		return 0;
	if (json_set_bool(object, "transcriptsDiffer", difference->differs, err))
		return -1;
	if (!difference->differs)
		return 0;
	if (json_set_object(object, "parts", &parts, err) ||
	    json_set_size(parts, "step", difference->step, err) ||
	    json_set_size(parts, "row", difference->row, err))
		return -1;
	if (!difference->opened)
		return 0;
	return json_set_size(parts, "element", difference->element, err) ||
			       bits_set(parts, "theirs", difference->theirs, err) ||
			       bits_set(parts, "mine", difference->mine, err)
		       ? -1
		       : 0;
}

static int evidence_set(struct narrowing *n, struct error *err)
{
	CLEANUP(json_free) struct json *transcript = NULL, *opened = NULL;
	const struct transcript *mine = &n->dispute.transcript;
	struct json *evidence, *object;

	if (verdict_evidence(n->check->verdict, STEP_FORWARD, &evidence, err) ||
	    json_set_object(evidence, "dispute", &object, err) ||
	    json_set_size(object, "layer", mine->layer, err) ||
	    json_set_size(object, "probe", mine->probe, err) ||
	    json_set_text(object, "backend", backend_description(n->model->device.backend), err) ||
	    recorded_set(object, &n->dispute, err) || difference_set(object, n, err) ||
	    transcript_to_json(mine, &transcript, err) ||
	    json_set_take(object, "transcript", &transcript, err))
		return -1;
	if (!n->opens)
		return 0;
	return dispute_open(n->check->ctx, n->model->weights, &n->dispute, n->step, n->row,
			    n->element, &opened, err) ||
			       json_set_take(object, "opened", &opened, err)
		       ? -1
		       : 0;
}

static int narrow(struct narrowing *n, const struct record_choice *choice,
		  const struct check_record *record, const struct dispute_place *place,
		  struct error *err)
{
	CLEANUP(activations_release) struct activations activations = { 0 };
	char doubted[BACKEND_DESCRIPTION_MAX];
	struct boundary_source states;
	struct error cause = { 0 };
	int failed;

	if (!record_has_boundaries(&choice->best))
		return verdict_detail(n->check->verdict, STEP_FORWARD, err,
				      "dispute: layer %" PRIu32
				      ", probe %zu; the record keeps no boundary "
				      "activations, so it is not narrowed further",
				      place->layer, place->probe);
	failed = activations_open(n->check, &choice->best, n->model, &record->probes, &activations,
				  &states, &cause);
	/* One layer of one probe costs little; so unless somebody insisted on a device, none is
	 * asked who is right. */
	(void)device_doubt(&n->model->device, doubted);
	if (!failed)
		failed = dispute_run(n->check->ctx, n->model->forward, n->model->device.backend,
				     &record->probes, buffer_view(&record->outputs), &record->root,
				     &states, place, &n->dispute, &cause);
	if (failed)
		return cause.code == ERROR_ABSENT || cause.code == ERROR_CORRUPT
			       ? say(n, err, cause.text)
			       : error_set(err, cause.code, "%s", cause.text);
	return target_choose(n, err) || evidence_set(n, err) || say_device(n, err) ||
			       say_record(n, err) || say_difference(n, err)
		       ? -1
		       : 0;
}

int check_dispute(struct check *check, const struct record_choice *choice,
		  struct check_model *model, const struct check_record *record,
		  const struct replay_report *report, struct error *err)
{
	CLEANUP(narrowing_release)
	struct narrowing n = { .check = check,
			       .model = model,
			       .against = check->request->against.len > 0 };
	struct dispute_place place;
	bool found;

	if (n.against && transcript_from_text(check->request->against, &n.theirs, err))
		return error_prefix(err, "--against");
	if (place_find(&n, report, &place, &found, err))
		return -1;
	return found ? narrow(&n, choice, record, &place, err) : 0;
}
