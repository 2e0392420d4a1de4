/*
 * GPT-2: learned positions, LayerNorm before attention and MLP, weights stored
 * in x out (Conv1D), query, key and value in one tensor, in thirds. Key names
 * and defaults: GPT2Config of transformers.
 */
#include "verify/architecture.h"

static const struct operation embed[] = {
	{ .kind = OP_TOKENS, .y = SLOT_STATE, .weight = "wte.weight" },
	{ .kind = OP_POSITIONS, .y = SLOT_BRANCH, .weight = "wpe.weight" },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_NONE },
};

/* One third of the fused projection; there are as many key heads as heads. */
#define ATTENTION_THIRD(slot, which)                                                               \
	{                                                                                          \
		.kind = OP_LINEAR, .x = SLOT_INPUT, .y = (slot), .weight = "attn.c_attn.weight",   \
		.bias = "attn.c_attn.bias", .transposed = true, .part = (which), .parts = 3,       \
		.part_dim = {                                                                      \
			DIM_QUERY,                                                                 \
			DIM_KEY,                                                                   \
			DIM_KEY                                                                    \
		}                                                                                  \
	}

static const struct operation layer[] = {
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "ln_1.weight",
	  .bias = "ln_1.bias" },
	ATTENTION_THIRD(SLOT_QUERY, 0),
	ATTENTION_THIRD(SLOT_KEY, 1),
	ATTENTION_THIRD(SLOT_VALUE, 2),
	{ .kind = OP_ATTENTION, .y = SLOT_MIXED },
	{ .kind = OP_LINEAR,
	  .x = SLOT_MIXED,
	  .y = SLOT_BRANCH,
	  .weight = "attn.c_proj.weight",
	  .bias = "attn.c_proj.bias",
	  .transposed = true },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "ln_2.weight",
	  .bias = "ln_2.bias" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_INPUT,
	  .y = SLOT_UP,
	  .weight = "mlp.c_fc.weight",
	  .bias = "mlp.c_fc.bias",
	  .transposed = true },
	{ .kind = OP_ACTIVATION, .x = SLOT_UP, .y = SLOT_UP },
	{ .kind = OP_LINEAR,
	  .x = SLOT_UP,
	  .y = SLOT_BRANCH,
	  .weight = "mlp.c_proj.weight",
	  .bias = "mlp.c_proj.bias",
	  .transposed = true },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_NONE },
};

static const struct operation after_layers[] = {
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "ln_f.weight",
	  .bias = "ln_f.bias" },
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("n_layer", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("n_embd", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("n_inner", intermediate, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("n_head", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("n_positions", positions, CONFIG_CONTEXT_MAX, NULL),
	CONFIG_KEY_NUMBER("layer_norm_epsilon", eps, "1e-5"),
	CONFIG_KEY_ACTIVATION("activation_function", "gelu_new"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "true"),
	{ .name = NULL },
};

static const struct config_fixed fixed[] = {
	{ "scale_attn_weights", "true" },
	{ "scale_attn_by_inverse_layer_idx", "false" },
	{ "add_cross_attention", "false" },
	{ .name = NULL },
};

/* n_inner left out is four times n_embd. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	(void)json;
	(void)err;
	if (!config->intermediate)
		config->intermediate = 4 * config->hidden;
	return 0;
}

static const char *const prefixes[] = { "transformer.", "", NULL };
static const char *const ignored[] = { "attn.bias", "attn.masked_bias", NULL };

const struct architecture architecture_gpt2 = {
	.name = "gpt2",
	.classes = "GPT2*",
	.keys = keys,
	.fixed = fixed,
	.causal = true,
	.finish = finish,
	.prefixes = prefixes,
	.layers = "h.",
	.ignored = ignored,
	.embed = embed,
	.layer = layer,
	.after_layers = after_layers,
	.embedding = "wte.weight",
	.head = "lm_head.weight",
};
