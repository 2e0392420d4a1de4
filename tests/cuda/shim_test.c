/* shim: what a kernel must not do is found, and nothing else. */
#include "../support.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broken.h"
#include "launch.h"
#include "watch.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { N = BROKEN_THREADS, SIZE = N * sizeof(float) };

#define BROKEN_DECLARE(kernel) extern const struct shim_kernel shim_kernel_##kernel;
BROKEN_KERNELS(BROKEN_DECLARE)
#undef BROKEN_DECLARE
#if !SANITIZED
#define BROKEN_DECLARE(kernel) extern const struct shim_kernel shim_watched_##kernel;
BROKEN_KERNELS(BROKEN_DECLARE)
#undef BROKEN_DECLARE
#define WATCHED(kernel) &shim_watched_##kernel
#else
#define WATCHED(kernel) NULL
#endif
#define PLAIN(kernel) &shim_kernel_##kernel

/* The memory of a device: x and y. */
struct device {
	struct watch_memory memory[2];
};

static struct watch_memory *memory_at(void *user, const void *address)
{
	struct device *device = user;

	for (size_t i = 0; i < 2; i++)
		if ((const char *)address >= device->memory[i].bytes &&
		    (const char *)address < device->memory[i].bytes + SIZE)
			return &device->memory[i];
	return NULL;
}

/* y of N numbers, from x = 1, 2, ... */
static void run(const struct shim_kernel *kernel, uint32_t blocks, enum shim_order order,
		uint64_t seed, float *out_y)
{
	float *x = malloc(SIZE), *y = malloc(SIZE);
	struct device device = { { { (char *)x, SIZE, NULL, 0 }, { (char *)y, SIZE, NULL, 0 } } };
	struct broken_params params = { x, y };
	struct shim_launch launch = { .kernel = kernel,
				      .grid_x = blocks,
				      .grid_y = 1,
				      .threads = N,
				      .params = &params,
				      .order = order,
				      .seed = seed,
				      .memory_at = memory_at,
				      .user = &device };

	assert_true(x && y);
	for (size_t i = 0; i < N; i++)
		x[i] = (float)(i + 1);
	memset(y, 0, SIZE);
	shim_launch(&launch);
	memcpy(out_y, y, SIZE);
	watch_forget(&device.memory[0]);
	watch_forget(&device.memory[1]);
	free(x);
	free(y);
}

/* What a process of its own says when it runs this; "" when it ends as it should. */
static void run_apart(const struct shim_kernel *kernel, enum shim_order order, char *text,
		      size_t size)
{
	int ends[2], status;
	size_t len = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		float y[N];

		dup2(ends[1], STDERR_FILENO);
		run(kernel, 2, order, 1, y);
		_exit(0);
	}
	close(ends[1]);
	while (len + 1 < size && (got = read(ends[0], text + len, size - 1 - len)) > 0)
		len += (size_t)got;
	text[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		text[0] = '\0';
	else
		assert_true(len > 0);
}

/* In every order the process ends with these words. */
static void check_reported(const struct shim_kernel *kernel, const char *words)
{
	char text[4096], name[80];

	if (!kernel)
		return;
	snprintf(name, sizeof(name), "kernel '%s' of broken.cu, block ", kernel->name);
	for (int order = 0; order < SHIM_ORDERS; order++) {
		run_apart(kernel, (enum shim_order)order, text, sizeof(text));
		if (!strstr(text, words))
			fail_msg("%s, order %d: '%s' is not in: %s", kernel->name, order, words,
				 text);
		if (strstr(text, "shim: ") && !strstr(text, name))
			fail_msg("'%s' is not in: %s", name, text);
	}
}

static void a_right_kernel_gives_the_same_in_every_order(void **state)
{
	const struct shim_kernel *const kernels[] = { PLAIN(right), WATCHED(right) };
	float y[N];

	(void)state;
	for (size_t k = 0; k < 2 && kernels[k]; k++)
		for (int order = 0; order < SHIM_ORDERS; order++)
			for (uint64_t seed = 0; seed < 20; seed++) {
				run(kernels[k], 1, (enum shim_order)order, seed, y);
				for (size_t i = 0; i < N; i++)
					assert_true(y[i] == (float)(i + 1));
			}
}

/* Some two of the orders, or of the draws, differ. */
static void check_bits_differ(const struct shim_kernel *kernel)
{
	float first[N], y[N];
	bool differ = false;

	run(kernel, 1, SHIM_IN_ORDER, 0, first);
	run(kernel, 1, SHIM_REVERSED, 0, y);
	differ = differ || memcmp(first, y, SIZE) != 0;
	assert_true(differ);
	run(kernel, 1, SHIM_RANDOM, 1, first);
	differ = false;
	for (uint64_t seed = 2; seed < 6; seed++) {
		run(kernel, 1, SHIM_RANDOM, seed, y);
		differ = differ || memcmp(first, y, SIZE) != 0;
	}
	assert_true(differ);
}

static void a_missing_barrier_gives_other_bits_in_another_order(void **state)
{
	(void)state;
	check_bits_differ(PLAIN(barrier_missing));
	check_bits_differ(PLAIN(second_barrier_missing));
	check_bits_differ(PLAIN(warp_barrier_missing));
}

static void a_missing_barrier_is_reported_as_a_race_in_any_order(void **state)
{
	(void)state;
	check_reported(WATCHED(barrier_missing), "a race: it ");
	check_reported(WATCHED(second_barrier_missing), "a race: it ");
	check_reported(WATCHED(warp_barrier_missing), "a race: it ");
	check_reported(WATCHED(warp_barrier_missing), "and no barrier is between");
	check_reported(WATCHED(exchange_for_barrier), "and no barrier is between");
}

static void blocks_that_write_the_same_place_are_a_race(void **state)
{
	(void)state;
	check_reported(WATCHED(blocks_race), "which another block wrote");
}

static void a_barrier_that_not_everybody_reaches_is_reported(void **state)
{
	(void)state;
	check_reported(PLAIN(barrier_divergent), "divergent: it waits in ");
	check_reported(PLAIN(barrier_in_a_branch),
		       "divergent: it waits in block_barrier (broken.cu:");
	check_reported(PLAIN(barrier_after_leaving), "after thread 50 has left");
}

static void an_exchange_with_lanes_that_are_not_there_is_reported(void **state)
{
	(void)state;
	check_reported(PLAIN(lane_absent), "divergent: it waits in ");
	check_reported(PLAIN(lane_left), "lane_xor (device.h:");
	check_reported(PLAIN(lane_left), "with absent lanes: thread ");
	check_reported(PLAIN(lane_unknown), "with lane 32, which does not exist");
	check_reported(PLAIN(exchanges_differ), "divergent: it waits in lane_xor (broken.cu:");
}

static void shared_memory_that_nobody_wrote_shows(void **state)
{
	float y[N];

	(void)state;
	check_reported(WATCHED(uninitialised), "of shared memory, which nobody wrote");
	run(PLAIN(uninitialised), 1, SHIM_IN_ORDER, 0, y);
	for (size_t i = 0; i < N; i++)
		assert_true(i == 33 ? y[i] != y[i] : y[i] == (float)(i + 1));
}

static void what_lies_beyond_memory_is_reported(void **state)
{
	(void)state;
	check_reported(WATCHED(global_beyond), "which is no memory of the device");
	check_reported(WATCHED(misaligned), "which is no multiple of 4");
#if SANITIZED
	check_reported(PLAIN(global_beyond), "heap-buffer-overflow");
#ifdef __GNUC__
#ifndef __clang__
	check_reported(PLAIN(shared_beyond), "global-buffer-overflow");
#endif
#endif
	check_reported(PLAIN(stack_beyond), "runtime error: index");
	check_reported(PLAIN(misaligned), "misaligned address");
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_kernel_gives_the_same_in_every_order),
		cmocka_unit_test(a_missing_barrier_gives_other_bits_in_another_order),
		cmocka_unit_test(a_missing_barrier_is_reported_as_a_race_in_any_order),
		cmocka_unit_test(blocks_that_write_the_same_place_are_a_race),
		cmocka_unit_test(a_barrier_that_not_everybody_reaches_is_reported),
		cmocka_unit_test(an_exchange_with_lanes_that_are_not_there_is_reported),
		cmocka_unit_test(shared_memory_that_nobody_wrote_shows),
		cmocka_unit_test(what_lies_beyond_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
