/*
 * plan: the operations of an architecture bound to the tensors of one model.
 * Inside verify/ only.
 */
#ifndef VERIFY_PLAN_H
#define VERIFY_PLAN_H

#include "verify/architecture.h"
#include "verify/weights.h"

/*
 * An operation and the tensors it reads; NULL where it reads none. Borrowed from the weights.
 * One that a layer leaves out stands there as OP_NONE.
 */
struct bound {
	const struct operation *operation;
	uint32_t head; /* of those that are done for each head */
	const struct tensor *weight, *bias;
	struct bound_experts *experts; /* OP_EXPERTS: owned by the plan; else NULL */
};

struct plan {
	struct model_config config;
	struct weights *weights; /* borrowed */

	struct bound embed[OPERATIONS_MAX], after_layers[OPERATIONS_MAX];
	size_t embed_count, after_layers_count;
	struct bound *layer; /* layer_count for each layer, one layer after another */
	size_t layer_count;
	const struct tensor *head; /* vocab x hidden; NULL: an encoder */

	const struct tensor **unread; /* tensors that no operation reads */
	size_t unread_count;
};

/*
 * Bind. ERROR_CORRUPT: a tensor is missing, has other dimensions than
 * config.json gives, or is there though config.json says that it is not;
 * ERROR_UNTRUSTED: a number format or a tensor that the tables do not know, or
 * a head that loaders would disagree on (rule 10).
 */
MUST_CHECK int plan_make(const struct context *ctx, const struct model_config *config,
			 struct weights *weights, struct plan *out_plan, struct error *err);
void plan_release(struct plan *plan);

/* The bound operations of one layer. */
static inline const struct bound *plan_layer(const struct plan *plan, uint32_t layer)
{
	return plan->layer + (size_t)layer * plan->layer_count;
}

/* The experts of one layer, or NULL where it has none. */
const struct bound_experts *plan_layer_experts(const struct plan *plan, uint32_t layer);

/*
 * ERROR_CORRUPT unless the tensor has rows x cols numbers (rows 0: is a vector
 * of cols), which config.json calls rows_dim and cols_dim; then as tensor_format.
 */
MUST_CHECK int tensor_shape_check(const struct tensor *tensor, uint64_t rows, enum dim rows_dim,
				  uint64_t cols, enum dim cols_dim, struct error *err);

/* ERROR_UNTRUSTED unless the backend computes with that format. */
MUST_CHECK int tensor_format(const struct tensor *tensor, enum float_format *out_format,
			     struct error *err);

#endif
