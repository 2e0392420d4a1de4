/*
 * Keys, policies and their attackers: each test lets one of them play against a
 * small world with real keys, a log and its proofs.
 */
#include <stdlib.h>

#include "tests/verify/world.h"
#include "verify/filed.h"

#define ORIGIN "log.example/house"
#define NAME "team/base@v1"

/* Who is there: alice is root and signer, bob signs, carol recovers, mallory is nobody. */
struct cast {
	struct world world;
	struct test_signer alice, bob, carol, mallory;
	struct world_item *policy;
	struct trust trust;
};

static void cast_init(struct cast *cast)
{
	*cast = (struct cast){ 0 };
	world_init(&cast->world, ORIGIN);
	cast->alice = test_signer_new("P-256");
	cast->bob = test_signer_new("P-384");
	cast->carol = test_signer_new("P-256");
	cast->mallory = test_signer_new("P-256");
}

static void cast_release(struct cast *cast)
{
	trust_release(&cast->trust);
	test_signer_release(&cast->alice);
	test_signer_release(&cast->bob);
	test_signer_release(&cast->carol);
	test_signer_release(&cast->mallory);
	world_release(&cast->world);
}

/* Version 1: alice is its root and signs everything, bob what is called lab/, carol revokes. */
static void cast_policy(struct cast *cast, const char *more)
{
	struct world_key key[] = { { &cast->alice, "*", "*", 0, UINT64_MAX },
				   { &cast->bob, "lab/*", "*", 0, UINT64_MAX },
				   { &cast->carol, "*", "revocation", 0, UINT64_MAX } };
	struct world_rules rules = { .recovery = &cast->carol, .more = more };

	cast->policy = world_policy_of(&cast->world, key, 3, &rules, NULL);
}

/* Pin version 1 and look at what is there. */
static void cast_look(struct cast *cast)
{
	struct pin pin = world_pin(&cast->world, cast->policy);
	struct pins pins = { &pin, 1 };
	struct error err = { 0 };

	trust_release(&cast->trust);
	assert_done(trust_from_pins(&pins, &cast->world.base, UINT64_MAX, &cast->trust, &err),
		    &err);
}

/* A checkpoint with its claim. */
static struct world_item *say(struct cast *cast, const struct test_signer *signer, const char *name)
{
	struct world_item *item = world_checkpoint(&cast->world, signer, name);

	world_claim(&cast->world, signer, "checkpoint", name, &item->identity);
	return item;
}

static void believe(struct cast *cast, const struct world_item *item, uint64_t index)
{
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct error err = { 0 };

	cast_look(cast);
	assert_done(believe_statement(&cast->trust, &cast->world.base, &item->identity, NULL,
				      &believed, &err),
		    &err);
	assert_int_equal(believed.index, index);
}

static void refuse(struct cast *cast, const struct world_item *item, enum error_code code,
		   const char *says)
{
	struct believed believed;
	struct error err = { 0 };

	cast_look(cast);
	assert_int_equal(believe_statement(&cast->trust, &cast->world.base, &item->identity, NULL,
					   &believed, &err),
			 -1);
	if (err.code != code || !strstr(err.text, says))
		fail_msg("code %d, '%s' where '%s' belongs", err.code, err.text, says);
}

static const struct policy_chain *chain_of(const struct cast *cast)
{
	return &cast->trust.anchor[0].chain;
}

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

#define PLAYED(test) cmocka_unit_test(test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLAYED(a_valid_key_of_another_name_space_signs_nothing_here),
		PLAYED(a_revoked_key_counts_up_to_the_last_entry_and_not_after),
		PLAYED(a_claim_above_the_last_entry_does_not_count_either),
		PLAYED(a_revocation_binds_who_holds_it_though_it_was_never_logged),
		PLAYED(nobody_but_a_recovery_key_revokes),
		PLAYED(a_last_entry_in_the_future_revokes_nothing),
		PLAYED(a_second_revocation_only_lowers),
		PLAYED(a_leaf_before_admission_does_not_count_whatever_first_says),
		PLAYED(what_was_said_before_a_key_was_dropped_still_counts),
		PLAYED(a_skipped_version_leads_nowhere),
		PLAYED(a_version_that_follows_another_one_is_passed_over),
		PLAYED(a_policy_that_only_its_own_root_signed_is_passed_over),
		PLAYED(roots_change_by_the_thresholds_of_both_versions),
		PLAYED(a_revoked_root_signs_no_policy),
		PLAYED(of_two_that_follow_one_version_the_first_logged_counts),
		PLAYED(a_later_pin_goes_back_and_needs_what_was_before),
		PLAYED(looking_as_of_an_entry_leaves_out_what_came_later),
		PLAYED(two_of_two_must_sign_and_the_second_decides_the_index),
		PLAYED(somebody_unknown_does_not_count_towards_two),
		PLAYED(one_key_counts_once_towards_two),
		PLAYED(a_revoked_signer_no_longer_makes_two),
		PLAYED(a_lower_threshold_later_does_not_reach_back),
		PLAYED(a_statement_of_a_staging_log_says_nothing_here),
		PLAYED(an_old_statement_that_is_replayed_is_not_the_one_asked_for),
		PLAYED(of_two_statements_under_one_name_the_first_claim_wins),
		PLAYED(a_subject_that_is_not_what_the_predicate_says_is_refused),
		PLAYED(a_key_that_stands_twice_in_the_json_is_refused),
		PLAYED(a_name_that_only_looks_alike_is_no_name),
		PLAYED(a_hint_only_looks_up),
		PLAYED(base64_and_trailing_data_have_one_spelling),
		PLAYED(a_signature_of_one_curve_is_none_of_another),
		PLAYED(a_policy_lists_whole_public_keys_that_may_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
