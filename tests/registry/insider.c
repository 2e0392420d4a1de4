/* Somebody with the log's key and no scruples. */
#include "tests/registry/insider.h"

#include <stdio.h>
#include <stdlib.h>

void insider_append(struct house *house, struct span entry)
{
	static unsigned number;
	struct error err = { 0 };
	char ident[32];
	struct log_item item = { .entry = entry, .ident = ident };
	struct log *log;
	uint64_t index;

	snprintf(ident, sizeof(ident), "forged %u", number++);
	assert_done(registry_log(house->registry, &log, &err), &err);
	assert_done(log_append(log, &item, 1, &index, &err), &err);
}

struct signing_key *insider_key(struct house *house, const char *name)
{
	struct signing_key *key;
	struct error err = { 0 };

	if (signing_key_open(&house->ctx, name, &key, &err)) {
		err = (struct error){ 0 };
		assert_done(signing_key_generate(&house->ctx, name, SIGNING_ECDSA_P256, NULL, &err),
			    &err);
		assert_done(signing_key_open(&house->ctx, name, &key, &err), &err);
	}
	return key;
}

/* The signature of `key` over a payload, and the entry that would be logged. */
void insider_entry(struct signing_key *key, enum statement_kind kind, struct span payload,
		   struct buffer *signature, struct buffer *entry)
{
	CLEANUP(buffer_release) struct buffer message = { 0 };
	struct error err = { 0 };

	buffer_init(&message, 1u << 17);
	buffer_init(signature, SIGNATURE_MAX_BYTES);
	buffer_init(entry, ENTRY_MAX_BYTES);
	assert_done(envelope_encoding(payload, &message, &err), &err);
	assert_done(signing_key_sign(key, buffer_view(&message), signature, &err), &err);
	assert_done(
		entry_build(kind, payload, buffer_view(signature), key->public_key, entry, &err),
		&err);
}

/* Log a payload as `kind`, signed by the key called `name`, without asking anybody. */
void insider_say(struct house *house, const char *name, enum statement_kind kind,
		 struct span payload)
{
	CLEANUP(signing_key_close) struct signing_key *key = insider_key(house, name);
	CLEANUP(buffer_release) struct buffer signature = { 0 }, entry = { 0 };

	insider_entry(key, kind, payload, &signature, &entry);
	insider_append(house, buffer_view(&entry));
}

/* {"origin":…} and what `more` says, as a payload of `type`. */
void insider_payload(const char *type, const char *subject, const struct digest *digest,
		     const char *more, struct buffer *out)
{
	char hex[DIGEST_HEX_SIZE];
	struct error err = { 0 };

	digest_to_hex(digest, hex);
	buffer_init(out, 1u << 16);
	assert_done(
		buffer_printf(out, &err,
			      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{%s},"
			      "\"predicateType\":\"https://w3id.org/akashi/%s/v1\",\"subject\":[{"
			      "\"digest\":{\"sha256\":\"%s\"},\"name\":\"%s\"}]}",
			      more, type, hex, subject),
		&err);
}

void insider_claim(const char *version, const struct digest *statement, const char *origin,
		   struct buffer *out)
{
	char hex[DIGEST_HEX_SIZE], more[400], subject[64];

	digest_to_hex(statement, hex);
	snprintf(subject, sizeof(subject), "lab/m@%s", version);
	snprintf(more, sizeof(more),
		 "\"kind\":\"checkpoint\",\"name\":\"lab/m\",\"origin\":\"%s\",\"statement\":"
		 "\"sha256:%s\",\"version\":\"%s\"",
		 origin, hex, version);
	insider_payload("claim", subject, statement, more, out);
}
