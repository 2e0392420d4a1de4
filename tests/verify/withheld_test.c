/* Bodies that were taken away: who may say so, what that explains, and what it never does. */
#include "tests/verify/cast.h"

#include <stdio.h>

#include "verify/withheld.h"

/* A tombstone by somebody, of an "object" or a "statement". */
static struct world_item *bury(struct cast *cast, const struct test_signer *signer,
			       const char *member, const struct digest *digest)
{
	char hex[DIGEST_HEX_SIZE], predicate[256];

	digest_to_hex(digest, hex);
	snprintf(predicate, sizeof(predicate),
		 "{\"%s\":\"sha256:%s\",\"reason\":\"asked for\",\"declared\":"
		 "\"2026-11-01T00:00:00Z\"}",
		 member, hex);
	return world_say(&cast->world, signer, STATEMENT_tombstone, hex, digest, predicate);
}

/* A world in which the body of NAME is gone. */
static struct world_item *taken_away(struct cast *cast)
{
	struct world_item *item;

	cast_init(cast);
	cast_policy(cast, NULL);
	item = say(cast, &cast->alice, NAME);
	item->there = false;
	return item;
}

static void what_has_no_body_and_no_tombstone_is_not_there(void **state)
{
	CLEANUP(cast_release) struct cast cast;

	(void)state;
	refuse(&cast, taken_away(&cast), ERROR_ABSENT, "not there");
}

static void a_tombstone_that_counts_says_since_when_by_whom_and_why(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	item = taken_away(&cast);
	bury(&cast, &cast.alice, "statement", &item->identity);
	refuse(&cast, item, ERROR_UNTRUSTED, "withheld since 2026-11-01T00:00:00Z by key ");
	refuse(&cast, item, ERROR_UNTRUSTED, "(log entry 3): asked for");
}

static void a_tombstone_by_who_may_not_explains_nothing(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	item = taken_away(&cast);
	bury(&cast, &cast.mallory, "statement", &item->identity);
	bury(&cast, &cast.bob, "statement", &item->identity); /* he signs what is called lab/ */
	refuse(&cast, item, ERROR_ABSENT, "not there");
}

static void a_tombstone_that_was_never_logged_explains_nothing(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	item = taken_away(&cast);
	bury(&cast, &cast.alice, "statement", &item->identity)->logged = false;
	refuse(&cast, item, ERROR_ABSENT, "not there");
}

static void a_tombstone_of_an_object_takes_no_statement_away(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(believed_release) struct believed found = { 0 };
	struct world_item *item;
	struct error err = { 0 };
	bool is;

	(void)state;
	item = taken_away(&cast);
	bury(&cast, &cast.alice, "object", &item->identity);
	refuse(&cast, item, ERROR_ABSENT, "not there");
	cast_look(&cast);
	assert_done(withheld_find(&cast.trust, &cast.world.base, WITHHELD_OBJECT, &item->identity,
				  &found, &is, &err),
		    &err);
	assert_true(is);
}

static void what_is_there_is_taken_as_ever(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	item = taken_away(&cast);
	item->there = true;
	bury(&cast, &cast.alice, "statement", &item->identity);
	believe(&cast, item, 1);
}

static void a_tombstone_of_a_tombstone_is_not_even_looked_for(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item, *first;

	(void)state;
	item = taken_away(&cast);
	first = bury(&cast, &cast.alice, "statement", &item->identity);
	bury(&cast, &cast.alice, "statement", &first->identity);
	refuse(&cast, item, ERROR_UNTRUSTED, "withheld since");
	first->logged = false; /* it is there, and its proof is what is missing */
	refuse(&cast, first, ERROR_ABSENT, "");
	refuse(&cast, item, ERROR_ABSENT, "not there");
}

static void the_first_tombstone_that_counts_is_told(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	struct world_item *item;

	(void)state;
	item = taken_away(&cast);
	bury(&cast, &cast.mallory, "statement", &item->identity);
	bury(&cast, &cast.alice, "statement", &item->identity);
	world_again(&cast.world, &cast.alice, STATEMENT_tombstone,
		    bury(&cast, &cast.alice, "statement", &item->identity));
	refuse(&cast, item, ERROR_UNTRUSTED, "(log entry 4)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_body_and_no_tombstone_is_not_there),
		cmocka_unit_test(a_tombstone_that_counts_says_since_when_by_whom_and_why),
		cmocka_unit_test(a_tombstone_by_who_may_not_explains_nothing),
		cmocka_unit_test(a_tombstone_that_was_never_logged_explains_nothing),
		cmocka_unit_test(a_tombstone_of_an_object_takes_no_statement_away),
		cmocka_unit_test(what_is_there_is_taken_as_ever),
		cmocka_unit_test(a_tombstone_of_a_tombstone_is_not_even_looked_for),
		cmocka_unit_test(the_first_tombstone_that_counts_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
