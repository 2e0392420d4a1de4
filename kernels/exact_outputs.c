/* exact_outputs: experts, and what is read off a forward pass; checks first, as in exact.c. */
#include "kernels/exact_check.h"
#include "kernels/exact_math.h"

int exact_route(struct backend *backend, struct matrix logits, const struct router_shape *shape,
		uint32_t *out_expert, float *out_weight, struct error *err)
{
	if (check_activation(backend, logits, "router", err))
		return -1;
	if (!shape->chosen || shape->chosen > logits.cols || shape->chosen > EXACT_CHOSEN_MAX)
		return error_set(err, ERROR_USAGE, "router: cannot choose %zu of %zu experts",
				 shape->chosen, logits.cols);
	return backend->type->route(backend, logits, shape, out_expert, out_weight, err);
}

int exact_combine(struct backend *backend, struct matrix x, const uint32_t *index,
		  const float *weight, struct matrix y, struct error *err)
{
	if (check_activation(backend, x, "combine", err) ||
	    check_result(backend, y, "combine", err) ||
	    check_index(index, x.rows, y.rows, "combine", err))
		return -1;
	if (x.cols != y.cols || matrix_overlap(x, y))
		return error_set(err, ERROR_USAGE, "combine: rows of %zu do not join rows of %zu",
				 x.cols, y.cols);
	return backend->type->combine(backend, x, index, weight, y, err);
}

int exact_gate_rows(struct backend *backend, struct matrix x, struct matrix gate, struct matrix y,
		    struct error *err)
{
	if (check_map(backend, x, y, "gate_rows", err) ||
	    check_activation(backend, gate, "gate_rows", err))
		return -1;
	if (gate.rows != x.rows || gate.cols != 1 || matrix_overlap(gate, y))
		return error_set(err, ERROR_USAGE, "gate_rows: gates of %zux%zu for %zu rows",
				 gate.rows, gate.cols, x.rows);
	return backend->type->gate_rows(backend, x, gate, y, err);
}

int exact_finite(struct backend *backend, struct matrix x, const char *what, struct error *err)
{
	size_t at;

	if (check_activation(backend, x, what, err) ||
	    backend->type->find_not_finite(backend, x, &at, err))
		return -1;
	if (at != SIZE_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "%s: value %zu of row %zu is not finite; a forward pass with NaN "
				 "or infinity cannot be recorded",
				 what, at % x.cols, at / x.cols);
	return 0;
}

int exact_partition(struct backend *backend, struct matrix logits, float *out_max, float *out_sum,
		    struct error *err)
{
	if (check_activation(backend, logits, "logits", err))
		return -1;
	return backend->type->partition(backend, logits, out_max, out_sum, err);
}

int exact_top_logits(struct backend *backend, struct matrix logits, struct exact_top *out_top,
		     struct error *err)
{
	if (check_activation(backend, logits, "logits", err))
		return -1;
	if (logits.cols > UINT32_MAX)
		return error_set(err, ERROR_USAGE, "logits: %zu columns have no 32-bit ids",
				 logits.cols);
	return backend->type->top_logits(backend, logits, out_top, err);
}
