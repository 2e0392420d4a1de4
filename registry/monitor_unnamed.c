/*
 * Entries of P-384 keys: they hold the SHA-384 of what was signed, so which statement that is only
 * the claim behind it says. Until then they wait; what nothing names is told, not passed over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/monitor_inner.h"

int monitor_body(struct monitor_log *log, const struct digest *identity,
		 const struct public_key *key, struct statement *out_statement,
		 struct signed_digest *out_digest, bool *out_absent, struct error *why)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes, encoding;

	*out_absent = false;
	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	buffer_init(&encoding, ENVELOPE_MAX_BYTES);
	if (log_source_body(log->ctx, log->source, identity, public_key_id(key), &bytes, why)) {
		*out_absent = why->code == ERROR_ABSENT;
		return -1;
	}
	if (envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, why) ||
	    envelope_check(&envelope, key, why))
		return -1;
	if (!digest_equal(&envelope.identity, identity))
		return error_set(why, ERROR_CORRUPT, "it is another statement");
	if (envelope_encoding(buffer_view(&envelope.payload), &encoding, why) ||
	    signature_message_digest(key, buffer_view(&encoding), out_digest->byte,
				     &out_digest->len, why))
		return -1;
	return statement_parse(buffer_view(&envelope.payload), out_statement, why);
}

int monitor_unnamed_add(struct monitor_log *log, uint64_t index, struct error *err)
{
	if (log->unnamed_count == log->unnamed_cap) {
		size_t cap = log->unnamed_cap ? 2 * log->unnamed_cap : 16;
		uint64_t *grown = realloc(log->unnamed, cap * sizeof(*grown));

		if (!grown)
			return error_set(err, ERROR_SYSTEM, "out of memory for entries");
		log->unnamed = grown;
		log->unnamed_cap = cap;
	}
	log->unnamed[log->unnamed_count++] = index;
	return 0;
}

void monitor_unnamed_drop(struct monitor_log *log, uint64_t index)
{
	for (size_t i = 0; i < log->unnamed_count; i++)
		if (log->unnamed[i] == index) {
			log->unnamed[i] = log->unnamed[--log->unnamed_count];
			return;
		}
}

int monitor_unnamed_tell(struct monitor_log *log, struct error *err)
{
	for (size_t i = 0; i < log->unnamed_count; i++) {
		unsigned long long index = log->unnamed[i];
		char what[32];

		snprintf(what, sizeof(what), "%llu", index);
		if (monitor_find(log, "not-looked-at", FINDING_UNDECIDED, log->unnamed[i], what,
				 NULL, err,
				 "entry %llu: signed by a P-384 key, whose entries do not say of "
				 "which statement they are, and no claim names it: its body was "
				 "not looked at",
				 index))
			return -1;
	}
	log->unnamed_count = 0;
	return 0;
}
