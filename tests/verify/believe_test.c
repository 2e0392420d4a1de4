/* Believing: each rule has its attacker, and in each test that attacker plays. */
#include <stdlib.h>

#include "tests/verify/world.h"

#define ORIGIN "log.example/house"
#define NAME "team/base@v1"

/* An honest log: policy by `alice` at 0, her checkpoint at 1, its claim at 2. */
struct stage {
	struct world world;
	struct test_signer alice, mallory;
	struct world_item *policy, *checkpoint, *claim;
	struct trust trust;
};

static void stage_trust(struct stage *stage)
{
	struct pin pin = world_pin(&stage->world, stage->policy);
	struct pins pins = { &pin, 1 };
	struct error err = { 0 };

	assert_done(trust_from_pins(&pins, &stage->world.base, UINT64_MAX, &stage->trust, &err),
		    &err);
}

static void stage_init(struct stage *stage, const char *names, const char *kinds, uint64_t first,
		       uint64_t last)
{
	struct world_key key;

	*stage = (struct stage){ 0 };
	world_init(&stage->world, ORIGIN);
	stage->alice = test_signer_new("P-256");
	stage->mallory = test_signer_new("P-384");
	key = (struct world_key){ &stage->alice, names, kinds, first, last };
	stage->policy = world_policy(&stage->world, &key, 1);
	stage->checkpoint = world_checkpoint(&stage->world, &stage->alice, NAME);
	stage->claim = world_claim(&stage->world, &stage->alice, "checkpoint", NAME,
				   &stage->checkpoint->identity);
	stage_trust(stage);
}

static void stage_release(struct stage *stage)
{
	trust_release(&stage->trust);
	test_signer_release(&stage->alice);
	test_signer_release(&stage->mallory);
	world_release(&stage->world);
}

static int believe(struct stage *stage, const struct world_item *item, struct believed *out,
		   struct error *err)
{
	return believe_statement(&stage->trust, &stage->world.base, &item->identity, NULL, out,
				 err);
}

static void assert_not_believed(struct stage *stage, const struct world_item *item,
				enum error_code code, const char *says)
{
	struct believed believed;
	struct error err = { 0 };

	assert_int_equal(believe(stage, item, &believed, &err), -1);
	if (err.code != code || !strstr(err.text, says))
		fail_msg("code %d, '%s' where '%s' belongs", err.code, err.text, says);
}

static void an_honest_statement_is_believed_with_its_index_and_claim(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct expectation expected = { STATEMENT_checkpoint, NAME };
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "team/*", "*", 0, UINT64_MAX);
	assert_done(believe_statement(&stage.trust, &stage.world.base, &stage.checkpoint->identity,
				      &expected, &believed, &err),
		    &err);
	assert_int_equal(believed.index, 1);
	assert_int_equal(believed.checkpoint.head.size, 3);
	assert_true(believed.claimed);
	assert_int_equal(believed.claim_index, 2);
	assert_true(digest_equal(&believed.claim, &stage.claim->identity));
	assert_true(digest_equal(&believed.key, public_key_id(stage.alice.public)));
	assert_string_equal(believed.statement.subject, NAME);
	assert_true(trust_requires(&stage.trust, ORIGIN, NAME, "signature"));
	assert_false(trust_requires(&stage.trust, ORIGIN, NAME, "forward"));
	assert_false(trust_requires(&stage.trust, ORIGIN, "other/base@v1", "signature"));
}

static void a_statement_by_a_key_the_policy_does_not_list_is_untrusted(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	struct world_item *item;

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	item = world_checkpoint(&stage.world, &stage.mallory, "team/evil@v1");
	world_claim(&stage.world, &stage.mallory, "checkpoint", "team/evil@v1", &item->identity);
	assert_not_believed(&stage, item, ERROR_UNTRUSTED, "signer unknown");
}

static void a_whole_other_log_with_the_same_origin_is_not_believed(void **state)
{
	CLEANUP(stage_release) struct stage honest, forged;
	struct believed believed;
	struct error err = { 0 };

	(void)state;
	stage_init(&honest, "*", "*", 0, UINT64_MAX);
	stage_init(&forged, "*", "*", 0, UINT64_MAX);
	assert_fails(believe_statement(&honest.trust, &forged.world.base,
				       &forged.checkpoint->identity, NULL, &believed, &err),
		     &err, ERROR_UNTRUSTED);
}

static void a_mirror_that_re_signs_everything_is_not_believed(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(buffer_release) struct buffer again;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	buffer_init(&again, ENVELOPE_MAX_BYTES);
	assert_done(envelope_parse(buffer_view(&stage.checkpoint->envelope), ENVELOPE_MAX_BYTES,
				   &envelope, &err),
		    &err);
	/* filed under the honest key, and under the mirror's own */
	test_envelope(&stage.mallory, buffer_view(&envelope.payload), &again);
	stage.checkpoint->envelope.len = 0;
	assert_done(buffer_add(&stage.checkpoint->envelope, buffer_view(&again), &err), &err);
	assert_not_believed(&stage, stage.checkpoint, ERROR_CORRUPT, "does not hold");
	stage.checkpoint->key = *public_key_id(stage.mallory.public);
	assert_not_believed(&stage, stage.checkpoint, ERROR_UNTRUSTED, "signer unknown");
}

static void names_and_kinds_outside_the_policy_are_untrusted(void **state)
{
	CLEANUP(stage_release) struct stage other_name, other_kind;

	(void)state;
	stage_init(&other_name, "lab/*", "*", 0, UINT64_MAX);
	assert_not_believed(&other_name, other_name.checkpoint, ERROR_UNTRUSTED,
			    "may not sign for the name");
	stage_init(&other_kind, "*", "dataset", 0, UINT64_MAX);
	assert_not_believed(&other_kind, other_kind.checkpoint, ERROR_UNTRUSTED,
			    "may not sign checkpoint");
}

static void entries_outside_the_range_of_a_key_do_not_count(void **state)
{
	CLEANUP(stage_release) struct stage early, late, claim_late;

	(void)state;
	stage_init(&early, "*", "*", 2, UINT64_MAX);
	assert_not_believed(&early, early.checkpoint, ERROR_UNTRUSTED, "outside the entries");
	stage_init(&late, "*", "*", 0, 0);
	assert_not_believed(&late, late.checkpoint, ERROR_UNTRUSTED, "outside the entries");
	stage_init(&claim_late, "*", "*", 0, 1);
	assert_not_believed(&claim_late, claim_late.checkpoint, ERROR_UNTRUSTED, "claim: entry 2");
}

static void what_was_stripped_is_absent(void **state)
{
	CLEANUP(stage_release) struct stage stage;

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	stage.claim->logged = false;
	assert_not_believed(&stage, stage.checkpoint, ERROR_ABSENT, "no proof");
	stage.claim->there = false;
	assert_not_believed(&stage, stage.checkpoint, ERROR_ABSENT, "no claim");
	stage.checkpoint->logged = false;
	assert_not_believed(&stage, stage.checkpoint, ERROR_ABSENT, "no proof");
	stage.checkpoint->there = false;
	assert_not_believed(&stage, stage.checkpoint, ERROR_ABSENT, "is not there");
}

static void another_statement_under_the_same_identity_is_found_out(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	struct world_item *other;

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	other = world_checkpoint(&stage.world, &stage.alice, "team/base@v2");
	other->identity = stage.checkpoint->identity;
	stage.checkpoint->there = false;
	stage.checkpoint->identity = sha256(span_of("elsewhere"));
	assert_not_believed(&stage, other, ERROR_CORRUPT, "another statement");
}

static void the_twin_of_a_signature_is_not_what_was_logged(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer twin;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	buffer_init(&twin, 256);
	assert_done(envelope_parse(buffer_view(&stage.checkpoint->envelope), ENVELOPE_MAX_BYTES,
				   &envelope, &err),
		    &err);
	test_twin(&stage.alice, buffer_view(&envelope.signature), &twin);
	stage.checkpoint->envelope.len = 0;
	assert_done(envelope_build(buffer_view(&envelope.payload), buffer_view(&twin),
				   stage.alice.public, &stage.checkpoint->envelope, &err),
		    &err);
	assert_not_believed(&stage, stage.checkpoint, ERROR_CORRUPT, "log proof");
}

static void a_claim_by_somebody_else_or_of_something_else_does_not_count(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	struct test_signer *mallory = &stage.mallory;
	const struct digest *statement;

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	statement = &stage.checkpoint->identity;
	stage.claim->there = false;
	world_claim(&stage.world, mallory, "checkpoint", NAME, statement);
	assert_not_believed(&stage, stage.checkpoint, ERROR_ABSENT, "no claim");
	world_claim(&stage.world, &stage.alice, "dataset", NAME, statement);
	world_claim(&stage.world, &stage.alice, "checkpoint", "team/base@v2", statement);
	world_claim(&stage.world, &stage.alice, "checkpoint", NAME, &stage.policy->identity);
	assert_not_believed(&stage, stage.checkpoint, ERROR_ABSENT, "no claim");
}

static void a_claim_that_was_logged_before_its_statement_contradicts(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	struct digest leaf;

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	leaf = stage.world.leaf[1];
	stage.world.leaf[1] = stage.world.leaf[2];
	stage.world.leaf[2] = leaf;
	stage.checkpoint->index = 2;
	stage.claim->index = 1;
	assert_not_believed(&stage, stage.checkpoint, ERROR_CORRUPT, "logged before");
}

static void a_statement_about_something_else_than_expected_contradicts(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	struct expectation kind = { STATEMENT_dataset, NULL }, name = { -1, "team/base@v2" };
	struct believed believed;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	assert_fails(believe_statement(&stage.trust, &stage.world.base, &stage.checkpoint->identity,
				       &kind, &believed, &err),
		     &err, ERROR_CORRUPT);
	assert_fails(believe_statement(&stage.trust, &stage.world.base, &stage.checkpoint->identity,
				       &name, &believed, &err),
		     &err, ERROR_CORRUPT);
}

static void one_good_signer_outweighs_a_planted_envelope(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(believed_release) struct believed believed = { 0 };
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	assert_done(envelope_parse(buffer_view(&stage.checkpoint->envelope), ENVELOPE_MAX_BYTES,
				   &envelope, &err),
		    &err);
	world_file(&stage.world, &stage.mallory, STATEMENT_checkpoint,
		   buffer_view(&envelope.payload));
	assert_done(believe(&stage, stage.checkpoint, &believed, &err), &err);
	assert_true(digest_equal(&believed.key, public_key_id(stage.alice.public)));
}

static void a_release_needs_a_claim_only_under_a_name_of_its_own(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct world_item *same, *renamed;
	char statement[DIGEST_HEX_SIZE], manifest[DIGEST_HEX_SIZE], *predicate;
	struct digest digest = sha256(span_of(NAME));
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	digest_to_hex(&stage.checkpoint->identity, statement);
	digest_to_hex(&digest, manifest);
	assert_true(asprintf(&predicate,
			     "{\"name\":\"team/base\",\"version\":\"v1\",\"checkpoint\":{\"name\":"
			     "\"" NAME
			     "\",\"statement\":\"sha256:%s\",\"manifest\":\"sha256:%s\"}}",
			     statement, manifest) > 0);
	same = world_say(&stage.world, &stage.alice, STATEMENT_release, NAME, &digest, predicate);
	assert_done(believe(&stage, same, &believed, &err), &err);
	assert_false(believed.claimed);
	memcpy(strstr(predicate, "base"), "bose", 4);
	renamed = world_say(&stage.world, &stage.alice, STATEMENT_release, "team/bose@v1", &digest,
			    predicate);
	assert_not_believed(&stage, renamed, ERROR_ABSENT, "no claim");
	world_claim(&stage.world, &stage.alice, "release", "team/bose@v1", &renamed->identity);
	believed_release(&believed);
	assert_done(believe(&stage, renamed, &believed, &err), &err);
	assert_true(believed.claimed);
	free(predicate);
}

/* A card "team/card@v1" of, or for, what `about` says in JSON, logged with its claim. */
static struct world_item *card_say(struct stage *stage, const char *version, const char *about)
{
	struct digest file = sha256(span_of("a card"));
	char hex[DIGEST_HEX_SIZE], subject[NAME_TEXT_MAX], *predicate;
	struct world_item *card;

	digest_to_hex(&file, hex);
	snprintf(subject, sizeof(subject), "team/card@%s", version);
	assert_true(asprintf(&predicate,
			     "{\"name\":\"team/card\",\"version\":\"%s\",%s,\"file\":\"sha256:%s\","
			     "\"size\":6}",
			     version, about, hex) > 0);
	card = world_say(&stage->world, &stage->alice, STATEMENT_card, subject, &file, predicate);
	free(predicate);
	world_claim(&stage->world, &stage->alice, "card", subject, &card->identity);
	return card;
}

static void a_card_of_its_own_name_counts_only_by_who_may_sign_for_its_model_too(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(believed_release) struct believed believed = { 0 };
	char statement[DIGEST_HEX_SIZE], about[512];
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "team/*", "*", 0, UINT64_MAX);
	digest_to_hex(&stage.checkpoint->identity, statement);
	assert_done(
		believe(&stage, card_say(&stage, "v1", "\"for\":\"team/base\""), &believed, &err),
		&err);
	assert_true(believed.claimed);
	assert_not_believed(&stage, card_say(&stage, "v2", "\"for\":\"other/base\""),
			    ERROR_UNTRUSTED, "may not sign for the name 'other/base@'");
	for (int own = 0; own < 2; own++) {
		snprintf(about, sizeof(about),
			 "\"of\":{\"name\":\"%s/base@v1\",\"statement\":\"sha256:%s\"}",
			 own ? "team" : "other", statement);
		if (own) {
			believed_release(&believed);
			assert_done(believe(&stage, card_say(&stage, "v4", about), &believed, &err),
				    &err);
		} else {
			assert_not_believed(&stage, card_say(&stage, "v3", about), ERROR_UNTRUSTED,
					    "may not sign for the name 'other/base@v1'");
		}
	}
}

/* ---- Pins ---- */

static void a_policy_that_is_not_the_pinned_one_is_passed_over(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	struct pin pin;
	struct pins pins = { &pin, 1 };
	struct trust trust;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	pin = world_pin(&stage.world, stage.checkpoint);
	assert_fails(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_CORRUPT);
	pin.policy = sha256(span_of("nothing"));
	assert_fails(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_UNTRUSTED);
	pins.count = 0;
	assert_fails(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_UNTRUSTED);
}

static void a_pin_with_another_log_key_contradicts(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(world_release) struct world same_name, other_name;
	struct pin pin;
	struct pins pins = { &pin, 1 };
	struct trust trust;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	world_init(&same_name, ORIGIN);
	world_init(&other_name, "log.example/elsewhere");
	pin = world_pin(&same_name, stage.policy);
	assert_fails(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_CORRUPT);
	pin = world_pin(&other_name, stage.policy);
	assert_fails(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_CORRUPT);
}

static void a_policy_signed_by_nobody_in_it_contradicts(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct pin pin;
	struct pins pins = { &pin, 1 };
	struct trust trust;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	pin = world_pin(&stage.world, stage.policy);
	assert_done(envelope_parse(buffer_view(&stage.policy->envelope), ENVELOPE_MAX_BYTES,
				   &envelope, &err),
		    &err);
	stage.policy->there = false;
	world_file(&stage.world, &stage.mallory, STATEMENT_policy, buffer_view(&envelope.payload));
	assert_fails(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_CORRUPT);
}

static void two_pinned_policies_of_one_log_both_count(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed first = { 0 }, second = { 0 };
	struct world_key key;
	struct world_item *policy, *item;
	struct pin pin[2];
	struct pins pins = { pin, 2 };
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	key = (struct world_key){ &stage.mallory, "*", "*", 0, UINT64_MAX };
	policy = world_policy(&stage.world, &key, 1);
	item = world_checkpoint(&stage.world, &stage.mallory, "team/other@v1");
	world_claim(&stage.world, &stage.mallory, "checkpoint", "team/other@v1", &item->identity);
	pin[0] = world_pin(&stage.world, stage.policy);
	pin[1] = world_pin(&stage.world, policy);
	assert_done(trust_from_pins(&pins, &stage.world.base, UINT64_MAX, &trust, &err), &err);
	assert_done(believe_statement(&trust, &stage.world.base, &stage.checkpoint->identity, NULL,
				      &first, &err),
		    &err);
	assert_done(
		believe_statement(&trust, &stage.world.base, &item->identity, NULL, &second, &err),
		&err);
	assert_true(digest_equal(&second.anchor->chain.version[0].identity, &policy->identity));
}

static void a_statement_of_a_log_that_is_not_pinned_is_untrusted(void **state)
{
	CLEANUP(stage_release) struct stage stage;
	CLEANUP(world_release) struct world other;
	struct world_item *item;
	struct believed believed;
	struct error err = { 0 };

	(void)state;
	stage_init(&stage, "*", "*", 0, UINT64_MAX);
	world_init(&other, "log.example/elsewhere");
	item = world_checkpoint(&other, &stage.alice, NAME);
	assert_fails(believe_statement(&stage.trust, &other.base, &item->identity, NULL, &believed,
				       &err),
		     &err, ERROR_UNTRUSTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_statement_is_believed_with_its_index_and_claim),
		cmocka_unit_test(a_statement_by_a_key_the_policy_does_not_list_is_untrusted),
		cmocka_unit_test(a_whole_other_log_with_the_same_origin_is_not_believed),
		cmocka_unit_test(a_mirror_that_re_signs_everything_is_not_believed),
		cmocka_unit_test(names_and_kinds_outside_the_policy_are_untrusted),
		cmocka_unit_test(entries_outside_the_range_of_a_key_do_not_count),
		cmocka_unit_test(what_was_stripped_is_absent),
		cmocka_unit_test(another_statement_under_the_same_identity_is_found_out),
		cmocka_unit_test(the_twin_of_a_signature_is_not_what_was_logged),
		cmocka_unit_test(a_claim_by_somebody_else_or_of_something_else_does_not_count),
		cmocka_unit_test(a_claim_that_was_logged_before_its_statement_contradicts),
		cmocka_unit_test(a_statement_about_something_else_than_expected_contradicts),
		cmocka_unit_test(one_good_signer_outweighs_a_planted_envelope),
		cmocka_unit_test(a_release_needs_a_claim_only_under_a_name_of_its_own),
		cmocka_unit_test(
			a_card_of_its_own_name_counts_only_by_who_may_sign_for_its_model_too),
		cmocka_unit_test(a_policy_that_is_not_the_pinned_one_is_passed_over),
		cmocka_unit_test(a_pin_with_another_log_key_contradicts),
		cmocka_unit_test(a_policy_signed_by_nobody_in_it_contradicts),
		cmocka_unit_test(two_pinned_policies_of_one_log_both_count),
		cmocka_unit_test(a_statement_of_a_log_that_is_not_pinned_is_untrusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
