/* check_foreign: outputs of other frameworks, within a tolerance or beyond it. */
#include "verify/check/foreign.h"

#include <stdio.h>
#include <string.h>

#include "verify/check/class.h"
#include "verify/check/replay.h"
#include "verify/draw.h"
#include "verify/foreign.h"

#define FOREIGN_WROTE_MAX 320

/* One foreign record under judgement. What is here is owned. */
struct judged {
	struct believed record;
	struct foreign foreign;
	struct foreign_report report;
	char wrote[FOREIGN_WROTE_MAX]; /* "'vLLM 0.9.1' in bf16": theirs is quoted */
};

static void judged_release(struct judged *judged)
{
	foreign_release(&judged->foreign);
	believed_release(&judged->record);
}

bool record_is_foreign(const struct statement *statement)
{
	return json_member(statement->predicate, "foreign") != NULL;
}

static int visit_record(struct check *check, const struct believed *believed, void *arg,
			struct error *err)
{
	(void)check;
	return record_is_foreign(&believed->statement)
		       ? digest_list_add(arg, &believed->identity, err)
		       : 0;
}

int foreign_records_find(struct check *check, struct digest_list *out_records, struct error *err)
{
	size_t unknown;

	return check->has_checkpoint ? check_each_about(check, STATEMENT_record, STEP_FORWARD,
							visit_record, out_records, &unknown, err)
				     : 0;
}

/* Read the file by the digest that was signed; it says the same of itself as the statement does. */
static int file_open(struct check *check, struct judged *judged, struct error *err)
{
	const struct json *predicate = judged->record.statement.predicate, *said;
	CLEANUP(buffer_release) struct buffer text;
	struct digest digest;
	const char *framework, *version, *dtype;

	buffer_init(&text, FOREIGN_MAX_BYTES);
	if (json_need_object(predicate, "foreign", &said, err) ||
	    json_need_string(said, "framework", &framework, err) ||
	    json_need_string(said, "version", &version, err) ||
	    json_need_string(said, "dtype", &dtype, err) ||
	    json_need_digest(predicate, "outputs", &digest, err) ||
	    withheld_read(check->trust, check->evidence, &digest, &text, err) ||
	    foreign_read(buffer_view(&text), &judged->foreign, err))
		return -1;
	if (strcmp(framework, judged->foreign.framework) != 0 ||
	    strcmp(version, judged->foreign.version) != 0 ||
	    strcmp(dtype, foreign_dtype_name(judged->foreign.dtype)) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the file says that it is by %s %s in %s, and the statement says "
				 "%.64s %.64s in %.8s",
				 judged->foreign.framework, judged->foreign.version,
				 foreign_dtype_name(judged->foreign.dtype), framework, version,
				 dtype);
	snprintf(judged->wrote, sizeof(judged->wrote), "'%s %s' in %s", framework, version, dtype);
	return 0;
}

static int numbers_set(struct json *one, const struct judged *judged, struct error *err)
{
	const struct foreign_report *report = &judged->report;

	return json_set_size(one, "probesRecorded", report->probes_recorded, err) ||
			       json_set_size(one, "probesRun", report->probes_run, err) ||
			       json_set_size(one, "positionsCompared", report->positions_compared,
					     err) ||
			       json_set_size(one, "valuesCompared", report->values_compared, err) ||
			       json_set_decimal(one, "largestDifference", report->largest, err) ||
			       json_set_decimal(one, "meanDifference", report->mean, err) ||
			       json_set_decimal(one, "meanUnits", report->mean_units, err) ||
			       json_set_decimal(one, "meanUnitsAllowed", report->tolerance.mean,
						err) ||
			       json_set_decimal(one, "worstAllowed", report->worst.allowed, err) ||
			       json_set_decimal(one, "divergence", report->divergence, err) ||
			       json_set_decimal(one, "divergenceMost", report->divergence_most,
						err) ||
			       json_set_size(one, "likeliestAgree", report->top_agree, err) ||
			       json_set_size(one, "likeliestCompared", report->top_compared, err) ||
			       json_set_bool(one, "meanOnly", report->tolerance.mean_only, err) ||
			       json_set_bool(one, "seeded", report->seeded, err) ||
			       json_set_text(one, "seed", report->seed, err) ||
			       json_set_bool(one, "within",
					     !report->value_beyond && !report->mean_beyond &&
						     !report->obscured,
					     err) ||
			       json_set_bool(one, "obscured", report->obscured, err)
		       ? -1
		       : 0;
}

static int evidence_add(struct json *list, const struct judged *judged, struct error *err)
{
	const struct foreign *foreign = &judged->foreign;
	struct json *one;

	if (json_add_object(list, &one, err) ||
	    json_set_digest(one, "record", &judged->record.identity, err) ||
	    json_set_digest(one, "recorder", &judged->record.key, err) ||
	    json_set_size(one, "recordIndex", judged->record.index, err) ||
	    json_set_text(one, "framework", foreign->framework, err) ||
	    json_set_text(one, "version", foreign->version, err) ||
	    json_set_text(one, "dtype", foreign_dtype_name(foreign->dtype), err) ||
	    (foreign->device && json_set_text(one, "device", foreign->device, err)))
		return -1;
	return numbers_set(one, judged, err);
}

/* What it shows: who recorded it, and how near it is. */
static int say_details(struct check *check, const struct judged *judged, struct error *err)
{
	static const char *const who[] = {
		[RECORD_OTHER] = "another key, not before a release",
		[RECORD_SELF] = "the publisher's own key",
		[RECORD_TRAINING_TIME] = "another key, before the release",
	};
	const struct foreign_report *report = &judged->report;
	char key[DIGEST_SHORT_SIZE];

	digest_shorten(&judged->record.key, key);
	if (verdict_detail(check->verdict, STEP_FORWARD, err,
			   "class foreign: outputs that %s wrote, recorded by key %s (%s; entry "
			   "%llu); not exact, and only as good as its tolerance",
			   judged->wrote, key, who[record_class_of(check, &judged->record)],
			   (unsigned long long)judged->record.index))
		return -1;
	return verdict_detail(
		check->verdict, STEP_FORWARD, err,
		"%s: log-probabilities differ by at most %.2g and %.2g on average "
		"(nats); likeliest token equal at %zu of %zu positions; KL divergence "
		"%.2g",
		judged->wrote, report->largest, report->mean, report->top_agree,
		report->top_compared, report->divergence);
}

/* Does it speak against the weights, or say nothing of them? */
static bool is_doubtful(const struct foreign_report *report)
{
	return report->value_beyond || report->mean_beyond || report->obscured;
}

static int say_result(struct check *check, const struct check_model *model,
		      const struct judged *judged, bool decides, struct error *err)
{
	const struct foreign_report *report = &judged->report;
	char where[FOREIGN_WHERE_MAX];

	if (is_doubtful(report) &&
	    check_model_difference_say(check, model, STEP_FORWARD, report->seed, err))
		return -1;

	if (report->value_beyond || report->mean_beyond) {
		foreign_where_text(&judged->foreign, report, where);
		return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
				   "beyond the tolerance of the outputs that %s wrote: %s",
				   judged->wrote, where);
	}
	if (report->obscured) {
		foreign_where_text(&judged->foreign, report, where);
		if (verdict_undecided(check->verdict, err, "the outputs that %s wrote: %s",
				      judged->wrote, where))
			return -1;
		return decides ? verdict_set(check->verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, err,
					     "cannot tell by the outputs that %s wrote: %s",
					     judged->wrote, where)
			       : 0;
	}
	if (!decides)
		return 0;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_HOLDS, err,
			   "within the tolerance of the outputs that %s wrote (%zu of %zu probes, "
			   "%zu log-probabilities%s); not exact",
			   judged->wrote, report->probes_run, report->probes_recorded,
			   report->values_compared,
			   report->seeded ? ", repeated with a stated seed" : "");
}

static int announce_cost(struct check *check, const struct check_model *model,
			 const struct judged *judged, const struct replay_request *request,
			 struct error *err)
{
	char text[FORWARD_COST_TEXT_MAX];
	struct forward_cost cost;

	if (record_cost(model->forward, &judged->foreign.probes, request, &cost, err))
		return -1;
	forward_cost_place(&cost, model->device.backend);
	forward_cost_text(&cost, text);
	context_notice(check->ctx, "outputs of %s: %s", judged->wrote, text);
	return 0;
}

/* Compute and compare; once more on the CPU where a device fails or finds a difference. */
static int foreign_run(struct check *check, struct check_model *model, struct judged *judged,
		       const struct replay_request *request, struct error *cause)
{
	char doubt[FOREIGN_WHERE_MAX];
	bool doubtful;
	int failed;

	check_model_begin(model);
	do {
		failed = foreign_compare(check->ctx, model->forward, model->device.backend,
					 &judged->foreign, request, &judged->report, cause) ||
			 weights_unchanged(model->weights, cause);
		doubtful = !failed && is_doubtful(&judged->report);
		if (doubtful)
			foreign_where_text(&judged->foreign, &judged->report, doubt);
	} while (check_model_again(model, failed, doubtful ? doubt : NULL, cause));
	return failed;
}

/* *decides: whether this one says the step's sentence; false from then on. */
static int check_one(struct check *check, struct check_model *model, const struct digest *record,
		     struct json *list, bool *decides, struct error *err)
{
	CLEANUP(judged_release) struct judged judged = { .wrote = "" };
	struct replay_request request = replay_request_of(check->request);
	struct error cause = { 0 };
	char seed[DRAW_SEED_SIZE];

	if (believe_statement(check->trust, check->evidence, record, NULL, &judged.record, err))
		return -1;
	if (file_open(check, &judged, &cause) ||
	    foreign_check(model->forward, &judged.foreign, &cause)) {
		if (cause.code == ERROR_USAGE)
			cause.code = ERROR_CORRUPT; /* signed about another model */
		return check_blame(check, STEP_FORWARD, "a foreign record", true, &cause, err);
	}
	if (announce_cost(check, model, &judged, &request, err) ||
	    draw_settle(check->ctx, judged.foreign.probes.count, &request, seed, err))
		return -1;
	if (foreign_run(check, model, &judged, &request, &cause))
		return cause.code == ERROR_UNTRUSTED && !*decides
			       ? verdict_detail(check->verdict, STEP_FORWARD, err, "%s: %s",
						judged.wrote, cause.text)
			       : check_model_blame(check, model, "the forward pass", seed, &cause,
						   err);
	if (evidence_add(list, &judged, err) || say_details(check, &judged, err) ||
	    say_result(check, model, &judged, *decides, err) ||
	    (*decides && check_coverage_say(check, model, &judged.report.coverage, err)))
		return -1;
	*decides = false;
	return 0;
}

int check_foreign(struct check *check, struct check_model *model, const struct digest_list *records,
		  bool exact, struct error *err)
{
	struct json *evidence, *list;
	bool decides = !exact;

	if (!records->count)
		return 0;
	if (verdict_evidence(check->verdict, STEP_FORWARD, &evidence, err) ||
	    json_set_array(evidence, "foreign", &list, err) ||
	    (!exact && json_set_text(evidence, "class", "foreign", err)))
		return -1;
	for (size_t i = 0; i < records->count; i++)
		if (check_one(check, model, &records->item[i], list, &decides, err))
			return -1;
	/* What a policy asks for is a record, and a looser one does not stand in for it. */
	if (!exact && check->record_required)
		return verdict_undecided(check->verdict, err,
					 "the policy asks for a record of outputs, and there is "
					 "only a foreign one, within a tolerance");
	return 0;
}
