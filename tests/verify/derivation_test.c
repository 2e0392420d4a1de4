/* What is said of how a checkpoint was made is read whole, or refused with the reason. */
#include "tests/support.h"

#include "verify/derivation.h"

#define HEX_0 "0000000000000000000000000000000000000000000000000000000000000000"
#define HEX_1 "1111111111111111111111111111111111111111111111111111111111111111"
#define REFERENCE(name, hex)                                                                       \
	"{\"name\":\"" name "\",\"statement\":\"sha256:" hex "\",\"manifest\":\"sha256:" hex "\"}"
#define OF "\"of\":" REFERENCE("t/child@1", HEX_0)
#define PARENT REFERENCE("t/parent@1", HEX_1)

static int read_text(const char *text, struct json **out_json, struct derivation *out,
		     struct error *err)
{
	assert_int_equal(json_parse(span_of(text), NULL, out_json, err), 0);
	return derivation_parse(*out_json, out, err);
}

static void assert_refused(const char *text, const char *says)
{
	struct derivation derivation;
	struct json *json = NULL;
	struct error err = { 0 };

	assert_int_equal(read_text(text, &json, &derivation, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	if (!strstr(err.text, says))
		fail_msg("'%s' where '%s' belongs", err.text, says);
	json_free(&json);
}

static void a_derivation_is_read_whole(void **state)
{
	struct derivation derivation;
	struct json *json = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(
		read_text("{" OF ",\"parents\":[" PARENT "," PARENT "],\"method\":\"linear\","
			  "\"form\":\"mergekit-linear\",\"weights\":[\"-0.25\",\"1/3\"],"
			  "\"dtype\":\"BF16\",\"normalize\":false,\"keep\":[\"*.bias\"],"
			  "\"rename\":[{\"from\":\"model.\",\"to\":\"\"}],\"tolerance\":2}",
			  &json, &derivation, &err),
		0);
	assert_int_equal(derivation.form->id, DERIVATION_FORM_mergekit_linear);
	assert_int_equal(derivation.parent_count, 2);
	assert_true(derivation.weight[0] == -0.25 && derivation.weight[1] == 1.0 / 3);
	assert_true(derivation_weight_sum(&derivation) == -0.25 + 1.0 / 3);
	assert_int_equal(derivation.dtype, DTYPE_BF16);
	assert_false(derivation.normalize);
	assert_string_equal(derivation.keep[0], "*.bias");
	assert_string_equal(derivation.rename[0].from, "model.");
	assert_int_equal(derivation.tolerance, 2);
	assert_false(derivation.executed);
	derivation_release(&derivation);
	json_free(&json);
}

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_refused("{" OF ",\"parents\":[],\"method\":\"reshard\",\"form\":\"copy\"}",
		       "one parent, not 0");
	assert_refused("{" OF ",\"parents\":[" PARENT "],\"method\":\"lora\",\"form\":\"peft\"}",
		       "a base and an adapter");
	assert_refused("{" OF ",\"parents\":[" REFERENCE(
			       "t/child@1", HEX_0) "],\"method\":\"reshard\",\"form\":\"copy\"}",
		       "its own parent");
	assert_refused("{" OF ",\"parents\":[" PARENT "],\"method\":\"reshard\",\"form\":\"peft\"}",
		       "no form 'peft'");
	assert_refused("{" OF ",\"parents\":[" PARENT
		       "],\"method\":\"linear\",\"form\":\"torch-sum\",\"weights\":[\"1\",\"2\"]}",
		       "2 weights for 1 parents");
	assert_refused("{" OF ",\"parents\":[" PARENT
		       "],\"method\":\"linear\",\"form\":\"torch-sum\",\"weights\":[\"1/0\"]}",
		       "no weight");
	assert_refused("{" OF ",\"parents\":[" PARENT
		       "],\"method\":\"linear\",\"form\":\"torch-sum\",\"weights\":[\"0\"]}",
		       "nothing comes from it");
	assert_refused("{" OF ",\"parents\":[" PARENT
		       "],\"method\":\"average\",\"form\":\"olmo-soup\",\"weights\":[\"1\"]}",
		       "takes no weights");
	assert_refused("{" OF ",\"parents\":[" PARENT "],\"method\":\"cast\","
		       "\"form\":\"round-nearest-even\"}",
		       "needs 'dtype'");
	assert_refused("{" OF ",\"parents\":[" PARENT "],\"method\":\"cast\","
		       "\"form\":\"round-nearest-even\",\"dtype\":\"F64\"}",
		       "not F64");
	assert_refused("{" OF ",\"parents\":[" PARENT "],\"method\":\"reshard\","
		       "\"form\":\"copy\",\"tolerance\":65536}",
		       "at most 65535");
}

static void weights_are_the_nearest_binary64(void **state)
{
	static const struct {
		const char *text;
		double weight;
	} good[] = { { "0.1", 0.1 },
		     { "-1e-3", -0.001 },
		     { "2/3", 2.0 / 3 },
		     { "-1/7", -1.0 / 7 },
		     { "9007199254740992/3", 9007199254740992.0 / 3 } };
	static const char *const bad[] = { "",     "nan", "inf",  "0x1", "1/",
					   "/3",   "1/0", "1/-3", " 1",  "9007199254740993/1",
					   "1/2/3" };
	double weight;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct error err = { 0 };

		assert_int_equal(derivation_weight_parse(good[i].text, &weight, &err), 0);
		assert_true(weight == good[i].weight);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };

		assert_fails(derivation_weight_parse(bad[i], &weight, &err), &err, ERROR_USAGE);
	}
}

static void a_verification_says_what_it_found(void **state)
{
	static const char text[] =
		"{\"verdict\":{\"steps\":[{\"id\":\"bytes\"},{\"id\":\"lineage\",\"evidence\":{"
		"\"derivations\":[{\"statement\":\"sha256:" HEX_1 "\",\"outcome\":\"differs\"},"
		"{\"statement\":\"sha256:" HEX_0 "\",\"outcome\":\"not-possible\"}]}}]}}";
	enum derivation_proof proof;
	struct json *json = NULL;
	struct digest digest;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(json_parse(span_of(text), NULL, &json, &err), 0);
	assert_int_equal(digest_from_hex(span_of(HEX_1), &digest, &err), 0);
	assert_true(derivation_verified(json, &digest, &proof));
	assert_int_equal(proof, DERIVATION_CONTRADICTED);
	assert_int_equal(digest_from_hex(span_of(HEX_0), &digest, &err), 0);
	assert_false(derivation_verified(json, &digest, &proof));
	json_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_derivation_is_read_whole),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(weights_are_the_nearest_binary64),
		cmocka_unit_test(a_verification_says_what_it_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
