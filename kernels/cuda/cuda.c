/* cuda: open a device, and know whether it still works. */
#include "kernels/cuda/cuda.h"
#include "kernels/cuda/operations.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int cuda_try(struct cuda *cuda, int result, struct error *err, const char *fmt, ...)
{
	struct error failure = { 0 };
	char what[256];
	va_list args;

	if (result == CUDA_OK)
		return 0;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (cuda->name[0])
		cuda_check(&cuda->driver, result, &failure, "%s: %s", cuda->name, what);
	else
		cuda_check(&cuda->driver, result, &failure, "%s", what);
	if (result != CUDA_OUT_OF_MEMORY)
		cuda->lost = true;
	if (cuda->base.failure.code == ERROR_NONE)
		cuda->base.failure = failure;
	return error_set(err, failure.code, "%s", failure.text);
}

int cuda_enter(struct cuda *cuda, struct error *err)
{
	if (!cuda->lost && cuda->copy_result != CUDA_OK)
		return cuda_try(cuda, cuda->copy_result, err, "a copy to the device failed");
	if (cuda->lost)
		return error_set(err, ERROR_SYSTEM, "%s", cuda->base.failure.text);
	return cuda_try(cuda, cuda->driver.context_set(cuda->context), err,
			"the device cannot be used");
}

/* Also of a device that is lost: what it says to that is of no interest any more. */
static void cuda_close(struct backend *backend)
{
	struct cuda *cuda = cuda_of(backend);
	const struct cuda_driver *driver = &cuda->driver;

	if (cuda->context && driver->context_set(cuda->context) == CUDA_OK) {
		cuda_copies_close(cuda);
		if (cuda->stream) {
			driver->stream_wait(cuda->stream);
			driver->stream_free(cuda->stream);
		}
		if (cuda->wrapped)
			driver->event_free(cuda->wrapped);
		cuda_pool_empty(cuda);
		if (cuda->scratch.address)
			driver->memory_free(cuda->scratch.address);
		if (cuda->staging.bytes)
			driver->host_free(cuda->staging.bytes);
		cuda_modules_unload(cuda);
	}
	if (cuda->context)
		driver->context_release(cuda->device);
	cuda_driver_close(&cuda->driver);
	free(cuda->module);
	free(cuda);
}

/* Find the device, and what it is. */
static int device_find(struct cuda *cuda, uint32_t ordinal, int *out_major, int *out_minor,
		       struct error *err)
{
	const struct cuda_driver *driver = &cuda->driver;
	int count = 0, processors = 0;
	char name[48] = "";

	if (cuda_try(cuda, driver->init(0), err, "the NVIDIA driver does not start") ||
	    cuda_try(cuda, driver->device_count(&count), err, "the devices cannot be counted"))
		return -1;
	if (count <= 0)
		return error_set(err, ERROR_ABSENT, "the NVIDIA driver knows no device");
	if (ordinal >= (uint32_t)count)
		return error_set(err, ERROR_ABSENT, "there is no device cuda:%u, only %d (from 0)",
				 ordinal, count);
	snprintf(cuda->name, sizeof(cuda->name), "cuda:%u", ordinal);
	if (cuda_try(cuda, driver->device_get(&cuda->device, (int)ordinal), err, "no device") ||
	    cuda_try(cuda, driver->device_name(name, sizeof(name), cuda->device), err, "no name"))
		return -1;
	name[sizeof(name) - 1] = '\0';
	snprintf(cuda->name, sizeof(cuda->name), "cuda:%u (%s)", ordinal, name);
	if (cuda_try(cuda, driver->device_attribute(out_major, CUDA_ATTRIBUTE_MAJOR, cuda->device),
		     err, "it does not say what it is") ||
	    cuda_try(cuda, driver->device_attribute(out_minor, CUDA_ATTRIBUTE_MINOR, cuda->device),
		     err, "it does not say what it is") ||
	    cuda_try(cuda,
		     driver->device_attribute(&processors, CUDA_ATTRIBUTE_PROCESSORS, cuda->device),
		     err, "it does not say what it is"))
		return -1;
	cuda->processors = processors > 0 ? (uint32_t)processors : 1;
	if (*out_major < 8)
		return error_set(err, ERROR_SYSTEM,
				 "%s is of compute capability %d.%d, and 8.0 is needed", cuda->name,
				 *out_major, *out_minor);
	return 0;
}

static int device_open(struct cuda *cuda, uint32_t ordinal, struct error *err)
{
	const struct cuda_driver *driver = &cuda->driver;
	int major = 0, minor = 0;

	if (device_find(cuda, ordinal, &major, &minor, err) ||
	    cuda_try(cuda, driver->context_retain(&cuda->context, cuda->device), err,
		     "the device cannot be used") ||
	    cuda_enter(cuda, err) || cuda_modules_load(cuda, major, err))
		return -1;
	snprintf(cuda->base.description, sizeof(cuda->base.description), "%s", cuda->name);
	return cuda_try(cuda, driver->stream_new(&cuda->stream, CUDA_STREAM_NON_BLOCKING), err,
			"no stream of work") ||
			       cuda_try(
				       cuda,
				       driver->event_new(&cuda->wrapped, CUDA_EVENT_DISABLE_TIMING),
				       err, "no event") ||
			       cuda_try(cuda,
					driver->host_new(&cuda->staging.bytes, CUDA_STAGING_BYTES,
							 CUDA_HOST_PORTABLE),
					err, "no pinned memory") ||
			       cuda_copies_open(cuda, err)
		       ? -1
		       : 0;
}

int cuda_open_with(const struct cuda_driver *driver, const struct cuda_images *images,
		   const struct backend_options *options, struct backend **out_backend,
		   struct error *err)
{
	struct cuda *cuda = calloc(1, sizeof(*cuda));

	if (!cuda)
		return error_set(err, ERROR_SYSTEM, "out of memory for a backend");
	cuda->base.type = &backend_type_cuda;
	cuda->driver = *driver;
	cuda->images = images;
	cuda->linear_way = SIZE_MAX;
	if (device_open(cuda, options->ordinal, err)) {
		cuda->driver.library = NULL; /* the caller's until the backend is made */
		cuda_close(&cuda->base);
		return -1;
	}
	*out_backend = &cuda->base;
	return 0;
}

static int cuda_open(const struct backend_options *options, struct backend **out_backend,
		     struct error *err)
{
	struct cuda_driver driver;

	if (!cuda_images.image[0].ptx.len)
		return error_set(
			err, ERROR_ABSENT,
			"this program was built without device code; build it with an nvcc");
	if (cuda_driver_open(&driver, err))
		return -1;
	if (cuda_open_with(&driver, &cuda_images, options, out_backend, err)) {
		cuda_driver_close(&driver);
		return -1;
	}
	return 0;
}

static bool cuda_facts(uint32_t ordinal, struct backend_facts *out_facts)
{
	struct backend_facts facts = { .model = "" };
	struct error unsaid = { 0 };
	struct cuda_driver driver;
	size_t memory_bytes = 0;
	int device;
	bool there;

	if (cuda_driver_open(&driver, &unsaid))
		return false;
	there = driver.init(0) == CUDA_OK && driver.device_get(&device, (int)ordinal) == CUDA_OK;
	if (there &&
	    (driver.device_name(facts.model, sizeof(facts.model), device) != CUDA_OK ||
	     driver.device_attribute(&facts.major, CUDA_ATTRIBUTE_MAJOR, device) != CUDA_OK ||
	     driver.device_attribute(&facts.minor, CUDA_ATTRIBUTE_MINOR, device) != CUDA_OK ||
	     driver.device_memory(&memory_bytes, device) != CUDA_OK))
		facts = (struct backend_facts){ .model = "" }; /* it is there, and dumb */
	facts.memory_bytes = memory_bytes;
	facts.driver_release = cuda_driver_release(&driver);
	cuda_driver_close(&driver);
	if (there)
		*out_facts = facts;
	return there;
}

const struct backend_type backend_type_cuda = {
	.name = "cuda",
	.facts = cuda_facts,
	.linear_ways = cuda_linear_ways,
	.linear_way = cuda_linear_way,
	.open = cuda_open,
	.close = cuda_close,
	.memory_new = cuda_memory_new,
	.memory_wrap = cuda_memory_wrap,
	.memory_free = cuda_memory_free,
	.upload = cuda_upload,
	.download = cuda_download,
	.memory_left = cuda_memory_left,
	.pinned_new = cuda_pinned_new,
	.pinned_free = cuda_pinned_free,
	.mark_new = cuda_mark_new,
	.mark_free = cuda_mark_free,
	.send = cuda_send,
	.mark_wait = cuda_mark_wait,
	.arrive = cuda_arrive,
	.hold = cuda_hold,
	.linear = cuda_linear,
	.rms_norm = cuda_rms_norm,
	.layer_norm = cuda_layer_norm,
	.rope = cuda_rope,
	.attention = cuda_attention,
	.activation = cuda_activation,
	.gate = cuda_gate,
	.add = cuda_add,
	.scale = cuda_scale,
	.clip = cuda_clip,
	.soft_cap = cuda_soft_cap,
	.softmax = cuda_softmax,
	.gather = cuda_gather,
	.zero = cuda_zero,
	.route = cuda_route,
	.combine = cuda_combine,
	.gate_rows = cuda_gate_rows,
	.find_not_finite = cuda_find_not_finite,
	.partition = cuda_partition,
	.top_logits = cuda_top_logits,
	.pick = cuda_pick,
	.digest_rows = cuda_digest_rows,
	.digest_ranges = cuda_digest_ranges,
};
