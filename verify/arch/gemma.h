/* What the Gemma families share beside Llama's tables. */
#ifndef VERIFY_ARCH_GEMMA_H
#define VERIFY_ARCH_GEMMA_H

#include "verify/arch/llama.h"

extern const struct operation gemma_embed[];

/*
 * The scale of the embedding, and the activation, which configs have called by
 * two keys: `other`, where it is there, must mean what config->activation is.
 */
MUST_CHECK int gemma_finish(const struct json *json, const char *other, struct model_config *config,
			    struct error *err);

#endif
