/* cuda: open a device, and the memory that it holds. */
#include "kernels/cuda/cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cuda/images.h"

/* Blocks that one processor may hold at once, at most; more in a grid would only wait. */
enum { BLOCKS_PER_PROCESSOR = 32 };
/* Pinned memory for small arrays, so that a copy does not go through a hidden one. */
#define CUDA_STAGING_BYTES ((size_t)1 << 20)

/* Where each kernel lies. */
static const struct {
	const char *file, *name;
} kernel_place[] = {
#define CUDA_KERNEL(file, name) { #file, #name },
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
};

/* Every call may come from another thread than the last one. */
static int enter(struct cuda *cuda, struct error *err)
{
	return cuda_check(&cuda->driver, cuda->driver.context_set(cuda->context), err,
			  "cannot use the device");
}

static void cuda_close(struct backend *backend)
{
	struct cuda *cuda = cuda_of(backend);
	const struct cuda_driver *driver = &cuda->driver;

	if (cuda->context && driver->context_set(cuda->context) == CUDA_OK) {
		if (cuda->stream) {
			driver->stream_wait(cuda->stream);
			driver->stream_free(cuda->stream);
		}
		if (cuda->scratch.address)
			driver->memory_free(cuda->scratch.address);
		if (cuda->staging)
			driver->host_free(cuda->staging);
		for (size_t i = 0; cuda->module && i < cuda_image_count; i++)
			if (cuda->module[i])
				driver->module_unload(cuda->module[i]);
	}
	if (cuda->context)
		driver->context_release(cuda->device);
	cuda_driver_close(&cuda->driver);
	free(cuda->module);
	free(cuda);
}

/* The image that was assembled for this device, else the one that the driver assembles. */
static const void *image_choose(const struct cuda_image *image, int major, int minor)
{
	if (major == 8 && minor == 0 && image->sm_80.len)
		return image->sm_80.data;
	if (major == 9 && minor == 0 && image->sm_90.len)
		return image->sm_90.data;
	return image->ptx.data;
}

static int modules_load(struct cuda *cuda, int major, int minor, struct error *err)
{
	cuda->module = calloc(cuda_image_count + 1, sizeof(cuda_module));
	if (!cuda->module)
		return error_set(err, ERROR_SYSTEM, "out of memory for the device code");
	for (size_t i = 0; i < cuda_image_count; i++) {
		const struct cuda_image *image = &cuda_images[i];

		if (!image->ptx.len)
			return error_set(err, ERROR_ABSENT,
					 "this build has no device code: there was no nvcc");
		if (cuda_check(&cuda->driver,
			       cuda->driver.module_load(&cuda->module[i],
							image_choose(image, major, minor)),
			       err, "the driver does not take the device code '%s'", image->file))
			return -1;
	}
	return 0;
}

static int functions_find(struct cuda *cuda, struct error *err)
{
	for (size_t k = 0; k < CUDA_KERNEL_COUNT; k++) {
		size_t i = 0;

		while (i < cuda_image_count && strcmp(cuda_images[i].file, kernel_place[k].file))
			i++;
		if (i == cuda_image_count)
			return error_set(err, ERROR_ABSENT, "this build has no device code '%s'",
					 kernel_place[k].file);
		if (cuda_check(&cuda->driver,
			       cuda->driver.module_function(&cuda->function[k], cuda->module[i],
							    kernel_place[k].name),
			       err, "the device code has no kernel '%s'", kernel_place[k].name))
			return -1;
	}
	return 0;
}

/* The first device, and what it is. */
static int device_open(struct cuda *cuda, struct error *err)
{
	const struct cuda_driver *driver = &cuda->driver;
	int count = 0, major = 0, minor = 0, processors = 0;
	char name[48] = "";

	if (cuda_check(driver, driver->init(0), err, "the NVIDIA driver does not start") ||
	    cuda_check(driver, driver->device_count(&count), err, "cannot count the devices"))
		return -1;
	if (!count)
		return error_set(err, ERROR_ABSENT, "the NVIDIA driver knows no device");
	if (cuda_check(driver, driver->device_get(&cuda->device, 0), err, "no device 0") ||
	    cuda_check(driver, driver->device_name(name, sizeof(name), cuda->device), err,
		       "device 0 has no name") ||
	    cuda_check(driver, driver->device_attribute(&major, CUDA_ATTRIBUTE_MAJOR, cuda->device),
		       err, "device 0 says nothing of itself") ||
	    cuda_check(driver, driver->device_attribute(&minor, CUDA_ATTRIBUTE_MINOR, cuda->device),
		       err, "device 0 says nothing of itself") ||
	    cuda_check(
		    driver,
		    driver->device_attribute(&processors, CUDA_ATTRIBUTE_PROCESSORS, cuda->device),
		    err, "device 0 says nothing of itself") ||
	    cuda_check(driver, driver->context_retain(&cuda->context, cuda->device), err,
		       "device 0 cannot be used"))
		return -1;
	name[sizeof(name) - 1] = '\0';
	if (major < 8)
		return error_set(err, ERROR_ABSENT,
				 "'%s' is of compute capability %d.%d, and 8.0 is needed", name,
				 major, minor);
	cuda->processors = processors > 0 ? (uint32_t)processors : 1;
	snprintf(cuda->base.description, sizeof(cuda->base.description), "cuda (%s)", name);
	if (enter(cuda, err) || modules_load(cuda, major, minor, err) || functions_find(cuda, err))
		return -1;
	return cuda_check(driver, driver->stream_new(&cuda->stream, CUDA_STREAM_NON_BLOCKING), err,
			  "no stream on '%s'", name) ||
			       cuda_check(driver,
					  driver->host_new(&cuda->staging, CUDA_STAGING_BYTES,
							   CUDA_HOST_PORTABLE),
					  err, "no pinned memory for '%s'", name)
		       ? -1
		       : 0;
}

static int cuda_open(const struct backend_options *options, struct backend **out_backend,
		     struct error *err)
{
	struct cuda *cuda = calloc(1, sizeof(*cuda));

	(void)options;
	if (!cuda)
		return error_set(err, ERROR_SYSTEM, "out of memory for a backend");
	cuda->base.type = &backend_type_cuda;
	if (cuda_driver_open(&cuda->driver, err)) {
		free(cuda);
		return -1;
	}
	if (device_open(cuda, err)) {
		cuda_close(&cuda->base);
		return -1;
	}
	*out_backend = &cuda->base;
	return 0;
}

int cuda_launch(struct cuda *cuda, enum cuda_kernel kernel, struct cuda_grid grid,
		const void *params, struct error *err)
{
	/* The driver copies what it is given and says so; its type is older than const. */
	void *parameters[] = { (void *)(uintptr_t)params };

	if (enter(cuda, err))
		return -1;
	return cuda_check(&cuda->driver,
			  cuda->driver.launch(cuda->function[kernel], (unsigned)grid.x,
					      (unsigned)grid.y, 1, grid.threads, 1, 1, 0,
					      cuda->stream, parameters, NULL),
			  err, "the kernel '%s' does not start", kernel_place[kernel].name);
}

uint64_t cuda_blocks(const struct cuda *cuda, uint64_t count, uint64_t per_block)
{
	uint64_t blocks = count / per_block + (count % per_block != 0);
	uint64_t most = (uint64_t)cuda->processors * BLOCKS_PER_PROCESSOR;

	return blocks < most ? blocks : most;
}

int cuda_scratch_get(struct cuda *cuda, size_t size_bytes, void **out_device, struct error *err)
{
	struct cuda_scratch *scratch = &cuda->scratch;

	if (enter(cuda, err))
		return -1;
	if (scratch->size_bytes < size_bytes) {
		/* cuMemFree waits for whoever still uses it */
		if (scratch->address &&
		    cuda_check(&cuda->driver, cuda->driver.memory_free(scratch->address), err,
			       "the device's memory cannot be given back"))
			return -1;
		*scratch = (struct cuda_scratch){ 0 };
		if (cuda_check(&cuda->driver,
			       cuda->driver.memory_new(&scratch->address, size_bytes), err,
			       "no %zu bytes on the device", size_bytes))
			return -1;
		scratch->size_bytes = size_bytes;
	}
	*out_device = (void *)(uintptr_t)scratch->address;
	return 0;
}

int cuda_put(struct cuda *cuda, void *to_device, const void *from_host, size_t size_bytes,
	     struct error *err)
{
	if (enter(cuda, err))
		return -1;
	/* From memory that is not pinned the driver copies before it returns. */
	return cuda_check(&cuda->driver,
			  cuda->driver.copy_to_device((cuda_address)(uintptr_t)to_device, from_host,
						      size_bytes, cuda->stream),
			  err, "cannot copy %zu bytes to the device", size_bytes);
}

int cuda_get(struct cuda *cuda, void *to_host, const void *from_device, size_t size_bytes,
	     struct error *err)
{
	if (enter(cuda, err))
		return -1;
	return cuda_check(&cuda->driver,
			  cuda->driver.copy_to_host(to_host, (cuda_address)(uintptr_t)from_device,
						    size_bytes, cuda->stream),
			  err, "cannot copy %zu bytes from the device", size_bytes) ||
			       cuda_check(&cuda->driver, cuda->driver.stream_wait(cuda->stream),
					  err, "the device failed")
		       ? -1
		       : 0;
}

static int cuda_memory_new(struct backend *backend, size_t size_bytes,
			   struct backend_memory **out_memory, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct cuda_memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return error_set(err, ERROR_SYSTEM, "out of memory for a memory's description");
	if (enter(cuda, err) ||
	    cuda_check(&cuda->driver, cuda->driver.memory_new(&memory->address, size_bytes), err,
		       "no %zu bytes on the device", size_bytes)) {
		free(memory);
		return -1;
	}
	memory->base.backend = backend;
	memory->base.size_bytes = size_bytes;
	if (cuda_check(&cuda->driver,
		       cuda->driver.fill(memory->address, 0, size_bytes, cuda->stream), err,
		       "cannot clear %zu bytes on the device", size_bytes)) {
		cuda->driver.memory_free(memory->address);
		free(memory);
		return -1;
	}
	*out_memory = &memory->base;
	return 0;
}

static void cuda_memory_free(struct backend_memory *memory)
{
	struct cuda *cuda = cuda_of(memory->backend);

	/* cuMemFree waits for whoever still uses it */
	if (cuda->driver.context_set(cuda->context) == CUDA_OK)
		cuda->driver.memory_free(((struct cuda_memory *)memory)->address);
	free(memory);
}

static int cuda_memory_wrap(struct backend *backend, struct span bytes,
			    struct backend_memory **out_memory, struct error *err)
{
	struct backend_memory *memory;

	if (cuda_memory_new(backend, bytes.len, &memory, err))
		return -1;
	if (cuda_put(cuda_of(backend), (void *)(uintptr_t)((struct cuda_memory *)memory)->address,
		     bytes.data, bytes.len, err)) {
		cuda_memory_free(memory);
		return -1;
	}
	memory->read_only = true;
	*out_memory = memory;
	return 0;
}

/* Rows of a view to or from an array without gaps. */
static int copy_rows(struct backend *backend, struct matrix view, const float *from, float *to,
		     struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	size_t row_bytes = view.cols * sizeof(float), pitch_bytes = view.stride * sizeof(float);
	struct cuda_copy_2d copy = { .width_bytes = row_bytes, .height = view.rows };

	if (from) {
		copy.from_kind = CUDA_MEMORY_HOST;
		copy.from_host = from;
		copy.from_pitch_bytes = row_bytes;
		copy.to_kind = CUDA_MEMORY_DEVICE;
		copy.to_device = cuda_at(view);
		copy.to_pitch_bytes = pitch_bytes;
	} else {
		copy.from_kind = CUDA_MEMORY_DEVICE;
		copy.from_device = cuda_at(view);
		copy.from_pitch_bytes = pitch_bytes;
		copy.to_kind = CUDA_MEMORY_HOST;
		copy.to_host = to;
		copy.to_pitch_bytes = row_bytes;
	}
	if (enter(cuda, err))
		return -1;
	return cuda_check(&cuda->driver, cuda->driver.copy_2d(&copy, cuda->stream), err,
			  "cannot copy %zux%zu numbers", view.rows, view.cols);
}

static int cuda_upload(struct backend *backend, struct matrix to, const float *values,
		       struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	if (copy_rows(backend, to, values, NULL, err))
		return -1;
	return cuda_check(&cuda->driver, cuda->driver.stream_wait(cuda->stream), err,
			  "the device failed");
}

static int cuda_download(struct backend *backend, struct matrix from, float *out_values,
			 struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	if (copy_rows(backend, from, NULL, out_values, err))
		return -1;
	return cuda_check(&cuda->driver, cuda->driver.stream_wait(cuda->stream), err,
			  "the device failed");
}

static int cuda_zero(struct backend *backend, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	if (enter(cuda, err))
		return -1;
	return cuda_check(&cuda->driver,
			  cuda->driver.fill_2d(cuda_at(y), y.stride * sizeof(float), 0,
					       y.cols * sizeof(float), y.rows, cuda->stream),
			  err, "cannot clear %zux%zu numbers", y.rows, y.cols);
}

const struct backend_type backend_type_cuda = {
	.name = "cuda",
	.open = cuda_open,
	.close = cuda_close,
	.memory_new = cuda_memory_new,
	.memory_wrap = cuda_memory_wrap,
	.memory_free = cuda_memory_free,
	.upload = cuda_upload,
	.download = cuda_download,
	.add = cuda_add,
	.zero = cuda_zero,
};
