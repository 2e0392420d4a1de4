/* log recover: let a log that was restored sign again, once it was compared with what others saw.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/log.h"
#include "cli/open.h"
#include "cli/output.h"

static int recover_json(const struct log_again_report *report, bool dry, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/log-recovered/1", err) ||
	    json_set_bool(object, "dryRun", dry, err) ||
	    json_set_size(object, "size", report->size, err) ||
	    json_set_size(object, "newestSeen", report->newest, err) ||
	    json_set_size(object, "compared", report->compared, err) ||
	    json_set_size(object, "witnesses", report->witnesses, err) ||
	    json_set_size(object, "answered", report->answered, err) ||
	    json_set_size(object, "sequenced", report->sequenced, err))
		return -1;
	return output_json(object, err);
}

static int gather(struct call *call, struct kept_notes *notes, struct error *err)
{
	CLEANUP(texts_free) const char **where = NULL;
	size_t count;

	if (call_values(call, "seen", &where, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (kept_notes_take(call->ctx, where[i], notes, err))
			return error_prefix(err, "--seen");
	return 0;
}

static void spans_free(struct span **spans)
{
	free(*spans);
}

static int recover_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(kept_notes_release) struct kept_notes notes = { .count = 0 };
	CLEANUP(spans_free) struct span *seen = NULL;
	struct log_again_request request = { .unseen = call_has(call, "unseen"),
					     .dry_run = call_has(call, "dry-run") };
	struct log_again_report report;
	struct log *log;

	if (open_registry(call, &registry, err) || gather(call, &notes, err) ||
	    registry_log(registry, &log, err))
		return -1;
	seen = calloc(notes.count + 1, sizeof(*seen));
	if (!seen)
		return error_set(err, ERROR_SYSTEM, "out of memory for checkpoints");
	for (size_t i = 0; i < notes.count; i++)
		seen[i] = buffer_view(&notes.note[i]);
	request.seen = seen;
	request.name = (const char *const *)notes.name;
	request.count = notes.count;
	if (log_again(log, &request, &report, err))
		return -1;
	if (call->json)
		return recover_json(&report, request.dry_run, err);
	output_line(stdout, "%s: %" PRIu64 " entries, and %" PRIu64 " the most that was seen",
		    request.dry_run ? "it could sign again" : "signs again", report.size,
		    report.newest);
	return 0;
}

static const struct option recover_options[] = {
	{ .name = "seen",
	  .argument = "FILE|DIR|URL",
	  .repeatable = true,
	  .help = "a checkpoint of this log that somebody has: a file with one, or a .tlog-proof; "
		  "a "
		  "release, for its proofs; a mirror, another copy of the registry or the served "
		  "log, "
		  "for the newest that they show" },
	{ .name = "unseen",
	  .help = "you know that nobody ever saw a checkpoint newer than this copy: nothing was "
		  "published since, and the registry that signed is gone" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example recover_examples[] = {
	{ "akashi log recover --seen https://hub.example.org/models/log --seen ~/releases/base-v3",
	  "what is served and what was released has just what this copy has: go on" },
	{ "akashi log recover --seen ~/releases/base-v3 --dry-run", "only compare" },
	{ NULL, NULL },
};

const struct command log_command_recover = {
	.name = "recover",
	.summary = "let a restored log sign again, once it was compared with what others saw",
	.synopsis = "[--seen FILE|DIR|URL]... [--unseen]",
	.description =
		"A log whose lock.db is gone (after akashi restore, or because it was lost) does "
		"not "
		"know what it signed last, and signs nothing: it could sign a second history, and "
		"whoever saw the first would rightly call it a fraud. Give the newest checkpoints "
		"that can be found; the log's witnesses are asked besides. If one has more entries "
		"than this copy, or another tree, the answer is no, and stays no: this log key "
		"must "
		"not sign again from this copy. If all have fewer, they say nothing of what came "
		"after, and only --unseen lets it sign. Otherwise lock.db is made again from what "
		"the copy "
		"had signed, and the log goes on. Nobody can tell here whether the registry that "
		"was copied still signs elsewhere: make sure that it does not.",
	.options = recover_options,
	.examples = recover_examples,
	.exit_notes = "0: it signs again. 1: others saw more, or another history.",
	.run = recover_run,
};
