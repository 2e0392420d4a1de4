/* Small models with experts, for tests. */
#ifndef TESTS_VERIFY_TINY_MOE_H
#define TESTS_VERIFY_TINY_MOE_H

#include "tests/verify/tiny_model.h"

/*
 * "mixtral"; "qwen2_moe" with a shared expert, "qwen3_moe", whose layer 0 is
 * dense: 2 layers, hidden size 24, vocabulary 67, `experts` experts of which a token
 * chooses two.
 */
struct tiny_model tiny_moe(const char *family, unsigned experts);

/* "model.layers.1.block_sparse_moe.experts.3.w1.weight": part 0 gate, 1 up, 2 down. */
#define TINY_NAME_MAX 96
void tiny_expert_name(const char *family, unsigned layer, unsigned expert, unsigned part,
		      char out_name[TINY_NAME_MAX]);

/*
 * Write the same numbers as tiny_model_write of tiny_moe(family, experts) does, with
 * the experts of each layer in two tensors, as transformers 5 holds them.
 */
void tiny_moe_write_fused(const char *family, unsigned experts, const char *folder);

/*
 * A model of `experts` experts of hidden x inner bf16 zeros in a file that is mostly
 * a hole; the other weights are not 0. One layer of "mixtral"; `fused`: the
 * experts in two tensors, those of down last.
 */
void tiny_moe_write_large(unsigned experts, unsigned hidden, unsigned inner, bool fused,
			  const char *folder);

#endif
