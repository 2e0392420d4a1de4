/* A model's signature in a registry's log, and what shows strangers that it is. */
#include <string.h>

#include "registry/log.h"
#include "registry/model_sign/inner.h"
#include "registry/statement/inner.h"
#include "registry/timestamps.h"

/* The log's name of the signature: what was signed, and by which key. */
static void ident_make(const struct model_signing *s, char out_ident[IDENT_SIZE])
{
	struct digest identity = envelope_identity(buffer_view(&s->payload));

	statement_ident(&identity, public_key_id(s->key->public_key), out_ident);
}

int signing_find_logged(const struct model_signing *s, struct buffer *out_signature,
			bool *out_found, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;
	char ident[IDENT_SIZE];
	struct error absent = { 0 };
	struct log *log;
	uint64_t index;

	buffer_init(&bytes, ENTRY_MAX_BYTES);
	*out_found = false;
	if (!s->request->registry)
		return 0;
	if (!s->certificates.count)
		return error_set(err, ERROR_USAGE,
				 "--log needs --cert: a log's readers learn from it who signed");
	ident_make(s, ident);
	if (registry_log(s->request->registry, &log, err))
		return -1;
	if (log_find(log, ident, &index, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	if (log_head(log, &head, err) ||
	    tiles_entry(log_tiles(log), index, head.size, &bytes, err) ||
	    entry_parse(buffer_view(&bytes), &entry, err))
		return -1;
	if (!span_equal(buffer_view(&entry.certificate), certificate_der(s->certificates.item[0])))
		return error_set(err, ERROR_USAGE,
				 "this key's signature of the same files is entry %llu of the log, "
				 "by another certificate",
				 (unsigned long long)index);
	*out_found = true;
	return buffer_add(out_signature, buffer_view(&entry.signature), err);
}

/* Log the entry and give its proof, both checked against the bytes that were meant. */
static int log_and_prove(struct model_signing *s, struct span signature, struct buffer *entry,
			 struct buffer *text, struct proof *out_proof, struct note_key *out_key,
			 struct error *err)
{
	struct log_item item = { 0 };
	struct log_trust trust = { .key = out_key, .key_count = 1 };
	struct checkpoint checkpoint;
	char ident[IDENT_SIZE];
	struct log *log;

	ident_make(s, ident);
	if (entry_build_certificate(buffer_view(&s->payload), signature, s->certificates.item[0],
				    entry, err) ||
	    registry_log(s->request->registry, &log, err))
		return -1;
	item.entry = buffer_view(entry);
	item.ident = ident;
	return log_append(log, &item, 1, &s->log_index, err) ||
			       note_key_parse(span_of(log_vkey(log)), out_key, err) ||
			       log_prove(log, s->log_index, text, err) ||
			       proof_parse(buffer_view(text), out_proof, err) ||
			       proof_check(out_proof, item.entry, &trust, &checkpoint, err)
		       ? error_prefix(err, "the signature in the log")
		       : 0;
}

/* A timestamp, or a word about why there is none. */
static void stamp(struct model_signing *s, struct span signature, struct buffer *response)
{
	struct error cause = { 0 };

	if (!s->request->timestamp_url)
		return;
	if (!timestamp_fetch(s->ctx, s->request->timestamp_url, signature, response, &s->timestamp,
			     &cause)) {
		s->timestamped = true;
		return;
	}
	response->len = 0;
	context_notice(s->ctx, "signed without a timestamp: %s", cause.text);
}

int signing_bundle(struct model_signing *s, struct span signature, struct error *err)
{
	CLEANUP(buffer_release) struct buffer response, entry, text;
	struct bundle_parts parts = { .payload = buffer_view(&s->payload),
				      .signature = signature,
				      .key = s->key->public_key };
	struct note_key log;
	struct proof proof;
	struct span stamped;

	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	buffer_init(&entry, ENTRY_MAX_BYTES);
	buffer_init(&text, PROOF_MAX_BYTES);
	if (s->request->registry) {
		if (log_and_prove(s, signature, &entry, &text, &proof, &log, err))
			return -1;
		parts.entry = buffer_view(&entry);
		parts.proof = &proof;
		parts.log = &log;
		parts.certificate = s->certificates.item[0];
	} else if (s->certificates.count) {
		parts.chain = &s->certificates;
	}
	stamp(s, signature, &response);
	stamped = buffer_view(&response);
	parts.timestamp = &stamped;
	parts.timestamp_count = s->timestamped;
	return bundle_build(&parts, &s->bundle, err);
}
