/* One defect at a time in a Sigstore instance of our own, each refused for what it is. */
#include <stdlib.h>

#include "tests/verify/sigstore_world.h"

/* 0 iff the world's bundle holds for this signer. */
static int look(const struct sigstore_spec *spec, const char *identity, const char *issuer,
		struct sigstore_evidence *out_shown, struct error *err)
{
	CLEANUP(sigstore_world_release) struct sigstore_world world = sigstore_world_new(spec);
	CLEANUP(sigstore_root_free) struct sigstore_root *root = NULL;
	struct sigstore_trust trust = { .identity = identity, .issuer = issuer };

	assert_done(sigstore_root_parse(buffer_view(&world.root), &root, err), err);
	trust.root = root;
	return sigstore_check(buffer_view(&world.bundle), &trust, &world.artifact, out_shown, err);
}

static void holds_for(const struct sigstore_spec *spec, const char *identity, const char *issuer)
{
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	struct error err = { 0 };

	assert_done(look(spec, identity, issuer, &shown, &err), &err);
	assert_string_equal(shown.identity, identity);
	assert_string_equal(shown.log, "rekor.test");
	assert_true(shown.log_index == 77 && shown.tree_size == 1 && shown.time_count == 1 &&
		    shown.time[0].unix_s == spec->integrated_s);
}

static void refused(const struct sigstore_spec *spec, enum error_code code, const char *fragment)
{
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	struct error err = { 0 };

	if (!look(spec, WORLD_IDENTITY, WORLD_ISSUER, &shown, &err))
		fail_msg("believed, though '%s'", fragment);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, fragment))
		fail_msg("'%s' does not say '%s'", err.text, fragment);
	assert_int_equal(shown.line_count, 0);
}

/* `spec` is the usual one but for what the macro's last arguments set. */
#define REFUSED(code, fragment, ...)                                                               \
	do {                                                                                       \
		struct sigstore_spec spec = sigstore_world_usual();                                \
		__VA_ARGS__;                                                                       \
		refused(&spec, code, fragment);                                                    \
	} while (0)

static void the_usual_holds_by_every_kind_of_name_and_log(void **state)
{
	struct sigstore_spec spec = sigstore_world_usual();

	(void)state;
	holds_for(&spec, WORLD_IDENTITY, WORLD_ISSUER);
	spec.names = "critical,URI:https://example.org/w@refs/heads/main";
	holds_for(&spec, "https://example.org/w@refs/heads/main", WORLD_ISSUER);
	spec.names = "critical,otherName:1.3.6.1.4.1.57264.1.7;UTF8:somebody!example.org";
	holds_for(&spec, "somebody!example.org", WORLD_ISSUER);
	spec.issuer = span_of(WORLD_ISSUER);
	spec.issuer_oid = "1.3.6.1.4.1.57264.1.1";
	holds_for(&spec, "somebody!example.org", WORLD_ISSUER);
	spec = sigstore_world_usual();
	spec.rekor_type = "ED25519";
	spec.origin = "rekor.test";
	holds_for(&spec, WORLD_IDENTITY, WORLD_ISSUER);
}

static void a_certificate_for_something_else_is_refused(void **state)
{
	(void)state;
	REFUSED(ERROR_CORRUPT, "not for digital signatures", spec.usage = NULL);
	REFUSED(ERROR_CORRUPT, "not for digital signatures", spec.usage = "critical,keyAgreement");
	REFUSED(ERROR_CORRUPT, "not for signing code", spec.extended = NULL);
	REFUSED(ERROR_CORRUPT, "not for signing code",
		spec.extended = "serverAuth,emailProtection");
	REFUSED(ERROR_CORRUPT, "names no identity", spec.names = NULL);
	REFUSED(ERROR_CORRUPT, "names no identity", spec.names = "critical,DNS:dev.example.org");
	REFUSED(ERROR_CORRUPT, "names no identity provider", spec.issuer = span_of(""));
	REFUSED(ERROR_CORRUPT, "identity provider is malformed",
		spec.issuer = span_of("\x0c\x7fx"));
	REFUSED(ERROR_CORRUPT, "identity provider is malformed",
		spec.issuer = span_of("\x13\x1c" WORLD_ISSUER));
	REFUSED(ERROR_UNTRUSTED, "vouched for by 'https://evil.example.org'",
		spec.issuer = span_of("\x0c\x18https://evil.example.org"));
	REFUSED(ERROR_UNTRUSTED, "signed by the identity 'dev@example.org.evil.org'",
		spec.names = "critical,email:dev@example.org.evil.org");
}

static void transparency_is_asked_for(void **state)
{
	(void)state;
	REFUSED(ERROR_CORRUPT, "has no signed certificate timestamp", spec.sct_s = 0);
	REFUSED(ERROR_UNTRUSTED, "by a transparency log that is trusted", spec.sct_foreign = true);
	REFUSED(ERROR_CORRUPT, "does not hold under its log's key", spec.sct_wrong = true);
	REFUSED(ERROR_CORRUPT, "does not hold under its log's key", spec.sct_of_other = true);
	REFUSED(ERROR_CORRUPT, "later than the certificate", spec.sct_s = spec.not_after + 1);
	REFUSED(ERROR_UNTRUSTED, "by a transparency log that is trusted",
		spec.ct_start = "2026-12-01T00:00:00Z");
	REFUSED(ERROR_UNTRUSTED, "by a transparency log that is trusted",
		spec.ct_end = "2026-02-01T00:00:00Z");
}

static void times_bind_certificate_authority_and_log(void **state)
{
	(void)state;
	REFUSED(ERROR_CORRUPT, "it expired at", spec.integrated_s = spec.not_after + 1);
	REFUSED(ERROR_CORRUPT, "it begins at", spec.integrated_s = spec.not_before - 1);
	REFUSED(ERROR_CORRUPT, "the signed entry timestamp of 'rekor.test'",
		spec.promise_wrong = true);
	REFUSED(ERROR_UNTRUSTED, "was not in use when it took the entry",
		spec.log_start = "2026-12-01T00:00:00Z");
	REFUSED(ERROR_UNTRUSTED, "was not in use when it took the entry",
		spec.log_end = "2026-02-01T00:00:00Z");
	REFUSED(ERROR_UNTRUSTED, "no certificate authority that was in use",
		spec.ca_end = "2026-02-01T00:00:00Z");
	REFUSED(ERROR_CORRUPT, "certificate signature failure", spec.other_authority = true);
}

static void checkpoints_bind_the_log(void **state)
{
	(void)state;
	REFUSED(ERROR_CORRUPT, "the checkpoint's signature by 'rekor.test'",
		spec.checkpoint_wrong = true);
	REFUSED(ERROR_UNTRUSTED, "no signature by 'rekor.test'", spec.checkpoint_unsigned = true);
	REFUSED(ERROR_UNTRUSTED, "not of the log 'rekor.test'", spec.origin = "rekor.tests");
	REFUSED(ERROR_CORRUPT, "another size than the inclusion proof", spec.checkpoint_size = 2);
	REFUSED(ERROR_CORRUPT, "more than one blank line", spec.more = "\nmore\n");
}

static void an_entry_about_something_else_is_refused(void **state)
{
	(void)state;
	REFUSED(ERROR_CORRUPT, "another digest of the artifact", spec.body_other_artifact = true);
	REFUSED(ERROR_CORRUPT, "another signature", spec.body_other_signature = true);
	REFUSED(ERROR_CORRUPT, "another certificate", spec.body_other_signer = true);
	REFUSED(ERROR_CORRUPT, "another kind", spec.version = "0.0.2");
	REFUSED(ERROR_CORRUPT, "another kind", spec.body_kind = "dsse");
	REFUSED(ERROR_UNTRUSTED, "of a kind 'rekord 0.0.1'", spec.kind = spec.body_kind = "rekord");
	REFUSED(ERROR_UNTRUSTED, "of a kind 'hashedrekord 0.0.9'",
		spec.version = spec.body_version = "0.0.9");
	REFUSED(ERROR_CORRUPT, "about an envelope", spec.kind = spec.body_kind = "dsse");
	REFUSED(ERROR_UNTRUSTED, "only SHA-256 is read", spec.algorithm = "sha512");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_holds_by_every_kind_of_name_and_log),
		cmocka_unit_test(a_certificate_for_something_else_is_refused),
		cmocka_unit_test(transparency_is_asked_for),
		cmocka_unit_test(times_bind_certificate_authority_and_log),
		cmocka_unit_test(checkpoints_bind_the_log),
		cmocka_unit_test(an_entry_about_something_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
