/* Repair: the same bytes from elsewhere, checked before they take the place of what is damaged. */
#include "registry/repair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/aside.h"
#include "registry/index.h"
#include "registry/log.h"
#include "registry/repair_inner.h"
#include "registry/statement/inner.h"
#include "registry/store.h"

/* What became of a damage; `text` is copied. */
static int outcome(struct damage *damage, enum damage_repair state, const char *text,
		   struct error *err)
{
	char shown[1024];

	text_escape(shown, sizeof(shown), text);
	free(damage->repair);
	damage->repair = strdup(shown);
	damage->state = state;
	return damage->repair ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a repair");
}

/* A repair that could not be made is told, and the next one is tried; a machine that refuses stops
 * nobody else's repair either. */
static int outcome_failed(struct damage *damage, const struct error *why, struct error *err)
{
	return outcome(damage, REPAIR_FAILED, why->text, err);
}

/* ---- Objects ---- */

/* Its owner's file was moved, and found again: then that is where it is referenced. */
static int reference_again(struct registry *registry, struct damage *damage,
			   const struct found *found, struct error *err)
{
	struct error why = { 0 };
	char text[1024];

	if (store_put_file(registry->store, found->path, found->source->size, &damage->object,
			   STORE_REFERENCE, &why))
		return outcome_failed(damage, &why, err);
	snprintf(text, sizeof(text), "it is referenced at '%s' now", found->path);
	return outcome(damage, REPAIR_DONE, text, err);
}

static bool is_reference(struct registry *registry, const struct digest *object)
{
	struct error ignored = { 0 };
	enum store_mode mode;

	return store_mode_of(registry->store, object, &mode, &ignored) == 0 &&
	       mode == STORE_REFERENCE;
}

static int object_mend(struct registry *registry, struct damage *damage, struct source *good,
		       const char *where, struct error *err)
{
	struct error why = { 0 };
	char text[1024];

	if (store_mend(registry->store, registry->ctx, &damage->object, good, &why)) {
		if (context_check_cancelled(registry->ctx, err))
			return -1;
		return outcome_failed(damage, &why, err);
	}
	snprintf(text, sizeof(text), good ? "from %s" : "set aside: %s", where);
	return outcome(damage, REPAIR_DONE, text, err);
}

/* One copy of several: the good one takes its place. */
static int copy_repair(struct registry *registry, struct damage *damage, struct error *err)
{
	CLEANUP(source_close) struct source *good = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error why = { 0 };

	buffer_init(&bytes, STORE_OBJECT_MAX);
	/* The copies of a recipe are no part: then it is the object that is read. */
	if (store_part(registry->store, &damage->object, &bytes, &why)
		    ? why.code != ERROR_ABSENT ||
			      store_read(registry->store, &damage->object, &good, &why)
		    : source_open_memory("the other copy", buffer_view(&bytes), &good, &why))
		return outcome_failed(damage, &why, err);
	return object_mend(registry, damage, good, "the other copy", err);
}

static int object_repair(struct registry *registry, struct repair_place *place,
			 struct damage *damage, struct error *err)
{
	CLEANUP(found_release) struct found found = { .source = NULL };

	if (!damage->needed && damage->what != DAMAGE_MISSING)
		return object_mend(registry, damage, NULL, "nothing needs it", err);
	if (place_find(place, damage, &found, err))
		return -1;
	if (!found.source)
		return outcome(damage, REPAIR_NOT_FOUND, place_name(place), err);
	if (found.path && is_reference(registry, &damage->object))
		return reference_again(registry, damage, &found, err);
	return object_mend(registry, damage, found.source, found.source->name, err);
}

/* ---- Statements ---- */

/* The envelope must give exactly the entry that was logged. */
static int envelope_fits(struct registry *registry, const struct damage *damage, struct span bundle,
			 struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(statement_release) struct statement statement = { .json = NULL };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(buffer_release) struct buffer logged, again;
	char ident[IDENT_SIZE];
	uint64_t index;
	struct log *log;

	buffer_init(&logged, ENTRY_MAX_BYTES);
	buffer_init(&again, ENTRY_MAX_BYTES);
	statement_ident(&damage->object, &damage->signer, ident);
	if (registry_log(registry, &log, err) || log_find(log, ident, &index, err) ||
	    log_signed(log, &head, err) ||
	    tiles_entry(log_tiles(log), index, head.size, &logged, err) ||
	    entry_parse(buffer_view(&logged), &entry, err) ||
	    envelope_parse(bundle, ENVELOPE_MAX_BYTES, &envelope, err) ||
	    envelope_check(&envelope, entry.key, err) ||
	    statement_parse(buffer_view(&envelope.payload), &statement, err) ||
	    entry_build(statement.kind, buffer_view(&envelope.payload),
			buffer_view(&envelope.signature), entry.key, &again, err))
		return -1;
	return span_equal(buffer_view(&again), buffer_view(&logged))
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "it is not the statement that was logged");
}

/* What lies at `path` stays under another name until the good one is there. */
static int statement_aside(struct registry *registry, const char *path, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;

	return registry_path(registry, "statements/damaged", &folder, err) ||
			       aside_keep(path, folder, err)
		       ? -1
		       : 0;
}

static int statement_repair(struct registry *registry, struct repair_place *place,
			    struct damage *damage, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bundle;
	CLEANUP(text_free) char *path = NULL;
	struct error why = { 0 };
	char text[1024];

	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	if (place_statement(place, damage, &bundle, &why))
		return why.code == ERROR_ABSENT
			       ? outcome(damage, REPAIR_NOT_FOUND, place_name(place), err)
			       : outcome_failed(damage, &why, err);
	if (envelope_fits(registry, damage, buffer_view(&bundle), &why) ||
	    statement_path(registry, &damage->object, &damage->signer, &path, &why) ||
	    statement_aside(registry, path, &why) ||
	    file_write(path, buffer_view(&bundle), 0444, FILE_REPLACE, &why))
		return outcome_failed(damage, &why, err);
	snprintf(text, sizeof(text), "from %s", place_name(place));
	return outcome(damage, REPAIR_DONE, text, err);
}

/* ---- The whole ---- */

static int repair_one(struct registry *registry, struct repair_place *place, struct damage *damage,
		      struct error *err)
{
	if (damage->state == REPAIR_DONE)
		return 0;
	switch (damage->what) {
	case DAMAGE_STATEMENT:
		return statement_repair(registry, place, damage, err);
	case DAMAGE_MISSING:
	case DAMAGE_CHANGED:
	case DAMAGE_UNREADABLE:
		return damage->has_object ? object_repair(registry, place, damage, err) : 0;
	case DAMAGE_LOG:
	case DAMAGE_COPY: /* needs nobody else's bytes */
	case DAMAGE_STRUCTURE:
		break;
	}
	return 0;
}

int registry_repair(struct registry *registry, const char *from, struct examine_report *report,
		    struct error *err)
{
	CLEANUP(place_close) struct repair_place *place = NULL;
	bool statements = false;

	if (!report->damages.count)
		return 0;
	if (place_open(registry, from, &report->damages, &place, err))
		return -1;
	for (size_t i = 0; i < report->damages.count; i++) {
		struct damage *damage = &report->damages.item[i];

		if (context_check_cancelled(registry->ctx, err) ||
		    repair_one(registry, place, damage, err))
			return -1;
		statements |= damage->what == DAMAGE_STATEMENT && damage->state == REPAIR_DONE;
		context_progress(registry->ctx, "repairing", "findings", i + 1,
				 report->damages.count);
	}
	/* The index passed over what was not there. */
	return statements ? registry_reindex(registry, err) : 0;
}

int registry_repair_own(struct registry *registry, struct examine_report *report, struct error *err)
{
	for (size_t i = 0; i < report->damages.count; i++) {
		struct damage *damage = &report->damages.item[i];

		if (context_check_cancelled(registry->ctx, err) ||
		    (damage->what == DAMAGE_COPY && damage->state != REPAIR_DONE &&
		     copy_repair(registry, damage, err)))
			return -1;
	}
	return 0;
}

uint64_t repair_left(const struct examine_report *report)
{
	uint64_t left = report->damages.total;

	for (size_t i = 0; i < report->damages.count; i++)
		left -= report->damages.item[i].state == REPAIR_DONE;
	return left;
}
