/* operations_map: launch what map.cu has. */
#include "kernels/cuda/cuda.h"
#include "kernels/cuda/map.h"

int cuda_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	     struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct add_params params = {
		.a = cuda_pointer(a),
		.b = cuda_pointer(b),
		.y = cuda_pointer(y),
		.a_stride = a.stride,
		.b_stride = b.rows == 1 ? 0 : b.stride,
		.y_stride = y.stride,
		.rows = y.rows,
		.cols = y.cols,
	};
	struct cuda_grid grid = { cuda_blocks(cuda, y.rows * y.cols, MAP_THREADS), 1, MAP_THREADS };

	return cuda_launch(cuda, CUDA_KERNEL_add, grid, &params, err);
}
