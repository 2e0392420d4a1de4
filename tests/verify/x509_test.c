/* Certificates: read strictly, chained to the given roots at the given time, and refused aloud. */
#include <stdlib.h>

#include "tests/verify/certificates.h"

#define ISSUER_OID "1.3.6.1.4.1.57264.1.8"

/* root -> middle -> leaf */
struct family {
	struct test_identity root, middle, leaf;
	struct certificate_list roots, untrusted;
};

static struct family family_new(void)
{
	struct family family = { 0 };

	family.root = test_issuer_new("root", NULL);
	family.middle = test_issuer_new("middle", &family.root);
	family.leaf = test_leaf_new("leaf", &family.middle);
	test_list_add(&family.roots, &family.root);
	test_list_add(&family.untrusted, &family.middle);
	return family;
}

static void family_release(struct family *family)
{
	test_identity_release(&family->root);
	test_identity_release(&family->middle);
	test_identity_release(&family->leaf);
	certificate_list_release(&family->roots);
	certificate_list_release(&family->untrusted);
}

static void assert_says(struct error *err, enum error_code code, const char *fragment)
{
	assert_int_equal(err->code, code);
	if (!strstr(err->text, fragment))
		fail_msg("'%s' does not say '%s'", err->text, fragment);
	*err = (struct error){ 0 };
}

static void a_chain_leads_to_the_given_root(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	const struct certificate *issuer = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(certificate_chain_find(family.leaf.certificate, &family.untrusted,
					   &family.roots, TEST_TIME, 0, &issuer, &err),
		    &err);
	assert_ptr_equal(issuer, family.untrusted.item[0]);
	assert_done(certificate_chain_find(family.root.certificate, NULL, &family.roots, TEST_TIME,
					   0, &issuer, &err),
		    &err);
	assert_ptr_equal(issuer, family.root.certificate);
}

static void without_the_middle_or_under_another_root_nobody_vouches(void **state)
{
	CLEANUP(family_release) struct family family = family_new(), other = family_new();
	struct certificate_list none = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(certificate_chain_check(family.leaf.certificate, NULL, &family.roots,
						 TEST_TIME, 0, &err),
			 -1);
	assert_says(&err, ERROR_UNTRUSTED, "unable to get local issuer certificate");
	assert_int_equal(certificate_chain_check(family.leaf.certificate, &family.untrusted,
						 &other.roots, TEST_TIME, 0, &err),
			 -1);
	assert_says(&err, ERROR_UNTRUSTED, "certificate 1 ('CN=middle')");
	assert_int_equal(certificate_chain_check(family.leaf.certificate, &family.untrusted, &none,
						 TEST_TIME, 0, &err),
			 -1);
	assert_says(&err, ERROR_UNTRUSTED, "no root");
	/* What came along is no root, even a self-signed one. */
	test_list_add(&family.untrusted, &family.root);
	assert_int_equal(certificate_chain_check(family.leaf.certificate, &family.untrusted,
						 &other.roots, TEST_TIME, 0, &err),
			 -1);
	assert_says(&err, ERROR_UNTRUSTED, "self-signed certificate in certificate chain");
}

static void a_middle_is_a_root_only_when_asked_for(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	struct error err = { 0 };

	(void)state;
	assert_fails(certificate_chain_check(family.leaf.certificate, NULL, &family.untrusted,
					     TEST_TIME, 0, &err),
		     &err, ERROR_UNTRUSTED);
	assert_done(certificate_chain_check(family.leaf.certificate, NULL, &family.untrusted,
					    TEST_TIME, CHAIN_PARTIAL, &err),
		    &err);
}

static void times_are_the_callers(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	struct error err = { 0 };
	static const int64_t holds[] = { TEST_TIME - 300, TEST_TIME + 299 };
	static const int64_t fails[] = { TEST_TIME - 301, TEST_TIME + 301 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_done(certificate_chain_check(family.leaf.certificate, &family.untrusted,
						    &family.roots, holds[i], 0, &err),
			    &err);
		assert_done(certificate_check_time(family.leaf.certificate, holds[i], &err), &err);
		assert_int_equal(certificate_chain_check(family.leaf.certificate, &family.untrusted,
							 &family.roots, fails[i], 0, &err),
				 -1);
		assert_says(&err, ERROR_CORRUPT,
			    i ? "certificate has expired" : "certificate is not yet valid");
		assert_int_equal(certificate_check_time(family.leaf.certificate, fails[i], &err),
				 -1);
		assert_says(&err, ERROR_CORRUPT, i ? "it expired at" : "it begins at");
	}
}

static void a_leaf_that_is_no_authority_issues_nothing(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	CLEANUP(test_identity_release)
	struct test_identity bogus = test_leaf_new("bogus", &family.leaf);
	struct error err = { 0 };

	(void)state;
	test_list_add(&family.untrusted, &family.leaf);
	assert_int_equal(certificate_chain_check(bogus.certificate, &family.untrusted,
						 &family.roots, TEST_TIME, 0, &err),
			 -1);
	assert_says(&err, ERROR_CORRUPT, "invalid CA certificate");
}

static void sha1_does_not_carry_a_chain(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	struct test_wish wish = { .common_name = "old",
				  .not_before = TEST_TIME - 1,
				  .not_after = TEST_TIME + 1,
				  .sha1 = true };
	CLEANUP(test_identity_release)
	struct test_identity old = test_identity_new("P-256", &wish, &family.middle);
	struct error err = { 0 };

	(void)state;
	assert_fails(certificate_chain_check(old.certificate, &family.untrusted, &family.roots,
					     TEST_TIME, 0, &err),
		     &err, ERROR_CORRUPT);
}

static void a_changed_byte_breaks_the_chain_or_the_certificate(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	CLEANUP(buffer_release) struct buffer der;
	struct error err = { 0 };

	(void)state;
	buffer_init(&der, CERTIFICATE_DER_MAX);
	assert_done(buffer_add(&der, certificate_der(family.leaf.certificate), &err), &err);
	for (size_t i = 0; i < der.len; i++) {
		CLEANUP(certificate_free) struct certificate *changed = NULL;

		der.data[i] ^= 1;
		assert_int_not_equal(certificate_from_der(buffer_view(&der), &changed, &err) ||
					     certificate_chain_check(changed, &family.untrusted,
								     &family.roots, TEST_TIME, 0,
								     &err),
				     0);
		err = (struct error){ 0 };
		der.data[i] ^= 1;
	}
}

static void what_a_certificate_says_is_read(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	CLEANUP(public_key_free) struct public_key *key = NULL;
	static const char names[] = "critical,email:a@example.org,URI:https://example.org/x,"
				    "otherName:1.3.6.1.4.1.57264.1.7;UTF8:somebody,DNS:example.org";
	struct test_wish wish = { .common_name = "",
				  .not_before = 0,
				  .not_after = INT64_C(4102444800),
				  .usage = "digitalSignature",
				  .extended = "codeSigning,clientAuth",
				  .names = names,
				  .more_oid = ISSUER_OID,
				  .more = span_of("\x0c\x01x") };
	CLEANUP(test_identity_release)
	struct test_identity leaf = test_identity_new("ED25519", &wish, &family.root);
	const struct certificate *read = leaf.certificate;
	static const char *const text[] = { "a@example.org", "https://example.org/x", "somebody",
					    "" };
	struct error err = { 0 };
	struct span value;

	(void)state;
	assert_string_equal(certificate_subject(read), "");
	assert_string_equal(certificate_issuer(read), "CN=root");
	assert_done(certificate_check_time(read, 0, &err), &err);
	assert_fails(certificate_check_time(read, -1, &err), &err, ERROR_CORRUPT);
	err = (struct error){ 0 };
	assert_true(certificate_not_after(read) == INT64_C(4102444800));
	assert_true(certificate_signs(read) && certificate_signs_code(read));
	assert_false(certificate_is_authority(read) || certificate_is_self_issued(read));
	assert_true(certificate_is_authority(family.root.certificate));
	assert_true(certificate_is_self_issued(family.root.certificate));
	assert_false(certificate_signs(family.root.certificate) ||
		     certificate_signs_code(family.root.certificate));
	assert_int_equal(certificate_name_count(read), 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(certificate_name(read, i).kind, (int)i);
		assert_string_equal(certificate_name(read, i).text, text[i]);
	}
	assert_true(certificate_extension(read, ISSUER_OID, &value));
	assert_true(span_equal(value, span_of("\x0c\x01x")));
	assert_false(certificate_extension(read, "1.3.6.1.4.1.57264.1.1", &value));
	assert_done(certificate_key(read, &key, &err), &err);
	assert_true(digest_equal(public_key_id(key), public_key_id(leaf.signer.public)));
	assert_true(span_equal(certificate_key_der(read), public_key_der(key)));
}

static void an_extension_that_stands_twice_is_refused(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	struct test_wish wish = { .common_name = "twice",
				  .not_after = 1,
				  .basic = "CA:FALSE",
				  .more_oid = "2.5.29.19",
				  .more = span_of("\x30\x03\x01\x01\xff") };
	struct error err = { 0 };
	CLEANUP(certificate_free) struct certificate *certificate = NULL;
	CLEANUP(buffer_release) struct buffer der;

	(void)state;
	buffer_init(&der, CERTIFICATE_DER_MAX);
	test_certificate_der("P-256", &wish, &family.root, &der);
	assert_int_equal(certificate_from_der(buffer_view(&der), &certificate, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
}

static void a_name_with_a_control_character_is_refused(void **state)
{
	/* GeneralNames { uniformResourceIdentifier "a\0b" }, and with a newline */
	static const char *const bytes[] = { "\x30\x05\x86\x03"
					     "a\x00"
					     "b",
					     "\x30\x05\x86\x03"
					     "a\nb" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(certificate_free) struct certificate *certificate = NULL;
		CLEANUP(buffer_release) struct buffer der;
		struct test_wish wish = { .common_name = "names",
					  .not_after = 1,
					  .more_oid = "2.5.29.17",
					  .more = { (const uint8_t *)bytes[i], 7 } };

		buffer_init(&der, CERTIFICATE_DER_MAX);
		test_certificate_der("P-256", &wish, NULL, &der);
		assert_int_equal(certificate_from_der(buffer_view(&der), &certificate, &err), -1);
		assert_says(&err, ERROR_CORRUPT, "no plain text");
	}
}

static void a_certificate_has_one_spelling(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	CLEANUP(buffer_release) struct buffer der;
	struct certificate *certificate = NULL;
	struct error err = { 0 };

	(void)state;
	buffer_init(&der, CERTIFICATE_DER_MAX);
	assert_done(buffer_add(&der, certificate_der(family.leaf.certificate), &err) ||
			    buffer_add(&der, span_of("\n"), &err),
		    &err);
	assert_fails(certificate_from_der(buffer_view(&der), &certificate, &err), &err,
		     ERROR_CORRUPT);
	for (size_t len = 0; len < der.len - 1; len += 7)
		assert_fails(
			certificate_from_der((struct span){ der.data, len }, &certificate, &err),
			&err, ERROR_CORRUPT);
	assert_null(certificate);
}

static void pem_files_are_read_whole_or_refused(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	CLEANUP(certificate_list_release) struct certificate_list list = { 0 };
	CLEANUP(buffer_release) struct buffer pem;
	struct error err = { 0 };

	(void)state;
	buffer_init(&pem, CERTIFICATE_PEM_MAX);
	assert_done(buffer_add_text(&pem, "a text in front\n", &err), &err);
	test_certificate_pem(&family.root, &pem);
	assert_done(buffer_add_text(&pem, "\nand between\n", &err), &err);
	test_certificate_pem(&family.leaf, &pem);
	assert_done(certificate_list_add_pem(&list, buffer_view(&pem), &err), &err);
	assert_int_equal(list.count, 2);
	assert_true(digest_equal(certificate_id(list.item[1]),
				 certificate_id(family.leaf.certificate)));
	assert_int_equal(certificate_list_add_pem(&list, span_of("nothing"), &err), -1);
	assert_says(&err, ERROR_CORRUPT, "no PEM block");
	assert_int_equal(
		certificate_list_add_pem(
			&list,
			span_of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
			&err),
		-1);
	assert_says(&err, ERROR_CORRUPT, "'PUBLIC KEY' where a 'CERTIFICATE' belongs");
	assert_int_equal(
		certificate_list_add_pem(&list, span_of("-----BEGIN CERTIFICATE-----\n*\n"), &err),
		-1);
	assert_says(&err, ERROR_CORRUPT, "malformed PEM");
}

static void a_list_has_a_limit(void **state)
{
	CLEANUP(family_release) struct family family = family_new();
	struct error err = { 0 };

	(void)state;
	while (family.untrusted.count < CERTIFICATE_LIST_MAX)
		test_list_add(&family.untrusted, &family.leaf);
	assert_fails(certificate_list_add_der(&family.untrusted,
					      certificate_der(family.leaf.certificate), &err),
		     &err, ERROR_CORRUPT);
}

static void times_are_read_and_written(void **state)
{
	static const struct {
		const char *text;
		int64_t unix_s;
		const char *again;
	} good[] = { { "1970-01-01T00:00:00Z", 0, NULL },
		     { "2000-02-29T23:59:59Z", 951868799, NULL },
		     { "2026-11-26T18:40:42.999999999Z", 1795718442, "2026-11-26T18:40:42Z" },
		     { "2026-11-26T18:40:42+02:30", 1795709442, "2026-11-26T16:10:42Z" },
		     { "1969-12-31T23:59:59Z", -1, NULL },
		     { "0000-01-01T00:00:00Z", -62167219200, NULL },
		     { "9999-12-31T23:59:59Z", 253402300799, NULL } };
	static const char *const bad[] = {
		"",
		"2026-11-26",
		"2026-11-26T18:40:42",
		"2026-11-26 18:40:42Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-11-26T24:00:00Z",
		"2026-11-26T18:40:60Z",
		"2026-11-26T18:40:42.Z",
		"2026-11-26T18:40:42.1234567890Z",
		"2026-11-26T18:40:42Z ",
		"2026-11-26T18:40:42+24:00",
		"2026-11-26T18:40:42z",
	};
	struct error err = { 0 };
	char text[TIME_TEXT_SIZE];
	int64_t unix_s;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_done(time_parse(good[i].text, &unix_s, &err), &err);
		assert_true(unix_s == good[i].unix_s);
		time_format(unix_s, text);
		assert_string_equal(text, good[i].again ? good[i].again : good[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_fails(time_parse(bad[i], &unix_s, &err), &err, ERROR_CORRUPT);
	time_format(INT64_MAX, text);
	assert_string_equal(text, "?");
	time_format(INT64_MIN, text);
	assert_string_equal(text, "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_leads_to_the_given_root),
		cmocka_unit_test(without_the_middle_or_under_another_root_nobody_vouches),
		cmocka_unit_test(a_middle_is_a_root_only_when_asked_for),
		cmocka_unit_test(times_are_the_callers),
		cmocka_unit_test(a_leaf_that_is_no_authority_issues_nothing),
		cmocka_unit_test(sha1_does_not_carry_a_chain),
		cmocka_unit_test(a_changed_byte_breaks_the_chain_or_the_certificate),
		cmocka_unit_test(what_a_certificate_says_is_read),
		cmocka_unit_test(an_extension_that_stands_twice_is_refused),
		cmocka_unit_test(a_name_with_a_control_character_is_refused),
		cmocka_unit_test(a_certificate_has_one_spelling),
		cmocka_unit_test(pem_files_are_read_whole_or_refused),
		cmocka_unit_test(a_list_has_a_limit),
		cmocka_unit_test(times_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
