/* Timestamps: what one shows, at which time it is judged, and each way in which it shows nothing.
 */
#include "tests/verify/authority.h"

static struct timestamp_trust trust_of(const struct test_authority *authority, struct span *root)
{
	*root = buffer_view(&authority->root_der);
	return (struct timestamp_trust){ .roots = root, .root_count = 1 };
}

/* The check fails with `code` and a sentence that holds `why`. */
static void refused(struct span response, struct span message, const struct timestamp_trust *trust,
		    enum error_code code, const char *why)
{
	struct timestamp timestamp;
	struct error err = { 0 };

	assert_int_equal(timestamp_check(response, message, trust, &timestamp, &err), -1);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not say '%s'", err.text, why);
	assert_int_equal(err.code, code);
}

static void a_timestamp_shows_when_a_message_existed(void **state)
{
	static const char *const digest[] = { "SHA256", "SHA384", "SHA512" };
	static const char *const key[] = { "P-256", "P-384", "P-521", "RSA-2048" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(test_authority_release)
		struct test_authority authority =
			test_authority_new((struct test_authority_form){ .key = key[i] });
		CLEANUP(buffer_release) struct buffer response;
		struct span root, own = buffer_view(&authority.signer_der);
		struct timestamp_trust trust = trust_of(&authority, &root);
		struct timestamp timestamp;

		buffer_init(&response, TIMESTAMP_MAX_BYTES);
		test_timestamp(&authority, span_of("a message"),
			       (struct test_timestamp_form){ .digest = digest[i % 3],
							     .signed_by = digest[i % 3],
							     .accuracy_s = 2,
							     .bare = i == 2,
							     .fraction_us = 250000 },
			       &response);
		if (i == 2) {
			refused(buffer_view(&response), span_of("a message"), &trust,
				ERROR_UNTRUSTED, "signer certificate not found");
			trust.untrusted = &own;
			trust.untrusted_count = 1;
		}
		assert_done(timestamp_check(buffer_view(&response), span_of("a message"), &trust,
					    &timestamp, &err),
			    &err);
		assert_int_equal(timestamp.time_unix_s, TEST_2025);
		assert_int_equal(timestamp.accuracy_us, 2000000);
		assert_string_equal(timestamp.policy, "1.2.3.4.1");
		assert_string_equal(timestamp.serial, "0102ff");
		assert_string_equal(timestamp.authority, "CN=Test TSA");
		refused(buffer_view(&response), span_of("a massage"), &trust, ERROR_CORRUPT,
			"other bytes");
		refused(buffer_view(&response), span_of(""), &trust, ERROR_CORRUPT, "other bytes");
	}
}

static void a_chain_is_judged_at_the_stated_time_and_not_now(void **state)
{
	/* Expired long ago, and far in the future: both hold at their own time only. */
	static const struct {
		int64_t from, to, at;
		const char *why;
	} given[] = {
		{ 1400000000, 1400086400, 1400000000, NULL },
		{ 1400000000, 1400086400, 1400086399, NULL },
		{ 1400000000, 1400086400, 1399999999, "not yet valid" },
		{ 1400000000, 1400086400, 1400086400,
		  "expired" }, /* OpenSSL's reading of the last second */
		{ 2100000000, 2100086400, 2100000001, NULL },
		{ 2100000000, 2100086400, TEST_2025, "not yet valid" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		CLEANUP(test_authority_release)
		struct test_authority authority = test_authority_new((struct test_authority_form){
			.not_before = given[i].from, .not_after = given[i].to });
		CLEANUP(buffer_release) struct buffer response;
		struct timestamp timestamp;
		struct error err = { 0 };
		struct span root;
		struct timestamp_trust trust = trust_of(&authority, &root);

		buffer_init(&response, TIMESTAMP_MAX_BYTES);
		test_timestamp(&authority, span_of("m"),
			       (struct test_timestamp_form){ .time = given[i].at }, &response);
		if (given[i].why)
			refused(buffer_view(&response), span_of("m"), &trust, ERROR_UNTRUSTED,
				given[i].why);
		else
			assert_done(timestamp_check(buffer_view(&response), span_of("m"), &trust,
						    &timestamp, &err),
				    &err);
	}
}

static void certificates_in_a_response_are_no_roots(void **state)
{
	CLEANUP(test_authority_release)
	struct test_authority ours = test_authority_new((struct test_authority_form){ 0 });
	CLEANUP(test_authority_release)
	struct test_authority theirs = test_authority_new((struct test_authority_form){ 0 });
	CLEANUP(buffer_release) struct buffer response;
	struct span root,
		foreign[2] = { buffer_view(&theirs.signer_der), buffer_view(&theirs.root_der) };
	struct timestamp_trust trust = trust_of(&ours, &root);
	struct timestamp timestamp;
	struct error err = { 0 };

	(void)state;
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	test_timestamp(&theirs, span_of("m"), (struct test_timestamp_form){ 0 }, &response);
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_UNTRUSTED, "no given root");
	/* nor are those that a caller names as untrusted */
	trust.untrusted = foreign;
	trust.untrusted_count = 2;
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_UNTRUSTED, "no given root");
	/* the authority's own certificate may be the root that a person chose */
	trust = (struct timestamp_trust){ .roots = foreign, .root_count = 1 };
	assert_done(timestamp_check(buffer_view(&response), span_of("m"), &trust, &timestamp, &err),
		    &err);
	trust.root_count = 0;
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_USAGE, "no root");
	trust = (struct timestamp_trust){ .roots = (struct span[]){ span_of("x") },
					  .root_count = 1 };
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_USAGE, "no DER certificate");
}

static void only_the_wanted_signer_counts_where_one_is_wanted(void **state)
{
	CLEANUP(test_authority_release)
	struct test_authority authority = test_authority_new((struct test_authority_form){ 0 });
	CLEANUP(buffer_release) struct buffer response, other;
	struct span root;
	struct timestamp_trust trust = trust_of(&authority, &root);
	struct timestamp timestamp;
	struct error err = { 0 };

	(void)state;
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	buffer_init(&other, TIMESTAMP_CERTIFICATE_MAX);
	test_authority_signer(&authority, (struct test_authority_form){ .name = "Other" }, &other);
	test_timestamp(&authority, span_of("m"), (struct test_timestamp_form){ 0 }, &response);
	trust.signer = buffer_view(&authority.signer_der);
	assert_done(timestamp_check(buffer_view(&response), span_of("m"), &trust, &timestamp, &err),
		    &err);
	trust.signer = buffer_view(&authority.root_der);
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_UNTRUSTED,
		"not by the given authority");
	/* same issuer, serial number and key: the token names the hash of its certificate */
	trust.signer = buffer_view(&other);
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_CORRUPT, "ess");
}

static void only_a_certificate_for_timestamps_alone_makes_one(void **state)
{
	static const char *const usage[] = { "timeStamping", "critical,timeStamping,codeSigning",
					     "critical,codeSigning",
					     "critical,anyExtendedKeyUsage" };
	CLEANUP(test_authority_release)
	struct test_authority authority = test_authority_new((struct test_authority_form){ 0 });
	CLEANUP(buffer_release) struct buffer response;
	struct span root;

	(void)state;
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	test_timestamp(&authority, span_of("m"), (struct test_timestamp_form){ .bare = true },
		       &response);
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(buffer_release) struct buffer der;
		struct timestamp_trust trust = trust_of(&authority, &root);
		struct span own;

		buffer_init(&der, TIMESTAMP_CERTIFICATE_MAX);
		test_authority_signer(&authority, (struct test_authority_form){ .usage = usage[i] },
				      &der);
		own = buffer_view(&der);
		trust.untrusted = &own;
		trust.untrusted_count = 1;
		refused(buffer_view(&response), span_of("m"), &trust, ERROR_UNTRUSTED, "purpose");
	}
}

static void weak_keys_and_digests_are_refused(void **state)
{
	struct test_authority_form form = { .key = "RSA-1024" };
	struct timestamp_trust trust;
	struct span root;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		static const char *const why[] = { "too weak", "too weak", "signed over a digest",
						   "of a digest other than" };
		CLEANUP(test_authority_release)
		struct test_authority authority = test_authority_new(form);
		CLEANUP(buffer_release) struct buffer response;

		buffer_init(&response, TIMESTAMP_MAX_BYTES);
		trust = trust_of(&authority, &root);
		test_timestamp(&authority, span_of("m"),
			       (struct test_timestamp_form){ .signed_by = i == 2 ? "SHA1" : NULL,
							     .digest = i == 3 ? "SHA1" : NULL },
			       &response);
		refused(buffer_view(&response), span_of("m"), &trust,
			i < 2 ? ERROR_UNTRUSTED : ERROR_CORRUPT, why[i]);
		form = (struct test_authority_form){ .digest = i == 0 ? "SHA1" : NULL };
	}
}

static void no_bit_of_a_response_may_change(void **state)
{
	CLEANUP(test_authority_release)
	struct test_authority authority = test_authority_new((struct test_authority_form){ 0 });
	CLEANUP(buffer_release) struct buffer response;
	struct span root, own = buffer_view(&authority.signer_der);
	struct timestamp_trust trust = trust_of(&authority, &root);
	struct timestamp good, other;
	struct error err = { 0 };
	size_t held = 0;

	(void)state;
	trust.untrusted = &own;
	trust.untrusted_count = 1;
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	test_timestamp(&authority, span_of("m"), (struct test_timestamp_form){ .bare = true },
		       &response);
	assert_done(timestamp_check(buffer_view(&response), span_of("m"), &trust, &good, &err),
		    &err);
	/* One bit of each byte: what still holds (a version number that nobody signed) says the
	 * same. */
	for (size_t at = 0; at < response.len; at++) {
		response.data[at] ^= (uint8_t)(1u << at % 8);
		if (!timestamp_check(buffer_view(&response), span_of("m"), &trust, &other, &err)) {
			assert_memory_equal(&other, &good, sizeof(good));
			held++;
		}
		err = (struct error){ 0 };
		response.data[at] ^= (uint8_t)(1u << at % 8);
	}
	assert_in_range(held, 0, 20);
	for (size_t len = 0; len < response.len; len++)
		refused((struct span){ response.data, len }, span_of("m"), &trust, ERROR_CORRUPT,
			"");
	assert_done(buffer_add(&response, span_of("x"), &err), &err);
	refused(buffer_view(&response), span_of("m"), &trust, ERROR_CORRUPT,
		"no timestamp response");
}

static void an_answer_is_to_its_own_request(void **state)
{
	CLEANUP(test_authority_release)
	struct test_authority authority = test_authority_new((struct test_authority_form){ 0 });
	CLEANUP(buffer_release) struct buffer request, second, other, response;
	struct timestamp timestamp;
	struct error err = { 0 };

	(void)state;
	buffer_init(&request, TIMESTAMP_REQUEST_MAX_BYTES);
	buffer_init(&second, TIMESTAMP_REQUEST_MAX_BYTES);
	buffer_init(&other, TIMESTAMP_REQUEST_MAX_BYTES);
	buffer_init(&response, TIMESTAMP_MAX_BYTES);
	assert_done(timestamp_request_build(span_of("m"), span_of("\xff-nonce-1"), &request, &err),
		    &err);
	assert_done(timestamp_request_build(span_of("m"), span_of("\xff-nonce-2"), &second, &err),
		    &err);
	assert_done(timestamp_request_build(span_of("n"), span_of("\xff-nonce-1"), &other, &err),
		    &err);
	test_timestamp_answer(&authority, buffer_view(&request), (struct test_timestamp_form){ 0 },
			      &response);
	assert_done(timestamp_answers(buffer_view(&response), buffer_view(&request), &err), &err);
	assert_done(timestamp_parse(buffer_view(&response), &timestamp, &err), &err);
	assert_string_equal(timestamp.authority, "");
	assert_int_equal(timestamp.time_unix_s, TEST_2025);
	assert_fails(timestamp_answers(buffer_view(&response), buffer_view(&second), &err), &err,
		     ERROR_CORRUPT);
	assert_fails(timestamp_answers(buffer_view(&response), buffer_view(&other), &err), &err,
		     ERROR_CORRUPT);
	assert_fails(timestamp_answers(buffer_view(&response), span_of("x"), &err), &err,
		     ERROR_USAGE);
	assert_fails(timestamp_request_build(span_of("m"), span_of("short"), &request, &err), &err,
		     ERROR_USAGE);
}

static void a_refusal_is_told_in_the_authoritys_words(void **state)
{
	/* TimeStampResp { PKIStatusInfo { rejection, { "no\n clock" } } } */
	static const uint8_t refusal[] = { 0x30, 0x11, 0x30, 0x0f, 0x02, 0x01, 0x02,
					   0x30, 0x0a, 0x0c, 0x08, 'n',  'o',  '\n',
					   'c',  'l',  'o',  'c',  'k' };
	/* granted, and no token */
	static const uint8_t empty[] = { 0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00 };
	struct timestamp timestamp;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		timestamp_parse((struct span){ refusal, sizeof(refusal) }, &timestamp, &err), -1);
	assert_int_equal(err.code, ERROR_UNTRUSTED);
	assert_string_equal(err.text, "the timestamp authority grants none: no\\x0aclock");
	err = (struct error){ 0 };
	assert_fails(timestamp_parse((struct span){ empty, sizeof(empty) }, &timestamp, &err), &err,
		     ERROR_CORRUPT);
	assert_fails(timestamp_parse((struct span){ NULL, 0 }, &timestamp, &err), &err,
		     ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_timestamp_shows_when_a_message_existed),
		cmocka_unit_test(a_chain_is_judged_at_the_stated_time_and_not_now),
		cmocka_unit_test(certificates_in_a_response_are_no_roots),
		cmocka_unit_test(only_the_wanted_signer_counts_where_one_is_wanted),
		cmocka_unit_test(only_a_certificate_for_timestamps_alone_makes_one),
		cmocka_unit_test(weak_keys_and_digests_are_refused),
		cmocka_unit_test(no_bit_of_a_response_may_change),
		cmocka_unit_test(an_answer_is_to_its_own_request),
		cmocka_unit_test(a_refusal_is_told_in_the_authoritys_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
