/* broken: parameters of the kernels in broken.cu. */
#ifndef TESTS_CUDA_BROKEN_H
#define TESTS_CUDA_BROKEN_H

#include <stdint.h>

enum { BROKEN_THREADS = 64 };

/* BROKEN(kernel): all of them have the same parameters, y[n] from x[n] where n is BROKEN_THREADS.
 */
#define BROKEN_KERNELS(BROKEN)                                                                     \
	BROKEN(right)                                                                              \
	BROKEN(barrier_missing)                                                                    \
	BROKEN(second_barrier_missing)                                                             \
	BROKEN(warp_barrier_missing)                                                               \
	BROKEN(exchange_for_barrier)                                                               \
	BROKEN(barrier_divergent)                                                                  \
	BROKEN(barrier_in_a_branch)                                                                \
	BROKEN(barrier_after_leaving)                                                              \
	BROKEN(shared_beyond)                                                                      \
	BROKEN(global_beyond)                                                                      \
	BROKEN(uninitialised)                                                                      \
	BROKEN(lane_absent)                                                                        \
	BROKEN(lane_left)                                                                          \
	BROKEN(lane_unknown)                                                                       \
	BROKEN(exchanges_differ)                                                                   \
	BROKEN(blocks_race)                                                                        \
	BROKEN(misaligned)                                                                         \
	BROKEN(stack_beyond)

struct broken_params {
	const float *x;
	float *y;
};

#define BROKEN_PARAMS(kernel)                                                                      \
	struct kernel##_params {                                                                   \
		const float *x;                                                                    \
		float *y;                                                                          \
	};
BROKEN_KERNELS(BROKEN_PARAMS)
#undef BROKEN_PARAMS

#endif
