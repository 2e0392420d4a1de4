/* DSSE envelopes inside Sigstore bundles: read, checked, built. */
#include "verify/envelope_inner.h"

#include <stdio.h>
#include <string.h>

#include "verify/json.h"

#define MEDIA_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"

/* DSSE v1: "DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload; this is all but the last. */
static struct span encoding_front(struct span payload, char *room, size_t size)
{
	int len = snprintf(room, size, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE,
			   payload.len);

	return (struct span){ (const uint8_t *)room, (size_t)len };
}

int envelope_encoding(struct span payload, struct buffer *out, struct error *err)
{
	char room[96];

	if (buffer_add(out, encoding_front(payload, room, sizeof(room)), err))
		return -1;
	return buffer_add(out, payload, err);
}

struct digest envelope_identity(struct span payload)
{
	char room[96];
	struct span part[] = { encoding_front(payload, room, sizeof(room)), payload };

	return sha256_parts(part, 2);
}

static int need_text(const struct json *parent, const char *key, const char *expected,
		     struct error *err)
{
	const char *text;

	if (json_need_string(parent, key, &text, err))
		return -1;
	if (strcmp(text, expected) != 0)
		return error_set(err, ERROR_CORRUPT, "'%s' is '%.200s' where '%s' belongs", key,
				 text, expected);
	return 0;
}

static int material_parse(const struct json *bundle, struct envelope *envelope, struct error *err)
{
	const struct json *material, *key;
	const char *hint = NULL;

	if (json_need_object(bundle, "verificationMaterial", &material, err) ||
	    json_maybe_object(material, "publicKey", &key, err))
		return -1;
	if (!key) {
		if (!json_member(material, "certificate") &&
		    !json_member(material, "x509CertificateChain"))
			return error_set(err, ERROR_CORRUPT,
					 "'verificationMaterial' has neither a public key nor a "
					 "certificate");
		envelope->material = MATERIAL_CERTIFICATE;
		return 0;
	}
	envelope->material = MATERIAL_KEY;
	if (json_maybe_string(key, "hint", &hint, err))
		return -1;
	if (hint && strlen(hint) >= sizeof(envelope->hint))
		return error_set(err, ERROR_CORRUPT, "'hint' is longer than a SHA-256");
	if (hint)
		memcpy(envelope->hint, hint, strlen(hint) + 1);
	return 0;
}

static int dsse_parse(const struct json *bundle, struct envelope *envelope, struct error *err)
{
	const struct json *dsse, *signatures, *signature;

	if (json_need_object(bundle, "dsseEnvelope", &dsse, err) ||
	    need_text(dsse, "payloadType", PAYLOAD_TYPE, err) ||
	    json_need_array(dsse, "signatures", &signatures, err))
		return -1;
	if (json_count(signatures) != 1)
		return error_set(err, ERROR_CORRUPT, "%zu signatures where exactly one belongs",
				 json_count(signatures));
	signature = json_at(signatures, 0);
	if (json_need_base64(dsse, "payload", &envelope->payload, err) ||
	    json_need_base64(signature, "sig", &envelope->signature, err))
		return -1;
	if (!envelope->payload.len || !envelope->signature.len)
		return error_set(err, ERROR_CORRUPT, "an empty payload or signature");
	envelope->identity = envelope_identity(buffer_view(&envelope->payload));
	return 0;
}

int envelope_parse(struct span bundle, size_t max_bytes, struct envelope *out_envelope,
		   struct error *err)
{
	struct json_limits limits = { .max_bytes = max_bytes, .max_values = 4096, .max_depth = 16 };
	CLEANUP(json_free) struct json *json = NULL;
	struct envelope envelope = { 0 };

	buffer_init(&envelope.payload, max_bytes);
	buffer_init(&envelope.signature, SIGNATURE_MAX_BYTES);
	if (json_parse(bundle, &limits, &json, err) ||
	    need_text(json, "mediaType", MEDIA_TYPE, err) || material_parse(json, &envelope, err) ||
	    dsse_parse(json, &envelope, err)) {
		envelope_release(&envelope);
		return error_prefix(err, "envelope");
	}
	*out_envelope = envelope;
	return 0;
}

void envelope_release(struct envelope *envelope)
{
	buffer_release(&envelope->payload);
	buffer_release(&envelope->signature);
}

int envelope_check(const struct envelope *envelope, const struct public_key *key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer message;

	buffer_init(&message, envelope->payload.len + 96);
	if (envelope_encoding(buffer_view(&envelope->payload), &message, err))
		return -1;
	return signature_check(key, buffer_view(&message), buffer_view(&envelope->signature), err);
}

static int dsse_build(struct json *dsse, struct span payload, struct span signature,
		      struct error *err)
{
	struct json *list, *one;

	if (json_set_base64(dsse, "payload", payload, err) ||
	    json_set_text(dsse, "payloadType", PAYLOAD_TYPE, err) ||
	    json_set_array(dsse, "signatures", &list, err) || json_add_object(list, &one, err) ||
	    json_set_text(one, "keyid", "", err) || json_set_base64(one, "sig", signature, err))
		return -1;
	return 0;
}

int envelope_begin(struct span payload, struct span signature, struct json **out_bundle,
		   struct json **out_material, struct json **out_entries, struct error *err)
{
	CLEANUP(json_free) struct json *bundle = NULL;
	struct json *dsse;

	if (json_object_new(&bundle, err) || json_set_text(bundle, "mediaType", MEDIA_TYPE, err) ||
	    json_set_object(bundle, "dsseEnvelope", &dsse, err) ||
	    dsse_build(dsse, payload, signature, err) ||
	    json_set_object(bundle, "verificationMaterial", out_material, err) ||
	    json_set_array(*out_material, "tlogEntries", out_entries, err))
		return -1;
	*out_bundle = bundle;
	bundle = NULL; /* handed over */
	return 0;
}

int envelope_build(struct span payload, struct span signature, const struct public_key *key,
		   struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *bundle = NULL;
	struct json *material, *entries, *hint;

	if (envelope_begin(payload, signature, &bundle, &material, &entries, err) ||
	    json_set_object(material, "publicKey", &hint, err) ||
	    json_set_text(hint, "hint", public_key_hint(key), err))
		return -1;
	return json_write_canonical(bundle, out, err);
}
