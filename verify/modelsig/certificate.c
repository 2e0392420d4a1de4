/* modelsig_certificate: a model signature made with a certificate. */
#include "verify/modelsig/certificate.h"

#include <stdlib.h>
#include <string.h>

#include "verify/modelsig/path.h"
#include "verify/timestamp.h"

void modelsig_signer_release(struct modelsig_signer *signer)
{
	certificate_list_release(&signer->chain);
}

static int chain_parse(const struct json *material, struct certificate_list *out_chain,
		       struct error *err)
{
	const struct json *chain, *list;

	if (json_maybe_object(material, "x509CertificateChain", &chain, err))
		return -1;
	if (!chain && json_member(material, "publicKey"))
		return error_set(err, ERROR_UNTRUSTED,
				 "not possible to check here: signed with a bare key, which has to "
				 "be named (--key PEM)");
	if (!chain)
		return error_set(
			err, ERROR_UNTRUSTED,
			"not possible to check here: logged and signed keyless or with a "
			"certificate, which takes a trusted root, an identity and its issuer "
			"(--trusted-root, --identity, --issuer)");
	if (json_need_array(chain, "certificates", &list, err))
		return -1;
	if (!json_count(list))
		return error_set(err, ERROR_CORRUPT, "the certificate chain is empty");
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(buffer_release) struct buffer der;

		buffer_init(&der, CERTIFICATE_DER_MAX);
		if (json_need_base64(json_at(list, i), "rawBytes", &der, err) ||
		    certificate_list_add_der(out_chain, buffer_view(&der), err))
			return error_prefix(err, "certificate %zu", i);
	}
	return 0;
}

/* The timestamps of a bundle over the signature, against whoever may make them. */
struct timing {
	const struct json *list; /* NULL: none */
	struct span message;     /* the signature's bytes */
	struct timestamp_trust trust;
	int64_t now_unix_s;
};

static int timing_begin(const struct json *material, const struct modelsig_authorities *authorities,
			struct timing *timing, struct error *err)
{
	const struct json *data;

	if (json_maybe_object(material, "timestampVerificationData", &data, err) ||
	    (data && json_maybe_array(data, "rfc3161Timestamps", &timing->list, err)))
		return -1;
	if (json_count(timing->list) > MODELSIG_TIMESTAMPS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u timestamps",
				 MODELSIG_TIMESTAMPS_MAX);
	if (authorities->timestamp_root_count > TIMESTAMP_CERTIFICATES_MAX)
		return error_set(err, ERROR_USAGE, "more than %d roots of timestamp authorities",
				 TIMESTAMP_CERTIFICATES_MAX);
	timing->trust = (struct timestamp_trust){ .roots = authorities->timestamp_root,
						  .root_count = authorities->timestamp_root_count };
	timing->now_unix_s = authorities->now_unix_s;
	return 0;
}

static int timestamp_one(const struct timing *timing, size_t index, struct timestamp *out,
			 struct error *err)
{
	CLEANUP(buffer_release) struct buffer response;

	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	if (json_need_base64(json_at(timing->list, index), "signedTimestamp", &response, err))
		return -1;
	if (!timing->trust.root_count)
		return error_set(err, ERROR_UNTRUSTED,
				 "nobody named the root of a timestamp authority "
				 "(--tsa-root PEM)");
	if (timestamp_check(buffer_view(&response), timing->message, &timing->trust, out, err))
		return -1;
	if (out->time_unix_s > timing->now_unix_s)
		return error_set(err, ERROR_CORRUPT, "it lies in the future");
	return 0;
}

/* The time that counts. Timestamps that do not hold are passed over, as in Sigstore, and told. */
static int find_time(const struct timing *timing, struct modelsig_signer *signer, struct error *err)
{
	signer->unix_s = timing->now_unix_s;
	signer->timestamps = json_count(timing->list);
	for (size_t i = 0; i < signer->timestamps; i++) {
		struct timestamp timestamp;
		struct error cause = { 0 };

		if (timestamp_one(timing, i, &timestamp, &cause)) {
			if (cause.code == ERROR_SYSTEM || cause.code == ERROR_USAGE) {
				*err = cause;
				return -1;
			}
			if (!signer->untimed[0])
				memcpy(signer->untimed, cause.text, sizeof(signer->untimed));
			continue;
		}
		if (signer->authority[0] && timestamp.time_unix_s >= signer->unix_s)
			continue;
		signer->unix_s = timestamp.time_unix_s;
		memcpy(signer->authority, timestamp.authority, sizeof(signer->authority));
	}
	return 0;
}

static int signer_check(const struct modelsig_authorities *authorities,
			struct modelsig_signer *signer, struct public_key **out_key,
			struct error *err)
{
	const struct certificate *leaf = signer->chain.item[0];

	if (certificate_chain_check(leaf, &signer->chain, authorities->roots, signer->unix_s, 0,
				    err))
		return -1;
	if (!certificate_signs(leaf) && !certificate_signs_code(leaf))
		return error_set(err, ERROR_CORRUPT,
				 "the certificate of '%.200s' may not sign: it has neither the key "
				 "usage digitalSignature nor codeSigning",
				 certificate_subject(leaf));
	if (certificate_key(leaf, out_key, err))
		return -1;
	if (public_key_type(*out_key) == KEY_ED25519) {
		public_key_free(out_key);
		return error_set(
			err, ERROR_UNTRUSTED,
			"not possible to check here: OpenSSF signatures are ECDSA, and the "
			"certificate's key is Ed25519");
	}
	return 0;
}

static int material_read(struct span bundle, const struct modelsig_authorities *authorities,
			 struct span signature, struct modelsig_signer *signer, struct error *err)
{
	struct json_limits limits = { .max_bytes = MODELSIG_MAX_BYTES,
				      .max_values = 4096,
				      .max_depth = 16 };
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *material;
	struct timing timing = { .message = signature };

	if (json_parse(bundle, &limits, &json, err) ||
	    json_need_object(json, "verificationMaterial", &material, err) ||
	    chain_parse(material, &signer->chain, err) ||
	    timing_begin(material, authorities, &timing, err))
		return -1;
	return find_time(&timing, signer, err);
}

static int certificate_check(struct span bundle, const struct modelsig_authorities *authorities,
			     unsigned flags, struct modelsig *signature,
			     struct modelsig_signer *signer, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(public_key_free) struct public_key *key = NULL;

	if (envelope_parse(bundle, MODELSIG_MAX_BYTES, &envelope, err) ||
	    material_read(bundle, authorities, buffer_view(&envelope.signature), signer, err) ||
	    signer_check(authorities, signer, &key, err) ||
	    modelsig_envelope_check(&envelope, key, flags, &signature->pre_v1, err))
		return -1;
	signature->key = *public_key_id(key);
	return modelsig_parse(buffer_view(&envelope.payload), signature, err);
}

int modelsig_check_certificate(struct span bundle, const struct modelsig_authorities *authorities,
			       unsigned flags, struct modelsig *out_signature,
			       struct modelsig_signer *out_signer, struct error *err)
{
	struct modelsig_signer signer = { .unix_s = 0 };
	struct modelsig signature = { 0 };

	if (certificate_check(bundle, authorities, flags, &signature, &signer, err)) {
		modelsig_release(&signature);
		modelsig_signer_release(&signer);
		return error_prefix(err, "model signature");
	}
	*out_signature = signature;
	*out_signer = signer;
	return 0;
}
