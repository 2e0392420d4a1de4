/*
 * Mixtral: Llama's attention with a window, and experts in place of the MLP;
 * the chosen weights are made to add up to 1. Key names and defaults:
 * MixtralConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

/* w1 gates, w3 is multiplied with it, w2 leads back. */
static const struct experts_names names = {
	.each = "block_sparse_moe.experts.",
	.gate = "w1.weight",
	.up = "w3.weight",
	.down = "w2.weight",
	.all_gate_up = "mlp.experts.gate_up_proj",
	.all_down = "mlp.experts.down_proj",
};

static const struct operation layer[] = {
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "input_layernorm.weight" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_QUERY,
	  .weight = "self_attn.q_proj.weight" },
	{ .kind = OP_LINEAR, .x = SLOT_INPUT, .y = SLOT_KEY, .weight = "self_attn.k_proj.weight" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_VALUE,
	  .weight = "self_attn.v_proj.weight" },
	{ .kind = OP_ROPE_QUERY, .x = SLOT_QUERY },
	{ .kind = OP_ROPE_KEY, .x = SLOT_KEY },
	{ .kind = OP_ATTENTION, .y = SLOT_MIXED },
	{ .kind = OP_LINEAR,
	  .x = SLOT_MIXED,
	  .y = SLOT_BRANCH,
	  .weight = "self_attn.o_proj.weight" },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "post_attention_layernorm.weight" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_ROUTER,
	  .weight = "block_sparse_moe.gate.weight" },
	{ .kind = OP_EXPERTS,
	  .x = SLOT_INPUT,
	  .u = SLOT_ROUTER,
	  .y = SLOT_BRANCH,
	  .experts = &names },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", expert_intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "131072"),
	CONFIG_KEY_COUNT("num_experts_per_tok", experts_chosen, EXACT_CHOSEN_MAX, NULL),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-5"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	{ .name = NULL },
};

/* Every layer has experts, and every layer slides where there is a window. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	config->experts_renormalise = true;
	for (uint32_t i = 0; i < config->layers; i++)
		config_layer_add(config, LAYERS_SPARSE, i);
	if (config_experts_read(json, config, err) || config_window_read(json, 0, config, err))
		return -1;
	if (config->window)
		config_slide_from(config, 0);
	return config_layer_types_refuse(json, config, err);
}

static const struct synonym synonyms[] = {
	{ "block_sparse_moe.gate.weight", "mlp.gate.weight" },
	{ NULL, NULL },
};

const struct architecture architecture_mixtral = {
	.name = "mixtral",
	.classes = "Mixtral*",
	.keys = keys,
	.rope = true,
	.rope_keys = { .theta_else = "1000000" },
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.synonyms = synonyms,
	.ignored = llama_ignored,
	.embed = llama_embed,
	.layer = layer,
	.after_layers = llama_after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
