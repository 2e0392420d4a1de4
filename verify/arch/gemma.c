/*
 * Gemma 1: Llama's layers with a scaled embedding and norms whose gain is 1 +
 * weight. Key names and defaults: GemmaConfig of transformers.
 */
#include "verify/arch/gemma.h"
#include "verify/config/read.h"

const struct operation gemma_embed[] = {
	{ .kind = OP_TOKENS, .y = SLOT_STATE, .weight = "embed_tokens.weight" },
	{ .kind = OP_SCALE, .x = SLOT_STATE, .y = SLOT_STATE },
	{ .kind = OP_NONE },
};

/* The first configs said "gelu" and meant the one by tanh. */
static enum activation tanh_meant(enum activation activation)
{
	return activation == ACTIVATION_GELU_ERF ? ACTIVATION_GELU_TANH : activation;
}

int gemma_finish(const struct json *json, const char *other, struct model_config *config,
		 struct error *err)
{
	const struct json *value = config_member(json, other);
	enum activation activation = config->activation;

	if (value && config_activation(value, other, &activation, err))
		return -1;
	config->activation = tanh_meant(config->activation);
	if (tanh_meant(activation) != config->activation)
		return error_set(
			err, ERROR_UNTRUSTED,
			"config.json: 'hidden_act' and 'hidden_activation' contradict each "
			"other");
	config->embedding_scale = exact_sqrt((float)config->hidden);
	return 0;
}

static const struct config_key keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("num_key_value_heads", key_heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("head_dim", head_dim, CONFIG_WIDTH_MAX, "256"),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "8192"),
	CONFIG_KEY_NUMBER("rms_norm_eps", eps, "1e-6"),
	CONFIG_KEY_ACTIVATION("hidden_act", "gelu_pytorch_tanh"),
	CONFIG_KEY_FLAG("tie_word_embeddings", tied, "true"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_QUERY_BIAS, "false"),
	CONFIG_KEY_FEATURE("attention_bias", FEATURE_OUTPUT_BIAS, "false"),
	{ .name = NULL },
};

static int finish(const struct json *json, struct model_config *config, struct error *err)
{
	return gemma_finish(json, "hidden_activation", config, err) ||
			       config_layer_types_same(json, config, err)
		       ? -1
		       : 0;
}

const struct architecture architecture_gemma = {
	.name = "gemma",
	.classes = "Gemma*",
	.keys = keys,
	.rope = true,
	.gain_plus_one = true,
	.causal = true,
	.finish = finish,
	.prefixes = llama_prefixes,
	.layers = "layers.",
	.ignored = llama_ignored,
	.embed = gemma_embed,
	.layer = llama_layer,
	.after_layers = llama_after_layers,
	.embedding = "embed_tokens.weight",
	.head = "lm_head.weight",
};
