/* The counts of a blend: the shortcut agrees with going through the samples, whatever the weights.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/data_order.h"
#include "tests/support.h"

enum { SOURCES = 113 };

static const struct context quiet = { .user = NULL };

static int taken_of(const double *weight, size_t count, unsigned times, uint64_t samples,
		    uint64_t *taken, struct error *err)
{
	struct blend_work work = { .ctx = &quiet, .left = (uint64_t)1 << 23 }; /* milliseconds */

	return blend_taken(weight, count, times, samples, &work, taken, err);
}

static uint64_t chance(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static void weights_make(unsigned kind, size_t count, double *weight, uint64_t *state)
{
	for (size_t i = 0; i < count; i++) {
		double drawn = (double)(chance(state) % 1000 + 1);

		weight[i] = kind == 0 ? 1 : kind == 1 ? drawn : drawn * drawn * drawn;
	}
}

static void the_shortcut_counts_as_going_through_the_samples_does(void **state)
{
	uint64_t taken[SOURCES], expected[SOURCES], seed = 1;
	double weight[SOURCES];
	struct error err = { 0 };

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		size_t count = (size_t)(1 + chance(&seed) % SOURCES);
		uint64_t samples = chance(&seed) % 30000;

		weights_make(round % 3, count, weight, &seed);
		assert_int_equal(taken_of(weight, count, 2, samples, taken, &err), 0);
		assert_int_equal(blend_normalize(weight, count, &err), 0);
		assert_int_equal(blend_normalize(weight, count, &err), 0);
		assert_int_equal(blend_count(weight, count, samples, &quiet, expected, &err), 0);
		assert_memory_equal(taken, expected, count * sizeof(*taken));
	}
}

static void a_thousand_million_samples_of_113_sources_take_no_time(void **state)
{
	uint64_t taken[SOURCES], seed = 7, sum = 0;
	double weight[SOURCES];
	struct error err = { 0 };

	(void)state;
	weights_make(1, SOURCES, weight, &seed);
	assert_int_equal(taken_of(weight, SOURCES, 2, 1000000000, taken, &err), 0);
	assert_int_equal(blend_normalize(weight, SOURCES, &err), 0);
	for (size_t i = 0; i < SOURCES; i++) {
		double off = (double)taken[i] - weight[i] * 1e9;

		assert_true(off < 2 && off > -6);
		sum += taken[i];
	}
	assert_int_equal(sum, 1000000000);
}

static void weights_that_are_no_weights_are_refused(void **state)
{
	static const double bad[][2] = { { 0, 0 }, { 1, -1 }, { 1, 0.0 / 0.0 }, { 1, 1 / 0.0 } };
	struct error err = { 0 };
	uint64_t taken[2];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(taken_of(bad[i], 2, 1, 10, taken, &err), -1);
	assert_int_equal(taken_of(bad[0], 2, 1, BLEND_SAMPLES_MAX + 1, taken, &err), -1);
}

static void weights_that_are_too_small_are_not_begun_beyond_the_work(void **state)
{
	struct blend_work work = { .ctx = &quiet, .left = (uint64_t)1 << 22 };
	uint64_t taken[SOURCES], left;
	double weight[SOURCES] = { 1 };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 1; i < SOURCES; i++)
		weight[i] = weight[i - 1] / 10;
	assert_int_equal(blend_taken(weight, SOURCES, 2, (uint64_t)1 << 33, &work, taken, &err),
			 -1);
	assert_int_equal(err.code, ERROR_USAGE);
	assert_true(work.over);
	/* Windows that had room were tried, each counted once, and what is left is for others. */
	left = work.left;
	assert_true(left < (uint64_t)1 << 22 && left > 0);
	assert_int_equal(blend_taken(weight, SOURCES, 2, 100, &work, taken, &err), 0);
	assert_false(work.over);
	assert_int_equal(left - work.left, 100 * (SOURCES + 4));
}

static bool asked_to_stop(void *user)
{
	unsigned *asked = user;

	return ++*asked > 3;
}

static void a_count_stops_when_it_is_asked_to(void **state)
{
	unsigned asked = 0;
	const struct context ctx = { .user = &asked, .cancelled = asked_to_stop };
	struct blend_work work = { .ctx = &ctx, .left = BLEND_STEPS_MAX };
	double weight[SOURCES] = { 1 };
	struct error err = { 0 };
	uint64_t taken[SOURCES];

	(void)state;
	for (size_t i = 1; i < SOURCES; i++)
		weight[i] = weight[i - 1] / 10;
	assert_int_equal(blend_count(weight, SOURCES, (uint64_t)1 << 40, &ctx, taken, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	asked = 0;
	assert_int_equal(blend_taken(weight, SOURCES, 2, (uint64_t)1 << 40, &work, taken, &err),
			 -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_int_equal(asked, 4);
	assert_false(work.over);
}

/* Step by step, as the calculator of Megatron-LM has it. */
static uint64_t steps_through(const struct data_order *order, uint64_t steps)
{
	uint64_t done = 0;

	for (uint64_t i = 0; i < steps; i++) {
		uint64_t rises = (order->batch_size - order->ramp_start) / order->ramp_step;
		double per = (double)order->ramp_samples / (double)rises;

		done += done > order->ramp_samples
				? order->batch_size
				: order->ramp_start +
					  (uint64_t)((double)done / per) * order->ramp_step;
	}
	return done;
}

static void a_batch_that_ramps_up_comes_to_the_samples_of_its_steps(void **state)
{
	struct data_order order = {
		.batch_size = 1536, .ramp_start = 16, .ramp_step = 16, .ramp_samples = 123457
	};
	struct error err = { 0 };
	uint64_t done, half;

	(void)state;
	for (uint64_t steps = 0; steps < 3000; steps += 7) {
		assert_int_equal(data_order_advance(&order, 0, steps, &done, &err), 0);
		assert_int_equal(done, steps_through(&order, steps));
		assert_int_equal(data_order_advance(&order, 0, steps / 2, &half, &err), 0);
		assert_int_equal(data_order_advance(&order, half, steps - steps / 2, &half, &err),
				 0);
		assert_int_equal(half, done);
	}
	assert_int_equal(data_order_advance(&order, 0, UINT64_MAX / 2, &done, &err), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shortcut_counts_as_going_through_the_samples_does),
		cmocka_unit_test(a_thousand_million_samples_of_113_sources_take_no_time),
		cmocka_unit_test(weights_that_are_no_weights_are_refused),
		cmocka_unit_test(weights_that_are_too_small_are_not_begun_beyond_the_work),
		cmocka_unit_test(a_count_stops_when_it_is_asked_to),
		cmocka_unit_test(a_batch_that_ramps_up_comes_to_the_samples_of_its_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
