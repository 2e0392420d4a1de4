/* The part of an audit that asks nobody: an entry, the body kept of it, and their signatures. */
#include "registry/audit_inner.h"
#include "registry/statement_inner.h"

void judged_release(struct judged *judged)
{
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

void judged_look(const struct audit *audit, struct judged *judged, const struct digest *identity)
{
	const struct entry *entry = &judged->entry;
	const struct digest *key = public_key_id(entry->key);
	struct error *damaged = &judged->damaged;
	CLEANUP(buffer_release) struct buffer bundle;
	struct error unread = { 0 };

	judged->looked = true;
	judged->identity = *identity;
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
}
