/* Sigstore bundles of what stands in a log of ours. */
#include "verify/bundle.h"

#include <stdio.h>
#include <string.h>

#include "verify/entry.h"
#include "verify/envelope_inner.h"

/* The format writes 64-bit integers as texts. */
static int size_set(struct json *object, const char *key, uint64_t size, struct error *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)size);
	return json_set_text(object, key, text, err);
}

static int hash_text(const struct digest *hash, char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 2 * DIGEST_SIZE);
	return base64_encode(&text, (struct span){ hash->byte, DIGEST_SIZE }, err) ||
			       buffer_to_text(&text, out_text, err)
		       ? -1
		       : 0;
}

static int kind_set(struct json *logged, struct span entry, struct error *err)
{
	struct json_limits limits = { .max_bytes = ENTRY_MAX_BYTES };
	CLEANUP(json_free) struct json *json = NULL;
	const char *kind, *version;
	struct json *pair;

	return json_parse(entry, &limits, &json, err) ||
			       json_need_string(json, "kind", &kind, err) ||
			       json_need_string(json, "apiVersion", &version, err) ||
			       json_set_object(logged, "kindVersion", &pair, err) ||
			       json_set_text(pair, "kind", kind, err) ||
			       json_set_text(pair, "version", version, err)
		       ? -1
		       : 0;
}

static int log_id_set(struct json *logged, const struct note_key *log, struct error *err)
{
	CLEANUP(buffer_release) struct buffer key;
	struct digest id;
	struct json *holder;

	buffer_init(&key, NOTE_NAME_MAX + 2 + ED25519_KEY_SIZE);
	if (buffer_add_text(&key, log->name, err) ||
	    buffer_add(&key, (struct span){ (const uint8_t *)"\n\x01", 2 }, err) ||
	    buffer_add(&key, (struct span){ log->key, ED25519_KEY_SIZE }, err))
		return -1;
	id = sha256(buffer_view(&key));
	return json_set_object(logged, "logId", &holder, err) ||
			       json_set_base64(holder, "keyId",
					       (struct span){ id.byte, DIGEST_SIZE }, err)
		       ? -1
		       : 0;
}

static int proof_set(struct json *logged, const struct proof *proof, struct error *err)
{
	struct json *inclusion, *hashes, *checkpoint;
	struct tree_head head;
	struct span text;

	if (note_text(proof->checkpoint, &text, err) || tree_head_parse(text, &head, err) ||
	    json_set_object(logged, "inclusionProof", &inclusion, err) ||
	    size_set(inclusion, "logIndex", proof->index, err) ||
	    size_set(inclusion, "treeSize", head.size, err) ||
	    json_set_base64(inclusion, "rootHash", (struct span){ head.root.byte, DIGEST_SIZE },
			    err) ||
	    json_set_object(inclusion, "checkpoint", &checkpoint, err) ||
	    json_set_span(checkpoint, "envelope", proof->checkpoint, err) ||
	    json_set_array(inclusion, "hashes", &hashes, err))
		return -1;
	for (size_t i = 0; i < proof->path_len; i++) {
		CLEANUP(text_free) char *hash = NULL;

		if (hash_text(&proof->path[i], &hash, err) || json_add_text(hashes, hash, err))
			return -1;
	}
	return 0;
}

static int timestamps_set(struct json *material, const struct bundle_parts *parts,
			  struct error *err)
{
	struct json *data, *list, *one;

	if (!parts->timestamp_count)
		return 0;
	if (json_set_object(material, "timestampVerificationData", &data, err) ||
	    json_set_array(data, "rfc3161Timestamps", &list, err))
		return -1;
	for (size_t i = 0; i < parts->timestamp_count; i++)
		if (json_add_object(list, &one, err) ||
		    json_set_base64(one, "signedTimestamp", parts->timestamp[i], err))
			return -1;
	return 0;
}

static int chain_set(struct json *material, const struct certificate_list *chain, struct error *err)
{
	struct json *holder, *list, *one;

	if (json_set_object(material, "x509CertificateChain", &holder, err) ||
	    json_set_array(holder, "certificates", &list, err))
		return -1;
	for (size_t i = 0; i < chain->count; i++)
		if (json_add_object(list, &one, err) ||
		    json_set_base64(one, "rawBytes", certificate_der(chain->item[i]), err))
			return -1;
	return 0;
}

static int signer_set(struct json *material, const struct bundle_parts *parts, struct error *err)
{
	struct json *who;

	if (parts->chain)
		return chain_set(material, parts->chain, err);
	if (parts->certificate)
		return json_set_object(material, "certificate", &who, err) ||
				       json_set_base64(who, "rawBytes",
						       certificate_der(parts->certificate), err)
			       ? -1
			       : 0;
	return json_set_object(material, "publicKey", &who, err) ||
			       json_set_text(who, "hint", public_key_hint(parts->key), err)
		       ? -1
		       : 0;
}

static int logged_set(struct json *entries, const struct bundle_parts *parts, struct error *err)
{
	struct json *logged;

	if (!parts->proof)
		return 0;
	return json_add_object(entries, &logged, err) ||
			       size_set(logged, "logIndex", parts->proof->index, err) ||
			       log_id_set(logged, parts->log, err) ||
			       kind_set(logged, parts->entry, err) ||
			       proof_set(logged, parts->proof, err) ||
			       json_set_base64(logged, "canonicalizedBody", parts->entry, err)
		       ? -1
		       : 0;
}

int bundle_build(const struct bundle_parts *parts, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *bundle = NULL;
	struct json *material, *entries;

	if (envelope_begin(parts->payload, parts->signature, &bundle, &material, &entries, err) ||
	    signer_set(material, parts, err) || logged_set(entries, parts, err) ||
	    timestamps_set(material, parts, err))
		return -1;
	return json_write_canonical(bundle, out, err);
}
