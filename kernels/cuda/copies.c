/*
 * copies: what staging sends goes through a stream of its own, so that it
 * travels while operations run; events order the two streams.
 *
 * cuda_send and cuda_mark_wait are called from threads that read and hash. They touch nothing
 * of the backend that changes after it was opened, but copy_result.
 */
#include "kernels/cuda/cuda.h"

#include <stdatomic.h>
#include <stdlib.h>

struct backend_mark {
	cuda_event event;
};

/* A failure in another thread: it is kept for whoever next speaks to the device. */
static int copy_check(struct cuda *cuda, int result, struct error *err)
{
	int none = CUDA_OK;

	if (result == CUDA_OK)
		return 0;
	atomic_compare_exchange_strong(&cuda->copy_result, &none, result);
	return cuda_check(&cuda->driver, result, err, "%s: a copy to the device failed",
			  cuda->name);
}

int cuda_copies_open(struct cuda *cuda, struct error *err)
{
	const struct cuda_driver *driver = &cuda->driver;

	if (cuda_try(cuda, driver->stream_new(&cuda->copies, CUDA_STREAM_NON_BLOCKING), err,
		     "no stream of copies") ||
	    cuda_try(cuda, driver->event_new(&cuda->arrived, CUDA_EVENT_DISABLE_TIMING), err,
		     "no event") ||
	    cuda_try(cuda, driver->event_new(&cuda->held, CUDA_EVENT_DISABLE_TIMING), err,
		     "no event"))
		return -1;
	return 0;
}

void cuda_copies_close(struct cuda *cuda)
{
	const struct cuda_driver *driver = &cuda->driver;

	if (cuda->copies) {
		driver->stream_wait(cuda->copies);
		driver->stream_free(cuda->copies);
	}
	if (cuda->arrived)
		driver->event_free(cuda->arrived);
	if (cuda->held)
		driver->event_free(cuda->held);
}

int cuda_memory_left(struct backend *backend, uint64_t *out_bytes, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	size_t left = 0, total = 0;

	if (cuda_enter(cuda, err) || cuda_try(cuda, cuda->driver.memory_info(&left, &total), err,
					      "it does not say what memory it has"))
		return -1;
	*out_bytes = left;
	for (size_t i = 0; i < cuda->pool.count; i++)
		*out_bytes += cuda->pool.block[i].size_bytes;
	return 0;
}

int cuda_pinned_new(struct backend *backend, size_t size_bytes, uint8_t **out_bytes,
		    struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	void *bytes = NULL;

	if (cuda_enter(cuda, err) ||
	    cuda_try(cuda, cuda->driver.host_new(&bytes, size_bytes, CUDA_HOST_PORTABLE), err,
		     "%zu MB of the host's memory cannot be kept in place", size_bytes >> 20))
		return -1;
	*out_bytes = bytes;
	return 0;
}

void cuda_pinned_free(struct backend *backend, uint8_t *bytes)
{
	struct cuda *cuda = cuda_of(backend);

	if (cuda->driver.context_set(cuda->context) == CUDA_OK)
		cuda->driver.host_free(bytes);
}

int cuda_mark_new(struct backend *backend, struct backend_mark **out_mark, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct backend_mark *mark = calloc(1, sizeof(*mark));

	if (!mark)
		return error_set(err, ERROR_SYSTEM, "out of memory for an event");
	if (cuda_enter(cuda, err) ||
	    cuda_try(cuda,
		     cuda->driver.event_new(&mark->event,
					    CUDA_EVENT_DISABLE_TIMING | CUDA_EVENT_BLOCKING_SYNC),
		     err, "no event")) {
		free(mark);
		return -1;
	}
	*out_mark = mark;
	return 0;
}

void cuda_mark_free(struct backend *backend, struct backend_mark *mark)
{
	struct cuda *cuda = cuda_of(backend);

	if (cuda->driver.context_set(cuda->context) == CUDA_OK)
		cuda->driver.event_free(mark->event);
	free(mark);
}

int cuda_send(struct backend_memory *to, size_t offset_bytes, const uint8_t *from, size_t len,
	      struct backend_mark *mark, struct error *err)
{
	struct cuda *cuda = cuda_of(to->backend);
	cuda_address address = ((struct cuda_memory *)to)->block.address + offset_bytes;

	if (copy_check(cuda, cuda->driver.context_set(cuda->context), err) ||
	    copy_check(cuda, cuda->driver.copy_to_device(address, from, len, cuda->copies), err))
		return -1;
	return copy_check(cuda, cuda->driver.event_record(mark->event, cuda->copies), err);
}

int cuda_mark_wait(struct backend *backend, struct backend_mark *mark, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	if (copy_check(cuda, cuda->driver.context_set(cuda->context), err))
		return -1;
	return copy_check(cuda, cuda->driver.event_wait(mark->event), err);
}

/* What comes into `behind` from now on waits for what is in `before` now. */
static int order(struct cuda *cuda, cuda_stream before, cuda_event event, cuda_stream behind,
		 struct error *err)
{
	if (cuda_enter(cuda, err) || cuda_try(cuda, cuda->driver.event_record(event, before), err,
					      "copies and operations cannot be ordered"))
		return -1;
	return cuda_try(cuda, cuda->driver.stream_wait_event(behind, event, 0), err,
			"copies and operations cannot be ordered");
}

int cuda_arrive(struct backend *backend, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	return order(cuda, cuda->copies, cuda->arrived, cuda->stream, err);
}

int cuda_hold(struct backend *backend, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);

	return order(cuda, cuda->stream, cuda->held, cuda->copies, err);
}
