/*
 * Old things shown as if they were today's, and what was said later: a policy with a maximum age,
 * one witness, and somebody who chooses what is shown.
 */
#include "tests/verify/scene.h"

#define NOW 1795557600u /* of test_context */
#define DAY 86400u

/* Version 1 with a maximum age of a day; `witnessed` by one whose cosignatures are of `time`. */
static void scene_aged(struct scene *scene, bool witnessed, uint64_t time)
{
	char vkey[NOTE_VKEY_MAX], *more;
	struct cast *cast = &scene->cast;

	scene_init(scene);
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

/* Everything that can be asked of a state about `item`, by the policies that can be seen. */
static void answers_lay(struct scene *scene, const struct world_item *item,
			const struct world_item *state)
{
	CLEANUP(stated_questions_release) struct stated_questions asked = { 0 };
	struct stated_subject subject = { item->identity, NAME };
	struct error err = { 0 };

	cast_look(&scene->cast);
	assert_done(stated_questions_make(chain_of(&scene->cast), &subject, 1, &asked, &err), &err);
	scene_prove(scene, state, (const char *const *)asked.text, asked.count);
}

/* The log's checkpoint of now, as its witness cosigns it at `time`. */
static char *note_of(struct scene *scene, uint64_t time)
{
	struct world *world = &scene->cast.world;
	uint64_t before = world->witness_time;
	CLEANUP(buffer_release) struct buffer note;
	struct error err = { 0 };
	char *text;

	buffer_init(&note, 4096);
	world->witness_time = time;
	world_note(world, world->leaf_count, &note);
	world->witness_time = before;
	assert_done(buffer_to_text(&note, &text, &err), &err);
	return text;
}

/* Somebody signs the state of all that is logged, as it was seen at `time`; answers lie beside. */
static struct world_item *news_by(struct scene *scene, const struct test_signer *signer,
				  const struct world_item *item, uint64_t time)
{
	CLEANUP(text_free) char *note = note_of(scene, time);
	struct world_item *state = scene_state(scene, signer, scene->cast.world.leaf_count, note);

	answers_lay(scene, item, state);
	return state;
}

static struct world_item *news(struct scene *scene, const struct world_item *item, uint64_t time)
{
	return news_by(scene, &scene->cast.alice, item, time);
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
		CLEANUP(scene_release) struct scene scene;
		CLEANUP(verdict_free) struct verdict *verdict = NULL;
		struct check_request request = { 0 };
		struct world_item *item;

		/* Every proof is of today: what counts is when the state was seen. */
		scene_aged(&scene, true, NOW);
		item = say(&scene.cast, &scene.cast.alice, NAME);
		news(&scene, item, looks[i].time);
		verdict = judge(&scene.cast, item, &request);
		assert_int_equal(signature_says(verdict, "within the age"), !looks[i].undecided);
		assert_int_equal(undecided_by(verdict, "asks for news"),
				 looks[i].undecided != NULL);
		assert_true(!looks[i].undecided || undecided_by(verdict, looks[i].undecided));
	}
}

static void without_witnesses_no_age_is_known(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { 0 };
	struct world_item *item;

	/* The line of somebody whom the policy does not name says nothing. */
	(void)state;
	scene_aged(&scene, false, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	news(&scene, item, NOW);
	verdict = judge(&scene.cast, item, &request);
	assert_true(undecided_by(verdict, "nothing here says how old it is"));
}

static void without_a_state_nothing_shows_that_there_is_nothing_newer(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *none = NULL, *timeless = NULL;
	struct check_request request = { 0 };
	struct world_item *item;

	(void)state;
	scene_aged(&scene, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	none = judge(&scene.cast, item, &request);
	assert_true(undecided_by(none, "asks for news"));
	/* One that does not say as of when it speaks, under a checkpoint of today. */
	answers_lay(&scene, item,
		    scene_state(&scene, &scene.cast.alice, scene.cast.world.leaf_count, NULL));
	timeless = judge(&scene.cast, item, &request);
	assert_true(undecided_by(timeless, "nothing here says how old it is"));
}

static void as_of_an_entry_no_age_is_asked_and_that_is_said(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { .as_of = true, .as_of_index = 2 };

	(void)state;
	scene_aged(&scene, true, 1);
	verdict = judge(&scene.cast, say(&scene.cast, &scene.cast.alice, NAME), &request);
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
		CLEANUP(scene_release) struct scene scene;
		CLEANUP(verdict_free) struct verdict *verdict = NULL;
		struct check_request request = { .as_of = true,
						 .as_of_index = UINT64_MAX,
						 .as_of_time = (int64_t)looks[i].asked };

		scene_aged(&scene, true, looks[i].seen);
		verdict = judge(&scene.cast, say(&scene.cast, &scene.cast.alice, NAME), &request);
		assert_int_equal(signature_says(verdict, "later revocations unknown"),
				 looks[i].shown);
		assert_int_equal(undecided_by(verdict, "nothing here shows what the log held"),
				 !looks[i].shown);
		assert_false(undecided_by(verdict, "asks for news"));
	}
}

static void as_of_a_date_a_log_without_witnesses_shows_nothing(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { .as_of = true,
					 .as_of_index = UINT64_MAX,
					 .as_of_time = NOW };

	(void)state;
	scene_aged(&scene, false, 1000);
	verdict = judge(&scene.cast, say(&scene.cast, &scene.cast.alice, NAME), &request);
	assert_true(undecided_by(verdict, "nothing here shows what the log held"));
}

/* ---- Withheld ---- */

/* The log is public: a mirror proves what it likes under the checkpoint of today. */
static void an_old_policy_proven_anew_does_not_pass_for_young(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *after = NULL, *old = NULL, *young = NULL;
	struct check_request request = { 0 };
	struct world_item *item, *revocation;

	(void)state;
	scene_aged(&scene, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	news(&scene, item, NOW - 2 * DAY);
	revocation = world_revoke(&scene.cast.world, &scene.cast.carol, &scene.cast.alice, 0, 3);
	after = judge(&scene.cast, item, &request);
	assert_int_equal(verdict_status(after), VERDICT_UNDECIDED);
	assert_true(signature_says(after, "was revoked") ||
		    strstr(after->step[STEP_SIGNATURE].text, "was revoked"));
	/* Without the revocation, and with the state of before it: that is of when it was seen. */
	revocation->there = false;
	old = judge(&scene.cast, item, &request);
	assert_true(undecided_by(old, "what is here is of"));
	/* With the state of today: it tells of the revocation. */
	news_by(&scene, &scene.cast.alice, item, NOW);
	young = judge(&scene.cast, item, &request);
	assert_true(undecided_by(young, "has a revocation of the key"));
}

/* A revocation that is at hand, or that leaves the signature be, or by nobody who may, stops
 * nothing. */
static void what_is_known_already_is_no_news(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct check_request request = { 0 };
	struct world_item *item;

	(void)state;
	scene_aged(&scene, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	world_revoke(&scene.cast.world, &scene.cast.carol, &scene.cast.bob, 1, 3);
	world_revoke(&scene.cast.world, &scene.cast.mallory, &scene.cast.alice, 0, 3)->there =
		false;
	news(&scene, item, NOW);
	verdict = judge(&scene.cast, item, &request);
	assert_true(signature_says(verdict, "within the age"));
	assert_int_equal(verdict->step[STEP_SIGNATURE].status, STEP_HOLDS);
}

static struct world_item *next_policy(struct scene *scene, const struct test_signer *by)
{
	struct cast *cast = &scene->cast;
	struct world_key key[] = { { &cast->alice, "*", "*", 0, UINT64_MAX },
				   { &cast->carol, "*", "revocation", 0, UINT64_MAX } };
	struct world_rules rules = { .version = 2,
				     .previous = cast->policy,
				     .recovery = &cast->carol };

	return world_policy_of(&cast->world, key, 2, &rules, by);
}

static void a_newer_policy_that_is_withheld_is_missed(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *planted = NULL, *withheld = NULL;
	struct check_request request = { 0 };
	struct world_item *item;

	(void)state;
	scene_aged(&scene, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	/* Whoever may write to the log stops nobody by a policy that no root signed. */
	next_policy(&scene, &scene.cast.mallory)->there = false;
	next_policy(&scene, &scene.cast.bob)->there = false;
	news(&scene, item, NOW);
	planted = judge(&scene.cast, item, &request);
	assert_true(signature_says(planted, "within the age"));
	next_policy(&scene, NULL)->there = false;
	news(&scene, item, NOW);
	withheld = judge(&scene.cast, item, &request);
	assert_true(undecided_by(withheld, "has version 2 of the policy"));
}

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

static void a_retraction_that_is_withheld_is_missed(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *nobodys = NULL, *withheld = NULL, *there = NULL;
	struct check_request request = { 0 };
	struct world_item *item, *said;

	(void)state;
	scene_aged(&scene, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	retract(&scene.cast, &scene.cast.mallory, item)->there = false;
	retract(&scene.cast, &scene.cast.bob, item)->there = false;
	news(&scene, item, NOW);
	nobodys = judge(&scene.cast, item, &request);
	assert_true(signature_says(nobodys, "within the age"));
	said = retract(&scene.cast, &scene.cast.alice, item);
	said->there = false;
	news(&scene, item, NOW);
	withheld = judge(&scene.cast, item, &request);
	assert_true(undecided_by(withheld, "has a retraction of " NAME));
	said->there = true;
	there = judge(&scene.cast, item, &request);
	assert_true(undecided_by(there, "was retracted"));
	assert_false(undecided_by(there, "asks for news"));
}

/* ---- States that show nothing ---- */

/* A proof that is left out is not passed over, whichever it is. */
static void what_the_state_is_not_asked_is_not_shown(void **state)
{
	static const char *const part[] = { "policy:", "revocation:", "retraction:" };

	(void)state;
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		CLEANUP(scene_release) struct scene scene;
		CLEANUP(verdict_free) struct verdict *verdict = NULL;
		CLEANUP(stated_questions_release) struct stated_questions asked = { 0 };
		struct check_request request = { 0 };
		struct stated_subject subject = { .name = NAME };
		struct world_item *item, *said;
		struct error err = { 0 };
		const char *kept[64];
		size_t count = 0;

		scene_aged(&scene, true, NOW);
		item = say(&scene.cast, &scene.cast.alice, NAME);
		subject.identity = item->identity;
		said = news(&scene, item, NOW);
		assert_done(stated_questions_make(chain_of(&scene.cast), &subject, 1, &asked, &err),
			    &err);
		for (size_t k = 0; k < asked.count; k++)
			if (strncmp(asked.text[k], part[i], strlen(part[i])) != 0)
				kept[count++] = asked.text[k];
		assert_true(count < asked.count && count < 64);
		scene_prove(&scene, said, kept, count);
		verdict = judge(&scene.cast, item, &request);
		assert_true(undecided_by(verdict, "no proof about"));
	}
}

static void a_state_by_nobody_or_of_another_log_shows_nothing(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *nobodys = NULL, *others = NULL, *elsewhere = NULL;
	struct check_request request = { 0 };
	struct world_item *item, *said;
	char *name;

	(void)state;
	scene_aged(&scene, true, NOW);
	name = scene.cast.world.log_key.name;
	item = say(&scene.cast, &scene.cast.alice, NAME);
	news_by(&scene, &scene.cast.mallory, item, NOW);
	nobodys = judge(&scene.cast, item, &request);
	assert_true(undecided_by(nobodys, "asks for news"));
	/* Who signs what is called lab/ signs no state. */
	news_by(&scene, &scene.cast.bob, item, NOW);
	others = judge(&scene.cast, item, &request);
	assert_true(undecided_by(others, "asks for news"));
	/* Alice's own word about another log, logged in this one. */
	snprintf(name, NOTE_NAME_MAX + 1, "log.example/staging");
	said = scene_state(&scene, &scene.cast.alice, scene.cast.world.leaf_count, NULL);
	snprintf(name, NOTE_NAME_MAX + 1, "%s", ORIGIN);
	answers_lay(&scene, item, said);
	elsewhere = judge(&scene.cast, item, &request);
	assert_true(undecided_by(elsewhere, "no log 'log.example/staging' is pinned"));
}

/* The time is that of the checkpoint over what the state covers, by the log's key, and of no other.
 */
static void a_checkpoint_of_something_else_dates_no_state(void **state)
{
	CLEANUP(scene_release) struct scene scene, forked;
	CLEANUP(verdict_free) struct verdict *later = NULL, *fork = NULL, *nonsense = NULL;
	CLEANUP(text_free) char *today = NULL, *other = NULL;
	struct check_request request = { 0 };
	struct world_item *item;
	uint64_t size;

	(void)state;
	scene_aged(&scene, true, NOW);
	scene_aged(&forked, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	size = scene.cast.world.leaf_count;
	world_revoke(&scene.cast.world, &scene.cast.carol, &scene.cast.alice, 0, 3)->there = false;
	today = note_of(&scene, NOW);
	answers_lay(&scene, item, scene_state(&scene, &scene.cast.alice, size, today));
	later = judge(&scene.cast, item, &request);
	assert_true(undecided_by(later, "the checkpoint in it is over"));
	say(&forked.cast, &forked.cast.alice, NAME);
	other = note_of(&forked, NOW);
	answers_lay(&scene, item, scene_state(&scene, &scene.cast.alice, size, other));
	fork = judge(&scene.cast, item, &request);
	assert_true(undecided_by(fork, "the checkpoint of the log's state"));
	answers_lay(&scene, item, scene_state(&scene, &scene.cast.alice, size, "of today"));
	nonsense = judge(&scene.cast, item, &request);
	assert_true(undecided_by(nonsense, "the checkpoint of the log's state"));
}

/* Whoever may sign policies could list keys until the machine that asks runs out of memory. */
static void policies_with_keys_without_end_are_asked_about_up_to_a_limit(void **state)
{
	enum { VERSIONS = 4, KEYS = 64 };
	struct test_signer *signer = calloc(VERSIONS * KEYS, sizeof(*signer));
	struct policy_key *key = calloc(VERSIONS * KEYS, sizeof(*key));
	struct policy_version version[VERSIONS] = { 0 };
	struct policy_chain chain = { .version = version, .count = 1 };
	CLEANUP(stated_questions_release) struct stated_questions few = { 0 }, many = { 0 };
	struct digest recovery[KEYS];
	struct error err = { 0 };

	(void)state;
	assert_non_null(signer);
	assert_non_null(key);
	for (size_t i = 0; i < VERSIONS * KEYS; i++) {
		signer[i] = test_signer_new("P-256");
		key[i].key = signer[i].public;
		if (i < KEYS)
			recovery[i] = *public_key_id(signer[i].public);
		version[i / KEYS].policy.key = &key[i / KEYS * KEYS];
		version[i / KEYS].policy.key_count = KEYS;
	}
	version[0].policy.recovery = recovery;
	version[0].policy.recovery_count = KEYS;
	assert_done(stated_questions_make(&chain, NULL, 0, &few, &err), &err);
	assert_int_equal(few.count, 1 + KEYS * (1 + KEYS));
	chain.count = VERSIONS;
	assert_fails(stated_questions_make(&chain, NULL, 0, &many, &err), &err, ERROR_CORRUPT);
	assert_int_equal(many.count, 0);
	for (size_t i = 0; i < VERSIONS * KEYS; i++)
		test_signer_release(&signer[i]);
	free(signer);
	free(key);
}

/* ---- What somebody read ---- */

static void who_read_the_log_lately_needs_no_state(void **state)
{
	CLEANUP(scene_release) struct scene scene;
	CLEANUP(verdict_free) struct verdict *young = NULL, *old = NULL, *others = NULL;
	struct log_seen seen = { .version = 1, .read_size = 4, .read_time = NOW - DAY };
	struct check_request request = { .seen = &seen, .seen_count = 1 };
	struct world_item *item;

	(void)state;
	scene_aged(&scene, true, NOW);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	seen.policy = scene.cast.policy->identity;
	snprintf(seen.origin, sizeof(seen.origin), "%s", ORIGIN);
	young = judge(&scene.cast, item, &request);
	assert_true(signature_says(young, "you read the log at 4 entries"));
	seen.read_time--;
	old = judge(&scene.cast, item, &request);
	assert_true(undecided_by(old, "asks for news"));
	seen.read_time = NOW;
	snprintf(seen.origin, sizeof(seen.origin), "log.example/staging");
	others = judge(&scene.cast, item, &request);
	assert_true(undecided_by(others, "asks for news"));
}

/* ---- What was said about it ---- */

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
		cmocka_unit_test(without_a_state_nothing_shows_that_there_is_nothing_newer),
		cmocka_unit_test(as_of_an_entry_no_age_is_asked_and_that_is_said),
		cmocka_unit_test(as_of_a_date_only_what_witnesses_saw_by_then_is_shown),
		cmocka_unit_test(as_of_a_date_a_log_without_witnesses_shows_nothing),
		cmocka_unit_test(an_old_policy_proven_anew_does_not_pass_for_young),
		cmocka_unit_test(what_is_known_already_is_no_news),
		cmocka_unit_test(a_newer_policy_that_is_withheld_is_missed),
		cmocka_unit_test(a_retraction_that_is_withheld_is_missed),
		cmocka_unit_test(what_the_state_is_not_asked_is_not_shown),
		cmocka_unit_test(a_state_by_nobody_or_of_another_log_shows_nothing),
		cmocka_unit_test(a_checkpoint_of_something_else_dates_no_state),
		cmocka_unit_test(policies_with_keys_without_end_are_asked_about_up_to_a_limit),
		cmocka_unit_test(who_read_the_log_lately_needs_no_state),
		cmocka_unit_test(a_retraction_by_nobody_counts_for_nothing),
		cmocka_unit_test(a_policy_that_was_seen_once_is_not_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
