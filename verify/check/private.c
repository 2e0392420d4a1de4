/* The forward step over records of private probes: what is opened is computed, the rest is counted.
 */
#include "verify/check/private.h"

#include <stdlib.h>
#include <string.h>

#include "verify/check/replay.h"
#include "verify/outputs.h"
#include "verify/private_probes.h"

/* One record under judgement. */
struct judged {
	struct record_choice choice; /* that one, for what is said of its class; owned */
	size_t count;                /* its probes */
	struct private_opened opened;
};

static void judged_release(struct judged *judged)
{
	record_choice_release(&judged->choice);
	private_opened_release(&judged->opened);
}

/* What the checks of all of them share. */
struct judging {
	struct check_model *model;
	struct json *list;     /* evidence; borrowed */
	bool exact;            /* something exact was compared already */
	bool *met;             /* of each of request->opening: it opened a probe; owned */
	size_t opened, closed; /* probes */
};

bool record_is_private(const struct statement *statement)
{
	return json_is_yes(json_member(json_member(statement->predicate, "probes"), "private"));
}

static int visit_record(struct check *check, const struct believed *believed, void *arg,
			struct error *err)
{
	(void)check;
	return record_is_private(&believed->statement)
		       ? digest_list_add(arg, &believed->identity, err)
		       : 0;
}

int private_records_find(struct check *check, struct digest_list *out_records, struct error *err)
{
	size_t unknown;

	return check->has_checkpoint ? check_each_about(check, STATEMENT_record, STEP_FORWARD,
							visit_record, out_records, &unknown, err)
				     : 0;
}

static void judging_release(struct judging *judging)
{
	free(judging->met);
}

/* Which of the openings that were given open something of this record? */
static void openings_meet(const struct check_request *request, const struct outputs *hidden,
			  bool *met)
{
	for (size_t i = 0; i < hidden->count; i++) {
		const struct opening *opening = opening_find(
			request->opening, request->opening_count, &hidden->commitment[i]);

		if (opening)
			met[opening - request->opening] = true;
	}
}

/* Read what the record shows by the digest that was signed, and open what can be opened. */
static int record_open(struct check *check, struct judging *judging, struct judged *judged,
		       struct error *err)
{
	const struct json *predicate = judged->choice.best.statement.predicate;
	const struct check_request *request = check->request;
	CLEANUP(outputs_release) struct outputs hidden = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	struct digest digest, root, found;
	const char *profile;

	buffer_init(&text, OUTPUTS_MAX_BYTES);
	if (json_need_string(predicate, "profile", &profile, err))
		return -1;
	if (strcmp(profile, EXACT_PROFILE) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "it is of profile '%s', and this version computes '%s'", profile,
				 EXACT_PROFILE);
	if (json_need_digest(predicate, "outputs", &digest, err) ||
	    json_need_hex(predicate, "root", &root, err) ||
	    withheld_read(check->trust, check->evidence, &digest, &text, err) ||
	    outputs_from_private_object(buffer_view(&text), &hidden, err))
		return -1;
	found = outputs_root(&hidden);
	if (!digest_equal(&found, &root))
		return error_set(err, ERROR_CORRUPT,
				 "the outputs do not have the root that was signed");
	judged->count = hidden.count;
	openings_meet(request, &hidden, judging->met);
	return private_probes_open(&hidden, request->opening, request->opening_count,
				   &judged->opened, err);
}

static int evidence_add(const struct judging *judging, const struct judged *judged,
			const struct replay_report *report, struct error *err)
{
	const struct believed *record = &judged->choice.best;
	struct json *one;

	if (json_add_object(judging->list, &one, err) ||
	    json_set_digest(one, "record", &record->identity, err) ||
	    json_set_digest(one, "recorder", &record->key, err) ||
	    json_set_size(one, "recordIndex", record->index, err) ||
	    json_set_text(one, "class", record_class_name(judged->choice.class), err) ||
	    json_set_size(one, "probesRecorded", judged->count, err) ||
	    json_set_size(one, "probesOpened", judged->opened.probes.count, err))
		return -1;
	return report ? json_set_size(one, "probesExact", report->probes_exact, err) ||
				json_set_size(one, "positionsCompared", report->positions_compared,
					      err)
		      : 0;
}

/* None of it is opened: how many there are, by whom. */
static int say_closed(struct check *check, const struct judging *judging,
		      const struct judged *judged, struct error *err)
{
	char key[DIGEST_SHORT_SIZE];

	digest_shorten(&judged->choice.best.key, key);
	return evidence_add(judging, judged, NULL, err) ||
			       verdict_detail(
				       check->verdict, STEP_FORWARD, err,
				       "%zu private probes, recorded by key %s (entry %llu): "
				       "not possible without what opens them (--opening "
				       "FILE)",
				       judged->count, key,
				       (unsigned long long)judged->choice.best.index)
		       ? -1
		       : 0;
}

static int say_difference(struct check *check, const struct judging *judging,
			  const struct judged *judged, const struct replay_report *report,
			  struct error *err)
{
	char where[REPLAY_TEXT_MAX];

	replay_difference_text(&report->first, where);
	if (check_model_difference_say(check, judging->model, STEP_FORWARD, report->seed, err) ||
	    verdict_detail(check->verdict, STEP_FORWARD, err, "recorded %s, computed %s",
			   report->first.recorded, report->first.computed))
		return -1;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
			   "%zu of %zu opened private probes exact; probe %zu differs at %s",
			   report->probes_exact, report->probes_run,
			   judged->opened.place[report->first.probe], where);
}

static int say_opened(struct check *check, struct judging *judging, const struct judged *judged,
		      const struct replay_report *report, struct error *err)
{
	if (evidence_add(judging, judged, report, err))
		return -1;
	if (report->differs)
		return say_difference(check, judging, judged, report, err);
	if (record_class_say(check, &judged->choice, err))
		return -1;
	if (judging->exact)
		return verdict_detail(check->verdict, STEP_FORWARD, err,
				      "%zu of %zu private probes opened: exact, bit for bit (%zu "
				      "positions, every layer boundary)",
				      report->probes_exact, judged->count,
				      report->positions_compared);
	if (check_coverage_say(check, judging->model, &report->coverage, err))
		return -1;
	judging->exact = true;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_HOLDS, err,
			   "%zu of %zu private probes opened: exact, bit for bit (%zu positions, "
			   "every layer boundary)",
			   report->probes_exact, judged->count, report->positions_compared);
}

/* Compute what was opened, every probe whole. */
static int opened_check(struct check *check, struct judging *judging, struct judged *judged,
			struct error *err)
{
	struct check_record record = { .probes = judged->opened.probes,
				       .outputs = judged->opened.outputs,
				       .root = judged->opened.root }; /* borrowed */
	CLEANUP(replay_list_release) struct replay_list list = { 0 };
	struct replay_request request = REPLAY_ALL;
	struct replay_report report;
	struct error cause = { 0 };

	if (check_replay_announce(check, judging->model, &record, &request, err))
		return -1;
	if (check_replay_run(check, judging->model, &record, &request, &report, &list, &cause))
		return check_model_blame(check, judging->model, "the private probes", NULL, &cause,
					 err);
	return say_opened(check, judging, judged, &report, err);
}

static int check_one(struct check *check, struct judging *judging, const struct digest *identity,
		     struct error *err)
{
	CLEANUP(judged_release) struct judged judged = { .count = 0 };
	struct error cause = { 0 };

	private_opened_init(&judged.opened);
	if (believe_statement(check->trust, check->evidence, identity, NULL, &judged.choice.best,
			      err))
		return -1;
	judged.choice.found = true;
	judged.choice.class = record_class_of(check, &judged.choice.best);
	if (record_open(check, judging, &judged, &cause))
		return check_blame(check, STEP_FORWARD, "a record of private probes", true, &cause,
				   err);
	judging->opened += judged.opened.probes.count;
	judging->closed += judged.count - judged.opened.probes.count;
	return judged.opened.probes.count ? opened_check(check, judging, &judged, err)
					  : say_closed(check, judging, &judged, err);
}

/* An opening of a probe that opens none here is about something else. */
static int check_given(struct check *check, const struct judging *judging, struct error *err)
{
	const struct check_request *request = check->request;
	size_t given = 0, strange = 0;

	for (size_t i = 0; i < request->opening_count; i++) {
		given += opening_is_probe(&request->opening[i]);
		strange += opening_is_probe(&request->opening[i]) && !judging->met[i];
	}
	if (!strange)
		return 0;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
			   "%zu of %zu openings of probes open nothing that was recorded of these "
			   "weights",
			   strange, given);
}

int check_private(struct check *check, struct check_model *model, const struct digest_list *records,
		  bool exact, bool *out_opened, struct error *err)
{
	CLEANUP(judging_release) struct judging judging = { .model = model, .exact = exact };
	struct json *evidence;

	*out_opened = false;
	judging.met = calloc(check->request->opening_count + 1, sizeof(*judging.met));
	if (!judging.met)
		return error_set(err, ERROR_SYSTEM, "out of memory for openings");
	if (records->count && (verdict_evidence(check->verdict, STEP_FORWARD, &evidence, err) ||
			       json_set_array(evidence, "private", &judging.list, err)))
		return -1;
	for (size_t i = 0; i < records->count; i++)
		if (check_one(check, &judging, &records->item[i], err))
			return -1;
	*out_opened = judging.opened > 0;
	if (judging.closed && !judging.exact && !judging.opened &&
	    verdict_set(check->verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, err,
			"%zu private probes are recorded, and nothing that opens them was given",
			judging.closed))
		return -1;
	return check_given(check, &judging, err);
}

int check_private_left_out(struct check *check, const struct digest_list *records,
			   struct error *err)
{
	return records->count ? verdict_detail(check->verdict, STEP_FORWARD, err,
					       "not computed: %zu record%s of private probes",
					       records->count, records->count == 1 ? "" : "s")
			      : 0;
}
