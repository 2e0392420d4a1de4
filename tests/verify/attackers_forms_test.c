/* Attackers who play with forms: statements, envelopes and keys that are not what they seem. */
#include <stdlib.h>

#include "tests/verify/cast.h"

/* ---- Statements that are not what they seem ---- */

static void a_statement_of_a_staging_log_says_nothing_here(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(world_release) struct world staging;
	struct world_item *item, *moved;
	struct error err = { 0 };
	struct believed believed;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	cast_look(&cast);
	world_init(&staging, "log.example/staging");
	item = world_checkpoint(&staging, &cast.alice, NAME);
	assert_fails(believe_statement(&cast.trust, &staging.base, &item->identity, NULL, &believed,
				       &err),
		     &err, ERROR_UNTRUSTED);
	/* Carried over and logged here too: its payload still names its own log. */
	{
		CLEANUP(envelope_release) struct envelope envelope = { 0 };

		assert_done(envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES,
					   &envelope, &err),
			    &err);
		moved = world_file(&cast.world, &cast.alice, STATEMENT_checkpoint,
				   buffer_view(&envelope.payload));
	}
	refuse(&cast, moved, ERROR_UNTRUSTED, "no log 'log.example/staging' is pinned");
}

static void an_old_statement_that_is_replayed_is_not_the_one_asked_for(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct expectation newest = { STATEMENT_checkpoint, "team/base@v2" };
	struct world_item *old, *again;
	struct believed believed;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	old = say(&cast, &cast.alice, NAME);
	cast_look(&cast);
	assert_fails(believe_statement(&cast.trust, &cast.world.base, &old->identity, &newest,
				       &believed, &err),
		     &err, ERROR_CORRUPT);
	/* Nor is it younger for being logged once more, by a key that ended. */
	again = world_again(&cast.world, &cast.alice, STATEMENT_checkpoint, old);
	old->identity = sha256(span_of("withheld"));
	world_revoke(&cast.world, &cast.carol, &cast.alice, 2, 4);
	refuse(&cast, again, ERROR_UNTRUSTED, "was revoked");
}

static void of_two_statements_under_one_name_the_first_claim_wins(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *first, *second;
	struct digest other = sha256(span_of("other weights"));
	char hex[DIGEST_HEX_SIZE], *predicate;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	first = say(&cast, &cast.alice, NAME);
	digest_to_hex(&other, hex);
	assert_true(
		asprintf(&predicate,
			 "{\"name\":\"team/base\",\"version\":\"v1\",\"manifest\":\"sha256:%s\"}",
			 hex) > 0);
	second = world_say(&cast.world, &cast.alice, STATEMENT_checkpoint, NAME, &other, predicate);
	free(predicate);
	refuse(&cast, second, ERROR_ABSENT, "no claim");
	world_claim(&cast.world, &cast.alice, "checkpoint", NAME, &second->identity);
	believe(&cast, first, 1);
	refuse(&cast, second, ERROR_CORRUPT, "was claimed before");
}

static struct world_item *say_raw(struct cast *cast, const char *payload)
{
	return world_file(&cast->world, &cast->alice, STATEMENT_checkpoint, span_of(payload));
}

#define FRAME(subject, predicate)                                                                  \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{" predicate                 \
	"},\"predicateType\":\"https://w3id.org/akashi/checkpoint/v1\",\"subject\":[{\"digest\":{" \
	"\"sha256\":\"" HEX "\"},\"name\":\"" subject "\"}]}"
#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SAYS(name, version)                                                                        \
	"\"manifest\":\"sha256:" HEX "\",\"name\":\"" name "\",\"origin\":\"" ORIGIN               \
	"\",\"version\":\"" version "\""

static void a_subject_that_is_not_what_the_predicate_says_is_refused(void **state)
{
	CLEANUP(cast_release) struct cast cast;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	refuse(&cast, say_raw(&cast, FRAME("team/base@v2", SAYS("team/base", "v1"))), ERROR_CORRUPT,
	       "the subject is");
	refuse(&cast, say_raw(&cast, FRAME("team/base@v1", SAYS("lab/base", "v1"))), ERROR_CORRUPT,
	       "the subject is");
}

static void a_key_that_stands_twice_in_the_json_is_refused(void **state)
{
	CLEANUP(cast_release) struct cast cast;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	refuse(&cast,
	       say_raw(&cast, FRAME("team/base@v1", SAYS("team/base", "v1") ",\"version\":\"v2\"")),
	       ERROR_CORRUPT, "duplicate object key");
}

static void a_name_that_only_looks_alike_is_no_name(void **state)
{
	static const char *const alike[] = { "te\xd0\xb0m/base", "team/b\xc3\xa0se",
					     "team\xe2\x81\x84"
					     "base",
					     "\xef\xbd\x94"
					     "eam/base" };
	CLEANUP(cast_release) struct cast cast;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	for (size_t i = 0; i < sizeof(alike) / sizeof(*alike); i++) {
		char *payload;
		struct world_item *item;

		assert_true(asprintf(&payload, FRAME("%s@v1", SAYS("%s", "v1")), alike[i],
				     alike[i]) > 0);
		item = say_raw(&cast, payload);
		free(payload);
		refuse(&cast, item, ERROR_CORRUPT, "checkpoint: ");
	}
	assert_false(name_matches("team/*", alike[0]));
}

/* ---- Envelopes and keys that are not what they seem ---- */

static void envelope_set(struct world_item *item, const char *text)
{
	struct error err = { 0 };

	item->envelope.len = 0;
	assert_done(buffer_add_text(&item->envelope, text, &err), &err);
}

/* The envelope as text with `what` replaced by `by`; the caller frees it. */
static char *envelope_with(const struct world_item *item, const char *what, const char *by)
{
	char *whole = strndup((const char *)item->envelope.data, item->envelope.len), *changed, *at;

	at = strstr(whole, what);
	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - whole), whole, by,
			     at + strlen(what)) > 0);
	free(whole);
	return changed;
}

static void a_hint_only_looks_up(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item, *forged;
	char *text;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	/* The right signature under the wrong hint, and the other way round. */
	text = envelope_with(item, public_key_hint(cast.alice.public),
			     public_key_hint(cast.mallory.public));
	envelope_set(item, text);
	free(text);
	believe(&cast, item, 1);
	forged = say(&cast, &cast.mallory, "team/evil@v1");
	text = envelope_with(forged, public_key_hint(cast.mallory.public),
			     public_key_hint(cast.alice.public));
	envelope_set(forged, text);
	free(text);
	refuse(&cast, forged, ERROR_UNTRUSTED, "signer unknown");
	forged->key = *public_key_id(cast.alice.public);
	refuse(&cast, forged, ERROR_CORRUPT, "does not hold");
}

static void base64_and_trailing_data_have_one_spelling(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;
	char *text, *whole;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	whole = strndup((const char *)item->envelope.data, item->envelope.len);
	text = envelope_with(item, "\"payload\":\"", "\"payload\":\" ");
	envelope_set(item, text);
	free(text);
	refuse(&cast, item, ERROR_CORRUPT, "base64");
	assert_true(asprintf(&text, "%s{}", whole) > 0);
	envelope_set(item, text);
	free(text);
	refuse(&cast, item, ERROR_CORRUPT, "");
	text = strdup(whole);
	memcpy(strstr(text, "\"sig\":\"") + 7, "-_", 2); /* the alphabet of URLs */
	envelope_set(item, text);
	free(text);
	refuse(&cast, item, ERROR_CORRUPT, "base64");
	envelope_set(item, whole);
	free(whole);
	believe(&cast, item, 1);
}

static void a_signature_of_one_curve_is_none_of_another(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item, *by_bob;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, "lab/base@v1");
	by_bob = world_again(&cast.world, &cast.bob, STATEMENT_checkpoint, item);
	/* Bob's P-384 signature is filed as alice's P-256. */
	by_bob->key = item->key;
	by_bob->index = item->index;
	item->there = false;
	item->key = *public_key_id(cast.mallory.public);
	refuse(&cast, by_bob, ERROR_CORRUPT, "does not hold");
}

/* A policy whose one key has these bytes; parsed and nothing else. */
static void assert_key_refused(struct span der, enum error_code code, const char *says)
{
	CLEANUP(buffer_release) struct buffer base64;
	CLEANUP(json_free) struct json *json = NULL;
	struct statement statement = { .kind = STATEMENT_policy, .origin = ORIGIN };
	struct digest id = sha256(der);
	char hex[DIGEST_HEX_SIZE], *text;
	struct policy policy;
	struct error err = { 0 };

	buffer_init(&base64, 65536);
	digest_to_hex(&id, hex);
	assert_done(base64_encode(&base64, der, &err), &err);
	assert_true(asprintf(&text,
			     "{\"version\":1,\"threshold\":1,\"keys\":[{\"first\":1,\"id\":\"%s\","
			     "\"kinds\":[\"*\"],\"names\":[\"*\"],\"publicKey\":\"%.*s\"}]}",
			     hex, (int)base64.len, (const char *)base64.data) > 0);
	assert_done(json_parse(span_of(text), NULL, &json, &err), &err);
	free(text);
	statement.predicate = json;
	assert_int_equal(policy_parse(&statement, &policy, &err), -1);
	if (err.code != code || !strstr(err.text, says))
		fail_msg("code %d, '%s' where '%s' belongs", err.code, err.text, says);
}

static void a_policy_lists_whole_public_keys_that_may_sign(void **state)
{
	/* The beginning of a certificate: a SEQUENCE of a SEQUENCE with a version in it. */
	static const uint8_t certificate[] = { 0x30, 0x0c, 0x30, 0x0a, 0xa0, 0x03, 0x02,
					       0x01, 0x02, 0x02, 0x03, 0x01, 0x02, 0x03 };
	CLEANUP(test_signer_release) struct test_signer ed25519 = test_signer_new("ED25519");
	CLEANUP(test_signer_release) struct test_signer p521 = test_signer_new("P-521");
	CLEANUP(test_signer_release) struct test_signer p256 = test_signer_new("P-256");
	CLEANUP(buffer_release) struct buffer longer;
	struct error err = { 0 };

	(void)state;
	assert_key_refused(public_key_der(ed25519.public), ERROR_CORRUPT, "cannot sign statements");
	assert_key_refused(public_key_der(p521.public), ERROR_CORRUPT, "cannot sign statements");
	assert_key_refused((struct span){ certificate, sizeof(certificate) }, ERROR_CORRUPT, "key");
	buffer_init(&longer, 4096);
	assert_done(buffer_add(&longer, public_key_der(p256.public), &err), &err);
	assert_done(buffer_add_text(&longer, "x", &err), &err);
	assert_key_refused(buffer_view(&longer), ERROR_CORRUPT, "key");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_statement_of_a_staging_log_says_nothing_here),
		cmocka_unit_test(an_old_statement_that_is_replayed_is_not_the_one_asked_for),
		cmocka_unit_test(of_two_statements_under_one_name_the_first_claim_wins),
		cmocka_unit_test(a_subject_that_is_not_what_the_predicate_says_is_refused),
		cmocka_unit_test(a_key_that_stands_twice_in_the_json_is_refused),
		cmocka_unit_test(a_name_that_only_looks_alike_is_no_name),
		cmocka_unit_test(a_hint_only_looks_up),
		cmocka_unit_test(base64_and_trailing_data_have_one_spelling),
		cmocka_unit_test(a_signature_of_one_curve_is_none_of_another),
		cmocka_unit_test(a_policy_lists_whole_public_keys_that_may_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
