/*
 * BERT: an encoder. Word, type and position rows under one LayerNorm; layers
 * with LayerNorm after each residual add. It ends at the last hidden state: a
 * pooler or a task's head is listed as not exercised. Key names and defaults:
 * BertConfig of transformers.
 */
#include "verify/arch/bert.h"

const struct operation bert_embed[] = {
	{ .kind = OP_TOKENS, .y = SLOT_STATE, .weight = "embeddings.word_embeddings.weight" },
	{ .kind = OP_TYPE_ZERO,
	  .y = SLOT_BRANCH,
	  .weight = "embeddings.token_type_embeddings.weight" },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_POSITIONS,
	  .y = SLOT_BRANCH,
	  .weight = "embeddings.position_embeddings.weight" },
	{ .kind = OP_ADD, .x = SLOT_STATE, .u = SLOT_BRANCH, .y = SLOT_STATE },
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_STATE,
	  .weight = "embeddings.LayerNorm.weight",
	  .bias = "embeddings.LayerNorm.bias" },
	{ .kind = OP_NONE },
};

const struct operation bert_layer[] = {
	{ .kind = OP_LINEAR,
	  .x = SLOT_STATE,
	  .y = SLOT_QUERY,
	  .weight = "attention.self.query.weight",
	  .bias = "attention.self.query.bias" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_STATE,
	  .y = SLOT_KEY,
	  .weight = "attention.self.key.weight",
	  .bias = "attention.self.key.bias" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_STATE,
	  .y = SLOT_VALUE,
	  .weight = "attention.self.value.weight",
	  .bias = "attention.self.value.bias" },
	{ .kind = OP_ATTENTION, .y = SLOT_MIXED },
	{ .kind = OP_LINEAR,
	  .x = SLOT_MIXED,
	  .y = SLOT_BRANCH,
	  .weight = "attention.output.dense.weight",
	  .bias = "attention.output.dense.bias" },
	{ .kind = OP_ADD, .x = SLOT_BRANCH, .u = SLOT_STATE, .y = SLOT_STATE },
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_STATE,
	  .weight = "attention.output.LayerNorm.weight",
	  .bias = "attention.output.LayerNorm.bias" },
	{ .kind = OP_LINEAR,
	  .x = SLOT_STATE,
	  .y = SLOT_UP,
	  .weight = "intermediate.dense.weight",
	  .bias = "intermediate.dense.bias" },
	{ .kind = OP_ACTIVATION, .x = SLOT_UP, .y = SLOT_UP },
	{ .kind = OP_LINEAR,
	  .x = SLOT_UP,
	  .y = SLOT_BRANCH,
	  .weight = "output.dense.weight",
	  .bias = "output.dense.bias" },
	{ .kind = OP_ADD, .x = SLOT_BRANCH, .u = SLOT_STATE, .y = SLOT_STATE },
	{ .kind = OP_LAYER_NORM,
	  .x = SLOT_STATE,
	  .y = SLOT_STATE,
	  .weight = "output.LayerNorm.weight",
	  .bias = "output.LayerNorm.bias" },
	{ .kind = OP_NONE },
};

const struct config_key bert_keys[] = {
	CONFIG_KEY_COUNT("num_hidden_layers", layers, CONFIG_LAYERS_MAX, NULL),
	CONFIG_KEY_COUNT("hidden_size", hidden, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("intermediate_size", intermediate, CONFIG_WIDTH_MAX, NULL),
	CONFIG_KEY_COUNT("num_attention_heads", heads, CONFIG_HEADS_MAX, NULL),
	CONFIG_KEY_COUNT("vocab_size", vocab, CONFIG_VOCAB_MAX, NULL),
	CONFIG_KEY_COUNT("max_position_embeddings", positions, CONFIG_CONTEXT_MAX, "512"),
	CONFIG_KEY_COUNT("type_vocab_size", types, CONFIG_VOCAB_MAX, "2"),
	CONFIG_KEY_NUMBER("layer_norm_eps", eps, "1e-12"),
	CONFIG_KEY_ACTIVATION("hidden_act", "gelu"),
	{ .name = NULL },
};

const struct config_fixed bert_fixed[] = {
	{ "position_embedding_type", "absolute" },
	{ "is_decoder", "false" },
	{ "add_cross_attention", "false" },
	{ .name = NULL },
};

static const char *const prefixes[] = { "", "bert.", NULL };

const struct synonym bert_synonyms[] = {
	{ "LayerNorm.weight", "LayerNorm.gamma" },
	{ "LayerNorm.bias", "LayerNorm.beta" },
	{ NULL, NULL },
};

const struct architecture architecture_bert = {
	.name = "bert",
	.classes = "Bert*",
	.keys = bert_keys,
	.fixed = bert_fixed,
	.prefixes = prefixes,
	.layers = "encoder.layer.",
	.synonyms = bert_synonyms,
	.embed = bert_embed,
	.layer = bert_layer,
	.embedding = "embeddings.word_embeddings.weight",
};
