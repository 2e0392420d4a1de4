/* The forward step: find the record that is worth most and let it be computed again. */
#include "verify/check/foreign.h"
#include "verify/check/model.h"
#include "verify/check/private.h"
#include "verify/check/replay.h"
#include "verify/check/spot.h"

static int forward_without_record(struct check *check, size_t unknown, struct error *err)
{
	CLEANUP(check_model_release) struct check_model model = { 0 };
	struct error cause = { 0 };
	bool ready;

	if (check_model_open(check, &model, &ready, err) || !ready)
		return err->code ? -1 : 0;
	error_set(&cause, ERROR_ABSENT,
		  unknown ? "a forward pass is possible, and its only records are by unknown keys"
			  : "a forward pass is possible, and no outputs were recorded");
	/* The policy asks for a record that is not there: a release cannot ask for less. */
	if (check->has_checkpoint && check->record_required)
		return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
				   "the policy asks for a record of outputs, and there is none");
	return check_model_not_possible(check, "recorded outputs", &cause, err);
}

static int spot_without_record(struct check *check, struct error *err)
{
	struct error cause = { 0 };

	error_set(&cause, ERROR_ABSENT,
		  "only other frameworks' outputs, or private probes, were recorded");
	return check_model_not_possible(check, "a spot check", &cause, err);
}

static int forward_step(struct check *check, struct check_model *model, struct error *err)
{
	CLEANUP(record_choice_release) struct record_choice choice = { 0 };
	CLEANUP(check_record_release) struct check_record record;
	CLEANUP(digest_list_release) struct digest_list foreign = { 0 }, private = { 0 };
	struct error cause = { 0 };
	size_t unknown = 0;
	bool ready, opened;

	check_record_init(&record);
	if ((check->request->forward == FORWARD_NONE && !forward_is_named(check->request)) ||
	    check->verdict->step[STEP_FORWARD].status == STEP_FAILS)
		return 0;
	if (check->report && check->verdict->step[STEP_BYTES].status == STEP_FAILS &&
	    !check->report->weights_hold && !check->report->missing && !check->report->withheld)
		return verdict_set(check->verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, err,
				   "not run: these are not the weights that were signed");
	if (record_choose(check, &choice, &unknown, err) ||
	    foreign_records_find(check, &foreign, err) ||
	    private_records_find(check, &private, err))
		return -1;
	if (!choice.found && !foreign.count && !private.count)
		return forward_without_record(check, unknown, err);
	if (check_model_open(check, model, &ready, err) || !ready)
		return err->code ? -1 : 0;
	if (choice.found && check_record_open(check, &choice.best, &record, &cause))
		return check_blame(check, STEP_FORWARD, "the record", true, &cause, err);
	choice.foreign = spot_is_asked(&check->request->spot) ? foreign.count : 0;
	if (spot_is_asked(&check->request->spot) && check_private_left_out(check, &private, err))
		return -1;
	if (spot_is_asked(&check->request->spot))
		return choice.found ? check_spot(check, &choice, model, &record, err)
				    : spot_without_record(check, err);
	if ((choice.found && check_replay(check, &choice, model, &record, err)) ||
	    check_private(check, model, &private, choice.found, &opened, err))
		return -1;
	return check_foreign(check, model, &foreign, choice.found || opened, err);
}

int check_forward(struct check *check, struct error *err)
{
	CLEANUP(check_model_release) struct check_model model = { 0 };

	if (forward_step(check, &model, err) ||
	    check_model_device_say(check, &model, STEP_FORWARD, err))
		return -1;
	return spot_is_asked(&check->request->spot) ? check_spot_bytes(check, model.weights, err)
						    : 0;
}
