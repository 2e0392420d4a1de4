/* llm-jp-eval results of both versions, as the harness and the programme's wrapper leave them. */
#include "tests/support.h"

#include <stdio.h>

#include "registry/add.h"

static int read_text(const char *text, struct json **out_predicate, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;

	if (python_json_parse(span_of(text), NULL, &file, err) ||
	    json_object_new(out_predicate, err))
		return -1;
	assert_true(importer_llm_jp_eval.knows(file));
	assert_false(importer_lm_eval.knows(file));
	return importer_llm_jp_eval.read(file, *out_predicate, err);
}

static const struct json *score_of(const struct json *predicate, const char *task,
				   const char *metric, const char *filter)
{
	const struct json *scores = json_member(predicate, "scores");

	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);

		if (strcmp(json_text(json_member(score, "task")), task) == 0 &&
		    strcmp(json_text(json_member(score, "metric")), metric) == 0 &&
		    strcmp(json_text(json_member(score, "filter")), filter) == 0)
			return score;
	}
	return NULL;
}

static const char *said(const struct json *score, const char *key)
{
	return json_text(json_member(score, key));
}

static void version_1_has_its_scores_at_the_top(void **state)
{
	static const char text[] =
		"{\"scores\":{\"AVG\":0.4,\"NLI\":0.5,\"CG\":-1.0,\"jnli_exact_match\":0.25,"
		"\"alt-e-to-j_bert_score_ja_f1\":0.8125,\"mbpp_code_exec\":-1.0,\"jsts_pearson\":"
		"NaN,"
		"\"new_measure\":0.5},\"config\":{\"model\":{\"pretrained_model_name_or_path\":"
		"\"/models/exp4/"
		"iter_0061000\",\"trust_remote_code\":true},\"torch_dtype\":\"bf16\","
		"\"metainfo\":{\"version\":\"1.4.1\",\"num_few_shots\":4,\"max_num_samples\":100,"
		"\"data_type\":\"dev\"},\"generator_kwargs\":{\"top_p\":1.0}}}";
	CLEANUP(json_free) struct json *predicate = NULL;
	struct error err = { 0 };
	const struct json *score;

	(void)state;
	assert_done(read_text(text, &predicate, &err), &err);
	assert_int_equal(json_count(json_member(predicate, "scores")), 8);
	assert_string_equal(said(predicate, "model"), "/models/exp4/iter_0061000");
	assert_string_equal(said(json_member(predicate, "harness"), "version"), "1.4.1");
	assert_string_equal(said(json_member(predicate, "modelSaid"), "dtype"), "bf16");
	assert_string_equal(said(json_member(predicate, "sampling"), "limit"), "100");
	score = score_of(predicate, "NLI", "average", "");
	assert_true(json_is_yes(json_member(score, "group")));
	assert_string_equal(said(score, "value"), "0.5");
	assert_string_equal(said(score_of(predicate, "CG", "average", ""), "state"), "not-run");
	score = score_of(predicate, "alt-e-to-j", "bert_score_ja_f1", "");
	assert_null(json_member(score, "group"));
	assert_int_equal(json_integer_of(json_member(score, "shots")), 4);
	score = score_of(predicate, "mbpp", "code_exec", "");
	assert_string_equal(said(score, "state"), "not-run");
	assert_null(said(score, "value"));
	assert_string_equal(said(score_of(predicate, "jsts", "pearson", ""), "state"), "failed");
	assert_non_null(score_of(predicate, "new_measure", "score", ""));
}

#define VERSION_2                                                                                  \
	"{\"run_name\":\"exp4-0061000::vllm0100::H100::tp1_4k\","                                  \
	"\"evaluation\":{\"scores\":{\"AVG\":0.25,\"HE-EN\":0.5,\"jmmlu_exact_match\":0.125},"     \
	"\"lang_scores\":{\"ja\":0.3,\"en\":{\"AVG\":0.2}}}%s}"

static void version_2_and_the_copy_that_the_wrapper_makes_are_one(void **state)
{
	CLEANUP(json_free) struct json *plain = NULL, *copied = NULL;
	struct error err = { 0 };
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), VERSION_2, "");
	assert_done(read_text(text, &plain, &err), &err);
	snprintf(text, sizeof(text), VERSION_2,
		 ",\"scores\":{\"AVG\":0.25,\"HE-EN\":0.5,\"jmmlu_exact_match\":0.125},"
		 "\"lang_scores\":{\"ja\":0.3,\"en\":{\"AVG\":0.2}}");
	assert_done(read_text(text, &copied, &err), &err);
	assert_int_equal(json_count(json_member(plain, "scores")), 5);
	assert_int_equal(json_count(json_member(copied, "scores")), 5);
	assert_string_equal(said(plain, "model"), "exp4-0061000");
	assert_non_null(score_of(plain, "HE-EN", "average", ""));
	assert_non_null(score_of(copied, "ja", "average", "language"));
	assert_non_null(score_of(copied, "AVG", "average", "en"));
}

static void a_copy_that_says_something_else_is_refused(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct error err = { 0 };
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), VERSION_2,
		 ",\"scores\":{\"AVG\":0.5,\"HE-EN\":0.5,\"jmmlu_exact_match\":0.125}");
	assert_int_equal(read_text(text, &predicate, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "'AVG' is counted twice"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_1_has_its_scores_at_the_top),
		cmocka_unit_test(version_2_and_the_copy_that_the_wrapper_makes_are_one),
		cmocka_unit_test(a_copy_that_says_something_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
