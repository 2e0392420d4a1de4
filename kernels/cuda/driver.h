/*
 * driver: the part of NVIDIA's driver API that is used here, as a table of
 * functions that is filled when a device is wanted.
 *
 * Nothing links against the driver, so a program with this in it starts on a
 * machine that has none. The names, types and numbers are those of cuda.h
 * (which is not needed to compile this; tests/cuda/driver_test.c compares them
 * with it where there is one). Tests fill the table with a driver of their own.
 */
#ifndef KERNELS_CUDA_DRIVER_H
#define KERNELS_CUDA_DRIVER_H

#include <stdbool.h>
#include <stddef.h>

#include "kernels/error.h"

/* The results that are told apart; any other is a failure with a name. */
enum cuda_result {
	CUDA_OK = 0,
	CUDA_OUT_OF_MEMORY = 2,
	CUDA_DEVICE_UNAVAILABLE = 46,
	CUDA_NO_DEVICE = 100,
	CUDA_INVALID_DEVICE = 101,
	CUDA_INVALID_IMAGE = 200,
	CUDA_NO_BINARY_FOR_GPU = 209,
	CUDA_ECC_UNCORRECTABLE = 214,
	CUDA_INVALID_PTX = 218,
	CUDA_UNSUPPORTED_PTX_VERSION = 222,
	CUDA_NOT_READY = 600,
	CUDA_ILLEGAL_ADDRESS = 700,
	CUDA_LAUNCH_FAILED = 719,
	CUDA_SYSTEM_NOT_READY = 802,
	CUDA_SYSTEM_DRIVER_MISMATCH = 803,
	CUDA_COMPAT_NOT_SUPPORTED_ON_DEVICE = 804,
	CUDA_UNKNOWN = 999
};

/* Of cuDeviceGetAttribute. */
enum cuda_attribute {
	CUDA_ATTRIBUTE_PROCESSORS = 16,
	CUDA_ATTRIBUTE_MAJOR = 75, /* compute capability */
	CUDA_ATTRIBUTE_MINOR = 76
};

enum {
	CUDA_STREAM_NON_BLOCKING = 1,
	CUDA_EVENT_BLOCKING_SYNC = 1, /* who waits for it sleeps */
	CUDA_EVENT_DISABLE_TIMING = 2,
	CUDA_HOST_PORTABLE = 1, /* pinned for all contexts */
	CUDA_MEMORY_HOST = 1,   /* in cuda_copy_2d */
	CUDA_MEMORY_DEVICE = 2
};

typedef unsigned long long cuda_address; /* CUdeviceptr */
typedef struct CUctx_st *cuda_context;
typedef struct CUmod_st *cuda_module;
typedef struct CUfunc_st *cuda_function;
typedef struct CUstream_st *cuda_stream;
typedef struct CUevent_st *cuda_event;

/* CUDA_MEMCPY2D: rows of `width_bytes`, `height` of them. Places that do not apply are 0. */
struct cuda_copy_2d {
	size_t from_x_bytes, from_y;
	int from_kind;
	const void *from_host;
	cuda_address from_device;
	void *from_array;
	size_t from_pitch_bytes;
	size_t to_x_bytes, to_y;
	int to_kind;
	void *to_host;
	cuda_address to_device;
	void *to_array;
	size_t to_pitch_bytes;
	size_t width_bytes, height;
};

/* X(member, name in the library, parameters): each returns a CUresult. */
#define CUDA_DRIVER_FUNCTIONS(X)                                                                   \
	X(init, "cuInit", (unsigned flags))                                                        \
	X(driver_version, "cuDriverGetVersion", (int *out_version))                                \
	X(error_name, "cuGetErrorName", (int result, const char **out_name))                       \
	X(error_string, "cuGetErrorString", (int result, const char **out_text))                   \
	X(device_count, "cuDeviceGetCount", (int *out_count))                                      \
	X(device_get, "cuDeviceGet", (int *out_device, int ordinal))                               \
	X(device_name, "cuDeviceGetName", (char *out_name, int len, int device))                   \
	X(device_attribute, "cuDeviceGetAttribute", (int *out_value, int attribute, int device))   \
	X(device_memory, "cuDeviceTotalMem_v2", (size_t * out_bytes, int device))                  \
	X(context_retain, "cuDevicePrimaryCtxRetain", (cuda_context * out_context, int device))    \
	X(context_release, "cuDevicePrimaryCtxRelease_v2", (int device))                           \
	X(context_set, "cuCtxSetCurrent", (cuda_context context))                                  \
	X(module_load, "cuModuleLoadData", (cuda_module * out_module, const void *image))          \
	X(module_unload, "cuModuleUnload", (cuda_module module))                                   \
	X(module_function, "cuModuleGetFunction",                                                  \
	  (cuda_function * out_function, cuda_module module, const char *name))                    \
	X(memory_info, "cuMemGetInfo_v2", (size_t * out_free_bytes, size_t * out_total_bytes))     \
	X(memory_new, "cuMemAlloc_v2", (cuda_address * out_memory, size_t size_bytes))             \
	X(memory_free, "cuMemFree_v2", (cuda_address memory))                                      \
	X(host_new, "cuMemHostAlloc", (void **out_memory, size_t size_bytes, unsigned flags))      \
	X(host_free, "cuMemFreeHost", (void *memory))                                              \
	X(copy_to_device, "cuMemcpyHtoDAsync_v2",                                                  \
	  (cuda_address to, const void *from, size_t size_bytes, cuda_stream stream))              \
	X(copy_to_host, "cuMemcpyDtoHAsync_v2",                                                    \
	  (void *to, cuda_address from, size_t size_bytes, cuda_stream stream))                    \
	X(copy_2d, "cuMemcpy2DAsync_v2", (const struct cuda_copy_2d *copy, cuda_stream stream))    \
	X(fill, "cuMemsetD8Async",                                                                 \
	  (cuda_address to, unsigned char byte, size_t size_bytes, cuda_stream stream))            \
	X(fill_2d, "cuMemsetD2D8Async",                                                            \
	  (cuda_address to, size_t pitch_bytes, unsigned char byte, size_t width_bytes,            \
	   size_t height, cuda_stream stream))                                                     \
	X(stream_new, "cuStreamCreate", (cuda_stream * out_stream, unsigned flags))                \
	X(stream_free, "cuStreamDestroy_v2", (cuda_stream stream))                                 \
	X(stream_wait, "cuStreamSynchronize", (cuda_stream stream))                                \
	X(stream_wait_event, "cuStreamWaitEvent",                                                  \
	  (cuda_stream stream, cuda_event event, unsigned flags))                                  \
	X(event_new, "cuEventCreate", (cuda_event * out_event, unsigned flags))                    \
	X(event_free, "cuEventDestroy_v2", (cuda_event event))                                     \
	X(event_record, "cuEventRecord", (cuda_event event, cuda_stream stream))                   \
	X(event_wait, "cuEventSynchronize", (cuda_event event))                                    \
	X(event_query, "cuEventQuery", (cuda_event event))                                         \
	X(event_elapsed, "cuEventElapsedTime",                                                     \
	  (float *out_milliseconds, cuda_event begin, cuda_event end))                             \
	X(launch, "cuLaunchKernel",                                                                \
	  (cuda_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,              \
	   unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,            \
	   cuda_stream stream, void **parameters, void **extra))

struct cuda_driver {
#define CUDA_DRIVER_MEMBER(member, name, parameters) int(*member) parameters;
	CUDA_DRIVER_FUNCTIONS(CUDA_DRIVER_MEMBER)
#undef CUDA_DRIVER_MEMBER
	void *library; /* of dlopen; NULL: a table that a test filled */
};

/*
 * Load the driver and fill the table. ERROR_ABSENT: this machine has no driver;
 * ERROR_SYSTEM: one so old that a function is missing (named). cuda_driver_close
 * forgets the table; a driver once loaded stays until the program ends.
 */
MUST_CHECK int cuda_driver_open(struct cuda_driver *out_driver, struct error *err);
void cuda_driver_close(struct cuda_driver *driver);

/*
 * -1 with "WHAT: TEXT (NAME, NUMBER)" and what to do about it unless `result` is
 * CUDA_OK: ERROR_ABSENT for a missing device, else ERROR_SYSTEM. `fmt` says what was tried.
 */
int cuda_check(const struct cuda_driver *driver, int result, struct error *err, const char *fmt,
	       ...) PRINTF_LIKE(4, 5);

/* The CUDA release that the driver is for, 12020 for 12.2; 0 if it does not say. */
int cuda_driver_release(const struct cuda_driver *driver);

#endif
