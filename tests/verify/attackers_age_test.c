/*
 * Old things shown as if they were today's, and what was said later: a policy with a maximum age,
 * one witness, and somebody who chooses what is shown.
 */
#include "tests/verify/cast.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW 1795557600u /* of test_context */
#define DAY 86400u

/* Version 1 with a maximum age of a day; `witnessed` by one whose cosignatures are of `time`. */
static void cast_aged(struct cast *cast, bool witnessed, uint64_t time)
{
	char vkey[NOTE_VKEY_MAX], *more;

	cast_init(cast);
	world_witness(&cast->world, "witness.example/w", time);
	note_key_format(&cast->world.witness_key, vkey);
	assert_true(asprintf(&more,
			     witnessed ? "{\"maximumAge\":%u,\"witnesses\":"
					 "\"witness w %s\\nquorum w\\n\"}"
				       : "{\"maximumAge\":%u}",
			     DAY, vkey) > 0);
	cast_policy(cast, more);
	free(more);
}

/* The verdict on what is there, as of an entry or of today, with what was seen before. */
static struct verdict *judge(struct cast *cast, const struct world_item *item,
			     struct check_request *request)
{
	struct context ctx = test_context();
	struct verdict *verdict;
	struct error err = { 0 };

	cast_look(cast);
	request->anchor = &cast->world.base;
	request->anchor_trust = &cast->trust;
	assert_done(check_name(&ctx, NAME, &item->identity, request, &verdict, &err), &err);
	return verdict;
}

/* Are these words among the reasons for which nothing is decided? */
static bool undecided_by(const struct verdict *verdict, const char *words)
{
	for (size_t i = 0; i < verdict->undecided_count; i++)
		if (strstr(verdict->undecided[i], words))
			return true;
	return false;
}

static bool signature_says(const struct verdict *verdict, const char *words)
{
	const struct step *step = &verdict->step[STEP_SIGNATURE];

	for (size_t i = 0; i < step->detail_count; i++)
		if (strstr(step->detail[i], words))
			return true;
	return false;
}

static void what_witnesses_saw_long_ago_is_too_old(void **state)
{
	static const struct {
		uint64_t time;
		const char *undecided; /* NULL: young */
	} looks[] = { { NOW, NULL },
		      { NOW - DAY, NULL },
		      { NOW - DAY - 1, "what is here is of" },
		      { 1, "what is here is of" },
		      { NOW + DAY, NULL }, /* clocks differ */
		      { NOW + DAY + 1, "has not come yet" },
		      { INT64_MAX, "has not come yet" } };

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		CLEANUP(cast_release) struct cast cast;
		CLEANUP(verdict_free) struct verdict *verdict = NULL;
		struct check_request request = { 0 };

		cast_aged(&cast, true, looks[i].time);
		verdict = judge(&cast, say(&cast, &cast.alice, NAME), &request);
		assert_int_equal(signature_says(verdict, "within the age"), !looks[i].undecided);
		assert_int_equal(undecided_by(verdict, "asks for news"),
				 looks[i].undecided != NULL);
		assert_true(!looks[i].undecided || undecided_by(verdict, looks[i].undecided));
	}
}

static void without_witnesses_no_age_is_known(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { 0 };

	/* The line of somebody whom the policy does not name says nothing. */
	(void)state;
	cast_aged(&cast, false, NOW);
	verdict = judge(&cast, say(&cast, &cast.alice, NAME), &request);
	assert_true(undecided_by(verdict, "nothing here says how old it is"));
}

static void as_of_an_entry_no_age_is_asked_and_that_is_said(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { .as_of = true, .as_of_index = 2 };

	(void)state;
	cast_aged(&cast, true, 1);
	verdict = judge(&cast, say(&cast, &cast.alice, NAME), &request);
	assert_false(undecided_by(verdict, "asks for news"));
	assert_true(signature_says(verdict, "later revocations unknown"));
}

static void as_of_a_date_only_what_witnesses_saw_by_then_is_shown(void **state)
{
	static const struct {
		uint64_t seen, asked;
		bool shown;
	} looks[] = { { 1000, 1000, true }, { 1000, NOW, true }, { 1001, 1000, false } };

	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		CLEANUP(cast_release) struct cast cast;
		CLEANUP(verdict_free) struct verdict *verdict = NULL;
		struct check_request request = { .as_of = true,
						 .as_of_index = UINT64_MAX,
						 .as_of_time = (int64_t)looks[i].asked };

		cast_aged(&cast, true, looks[i].seen);
		verdict = judge(&cast, say(&cast, &cast.alice, NAME), &request);
		assert_int_equal(signature_says(verdict, "later revocations unknown"),
				 looks[i].shown);
		assert_int_equal(undecided_by(verdict, "nothing here shows what the log held"),
				 !looks[i].shown);
		assert_false(undecided_by(verdict, "asks for news"));
	}
}

static void as_of_a_date_a_log_without_witnesses_shows_nothing(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { .as_of = true,
					 .as_of_index = UINT64_MAX,
					 .as_of_time = NOW };

	(void)state;
	cast_aged(&cast, false, 1000);
	verdict = judge(&cast, say(&cast, &cast.alice, NAME), &request);
	assert_true(undecided_by(verdict, "nothing here shows what the log held"));
}

/* What the maximum age does not show: docs/threat-model.md says so, and this is why. */
static void an_old_policy_proven_anew_passes_for_young(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(verdict_free) struct verdict *before = NULL, *after = NULL;
	struct check_request request = { 0 };
	struct world_item *item, *revocation;

	(void)state;
	cast_aged(&cast, true, NOW);
	item = say(&cast, &cast.alice, NAME);
	revocation = world_revoke(&cast.world, &cast.carol, &cast.alice, 0, 3);
	after = judge(&cast, item, &request);
	assert_int_equal(verdict_status(after), VERDICT_UNDECIDED);
	assert_true(signature_says(after, "was revoked") ||
		    strstr(after->step[STEP_SIGNATURE].text, "was revoked"));
	/* The log is public: a mirror proves the rest under the checkpoint that holds it. */
	revocation->there = false;
	before = judge(&cast, item, &request);
	assert_true(signature_says(before, "within the age"));
	assert_int_equal(before->step[STEP_SIGNATURE].status, STEP_HOLDS);
}

/* ---- What was said about it ---- */

static struct world_item *retract(struct cast *cast, const struct test_signer *signer,
				  const struct world_item *item)
{
	struct digest manifest = sha256(span_of(NAME));
	char hex[DIGEST_HEX_SIZE], about[DIGEST_HEX_SIZE], *predicate;
	struct world_item *said;

	digest_to_hex(&item->identity, hex);
	digest_to_hex(&manifest, about);
	assert_true(asprintf(&predicate,
			     "{\"of\":{\"name\":\"" NAME "\",\"statement\":\"sha256:%s\","
			     "\"manifest\":\"sha256:%s\"},\"reason\":\"a rival's wish\","
			     "\"declared\":\"2026-11-24T18:00:00Z\"}",
			     hex, about) > 0);
	said = world_say(&cast->world, signer, STATEMENT_retraction, NAME, &item->identity,
			 predicate);
	free(predicate);
	return said;
}

static void a_retraction_by_nobody_counts_for_nothing(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(verdict_free) struct verdict *without = NULL, *with = NULL;
	struct check_request request = { 0 };
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	retract(&cast, &cast.mallory, item);
	retract(&cast, &cast.bob, item); /* who signs what is called lab/ */
	without = judge(&cast, item, &request);
	assert_false(undecided_by(without, "was retracted"));
	retract(&cast, &cast.alice, item);
	with = judge(&cast, item, &request);
	assert_true(undecided_by(with, "was retracted"));
}

/* ---- Two people ---- */

static void a_policy_that_was_seen_once_is_not_forgotten(void **state)
{
	CLEANUP(cast_release) struct cast cast;
	CLEANUP(verdict_free) struct verdict *newer = NULL, *other = NULL, *same = NULL;
	struct log_seen seen = { .version = 2 };
	struct check_request request = { .seen = &seen, .seen_count = 1 };
	struct world_item *item;

	(void)state;
	cast_init(&cast);
	cast_policy(&cast, NULL);
	item = say(&cast, &cast.alice, NAME);
	snprintf(seen.origin, sizeof(seen.origin), "%s", ORIGIN);
	newer = judge(&cast, item, &request);
	assert_true(undecided_by(newer, "rolled back"));
	/* Another version 1 than somebody else was shown. */
	seen.version = 1;
	seen.policy = sha256(span_of("another"));
	other = judge(&cast, item, &request);
	assert_int_equal(verdict_status(other), VERDICT_FAILS);
	assert_non_null(strstr(other->step[STEP_SIGNATURE].text, "another one than you have seen"));
	seen.policy = cast.policy->identity;
	same = judge(&cast, item, &request);
	assert_int_equal(same->step[STEP_SIGNATURE].status, STEP_HOLDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_witnesses_saw_long_ago_is_too_old),
		cmocka_unit_test(without_witnesses_no_age_is_known),
		cmocka_unit_test(as_of_an_entry_no_age_is_asked_and_that_is_said),
		cmocka_unit_test(as_of_a_date_only_what_witnesses_saw_by_then_is_shown),
		cmocka_unit_test(as_of_a_date_a_log_without_witnesses_shows_nothing),
		cmocka_unit_test(an_old_policy_proven_anew_passes_for_young),
		cmocka_unit_test(a_retraction_by_nobody_counts_for_nothing),
		cmocka_unit_test(a_policy_that_was_seen_once_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
