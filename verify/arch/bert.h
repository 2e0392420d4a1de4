/* The tables that BERT shares with the families that follow it. */
#ifndef VERIFY_ARCH_BERT_H
#define VERIFY_ARCH_BERT_H

#include "verify/architecture.h"

extern const struct operation bert_embed[];
extern const struct operation bert_layer[];
extern const struct config_key bert_keys[];
extern const struct config_fixed bert_fixed[];
extern const struct synonym bert_synonyms[];

/* RoBERTa's positions, which leave pads out (arch/roberta.c). */
MUST_CHECK int roberta_finish(const struct json *json, struct model_config *config,
			      struct error *err);

#endif
