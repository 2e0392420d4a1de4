/* Numbers and labels of cards mean what people take them to mean, and nothing is guessed. */
#include "tests/support.h"

#include "verify/card/number.h"
#include "verify/card/value.h"

static enum card_agreement compare(enum card_meaning meaning, const char *written, const char *fact)
{
	enum card_agreement agreement;
	struct error err = { 0 };

	assert_done(card_value_compare(meaning, written, fact, &agreement, &err), &err);
	return agreement;
}

#define agrees(meaning, written, fact)                                                             \
	assert_int_equal(compare(CARD_MEANING_##meaning, written, fact), CARD_AGREES)
#define differs(meaning, written, fact)                                                            \
	assert_int_equal(compare(CARD_MEANING_##meaning, written, fact), CARD_DIFFERS)
#define unclear(meaning, written, fact)                                                            \
	assert_int_equal(compare(CARD_MEANING_##meaning, written, fact), CARD_UNCLEAR)

static void a_fact_rounds_to_the_digits_that_are_written(void **state)
{
	(void)state;
	agrees(parameters, "1.8B", "1777088512");
	differs(parameters, "1.7B", "1777088512");
	agrees(parameters, "1,777,088,512", "1777088512");
	differs(parameters, "1,777,088,511", "1777088512");
	agrees(parameters, "約1.8B", "1777088512");
	agrees(parameters, "172b", "171863556096");
	differs(parameters, "171B", "171863556096");
	agrees(parameters, "1.78 billion parameters", "1777088512");
	agrees(tokens, "2.1T", "2072488058295");
	agrees(tokens, "2.07T", "2072488058295");
	differs(tokens, "2.08T", "2072488058295");
	agrees(tokens, "2.1兆トークン", "2072488058295");
	agrees(tokens, "2兆724億", "2072400000000");
	differs(tokens, "1.4兆", "2072488058295");
	agrees(tokens, "２，０７２，４８８，０５８，２９５", "2072488058295"); /* full width */
	agrees(tokens, "2,072,488,058,295 Token", "2072488058295");
	agrees(tokens, "約2,000,000", "2072488"); /* zeros are rounding where it says about */
	differs(tokens, "2,000,000", "2072488");
	agrees(flops, "3.2×10^23", "321000000000000000000000");
}

static void decimals_and_exponents_are_one_number(void **state)
{
	(void)state;
	agrees(learning_rate, "8e-5", "8.0E-05");
	agrees(learning_rate, "0.00008", "8e-5");
	agrees(learning_rate, "3 x 10^{-4}", "0.0003");
	differs(learning_rate, "3e-4", "3e-5");
	agrees(beta2, "0.95", "0.950");
	differs(beta2, "0.999", "0.95");
	agrees(dropout, "0.0", "0");
}

static void a_length_in_k_may_be_counted_in_1024(void **state)
{
	(void)state;
	agrees(context, "128K", "131072");
	agrees(context, "4k tokens", "4096");
	differs(context, "8k", "4096");
	differs(learning_rate, "128k", "131072");
}

static void another_unit_is_nothing_to_compare(void **state)
{
	(void)state;
	unclear(tokens, "300 GB", "300");
	unclear(batch_size, "4M tokens", "1024");
	unclear(parameters, "1.7B active parameters", "1777088512");
	unclear(learning_rate, "3e-4 to 3e-5", "3e-4");
	unclear(tensor_parallel, "\xe2\x9d\x8c", "4");
	unclear(layers, "many", "24");
	unclear(parameters, "99999999999999999999999", "1");
}

static void names_agree_by_their_words(void **state)
{
	(void)state;
	agrees(architecture, "Llama-2", "llama");
	agrees(architecture, "Llama", "LlamaForCausalLM");
	agrees(architecture, "Llama2", "llama");
	differs(architecture, "Qwen 2.5", "qwen3");
	differs(architecture, "Mixtral", "llama");
	agrees(optimizer, "AdamW", "adam");
	agrees(precision, "BF16 for parameters, FP32 for optimizer", "bfloat16");
	differs(precision, "fp16", "bfloat16");
	agrees(accelerator, "NVIDIA H100 80GB", "NVIDIA H100 80GB HBM3");
	differs(accelerator, "NVIDIA A100 80GB", "NVIDIA H100 80GB HBM3");
	agrees(license, "Apache License, Version 2.0", "apache-2.0");
	differs(license, "cc-by-4.0", "cc-by-nc-4.0");
	agrees(tokenizer, "tok-100k.ver3.0b1.model", "/a/b/tok-100k.ver3.0b1.model");
	differs(tokenizer, "tok-100k.ver2.2.model", "/a/b/tok-100k.ver3.0b1.model");
	unclear(tokenizer, "Unigram with byte fallback", "/a/b/tok.model");
	agrees(dataset, "LLM-x corpus v3.1", "llm-x/corpus@v3.1");
	unclear(dataset, "LLM-x corpus v3", "llm-x/corpus@v3.1");
	differs(cluster, "Google Cloud (asia-southeast1-c)", "sakura");
}

static void flags_languages_commits_and_dates_are_read(void **state)
{
	(void)state;
	agrees(grouped_query, "\xe2\x9c\x85", "true");
	differs(tied_embeddings, "No", "true");
	agrees(language, "日本語", "ja");
	differs(language, "en", "ja");
	unclear(language, "fr", "other");
	agrees(commit, "48cadf3", "48cadf30d35addadb3761358f7c75c2e25952cc6");
	differs(commit, "58cadf3", "48cadf30d35addadb3761358f7c75c2e25952cc6");
	unclear(commit, "48c", "48cadf30d35addadb3761358f7c75c2e25952cc6");
	agrees(began, "2024年7月", "2024-07-16T00:00:00Z");
	agrees(began, "2024-7-16", "2024-07-16T00:00:00Z");
	differs(began, "2024/08", "2024-07-16T00:00:00Z");
	unclear(began, "summer", "2024-07-16T00:00:00Z");
}

static void scores_may_be_percentages(void **state)
{
	enum card_agreement agreement;
	struct error err = { 0 };

	(void)state;
	assert_done(card_score_compare("45.3", "0.4532", &agreement, &err), &err);
	assert_int_equal(agreement, CARD_AGREES);
	assert_done(card_score_compare("0.453", "0.4532", &agreement, &err), &err);
	assert_int_equal(agreement, CARD_AGREES);
	assert_done(card_score_compare("45.4%", "0.4532", &agreement, &err), &err);
	assert_int_equal(agreement, CARD_DIFFERS);
	assert_done(card_score_compare("-", "0.4532", &agreement, &err), &err);
	assert_int_equal(agreement, CARD_UNCLEAR);
}

static enum card_meaning label(const char *text)
{
	enum card_meaning meaning;
	struct error err = { 0 };

	assert_done(card_meaning_of_label(span_of(text), &meaning, &err), &err);
	return meaning;
}

static void labels_of_people_and_programs_are_known(void **state)
{
	enum card_meaning meaning;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(label("Number of FFN hidden units(intermediate size)"),
			 CARD_MEANING_intermediate_size);
	assert_int_equal(label("num_hidden_layers"), CARD_MEANING_layers);
	assert_int_equal(label(" Learning-rate : "), CARD_MEANING_learning_rate);
	assert_int_equal(label("学習トークン数"), CARD_MEANING_tokens);
	assert_int_equal(label("ＧＰＵ数"), CARD_MEANING_accelerators);
	assert_int_equal(label("Model type"), CARD_MEANING_NONE);
	assert_int_equal(label("Warmup strategy"), CARD_MEANING_NONE);
	assert_int_equal(label(""), CARD_MEANING_NONE);
	assert_done(card_meaning_of_key(span_of("--num-query-groups"), &meaning, &err), &err);
	assert_int_equal(meaning, CARD_MEANING_key_value_heads);
	assert_done(card_meaning_of_key(span_of("model_type"), &meaning, &err), &err);
	assert_int_equal(meaning, CARD_MEANING_architecture);
	assert_done(card_meaning_of_key(span_of("層"), &meaning, &err), &err);
	assert_int_equal(meaning, CARD_MEANING_NONE);
}

static void the_longest_unit_behind_a_number_counts(void **state)
{
	enum card_meaning meaning;
	bool decides;

	(void)state;
	assert_int_equal(card_unit_take(span_of(" active parameters of"), &meaning, &decides), 18);
	assert_int_equal(meaning, CARD_MEANING_active_parameters);
	assert_int_equal(card_unit_take(span_of("-node-hours"), &meaning, &decides), 11);
	assert_int_equal(meaning, CARD_MEANING_node_hours);
	assert_true(card_unit_take(span_of("トークンで"), &meaning, &decides) > 0);
	assert_int_equal(meaning, CARD_MEANING_tokens);
	assert_true(decides);
	assert_int_equal(card_unit_take(span_of(" tokenizers"), &meaning, &decides), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fact_rounds_to_the_digits_that_are_written),
		cmocka_unit_test(decimals_and_exponents_are_one_number),
		cmocka_unit_test(a_length_in_k_may_be_counted_in_1024),
		cmocka_unit_test(another_unit_is_nothing_to_compare),
		cmocka_unit_test(names_agree_by_their_words),
		cmocka_unit_test(flags_languages_commits_and_dates_are_read),
		cmocka_unit_test(scores_may_be_percentages),
		cmocka_unit_test(labels_of_people_and_programs_are_known),
		cmocka_unit_test(the_longest_unit_behind_a_number_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
