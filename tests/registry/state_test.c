/* The signed state of a registry's log: what a release proves by it, and what it gives away. */
#include "tests/registry/insider.h"

#include <stdio.h>
#include <stdlib.h>

#define ORIGIN "example.org/test"

/* The claims step of a release's verdict, under the house's own pin; its `unique`. */
static enum step_status claims_of(struct house *house, const char *folder, char out_unique[32])
{
	CLEANUP(text_free) char *line = NULL;
	struct check_request request = { .forward = FORWARD_NONE };
	struct verdict *verdict = NULL;
	enum step_status status;
	struct error err = { 0 };
	const char *unique;

	assert_done(registry_pin(house->registry, &line, &err), &err);
	request.pins = span_of(line);
	assert_done(check_path(&house->ctx, folder, &request, &verdict, &err), &err);
	status = verdict->step[STEP_CLAIMS].status;
	assert_done(json_need_string(verdict->step[STEP_CLAIMS].evidence, "unique", &unique, &err),
		    &err);
	snprintf(out_unique, 32, "%s", unique);
	verdict_free(&verdict);
	return status;
}

static char *release_of(struct house *house, const char *name)
{
	struct publish_request request = { .name = "lab/m@v1", .folder = NULL };
	CLEANUP(json_free) struct json *report = NULL;
	char *folder = house_path(house, name);
	struct error err = { 0 };

	request.folder = folder;
	assert_done(registry_publish(&house->ctx, house->registry, &request, &report, &err), &err);
	return folder;
}

static void state_say(struct house *house)
{
	CLEANUP(signing_key_close) struct signing_key *key = insider_key(house, "tester");
	struct state_made made;
	struct error err = { 0 };

	assert_done(registry_state_say(house->registry, key, &made, &err), &err);
}

static void model_add(struct house *house)
{
	CLEANUP(text_free) char *folder = house_path(house, "model");

	house_model(folder, 1.0f);
	house_add(house, "model", "lab/m@v1");
}

static void a_release_shows_that_its_name_is_the_only_one_once_a_state_is_signed(void **unused)
{
	CLEANUP(text_free) char *without = NULL, *with = NULL;
	struct house house;
	char unique[32];

	(void)unused;
	house_open(&house);
	model_add(&house);
	without = release_of(&house, "without");
	assert_int_equal(claims_of(&house, without, unique), STEP_HOLDS);
	assert_string_equal(unique, "not-possible");
	state_say(&house);
	with = release_of(&house, "with");
	assert_int_equal(claims_of(&house, with, unique), STEP_HOLDS);
	assert_string_equal(unique, "holds");
	house_close(&house);
}

/* Where states are signed at all, publishing signs one: the one from before the claim says nothing.
 */
static void publishing_signs_a_state_anew_where_states_are_signed(void **unused)
{
	CLEANUP(text_free) char *release = NULL, *file = NULL;
	struct error err = { 0 };
	struct house house;
	char unique[32];

	(void)unused;
	house_open(&house);
	state_say(&house);
	model_add(&house);
	release = release_of(&house, "release");
	assert_done(path_join(release, "akashi/state.json", &file, &err), &err);
	assert_true(file_exists(file));
	assert_int_equal(claims_of(&house, release, unique), STEP_HOLDS);
	assert_string_equal(unique, "holds");
	house_close(&house);
}

/* A claim that was slipped in before: the coordinator never saw it, the tiles have it, and so the
 * state has the name for what was there first. */
static void a_name_that_an_earlier_entry_claimed_is_that_entrys_in_the_state(void **unused)
{
	CLEANUP(json_free) struct json *proofs = NULL;
	CLEANUP(buffer_release) struct buffer claim = { 0 };
	struct digest other = sha256(span_of("what was there first")), found;
	const char *asked[] = { "lab/m@v1" };
	struct error err = { 0 };
	const struct json *leaf;
	struct house house;

	(void)unused;
	house_open(&house);
	insider_claim("V1", &other, ORIGIN, &claim);
	insider_say(&house, "tester", STATEMENT_claim, buffer_view(&claim));
	model_add(&house);
	state_say(&house);
	assert_done(registry_state_prove(house.registry, NULL, asked, 1, &proofs, NULL, &err),
		    &err);
	leaf = json_at(json_member(json_at(json_member(proofs, "proofs"), 0), "leaves"), 0);
	assert_done(json_need_digest(json_member(leaf, "value"), "statement", &found, &err), &err);
	assert_true(digest_equal(&found, &other));
	house_close(&house);
}

/* A root that the entries do not give is passed over, however newly it was signed. */
static void a_false_state_is_not_proven_from(void **unused)
{
	CLEANUP(json_free) struct json *proofs = NULL, *again = NULL;
	CLEANUP(buffer_release) struct buffer payload = { 0 };
	struct digest root = sha256(span_of("not the state"));
	char more[400], hex[DIGEST_HEX_SIZE];
	const char *asked[] = { "lab/m@v1" };
	struct state_made made;
	struct error err = { 0 };
	struct house house;
	uint64_t index;

	(void)unused;
	house_open(&house);
	assert_fails(registry_state_prove(house.registry, NULL, asked, 1, &proofs, &made, &err),
		     &err, ERROR_ABSENT);
	state_say(&house);
	assert_done(registry_state_prove(house.registry, NULL, asked, 1, &proofs, &made, &err),
		    &err);
	index = made.index;
	digest_to_hex(&root, hex);
	snprintf(more, sizeof(more),
		 "\"count\":2,\"kinds\":[\"claim\",\"key\"],\"origin\":\"" ORIGIN
		 "\",\"policy\":\"sha256:%s\",\"root\":\"%s\",\"size\":3",
		 hex, hex);
	insider_payload("state", "state", &root, more, &payload);
	insider_say(&house, "tester", STATEMENT_state, buffer_view(&payload));
	assert_done(registry_state_prove(house.registry, NULL, asked, 1, &again, &made, &err),
		    &err);
	assert_int_equal(made.index, index);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_release_shows_that_its_name_is_the_only_one_once_a_state_is_signed),
		cmocka_unit_test(publishing_signs_a_state_anew_where_states_are_signed),
		cmocka_unit_test(a_name_that_an_earlier_entry_claimed_is_that_entrys_in_the_state),
		cmocka_unit_test(a_false_state_is_not_proven_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
