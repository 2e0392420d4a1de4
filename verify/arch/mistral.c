/*
 * Mistral: Llama's layers with a sliding window. Key names and defaults:
 * MistralConfig of transformers.
 */
#include "verify/arch/llama.h"
#include "verify/config/read.h"

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "0"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "131072"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "silu"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "false"),
	{ .name = NULL },
};

/* A window that is null is none; one that is not mentioned at all is 4096. With layer_types only
 * those layers slide that they name: transformers reads such a config as Ministral's. */
static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	bool given;

	if (config_window_read(json, 4096, config, err) ||
	    config_layer_types_read(json, config, &given, err))
		return -1;
	if (!given && config->window)
		config_slide_from(config, 0);
	return 0;
}

const struct architecture architecture_mistral = {
	.name = "mistral",
	.classes = "Mistral*",
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
