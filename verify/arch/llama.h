/* The tables that Llama shares with the families that follow it. */
#ifndef VERIFY_ARCH_LLAMA_H
#define VERIFY_ARCH_LLAMA_H

#include "verify/architecture.h"

/* Query, key and value from SLOT_INPUT; biases with FEATURE_QUERY_BIAS. */
#define LLAMA_PROJECT                                                                              \
	STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_QUERY, "self_attn.q_proj", FEATURE_QUERY_BIAS),          \
		STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_KEY, "self_attn.k_proj", FEATURE_QUERY_BIAS),    \
		STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_VALUE, "self_attn.v_proj", FEATURE_QUERY_BIAS)

/* From SLOT_MIXED to SLOT_BRANCH; a bias with FEATURE_OUTPUT_BIAS. */
#define LLAMA_OUTPUT                                                                               \
	STEP_LINEAR_BIAS(SLOT_MIXED, SLOT_BRANCH, "self_attn.o_proj", FEATURE_OUTPUT_BIAS)

/* The gated MLP from SLOT_INPUT to SLOT_BRANCH. */
#define LLAMA_MLP                                                                                  \
	STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_GATE, "mlp.gate_proj", FEATURE_MLP_BIAS),                \
		STEP_LINEAR_BIAS(SLOT_INPUT, SLOT_UP, "mlp.up_proj", FEATURE_MLP_BIAS),            \
		{ .kind = OP_GATE, .x = SLOT_GATE, .u = SLOT_UP, .y = SLOT_UP },                   \
		STEP_LINEAR_BIAS(SLOT_UP, SLOT_BRANCH, "mlp.down_proj", FEATURE_MLP_BIAS)

extern const struct operation llama_embed[];
extern const struct operation llama_layer[];
extern const struct operation llama_after_layers[];
extern const char *const llama_prefixes[];
extern const char *const llama_ignored[];

#endif
