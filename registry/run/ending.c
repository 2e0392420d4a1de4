/* run_ending: how a run ended, as a statement and the record of a run write it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "registry/run.h"

#define CLOCK_OFF_TOLD 2 /* seconds: less is rounding */

static const char *const outcome_name[RUN_OUTCOME_COUNT] = {
	[RUN_COMPLETED] = "completed", [RUN_FAILED] = "failed", [RUN_KILLED] = "killed",
	[RUN_TIMED_OUT] = "timed-out", [RUN_ENDED] = "ended",   [RUN_LOST] = "lost",
};

const char *run_outcome_name(enum run_outcome outcome)
{
	return outcome_name[outcome];
}

int run_outcome_from_name(const char *text, enum run_outcome *out_outcome, struct error *err)
{
	for (int i = 0; i < RUN_OUTCOME_COUNT; i++)
		if (strcmp(text, outcome_name[i]) == 0) {
			*out_outcome = (enum run_outcome)i;
			return 0;
		}
	return error_set(err, ERROR_CORRUPT, "'%.100s' is no way for a run to end", text);
}

/* ---- An ending, as JSON ---- */

int run_ending_to_json(const struct run_ending *ending, struct json *object, struct error *err)
{
	char began[TIME_TEXT_SIZE], ended[TIME_TEXT_SIZE], name[32];
	const char *abbreviation = ending->signal ? sigabbrev_np(ending->signal) : NULL;
	CLEANUP(json_free) struct json *years = NULL;
	struct node_time time;

	time_format(ending->began_s, began);
	time_format(ending->began_s + (int64_t)ending->seconds, ended);
	if (abbreviation)
		snprintf(name, sizeof(name), "SIG%s", abbreviation);
	else
		snprintf(name, sizeof(name), "SIG%d", ending->signal);
	if (node_time_split(ending->began_s, ending->seconds, ending->nodes, ending->gpus, &time,
			    err) ||
	    node_time_to_json(&time, ending->gpus_known, &years, err) ||
	    json_set_text(object, "outcome", run_outcome_name(ending->outcome), err) ||
	    (ending->exit_status != RUN_STATUS_UNKNOWN &&
	     json_set_integer(object, "exitStatus", ending->exit_status, err)) ||
	    (ending->signal && json_set_text(object, "signal", name, err)) ||
	    json_set_text(object, "began", began, err) ||
	    json_set_text(object, "ended", ended, err) ||
	    json_set_text(object, "end", ending->lower_bound ? "lower-bound" : "measured", err) ||
	    json_set_size(object, "seconds", ending->seconds, err))
		return -1;
	if ((ending->clock_off > CLOCK_OFF_TOLD || ending->clock_off < -CLOCK_OFF_TOLD) &&
	    json_set_integer(object, "clockOff", ending->clock_off, err))
		return -1;
	return json_set_size(object, "nodes", ending->nodes, err) ||
			       (ending->gpus_known &&
				json_set_size(object, "gpus", ending->gpus, err)) ||
			       json_set_take(object, "nodeTime", &years, err) ||
			       (ending->reason &&
				json_set_text(object, "reason", ending->reason, err))
		       ? -1
		       : 0;
}

static int signal_from_name(const char *text, int *out_signal, struct error *err)
{
	for (int number = 1; number < NSIG; number++) {
		const char *abbreviation = sigabbrev_np(number);
		char numbered[16];

		snprintf(numbered, sizeof(numbered), "%d", number);
		if (strncmp(text, "SIG", 3) == 0 &&
		    strcmp(text + 3, abbreviation ? abbreviation : numbered) == 0) {
			*out_signal = number;
			return 0;
		}
	}
	return error_set(err, ERROR_CORRUPT, "'%.100s' is no signal", text);
}

/* What is written of node time must be what nodes and seconds give: sums believe it. */
static int node_time_agrees(const struct json *said, const struct node_time *time, bool with_gpus,
			    struct error *err)
{
	struct node_time told;
	bool same;

	if (!said)
		return 0;
	if (node_time_from_json(said, &told, err))
		return -1;
	same = told.count == time->count;
	for (size_t i = 0; same && i < told.count; i++)
		same = told.year[i].fiscal_year == time->year[i].fiscal_year &&
		       told.year[i].node_seconds == time->year[i].node_seconds &&
		       told.year[i].gpu_seconds == (with_gpus ? time->year[i].gpu_seconds : 0);
	return same ? 0
		    : error_set(err, ERROR_CORRUPT,
				"its node time is not that of its nodes and seconds");
}

int run_ending_from_json(const struct json *object, struct run_ending *out_ending,
			 struct error *err)
{
	struct run_ending ending = { .exit_status = RUN_STATUS_UNKNOWN };
	const char *outcome, *signal_name, *began, *end;
	struct node_time time;
	int64_t status;

	if (json_need_string(object, "outcome", &outcome, err) ||
	    run_outcome_from_name(outcome, &ending.outcome, err) ||
	    json_maybe_integer(object, "exitStatus", RUN_STATUS_UNKNOWN, &status, err) ||
	    json_maybe_string(object, "signal", &signal_name, err) ||
	    (signal_name && signal_from_name(signal_name, &ending.signal, err)) ||
	    json_need_string(object, "began", &began, err) ||
	    time_parse(began, &ending.began_s, err) || json_need_string(object, "end", &end, err) ||
	    json_need_size(object, "seconds", &ending.seconds, err) ||
	    json_maybe_integer(object, "clockOff", 0, &ending.clock_off, err) ||
	    json_need_size(object, "nodes", &ending.nodes, err) ||
	    json_maybe_size(object, "gpus", 0, &ending.gpus, err) ||
	    json_maybe_string(object, "reason", &ending.reason, err))
		return -1;
	ending.lower_bound = strcmp(end, "lower-bound") == 0;
	ending.gpus_known = json_member(object, "gpus") != NULL;
	if (!ending.lower_bound && strcmp(end, "measured") != 0)
		return error_set(err, ERROR_CORRUPT, "an end is measured or a lower bound");
	if (status < RUN_STATUS_UNKNOWN || status > 255)
		return error_set(err, ERROR_CORRUPT, "%lld is no exit status", (long long)status);
	ending.exit_status = (int)status;
	if (!ending.nodes)
		return error_set(err, ERROR_CORRUPT, "a run on no node");
	if (node_time_split(ending.began_s, ending.seconds, ending.nodes, ending.gpus, &time,
			    err)) {
		err->code = ERROR_CORRUPT;
		return -1;
	}
	if (node_time_agrees(json_member(object, "nodeTime"), &time, ending.gpus_known, err))
		return -1;
	*out_ending = ending;
	return 0;
}
