/*
 * Log entries: Rekor v2's hashedrekord 0.0.2 over the digest of what was
 * signed, or the whole of a control statement.
 */
#include "verify/entry.h"

#include <string.h>

#define PAYLOAD_TYPE "application/vnd.in-toto+json"

struct entry_form {
	const char *algorithm, *key_details;
	size_t digest_len;
};

static const struct entry_form entry_form[] = {
	[KEY_ECDSA_P256] = { "SHA2_256", "PKIX_ECDSA_P256_SHA_256", 32 },
	[KEY_ECDSA_P384] = { "SHA2_384", "PKIX_ECDSA_P384_SHA_384", 48 },
};

static int frame_new(const char *version, const char *kind, struct json **out_entry,
		     struct json **out_spec, struct error *err)
{
	CLEANUP(json_free) struct json *entry = NULL;

	if (json_object_new(&entry, err) || json_set_text(entry, "apiVersion", version, err) ||
	    json_set_text(entry, "kind", kind, err) ||
	    json_set_object(entry, "spec", out_spec, err))
		return -1;
	*out_entry = entry;
	entry = NULL; /* handed over */
	return 0;
}

static int frame_write(const struct json *entry, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, ENTRY_MAX_BYTES);
	if (json_write_canonical(entry, &text, err))
		return error_prefix(err, "log entry");
	return buffer_add(out, buffer_view(&text), err);
}

/* `certificate`: empty where the bare key is named. */
static int hashed_write(struct span digest, struct span signature, const struct public_key *key,
			struct span certificate, struct buffer *out, struct error *err)
{
	const struct entry_form *form = &entry_form[public_key_type(key)];
	CLEANUP(json_free) struct json *entry = NULL;
	struct json *spec, *body, *data, *sig, *verifier, *who;

	if (frame_new("0.0.2", "hashedrekord", &entry, &spec, err) ||
	    json_set_object(spec, "hashedRekordV002", &body, err) ||
	    json_set_object(body, "data", &data, err) ||
	    json_set_text(data, "algorithm", form->algorithm, err) ||
	    json_set_base64(data, "digest", digest, err) ||
	    json_set_object(body, "signature", &sig, err) ||
	    json_set_base64(sig, "content", signature, err) ||
	    json_set_object(sig, "verifier", &verifier, err) ||
	    json_set_text(verifier, "keyDetails", form->key_details, err) ||
	    json_set_object(verifier, certificate.len ? "x509Certificate" : "publicKey", &who,
			    err) ||
	    json_set_base64(who, "rawBytes", certificate.len ? certificate : public_key_der(key),
			    err))
		return -1;
	return frame_write(entry, out, err);
}

static int control_write(struct span payload, struct span signature, const struct public_key *key,
			 struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *entry = NULL;
	struct json *spec;

	if (frame_new("0.0.1", "akashi-control", &entry, &spec, err) ||
	    json_set_base64(spec, "payload", payload, err) ||
	    json_set_text(spec, "payloadType", PAYLOAD_TYPE, err) ||
	    json_set_base64(spec, "publicKey", public_key_der(key), err) ||
	    json_set_base64(spec, "signature", signature, err))
		return -1;
	return frame_write(entry, out, err);
}

static int encoding_digest(const struct public_key *key, struct span payload,
			   uint8_t out_digest[MESSAGE_DIGEST_MAX], size_t *out_len,
			   struct error *err)
{
	CLEANUP(buffer_release) struct buffer message;

	buffer_init(&message, payload.len + 96);
	if (envelope_encoding(payload, &message, err))
		return -1;
	return signature_message_digest(key, buffer_view(&message), out_digest, out_len, err);
}

int entry_build(enum statement_kind kind, struct span payload, struct span signature,
		const struct public_key *key, struct buffer *out, struct error *err)
{
	uint8_t digest[MESSAGE_DIGEST_MAX];
	size_t len;

	if (!public_key_signs_statements(key))
		return error_set(err, ERROR_USAGE,
				 "an %s key cannot sign statements: only P-256 and P-384 can",
				 public_key_type_name(key));
	if (statement_kind_is_control(kind))
		return control_write(payload, signature, key, out, err);
	if (encoding_digest(key, payload, digest, &len, err))
		return -1;
	return hashed_write((struct span){ digest, len }, signature, key, (struct span){ NULL, 0 },
			    out, err);
}

int entry_build_certificate(struct span payload, struct span signature,
			    const struct certificate *certificate, struct buffer *out,
			    struct error *err)
{
	CLEANUP(public_key_free) struct public_key *key = NULL;
	uint8_t digest[MESSAGE_DIGEST_MAX];
	size_t len;

	if (certificate_key(certificate, &key, err))
		return -1;
	if (!public_key_signs_statements(key))
		return error_set(err, ERROR_USAGE,
				 "what an %s key signed is not logged: only P-256 and P-384 are",
				 public_key_type_name(key));
	if (encoding_digest(key, payload, digest, &len, err))
		return -1;
	return hashed_write((struct span){ digest, len }, signature, key,
			    certificate_der(certificate), out, err);
}

static int key_parse(struct key_cache *keys, const struct json *parent, const char *name,
		     struct entry *entry, struct error *err)
{
	CLEANUP(buffer_release) struct buffer der;

	buffer_init(&der, PUBLIC_KEY_DER_MAX);
	if (json_need_base64(parent, name, &der, err) ||
	    key_cache_take(keys, buffer_view(&der), &entry->key, err))
		return -1;
	if (!public_key_signs_statements(entry->key))
		return error_set(err, ERROR_CORRUPT, "an %s key signed a statement",
				 public_key_type_name(entry->key));
	return 0;
}

/* Either a bare key or a certificate. */
static int verifier_parse(struct key_cache *keys, const struct json *verifier, struct entry *entry,
			  struct error *err)
{
	CLEANUP(certificate_free) struct certificate *certificate = NULL;
	const struct json *who;

	if (!json_member(verifier, "x509Certificate"))
		return json_need_object(verifier, "publicKey", &who, err) ||
				       key_parse(keys, who, "rawBytes", entry, err)
			       ? -1
			       : 0;
	if (json_need_object(verifier, "x509Certificate", &who, err) ||
	    json_need_base64(who, "rawBytes", &entry->certificate, err) ||
	    certificate_from_der(buffer_view(&entry->certificate), &certificate, err) ||
	    certificate_key(certificate, &entry->key, err))
		return -1;
	if (!public_key_signs_statements(entry->key))
		return error_set(err, ERROR_CORRUPT, "an %s key signed something",
				 public_key_type_name(entry->key));
	return 0;
}

static int hashed_parse(struct key_cache *keys, const struct json *spec, struct entry *entry,
			struct buffer *again, struct error *err)
{
	CLEANUP(buffer_release) struct buffer digest;
	const struct json *body, *data, *sig, *verifier;

	buffer_init(&digest, MESSAGE_DIGEST_MAX);
	if (json_need_object(spec, "hashedRekordV002", &body, err) ||
	    json_need_object(body, "data", &data, err) ||
	    json_need_base64(data, "digest", &digest, err) ||
	    json_need_object(body, "signature", &sig, err) ||
	    json_need_base64(sig, "content", &entry->signature, err) ||
	    json_need_object(sig, "verifier", &verifier, err) ||
	    verifier_parse(keys, verifier, entry, err))
		return -1;
	if (digest.len != entry_form[public_key_type(entry->key)].digest_len)
		return error_set(err, ERROR_CORRUPT, "a digest of %zu bytes", digest.len);
	memcpy(entry->digest, digest.data, digest.len);
	entry->digest_len = digest.len;
	if (digest.len == DIGEST_SIZE) {
		memcpy(entry->identity.byte, digest.data, DIGEST_SIZE);
		entry->has_identity = true;
	}
	return hashed_write(buffer_view(&digest), buffer_view(&entry->signature), entry->key,
			    buffer_view(&entry->certificate), again, err);
}

static int control_parse(struct key_cache *keys, const struct json *spec, struct entry *entry,
			 struct buffer *again, struct error *err)
{
	CLEANUP(buffer_release) struct buffer message;

	buffer_init(&message, CONTROL_PAYLOAD_MAX_BYTES + 96);
	entry->control = true;
	if (json_need_base64(spec, "payload", &entry->payload, err) ||
	    json_need_base64(spec, "signature", &entry->signature, err) ||
	    key_parse(keys, spec, "publicKey", entry, err) ||
	    envelope_encoding(buffer_view(&entry->payload), &message, err) ||
	    signature_check(entry->key, buffer_view(&message), buffer_view(&entry->signature),
			    err) ||
	    signature_message_digest(entry->key, buffer_view(&message), entry->digest,
				     &entry->digest_len, err))
		return -1;
	entry->identity = sha256(buffer_view(&message));
	entry->has_identity = true;
	return control_write(buffer_view(&entry->payload), buffer_view(&entry->signature),
			     entry->key, again, err);
}

static int parts_parse(struct key_cache *keys, struct span bytes, struct entry *entry,
		       struct error *err)
{
	struct json_limits limits = { .max_bytes = ENTRY_MAX_BYTES,
				      .max_values = 64,
				      .max_depth = 8 };
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer again;
	const struct json *spec;
	const char *kind;

	buffer_init(&again, ENTRY_MAX_BYTES);
	if (json_parse(bytes, &limits, &json, err) || json_need_string(json, "kind", &kind, err) ||
	    json_need_object(json, "spec", &spec, err))
		return -1;
	if (strcmp(kind, "hashedrekord") != 0 && strcmp(kind, "akashi-control") != 0)
		return error_set(err, ERROR_CORRUPT, "'%.100s' is no kind of entry", kind);
	if (kind[0] == 'h' ? hashed_parse(keys, spec, entry, &again, err)
			   : control_parse(keys, spec, entry, &again, err))
		return -1;
	if (!span_equal(buffer_view(&again), bytes))
		return error_set(err, ERROR_CORRUPT, "not in the one spelling that is logged");
	return 0;
}

int entry_parse(struct span bytes, struct entry *out_entry, struct error *err)
{
	return entry_parse_with(NULL, bytes, out_entry, err);
}

int entry_parse_with(struct key_cache *keys, struct span bytes, struct entry *out_entry,
		     struct error *err)
{
	struct entry entry = { 0 };

	buffer_init(&entry.signature, SIGNATURE_MAX_BYTES);
	buffer_init(&entry.payload, CONTROL_PAYLOAD_MAX_BYTES);
	buffer_init(&entry.certificate, ENTRY_MAX_BYTES);
	if (parts_parse(keys, bytes, &entry, err)) {
		entry_release(&entry);
		if (err->code == ERROR_UNTRUSTED)
			err->code = ERROR_CORRUPT;
		return error_prefix(err, "log entry");
	}
	*out_entry = entry;
	return 0;
}

int entry_signature_check(const struct entry *entry, struct error *err)
{
	return signature_check_digest(entry->key, (struct span){ entry->digest, entry->digest_len },
				      buffer_view(&entry->signature), err);
}

void entry_release(struct entry *entry)
{
	public_key_free(&entry->key);
	buffer_release(&entry->signature);
	buffer_release(&entry->payload);
	buffer_release(&entry->certificate);
}
