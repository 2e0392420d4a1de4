/* experts_bind: find a layer's experts among the tensors, in the layout that they have. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "verify/experts.h"
#include "verify/plan.h"

#define NAME_MAX_BYTES 256

/* Rows and columns of one part of an expert. */
static void part_dims(enum expert_part part, enum dim *out_rows, enum dim *out_cols)
{
	*out_rows = part == EXPERT_DOWN ? DIM_HIDDEN : DIM_EXPERT;
	*out_cols = part == EXPERT_DOWN ? DIM_EXPERT : DIM_HIDDEN;
}

static int tensor_missing(const struct model_config *config, const char *name, struct error *err)
{
	return error_set(err, ERROR_CORRUPT,
			 "config.json contradicts the tensors: '%s' is missing (layers of %u "
			 "experts)",
			 name, config->experts);
}

/* One tensor for each part of each expert. The names are counted before memory is taken. */
static int each_bind(const struct model_config *config, const struct weights *weights,
		     const struct experts_names *names, const char *prefix, const char *layer,
		     struct bound_experts *out_experts, struct error *err)
{
	const char *const part[EXPERT_PARTS] = { names->gate, names->up, names->down };
	size_t count = (size_t)config->experts * EXPERT_PARTS;
	char name[NAME_MAX_BYTES];

	if (count > weights_count(weights))
		return error_set(err, ERROR_CORRUPT,
				 "config.json contradicts the tensors: layers of %u experts, and "
				 "only %zu tensors in all",
				 config->experts, weights_count(weights));
	out_experts->tensor = calloc(count, sizeof(*out_experts->tensor));
	if (!out_experts->tensor)
		return error_set(err, ERROR_SYSTEM, "no memory for %u experts", config->experts);
	for (size_t i = 0; i < count; i++) {
		enum expert_part which = (enum expert_part)(i % EXPERT_PARTS);
		const struct tensor *tensor;
		enum dim rows, cols;

		snprintf(name, sizeof(name), "%s%s%s%zu.%s", prefix, layer, names->each,
			 i / EXPERT_PARTS, part[which]);
		tensor = weights_find(weights, name);
		part_dims(which, &rows, &cols);
		if (!tensor)
			return tensor_missing(config, name, err);
		if (tensor_shape_check(tensor, config_dim(config, rows), rows,
				       config_dim(config, cols), cols, err))
			return -1;
		out_experts->tensor[out_experts->tensor_count++] = tensor;
	}
	return 0;
}

/* experts x rows x cols numbers, `rows` being `times` the size that config.json gives. */
static int fused_check(const struct model_config *config, const struct tensor *tensor,
		       unsigned times, enum expert_part part, struct error *err)
{
	enum float_format format;
	enum dim rows, cols;
	uint64_t want[3];

	part_dims(part, &rows, &cols);
	want[0] = config->experts;
	want[1] = (uint64_t)times * config_dim(config, rows);
	want[2] = config_dim(config, cols);
	if (tensor->rank == 3 && tensor->shape[0] == want[0] && tensor->shape[1] == want[1] &&
	    tensor->shape[2] == want[2])
		return tensor_format(tensor, &format, err);
	return error_set(err, ERROR_CORRUPT,
			 "config.json contradicts the tensor '%s': [%" PRIu64 ", %" PRIu64
			 ", %" PRIu64 "] (experts, %s%s, %s) follows from config.json",
			 tensor->name, want[0], want[1], want[2], times == 2 ? "2 x " : "",
			 dim_name(rows), dim_name(cols));
}

/* All experts in two tensors, as transformers 5 holds them. */
static int fused_bind(const struct model_config *config, const struct tensor *gate_up,
		      const struct tensor *down, struct bound_experts *out_experts,
		      struct error *err)
{
	if (fused_check(config, gate_up, 2, EXPERT_GATE, err) ||
	    fused_check(config, down, 1, EXPERT_DOWN, err))
		return -1;
	out_experts->tensor = calloc(2, sizeof(*out_experts->tensor));
	if (!out_experts->tensor)
		return error_set(err, ERROR_SYSTEM, "no memory for %u experts", config->experts);
	out_experts->fused = true;
	out_experts->tensor[0] = gate_up;
	out_experts->tensor[1] = down;
	out_experts->tensor_count = 2;
	return 0;
}

int experts_bind(const struct model_config *config, const struct weights *weights,
		 const struct experts_names *names, const char *prefix, const char *layer,
		 struct bound_experts **out_experts, struct error *err)
{
	struct bound_experts *bound = calloc(1, sizeof(*bound));
	const struct tensor *gate_up, *down;
	char name[NAME_MAX_BYTES];
	int failed;

	if (!bound)
		return error_set(err, ERROR_SYSTEM, "no memory for %u experts", config->experts);
	bound->count = config->experts;
	snprintf(name, sizeof(name), "%s%s%s", prefix, layer, names->all_gate_up);
	gate_up = weights_find(weights, name);
	snprintf(name, sizeof(name), "%s%s%s", prefix, layer, names->all_down);
	down = weights_find(weights, name);
	if (!gate_up)
		failed = each_bind(config, weights, names, prefix, layer, bound, err);
	else if (!down)
		failed = tensor_missing(config, name, err);
	else
		failed = fused_bind(config, gate_up, down, bound, err);
	if (failed) {
		bound_experts_free(&bound);
		return -1;
	}
	*out_experts = bound;
	return 0;
}

void bound_experts_free(struct bound_experts **experts)
{
	if (*experts)
		free((*experts)->tensor);
	free(*experts);
	*experts = NULL;
}

struct expert_slice expert_slice(const struct bound_experts *experts,
				 const struct model_config *config, uint32_t id,
				 enum expert_part part)
{
	struct expert_slice slice;
	enum dim rows, cols;

	part_dims(part, &rows, &cols);
	slice.rows = config_dim(config, rows);
	slice.cols = config_dim(config, cols);
	if (!experts->fused) {
		slice.tensor = experts->tensor[(size_t)id * EXPERT_PARTS + part];
		slice.offset = 0;
		slice.length = slice.tensor->length;
		return slice;
	}
	slice.tensor = experts->tensor[part == EXPERT_DOWN];
	slice.length = slice.tensor->length / experts->count;
	slice.offset = id * slice.length;
	if (part != EXPERT_DOWN)
		slice.length /= 2;
	if (part == EXPERT_UP)
		slice.offset += slice.length;
	return slice;
}

uint64_t expert_bytes(const struct bound_experts *experts, uint32_t id)
{
	const struct tensor *const *tensor = experts->tensor;

	if (experts->fused)
		return tensor[0]->length / experts->count + tensor[1]->length / experts->count;
	tensor += (size_t)id * EXPERT_PARTS;
	return tensor[EXPERT_GATE]->length + tensor[EXPERT_UP]->length +
	       tensor[EXPERT_DOWN]->length;
}
