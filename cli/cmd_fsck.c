/* fsck: is everything here that the registry names, and is it what it is called? */
#include <stdlib.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/examined.h"
#include "cli/open.h"
#include "cli/output.h"

/* What is not there is told before hours of reading. */
static int places_check(const char **from, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!file_exists(from[i]))
			return error_set(err, ERROR_ABSENT, "--repair-from: there is no '%s'",
					 from[i]);
	return 0;
}

/* "N/T": the Nth of T equal shares. */
static int share_parse(const struct call *call, struct examine_request *request, struct error *err)
{
	const char *text = call_value(call, "read");
	unsigned long number, of;
	char *end;

	if (!text)
		return 0;
	if (request->read_all)
		return error_set(err, ERROR_USAGE,
				 "--read reads a share and --read-all everything: give one");
	number = strtoul(text, &end, 10);
	of = *end == '/' ? strtoul(end + 1, &end, 10) : 0;
	if (strspn(text, "0123456789/") != strlen(text) || *end || !number || number > of ||
	    of > STORE_SHARES_MAX)
		return error_set(err, ERROR_USAGE,
				 "--read '%s': give a share as N/T, such as 1/7 to 7/7", text);
	request->read_all = true;
	request->share = (struct store_share){ (unsigned)number, (unsigned)of };
	return 0;
}

static int repair_all(struct call *call, struct registry *registry, const char **from, size_t count,
		      struct examine_report *report, struct error *err)
{
	if ((count || call_has(call, "repair")) && registry_repair_own(registry, report, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (registry_repair(registry, from[i], report, err))
			return error_prefix(err, "'%s'", from[i]);
	return 0;
}

static int report_json(const struct registry *registry, const struct examine_report *report,
		       struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	return json_object_new(&object, err) ||
			       json_set_text(object, "schema", "akashi/registry-fsck/1", err) ||
			       json_set_text(object, "origin", registry->origin, err) ||
			       examined_set(object, report, err) || output_json(object, err)
		       ? -1
		       : 0;
}

static int fsck_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(examine_report_release) struct examine_report report = { .objects = 0 };
	struct examine_request request = { .read_all = call_has(call, "read-all"),
					   .again = call_has(call, "again") };
	CLEANUP(texts_free) const char **from = NULL;
	size_t count;

	if (call_values(call, "repair-from", &from, &count, err) ||
	    share_parse(call, &request, err) || places_check(from, count, err) ||
	    open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    registry_examine(registry, &request, &report, err) ||
	    repair_all(call, registry, from, count, &report, err))
		return -1;
	call->exit_status = repair_left(&report) ? error_exit_status(ERROR_CORRUPT) : 0;
	if (call->json)
		return report_json(registry, &report, err);
	examined_print(&report);
	return 0;
}

static const struct option fsck_options[] = {
	{ .name = "read-all",
	  .help = "read every byte that is kept, on all cores, and compare it with its digest" },
	{ .name = "read",
	  .argument = "N/T",
	  .help = "the same of the Nth of T equal shares of the packs and loose objects: each of "
		  "them is in one share, always the same, so that 1/T to T/T read everything" },
	{ .name = "again",
	  .help = "read every statement and manifest again, also those that were read before and "
		  "whose files are as they were (--read-all does)" },
	{ .name = "repair",
	  .help = "of what lies in several packs and is damaged in one, take the copy that is "
		  "whole" },
	{ .name = "repair-from",
	  .argument = "REGISTRY|DIR",
	  .repeatable = true,
	  .help = "look there for what is missing or damaged, and put it in its place once its "
		  "digest was checked; what was damaged is kept aside" },
	{ .name = NULL },
};

static const struct example fsck_examples[] = {
	{ "akashi fsck", "the log, every statement, and whether all that they name is here" },
	{ "akashi fsck --read-all", "and every byte of it" },
	{ "akashi fsck --read $(date +%u)/7", "a seventh of the bytes each day of the week" },
	{ "akashi fsck --read-all --repair-from /backup/registry --repair-from ~/models/base",
	  "put back what another copy, or a folder, still has" },
	{ NULL, NULL },
};

const struct command command_fsck = {
	.name = "fsck",
	.summary = "check that everything a registry names is here and whole, and repair it",
	.synopsis = "[--read-all|--read N/T] [--again] [--repair] [--repair-from REGISTRY|DIR]...",
	.description =
		"Takes the log as akashi log audit does (tiles, entries, signatures, names), then "
		"follows every statement to the objects that it names, through manifests to the "
		"last file, and looks at everything that lies in the store. Each finding says "
		"which versions, files and tensors are hit. Bytes that were released (akashi "
		"prune) or withheld on purpose are no damage. What was read before, held, and lies "
		"in a file that is as it was (size, times, inode) is not read again; how much "
		"that is, and since when, is printed. Nothing is changed without --repair or "
		"--repair-from, but index.db and the file remembered, which are derived.\n\n"
		"akashi log fsck looks at the files of a log alone, also of another's log; akashi "
		"log audit at this registry's log and statements; akashi verify at one version, "
		"from its bytes to what it computes.",
	.options = fsck_options,
	.examples = fsck_examples,
	.exit_notes = "0: everything holds, or was repaired. 1: something does not.",
	.run = fsck_run,
};
