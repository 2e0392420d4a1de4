/* The part of an audit that asks nobody: an entry, the body kept of it, and their signatures. */
#include <string.h>

#include "registry/audit/inner.h"
#include "registry/statement/inner.h"

void judged_init(struct judged *judged, struct span bytes)
{
	*judged = (struct judged){ .bytes = bytes };
	buffer_init(&judged->facts, REMEMBERED_FACTS_MAX_BYTES);
}

void judged_release(struct judged *judged)
{
	buffer_release(&judged->facts);
	entry_release(&judged->entry);
	envelope_release(&judged->envelope);
	statement_release(&judged->statement);
	*judged = (struct judged){ .looked = false };
}

void judged_read(const struct audit *audit, struct judged *judged)
{
	if (entry_parse_with(audit->registry->keys, judged->bytes, &judged->entry,
			     &judged->unread) ||
	    judged->entry.certificate.len || !judged->entry.has_identity)
		return;
	judged_look(audit, judged, &judged->entry.identity);
}

/* The envelope that is kept must give exactly the entry that was logged. */
static void entry_compare(struct judged *judged)
{
	CLEANUP(buffer_release) struct buffer again;

	buffer_init(&again, ENTRY_MAX_BYTES);
	judged->as_logged =
		entry_build(judged->statement.kind, buffer_view(&judged->envelope.payload),
			    buffer_view(&judged->envelope.signature), judged->entry.key, &again,
			    &judged->unbuilt) == 0 &&
		span_equal(buffer_view(&again), judged->bytes);
}

/* The stamp of the body's file, as it is now. */
static void judged_stamp(const struct audit *audit, struct judged *judged,
			 const struct digest *identity, const struct digest *signer)
{
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	judged->stamped = statement_path(audit->registry, identity, signer, &path, &ignored) == 0 &&
			  remembered_stamp_take(audit->registry, path, &judged->stamp,
						&judged->fresh, &ignored) == 0;
}

void judged_recall(const struct audit *audit, struct judged *judged)
{
	const struct remembered *remembered = audit->request->remembered;
	const struct remembered_item *item;
	struct reached reached;

	judged->leaf = merkle_leaf(judged->bytes);
	item = remembered_entry(remembered, &judged->leaf);
	if (!item || !item->audited)
		return;
	reached_init(&reached);
	reached.identity = item->identity;
	reached.signer = *remembered_signer(remembered, item);
	reached_recall(audit->registry, remembered, &reached);
	if (reached.known) {
		judged->known = true;
		judged->identity = reached.identity;
		judged->signer = reached.signer;
		judged->facts = reached.facts;
		buffer_init(&reached.facts, 0);
	}
	reached_release(&reached);
}

/* What a statement needs that holds. */
static void judged_note(const struct audit *audit, struct judged *judged)
{
	struct reached reached;

	/* Whether what was withheld is gone is asked each time. */
	if (!judged->stamped || !judged->as_logged || judged->another || judged->damaged.code ||
	    judged->statement.kind == STATEMENT_tombstone)
		return;
	reached_init(&reached);
	reached.statement = judged->statement;
	reached.read = reached.stamped = true;
	reached.fresh = judged->fresh;
	reached_follow(audit->registry, &reached);
	reached_note(audit->registry, &reached);
	judged->fresh = reached.fresh;
	judged->facts = reached.facts;
	buffer_init(&reached.facts, 0);
	memset(&reached.statement, 0, sizeof(reached.statement)); /* it is judged's */
	reached_release(&reached);
}

void judged_look(const struct audit *audit, struct judged *judged, const struct digest *identity)
{
	const struct entry *entry = &judged->entry;
	const struct digest *key = public_key_id(entry->key);
	struct error *damaged = &judged->damaged;
	CLEANUP(buffer_release) struct buffer bundle;
	struct error unread = { 0 };

	judged->looked = true;
	judged->identity = *identity;
	judged->signer = *key;
	if (audit->request->remembered)
		judged_stamp(audit, judged, identity, key);
	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	if (registry_envelope(audit->registry, identity, key, &bundle, NULL, damaged)) {
		if (damaged->code != ERROR_ABSENT)
			return;
		judged->missing = *damaged;
		*damaged = (struct error){ 0 };
		return;
	}
	if (envelope_parse(buffer_view(&bundle), ENVELOPE_MAX_BYTES, &judged->envelope, damaged))
		return;
	if (statement_parse(buffer_view(&judged->envelope.payload), &judged->statement, &unread) ==
	    0)
		entry_compare(judged);
	/*
	 * A control entry holds payload, signature and key, and was read only because the signature
	 * holds: whatever gives the same entry is signed as well.
	 */
	if ((!entry->control || !judged->as_logged) &&
	    envelope_check(&judged->envelope, entry->key, damaged))
		return;
	*damaged = unread;
	judged->another = !digest_equal(&judged->envelope.identity, identity);
	if (audit->request->remembered)
		judged_note(audit, judged);
}
