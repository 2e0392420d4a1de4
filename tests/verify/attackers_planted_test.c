/*
 * Attackers who bring evidence of their own: a log in which everything came in time, and files
 * under the names of what others hold. World `evil` is what came with a download.
 */
#include "tests/verify/cast.h"

struct play {
	struct cast cast;
	struct world evil;
	struct evidence *joined;
};

static void play_begin(struct play *play)
{
	struct error err = { 0 };

	cast_init(&play->cast);
	cast_policy(&play->cast, NULL);
	world_init(&play->evil, ORIGIN);
	play->joined = NULL;
	assert_done(evidence_join(&play->evil.base, &play->cast.world.base, &play->joined, &err),
		    &err);
}

static void play_release(struct play *play)
{
	evidence_close(&play->joined);
	world_release(&play->evil);
	cast_release(&play->cast);
}

/* By the pin of the true policy, from both. */
static void look(struct play *play)
{
	struct pin pin = world_pin(&play->cast.world, play->cast.policy);
	struct pins pins = { &pin, 1 };
	struct error err = { 0 };

	trust_release(&play->cast.trust);
	assert_done(trust_from_pins(&pins, play->joined, UINT64_MAX, &play->cast.trust, &err),
		    &err);
}

/* The same statement in the attacker's log. */
static struct world_item *copy(struct play *play, const struct test_signer *signer,
			       enum statement_kind kind, const struct world_item *item)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct error err = { 0 };

	assert_done(
		envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES, &envelope, &err),
		&err);
	return world_file(&play->evil, signer, kind, buffer_view(&envelope.payload));
}

/* Something else under the name of an envelope, and beside it, before all others. */
static void plant(struct play *play, const struct world_item *item)
{
	struct world_item *over = &play->evil.item[play->evil.item_count++], *beside;
	struct error err = { 0 };

	*over = (struct world_item){ item->identity, item->key, .there = true };
	buffer_init(&over->envelope, ENVELOPE_MAX_BYTES);
	assert_done(buffer_add_text(&over->envelope, "{}", &err), &err);
	beside = &play->evil.item[play->evil.item_count++];
	*beside = (struct world_item){ item->identity, { { 0 } }, .there = true };
	buffer_init(&beside->envelope, ENVELOPE_MAX_BYTES);
}

static void a_revoked_root_cannot_write_a_log_in_which_it_came_before(void **state)
{
	CLEANUP(play_release) struct play play;
	struct world_item *revocation, *first;
	struct world_key key;

	(void)state;
	play_begin(&play);
	say(&play.cast, &play.cast.alice, NAME);
	/* Alice's key is stolen after entry 2. The thief has no log, and makes one: */
	first = copy(&play, &play.cast.alice, STATEMENT_policy, play.cast.policy);
	key = (struct world_key){ &play.cast.alice, "*", "*", 0, UINT64_MAX };
	world_policy_of(&play.evil, &key, 1,
			&(struct world_rules){ .version = 2, .previous = first }, NULL);
	revocation = world_revoke(&play.cast.world, &play.cast.carol, &play.cast.alice, 2, 3);
	look(&play);
	assert_int_equal(chain_of(&play.cast)->revocation_count, 1);
	assert_int_equal(chain_of(&play.cast)->count, 1);
	/* Before anybody says so, the root is the root. */
	revocation->there = false;
	look(&play);
	assert_int_equal(chain_of(&play.cast)->count, 2);
}

static void nothing_planted_hides_a_revocation(void **state)
{
	CLEANUP(play_release) struct play play;
	struct world_item *revocation;

	(void)state;
	play_begin(&play);
	revocation = world_revoke(&play.cast.world, &play.cast.carol, &play.cast.alice, 0, 1);
	plant(&play, revocation);
	look(&play);
	assert_int_equal(chain_of(&play.cast)->revocation_count, 1);
	assert_true(chain_of(&play.cast)->revocation[0].logged);
}

/* Whoever holds a revoked root has a log that nobody asks where the true one is asked. */
static void a_revoked_root_cannot_put_off_what_replaces_it(void **state)
{
	CLEANUP(play_release) struct play play;
	struct world_item *second, *first;
	struct world_key key[2];

	(void)state;
	play_begin(&play);
	/* Version 2: bob is root, alice is gone and revoked. */
	key[0] = (struct world_key){ &play.cast.bob, "*", "*", 0, UINT64_MAX };
	key[1] = (struct world_key){ &play.cast.carol, "*", "revocation", 0, UINT64_MAX };
	second = world_policy_of(&play.cast.world, key, 2,
				 &(struct world_rules){ .version = 2,
							.previous = play.cast.policy,
							.recovery = &play.cast.carol },
				 &play.cast.alice);
	world_again(&play.cast.world, &play.cast.bob, STATEMENT_policy, second);
	world_revoke(&play.cast.world, &play.cast.carol, &play.cast.alice, 1, 3);
	/* The thief's log has both versions later. */
	for (int i = 0; i < 9; i++)
		say(&play.cast, &play.cast.mallory, NAME);
	for (int i = 0; i < 9; i++)
		play.evil.leaf[play.evil.leaf_count++] = merkle_empty();
	first = copy(&play, &play.cast.alice, STATEMENT_policy, play.cast.policy);
	copy(&play, &play.cast.alice, STATEMENT_policy, second);
	copy(&play, &play.cast.bob, STATEMENT_policy, second);
	world_policy_of(&play.evil, key, 2,
			&(struct world_rules){ .version = 2, .previous = first }, &play.cast.alice);
	look(&play);
	assert_int_equal(chain_of(&play.cast)->count, 2);
	assert_true(digest_equal(&chain_of(&play.cast)->version[1].identity, &second->identity));
	assert_int_equal(chain_of(&play.cast)->version[0].index, 0);
	assert_int_equal(chain_of(&play.cast)->version[1].index, 2);
}

/* The true envelope, with a proof that leads nowhere: from the attacker's log. */
static void nothing_planted_hides_a_policy(void **state)
{
	CLEANUP(play_release) struct play play;
	struct world_item *second;
	struct world_key key[2];

	(void)state;
	play_begin(&play);
	key[0] = (struct world_key){ &play.cast.alice, "*", "*", 0, UINT64_MAX };
	key[1] = (struct world_key){ &play.cast.carol, "*", "revocation", 0, UINT64_MAX };
	second = world_policy_of(&play.cast.world, key, 2,
				 &(struct world_rules){ .version = 2,
							.previous = play.cast.policy,
							.recovery = &play.cast.carol },
				 NULL);
	look(&play);
	assert_int_equal(chain_of(&play.cast)->count, 2);
	copy(&play, &play.cast.alice, STATEMENT_policy, second);
	plant(&play, play.cast.policy);
	look(&play);
	assert_int_equal(chain_of(&play.cast)->count, 2);
	assert_int_equal(chain_of(&play.cast)->version[1].index, 1);
}

static void nothing_planted_hides_a_statement(void **state)
{
	CLEANUP(play_release) struct play play;
	CLEANUP(believed_release) struct believed believed = { 0 };
	CLEANUP(statement_release) struct statement seen = { 0 };
	struct world_item *item;
	struct digest key;
	struct error err = { 0 };

	(void)state;
	play_begin(&play);
	item = say(&play.cast, &play.cast.alice, NAME);
	plant(&play, item);
	look(&play);
	assert_done(peek_statement(play.joined, &item->identity, &seen, &key, &err), &err);
	assert_true(seen.kind == STATEMENT_checkpoint);
	assert_done(believe_statement(&play.cast.trust, play.joined, &item->identity, NULL,
				      &believed, &err),
		    &err);
	assert_int_equal(believed.index, 1);
}

/* Evidence that counts how often it is read. */
struct counting {
	struct evidence base;
	const struct evidence *inner;
	size_t read;
};

static int counting_statements(struct evidence *evidence, const struct digest *about,
			       struct digest_list *out_identities, struct error *err)
{
	return evidence_statements(((struct counting *)evidence)->inner, about, out_identities,
				   err);
}

static int counting_signers(struct evidence *evidence, const struct digest *identity,
			    struct digest_list *out_keys, struct error *err)
{
	return evidence_signers(((struct counting *)evidence)->inner, identity, out_keys, err);
}

static int counting_envelope(struct evidence *evidence, const struct digest *identity,
			     const struct digest *key, struct buffer *out, struct error *err)
{
	((struct counting *)evidence)->read++;
	return evidence_envelope(((struct counting *)evidence)->inner, identity, key, out, err);
}

static int counting_proof(struct evidence *evidence, const struct digest *identity,
			  const struct digest *key, struct buffer *out, struct error *err)
{
	return evidence_proof(((struct counting *)evidence)->inner, identity, key, out, err);
}

static const struct evidence_type counting_type = {
	.statements = counting_statements,
	.signers = counting_signers,
	.envelope = counting_envelope,
	.proof = counting_proof,
};

/* Versions times statements would be hours for what fits into one folder. */
static void many_versions_among_many_statements_do_not_multiply(void **state)
{
	enum { VERSIONS = 12, OTHERS = 18 };
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct counting counting = { .base.type = &counting_type };
	struct world_item *last;
	struct world_key key;
	struct pins pins;
	struct pin pin;
	struct error err = { 0 };

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	counting.inner = &cast.world.base;
	last = cast.policy;
	key = (struct world_key){ &cast.alice, "*", "*", 0, UINT64_MAX };
	for (uint64_t version = 2; version <= VERSIONS; version++)
		last = world_policy_of(
			&cast.world, &key, 1,
			&(struct world_rules){ .version = version, .previous = last }, NULL);
	for (int i = 0; i < OTHERS; i++)
		say(&cast, &cast.alice, NAME);
	pin = world_pin(&cast.world, cast.policy);
	pins = (struct pins){ &pin, 1 };
	assert_done(trust_from_pins(&pins, &counting.base, UINT64_MAX, &trust, &err), &err);
	assert_int_equal(trust.anchor[0].chain.count, VERSIONS);
	assert_true(counting.read < 8 * VERSIONS + 2 * 2 * OTHERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_revoked_root_cannot_write_a_log_in_which_it_came_before),
		cmocka_unit_test(a_revoked_root_cannot_put_off_what_replaces_it),
		cmocka_unit_test(nothing_planted_hides_a_revocation),
		cmocka_unit_test(nothing_planted_hides_a_policy),
		cmocka_unit_test(nothing_planted_hides_a_statement),
		cmocka_unit_test(many_versions_among_many_statements_do_not_multiply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
