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
		size_t first = operation->part * y.cols;

		weight = operation->transposed ? matrix_cols(weight, first, y.cols)
					       : matrix_rows(weight, first, y.cols);
		if (bias.memory)
			bias = matrix_cols(bias, first, y.cols);
	}
	return exact_linear(stage->backend, stage->slot[operation->x], weight,
			    operation->transposed, bias, y, err);
}

static int attention_run(struct stage *stage, struct error *err)
{
	const struct model_config *config = stage->config;
	struct attention_shape shape = { .heads = config->heads,
					 .key_heads = config->key_heads,
					 .head_dim = config->head_dim,
					 .causal = config->architecture->causal,
					 .window = stage->window,
					 .scale = stage->scale };

	return exact_attention(stage->backend, &shape, stage->slot[SLOT_QUERY],
			       stage->slot[SLOT_KEY], stage->slot[SLOT_VALUE], &stage->batch,
			       stage->slot[SLOT_MIXED], err);
}

static int rope_run(struct stage *stage, struct matrix x, size_t heads, struct error *err)
{
	struct rope_shape shape = { .heads = heads, .head_dim = stage->config->head_dim };

	for (size_t i = 0; i < stage->rope_count; i++) {
		struct rope_group *group = &stage->rope[i];

		if (exact_rope(stage->backend, matrix_rows(x, group->first_row, group->rows),
			       &shape, group->cos, group->sin, &group->batch, err))
			return -1;
	}
	return 0;
}

static int operation_run(struct stage *stage, const struct operation *operation,
			 struct matrix weight, struct matrix bias, struct error *err)
{
	const struct model_config *config = stage->config;
	struct matrix x = stage->slot[operation->x], u = stage->slot[operation->u];
	struct matrix y = stage->slot[operation->y];

	switch (operation->kind) {
	case OP_RMS_NORM:
		return exact_rms_norm(stage->backend, x, weight, NORM_GAIN, config->eps, y, err);
	case OP_LAYER_NORM:
		return exact_layer_norm(stage->backend, x, weight, bias, config->eps, y, err);
	case OP_LINEAR:
		return linear_run(stage, operation, weight, bias, err);
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
	case OP_ADD:
		return exact_add(stage->backend, x, u, y, err);
	case OP_TOKENS:
	case OP_POSITIONS:
	case OP_TYPE_ZERO:
	case OP_NONE:
		break;
	}
	return error_set(err, ERROR_USAGE, "operation %d cannot stand in this table",
			 (int)operation->kind);
}

int operations_run(struct stage *stage, const struct bound *bound, size_t count,
		   const struct load_set *set, struct backend_memory *memory, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		struct matrix weight = MATRIX_NONE, bias = MATRIX_NONE;

		if (bound[i].weight && tensor_matrix(bound[i].weight, set, memory, &weight, err))
			return -1;
		if (bound[i].bias && tensor_matrix(bound[i].bias, set, memory, &bias, err))
			return -1;
		if (operation_run(stage, bound[i].operation, weight, bias, err))
			return -1;
	}
	return 0;
}

/* ---- Preparing for sequences ---- */

/* One table for `count` sequences from `first`, as long as the longest of them. */
static int rope_group_fill(struct stage *stage, struct rope_group *group, const size_t *row_count,
			   size_t count, size_t first_row, struct error *err)
{
	struct rope_frequencies rope = stage->config->rope;
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
static int rope_open(struct stage *stage, const struct sequences *sequences, struct error *err)
{
	bool by_length = stage->config->rope.scaling == ROPE_DYNAMIC;
	size_t first_row = 0;

	stage->rope = calloc(by_length ? sequences->count : 1, sizeof(*stage->rope));
	if (!stage->rope)
		return error_set(err, ERROR_SYSTEM, "no memory for rotary tables");
	for (size_t first = 0, next; first < sequences->count; first = next) {
		const size_t *row_count = sequences->row_count + first;
		struct rope_group *group = &stage->rope[stage->rope_count++];

		next = by_length ? first + 1 : sequences->count;
		while (next < sequences->count && sequences->row_count[next] == row_count[0])
			next++;
		if (rope_group_fill(stage, group, row_count, next - first, first_row, err))
			return -1;
		first_row += group->rows;
	}
	return 0;
}

int stage_open(struct stage *stage, const struct sequences *sequences, struct error *err)
{
	stage->batch = (struct batch){ sequences->row_count, sequences->count };
	stage->scale = exact_inverse_sqrt((float)stage->config->head_dim);
	return stage->config->rope.dim ? rope_open(stage, sequences, err) : 0;
}

void stage_release(struct stage *stage)
{
	for (size_t i = 0; i < stage->rope_count; i++)
		backend_memory_free(&stage->rope[i].memory);
	free(stage->rope);
	stage->rope = NULL;
	stage->rope_count = 0;
}
