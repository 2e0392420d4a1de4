/*
 * Qwen2: Llama's layers with biases on query, key and value, and a window that
 * some layers have. Key names and defaults: Qwen2Config of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config_read.h"
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
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	{ .name = NULL },
};

/* The window counts only with use_sliding_window; layer_types, else max_window_layers, say where.
 */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	const struct json *first = config_member(json, "max_window_layers");
	uint32_t first_layer = 28;
	bool slides, given;

	config->feature[FEATURE_QUERY_BIAS] = true;
	if (json_maybe_bool(json, "use_sliding_window", false, &slides, err))
		return error_prefix(err, "config.json");
	if (slides && config_window_read(json, 4096, config, err))
		return -1;
	if (first && config_count(first, "max_window_layers", 0, UINT32_MAX, &first_layer, err))
		return -1;
	if (config_layer_types_read(json, config, &given, err))
		return -1;
	if (!given && config->window)
		config_slide_from(config, first_layer);
	return 0;
}

const struct architecture architecture_qwen2 = {
	.name = "qwen2",
	.classes = "Qwen2*",
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
