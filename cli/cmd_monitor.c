/* monitor: follow logs, and say what does not hold. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/open.h"
#include "cli/output.h"

/* What one round prints and adds up. */
struct round {
	struct call *call;
	struct json *logs, *items; /* borrowed; NULL: text */
	uint64_t told;             /* findings printed of the log at hand */
	bool fails, noticed, undecided;
	enum error_code error; /* of the first log that could not be looked at */
};

static const char *const grade_name[] = { "told", "noticed", "undecided", "fails" };

static int found(void *arg, const struct finding *finding, struct error *err)
{
	struct round *round = arg;
	struct json *item;

	round->told += finding->grade != FINDING_TOLD;
	if (!round->items) {
		output_line(stdout, "%s: %s: %s%s%s", finding->origin, finding->kind, finding->text,
			    finding->evidence ? "; evidence in " : "",
			    finding->evidence ? finding->evidence : "");
		fflush(stdout);
		return 0;
	}
	return json_add_object(round->items, &item, err) ||
			       json_set_text(item, "kind", finding->kind, err) ||
			       json_set_text(item, "grade", grade_name[finding->grade], err) ||
			       json_set_text(item, "origin", finding->origin, err) ||
			       (finding->index != UINT64_MAX &&
				json_set_size(item, "index", finding->index, err)) ||
			       json_set_text(item, "text", finding->text, err) ||
			       (finding->evidence &&
				json_set_text(item, "evidence", finding->evidence, err))
		       ? -1
		       : 0;
}

static int time_json(struct json *object, uint64_t seconds, struct error *err)
{
	char when[TIME_TEXT_MAX];

	time_to_text((int64_t)seconds, when);
	return json_set_text(object, "cosignedAt", when, err);
}

static int look_json(struct round *round, const struct monitor_look *look, struct error *err)
{
	struct json *log;

	if (json_add_object(round->logs, &log, err) ||
	    json_set_text(log, "where", look->where, err) ||
	    json_set_text(log, "origin", look->origin, err) ||
	    json_set_size(log, "entriesBefore", look->before, err) ||
	    json_set_size(log, "entries", look->size, err) ||
	    json_set_size(log, "findings", look->findings, err) ||
	    json_set_size(log, "byCertificates", look->detached, err) ||
	    json_set_size(log, "withheld", look->withheld, err))
		return -1;
	if (look->checkpoint &&
	    (json_set_size(log, "size", look->checkpoint->head.size, err) ||
	     json_set_hex(log, "root", &look->checkpoint->head.root, err) ||
	     json_set_size(log, "cosigned", look->checkpoint->cosigned, err) ||
	     json_set_size(log, "witnesses", look->checkpoint->witnesses, err) ||
	     (look->checkpoint->time && time_json(log, look->checkpoint->time, err))))
		return -1;
	return look->error ? json_set_text(log, "error", look->error->text, err) : 0;
}

/* `before`: findings that were told in an earlier look. */
static void look_print(const struct monitor_look *look, uint64_t before)
{
	char told[96] = "", detached[96] = "", withheld[64] = "";

	if (before)
		snprintf(told, sizeof(told), ", %" PRIu64 " of them told before (findings.jsonl)",
			 before);
	if (look->detached)
		snprintf(detached, sizeof(detached),
			 "; %" PRIu64 " signatures by certificates, of what lies elsewhere",
			 look->detached);
	if (look->withheld)
		snprintf(withheld, sizeof(withheld), "; %" PRIu64 " bodies are withheld",
			 look->withheld);
	output_line(stdout,
		    "%s: %" PRIu64 " entries looked at, %" PRIu64 " of them now; %" PRIu64
		    " findings%s%s%s",
		    look->origin, look->size, look->size - look->before, look->findings, told,
		    detached, withheld);
}

static int looked(void *arg, const struct monitor_look *look, struct error *err)
{
	struct round *round = arg;
	uint64_t before = look->findings - round->told;

	round->told = 0;
	round->fails = round->fails || look->fails;
	round->undecided = round->undecided || look->undecided;
	round->noticed = round->noticed || look->findings > look->fails + look->undecided;
	if (look->error && round->error == ERROR_NONE)
		round->error = look->error->code;
	if (round->logs)
		return look_json(round, look, err);
	if (look->error && strstr(look->error->text, look->where))
		output_line(stderr, "akashi monitor: %s", look->error->text);
	else if (look->error)
		output_line(stderr, "akashi monitor: '%s': %s", look->where, look->error->text);
	else if (!round->call->quiet)
		look_print(look, before);
	fflush(stdout);
	return 0;
}

/* One table for every command: 1 what does not hold, 5 what could not be looked at, 3 undecided. */
static int round_status(const struct round *round)
{
	if (round->fails || round->noticed)
		return error_exit_status(ERROR_CORRUPT);
	if (round->error != ERROR_NONE)
		return error_exit_status(round->error);
	return round->undecided ? error_exit_status(ERROR_UNTRUSTED) : 0;
}

static int round_run(struct call *call, const struct monitor_request *asked, struct error *err)
{
	struct monitor_request request = *asked;
	CLEANUP(json_free) struct json *object = NULL;
	struct round round = { .call = call };
	int status;

	request.found = found;
	request.looked = looked;
	request.arg = &round;
	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/monitor/1", err) ||
			   json_set_array(object, "logs", &round.logs, err) ||
			   json_set_array(object, "items", &round.items, err)))
		return -1;
	if (monitor_run(call->ctx, &request, err))
		return -1;
	status = round_status(&round);
	/* Over several rounds the gravest stays. */
	if (status == 1 || !call->exit_status)
		call->exit_status = status;
	if (!call->json)
		return 0;
	return json_set_text(object, "status",
			     status == 0   ? "holds"
			     : status == 1 ? "fails"
					   : "undecided",
			     err) ||
			       output_json(object, err) || fflush(stdout)
		       ? -1
		       : 0;
}

static bool wait_for(struct call *call, uint64_t seconds)
{
	struct timespec step = { 0, 100000000 };
	struct error stopped = { 0 };

	for (uint64_t tenth = 0; tenth < 10 * seconds; tenth++) {
		if (context_check_cancelled(call->ctx, &stopped))
			return false;
		nanosleep(&step, NULL);
	}
	return !context_check_cancelled(call->ctx, &stopped);
}

/* What was chosen to be trusted: pins of --trust, or the logs and witnesses of --policy. */
static int trust_read(struct call *call, struct pins *pins, struct witness_policy **policy,
		      struct error *err)
{
	const char *trust = call_value(call, "trust"), *file = call_value(call, "policy");
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, WITNESS_POLICY_MAX_BYTES);
	if (!trust && !file)
		return error_set(err, ERROR_USAGE,
				 "say what is to be trusted: --trust FILE with pins, or --policy "
				 "FILE, a tlog-policy that names logs and witnesses");
	if (trust && (file_read(trust, &text, err) || pins_parse(buffer_view(&text), pins, err)))
		return error_prefix(err, "--trust '%s'", trust);
	text.len = 0;
	if (file &&
	    (file_read(file, &text, err) || witness_policy_parse(buffer_view(&text), policy, err)))
		return error_prefix(err, "--policy '%s'", file);
	return 0;
}

/* The places: those of the command line, else the URLs of the policy. The caller frees the array.
 */
static int places_read(struct call *call, const struct witness_policy *policy,
		       const char ***out_where, struct error *err)
{
	size_t room = call->operand_count + (policy ? policy->log_count : 0) + 1, count = 0;
	const char **where = calloc(room, sizeof(*where));

	if (!where)
		return error_set(err, ERROR_SYSTEM, "out of memory for the command line");
	for (size_t i = 0; i < call->operand_count; i++)
		where[count++] = call->operand[i];
	for (size_t i = 0; !call->operand_count && policy && i < policy->log_count; i++)
		if (policy->log[i].url)
			where[count++] = policy->log[i].url;
	*out_where = where;
	return count ? 0
		     : error_set(err, ERROR_USAGE,
				 "name a log to follow: a URL or a folder (or one with its URL in "
				 "--policy)");
}

static int watches_read(struct call *call, struct watch **out_watch, size_t *out_count,
			struct error *err)
{
	CLEANUP(texts_free) const char **text = NULL;
	struct watch *watch;

	if (call_values(call, "watch", &text, out_count, err))
		return -1;
	watch = calloc(*out_count + 1, sizeof(*watch));
	if (!watch)
		return error_set(err, ERROR_SYSTEM, "out of memory for the command line");
	*out_watch = watch;
	for (size_t i = 0; i < *out_count; i++)
		if (watch_parse(text[i], &watch[i], err))
			return error_prefix(err, "--watch");
	return 0;
}

static void watch_free(struct watch **watch)
{
	free(*watch);
}

static int monitor_command(struct call *call, struct error *err)
{
	CLEANUP(witness_policy_free) struct witness_policy *policy = NULL;
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	CLEANUP(texts_free) const char **where = NULL;
	CLEANUP(watch_free) struct watch *watch = NULL;
	struct monitor_request request = { .folder = call_value(call, "state"),
					   .statements = call_value(call, "statements") };
	uint64_t follow;

	if (!request.folder)
		return error_set(err, ERROR_USAGE,
				 "name a folder for what was seen and found: --state DIR");
	if (call_number(call, "follow", 0, &follow, err) ||
	    call_number(call, "max-age", 0, &request.maximum_age, err) ||
	    trust_read(call, &pins, &policy, err) || places_read(call, policy, &where, err) ||
	    watches_read(call, &watch, &request.watch_count, err))
		return -1;
	request.pins = pins.count ? &pins : NULL;
	request.witnesses = policy;
	request.where = where;
	request.watch = watch;
	do {
		if (round_run(call, &request, err))
			return -1;
	} while (follow && wait_for(call, follow));
	return 0;
}

static const struct option monitor_options[] = {
	{ .name = "trust",
	  .argument = "FILE",
	  .help = "pins, one a line: the log's key and the policy to begin at" },
	{ .name = "policy",
	  .argument = "FILE",
	  .help = "a C2SP tlog-policy: the logs' keys (and URLs), the witnesses and their quorum; "
		  "without a pin the first policy of a log is taken as it is" },
	{ .name = "state",
	  .argument = "DIR",
	  .help = "where what was seen and found is kept, a folder for each log" },
	{ .name = "statements",
	  .argument = "DIR|URL",
	  .help = "where bodies lie as HEX.KEY.json; otherwise in statements/ beside the log" },
	{ .name = "follow",
	  .argument = "SECONDS",
	  .help = "look again after so many seconds, until stopped" },
	{ .name = "watch",
	  .argument = "WHAT",
	  .repeatable = true,
	  .help = "tell of entries about name=GLOB, by or about key=HEX, or of digest=HEX (a "
		  "statement, its subject or the entry; 8 digits and more)" },
	{ .name = "max-age",
	  .argument = "SECONDS",
	  .help = "how long ago a quorum of witnesses may have cosigned last; otherwise as the "
		  "log's policy says" },
	{ .name = NULL },
};

static const struct example monitor_examples[] = {
	{ "akashi monitor --trust pin.txt --state w https://example.org/log",
	  "look at what came since the last time" },
	{ "akashi monitor --trust pin.txt --state w URL --follow 300 --watch 'name=x/*'",
	  "stay, and tell of every entry about our models" },
	{ NULL, NULL },
};

const struct command command_monitor = {
	.name = "monitor",
	.summary = "follow logs from what was seen last, and say what does not hold",
	.synopsis = "--trust FILE|--policy FILE --state DIR URL|DIR...",
	.description =
		"Each time, the log must continue what was seen before, with its quorum; every new "
		"entry is led to the signed root, its signature checked and judged by the policy "
		"in force at its place, its body fetched, states made again from the entries. "
		"Findings are appended to findings.jsonl and durable before the place moves on: a "
		"monitor that is killed finds everything once. A log that shows two histories "
		"leaves both checkpoints and a proof of it.\n\n"
		"Whoever runs it needs no key and no registry.",
	.options = monitor_options,
	.examples = monitor_examples,
	.exit_notes = "0: nothing was found. 1: something does not hold, or what is watched came. "
		      "3: something could not be decided.",
	.operands_max = 64,
	.run = monitor_command,
};
