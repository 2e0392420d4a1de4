/*
 * OLMo 1: Llama's layers with a LayerNorm that has neither weight nor bias,
 * and query, key and value held within a range where the config says so. Key
 * names and defaults: OlmoConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

#define CLIP(slot)                                                                                 \
	{                                                                                          \
		.kind = OP_CLIP, .x = (slot), .y = (slot), .when = FEATURE_CLIP                    \
	}

static const struct operation layer[] = {
	STEP_BARE_NORM(SLOT_STATE, SLOT_INPUT),
	LLAMA_PROJECT,
	CLIP(SLOT_QUERY),
	CLIP(SLOT_KEY),
	CLIP(SLOT_VALUE),
	STEP_TURN_AND_ATTEND,
	LLAMA_OUTPUT,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	STEP_BARE_NORM(SLOT_STATE, SLOT_INPUT),
	LLAMA_MLP,
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	{ .kind = OP_NONE },
};

static const struct operation after_layers[] = {
	STEP_BARE_NORM(SLOT_STATE, SLOT_INPUT),
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
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_LIMIT("clip_qkv", clip, "0"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	{ .name = NULL },
};

/* The epsilon is no option. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	config->eps = 1e-5f;
	config->feature[FEATURE_CLIP] = config->clip > 0.0f;
	return config_layer_types_same(json, config, err);
}

const struct architecture architecture_olmo = {
	.name = "olmo",
	.classes = "Olmo*",
	.keys = keys,
	.rope = true,
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
