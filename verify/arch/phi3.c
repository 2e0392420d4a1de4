/*
 * Phi-3 and Phi-4: Llama's layers with query, key and value in one tensor, gate
 * and up in another; longrope, and in Phi-4-mini a part of each head that
 * turns. Key names and defaults: Phi3Config of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

#define ATTENTION_PART(slot, which)                                                                \
	{                                                                                          \
		.kind = OP_LINEAR, .x = SLOT_INPUT, .y = (slot),                                   \
		.weight = "self_attn.qkv_proj.weight", .part = (which), .parts = 3, .part_dim = {  \
			DIM_QUERY,                                                                 \
			DIM_KEY,                                                                   \
			DIM_KEY                                                                    \
		}                                                                                  \
	}

#define MLP_PART(slot, which)                                                                      \
	{                                                                                          \
		.kind = OP_LINEAR, .x = SLOT_INPUT, .y = (slot),                                   \
		.weight = "mlp.gate_up_proj.weight", .part = (which), .parts = 2, .part_dim = {    \
			DIM_INTERMEDIATE,                                                          \
			DIM_INTERMEDIATE                                                           \
		}                                                                                  \
	}

static const struct operation layer[] = {
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "input_layernorm"),
	ATTENTION_PART(SLOT_QUERY, 0),
	ATTENTION_PART(SLOT_KEY, 1),
	ATTENTION_PART(SLOT_VALUE, 2),
	STEP_TURN_AND_ATTEND,
	STEP_LINEAR(SLOT_MIXED, SLOT_BRANCH, "self_attn.o_proj"),
	STEP_ADD(SLOT_STATE, SLOT_BRANCH, SLOT_STATE),
	STEP_RMS_NORM(SLOT_STATE, SLOT_INPUT, "post_attention_layernorm"),
	MLP_PART(SLOT_GATE, 0),
	MLP_PART(SLOT_UP, 1),
	{ .kind = OP_GATE, .x = SLOT_GATE, .u = SLOT_UP, .y = SLOT_UP },
	STEP_LINEAR(SLOT_UP, SLOT_BRANCH, "mlp.down_proj"),
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
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "4096"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-5"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	{ .name = NULL },
};

/* Without sliding_window no layer slides, with it every one does. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	if (config_window_read(json, 0, config, err))
		return -1;
	if (config->window)
		config_slide_from(config, 0);
	return config_layer_types_same(json, config, err);
}

const struct architecture architecture_phi3 = {
	.name = "phi3",
	.classes = "Phi3*",
	.keys = keys,
	.rope = true,
	.rope_keys = { .partial = true, .longrope = true, .original_else = "4096" },
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
