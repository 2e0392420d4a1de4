/* The bodies behind the entries of a watched log. */
#include "registry/monitor/inner.h"

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
