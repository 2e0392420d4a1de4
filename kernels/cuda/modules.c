/* modules: bring the device code to a device. */
#include <stdlib.h>
#include <string.h>

#include "kernels/cuda/cuda.h"

/* Where each kernel lies. */
static const struct {
	const char *file, *name;
} kernel_place[] = {
#define CUDA_KERNEL(file, name) { #file, #name },
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
};

/* What was assembled for devices of this kind (code of 8.0 runs on 8.6 too), or NULL. */
static const void *image_assembled(const struct cuda_image *image, int major)
{
	if (major == 8 && image->sm_80.len)
		return image->sm_80.data;
	if (major == 9 && image->sm_90.len)
		return image->sm_90.data;
	return NULL;
}

/* What was assembled, and if the driver does not take that, the PTX that it assembles itself. */
static int module_load(struct cuda *cuda, const struct cuda_image *image, int major,
		       cuda_module *out_module, struct error *err)
{
	const void *assembled = image_assembled(image, major);
	int release = cuda_driver_release(&cuda->driver);

	if (assembled && cuda->driver.module_load(out_module, assembled) == CUDA_OK)
		return 0;
	return cuda_try(cuda, cuda->driver.module_load(out_module, image->ptx.data), err,
			"the driver, which is for CUDA %d.%d, does not take the device code '%s', "
			"which is of CUDA %s",
			release / 1000, release % 1000 / 10, image->file, cuda->images->release);
}

static int functions_find(struct cuda *cuda, struct error *err)
{
	const struct cuda_images *images = cuda->images;

	for (size_t k = 0; k < CUDA_KERNEL_COUNT; k++) {
		size_t i = 0;

		while (i < images->count &&
		       strcmp(images->image[i].file, kernel_place[k].file) != 0)
			i++;
		if (i == images->count)
			return error_set(err, ERROR_ABSENT,
					 "this program was built without the device code '%s'",
					 kernel_place[k].file);
		if (cuda_try(cuda,
			     cuda->driver.module_function(&cuda->function[k], cuda->module[i],
							  kernel_place[k].name),
			     err, "the device code has no kernel '%s'", kernel_place[k].name))
			return -1;
	}
	return 0;
}

int cuda_modules_load(struct cuda *cuda, int major, struct error *err)
{
	const struct cuda_images *images = cuda->images;

	cuda->module = calloc(images->count + 1, sizeof(cuda_module));
	if (!cuda->module)
		return error_set(err, ERROR_SYSTEM, "out of memory for the device code");
	for (size_t i = 0; i < images->count; i++)
		if (module_load(cuda, &images->image[i], major, &cuda->module[i], err))
			return -1;
	return functions_find(cuda, err);
}

void cuda_modules_unload(struct cuda *cuda)
{
	for (size_t i = 0; cuda->module && i < cuda->images->count; i++)
		if (cuda->module[i])
			cuda->driver.module_unload(cuda->module[i]);
}
