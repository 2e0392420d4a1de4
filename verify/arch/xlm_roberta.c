/* XLM-RoBERTa: RoBERTa by another name. */
#include "verify/arch/bert.h"

static const char *const prefixes[] = { "roberta.", "", NULL };

const struct architecture architecture_xlm_roberta = {
	.name = "xlm-roberta",
	.classes = "XLMRoberta*",
	.keys = bert_keys,
	.fixed = bert_fixed,
	.finish = roberta_finish,
	.prefixes = prefixes,
	.layers = "encoder.layer.",
	.synonyms = bert_synonyms,
	.embed = bert_embed,
	.layer = bert_layer,
	.embedding = "embeddings.word_embeddings.weight",
};
