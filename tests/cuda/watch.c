/* watch: every access to memory that a kernel makes, looked at one by one. */
#include "watch.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { LANES = 32, WARPS_MAX = 32, SEVERAL = 0xffff, RECENT = 4 };

/*
 * Epochs count up at every block and at every barrier of a block, over all
 * launches, so an old cell never looks new. What a warp's barriers keep apart is
 * told by the warp's own count, which means something within one epoch.
 */
struct watch_cell {
	uint32_t write_epoch, write_warp_epoch;
	uint32_t read_epoch, read_warp_epoch;
	uint32_t other_blocks; /* the launch in which blocks before the last reader's read it */
	uint16_t writer;
	uint16_t reader;    /* SEVERAL: of the warp, since its last barrier */
	uint16_t read_warp; /* SEVERAL: of the block, since its last barrier */
};

static struct {
	const struct shim_launch *launch;
	struct watch_memory shared;
	struct watch_memory *recent[RECENT];
	size_t next_recent;
	uint32_t launches;
	uint32_t epoch, block_epoch, launch_epoch; /* now, and when block and launch began */
	uint32_t warp_epoch[WARPS_MAX];
} watch = { .epoch = 1 };

/* A cell for every word, until somebody writes less than that: then for every byte. */
enum { WORD = 4 };

static void cells_make(struct watch_memory *memory, size_t bytes)
{
	struct watch_cell *cell = calloc(memory->size_bytes / bytes + 1, sizeof(*cell));

	if (!cell) {
		perror("watch: no memory for cells");
		abort();
	}
	for (size_t i = 0; memory->cell && i < memory->size_bytes; i++)
		cell[i / bytes] = memory->cell[i / memory->cell_bytes];
	free(memory->cell);
	memory->cell = cell;
	memory->cell_bytes = bytes;
}

void watch_forget(struct watch_memory *memory)
{
	free(memory->cell);
	memory->cell = NULL;
}

void watch_launch(const struct shim_launch *launch)
{
	const struct shim_kernel *kernel = launch->kernel;

	watch.launch = launch;
	watch.launches++;
	watch.launch_epoch = watch.epoch + 1;
	for (size_t i = 0; i < RECENT; i++)
		watch.recent[i] = NULL;
	watch.shared = (struct watch_memory){
		.bytes = kernel->shared, .size_bytes = (size_t)(kernel->shared_end - kernel->shared)
	};
	if (kernel->shared)
		cells_make(&watch.shared, WORD);
}

void watch_launch_end(void)
{
	watch_forget(&watch.shared);
	watch.launch = NULL;
}

void watch_block(void)
{
	watch.block_epoch = ++watch.epoch;
}

void watch_block_barrier(void)
{
	watch.epoch++;
}

void watch_warp_barrier(uint32_t warp)
{
	watch.warp_epoch[warp]++;
}

static bool holds(const struct watch_memory *memory, const char *at)
{
	return memory && at >= memory->bytes && at < memory->bytes + memory->size_bytes;
}

static struct watch_memory *find(const char *at)
{
	struct watch_memory *memory;

	if (holds(&watch.shared, at))
		return &watch.shared;
	for (size_t i = 0; i < RECENT; i++)
		if (holds(watch.recent[i], at))
			return watch.recent[i];
	memory = watch.launch->memory_at ? watch.launch->memory_at(watch.launch->user, at) : NULL;
	if (!memory)
		shim_report("it touches %p, which is no memory of the device", (const void *)at);
	if (!memory->cell)
		cells_make(memory, WORD);
	watch.recent[watch.next_recent++ % RECENT] = memory;
	return memory;
}

/* "byte 12 of shared memory" */
static const char *name_place(const struct watch_memory *memory, const char *at)
{
	static char text[80];

	snprintf(text, sizeof(text), "byte %zu of %s", (size_t)(at - memory->bytes),
		 memory == &watch.shared ? "shared memory" : "a memory of the device");
	return text;
}

/* Whether a barrier of the warp lies between another thread's access in this epoch and now. */
static bool warp_apart(uint32_t other, uint32_t then, uint32_t thread)
{
	return other / LANES == thread / LANES && then < watch.warp_epoch[thread / LANES];
}

static void check_writer(const struct watch_memory *memory, const struct watch_cell *cell,
			 const char *at, const char *does)
{
	uint32_t thread = shim_now.thread;
	bool shared = memory == &watch.shared;

	if (cell->write_epoch == watch.epoch && cell->writer != thread &&
	    !warp_apart(cell->writer, cell->write_warp_epoch, thread))
		shim_report("a race: it %s %s, which thread %u wrote, and no barrier is between",
			    does, name_place(memory, at), cell->writer);
	if (!shared && cell->write_epoch >= watch.launch_epoch &&
	    cell->write_epoch < watch.block_epoch)
		shim_report("a race: it %s %s, which another block wrote", does,
			    name_place(memory, at));
}

static void check_readers(const struct watch_memory *memory, const struct watch_cell *cell,
			  const char *at)
{
	uint32_t thread = shim_now.thread;
	bool apart = cell->read_warp == thread / LANES &&
		     (cell->read_warp_epoch < watch.warp_epoch[thread / LANES] ||
		      cell->reader == thread);

	if (cell->read_epoch == watch.epoch && !apart)
		shim_report("a race: it writes %s, which %s read, and no barrier is between",
			    name_place(memory, at),
			    cell->read_warp != thread / LANES ? "another warp" : "another lane");
	if (memory != &watch.shared &&
	    (cell->other_blocks == watch.launches ||
	     (cell->read_epoch >= watch.launch_epoch && cell->read_epoch < watch.block_epoch)))
		shim_report("a race: it writes %s, which another block read",
			    name_place(memory, at));
}

static void note_write(struct watch_cell *cell)
{
	cell->write_epoch = watch.epoch;
	cell->write_warp_epoch = watch.warp_epoch[shim_now.thread / LANES];
	cell->writer = (uint16_t)shim_now.thread;
}

static void note_read(struct watch_cell *cell)
{
	uint16_t thread = (uint16_t)shim_now.thread, warp = thread / LANES;

	if (cell->read_epoch != watch.epoch) {
		if (cell->read_epoch >= watch.launch_epoch && cell->read_epoch < watch.block_epoch)
			cell->other_blocks = watch.launches;
		cell->read_epoch = watch.epoch;
		cell->read_warp = warp;
	} else if (cell->read_warp != warp) {
		cell->read_warp = SEVERAL;
		return;
	} else if (cell->read_warp_epoch == watch.warp_epoch[warp]) {
		if (cell->reader != thread)
			cell->reader = SEVERAL;
		return;
	}
	cell->read_warp_epoch = watch.warp_epoch[warp];
	cell->reader = thread;
}

static void look(const void *address, size_t size_bytes, size_t align, bool write)
{
	const char *at = address;
	struct watch_memory *memory;
	size_t unit, first, last;

	if (shim_is_own(address))
		return;
	memory = find(at);
	if ((uintptr_t)at % align)
		shim_report("it touches %zu bytes at %p, which is no multiple of %zu", size_bytes,
			    address, align);
	if (size_bytes > memory->size_bytes - (size_t)(at - memory->bytes))
		shim_report("it touches %zu bytes at %s, which ends at %zu", size_bytes,
			    name_place(memory, at), memory->size_bytes);
	if (write && memory->cell_bytes > 1 && (size_bytes | (uintptr_t)at) % WORD)
		cells_make(memory, 1);
	unit = memory->cell_bytes;
	first = (size_t)(at - memory->bytes) / unit;
	last = ((size_t)(at - memory->bytes) + size_bytes - 1) / unit;
	for (size_t i = first; i <= last; i++) {
		struct watch_cell *cell = &memory->cell[i];

		if (!write && memory == &watch.shared && cell->write_epoch < watch.block_epoch)
			shim_report("it reads %s, which nobody wrote", name_place(memory, at));
		check_writer(memory, cell, at, write ? "writes" : "reads");
		if (write) {
			check_readers(memory, cell, at);
			note_write(cell);
		} else {
			note_read(cell);
		}
	}
}

/* ---- What the compiler calls ---- */

#define WATCH(name, size, align, write)                                                            \
	void name(void *address);                                                                  \
	void name(void *address)                                                                   \
	{                                                                                          \
		look(address, size, align, write);                                                 \
	}

WATCH(__tsan_read1, 1, 1, false)
WATCH(__tsan_read2, 2, 2, false)
WATCH(__tsan_read4, 4, 4, false)
WATCH(__tsan_read8, 8, 8, false)
WATCH(__tsan_read16, 16, 16, false)
WATCH(__tsan_write1, 1, 1, true)
WATCH(__tsan_write2, 2, 2, true)
WATCH(__tsan_write4, 4, 4, true)
WATCH(__tsan_write8, 8, 8, true)
WATCH(__tsan_write16, 16, 16, true)
WATCH(__tsan_unaligned_read2, 2, 1, false)
WATCH(__tsan_unaligned_read4, 4, 1, false)
WATCH(__tsan_unaligned_read8, 8, 1, false)
WATCH(__tsan_unaligned_read16, 16, 1, false)
WATCH(__tsan_unaligned_write2, 2, 1, true)
WATCH(__tsan_unaligned_write4, 4, 1, true)
WATCH(__tsan_unaligned_write8, 8, 1, true)
WATCH(__tsan_unaligned_write16, 16, 1, true)

void __tsan_read_range(void *address, long size_bytes);
void __tsan_read_range(void *address, long size_bytes)
{
	look(address, (size_t)size_bytes, 1, false);
}

void __tsan_write_range(void *address, long size_bytes);
void __tsan_write_range(void *address, long size_bytes)
{
	look(address, (size_t)size_bytes, 1, true);
}

/* Calls and returns are of no interest here. */
void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
	(void)caller;
}

void __tsan_func_exit(void *unused);
void __tsan_func_exit(void *unused)
{
	(void)unused;
}
