/* Sigstore bundles v0.1 to v0.3: read strictly, as protocol buffers' JSON writes them. */
#include "verify/sigstore/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "verify/utf8.h"

#define PAYLOAD_TYPE "application/vnd.in-toto+json"

/* The members that an object may have. */
static int members_check(const struct json *object, const char *where, const char *const *known,
			 struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(object, &at)) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], at.key) != 0)
			i++;
		if (!known[i])
			return error_set(err, ERROR_CORRUPT,
					 "%s has a member '%.60s', which no "
					 "bundle has",
					 where, at.key);
	}
	return 0;
}

#define MEMBERS(object, where, err, ...)                                                           \
	members_check(object, where, (const char *const[]){ __VA_ARGS__, NULL }, err)

/* A 64-bit integer: a string of decimal digits, or a number; never negative. */
static int need_int64(const struct json *parent, const char *key, uint64_t *out_number,
		      struct error *err)
{
	const struct json *value = json_member(parent, key);
	const char *text = json_text(value);
	uint64_t number = (uint64_t)json_integer_of(value);

	if (json_kind(value) == JSON_KIND_NULL)
		return error_set(err, ERROR_CORRUPT, "'%s' is missing", key);
	if ((text ? !decimal_read(span_of(text), &number)
		  : json_kind(value) != JSON_KIND_INTEGER) ||
	    number > INT64_MAX)
		return error_set(err, ERROR_CORRUPT, "'%s' is no integer from 0 to 2^63 - 1", key);
	*out_number = number;
	return 0;
}

/* ---- What was signed ---- */

static int envelope_read(const struct json *dsse, struct bundle *bundle, struct error *err)
{
	const struct json *signatures, *signature;
	const char *type, *keyid;

	if (MEMBERS(dsse, "'dsseEnvelope'", err, "payload", "payloadType", "signatures") ||
	    json_need_string(dsse, "payloadType", &type, err) ||
	    json_need_array(dsse, "signatures", &signatures, err))
		return -1;
	if (json_count(signatures) != 1)
		return error_set(err, ERROR_CORRUPT, "%zu signatures where exactly one belongs",
				 json_count(signatures));
	signature = json_at(signatures, 0);
	if (MEMBERS(signature, "a signature", err, "sig", "keyid") ||
	    json_maybe_string(signature, "keyid", &keyid, err) ||
	    json_need_base64(dsse, "payload", &bundle->payload, err) ||
	    json_need_base64(signature, "sig", &bundle->signature, err))
		return -1;
	if (strcmp(type, PAYLOAD_TYPE) != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "the envelope holds '%.100s', and only '" PAYLOAD_TYPE "' is read",
				 type);
	bundle->is_envelope = true;
	return 0;
}

static int message_read(const struct json *message, struct bundle *bundle, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	const struct json *digest;
	const char *algorithm;

	buffer_init(&bytes, 64);
	if (MEMBERS(message, "'messageSignature'", err, "messageDigest", "signature") ||
	    json_need_base64(message, "signature", &bundle->signature, err) ||
	    json_maybe_object(message, "messageDigest", &digest, err))
		return -1;
	if (!digest)
		return 0;
	if (MEMBERS(digest, "'messageDigest'", err, "algorithm", "digest") ||
	    json_need_string(digest, "algorithm", &algorithm, err) ||
	    json_need_base64(digest, "digest", &bytes, err))
		return -1;
	if (strcmp(algorithm, "SHA2_256") != 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "the message's digest is by %.40s, and only SHA2_256 is read",
				 algorithm);
	if (bytes.len != DIGEST_SIZE)
		return error_set(err, ERROR_CORRUPT, "a SHA-256 of %zu bytes", bytes.len);
	memcpy(bundle->digest.byte, bytes.data, DIGEST_SIZE);
	bundle->has_digest = true;
	return 0;
}

static int content_read(const struct json *json, struct bundle *bundle, struct error *err)
{
	const struct json *dsse, *message;

	if (json_maybe_object(json, "dsseEnvelope", &dsse, err) ||
	    json_maybe_object(json, "messageSignature", &message, err))
		return -1;
	if (!dsse == !message)
		return error_set(err, ERROR_CORRUPT,
				 "neither or both of 'dsseEnvelope' and 'messageSignature'");
	if (dsse ? envelope_read(dsse, bundle, err) : message_read(message, bundle, err))
		return -1;
	if (!bundle->signature.len)
		return error_set(err, ERROR_CORRUPT, "an empty signature");
	return 0;
}

/* ---- The log's entry ---- */

static int path_read(const struct json *proof, struct bundle_entry *entry, struct error *err)
{
	const struct json *list;

	if (json_maybe_array(proof, "hashes", &list, err))
		return -1;
	if (json_count(list) > MERKLE_PROOF_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu hashes in an inclusion proof",
				 json_count(list));
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(buffer_release) struct buffer hash;
		const char *text = json_text(json_at(list, i));

		buffer_init(&hash, DIGEST_SIZE);
		if (!text || base64_decode(&hash, span_of(text), err) || hash.len != DIGEST_SIZE)
			return error_set(err, ERROR_CORRUPT,
					 "a hash of the inclusion proof is no SHA-256");
		memcpy(entry->path[entry->path_len++].byte, hash.data, DIGEST_SIZE);
	}
	return 0;
}

static int proof_read(const struct json *proof, struct bundle_entry *entry, struct error *err)
{
	CLEANUP(buffer_release) struct buffer root;
	const struct json *checkpoint;

	buffer_init(&root, DIGEST_SIZE);
	if (MEMBERS(proof, "'inclusionProof'", err, "logIndex", "rootHash", "treeSize", "hashes",
		    "checkpoint") ||
	    need_int64(proof, "logIndex", &entry->tree_index, err) ||
	    need_int64(proof, "treeSize", &entry->tree_size, err) ||
	    json_need_base64(proof, "rootHash", &root, err) || path_read(proof, entry, err) ||
	    json_maybe_object(proof, "checkpoint", &checkpoint, err))
		return error_prefix(err, "inclusion proof");
	if (root.len != DIGEST_SIZE)
		return error_set(err, ERROR_CORRUPT, "the inclusion proof's root is no SHA-256");
	memcpy(entry->root.byte, root.data, DIGEST_SIZE);
	if (checkpoint && (MEMBERS(checkpoint, "'checkpoint'", err, "envelope") ||
			   json_need_string(checkpoint, "envelope", &entry->checkpoint, err)))
		return -1;
	entry->has_proof = true;
	return 0;
}

static int promise_read(const struct json *json, struct bundle_entry *entry, struct error *err)
{
	const struct json *promise;

	if (json_maybe_object(json, "inclusionPromise", &promise, err))
		return -1;
	if (!promise)
		return 0;
	if (MEMBERS(promise, "'inclusionPromise'", err, "signedEntryTimestamp") ||
	    json_need_base64(promise, "signedEntryTimestamp", &entry->promise, err))
		return -1;
	if (!entry->promise.len)
		return error_set(err, ERROR_CORRUPT, "an empty signed entry timestamp");
	return 0;
}

static int entry_read(const struct json *json, struct bundle_entry *entry, struct error *err)
{
	CLEANUP(buffer_release) struct buffer id;
	const struct json *log_id, *kind, *proof;
	uint64_t integrated = 0;

	buffer_init(&id, LOG_ID_MAX);
	if (MEMBERS(json, "the log entry", err, "logIndex", "logId", "kindVersion",
		    "integratedTime", "inclusionPromise", "inclusionProof", "canonicalizedBody") ||
	    need_int64(json, "logIndex", &entry->index, err) ||
	    json_need_object(json, "logId", &log_id, err) ||
	    MEMBERS(log_id, "'logId'", err, "keyId") ||
	    json_need_base64(log_id, "keyId", &id, err) ||
	    json_need_object(json, "kindVersion", &kind, err) ||
	    MEMBERS(kind, "'kindVersion'", err, "kind", "version") ||
	    json_need_string(kind, "kind", &entry->kind, err) ||
	    json_need_string(kind, "version", &entry->version, err) ||
	    (json_member(json, "integratedTime") &&
	     need_int64(json, "integratedTime", &integrated, err)) ||
	    promise_read(json, entry, err) ||
	    json_maybe_object(json, "inclusionProof", &proof, err) ||
	    (proof && proof_read(proof, entry, err)) ||
	    json_need_base64(json, "canonicalizedBody", &entry->body, err))
		return -1;
	entry->integrated_s = (int64_t)integrated;
	if (id.len)
		memcpy(entry->log_id, id.data, id.len);
	entry->log_id_len = id.len;
	return 0;
}

/* ---- Who signed, and when ---- */

static int certificate_read(const struct json *json, struct certificate **out_certificate,
			    struct error *err)
{
	CLEANUP(buffer_release) struct buffer der;

	buffer_init(&der, CERTIFICATE_DER_MAX);
	if (MEMBERS(json, "a certificate", err, "rawBytes") ||
	    json_need_base64(json, "rawBytes", &der, err))
		return -1;
	return certificate_from_der(buffer_view(&der), out_certificate, err);
}

/* v0.1 and v0.2: the leaf, and what came with it. That is no anchor of ours and may not be a root.
 */
static int chain_read(const struct json *chain, struct bundle *bundle, struct error *err)
{
	const struct json *list;

	if (MEMBERS(chain, "'x509CertificateChain'", err, "certificates") ||
	    json_need_array(chain, "certificates", &list, err))
		return -1;
	if (!json_count(list) || json_count(list) > SIGSTORE_CHAIN_MAX)
		return error_set(err, ERROR_CORRUPT, "a chain of %zu certificates, not of 1 to %d",
				 json_count(list), SIGSTORE_CHAIN_MAX);
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(certificate_free) struct certificate *certificate = NULL;

		if (certificate_read(json_at(list, i), &certificate, err))
			return -1;
		if (certificate_is_self_issued(certificate))
			return error_set(err, ERROR_CORRUPT,
					 "the bundle brings a root certificate ('%.200s')",
					 certificate_subject(certificate));
		if (!i) {
			bundle->leaf = certificate;
			certificate = NULL; /* handed over */
		}
	}
	return 0;
}

static int timestamps_read(const struct json *material, struct bundle *bundle, struct error *err)
{
	const struct json *data, *list;

	if (json_maybe_object(material, "timestampVerificationData", &data, err))
		return -1;
	if (!data)
		return 0;
	if (MEMBERS(data, "'timestampVerificationData'", err, "rfc3161Timestamps") ||
	    json_maybe_array(data, "rfc3161Timestamps", &list, err))
		return -1;
	if (json_count(list) > SIGSTORE_TIMESTAMPS_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu timestamps, more than the allowed %d",
				 json_count(list), SIGSTORE_TIMESTAMPS_MAX);
	bundle->timestamp = calloc(json_count(list) + 1, sizeof(*bundle->timestamp));
	if (!bundle->timestamp)
		return error_set(err, ERROR_SYSTEM, "out of memory for timestamps");
	for (size_t i = 0; i < json_count(list); i++) {
		struct buffer *bytes = &bundle->timestamp[i];

		buffer_init(bytes, TIMESTAMP_BYTES_MAX);
		bundle->timestamp_count++;
		if (MEMBERS(json_at(list, i), "a timestamp", err, "signedTimestamp") ||
		    json_need_base64(json_at(list, i), "signedTimestamp", bytes, err))
			return error_prefix(err, "timestamp");
		for (size_t j = 0; j < i; j++)
			if (span_equal(buffer_view(bytes), buffer_view(&bundle->timestamp[j])))
				return error_set(err, ERROR_CORRUPT, "a timestamp stands twice");
	}
	return 0;
}

static int signer_read(const struct json *material, struct bundle *bundle, struct error *err)
{
	const struct json *certificate, *chain, *key;
	const char *hint;

	if (json_maybe_object(material, "certificate", &certificate, err) ||
	    json_maybe_object(material, "x509CertificateChain", &chain, err) ||
	    json_maybe_object(material, "publicKey", &key, err))
		return -1;
	if (!!certificate + !!chain + !!key != 1)
		return error_set(err, ERROR_CORRUPT,
				 "not exactly one of 'certificate', 'x509CertificateChain' and "
				 "'publicKey'");
	if (key)
		return MEMBERS(key, "'publicKey'", err, "hint") ||
				       json_maybe_string(key, "hint", &hint, err)
			       ? -1
			       : 0;
	if (certificate && bundle->version < 3)
		return error_set(err, ERROR_CORRUPT, "'certificate' in a bundle older than v0.3");
	return chain ? chain_read(chain, bundle, err)
		     : certificate_read(certificate, &bundle->leaf, err);
}

static int material_read(const struct json *json, struct bundle *bundle, struct error *err)
{
	const struct json *material, *entries;

	if (json_need_object(json, "verificationMaterial", &material, err) ||
	    MEMBERS(material, "'verificationMaterial'", err, "certificate", "x509CertificateChain",
		    "publicKey", "tlogEntries", "timestampVerificationData") ||
	    signer_read(material, bundle, err) ||
	    json_maybe_array(material, "tlogEntries", &entries, err))
		return -1;
	if (json_count(entries) != 1)
		return error_set(err, ERROR_CORRUPT, "%zu log entries where exactly one belongs",
				 json_count(entries));
	return entry_read(json_at(entries, 0), &bundle->entry, err) ||
			       timestamps_read(material, bundle, err)
		       ? -1
		       : 0;
}

/* ---- The whole ---- */

static int version_read(const struct json *json, int *out_version, struct error *err)
{
	static const struct {
		const char *text;
		int version;
	} known[] = {
		{ "application/vnd.dev.sigstore.bundle+json;version=0.1", 1 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.2", 2 },
		{ "application/vnd.dev.sigstore.bundle+json;version=0.3", 3 },
		{ "application/vnd.dev.sigstore.bundle.v0.3+json", 3 },
	};
	const char *text;

	if (json_need_string(json, "mediaType", &text, err))
		return -1;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(text, known[i].text) == 0) {
			*out_version = known[i].version;
			return 0;
		}
	return error_set(err, ERROR_CORRUPT,
			 "'mediaType' is '%.100s', and bundles v0.1 to v0.3 are read", text);
}

static int bundle_fill(struct span text, struct bundle *bundle, struct error *err)
{
	struct json_limits limits = { .max_bytes = SIGSTORE_BUNDLE_MAX_BYTES,
				      .max_values = 20000,
				      .max_depth = 16 };

	return json_parse(text, &limits, &bundle->json, err) ||
			       version_read(bundle->json, &bundle->version, err) ||
			       MEMBERS(bundle->json, "the bundle", err, "mediaType",
				       "verificationMaterial", "dsseEnvelope",
				       "messageSignature") ||
			       content_read(bundle->json, bundle, err) ||
			       material_read(bundle->json, bundle, err)
		       ? -1
		       : 0;
}

int bundle_parse(struct span text, struct bundle *out_bundle, struct error *err)
{
	struct bundle bundle = { 0 };

	buffer_init(&bundle.payload, SIGSTORE_BUNDLE_MAX_BYTES);
	buffer_init(&bundle.signature, SIGNATURE_BYTES_MAX);
	buffer_init(&bundle.entry.promise, SIGNATURE_BYTES_MAX);
	buffer_init(&bundle.entry.body, SIGSTORE_BODY_MAX);
	if (bundle_fill(text, &bundle, err)) {
		bundle_release(&bundle);
		return error_prefix(err, "the bundle");
	}
	*out_bundle = bundle;
	return 0;
}

void bundle_release(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->timestamp_count; i++)
		buffer_release(&bundle->timestamp[i]);
	free(bundle->timestamp);
	buffer_release(&bundle->payload);
	buffer_release(&bundle->signature);
	buffer_release(&bundle->entry.promise);
	buffer_release(&bundle->entry.body);
	certificate_free(&bundle->leaf);
	json_free(&bundle->json);
}

/* Read for a look at its form; NULL when it is none. */
static struct json *glance(struct span text)
{
	struct json_limits limits = { .max_bytes = SIGSTORE_BUNDLE_MAX_BYTES,
				      .max_values = 4000000,
				      .max_depth = 64 };
	struct json *json = NULL;
	struct error unread = { 0 };

	return json_parse(text, &limits, &json, &unread) ? NULL : json;
}

bool sigstore_bundle_is_of_model(struct span text)
{
	CLEANUP(json_free) struct json *json = glance(text), *statement = NULL;
	const struct json *dsse = json_member(json, "dsseEnvelope");
	CLEANUP(buffer_release) struct buffer payload;
	struct error unread = { 0 };
	const char *type;

	buffer_init(&payload, SIGSTORE_BUNDLE_MAX_BYTES);
	if (json_need_base64(dsse, "payload", &payload, &unread))
		return false;
	statement = glance(buffer_view(&payload));
	type = json_text(json_member(statement, "predicateType"));
	return type && strncmp(type, "https://model_signing/", 22) == 0;
}
