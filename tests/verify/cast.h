/* Who plays in the tests of attackers, and what they start from. */
#ifndef TESTS_VERIFY_CAST_H
#define TESTS_VERIFY_CAST_H

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

void cast_init(struct cast *cast);
void cast_release(struct cast *cast);

/*
 * Version 1: alice is its root and signs everything, bob what is called lab/, carol revokes.
 * `more` is put into the predicate.
 */
void cast_policy(struct cast *cast, const char *more);

/* Pin that policy and look at what is there. */
void cast_look(struct cast *cast);

/* The chain that this led to. Borrowed. */
const struct policy_chain *chain_of(const struct cast *cast);

/* A checkpoint with its claim. */
struct world_item *say(struct cast *cast, const struct test_signer *signer, const char *name);

/* It is believed, from this entry on. */
void believe(struct cast *cast, const struct world_item *item, uint64_t index);

/* It is not, with this code and these words. */
void refuse(struct cast *cast, const struct world_item *item, enum error_code code,
	    const char *says);

#endif
