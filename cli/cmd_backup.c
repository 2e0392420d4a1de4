/* backup: copy what has to be kept of a registry to another place, again and again. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/backed_up.h"
#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

static int backup_json(const struct backup_report *report, bool dry, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/backup/1", err) ||
	    json_set_bool(object, "dryRun", dry, err) ||
	    backed_up_set(object, &report->state, err) ||
	    json_set_size(object, "copied", report->copied, err) ||
	    json_set_size(object, "copiedBytes", report->copied_bytes, err) ||
	    json_set_size(object, "former", report->former, err) ||
	    json_set_size(object, "formerBytes", report->former_bytes, err) ||
	    json_set_bool(object, "dropped", report->dropped, err) ||
	    backed_up_damaged_set(object, &report->damaged, err))
		return -1;
	return output_json(object, err);
}

static void backup_print(const struct call *call, const struct backup_report *report, bool dry)
{
	char bytes[SIZE_TEXT_MAX], copied[SIZE_TEXT_MAX];

	backed_up_damaged_print(&report->damaged);
	size_to_text(report->state.bytes, bytes);
	size_to_text(report->copied_bytes, copied);
	output_line(stdout,
		    "%s %" PRIu64 " entries of %s: %" PRIu64 " files, %s; %" PRIu64
		    " of them, %s, %s",
		    dry ? "would back up" : "backed up", report->state.entries,
		    report->state.origin, report->state.files, bytes, report->copied, copied,
		    dry ? "would be copied" : "copied now");
	if (report->damaged.total)
		output_line(stdout,
			    "%" PRIu64 " damaged files of the registry are not in it: akashi fsck "
			    "--read-all, then the same again",
			    report->damaged.total);
	size_to_text(report->state.reference_bytes, bytes);
	if (report->state.references)
		output_line(stdout,
			    "%" PRIu64 " files, %s, are kept by reference: their bytes are not in "
			    "it (--references copies them)",
			    report->state.references, bytes);
	size_to_text(report->former_bytes, bytes);
	if (report->former)
		output_line(stdout,
			    report->dropped
				    ? "%" PRIu64 " files, %s, that the registry has no more were "
				      "removed"
				    : "%" PRIu64 " files, %s, lie there that the registry has no "
				      "more (--delete removes them)",
			    report->former, bytes);
	if (!call->quiet && !report->state.keys)
		output_line(stdout, "The log's private key is not in it: keep keys/log.key apart.");
}

/* Only what lies there is looked at. */
static int check_run(struct call *call, struct error *err)
{
	CLEANUP(backup_report_release) struct backup_report report = { .copied = 0 };
	char bytes[SIZE_TEXT_MAX];

	if (backup_check(call->ctx, call->operand[0], &report, err))
		return -1;
	call->exit_status = report.damaged.total ? error_exit_status(ERROR_CORRUPT) : 0;
	if (call->json)
		return backup_json(&report, false, err);
	backed_up_damaged_print(&report.damaged);
	size_to_text(report.state.bytes, bytes);
	output_line(stdout, "%s: %" PRIu64 " files, %s, every byte read",
		    report.damaged.total ? "fails" : "holds", report.state.files, bytes);
	return 0;
}

static int backup_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(backup_report_release) struct backup_report report = { .copied = 0 };
	struct backup_request request = { .to = call->operand[0],
					  .dry_run = call_has(call, "dry-run"),
					  .with_keys = call_has(call, "with-keys"),
					  .references = call_has(call, "references"),
					  .drop = call_has(call, "delete") };

	if (call_has(call, "check"))
		return check_run(call, err);
	if (open_registry(call, &registry, err) || environment_threads(call->ctx, err) ||
	    registry_backup(registry, &request, &report, err))
		return -1;
	call->exit_status = report.damaged.total ? error_exit_status(ERROR_CORRUPT) : 0;
	if (call->json)
		return backup_json(&report, request.dry_run, err);
	backup_print(call, &report, request.dry_run);
	return 0;
}

static const struct option backup_options[] = {
	{ .name = "delete",
	  .help = "remove from the backup what the registry does not have any more (packs that "
		  "akashi "
		  "gc wrote anew, bytes that were released or withheld); otherwise it stays" },
	{ .name = "references",
	  .help = "copy the bytes of files that are kept by reference (--store reference) too" },
	{ .name = "with-keys",
	  .help = "put the log's private keys in it as well, readable for you alone: whoever has "
		  "them can sign as this log, so do that only where nobody else can read" },
	{ .name = "check",
	  .help = "copy nothing: read every file of the backup DIR, and compare it with its "
		  "digest" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example backup_examples[] = {
	{ "akashi backup /mnt/nas/models.backup",
	  "the first time everything, later what is new; for cron, say nightly" },
	{ "akashi backup /mnt/nas/models.backup --delete",
	  "and what was pruned, withheld or collected goes there too" },
	{ "akashi backup --check /mnt/nas/models.backup", "is every byte of it still the same?" },
	{ NULL, NULL },
};

const struct command command_backup = {
	.name = "backup",
	.summary = "copy what has to be kept of a registry to a folder elsewhere",
	.synopsis = "DIR [--delete] [--references] [--with-keys] [--check] [--dry-run]",
	.description =
		"The folder is made when it is missing; its parent must be there. Objects, packs, "
		"statements and tiles never change, so each is copied once; config, public keys, "
		"openings and the log's sequence anew each time. Every file is compared with its "
		"digest on the way, and a damaged one is told and not copied. A backup may be made "
		"beside writers and beside akashi prune and withhold; akashi gc waits. "
		"Interrupted, "
		"the same again goes on, and what was finished last can be restored all the "
		"while.\n\n"
		"Not in it, and never to be restored: lock.db, which remembers the last checkpoint "
		"that was signed. A registry that came back from an older day would sign a second "
		"history; so it signs nothing until akashi log recover has compared it with what "
		"others saw. Nor are there index.db and other things that are made again, your own "
		"signing keys (they are not the registry's), and, without --with-keys, the log's.",
	.options = backup_options,
	.examples = backup_examples,
	.exit_notes = "0: everything is in it, and whole. 1: something is damaged, which was told.",
	.operands_min = 1,
	.operands_max = 1,
	.run = backup_run,
};
