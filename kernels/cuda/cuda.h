/*
 * cuda: the backend for NVIDIA devices. Inside kernels/cuda/ only.
 *
 * Operations are launched into one stream and nobody waits for them until
 * numbers go to the host. Kernels: kernels.def; device code: the .cu files.
 *
 * A device that failed is not spoken to again: every later call says at once
 * why. Only where there was no room for something, it goes on.
 */
#ifndef KERNELS_CUDA_CUDA_H
#define KERNELS_CUDA_CUDA_H

#include "kernels/backend.h"
#include "kernels/cuda/driver.h"
#include "kernels/cuda/images.h"

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

/* A run of the device's memory, from cuMemAlloc. */
struct cuda_block {
	cuda_address address;
	size_t size_bytes;
};

/*
 * Blocks that were freed and are kept for the next who wants about as much, the one
 * freed longest ago first: cuMemAlloc and cuMemFree wait for the whole device. What is
 * still under way with a block lies before its next use in the stream.
 */
enum { CUDA_POOL_BLOCKS = 8 };

struct cuda_pool {
	struct cuda_block block[CUDA_POOL_BLOCKS];
	size_t count;
};

/*
 * Pinned memory of the host that small arrays pass through, so that a copy is under way
 * while its source may change; `used` bytes of it may still be read by copies.
 */
#define CUDA_STAGING_BYTES ((size_t)1 << 20)

struct cuda_staging {
	void *bytes;
	size_t used;
};

struct cuda {
	struct backend base;
	struct cuda_driver driver;
	const struct cuda_images *images;
	bool lost; /* base.failure says why; nothing more is asked of the driver */
	int device;
	char name[72]; /* "cuda:0 (NVIDIA H100 PCIe)" */
	cuda_context context;
	cuda_stream stream;       /* all operations, in order */
	cuda_stream copies;       /* what staging sends, beside them (copies.c) */
	cuda_event arrived, held; /* how the one waits for the other */
	_Atomic int copy_result;  /* of the first of those that failed; from any thread */
	cuda_event wrapped;       /* the copy of the last memory that was wrapped */
	cuda_module *module;      /* of images */
	cuda_function function[CUDA_KERNEL_COUNT];
	uint32_t processors; /* of the device */
	size_t linear_way;   /* of cuda_linear_ways; SIZE_MAX: the one that fits */
	struct cuda_pool pool;
	struct cuda_block scratch; /* what it holds, one operation decides */
	struct cuda_staging staging;
};

struct cuda_memory {
	struct backend_memory base;
	struct cuda_block block;
	bool wrapped; /* a copy of the host's bytes */
};

/* The backend behind its base. */
static inline struct cuda *cuda_of(struct backend *backend)
{
	return (struct cuda *)backend;
}

/* Where a view begins, on the device. */
static inline cuda_address cuda_at(struct matrix m)
{
	return ((struct cuda_memory *)m.memory)->block.address + m.offset_bytes;
}

/* The same as the pointer that a kernel's parameters hold; NULL for MATRIX_NONE. Never read on the
 * host. */
static inline void *cuda_pointer(struct matrix m)
{
	return m.memory ? (void *)(uintptr_t)cuda_at(m) : NULL;
}

/* ---- cuda.c: the device ---- */

/*
 * Open a device through `driver`, a table that is filled already (a test's), with
 * `images` as its code; both are borrowed until the backend closes. Not yet admitted.
 */
MUST_CHECK int cuda_open_with(const struct cuda_driver *driver, const struct cuda_images *images,
			      const struct backend_options *options, struct backend **out_backend,
			      struct error *err);

/*
 * Before anything is asked of the driver: ERROR_SYSTEM if the device failed before; else
 * this thread, which may be another than the last one, speaks to it.
 */
MUST_CHECK int cuda_enter(struct cuda *cuda, struct error *err);

/*
 * cuda_check, and a failure is kept: the device is lost, unless it only had no
 * room (CUDA_OUT_OF_MEMORY).
 */
int cuda_try(struct cuda *cuda, int result, struct error *err, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* ---- modules.c: its code ---- */

/* Load all images, of each what was assembled for this device, else PTX; and find the kernels. */
MUST_CHECK int cuda_modules_load(struct cuda *cuda, int major, struct error *err);
void cuda_modules_unload(struct cuda *cuda);

/* ---- launch.c ---- */

/*
 * Launch a kernel with its parameters (struct NAME_params, copied at once) into
 * the stream. No block or no thread is a programming error. ERROR_SYSTEM, named after the kernel.
 */
MUST_CHECK int cuda_launch(struct cuda *cuda, enum cuda_kernel kernel, struct cuda_grid grid,
			   const void *params, struct error *err);

/* Blocks for `count` items of `per_block` each, but no more than keep all processors busy. */
uint64_t cuda_blocks(const struct cuda *cuda, uint64_t count, uint64_t per_block);

/* ---- memory.c ---- */

/* At least `size_bytes`, from the pool if it has such; what it holds is left over from others. */
MUST_CHECK int cuda_block_take(struct cuda *cuda, size_t size_bytes, struct cuda_block *out_block,
			       struct error *err);
/* Into the pool, for others; what was launched before may still use it. Sets *block to zero. */
void cuda_block_give(struct cuda *cuda, struct cuda_block *block);
/* Give what is free back to the device. */
void cuda_pool_empty(struct cuda *cuda);

/*
 * At least `size_bytes` of device memory for one operation, which may call this
 * once; what an earlier operation had there is gone when this one runs.
 */
MUST_CHECK int cuda_scratch_get(struct cuda *cuda, size_t size_bytes, void **out_device,
				struct error *err);

/* Bring host bytes to the device (an index array, say) before what is launched next. The bytes
 * may change as soon as this returns. */
MUST_CHECK int cuda_put(struct cuda *cuda, void *to_device, const void *from_host,
			size_t size_bytes, struct error *err);

/* Bring device bytes to the host, and wait for them and everything before. */
MUST_CHECK int cuda_get(struct cuda *cuda, void *to_host, const void *from_device,
			size_t size_bytes, struct error *err);

/* Wait for everything that was launched. A kernel that failed comes out here. */
MUST_CHECK int cuda_wait(struct cuda *cuda, struct error *err);

/* Slots of the backend. */
int cuda_memory_new(struct backend *backend, size_t size_bytes, struct backend_memory **out_memory,
		    struct error *err);
int cuda_memory_wrap(struct backend *backend, struct span bytes, struct backend_memory **out_memory,
		     struct error *err);
void cuda_memory_free(struct backend_memory *memory);
int cuda_upload(struct backend *backend, struct matrix to, const float *values, struct error *err);
int cuda_download(struct backend *backend, struct matrix from, float *out_values,
		  struct error *err);
int cuda_zero(struct backend *backend, struct matrix y, struct error *err);
/* copies.c: the stream of copies and its events; closing takes what opening left after a failure.
 */
MUST_CHECK int cuda_copies_open(struct cuda *cuda, struct error *err);
void cuda_copies_close(struct cuda *cuda);

/* The slots of staging (kernels/backend.h), and what memory is left. */
int cuda_memory_left(struct backend *backend, uint64_t *out_bytes, struct error *err);
int cuda_pinned_new(struct backend *backend, size_t size_bytes, uint8_t **out_bytes,
		    struct error *err);
void cuda_pinned_free(struct backend *backend, uint8_t *bytes);
int cuda_mark_new(struct backend *backend, struct backend_mark **out_mark, struct error *err);
void cuda_mark_free(struct backend *backend, struct backend_mark *mark);
int cuda_send(struct backend_memory *to, size_t offset_bytes, const uint8_t *from, size_t len,
	      struct backend_mark *mark, struct error *err);
int cuda_mark_wait(struct backend *backend, struct backend_mark *mark, struct error *err);
int cuda_arrive(struct backend *backend, struct error *err);
int cuda_hold(struct backend *backend, struct error *err);

#endif
