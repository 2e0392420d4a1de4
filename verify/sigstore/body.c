/* The bodies of Rekor's entries, compared with the bundle that brought them. */
#include "verify/sigstore/body.h"

#include <string.h>

#include "verify/envelope.h"

#define PEM_MAX (96u << 10)

/* What the entry must be about. */
struct subject {
	const struct bundle *bundle;
	const struct public_key *key;  /* of a managed key; NULL: the bundle's leaf */
	const struct digest *artifact; /* of a message; NULL: the bundle holds an envelope */
};

static int differs(struct error *err, const char *what)
{
	return error_set(err, ERROR_CORRUPT, "the log's entry has another %s than the bundle",
			 what);
}

/* The digest of what a hashedrekord is about. */
static struct digest signed_digest(const struct subject *subject)
{
	return subject->artifact ? *subject->artifact
				 : envelope_identity(buffer_view(&subject->bundle->payload));
}

static struct digest payload_digest(const struct subject *subject)
{
	return sha256(buffer_view(&subject->bundle->payload));
}

/* {"algorithm": `name`, "value" or "digest": ...}, as hexadecimal or base64. */
static int digest_check(const struct json *parent, const char *key, bool old,
			const struct digest *wanted, const char *what, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	const struct json *holder;
	const char *algorithm, *text;
	struct digest found;

	buffer_init(&bytes, 64);
	if (json_need_object(parent, key, &holder, err) ||
	    json_need_string(holder, "algorithm", &algorithm, err) ||
	    json_need_string(holder, old ? "value" : "digest", &text, err))
		return -1;
	if (strcmp(algorithm, old ? "sha256" : "SHA2_256") != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "the log's entry has a digest by %.40s, and only SHA-256 is read",
				 algorithm);
	if (old ? digest_from_hex(span_of(text), &found, err)
		: base64_decode(&bytes, span_of(text), err))
		return -1;
	if (!old) {
		if (bytes.len != DIGEST_SIZE)
			return differs(err, what);
		memcpy(found.byte, bytes.data, DIGEST_SIZE);
	}
	return digest_equal(&found, wanted) ? 0 : differs(err, what);
}

static int signature_same(const struct json *parent, const char *key, const struct subject *subject,
			  struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, SIGNATURE_BYTES_MAX);
	if (json_need_base64(parent, key, &bytes, err))
		return -1;
	return span_equal(buffer_view(&bytes), buffer_view(&subject->bundle->signature))
		       ? 0
		       : differs(err, "signature");
}

/* A PEM certificate or key is the bundle's signer; compared by DER, PEM has many spellings. */
static int signer_same_pem(struct span pem, const struct subject *subject, struct error *err)
{
	CLEANUP(certificate_list_release) struct certificate_list list = { 0 };
	CLEANUP(public_key_free) struct public_key *key = NULL;
	bool same;

	if (subject->key) {
		if (public_key_from_pem(pem, &key, err))
			return error_prefix(err, "the log's entry");
		same = span_equal(public_key_der(key), public_key_der(subject->key));
	} else {
		if (certificate_list_add_pem(&list, pem, err))
			return error_prefix(err, "the log's entry");
		same = list.count == 1 && span_equal(certificate_der(list.item[0]),
						     certificate_der(subject->bundle->leaf));
	}
	return same ? 0 : differs(err, subject->key ? "key" : "certificate");
}

/* Base64 of that PEM. */
static int signer_same(const struct json *parent, const char *key, const struct subject *subject,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer pem;

	buffer_init(&pem, PEM_MAX);
	if (json_need_base64(parent, key, &pem, err))
		return -1;
	return signer_same_pem(buffer_view(&pem), subject, err);
}

/* Rekor v2: "verifier" with DER of a certificate or a key. */
static int verifier_same(const struct json *parent, const struct subject *subject,
			 struct error *err)
{
	CLEANUP(buffer_release) struct buffer der;
	const struct json *verifier, *holder;
	struct span wanted = subject->key ? public_key_der(subject->key)
					  : certificate_der(subject->bundle->leaf);

	buffer_init(&der, CERTIFICATE_DER_MAX);
	if (json_need_object(parent, "verifier", &verifier, err))
		return -1;
	holder = json_member(verifier, subject->key ? "publicKey" : "x509Certificate");
	if (!holder)
		return differs(err, "kind of signer");
	if (json_need_base64(holder, "rawBytes", &der, err))
		return -1;
	return span_equal(buffer_view(&der), wanted)
		       ? 0
		       : differs(err, subject->key ? "key" : "certificate");
}

static int hashedrekord_1(const struct json *spec, const struct subject *subject, struct error *err)
{
	struct digest wanted = signed_digest(subject);
	const struct json *data, *signature, *key;

	if (json_need_object(spec, "data", &data, err) ||
	    digest_check(data, "hash", true, &wanted, "digest of the artifact", err) ||
	    json_need_object(spec, "signature", &signature, err) ||
	    signature_same(signature, "content", subject, err) ||
	    json_need_object(signature, "publicKey", &key, err))
		return -1;
	return signer_same(key, "content", subject, err);
}

static int hashedrekord_2(const struct json *spec, const struct subject *subject, struct error *err)
{
	struct digest wanted = signed_digest(subject);
	const struct json *inner, *signature;

	if (json_need_object(spec, "hashedRekordV002", &inner, err) ||
	    digest_check(inner, "data", false, &wanted,
			 subject->artifact ? "digest of the artifact" : "digest of the envelope",
			 err) ||
	    json_need_object(inner, "signature", &signature, err) ||
	    signature_same(signature, "content", subject, err))
		return -1;
	return verifier_same(signature, subject, err);
}

static int envelope_wanted(const struct subject *subject, struct error *err)
{
	if (subject->artifact)
		return error_set(err, ERROR_CORRUPT,
				 "the log's entry is about an envelope, and the bundle has none");
	return 0;
}

/* The one signature of a list. */
static int only_one(const struct json *parent, const struct json **out_one, struct error *err)
{
	const struct json *list;

	if (json_need_array(parent, "signatures", &list, err))
		return -1;
	if (json_count(list) != 1)
		return error_set(err, ERROR_CORRUPT, "the log's entry has %zu signatures, not one",
				 json_count(list));
	*out_one = json_at(list, 0);
	return 0;
}

static int dsse_1(const struct json *spec, const struct subject *subject, struct error *err)
{
	struct digest wanted = payload_digest(subject);
	const struct json *one;

	if (envelope_wanted(subject, err) ||
	    digest_check(spec, "payloadHash", true, &wanted, "payload", err) ||
	    only_one(spec, &one, err) || signature_same(one, "signature", subject, err))
		return -1;
	return signer_same(one, "verifier", subject, err);
}

static int dsse_2(const struct json *spec, const struct subject *subject, struct error *err)
{
	struct digest wanted = payload_digest(subject);
	const struct json *inner, *one;

	if (envelope_wanted(subject, err) || json_need_object(spec, "dsseV002", &inner, err) ||
	    digest_check(inner, "payloadHash", false, &wanted, "payload", err) ||
	    only_one(inner, &one, err) || signature_same(one, "content", subject, err))
		return -1;
	return verifier_same(one, subject, err);
}

/* intoto 0.0.2 writes its signature as base64 of base64. */
static int intoto_2(const struct json *spec, const struct subject *subject, struct error *err)
{
	CLEANUP(buffer_release) struct buffer found, wanted;
	struct digest payload = payload_digest(subject);
	const struct json *content, *envelope, *one;

	buffer_init(&found, 4 * SIGNATURE_BYTES_MAX);
	buffer_init(&wanted, 4 * SIGNATURE_BYTES_MAX);
	if (envelope_wanted(subject, err) || json_need_object(spec, "content", &content, err) ||
	    digest_check(content, "payloadHash", true, &payload, "payload", err) ||
	    json_need_object(content, "envelope", &envelope, err) ||
	    only_one(envelope, &one, err) || json_need_base64(one, "sig", &found, err) ||
	    base64_encode(&wanted, buffer_view(&subject->bundle->signature), err))
		return -1;
	if (!span_equal(buffer_view(&found), buffer_view(&wanted)))
		return differs(err, "signature");
	return signer_same(one, "publicKey", subject, err);
}

static const struct body_kind {
	const char *kind, *version;
	int (*check)(const struct json *spec, const struct subject *subject, struct error *err);
} body_kind[] = {
	{ "hashedrekord", "0.0.1", hashedrekord_1 },
	{ "hashedrekord", "0.0.2", hashedrekord_2 },
	{ "dsse", "0.0.1", dsse_1 },
	{ "dsse", "0.0.2", dsse_2 },
	{ "intoto", "0.0.2", intoto_2 },
};

static int body_dispatch(const struct json *json, const struct bundle_entry *entry,
			 const struct subject *subject, struct error *err)
{
	const char *kind, *version;
	const struct json *spec;

	if (json_need_string(json, "kind", &kind, err) ||
	    json_need_string(json, "apiVersion", &version, err) ||
	    json_need_object(json, "spec", &spec, err))
		return error_prefix(err, "the log's entry");
	if (strcmp(kind, entry->kind) != 0 || strcmp(version, entry->version) != 0)
		return differs(err, "kind");
	for (size_t i = 0; i < sizeof(body_kind) / sizeof(*body_kind); i++)
		if (strcmp(kind, body_kind[i].kind) == 0 &&
		    strcmp(version, body_kind[i].version) == 0)
			return body_kind[i].check(spec, subject, err);
	return error_set(err, ERROR_UNTRUSTED,
			 "the log's entry is of a kind '%.40s %.40s' that "
			 "is not read",
			 kind, version);
}

int body_check(const struct bundle *bundle, const struct public_key *key,
	       const struct digest *artifact, struct error *err)
{
	struct json_limits limits = { .max_bytes = SIGSTORE_BODY_MAX,
				      .max_values = 4096,
				      .max_depth = 16 };
	struct subject subject = { bundle, bundle->leaf ? NULL : key, artifact };
	CLEANUP(json_free) struct json *json = NULL;

	if (json_parse(buffer_view(&bundle->entry.body), &limits, &json, err))
		return error_prefix(err, "the log's entry");
	return body_dispatch(json, &bundle->entry, &subject, err);
}
