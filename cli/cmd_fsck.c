/* fsck: is everything here that the registry names, and is it what it is called? */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

#define SHOWN_MAX 200 /* findings that are printed; --json has all that are kept */

static const char *const repair_name[] = {
	[REPAIR_NOT_TRIED] = "not-tried",
	[REPAIR_DONE] = "done",
	[REPAIR_NOT_FOUND] = "not-found",
	[REPAIR_FAILED] = "failed",
};

static int hit_json(const struct damage_hit *hit, struct json *hits, struct error *err)
{
	struct json *object;

	return json_add_object(hits, &object, err) ||
			       json_set_text(object, "name", hit->name, err) ||
			       json_set_text(object, "kind", hit->kind, err) ||
			       json_set_text(object, "what", hit->what, err) ||
			       (hit->where && json_set_text(object, "where", hit->where, err))
		       ? -1
		       : 0;
}

static int damage_json(const struct damage *damage, struct json *items, struct error *err)
{
	struct json *object, *hits;

	if (json_add_object(items, &object, err) ||
	    json_set_text(object, "what", damage_what_name(damage->what), err) ||
	    json_set_text(object, "text", damage->text, err) ||
	    json_set_bool(object, "needed", damage->needed, err) ||
	    json_set_text(object, "next", damage_advice(damage), err) ||
	    json_set_text(object, "repair", repair_name[damage->state], err) ||
	    (damage->repair && json_set_text(object, "repairText", damage->repair, err)) ||
	    (damage->has_object &&
	     json_set_digest(object, damage->what == DAMAGE_STATEMENT ? "statement" : "object",
			     &damage->object, err)) ||
	    (damage->size != DAMAGE_SIZE_UNKNOWN &&
	     json_set_size(object, "size", damage->size, err)) ||
	    json_set_size(object, "hitCount", damage->hits, err) ||
	    json_set_array(object, "hits", &hits, err))
		return -1;
	for (size_t i = 0; i < damage->hit_count; i++)
		if (hit_json(&damage->hit[i], hits, err))
			return -1;
	return 0;
}

static int report_json(const struct registry *registry, const struct examine_report *report,
		       struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	uint64_t left = repair_left(report);
	struct json *items;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/registry-fsck/1", err) ||
	    json_set_text(object, "status", left ? "fails" : "holds", err) ||
	    json_set_text(object, "origin", registry->origin, err) ||
	    json_set_bool(object, "readAll", report->read_all, err) ||
	    json_set_size(object, "entries", report->entries, err) ||
	    json_set_size(object, "statements", report->statements, err) ||
	    json_set_size(object, "objects", report->objects, err) ||
	    json_set_size(object, "bytes", report->bytes, err) ||
	    json_set_size(object, "needed", report->needed, err) ||
	    json_set_size(object, "unneeded", report->unneeded, err) ||
	    json_set_size(object, "unneededBytes", report->unneeded_bytes, err) ||
	    json_set_size(object, "withheld", report->withheld, err) ||
	    json_set_size(object, "released", report->released, err) ||
	    json_set_size(object, "unknownStatements", report->unknown, err) ||
	    json_set_bool(object, "indexMade", report->index_made, err) ||
	    json_set_size(object, "findings", report->damages.total, err) ||
	    json_set_size(object, "repaired", report->damages.total - left, err) ||
	    json_set_array(object, "items", &items, err))
		return -1;
	for (size_t i = 0; i < report->damages.count; i++)
		if (damage_json(&report->damages.item[i], items, err))
			return -1;
	return output_json(object, err);
}

static void damage_print(const struct damage *damage)
{
	output_line(stdout, "%s: %s", damage_what_name(damage->what), damage->text);
	for (size_t i = 0; i < damage->hit_count; i++) {
		const struct damage_hit *hit = &damage->hit[i];

		output_line(stdout, "  %s %s %s%s%s", hit->kind, hit->name, hit->what,
			    hit->where ? ": " : "", hit->where ? hit->where : "");
	}
	if (damage->hits > damage->hit_count)
		output_line(stdout, "  and %" PRIu64 " more", damage->hits - damage->hit_count);
	if (damage->state == REPAIR_DONE)
		output_line(stdout, "  repaired %s", damage->repair);
	else if (damage->state == REPAIR_NOT_FOUND)
		output_line(stdout, "  still %s: nothing like it in %s",
			    damage->what == DAMAGE_MISSING ? "missing" : "damaged", damage->repair);
	else if (damage->state == REPAIR_FAILED)
		output_line(stdout, "  not repaired: %s", damage->repair);
	else
		output_line(stdout, "  next: %s", damage_advice(damage));
}

static void counts_print(const struct examine_report *report)
{
	char bytes[SIZE_TEXT_MAX];

	if (report->unneeded) {
		size_to_text(report->unneeded_bytes, bytes);
		printf("%" PRIu64 " objects, %s, are needed by nothing that is registered\n",
		       report->unneeded, bytes);
	}
	if (report->released)
		printf("%" PRIu64 " files are not here: their bytes were released on purpose\n",
		       report->released);
	if (report->withheld)
		printf("%" PRIu64 " objects and statements are withheld\n", report->withheld);
	if (report->unknown)
		printf("%" PRIu64 " statements are of kinds that this version does not know\n",
		       report->unknown);
	if (report->index_made)
		printf("index.db was damaged or behind, and was made again\n");
}

static void report_print(const struct examine_report *report)
{
	uint64_t left = repair_left(report), done = report->damages.total - left;
	char bytes[SIZE_TEXT_MAX];

	for (size_t i = 0; i < report->damages.count && i < SHOWN_MAX; i++)
		damage_print(&report->damages.item[i]);
	if (report->damages.total > SHOWN_MAX)
		printf("and %" PRIu64 " more findings%s\n", report->damages.total - SHOWN_MAX,
		       report->damages.count < report->damages.total
			       ? "; the same again after a repair tells the rest"
			       : "");
	counts_print(report);
	size_to_text(report->bytes, bytes);
	printf("%s: %" PRIu64 " entries, %" PRIu64 " statements, %" PRIu64 " objects, %s, %s",
	       left ? "fails" : "holds", report->entries, report->statements, report->objects,
	       bytes, report->read_all ? "every byte read" : "present (--read-all reads them)");
	if (done)
		printf("; %" PRIu64 " repaired", done);
	if (left)
		printf("; %" PRIu64 " finding%s %s", left, left == 1 ? "" : "s",
		       left == 1 ? "stands" : "stand");
	printf("\n");
}

/* What is not there is told before hours of reading. */
static int places_check(const char **from, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!file_exists(from[i]))
			return error_set(err, ERROR_ABSENT, "--repair-from: there is no '%s'",
					 from[i]);
	return 0;
}

static int repair_all(struct registry *registry, const char **from, size_t count,
		      struct examine_report *report, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (registry_repair(registry, from[i], report, err))
			return error_prefix(err, "'%s'", from[i]);
	return 0;
}

static int fsck_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(examine_report_release) struct examine_report report = { .objects = 0 };
	struct examine_request request = { .read_all = call_has(call, "read-all") };
	CLEANUP(texts_free) const char **from = NULL;
	size_t count;

	if (call_values(call, "repair-from", &from, &count, err) ||
	    places_check(from, count, err) || open_registry(call, &registry, err) ||
	    environment_threads(call->ctx, err) ||
	    registry_examine(registry, &request, &report, err) ||
	    repair_all(registry, from, count, &report, err))
		return -1;
	call->exit_status = repair_left(&report) ? error_exit_status(ERROR_CORRUPT) : 0;
	if (call->json)
		return report_json(registry, &report, err);
	report_print(&report);
	return 0;
}

static const struct option fsck_options[] = {
	{ .name = "read-all",
	  .help = "read every byte that is kept, on all cores, and compare it with its digest" },
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
	{ "akashi fsck --read-all --repair-from /backup/registry --repair-from ~/models/base",
	  "put back what another copy, or a folder, still has" },
	{ NULL, NULL },
};

const struct command command_fsck = {
	.name = "fsck",
	.summary = "check that everything a registry names is here and whole, and repair it",
	.synopsis = "[--read-all] [--repair-from REGISTRY|DIR]...",
	.description =
		"Takes the log as akashi log audit does (tiles, entries, signatures, names), then "
		"follows every statement to the objects that it names, through manifests to the "
		"last file, and looks at everything that lies in the store. Each finding says "
		"which versions, files and tensors are hit. Bytes that were released (akashi "
		"prune) or withheld on purpose are no damage. Nothing is changed without "
		"--repair-from, but index.db, which is derived.\n\n"
		"akashi log fsck looks at the files of a log alone, also of another's log; akashi "
		"log audit at this registry's log and statements; akashi verify at one version, "
		"from its bytes to what it computes.",
	.options = fsck_options,
	.examples = fsck_examples,
	.exit_notes = "0: everything holds, or was repaired. 1: something does not.",
	.run = fsck_run,
};
