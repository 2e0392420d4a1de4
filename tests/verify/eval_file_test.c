/* Samples files of lm-evaluation-harness: what follows from an item's own numbers, and what is
 * refused. */
#include <stdio.h>

#include "tests/support.h"
#include "verify/eval_file.h"
#include "verify/json.h"
#include "verify/lm_eval/encode.h"

#define ITEM_ID(id, target, rest)                                                                  \
	"{\"doc_id\":" #id ",\"target\":\"" target                                                 \
	"\",\"arguments\":{\"gen_args_0\":{\"arg_0\":\"q\",\"arg_1\":\" aaaa\"},\"gen_args_1\":"   \
	"{\"arg_0\":\"q\",\"arg_1\":\" \xe3\x81\x82\"}},\"resps\":[[[\"-4\",\"False\"]],"          \
	"[[\"-2\",\"True\"]]],\"filtered_resps\":[[\"-4\",\"False\"],[\"-2\",\"True\"]]," rest     \
	"}\n"
#define ITEM(target, rest) ITEM_ID(0, target, rest)

static int scan(const char *text, enum eval_kind kind, struct eval_file *out_file,
		struct error *err)
{
	struct eval_task task = {
		.name = "t", .kind = kind, .output_type = "multiple_choice", .delimiter = " "
	};

	return eval_file_scan(span_of(text), &task, out_file, err);
}

static double figure(const char *text, const char *metric)
{
	struct eval_file file;
	struct error err = { 0 };
	double value = -1;

	assert_done(scan(text, EVAL_CHOICE, &file, &err), &err);
	for (size_t i = 0; i < file.mean_count; i++)
		if (strcmp(file.mean[i].metric, metric) == 0)
			value = eval_mean_figure(&file.mean[i]);
	eval_file_release(&file);
	return value;
}

/* Log-probabilities -4 and -2; 4 and 1 characters; 4 and 3 bytes. */
static void each_accuracy_divides_by_its_own_length(void **state)
{
	(void)state;
	assert_true(figure(ITEM("1", "\"metrics\":[\"acc\"],\"acc\":1.0"), "acc") == 1);
	/* -4/4 is more than -2/1, and less than -2/3. */
	assert_true(figure(ITEM("0", "\"metrics\":[\"acc_norm\"],\"acc_norm\":1.0"), "acc_norm") ==
		    1);
	assert_true(figure(ITEM("1", "\"metrics\":[\"acc_bytes\"],\"acc_bytes\":1"), "acc_bytes") ==
		    1);
}

static void a_target_is_a_number_a_list_or_the_text_of_a_choice(void **state)
{
	(void)state;
	assert_true(figure(ITEM("[0, 1]", "\"metrics\":[\"acc\"],\"acc\":1"), "acc") == 1);
	assert_true(figure(ITEM("[0]", "\"metrics\":[\"acc\"],\"acc\":0"), "acc") == 0);
	assert_true(figure(ITEM("\xe3\x81\x82", "\"metrics\":[\"acc\"],\"acc\":1"), "acc") == 1);
	assert_true(figure(ITEM("aaaa", "\"metrics\":[\"acc\"],\"acc\":0"), "acc") == 0);
	/* What names no choice cannot be told, and is not averaged. */
	assert_true(figure(ITEM("7", "\"metrics\":[\"acc\"],\"acc\":0"), "acc") == -1);
	assert_true(figure(ITEM("other", "\"metrics\":[\"acc\",\"f1\"],\"acc\":0,\"f1\":[0,1]"),
			   "acc") == -1);
}

static void likelihoods_give_accuracy_and_perplexity(void **state)
{
	static const char text[] =
		"{\"doc_id\":0,\"target\":\"x\",\"arguments\":[[\"a\",\" b\"]],\"resps\":[[[-1.5,"
		"true]]],\"filtered_resps\":[[-1.5,true]],\"metrics\":[\"perplexity\",\"acc\"],"
		"\"perplexity\":-1.5,\"acc\":1}\n"
		"{\"doc_id\":1,\"target\":\"x\",\"arguments\":[[\"a\",\" b\"]],\"filtered_resps\":"
		"[[-2.5,false]],\"metrics\":[\"perplexity\",\"acc\"],\"perplexity\":-2.5,\"acc\":"
		"0}";
	struct eval_file file;
	struct error err = { 0 };

	(void)state;
	assert_done(scan(text, EVAL_LIKELIHOOD, &file, &err), &err);
	assert_int_equal(file.count, 2);
	assert_int_equal(file.mean_count, 2);
	assert_true(eval_mean_figure(&file.mean[0]) > 7.389 &&
		    eval_mean_figure(&file.mean[0]) < 7.3891);
	assert_true(eval_mean_figure(&file.mean[1]) == 0.5);
	eval_file_release(&file);
}

static void what_does_not_follow_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "no items" },
		{ "[]", "'doc_id'" },
		{ ITEM("0", "\"metrics\":[\"acc\"],\"acc\":1"), "line 1: doc_id 0: its" },
		{ ITEM("1", "\"metrics\":[\"acc\"],\"acc\":\"NaN\""), "'NaN' is no decimal" },
		{ ITEM("1", "\"metrics\":[\"acc\"]"), "'acc': there is no number" },
		{ ITEM("1", "\"metrics\":[7]"), "holds no names" },
		{ ITEM("1", "\"metrics\":[\"acc\",\"acc\"],\"acc\":1"), "stands twice" },
		{ ITEM("1", "\"metrics\":[]") ITEM("1", "\"metrics\":[]"),
		  "doc_id 0 stands there" },
		{ "{\"doc_id\":0,\"arguments\":[[\"a\",\"b\"]],\"filtered_resps\":[]}",
		  "1 requests and 0 answers" },
		{ "{\"doc_id\":0,\"arguments\":[[\"a\"]],\"filtered_resps\":[[-1,true]]}",
		  "no context and continuation" },
		{ "{\"doc_id\":0,\"arguments\":[[\"a\",\"b\"]],\"filtered_resps\":[[-1,\"yes\"]]}",
		  "neither True nor False" },
		{ "{\"doc_id\":0,\"arguments\":[[\"a\",\"b\"]],\"filtered_resps\":[[\"-inf\","
		  "true]]}",
		  "'-inf' is no decimal" },
		{ "{\"doc_id\":0,\"arguments\":[[\"a\",\"b\"]],\"resps\":[[[-2,true]]],"
		  "\"filtered_resps\":[[-1,true]]}",
		  "contradict each other" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct eval_file file;
		struct error err = { 0 };

		assert_int_equal(scan(bad[i].text, EVAL_CHOICE, &file, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
		if (!strstr(err.text, bad[i].says))
			fail_msg("'%s' does not say '%s'", err.text, bad[i].says);
	}
}

static void lines_of_another_filter_are_in_no_mean(void **state)
{
	static const char text[] =
		ITEM_ID(0, "0", "\"filter\":\"none\",\"metrics\":[\"acc\"],\"acc\":0")
			ITEM_ID(0, "1", "\"filter\":\"best\",\"metrics\":[\"acc\"],\"acc\":1");
	struct eval_file file;
	struct error err = { 0 };

	(void)state;
	assert_done(scan(text, EVAL_CHOICE, &file, &err), &err);
	assert_int_equal(file.count, 1);
	assert_int_equal(file.mean_count, 1);
	assert_string_equal(file.mean[0].filter, "none");
	assert_int_equal(file.untold, 1);
	eval_file_release(&file);
}

static int run_of(const char *arguments, struct eval_run *out_run, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"config\":{\"model\":\"hf\",\"model_args\":%s,\"model_dtype\":"
		 "\"torch.float16\"},\"tokenizer_bos_token\":[\"None\",\"None\"],"
		 "\"tokenizer_eos_token\":[\"</s>\",2],\"max_length\":77}",
		 arguments);
	assert_done(json_parse(span_of(text), NULL, &file, err), err);
	return eval_run_read(file, out_run, err);
}

static void the_arguments_of_a_run_are_read_in_both_spellings(void **state)
{
	struct eval_run run;
	struct error err = { 0 };

	(void)state;
	assert_done(run_of("{\"pretrained\":\"x\",\"add_bos_token\":false}", &run, &err), &err);
	assert_int_equal(run.special, EVAL_SPECIAL_NO);
	assert_int_equal(run.dtype, FOREIGN_F16);
	assert_int_equal(run.prefix, 2);
	assert_int_equal(run.max_length, 77);
	assert_done(run_of("\"pretrained=x,add_bos_token=False\"", &run, &err), &err);
	assert_int_equal(run.special, EVAL_SPECIAL_NO);
	assert_done(run_of("\"pretrained=x,add_bos_token=True,peft=None\"", &run, &err), &err);
	assert_int_equal(run.special, EVAL_SPECIAL_YES);
	assert_done(run_of("\"pretrained=x\"", &run, &err), &err);
	assert_int_equal(run.special, EVAL_SPECIAL_DEFAULT);
	assert_fails(run_of("\"pretrained=x,peft=y\"", &run, &err), &err, ERROR_UNTRUSTED);
	assert_fails(run_of("{\"load_in_8bit\":true}", &run, &err), &err, ERROR_UNTRUSTED);
}

static void white_space_ends_where_python_says(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "", 0 },
		{ "a", 1 },
		{ "a b ", 3 },
		{ "a\n\t\x1f\r", 1 },
		{ "a\xc2\xa0\xc2\x85", 1 },
		{ "a\xe3\x80\x80\xe2\x80\x8a\xe2\x80\xa8", 1 },
		{ "a\xe2\x80\x8b", 4 }, /* U+200B is no white space */
		{ " \xe3\x80\x80", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(python_rstrip(span_of(cases[i].text)), cases[i].len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_accuracy_divides_by_its_own_length),
		cmocka_unit_test(a_target_is_a_number_a_list_or_the_text_of_a_choice),
		cmocka_unit_test(likelihoods_give_accuracy_and_perplexity),
		cmocka_unit_test(lines_of_another_filter_are_in_no_mean),
		cmocka_unit_test(what_does_not_follow_is_refused_with_its_line),
		cmocka_unit_test(the_arguments_of_a_run_are_read_in_both_spellings),
		cmocka_unit_test(white_space_ends_where_python_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
