/* Policies and pins: read strictly, since everything else rests on them. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/world.h"
#include "verify/cosignature.h"

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

/* A true policy predicate of one key, as text, with `what` replaced by `by`. */
static char *predicate_with(struct world *world, const struct test_signer *signer, const char *what,
			    const char *by)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(statement_release) struct statement statement = { 0 };
	struct world_key key = { signer, "team/*", "run", 5, 9 };
	struct world_item *item = world_policy(world, &key, 1);
	char *whole, *at, *changed;
	struct error err = { 0 };

	buffer_init(&text, 65536);
	assert_done(
		envelope_parse(buffer_view(&item->envelope), ENVELOPE_MAX_BYTES, &envelope, &err),
		&err);
	assert_done(statement_parse(buffer_view(&envelope.payload), &statement, &err), &err);
	assert_done(json_write_canonical(statement.predicate, &text, &err), &err);
	assert_done(buffer_to_text(&text, &whole, &err), &err);
	at = what ? strstr(whole, what) : whole;
	assert_non_null(at);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - whole), whole, what ? by : "",
			     what ? at + strlen(what) : whole) > 0);
	free(whole);
	return changed;
}

static int policy_of(const char *predicate, struct policy *out_policy, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	struct statement statement = { .kind = STATEMENT_policy, .origin = "o" };

	assert_done(json_parse(span_of(predicate), NULL, &json, err), err);
	statement.predicate = json;
	return policy_parse(&statement, out_policy, err);
}

static void a_policy_says_who_may_sign_what_and_where_in_the_log(void **state)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	CLEANUP(test_signer_release) struct test_signer other = test_signer_new("P-256");
	CLEANUP(policy_release) struct policy policy = { 0 };
	const struct digest *id = public_key_id(signer.public);
	struct error err = { 0 };
	char *text;

	(void)state;
	world_init(&world, "o");
	text = predicate_with(&world, &signer, NULL, NULL);
	assert_done(policy_of(text, &policy, &err), &err);
	free(text);
	assert_done(policy_accepts(&policy, id, STATEMENT_run, "team/m@1", 5, &err), &err);
	assert_done(policy_accepts(&policy, id, STATEMENT_run, "team/m:best", 9, &err), &err);
	assert_fails(policy_accepts(&policy, id, STATEMENT_run, "team/m@1", 4, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(policy_accepts(&policy, id, STATEMENT_run, "team/m@1", 10, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(policy_accepts(&policy, id, STATEMENT_eval, "team/m@1", 5, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(policy_accepts(&policy, id, STATEMENT_run, "teams/m@1", 5, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(policy_accepts(&policy, id, STATEMENT_run, "", 5, &err), &err,
		     ERROR_UNTRUSTED);
	assert_fails(policy_accepts(&policy, public_key_id(other.public), STATEMENT_run, "team/m@1",
				    5, &err),
		     &err, ERROR_UNTRUSTED);
	assert_true(policy_requires(&policy, "team/m@1", "signature"));
	assert_false(policy_requires(&policy, "team/m@1", "log"));
	assert_true(policy_requires(&policy, "Team/m@1", "signature"));
	assert_false(policy_requires(&policy, "lab/m@1", "signature"));
}

static void a_policy_that_is_not_whole_is_refused(void **state)
{
	static const struct {
		const char *what, *by;
		enum error_code code;
	} row[] = {
		{ "\"threshold\":1", "\"threshold\":2", ERROR_CORRUPT },
		{ "\"threshold\":1", "\"threshold\":0", ERROR_CORRUPT },
		{ "\"version\":1", "\"version\":2", ERROR_CORRUPT },
		{ "\"version\":1", "\"version\":0", ERROR_CORRUPT },
		{ "\"version\":1", "\"previous\":\"sha256:" ZEROS "\",\"version\":1",
		  ERROR_CORRUPT },
		{ "\"version\":1", "\"recovery\":[],\"version\":1", ERROR_CORRUPT },
		{ "\"version\":1", "\"recovery\":[\"" ZEROS "\"],\"version\":1", ERROR_CORRUPT },
		{ "\"version\":1", "\"maximumAge\":-1,\"version\":1", ERROR_CORRUPT },
		{ "\"version\":1", "\"maximumAge\":\"1099511627777\",\"version\":1",
		  ERROR_CORRUPT },
		{ "\"version\":1", "\"witnesses\":\"witness\",\"version\":1", ERROR_CORRUPT },
		{ "\"version\":1",
		  "\"signers\":[{\"names\":\"*\",\"kinds\":[\"*\"],\"threshold\":2}],\"version\":1",
		  ERROR_CORRUPT },
		{ "\"version\":1",
		  "\"signers\":[{\"names\":\"*\",\"kinds\":[\"*\"],\"threshold\":0}],\"version\":1",
		  ERROR_CORRUPT },
		{ "\"version\":1", "\"signers\":[{\"names\":\"*\",\"threshold\":1}],\"version\":1",
		  ERROR_CORRUPT },
		{ "\"first\":5", "\"first\":10", ERROR_CORRUPT },
		{ "\"roots\":[\"", "\"roots\":[\"" ZEROS "\",\"", ERROR_CORRUPT },
		{ "\"threshold\":1", "\"threshold\":\"1\"", ERROR_CORRUPT },
		{ "\"threshold\":1", "\"limit\":1", ERROR_CORRUPT },
		{ "\"first\":5", "\"first\":-5", ERROR_CORRUPT },
		{ "\"last\":9", "\"last\":1.5", ERROR_CORRUPT },
		{ "\"names\":[\"team/*\"]", "\"names\":[]", ERROR_CORRUPT },
		{ "\"names\":[\"team/*\"]", "\"names\":\"*\"", ERROR_CORRUPT },
		{ "\"names\":[\"team/*\"]", "\"names\":[7]", ERROR_CORRUPT },
		{ "\"kinds\":[\"run\"]", "\"sorts\":[\"run\"]", ERROR_CORRUPT },
		{ "\"id\":\"", "\"id\":\"0", ERROR_CORRUPT },
		{ "\"publicKey\":\"MF", "\"publicKey\":\"MG", ERROR_CORRUPT },
		{ "\"roots\":[\"", "\"roots\":[\"0", ERROR_CORRUPT },
		{ "\"log\":[\"o+", "\"log\":[\"p+", ERROR_CORRUPT },
		{ "\"log\":[", "\"log\":[7,", ERROR_CORRUPT },
		{ "\"required\":[", "\"required\":[{\"names\":\"*\",\"steps\":[]},",
		  ERROR_CORRUPT },
		{ "\"required\":[", "\"required\":[{\"names\":\"*\"},", ERROR_CORRUPT },
		{ "\"required\":[", "\"timestampAuthorities\":[],\"required\":[", ERROR_CORRUPT },
		{ "\"required\":[", "\"timestampAuthorities\":[\"!\"],\"required\":[",
		  ERROR_CORRUPT },
		{ "\"required\":[", "\"timestampAuthorities\":{},\"required\":[", ERROR_CORRUPT },
	};
	CLEANUP(world_release) struct world world;
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	struct error err = { 0 };

	(void)state;
	world_init(&world, "o");
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char *text = predicate_with(&world, &signer, row[i].what, row[i].by);
		struct policy policy;

		assert_fails(policy_of(text, &policy, &err), &err, row[i].code);
		free(text);
	}
}

static void a_log_is_not_its_own_witness(void **state)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	char vkey[NOTE_VKEY_MAX], *witnesses, *text;
	struct note_key self;
	struct policy policy;
	struct error err = { 0 };

	(void)state;
	world_init(&world, "o");
	assert_done(cosigner_make("witness.example/w", world.log_key.key, &self, &err), &err);
	note_key_format(&self, vkey);
	assert_true(asprintf(&witnesses,
			     "\"version\":1,\"witnesses\":\"witness w %s\\nquorum w\\n\"",
			     vkey) > 0);
	text = predicate_with(&world, &signer, "\"version\":1", witnesses);
	assert_int_equal(policy_of(text, &policy, &err), -1);
	assert_non_null(strstr(err.text, "nobody witnesses himself"));
	free(witnesses);
	free(text);
}

static void a_key_that_stands_twice_is_refused(void **state)
{
	CLEANUP(world_release) struct world world;
	CLEANUP(test_signer_release) struct test_signer signer = test_signer_new("P-256");
	struct world_key key[2] = { { &signer, "a/*", "*", 0, 1 }, { &signer, "b/*", "*", 0, 1 } };
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct world_item *item;
	struct pin pin;
	struct pins pins = { &pin, 1 };
	struct error err = { 0 };

	(void)state;
	world_init(&world, "o");
	item = world_policy(&world, key, 2);
	pin = world_pin(&world, item);
	assert_fails(trust_from_pins(&pins, &world.base, UINT64_MAX, &trust, &err), &err,
		     ERROR_CORRUPT);
}

#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define POLICY "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void a_trust_file_is_lines_of_pins(void **state)
{
	CLEANUP(pins_release) struct pins pins = { 0 };
	CLEANUP(buffer_release) struct buffer line;
	struct error err = { 0 };

	(void)state;
	buffer_init(&line, 1024);
	assert_done(pins_parse(span_of("# ours\n\n" VKEY " " POLICY "\r\n" VKEY " " POLICY "\n" VKEY
				       " " OTHER),
			       &pins, &err),
		    &err);
	assert_int_equal(pins.count, 2);
	assert_done(pin_format(&pins.pin[0], &line, &err), &err);
	assert_true(span_equal(buffer_view(&line), span_of(VKEY " " POLICY)));
	pins_release(&pins);
	assert_done(pins_parse(span_of(""), &pins, &err), &err);
	assert_int_equal(pins.count, 0);
}

static void a_line_that_is_no_pin_is_refused_by_its_number(void **state)
{
	static const char *const text[] = {
		VKEY,
		VKEY " ",
		VKEY " " POLICY " ",
		VKEY "  " POLICY,
		(" " VKEY " " POLICY),
		VKEY " aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		VKEY " sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		VKEY " sha256:sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		(VKEY "\t" POLICY),
		"x " POLICY,
	};
	struct pins pins;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
		char *file;

		assert_true(asprintf(&file, "# one\n%s\n", text[i]) > 0);
		assert_int_equal(pins_parse(span_of(file), &pins, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		assert_non_null(strstr(err.text, "line 2"));
		err = (struct error){ 0 };
		free(file);
	}
}

static void a_flood_of_pins_is_refused(void **state)
{
	CLEANUP(buffer_release) struct buffer text;
	struct pins pins;
	struct error err = { 0 };

	(void)state;
	buffer_init(&text, 1u << 20);
	for (int i = 0; i <= PINS_MAX; i++)
		assert_done(buffer_printf(&text, &err, "%s sha256:%064x\n", VKEY, (unsigned)i),
			    &err);
	assert_fails(pins_parse(buffer_view(&text), &pins, &err), &err, ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_says_who_may_sign_what_and_where_in_the_log),
		cmocka_unit_test(a_policy_that_is_not_whole_is_refused),
		cmocka_unit_test(a_log_is_not_its_own_witness),
		cmocka_unit_test(a_key_that_stands_twice_is_refused),
		cmocka_unit_test(a_trust_file_is_lines_of_pins),
		cmocka_unit_test(a_line_that_is_no_pin_is_refused_by_its_number),
		cmocka_unit_test(a_flood_of_pins_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
