/* fake_memory: device memory, pinned memory, and what copies into and out of them. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* What cuMemAlloc promises. */
enum { ALIGNMENT = 256 };

static char *bytes_new(size_t size_bytes, bool device)
{
	void *bytes;

	if (fake.options.times.hollow && device) {
		bytes = mmap(NULL, size_bytes, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		return bytes == MAP_FAILED ? NULL : bytes;
	}
	if (posix_memalign(&bytes, ALIGNMENT, size_bytes))
		return NULL;
	/* what nobody wrote is NaN, not zero */
	for (size_t i = 0; i < size_bytes; i++)
		((unsigned char *)bytes)[i] = (unsigned char)(SHIM_POISON >> 8 * (i % 4));
	return bytes;
}

static void bytes_free(const struct block_of_memory *block)
{
	if (fake.options.times.hollow && block->device >= 0)
		munmap(block->run.bytes, block->run.size_bytes);
	else
		free(block->run.bytes);
}

static char *block_new(size_t size_bytes, int device)
{
	struct block_of_memory *block = calloc(1, sizeof(*block));

	if (!block)
		fake_complain("no memory for a description of memory");
	*block = (struct block_of_memory){ .next = fake.memory,
					   .run = { .bytes = bytes_new(size_bytes, device >= 0),
						    .size_bytes = size_bytes },
					   .device = device };
	if (!block->run.bytes) {
		free(block);
		return NULL;
	}
	fake.memory = block;
	return block->run.bytes;
}

/* 0, or -1 when nothing of that kind begins there. */
static int block_free(const char *bytes, int device, size_t *out_size_bytes)
{
	for (struct block_of_memory **at = &fake.memory; *at; at = &(*at)->next)
		if ((*at)->run.bytes == bytes && (*at)->device == device) {
			struct block_of_memory *block = *at;

			*at = block->next;
			*out_size_bytes = block->run.size_bytes;
			bytes_free(block);
			watch_forget(&block->run);
			free(block);
			return 0;
		}
	return -1;
}

void fake_memory_forget(void)
{
	size_t size_bytes;

	while (fake.memory)
		if (block_free(fake.memory->run.bytes, fake.memory->device, &size_bytes))
			return;
}

static struct block_of_memory *block_find(const char *bytes)
{
	for (struct block_of_memory *block = fake.memory; block; block = block->next)
		if (bytes >= block->run.bytes &&
		    bytes - block->run.bytes < (ptrdiff_t)block->run.size_bytes)
			return block;
	return NULL;
}

void fake_memory_check(const char *call, int device, cuda_address address, size_t pitch,
		       size_t width, size_t height)
{
	const char *bytes = (const char *)(uintptr_t)address;
	const struct block_of_memory *block = block_find(bytes);
	size_t at, need;

	if (!block)
		fake_complain("%s: %p is not an address of device memory (a host's, or freed?)",
			      call, (const void *)bytes);
	if (block->device != device)
		fake_complain("%s: %p is memory of %s %d, not of device %d", call,
			      (const void *)bytes, block->device < 0 ? "the host," : "device",
			      block->device, device);
	if (height > 1 && pitch < width)
		fake_complain("%s: rows of %zu bytes that are %zu bytes apart", call, width, pitch);
	at = (size_t)(bytes - block->run.bytes);
	need = (height - 1) * pitch + width;
	if (need > block->run.size_bytes - at)
		fake_complain("%s: bytes %zu ... %zu of a memory of %zu", call, at, at + need,
			      block->run.size_bytes);
}

struct watch_memory *fake_memory_at(void *device, const void *address)
{
	struct block_of_memory *block = block_find(address);

	return block && block->device == *(const int *)device ? &block->run : NULL;
}

bool fake_memory_pinned(const void *bytes, size_t size_bytes)
{
	const struct block_of_memory *block = block_find(bytes);

	return block && block->device < 0 &&
	       size_bytes <=
		       block->run.size_bytes - (size_t)((const char *)bytes - block->run.bytes);
}

int fake_memory_info(size_t *out_free_bytes, size_t *out_total_bytes)
{
	FAKE_LOCK;
	int device = fake_device_current("cuMemGetInfo"), result = fake_enter(device);

	if (result)
		return result;
	*out_total_bytes = fake.options.device[device].memory_bytes;
	*out_free_bytes = *out_total_bytes - fake.used_bytes[device];
	return 0;
}

int fake_memory_new(cuda_address *out_memory, size_t size_bytes)
{
	FAKE_LOCK;
	int device = fake_device_current("cuMemAlloc"), result = fake_enter(device);
	char *bytes;

	if (result)
		return result;
	if (!size_bytes)
		return RESULT_INVALID_VALUE;
	if (++fake.allocations == fake.options.faults.memory_at ||
	    size_bytes > fake.options.device[device].memory_bytes - fake.used_bytes[device])
		return CUDA_OUT_OF_MEMORY;
	bytes = block_new(size_bytes, device);
	if (!bytes)
		return CUDA_OUT_OF_MEMORY;
	fake.used_bytes[device] += size_bytes;
	if (fake.used_bytes[device] > fake.report.memory_peak_bytes[device])
		fake.report.memory_peak_bytes[device] = fake.used_bytes[device];
	*out_memory = (cuda_address)(uintptr_t)bytes;
	return 0;
}

int fake_memory_free(cuda_address memory)
{
	FAKE_LOCK;
	int device = fake_device_current("cuMemFree"), result = fake_enter(device);
	size_t size_bytes;

	if (result)
		return result;
	fake_work_wait_device(device);
	result = fake_result(device);
	if (result)
		return result;
	if (block_free((const char *)(uintptr_t)memory, device, &size_bytes))
		fake_complain("cuMemFree: no memory of device %d begins at %p", device,
			      (void *)(uintptr_t)memory);
	fake.used_bytes[device] -= size_bytes;
	return 0;
}

int fake_host_new(void **out_memory, size_t size_bytes, unsigned flags)
{
	FAKE_LOCK;
	int device = fake_device_current("cuMemHostAlloc"), result = fake_enter(device);

	if (result)
		return result;
	if (!size_bytes || flags & ~7u)
		return RESULT_INVALID_VALUE;
	if (++fake.host_allocations == fake.options.faults.host_memory_at)
		return CUDA_OUT_OF_MEMORY;
	*out_memory = block_new(size_bytes, -1);
	if (!*out_memory)
		return CUDA_OUT_OF_MEMORY;
	fake.host_used_bytes += size_bytes;
	if (fake.host_used_bytes > fake.report.host_peak_bytes)
		fake.report.host_peak_bytes = fake.host_used_bytes;
	return 0;
}

int fake_host_free(void *memory)
{
	FAKE_LOCK;
	int device = fake_device_current("cuMemFreeHost"), result = fake_enter(device);
	size_t size_bytes;

	if (result)
		return result;
	fake_work_wait_device(-1);
	if (block_free(memory, -1, &size_bytes))
		fake_complain("cuMemFreeHost: no pinned memory begins at %p", memory);
	fake.host_used_bytes -= size_bytes;
	return 0;
}

/* From memory that is not pinned the driver takes the bytes at once. */
static void capture(struct work *work)
{
	size_t extent = (work->height - 1) * work->from_pitch + work->width;

	if (fake_memory_pinned(work->from, extent))
		return;
	work->payload = malloc(extent);
	if (!work->payload)
		fake_complain("no memory to keep a copy's bytes");
	memcpy(work->payload, work->from, extent);
	work->from = work->payload;
}

static int copy(const char *call, struct work *work, bool from_device, bool to_device,
		cuda_stream stream)
{
	struct CUstream_st *into = fake_stream_check(call, stream);
	size_t extent;

	if (!work->width || !work->height)
		return 0;
	extent = (work->height - 1) * work->to_pitch + work->width;
	if (from_device)
		fake_memory_check(call, into->device, (cuda_address)(uintptr_t)work->from,
				  work->from_pitch, work->width, work->height);
	else if (!fake.options.times.hollow)
		capture(work);
	if (to_device)
		fake_memory_check(call, into->device, (cuda_address)(uintptr_t)work->to,
				  work->to_pitch, work->width, work->height);
	work->kind = WORK_COPY;
	work->engine = !from_device ? FAKE_TO_DEVICE : !to_device ? FAKE_TO_HOST : FAKE_COMPUTE;
	fake_work_add(into, work);
	if (!to_device && !fake_memory_pinned(work->to, extent))
		fake_work_wait_stream(into);
	return fake_result(into->device);
}

int fake_copy_to_device(cuda_address to, const void *from, size_t size_bytes, cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuMemcpyHtoDAsync"));
	struct work work = {
		.to = (char *)(uintptr_t)to, .from = from, .width = size_bytes, .height = 1
	};

	return result ? result : copy("cuMemcpyHtoDAsync", &work, false, true, stream);
}

int fake_copy_to_host(void *to, cuda_address from, size_t size_bytes, cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuMemcpyDtoHAsync"));
	struct work work = {
		.to = to, .from = (const char *)(uintptr_t)from, .width = size_bytes, .height = 1
	};

	return result ? result : copy("cuMemcpyDtoHAsync", &work, true, false, stream);
}

int fake_copy_2d(const struct cuda_copy_2d *asked, cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuMemcpy2DAsync"));
	bool from_device = asked->from_kind == CUDA_MEMORY_DEVICE;
	bool to_device = asked->to_kind == CUDA_MEMORY_DEVICE;
	const char *from = from_device ? (const char *)(uintptr_t)asked->from_device
				       : (const char *)asked->from_host;
	char *to = to_device ? (char *)(uintptr_t)asked->to_device : (char *)asked->to_host;
	struct work work = { .from_pitch = asked->from_pitch_bytes,
			     .to_pitch = asked->to_pitch_bytes,
			     .width = asked->width_bytes,
			     .height = asked->height };

	if (result)
		return result;
	if ((!from_device && asked->from_kind != CUDA_MEMORY_HOST) ||
	    (!to_device && asked->to_kind != CUDA_MEMORY_HOST) || asked->from_array ||
	    asked->to_array || (asked->from_pitch_bytes && asked->from_pitch_bytes < work.width) ||
	    (asked->to_pitch_bytes && asked->to_pitch_bytes < work.width))
		return RESULT_INVALID_VALUE;
	/* a pitch of 0 is that of rows without gaps */
	if (!work.from_pitch)
		work.from_pitch = work.width;
	if (!work.to_pitch)
		work.to_pitch = work.width;
	work.from = from + asked->from_y * work.from_pitch + asked->from_x_bytes;
	work.to = to + asked->to_y * work.to_pitch + asked->to_x_bytes;
	return copy("cuMemcpy2DAsync", &work, from_device, to_device, stream);
}

int fake_fill(cuda_address to, unsigned char byte, size_t size_bytes, cuda_stream stream)
{
	return fake_fill_2d(to, size_bytes, byte, size_bytes, 1, stream);
}

int fake_fill_2d(cuda_address to, size_t pitch_bytes, unsigned char byte, size_t width_bytes,
		 size_t height, cuda_stream stream)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuMemsetD8Async"));
	struct work work = { .kind = WORK_FILL,
			     .to = (char *)(uintptr_t)to,
			     .to_pitch = pitch_bytes,
			     .byte = byte,
			     .width = width_bytes,
			     .height = height,
			     .engine = FAKE_COMPUTE };
	struct CUstream_st *into;

	if (result)
		return result;
	into = fake_stream_check("cuMemsetD8Async", stream);
	if (!width_bytes || !height)
		return 0;
	fake_memory_check("cuMemsetD8Async", into->device, to, pitch_bytes, width_bytes, height);
	fake_work_add(into, &work);
	return 0;
}
