/*
 * GPT-NeoX (Pythia): query, key and value in one tensor, head by head; a part
 * of each head turns; attention and MLP may both start from the layer's input.
 * Key names and defaults: GPTNeoXConfig of transformers.
 */
#include "verify/architecture.h"
#include "verify/config/read.h"

static const struct operation embed[] = {
	{ .kind = OP_TOKENS, .y = SLOT_STATE, .weight = "embed_in.weight" },
	{ .kind = OP_NONE },
};

/* In parallel: (MLP + attention) + x. Else attention joins x before the MLP's norm. */
static const struct operation layer[] = {
	STEP_LAYER_NORM(SLOT_STATE, SLOT_INPUT, "input_layernorm"),
	STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_FUSED, "attention.query_key_value", FEATURE_QUERY_BIAS),
	STEP_TURN_AND_ATTEND,
	STEP_LINEAR_BIAS(SLOT_MIXED, SLOT_ASIDE, "attention.dense", FEATURE_OUTPUT_BIAS),
	{ .kind = OP_ADD,
	  .x = SLOT_ASIDE,
	  .u = SLOT_STATE,
	  .y = SLOT_STATE,
	  .unless = FEATURE_PARALLEL },
	STEP_LAYER_NORM(SLOT_STATE, SLOT_INPUT, "post_attention_layernorm"),
	STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_UP, "mlp.dense_h_to_4h", FEATURE_NONE),
	{ .kind = OP_ACTIVATION, .x = SLOT_UP, .y = SLOT_UP },
	STEP_LINEAR_BIAS(SLOT_UP, SLOT_BRANCH, "mlp.dense_4h_to_h", FEATURE_NONE),
	{ .kind = OP_ADD,
	  .x = SLOT_BRANCH,
	  .u = SLOT_ASIDE,
	  .y = SLOT_BRANCH,
	  .when = FEATURE_PARALLEL },
	STEP_ADD(SLOT_BRANCH, SLOT_STATE, SLOT_STATE),
	{ .kind = OP_NONE },
};

static const struct operation after_layers[] = {
	STEP_LAYER_NORM(SLOT_STATE, SLOT_INPUT, "final_layer_norm"),
	{ .kind = OP_NONE },
};

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "2048"),
	CONFIG_KEY_NUMBER("layer_norm_eps", eps, "1e-5"),
	CONFIG_KEY_ACTIVATION("hidden_act", "gelu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("use_parallel_residual", FEATURE_PARALLEL, "true"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "true"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "true"),
	{ .name = NULL },
};

static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	return config_heads_fill_hidden(config, err) || config_layer_types_same(json, config, err)
		       ? -1
		       : 0;
}

static const char *const prefixes[] = { "gpt_neox.", "", NULL };
static const char *const ignored[] = { "attention.bias", "attention.masked_bias",
				       "attention.rotary_emb.inv_freq", NULL };

static const struct synonym synonyms[] = {
	{ "embed_out.weight", "lm_head.weight" },
	{ NULL, NULL },
};

const struct architecture architecture_gpt_neox = {
	.name = "gpt_neox",
	.classes = "GPTNeoX*",
	.keys = keys,
	.rope = true,
	.rope_keys = { .theta = "rotary_emb_base",
		       .share = "rotary_pct",
		       .share_else = "0.25",
		       .partial = true },
	.causal = true,
	.fused_heads = true,
	.finish = finish,
	.prefixes = prefixes,
	.layers = "layers.",
	.synonyms = synonyms,
	.ignored = ignored,
	.embed = embed,
	.layer = layer,
	.after_layers = after_layers,
	.embedding = "embed_in.weight",
	.head = "embed_out.weight",
};
