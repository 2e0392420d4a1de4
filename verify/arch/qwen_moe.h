/* What Qwen2-MoE and Qwen3-MoE share. */
#ifndef VERIFY_ARCH_QWEN_MOE_H
#define VERIFY_ARCH_QWEN_MOE_H

#include "verify/architecture.h"

extern const struct operation qwen_moe_layer[];

#endif
