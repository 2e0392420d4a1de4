/* A config.json that contradicts the tensors, or does not tell the whole, is refused. */
#include <stdio.h>

#include "tests/verify/tiny_model.h"

/* Write, open, expect a failure whose sentence names something. */
static void refused(const struct tiny_model *model, enum error_code code, const char *names)
{
	char *folder = test_folder();
	struct tiny_open open;
	struct error err = { 0 };

	tiny_model_write(model, folder);
	assert_int_equal(tiny_model_open(folder, 0, NULL, &open, &err), -1);
	if (err.code != code || !strstr(err.text, names))
		fail_msg("code %d, '%s', without '%s'", (int)err.code, err.text, names);
	test_folder_remove(&folder);
}

/* Write, open; how many tensors nothing reads. */
static size_t unread_of(const struct tiny_model *model)
{
	char *folder = test_folder();
	struct tiny_open open;
	struct error err = { 0 };
	size_t unread;

	tiny_model_write(model, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	unread = forward_unread_count(open.forward);
	tiny_model_close(&open);
	test_folder_remove(&folder);
	return unread;
}

static void sizes_that_the_tensors_do_not_have_are_refused(void **state)
{
	static const struct {
		const char *from, *to, *names;
	} edits[] = {
		{ "\"hidden_size\":24", "\"hidden_size\":48", "[67, 24], and [67, 48]" },
		{ "\"vocab_size\":67", "\"vocab_size\":68", "vocabulary" },
		{ "\"intermediate_size\":40", "\"intermediate_size\":41", "intermediate size" },
		{ "\"num_key_value_heads\":2", "\"num_key_value_heads\":4", "key heads" },
		{ "\"num_attention_heads\":4", "\"num_attention_heads\":4,\"head_dim\":8",
		  "head size" },
		{ "\"num_hidden_layers\":2", "\"num_hidden_layers\":3",
		  "'model.layers.2.input_layernorm.weight' is missing" },
		{ "\"num_hidden_layers\":2", "\"num_hidden_layers\":2000", "2000 layers" },
		{ "\"num_hidden_layers\":2", "\"num_hidden_layers\":1", "it says 1 layers" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct tiny_model model = tiny_model("llama");

		tiny_config_edit(&model, edits[i].from, edits[i].to);
		refused(&model, ERROR_CORRUPT, edits[i].names);
	}
}

static void a_missing_tensor_is_named(void **state)
{
	struct tiny_model model = tiny_model("llama"), gpt2 = tiny_model("gpt2");

	(void)state;
	tiny_tensor_drop(&model, "model.layers.1.mlp.up_proj.weight");
	refused(&model, ERROR_CORRUPT, "'model.layers.1.mlp.up_proj.weight' is missing");
	tiny_tensor_drop(&gpt2, "transformer.wte.weight");
	refused(&gpt2, ERROR_CORRUPT, "wte.weight");
}

static void biases_are_neither_missing_nor_left_over(void **state)
{
	struct tiny_model without = tiny_model("llama"), with = tiny_model("llama");

	(void)state;
	tiny_config_edit(&without, "}", ",\"attention_bias\":true}");
	refused(&without, ERROR_CORRUPT, "self_attn.q_proj.bias' is missing");
	tiny_tensor_add(&with, "model.layers.0.mlp.up_proj.bias", 0, 40);
	refused(&with, ERROR_CORRUPT, "says that there is no 'model.layers.0.mlp.up_proj.bias'");
}

static void unknown_tensors_inside_layers_and_modules_are_not_guessed_about(void **state)
{
	struct tiny_model layer = tiny_model("llama"), beside = tiny_model("llama");

	(void)state;
	tiny_tensor_add(&layer, "model.layers.0.self_attn.q_norm.weight", 0, 6);
	refused(&layer, ERROR_UNTRUSTED, "q_norm");
	tiny_tensor_add(&beside, "lm_head.bias", 0, 67);
	refused(&beside, ERROR_UNTRUSTED, "lm_head.bias");
}

/* Llama's tensors and the biases of norms. */
static struct tiny_model stablelm(const char *options)
{
	struct tiny_model model = tiny_model("llama");

	tiny_config_edit(&model, "\"llama\"", "\"stablelm\",\"partial_rotary_factor\":1.0");
	tiny_config_edit(&model, "}", options);
	tiny_tensor_add(&model, "model.layers.0.input_layernorm.bias", 0, 24);
	tiny_tensor_add(&model, "model.layers.1.input_layernorm.bias", 0, 24);
	tiny_tensor_add(&model, "model.layers.0.post_attention_layernorm.bias", 0, 24);
	tiny_tensor_add(&model, "model.layers.1.post_attention_layernorm.bias", 0, 24);
	tiny_tensor_add(&model, "model.norm.bias", 0, 24);
	return model;
}

static void steps_that_an_option_leaves_out_leave_no_tensors_behind(void **state)
{
	struct tiny_model plain = stablelm("}"), norms = stablelm(",\"qk_layernorm\":true}");
	struct tiny_model parallel = stablelm(",\"use_parallel_residual\":true}");

	(void)state;
	assert_int_equal(unread_of(&plain), 0);
	refused(&norms, ERROR_CORRUPT, "layers.0.self_attn.q_layernorm.norms.0.weight' is missing");
	refused(&parallel, ERROR_CORRUPT,
		"there is no 'model.layers.0.post_attention_layernorm.bias'");
	tiny_tensor_add(&plain, "model.layers.1.self_attn.k_layernorm.norms.1.weight", 0, 6);
	refused(&plain, ERROR_CORRUPT,
		"there is no 'model.layers.1.self_attn.k_layernorm.norms.1.weight'");
}

static void each_head_has_its_norm(void **state)
{
	struct tiny_model model = stablelm(",\"qk_layernorm\":true}");
	char name[96];

	(void)state;
	for (int i = 0; i < 2 * (4 + 2); i++) {
		snprintf(name, sizeof(name),
			 "model.layers.%d.self_attn.%c_layernorm.norms.%d.weight", i / 6,
			 i % 6 < 4 ? 'q' : 'k', i % 6 % 4);
		tiny_tensor_add(&model, name, 0, 6);
	}
	assert_int_equal(unread_of(&model), 0);
	tiny_tensor(&model, name)->shape[0] = tiny_tensor(&model, name)->shape[1] = 7;
	refused(&model, ERROR_CORRUPT, "it is [7], and [6] (head size)");
	tiny_tensor(&model, name)->shape[0] = tiny_tensor(&model, name)->shape[1] = 6;
	tiny_tensor_add(&model, "model.layers.0.self_attn.k_layernorm.norms.2.weight", 0, 6);
	refused(&model, ERROR_CORRUPT, "norms.2.weight");
}

static void number_formats_that_are_not_computed_with_are_named(void **state)
{
	struct tiny_model model = tiny_model("llama");

	(void)state;
	tiny_tensor(&model, "model.layers.0.mlp.up_proj.weight")->stored = "I64";
	refused(&model, ERROR_UNTRUSTED, "I64");
}

static void a_causal_model_needs_its_head(void **state)
{
	struct tiny_model model = tiny_model("llama");

	(void)state;
	tiny_tensor_drop(&model, "lm_head.weight");
	refused(&model, ERROR_UNTRUSTED, "lm_head.weight");
	tiny_config_edit(&model, "}", ",\"tie_word_embeddings\":true}");
	assert_int_equal(unread_of(&model), 0);
}

static void a_tied_model_may_repeat_its_embedding_as_head_but_not_differ(void **state)
{
	struct tiny_model model = tiny_model("llama");

	(void)state;
	tiny_config_edit(&model, "}", ",\"tie_word_embeddings\":true}");
	refused(&model, ERROR_UNTRUSTED, "loaders differ");
	tiny_tensor(&model, "lm_head.weight")->seed =
		tiny_tensor(&model, "model.embed_tokens.weight")->seed;
	assert_int_equal(unread_of(&model), 1);
}

static void tensors_that_no_pass_uses_are_listed(void **state)
{
	struct tiny_model bert = tiny_model("bert"), gpt2 = tiny_model("gpt2");
	struct tiny_model llama = tiny_model("llama");

	(void)state;
	tiny_tensor_add(&llama, "model.layers.1.self_attn.rotary_emb.inv_freq", 0, 3);
	assert_int_equal(unread_of(&llama), 1);
	assert_int_equal(unread_of(&bert), 2);
	tiny_tensor_add(&bert, "embeddings.position_ids", 1, 64);
	tiny_tensor(&bert, "embeddings.position_ids")->stored = "I64";
	assert_int_equal(unread_of(&bert), 3);
	tiny_tensor_add(&gpt2, "transformer.h.0.attn.bias", 64, 64);
	tiny_tensor_add(&gpt2, "transformer.h.0.attn.masked_bias", 0, 1);
	assert_int_equal(unread_of(&gpt2), 2);
}

static void other_spellings_of_names_are_found(void **state)
{
	struct tiny_model bert = tiny_model("bert"), gpt2 = tiny_model("gpt2");

	(void)state;
	for (size_t i = 0; i < bert.count; i++) {
		char *norm = strstr(bert.tensor[i].name, "LayerNorm."), old[96];

		if (norm)
			memcpy(norm + 10, strstr(norm, "weight") ? "gamma" : "beta",
			       strstr(norm, "weight") ? 6 : 5);
		snprintf(old, sizeof(old), "%.90s", bert.tensor[i].name);
		snprintf(bert.tensor[i].name, sizeof(bert.tensor[i].name), "bert.%.90s", old);
	}
	assert_int_equal(unread_of(&bert), 2);
	for (size_t i = 0; i < gpt2.count; i++)
		memmove(gpt2.tensor[i].name, gpt2.tensor[i].name + strlen("transformer."), 60);
	assert_int_equal(unread_of(&gpt2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_the_tensors_do_not_have_are_refused),
		cmocka_unit_test(a_missing_tensor_is_named),
		cmocka_unit_test(biases_are_neither_missing_nor_left_over),
		cmocka_unit_test(unknown_tensors_inside_layers_and_modules_are_not_guessed_about),
		cmocka_unit_test(steps_that_an_option_leaves_out_leave_no_tensors_behind),
		cmocka_unit_test(each_head_has_its_norm),
		cmocka_unit_test(number_formats_that_are_not_computed_with_are_named),
		cmocka_unit_test(a_causal_model_needs_its_head),
		cmocka_unit_test(a_tied_model_may_repeat_its_embedding_as_head_but_not_differ),
		cmocka_unit_test(tensors_that_no_pass_uses_are_listed),
		cmocka_unit_test(other_spellings_of_names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
