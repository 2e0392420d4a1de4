/* config.json: both spellings mean the same, and what is not computed is refused by name. */
#include "tests/support.h"
#include "verify/architecture.h"
#include "verify/config.h"

#define LLAMA                                                                                      \
	"\"model_type\":\"llama\",\"num_hidden_layers\":3,\"hidden_size\":48,"                     \
	"\"intermediate_size\":100,\"num_attention_heads\":6,\"vocab_size\":101,"                  \
	"\"max_position_embeddings\":256"
#define MISTRAL                                                                                    \
	"\"model_type\":\"mistral\",\"num_hidden_layers\":3,\"hidden_size\":48,"                   \
	"\"intermediate_size\":100,\"num_attention_heads\":6,\"num_key_value_heads\":2,"           \
	"\"vocab_size\":101"
#define QWEN2                                                                                      \
	"\"model_type\":\"qwen2\",\"num_hidden_layers\":3,\"hidden_size\":48,"                     \
	"\"intermediate_size\":100,\"num_attention_heads\":6,\"num_key_value_heads\":2,"           \
	"\"vocab_size\":101"
#define GPT2                                                                                       \
	"\"model_type\":\"gpt2\",\"n_layer\":3,\"n_embd\":48,\"n_head\":6,"                        \
	"\"n_positions\":64,\"vocab_size\":101"
#define BERT                                                                                       \
	"\"model_type\":\"bert\",\"num_hidden_layers\":3,\"hidden_size\":48,"                      \
	"\"intermediate_size\":100,\"num_attention_heads\":6,\"vocab_size\":101"

static struct model_config read_done(const char *text)
{
	struct model_config config = { 0 };
	struct error err = { 0 };

	assert_done(model_config_read(span_of(text), &config, &err), &err);
	return config;
}

static void both_spellings_of_rotary_positions_mean_the_same(void **state)
{
	static const char *const pairs[][2] = {
		{ "{" LLAMA ",\"rope_theta\":500000.0}",
		  "{" LLAMA
		  ",\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":500000}}" },
		{ "{" LLAMA ",\"rope_scaling\":{\"type\":\"linear\",\"factor\":2.5}}",
		  "{" LLAMA ",\"rope_parameters\":{\"rope_type\":\"linear\",\"rope_theta\":1e4,"
		  "\"factor\":2.5}}" },
		{ "{" LLAMA ",\"rope_scaling\":null,\"rope_theta\":10000.0}", "{" LLAMA "}" },
		{ "{" LLAMA ",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8.0,"
		  "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0}}",
		  "{" LLAMA ",\"rope_parameters\":{\"rope_type\":\"llama3\",\"factor\":8.0,"
		  "\"low_freq_factor\":1.0,\"high_freq_factor\":4.0,\"rope_theta\":10000.0,"
		  "\"original_max_position_embeddings\":256}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct model_config four = read_done(pairs[i][0]), five = read_done(pairs[i][1]);

		assert_memory_equal(&four, &five, sizeof(four));
	}
}

static void rope_scaling_wins_over_rope_parameters(void **state)
{
	struct model_config config =
		read_done("{" LLAMA ",\"rope_scaling\":{\"type\":\"linear\",\"factor\":2},"
			  "\"rope_parameters\":{\"rope_type\":\"dynamic\",\"factor\":3}}");

	(void)state;
	assert_int_equal(config.rope.scaling, ROPE_LINEAR);
	assert_true(config.rope.factor == 2.0f);
	assert_int_equal(config.context, 512);
}

static void decimals_become_the_nearest_binary64_and_then_the_nearest_binary32(void **state)
{
	struct model_config config =
		read_done("{" LLAMA ",\"rms_norm_eps\":1.00000005960464477540e0}");
	float eps;

	(void)state;
	assert_true(config.eps == 1.0f);
	eps = read_done("{" LLAMA ",\"rms_norm_eps\":1e-05}").eps;
	assert_true(eps == (float)1e-05);
	eps = read_done("{" LLAMA "}").eps;
	assert_true(eps == (float)1e-6);
}

static void what_a_family_leaves_out_takes_its_default(void **state)
{
	struct model_config llama = read_done("{" LLAMA "}"), mistral = read_done("{" MISTRAL "}");
	struct model_config gpt2 = read_done("{" GPT2 "}"), bert = read_done("{" BERT "}");
	struct model_config qwen2 = read_done("{" QWEN2 "}");

	(void)state;
	assert_int_equal(llama.key_heads, 6);
	assert_int_equal(llama.head_dim, 8);
	assert_false(llama.tied);
	assert_int_equal(mistral.window, 4096);
	assert_true(model_config_slides(&mistral, 2));
	assert_int_equal(read_done("{" MISTRAL ",\"sliding_window\":null}").window, 0);
	assert_true(gpt2.tied);
	assert_int_equal(gpt2.intermediate, 192);
	assert_int_equal(gpt2.activation, ACTIVATION_GELU_TANH);
	assert_int_equal(bert.activation, ACTIVATION_GELU_ERF);
	assert_true(bert.eps == (float)1e-12);
	assert_true(model_config_needs_whole_probes(&bert));
	assert_false(model_config_needs_whole_probes(&llama));
	assert_true(qwen2.feature[FEATURE_QUERY_BIAS]);
	assert_int_equal(qwen2.window, 0);
}

static void a_window_slides_where_the_config_says(void **state)
{
	struct model_config by_count = read_done(
		"{" QWEN2
		",\"use_sliding_window\":true,\"sliding_window\":20,\"max_window_layers\":1}");
	struct model_config by_list = read_done(
		"{" QWEN2 ",\"use_sliding_window\":true,\"sliding_window\":20,\"layer_types\":"
		"[\"full_attention\",\"sliding_attention\",\"sliding_attention\"]}");

	(void)state;
	assert_memory_equal(&by_count, &by_list, sizeof(by_list));
	assert_false(model_config_slides(&by_list, 0));
	assert_true(model_config_slides(&by_list, 1));
}

/* What is wrong, how it must fail, and what the sentence must name. */
static const struct {
	const char *json;
	enum error_code code;
	const char *names;
} refused[] = {
	{ "{}", ERROR_UNTRUSTED, "model_type" },
	{ "[]", ERROR_UNTRUSTED, "model_type" },
	{ "{\"model_type\":\"mamba\"}", ERROR_UNTRUSTED, "'mamba'" },
	{ "{" LLAMA ",\"architectures\":[\"FooForCausalLM\"]}", ERROR_UNTRUSTED, "FooForCausalLM" },
	{ "{" LLAMA ",\"quantization_config\":{\"bits\":4}}", ERROR_UNTRUSTED,
	  "quantization_config" },
	{ "{" LLAMA ",\"final_logit_softcapping\":30.0}", ERROR_UNTRUSTED,
	  "final_logit_softcapping" },
	{ "{" LLAMA ",\"hidden_act\":\"quick_gelu\"}", ERROR_UNTRUSTED, "quick_gelu" },
	{ "{" LLAMA ",\"rope_scaling\":{\"type\":\"su\"}}", ERROR_UNTRUSTED, "'su'" },
	{ "{" LLAMA ",\"rope_parameters\":{\"mrope_section\":[1]}}", ERROR_UNTRUSTED,
	  "mrope_section" },
	{ "{" LLAMA ",\"partial_rotary_factor\":0.5}", ERROR_UNTRUSTED, "partial_rotary_factor" },
	{ "{" LLAMA ",\"rope_scaling\":{\"type\":\"linear\"}}", ERROR_CORRUPT, "factor" },
	{ "{" LLAMA ",\"layer_types\":[\"full_attention\"]}", ERROR_CORRUPT, "layer_types" },
	{ "{" LLAMA ",\"rms_norm_eps\":1e39}", ERROR_CORRUPT, "rms_norm_eps" },
	{ "{" LLAMA ",\"rms_norm_eps\":-1}", ERROR_CORRUPT, "epsilon" },
	{ "{" LLAMA ",\"rms_norm_eps\":\"1e-6\"}", ERROR_CORRUPT, "rms_norm_eps" },
	{ "{" LLAMA ",\"rope_theta\":0.5}", ERROR_CORRUPT, "rope_theta" },
	{ "{" LLAMA ",\"num_key_value_heads\":4}", ERROR_CORRUPT, "key heads" },
	{ "{" LLAMA ",\"num_key_value_heads\":0}", ERROR_CORRUPT, "num_key_value_heads" },
	{ "{" LLAMA ",\"head_dim\":7}", ERROR_CORRUPT, "pairs" },
	{ "{" LLAMA ",\"head_dim\":1000000}", ERROR_CORRUPT, "wider" },
	{ "{" LLAMA ",\"attention_bias\":1}", ERROR_CORRUPT, "attention_bias" },
	{ "{\"model_type\":\"llama\"}", ERROR_CORRUPT, "num_hidden_layers" },
	{ "{\"model_type\":\"llama\",\"num_hidden_layers\":4000000000}", ERROR_CORRUPT,
	  "num_hidden_layers" },
	{ "{\"model_type\":\"llama\",\"num_hidden_layers\":2.0}", ERROR_CORRUPT,
	  "num_hidden_layers" },
	{ "{" QWEN2 ",\"layer_types\":[\"full_attention\",\"sliding_attention\","
	  "\"full_attention\"]}",
	  ERROR_CORRUPT, "slides" },
	{ "{" GPT2 ",\"scale_attn_by_inverse_layer_idx\":true}", ERROR_UNTRUSTED,
	  "scale_attn_by_inverse_layer_idx" },
	{ "{" GPT2 ",\"scale_attn_weights\":false}", ERROR_UNTRUSTED, "scale_attn_weights" },
	{ "{" BERT ",\"is_decoder\":true}", ERROR_UNTRUSTED, "is_decoder" },
	{ "{" BERT ",\"position_embedding_type\":\"relative_key\"}", ERROR_UNTRUSTED,
	  "position_embedding_type" },
	{ "{" LLAMA, ERROR_CORRUPT, "config.json" },
};

static void what_is_not_computed_is_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct model_config config;
		struct error err = { 0 };

		assert_int_equal(model_config_read(span_of(refused[i].json), &config, &err), -1);
		if (err.code != refused[i].code || !strstr(err.text, refused[i].names))
			fail_msg("%s: code %d, '%s'", refused[i].json, (int)err.code, err.text);
	}
}

static void every_family_is_found_by_its_name(void **state)
{
	(void)state;
	assert_string_equal(architecture_list(), "bert, gpt2, llama, mistral, qwen2");
	assert_string_equal(architecture_find("gpt2")->name, "gpt2");
	assert_null(architecture_find("gpt3"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_spellings_of_rotary_positions_mean_the_same),
		cmocka_unit_test(rope_scaling_wins_over_rope_parameters),
		cmocka_unit_test(
			decimals_become_the_nearest_binary64_and_then_the_nearest_binary32),
		cmocka_unit_test(what_a_family_leaves_out_takes_its_default),
		cmocka_unit_test(a_window_slides_where_the_config_says),
		cmocka_unit_test(what_is_not_computed_is_refused_by_name),
		cmocka_unit_test(every_family_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
