/*
 * Qwen3-MoE: Qwen3's attention with a norm over each query and key head;
 * layers with experts among layers with an MLP. Key names and defaults:
 * Qwen3MoeConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/arch/qwen_moe.h"
#include "verify/config/read.h"
#include "verify/json.h"

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
	CONFIG_KEY_FLAG("norm_topk_prob", experts_renormalise, "false"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	{ .name = NULL },
};

/* With use_sliding_window every layer slides; max_window_layers counted in one release only. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	const struct json *first = config_member(json, "max_window_layers");
	uint32_t first_layer = 0;
	bool slides;

	config->feature[FEATURE_QUERY_NORM] = true;
	if (config_experts_read(json, config, err) || config_sparse_layers_read(json, config, err))
		return -1;
	if (json_maybe_bool(json, "use_sliding_window", false, &slides, err))
		return error_prefix(err, "config.json");
	if (slides && config_window_read(json, 4096, config, err))
		return -1;
	if (first && config_count(first, "max_window_layers", 0, UINT32_MAX, &first_layer, err))
		return -1;
	if (config->window && first_layer)
		return error_set(err, ERROR_UNTRUSTED,
				 "config.json: 'use_sliding_window' with 'max_window_layers': "
				 "which layers of the family 'qwen3_moe' slide cannot be decided");
	if (config->window)
		config_slide_from(config, 0);
	return config_layer_types_refuse(json, config, err);
}

const struct architecture architecture_qwen3_moe = {
	.name = "qwen3_moe",
	.classes = "Qwen3Moe*",
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
