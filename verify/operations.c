/* operations: carry out one table of operations over one layer's tensors. */
#include "verify/operations.h"

#include <stdlib.h>

/* The tensor as a matrix: a vector is one row. */
static int tensor_matrix(const struct tensor *tensor, const struct load_set *set,
			 struct backend_memory *memory, struct matrix *out_matrix,
			 struct error *err)
{
	enum float_format format;
	size_t rows = tensor->rank == 2 ? (size_t)tensor->shape[0] : 1;

	if (tensor_format(tensor, &format, err))
		return -1;
	*out_matrix = matrix_at(memory, load_set_offset(set, tensor), format, rows,
				(size_t)tensor->shape[tensor->rank - 1]);
	return 0;
}

static int linear_run(struct stage *stage, const struct operation *operation, struct matrix weight,
		      struct matrix bias, struct error *err)
{
	struct matrix y = stage->slot[operation->y];

	if (operation->parts) {
		size_t first = 0;

		for (size_t i = 0; i < operation->part; i++)
			first += config_dim(stage->config, operation->part_dim[i]);
		weight = operation->transposed ? matrix_cols(weight, first, y.cols)
					       : matrix_rows(weight, first, y.cols);
		if (bias.memory)
			bias = matrix_cols(bias, first, y.cols);
	}
	return exact_linear(stage->backend, stage->slot[operation->x], weight,
			    operation->transposed, bias, y, err);
}

/* A norm, over rows or over the heads of each row. */
static int norm_run(struct stage *stage, const struct operation *operation, uint32_t head,
		    struct matrix gain, struct matrix bias, struct error *err)
{
	const struct model_config *config = stage->config;
	struct matrix x = stage->slot[operation->x], y = stage->slot[operation->y];

	if (operation->each_head) {
		x = matrix_cols(x, head * (size_t)config->head_dim, config->head_dim);
		y = x;
	} else if (operation->per_head) {
		x = matrix_split(x, x.cols / config->head_dim);
		y = matrix_split(y, y.cols / config->head_dim);
	}
	if (!gain.memory)
		gain = matrix_at(stage->ones, 0, FLOAT_F32, 1, x.cols);
	if (operation->kind == OP_LAYER_NORM)
		return exact_layer_norm(stage->backend, x, gain, bias, config->eps, y, err);
	return exact_rms_norm(stage->backend, x, gain,
			      config->architecture->gain_plus_one ? NORM_GAIN_PLUS_ONE : NORM_GAIN,
			      config->eps, y, err);
}

/* Numbers from one head to the next, of query, key and value; 0: they lie close. */
static size_t head_stride(const struct model_config *config)
{
	return config->architecture->fused_heads ? 3 * (size_t)config->head_dim : 0;
}

static int attention_run(struct stage *stage, struct error *err)
{
	const struct model_config *config = stage->config;
	struct attention_shape shape = { .heads = config->heads,
					 .key_heads = config->key_heads,
					 .head_dim = config->head_dim,
					 .query_head_stride = head_stride(config),
					 .key_head_stride = head_stride(config),
					 .causal = config->architecture->causal,
					 .window = stage->window,
					 .scale = stage->scale,
					 .score_cap = config->score_cap };

	return exact_attention(stage->backend, &shape, stage->slot[SLOT_QUERY],
			       stage->slot[SLOT_KEY], stage->slot[SLOT_VALUE], &stage->batch,
			       stage->slot[SLOT_MIXED], err);
}

static int rope_run(struct stage *stage, struct matrix x, size_t heads, struct error *err)
{
	struct rope_shape shape = { .heads = heads,
				    .head_dim = stage->config->head_dim,
				    .head_stride = head_stride(stage->config) };

	for (size_t i = 0; i < stage->turn->count; i++) {
		struct rope_group *group = &stage->turn->group[i];

		if (exact_rope(stage->backend, matrix_rows(x, group->first_row, group->rows),
			       &shape, group->cos, group->sin, &group->batch, err))
			return -1;
	}
	return 0;
}

static int operation_run(struct stage *stage, const struct bound *bound, struct matrix weight,
			 struct matrix bias, struct error *err)
{
	const struct operation *operation = bound->operation;
	const struct model_config *config = stage->config;
	struct matrix x = stage->slot[operation->x], u = stage->slot[operation->u];
	struct matrix y = stage->slot[operation->y];

	switch (operation->kind) {
	case OP_NONE:
		return 0;
	case OP_SCALE:
		return exact_scale(stage->backend, x, config->embedding_scale, y, err);
	case OP_RMS_NORM:
	case OP_LAYER_NORM:
		return norm_run(stage, operation, bound->head, weight, bias, err);
	case OP_LINEAR:
		return linear_run(stage, operation, weight, bias, err);
	case OP_CLIP:
		return exact_clip(stage->backend, x, config->clip, y, err);
	case OP_ROPE_QUERY:
		return rope_run(stage, x, config->heads, err);
	case OP_ROPE_KEY:
		return rope_run(stage, x, config->key_heads, err);
	case OP_ATTENTION:
		return attention_run(stage, err);
	case OP_ACTIVATION:
		return exact_activation(stage->backend, config->activation, x, y, err);
	case OP_GATE:
		return exact_gate(stage->backend, config->activation, x, u, y, err);
	case OP_GATE_ROWS:
		return exact_gate_rows(stage->backend, x, u, y, err);
	case OP_ADD:
		return exact_add(stage->backend, x, u, y, err);
	case OP_EXPERTS: /* of all stages together */
	case OP_TOKENS:
	case OP_POSITIONS:
	case OP_TYPE_ZERO:
		break;
	}
	return error_set(err, ERROR_USAGE, "operation %d cannot stand in this table",
			 (int)operation->kind);
}

enum slot operation_result(const struct operation *operation)
{
	return operation->kind == OP_ROPE_QUERY || operation->kind == OP_ROPE_KEY ? operation->x
										  : operation->y;
}

static int stage_tell(struct stage *stage, const struct bound *bound, struct error *err)
{
	if (!stage->watch || bound->operation->kind == OP_NONE)
		return 0;
	return stage->watch->done(stage->watch->user, bound, stage->backend,
				  stage->slot[operation_result(bound->operation)], err);
}

/* One operation on one stage. */
static int bound_run(struct stage *stage, const struct bound *bound, const struct load_set *set,
		     struct backend_memory *memory, struct error *err)
{
	struct matrix weight = MATRIX_NONE, bias = MATRIX_NONE;

	if (bound->weight && tensor_matrix(bound->weight, set, memory, &weight, err))
		return -1;
	if (bound->bias && tensor_matrix(bound->bias, set, memory, &bias, err))
		return -1;
	return operation_run(stage, bound, weight, bias, err);
}

/* A layer's experts, on all stages together. */
static int all_experts_run(struct stage *stage, size_t stages, const struct bound *bound,
			   struct error *err)
{
	struct experts_state state[SUPPLY_BACKENDS_MAX];

	for (size_t i = 0; i < stages; i++)
		state[i] = (struct experts_state){
			.logits = stage[i].slot[bound->operation->u],
			.x = stage[i].slot[bound->operation->x],
			.y = stage[i].slot[bound->operation->y],
		};
	return experts_run(stage->experts, bound->experts, stage->layer, state, err);
}

int operations_run(struct stage *stage, size_t stages, const struct bound *bound, size_t count,
		   const struct load_set *set, struct backend_memory *const *memory,
		   struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		bool experts = bound[i].operation->kind == OP_EXPERTS;

		if (stage->ctx && context_check_cancelled(stage->ctx, err))
			return -1;
		if (experts && all_experts_run(stage, stages, &bound[i], err))
			return -1;
		for (size_t k = 0; k < stages; k++)
			if ((!experts && bound_run(&stage[k], &bound[i], set, memory[k], err)) ||
			    stage_tell(&stage[k], &bound[i], err))
				return -1;
	}
	return 0;
}

/* ---- Preparing for sequences ---- */

/* One table for `count` sequences from `first`, as long as the longest of them. */
static int rope_group_fill(struct stage *stage, struct rope_frequencies rope,
			   struct rope_group *group, const size_t *row_count, size_t count,
			   size_t first_row, struct error *err)
{
	size_t longest = 0, half = rope.dim / 2;
	float *table;
	int failed;

	group->first_row = first_row;
	group->batch = (struct batch){ row_count, count };
	for (size_t i = 0; i < count; i++) {
		group->rows += row_count[i];
		longest = row_count[i] > longest ? row_count[i] : longest;
	}
	rope.length = (uint32_t)longest;
	if (backend_memory_new(stage->backend, 2 * longest * half * sizeof(float), &group->memory,
			       err))
		return -1;
	group->cos = matrix_at(group->memory, 0, FLOAT_F32, longest, half);
	group->sin =
		matrix_at(group->memory, longest * half * sizeof(float), FLOAT_F32, longest, half);
	table = malloc(2 * longest * half * sizeof(float));
	if (!table)
		return error_set(err, ERROR_SYSTEM, "no memory for rotary tables");
	failed = rope_table_fill(&rope, 0, longest, table, table + longest * half, err) ||
		 backend_upload(stage->backend, group->cos, table, err) ||
		 backend_upload(stage->backend, group->sin, table + longest * half, err);
	free(table);
	return failed ? -1 : 0;
}

/* One group for all; or, where the frequencies depend on the length, one for each run of equal
 * lengths. */
static int rope_open(struct stage *stage, const struct rope_frequencies *rope, struct rope_set *set,
		     struct error *err)
{
	const struct sequences *sequences = &stage->sequences;
	bool by_length = rope_depends_on_length(rope);
	size_t first_row = 0;

	if (!rope->dim)
		return 0;
	set->group = calloc(by_length ? sequences->count : 1, sizeof(*set->group));
	if (!set->group)
		return error_set(err, ERROR_SYSTEM, "no memory for rotary tables");
	for (size_t first = 0, next; first < sequences->count; first = next) {
		const size_t *row_count = sequences->row_count + first;
		struct rope_group *group = &set->group[set->count++];

		next = by_length ? first + 1 : sequences->count;
		while (next < sequences->count && sequences->row_count[next] == row_count[0])
			next++;
		if (rope_group_fill(stage, *rope, group, row_count, next - first, first_row, err))
			return -1;
		first_row += group->rows;
	}
	return 0;
}

static bool has_bare_norm(const struct operation *table)
{
	for (; table && table->kind != OP_NONE; table++)
		if ((table->kind == OP_LAYER_NORM || table->kind == OP_RMS_NORM) && !table->weight)
			return true;
	return false;
}

/* A gain of ones, for norms without one: x * 1 is x. */
static int ones_open(struct stage *stage, struct error *err)
{
	const struct architecture *architecture = stage->config->architecture;
	size_t width = stage->config->hidden;
	float *values;
	int failed;

	if (!has_bare_norm(architecture->layer) && !has_bare_norm(architecture->after_layers))
		return 0;
	values = malloc(width * sizeof(*values));
	if (!values)
		return error_set(err, ERROR_SYSTEM, "no memory for a gain of %zu", width);
	for (size_t i = 0; i < width; i++)
		values[i] = 1.0f;
	failed = backend_memory_new(stage->backend, width * sizeof(*values), &stage->ones, err) ||
		 backend_upload(stage->backend, matrix_at(stage->ones, 0, FLOAT_F32, 1, width),
				values, err);
	free(values);
	return failed ? -1 : 0;
}

int stage_open(struct stage *stage, struct error *err)
{
	const struct model_config *config = stage->config;

	stage->batch = (struct batch){ stage->sequences.row_count, stage->sequences.count };
	stage->scale = exact_inverse_sqrt(config->query_scalar > 0.0f ? config->query_scalar
								      : (float)config->head_dim);
	stage->turn = &stage->rope;
	if (ones_open(stage, err) || rope_open(stage, &config->rope, &stage->rope, err) ||
	    rope_open(stage, &config->local_rope, &stage->local_rope, err))
		return -1;
	return 0;
}

void stage_layer(struct stage *stage, uint32_t layer)
{
	bool slides = model_config_slides(stage->config, layer);

	stage->layer = layer;
	stage->window = slides ? stage->config->window : 0;
	stage->turn = slides && stage->config->local_rope.dim ? &stage->local_rope : &stage->rope;
}

static void rope_set_release(struct rope_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		backend_memory_free(&set->group[i].memory);
	free(set->group);
	*set = (struct rope_set){ 0 };
}

void stage_release(struct stage *stage)
{
	rope_set_release(&stage->rope);
	rope_set_release(&stage->local_rope);
	if (stage->ones)
		backend_memory_free(&stage->ones);
}
