/* map: operations that take each row by itself; threads share out blocks of rows. */
#include "kernels/cpu/cpu.h"
#include "kernels/cpu/fp_environment.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERS_PER_CHUNK = 1 << 14 };

/* What one row needs; each operation uses the fields it has a meaning for. */
struct row_work {
	void (*row)(const struct row_work *work, size_t row);
	const struct cpu_rows *rows;
	struct matrix x, second, y;
	const float *gain, *bias;
	float number; /* eps, factor, cap */
	enum activation kind;
	const uint32_t *index;
	const float *weight;
	float *out_max, *out_sum;
	size_t *out_at;
	size_t rows_per_chunk;
};

static void row_work_chunk(const void *arg, size_t chunk, float *scratch)
{
	const struct row_work *work = arg;
	size_t first = chunk * work->rows_per_chunk, end = first + work->rows_per_chunk;

	(void)scratch;
	for (size_t row = first; row < end && row < work->x.rows; row++)
		work->row(work, row);
}

static int row_work_run(struct backend *backend, struct row_work *work, struct error *err)
{
	struct cpu *cpu = cpu_of(backend);

	work->rows = cpu->variant->rows;
	work->rows_per_chunk = 1 + NUMBERS_PER_CHUNK / work->x.cols;
	return cpu_run(cpu, (work->x.rows + work->rows_per_chunk - 1) / work->rows_per_chunk, 0,
		       row_work_chunk, work, err);
}

/* A vector of weights as binary32, 1 added if wanted; the caller frees *out_wide. */
static int widen_vector(struct matrix vector, bool plus_one, float **out_wide, struct error *err)
{
	struct fp_environment before;
	float *wide = malloc(vector.cols * sizeof(float));

	if (!wide)
		return error_set(err, ERROR_SYSTEM, "out of memory for a gain");
	before = fp_environment_enter();
	for (size_t i = 0; i < vector.cols; i++) {
		wide[i] = cpu_widen(cpu_bytes(vector), i, vector.format);
		if (plus_one)
			wide[i] = f32_add(1.0f, wide[i]);
	}
	fp_environment_leave(before);
	*out_wide = wide;
	return 0;
}

static void rms_norm_row(const struct row_work *work, size_t row)
{
	work->rows->rms_norm(cpu_row(work->x, row), work->gain, work->number, cpu_row(work->y, row),
			     work->x.cols);
}

int cpu_rms_norm(struct backend *backend, struct matrix x, struct matrix gain, enum norm_gain kind,
		 float eps, struct matrix y, struct error *err)
{
	struct row_work work = { .row = rms_norm_row, .x = x, .y = y, .number = eps };
	float *wide;
	int result;

	if (widen_vector(gain, kind == NORM_GAIN_PLUS_ONE, &wide, err))
		return -1;
	work.gain = wide;
	result = row_work_run(backend, &work, err);
	free(wide);
	return result;
}

static void layer_norm_row(const struct row_work *work, size_t row)
{
	work->rows->layer_norm(cpu_row(work->x, row), work->gain, work->bias, work->number,
			       cpu_row(work->y, row), work->x.cols);
}

int cpu_layer_norm(struct backend *backend, struct matrix x, struct matrix gain, struct matrix bias,
		   float eps, struct matrix y, struct error *err)
{
	struct row_work work = { .row = layer_norm_row, .x = x, .y = y, .number = eps };
	float *wide_gain = NULL, *wide_bias = NULL;
	int result = -1;

	if (!widen_vector(gain, false, &wide_gain, err) &&
	    (!bias.memory || !widen_vector(bias, false, &wide_bias, err))) {
		work.gain = wide_gain;
		work.bias = wide_bias;
		result = row_work_run(backend, &work, err);
	}
	free(wide_gain);
	free(wide_bias);
	return result;
}

static void activation_row(const struct row_work *work, size_t row)
{
	work->rows->activation(work->kind, cpu_row(work->x, row), cpu_row(work->y, row),
			       work->x.cols);
}

int cpu_activation(struct backend *backend, enum activation kind, struct matrix x, struct matrix y,
		   struct error *err)
{
	struct row_work work = { .row = activation_row, .x = x, .y = y, .kind = kind };

	return row_work_run(backend, &work, err);
}

static void gate_row(const struct row_work *work, size_t row)
{
	work->rows->gate(work->kind, cpu_row(work->x, row), cpu_row(work->second, row),
			 cpu_row(work->y, row), work->x.cols);
}

int cpu_gate(struct backend *backend, enum activation kind, struct matrix gate, struct matrix up,
	     struct matrix y, struct error *err)
{
	struct row_work work = { .row = gate_row, .x = gate, .second = up, .y = y, .kind = kind };

	return row_work_run(backend, &work, err);
}

static void add_row(const struct row_work *work, size_t row)
{
	work->rows->add(cpu_row(work->x, row),
			cpu_row(work->second, work->second.rows == 1 ? 0 : row),
			cpu_row(work->y, row), work->x.cols);
}

int cpu_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	    struct error *err)
{
	struct row_work work = { .row = add_row, .x = a, .second = b, .y = y };

	return row_work_run(backend, &work, err);
}

static void scale_row(const struct row_work *work, size_t row)
{
	work->rows->scale(cpu_row(work->x, row), work->number, cpu_row(work->y, row), work->x.cols);
}

int cpu_scale(struct backend *backend, struct matrix x, float factor, struct matrix y,
	      struct error *err)
{
	struct row_work work = { .row = scale_row, .x = x, .y = y, .number = factor };

	return row_work_run(backend, &work, err);
}

static void clip_row(const struct row_work *work, size_t row)
{
	work->rows->clip(cpu_row(work->x, row), work->number, cpu_row(work->y, row), work->x.cols);
}

int cpu_clip(struct backend *backend, struct matrix x, float limit, struct matrix y,
	     struct error *err)
{
	struct row_work work = { .row = clip_row, .x = x, .y = y, .number = limit };

	return row_work_run(backend, &work, err);
}

static void soft_cap_row(const struct row_work *work, size_t row)
{
	work->rows->soft_cap(cpu_row(work->x, row), work->number, cpu_row(work->y, row),
			     work->x.cols);
}

int cpu_soft_cap(struct backend *backend, struct matrix x, float cap, struct matrix y,
		 struct error *err)
{
	struct row_work work = { .row = soft_cap_row, .x = x, .y = y, .number = cap };

	return row_work_run(backend, &work, err);
}

static void softmax_row(const struct row_work *work, size_t row)
{
	work->rows->softmax(cpu_row(work->x, row), cpu_row(work->y, row), work->x.cols);
}

int cpu_softmax(struct backend *backend, struct matrix x, struct matrix y, struct error *err)
{
	struct row_work work = { .row = softmax_row, .x = x, .y = y };

	return row_work_run(backend, &work, err);
}

static void gate_rows_row(const struct row_work *work, size_t row)
{
	float gate = f32_sigmoid(*cpu_row(work->second, row));

	work->rows->scale(cpu_row(work->x, row), gate, cpu_row(work->y, row), work->x.cols);
}

int cpu_gate_rows(struct backend *backend, struct matrix x, struct matrix gate, struct matrix y,
		  struct error *err)
{
	struct row_work work = { .row = gate_rows_row, .x = x, .second = gate, .y = y };

	return row_work_run(backend, &work, err);
}

static void gather_row(const struct row_work *work, size_t row)
{
	const uint8_t *from = cpu_bytes(work->second);
	size_t first = work->index[row] * work->second.stride;
	float *y = cpu_row(work->y, row);

	for (size_t i = 0; i < work->y.cols; i++)
		y[i] = cpu_widen(from, first + i, work->second.format);
}

int cpu_gather(struct backend *backend, struct matrix table, const uint32_t *index, struct matrix y,
	       struct error *err)
{
	struct row_work work = {
		.row = gather_row, .x = y, .second = table, .y = y, .index = index
	};

	return row_work_run(backend, &work, err);
}

static void combine_row(const struct row_work *work, size_t row)
{
	work->rows->combine(cpu_row(work->x, row), work->weight[row],
			    cpu_row(work->y, work->index[row]), work->x.cols);
}

int cpu_combine(struct backend *backend, struct matrix x, const uint32_t *index,
		const float *weight, struct matrix y, struct error *err)
{
	struct row_work work = {
		.row = combine_row, .x = x, .y = y, .index = index, .weight = weight
	};

	return row_work_run(backend, &work, err);
}

static void partition_row(const struct row_work *work, size_t row)
{
	work->rows->partition(cpu_row(work->x, row), work->x.cols, &work->out_max[row],
			      &work->out_sum[row]);
}

int cpu_partition(struct backend *backend, struct matrix logits, float *out_max, float *out_sum,
		  struct error *err)
{
	struct row_work work = {
		.row = partition_row, .x = logits, .out_max = out_max, .out_sum = out_sum
	};

	return row_work_run(backend, &work, err);
}

static void find_not_finite_row(const struct row_work *work, size_t row)
{
	work->out_at[row] = work->rows->find_not_finite(cpu_row(work->x, row), work->x.cols);
}

int cpu_find_not_finite(struct backend *backend, struct matrix x, size_t *out_at, struct error *err)
{
	struct row_work work = { .row = find_not_finite_row, .x = x };
	size_t *at = malloc(x.rows * sizeof(*at)), row = 0;

	if (!at)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu rows", x.rows);
	work.out_at = at;
	if (row_work_run(backend, &work, err)) {
		free(at);
		return -1;
	}
	while (row < x.rows && at[row] == SIZE_MAX)
		row++;
	*out_at = row < x.rows ? row * x.cols + at[row] : SIZE_MAX;
	free(at);
	return 0;
}
