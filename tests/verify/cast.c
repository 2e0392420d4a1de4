/* Who plays in the tests of attackers, and what they start from. */
#include "tests/verify/cast.h"

void cast_init(struct cast *cast)
{
	*cast = (struct cast){ 0 };
	world_init(&cast->world, ORIGIN);
	cast->alice = test_signer_new("P-256");
	cast->bob = test_signer_new("P-384");
	cast->carol = test_signer_new("P-256");
	cast->mallory = test_signer_new("P-256");
}

void cast_release(struct cast *cast)
{
	trust_release(&cast->trust);
	test_signer_release(&cast->alice);
	test_signer_release(&cast->bob);
	test_signer_release(&cast->carol);
	test_signer_release(&cast->mallory);
	world_release(&cast->world);
}

void cast_policy(struct cast *cast, const char *more)
{
	struct world_key key[] = { { &cast->alice, "*", "*", 0, UINT64_MAX },
				   { &cast->bob, "lab/*", "*", 0, UINT64_MAX },
				   { &cast->carol, "*", "revocation", 0, UINT64_MAX } };
	struct world_rules rules = { .recovery = &cast->carol, .more = more };

	cast->policy = world_policy_of(&cast->world, key, 3, &rules, NULL);
}

void cast_look(struct cast *cast)
{
	struct pin pin = world_pin(&cast->world, cast->policy);
	struct pins pins = { &pin, 1 };
	struct error err = { 0 };

	trust_release(&cast->trust);
	assert_done(trust_from_pins(&pins, &cast->world.base, UINT64_MAX, &cast->trust, &err),
		    &err);
}

struct world_item *say(struct cast *cast, const struct test_signer *signer, const char *name)
{
	struct world_item *item = world_checkpoint(&cast->world, signer, name);

	world_claim(&cast->world, signer, "checkpoint", name, &item->identity);
	return item;
}

void believe(struct cast *cast, const struct world_item *item, uint64_t index)
{
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct error err = { 0 };

	cast_look(cast);
	assert_done(believe_statement(&cast->trust, &cast->world.base, &item->identity, NULL,
				      &believed, &err),
		    &err);
	assert_int_equal(believed.index, index);
}

void refuse(struct cast *cast, const struct world_item *item, enum error_code code,
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

const struct policy_chain *chain_of(const struct cast *cast)
{
	return &cast->trust.anchor[0].chain;
}
