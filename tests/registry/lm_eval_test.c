/* lm-evaluation-harness results: the real file of the tiny model, and what is refused. */
#include "tests/support.h"

#include <glob.h>
#include <stdio.h>

#include "registry/add.h"
#include "registry/eval_parts.h"

static int read_by(const struct importer *importer, struct span text, struct json **out_predicate,
		   struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;

	if (python_json_parse(text, NULL, &file, err) || json_object_new(out_predicate, err))
		return -1;
	assert_true(importer->knows(file));
	return importer->read(file, *out_predicate, err);
}

static int read_text(struct span text, struct json **out_predicate, struct error *err)
{
	return read_by(&importer_lm_eval, text, out_predicate, err);
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

/* The text of a member of a score. */
static const char *said_of(const struct json *predicate, const char *task, const char *metric,
			   const char *key)
{
	return json_text(json_member(score_of(predicate, task, metric), key));
}

#define GROUPED                                                                                    \
	"{\"results\":{\"mmlu\":{\"alias\":\"mmlu\",\"acc,none\":0.25,\"acc_stderr,none\":\"N/"    \
	"A\","                                                                                     \
	"\"sample_count\":{\"acc,none\":300}},"                                                    \
	"\"mmlu_law\":{\"alias\":\" - law\",\"acc,none\":1,\"acc_stderr,none\":0.01},"             \
	"\"mmlu_art\":{\"acc,none\":NaN,\"acc_stderr,none\":NaN,\"f1,none\":\"N/A\"},"             \
	"\"bleu\":{\"bleu,none\":3.5e-05,\"bleu_stderr,none\":-Infinity}},"                        \
	"\"groups\":{\"mmlu\":{\"alias\":\"mmlu\",\"acc,none\":%s}},"                              \
	"\"group_subtasks\":{\"mmlu\":[\"mmlu_law\",\"mmlu_art\"],\"bleu\":[]},"                   \
	"\"configs\":{},\"versions\":{\"mmlu\":2,\"mmlu_law\":\"Yaml\",\"mmlu_art\":null,"         \
	"\"bleu\":1.0},"                                                                           \
	"\"n-shot\":{\"mmlu_law\":5,\"mmlu_art\":null,\"bleu\":\"\"},"                             \
	"\"higher_is_better\":{\"mmlu_law\":{\"acc\":true},\"bleu\":{\"bleu\":null}},"             \
	"\"n-samples\":{\"mmlu_law\":{\"original\":200,\"effective\":100}},"                       \
	"\"config\":{\"model\":\"hf\",\"limit\":100,\"gen_kwargs\":{\"top_p\":0.9,\"until\":["     \
	"\"\\n\"]},"                                                                               \
	"\"fewshot_seed\":1234,\"random_seed\":null},\"date\":1784024000.75,\"model_name\":\"m\"," \
	"\"chat_template_sha\":\"ab\",\"fewshot_as_multiturn\":false}"

static void groups_shots_versions_and_what_failed_are_told_apart(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct error err = { 0 };
	const struct json *sampling, *law;
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text), GROUPED, "0.25");
	assert_done(read_text(span_of(text), &predicate, &err), &err);
	assert_int_equal(json_count(json_member(predicate, "scores")), 5);
	assert_true(json_is_yes(json_member(score_of(predicate, "mmlu", "acc"), "group")));
	assert_int_equal(
		json_integer_of(json_member(score_of(predicate, "mmlu", "acc"), "samples")), 300);
	law = score_of(predicate, "mmlu_law", "acc");
	assert_null(json_member(law, "group"));
	assert_null(json_member(law, "state"));
	assert_string_equal(json_text(json_member(law, "value")), "1");
	assert_string_equal(json_text(json_member(law, "partOf")), "mmlu");
	assert_string_equal(json_text(json_member(law, "version")), "Yaml");
	assert_int_equal(json_integer_of(json_member(law, "shots")), 5);
	assert_int_equal(json_integer_of(json_member(law, "samples")), 100);
	assert_int_equal(json_integer_of(json_member(law, "samplesOf")), 200);
	assert_true(json_is_yes(json_member(law, "higherIsBetter")));
	assert_string_equal(said_of(predicate, "mmlu_art", "acc", "state"), "failed");
	assert_string_equal(said_of(predicate, "mmlu_art", "f1", "state"), "not-run");
	assert_null(said_of(predicate, "mmlu_art", "acc", "value"));
	assert_string_equal(said_of(predicate, "bleu", "bleu", "value"), "3.5e-05");
	assert_null(said_of(predicate, "bleu", "bleu", "stderr"));
	assert_null(json_member(score_of(predicate, "bleu", "bleu"), "higherIsBetter"));
	assert_string_equal(json_text(json_member(predicate, "evaluated")), "2026-07-14T10:13:20Z");
	sampling = json_member(predicate, "sampling");
	assert_string_equal(json_text(json_member(sampling, "limit")), "100");
	assert_string_equal(json_text(json_member(sampling, "genKwargs")),
			    "{\"top_p\": 0.9,\"until\": [\"\\n\"]}");
	assert_string_equal(json_text(json_member(sampling, "fewshotAsMultiturn")), "false");
	assert_int_equal(json_count(json_member(sampling, "seeds")), 1);
}

static void a_group_that_is_counted_twice_with_two_values_is_refused(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct error err = { 0 };
	char text[4096];

	(void)state;
	snprintf(text, sizeof(text), GROUPED, "0.26");
	assert_int_equal(read_text(span_of(text), &predicate, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "'mmlu' is counted twice"));
}

static void results_of_version_0_3_have_their_own_form(void **state)
{
	static const char text[] =
		"{\"results\":{\"lambada\":{\"ppl\":13.769735365164605,\"ppl_stderr\":0.4,"
		"\"acc\":0.47},\"wsc\":{\"acc\":NaN,\"acc_stderr\":NaN}},"
		"\"versions\":{\"lambada\":0,\"wsc\":1},\"config\":{\"model\":\"neox\","
		"\"model_args\":{\"load\":\"/ckpts/350M\",\"iteration\":36500},"
		"\"num_fewshot\":5,\"batch_size\":16,\"limit\":null}}";
	CLEANUP(json_free) struct json *predicate = NULL, *file = NULL;
	struct error err = { 0 };
	const struct json *score;

	(void)state;
	assert_done(read_by(&importer_lm_eval_legacy, span_of(text), &predicate, &err), &err);
	assert_int_equal(json_count(json_member(predicate, "scores")), 3);
	score = score_of(predicate, "lambada", "ppl");
	assert_string_equal(json_text(json_member(score, "value")), "13.769735365164605");
	assert_string_equal(json_text(json_member(score, "stderr")), "0.4");
	assert_string_equal(json_text(json_member(score, "version")), "0");
	assert_int_equal(json_integer_of(json_member(score, "shots")), 5);
	assert_string_equal(said_of(predicate, "wsc", "acc", "state"), "failed");
	assert_string_equal(json_text(json_member(predicate, "model")), "/ckpts/350M");
	assert_int_equal(json_integer_of(json_member(json_member(predicate, "modelSaid"), "step")),
			 36500);
	assert_done(python_json_parse(span_of(text), NULL, &file, &err), &err);
	assert_false(importer_lm_eval.knows(file));
}

/* Scores of `tasks` tasks, two metrics each, and samples of the last. */
static void many_make(size_t tasks, struct json **out_predicate)
{
	struct error err = { 0 };
	struct json *scores, *score, *samples, *entry;
	char name[32];

	assert_done(json_object_new(out_predicate, &err), &err);
	assert_done(json_set_text(*out_predicate, "format", "f", &err), &err);
	assert_done(json_set_array(*out_predicate, "scores", &scores, &err), &err);
	for (size_t i = 0; i < 2 * tasks; i++) {
		snprintf(name, sizeof(name), "task-%06zu", i / 2);
		assert_done(json_add_object(scores, &score, &err), &err);
		assert_done(json_set_text(score, "task", name, &err), &err);
		assert_done(json_set_text(score, "metric", i % 2 ? "acc_norm" : "acc", &err), &err);
	}
	assert_done(json_set_array(*out_predicate, "samples", &samples, &err), &err);
	assert_done(json_add_object(samples, &entry, &err), &err);
	assert_done(json_set_text(entry, "task", name, &err), &err);
}

static void scores_that_fit_no_statement_are_cut_between_tasks(void **state)
{
	CLEANUP(json_free) struct json *predicate = NULL, *small = NULL;
	CLEANUP(eval_parts_release) struct eval_parts parts = { .predicate = NULL };
	CLEANUP(eval_parts_release) struct eval_parts one = { .predicate = NULL };
	struct error err = { 0 };
	size_t scores = 0;

	(void)state;
	many_make(2000, &predicate);
	assert_done(eval_parts_cut(predicate, &parts, &err), &err);
	assert_in_range(parts.count, 3, 6);
	for (size_t i = 0; i < parts.count; i++) {
		CLEANUP(buffer_release) struct buffer text;
		const struct json *list = json_member(parts.predicate[i], "scores");
		const struct json *part = json_member(parts.predicate[i], "part");

		buffer_init(&text, 1u << 20);
		assert_done(json_write_canonical(parts.predicate[i], &text, &err), &err);
		assert_in_range(text.len, 1, STATEMENT_PAYLOAD_MAX_BYTES - (6u << 10));
		assert_int_equal(json_integer_of(json_member(part, "number")), i + 1);
		assert_int_equal(json_integer_of(json_member(part, "count")), parts.count);
		assert_string_equal(json_text(json_member(json_at(list, 0), "metric")), "acc");
		assert_int_equal(json_count(list) % 2, 0);
		assert_int_equal(json_count(json_member(parts.predicate[i], "samples")),
				 i + 1 == parts.count ? 1 : 0);
		assert_string_equal(json_text(json_member(parts.predicate[i], "format")), "f");
		scores += json_count(list);
	}
	assert_int_equal(scores, 4000);
	many_make(2, &small);
	assert_done(eval_parts_cut(small, &one, &err), &err);
	assert_int_equal(one.count, 1);
	assert_null(json_member(one.predicate[0], "part"));
}

static void only_words_outside_of_texts_are_read_as_no_number(void **state)
{
	CLEANUP(json_free) struct json *file = NULL, *wrong = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(python_json_parse(span_of("{\"a\\\"NaN\":[NaN,-Infinity,Infinity,-1],"
					      "\"b\":\"NaN \\\\\",\"c\":NaN}"),
				      NULL, &file, &err),
		    &err);
	assert_int_equal(json_count(json_member(file, "a\"NaN")), 4);
	assert_int_equal(json_kind(json_at(json_member(file, "a\"NaN"), 1)), JSON_KIND_NULL);
	assert_int_equal(json_integer_of(json_at(json_member(file, "a\"NaN"), 3)), -1);
	assert_string_equal(json_text(json_member(file, "b")), "NaN \\");
	assert_int_equal(json_kind(json_member(file, "c")), JSON_KIND_NULL);
	assert_fails(python_json_parse(span_of("{\"a\":NaNa}"), NULL, &wrong, &err), &err,
		     ERROR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tiny_models_own_results_keep_every_digit),
		cmocka_unit_test(results_without_a_score_are_refused),
		cmocka_unit_test(another_json_file_is_not_taken_for_results),
		cmocka_unit_test(groups_shots_versions_and_what_failed_are_told_apart),
		cmocka_unit_test(a_group_that_is_counted_twice_with_two_values_is_refused),
		cmocka_unit_test(results_of_version_0_3_have_their_own_form),
		cmocka_unit_test(scores_that_fit_no_statement_are_cut_between_tasks),
		cmocka_unit_test(only_words_outside_of_texts_are_read_as_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
