/* What an examination of a registry found: for people, and as JSON. */
#include "cli/examined.h"

#include <inttypes.h>
#include <stdio.h>

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

int examined_set(struct json *object, const struct examine_report *report, struct error *err)
{
	uint64_t left = repair_left(report);
	struct json *items;

	if (json_set_text(object, "status", left ? "fails" : "holds", err) ||
	    json_set_bool(object, "readAll", report->read_all && !report->share.of, err) ||
	    (report->share.of && (json_set_size(object, "share", report->share.number, err) ||
				  json_set_size(object, "shares", report->share.of, err))) ||
	    json_set_size(object, "entries", report->entries, err) ||
	    json_set_size(object, "statements", report->statements, err) ||
	    examined_since_set(object, report->remembered, report->remembered_since, err) ||
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
	return 0;
}

void examined_since_print(uint64_t statements, uint64_t remembered, int64_t since_s)
{
	char since[TIME_TEXT_MAX];

	if (!remembered)
		return;
	time_to_text(since_s, since);
	printf("%" PRIu64 " statements were read now; %" PRIu64
	       " were read before, since %.10s, and their files are as they were (--again reads "
	       "them)\n",
	       statements - remembered, remembered, since);
}

int examined_since_set(struct json *object, uint64_t remembered, int64_t since_s, struct error *err)
{
	char since[TIME_TEXT_MAX];

	if (json_set_size(object, "remembered", remembered, err))
		return -1;
	if (!remembered)
		return 0;
	time_to_text(since_s, since);
	return json_set_text(object, "rememberedSince", since, err);
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
	examined_since_print(report->statements, report->remembered, report->remembered_since);
}

void examined_print(const struct examine_report *report)
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
	if (report->share.of)
		printf("share %u of %u of the stored bytes was read: --read %u/%u reads the next\n",
		       report->share.number, report->share.of,
		       report->share.number % report->share.of + 1, report->share.of);
	size_to_text(report->bytes, bytes);
	printf("%s: %" PRIu64 " entries, %" PRIu64 " statements, %" PRIu64 " objects, %s, %s",
	       left ? "fails" : "holds", report->entries, report->statements, report->objects,
	       bytes,
	       report->share.of   ? "a share of the bytes read"
	       : report->read_all ? "every byte read"
				  : "present (--read-all reads them)");
	if (done)
		printf("; %" PRIu64 " repaired", done);
	if (left)
		printf("; %" PRIu64 " finding%s %s", left, left == 1 ? "" : "s",
		       left == 1 ? "stands" : "stand");
	printf("\n");
}
