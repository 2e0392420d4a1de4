/* memory: memory of the device, and how numbers come there and back. */
#include <stdlib.h>
#include <string.h>

#include "kernels/cuda/cuda.h"

/* Pieces of the staging memory begin at multiples of this. */
enum { STAGING_ALIGN = 256 };

/* ---- Blocks ---- */

/*
 * Keep the failure of something that cannot fail, for the next call. A device that failed before is
 * asked all the same: its driver may have more patience than we have.
 */
static void keep_failure(struct cuda *cuda, int result, const char *what)
{
	struct error kept = { 0 };

	if (!cuda->lost)
		cuda_try(cuda, result, &kept, "%s", what);
}

static void block_free(struct cuda *cuda, struct cuda_block *block)
{
	int result = cuda->driver.context_set(cuda->context);

	keep_failure(cuda, result == CUDA_OK ? cuda->driver.memory_free(block->address) : result,
		     "memory cannot be given back");
	*block = (struct cuda_block){ 0 };
}

static struct cuda_block pool_remove(struct cuda_pool *pool, size_t index)
{
	struct cuda_block block = pool->block[index];

	pool->count--;
	memmove(&pool->block[index], &pool->block[index + 1],
		(pool->count - index) * sizeof(pool->block[0]));
	return block;
}

void cuda_pool_empty(struct cuda *cuda)
{
	while (cuda->pool.count) {
		struct cuda_block block = pool_remove(&cuda->pool, 0);

		block_free(cuda, &block);
	}
}

/* The smallest that is large enough, without wasting more than a quarter; -1: none. */
static int pool_find(const struct cuda_pool *pool, size_t size_bytes)
{
	int best = -1;

	for (size_t i = 0; i < pool->count; i++) {
		size_t has = pool->block[i].size_bytes;

		if (has < size_bytes || has - size_bytes > has / 4)
			continue;
		if (best < 0 || has < pool->block[best].size_bytes)
			best = (int)i;
	}
	return best;
}

/* "no room for 812 MB; 120 MB of 24000 MB are free" */
static int no_room(struct cuda *cuda, size_t size_bytes, struct error *err)
{
	size_t left = 0, total = 0;

	if (cuda->driver.memory_info(&left, &total) != CUDA_OK)
		left = total = 0;
	return cuda_try(cuda, CUDA_OUT_OF_MEMORY, err,
			"no room for %.1f MB; %.0f of %.0f MB are free", (double)size_bytes / 1e6,
			(double)left / 1e6, (double)total / 1e6);
}

int cuda_block_take(struct cuda *cuda, size_t size_bytes, struct cuda_block *out_block,
		    struct error *err)
{
	int found = pool_find(&cuda->pool, size_bytes), result;
	struct cuda_block block = { .size_bytes = size_bytes };

	if (cuda_enter(cuda, err))
		return -1;
	if (found >= 0) {
		*out_block = pool_remove(&cuda->pool, (size_t)found);
		return 0;
	}
	result = cuda->driver.memory_new(&block.address, size_bytes);
	if (result == CUDA_OUT_OF_MEMORY && cuda->pool.count) {
		cuda_pool_empty(cuda);
		result = cuda->driver.memory_new(&block.address, size_bytes);
	}
	if (result == CUDA_OUT_OF_MEMORY)
		return no_room(cuda, size_bytes, err);
	if (cuda_try(cuda, result, err, "no memory"))
		return -1;
	*out_block = block;
	return 0;
}

void cuda_block_give(struct cuda *cuda, struct cuda_block *block)
{
	struct cuda_pool *pool = &cuda->pool;

	if (pool->count == CUDA_POOL_BLOCKS) {
		struct cuda_block oldest = pool_remove(pool, 0);

		block_free(cuda, &oldest);
	}
	pool->block[pool->count++] = *block;
	*block = (struct cuda_block){ 0 };
}

int cuda_scratch_get(struct cuda *cuda, size_t size_bytes, void **out_device, struct error *err)
{
	struct cuda_block larger;

	if (cuda_enter(cuda, err))
		return -1;
	if (cuda->scratch.size_bytes < size_bytes) {
		if (cuda->scratch.address)
			cuda_block_give(cuda, &cuda->scratch);
		if (cuda_block_take(cuda, size_bytes, &larger, err))
			return -1;
		cuda->scratch = larger;
	}
	*out_device = (void *)(uintptr_t)cuda->scratch.address;
	return 0;
}

/* ---- Copies ---- */

int cuda_wait(struct cuda *cuda, struct error *err)
{
	if (cuda_enter(cuda, err) ||
	    cuda_try(cuda, cuda->driver.stream_wait(cuda->stream), err, "the device failed"))
		return -1;
	cuda->staging.used = 0;
	return 0;
}

/* Room for bytes on their way; NULL where they are too many for it. */
static int staging_take(struct cuda *cuda, size_t size_bytes, void **out_bytes, struct error *err)
{
	size_t size = (size_bytes + STAGING_ALIGN - 1) / STAGING_ALIGN * STAGING_ALIGN;

	*out_bytes = NULL;
	if (size_bytes > CUDA_STAGING_BYTES / 2)
		return 0;
	if (size > CUDA_STAGING_BYTES - cuda->staging.used && cuda_wait(cuda, err))
		return -1;
	*out_bytes = (uint8_t *)cuda->staging.bytes + cuda->staging.used;
	cuda->staging.used += size;
	return 0;
}

static int copy_to(struct cuda *cuda, cuda_address to, const void *from, size_t size_bytes,
		   struct error *err)
{
	return cuda_try(cuda, cuda->driver.copy_to_device(to, from, size_bytes, cuda->stream), err,
			"%zu bytes do not go to the device", size_bytes);
}

int cuda_put(struct cuda *cuda, void *to_device, const void *from_host, size_t size_bytes,
	     struct error *err)
{
	cuda_address to = (cuda_address)(uintptr_t)to_device;
	void *staged;

	if (cuda_enter(cuda, err) || staging_take(cuda, size_bytes, &staged, err))
		return -1;
	if (!staged)
		return copy_to(cuda, to, from_host, size_bytes, err) || cuda_wait(cuda, err) ? -1
											     : 0;
	memcpy(staged, from_host, size_bytes);
	return copy_to(cuda, to, staged, size_bytes, err);
}

int cuda_get(struct cuda *cuda, void *to_host, const void *from_device, size_t size_bytes,
	     struct error *err)
{
	cuda_address from = (cuda_address)(uintptr_t)from_device;

	if (cuda_enter(cuda, err) ||
	    cuda_try(cuda, cuda->driver.copy_to_host(to_host, from, size_bytes, cuda->stream), err,
		     "%zu bytes do not come from the device", size_bytes))
		return -1;
	return cuda_wait(cuda, err);
}

/* Between rows of a view, of `pitch` bytes, and an array without gaps. */
static int copy_rows(struct cuda *cuda, struct cuda_copy_2d *copy, struct matrix view,
		     struct error *err)
{
	copy->width_bytes = view.cols * sizeof(float);
	copy->height = view.rows;
	return cuda_try(cuda, cuda->driver.copy_2d(copy, cuda->stream), err,
			"%zux%zu numbers cannot be copied", view.rows, view.cols);
}

int cuda_upload(struct backend *backend, struct matrix to, const float *values, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	size_t size_bytes = to.rows * to.cols * sizeof(float);
	struct cuda_copy_2d copy = { .from_kind = CUDA_MEMORY_HOST,
				     .from_host = values,
				     .from_pitch_bytes = to.cols * sizeof(float),
				     .to_kind = CUDA_MEMORY_DEVICE,
				     .to_device = cuda_at(to),
				     .to_pitch_bytes = to.stride * sizeof(float) };
	void *staged;

	if (cuda_enter(cuda, err) || staging_take(cuda, size_bytes, &staged, err))
		return -1;
	if (staged)
		copy.from_host = memcpy(staged, values, size_bytes);
	if (copy_rows(cuda, &copy, to, err))
		return -1;
	return staged ? 0 : cuda_wait(cuda, err);
}

int cuda_download(struct backend *backend, struct matrix from, float *out_values, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct cuda_copy_2d copy = { .from_kind = CUDA_MEMORY_DEVICE,
				     .from_device = cuda_at(from),
				     .from_pitch_bytes = from.stride * sizeof(float),
				     .to_kind = CUDA_MEMORY_HOST,
				     .to_host = out_values,
				     .to_pitch_bytes = from.cols * sizeof(float) };

	return cuda_enter(cuda, err) || copy_rows(cuda, &copy, from, err) || cuda_wait(cuda, err)
		       ? -1
		       : 0;
}

int cuda_zero(struct backend *backend, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	if (cuda_enter(cuda, err))
		return -1;
	return cuda_try(cuda,
			cuda->driver.fill_2d(cuda_at(y), y.stride * sizeof(float), 0,
					     y.cols * sizeof(float), y.rows, cuda->stream),
			err, "%zux%zu numbers cannot be cleared", y.rows, y.cols);
}

/* ---- What a backend's memory is here ---- */

static int memory_make(struct cuda *cuda, size_t size_bytes, struct cuda_memory **out_memory,
		       struct error *err)
{
	struct cuda_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return error_set(err, ERROR_SYSTEM, "out of memory for a memory's description");
	if (cuda_block_take(cuda, size_bytes, &memory->block, err)) {
		free(memory);
		return -1;
	}
	memory->base.backend = &cuda->base;
	memory->base.size_bytes = size_bytes;
	*out_memory = memory;
	return 0;
}

int cuda_memory_new(struct backend *backend, size_t size_bytes, struct backend_memory **out_memory,
		    struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct cuda_memory *memory;

	if (memory_make(cuda, size_bytes, &memory, err))
		return -1;
	if (cuda_try(cuda, cuda->driver.fill(memory->block.address, 0, size_bytes, cuda->stream),
		     err, "%zu bytes cannot be cleared", size_bytes)) {
		cuda_memory_free(&memory->base);
		return -1;
	}
	*out_memory = &memory->base;
	return 0;
}

int cuda_memory_wrap(struct backend *backend, struct span bytes, struct backend_memory **out_memory,
		     struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct cuda_memory *memory;

	if (memory_make(cuda, bytes.len, &memory, err))
		return -1;
	memory->base.read_only = true;
	memory->wrapped = true;
	if (copy_to(cuda, memory->block.address, bytes.data, bytes.len, err) ||
	    cuda_try(cuda, cuda->driver.event_record(cuda->wrapped, cuda->stream), err,
		     "no mark behind a copy")) {
		cuda_memory_free(&memory->base);
		return -1;
	}
	*out_memory = &memory->base;
	return 0;
}

void cuda_memory_free(struct backend_memory *base)
{
	struct cuda_memory *memory = (struct cuda_memory *)base;
	struct cuda *cuda = cuda_of(base->backend);
	struct error kept = { 0 }; /* for the next call */

	/* The host's bytes stayed unchanged until now, and may not from now on. */
	if (memory->wrapped) {
		int result = cuda->driver.context_set(cuda->context);

		keep_failure(cuda,
			     result == CUDA_OK ? cuda->driver.event_wait(cuda->wrapped) : result,
			     "the device failed");
	}
	/* The block's next user is in the stream of operations, what is sent to it is not. */
	if (base->read_only && !memory->wrapped && cuda_arrive(base->backend, &kept))
		kept = (struct error){ 0 };
	cuda_block_give(cuda, &memory->block);
	free(memory);
}
