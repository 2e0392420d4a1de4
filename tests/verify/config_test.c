/* config.json: both spellings mean the same, and what is not computed is refused by name. */
#include "tests/support.h"
#include "verify/architecture.h"
#include "verify/config.h"

#include <stdio.h>

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

#define SIZES                                                                                      \
	"\"num_hidden_layers\":3,\"hidden_size\":48,\"intermediate_size\":100,"                    \
	"\"num_attention_heads\":6,\"vocab_size\":101"
#define GEMMA "\"model_type\":\"gemma\",\"num_key_value_heads\":2," SIZES
#define GEMMA2 "\"model_type\":\"gemma2\",\"num_key_value_heads\":2," SIZES
#define GEMMA3 "\"model_type\":\"gemma3_text\",\"num_key_value_heads\":2," SIZES
#define QWEN3 "\"model_type\":\"qwen3\",\"num_key_value_heads\":2," SIZES
#define OLMO "\"model_type\":\"olmo\"," SIZES
#define NEOX "\"model_type\":\"gpt_neox\"," SIZES
#define PHI3 "\"model_type\":\"phi3\"," SIZES
#define STABLELM "\"model_type\":\"stablelm\",\"num_key_value_heads\":2," SIZES
#define ROBERTA "\"model_type\":\"roberta\"," SIZES
#define FACTORS "\"short_factor\":[1,1,1.5,2],\"long_factor\":[1,2,4,8]"

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

/* Two spellings of one model. */
static void same(const char *left, const char *right)
{
	struct model_config a = read_done(left), b = read_done(right);

	if (memcmp(&a, &b, sizeof(a)))
		fail_msg("%s\nis not\n%s", left, right);
}

static void every_family_is_read_in_both_spellings(void **state)
{
	(void)state;
	same("{" NEOX ",\"rotary_pct\":0.5,\"rotary_emb_base\":5000}",
	     "{" NEOX ",\"rope_parameters\":{\"rope_type\":\"default\",\"rope_theta\":5000.0,"
	     "\"partial_rotary_factor\":0.5}}");
	same("{" NEOX ",\"rotary_pct\":0.5,\"partial_rotary_factor\":0.5,\"rope_theta\":10000}",
	     "{" NEOX ",\"rotary_pct\":0.5}");
	same("{" GEMMA3 ",\"rope_theta\":5e5,\"rope_local_base_freq\":2e4,\"rope_scaling\":"
	     "{\"rope_type\":\"linear\",\"factor\":8.0},\"sliding_window_pattern\":2}",
	     "{" GEMMA3 ",\"rope_parameters\":{\"full_attention\":{\"rope_type\":\"linear\","
	     "\"factor\":8.0,\"rope_theta\":5e5},\"sliding_attention\":{\"rope_type\":\"default\","
	     "\"rope_theta\":2e4}},\"layer_types\":[\"sliding_attention\",\"full_attention\","
	     "\"sliding_attention\"]}");
	same("{" GEMMA3 "}", "{" GEMMA3 ",\"rope_theta\":1e6,\"rope_local_base_freq\":10000}");
	same("{" GEMMA ",\"hidden_act\":\"gelu\",\"hidden_activation\":null}",
	     "{" GEMMA ",\"hidden_activation\":\"gelu_pytorch_tanh\"}");
	same("{" GEMMA2 "}", "{" GEMMA2 ",\"layer_types\":[\"sliding_attention\","
			     "\"full_attention\",\"sliding_attention\"]}");
	same("{" PHI3 ",\"rope_scaling\":{\"type\":\"su\"," FACTORS "}}",
	     "{" PHI3 ",\"rope_parameters\":{\"rope_type\":\"longrope\",\"rope_theta\":10000.0,"
	     "\"original_max_position_embeddings\":7,\"partial_rotary_factor\":1.0," FACTORS "}}");
	same("{" PHI3 ",\"sliding_window\":9}",
	     "{" PHI3 ",\"sliding_window\":9,\"layer_types\":[\"sliding_attention\","
	     "\"sliding_attention\",\"sliding_attention\"]}");
}

static void families_differ_in_what_they_leave_out(void **state)
{
	struct model_config gemma = read_done("{" GEMMA "}"), gemma2 = read_done("{" GEMMA2 "}");
	struct model_config gemma3 = read_done("{" GEMMA3 "}"), neox = read_done("{" NEOX "}");
	struct model_config olmo = read_done("{" OLMO ",\"clip_qkv\":8.0}");
	struct model_config roberta = read_done("{" ROBERTA "}");
	struct model_config phi3 = read_done("{" PHI3 ",\"partial_rotary_factor\":0.75}");

	(void)state;
	assert_int_equal(gemma.head_dim, 256);
	assert_true(gemma.tied && gemma.embedding_scale == 0x1.bb67aep+2f);
	assert_int_equal(gemma.activation, ACTIVATION_GELU_TANH);
	assert_true(gemma2.query_scalar == 256.0f && gemma2.score_cap == 50.0f);
	assert_true(gemma2.logit_cap == 30.0f);
	assert_true(model_config_slides(&gemma2, 0) && !model_config_slides(&gemma2, 1));
	gemma2 = read_done("{" GEMMA2 ",\"attn_logit_softcapping\":null}");
	assert_true(gemma2.score_cap == 0.0f);
	assert_true(gemma3.rope.theta == 1e6f && gemma3.local_rope.theta == 1e4f);
	assert_true(gemma3.logit_cap == 0.0f && model_config_slides(&gemma3, 2));
	assert_int_equal(neox.rope.dim, 2);
	assert_true(neox.feature[FEATURE_PARALLEL] && neox.feature[FEATURE_QUERY_BIAS]);
	assert_true(olmo.feature[FEATURE_CLIP] && olmo.clip == 8.0f && olmo.eps == 1e-5f);
	assert_false(read_done("{" OLMO ",\"clip_qkv\":null}").feature[FEATURE_CLIP]);
	assert_true(roberta.pads && roberta.padding == 1 && roberta.context == 510);
	assert_int_equal(phi3.rope.dim, 6);
	assert_int_equal(read_done("{" PHI3 "}").window, 0);
	assert_true(model_config_needs_whole_probes(&roberta));
	phi3 = read_done("{" PHI3 ",\"rope_scaling\":{\"type\":\"longrope\"," FACTORS "}}");
	assert_true(model_config_needs_whole_probes(&phi3));
	assert_int_equal(phi3.rope.original_context, 4096);
}

/* 0.7 x 20 is 14 in binary64; of the nearest binary32 to 0.7 it is less. */
static void shares_of_a_head_are_cut_in_binary64(void **state)
{
	struct model_config config =
		read_done("{\"model_type\":\"gpt_neox\",\"num_hidden_layers\":1,\"hidden_size\":40,"
			  "\"intermediate_size\":10,\"num_attention_heads\":2,\"vocab_size\":9,"
			  "\"rotary_pct\":0.7}");

	(void)state;
	assert_int_equal(config.rope.dim, 14);
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
	{ "{" LLAMA
	  ",\"rope_scaling\":{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,"
	  "\"high_freq_factor\":1}}",
	  ERROR_CORRUPT, "config.json: rope: llama3 frequency factors 4 and 1 are not ascending" },
	{ "{" LLAMA ",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":2,\"beta_fast\":-1}}",
	  ERROR_CORRUPT, "betas" },
	{ "{" LLAMA ",\"head_dim\":2,\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":2}}",
	  ERROR_CORRUPT, "over 2 dimensions" },
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
	{ "{\"model_type\":\"gemma3\",\"text_config\":{\"model_type\":\"gemma3_text\"},"
	  "\"vision_config\":{}}",
	  ERROR_UNTRUSTED, "export the text model by itself" },
	{ "{\"model_type\":\"olmo3\"}", ERROR_UNTRUSTED, "'olmo3' is not computed" },
	{ "{" GEMMA ",\"use_bidirectional_attention\":true}", ERROR_UNTRUSTED,
	  "use_bidirectional_attention" },
	{ "{" GEMMA ",\"hidden_activation\":\"silu\"}", ERROR_UNTRUSTED, "contradict" },
	{ "{" GEMMA2 ",\"sliding_window\":null}", ERROR_CORRUPT, "sliding window" },
	{ "{" GEMMA2 ",\"attn_logit_softcapping\":-1}", ERROR_CORRUPT, "attn_logit_softcapping" },
	{ "{" GEMMA2 ",\"query_pre_attn_scalar\":0}", ERROR_CORRUPT, "query_pre_attn_scalar" },
	{ "{" GEMMA2 ",\"query_pre_attn_scalar\":null}", ERROR_CORRUPT,
	  "'query_pre_attn_scalar' is null" },
	{ "{" GEMMA3 ",\"query_pre_attn_scalar\":null}", ERROR_CORRUPT,
	  "'query_pre_attn_scalar' is null" },
	{ "{" GEMMA3 ",\"attn_logit_softcapping\":50.0}", ERROR_UNTRUSTED,
	  "attn_logit_softcapping" },
	{ "{" GEMMA3 ",\"rope_parameters\":{\"rope_type\":\"default\"}}", ERROR_UNTRUSTED,
	  "'rope_type', where only kinds of layers" },
	{ "{" GEMMA3 ",\"rope_scaling\":{\"rope_type\":\"linear\",\"factor\":2},"
	  "\"rope_parameters\":{}}",
	  ERROR_UNTRUSTED, "rope_parameters" },
	{ "{" GEMMA3 ",\"partial_rotary_factor\":0.5}", ERROR_UNTRUSTED, "turns whole heads" },
	{ "{" OLMO ",\"clip_qkv\":0}", ERROR_CORRUPT, "clip_qkv" },
	{ "{" LLAMA ",\"clip_qkv\":8.0}", ERROR_UNTRUSTED, "clip_qkv" },
	{ "{" OLMO ",\"layer_types\":[\"full_attention\",\"sliding_attention\","
	  "\"full_attention\"]}",
	  ERROR_CORRUPT, "slides" },
	{ "{" PHI3 ",\"sliding_window\":9,\"layer_types\":[\"full_attention\","
	  "\"sliding_attention\",\"full_attention\"]}",
	  ERROR_UNTRUSTED, "tell layers apart" },
	{ "{" PHI3 ",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":2}}", ERROR_UNTRUSTED,
	  "'yarn'" },
	{ "{" PHI3 ",\"rope_scaling\":{\"type\":\"longrope\",\"short_factor\":[1],"
	  "\"long_factor\":[1]}}",
	  ERROR_CORRUPT, "4 numbers" },
	{ "{" PHI3 ",\"rope_scaling\":{\"type\":\"longrope\",\"short_factor\":[1,1,1,0],"
	  "\"long_factor\":[1,1,1,1]}}",
	  ERROR_CORRUPT, "above 0" },
	{ "{" LLAMA ",\"rope_scaling\":{\"type\":\"su\"," FACTORS "}}", ERROR_UNTRUSTED, "'su'" },
	{ "{" NEOX ",\"rotary_pct\":0.5,\"partial_rotary_factor\":0.25}", ERROR_UNTRUSTED,
	  "contradict each other" },
	{ "{" NEOX ",\"rope_theta\":500000.0}", ERROR_UNTRUSTED, "contradict each other" },
	{ "{" NEOX ",\"rotary_pct\":0.15}", ERROR_CORRUPT, "in pairs" },
	{ "{" NEOX ",\"rotary_pct\":1.5}", ERROR_CORRUPT, "share of 1.5" },
	{ "{" NEOX ",\"rotary_pct\":0}", ERROR_CORRUPT, "share of 0" },
	{ "{" NEOX ",\"head_dim\":16}", ERROR_UNTRUSTED, "make up the hidden size" },
	{ "{" STABLELM ",\"head_dim\":16}", ERROR_UNTRUSTED, "make up the hidden size" },
	{ "{" STABLELM ",\"partial_rotary_factor\":0.4}", ERROR_CORRUPT, "in pairs" },
	{ "{" ROBERTA ",\"pad_token_id\":null}", ERROR_CORRUPT, "pad_token_id" },
	{ "{" ROBERTA ",\"pad_token_id\":511}", ERROR_CORRUPT, "pad_token_id" },
	{ "{" ROBERTA ",\"position_embedding_type\":\"relative_key\"}", ERROR_UNTRUSTED,
	  "position_embedding_type" },
	{ "{" QWEN3 ",\"layer_types\":[\"full_attention\",\"linear_attention\","
	  "\"full_attention\"]}",
	  ERROR_UNTRUSTED, "linear_attention" },
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
	char list[512], *rest = list, *name;
	size_t count = 0;

	(void)state;
	snprintf(list, sizeof(list), "%s", architecture_list());
	while ((name = strsep(&rest, ","))) {
		name += *name == ' ';
		assert_non_null(architecture_find(name));
		assert_string_equal(architecture_find(name)->name, name);
		count++;
	}
	assert_true(count > 10);
	assert_string_equal(architecture_find("xlm-roberta")->name, "xlm-roberta");
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
		cmocka_unit_test(every_family_is_read_in_both_spellings),
		cmocka_unit_test(families_differ_in_what_they_leave_out),
		cmocka_unit_test(shares_of_a_head_are_cut_in_binary64),
		cmocka_unit_test(what_is_not_computed_is_refused_by_name),
		cmocka_unit_test(every_family_is_found_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
