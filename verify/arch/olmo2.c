/*
 * OLMo 2: query and key are normed over their whole width, and attention and
 * MLP are normed after they are computed, not before. Key names and defaults:
 * Olmo2Config of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

static const struct operation layer[] = {
	STEP_LINEAR_BIAS(SLOT_STATE, SLOT_QUERY, "self_attn.q_proj", FEATURE_QUERY_BIAS),
	STEP_LINEAR_BIAS(SLOT_STATE, SLOT_KEY, "self_attn.k_proj", FEATURE_QUERY_BIAS),
	STEP_LINEAR_BIAS(SLOT_STATE, SLOT_VALUE, "self_attn.v_proj", FEATURE_QUERY_BIAS),
	STEP_RMS_NORM(SLOT_QUERY, SLOT_QUERY, "self_attn.q_norm"),
	STEP_RMS_NORM(SLOT_KEY, SLOT_KEY, "self_attn.k_norm"),
	STEP_TURN_AND_ATTEND,
	LLAMA_OUTPUT,
	STEP_RMS_NORM(SLOT_BRANCH, SLOT_BRANCH, "post_attention_layernorm"),
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	STEP_LINEAR(SLOT_STATE, SLOT_GATE, "mlp.gate_proj"),
	STEP_LINEAR(SLOT_STATE, SLOT_UP, "mlp.up_proj"),
	{ .kind = OP_GATE, .x = SLOT_GATE, .u = SLOT_UP, .y = SLOT_UP },
	STEP_LINEAR(SLOT_UP, SLOT_BRANCH, "mlp.down_proj"),
	STEP_RMS_NORM(SLOT_BRANCH, SLOT_BRANCH, "post_feedforward_layernorm"),
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, "0"),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "2048"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-5"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	{ .name = NULL },
};

static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	return config_layer_types_same(json, config, err);
}

const struct architecture architecture_olmo2 = {
	.name = "olmo2",
	.classes = "Olmo2*",
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
