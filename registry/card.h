/* A plain model card from signed facts, for models that bring none. Inside registry/ only. */
#ifndef REGISTRY_CARD_H
#define REGISTRY_CARD_H

#include "verify/verify.h"

/*
 * Append a Hugging Face README.md: front matter, what the checkpoint statement
 * says, and how to verify with `pin`.
 */
MUST_CHECK int card_write(const struct believed *checkpoint, const char *release_name,
			  const char *pin, struct buffer *out, struct error *err);

#endif
