/*
 * Keys, policies and their attackers: each test lets one of them play against a
 * small world with real keys, a log and its proofs.
 */
#include "tests/verify/cast.h"

/* ---- Who may sign what ---- */

static void a_valid_key_of_another_name_space_signs_nothing_here(void **state)
{
	CLEANUP(cast_release) struct cast cast;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	believe(&cast, say(&cast, &cast.bob, "lab/base@v1"), 1);
	refuse(&cast, say(&cast, &cast.bob, NAME), ERROR_UNTRUSTED, "may not sign for the name");
	refuse(&cast, say(&cast, &cast.bob, "labs/base@v1"), ERROR_UNTRUSTED, "may not sign for");
	refuse(&cast, say(&cast, &cast.carol, "team/carol@v1"), ERROR_UNTRUSTED,
	       "may not sign checkpoint");
	refuse(&cast, say(&cast, &cast.mallory, "team/evil@v1"), ERROR_UNTRUSTED, "signer unknown");
}

/* ---- Over time ---- */

static void a_revoked_key_counts_up_to_the_last_entry_and_not_after(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *before, *after;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	before = say(&cast, &cast.alice, NAME);
	after = say(&cast, &cast.alice, "team/base@v2");
	believe(&cast, after, 3);
	world_revoke(&cast.world, &cast.carol, &cast.alice, 2, 5);
	believe(&cast, before, 1);
	refuse(&cast, after, ERROR_UNTRUSTED, "was revoked");
	refuse(&cast, after, ERROR_UNTRUSTED, "stolen");
}

static void a_claim_above_the_last_entry_does_not_count_either(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	world_revoke(&cast.world, &cast.carol, &cast.alice, 1, 3);
	refuse(&cast, item, ERROR_UNTRUSTED, "claim: the key");
}

static void a_revocation_binds_who_holds_it_though_it_was_never_logged(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item, *revocation;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	revocation = world_revoke(&cast.world, &cast.carol, &cast.alice, 0, 3);
	revocation->logged = false;
	refuse(&cast, item, ERROR_UNTRUSTED, "was revoked");
	/* Who does not hold it cannot know. */
	revocation->there = false;
	believe(&cast, item, 1);
}

static void nobody_but_a_recovery_key_revokes(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	world_revoke(&cast.world, &cast.mallory, &cast.alice, 0, 3);
	world_revoke(&cast.world, &cast.bob, &cast.alice, 0, 3);
	/* A root neither, where the policy names recovery keys. */
	world_revoke(&cast.world, &cast.alice, &cast.bob, 0, 3);
	believe(&cast, item, 1);
	assert_int_equal(chain_of(&cast)->revocation_count, 0);
}

static void a_last_entry_in_the_future_revokes_nothing(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct world_item *revocation;
	struct policy_chain *chain;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	revocation = world_revoke(&cast.world, &cast.carol, &cast.alice, 5, 5);
	cast_look(&cast);
	chain = &cast.trust.anchor[0].chain;
	assert_int_equal(chain->revocation_count, 0);
	assert_done(filed_fetch(&cast.world.base, &revocation->identity, &revocation->key, &filed,
				&err),
		    &err);
	assert_int_equal(policy_chain_revoke(chain, &filed.statement, &revocation->identity,
					     &revocation->key, &revocation->index, &err),
			 -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "nobody revokes the future"));
}

static void a_second_revocation_only_lowers(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	world_revoke(&cast.world, &cast.carol, &cast.alice, 0, 3);
	world_revoke(&cast.world, &cast.carol, &cast.alice, 4, 5);
	refuse(&cast, item, ERROR_UNTRUSTED, "was revoked");
	assert_int_equal(policy_chain_last(chain_of(&cast), public_key_id(cast.alice.public)), 0);
}

/* Version 2 by alice: she stays root, mallory is admitted. */
static struct world_item *admit_mallory(struct cast *cast, uint64_t version,
					const struct world_item *previous)
{
	struct world_key key[] = { { &cast->alice, "*", "*", 0, UINT64_MAX },
				   { &cast->carol, "*", "revocation", 0, UINT64_MAX },
				   { &cast->mallory, "*", "*", 0, UINT64_MAX } };
	struct world_rules rules = { .version = version,
				     .previous = previous,
				     .recovery = &cast->carol };

	return world_policy_of(&cast->world, key, 3, &rules, NULL);
}

static void a_leaf_before_admission_does_not_count_whatever_first_says(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *early, *late;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	early = say(&cast, &cast.mallory, NAME);
	admit_mallory(&cast, 2, cast.policy); /* `first` is 0 */
	late = say(&cast, &cast.mallory, "team/base@v2");
	believe(&cast, late, 4);
	assert_int_equal(chain_of(&cast)->count, 2);
	refuse(&cast, early, ERROR_UNTRUSTED, "does not list the key");
}

static void what_was_said_before_a_key_was_dropped_still_counts(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *before, *after;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	before = say(&cast, &cast.bob, "lab/base@v1");
	admit_mallory(&cast, 2, cast.policy); /* lists bob no more */
	after = say(&cast, &cast.bob, "lab/base@v2");
	believe(&cast, before, 1);
	refuse(&cast, after, ERROR_UNTRUSTED, "does not list the key");
}

static void a_skipped_version_leads_nowhere(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *second, *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	second = world_policy_of(
		&cast.world, (struct world_key[]){ { &cast.alice, "*", "*", 0, UINT64_MAX } }, 1,
		&(struct world_rules){ .version = 2, .previous = cast.policy }, NULL);
	admit_mallory(&cast, 3, second);
	item = say(&cast, &cast.mallory, NAME);
	believe(&cast, item, 3);
	second->there = false;
	refuse(&cast, item, ERROR_UNTRUSTED, "does not list the key");
	assert_int_equal(chain_of(&cast)->count, 1);
}

static void a_version_that_follows_another_one_is_passed_over(void **state)
{
	CLEANUP(cast_release) struct cast cast;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	admit_mallory(&cast, 3, cast.policy); /* 1, then 3 */
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 1);
}

static void a_policy_that_only_its_own_root_signed_is_passed_over(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_key key;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	key = (struct world_key){ &cast.mallory, "*", "*", 0, UINT64_MAX };
	world_policy_of(&cast.world, &key, 1,
			&(struct world_rules){ .version = 2, .previous = cast.policy }, NULL);
	refuse(&cast, say(&cast, &cast.mallory, NAME), ERROR_UNTRUSTED, "signer unknown");
	assert_int_equal(chain_of(&cast)->count, 1);
}

static void roots_change_by_the_thresholds_of_both_versions(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *next, *by_bob;
	struct world_key key[2];

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	key[0] = (struct world_key){ &cast.bob, "*", "*", 0, UINT64_MAX };
	key[1] = (struct world_key){ &cast.carol, "*", "*", 0, UINT64_MAX };
	/* Two new roots, both needed; alice, the old one, signs first. */
	next = world_policy_of(
		&cast.world, key, 2,
		&(struct world_rules){
			.version = 2, .previous = cast.policy, .roots = 2, .threshold = 2 },
		&cast.alice);
	by_bob = world_again(&cast.world, &cast.bob, STATEMENT_policy, next);
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 1);
	world_again(&cast.world, &cast.carol, STATEMENT_policy, next);
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 2);
	/* The signature that completes both thresholds decides. */
	assert_int_equal(chain_of(&cast)->version[1].index, 3);
	by_bob->logged = false;
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 1);
}

static void a_revoked_root_signs_no_policy(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *revocation;
	struct world_key key;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	/* Alice's key is stolen: the thief admits mallory and drops the recovery key. */
	key = (struct world_key){ &cast.alice, "*", "*", 0, UINT64_MAX };
	world_policy_of(&cast.world, &key, 1,
			&(struct world_rules){ .version = 2, .previous = cast.policy }, NULL);
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 2);
	revocation = world_revoke(&cast.world, &cast.carol, &cast.alice, 0, 2);
	revocation->logged = false;
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 1);
	assert_int_equal(chain_of(&cast)->revocation_count, 1);
}

static void of_two_that_follow_one_version_the_first_logged_counts(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *first;
	struct world_key key;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	first = admit_mallory(&cast, 2, cast.policy);
	key = (struct world_key){ &cast.alice, "*", "*", 0, UINT64_MAX };
	world_policy_of(&cast.world, &key, 1,
			&(struct world_rules){ .version = 2, .previous = cast.policy }, NULL);
	cast_look(&cast);
	assert_int_equal(chain_of(&cast)->count, 2);
	assert_true(digest_equal(&chain_of(&cast)->version[1].identity, &first->identity));
}

static void a_later_pin_goes_back_and_needs_what_was_before(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *before, *first;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	first = cast.policy;
	before = say(&cast, &cast.bob, "lab/base@v1");
	cast.policy = admit_mallory(&cast, 2, first);
	believe(&cast, before, 1); /* by version 1, which the pin leads back to */
	assert_int_equal(chain_of(&cast)->pinned, 1);
	first->there = false;
	refuse(&cast, before, ERROR_UNTRUSTED, "does not list the key");
	refuse(&cast, say(&cast, &cast.bob, "lab/base@v2"), ERROR_UNTRUSTED,
	       "does not list the key");
}

static void looking_as_of_an_entry_leaves_out_what_came_later(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(trust_release) struct trust then = { 0 };
	struct pins pins;
	struct pin pin;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	admit_mallory(&cast, 2, cast.policy);
	world_revoke(&cast.world, &cast.carol, &cast.alice, 0, 2);
	pin = world_pin(&cast.world, cast.policy);
	pins = (struct pins){ &pin, 1 };
	assert_done(trust_from_pins(&pins, &cast.world.base, 0, &then, &err), &err);
	assert_int_equal(then.anchor[0].chain.count, 1);
	assert_int_equal(then.anchor[0].chain.revocation_count, 0);
}

/* ---- k of n ---- */

#define BOTH "{\"signers\":[{\"kinds\":[\"checkpoint\"],\"names\":\"lab/*\",\"threshold\":2}]}"

static void two_of_two_must_sign_and_the_second_decides_the_index(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct world_item *item;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, BOTH);
	believe(&cast, say(&cast, &cast.alice, NAME), 1); /* another name: one suffices */
	item = say(&cast, &cast.bob, "lab/base@v1");
	refuse(&cast, item, ERROR_UNTRUSTED, "signed by 1 of the 2 keys");
	world_again(&cast.world, &cast.alice, STATEMENT_checkpoint, item);
	believe(&cast, item, 5);
	assert_done(believe_statement(&cast.trust, &cast.world.base, &item->identity, NULL,
				      &believed, &err),
		    &err);
	assert_int_equal(believed.signer_count, 2);
	assert_true(digest_equal(&believed.key, public_key_id(cast.bob.public)));
	assert_int_equal(believed.claim_index, 4);
}

static void somebody_unknown_does_not_count_towards_two(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, BOTH);
	item = say(&cast, &cast.bob, "lab/base@v1");
	world_again(&cast.world, &cast.mallory, STATEMENT_checkpoint, item);
	world_again(&cast.world, &cast.carol, STATEMENT_checkpoint, item);
	refuse(&cast, item, ERROR_UNTRUSTED, "signed by 1 of the 2 keys");
}

static void one_key_counts_once_towards_two(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer twin;
	struct world_item *item, *again;
	struct signing by[2];
	uint64_t index;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, BOTH);
	item = say(&cast, &cast.bob, "lab/base@v1");
	/* The same key again: another signature, another leaf, and the twin of the first. */
	again = world_again(&cast.world, &cast.bob, STATEMENT_checkpoint, item);
	refuse(&cast, item, ERROR_UNTRUSTED, "signed by 1 of the 2 keys");
	buffer_init(&twin, SIGNATURE_MAX_BYTES);
	assert_done(
		envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES, &envelope, &err),
		&err);
	test_twin(&cast.bob, buffer_view(&envelope.signature), &twin);
	again->envelope.len = 0;
	assert_done(envelope_build(buffer_view(&envelope.payload), buffer_view(&twin),
				   cast.bob.public, &again->envelope, &err),
		    &err);
	refuse(&cast, item, ERROR_UNTRUSTED, "signed by 1 of the 2 keys");
	/* Filed as if it were alice's. */
	again->key = *public_key_id(cast.alice.public);
	refuse(&cast, item, ERROR_CORRUPT, "does not hold");
	/* And where both are handed over as they are. */
	by[0] = (struct signing){ *public_key_id(cast.bob.public), 1 };
	by[1] = (struct signing){ *public_key_id(cast.bob.public), 3 };
	assert_fails(policy_chain_accepts(chain_of(&cast), by, 2, STATEMENT_checkpoint,
					  "lab/base@v1", &index, &err),
		     &err, ERROR_UNTRUSTED);
}

static void a_revoked_signer_no_longer_makes_two(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, BOTH);
	item = say(&cast, &cast.bob, "lab/base@v1");
	world_again(&cast.world, &cast.alice, STATEMENT_checkpoint, item);
	believe(&cast, item, 3);
	world_revoke(&cast.world, &cast.carol, &cast.alice, 2, 4);
	refuse(&cast, item, ERROR_UNTRUSTED, "signed by 1 of the 2 keys");
}

static void a_lower_threshold_later_does_not_reach_back(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item, *later;
	struct world_key key[2];

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, BOTH);
	item = say(&cast, &cast.bob, "lab/base@v1");
	key[0] = (struct world_key){ &cast.alice, "*", "*", 0, UINT64_MAX };
	key[1] = (struct world_key){ &cast.bob, "lab/*", "*", 0, UINT64_MAX };
	world_policy_of(&cast.world, key, 2,
			&(struct world_rules){ .version = 2, .previous = cast.policy }, NULL);
	refuse(&cast, item, ERROR_UNTRUSTED, "signed by 1 of the 2 keys");
	later = say(&cast, &cast.bob, "lab/base@v2");
	believe(&cast, later, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_key_of_another_name_space_signs_nothing_here),
		cmocka_unit_test(a_revoked_key_counts_up_to_the_last_entry_and_not_after),
		cmocka_unit_test(a_claim_above_the_last_entry_does_not_count_either),
		cmocka_unit_test(a_revocation_binds_who_holds_it_though_it_was_never_logged),
		cmocka_unit_test(nobody_but_a_recovery_key_revokes),
		cmocka_unit_test(a_last_entry_in_the_future_revokes_nothing),
		cmocka_unit_test(a_second_revocation_only_lowers),
		cmocka_unit_test(a_leaf_before_admission_does_not_count_whatever_first_says),
		cmocka_unit_test(what_was_said_before_a_key_was_dropped_still_counts),
		cmocka_unit_test(a_skipped_version_leads_nowhere),
		cmocka_unit_test(a_version_that_follows_another_one_is_passed_over),
		cmocka_unit_test(a_policy_that_only_its_own_root_signed_is_passed_over),
		cmocka_unit_test(roots_change_by_the_thresholds_of_both_versions),
		cmocka_unit_test(a_revoked_root_signs_no_policy),
		cmocka_unit_test(of_two_that_follow_one_version_the_first_logged_counts),
		cmocka_unit_test(a_later_pin_goes_back_and_needs_what_was_before),
		cmocka_unit_test(looking_as_of_an_entry_leaves_out_what_came_later),
		cmocka_unit_test(two_of_two_must_sign_and_the_second_decides_the_index),
		cmocka_unit_test(somebody_unknown_does_not_count_towards_two),
		cmocka_unit_test(one_key_counts_once_towards_two),
		cmocka_unit_test(a_revoked_signer_no_longer_makes_two),
		cmocka_unit_test(a_lower_threshold_later_does_not_reach_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
