/* Check a whole registry: tiles, entries, signatures, claims, bodies, and the checkpoint above
 * them. */
#include "registry/audit.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/audit/inner.h"
#include "registry/evidence.h"
#include "registry/backup/log_again.h"
#include "registry/statement/inner.h"

#define FINDINGS_MAX 100
#define FINDING_MAX_BYTES 512
#define OBJECTS_STEP 256
#define TOGETHER 64 /* entries that are held at a time */

void audit_report_release(struct audit_report *report)
{
	for (size_t i = 0; i < report->finding_count; i++)
		free(report->finding[i]);
	free(report->finding);
	*report = (struct audit_report){ 0 };
}

int audit_find(struct audit *audit, struct error *err, const char *fmt, ...)
{
	struct audit_report *report = &audit->report;
	char raw[FINDING_MAX_BYTES], text[4 * FINDING_MAX_BYTES];
	va_list args;

	report->findings++;
	if (report->finding_count == FINDINGS_MAX)
		return 0;
	va_start(args, fmt);
	vsnprintf(raw, sizeof(raw), fmt, args);
	va_end(args);
	text_escape(text, sizeof(text), raw);
	if (!report->finding)
		report->finding = calloc(FINDINGS_MAX, sizeof(*report->finding));
	if (!report->finding || !(report->finding[report->finding_count] = strdup(text)))
		return error_set(err, ERROR_SYSTEM, "out of memory for an audit");
	report->finding_count++;
	report->first = report->finding[0];
	return 0;
}

int audit_lost(struct audit *audit, uint64_t index, const struct digest *identity,
	       const struct public_key *key, const char *cause, struct error *err)
{
	const struct audit_request *request = audit->request;
	char text[2 * FINDING_MAX_BYTES + 64];

	snprintf(text, sizeof(text), "the statement of entry %llu: %s", (unsigned long long)index,
		 cause);
	return request->lost ? request->lost(request->arg, identity, public_key_id(key), text, err)
			     : audit_find(audit, err, "%s", text);
}

static void ident_of(const struct digest *identity, const struct digest *key,
		     char out_text[IDENT_SIZE])
{
	char hex[DIGEST_HEX_SIZE], signer[DIGEST_HEX_SIZE];

	digest_to_hex(identity, hex);
	digest_to_hex(key, signer);
	snprintf(out_text, IDENT_SIZE, "%s.%s", hex, signer);
}

/* `what` as the log compares it, of a statement that the same key had logged before: unique. */
static int claim_check(struct audit *audit, uint64_t index, const char *what,
		       const struct digest *statement, const struct digest *key, struct error *err)
{
	char ident[IDENT_SIZE];
	uint64_t first;

	ident_of(statement, key, ident);
	if (seen_find(&audit->idents, ident) >= index)
		return audit_find(
			audit, err,
			"entry %llu claims %s for a statement that its key had not logged",
			(unsigned long long)index, what);
	if (seen_add(&audit->claims, what, index, &first, err))
		return -1;
	if (first != index)
		return audit_find(
			audit, err,
			"entry %llu claims %s, which entry %llu had claimed: the first counts",
			(unsigned long long)index, what, (unsigned long long)first);
	return audit_name(audit, index, what, statement, err);
}

/* A claim that was read. */
static int audit_claim(struct audit *audit, uint64_t index, const struct statement *claim,
		       const struct digest *key, struct error *err)
{
	char what[2 * NAME_TEXT_MAX];
	struct digest statement;
	struct error cause = { 0 };
	uint64_t serial;

	audit->report.claims++;
	name_to_text(&claim->name, what);
	if (json_need_digest(claim->predicate, "statement", &statement, &cause) ||
	    json_maybe_size(claim->predicate, "serial", 0, &serial, &cause))
		return audit_find(audit, err, "entry %llu: %s", (unsigned long long)index,
				  cause.text);
	for (char *at = what; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	if (claim->name.alias)
		snprintf(what + strlen(what), 32, "#%llu", (unsigned long long)serial);
	return claim_check(audit, index, what, &statement, key, err);
}

/* What it needs was read a moment ago, or never. */
static int objects_check(struct audit *audit, uint64_t index, struct judged *judged,
			 struct error *err)
{
	bool all = false;

	if (judged->facts.len && audit_kept_facts(audit, buffer_view(&judged->facts), &all, err))
		return -1;
	return all ? 0 : audit_kept(audit, index, &judged->identity, &judged->statement, err);
}

/* The body of an entry: kept, whole, signed by the key in the entry. */
static int audit_body(struct audit *audit, uint64_t index, struct judged *judged, struct error *err)
{
	const struct public_key *key = judged->entry.key;
	const struct digest *identity = &judged->identity;
	const struct error *ends[] = { &judged->damaged, &judged->unbuilt };

	if (judged->missing.code)
		return audit_bodiless(audit, index, &judged->entry, identity, &judged->missing,
				      err);
	for (size_t i = 0; i < 2; i++)
		if (ends[i]->code == ERROR_SYSTEM) {
			*err = *ends[i];
			return -1;
		}
	if (judged->damaged.code)
		return audit_lost(audit, index, identity, key, judged->damaged.text, err);
	if (judged->another)
		return audit_lost(audit, index, identity, key,
				  "another statement is kept in its place", err);
	if (strcmp(judged->statement.origin, audit->registry->origin) != 0)
		return audit_find(audit, err, "the statement of entry %llu belongs to the log '%s'",
				  (unsigned long long)index, judged->statement.origin);
	audit->report.statements++;
	if (judged->unbuilt.code) {
		if (audit_find(audit, err, "entry %llu: %s", (unsigned long long)index,
			       judged->unbuilt.text))
			return -1;
	} else if (!judged->as_logged &&
		   audit_lost(audit, index, identity, key,
			      "the envelope that is kept is not the one that was logged", err)) {
		return -1;
	}
	if (objects_check(audit, index, judged, err))
		return -1;
	return judged->statement.kind == STATEMENT_claim
		       ? audit_claim(audit, index, &judged->statement, public_key_id(key), err)
		       : 0;
}

/* Which statement a P-384 entry is of, which holds the encoding's SHA-384 instead. */
static int find_identity(struct audit *audit, uint64_t index, const struct entry *entry,
			 struct digest *out_identity, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bundle;

	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	if (entry_envelope(audit->registry, index, entry, &bundle, err))
		return err->code == ERROR_ABSENT
			       ? error_set(err, ERROR_ABSENT, "no statement of that digest is kept")
			       : -1;
	if (envelope_parse(buffer_view(&bundle), ENVELOPE_MAX_BYTES, &envelope, err))
		return -1;
	*out_identity = envelope.identity;
	return 0;
}

/* Each (identity, signer) is logged once. `what` is said of a second one. */
static int ident_once(struct audit *audit, uint64_t index, const char *ident, const char *what,
		      struct error *err)
{
	uint64_t first;

	if (seen_add(&audit->idents, ident, index, &first, err))
		return -1;
	if (first == index)
		return 0;
	return audit_find(audit, err, "entries %llu and %llu are the same %s by one key",
			  (unsigned long long)first, (unsigned long long)index, what);
}

/*
 * A signature by a certificate: once for each thing signed and key. Nothing of it is kept here.
 */
static int audit_detached(struct audit *audit, uint64_t index, const struct entry *entry,
			  struct error *err)
{
	char ident[IDENT_SIZE];

	if (!entry->has_identity) /* a P-384 entry holds another digest than its name */
		return 0;
	ident_of(&entry->identity, public_key_id(entry->key), ident);
	if (ident_once(audit, index, ident, "signature", err))
		return -1;
	return audit_sequence(audit, index, ident, err);
}

/* An entry that is remembered: whether log and objects are still as they were. */
static int audit_known(struct audit *audit, uint64_t index, const struct judged *judged,
		       const struct remembered_item *item, struct error *err)
{
	struct audit_report *report = &audit->report;
	char ident[IDENT_SIZE], what[2 * NAME_TEXT_MAX];
	struct reach_facts facts;

	report->entries++;
	report->statements++;
	report->controls += item->control;
	if (!report->remembered++ || item->when_s < report->remembered_since)
		report->remembered_since = item->when_s;
	ident_of(&judged->identity, &judged->signer, ident);
	if (ident_once(audit, index, ident, "statement", err))
		return -1;
	if (audit_sequence(audit, index, ident, err) ||
	    reach_facts_parse(buffer_view(&judged->facts), &facts, err))
		return -1;
	if (!facts.claims)
		return 0;
	report->claims++;
	snprintf(what, sizeof(what), "%.*s", (int)facts.claim.len, (const char *)facts.claim.data);
	return claim_check(audit, index, what, &facts.claimed, &judged->signer, err);
}

static int audit_entry(struct audit *audit, uint64_t index, struct judged *judged,
		       struct error *err)
{
	const struct entry *entry = &judged->entry;
	struct error cause = { 0 };
	struct digest identity;
	char ident[IDENT_SIZE];
	bool known;

	audit->report.entries++;
	if (judged->unread.code == ERROR_SYSTEM) {
		*err = judged->unread;
		return -1;
	}
	if (judged->unread.code)
		return audit_find(audit, err, "entry %llu: %s", (unsigned long long)index,
				  judged->unread.text);
	audit->report.controls += entry->control;
	/* Somebody's signature of something that is not kept here (akashi sign --log). */
	if (entry->certificate.len)
		return audit_detached(audit, index, entry, err);
	identity = entry->identity;
	if (!entry->has_identity && find_identity(audit, index, entry, &identity, &cause)) {
		if (cause.code == ERROR_SYSTEM) {
			*err = cause;
			return -1;
		}
		if (audit_unnamed(audit, index, entry, &identity, &known, err))
			return -1;
		if (!known)
			return audit_find(audit, err, "the statement of entry %llu: %s",
					  (unsigned long long)index, cause.text);
	}
	ident_of(&identity, public_key_id(entry->key), ident);
	if (ident_once(audit, index, ident, "statement", err))
		return -1;
	if (audit_sequence(audit, index, ident, err))
		return -1;
	if (!judged->looked)
		judged_look(audit, judged, &identity);
	return audit_body(audit, index, judged, err);
}

/* Everything that was asked of the entry held. */
static int audit_note(struct audit *audit, const struct judged *judged, struct error *err)
{
	const struct remembered_news news = { .identity = judged->identity,
					      .signer = judged->signer,
					      .leaf = &judged->leaf,
					      .read = true,
					      .stamp = judged->stamp,
					      .fresh = judged->fresh,
					      .audited = true,
					      .control = judged->entry.control,
					      .facts = buffer_view(&judged->facts) };

	return remembered_add(audit->request->remembered, &news, err);
}

/* From memory where that does for it, else as it was read. */
static int audit_one(struct audit *audit, uint64_t index, struct judged *judged, struct error *err)
{
	uint64_t findings = audit->report.findings;
	struct remembered_item *item;
	bool all = false;

	if (judged->known && audit_kept_facts(audit, buffer_view(&judged->facts), &all, err))
		return -1;
	if (judged->known && all) {
		item = remembered_statement(audit->request->remembered, &judged->identity,
					    &judged->signer);
		item->met = item->sure = true;
		return audit_known(audit, index, judged, item, err);
	}
	if (judged->known) {
		judged->known = false;
		judged->facts.len = 0;
		judged_read(audit, judged);
	}
	if (audit_entry(audit, index, judged, err))
		return -1;
	return judged->facts.len && audit->report.findings == findings
		       ? audit_note(audit, judged, err)
		       : 0;
}

/* Some entries that are read side by side. */
struct judging {
	struct audit *audit;
	struct judged judged[TOGETHER];
};

static void judging_work(void *arg, size_t i)
{
	struct judging *judging = arg;

	struct judged *judged = &judging->judged[i];

	if (judging->audit->request->remembered)
		judged_recall(judging->audit, judged);
	if (!judged->known)
		judged_read(judging->audit, judged);
}

int audit_entries(struct audit *audit, uint64_t first, const struct span *entry, size_t count,
		  struct error *err)
{
	int failed = 0;

	for (size_t done = 0; done < count && !failed; done += TOGETHER) {
		size_t some = count - done < TOGETHER ? count - done : TOGETHER;
		struct judging judging = { .audit = audit };

		for (size_t i = 0; i < some; i++)
			judged_init(&judging.judged[i], entry[done + i]);
		threads_run(audit->registry->ctx->threads, some, judging_work, &judging);
		log_asking_begin(audit->log);
		for (size_t i = 0; i < some; i++) {
			if (!failed)
				failed =
					audit_one(audit, first + done + i, &judging.judged[i], err);
			judged_release(&judging.judged[i]);
		}
		log_asking_end(audit->log);
	}
	return failed ? -1 : 0;
}

/* Every object against its name. */
static int audit_objects(struct audit *audit, struct error *err)
{
	struct store *store = audit->registry->store;
	struct store_cursor cursor = { 0 };
	struct digest digest[OBJECTS_STEP];
	size_t count;

	do {
		if (store->type->list(store, &cursor, digest, OBJECTS_STEP, &count, err))
			return -1;
		for (size_t i = 0; i < count; i++) {
			struct error cause = { 0 };

			audit->report.objects++;
			if (store_check(store, audit->registry->ctx, &digest[i], &cause) == 0)
				continue;
			if (cause.code == ERROR_SYSTEM) {
				*err = cause;
				return -1;
			}
			if (audit_find(audit, err, "%s", cause.text))
				return -1;
		}
	} while (count);
	return 0;
}

/* What lock.db remembers must not be behind what is served. */
static int audit_lock(struct audit *audit, const struct log_head *head, struct error *err)
{
	CLEANUP(log_head_release) struct log_head lock = { 0 };
	struct error cause = { 0 };
	struct digest root;

	/* What was restored remembers nothing, and signs nothing. */
	if (log_is_restored(audit->log) ? log_restored_head(audit->log, &lock, &cause)
					: log_remembered(audit->log, &lock, &cause))
		return audit_find(audit, err, "lock.db: %s", cause.text);
	if (lock.size < head->size)
		return audit_find(
			audit, err,
			"the checkpoint is ahead of lock.db (%llu and %llu entries): one of "
			"them was rolled back",
			(unsigned long long)head->size, (unsigned long long)lock.size);
	if (lock.size == head->size)
		return digest_equal(&lock.root, &head->root)
			       ? 0
			       : audit_find(audit, err, "two histories of %llu entries were signed",
					    (unsigned long long)head->size);
	if (tiles_root_within(log_tiles(audit->log), head->size, lock.size, &root, &cause) ||
	    !digest_equal(&root, &head->root) ||
	    tiles_root(log_tiles(audit->log), lock.size, &root, &cause) ||
	    !digest_equal(&root, &lock.root))
		return audit_find(audit, err,
				  "the log was cut back: lock.db remembers %llu entries, and the "
				  "checkpoint's %llu with the tiles are not the first of them",
				  (unsigned long long)lock.size, (unsigned long long)head->size);
	/* Everything that was signed is there: a crash came between signing and publishing. */
	context_notice(
		audit->registry->ctx,
		"the checkpoint shows %llu of %llu entries that were signed; the next append "
		"publishes them",
		(unsigned long long)head->size, (unsigned long long)lock.size);
	return 0;
}

static void audit_release(struct audit *audit)
{
	audit_report_release(&audit->report);
	seen_release(&audit->idents);
	seen_release(&audit->claims);
	trust_release(&audit->trust);
	evidence_close(&audit->evidence);
}

int registry_audit(struct registry *registry, const struct audit_request *request,
		   struct audit_report *out_report, struct error *err)
{
	CLEANUP(audit_release) struct audit audit = { .registry = registry, .request = request };
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct error cause = { 0 };
	struct digest root;

	if (registry_log(registry, &audit.log, err))
		return -1;
	if (log_head(audit.log, &head, &cause)) {
		if (cause.code == ERROR_SYSTEM) {
			*err = cause;
			return -1;
		}
		if (audit_find(&audit, err, "log/checkpoint: %s", cause.text))
			return -1;
	} else {
		if (audit_tiles(&audit, head.size, &root, err) || audit_lock(&audit, &head, err))
			return -1;
		if (!digest_equal(&root, &head.root) &&
		    audit_find(&audit, err,
			       "the entries do not give the root that the checkpoint signs"))
			return -1;
	}
	if (request->objects && audit_objects(&audit, err))
		return -1;
	*out_report = audit.report;
	audit.report = (struct audit_report){ 0 };
	return 0;
}
