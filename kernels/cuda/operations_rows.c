/* operations_rows: launch what norm.cu, rows.cu and route.cu have. */
#include <stdlib.h>

#include "kernels/cuda/norm.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/route.h"
#include "kernels/cuda/rows.h"

_Static_assert(ROUTE_CHOSEN_MAX == EXACT_CHOSEN_MAX, "two registers of a warp hold the chosen");
_Static_assert(TOP_COUNT == EXACT_TOP_COUNT &&
		       sizeof(struct exact_top) == 2 * TOP_COUNT * sizeof(uint32_t),
	       "the device writes struct exact_top");

static struct norm_weights weights_of(struct matrix weights)
{
	if (!weights.memory)
		return (struct norm_weights){ 0 };
	return (struct norm_weights){ cuda_pointer(weights), weights.format,
				      !cuda_numbers_aligned(weights) };
}

static struct norm_rows rows_of(struct matrix x, float eps, struct matrix y)
{
	return (struct norm_rows){ cuda_pointer(x), cuda_pointer(y), x.stride, y.stride,
				   x.rows,          x.cols,          eps };
}

static struct cuda_grid norm_grid(const struct cuda *cuda, size_t rows)
{
	return (struct cuda_grid){ cuda_blocks(cuda, rows, NORM_ROWS), 1, NORM_THREADS };
}

int cuda_rms_norm(struct backend *backend, struct matrix x, struct matrix gain, enum norm_gain kind,
		  float eps, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct rms_norm_params params = { rows_of(x, eps, y), weights_of(gain),
					  kind == NORM_GAIN_PLUS_ONE };

	return cuda_launch(cuda, CUDA_KERNEL_rms_norm, norm_grid(cuda, x.rows), &params, err);
}

int cuda_layer_norm(struct backend *backend, struct matrix x, struct matrix gain,
		    struct matrix bias, float eps, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct layer_norm_params params = { rows_of(x, eps, y), weights_of(gain),
					    weights_of(bias) };

	return cuda_launch(cuda, CUDA_KERNEL_layer_norm, norm_grid(cuda, x.rows), &params, err);
}

int cuda_softmax(struct backend *backend, struct matrix x, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct softmax_params params = { cuda_pointer(x), cuda_pointer(y), x.stride,
					 y.stride,        x.rows,          x.cols };
	struct cuda_grid grid = { cuda_blocks(cuda, x.rows, 1), 1, SOFTMAX_THREADS };

	return cuda_launch(cuda, CUDA_KERNEL_softmax, grid, &params, err);
}

int cuda_partition(struct backend *backend, struct matrix logits, float *out_max, float *out_sum,
		   struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct partition_params params = {
		.x = cuda_pointer(logits),
		.x_stride = logits.stride,
		.rows = logits.rows,
		.cols = logits.cols,
	};
	struct cuda_grid grid = { cuda_blocks(cuda, logits.rows, 1), 1, SOFTMAX_THREADS };
	size_t bytes = 2 * logits.rows * sizeof(float);
	float *both = malloc(bytes);
	void *scratch;

	if (!both)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu rows", logits.rows);
	if (cuda_scratch_get(cuda, bytes, &scratch, err)) {
		free(both);
		return -1;
	}
	params.out = scratch;
	if (cuda_launch(cuda, CUDA_KERNEL_partition, grid, &params, err) ||
	    cuda_get(cuda, both, scratch, bytes, err)) {
		free(both);
		return -1;
	}
	for (size_t row = 0; row < logits.rows; row++) {
		out_max[row] = both[2 * row];
		out_sum[row] = both[2 * row + 1];
	}
	free(both);
	return 0;
}

int cuda_top_logits(struct backend *backend, struct matrix logits, struct exact_top *out_top,
		    struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct top_logits_params params = {
		.x = cuda_pointer(logits),
		.x_stride = logits.stride,
		.rows = logits.rows,
		.cols = (uint32_t)logits.cols,
	};
	struct cuda_grid grid = { cuda_blocks(cuda, logits.rows, 1), 1, TOP_THREADS };
	size_t bytes = logits.rows * sizeof(*out_top);
	void *scratch;

	if (cuda_scratch_get(cuda, bytes, &scratch, err))
		return -1;
	params.out = scratch;
	if (cuda_launch(cuda, CUDA_KERNEL_top_logits, grid, &params, err))
		return -1;
	return cuda_get(cuda, out_top, scratch, bytes, err);
}

int cuda_route(struct backend *backend, struct matrix logits, const struct router_shape *shape,
	       uint32_t *out_expert, float *out_weight, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct route_params params = {
		.logits = cuda_pointer(logits),
		.stride = logits.stride,
		.rows = logits.rows,
		.cols = (uint32_t)logits.cols,
		.chosen = (uint32_t)shape->chosen,
		.renormalise = shape->renormalise,
	};
	struct cuda_grid grid = { cuda_blocks(cuda, logits.rows, ROUTE_ROWS), 1, ROUTE_THREADS };
	size_t count = logits.rows * shape->chosen, bytes = count * sizeof(float);
	void *scratch;

	if (logits.cols >= UINT32_MAX)
		return error_set(err, ERROR_SYSTEM, "no router of %zu experts", logits.cols);
	if (cuda_scratch_get(cuda, 2 * bytes + logits.rows * logits.cols * sizeof(float), &scratch,
			     err))
		return -1;
	params.expert = scratch;
	params.weight = (float *)scratch + count;
	params.share = params.weight + count;
	if (cuda_launch(cuda, CUDA_KERNEL_route, grid, &params, err) ||
	    cuda_get(cuda, out_expert, params.expert, bytes, err))
		return -1;
	return cuda_get(cuda, out_weight, params.weight, bytes, err);
}
