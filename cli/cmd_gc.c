/* gc: throw away what no statement needs. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

enum { DAY_S = 86400, GRACE_DAYS_MAX = 36500 };

static int gc_json(const struct store_collected *collected, bool dry, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	char noted[TIME_TEXT_MAX];

	if (json_object_new(&object, err) || json_set_text(object, "schema", "akashi/gc/1", err) ||
	    json_set_bool(object, "dryRun", dry, err) ||
	    json_set_size(object, "removed", collected->removed, err) ||
	    json_set_size(object, "removedBytes", collected->removed_bytes, err) ||
	    json_set_size(object, "packed", collected->packed, err) ||
	    json_set_size(object, "packedBytes", collected->packed_bytes, err) ||
	    json_set_size(object, "rewritten", collected->rewritten, err) ||
	    json_set_size(object, "garbageBytes", collected->garbage_bytes, err) ||
	    json_set_size(object, "deleted", collected->deleted, err) ||
	    json_set_size(object, "deletedBytes", collected->deleted_bytes, err) ||
	    json_set_size(object, "quarantined", collected->quarantined, err) ||
	    json_set_size(object, "quarantinedBytes", collected->quarantined_bytes, err) ||
	    json_set_size(object, "writers", collected->writers, err) ||
	    json_set_size(object, "youngBytes", collected->young_bytes, err) ||
	    json_set_size(object, "keptBytes", collected->kept_bytes, err) ||
	    json_set_size(object, "notes", collected->notes, err) ||
	    json_set_size(object, "damaged", collected->damaged, err))
		return -1;
	time_to_text(collected->noted, noted);
	if (collected->noted && json_set_text(object, "noted", noted, err))
		return -1;
	return output_json(object, err);
}

static void line(uint64_t count, const char *what, uint64_t bytes)
{
	char text[SIZE_TEXT_MAX];

	if (!count)
		return;
	size_to_text(bytes, text);
	output_line(stdout, "%" PRIu64 " %s, %s", count, what, text);
}

static void noted_print(int64_t noted)
{
	char when[TIME_TEXT_MAX];

	time_to_text(noted, when);
	output_line(stdout,
		    "as found by the gc of %s: nothing was released or went since, and what came "
		    "since is within its grace, and not looked at (--again)",
		    when);
}

static void gc_print(const struct call *call, const struct store_collected *collected, bool dry)
{
	char text[SIZE_TEXT_MAX];

	line(collected->removed, dry ? "loose objects would go" : "loose objects removed",
	     collected->removed_bytes);
	line(collected->packed, dry ? "loose objects would be packed" : "loose objects packed",
	     collected->packed_bytes);
	line(collected->rewritten,
	     dry ? "packs would be written anew without garbage"
		 : "packs written anew without garbage",
	     collected->garbage_bytes);
	line(collected->deleted, dry ? "packs in quarantine would go" : "packs deleted",
	     collected->deleted_bytes);
	if (collected->quarantined) {
		line(collected->quarantined, "packs stay in quarantine",
		     collected->quarantined_bytes);
		if (!dry && collected->writers)
			output_line(stdout,
				    "  %" PRIu64 " writer%s may count on them: akashi gc again "
				    "when they are done",
				    collected->writers, collected->writers == 1 ? "" : "s");
	}
	if (collected->notes)
		output_line(stdout, "%" PRIu64 " notes of what paths held %s", collected->notes,
			    dry ? "would go" : "removed");
	size_to_text(collected->young_bytes, text);
	if (collected->young_bytes)
		output_line(stdout, "%s of garbage is within its grace (--grace-days)", text);
	size_to_text(collected->kept_bytes, text);
	if (collected->kept_bytes)
		output_line(stdout,
			    "%s of garbage lies in packs that are needed nearly whole (--all)",
			    text);
	if (!call->quiet && !collected->removed && !collected->packed && !collected->rewritten &&
	    !collected->deleted && !collected->notes && !collected->young_bytes &&
	    !collected->kept_bytes)
		output_line(stdout, "nothing to throw away");
	if (!call->quiet && collected->noted)
		noted_print(collected->noted);
	if (collected->damaged)
		output_line(stderr,
			    "%" PRIu64 " packs or objects are damaged and were left alone: akashi "
			    "fsck --read-all says what is wrong",
			    collected->damaged);
}

static int gc_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct gc_request request = { .dry_run = call_has(call, "dry-run"),
				      .again = call_has(call, "again"),
				      .all = call_has(call, "all") };
	struct store_collected collected;
	uint64_t days;

	if (call_number(call, "grace-days", GC_GRACE_S / DAY_S, &days, err))
		return -1;
	if (days > GRACE_DAYS_MAX)
		return error_set(err, ERROR_USAGE, "--grace-days is at most %d", GRACE_DAYS_MAX);
	request.grace_s = (int64_t)days * DAY_S;
	if (open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    registry_gc(registry, &request, &collected, err))
		return -1;
	if (call->json) {
		if (gc_json(&collected, request.dry_run, err))
			return -1;
	} else {
		gc_print(call, &collected, request.dry_run);
	}
	return 0;
}

static const struct option gc_options[] = {
	{ .name = "grace-days",
	  .argument = "N",
	  .help = "keep what was written within the last N days, 14 unless you say otherwise: "
		  "half-done work of writers is in there" },
	{ .name = "all",
	  .help = "write a pack anew for any garbage in it (otherwise from one part in twenty on), "
		  "and pack every small loose object (otherwise when there are more than a "
		  "thousand)" },
	{ .name = "again",
	  .help = "look at everything again, also where the last gc noted that nothing can go, and "
		  "at statements that are remembered" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example gc_examples[] = {
	{ "akashi gc --dry-run", "what could go" },
	{ "akashi gc --grace-days 0 --all",
	  "every byte that was released or withheld, at once, while nobody else writes" },
	{ NULL, NULL },
};

const struct command command_gc = {
	.name = "gc",
	.summary = "throw away what no statement needs",
	.synopsis = "[--grace-days N] [--all] [--again] [--dry-run]",
	.description =
		"Keeps every object that a statement of this registry names, through manifests and "
		"lists too, and throws the others away: what an interrupted add left, and the "
		"bytes "
		"that were released (akashi prune) or withheld. It may run beside writers: a pack "
		"with garbage is moved aside, still read, and deleted only when nobody who wrote "
		"meanwhile is left. Where something that statements need is damaged or missing, "
		"nothing is thrown away; akashi fsck says what.",
	.options = gc_options,
	.examples = gc_examples,
	.run = gc_run,
};
