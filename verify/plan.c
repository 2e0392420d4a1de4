/*
 * plan: find every tensor that the tables name, with the dimensions that
 * config.json gives, and judge what is left over.
 */
#include "verify/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/experts.h"
#include "verify/plan_rest.h"

int tensor_format(const struct tensor *tensor, enum float_format *out_format, struct error *err)
{
	switch (tensor->dtype) {
	case DTYPE_F32:
		*out_format = FLOAT_F32;
		return 0;
	case DTYPE_F16:
		*out_format = FLOAT_F16;
		return 0;
	case DTYPE_BF16:
		*out_format = FLOAT_BF16;
		return 0;
	default:
		return error_set(err, ERROR_UNTRUSTED,
				 "the tensor '%s' is stored as %s: this version computes with "
				 "F32, F16 and BF16",
				 tensor->name, dtype_name(tensor->dtype));
	}
}

/* "[100, 48]" */
static void shape_text(const struct tensor *tensor, char *out_text, size_t size)
{
	size_t used = 0;

	out_text[0] = '\0';
	for (uint32_t i = 0; i < tensor->rank && used < size; i++)
		used += (size_t)snprintf(out_text + used, size - used, "%s%" PRIu64, i ? ", " : "",
					 tensor->shape[i]);
}

int tensor_shape_check(const struct tensor *tensor, uint64_t rows, enum dim rows_dim, uint64_t cols,
		       enum dim cols_dim, struct error *err)
{
	enum float_format format;
	char text[96];

	if (rows ? tensor->rank == 2 && tensor->shape[0] == rows && tensor->shape[1] == cols
		 : tensor->rank == 1 && tensor->shape[0] == cols)
		return tensor_format(tensor, &format, err);
	shape_text(tensor, text, sizeof(text));
	if (rows)
		return error_set(
			err, ERROR_CORRUPT,
			"config.json contradicts the tensor '%s': it is [%s], and [%" PRIu64
			", %" PRIu64 "] (%s, %s) follows from config.json",
			tensor->name, text, rows, cols, dim_name(rows_dim), dim_name(cols_dim));
	return error_set(err, ERROR_CORRUPT,
			 "config.json contradicts the tensor '%s': it is [%s], and [%" PRIu64
			 "] (%s) follows from config.json",
			 tensor->name, text, cols, dim_name(cols_dim));
}

/* "prefix" + "layers.3." + name, in each spelling that the family has; NULL where there is none. */
static const struct tensor *tensor_named(const struct plan *plan, const char *prefix,
					 const char *layer, const char *name)
{
	const struct synonym *synonym = plan->config.architecture->synonyms;
	const struct tensor *tensor;
	char text[256];
	size_t len;

	len = (size_t)snprintf(text, sizeof(text), "%s%s%s", prefix, layer, name);
	if (len >= sizeof(text))
		return NULL;
	tensor = weights_find(plan->weights, text);
	for (; !tensor && synonym && synonym->suffix; synonym++) {
		size_t suffix = strlen(synonym->suffix);

		if (len < suffix || strcmp(text + len - suffix, synonym->suffix))
			continue;
		snprintf(text + len - suffix, sizeof(text) - (len - suffix), "%s", synonym->other);
		return weights_find(plan->weights, text);
	}
	return tensor;
}

static int tensor_needed(const struct plan *plan, const char *prefix, const char *layer,
			 const char *name, const struct tensor **out_tensor, struct error *err)
{
	*out_tensor = tensor_named(plan, prefix, layer, name);
	if (!*out_tensor)
		return error_set(err, ERROR_CORRUPT,
				 "config.json contradicts the tensors: '%s%s%s' is missing (model "
				 "of type '%s' with %u layers)",
				 prefix, layer, name, plan->config.architecture->name,
				 plan->config.layers);
	return 0;
}

/* Are the operation's tensors of the right shape? */
static int bound_check(const struct plan *plan, const struct bound *bound, struct error *err)
{
	const struct operation *operation = bound->operation;
	const struct model_config *config = &plan->config;
	enum dim in = slot_dim(operation->x);
	bool heads = operation->per_head || operation->each_head;
	enum dim out = heads ? DIM_HEAD : slot_dim(operation->y);
	uint64_t ins = config_dim(config, in);
	uint64_t outs = operation->parts ? 0 : config_dim(config, out);
	int failed = 0;

	for (size_t i = 0; i < operation->parts; i++)
		outs += config_dim(config, operation->part_dim[i]);

	switch (operation->kind) {
	case OP_TOKENS:
		return tensor_shape_check(bound->weight, config->vocab, DIM_VOCAB, outs, out, err);
	case OP_POSITIONS:
		return tensor_shape_check(bound->weight, config->positions, DIM_POSITIONS, outs,
					  out, err);
	case OP_TYPE_ZERO:
		return tensor_shape_check(bound->weight, config->types, DIM_TYPES, outs, out, err);
	case OP_LINEAR:
		failed = operation->transposed
				 ? tensor_shape_check(bound->weight, ins, in, outs, out, err)
				 : tensor_shape_check(bound->weight, outs, out, ins, in, err);
		break;
	case OP_RMS_NORM:
	case OP_LAYER_NORM:
		failed = bound->weight && tensor_shape_check(bound->weight, 0, out, outs, out, err);
		break;
	default:
		break;
	}
	if (failed || !bound->bias)
		return failed;
	return tensor_shape_check(bound->bias, 0, out, outs, out, err);
}

/* The tensor's name, with the head's number in place of the asterisk. */
static void weight_name(const struct operation *operation, uint32_t head, char *out, size_t size)
{
	const char *star = operation->each_head ? strchr(operation->weight, '*') : NULL;

	if (star)
		snprintf(out, size, "%.*s%u%s", (int)(star - operation->weight), operation->weight,
			 head, star + 1);
	else
		snprintf(out, size, "%s", operation->weight);
}

/* Find the tensors of one operation. */
static int operation_bind(const struct plan *plan, const struct operation *operation, uint32_t head,
			  const char *prefix, const char *layer, struct bound *out_bound,
			  struct error *err)
{
	struct bound bound = { .operation = operation, .head = head };
	char name[128];
	bool biased = operation->bias && (operation->bias_when == FEATURE_NONE ||
					  plan->config.feature[operation->bias_when]);

	if (operation->weight) {
		weight_name(operation, head, name, sizeof(name));
		if (tensor_needed(plan, prefix, layer, name, &bound.weight, err))
			return -1;
	}
	if (biased && tensor_needed(plan, prefix, layer, operation->bias, &bound.bias, err))
		return -1;
	if (bound_check(plan, &bound, err))
		return -1;
	if (operation->kind == OP_EXPERTS &&
	    experts_bind(&plan->config, plan->weights, operation->experts, prefix, layer,
			 &bound.experts, err))
		return -1;
	*out_bound = bound;
	return 0;
}

/* Bind one table (outside layers `layer` is ""); *out_count operations. */
static int table_bind(const struct plan *plan, const struct operation *table, const char *prefix,
		      const char *layer, uint32_t number, struct bound *out_bound,
		      size_t *out_count, struct error *err)
{
	static const struct operation nothing = { .kind = OP_NONE };
	size_t count = 0;

	for (; table->kind != OP_NONE; table++)
		for (uint32_t head = 0; head < operation_count(table, &plan->config); head++) {
			out_bound[count] = (struct bound){ .operation = &nothing };
			if (operation_applies(table, &plan->config, number) &&
			    operation_bind(plan, table, head, prefix, layer, &out_bound[count],
					   err))
				return -1;
			count++;
		}
	*out_count = count;
	return 0;
}

/* How many operations are bound in one layer, at most LAYER_OPERATIONS_MAX. */
static int layer_count_find(struct plan *plan, struct error *err)
{
	const struct operation *table = plan->config.architecture->layer;

	plan->layer_count = 0;
	for (; table->kind != OP_NONE; table++)
		plan->layer_count += operation_count(table, &plan->config);
	if (plan->layer_count <= LAYER_OPERATIONS_MAX)
		return 0;
	return error_set(err, ERROR_UNTRUSTED,
			 "a layer of this model has %zu steps with tensors of their own, and this "
			 "version computes at most %d",
			 plan->layer_count, LAYER_OPERATIONS_MAX);
}

/* The first prefix under which the embedding is found. */
static int prefix_find(const struct plan *plan, const char **out_prefix, struct error *err)
{
	const struct architecture *architecture = plan->config.architecture;

	for (size_t i = 0; architecture->prefixes[i]; i++)
		if (tensor_named(plan, architecture->prefixes[i], "", architecture->embedding)) {
			*out_prefix = architecture->prefixes[i];
			return 0;
		}
	return error_set(err, ERROR_CORRUPT,
			 "config.json contradicts the tensors: a model of type '%s' has a tensor "
			 "'%s%s', and it is missing",
			 architecture->name, architecture->prefixes[0], architecture->embedding);
}

/* The layers; their count is confirmed by the tensors before memory is taken for them. */
static int layers_bind(struct plan *plan, const char *prefix, struct error *err)
{
	const struct architecture *architecture = plan->config.architecture;
	size_t bound_count;
	char layer[64];

	if (layer_count_find(plan, err))
		return -1;
	if (plan->config.layers > weights_count(plan->weights))
		return error_set(err, ERROR_CORRUPT,
				 "config.json contradicts the tensors: %u layers, and only %zu "
				 "tensors in all",
				 plan->config.layers, weights_count(plan->weights));
	plan->layer = calloc((size_t)plan->config.layers * plan->layer_count, sizeof(*plan->layer));
	if (!plan->layer)
		return error_set(err, ERROR_SYSTEM, "no memory for %u layers", plan->config.layers);
	for (uint32_t i = 0; i < plan->config.layers; i++) {
		snprintf(layer, sizeof(layer), "%s%u.", architecture->layers, i);
		if (table_bind(plan, architecture->layer, prefix, layer, i,
			       plan->layer + i * plan->layer_count, &bound_count, err))
			return -1;
	}
	return 0;
}

/* The head (rule 10): its own tensor, or the embedding where they are tied. */
static int head_bind(const struct context *ctx, struct plan *plan, const char *prefix,
		     struct error *err)
{
	const struct architecture *architecture = plan->config.architecture;
	const struct tensor *own, *embedding;

	if (!architecture->head)
		return 0;
	own = tensor_named(plan, "", "", architecture->head);
	embedding = tensor_named(plan, prefix, "", architecture->embedding);
	if (!plan->config.tied && !own)
		return error_set(err, ERROR_UNTRUSTED,
				 "there is no language-model head: no tensor '%s', and config.json "
				 "does not tie it to the embedding",
				 architecture->head);
	if (plan->config.tied && own && plan_tied_check(ctx, plan->weights, own, embedding, err))
		return -1;
	plan->head = plan->config.tied ? embedding : own;
	return tensor_shape_check(plan->head, plan->config.vocab, DIM_VOCAB, plan->config.hidden,
				  DIM_HIDDEN, err);
}

static int plan_bind(const struct context *ctx, struct plan *plan, struct error *err)
{
	const struct architecture *architecture = plan->config.architecture;
	const char *prefix;

	if (prefix_find(plan, &prefix, err) ||
	    table_bind(plan, architecture->embed, prefix, "", 0, plan->embed, &plan->embed_count,
		       err) ||
	    layers_bind(plan, prefix, err))
		return -1;
	if (architecture->after_layers &&
	    table_bind(plan, architecture->after_layers, prefix, "", 0, plan->after_layers,
		       &plan->after_layers_count, err))
		return -1;
	if (head_bind(ctx, plan, prefix, err))
		return -1;
	return plan_rest(plan, prefix, err);
}

int plan_make(const struct context *ctx, const struct model_config *config, struct weights *weights,
	      struct plan *out_plan, struct error *err)
{
	struct plan plan = { .config = *config, .weights = weights };

	if (plan_bind(ctx, &plan, err)) {
		plan_release(&plan);
		return -1;
	}
	*out_plan = plan;
	return 0;
}

const struct bound_experts *plan_layer_experts(const struct plan *plan, uint32_t layer)
{
	const struct bound *bound = plan_layer(plan, layer);

	for (size_t i = 0; i < plan->layer_count; i++)
		if (bound[i].experts)
			return bound[i].experts;
	return NULL;
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; plan->layer && i < plan->config.layers * plan->layer_count; i++)
		bound_experts_free(&plan->layer[i].experts);
	free(plan->layer);
	free(plan->unread);
	*plan = (struct plan){ 0 };
}
