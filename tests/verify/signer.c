/* Private keys for tests, straight from OpenSSL. */
#include "tests/verify/signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/x509.h>
#include <stdlib.h>

static void must(bool done)
{
	if (!done)
		abort();
}

struct test_signer test_signer_new(const char *type)
{
	struct test_signer signer = { 0 };
	struct error err = { 0 };
	unsigned char *der = NULL;
	int len;

	signer.pkey = strcmp(type, "ED25519") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, type)
						   : EVP_PKEY_Q_keygen(NULL, NULL, "EC", type);
	must(signer.pkey != NULL);
	len = i2d_PUBKEY(signer.pkey, &der);
	must(len > 0 &&
	     public_key_from_der((struct span){ der, (size_t)len }, &signer.public, &err) == 0);
	OPENSSL_free(der);
	return signer;
}

void test_signer_release(struct test_signer *signer)
{
	EVP_PKEY_free(signer->pkey);
	public_key_free(&signer->public);
}

void test_sign(const struct test_signer *signer, struct span message, struct buffer *out)
{
	static const char *const digest[] = { "SHA256", "SHA384", "SHA512", NULL };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[256];
	size_t len = sizeof(signature);
	struct error err = { 0 };

	must(ctx && EVP_DigestSignInit_ex(ctx, NULL, digest[public_key_type(signer->public)], NULL,
					  NULL, signer->pkey, NULL) == 1);
	must(EVP_DigestSign(ctx, signature, &len, message.data, message.len) == 1);
	must(buffer_add(out, (struct span){ signature, len }, &err) == 0);
	EVP_MD_CTX_free(ctx);
}

void test_envelope(const struct test_signer *signer, struct span payload, struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer message, signature;
	struct error err = { 0 };

	buffer_init(&message, payload.len + 100);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	must(envelope_encoding(payload, &message, &err) == 0);
	test_sign(signer, buffer_view(&message), &signature);
	must(envelope_build(payload, buffer_view(&signature), signer->public, out, &err) == 0);
}

void test_twin(const struct test_signer *signer, struct span signature, struct buffer *out)
{
	const unsigned char *at = signature.data;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)signature.len);
	char group[64];
	EC_GROUP *curve;
	BIGNUM *s = BN_new();
	unsigned char *der = NULL;
	struct error err = { 0 };
	int len;

	must(sig && EVP_PKEY_get_utf8_string_param(signer->pkey, OSSL_PKEY_PARAM_GROUP_NAME, group,
						   sizeof(group), NULL));
	curve = EC_GROUP_new_by_curve_name(OBJ_txt2nid(group));
	must(curve && BN_sub(s, EC_GROUP_get0_order(curve), ECDSA_SIG_get0_s(sig)));
	must(ECDSA_SIG_set0(sig, BN_dup(ECDSA_SIG_get0_r(sig)), s));
	len = i2d_ECDSA_SIG(sig, &der);
	must(len > 0 && buffer_add(out, (struct span){ der, (size_t)len }, &err) == 0);
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EC_GROUP_free(curve);
}
