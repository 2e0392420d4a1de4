/* Cards from facts: texts of strangers do nothing in them, and what somebody wrote stays. */
#include "registry/card.h"
#include "registry/card/markup.h"
#include "tests/support.h"

#include <stdlib.h>

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Facts with a hostile licence, dataset, option and task. */
static const char facts_text[] =
	"{\"schema\":\"akashi/facts/1\",\"origin\":\"example.org/log\",\"name\":\"a/m@1\","
	"\"identity\":\"sha256:" HEX64 "\",\"signer\":\"" HEX64 "\",\"license\":\"Apache-2.0\","
	"\"architecture\":\"LlamaForCausalLM\",\"parameters\":1777088512,"
	"\"config\":{\"num_hidden_layers\":24,\"hidden_size\":2048,\"rope_theta\":10000,"
	"\"transformers_version\":\"5.0\"},\"data\":[{\"name\":\"a/"
	"c@1\",\"identity\":\"sha256:" HEX64 "\",\"signer\":\"" HEX64
	"\",\"by\":\"checkpoint\",\"tokens\":\"2072488058295000000\","
	"\"tokensBasis\":\"index\",\"license\":\"x|y\\n# <script>alert(1)</script> "
	"[a](javascript:b)\","
	"\"url\":\"javascript:alert(1)\",\"languages\":[{\"language\":\"ja\","
	"\"tokens\":\"1007212528577000000\"}]}],"
	"\"runs\":[{\"name\":\"a/r@1\",\"signer\":\"" HEX64 "\",\"hyper\":{\"lr\":\"1e-4\","
	"\"adam-beta1\":\"0.9\",\"train_iters\":\"988240\",\"evil`x\":\"`|<b>\"},"
	"\"nodeSeconds\":90000,\"gpuSeconds\":720000,\"lowerBound\":true}],"
	"\"parents\":[{\"name\":\"b/base@2\",\"signer\":\"" HEX64
	"\",\"proof\":\"re-executed\",\"method\":\"average\",\"provedBy\":\"fedcba9876543210\"}],"
	"\"evals\":[{\"signer\":\"" HEX64 "\",\"identity\":\"sha256:" HEX64
	"\",\"independent\":true,\"format\":\"lm-evaluation-harness\",\"scores\":["
	"{\"task\":\"t: [x]\\n  evil: 1 # "
	"|\",\"metric\":\"acc\",\"filter\":\"none\",\"value\":\"1e-05\"},"
	"{\"task\":\"no\",\"metric\":\"acc\",\"filter\":\"\",\"state\":\"not-run\"}]}],"
	"\"records\":[],\"verifications\":[],\"standing\":[],\"undisclosed\":[{\"what\":\"run\"},"
	"{\"what\":\"dataset\"},{\"what\":\"dataset\"}]}";

struct made {
	struct json *facts;
	struct context ctx;
	struct card_wish wish;
	struct buffer out;
	char *text;
	struct error err;
};

static void made_begin(struct made *made)
{
	*made = (struct made){ .ctx = test_context() };
	assert_done(json_parse(span_of(facts_text), NULL, &made->facts, &made->err), &made->err);
	made->wish = (struct card_wish){ .ctx = &made->ctx, .facts = made->facts };
	buffer_init(&made->out, CARD_MAX_BYTES);
}

static void made_end(struct made *made)
{
	json_free(&made->facts);
	buffer_release(&made->out);
	free(made->text);
}

static const char *written(struct made *made)
{
	assert_done(card_write(&made->wish, &made->out, &made->err), &made->err);
	assert_done(buffer_to_text(&made->out, &made->text, &made->err), &made->err);
	return made->text;
}

static const char *updated(struct made *made, const char *old)
{
	made->out.len = 0;
	free(made->text);
	made->text = NULL;
	assert_done(card_update(&made->wish, span_of(old), "README.md", &made->out, &made->err),
		    &made->err);
	assert_done(buffer_to_text(&made->out, &made->text, &made->err), &made->err);
	return made->text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("it lacks: %s\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("it has: %s\n%s", part, text);
}

static void texts_of_strangers_are_one_scalar_of_yaml(void **state)
{
	static const struct {
		const char *text, *yaml;
	} one[] = {
		{ "apache-2.0", "apache-2.0" },
		{ "no", "\"no\"" },
		{ "NULL", "\"NULL\"" },
		{ "1e3", "\"1e3\"" },
		{ "", "\"\"" },
		{ "a: b", "\"a: b\"" },
		{ "*alias", "\"*alias\"" },
		{ "a\n---\nb", "\"a\\u000A---\\u000Ab\"" },
		{ "q\"\\", "\"q\\\"\\\\\"" },
		{ "\xe2\x80\xae\xe2\x80\xa8\xc2\x85", "\"\\u202E\\u2028\\u0085\"" },
		{ "\xf3\xa0\x80\x81", "\"\\U000E0001\"" },
		{ "日本語", "\"日本語\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		CLEANUP(buffer_release) struct buffer out;
		struct error err = { 0 };

		buffer_init(&out, 4096);
		assert_done(yaml_text(&out, one[i].text, &err), &err);
		assert_true(span_equal(buffer_view(&out), span_of(one[i].yaml)));
	}
}

static void decimals_are_numbers_in_yaml_1_1_as_well(void **state)
{
	static const struct {
		const char *text, *yaml;
	} one[] = { { "0.5", "0.5" },         { "5", "5" },       { "1e-05", "1.0e-05" },
		    { "1.5E10", "1.5e+10" },  { "007", "007.0" }, { "-0", "-0" },
		    { "1_000", "\"1_000\"" }, { ".5", "\".5\"" }, { "1e", "\"1e\"" } };

	(void)state;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		CLEANUP(buffer_release) struct buffer out;
		struct error err = { 0 };

		buffer_init(&out, 4096);
		assert_done(yaml_decimal(&out, one[i].text, &err), &err);
		if (!span_equal(buffer_view(&out), span_of(one[i].yaml)))
			fail_msg("%s became %.*s", one[i].text, (int)out.len,
				 (const char *)out.data);
	}
}

static void a_commit_is_linked_where_its_host_is_known_and_nowhere_else(void **state)
{
	char url[COMMIT_URL_SIZE];

	(void)state;
	assert_true(commit_url("git@github.com:o/r.git", "abc", url));
	assert_string_equal(url, "https://github.com/o/r/tree/abc");
	assert_true(commit_url("https://gitlab.com/o/r", "abc", url));
	assert_string_equal(url, "https://gitlab.com/o/r/-/tree/abc");
	assert_false(commit_url("https://github.com.evil.example/o/r", "abc", url));
	assert_false(commit_url("file:///srv/x", "abc", url));
}

static void hours_are_rounded_to_hundredths(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} one[] = { { 0, "0.00" },
		    { 18, "0.01" },
		    { 17, "0.00" },
		    { 3599, "1.00" },
		    { 809568000, "224,880.00" } };

	(void)state;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		CLEANUP(buffer_release) struct buffer out;
		struct error err = { 0 };

		buffer_init(&out, 4096);
		assert_done(markdown_hours(&out, one[i].seconds, &err), &err);
		assert_true(span_equal(buffer_view(&out), span_of(one[i].text)));
	}
}

static void a_card_tells_the_facts_and_strangers_write_nothing_into_it(void **state)
{
	struct made made;
	const char *text;

	(void)state;
	made_begin(&made);
	text = written(&made);
	has(text, "license: apache-2.0\n");
	has(text, "language:\n- ja\n");
	has(text, "base_model:\n- b/base\n");
	has(text, "|Number of parameters|1,777,088,512|\n");
	has(text, "|tokens, from the index|2,072,488,058,295,000,000|1,007,212,528,577,000,000|");
	has(text, "Japanese 48.6%");
	has(text, "|Initial learning rate|1e-4|\n");
	has(text, "|Beta1|0.9|\n");
	has(text, "|Total training steps|988240|\n");
	has(text, "|Node-hours|at least 25.00|\n|GPU-hours|at least 200.00|\n");
	has(text, "- Made from: `b/base@2` (average) — re-executed by key `fedcba987654`\n");
	has(text, "- Not disclosed (committed to): dataset × 2, run × 1\n");
	has(text, "### Measured by others");
	lacks(text, "### Measured by the publisher");
	has(text, "|acc|1e-05|");
	has(text, "|acc|not run|");
	has(text, "      value: 1.0e-05\n");
	has(text, "name: \"t: \\u005Bx]\\u000A  evil: 1 # |\"\n");
	lacks(text, "\n  evil");
	lacks(text, "<script");
	lacks(text, "[a](");
	lacks(text, "|[a/c"); /* the address of the dataset is none */
	lacks(text, "`evil");
	has(text, "x\\|y\\\\x0a\\# &lt;script&gt;");
	made_end(&made);
}

static void a_card_is_written_in_japanese_and_in_the_hubs_style(void **state)
{
	struct made made;
	const char *text;

	(void)state;
	made_begin(&made);
	made.wish.language = CARD_JAPANESE;
	text = written(&made);
	has(text, "|パラメータ数|1,777,088,512|\n");
	has(text, "|ノード時間|少なくとも25.00|\n");
	has(text, "## 来歴");
	lacks(text, "Number of");
	made_end(&made);
	made_begin(&made);
	made.wish.template = CARD_HUB;
	text = written(&made);
	assert_memory_equal(text, "# a/m@1\n", 8);
	has(text, "# Model specs\n\n|Spec name|Value|\n|:---|:---|\n|Base model structure|");
	has(text, "|Number of tokens (Japanese)|1,007,212,528,577,000,000|");
	has(text, "# Environmental specs");
	has(text, "# Comments\n");
	lacks(text, "---\nlicense");
	made_end(&made);
}

static void what_stands_outside_the_markers_stays_byte_for_byte(void **state)
{
	static const char old[] = "---\n# mine\ntitle: x  # kept\nlicense: mit\ntags: [a, 'b c']\n"
				  "language:\n  - en # of the model\n---\n# My model\n\nhand\r\n\n"
				  "<!-- akashi:begin specs -->\nstale\n<!-- akashi:end specs -->\n"
				  "more by hand\n<!-- akashi:omit compute -->\n";
	struct made made;
	char *first;

	(void)state;
	made_begin(&made);
	first = strdup(written(&made));
	assert_string_equal(updated(&made, first), first);

	(void)updated(&made, old);
	has(made.text,
	    "---\n# mine\ntitle: x  # kept\nlicense: apache-2.0\ntags:\n- a\n- \"b c\"\n- akashi\n"
	    "language:\n  - en # of the model\n  - ja\nlibrary_name: transformers\n");
	has(made.text, "---\n# My model\n\nhand\r\n\n<!-- akashi:begin specs -->\n## Model specs");
	has(made.text, "<!-- akashi:end specs -->\n\n<!-- akashi:begin data -->\n");
	has(made.text, "\nmore by hand\n<!-- akashi:omit compute -->\n");
	lacks(made.text, "stale");
	lacks(made.text, "akashi:begin compute");
	free(first);
	first = strdup(made.text);
	assert_string_equal(updated(&made, first), first);
	free(first);
	made_end(&made);
}

static void results_of_others_stay_and_our_own_are_written_anew(void **state)
{
	struct made made;

	(void)state;
	made_begin(&made);
	(void)updated(&made,
		      "---\nmodel-index:\n- name: x\n  results:\n  - task:\n      type: y\n"
		      "    source:\n      name: Leaderboard\n      url: https://x.org\n---\n");
	has(made.text, "name: Leaderboard");
	lacks(made.text, "akashi: lm-evaluation-harness");
	(void)updated(&made,
		      "---\nmodel-index:\n- name: x\n  results:\n  - task:\n      type: y\n"
		      "    source:\n      name: 'akashi: old'\n      url: https://x.org\n---\n");
	lacks(made.text, "akashi: old");
	has(made.text, "akashi: lm-evaluation-harness");
	made_end(&made);
}

static void what_cannot_be_read_is_refused_with_its_line_and_nothing_is_written(void **state)
{
	static const struct {
		const char *old, *says;
	} one[] = {
		{ "# x\n<!-- akashi:begin specs -->\nno end\n", "README.md, line 2" },
		{ "---\nlicense: mit\n# no end\n", "README.md, line 1" },
		{ "---\n- a\n- b\n---\n", "no map" },
		{ "---\n{license: mit, title: x}\n---\n", "README.md, line 2: several keys" },
		{ "# x\n<!-- not closed\n", "does not end, and would hide" },
		{ "# x\n```\ncode\n", "does not end, and would hide" },
		{ "---\na: &x [1]\nb: *x\n---\n", "README.md, line 2" },
		{ "<!-- akashi:begin hub-model -->\n<!-- akashi:end hub-model -->\n",
		  "--template hub" },
	};
	struct made made;

	(void)state;
	made_begin(&made);
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		made.err = (struct error){ 0 };
		assert_int_equal(card_update(&made.wish, span_of(one[i].old), "README.md",
					     &made.out, &made.err),
				 -1);
		has(made.err.text, one[i].says);
	}
	made_end(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_strangers_are_one_scalar_of_yaml),
		cmocka_unit_test(decimals_are_numbers_in_yaml_1_1_as_well),
		cmocka_unit_test(a_commit_is_linked_where_its_host_is_known_and_nowhere_else),
		cmocka_unit_test(hours_are_rounded_to_hundredths),
		cmocka_unit_test(a_card_tells_the_facts_and_strangers_write_nothing_into_it),
		cmocka_unit_test(a_card_is_written_in_japanese_and_in_the_hubs_style),
		cmocka_unit_test(what_stands_outside_the_markers_stays_byte_for_byte),
		cmocka_unit_test(results_of_others_stay_and_our_own_are_written_anew),
		cmocka_unit_test(
			what_cannot_be_read_is_refused_with_its_line_and_nothing_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
