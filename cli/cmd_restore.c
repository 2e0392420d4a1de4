/* restore: make a registry of a backup. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/backed_up.h"
#include "cli/environment.h"
#include "cli/examined.h"
#include "cli/output.h"

static int restore_json(const struct restored *restored, bool dry, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *found;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/restore/1", err) ||
	    json_set_bool(object, "dryRun", dry, err) ||
	    backed_up_set(object, &restored->state, err) ||
	    backed_up_damaged_set(object, &restored->damaged, err))
		return -1;
	if (restored->folder &&
	    (json_set_text(object, "folder", restored->folder, err) ||
	     (restored->pin && json_set_text(object, "pin", restored->pin, err)) ||
	     json_set_bool(object, "signs", false, err) ||
	     json_set_object(object, "fsck", &found, err) ||
	     examined_set(found, &restored->found, err)))
		return -1;
	return output_json(object, err);
}

static void state_print(const struct backup_state *state)
{
	char bytes[SIZE_TEXT_MAX], time[TIME_TEXT_MAX];

	size_to_text(state->bytes, bytes);
	time_to_text(state->made, time);
	output_line(stdout, "%s, %" PRIu64 " entries, %" PRIu64 " files, %s, made %s%s",
		    state->origin, state->entries, state->files, bytes, time,
		    state->keys ? ", with the log's private keys" : "");
	size_to_text(state->reference_bytes, bytes);
	if (state->references)
		output_line(stdout,
			    "%" PRIu64 " files, %s, lie elsewhere and are not in it: they were "
			    "kept by reference",
			    state->references, bytes);
}

static void restore_print(const struct call *call, const struct restored *restored)
{
	backed_up_damaged_print(&restored->damaged);
	examined_print(&restored->found);
	output_line(stdout, "restored %s", restored->folder);
	if (restored->pin)
		output_line(stdout, "pin     %s", restored->pin);
	if (call->quiet)
		return;
	output_line(stdout, "Compare the pin line with the one you gave to others: it says whose "
			    "registry this is.");
	output_line(stdout, "Its log signs nothing yet, because a backup does not know what was "
			    "signed after it was made:");
	if (!restored->has_keys)
		output_line(stdout, "  put the log's private key back: %s/keys/log.key, mode 0600",
			    restored->folder);
	output_line(stdout, "  make sure that the registry it is a backup of is gone for good");
	output_line(stdout,
		    "  then akashi log recover --seen CHECKPOINT, the newest that a release, "
		    "a monitor, a mirror or anybody has");
}

static int restore_run(struct call *call, struct error *err)
{
	CLEANUP(restored_release) struct restored restored = { .folder = NULL };
	struct restore_request request = { .from = call->operand[0],
					   .folder = call->operand[1],
					   .bare = call_has(call, "bare"),
					   .dry_run = call_has(call, "dry-run") };

	if (environment_threads(call->ctx, err) ||
	    registry_restore(call->ctx, &request, &restored, err))
		return -1;
	if (restored.damaged.total || repair_left(&restored.found))
		call->exit_status = error_exit_status(ERROR_CORRUPT);
	if (call->json)
		return restore_json(&restored, request.dry_run, err);
	if (request.dry_run)
		state_print(&restored.state);
	else
		restore_print(call, &restored);
	return 0;
}

static const struct option restore_options[] = {
	{ .name = "bare", .help = "make the registry in DIR itself instead of DIR/.akashi" },
	{ .name = "dry-run", .letter = 'n', .help = "say what the backup has, and write nothing" },
	{ .name = NULL },
};

static const struct example restore_examples[] = {
	{ "akashi restore /mnt/nas/models.backup /srv/models",
	  "/srv/models/.akashi, as it was when the backup was last finished" },
	{ "akashi restore /mnt/nas/models.backup . --dry-run", "whose backup it is, and of when" },
	{ NULL, NULL },
};

const struct command command_restore = {
	.name = "restore",
	.summary = "make a registry of a backup, and check all of it",
	.synopsis = "BACKUP DIR [--bare] [--dry-run]",
	.description =
		"Every file is compared with its digest, and the whole is checked as akashi fsck "
		"--read-all does before it gets its name. What does not hold is told; the rest is "
		"restored all the same, and akashi fsck --repair-from may find it elsewhere. "
		"Interrupted, the same again goes on.\n\n"
		"What comes back can be read, verified, published and restored from at once, but "
		"it "
		"signs nothing: akashi log recover says when it may. A file that had been linked "
		"(--store link) comes back as a copy.",
	.options = restore_options,
	.examples = restore_examples,
	.exit_notes = "0: it holds. 1: it is there, and something in it does not hold.",
	.operands_min = 2,
	.operands_max = 2,
	.run = restore_run,
};
