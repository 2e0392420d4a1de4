/* The tables that Llama shares with the families that follow it. */
#ifndef VERIFY_ARCH_LLAMA_H
#define VERIFY_ARCH_LLAMA_H

#include "verify/architecture.h"

extern const struct operation llama_embed[];
extern const struct operation llama_layer[];
extern const struct operation llama_after_layers[];
extern const char *const llama_prefixes[];
extern const char *const llama_ignored[];

#endif
