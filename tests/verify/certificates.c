/* Certificates for tests, straight from OpenSSL. */
#include "tests/verify/certificates.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

static void must(bool done)
{
	if (!done)
		abort();
}

static void extension_add(X509 *x509, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX ctx;

	if (!value)
		return;
	X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension && X509_add_ext(x509, extension, -1));
	X509_EXTENSION_free(extension);
}

static void bytes_extension_add(X509 *x509, const char *oid, struct span bytes)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	must(object && value && ASN1_OCTET_STRING_set(value, bytes.data, (int)bytes.len));
	extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
	must(extension && X509_add_ext(x509, extension, -1));
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

static X509 *certificate_of(EVP_PKEY *key, const struct test_wish *wish, X509 *issuer)
{
	X509 *x509 = X509_new();
	BIGNUM *serial = BN_new();
	X509_NAME *name = X509_NAME_new();

	must(x509 && serial && name && X509_set_version(x509, X509_VERSION_3));
	must(BN_rand(serial, 100, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
	     BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(x509)));
	if (wish->common_name[0])
		must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
						(const unsigned char *)wish->common_name, -1, -1,
						0));
	must(X509_set_subject_name(x509, name));
	must(X509_set_issuer_name(x509, issuer ? X509_get_subject_name(issuer) : name));
	must(ASN1_TIME_set(X509_getm_notBefore(x509), (time_t)wish->not_before) &&
	     ASN1_TIME_set(X509_getm_notAfter(x509), (time_t)wish->not_after));
	must(X509_set_pubkey(x509, key));
	issuer = issuer ? issuer : x509;
	extension_add(x509, issuer, NID_subject_key_identifier, "hash");
	extension_add(x509, issuer, NID_authority_key_identifier, "keyid:always");
	extension_add(x509, issuer, NID_basic_constraints, wish->basic);
	extension_add(x509, issuer, NID_key_usage, wish->usage);
	extension_add(x509, issuer, NID_ext_key_usage, wish->extended);
	extension_add(x509, issuer, NID_subject_alt_name, wish->names);
	if (wish->more_oid)
		bytes_extension_add(x509, wish->more_oid, wish->more);
	BN_free(serial);
	X509_NAME_free(name);
	return x509;
}

static X509 *openssl_of(const struct test_identity *identity)
{
	struct span der = certificate_der(identity->certificate);
	const unsigned char *at = der.data;
	X509 *x509 = d2i_X509(NULL, &at, (long)der.len);

	must(x509 != NULL);
	return x509;
}

static void certificate_sign(EVP_PKEY *own, const struct test_wish *wish,
			     const struct test_identity *issuer, struct buffer *out_der)
{
	X509 *above = issuer ? openssl_of(issuer) : NULL;
	X509 *x509 = certificate_of(own, wish, above);
	EVP_PKEY *key = issuer ? issuer->signer.pkey : own;
	const EVP_MD *digest = wish->sha1 ? EVP_sha1() : EVP_sha256();
	struct error err = { 0 };
	unsigned char *der = NULL;
	int len;

	must(X509_sign(x509, key, EVP_PKEY_is_a(key, "ED25519") ? NULL : digest) > 0);
	len = i2d_X509(x509, &der);
	must(len > 0 && !buffer_add(out_der, (struct span){ der, (size_t)len }, &err));
	OPENSSL_free(der);
	X509_free(x509);
	X509_free(above);
}

void test_certificate_der(const char *type, const struct test_wish *wish,
			  const struct test_identity *issuer, struct buffer *out_der)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new(type);

	certificate_sign(signer.pkey, wish, issuer, out_der);
}

struct test_identity test_identity_new(const char *type, const struct test_wish *wish,
				       const struct test_identity *issuer)
{
	struct test_identity identity = { .signer = test_signer_new(type) };
	CLEANUP(buffer_release) struct buffer der;
	struct error err = { 0 };

	buffer_init(&der, CERTIFICATE_DER_MAX);
	certificate_sign(identity.signer.pkey, wish, issuer, &der);
	if (certificate_from_der(buffer_view(&der), &identity.certificate, &err))
		fail_msg("%s", err.text);
	return identity;
}

void test_identity_release(struct test_identity *identity)
{
	test_signer_release(&identity->signer);
	certificate_free(&identity->certificate);
}

struct test_identity test_issuer_new(const char *common_name, const struct test_identity *issuer)
{
	struct test_wish wish = { .common_name = common_name,
				  .not_before = TEST_TIME - 10000,
				  .not_after = TEST_TIME + 10000,
				  .basic = "critical,CA:TRUE",
				  .usage = "critical,keyCertSign,cRLSign" };

	return test_identity_new("P-384", &wish, issuer);
}

struct test_identity test_leaf_new(const char *common_name, const struct test_identity *issuer)
{
	struct test_wish wish = { .common_name = common_name,
				  .not_before = TEST_TIME - 300,
				  .not_after = TEST_TIME + 300,
				  .usage = "critical,digitalSignature",
				  .extended = "codeSigning" };

	return test_identity_new("P-256", &wish, issuer);
}

void test_list_add(struct certificate_list *list, const struct test_identity *identity)
{
	struct error err = { 0 };

	if (certificate_list_add_der(list, certificate_der(identity->certificate), &err))
		fail_msg("%s", err.text);
}

void test_certificate_pem(const struct test_identity *identity, struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };

	buffer_init(&text, 2 * CERTIFICATE_DER_MAX);
	must(!base64_encode(&text, certificate_der(identity->certificate), &err) &&
	     !buffer_add_text(out, "-----BEGIN CERTIFICATE-----\n", &err));
	for (size_t at = 0; at < text.len; at += 64) {
		struct span line = { text.data + at, text.len - at < 64 ? text.len - at : 64 };

		must(!buffer_add(out, line, &err) && !buffer_add_text(out, "\n", &err));
	}
	must(!buffer_add_text(out, "-----END CERTIFICATE-----\n", &err));
}
