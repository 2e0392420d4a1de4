/* Compute a record again, and say what that shows. */
#include "verify/check/dispute.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "verify/draw.h"

void check_record_init(struct check_record *record)
{
	*record = (struct check_record){ 0 };
	buffer_init(&record->outputs, OUTPUTS_MAX_BYTES);
}

void check_record_release(struct check_record *record)
{
	buffer_release(&record->outputs);
	probes_release(&record->probes);
}

int check_record_open(struct check *check, const struct believed *believed,
		      struct check_record *record, struct error *err)
{
	const struct json *predicate = believed->statement.predicate, *probes;
	CLEANUP(buffer_release) struct buffer text;
	struct digest probes_digest, outputs_digest;
	const char *profile;

	buffer_init(&text, PROBES_MAX_BYTES);
	if (json_need_string(predicate, "profile", &profile, err) ||
	    json_need_object(predicate, "probes", &probes, err) ||
	    json_need_digest(probes, "object", &probes_digest, err) ||
	    json_need_digest(predicate, "outputs", &outputs_digest, err) ||
	    json_need_hex(predicate, "root", &record->root, err))
		return -1;
	if (strcmp(profile, EXACT_PROFILE) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "the record is of profile '%s', and this version computes '%s'",
				 profile, EXACT_PROFILE);
	if (withheld_read(check->trust, check->evidence, &probes_digest, &text, err) ||
	    probes_from_object(buffer_view(&text), &record->probes, err) ||
	    withheld_read(check->trust, check->evidence, &outputs_digest, &record->outputs, err))
		return -1;
	return 0;
}

struct replay_request replay_request_of(const struct check_request *request)
{
	struct replay_request replay = REPLAY_QUICK;

	if (request->forward == FORWARD_STANDARD)
		replay = REPLAY_STANDARD;
	else if (request->forward == FORWARD_ALL)
		replay = REPLAY_ALL;
	replay.seed = request->seed;
	return replay;
}

void replay_doubt_text(const struct replay_report *report, char out_text[REPLAY_DOUBT_MAX])
{
	char where[REPLAY_TEXT_MAX];

	replay_difference_text(&report->first, where);
	snprintf(out_text, REPLAY_DOUBT_MAX, "probe %zu, %s", report->first.probe, where);
}

static int say_replay(struct check *check, const struct record_choice *choice,
		      const struct check_model *model, const struct replay_report *report,
		      const struct replay_list *list, struct error *err)
{
	char where[REPLAY_TEXT_MAX];

	if (check_evidence_set(check, choice, model, report, list, err))
		return -1;
	if (report->differs) {
		replay_difference_text(&report->first, where);
		if (check_model_difference_say(check, model, STEP_FORWARD, report->seed, err))
			return -1;
		if (report->boundary_differs &&
		    verdict_detail(check->verdict, STEP_FORWARD, err,
				   "the first boundary that differs is %" PRIu32
				   ": everything before that layer agrees",
				   report->first_boundary))
			return -1;
		if (verdict_detail(check->verdict, STEP_FORWARD, err, "recorded %s, computed %s",
				   report->first.recorded, report->first.computed))
			return -1;
		return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
				   "%zu of %zu probes exact; probe %zu differs at %s",
				   report->probes_exact, report->probes_run, report->first.probe,
				   where);
	}
	if (check_coverage_say(check, model, &report->coverage, err) ||
	    record_class_say(check, choice, err))
		return -1;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_HOLDS, err,
			   "%zu of %zu probes exact, bit for bit (%zu positions%s%s)",
			   report->probes_exact, report->probes_run, report->positions_compared,
			   report->whole ? ", every layer boundary" : "",
			   report->seeded ? ", repeated with a stated seed" : "");
}

int check_replay_announce(struct check *check, const struct check_model *model,
			  const struct check_record *record, const struct replay_request *request,
			  struct error *err)
{
	char text[FORWARD_COST_TEXT_MAX];
	struct forward_cost cost;

	if (record_cost(model->forward, &record->probes, request, &cost, err))
		return -1;
	forward_cost_place(&cost, model->device.backend);
	forward_cost_text(&cost, text);
	context_notice(check->ctx, "forward pass: %s", text);
	return 0;
}

int check_replay_run(struct check *check, struct check_model *model,
		     const struct check_record *record, const struct replay_request *request,
		     struct replay_report *report, struct replay_list *list, struct error *cause)
{
	char doubt[REPLAY_DOUBT_MAX];
	int failed;

	check_model_begin(model);
	do {
		replay_list_release(list);
		failed = record_replay_listed(check->ctx, model->forward, model->device.backend,
					      &record->probes, buffer_view(&record->outputs),
					      &record->root, request, report, list, cause) ||
			 weights_unchanged(model->weights, cause);
		if (!failed && report->differs)
			replay_doubt_text(report, doubt);
	} while (
		check_model_again(model, failed, !failed && report->differs ? doubt : NULL, cause));
	return failed;
}

int check_replay(struct check *check, const struct record_choice *choice, struct check_model *model,
		 struct check_record *record, struct error *err)
{
	struct replay_request request =
		check->request->dispute ? REPLAY_ALL : replay_request_of(check->request);
	CLEANUP(replay_list_release) struct replay_list list = { 0 };
	struct replay_report report;
	struct error cause = { 0 };
	char seed[DRAW_SEED_SIZE];

	if (check_replay_announce(check, model, record, &request, err) ||
	    draw_settle(check->ctx, record->probes.count, &request, seed, err))
		return -1;
	if (check_replay_run(check, model, record, &request, &report, &list, &cause))
		return check_model_blame(check, model, "the forward pass", seed, &cause, err);
	if (say_replay(check, choice, model, &report, &list, err))
		return -1;
	return check->request->dispute ? check_dispute(check, choice, model, record, &report, err)
				       : 0;
}
