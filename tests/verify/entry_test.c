/* Log entries: byte for byte what docs/formats.md says, and no other spelling. */
#include <stdlib.h>

#include "tests/verify/authority.h"
#include "tests/verify/world.h"

#define PAYLOAD "{\"some\":\"payload\"}"

static void make(const struct test_signer *signer, enum statement_kind kind, const char *payload,
		 struct buffer *signature, struct buffer *out)
{
	CLEANUP(buffer_release) struct buffer message;
	struct error err = { 0 };

	buffer_init(&message, 4096);
	assert_done(envelope_encoding(span_of(payload), &message, &err), &err);
	test_sign(signer, buffer_view(&message), signature);
	assert_done(entry_build(kind, span_of(payload), buffer_view(signature), signer->public, out,
				&err),
		    &err);
}

static void a_statement_entry_is_rekors_hashedrekord(void **state)
{
	static const struct {
		const char *type, *algorithm, *details, *digest;
	} row[] = {
		{ "P-256", "SHA2_256", "PKIX_ECDSA_P256_SHA_256", "SHA256" },
		{ "P-384", "SHA2_384", "PKIX_ECDSA_P384_SHA_384", "SHA384" },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(test_signer_release)
		struct test_signer signer = test_signer_new(row[i].type);
		CLEANUP(buffer_release) struct buffer signature, entry, expected, message;
		uint8_t digest[64];
		size_t len;

		buffer_init(&signature, 256);
		buffer_init(&entry, ENTRY_MAX_BYTES);
		buffer_init(&expected, ENTRY_MAX_BYTES);
		buffer_init(&message, 4096);
		make(&signer, STATEMENT_run, PAYLOAD, &signature, &entry);
		assert_done(envelope_encoding(span_of(PAYLOAD), &message, &err), &err);
		assert_true(EVP_Q_digest(NULL, row[i].digest, NULL, message.data, message.len,
					 digest, &len));
		assert_done(buffer_printf(&expected, &err,
					  "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\","
					  "\"spec\":{\"hashedRekordV002\":{\"data\":{\"algorithm\":"
					  "\"%s\",\"digest\":\"",
					  row[i].algorithm),
			    &err);
		assert_done(base64_encode(&expected, (struct span){ digest, len }, &err), &err);
		assert_done(buffer_add_text(&expected, "\"},\"signature\":{\"content\":\"", &err),
			    &err);
		assert_done(base64_encode(&expected, buffer_view(&signature), &err), &err);
		assert_done(buffer_printf(&expected, &err,
					  "\",\"verifier\":{\"keyDetails\":\"%s\",\"publicKey\":{"
					  "\"rawBytes\":\"",
					  row[i].details),
			    &err);
		assert_done(base64_encode(&expected, public_key_der(signer.public), &err), &err);
		assert_done(buffer_add_text(&expected, "\"}}}}}}", &err), &err);
		assert_true(span_equal(buffer_view(&entry), buffer_view(&expected)));
	}
}

static void an_auditor_reads_back_what_was_logged(void **state)
{
	static const char *const type[] = { "P-256", "P-384" };
	struct digest identity = envelope_identity(span_of(PAYLOAD));
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(test_signer_release)
		struct test_signer signer = test_signer_new(type[i / 2]);
		CLEANUP(buffer_release) struct buffer signature, bytes;
		CLEANUP(entry_release) struct entry entry = { 0 };
		bool control = i % 2;

		buffer_init(&signature, 256);
		buffer_init(&bytes, ENTRY_MAX_BYTES);
		make(&signer, control ? STATEMENT_claim : STATEMENT_run, PAYLOAD, &signature,
		     &bytes);
		assert_done(entry_parse(buffer_view(&bytes), &entry, &err), &err);
		assert_int_equal(entry.control, control);
		assert_int_equal(entry.has_identity, control || i / 2 == 0);
		if (entry.has_identity)
			assert_true(digest_equal(&entry.identity, &identity));
		if (control)
			assert_true(span_equal(buffer_view(&entry.payload), span_of(PAYLOAD)));
		assert_true(digest_equal(public_key_id(entry.key), public_key_id(signer.public)));
		assert_true(span_equal(buffer_view(&entry.signature), buffer_view(&signature)));
		/* By the entry alone, without what was signed. */
		assert_done(entry_signature_check(&entry, &err), &err);
		entry.digest[7] ^= 1;
		assert_fails(entry_signature_check(&entry, &err), &err, ERROR_CORRUPT);
		entry.digest[7] ^= 1;
		entry.digest_len--;
		assert_fails(entry_signature_check(&entry, &err), &err, ERROR_UNTRUSTED);
	}
}

static void every_changed_byte_of_a_control_entry_is_noticed(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer signature, bytes;
	struct error err = { 0 };

	(void)state;
	buffer_init(&signature, 256);
	buffer_init(&bytes, ENTRY_MAX_BYTES);
	make(&signer, STATEMENT_claim, PAYLOAD, &signature, &bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		struct entry entry;

		bytes.data[i] ^= 1;
		assert_fails(entry_parse(buffer_view(&bytes), &entry, &err), &err, ERROR_CORRUPT);
		bytes.data[i] ^= 1;
	}
}

static void another_spelling_of_an_entry_is_refused(void **state)
{
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer signature, bytes;
	struct entry entry;
	struct error err = { 0 };

	(void)state;
	buffer_init(&signature, 256);
	buffer_init(&bytes, ENTRY_MAX_BYTES);
	make(&signer, STATEMENT_run, PAYLOAD, &signature, &bytes);
	assert_done(buffer_add_text(&bytes, " ", &err), &err);
	assert_fails(entry_parse(buffer_view(&bytes), &entry, &err), &err, ERROR_CORRUPT);
	bytes.data[bytes.len - 1] = '\n';
	assert_fails(entry_parse(buffer_view(&bytes), &entry, &err), &err, ERROR_CORRUPT);
	assert_fails(entry_parse(span_of("{}"), &entry, &err), &err, ERROR_CORRUPT);
	assert_fails(entry_parse(span_of("{\"kind\":\"dsse\",\"spec\":{}}"), &entry, &err), &err,
		     ERROR_CORRUPT);
}

static void keys_that_may_not_sign_statements_get_no_entry(void **state)
{
	CLEANUP(test_signer_release) struct test_signer p521 = test_signer_new("P-521");
	CLEANUP(test_signer_release) struct test_signer ed25519 = test_signer_new("ED25519");
	CLEANUP(buffer_release) struct buffer out;
	struct error err = { 0 };

	(void)state;
	buffer_init(&out, ENTRY_MAX_BYTES);
	assert_fails(
		entry_build(STATEMENT_run, span_of("p"), span_of("s"), p521.public, &out, &err),
		&err, ERROR_USAGE);
	assert_fails(entry_build(STATEMENT_claim, span_of("p"), span_of("s"), ed25519.public, &out,
				 &err),
		     &err, ERROR_USAGE);
	assert_int_equal(out.len, 0);
}

/* What somebody signed with a certificate: read back with certificate and key, in one spelling
 * only. */
static void a_signature_by_a_certificate_is_logged_with_it(void **state)
{
	static const char *const type[] = { "P-256", "P-384" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(test_authority_release)
		struct test_authority authority =
			test_authority_new((struct test_authority_form){ .key = type[i] });
		CLEANUP(certificate_free) struct certificate *certificate = NULL;
		CLEANUP(entry_release) struct entry entry = { 0 };
		CLEANUP(buffer_release) struct buffer bytes;
		struct span der = buffer_view(&authority.signer_der);
		struct digest identity = envelope_identity(span_of(PAYLOAD));
		char *found;

		buffer_init(&bytes, ENTRY_MAX_BYTES);
		assert_done(certificate_from_der(der, &certificate, &err), &err);
		assert_done(entry_build_certificate(span_of(PAYLOAD), span_of("signature"),
						    certificate, &bytes, &err),
			    &err);
		assert_done(entry_parse(buffer_view(&bytes), &entry, &err), &err);
		assert_true(span_equal(buffer_view(&entry.certificate), der));
		assert_true(
			span_equal(public_key_der(entry.key), certificate_key_der(certificate)));
		assert_true(span_equal(buffer_view(&entry.signature), span_of("signature")));
		assert_false(entry.control);
		assert_int_equal(entry.has_identity, i == 0);
		if (i == 0)
			assert_true(digest_equal(&entry.identity, &identity));
		found = memmem(bytes.data, bytes.len, "x509Certificate", 15);
		assert_non_null(found);
		found[0] = 'y';
		entry_release(&entry);
		entry = (struct entry){ 0 };
		assert_fails(entry_parse(buffer_view(&bytes), &entry, &err), &err, ERROR_CORRUPT);
	}
}

static void certificates_of_other_keys_get_no_entry(void **state)
{
	static const char *const type[] = { "P-521", "RSA-2048" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(test_authority_release)
		struct test_authority authority =
			test_authority_new((struct test_authority_form){ .key = type[i] });
		CLEANUP(certificate_free) struct certificate *certificate = NULL;
		CLEANUP(buffer_release) struct buffer bytes;

		buffer_init(&bytes, ENTRY_MAX_BYTES);
		assert_done(certificate_from_der(buffer_view(&authority.signer_der), &certificate,
						 &err),
			    &err);
		assert_fails(entry_build_certificate(span_of(PAYLOAD), span_of("s"), certificate,
						     &bytes, &err),
			     &err, i ? ERROR_UNTRUSTED : ERROR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_entry_is_rekors_hashedrekord),
		cmocka_unit_test(an_auditor_reads_back_what_was_logged),
		cmocka_unit_test(every_changed_byte_of_a_control_entry_is_noticed),
		cmocka_unit_test(another_spelling_of_an_entry_is_refused),
		cmocka_unit_test(keys_that_may_not_sign_statements_get_no_entry),
		cmocka_unit_test(a_signature_by_a_certificate_is_logged_with_it),
		cmocka_unit_test(certificates_of_other_keys_get_no_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
