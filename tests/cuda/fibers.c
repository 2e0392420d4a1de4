/* fibers: threads of one processor that give way only where they say so. */
#include "fibers.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
#include <sanitizer/common_interface_defs.h>
#endif

/* What a kernel with its arrays may want; untouched pages cost nothing. */
enum { STACK_BYTES = 256 * 1024, COLOURS = 61, LINE_BYTES = 64 };

/* The last switch. Not of a thread: one may go on with what another one left. */
static struct fiber *left;
static struct fiber *arrived;

#if defined(__x86_64__) || defined(__aarch64__)
/* Keep what a called function must keep, exchange the stacks, and return there. */
void fiber_exchange(void **out_place, void *place);
#endif

#if defined(__x86_64__)
__asm__(".text\n"
	".p2align 4\n"
	".type fiber_exchange, @function\n"
	".hidden fiber_exchange\n"
	".globl fiber_exchange\n"
	"fiber_exchange:\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	".size fiber_exchange, . - fiber_exchange\n");
enum { KEPT_WORDS = 6, ENTRY_WORD = 6, FRAME_WORDS = 8 };
#elif defined(__aarch64__)
__asm__(".text\n"
	".p2align 4\n"
	".type fiber_exchange, %function\n"
	".hidden fiber_exchange\n"
	".globl fiber_exchange\n"
	"fiber_exchange:\n"
	"	sub sp, sp, #160\n"
	"	stp x19, x20, [sp, #0]\n"
	"	stp x21, x22, [sp, #16]\n"
	"	stp x23, x24, [sp, #32]\n"
	"	stp x25, x26, [sp, #48]\n"
	"	stp x27, x28, [sp, #64]\n"
	"	stp x29, x30, [sp, #80]\n"
	"	stp d8, d9, [sp, #96]\n"
	"	stp d10, d11, [sp, #112]\n"
	"	stp d12, d13, [sp, #128]\n"
	"	stp d14, d15, [sp, #144]\n"
	"	mov x9, sp\n"
	"	str x9, [x0]\n"
	"	mov sp, x1\n"
	"	ldp x19, x20, [sp, #0]\n"
	"	ldp x21, x22, [sp, #16]\n"
	"	ldp x23, x24, [sp, #32]\n"
	"	ldp x25, x26, [sp, #48]\n"
	"	ldp x27, x28, [sp, #64]\n"
	"	ldp x29, x30, [sp, #80]\n"
	"	ldp d8, d9, [sp, #96]\n"
	"	ldp d10, d11, [sp, #112]\n"
	"	ldp d12, d13, [sp, #128]\n"
	"	ldp d14, d15, [sp, #144]\n"
	"	add sp, sp, #160\n"
	"	ret\n"
	".size fiber_exchange, . - fiber_exchange\n");
enum { ENTRY_WORD = 11, FRAME_WORDS = 20 };
#endif

static void out_of_memory(void)
{
	perror("fibers: no memory for a stack");
	abort();
}

/* Tell AddressSanitizer where we are; it tells where we were. */
static void arrive(void)
{
#ifdef SANITIZED
	const void *bottom;
	size_t size_bytes;

	__sanitizer_finish_switch_fiber(arrived->sanitizer, &bottom, &size_bytes);
	if (!left->stack) {
		left->stack = (char *)(uintptr_t)bottom;
		left->size_bytes = size_bytes;
	}
#endif
}

static void begin(void)
{
	arrive();
	arrived->entry();
	abort();
}

void fiber_new(struct fiber *fiber, void (*entry)(void), size_t colour)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, page + STACK_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE))
		out_of_memory();
	*fiber =
		(struct fiber){ .stack = memory + page, .size_bytes = STACK_BYTES, .entry = entry };
#if defined(__x86_64__) || defined(__aarch64__)
	{
		uintptr_t *frame = (uintptr_t *)(void *)(fiber->stack + STACK_BYTES -
							 colour % COLOURS * LINE_BYTES) -
				   FRAME_WORDS;

		frame[ENTRY_WORD] = (uintptr_t)begin;
		fiber->place = frame;
	}
#else
	if (getcontext(&fiber->context))
		out_of_memory();
	fiber->context.uc_stack.ss_sp = fiber->stack;
	fiber->context.uc_stack.ss_size = STACK_BYTES - colour % COLOURS * LINE_BYTES;
	makecontext(&fiber->context, begin, 0);
#endif
}

void fiber_free(struct fiber *fiber)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (fiber->stack)
		munmap(fiber->stack - page, page + STACK_BYTES);
	*fiber = (struct fiber){ 0 };
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
	left = from;
	arrived = to;
#ifdef SANITIZED
	__sanitizer_start_switch_fiber(&from->sanitizer, to->stack, to->size_bytes);
#endif
#if defined(__x86_64__) || defined(__aarch64__)
	fiber_exchange(&from->place, to->place);
#else
	if (swapcontext(&from->context, &to->context))
		abort();
#endif
	arrive();
}
