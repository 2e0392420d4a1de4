/* Everything that the log names against everything that is kept. */
#include "registry/examine.h"

#include <stdio.h>
#include <string.h>

#include "registry/audit.h"
#include "registry/examine/inner.h"
#include "registry/index.h"
#include "registry/reach.h"
#include "registry/store_check.h"

enum {
	RECORD_BYTES = DIGEST_SIZE + 9, /* digest, size (big-endian), role */
	SORT_MEMORY_BYTES = 24 << 20,
	ROLE_NEEDED = 0,
	ROLE_RELEASED = 1,
};

void examine_report_release(struct examine_report *report)
{
	damages_release(&report->damages);
	*report = (struct examine_report){ .objects = 0 };
}

static void examining_release(struct examining *examining)
{
	examine_report_release(&examining->report);
	sorter_free(&examining->sorter);
	remembered_close(&examining->remembered);
	trust_release(&examining->trust);
	evidence_close(&examining->evidence);
}

int examine_trust(struct examining *examining, struct error *err)
{
	struct error why = { 0 };

	if (examining->evidence)
		return 0;
	if (registry_evidence(examining->registry, &examining->evidence, err))
		return -1;
	examining->trusted = registry_trust(examining->registry, examining->evidence,
					    &examining->trust, &why) == 0;
	if (examining->trusted || why.code == ERROR_SYSTEM)
		return examining->trusted ? 0 : error_set(err, why.code, "%s", why.text);
	return damages_add(&examining->report.damages, DAMAGE_LOG, NULL, why.text, err);
}

int examine_manifest(struct examining *examining, const struct reach_object *object,
		     struct manifest **out_manifest, struct error *err)
{
	struct error why = { 0 };

	*out_manifest = NULL;
	if (manifest_from_objects(examining->evidence, &object->by->digest, out_manifest, &why) ==
		    0 ||
	    why.code != ERROR_SYSTEM)
		return 0;
	return error_set(err, why.code, "%s", why.text);
}

int examine_blind_pass(void *arg, enum reach_blindness why, const struct digest *statement,
		       const struct digest *object, const char *text, struct error *err)
{
	(void)arg;
	(void)why;
	(void)statement;
	(void)object;
	(void)text;
	(void)err;
	return 0;
}

/* ---- The log, and the index that is derived from it ---- */

static int statement_lost(void *arg, const struct digest *identity, const struct digest *signer,
			  const char *text, struct error *err)
{
	struct damages *damages = &((struct examining *)arg)->report.damages;
	struct damage *damage;

	if (damages_add(damages, DAMAGE_STATEMENT, identity, text, err))
		return -1;
	damage = damages_find(damages, identity);
	if (damage) {
		damage->signer = *signer;
		damage->needed = true;
	}
	return 0;
}

static int log_examine(struct examining *examining, struct error *err)
{
	struct audit_request request = { .statements_only = true,
					 .lost = statement_lost,
					 .arg = examining,
					 .remembered = examining->remembered };
	CLEANUP(audit_report_release) struct audit_report audit = { .entries = 0 };
	struct examine_report *report = &examining->report;
	struct error why = { 0 };

	if (registry_audit(examining->registry, &request, &audit, err))
		return -1;
	report->entries = audit.entries;
	report->statements = audit.statements;
	report->withheld = audit.withheld;
	report->remembered = audit.remembered;
	report->remembered_since = audit.remembered_since;
	for (size_t i = 0; i < audit.finding_count; i++)
		if (damages_add(&report->damages, DAMAGE_LOG, NULL, audit.finding[i], err))
			return -1;
	report->damages.total += audit.findings - audit.finding_count;
	/* Where statements are lost, an index from before knows more of them; it cannot be made
	 * from a log that is damaged. */
	if (index_examine(examining->registry,
			  report->damages.total ? UINT64_MAX : audit.statements,
			  &report->index_made, &why) == 0)
		return 0;
	return why.code == ERROR_SYSTEM
		       ? error_set(err, why.code, "%s", why.text)
		       : damages_add(&report->damages, DAMAGE_LOG, NULL, why.text, err);
}

/* ---- What is needed, in the order of the digests ---- */

static void u64_put(uint8_t *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t u64_get(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

static int need_add(void *arg, const struct reach_object *object, struct error *err)
{
	struct examining *examining = arg;
	uint8_t record[RECORD_BYTES];

	if (!object->needed && !object->released)
		return 0;
	memcpy(record, object->digest.byte, DIGEST_SIZE);
	u64_put(record + DIGEST_SIZE, object->size);
	record[DIGEST_SIZE + 8] = object->released ? ROLE_RELEASED : ROLE_NEEDED;
	return sorter_add(examining->sorter, record, err);
}

/* A manifest or list that cannot be read is an object that is missing or damaged: the store and
 * the needs tell of it. A statement that cannot be read was told by the audit, if it is logged. */
static int need_blind(void *arg, enum reach_blindness why, const struct digest *statement,
		      const struct digest *object, const char *text, struct error *err)
{
	struct examining *examining = arg;

	(void)statement;
	if (why == REACH_UNKNOWN) {
		examining->report.unknown++;
		return 0;
	}
	if (!object)
		return why == REACH_DAMAGED ? damages_add(&examining->report.damages,
							  DAMAGE_STATEMENT, statement, text, err)
					    : 0;
	return why == REACH_DAMAGED
		       ? damages_add(&examining->report.damages, DAMAGE_CHANGED, object, text, err)
		       : 0;
}

const char *examine_folder(const struct examining *examining)
{
	const char *folder = context_environment(examining->registry->ctx, "TMPDIR");

	return folder && folder[0] ? folder : "/tmp";
}

static int needs_gather(struct examining *examining, struct error *err)
{
	struct registry *registry = examining->registry;
	struct reach_request request = { .visit = need_add,
					 .blind = need_blind,
					 .arg = examining,
					 .log_checked = true,
					 .remembered = examining->remembered };

	return sorter_new(RECORD_BYTES, SORT_MEMORY_BYTES, examine_folder(examining),
			  &examining->sorter, err) ||
			       reach_each(registry, &request, err) ||
			       sorter_finish(examining->sorter, err) ||
			       sorter_next(examining->sorter, examining->ahead,
					   &examining->any_ahead, err)
		       ? -1
		       : 0;
}

/* The next object that is needed or released: all records with its digest together. */
static int need_next(struct examining *examining, struct error *err)
{
	struct need *need = &examining->need;

	examining->any = examining->any_ahead;
	if (!examining->any)
		return 0;
	*need = (struct need){ .size = DAMAGE_SIZE_UNKNOWN };
	memcpy(need->digest.byte, examining->ahead, DIGEST_SIZE);
	while (examining->any_ahead &&
	       memcmp(need->digest.byte, examining->ahead, DIGEST_SIZE) == 0) {
		uint64_t size = u64_get(examining->ahead + DIGEST_SIZE);

		if (need->size == DAMAGE_SIZE_UNKNOWN)
			need->size = size;
		if (examining->ahead[DIGEST_SIZE + 8] == ROLE_NEEDED)
			need->needed = true;
		else
			need->released = true;
		if (sorter_next(examining->sorter, examining->ahead, &examining->any_ahead, err))
			return -1;
	}
	examining->report.needed += need->needed;
	return 0;
}

/* ---- Met with what is there ---- */

static int need_absent(struct examining *examining, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	const struct need *need = &examining->need;
	struct damages *damages = &examining->report.damages;
	char hex[DIGEST_HEX_SIZE], text[160];
	bool withheld = false;

	if (!need->needed) {
		examining->report.released++;
		return 0;
	}
	if (damages->count == DAMAGES_MAX) { /* too many to ask about each */
		damages->total++;
		return 0;
	}
	if (examine_trust(examining, err) ||
	    (examining->trusted &&
	     withheld_find(&examining->trust, examining->evidence, WITHHELD_OBJECT, &need->digest,
			   &tombstone, &withheld, err)))
		return -1;
	if (withheld) {
		examining->report.withheld++;
		return 0;
	}
	digest_to_hex(&need->digest, hex);
	snprintf(text, sizeof(text), "object sha256:%s is not here", hex);
	return damages_add(damages, DAMAGE_MISSING, &need->digest, text, err);
}

static int size_check(struct examining *examining, uint64_t size, struct error *err)
{
	const struct need *need = &examining->need;
	char hex[DIGEST_HEX_SIZE], text[192];

	if (size == STORE_SIZE_UNKNOWN || need->size == DAMAGE_SIZE_UNKNOWN || size == need->size)
		return 0;
	digest_to_hex(&need->digest, hex);
	snprintf(text, sizeof(text),
		 "object sha256:%s was changed: it has %llu bytes, and %llu belong there", hex,
		 (unsigned long long)size, (unsigned long long)need->size);
	return damages_add(&examining->report.damages, DAMAGE_CHANGED, &need->digest, text, err);
}

static int object_met(void *user, const struct digest *digest, uint64_t size, bool part,
		      struct error *err)
{
	struct examining *examining = user;
	struct examine_report *report = &examining->report;
	uint64_t bytes = size == STORE_SIZE_UNKNOWN ? 0 : size;
	bool needed;

	report->objects++;
	report->bytes += bytes;
	while (examining->any && memcmp(examining->need.digest.byte, digest->byte, DIGEST_SIZE) < 0)
		if (need_absent(examining, err) || need_next(examining, err))
			return -1;
	needed = examining->any && digest_equal(&examining->need.digest, digest) &&
		 examining->need.needed;
	if (needed && size_check(examining, size, err))
		return -1;
	if (!needed && !part) {
		report->unneeded++;
		report->unneeded_bytes += bytes;
	}
	return examining->any && digest_equal(&examining->need.digest, digest)
		       ? need_next(examining, err)
		       : 0;
}

static int fault_met(void *user, enum store_fault fault, const struct digest *digest,
		     const char *text, struct error *err)
{
	static const enum damage_what what[] = {
		[STORE_FAULT_CHANGED] = DAMAGE_CHANGED,
		[STORE_FAULT_UNREADABLE] = DAMAGE_UNREADABLE,
		[STORE_FAULT_COPY] = DAMAGE_COPY,
		[STORE_FAULT_STRUCTURE] = DAMAGE_STRUCTURE,
	};

	return damages_add(&((struct examining *)user)->report.damages, what[fault], digest, text,
			   err);
}

static int store_examine(struct examining *examining, struct error *err)
{
	struct store_check_request request = {
		.again = examining->request->again,
		.read_all = examining->request->read_all,
		.share = examining->request->share,
		.parts_suffice = true,
		.user = examining,
		.object = object_met,
		.finding = fault_met,
	};
	struct registry *registry = examining->registry;

	if (need_next(examining, err) ||
	    store_check_all(registry->store, registry->ctx, &request, err))
		return -1;
	while (examining->any)
		if (need_absent(examining, err) || need_next(examining, err))
			return -1;
	return request.read_all ? examine_parts(examining, &request, err) : 0;
}

int registry_examine(struct registry *registry, const struct examine_request *request,
		     struct examine_report *out_report, struct error *err)
{
	CLEANUP(examining_release)
	struct examining examining = { .registry = registry, .request = request };

	examining.report.read_all = request->read_all;
	examining.report.share = request->share;
	if (remembered_open(registry, request->again || (request->read_all && !request->share.of),
			    &examining.remembered, err))
		return -1;
	if (log_examine(&examining, err) || needs_gather(&examining, err))
		return -1;
	remembered_save(examining.remembered, true);
	remembered_close(&examining.remembered);
	if (store_examine(&examining, err) ||
	    (examining.report.damages.count && examine_hits(&examining, err)))
		return -1;
	*out_report = examining.report;
	examining.report = (struct examine_report){ .objects = 0 }; /* handed over */
	return 0;
}
