/*
 * Gemma 3, the text model: Gemma 2 without a cap on scores, with a norm over
 * each head of query and key, a window in five of six layers, and rotary
 * frequencies of their own in those. Key names and defaults: Gemma3TextConfig
 * of transformers.
 */
#include "verify/arch/gemma.h"
#include "verify/config/read.h"

static const struct operation layer[] = {
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "input_layernorm"),
	LLAMA_PROJECT,
	STEP_HEADS_NORM(SLOT_QUERY, "self_attn.q_norm"),
	STEP_HEADS_NORM(SLOT_KEY, "self_attn.k_norm"),
	STEP_TURN_AND_ATTEND,
	LLAMA_OUTPUT,
	STEP_RMS_NORM(SLOT_BRANCH, SLOT_BRANCH, "post_attention_layernorm"),
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "pre_feedforward_layernorm"),
	LLAMA_MLP,
	STEP_RMS_NORM(SLOT_BRANCH, SLOT_BRANCH, "post_feedforward_layernorm"),
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "256"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "131072"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_DIVISOR("query_pre_attn_scalar", query_scalar, "256"),
	CONFIG_KEY_LIMIT("final_logit_softcapping", logit_cap, "0"),
	CONFIG_KEY_ACTIVATION("hidden_activation", "gelu_pytorch_tanh"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "true"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	{ .name = NULL },
};

/* Without layer_types every layer slides but each sliding_window_pattern-th. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	const struct json *pattern = config_member(json, "sliding_window_pattern");
	uint32_t every = 6;
	bool given;

	if (gemma_finish(json, "hidden_act", config, err) ||
	    config_window_read(json, 4096, config, err) ||
	    config_layer_types_read(json, config, &given, err) ||
	    (pattern &&
	     config_count(pattern, "sliding_window_pattern", 1, UINT32_MAX, &every, err)))
		return -1;
	for (uint32_t i = 0; !given && i < config->layers; i++)
		if ((i + 1) % every)
			config_layer_add(config, LAYERS_SLIDING, i);
	if (!given && !config->window && every > 1)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: layers slide, but there is no sliding window");
	return 0;
}

const struct architecture architecture_gemma3_text = {
	.name = "gemma3_text",
	.classes = "Gemma3*",
	.keys = keys,
	.rope = true,
	.rope_keys = { .theta_else = "1000000",
		       .local_theta = "rope_local_base_freq",
		       .local_theta_else = "10000" },
	.gain_plus_one = true,
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.ignored = llama_ignored,
	.embed = gemma_embed,
	.layer = layer,
	.after_layers = llama_after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
