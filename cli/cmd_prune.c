/* prune: release the bytes of versions on purpose, and keep what was signed about them. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/open.h"
#include "cli/output.h"
#include "cli/said.h"

static int item_json(const struct prune_item *item, bool dry, struct json *items, struct error *err)
{
	char name[NAME_TEXT_MAX];
	struct json *object;

	name_to_text(&item->name, name);
	if (json_add_object(items, &object, err) || json_set_text(object, "name", name, err) ||
	    json_set_digest(object, "of", &item->statement, err) ||
	    json_set_digest(object, "manifest", &item->manifest, err) ||
	    json_set_size(object, "files", item->files, err) ||
	    json_set_size(object, "bytes", item->bytes, err) ||
	    json_set_size(object, "neededFiles", item->needed_files, err) ||
	    json_set_size(object, "neededBytes", item->needed_bytes, err) ||
	    (item->needed_by && json_set_text(object, "neededBy", item->needed_by, err)))
		return -1;
	if (dry && !item->made.existed)
		return 0;
	return json_set_digest(object, "statement", &item->made.identity, err) ||
			       json_set_size(object, "index", item->made.log_index, err) ||
			       json_set_bool(object, "existed", item->made.existed, err)
		       ? -1
		       : 0;
}

static int prune_json(const struct prune_report *report, bool dry, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/prune/1", err) ||
	    json_set_bool(object, "dryRun", dry, err) ||
	    json_set_size(object, "removed", report->removed, err) ||
	    json_set_size(object, "removedBytes", report->removed_bytes, err) ||
	    json_set_bool(object, "collectedLater", report->later, err) ||
	    json_set_size(object, "writers", report->writers, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < report->count; i++)
		if (item_json(&report->item[i], dry, items, err))
			return -1;
	return output_json(object, err);
}

static void item_print(const struct prune_item *item, bool dry)
{
	char name[NAME_TEXT_MAX], bytes[SIZE_TEXT_MAX], needed[SIZE_TEXT_MAX];

	name_to_text(&item->name, name);
	size_to_text(item->bytes, bytes);
	size_to_text(item->needed_bytes, needed);
	output_line(stdout, "%s %s: %llu file%s, %s%s", dry ? "would release" : "released", name,
		    (unsigned long long)item->files, item->files == 1 ? "" : "s", bytes,
		    item->made.existed ? " (said before)" : "");
	if (item->needed_files)
		output_line(stdout, "  %llu file%s, %s, stay: %s needs %s",
			    (unsigned long long)item->needed_files,
			    item->needed_files == 1 ? "" : "s", needed, item->needed_by,
			    item->needed_files == 1 ? "it" : "one of them");
}

static void prune_print(const struct prune_report *report, bool dry)
{
	char bytes[SIZE_TEXT_MAX];

	for (size_t i = 0; i < report->count; i++)
		item_print(&report->item[i], dry);
	if (!report->count)
		output_line(stdout, "nothing to release");
	if (dry || !report->count)
		return;
	if (report->writers) {
		output_line(stdout,
			    "nothing removed yet: %llu writer%s may count on the files; akashi gc "
			    "removes them when they are done",
			    (unsigned long long)report->writers, report->writers == 1 ? "" : "s");
		return;
	}
	size_to_text(report->removed_bytes, bytes);
	output_line(stdout, "%llu object%s, %s, removed%s", (unsigned long long)report->removed,
		    report->removed == 1 ? "" : "s", bytes,
		    report->later && report->removed
			    ? "; the room in packs comes back with akashi gc"
			    : "");
}

static int names_read(struct call *call, struct name *name, struct error *err)
{
	for (size_t i = 0; i < call->operand_count; i++)
		if (name_parse(call->operand[i], &name[i], err))
			return -1;
	return 0;
}

static void name_array_free(struct name **name)
{
	free(*name);
}

static int prune_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(prune_report_release) struct prune_report report = { .count = 0 };
	CLEANUP(name_array_free)
	struct name *name = calloc(call->operand_count + 1, sizeof(*name));
	struct prune_request request = { .name = name,
					 .name_count = call->operand_count,
					 .reason = call_value(call, "reason"),
					 .dry_run = call_has(call, "dry-run") };
	const char *of = call_value(call, "of");
	struct name family;

	if (!name)
		return error_set(err, ERROR_SYSTEM, "out of memory for names");
	if (!of != !call_has(call, "keep-last"))
		return error_set(err, ERROR_USAGE, "--keep-last N and --of NAME go together");
	if (!of && !call->operand_count)
		return error_set(err, ERROR_USAGE,
				 "name what is released: owner/name@version, or --keep-last N "
				 "--of owner/name");
	if (names_read(call, name, err) ||
	    call_number(call, "keep-last", 0, &request.keep_last, err) ||
	    (of && name_parse_family(of, &family, err)))
		return -1;
	request.family = of ? &family : NULL;
	if (open_registry(call, &registry, err) ||
	    (!request.dry_run && said_key(call, registry, &key, err)) ||
	    registry_prune(registry, key, &request, &report, err))
		return -1;
	if (call->json)
		return prune_json(&report, request.dry_run, err);
	prune_print(&report, request.dry_run);
	return 0;
}

static const struct option prune_options[] = {
	{ .name = "reason", .argument = "TEXT", .help = "why; who misses the bytes will read it" },
	{ .name = "keep-last",
	  .argument = "N",
	  .help = "with --of: all its checkpoints but the N that were registered last, of those "
		  "whose bytes are here; versions that an alias points at stay too" },
	{ .name = "of",
	  .argument = "NAME",
	  .help = "the family, owner/name, that --keep-last means" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example prune_examples[] = {
	{ "akashi prune llm-x/base@step-100 --reason 'a later step is kept'",
	  "its files go, unless something else needs them; what was signed stays" },
	{ "akashi prune --keep-last 5 --of llm-x/base --reason 'disk quota' --dry-run",
	  "what would go of a series" },
	{ NULL, NULL },
};

const struct command command_prune = {
	.name = "prune",
	.summary = "release the bytes of versions on purpose, and keep what was signed",
	.synopsis = "[NAME@VERSION]... [--keep-last N --of NAME] --reason TEXT",
	.description =
		"First signs and logs that the bytes are released, then removes the files that "
		"nothing else in the registry needs. Manifest, piece digests, records, results, "
		"proofs and the name stay and hold: who verifies or wants the version back reads "
		"that its bytes were released, when, by whom and why, and not that they are "
		"missing; a copy that somebody kept still verifies. Adding the same files again "
		"brings them back, and that is said in the log too. The same again finishes what "
		"was interrupted. In a store of packs the room comes back with akashi gc.",
	.options = prune_options,
	.examples = prune_examples,
	.operands_max = 100000,
	.run = prune_run,
};
