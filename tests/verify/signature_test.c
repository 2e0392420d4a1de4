/* Keys and signatures: the one spelling of each, and everything else refused with its name. */
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "tests/verify/signer.h"

static struct span hex_span(const char *hex, uint8_t *room)
{
	struct error err = { 0 };

	assert_done(hex_decode(span_of(hex), room, strlen(hex) / 2, &err), &err);
	return (struct span){ room, strlen(hex) / 2 };
}

static void every_type_checks_what_openssl_signed(void **state)
{
	static const char *const type[] = { "P-256", "P-384", "P-521", "ED25519" };
	static const char *const name[] = { "ECDSA P-256", "ECDSA P-384", "ECDSA P-521",
					    "Ed25519" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(test_signer_release) struct test_signer signer = test_signer_new(type[i]);
		CLEANUP(test_signer_release) struct test_signer other = test_signer_new(type[i]);
		CLEANUP(buffer_release) struct buffer signature;
		struct span sig;

		buffer_init(&signature, 512);
		test_sign(&signer, span_of("a message"), &signature);
		sig = buffer_view(&signature);
		assert_string_equal(public_key_type_name(signer.public), name[i]);
		assert_int_equal(public_key_signs_statements(signer.public), i < 2);
		assert_done(signature_check(signer.public, span_of("a message"), sig, &err), &err);
		assert_fails(signature_check(signer.public, span_of("a massage"), sig, &err), &err,
			     ERROR_CORRUPT);
		assert_fails(signature_check(signer.public, span_of(""), sig, &err), &err,
			     ERROR_CORRUPT);
		assert_fails(signature_check(other.public, span_of("a message"), sig, &err), &err,
			     ERROR_CORRUPT);
		for (size_t bit = 0; bit < 8 * sig.len; bit++) {
			signature.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_fails(
				signature_check(signer.public, span_of("a message"), sig, &err),
				&err, ERROR_CORRUPT);
			signature.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		assert_fails(signature_check(signer.public, span_of("a message"),
					     (struct span){ sig.data, sig.len - 1 }, &err),
			     &err, ERROR_CORRUPT);
		assert_done(buffer_add(&signature, (struct span){ (const uint8_t *)"", 1 }, &err),
			    &err);
		assert_fails(signature_check(signer.public, span_of("a message"),
					     buffer_view(&signature), &err),
			     &err, ERROR_CORRUPT);
	}
}

/* RFC 6979 A.2.5 (P-256, SHA-256, "sample") and RFC 8032 7.1, test 1. */
static void published_vectors_hold(void **state)
{
	CLEANUP(public_key_free) struct public_key *p256 = NULL, *ed25519 = NULL;
	uint8_t der[128], signature[128];
	struct error err = { 0 };

	(void)state;
	assert_done(
		public_key_from_der(
			hex_span("3059301306072a8648ce3d020106082a8648ce3d03010703420004"
				 "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
				 "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
				 der),
			&p256, &err),
		&err);
	assert_done(
		signature_check(
			p256, span_of("sample"),
			hex_span(
				"3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea8"
				"4eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4"
				"ab2f843acda8",
				signature),
			&err),
		&err);
	assert_done(public_key_from_ed25519(
			    hex_span("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707"
				     "511a",
				     der),
			    &ed25519, &err),
		    &err);
	assert_done(
		signature_check(
			ed25519, span_of(""),
			hex_span("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
				 "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
				 signature),
			&err),
		&err);
}

static void the_twin_of_a_signature_holds_and_names_the_same_statement(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer first, second, message, signature, twin;
	CLEANUP(envelope_release) struct envelope one = { 0 }, two = { 0 };
	struct span payload = span_of("{\"a\":1}");
	struct error err = { 0 };

	(void)state;
	buffer_init(&first, 4096);
	buffer_init(&second, 4096);
	buffer_init(&message, 4096);
	buffer_init(&signature, 256);
	buffer_init(&twin, 256);
	assert_done(envelope_encoding(payload, &message, &err), &err);
	test_sign(&signer, buffer_view(&message), &signature);
	test_twin(&signer, buffer_view(&signature), &twin);
	assert_false(span_equal(buffer_view(&signature), buffer_view(&twin)));
	assert_done(envelope_build(payload, buffer_view(&signature), signer.public, &first, &err),
		    &err);
	assert_done(envelope_build(payload, buffer_view(&twin), signer.public, &second, &err),
		    &err);
	assert_done(envelope_parse(buffer_view(&first), ENVELOPE_MAX_BYTES, &one, &err), &err);
	assert_done(envelope_parse(buffer_view(&second), ENVELOPE_MAX_BYTES, &two, &err), &err);
	assert_done(envelope_check(&one, signer.public, &err), &err);
	assert_done(envelope_check(&two, signer.public, &err), &err);
	assert_true(digest_equal(&one.identity, &two.identity));
}

static void signatures_in_another_encoding_are_refused(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer der, bad;
	struct error err = { 0 };
	static const uint8_t zero[] = { 0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00 };

	(void)state;
	buffer_init(&der, 256);
	buffer_init(&bad, 256);
	test_sign(&signer, span_of("m"), &der);
	/* the length in two bytes where one does */
	assert_done(buffer_add(&bad, (struct span){ (const uint8_t *)"\x30\x81", 2 }, &err), &err);
	assert_done(buffer_add(&bad, (struct span){ der.data + 1, der.len - 1 }, &err), &err);
	assert_fails(signature_check(signer.public, span_of("m"), buffer_view(&bad), &err), &err,
		     ERROR_CORRUPT);
	assert_fails(signature_check(signer.public, span_of("m"),
				     (struct span){ zero, sizeof(zero) }, &err),
		     &err, ERROR_CORRUPT);
	assert_fails(
		signature_check(signer.public, span_of("m"), (struct span){ der.data, 64 }, &err),
		&err, ERROR_CORRUPT);
	assert_fails(signature_check(signer.public, span_of("m"), (struct span){ NULL, 0 }, &err),
		     &err, ERROR_CORRUPT);
}

static EVP_PKEY *ec_key(const char *group, const char *form, const char *encoding)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", group);

	assert_non_null(pkey);
	assert_true(EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
						   form) &&
		    EVP_PKEY_set_utf8_string_param(pkey, OSSL_PKEY_PARAM_EC_ENCODING, encoding));
	return pkey;
}

static void assert_key_refused(EVP_PKEY *pkey, const char *says)
{
	struct public_key *key = NULL;
	unsigned char *der = NULL;
	struct error err = { 0 };
	int len = i2d_PUBKEY(pkey, &der);

	assert_true(len > 0);
	assert_int_equal(public_key_from_der((struct span){ der, (size_t)len }, &key, &err), -1);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	assert_non_null(strstr(err.text, says));
	assert_null(key);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
}

static void keys_of_another_type_or_spelling_are_named_and_refused(void **state)
{
	(void)state;
	assert_key_refused(ec_key("P-256", "compressed", "named_curve"), "uncompressed");
	assert_key_refused(ec_key("P-256", "uncompressed", "explicit"), "by name");
	assert_key_refused(ec_key("secp256k1", "uncompressed", "named_curve"), "not P-256");
	assert_key_refused(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), "RSA");
	assert_key_refused(EVP_PKEY_Q_keygen(NULL, NULL, "ED448"), "ED448");
	assert_key_refused(EVP_PKEY_Q_keygen(NULL, NULL, "X25519"), "X25519");
}

static void bytes_that_are_no_key_are_refused(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	struct span der = public_key_der(signer.public);
	struct public_key *key = NULL;
	struct error err = { 0 };
	uint8_t copy[128] = { 0 };

	(void)state;
	memcpy(copy, der.data, der.len);
	assert_fails(public_key_from_der((struct span){ copy, der.len + 1 }, &key, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(public_key_from_der((struct span){ copy, der.len - 1 }, &key, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(public_key_from_der((struct span){ NULL, 0 }, &key, &err), &err,
		     ERROR_CORRUPT);
	copy[der.len - 1] ^= 1; /* off the curve */
	assert_fails(public_key_from_der((struct span){ copy, der.len }, &key, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(public_key_from_ed25519((struct span){ copy, 31 }, &key, &err), &err,
		     ERROR_CORRUPT);
	assert_null(key);
}

/* The PEM text as OpenSSL writes it, appended to `out`. */
static void pem_of(EVP_PKEY *pkey, bool private, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct error err = { 0 };
	char *text;
	long len;

	assert_true(private ? PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL)
			    : PEM_write_bio_PUBKEY(bio, pkey));
	len = BIO_get_mem_data(bio, &text);
	assert_done(buffer_add(out, (struct span){ (uint8_t *)text, (size_t)len }, &err), &err);
	BIO_free(bio);
}

static void a_pem_text_is_read_and_its_hint_is_that_of_openssls_text(void **state)
{
	static const char *const type[] = { "P-256", "P-384", "P-521", "ED25519" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(test_signer_release) struct test_signer signer = test_signer_new(type[i]);
		CLEANUP(public_key_free) struct public_key *key = NULL;
		CLEANUP(buffer_release) struct buffer pem, ours, around;
		char hint[DIGEST_HEX_SIZE];
		struct digest digest;

		buffer_init(&pem, 4096);
		buffer_init(&ours, 4096);
		buffer_init(&around, 8192);
		pem_of(signer.pkey, false, &pem);
		assert_done(public_key_pem(signer.public, &ours, &err), &err);
		assert_true(span_equal(buffer_view(&pem), buffer_view(&ours)));
		digest = sha256(buffer_view(&pem));
		digest_to_hex(&digest, hint);
		assert_string_equal(public_key_hint(signer.public), hint);

		assert_done(buffer_add_text(&around, "Public-Key: (for people)\n  pub: 04\n", &err),
			    &err);
		assert_done(buffer_add(&around, buffer_view(&pem), &err), &err);
		assert_done(buffer_add_text(&around, " \r\n\n", &err), &err);
		assert_done(public_key_from_pem(buffer_view(&around), &key, &err), &err);
		assert_true(digest_equal(public_key_id(key), public_key_id(signer.public)));
	}
}

static void other_pem_texts_are_refused_by_name(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer private, twice;
	struct public_key *key = NULL;
	struct error err = { 0 };

	(void)state;
	buffer_init(&private, 4096);
	buffer_init(&twice, 4096);
	pem_of(signer.pkey, true, &private);
	assert_int_equal(public_key_from_pem(buffer_view(&private), &key, &err), -1);
	assert_non_null(strstr(err.text, "PRIVATE KEY"));
	err = (struct error){ 0 };
	pem_of(signer.pkey, false, &twice);
	pem_of(signer.pkey, false, &twice);
	assert_fails(public_key_from_pem(buffer_view(&twice), &key, &err), &err, ERROR_CORRUPT);
	assert_fails(public_key_from_pem(span_of(""), &key, &err), &err, ERROR_CORRUPT);
	assert_fails(public_key_from_pem(span_of("no key\n"), &key, &err), &err, ERROR_CORRUPT);
	assert_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_checks_what_openssl_signed),
		cmocka_unit_test(published_vectors_hold),
		cmocka_unit_test(the_twin_of_a_signature_holds_and_names_the_same_statement),
		cmocka_unit_test(signatures_in_another_encoding_are_refused),
		cmocka_unit_test(keys_of_another_type_or_spelling_are_named_and_refused),
		cmocka_unit_test(bytes_that_are_no_key_are_refused),
		cmocka_unit_test(a_pem_text_is_read_and_its_hint_is_that_of_openssls_text),
		cmocka_unit_test(other_pem_texts_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
