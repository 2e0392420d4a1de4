/* driver: our own declarations are those of NVIDIA's cuda.h, where there is one. */
#include "../support.h"

#include <string.h>

#include "kernels/cuda/driver.h"

#ifndef CUDA_H

static void our_declarations_are_those_of_cuda_h(void **state)
{
	(void)state;
	print_message("skipped: no cuda.h was found when this was built\n");
	skip();
}

#else

#include <cuda.h>

/* The table once more, with the words of cuda.h where ours stand for them. */
#define cuda_address CUdeviceptr
#define cuda_context CUcontext
#define cuda_module CUmodule
#define cuda_function CUfunction
#define cuda_stream CUstream
#define cuda_event CUevent
#define cuda_copy_2d CUDA_MEMCPY2D_st
struct their_driver {
#define THEIR_MEMBER(member, name, parameters) CUresult(*member) parameters;
	CUDA_DRIVER_FUNCTIONS(THEIR_MEMBER)
#undef THEIR_MEMBER
};
#undef cuda_address
#undef cuda_context
#undef cuda_module
#undef cuda_function
#undef cuda_stream
#undef cuda_event
#undef cuda_copy_2d

#define WORD(x) #x
#define TEXT(x) WORD(x)

static const struct {
	const char *member, *name;
} ours[] = {
#define OUR_NAME(member, name, parameters) { #member, name },
	CUDA_DRIVER_FUNCTIONS(OUR_NAME)
#undef OUR_NAME
};

/* The function that cuda.h means by that word today: same name in the library, same parameters. */
#define SAME_NAME(member, function) { #member, TEXT(function) },
#define SAME_TYPE(member, function)                                                                \
	_Static_assert(                                                                            \
		__builtin_types_compatible_p(__typeof__(((struct their_driver *)0)->member),       \
					     __typeof__(&function)),                               \
		#member);

#define SAME(X)                                                                                    \
	X(init, cuInit)                                                                            \
	X(driver_version, cuDriverGetVersion)                                                      \
	X(device_count, cuDeviceGetCount)                                                          \
	X(device_get, cuDeviceGet)                                                                 \
	X(device_name, cuDeviceGetName)                                                            \
	X(device_memory, cuDeviceTotalMem)                                                         \
	X(context_retain, cuDevicePrimaryCtxRetain)                                                \
	X(context_release, cuDevicePrimaryCtxRelease)                                              \
	X(context_set, cuCtxSetCurrent)                                                            \
	X(module_load, cuModuleLoadData)                                                           \
	X(module_unload, cuModuleUnload)                                                           \
	X(module_function, cuModuleGetFunction)                                                    \
	X(memory_info, cuMemGetInfo)                                                               \
	X(memory_new, cuMemAlloc)                                                                  \
	X(memory_free, cuMemFree)                                                                  \
	X(host_new, cuMemHostAlloc)                                                                \
	X(host_free, cuMemFreeHost)                                                                \
	X(copy_to_device, cuMemcpyHtoDAsync)                                                       \
	X(copy_to_host, cuMemcpyDtoHAsync)                                                         \
	X(copy_2d, cuMemcpy2DAsync)                                                                \
	X(fill, cuMemsetD8Async)                                                                   \
	X(fill_2d, cuMemsetD2D8Async)                                                              \
	X(stream_new, cuStreamCreate)                                                              \
	X(stream_free, cuStreamDestroy)                                                            \
	X(stream_wait, cuStreamSynchronize)                                                        \
	X(stream_wait_event, cuStreamWaitEvent)                                                    \
	X(event_new, cuEventCreate)                                                                \
	X(event_free, cuEventDestroy)                                                              \
	X(event_record, cuEventRecord)                                                             \
	X(event_wait, cuEventSynchronize)                                                          \
	X(event_query, cuEventQuery)                                                               \
	X(launch, cuLaunchKernel)
SAME(SAME_TYPE)

static const struct {
	const char *member, *name;
} theirs[] = {
	SAME(SAME_NAME)
	/* enumerations, which are int in ours; and a first name that every driver still has */
	{ "error_name", "cuGetErrorName" },
	{ "error_string", "cuGetErrorString" },
	{ "device_attribute", "cuDeviceGetAttribute" },
	{ "event_elapsed", "cuEventElapsedTime" },
};

_Static_assert(sizeof(CUresult) == sizeof(int) && sizeof(CUdevice_attribute) == sizeof(int) &&
		       sizeof(CUmemorytype) == sizeof(int),
	       "enumerations are as wide as int");
_Static_assert(__builtin_types_compatible_p(CUdevice, int), "CUdevice");
_Static_assert(__builtin_types_compatible_p(cuda_address, CUdeviceptr), "CUdeviceptr");

#define PLACE(our, their)                                                                          \
	_Static_assert(offsetof(struct cuda_copy_2d, our) == offsetof(CUDA_MEMCPY2D, their) &&     \
			       sizeof(((struct cuda_copy_2d *)0)->our) ==                          \
				       sizeof(((CUDA_MEMCPY2D *)0)->their),                        \
		       #our);
PLACE(from_x_bytes, srcXInBytes)
PLACE(from_y, srcY)
PLACE(from_kind, srcMemoryType)
PLACE(from_host, srcHost)
PLACE(from_device, srcDevice)
PLACE(from_array, srcArray)
PLACE(from_pitch_bytes, srcPitch)
PLACE(to_x_bytes, dstXInBytes)
PLACE(to_y, dstY)
PLACE(to_kind, dstMemoryType)
PLACE(to_host, dstHost)
PLACE(to_device, dstDevice)
PLACE(to_array, dstArray)
PLACE(to_pitch_bytes, dstPitch)
PLACE(width_bytes, WidthInBytes)
PLACE(height, Height)
_Static_assert(sizeof(struct cuda_copy_2d) == sizeof(CUDA_MEMCPY2D), "CUDA_MEMCPY2D");

static const struct {
	int our, their;
} numbers[] = {
	{ CUDA_OK, CUDA_SUCCESS },
	{ CUDA_OUT_OF_MEMORY, CUDA_ERROR_OUT_OF_MEMORY },
	{ CUDA_DEVICE_UNAVAILABLE, CUDA_ERROR_DEVICE_UNAVAILABLE },
	{ CUDA_NO_DEVICE, CUDA_ERROR_NO_DEVICE },
	{ CUDA_INVALID_DEVICE, CUDA_ERROR_INVALID_DEVICE },
	{ CUDA_INVALID_IMAGE, CUDA_ERROR_INVALID_IMAGE },
	{ CUDA_NO_BINARY_FOR_GPU, CUDA_ERROR_NO_BINARY_FOR_GPU },
	{ CUDA_ECC_UNCORRECTABLE, CUDA_ERROR_ECC_UNCORRECTABLE },
	{ CUDA_INVALID_PTX, CUDA_ERROR_INVALID_PTX },
	{ CUDA_UNSUPPORTED_PTX_VERSION, CUDA_ERROR_UNSUPPORTED_PTX_VERSION },
	{ CUDA_NOT_READY, CUDA_ERROR_NOT_READY },
	{ CUDA_ILLEGAL_ADDRESS, CUDA_ERROR_ILLEGAL_ADDRESS },
	{ CUDA_LAUNCH_FAILED, CUDA_ERROR_LAUNCH_FAILED },
	{ CUDA_SYSTEM_NOT_READY, CUDA_ERROR_SYSTEM_NOT_READY },
	{ CUDA_SYSTEM_DRIVER_MISMATCH, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH },
	{ CUDA_COMPAT_NOT_SUPPORTED_ON_DEVICE, CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE },
	{ CUDA_UNKNOWN, CUDA_ERROR_UNKNOWN },
	{ CUDA_ATTRIBUTE_PROCESSORS, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT },
	{ CUDA_ATTRIBUTE_MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR },
	{ CUDA_ATTRIBUTE_MINOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR },
	{ CUDA_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING },
	{ CUDA_EVENT_DISABLE_TIMING, CU_EVENT_DISABLE_TIMING },
	{ CUDA_HOST_PORTABLE, CU_MEMHOSTALLOC_PORTABLE },
	{ CUDA_MEMORY_HOST, CU_MEMORYTYPE_HOST },
	{ CUDA_MEMORY_DEVICE, CU_MEMORYTYPE_DEVICE },
};

static void our_declarations_are_those_of_cuda_h(void **state)
{
	size_t count = sizeof(ours) / sizeof(ours[0]);

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(numbers[i].our, numbers[i].their);
	assert_int_equal(sizeof(theirs) / sizeof(theirs[0]), count);
	for (size_t i = 0; i < count; i++) {
		size_t found = 0;

		while (found < count && strcmp(theirs[found].member, ours[i].member) != 0)
			found++;
		if (found == count)
			fail_msg("'%s' is compared with nothing here", ours[i].member);
		assert_string_equal(ours[i].name, theirs[found].name);
	}
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_declarations_are_those_of_cuda_h),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
