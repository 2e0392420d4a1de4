/*
 * StableLM: Llama's layers with LayerNorms, a part of each head that turns, and
 * options for a norm of each head of query and key and for a parallel residual
 * with one norm. Key names and defaults: StableLmConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

/* In parallel the MLP reads what attention read: SLOT_INPUT keeps it. */
static const struct operation layer[] = {
	STEP_LAYER_NORM(SLOT_STATE, SLOT_INPUT, "input_layernorm"),
	LLAMA_PROJECT,
	STEP_EACH_HEAD_NORM(SLOT_QUERY, "self_attn.q_layernorm.norms", FEATURE_QUERY_NORM),
	STEP_EACH_HEAD_NORM(SLOT_KEY, "self_attn.k_layernorm.norms", FEATURE_QUERY_NORM),
	STEP_TURN_AND_ATTEND,
	STEP_LINEAR(SLOT_MIXED, SLOT_BRANCH, "self_attn.o_proj"),
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "post_attention_layernorm.weight",
	  .bias = "post_attention_layernorm.bias",
	  .unless = FEATURE_PARALLEL },
	LLAMA_MLP,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_NONE },
};

static const struct operation after_layers[] = {
	STEP_LAYER_NORM(SLOT_STATE, SLOT_INPUT, "norm"),
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "4096"),
	CONFIG_KEY_NUMBER("layer_norm_eps", eps, "1e-5"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("use_qkv_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("qk_layernorm", FEATURE_QUERY_NORM, "false"),
	CONFIG_KEY_FEATURE("use_parallel_residual", FEATURE_PARALLEL, "false"),
	{ .name = NULL },
};

static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	return config_heads_fill_hidden(config, err) || config_layer_types_same(json, config, err)
		       ? -1
		       : 0;
}

const struct architecture architecture_stablelm = {
	.name = "stablelm",
	.classes = "StableLm*",
	.keys = keys,
	.rope = true,
	.rope_keys = { .share_else = "0.25", .partial = true },
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.ignored = llama_ignored,
	.embed = llama_embed,
	.layer = layer,
	.after_layers = after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
