/*
 * golden_model: the weights of a golden model (docs/numerics.md, "Golden digests"), which
 * follow from its name and a recipe. Recipes come from tests/golden/ through
 * tests/verify/golden.c, or from the tables in C of golden_tables.c.
 */
#ifndef TESTS_GPU_GOLDEN_MODEL_H
#define TESTS_GPU_GOLDEN_MODEL_H

#include "verify/dtype.h"

#define GOLDEN_SCHEMA "akashi/golden/1"
#define GOLDEN_MODEL_MAX_BYTES (16u << 20) /* of one checkpoint */
#define GOLDEN_RANK_MAX 3

struct golden_list {
	const uint32_t *number;
	size_t count;
};

/* One entry of "tensors". */
struct golden_tensor {
	const char *name;
	enum dtype dtype; /* BF16, F16 or F32 */
	uint32_t rank, shape[GOLDEN_RANK_MAX];
	bool gain; /* numbers around 1; else integers times 2^exponent */
	int exponent;
	struct golden_list tiny_rows, tiny_columns, copied_rows; /* pairs: from, to */
};

struct golden_model {
	const char *name;
	const struct golden_tensor *tensor;
	size_t tensor_count;
};

/* Append the model as a safetensors file. ERROR_CORRUPT: a recipe that makes no sense. */
MUST_CHECK int golden_model_write(const struct golden_model *model, struct buffer *out,
				  struct error *err);

#endif
