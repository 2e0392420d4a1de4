/*
 * cuda: the backend for NVIDIA devices. Inside kernels/cuda/ only.
 *
 * Operations are launched into one stream and nobody waits for them until
 * numbers go to the host. Kernels: kernels.def; device code: the .cu files.
 */
#ifndef KERNELS_CUDA_CUDA_H
#define KERNELS_CUDA_CUDA_H

#include "kernels/backend.h"
#include "kernels/cuda/driver.h"

enum cuda_kernel {
#define CUDA_KERNEL(file, name) CUDA_KERNEL_##name,
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
	CUDA_KERNEL_COUNT
};

/* Blocks along x and y, and threads of a block. */
struct cuda_grid {
	uint64_t x, y;
	uint32_t threads;
};

/* Memory of the device that is kept between operations and grows; what it holds, one operation
 * decides. */
struct cuda_scratch {
	cuda_address address;
	size_t size_bytes;
};

struct cuda {
	struct backend base;
	struct cuda_driver driver;
	int device;
	cuda_context context;
	cuda_stream stream;  /* all operations, in order */
	cuda_module *module; /* of cuda_images */
	cuda_function function[CUDA_KERNEL_COUNT];
	uint32_t processors; /* of the device */
	struct cuda_scratch scratch;
	void *staging; /* pinned memory of CUDA_STAGING_BYTES, for small arrays on their way */
};

struct cuda_memory {
	struct backend_memory base;
	cuda_address address;
};

/* The backend behind its base. */
static inline struct cuda *cuda_of(struct backend *backend)
{
	return (struct cuda *)backend;
}

/* Where a view begins, on the device. */
static inline cuda_address cuda_at(struct matrix m)
{
	return ((struct cuda_memory *)m.memory)->address + m.offset_bytes;
}

/* The same as the pointer that a kernel's parameters hold; NULL for MATRIX_NONE. Never read on the
 * host. */
static inline void *cuda_pointer(struct matrix m)
{
	return m.memory ? (void *)(uintptr_t)cuda_at(m) : NULL;
}

/*
 * Launch a kernel with its parameters (struct NAME_params, copied at once) into
 * the stream. No block or no thread is a programming error. ERROR_SYSTEM, named after the kernel.
 */
MUST_CHECK int cuda_launch(struct cuda *cuda, enum cuda_kernel kernel, struct cuda_grid grid,
			   const void *params, struct error *err);

/* Blocks for `count` items of `per_block` each, but no more than keep all processors busy. */
uint64_t cuda_blocks(const struct cuda *cuda, uint64_t count, uint64_t per_block);

/*
 * At least `size_bytes` of device memory for one operation, which may call this
 * once; what an earlier operation had there is gone when this one runs.
 */
MUST_CHECK int cuda_scratch_get(struct cuda *cuda, size_t size_bytes, void **out_device,
				struct error *err);

/* Bring host bytes to the device (an index array, say) before what is launched next. */
MUST_CHECK int cuda_put(struct cuda *cuda, void *to_device, const void *from_host,
			size_t size_bytes, struct error *err);

/* Bring device bytes to the host, and wait for them and everything before. */
MUST_CHECK int cuda_get(struct cuda *cuda, void *to_host, const void *from_device,
			size_t size_bytes, struct error *err);

/* The operations that have a file of their own (operations_*.c); shapes were checked by exact.c. */
int cuda_add(struct backend *backend, struct matrix a, struct matrix b, struct matrix y,
	     struct error *err);

#endif
