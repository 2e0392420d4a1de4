/* The forward step: compute again what a record says, and say what that shows. */
#include "verify/check_parts.h"

#include <inttypes.h>
#include <string.h>

#include "verify/manifest.h"
#include "verify/record.h"

/* What a record shows, and to whom (docs/threat-model.md); the higher is worth more. */
enum record_class {
	RECORD_OTHER,        /* another key's, and no commitment before the release */
	RECORD_SELF,         /* the publisher's own */
	RECORD_TRAINING_TIME /* another key's, logged before the release */
};

/* The record that is worth most, the newest of its class. */
struct choice {
	struct believed best;
	bool found;
	enum record_class class;
};

static void choice_release(struct choice *choice)
{
	believed_release(&choice->best);
}

static enum record_class class_of(const struct check *check, const struct believed *record)
{
	const struct believed *publisher =
		check->has_release ? &check->release : &check->checkpoint;

	if (digest_equal(&record->key, &publisher->key))
		return RECORD_SELF;
	return check->has_release && record->index < check->release.index ? RECORD_TRAINING_TIME
									  : RECORD_OTHER;
}

static int visit_record(struct check *check, const struct believed *believed, void *arg,
			struct error *err)
{
	struct choice *choice = arg;
	enum record_class class = class_of(check, believed);

	if (choice->found && (class < choice->class ||
			      (class == choice->class && believed->index < choice->best.index)))
		return 0;
	believed_release(&choice->best);
	choice->found = false;
	if (believe_statement(check->trust, check->evidence, &believed->identity, NULL,
			      &choice->best, err))
		return -1;
	choice->found = true;
	choice->class = class;
	return 0;
}

/* Everything a replay needs, opened from the evidence and the tree. */
struct replay {
	struct weights *weights;
	struct forward *forward;
	struct backend *backend;
	struct probes probes;
	struct buffer outputs;
	struct digest root;
};

static void replay_release(struct replay *replay)
{
	buffer_release(&replay->outputs);
	probes_release(&replay->probes);
	backend_close(&replay->backend);
	forward_close(&replay->forward);
	weights_close(&replay->weights);
}

static int not_possible(struct check *check, const char *why, struct error *cause,
			struct error *err)
{
	bool named = check->verdict->step[STEP_FORWARD].required;
	struct error because = *cause;

	if (because.code == ERROR_SYSTEM) {
		*err = because;
		return error_prefix(err, "%s", why);
	}
	*cause = (struct error){ 0 };
	if (named && verdict_undecided(check->verdict, err, "%s: %s", why, because.text))
		return -1;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, err, "%s: %s", why,
			   because.text);
}

/* Read config.json, and let the very bytes that are computed with be the signed ones. */
static int config_read(struct check *check, struct buffer *out, struct error *cause,
		       struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	const struct manifest_file *known =
		check->manifest ? manifest_find(check->manifest, "config.json") : NULL;
	struct digest found;

	if (tree_open_file(check->tree, "config.json", &source, err) ||
	    source_read_all(source, out, err))
		return -1;
	found = sha256(buffer_view(out));
	if (known && !digest_equal(&found, &known->sha256))
		error_set(cause, ERROR_CORRUPT, "it is not the file that was signed");
	return 0;
}

/* Open weights and architecture. *out_ready stays false, with the step set, when that is not
 * possible. */
static int replay_open_model(struct check *check, struct replay *replay, bool *out_ready,
			     struct error *err)
{
	CLEANUP(buffer_release) struct buffer config;
	struct backend_options options = { .threads = check->ctx->threads };
	struct error cause = { 0 };

	*out_ready = false;
	buffer_init(&config, CONFIG_MAX_BYTES);
	if (weights_open(check->tree, &replay->weights, &cause)) {
		/* Two weight sets: loaders differ in which they take, so nothing can be said of
		 * either. */
		if (cause.code == ERROR_UNTRUSTED &&
		    verdict_undecided(check->verdict, err, "%s", cause.text))
			return -1;
		return cause.code == ERROR_CORRUPT
			       ? check_blame(check, STEP_FORWARD, "the weights", true, &cause, err)
			       : not_possible(check, "the weights", &cause, err);
	}
	if (check->manifest && weights_expect(replay->weights, check->manifest, &cause))
		return check_blame(check, STEP_FORWARD, "the weights", true, &cause, err);
	if (!tree_find(check->tree, "config.json"))
		return error_set(&cause, ERROR_ABSENT, "there is no config.json") &&
				       not_possible(check, "the architecture", &cause, err)
			       ? -1
			       : 0;
	if (config_read(check, &config, &cause, err))
		return -1;
	if (cause.code || forward_open(check->ctx, replay->weights, buffer_view(&config),
				       &replay->forward, &cause))
		return cause.code == ERROR_CORRUPT
			       ? check_blame(check, STEP_FORWARD, "config.json", true, &cause, err)
			       : not_possible(check, "the architecture", &cause, err);
	if (backend_open(NULL, &options, &replay->backend, err))
		return -1;
	*out_ready = true;
	return 0;
}

/* Read probes and outputs, by the digests that the signed record names. */
static int replay_open_record(struct check *check, const struct believed *record,
			      struct replay *replay, struct error *err)
{
	const struct json *predicate = record->statement.predicate, *probes;
	CLEANUP(buffer_release) struct buffer text;
	struct digest probes_digest, outputs_digest;
	const char *profile;

	buffer_init(&text, PROBES_MAX_BYTES);
	if (json_need_string(predicate, "profile", &profile, err) ||
	    json_need_object(predicate, "probes", &probes, err) ||
	    json_need_digest(probes, "object", &probes_digest, err) ||
	    json_need_digest(predicate, "outputs", &outputs_digest, err) ||
	    json_need_hex(predicate, "root", &replay->root, err))
		return -1;
	if (strcmp(profile, EXACT_PROFILE) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "the record is of profile '%s', and this version computes '%s'",
				 profile, EXACT_PROFILE);
	if (evidence_object_read(check->evidence, &probes_digest, &text, err) ||
	    probes_from_object(buffer_view(&text), &replay->probes, err) ||
	    evidence_object_read(check->evidence, &outputs_digest, &replay->outputs, err))
		return -1;
	return 0;
}

static struct replay_request request_of(const struct check_request *request)
{
	struct replay_request replay = REPLAY_QUICK;

	if (request->forward == FORWARD_STANDARD)
		replay = REPLAY_STANDARD;
	else if (request->forward == FORWARD_ALL)
		replay = REPLAY_ALL;
	replay.seed = request->seed;
	return replay;
}

static int say_coverage(struct check *check, const struct replay *replay,
			const struct replay_report *report, struct error *err)
{
	const struct replay_coverage *coverage = &report->coverage;
	size_t unread = weights_unread_count(replay->weights);

	if (verdict_detail(check->verdict, STEP_FORWARD, err,
			   "exercised: %" PRIu32 " of %" PRIu32
			   " embedding rows, positions 0 to %zu "
			   "of %" PRIu32 ", all %" PRIu32 " layers",
			   coverage->embedding_rows, coverage->vocab,
			   coverage->positions ? coverage->positions - 1 : 0, coverage->context,
			   coverage->layers))
		return -1;
	if (!coverage->window_reached &&
	    verdict_detail(check->verdict, STEP_FORWARD, err,
			   "not exercised: the sliding window, which is longer than every probe"))
		return -1;
	for (size_t i = 0; i < forward_unread_count(replay->forward); i++)
		if (verdict_detail(check->verdict, STEP_FORWARD, err, "not exercised: tensor %s",
				   forward_unread_name(replay->forward, i)))
			return -1;
	for (size_t i = 0; i < unread; i++)
		if (verdict_detail(check->verdict, STEP_FORWARD, err, "not exercised: file %s",
				   weights_unread(replay->weights, i)))
			return -1;
	return 0;
}

static int replay_evidence(struct check *check, const struct believed *record, const char *class,
			   const struct replay *replay, const struct replay_report *report,
			   struct error *err)
{
	struct json *evidence;

	if (verdict_evidence(check->verdict, STEP_FORWARD, &evidence, err) ||
	    json_set_digest(evidence, "record", &record->identity, err) ||
	    json_set_digest(evidence, "recorder", &record->key, err) ||
	    json_set_size(evidence, "recordIndex", record->index, err) ||
	    json_set_text(evidence, "class", class, err) ||
	    json_set_text(evidence, "profile", EXACT_PROFILE, err) ||
	    json_set_text(evidence, "backend", backend_description(replay->backend), err) ||
	    json_set_size(evidence, "probesRecorded", report->probes_recorded, err) ||
	    json_set_size(evidence, "probesRun", report->probes_run, err) ||
	    json_set_size(evidence, "probesExact", report->probes_exact, err) ||
	    json_set_size(evidence, "positionsCompared", report->positions_compared, err) ||
	    json_set_size(evidence, "boundariesCompared", report->boundaries_compared, err) ||
	    json_set_bool(evidence, "seeded", report->seeded, err))
		return -1;
	return json_set_text(evidence, "seed", report->seed, err);
}

static const char *const class_names[] = { "other", "self", "training-time" };

static int say_class(struct check *check, const struct believed *record, enum record_class class,
		     struct error *err)
{
	unsigned long long index = record->index;
	char key[DIGEST_SHORT_SIZE];

	digest_shorten(&record->key, key);
	switch (class) {
	case RECORD_TRAINING_TIME:
		return verdict_detail(check->verdict, STEP_FORWARD, err,
				      "class training-time: key %s committed to these outputs "
				      "before the release (entry %llu)",
				      key, index);
	case RECORD_SELF:
		return verdict_detail(check->verdict, STEP_FORWARD, err,
				      "class self: the files compute what their publisher (key %s) "
				      "recorded (entry %llu); no evidence of origin",
				      key, index);
	case RECORD_OTHER:
		break;
	}
	return verdict_detail(
		check->verdict, STEP_FORWARD, err,
		"class other: another key (%s) recorded these outputs, and not before "
		"a release (entry %llu)",
		key, index);
}

static int say_replay(struct check *check, const struct believed *record, enum record_class class,
		      const struct replay *replay, const struct replay_report *report,
		      struct error *err)
{
	char where[REPLAY_TEXT_MAX];

	if (replay_evidence(check, record, class_names[class], replay, report, err))
		return -1;
	if (report->differs) {
		replay_difference_text(&report->first, where);
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
	if (say_coverage(check, replay, report, err) || say_class(check, record, class, err))
		return -1;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_HOLDS, err,
			   "%zu of %zu probes exact, bit for bit (%zu positions%s%s)",
			   report->probes_exact, report->probes_run, report->positions_compared,
			   report->whole ? ", every layer boundary" : "",
			   report->seeded ? ", repeated with a stated seed" : "");
}

/* Print what it costs before it starts. */
static int announce_cost(struct check *check, const struct replay *replay,
			 const struct replay_request *request, struct error *err)
{
	struct forward_cost cost;

	if (record_cost(replay->forward, &replay->probes, request, &cost, err))
		return -1;
	context_notice(
		check->ctx,
		"forward pass: %.3g Gflop, %.3g MB of weights to read, about %.3g MB of memory",
		cost.flop / 1e9, (double)cost.read_bytes / 1e6, (double)cost.memory_bytes / 1e6);
	return 0;
}

static int forward_without_record(struct check *check, size_t unknown, struct error *err)
{
	CLEANUP(replay_release) struct replay replay = { 0 };
	struct error cause = { 0 };
	bool ready;

	buffer_init(&replay.outputs, 0);
	if (replay_open_model(check, &replay, &ready, err) || !ready)
		return err->code ? -1 : 0;
	error_set(&cause, ERROR_ABSENT,
		  unknown ? "a forward pass is possible, and its only records are by unknown keys"
			  : "a forward pass is possible, and no outputs were recorded");
	/* The policy asks for a record that is not there: a release cannot ask for less. */
	if (check->has_checkpoint && check->verdict->step[STEP_FORWARD].required &&
	    !check->request->forward_named)
		return verdict_set(check->verdict, STEP_FORWARD, STEP_FAILS, err,
				   "the policy asks for a record of outputs, and there is none");
	return not_possible(check, "recorded outputs", &cause, err);
}

int check_forward(struct check *check, struct error *err)
{
	CLEANUP(choice_release) struct choice choice = { 0 };
	CLEANUP(replay_release) struct replay replay = { 0 };
	struct replay_request request = request_of(check->request);
	struct replay_report report;
	struct error cause = { 0 };
	size_t unknown = 0;
	bool ready;

	if (check->request->forward == FORWARD_NONE ||
	    check->verdict->step[STEP_FORWARD].status == STEP_FAILS)
		return 0;
	if (check->report && check->verdict->step[STEP_BYTES].status == STEP_FAILS &&
	    !check->report->weights_hold && !check->report->missing)
		return verdict_set(check->verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, err,
				   "not run: these are not the weights that were signed");
	buffer_init(&replay.outputs, OUTPUTS_MAX_BYTES);
	if (check->has_checkpoint && check_each_about(check, STATEMENT_record, STEP_FORWARD,
						      visit_record, &choice, &unknown, err))
		return -1;
	if (!choice.found)
		return forward_without_record(check, unknown, err);
	if (replay_open_model(check, &replay, &ready, err) || !ready)
		return err->code ? -1 : 0;
	if (replay_open_record(check, &choice.best, &replay, &cause))
		return check_blame(check, STEP_FORWARD, "the record", true, &cause, err);
	if (announce_cost(check, &replay, &request, err))
		return -1;
	if (record_replay(check->ctx, replay.forward, replay.backend, &replay.probes,
			  buffer_view(&replay.outputs), &replay.root, &request, &report, &cause) ||
	    weights_unchanged(replay.weights, &cause))
		return check_blame(check, STEP_FORWARD, "the forward pass", true, &cause, err);
	return say_replay(check, &choice.best, choice.class, &replay, &report, err);
}
