/* check_cublas: the few functions of cuBLAS that are needed, found by their names. */
#include "tests/gpu/check_cublas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/cuda/driver.h"
#include "tests/gpu/check.h"

enum { TRANSPOSED = 1, NOT_TRANSPOSED = 0, DEFAULT_MATH = 0 /* float32 stays float32 */ };

/* X(member, name in the library, parameters): each returns a cublasStatus_t, 0 for success. */
#define CUBLAS_FUNCTIONS(X)                                                                        \
	X(create, "cublasCreate_v2", (void **out_handle))                                          \
	X(destroy, "cublasDestroy_v2", (void *handle))                                             \
	X(version, "cublasGetVersion_v2", (void *handle, int *out_version))                        \
	X(stream, "cublasSetStream_v2", (void *handle, cuda_stream stream))                        \
	X(math, "cublasSetMathMode", (void *handle, int mode))                                     \
	X(sgemm, "cublasSgemm_v2",                                                                 \
	  (void *handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha,        \
	   cuda_address a, int lda, cuda_address b, int ldb, const float *beta, cuda_address c,    \
	   int ldc))

struct cublas {
	struct cuda_driver driver;
	bool driver_open, retained;
	int device;
	cuda_stream queue;
	void *library, *handle;
	char description[64];
#define CUBLAS_MEMBER(member, name, parameters) int(*member) parameters;
	CUBLAS_FUNCTIONS(CUBLAS_MEMBER)
#undef CUBLAS_MEMBER
};

static int library_open(struct cublas *cublas, struct error *err)
{
	static const char *const names[] = { "libcublas.so.13", "libcublas.so.12",
					     "libcublas.so.11", "libcublas.so" };

	for (size_t i = 0; !cublas->library && i < sizeof(names) / sizeof(names[0]); i++)
		cublas->library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (!cublas->library)
		return error_set(err, ERROR_ABSENT, "libcublas.so.11 to .13 are not here");
#define CUBLAS_FIND(member, name, parameters)                                                      \
	*(void **)&cublas->member = dlsym(cublas->library, name);                                  \
	if (!cublas->member)                                                                       \
		return error_set(err, ERROR_ABSENT, "libcublas has no '%s'", name);
	CUBLAS_FUNCTIONS(CUBLAS_FIND)
#undef CUBLAS_FIND
	return 0;
}

/* The context is the one that our backend uses as well: the device's primary one. */
static int card_open(struct cublas *cublas, int ordinal, struct error *err)
{
	const struct cuda_driver *driver = &cublas->driver;
	cuda_context context;

	if (cuda_driver_open(&cublas->driver, err))
		return -1;
	cublas->driver_open = true;
	if (cuda_check(driver, driver->init(0), err, "cannot start the driver") ||
	    cuda_check(driver, driver->device_get(&cublas->device, ordinal), err, "no device %d",
		       ordinal) ||
	    cuda_check(driver, driver->context_retain(&context, cublas->device), err, "no context"))
		return -1;
	cublas->retained = true;
	if (cuda_check(driver, driver->context_set(context), err, "no context") ||
	    cuda_check(driver, driver->stream_new(&cublas->queue, 0), err, "no stream"))
		return -1;
	return 0;
}

static int handle_open(struct cublas *cublas, struct error *err)
{
	int version = 0;

	if (cublas->create(&cublas->handle) || cublas->stream(cublas->handle, cublas->queue) ||
	    cublas->math(cublas->handle, DEFAULT_MATH) || cublas->version(cublas->handle, &version))
		return error_set(err, ERROR_SYSTEM, "cuBLAS does not start");
	snprintf(cublas->description, sizeof(cublas->description), "cuBLAS %d.%d.%d",
		 version / 10000, version / 100 % 100, version % 100);
	return 0;
}

int cublas_open(int ordinal, struct cublas **out_cublas, struct error *err)
{
	struct cublas *cublas = calloc(1, sizeof(*cublas));

	if (!cublas)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	if (library_open(cublas, err) || card_open(cublas, ordinal, err) ||
	    handle_open(cublas, err)) {
		cublas_close(&cublas);
		return -1;
	}
	*out_cublas = cublas;
	return 0;
}

void cublas_close(struct cublas **cublas)
{
	struct cublas *all = *cublas;

	*cublas = NULL;
	if (!all)
		return;
	if (all->handle)
		all->destroy(all->handle);
	if (all->queue)
		all->driver.stream_free(all->queue);
	if (all->retained)
		all->driver.context_release(all->device);
	if (all->driver_open)
		cuda_driver_close(&all->driver);
	if (all->library)
		dlclose(all->library);
	free(all);
}

const char *cublas_description(const struct cublas *cublas)
{
	return cublas->description;
}

/* What a product needs on the device. */
struct product {
	cuda_address x, w, y;
};

static int product_put(const struct cublas *cublas, cuda_address *out_memory, const float *from,
		       size_t numbers, struct error *err)
{
	const struct cuda_driver *driver = &cublas->driver;

	if (cuda_check(driver, driver->memory_new(out_memory, numbers * sizeof(float)), err,
		       "no memory on the device for %zu numbers", numbers))
		return -1;
	return from ? cuda_check(driver,
				 driver->copy_to_device(*out_memory, from, numbers * sizeof(float),
							cublas->queue),
				 err, "cannot copy to the device")
		    : 0;
}

/* Row by row is, for cuBLAS, column by column of the transposed: y^T = w x^T. */
static int product_run(const struct cublas *cublas, const struct product *p, size_t rows,
		       size_t inputs, size_t outputs, size_t times, struct error *err)
{
	static const float one = 1.0f, nothing = 0.0f;
	int m = (int)outputs, n = (int)rows, k = (int)inputs;

	for (size_t i = 0; i < times; i++)
		if (cublas->sgemm(cublas->handle, TRANSPOSED, NOT_TRANSPOSED, m, n, k, &one, p->w,
				  k, p->x, k, &nothing, p->y, m))
			return error_set(err, ERROR_SYSTEM, "cublasSgemm fails");
	return cuda_check(&cublas->driver, cublas->driver.stream_wait(cublas->queue), err,
			  "the device stopped");
}

int cublas_product(struct cublas *cublas, const float *x, const float *w, float *y, size_t rows,
		   size_t inputs, size_t outputs, size_t times, double *out_seconds,
		   struct error *err)
{
	const struct cuda_driver *driver = &cublas->driver;
	struct product p = { 0 };
	double start;
	int failed = product_put(cublas, &p.x, x, rows * inputs, err) ||
		     product_put(cublas, &p.w, w, outputs * inputs, err) ||
		     product_put(cublas, &p.y, NULL, rows * outputs, err) ||
		     product_run(cublas, &p, rows, inputs, outputs, 1, err); /* warm up */

	start = check_clock();
	failed = failed || product_run(cublas, &p, rows, inputs, outputs, times, err);
	*out_seconds = check_clock() - start;
	failed = failed ||
		 cuda_check(driver,
			    driver->copy_to_host(y, p.y, rows * outputs * sizeof(float),
						 cublas->queue),
			    err, "cannot copy from the device") ||
		 cuda_check(driver, driver->stream_wait(cublas->queue), err, "the device stopped");
	if (p.x)
		driver->memory_free(p.x);
	if (p.w)
		driver->memory_free(p.w);
	if (p.y)
		driver->memory_free(p.y);
	return failed ? -1 : 0;
}
