/* launch: run a kernel that was compiled for the host (shim.h). */
#ifndef TESTS_CUDA_LAUNCH_H
#define TESTS_CUDA_LAUNCH_H

#include <stdbool.h>

#include "shim.h"

struct watch_memory;

/* Which thread goes on when several could, and which block comes next. */
enum shim_order { SHIM_IN_ORDER, SHIM_REVERSED, SHIM_RANDOM, SHIM_ORDERS };

struct shim_launch {
	const struct shim_kernel *kernel;
	uint32_t grid_x, grid_y, threads;
	const void *params;
	enum shim_order order;
	uint64_t seed; /* of SHIM_RANDOM */
	/* For a kernel that was compiled to be watched: the memory at an address; NULL: none. */
	struct watch_memory *(*memory_at)(void *user, const void *address);
	void *user;
};

/*
 * Run every block. One launch at a time in a process. What no kernel may do is
 * reported with kernel, block and thread, and aborts: a barrier that some
 * threads do not reach, threads that wait at different lines, an exchange with
 * lanes that are absent or do not exist. Shared memory is full of signalling
 * NaNs (SHIM_POISON) when a block begins.
 */
void shim_launch(const struct shim_launch *launch);

/* Report what the running thread does wrong, and abort. */
__attribute__((noreturn, format(printf, 1, 2))) void shim_report(const char *fmt, ...);

/* Whether that is the running thread's own: its stack, its parameters. */
bool shim_is_own(const void *address);

/* The kernel of this name, of kernels.def; NULL: there is none, or none that was compiled so. */
const struct shim_kernel *shim_kernel_find(const char *name, bool watched);

/* NaN as binary32 (signalling), as two bf16 and as two f16. */
#define SHIM_POISON 0x7fa57fa5u

#endif
