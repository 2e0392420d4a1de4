/* A spot check: some layers by the verifier's own draw, from the record's boundary activations. */
#include "verify/check/spot.h"

#include <inttypes.h>

#include "verify/check/activations.h"

/* ---- Before it starts ---- */

/* Files of drawn layers that are not here: the step is not possible, and *out_ready stays false. */
static int drawn_here(struct check *check, const struct check_model *model,
		      const struct spot_draw *draw, bool *out_ready, struct error *err)
{
	CLEANUP(buffer_release) struct buffer names;
	struct error cause = { 0 };
	size_t count;

	buffer_init(&names, 1u << 20);
	if (spot_missing(model->forward, model->weights, draw, &names, &count, err))
		return -1;
	*out_ready = !count;
	if (!count)
		return 0;
	if (verdict_detail(check->verdict, STEP_FORWARD, err,
			   "fetch %.*s, then draw the same layers with --seed %s", (int)names.len,
			   (const char *)names.data, draw->seed))
		return -1;
	error_set(&cause, ERROR_ABSENT, "%zu file%s of the %" PRIu32 " drawn layers not here",
		  count, count == 1 ? " is" : "s are", draw->sampled);
	return check_model_not_possible(check, "the spot check", &cause, err);
}

static int announce_cost(struct check *check, const struct check_model *model,
			 const struct check_record *record, const struct spot_draw *draw,
			 uint64_t states_bytes, struct error *err)
{
	char text[FORWARD_COST_TEXT_MAX];
	struct forward_cost cost;

	if (spot_cost(model->forward, &record->probes, draw, &cost, err))
		return -1;
	forward_cost_place(&cost, model->device.backend);
	forward_cost_text(&cost, text);
	context_notice(check->ctx,
		       "spot check of %" PRIu32 " of %" PRIu32
		       " layers, with %.3g MB of recorded activations: %s",
		       draw->sampled, draw->layers, (double)states_bytes / 1e6, text);
	return 0;
}

/* ---- Afterwards ---- */

/* "0, 3, 17": the layers that were drawn. */
static int layers_text(const struct spot_draw *draw, struct buffer *out, struct error *err)
{
	for (uint32_t layer = 0; layer < draw->layers; layer++)
		if (draw->wanted[layer] &&
		    buffer_printf(out, err, "%s%" PRIu32, out->len ? ", " : "", layer))
			return -1;
	return 0;
}

/* How many bad layers chances are told for. */
static const uint32_t bad_layers[] = { 1, 2, 3, SPOT_BAD_MAX };
#define BAD_COUNT (sizeof(bad_layers) / sizeof(bad_layers[0]))

static int say_chances(struct check *check, const struct spot_draw *draw, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	char chance[SPOT_CHANCE_SIZE];

	buffer_init(&text, 4096);
	for (size_t i = 0; i < BAD_COUNT && bad_layers[i] <= draw->layers; i++) {
		spot_chance(draw->layers, draw->sampled, bad_layers[i], chance);
		if (buffer_printf(
			    &text, err, i ? ", %" PRIu32 " with %s" : "%" PRIu32 " bad layer%s",
			    bad_layers[i], i ? chance : " would have been caught with chance ") ||
		    (!i && buffer_add_text(&text, chance, err)))
			return -1;
	}
	return verdict_detail(
		check->verdict, STEP_FORWARD, err,
		"%.*s, if they change a probe's activations; edits inert on the probes "
		"are never caught by outputs",
		(int)text.len, (const char *)text.data);
}

static int say_draw(struct check *check, const struct spot_draw *draw, struct error *err)
{
	CLEANUP(buffer_release) struct buffer layers;

	buffer_init(&layers, 65536);
	if (layers_text(draw, &layers, err) ||
	    verdict_detail(check->verdict, STEP_FORWARD, err,
			   "sampled %" PRIu32 " of %" PRIu32 " layers: %.*s", draw->sampled,
			   draw->layers, (int)layers.len, (const char *)layers.data))
		return -1;
	if (draw->seeded)
		return verdict_detail(check->verdict, STEP_FORWARD, err,
				      "repeated: the layers were drawn by the stated seed '%s', so "
				      "this counts for nothing new",
				      draw->seed);
	return verdict_detail(check->verdict, STEP_FORWARD, err,
			      "drawn by this machine's own chance: seed %s", draw->seed);
}

static int layers_set(struct json *spot, const struct spot_draw *draw,
		      const struct spot_report *report, struct error *err)
{
	struct json *layers, *item;

	if (json_set_array(spot, "layers", &layers, err))
		return -1;
	for (uint32_t layer = 0; layer < draw->layers; layer++) {
		size_t exact = report->layer_exact[layer];

		if (draw->wanted[layer] &&
		    (json_add_object(layers, &item, err) ||
		     json_set_size(item, "layer", layer, err) ||
		     json_set_size(item, "probesExact", exact, err) ||
		     json_set_bool(item, "holds", exact == report->replay.probes_run, err)))
			return -1;
	}
	return 0;
}

static int chances_set(struct json *spot, const struct spot_draw *draw, struct error *err)
{
	struct json *chances, *item;

	if (json_set_array(spot, "chances", &chances, err))
		return -1;
	for (size_t i = 0; i < BAD_COUNT && bad_layers[i] <= draw->layers; i++) {
		char chance[SPOT_CHANCE_SIZE];

		spot_chance(draw->layers, draw->sampled, bad_layers[i], chance);
		if (json_add_object(chances, &item, err) ||
		    json_set_size(item, "badLayers", bad_layers[i], err) ||
		    json_set_text(item, "caught", chance, err))
			return -1;
	}
	return 0;
}

static int spot_set(struct check *check, const struct spot_draw *draw,
		    const struct spot_report *report, struct error *err)
{
	struct json *evidence, *spot;

	if (verdict_evidence(check->verdict, STEP_FORWARD, &evidence, err) ||
	    json_set_object(evidence, "spot", &spot, err) ||
	    json_set_size(spot, "sampled", draw->sampled, err) ||
	    json_set_size(spot, "of", draw->layers, err) ||
	    json_set_bool(spot, "repeated", draw->seeded, err) ||
	    json_set_size(spot, "embeddingExact", report->embedding_exact, err) ||
	    json_set_size(spot, "headExact", report->head_exact, err) ||
	    layers_set(spot, draw, report, err))
		return -1;
	return chances_set(spot, draw, err);
}

/* Each part that fails, by name. */
static int say_failures(struct check *check, const struct spot_draw *draw,
			const struct spot_report *report, struct error *err)
{
	size_t run = report->replay.probes_run;

	if (report->embedding_exact < run &&
	    verdict_detail(check->verdict, STEP_FORWARD, err,
			   "the embedding fails: %zu of %zu probes exact", report->embedding_exact,
			   run))
		return -1;
	for (uint32_t layer = 0; layer < draw->layers; layer++)
		if (draw->wanted[layer] && report->layer_exact[layer] < run &&
		    verdict_detail(check->verdict, STEP_FORWARD, err,
				   "layer %" PRIu32 " fails: %zu of %zu probes exact", layer,
				   report->layer_exact[layer], run))
			return -1;
	if (report->head_exact < run &&
	    verdict_detail(check->verdict, STEP_FORWARD, err,
			   "the head fails: %zu of %zu probes exact", report->head_exact, run))
		return -1;
	return verdict_detail(check->verdict, STEP_FORWARD, err, "recorded %s, computed %s",
			      report->replay.first.recorded, report->replay.first.computed);
}

static int say_spot(struct check *check, const struct record_choice *choice,
		    const struct check_model *model, const struct spot_draw *draw,
		    const struct spot_report *report, struct error *err)
{
	const struct replay_report *replay = &report->replay;
	char where[REPLAY_TEXT_MAX];

	if (check_evidence_set(check, choice, model, replay, &report->list, err) ||
	    spot_set(check, draw, report, err) || say_draw(check, draw, err))
		return -1;
	if (replay->differs) {
		replay_difference_text(&replay->first, where);
		if (check_model_difference_say(check, model, STEP_FORWARD, draw->seed, err) ||
		    say_failures(check, draw, report, err))
			return -1;
		return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
				   "spot check of %" PRIu32 " of %" PRIu32
				   " layers: %zu of %zu probes "
				   "exact; probe %zu differs at %s",
				   draw->sampled, draw->layers, replay->probes_exact,
				   replay->probes_run, replay->first.probe, where);
	}
	if (say_chances(check, draw, err) ||
	    check_coverage_say(check, model, &replay->coverage, err) ||
	    record_class_say(check, choice, err))
		return -1;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_HOLDS, err,
			   "spot check: sampled %" PRIu32 " of %" PRIu32
			   " layers, embedding and head; %zu of %zu probes exact, bit for bit%s",
			   draw->sampled, draw->layers, replay->probes_exact, replay->probes_run,
			   draw->seeded ? ", repeated with a stated seed" : "");
}

static int spot_run(struct check *check, const struct record_choice *choice,
		    struct check_model *model, struct check_record *record,
		    const struct activations *activations, const struct boundary_source *states,
		    struct spot_draw *draw, struct error *err)
{
	CLEANUP(spot_report_release) struct spot_report report = { 0 };
	char doubt[REPLAY_DOUBT_MAX];
	struct error cause = { 0 };
	int failed;

	if (announce_cost(check, model, record, draw,
			  ((uint64_t)draw->sampled + 1) *
				  boundaries_object_bytes(&activations->list),
			  err))
		return -1;
	check_model_begin(model);
	do {
		spot_report_release(&report);
		failed = record_spot(check->ctx, model->forward, model->device.backend,
				     &record->probes, buffer_view(&record->outputs), &record->root,
				     states, draw, &report, &cause) ||
			 weights_unchanged(model->weights, &cause);
		if (!failed && report.replay.differs)
			replay_doubt_text(&report.replay, doubt);
	} while (check_model_again(model, failed, !failed && report.replay.differs ? doubt : NULL,
				   &cause));
	if (failed)
		return cause.code == ERROR_ABSENT
			       ? check_model_not_possible(check, "the spot check", &cause, err)
			       : check_model_blame(check, model, "the spot check", draw->seed,
						   &cause, err);
	return say_spot(check, choice, model, draw, &report, err);
}

int check_spot(struct check *check, const struct record_choice *choice, struct check_model *model,
	       struct check_record *record, struct error *err)
{
	CLEANUP(activations_release) struct activations activations = { 0 };
	CLEANUP(spot_draw_release) struct spot_draw draw = { 0 };
	struct boundary_source states;
	struct error cause = { 0 };
	bool ready;

	if (!record_has_boundaries(&choice->best)) {
		error_set(&cause, ERROR_ABSENT,
			  "the record was made without boundary activations; whoever keeps the "
			  "weights makes them with 'akashi record NAME@VERSION --boundaries'");
		return check_model_not_possible(check, "a spot check", &cause, err);
	}
	if (activations_open(check, &choice->best, model, &record->probes, &activations, &states,
			     &cause))
		return cause.code == ERROR_ABSENT
			       ? check_model_not_possible(check, "the boundary activations", &cause,
							  err)
			       : check_blame(check, STEP_FORWARD, "the boundary activations", true,
					     &cause, err);
	if (spot_draw_make(check->ctx, model->forward, &check->request->spot, check->request->seed,
			   &draw, err) ||
	    drawn_here(check, model, &draw, &ready, err))
		return -1;
	return ready ? spot_run(check, choice, model, record, &activations, &states, &draw, err)
		     : 0;
}
