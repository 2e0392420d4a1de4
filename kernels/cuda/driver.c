/* driver: load the driver's library, and say what its results mean. */
#include "kernels/cuda/driver.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libcuda.so.1"

/* What to do about results that people can do something about. */
static const struct {
	int result;
	const char *advice;
} advices[] = {
	{ CUDA_DEVICE_UNAVAILABLE, "another program has it for itself; wait, or stop that one" },
	{ CUDA_INVALID_IMAGE, "install a newer driver" },
	{ CUDA_NO_BINARY_FOR_GPU, "install a newer driver" },
	{ CUDA_ECC_UNCORRECTABLE, "its memory is damaged; have it looked at before it is used" },
	{ CUDA_INVALID_PTX, "install a newer driver" },
	{ CUDA_UNSUPPORTED_PTX_VERSION, "install a newer driver" },
	{ CUDA_SYSTEM_NOT_READY, "is the machine still starting (nvidia-fabricmanager)?" },
	{ CUDA_SYSTEM_DRIVER_MISMATCH,
	  "the driver was updated while its old module is loaded; restart the machine" },
	{ CUDA_COMPAT_NOT_SUPPORTED_ON_DEVICE,
	  "this device cannot use a compatibility package; install a newer driver instead" },
	{ CUDA_UNKNOWN, "restart the machine, or see what the kernel's log says" },
};

/* Functions and objects do not convert in C; their bits do. */
static int find(void *library, const char *name, void *out_function, struct error *err)
{
	void *symbol = dlsym(library, name);

	if (!symbol)
		return error_set(
			err, ERROR_SYSTEM,
			"the NVIDIA driver is too old: it has no '%s'; install a newer one", name);
	memcpy(out_function, &symbol, sizeof(symbol));
	return 0;
}

int cuda_driver_open(struct cuda_driver *out_driver, struct error *err)
{
	/* It keeps threads of its own, so it is never unloaded. */
	struct cuda_driver driver = { .library = dlopen(LIBRARY,
							RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };

	if (!driver.library)
		return error_set(err, ERROR_ABSENT, "there is no NVIDIA driver here (%s)",
				 dlerror());
#define CUDA_DRIVER_FIND(member, name, parameters)                                                 \
	if (find(driver.library, name, &driver.member, err)) {                                     \
		cuda_driver_close(&driver);                                                        \
		return -1;                                                                         \
	}
	CUDA_DRIVER_FUNCTIONS(CUDA_DRIVER_FIND)
#undef CUDA_DRIVER_FIND
	*out_driver = driver;
	return 0;
}

void cuda_driver_close(struct cuda_driver *driver)
{
	if (driver->library)
		dlclose(driver->library);
	*driver = (struct cuda_driver){ 0 };
}

int cuda_driver_release(const struct cuda_driver *driver)
{
	int release = 0;

	return driver->driver_version(&release) == CUDA_OK && release > 0 ? release : 0;
}

int cuda_check(const struct cuda_driver *driver, int result, struct error *err, const char *fmt,
	       ...)
{
	const char *name = NULL, *text = NULL, *advice = NULL;
	bool absent = result == CUDA_NO_DEVICE || result == CUDA_INVALID_DEVICE;
	char what[256];
	va_list args;

	if (result == CUDA_OK)
		return 0;
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (driver->error_name(result, &name) != CUDA_OK)
		name = NULL;
	if (driver->error_string(result, &text) != CUDA_OK)
		text = NULL;
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].result == result)
			advice = advices[i].advice;
	return error_set(err, absent ? ERROR_ABSENT : ERROR_SYSTEM, "%s: %s (%s, %d)%s%s", what,
			 text ? text : "unknown failure of the device",
			 name ? name : "without a name", result, advice ? "; " : "",
			 advice ? advice : "");
}
