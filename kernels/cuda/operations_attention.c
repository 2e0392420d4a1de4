/* operations_attention: launch what attention.cu and rope.cu have. */
#include <stdlib.h>

#include "kernels/cuda/attention.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/rope.h"

/* What follows in scratch begins at multiples of this. */
enum { SCRATCH_ALIGN = 256 };

static size_t align_up(size_t size)
{
	return (size + SCRATCH_ALIGN - 1) / SCRATCH_ALIGN * SCRATCH_ALIGN;
}

/* ---- Attention ---- */

/* The keys that the queries of a task see, together. */
static size_t task_span(const struct attention_shape *shape, size_t tokens, size_t first)
{
	size_t left = tokens - first;
	size_t count = left < ATTENTION_QUERIES ? left : ATTENTION_QUERIES;
	size_t low = shape->window && first + 1 > shape->window ? first + 1 - shape->window : 0;

	return (shape->causal ? first + count : tokens) - low;
}

/* A task, and what it is sorted by: the longest first, so that none is left for the end. */
struct sized_task {
	struct attention_task task;
	size_t span;
};

static int span_compare(const void *left, const void *right)
{
	const struct sized_task *a = left, *b = right;

	if (a->span != b->span)
		return a->span > b->span ? -1 : 1;
	if (a->task.probe != b->task.probe)
		return a->task.probe < b->task.probe ? -1 : 1;
	return (a->task.first > b->task.first) - (a->task.first < b->task.first);
}

/* Tasks in the order in which they are taken, and the longest span. The caller frees them. */
static int tasks_make(const struct attention_shape *shape, const struct batch *batch,
		      struct attention_task **out_task, size_t *out_count, size_t *out_span,
		      struct error *err)
{
	size_t count = 0, probe = 0, made = 0;
	struct sized_task *sized;
	struct attention_task *task;

	for (size_t i = 0; i < batch->probe_count; i++) {
		if (batch->row_count[i] > UINT32_MAX - ATTENTION_QUERIES)
			return error_set(err, ERROR_SYSTEM, "no attention over %zu tokens",
					 batch->row_count[i]);
		count += (batch->row_count[i] + ATTENTION_QUERIES - 1) / ATTENTION_QUERIES;
	}
	sized = calloc(count, sizeof(*sized));
	task = calloc(count, sizeof(*task));
	if (!sized || !task) {
		free(sized);
		free(task);
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu blocks of queries",
				 count);
	}
	for (size_t i = 0; i < batch->probe_count; i++) {
		size_t tokens = batch->row_count[i];

		for (size_t first = 0; first < tokens; first += ATTENTION_QUERIES)
			sized[made++] = (struct sized_task){
				{ probe, (uint32_t)tokens, (uint32_t)first },
				task_span(shape, tokens, first),
			};
		probe += tokens;
	}
	qsort(sized, count, sizeof(*sized), span_compare);
	for (size_t i = 0; i < count; i++)
		task[i] = sized[i].task;
	*out_task = task;
	*out_count = count;
	*out_span = sized[0].span;
	free(sized);
	return 0;
}

/* Do all heads of a view begin at multiples of 16 bytes? */
static bool heads_wide(struct matrix m, size_t head_stride)
{
	return cuda_rows_aligned(m, 16) && head_stride % 4 == 0;
}

static struct attention_params attention_params_of(const struct attention_shape *shape,
						   struct matrix q, struct matrix k,
						   struct matrix v, struct matrix y)
{
	return (struct attention_params){
		.q = cuda_pointer(q),
		.k = cuda_pointer(k),
		.v = cuda_pointer(v),
		.y = cuda_pointer(y),
		.q_stride = q.stride,
		.k_stride = k.stride,
		.v_stride = v.stride,
		.y_stride = y.stride,
		.q_head_stride = shape->query_head_stride,
		.k_head_stride = shape->key_head_stride,
		.heads = (uint32_t)shape->heads,
		.heads_per_key = (uint32_t)(shape->heads / shape->key_heads),
		.head_dim = (uint32_t)shape->head_dim,
		.causal = shape->causal,
		.window = shape->window < UINT32_MAX ? (uint32_t)shape->window : 0,
		.q_wide = heads_wide(q, shape->query_head_stride),
		.k_wide = heads_wide(k, shape->key_head_stride),
		.v_wide = heads_wide(v, shape->key_head_stride),
		.scale = shape->scale,
		.score_cap = shape->score_cap,
	};
}

int cuda_attention(struct backend *backend, const struct attention_shape *shape, struct matrix q,
		   struct matrix k, struct matrix v, const struct batch *batch, struct matrix y,
		   struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct attention_params params = attention_params_of(shape, q, k, v, y);
	struct cuda_grid grid = { .y = 1, .threads = ATTENTION_THREADS };
	struct attention_task *task;
	size_t count, span, tasks_bytes, block_bytes;
	uint64_t most = (uint64_t)cuda->processors * ATTENTION_BLOCKS;
	void *scratch;
	int failed;

	if (tasks_make(shape, batch, &task, &count, &span, err))
		return -1;
	params.tasks = count;
	params.scores_stride = (span + ATTENTION_COLS - 1) / ATTENTION_COLS * ATTENTION_COLS;
	block_bytes = ATTENTION_QUERIES * params.scores_stride * sizeof(float);
	grid.x = count * shape->heads < most ? count * shape->heads : most;
	if (grid.x > ATTENTION_SCRATCH_BYTES / block_bytes)
		grid.x = ATTENTION_SCRATCH_BYTES / block_bytes;
	grid.x = grid.x ? grid.x : 1;
	tasks_bytes = align_up(count * sizeof(*task));
	failed = cuda_scratch_get(cuda, tasks_bytes + grid.x * block_bytes, &scratch, err) ||
		 cuda_put(cuda, scratch, task, count * sizeof(*task), err);
	free(task);
	if (failed)
		return -1;
	params.task = scratch;
	params.scores = (float *)(void *)((uint8_t *)scratch + tasks_bytes);
	return cuda_launch(cuda, CUDA_KERNEL_attention, grid, &params, err);
}

/* ---- Rotary positions ---- */

int cuda_rope(struct backend *backend, struct matrix x, const struct rope_shape *shape,
	      struct matrix cos, struct matrix sin, const struct batch *batch, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct rope_params params = {
		.x = cuda_pointer(x),
		.cos = cuda_pointer(cos),
		.sin = cuda_pointer(sin),
		.x_stride = x.stride,
		.cos_stride = cos.stride,
		.sin_stride = sin.stride,
		.head_stride = shape->head_stride,
		.rows = x.rows,
		.heads = shape->heads,
		.half = cos.cols,
		.interleaved = shape->pairing == ROPE_INTERLEAVED,
	};
	struct cuda_grid grid = { cuda_blocks(cuda, x.rows, 1), 1, ROPE_THREADS };
	size_t bytes = x.rows * sizeof(uint32_t), row = 0;
	uint32_t *position = malloc(bytes);
	void *scratch;
	int failed;

	if (!position)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu positions", x.rows);
	for (size_t i = 0; i < batch->probe_count; i++)
		for (size_t t = 0; t < batch->row_count[i]; t++)
			position[row++] = (uint32_t)t;
	failed = cuda_scratch_get(cuda, bytes, &scratch, err) ||
		 cuda_put(cuda, scratch, position, bytes, err);
	free(position);
	if (failed)
		return -1;
	params.position = scratch;
	return cuda_launch(cuda, CUDA_KERNEL_rope, grid, &params, err);
}
