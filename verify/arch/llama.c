/*
 * Llama 2 and 3: RMSNorm before attention and MLP, rotary positions, grouped
 * key heads, a SiLU gate. Key names and defaults: LlamaConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

const struct operation llama_embed[] = {
	{ .kind = OP_TOKENS, .y = SLOT_STATE, .weight = "embed_tokens.weight" },
	{ .kind = OP_NONE },
};

const struct operation llama_layer[] = {
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "input_layernorm"),
	LLAMA_PROJECT,
	STEP_TURN_AND_ATTEND,
	LLAMA_OUTPUT,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "post_attention_layernorm"),
	LLAMA_MLP,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_NONE },
};

const struct operation llama_after_layers[] = {
	{ .kind = OP_RMS_NORM, .x = SLOT_STATE, .y = SLOT_INPUT, .weight = "norm.weight" },
	{ .kind = OP_NONE },
};

const char *const llama_prefixes[] = { "model.", "", NULL };
const char *const llama_ignored[] = { "self_attn.rotary_emb.inv_freq", NULL };

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, "0"),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "2048"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	CONFIG_KEY_FEATURE("mlp_bias", FEATURE_MLP_BIAS, "false"),
	{ .name = NULL },
};

/* No layer slides; a config that says otherwise is of another family. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	bool given;

	return config_layer_types_read(json, config, &given, err);
}

const struct architecture architecture_llama = {
	.name = "llama",
	.classes = "Llama*",
	.keys = keys,
	.rope = true,
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.ignored = llama_ignored,
	.embed = llama_embed,
	.layer = llama_layer,
	.after_layers = llama_after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
