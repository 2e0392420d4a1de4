/* staged: devices that have nothing of a device but that bytes must be sent to them. */
#include "tests/verify/staged.h"

#include <pthread.h>
#include <stdlib.h>

#include "kernels/cpu/cpu.h"
#include "tests/support.h"

enum { DEVICES_MAX = 16 };

/* A copy that was sent and has not happened. */
struct copy {
	uint8_t *to;
	const uint8_t *from;
	size_t len;
};

struct device {
	struct backend *backend;
	struct copy *copy; /* the ones from `done` on are to come */
	size_t done, count, cap;
	uint64_t memory_bytes;
};

struct backend_mark {
	size_t copies; /* that stand before it */
};

static struct {
	pthread_mutex_t lock;
	struct staged_options options;
	struct staged_report report;
	struct device device[DEVICES_MAX];
	size_t devices;
	struct backend_type type;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct device *device_of(const struct backend *backend)
{
	size_t i = 0;

	while (i < all.devices && all.device[i].backend != backend)
		i++;
	assert_true(i < all.devices);
	return &all.device[i];
}

/* ---- Copies ---- */

/* Let copies happen until `count` of them have. */
static void copies_do(struct device *device, size_t count)
{
	for (; device->done < count; device->done++) {
		struct copy *copy = &device->copy[device->done];

		memcpy(copy->to, copy->from, copy->len);
	}
}

static int staged_send(struct backend_memory *to, size_t offset_bytes, const uint8_t *from,
		       size_t len, struct backend_mark *mark, struct error *err)
{
	struct device *device;
	int failed = 0;

	pthread_mutex_lock(&all.lock);
	device = device_of(to->backend);
	if (++all.report.sends == all.options.send_fails) {
		failed = error_set(err, ERROR_SYSTEM, "the copy is refused");
	} else {
		if (device->count == device->cap) {
			device->cap = 2 * device->cap + 64;
			device->copy =
				reallocarray(device->copy, device->cap, sizeof(*device->copy));
			assert_non_null(device->copy);
		}
		device->copy[device->count++] =
			(struct copy){ ((struct cpu_memory *)to)->bytes + offset_bytes, from, len };
		all.report.sent_bytes += len;
		mark->copies = device->count;
		if (all.options.at_once)
			copies_do(device, device->count);
	}
	pthread_mutex_unlock(&all.lock);
	return failed;
}

static int staged_mark_wait(struct backend *backend, struct backend_mark *mark, struct error *err)
{
	(void)err;
	pthread_mutex_lock(&all.lock);
	copies_do(device_of(backend), mark->copies);
	pthread_mutex_unlock(&all.lock);
	return 0;
}

/* Operations are done when they were asked for: only now is it too late for a copy. */
static int staged_arrive(struct backend *backend, struct error *err)
{
	(void)err;
	pthread_mutex_lock(&all.lock);
	copies_do(device_of(backend), device_of(backend)->count);
	pthread_mutex_unlock(&all.lock);
	return 0;
}

static int staged_hold(struct backend *backend, struct error *err)
{
	(void)backend;
	(void)err;
	return 0;
}

static int staged_mark_new(struct backend *backend, struct backend_mark **out_mark,
			   struct error *err)
{
	(void)backend;
	(void)err;
	*out_mark = calloc(1, sizeof(**out_mark));
	assert_non_null(*out_mark);
	all.report.marks++;
	return 0;
}

static void staged_mark_free(struct backend *backend, struct backend_mark *mark)
{
	(void)backend;
	all.report.marks--;
	free(mark);
}

/* ---- Memory ---- */

static int staged_pinned_new(struct backend *backend, size_t size_bytes, uint8_t **out_bytes,
			     struct error *err)
{
	(void)backend;
	if (all.options.pinned_fails)
		return error_set(err, ERROR_SYSTEM, "nothing can be kept in place");
	*out_bytes = malloc(size_bytes);
	assert_non_null(*out_bytes);
	all.report.pinned_bytes = size_bytes;
	all.report.pinned_peak_bytes = size_bytes;
	return 0;
}

static void staged_pinned_free(struct backend *backend, uint8_t *bytes)
{
	(void)backend;
	all.report.pinned_bytes = 0;
	free(bytes);
}

static void memory_count(struct device *device, size_t size_bytes)
{
	device->memory_bytes += size_bytes;
	if (device != &all.device[0])
		return;
	all.report.memory_bytes = device->memory_bytes;
	if (device->memory_bytes > all.report.memory_peak_bytes)
		all.report.memory_peak_bytes = device->memory_bytes;
}

static int staged_memory_new(struct backend *backend, size_t size_bytes,
			     struct backend_memory **out_memory, struct error *err)
{
	struct device *device = device_of(backend);

	if (++all.report.memories_made == all.options.memory_fails ||
	    (all.options.memory_bytes &&
	     size_bytes > all.options.memory_bytes - device->memory_bytes))
		return error_set(err, ERROR_SYSTEM, "no room for %zu bytes", size_bytes);
	if (backend_type_cpu.memory_new(backend, size_bytes, out_memory, err))
		return -1;
	all.report.memories++;
	memory_count(device, size_bytes);
	return 0;
}

static int staged_memory_wrap(struct backend *backend, struct span bytes,
			      struct backend_memory **out_memory, struct error *err)
{
	if (staged_memory_new(backend, bytes.len, out_memory, err))
		return -1;
	memcpy(((struct cpu_memory *)*out_memory)->bytes, bytes.data, bytes.len);
	(*out_memory)->read_only = true;
	return 0;
}

static void staged_memory_free(struct backend_memory *memory)
{
	struct device *device = device_of(memory->backend);

	pthread_mutex_lock(&all.lock); /* another layer may be on its way */
	copies_do(device, device->count);
	pthread_mutex_unlock(&all.lock);
	device->memory_bytes -= memory->size_bytes;
	memory_count(device, 0);
	all.report.memories--;
	memory->read_only = false; /* the CPU leaves bytes alone that are not its own */
	backend_type_cpu.memory_free(memory);
}

static int staged_memory_left(struct backend *backend, uint64_t *out_bytes, struct error *err)
{
	(void)err;
	*out_bytes = all.options.memory_bytes
			     ? all.options.memory_bytes - device_of(backend)->memory_bytes
			     : (uint64_t)1 << 40;
	return 0;
}

static int staged_digest_ranges(struct backend *backend, struct backend_memory *memory,
				const struct byte_range *range, size_t count,
				struct digest *out_digest, struct error *err)
{
	const uint8_t *bytes = ((struct cpu_memory *)memory)->bytes;

	(void)backend;
	(void)err;
	for (size_t i = 0; i < count; i++) {
		out_digest[i] = sha256((struct span){ bytes + range[i].offset, range[i].bytes });
		all.report.hashed_bytes += range[i].bytes;
	}
	return 0;
}

/* ---- Opening ---- */

static void staged_close(struct backend *backend)
{
	struct device *device = device_of(backend);

	free(device->copy);
	device->copy = NULL;
	backend_type_cpu.close(backend);
}

struct backend *staged_open(const struct staged_options *options)
{
	struct backend *first = NULL;
	struct error err = { 0 };

	all.options = *options;
	all.report = (struct staged_report){ 0 };
	all.devices = options->devices ? options->devices : 1;
	all.type = backend_type_cpu;
	all.type.close = staged_close;
	all.type.memory_new = staged_memory_new;
	all.type.memory_wrap = staged_memory_wrap;
	all.type.memory_free = staged_memory_free;
	all.type.memory_left = staged_memory_left;
	all.type.view = NULL;
	all.type.digest_ranges = staged_digest_ranges;
	all.type.pinned_new = staged_pinned_new;
	all.type.pinned_free = staged_pinned_free;
	all.type.mark_new = staged_mark_new;
	all.type.mark_free = staged_mark_free;
	all.type.send = staged_send;
	all.type.mark_wait = staged_mark_wait;
	all.type.arrive = staged_arrive;
	all.type.hold = staged_hold;
	for (size_t i = 0; i < all.devices; i++) {
		struct backend *backend;

		assert_done(backend_open("cpu", NULL, &backend, &err), &err);
		backend->type = &all.type;
		all.device[i] = (struct device){ .backend = backend };
		if (first)
			backend_share(first, &backend);
		else
			first = backend;
	}
	return first;
}

struct staged_report staged_report(void)
{
	return all.report;
}
