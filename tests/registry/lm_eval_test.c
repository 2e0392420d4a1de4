/* lm-evaluation-harness results: the real file of the tiny model, and what is refused. */
#include "tests/support.h"

#include <glob.h>
#include <stdio.h>

#include "registry/add.h"

static int read_text(struct span text, struct json **out_predicate, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;

	if (json_parse(text, NULL, &file, err) || json_object_new(out_predicate, err))
		return -1;
	assert_true(importer_lm_eval.knows(file));
	return importer_lm_eval.read(file, *out_predicate, err);
}

static const struct json *score_of(const struct json *predicate, const char *task,
				   const char *metric)
{
	const struct json *scores = json_member(predicate, "scores");

	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);

		if (strcmp(json_text(json_member(score, "task")), task) == 0 &&
		    strcmp(json_text(json_member(score, "metric")), metric) == 0)
			return score;
	}
	return NULL;
}

static void the_tiny_models_own_results_keep_every_digit(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct error err = { 0 };
	const struct json *accuracy, *bits;
	char needle[128];
	glob_t found;

	(void)state;
	buffer_init(&text, 1u << 20);
	assert_int_equal(glob(TEST_DATA "/tiny/eval/results_*.json", 0, NULL, &found), 0);
	assert_done(file_read(found.gl_pathv[0], &text, &err), &err);
	globfree(&found);
	assert_done(read_text(buffer_view(&text), &predicate, &err), &err);
	accuracy = score_of(predicate, "akashi_tiny_order", "acc");
	bits = score_of(predicate, "akashi_tiny_heldout_ja", "bits_per_byte");
	assert_non_null(accuracy);
	assert_non_null(bits);
	assert_non_null(json_text(json_member(accuracy, "stderr")));
	assert_null(json_member(bits, "stderr"));
	snprintf(needle, sizeof(needle), "\"acc,none\": %s",
		 json_text(json_member(accuracy, "value")));
	assert_non_null(memmem(text.data, text.len, needle, strlen(needle)));
	assert_int_equal(json_integer_of(json_member(accuracy, "samples")), 60);
	assert_null(score_of(predicate, "akashi_tiny_order", "acc_stderr"));
}

static void results_without_a_score_are_refused(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct error err = { 0 };

	(void)state;
	assert_fails(read_text(span_of("{\"results\":{\"t\":{\"alias\":\"t\"}},\"versions\":{},"
				       "\"n-shot\":{}}"),
			       &predicate, &err),
		     &err, ERROR_CORRUPT);
}

static void another_json_file_is_not_taken_for_results(void **state)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(json_parse(span_of("{\"model_type\":\"llama\"}"), NULL, &file, &err), &err);
	assert_false(importer_lm_eval.knows(file));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tiny_models_own_results_keep_every_digit),
		cmocka_unit_test(results_without_a_score_are_refused),
		cmocka_unit_test(another_json_file_is_not_taken_for_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
