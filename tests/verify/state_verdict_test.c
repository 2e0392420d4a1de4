/* What a verdict makes of a log's signed state: one name with one meaning, with two, and what lies
 * beside a release and shows nothing. */
#include "tests/verify/cast.h"

#include <stdio.h>
#include <stdlib.h>

/* A cast, and the proofs that lie beside what is verified. */
struct scene {
	struct cast cast; /* first, so that its evidence is the scene's */
	struct evidence_type type;
	struct buffer proofs;
};

static int proofs_read(struct evidence *evidence, struct buffer *out, struct error *err)
{
	struct scene *scene = (struct scene *)evidence;

	if (!scene->proofs.len)
		return error_set(err, ERROR_ABSENT, "no proofs");
	return buffer_add(out, buffer_view(&scene->proofs), err);
}

static void scene_init(struct scene *scene)
{
	cast_init(&scene->cast);
	cast_policy(&scene->cast, NULL);
	buffer_init(&scene->proofs, STATE_PROOFS_MAX_BYTES);
	scene->type = *scene->cast.world.base.type;
	scene->type.state = proofs_read;
	scene->cast.world.base.type = &scene->type;
}

static void scene_release(struct scene *scene)
{
	buffer_release(&scene->proofs);
	cast_release(&scene->cast);
}

/* What the log's control entries say. */
static struct state *state_of(const struct world *world)
{
	struct error err = { 0 };
	struct state *state;

	assert_done(state_new(&state, &err), &err);
	for (size_t i = 0; i < world->item_count; i++) {
		CLEANUP(envelope_release) struct envelope envelope = { 0 };
		CLEANUP(statement_release) struct statement statement = { 0 };
		const struct world_item *item = &world->item[i];

		assert_done(envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES,
					   &envelope, &err),
			    &err);
		assert_done(statement_parse(buffer_view(&envelope.payload), &statement, &err),
			    &err);
		if (statement_kind_is_control(statement.kind))
			assert_done(state_take(state, item->index, &statement, &item->identity,
					       &item->key, &err),
				    &err);
	}
	return state;
}

/* Sign and log a root over the world's first `size` entries; *out_tree is what it is of. */
static struct world_item *state_say(struct scene *scene, const struct state *state, uint64_t size,
				    struct state_tree **out_tree)
{
	const char *kind[STATE_KINDS_MAX];
	size_t kinds = state_kinds(kind);
	char hex[DIGEST_HEX_SIZE], policy[DIGEST_HEX_SIZE];
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *predicate = NULL;
	struct error err = { 0 };
	struct digest root;

	buffer_init(&text, 4096);
	assert_done(state_tree_at(state, size, kind, kinds, out_tree, &err), &err);
	root = state_tree_root(*out_tree);
	digest_to_hex(&root, hex);
	digest_to_hex(&scene->cast.policy->identity, policy);
	assert_done(buffer_printf(&text, &err,
				  "{\"size\":%llu,\"count\":%llu,\"root\":\"%s\",\"policy\":"
				  "\"sha256:%s\",\"kinds\":[",
				  (unsigned long long)size,
				  (unsigned long long)state_tree_count(*out_tree), hex, policy),
		    &err);
	for (size_t i = 0; i < kinds; i++)
		assert_done(buffer_printf(&text, &err, "%s\"%s\"", i ? "," : "", kind[i]), &err);
	assert_done(buffer_add_text(&text, "]}", &err), &err);
	assert_done(buffer_to_text(&text, &predicate, &err), &err);
	return world_say(&scene->cast.world, &scene->cast.alice, STATEMENT_state, "state", &root,
			 predicate);
}

/* Lay proofs about NAME and alice's key beside, from a state over `size` entries. */
static void prove(struct scene *scene, uint64_t size)
{
	CLEANUP(state_free) struct state *state = state_of(&scene->cast.world);
	CLEANUP(state_tree_free) struct state_tree *tree = NULL;
	CLEANUP(json_free) struct json *file = NULL;
	const struct world_item *said = state_say(scene, state, size, &tree);
	char hex[DIGEST_HEX_SIZE], revoked[2 * DIGEST_HEX_SIZE];
	const char *asked[] = { "claim:" NAME, revoked };
	struct error err = { 0 };
	struct json *proofs;

	digest_to_hex(public_key_id(scene->cast.alice.public), hex);
	snprintf(revoked, sizeof(revoked), "revocation:%s.", hex);
	assert_done(json_object_new(&file, &err), &err);
	assert_done(json_set_text(file, "schema", "akashi/state-proofs/1", &err), &err);
	assert_done(json_set_digest(file, "state", &said->identity, &err), &err);
	assert_done(json_set_array(file, "proofs", &proofs, &err), &err);
	for (size_t i = 0; i < 2; i++) {
		struct json *proof = NULL;

		assert_done(state_tree_prove(tree, asked[i], &proof, &err), &err);
		assert_done(json_add_take(proofs, &proof, &err), &err);
	}
	scene->proofs.len = 0;
	assert_done(json_write_canonical(file, &scene->proofs, &err), &err);
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
