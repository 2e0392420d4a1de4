/*
 * shim: the words of kernels/cuda/device.h for a host compiler, so that the
 * text of a .cu file runs on the CPU.
 *
 * Included before a .cu file (-x c -include tests/cuda/shim.h -DSHIM_FILE=map).
 * What device.h defines for nvcc, this defines for everybody else; kernels run
 * through shim_launch (launch.h), a block after another, the threads of a block
 * as fibers that give way at barriers and exchanges only.
 */
#ifndef TESTS_CUDA_SHIM_H
#define TESTS_CUDA_SHIM_H

#include <stddef.h>
#include <stdint.h>

#define SHIM_STRING_(x) #x
#define SHIM_STRING(x) SHIM_STRING_(x)
#define SHIM_JOIN_(a, b) a##b
#define SHIM_JOIN(a, b) SHIM_JOIN_(a, b)
#ifdef __SANITIZE_THREAD__
#define SHIM_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SHIM_WATCHED 1
#endif
#endif
#ifdef SHIM_WATCHED
#define SHIM_KERNEL(kernel) shim_watched_##kernel
#define SHIM_SECTION SHIM_JOIN(watched_, SHIM_FILE)
#else
#define SHIM_WATCHED 0
#define SHIM_KERNEL(kernel) shim_kernel_##kernel
#define SHIM_SECTION SHIM_JOIN(shared_, SHIM_FILE)
#endif
#define SHIM_SHARED_BEGIN SHIM_JOIN(__start_, SHIM_SECTION)
#define SHIM_SHARED_END SHIM_JOIN(__stop_, SHIM_SECTION)

/* A kernel of a .cu file, compiled for the host. */
struct shim_kernel {
	const char *file, *name;
	uint32_t threads; /* at most, of a block */
	size_t params_bytes;
	void (*run)(const void *params); /* one thread of it */
	char *shared, *shared_end;       /* all shared variables of the file */
	int watched;                     /* each access calls watch.c */
};

/* Where the running thread is. */
struct shim_place {
	uint32_t thread, block_x, block_y, grid_x;
};

/* Nothing changes for the thread that asks, so to kernels it is constant. */
#ifdef SHIM_FILE
extern const struct shim_place shim_now;
#else
#define SHIM_FILE none
extern struct shim_place shim_now;
#endif

/* What threads do together; `value` goes to the others, `lane` or mask says whose comes back. */
enum shim_wait { SHIM_BLOCK_BARRIER, SHIM_WARP_BARRIER, SHIM_LANE_XOR, SHIM_LANE_FROM };
uint32_t shim_wait(enum shim_wait wait, uint32_t value, uint32_t lane, const char *file, int line);

/* Nobody defines them where a file has no shared variable. */
extern char SHIM_SHARED_BEGIN[] __attribute__((weak, visibility("hidden")));
extern char SHIM_SHARED_END[] __attribute__((weak, visibility("hidden")));

#define KERNEL(kernel, threads_of_block)                                                           \
	static void kernel_##kernel(const struct kernel##_params p);                               \
	static void run_##kernel(const void *params)                                               \
	{                                                                                          \
		kernel_##kernel(*(const struct kernel##_params *)params);                          \
	}                                                                                          \
	extern const struct shim_kernel SHIM_KERNEL(kernel);                                       \
	const struct shim_kernel SHIM_KERNEL(kernel) = {                                           \
		.file = SHIM_STRING(SHIM_FILE),                                                    \
		.name = #kernel,                                                                   \
		.threads = (threads_of_block),                                                     \
		.params_bytes = sizeof(struct kernel##_params),                                    \
		.run = run_##kernel,                                                               \
		.shared = SHIM_SHARED_BEGIN,                                                       \
		.shared_end = SHIM_SHARED_END,                                                     \
		.watched = SHIM_WATCHED,                                                           \
	};                                                                                         \
	static void kernel_##kernel(const struct kernel##_params p)
#define KERNEL_RESIDENT(kernel, threads_of_block, blocks) KERNEL(kernel, threads_of_block)

#define DEVICE_FN static inline __attribute__((always_inline, unused))
#define SHARED static __attribute__((section(SHIM_STRING(SHIM_SECTION)), aligned(16)))
#define RESTRICT restrict
#define UNROLL
#define ROLLED

#define WARP_ALL 0xffffffffu

DEVICE_FN uint32_t thread_index(void)
{
	return shim_now.thread;
}

DEVICE_FN uint32_t block_x(void)
{
	return shim_now.block_x;
}

DEVICE_FN uint32_t block_y(void)
{
	return shim_now.block_y;
}

DEVICE_FN uint32_t grid_x(void)
{
	return shim_now.grid_x;
}

/* Macros, so that a report can say which line waits. */
#define block_barrier() ((void)shim_wait(SHIM_BLOCK_BARRIER, 0, 0, __FILE__, __LINE__))
#define warp_barrier() ((void)shim_wait(SHIM_WARP_BARRIER, 0, 0, __FILE__, __LINE__))
#define lane_xor(value, mask) shim_wait(SHIM_LANE_XOR, (value), (mask), __FILE__, __LINE__)
#define lane_from(value, lane) shim_wait(SHIM_LANE_FROM, (value), (lane), __FILE__, __LINE__)

#endif
