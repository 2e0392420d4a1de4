/*
 * RoBERTa: BERT, whose positions begin after the padding's id and leave pads
 * out. Key names and defaults: RobertaConfig of transformers.
 */
#include "verify/arch/bert.h"
#include "verify/config/read.h"
#include "verify/json.h"

int roberta_finish(const struct json *json, struct model_config *config, struct error *err)
{
	const struct json *padding = json_member(json, "pad_token_id");

	config->pads = true;
	config->padding = 1;
	if (padding &&
	    config_count(padding, "pad_token_id", 0, CONFIG_VOCAB_MAX, &config->padding, err))
		return -1;
	if (config->padding + 1 >= config->positions)
		return error_set(err, ERROR_CORRUPT,
				 "config.json: positions begin after 'pad_token_id' %u, and there "
				 "are only %u",
				 config->padding, config->positions);
	config->context = config->positions - config->padding - 1;
	return 0;
}

static const char *const prefixes[] = { "roberta.", "", NULL };

const struct architecture architecture_roberta = {
	.name = "roberta",
	.classes = "Roberta*",
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
