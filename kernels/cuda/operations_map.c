/* operations_map: launch what map.cu has. */
#include "kernels/cuda/map.h"
#include "kernels/cuda/operations.h"

/* Blocks of find_not_finite at most: what each found comes to the host. */
enum { FIND_BLOCKS = 1024 };

/* Tiles of rows x cols; whether the views allow it, the caller says. */
static struct map_shape shape_of(size_t rows, size_t cols, bool aligned)
{
	return (struct map_shape){
		.rows = rows,
		.cols = cols,
		.tiles = (uint32_t)((cols + MAP_TILE - 1) / MAP_TILE),
		.wide = aligned && cols % 4 == 0,
	};
}

static struct cuda_grid map_grid(const struct cuda *cuda, const struct map_shape *shape)
{
	return (struct cuda_grid){ cuda_blocks(cuda, shape->rows * shape->tiles, 1), 1,
				   MAP_THREADS };
}

static bool gapless(struct matrix m)
{
	return m.stride == m.cols || m.rows == 1;
}

/* y = f(a), or f(a, b); matrices without gaps are one long row. */
static struct map_numbers numbers_of(struct matrix a, struct matrix b, struct matrix y)
{
	struct map_numbers numbers = {
		.a = cuda_pointer(a),
		.b = cuda_pointer(b),
		.y = cuda_pointer(y),
		.a_stride = a.stride,
		.b_stride = b.rows == 1 ? 0 : b.stride,
		.y_stride = y.stride,
	};
	bool aligned = cuda_rows_aligned(a, 16) && cuda_rows_aligned(y, 16) &&
		       (!b.memory || cuda_rows_aligned(b, 16));

	if (gapless(a) && gapless(y) && (!b.memory || (gapless(b) && b.rows == y.rows)))
		numbers.shape = shape_of(1, y.rows * y.cols, aligned);
	else
		numbers.shape = shape_of(y.rows, y.cols, aligned);
	return numbers;
}

int cuda_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	     struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct add_params params = { numbers_of(a, b, y) };

	return cuda_launch(cuda, CUDA_KERNEL_add, map_grid(cuda, &params.numbers.shape), &params,
			   err);
}

int cuda_activation(struct backend *backend, enum activation kind, struct matrix x, struct matrix y,
		    struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct activation_params params = { numbers_of(x, MATRIX_NONE, y), kind };

	return cuda_launch(cuda, CUDA_KERNEL_activation, map_grid(cuda, &params.numbers.shape),
			   &params, err);
}

int cuda_gate(struct backend *backend, enum activation kind, struct matrix gate, struct matrix up,
	      struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct gate_params params = { numbers_of(gate, up, y), kind };

	return cuda_launch(cuda, CUDA_KERNEL_gate, map_grid(cuda, &params.numbers.shape), &params,
			   err);
}

int cuda_scale(struct backend *backend, struct matrix x, float factor, struct matrix y,
	       struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct scale_params params = { numbers_of(x, MATRIX_NONE, y), factor };

	return cuda_launch(cuda, CUDA_KERNEL_scale, map_grid(cuda, &params.numbers.shape), &params,
			   err);
}

int cuda_clip(struct backend *backend, struct matrix x, float limit, struct matrix y,
	      struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct clip_params params = { numbers_of(x, MATRIX_NONE, y), limit };

	return cuda_launch(cuda, CUDA_KERNEL_clip, map_grid(cuda, &params.numbers.shape), &params,
			   err);
}

int cuda_soft_cap(struct backend *backend, struct matrix x, float cap, struct matrix y,
		  struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct soft_cap_params params = { numbers_of(x, MATRIX_NONE, y), cap };

	return cuda_launch(cuda, CUDA_KERNEL_soft_cap, map_grid(cuda, &params.numbers.shape),
			   &params, err);
}

int cuda_gate_rows(struct backend *backend, struct matrix x, struct matrix gate, struct matrix y,
		   struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct gate_rows_params params = {
		{ shape_of(y.rows, y.cols, cuda_rows_aligned(x, 16) && cuda_rows_aligned(y, 16)),
		  cuda_pointer(x), cuda_pointer(gate), cuda_pointer(y), x.stride, gate.stride,
		  y.stride }
	};

	return cuda_launch(cuda, CUDA_KERNEL_gate_rows, map_grid(cuda, &params.numbers.shape),
			   &params, err);
}

int cuda_gather(struct backend *backend, struct matrix table, const uint32_t *index,
		struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	size_t four_bytes = 4 * float_format_size_bytes(table.format);
	struct gather_params params = {
		.shape = shape_of(y.rows, y.cols,
				  cuda_rows_aligned(table, four_bytes) && cuda_rows_aligned(y, 16)),
		.table = cuda_pointer(table),
		.y = cuda_pointer(y),
		.table_stride = table.stride,
		.y_stride = y.stride,
		.format = table.format,
		.unaligned = !cuda_numbers_aligned(table),
	};
	void *scratch;

	if (cuda_scratch_get(cuda, y.rows * sizeof(*index), &scratch, err) ||
	    cuda_put(cuda, scratch, index, y.rows * sizeof(*index), err))
		return -1;
	params.index = scratch;
	return cuda_launch(cuda, CUDA_KERNEL_gather, map_grid(cuda, &params.shape), &params, err);
}

int cuda_combine(struct backend *backend, struct matrix x, const uint32_t *index,
		 const float *weight, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct combine_params params = {
		.shape = shape_of(x.rows, x.cols,
				  cuda_rows_aligned(x, 16) && cuda_rows_aligned(y, 16)),
		.x = cuda_pointer(x),
		.y = cuda_pointer(y),
		.x_stride = x.stride,
		.y_stride = y.stride,
	};
	size_t bytes = x.rows * sizeof(*index);
	void *scratch;

	if (cuda_scratch_get(cuda, 2 * bytes, &scratch, err) ||
	    cuda_put(cuda, scratch, index, bytes, err) ||
	    cuda_put(cuda, (uint8_t *)scratch + bytes, weight, bytes, err))
		return -1;
	params.index = scratch;
	params.weight = (const float *)scratch + x.rows;
	return cuda_launch(cuda, CUDA_KERNEL_combine, map_grid(cuda, &params.shape), &params, err);
}

int cuda_find_not_finite(struct backend *backend, struct matrix x, size_t *out_at,
			 struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	bool aligned = cuda_rows_aligned(x, 16);
	struct find_not_finite_params params = {
		.shape = gapless(x) ? shape_of(1, x.rows * x.cols, aligned)
				    : shape_of(x.rows, x.cols, aligned),
		.x = cuda_pointer(x),
		.x_stride = x.stride,
	};
	struct cuda_grid grid = map_grid(cuda, &params.shape);
	uint64_t found[FIND_BLOCKS], first = UINT64_MAX;
	void *scratch;

	grid.x = grid.x < FIND_BLOCKS ? grid.x : FIND_BLOCKS;
	if (cuda_scratch_get(cuda, grid.x * sizeof(*found), &scratch, err))
		return -1;
	params.out_at = scratch;
	if (cuda_launch(cuda, CUDA_KERNEL_find_not_finite, grid, &params, err) ||
	    cuda_get(cuda, found, scratch, grid.x * sizeof(*found), err))
		return -1;
	for (size_t i = 0; i < grid.x; i++)
		first = found[i] < first ? found[i] : first;
	*out_at = first == UINT64_MAX ? SIZE_MAX : (size_t)first;
	return 0;
}
