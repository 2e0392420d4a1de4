/*
 * watch: every access to memory that a kernel makes, looked at one by one.
 *
 * The kernels are compiled a second time with -fsanitize=thread, which puts a
 * call in front of every access; what is called is not ThreadSanitizer but
 * watch.c. It reports, whatever the order in which the threads happened to run:
 * two threads at the same place, one of them writing, that no barrier (of their
 * block, or of their warp) keeps apart; shared memory read before anybody of the
 * block wrote it; addresses that are no memory of the device; and addresses that
 * are no multiple of what is read there.
 */
#ifndef TESTS_CUDA_WATCH_H
#define TESTS_CUDA_WATCH_H

#include "launch.h"

/* Who touched some bytes last. */
struct watch_cell;

/* A run of memory that kernels may touch. */
struct watch_memory {
	char *bytes;
	size_t size_bytes;
	struct watch_cell *cell; /* made when first touched; freed with watch_forget */
	size_t cell_bytes;       /* that share a cell */
};

void watch_forget(struct watch_memory *memory);

/* What shim.c tells: a launch begins and ends, a block begins, all its threads met, a warp met. */
void watch_launch(const struct shim_launch *launch);
void watch_launch_end(void);
void watch_block(void);
void watch_block_barrier(void);
void watch_warp_barrier(uint32_t warp);

#endif
