/*
 * fp_environment: how the processor rounds. A library linked with -ffast-math
 * turns subnormals off for every thread that starts later, so each piece of
 * exact work sets what rule 1 asks for and puts back what it found.
 */
#ifndef KERNELS_CPU_FP_ENVIRONMENT_H
#define KERNELS_CPU_FP_ENVIRONMENT_H

#include <stdint.h>

struct fp_environment {
	uint64_t control;
};

/* Round to nearest even, subnormals kept, no traps, on this thread; returns what was set before. */
struct fp_environment fp_environment_enter(void);
void fp_environment_leave(struct fp_environment before);

#endif
