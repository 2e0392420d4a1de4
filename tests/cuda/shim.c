/* shim: run kernels on the CPU, the threads of a block as fibers. */
#include "launch.h"
#include "fibers.h"
#include "watch.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 32, WARPS_MAX = 32, THREADS_MAX = LANES * WARPS_MAX };

/* What a thread that waits waits for. */
struct waiting {
	enum shim_wait wait;
	uint32_t value, lane;
	const char *file;
	int line;
};

/* Each a bit per lane. */
struct warp {
	uint32_t present, ready, at_block, at_warp, gone;
};

static const char *const wait_name[] = {
	[SHIM_BLOCK_BARRIER] = "block_barrier",
	[SHIM_WARP_BARRIER] = "warp_barrier",
	[SHIM_LANE_XOR] = "lane_xor",
	[SHIM_LANE_FROM] = "lane_from",
};

struct shim_place shim_now;

static struct {
	const struct shim_launch *launch;
	struct warp warp[WARPS_MAX];
	uint32_t warps_ready; /* a bit per warp that has ready lanes */
	uint32_t at_block, gone;
	uint64_t random;
	struct waiting waiting[THREADS_MAX];
	struct fiber fiber[THREADS_MAX];
	uint32_t fibers;
	struct fiber launcher;
} block;

__attribute__((noreturn, format(printf, 2, 0))) static void report_v(uint32_t thread,
								     const char *fmt, va_list args)
{
	fprintf(stderr,
		"shim: kernel '%s' of %s.cu, block %u,%u, thread %u: ", block.launch->kernel->name,
		block.launch->kernel->file, shim_now.block_x, shim_now.block_y, thread);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	fflush(stderr);
	abort();
}

__attribute__((noreturn, format(printf, 2, 3))) static void report(uint32_t thread, const char *fmt,
								   ...)
{
	va_list args;

	va_start(args, fmt);
	report_v(thread, fmt, args);
}

void shim_report(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	report_v(shim_now.thread, fmt, args);
}

bool shim_is_own(const void *address)
{
	const struct fiber *fiber = &block.fiber[shim_now.thread];
	const char *at = address, *params = block.launch->params;

	return (at >= fiber->stack && at < fiber->stack + fiber->size_bytes) ||
	       (at >= params && at < params + block.launch->kernel->params_bytes);
}

static uint64_t random_next(void)
{
	block.random ^= block.random >> 12;
	block.random ^= block.random << 25;
	block.random ^= block.random >> 27;
	return block.random * 0x2545f4914f6cdd1dull;
}

/* One of the bits that are set. */
static uint32_t choose(uint32_t bits)
{
	if (block.launch->order == SHIM_IN_ORDER)
		return (uint32_t)__builtin_ctz(bits);
	if (block.launch->order == SHIM_REVERSED)
		return 31 - (uint32_t)__builtin_clz(bits);
	for (uint32_t skip = (uint32_t)(random_next() >> 33) % (uint32_t)__builtin_popcount(bits);
	     skip; skip--)
		bits &= bits - 1;
	return (uint32_t)__builtin_ctz(bits);
}

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

/* Nobody can go on, and not everybody has left. */
__attribute__((noreturn)) static void report_stuck(void)
{
	uint32_t threads = block.launch->threads, first = 0;

	for (uint32_t w = 0; w * LANES < threads; w++) {
		const struct warp *warp = &block.warp[w];
		uint32_t missing = warp->present & ~warp->at_warp;
		uint32_t lane, thread, other;

		if (!warp->at_warp)
			continue;
		lane = (uint32_t)__builtin_ctz(warp->at_warp);
		thread = w * LANES + lane;
		other = w * LANES + (uint32_t)__builtin_ctz(missing);
		if (missing & warp->gone)
			report(thread, "%s (%s:%d) with absent lanes: thread %u has left",
			       wait_name[block.waiting[thread].wait],
			       base_name(block.waiting[thread].file), block.waiting[thread].line,
			       w * LANES + (uint32_t)__builtin_ctz(missing & warp->gone));
		report(thread, "divergent: it waits in %s (%s:%d), thread %u in %s (%s:%d)",
		       wait_name[block.waiting[thread].wait], base_name(block.waiting[thread].file),
		       block.waiting[thread].line, other, wait_name[block.waiting[other].wait],
		       base_name(block.waiting[other].file), block.waiting[other].line);
	}
	while (first < threads && !(block.warp[first / LANES].at_block >> first % LANES & 1))
		first++;
	for (uint32_t t = 0; t < threads; t++)
		if (block.warp[t / LANES].gone >> t % LANES & 1)
			report(first, "block_barrier (%s:%d) after thread %u has left",
			       base_name(block.waiting[first].file), block.waiting[first].line, t);
	report(first, "nobody can go on");
}

/* The next thread to run; THREADS_MAX when all have left. */
static uint32_t next_thread(void)
{
	struct warp *warp;
	uint32_t w, lane;

	if (!block.warps_ready) {
		if (block.gone == block.launch->threads)
			return THREADS_MAX;
		report_stuck();
	}
	w = choose(block.warps_ready);
	warp = &block.warp[w];
	lane = choose(warp->ready);
	warp->ready &= ~(1u << lane);
	if (!warp->ready)
		block.warps_ready &= ~(1u << w);
	return w * LANES + lane;
}

/* The running thread stands still, or has left: go on with another. */
static void give_way(void)
{
	uint32_t self = shim_now.thread, next = next_thread();

	if (next == self)
		return;
	shim_now.thread = next == THREADS_MAX ? 0 : next;
	fiber_switch(&block.fiber[self],
		     next == THREADS_MAX ? &block.launcher : &block.fiber[next]);
}

static void check_same(uint32_t thread, uint32_t other)
{
	const struct waiting *a = &block.waiting[thread], *b = &block.waiting[other];

	if (a->wait != b->wait || a->line != b->line)
		report(thread, "divergent: it waits in %s (%s:%d), thread %u in %s (%s:%d)",
		       wait_name[a->wait], base_name(a->file), a->line, other, wait_name[b->wait],
		       base_name(b->file), b->line);
}

/* Everybody came to the block's barrier. */
static void release_block(void)
{
	for (uint32_t t = 1; t < block.launch->threads; t++)
		check_same(0, t);
	if (block.launch->kernel->watched)
		watch_block_barrier();
	for (uint32_t w = 0; w * LANES < block.launch->threads; w++) {
		block.warp[w].ready = block.warp[w].present;
		block.warp[w].at_block = 0;
		block.warps_ready |= 1u << w;
	}
	block.at_block = 0;
}

/* All lanes of a warp came to the same place: hand out the values. */
static void release_warp(uint32_t w)
{
	struct waiting *lane = &block.waiting[w * LANES];
	uint32_t value[LANES];

	if (block.warp[w].present != WARP_ALL)
		report(w * LANES, "%s (%s:%d) in a warp of fewer than %d lanes",
		       wait_name[lane[0].wait], base_name(lane[0].file), lane[0].line, LANES);
	for (uint32_t i = 0; i < LANES; i++) {
		check_same(w * LANES, w * LANES + i);
		if (lane[i].lane >= LANES)
			report(w * LANES + i, "%s (%s:%d) with lane %u, which does not exist",
			       wait_name[lane[i].wait], base_name(lane[i].file), lane[i].line,
			       lane[i].lane);
		value[i] = lane[i].wait == SHIM_LANE_XOR ? lane[i ^ lane[i].lane].value
							 : lane[lane[i].lane].value;
	}
	/* exchanges order no memory */
	if (block.launch->kernel->watched && lane[0].wait == SHIM_WARP_BARRIER)
		watch_warp_barrier(w);
	for (uint32_t i = 0; i < LANES; i++)
		lane[i].value = value[i];
	block.warp[w].ready = block.warp[w].present;
	block.warp[w].at_warp = 0;
	block.warps_ready |= 1u << w;
}

uint32_t shim_wait(enum shim_wait wait, uint32_t value, uint32_t lane, const char *file, int line)
{
	uint32_t self = shim_now.thread, w = self / LANES, bit = 1u << self % LANES;
	struct warp *warp = &block.warp[w];

	block.waiting[self] = (struct waiting){ wait, value, lane, file, line };
	if (wait == SHIM_BLOCK_BARRIER) {
		warp->at_block |= bit;
		if (++block.at_block == block.launch->threads)
			release_block();
	} else {
		warp->at_warp |= bit;
		if (warp->at_warp == warp->present)
			release_warp(w);
	}
	give_way();
	return block.waiting[self].value;
}

/* Each fiber is one thread of one block after another. */
static void thread_main(void)
{
	for (;;) {
		block.launch->kernel->run(block.launch->params);
		block.warp[shim_now.thread / LANES].gone |= 1u << shim_now.thread % LANES;
		block.gone++;
		give_way();
	}
}

/* Redzones between the variables are written over as well, which AddressSanitizer need not know. */
__attribute__((no_sanitize("address"))) static void poison(const struct shim_kernel *kernel)
{
	for (char *at = kernel->shared; at < kernel->shared_end; at += sizeof(uint32_t))
		*(volatile uint32_t *)(void *)at = SHIM_POISON;
}

static void run_block(uint32_t x, uint32_t y)
{
	uint32_t threads = block.launch->threads, first;

	shim_now = (struct shim_place){ 0, x, y, block.launch->grid_x };
	memset(block.warp, 0, sizeof(block.warp));
	block.warps_ready = block.at_block = block.gone = 0;
	for (uint32_t w = 0; w * LANES < threads; w++) {
		uint32_t lanes = threads - w * LANES < LANES ? threads - w * LANES : LANES;

		block.warp[w].present = lanes == LANES ? WARP_ALL : (1u << lanes) - 1;
		block.warp[w].ready = block.warp[w].present;
		block.warps_ready |= 1u << w;
	}
	if (block.launch->kernel->watched)
		watch_block();
	poison(block.launch->kernel);
	first = next_thread();
	shim_now.thread = first;
	fiber_switch(&block.launcher, &block.fiber[first]);
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void shim_launch(const struct shim_launch *launch)
{
	uint64_t blocks = (uint64_t)launch->grid_x * launch->grid_y, first = 0, step = 1;

	block.launch = launch;
	block.launcher = (struct fiber){ 0 };
	block.random = launch->seed * 2 + 1;
	while (block.fibers < launch->threads) {
		fiber_new(&block.fiber[block.fibers], thread_main, block.fibers);
		block.fibers++;
	}
	if (launch->kernel->watched)
		watch_launch(launch);
	if (launch->order == SHIM_REVERSED) {
		first = blocks - 1;
		step = blocks - 1;
	} else if (launch->order == SHIM_RANDOM) {
		first = random_next() % blocks;
		do
			step = 1 + random_next() % blocks;
		while (common_divisor(step, blocks) != 1);
	}
	for (uint64_t i = 0, at = first; i < blocks; i++, at = (at + step) % blocks)
		run_block((uint32_t)(at % launch->grid_x), (uint32_t)(at / launch->grid_x));
	if (launch->kernel->watched)
		watch_launch_end();
	block.launch = NULL;
}
