/* A timestamp authority for tests, straight from OpenSSL. */
#include "tests/verify/authority.h"

#include <openssl/bio.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

static void must(bool done)
{
	if (!done)
		abort();
}

static EVP_PKEY *key_new(const char *type)
{
	EVP_PKEY *key;

	if (!type)
		type = "P-256";
	key = strncmp(type, "RSA-", 4) == 0
		      ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(type + 4, NULL, 10))
		      : EVP_EC_gen(type);
	must(key != NULL);
	return key;
}

static void extension_add(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	must(extension && X509_add_ext(certificate, extension, -1));
	X509_EXTENSION_free(extension);
}

static X509 *certificate_new(EVP_PKEY *key, const char *name, X509 *issuer, long serial,
			     int64_t from, int64_t to)
{
	X509 *certificate = X509_new();

	must(certificate && X509_set_version(certificate, X509_VERSION_3) &&
	     ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) &&
	     ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)from) &&
	     ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)to) &&
	     X509_set_pubkey(certificate, key) &&
	     X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
					(const unsigned char *)name, -1, -1, 0) &&
	     X509_set_issuer_name(certificate,
				  X509_get_subject_name(issuer ? issuer : certificate)));
	return certificate;
}

static void der_take(X509 *certificate, struct buffer *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	struct error err = { 0 };

	must(len > 0 && buffer_add(out, (struct span){ der, (size_t)len }, &err) == 0);
	OPENSSL_free(der);
}

static X509 *signer_new(const struct test_authority *authority, struct test_authority_form form)
{
	X509 *signer =
		certificate_new(authority->key, form.name ? form.name : "Test TSA", authority->root,
				2, form.not_before ? form.not_before : 1577836800,
				form.not_after ? form.not_after : 1893456000);

	extension_add(signer, authority->root, NID_key_usage, "critical,digitalSignature");
	extension_add(signer, authority->root, NID_ext_key_usage,
		      form.usage ? form.usage : "critical,timeStamping");
	must(X509_sign(signer, authority->root_key,
		       EVP_get_digestbyname(form.digest ? form.digest : "SHA384")) > 0);
	return signer;
}

struct test_authority test_authority_new(struct test_authority_form form)
{
	struct test_authority it = { .root_key = key_new("P-384"), .key = key_new(form.key) };

	it.root = certificate_new(it.root_key, "Test root", NULL, 1, 1262304000, 2208988800);
	extension_add(it.root, it.root, NID_basic_constraints, "critical,CA:TRUE");
	extension_add(it.root, it.root, NID_key_usage, "critical,keyCertSign");
	must(X509_sign(it.root, it.root_key, EVP_sha384()) > 0);
	it.signer = signer_new(&it, form);
	buffer_init(&it.root_der, TIMESTAMP_CERTIFICATE_MAX);
	buffer_init(&it.signer_der, TIMESTAMP_CERTIFICATE_MAX);
	der_take(it.root, &it.root_der);
	der_take(it.signer, &it.signer_der);
	return it;
}

void test_authority_signer(const struct test_authority *authority, struct test_authority_form form,
			   struct buffer *out_der)
{
	X509 *signer = signer_new(authority, form);

	der_take(signer, out_der);
	X509_free(signer);
}

void test_authority_release(struct test_authority *authority)
{
	EVP_PKEY_free(authority->root_key);
	EVP_PKEY_free(authority->key);
	X509_free(authority->root);
	X509_free(authority->signer);
	buffer_release(&authority->root_der);
	buffer_release(&authority->signer_der);
}

static ASN1_INTEGER *serial_next(TS_RESP_CTX *ctx, void *data)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	(void)ctx;
	(void)data;
	must(serial && ASN1_INTEGER_set(serial, 0x0102ff));
	return serial;
}

static int time_now(TS_RESP_CTX *ctx, void *data, long *seconds, long *microseconds)
{
	const struct test_timestamp_form *form = data;

	(void)ctx;
	*seconds = (long)(form->time ? form->time : TEST_2025);
	*microseconds = form->fraction_us;
	return 1;
}

static TS_RESP_CTX *answering(const struct test_authority *authority,
			      struct test_timestamp_form *form)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4.1", 1);
	static const char *const digest[] = { "SHA1", "SHA256", "SHA384", "SHA512" };

	must(ctx && policy && TS_RESP_CTX_set_signer_key(ctx, authority->key) &&
	     TS_RESP_CTX_set_def_policy(ctx, policy) &&
	     TS_RESP_CTX_set_signer_digest(
		     ctx, EVP_get_digestbyname(form->signed_by ? form->signed_by : "SHA256")) &&
	     TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()));
	must(TS_RESP_CTX_set_signer_cert(ctx, authority->signer));
	for (size_t i = 0; i < 4; i++)
		must(TS_RESP_CTX_add_md(ctx, EVP_get_digestbyname(digest[i])));
	if (form->accuracy_s)
		must(TS_RESP_CTX_set_accuracy(ctx, form->accuracy_s, 0, 0));
	if (form->fraction_us)
		must(TS_RESP_CTX_set_clock_precision_digits(ctx, 6));
	TS_RESP_CTX_set_serial_cb(ctx, serial_next, NULL);
	TS_RESP_CTX_set_time_cb(ctx, time_now, form);
	ASN1_OBJECT_free(policy);
	return ctx;
}

void test_timestamp_answer(const struct test_authority *authority, struct span request,
			   struct test_timestamp_form form, struct buffer *out)
{
	TS_RESP_CTX *ctx = answering(authority, &form);
	BIO *bio = BIO_new_mem_buf(request.data, (int)request.len);
	TS_RESP *resp = TS_RESP_create_response(ctx, bio);
	unsigned char *der = NULL;
	int len = resp ? i2d_TS_RESP(resp, &der) : 0;
	struct error err = { 0 };

	must(len > 0 && buffer_add(out, (struct span){ der, (size_t)len }, &err) == 0);
	OPENSSL_free(der);
	TS_RESP_free(resp);
	BIO_free(bio);
	TS_RESP_CTX_free(ctx);
}

void test_timestamp(const struct test_authority *authority, struct span message,
		    struct test_timestamp_form form, struct buffer *out)
{
	const EVP_MD *hash = EVP_get_digestbyname(form.digest ? form.digest : "SHA256");
	TS_REQ *req = TS_REQ_new();
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *algorithm = X509_ALGOR_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned digest_len = 0;
	unsigned char *der = NULL;
	int len;

	must(req && imprint && algorithm && hash &&
	     EVP_Digest(message.data, message.len, digest, &digest_len, hash, NULL) &&
	     X509_ALGOR_set0(algorithm, OBJ_nid2obj(EVP_MD_get_type(hash)), V_ASN1_NULL, NULL) &&
	     TS_MSG_IMPRINT_set_algo(imprint, algorithm) &&
	     TS_MSG_IMPRINT_set_msg(imprint, digest, (int)digest_len) &&
	     TS_REQ_set_version(req, 1) && TS_REQ_set_msg_imprint(req, imprint) &&
	     TS_REQ_set_cert_req(req, !form.bare));
	len = i2d_TS_REQ(req, &der);
	must(len > 0);
	test_timestamp_answer(authority, (struct span){ der, (size_t)len }, form, out);
	OPENSSL_free(der);
	X509_ALGOR_free(algorithm);
	TS_MSG_IMPRINT_free(imprint);
	TS_REQ_free(req);
}
