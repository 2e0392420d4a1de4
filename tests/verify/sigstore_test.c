/* Sigstore bundles: what holds, and that no byte of it can be changed without being noticed. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support.h"
#include "verify/verify.h"

#define CORPUS TEST_DATA "/../fuzz/corpus/"
#define IDENTITY                                                                                   \
	"https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"          \
	".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main"
#define ISSUER "https://token.actions.githubusercontent.com"
#define ARTIFACT "a0cfc71271d6e278e57cd332ff957c3f7043fdda354c4cbb190a30d56efa01bf"

/* A bundle with its root, read from files. */
struct given {
	struct buffer bundle;
	struct sigstore_root *root;
	struct sigstore_trust trust;
	struct digest artifact;
};

static struct given given_read(const char *bundle, const char *root)
{
	struct given given = { .root = NULL };
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	char path[1024];

	buffer_init(&given.bundle, SIGSTORE_BUNDLE_MAX_BYTES);
	buffer_init(&text, SIGSTORE_ROOT_MAX_BYTES);
	snprintf(path, sizeof(path), CORPUS "sigstore_bundle/%s.json", bundle);
	assert_done(file_read(path, &given.bundle, &err), &err);
	snprintf(path, sizeof(path), CORPUS "sigstore_root/%s.json", root);
	assert_done(file_read(path, &text, &err), &err);
	assert_done(sigstore_root_parse(buffer_view(&text), &given.root, &err), &err);
	assert_done(digest_from_hex(span_of(ARTIFACT), &given.artifact, &err), &err);
	given.trust = (struct sigstore_trust){ given.root, IDENTITY, ISSUER, NULL };
	return given;
}

static void given_release(struct given *given)
{
	buffer_release(&given->bundle);
	sigstore_root_free(&given->root);
}

static void assert_says(struct error *err, enum error_code code, const char *fragment)
{
	assert_int_equal(err->code, code);
	if (!strstr(err->text, fragment))
		fail_msg("'%s' does not say '%s'", err->text, fragment);
	*err = (struct error){ 0 };
}

static void a_bundle_shows_who_signed_when_and_where_it_is_logged(void **state)
{
	CLEANUP(given_release) struct given given = given_read("v03-message", "production");
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_done(sigstore_check(buffer_view(&given.bundle), &given.trust, &given.artifact,
				   &shown, &err),
		    &err);
	assert_string_equal(shown.identity, IDENTITY);
	assert_string_equal(shown.issuer, ISSUER);
	assert_string_equal(shown.log, "rekor.sigstore.dev");
	assert_int_equal(shown.time_count, 1);
	assert_string_equal(shown.time[0].witness, "rekor.sigstore.dev");
	assert_true(shown.log_index && shown.tree_size && shown.line_count == 7);
	assert_int_equal(shown.payload.len, 0);
}

static void an_envelope_hands_over_what_was_signed(void **state)
{
	CLEANUP(given_release) struct given given = given_read("rekor2-dsse", "rekor2");
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	CLEANUP(json_free) struct json *statement = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(sigstore_check(buffer_view(&given.bundle), &given.trust, NULL, &shown, &err),
		    &err);
	assert_done(json_parse(buffer_view(&shown.payload), NULL, &statement, &err), &err);
	assert_non_null(json_member(statement, "subject"));
	assert_string_equal(shown.time[0].witness, "timestamp.sigstage.dev");
}

static void a_signature_over_a_file_is_no_statement(void **state)
{
	CLEANUP(given_release) struct given given = given_read("v03-message", "production");
	struct sigstore_evidence shown = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		sigstore_check(buffer_view(&given.bundle), &given.trust, NULL, &shown, &err), -1);
	assert_says(&err, ERROR_UNTRUSTED, "signs one file");
}

static void a_signer_is_an_identity_with_its_issuer_or_a_key(void **state)
{
	CLEANUP(given_release) struct given given = given_read("v03-message", "production");
	struct span bundle = buffer_view(&given.bundle);
	struct sigstore_trust trust[] = { { given.root, IDENTITY, NULL, NULL },
					  { given.root, NULL, ISSUER, NULL },
					  { given.root, NULL, NULL, NULL },
					  { NULL, IDENTITY, ISSUER, NULL } };
	struct sigstore_evidence shown = { 0 };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_fails(sigstore_check(bundle, &trust[i], &given.artifact, &shown, &err), &err,
			     ERROR_USAGE);
}

/* Was this time shown before? */
static bool time_known(const struct sigstore_evidence *shown, int64_t unix_s)
{
	for (size_t i = 0; i < shown->time_count; i++)
		if (shown->time[i].unix_s == unix_s)
			return true;
	return false;
}

/*
 * Nothing is shown that was not before. Of several times one may be gone: whoever can change a
 * timestamp can leave it out as well.
 */
static bool says_no_more(const struct sigstore_evidence *before,
			 const struct sigstore_evidence *after)
{
	if (strcmp(before->identity, after->identity) != 0 ||
	    strcmp(before->issuer, after->issuer) != 0 || strcmp(before->log, after->log) != 0 ||
	    before->log_index != after->log_index || before->tree_size != after->tree_size ||
	    !after->time_count ||
	    !span_equal(buffer_view(&before->payload), buffer_view(&after->payload)))
		return false;
	for (size_t i = 0; i < after->time_count; i++)
		if (!time_known(before, after->time[i].unix_s))
			return false;
	return true;
}

/* The text with one byte changed, left out, or written twice. */
static struct span mutant(struct span text, size_t at, size_t how, uint8_t *room)
{
	static const uint8_t flip[] = { 0x01, 0x02, 0x10, 0x20, 0x80 };
	size_t tail = text.len - at;

	memcpy(room, text.data, at);
	if (how < sizeof(flip)) {
		memcpy(room + at, text.data + at, tail);
		room[at] ^= flip[how];
		return (struct span){ room, text.len };
	}
	if (how == sizeof(flip)) {
		memcpy(room + at, text.data + at + 1, tail - 1);
		return (struct span){ room, text.len - 1 };
	}
	room[at] = text.data[at];
	memcpy(room + at + 1, text.data + at, tail);
	return (struct span){ room, text.len + 1 };
}

enum { MUTATIONS = 7 };

/* Every `step`th byte in every way; how many of them held is in *out_harmless. */
static void mutants_check(const struct given *given, const struct digest *artifact, size_t step,
			  size_t *out_harmless)
{
	CLEANUP(sigstore_evidence_release) struct sigstore_evidence shown = { 0 };
	struct span text = buffer_view(&given->bundle);
	uint8_t *room = malloc(text.len + 1);
	struct error err = { 0 };

	assert_non_null(room);
	assert_done(sigstore_check(text, &given->trust, artifact, &shown, &err), &err);
	for (size_t i = 0; i < text.len * MUTATIONS; i += step) {
		struct span changed = mutant(text, i / MUTATIONS, i % MUTATIONS, room);
		CLEANUP(sigstore_evidence_release) struct sigstore_evidence again = { 0 };

		err = (struct error){ 0 };
		if (sigstore_check(changed, &given->trust, artifact, &again, &err)) {
			assert_true(err.code == ERROR_CORRUPT || err.code == ERROR_UNTRUSTED);
			continue;
		}
		if (!says_no_more(&shown, &again))
			fail_msg("mutation %zu of byte %zu is believed and says more",
				 i % MUTATIONS, i / MUTATIONS);
		(*out_harmless)++;
	}
	free(room);
}

static void no_byte_of_a_bundle_can_be_changed_unnoticed(void **state)
{
	static const char *const bundle[][2] = { { "v03-message", "production" },
						 { "v01-message", "production" },
						 { "rekor2-message", "rekor2-alpha" },
						 { "v03-dsse", "production" },
						 { "v02-intoto", "custom" } };
	bool all = getenv("AKASHI_LONG") != NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bundle) / sizeof(*bundle); i++) {
		CLEANUP(given_release)
		struct given given = given_read(bundle[i][0], bundle[i][1]);
		bool message = strstr(bundle[i][0], "message") != NULL;
		size_t harmless = 0;

		mutants_check(&given, message ? &given.artifact : NULL, all ? 1 : 101, &harmless);
		print_message("%s: %zu mutants say nothing else\n", bundle[i][0], harmless);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_shows_who_signed_when_and_where_it_is_logged),
		cmocka_unit_test(an_envelope_hands_over_what_was_signed),
		cmocka_unit_test(a_signature_over_a_file_is_no_statement),
		cmocka_unit_test(a_signer_is_an_identity_with_its_issuer_or_a_key),
		cmocka_unit_test(no_byte_of_a_bundle_can_be_changed_unnoticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
