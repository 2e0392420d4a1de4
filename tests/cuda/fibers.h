/*
 * fibers: threads of one processor that give way only where they say so.
 *
 * The switch is a dozen instructions (x86-64, aarch64; elsewhere ucontext,
 * which asks the kernel each time). AddressSanitizer is told of every switch;
 * below each stack lies a page that may not be touched.
 */
#ifndef TESTS_CUDA_FIBERS_H
#define TESTS_CUDA_FIBERS_H

#include <stddef.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <ucontext.h>
#endif

struct fiber {
	void *place; /* the stack pointer while another runs */
	char *stack; /* lowest byte; NULL: the stack that the process or thread came with */
	size_t size_bytes;
	void (*entry)(void);
	void *sanitizer; /* what AddressSanitizer keeps of it */
#if !defined(__x86_64__) && !defined(__aarch64__)
	ucontext_t context;
#endif
};

/* A fiber that begins in `entry` (which never returns) when first switched to; aborts without
 * memory. `colour` moves its first frame, so that many stacks do not fall on the same cache lines.
 */
void fiber_new(struct fiber *fiber, void (*entry)(void), size_t colour);
void fiber_free(struct fiber *fiber);

/* Leave `from`, which is running (zeroed for the stack one came with), and go on in `to`. */
void fiber_switch(struct fiber *from, struct fiber *to);

#endif
