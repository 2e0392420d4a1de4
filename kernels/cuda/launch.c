/* launch: start kernels. */
#include "kernels/cuda/cuda.h"

/* Blocks that one processor may hold at once, at most; more in a grid would only wait. */
enum { BLOCKS_PER_PROCESSOR = 32 };

static const char *const kernel_name[] = {
#define CUDA_KERNEL(file, name) #name,
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
};

int cuda_launch(struct cuda *cuda, enum cuda_kernel kernel, struct cuda_grid grid,
		const void *params, struct error *err)
{
	/* The driver copies what it is given and says so; its type is older than const. */
	void *parameters[] = { (void *)(uintptr_t)params };

	if (cuda_enter(cuda, err))
		return -1;
	return cuda_try(cuda,
			cuda->driver.launch(cuda->function[kernel], (unsigned)grid.x,
					    (unsigned)grid.y, 1, grid.threads, 1, 1, 0,
					    cuda->stream, parameters, NULL),
			err, "the kernel '%s' does not start", kernel_name[kernel]);
}

uint64_t cuda_blocks(const struct cuda *cuda, uint64_t count, uint64_t per_block)
{
	uint64_t blocks = count / per_block + (count % per_block != 0);
	uint64_t most = (uint64_t)cuda->processors * BLOCKS_PER_PROCESSOR;

	return blocks < most ? blocks : most;
}
