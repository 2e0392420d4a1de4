/* fp_environment: how the processor rounds. */
#include "kernels/cpu/fp_environment.h"

#if defined(__x86_64__) || defined(__SSE2__)
#include <xmmintrin.h>

enum { MXCSR_DEFAULT = 0x1f80 }; /* all exceptions masked, nearest even, no FTZ, no DAZ */

struct fp_environment fp_environment_enter(void)
{
	struct fp_environment before = { _mm_getcsr() };

	_mm_setcsr(MXCSR_DEFAULT);
	return before;
}

void fp_environment_leave(struct fp_environment before)
{
	_mm_setcsr((unsigned int)before.control);
}

#elif defined(__aarch64__)

struct fp_environment fp_environment_enter(void)
{
	struct fp_environment before;

	__asm__ volatile("mrs %0, fpcr" : "=r"(before.control));
	__asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0) : "memory");
	return before;
}

void fp_environment_leave(struct fp_environment before)
{
	__asm__ volatile("msr fpcr, %0" : : "r"(before.control) : "memory");
}

#else

/* Elsewhere the ABI's default is trusted, and the self-test at start checks it. */
struct fp_environment fp_environment_enter(void)
{
	return (struct fp_environment){ 0 };
}

void fp_environment_leave(struct fp_environment before)
{
	(void)before;
}

#endif
