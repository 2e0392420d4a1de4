/* driver: load the driver's library, and say what its results mean. */
#include "kernels/cuda/driver.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LIBRARY "libcuda.so.1"

/* Functions and objects do not convert in C; their bits do. */
static int find(void *library, const char *name, void *out_function, struct error *err)
{
	void *symbol = dlsym(library, name);

	if (!symbol)
		return error_set(
			err, ERROR_ABSENT,
			"the NVIDIA driver is too old: it has no '%s'; install a newer one", name);
	memcpy(out_function, &symbol, sizeof(symbol));
	return 0;
}

int cuda_driver_open(struct cuda_driver *out_driver, struct error *err)
{
	struct cuda_driver driver = { .library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL) };

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

int cuda_check(const struct cuda_driver *driver, int result, struct error *err, const char *fmt,
	       ...)
{
	const char *name = NULL, *text = NULL;
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
	return error_set(err, result == CUDA_NO_DEVICE ? ERROR_ABSENT : ERROR_SYSTEM,
			 "%s: %s (%s, %d)", what, text ? text : "unknown failure of the device",
			 name ? name : "without a name", result);
}
