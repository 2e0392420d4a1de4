/*
 * Llama 2 and 3: RMSNorm before attention and MLP, rotary positions, grouped
 * key heads, a SiLU gate. Key names and defaults: LlamaConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config_read.h"

const struct operation llama_embed[] = {
	{ .kind = OP_TOKENS, .y = SLOT_STATE, .weight = "embed_tokens.weight" },
	{ .kind = OP_NONE },
};

const struct operation llama_layer[] = {
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "input_layernorm.weight" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_QUERY,
	  .weight = "self_attn.q_proj.weight",
	  .bias = "self_attn.q_proj.bias",
	  .bias_when = FEATURE_QUERY_BIAS },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_KEY,
	  .weight = "self_attn.k_proj.weight",
	  .bias = "self_attn.k_proj.bias",
	  .bias_when = FEATURE_QUERY_BIAS },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_VALUE,
	  .weight = "self_attn.v_proj.weight",
	  .bias = "self_attn.v_proj.bias",
	  .bias_when = FEATURE_QUERY_BIAS },
	{ .kind = OP_ROPE_QUERY, .x = SLOT_QUERY },
	{ .kind = OP_ROPE_KEY, .x = SLOT_KEY },
	{ .kind = OP_ATTENTION, .y = SLOT_MIXED },
	{ .kind = OP_LINEAR,
	  .x = SLOT_MIXED,
	  .y = SLOT_BRANCH,
	  .weight = "self_attn.o_proj.weight",
	  .bias = "self_attn.o_proj.bias",
	  .bias_when = FEATURE_OUTPUT_BIAS },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "post_attention_layernorm.weight" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_GATE,
	  .weight = "mlp.gate_proj.weight",
	  .bias = "mlp.gate_proj.bias",
	  .bias_when = FEATURE_MLP_BIAS },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_UP,
	  .weight = "mlp.up_proj.weight",
	  .bias = "mlp.up_proj.bias",
	  .bias_when = FEATURE_MLP_BIAS },
	{ .kind = OP_GATE, .x = SLOT_GATE, .u = SLOT_UP, .y = SLOT_UP },
	{ .kind = OP_LINEAR,
	  .x = SLOT_UP,
	  .y = SLOT_BRANCH,
	  .weight = "mlp.down_proj.weight",
	  .bias = "mlp.down_proj.bias",
	  .bias_when = FEATURE_MLP_BIAS },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
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
