/* What a verdict makes of a log's signed state: one name with one meaning, with two, and what lies
 * beside a release and shows nothing. */
#include "tests/verify/scene.h"

/* Lay proofs about NAME and alice's key beside, from a state over `size` entries. */
static void prove(struct scene *scene, uint64_t size)
{
	char hex[DIGEST_HEX_SIZE], revoked[2 * DIGEST_HEX_SIZE];
	const char *asked[] = { "claim:" NAME, revoked };

	digest_to_hex(public_key_id(scene->cast.alice.public), hex);
	snprintf(revoked, sizeof(revoked), "revocation:%s.", hex);
	scene_prove(scene, scene_state(scene, &scene->cast.alice, size, NULL), asked, 2);
}

static bool said(const struct step *step, const char *words)
{
	bool found = strstr(step->text, words) != NULL;

	for (size_t i = 0; i < step->detail_count; i++)
		found = found || strstr(step->detail[i], words);
	return found;
}

/* The whole verdict about what is called NAME; the claims step, and what it says of uniqueness. */
static void judge(struct scene *scene, const struct world_item *item, enum step_status step,
		  const char *unique, const char *says)
{
	struct context ctx = test_context();
	struct check_request request = { .forward = FORWARD_NONE,
					 .anchor = &scene->cast.world.base };
	struct verdict *verdict = NULL;
	const struct step *claims;
	const char *found;
	struct error err = { 0 };

	cast_look(&scene->cast);
	request.anchor_trust = &scene->cast.trust;
	assert_done(check_name(&ctx, NAME, &item->identity, &request, &verdict, &err), &err);
	claims = &verdict->step[STEP_CLAIMS];
	assert_int_equal(claims->status, step);
	if (step == STEP_FAILS)
		assert_int_equal(verdict_status(verdict), VERDICT_FAILS);
	assert_done(json_need_string(claims->evidence, "unique", &found, &err), &err);
	assert_string_equal(found, unique);
	if (!said(claims, says))
		fail_msg("'%s' is not in what is said, '%s'", says, claims->text);
	verdict_free(&verdict);
}

static void a_name_with_one_claim_is_unique_by_the_state(void **unused)
{
	CLEANUP(scene_release) struct scene scene;
	struct world_item *item;

	(void)unused;
	scene_init(&scene);
	cast_policy(&scene.cast, NULL);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	judge(&scene, item, STEP_HOLDS, "not-possible", "without the whole log");
	prove(&scene, scene.cast.world.item_count);
	judge(&scene, item, STEP_HOLDS, "holds", "no other statement has this name");
}

/* Somebody claimed it before, in other letters: the release has a name that is another's. */
static void a_name_that_was_claimed_before_fails_the_whole(void **unused)
{
	CLEANUP(scene_release) struct scene scene;
	struct world_item *first, *claim, *item;

	(void)unused;
	scene_init(&scene);
	cast_policy(&scene.cast, NULL);
	first = world_checkpoint(&scene.cast.world, &scene.cast.alice, "Team/Base@V1");
	claim = world_claim(&scene.cast.world, &scene.cast.alice, "checkpoint", "Team/Base@V1",
			    &first->identity);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	first->there = claim->there = false; /* withheld, and yet in the state */
	prove(&scene, scene.cast.world.item_count);
	judge(&scene, item, STEP_FAILS, "fails", "has this name for another statement");
}

/* Who comes later takes nothing away. */
static void a_name_that_is_claimed_again_later_stays_the_firsts(void **unused)
{
	CLEANUP(scene_release) struct scene scene;
	struct world_item *item, *later;

	(void)unused;
	scene_init(&scene);
	cast_policy(&scene.cast, NULL);
	item = say(&scene.cast, &scene.cast.alice, NAME);
	later = world_checkpoint(&scene.cast.world, &scene.cast.alice, "Team/Base@V1");
	world_claim(&scene.cast.world, &scene.cast.alice, "checkpoint", "Team/Base@V1",
		    &later->identity);
	prove(&scene, scene.cast.world.item_count);
	judge(&scene, item, STEP_HOLDS, "holds", "no other statement has this name");
}

/* A state from before the claim, or with a bent proof, shows nothing, and nothing against it. */
static void what_shows_nothing_is_no_reason_to_fail(void **unused)
{
	CLEANUP(scene_release) struct scene scene;
	struct world_item *item;
	uint64_t before;
	uint8_t *at;

	(void)unused;
	scene_init(&scene);
	cast_policy(&scene.cast, NULL);
	before = scene.cast.world.item_count;
	item = say(&scene.cast, &scene.cast.alice, NAME);
	prove(&scene, before);
	judge(&scene, item, STEP_HOLDS, "not-possible", "not possible to say");
	prove(&scene, scene.cast.world.item_count);
	at = memmem(scene.proofs.data, scene.proofs.len, "\"statement\":\"sha256:", 20);
	assert_non_null(at);
	at[20] = at[20] == 'a' ? 'b' : 'a';
	judge(&scene, item, STEP_HOLDS, "not-possible", "not possible to say");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_with_one_claim_is_unique_by_the_state),
		cmocka_unit_test(a_name_that_was_claimed_before_fails_the_whole),
		cmocka_unit_test(a_name_that_is_claimed_again_later_stays_the_firsts),
		cmocka_unit_test(what_shows_nothing_is_no_reason_to_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
