/*
 * Qwen3: Llama's layers with an RMSNorm over each head of query and key before
 * they turn, and a window that some layers have. Key names and defaults:
 * Qwen3Config of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

static const struct operation layer[] = {
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "input_layernorm"),
	LLAMA_PROJECT,
	STEP_HEADS_NORM(SLOT_QUERY, "self_attn.q_norm"),
	STEP_HEADS_NORM(SLOT_KEY, "self_attn.k_norm"),
	STEP_TURN_AND_ATTEND,
	LLAMA_OUTPUT,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "post_attention_layernorm"),
	LLAMA_MLP,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "128"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "32768"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	{ .name = NULL },
};

static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	return config_window_late_read(json, config, err);
}

const struct architecture architecture_qwen3 = {
	.name = "qwen3",
	.classes = "Qwen3*",
	.keys = keys,
	.rope = true,
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.ignored = llama_ignored,
	.embed = llama_embed,
	.layer = layer,
	.after_layers = llama_after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
