/* fake_driver: devices, contexts, modules and launches without a device. */
#include "fake.h"

#include <elf.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake fake;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local cuda_context current;

/* Every kernel there is. */
#define CUDA_KERNEL(file, name) extern const struct shim_kernel shim_kernel_##name;
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL

static const struct shim_kernel *const kernels[] = {
#define CUDA_KERNEL(file, name) &shim_kernel_##name,
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
};

#ifdef FAKE_CAN_WATCH
#define CUDA_KERNEL(file, name) extern const struct shim_kernel shim_watched_##name;
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
#endif

static const struct shim_kernel *const watched_kernels[] = {
#ifdef FAKE_CAN_WATCH
#define CUDA_KERNEL(file, name) &shim_watched_##name,
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
#else
	NULL,
#endif
};

enum { KERNELS = sizeof(kernels) / sizeof(kernels[0]) };

static const struct fake_device default_device = { "Fake Device", 8, 6, 4, (size_t)1 << 30 };

const struct shim_kernel *shim_kernel_find(const char *name, bool watched)
{
	for (size_t k = 0; k < KERNELS; k++)
		if (!strcmp(kernels[k]->name, name))
			return !watched             ? kernels[k]
			       : watched_kernels[0] ? watched_kernels[k]
						    : NULL;
	return NULL;
}

bool fake_driver_can_watch(void)
{
	return watched_kernels[0];
}

void fake_complain(const char *fmt, ...)
{
	va_list args;

	fputs("fake driver: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	fflush(stderr);
	abort();
}

uint64_t fake_random(void)
{
	fake.random ^= fake.random >> 12;
	fake.random ^= fake.random << 25;
	fake.random ^= fake.random >> 27;
	return (fake.random * 0x2545f4914f6cdd1dull) >> 16;
}

/* ---- Start, stop, calls ---- */

static bool launched[KERNELS]; /* in this process */

/* The list of what this program launched, where a test wants one; every_kernel.sh reads it. */
static void write_launched(void)
{
	const char *path = getenv("AKASHI_FAKE_LAUNCHED");
	FILE *file = fopen(path, "w");

	if (!file)
		fake_complain("cannot write '%s'", path);
	for (size_t k = 0; k < KERNELS; k++)
		if (launched[k])
			fprintf(file, "%s\n", kernels[k]->name);
	fclose(file);
}

static void start(const struct fake_options *options)
{
	static const struct fake_options usual;
	static bool began;

	if (!began && getenv("AKASHI_FAKE_LAUNCHED") && atexit(write_launched))
		fake_complain("nothing can be done at the end");
	began = true;
	fake = (struct fake){ .options = options ? *options : usual, .started = true };
	fake.random = fake.options.seed * 2 + 0x9e3779b97f4a7c15ull;
	if (fake.options.no_device)
		fake.options.devices = 0;
	else if (!fake.options.devices)
		fake.options.devices = 1;
	for (size_t d = 0; d < fake.options.devices; d++) {
		struct fake_device *device = &fake.options.device[d];

		if (!device->name[0])
			memcpy(device->name, default_device.name, sizeof(device->name));
		if (!device->major) {
			device->major = default_device.major;
			device->minor = default_device.minor;
		}
		if (!device->processors)
			device->processors = default_device.processors;
		if (!device->memory_bytes)
			device->memory_bytes = default_device.memory_bytes;
		fake.context[d].device = (int)d;
	}
}

int fake_lock(void)
{
	pthread_mutex_lock(&mutex);
	return 1;
}

void fake_unlock(int *locked)
{
	(void)locked;
	pthread_mutex_unlock(&mutex);
}

void fake_driver_start(const struct fake_options *options)
{
	FAKE_LOCK;

	if (fake.streams || fake.events || fake.modules || fake.memory)
		fake_complain("started again before it was stopped");
	start(options);
	current = NULL;
}

void fake_driver_order(enum shim_order order, bool watched)
{
	FAKE_LOCK;

	if (!fake.started)
		fake_complain("an order for a driver that was not started");
	fake.options.order = order;
	fake.options.watched = watched;
}

static void check_nothing_held(void)
{
	for (struct CUstream_st *s = fake.streams; s; s = s->next)
		if (s->live)
			fake_complain("a stream of device %d was never destroyed", s->device);
	for (struct CUevent_st *e = fake.events; e; e = e->next)
		if (e->live)
			fake_complain("an event of device %d was never destroyed", e->device);
	for (struct CUmod_st *m = fake.modules; m; m = m->next)
		if (m->live)
			fake_complain("a module of device %d was never unloaded", m->device);
	if (fake.memory)
		fake_complain("%zu bytes of %s were never freed", fake.memory->run.size_bytes,
			      fake.memory->device < 0 ? "pinned memory" : "device memory");
	for (size_t d = 0; d < fake.options.devices; d++)
		if (fake.context[d].retained)
			fake_complain("the context of device %zu was never released", d);
}

static void work_forget(struct CUstream_st *stream)
{
	for (struct work *work = stream->first, *next; work; work = next) {
		next = work->next;
		moment_drop(work->moment);
		free(work->payload);
		free(work);
	}
}

void fake_driver_stop(void)
{
	bool lost = false;
	FAKE_LOCK;

	for (size_t d = 0; d < fake.options.devices; d++)
		lost = lost || fake.lost[d];
	/* of a lost device nothing can be given back */
	if (!lost)
		check_nothing_held();
	for (struct CUstream_st *s = fake.streams, *next; s; s = next) {
		next = s->next;
		work_forget(s);
		free(s);
	}
	for (struct CUevent_st *e = fake.events, *next; e; e = next) {
		next = e->next;
		moment_drop(e->moment);
		free(e);
	}
	for (struct CUmod_st *m = fake.modules, *next; m; m = next) {
		next = m->next;
		free(m);
	}
	fake_memory_forget();
	fake.streams = NULL;
	fake.events = NULL;
	fake.modules = NULL;
	fake.started = false;
	current = NULL;
}

static void start_from_environment(void)
{
	struct fake_options options;
	const char *text = getenv("AKASHI_FAKE_CUDA");

	fake_options_parse(text ? text : "", &options);
	start(&options);
}

int fake_result(int device)
{
	int result = fake.options.faults.lost_result;

	return !fake.lost[device] ? 0 : result ? result : RESULT_LAUNCH_FAILED;
}

int fake_enter(int device)
{
	const struct fake_faults *faults = &fake.options.faults;
	uint64_t call = ++fake.calls;

	if (!fake.initialised)
		return RESULT_NOT_INITIALIZED;
	if (faults->lost_at && call >= faults->lost_at)
		for (size_t d = 0; d < fake.options.devices; d++)
			if (!faults->lost_one || faults->lost_device == (int)d)
				fake.lost[d] = true;
	return device < 0 ? 0 : fake_result(device);
}

int fake_device_current(const char *call)
{
	if (!current)
		fake_complain("%s: no context is current in this thread", call);
	if (!current->retained)
		fake_complain("%s: the current context was released", call);
	return current->device;
}

/* ---- The functions of the table ---- */

int fake_init(unsigned flags)
{
	FAKE_LOCK;

	if (!fake.started)
		start_from_environment();
	if (flags)
		return RESULT_INVALID_VALUE;
	if (fake.options.faults.init_result)
		return fake.options.faults.init_result;
	if (!fake.options.devices)
		return CUDA_NO_DEVICE;
	fake.initialised = true;
	return 0;
}

int fake_driver_version(int *out_version)
{
	FAKE_LOCK;

	if (!fake.started)
		start_from_environment();
	*out_version = fake.options.driver_version ? fake.options.driver_version : 13000;
	return 0;
}

static const struct {
	int result;
	const char *name, *text;
} results[] = {
	{ 0, "CUDA_SUCCESS", "no error" },
	{ 1, "CUDA_ERROR_INVALID_VALUE", "invalid argument" },
	{ 2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory" },
	{ 3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error" },
	{ 46, "CUDA_ERROR_DEVICE_UNAVAILABLE",
	  "CUDA-capable device(s) is/are busy or unavailable" },
	{ 100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected" },
	{ 101, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal" },
	{ 200, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid" },
	{ 201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context" },
	{ 209, "CUDA_ERROR_NO_BINARY_FOR_GPU",
	  "no kernel image is available for execution on the device" },
	{ 214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered" },
	{ 218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed" },
	{ 222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION",
	  "the provided PTX was compiled with an unsupported toolchain." },
	{ 400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle" },
	{ 500, "CUDA_ERROR_NOT_FOUND", "named symbol not found" },
	{ 600, "CUDA_ERROR_NOT_READY", "device not ready" },
	{ 700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered" },
	{ 701, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch" },
	{ 719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure" },
	{ 802, "CUDA_ERROR_SYSTEM_NOT_READY", "system not yet initialized" },
	{ 803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
	  "system has unsupported display driver / cuda driver combination" },
	{ 804, "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE",
	  "forward compatibility was attempted on non supported HW" },
	{ 999, "CUDA_ERROR_UNKNOWN", "unknown error" },
};

int fake_error_name(int result, const char **out_name)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].result == result) {
			*out_name = results[i].name;
			return 0;
		}
	*out_name = NULL;
	return RESULT_INVALID_VALUE;
}

int fake_error_string(int result, const char **out_text)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (results[i].result == result) {
			*out_text = results[i].text;
			return 0;
		}
	*out_text = NULL;
	return RESULT_INVALID_VALUE;
}

int fake_device_count(int *out_count)
{
	FAKE_LOCK;
	int result = fake_enter(-1);

	*out_count = result ? 0 : (int)fake.options.devices;
	return result;
}

static int device_enter(int device)
{
	int result = fake_enter(-1);

	if (result)
		return result;
	if (device < 0 || device >= (int)fake.options.devices)
		return RESULT_INVALID_DEVICE;
	return fake.lost[device] ? fake_enter(device) : 0;
}

int fake_device_get(int *out_device, int ordinal)
{
	FAKE_LOCK;
	int result = device_enter(ordinal);

	if (!result)
		*out_device = ordinal;
	return result;
}

int fake_device_name(char *out_name, int len, int device)
{
	FAKE_LOCK;
	int result = device_enter(device);

	if (!result)
		snprintf(out_name, (size_t)len, "%s", fake.options.device[device].name);
	return result;
}

int fake_device_attribute(int *out_value, int attribute, int device)
{
	FAKE_LOCK;
	int result = device_enter(device);

	if (result)
		return result;
	switch (attribute) {
	case CUDA_ATTRIBUTE_PROCESSORS:
		*out_value = fake.options.device[device].processors;
		return 0;
	case CUDA_ATTRIBUTE_MAJOR:
		*out_value = fake.options.device[device].major;
		return 0;
	case CUDA_ATTRIBUTE_MINOR:
		*out_value = fake.options.device[device].minor;
		return 0;
	default:
		fake_complain("cuDeviceGetAttribute: the fake does not know attribute %d",
			      attribute);
	}
}

int fake_device_memory(size_t *out_bytes, int device)
{
	FAKE_LOCK;
	int result = device_enter(device);

	if (!result)
		*out_bytes = fake.options.device[device].memory_bytes;
	return result;
}

int fake_context_retain(cuda_context *out_context, int device)
{
	FAKE_LOCK;
	int result = device_enter(device);

	if (result)
		return result;
	fake.context[device].retained++;
	*out_context = &fake.context[device];
	return 0;
}

int fake_context_release(int device)
{
	FAKE_LOCK;
	int result = device_enter(device);

	if (result)
		return result;
	if (!fake.context[device].retained)
		return RESULT_INVALID_CONTEXT;
	if (!--fake.context[device].retained)
		fake_work_wait_device(device);
	return 0;
}

int fake_context_set(cuda_context context)
{
	FAKE_LOCK;
	int result = fake_enter(context ? context->device : -1);

	if (result)
		return result;
	if (context && !context->retained)
		return RESULT_INVALID_CONTEXT;
	current = context;
	return 0;
}

/* Whether an image has this kernel: the tests' own ("fake:map"), PTX, or an ELF file. */
static bool image_has(const char *image, const struct shim_kernel *kernel)
{
	char entry[128];
	const Elf64_Ehdr *elf = (const void *)image;
	const Elf64_Shdr *section;
	const char *names;

	if (!strncmp(image, "fake:", 5))
		return !strcmp(image + 5, kernel->file);
	if (memcmp(image, ELFMAG, SELFMAG)) {
		snprintf(entry, sizeof(entry), ".entry %s(", kernel->name);
		return strstr(image, entry);
	}
	section = (const void *)(image + elf->e_shoff);
	names = image + section[elf->e_shstrndx].sh_offset;
	snprintf(entry, sizeof(entry), ".text.%s", kernel->name);
	for (size_t i = 0; i < elf->e_shnum; i++)
		if (!strcmp(names + section[i].sh_name, entry))
			return true;
	return false;
}

int fake_module_load(cuda_module *out_module, const void *image)
{
	FAKE_LOCK;
	int device = fake_device_current("cuModuleLoadData"), result = fake_enter(device);
	struct CUmod_st *module;

	if (result)
		return result;
	if (fake.options.faults.module_result)
		return fake.options.faults.module_result;
	if (!image)
		return RESULT_INVALID_VALUE;
	module = calloc(1, sizeof(*module));
	if (!module)
		return CUDA_OUT_OF_MEMORY;
	module->device = device;
	module->live = true;
	for (size_t k = 0; k < KERNELS; k++)
		if (image_has(image, kernels[k])) {
			if (module->functions == FAKE_MODULE_KERNELS)
				fake_complain("a module of more than %d kernels",
					      FAKE_MODULE_KERNELS);
			module->function[module->functions++] =
				(struct CUfunc_st){ kernels[k], module };
		}
	if (!module->functions) {
		free(module);
		return RESULT_INVALID_IMAGE;
	}
	module->next = fake.modules;
	fake.modules = module;
	*out_module = module;
	return 0;
}

static struct CUmod_st *module_check(const char *call, cuda_module module)
{
	int device = fake_device_current(call);

	for (struct CUmod_st *m = fake.modules; m; m = m->next)
		if (m == module) {
			if (!m->live)
				fake_complain("%s: the module was unloaded", call);
			if (m->device != device)
				fake_complain("%s: the module is of device %d, the context of %d",
					      call, m->device, device);
			return m;
		}
	fake_complain("%s: %p is no module", call, (void *)module);
}

int fake_module_unload(cuda_module module)
{
	FAKE_LOCK;
	int device = fake_device_current("cuModuleUnload"), result = fake_enter(device);

	if (result)
		return result;
	fake_work_wait_device(device);
	module_check("cuModuleUnload", module)->live = false;
	return 0;
}

int fake_module_function(cuda_function *out_function, cuda_module module, const char *name)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuModuleGetFunction"));

	if (result)
		return result;
	module_check("cuModuleGetFunction", module);
	for (size_t f = 0; f < module->functions; f++)
		if (!strcmp(module->function[f].kernel->name, name)) {
			*out_function = &module->function[f];
			return 0;
		}
	return RESULT_NOT_FOUND;
}

static const struct shim_kernel *function_check(cuda_function function)
{
	for (struct CUmod_st *m = fake.modules; m; m = m->next)
		if (function >= m->function && function < m->function + m->functions) {
			module_check("cuLaunchKernel", m);
			return function->kernel;
		}
	fake_complain("cuLaunchKernel: %p is no function", (void *)function);
}

static void count_launch(const struct shim_kernel *kernel)
{
	for (size_t k = 0; k < KERNELS; k++)
		if (kernels[k] == kernel) {
			fake.launches[k]++;
			launched[k] = true;
		}
}

int fake_launch(cuda_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
		unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
		cuda_stream stream, void **parameters, void **extra)
{
	FAKE_LOCK;
	int result = fake_enter(fake_device_current("cuLaunchKernel"));
	const struct fake_faults *faults = &fake.options.faults;
	const struct shim_kernel *kernel;
	struct CUstream_st *into;
	struct work work = { .kind = WORK_KERNEL, .engine = FAKE_COMPUTE };

	if (result)
		return result;
	kernel = function_check(function);
	into = fake_stream_check("cuLaunchKernel", stream);
	if (!grid_x || !grid_y || !block_x || grid_x > 0x7fffffffu || grid_y > 65535 ||
	    block_x > 1024 || shared_bytes || extra)
		return RESULT_INVALID_VALUE;
	if (grid_z != 1 || block_y != 1 || block_z != 1)
		fake_complain("kernel '%s': a third dimension, or blocks of rows", kernel->name);
	if (block_x > kernel->threads)
		fake_complain("kernel '%s': %u threads, where it says that it has %u at most",
			      kernel->name, block_x, kernel->threads);
	if (++fake.launches_asked == faults->launch_at)
		return faults->launch_result ? faults->launch_result
					     : RESULT_LAUNCH_OUT_OF_RESOURCES;
	count_launch(kernel);
	work.payload = malloc(kernel->params_bytes);
	if (!work.payload)
		return CUDA_OUT_OF_MEMORY;
	memcpy(work.payload, parameters[0], kernel->params_bytes);
	if (into->watched && fake_driver_can_watch())
		kernel = shim_kernel_find(kernel->name, true);
	work.launch = (struct shim_launch){ .kernel = kernel,
					    .memory_at = fake_memory_at,
					    .user = &into->device,
					    .grid_x = grid_x,
					    .grid_y = grid_y,
					    .threads = block_x,
					    .params = work.payload,
					    .order = into->order,
					    .seed = fake.options.seed + fake.launches_asked };
	fake_work_add(into, &work);
	return 0;
}

void fake_driver_fill(struct cuda_driver *out_driver)
{
	*out_driver = (struct cuda_driver){
#define FAKE_MEMBER(member, name, parameters) .member = fake_##member,
		CUDA_DRIVER_FUNCTIONS(FAKE_MEMBER)
#undef FAKE_MEMBER
	};
}

uint64_t fake_launches(const char *kernel)
{
	uint64_t launches = 0;
	FAKE_LOCK;

	for (size_t k = 0; k < KERNELS; k++)
		if (!kernel || !strcmp(kernels[k]->name, kernel))
			launches += fake.launches[k];
	return launches;
}

void fake_report(struct fake_report *out_report)
{
	FAKE_LOCK;
	*out_report = fake.report;
}
