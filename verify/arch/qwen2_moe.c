/*
 * Qwen2-MoE: Qwen2's attention; layers with experts and one expert that all
 * tokens share, scaled by a gate of its own, among layers with an MLP. Key
 * names and defaults: Qwen2MoeConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/arch/qwen_moe.h"
#include "verify/config/read.h"
#include "verify/json.h"

static const struct experts_names names = {
	.each = "mlp.experts.",
	.gate = "gate_proj.weight",
	.up = "up_proj.weight",
	.down = "down_proj.weight",
	.all_gate_up = "mlp.experts.gate_up_proj",
	.all_down = "mlp.experts.down_proj",
};

/* A projection of attention's input. */
#define PROJECTION(slot, which)                                                                    \
	{                                                                                          \
		.kind = OP_LINEAR, .x = SLOT_INPUT, .y = (slot),                                   \
		.weight = "self_attn." which "_proj.weight",                                       \
		.bias = "self_attn." which "_proj.bias", .bias_when = FEATURE_QUERY_BIAS           \
	}

/* Of the expert that all tokens share. */
#define SHARED(operation_kind, from, to, name)                                                     \
	{                                                                                          \
		.kind = (operation_kind), .x = (from), .y = (to),                                  \
		.weight = "mlp.shared_expert" name ".weight", .when = FEATURE_SHARED_EXPERT,       \
		.in = LAYERS_SPARSE                                                                \
	}

/* Of a layer without experts. */
#define DENSE(from, to, name)                                                                      \
	{                                                                                          \
		.kind = OP_LINEAR, .x = (from), .y = (to), .weight = "mlp." name "_proj.weight",   \
		.not_in = LAYERS_SPARSE                                                            \
	}

const struct operation qwen_moe_layer[] = {
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_INPUT,
	  .weight = "input_layernorm.weight" },
	PROJECTION(SLOT_QUERY, "q"),
	PROJECTION(SLOT_KEY, "k"),
	PROJECTION(SLOT_VALUE, "v"),
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_QUERY,
	  .y = SLOT_QUERY,
	  .weight = "self_attn.q_norm.weight",
	  .when = FEATURE_QUERY_NORM,
	  .per_head = true },
	{ .kind = OP_RMS_NORM,
	  .x = SLOT_KEY,
	  .y = SLOT_KEY,
	  .weight = "self_attn.k_norm.weight",
	  .when = FEATURE_QUERY_NORM,
	  .per_head = true },
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
	  .y = SLOT_ROUTER,
	  .weight = "mlp.gate.weight",
	  .in = LAYERS_SPARSE },
	{ .kind = OP_EXPERTS,
	  .x = SLOT_INPUT,
	  .u = SLOT_ROUTER,
	  .y = SLOT_BRANCH,
	  .experts = &names,
	  .in = LAYERS_SPARSE },
	SHARED(OP_LINEAR, SLOT_INPUT, SLOT_SHARED_GATE, ".gate_proj"),
	SHARED(OP_LINEAR, SLOT_INPUT, SLOT_SHARED_UP, ".up_proj"),
	{ .kind = OP_GATE,
	  .x = SLOT_SHARED_GATE,
	  .u = SLOT_SHARED_UP,
	  .y = SLOT_SHARED_UP,
	  .when = FEATURE_SHARED_EXPERT,
	  .in = LAYERS_SPARSE },
	SHARED(OP_LINEAR, SLOT_SHARED_UP, SLOT_ASIDE, ".down_proj"),
	SHARED(OP_LINEAR, SLOT_INPUT, SLOT_SHARED_SCALE, "_gate"),
	{ .kind = OP_GATE_ROWS,
	  .x = SLOT_ASIDE,
	  .u = SLOT_SHARED_SCALE,
	  .y = SLOT_ASIDE,
	  .when = FEATURE_SHARED_EXPERT,
	  .in = LAYERS_SPARSE },
	{ .kind = OP_ADD,
	  .x = SLOT_BRANCH,
	  .u = SLOT_ASIDE,
	  .y = SLOT_BRANCH,
	  .when = FEATURE_SHARED_EXPERT,
	  .in = LAYERS_SPARSE },
	DENSE(SLOT_INPUT, SLOT_GATE, "gate"),
	DENSE(SLOT_INPUT, SLOT_UP, "up"),
	{ .kind = OP_GATE, .x = SLOT_GATE, .u = SLOT_UP, .y = SLOT_UP, .not_in = LAYERS_SPARSE },
	DENSE(SLOT_UP, SLOT_BRANCH, "down"),
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
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
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "32768"),
	CONFIG_KEY_COUNT("num_experts_per_tok", experts_chosen, EXACT_CHOSEN_MAX, NULL),
	CONFIG_KEY_COUNT("moe_intermediate_size", expert_intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("shared_expert_intermediate_size", shared_intermediate, CONFIG_WIDTH_MAX,
			 NULL),
	CONFIG_KEY_FLAG("norm_topk_prob", experts_renormalise, "false"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("qkv_bias", FEATURE_QUERY_BIAS, "true"),
	{ .name = NULL },
};

/* Which layers slide is read where it is written; releases of transformers differ in what they
 * make of its absence. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	bool slides, given;

	config->feature[FEATURE_SHARED_EXPERT] = true;
	if (config_experts_read(json, config, err) || config_sparse_layers_read(json, config, err))
		return -1;
	if (json_maybe_bool(json, "use_sliding_window", false, &slides, err))
		return error_prefix(err, "config.json");
	if ((slides && config_window_read(json, 4096, config, err)) ||
	    config_layer_types_read(json, config, &given, err))
		return -1;
	if (config->window && !given)
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: 'use_sliding_window' without 'layer_types': which "
				 "layers of the family 'qwen2_moe' slide cannot be decided");
	return 0;
}

const struct architecture architecture_qwen2_moe = {
	.name = "qwen2_moe",
	.classes = "Qwen2Moe*",
	.keys = keys,
	.rope = true,
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.ignored = llama_ignored,
	.embed = llama_embed,
	.layer = qwen_moe_layer,
	.after_layers = llama_after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
