/* fake_faults: what may go wrong with a device goes wrong on request, as CUDA would say it. */
#include "opened.h"

#include <stdlib.h>

enum { N = 300, BYTES = N * sizeof(float) };

static void a_machine_may_have_no_device_or_a_driver_that_does_not_start(void **state)
{
	struct fake_options none = { .no_device = true }, mismatch = { 0 };
	struct cuda_driver driver;
	int version;

	(void)state;
	mismatch.faults.init_result = CUDA_SYSTEM_DRIVER_MISMATCH;
	mismatch.driver_version = 11020;
	fake_driver_start(&none);
	fake_driver_fill(&driver);
	assert_int_equal(driver.init(0), CUDA_NO_DEVICE);
	fake_driver_stop();
	fake_driver_start(&mismatch);
	assert_int_equal(driver.init(0), CUDA_SYSTEM_DRIVER_MISMATCH);
	DONE(driver.driver_version(&version));
	assert_int_equal(version, 11020);
	fake_driver_stop();
}

static void memory_ends(void **state)
{
	struct fake_options small = { 0 };
	struct opened o;
	cuda_address x, y;
	size_t left, total;
	void *pinned;

	(void)state;
	small.device[0].memory_bytes = 10000;
	small.faults.memory_at = 4;
	small.faults.host_memory_at = 1;
	opened_start(&o, &small);
	DONE(o.driver.memory_new(&x, 6000));
	DONE(o.driver.memory_info(&left, &total));
	assert_int_equal(left, 4000);
	assert_int_equal(total, 10000);
	assert_int_equal(o.driver.memory_new(&y, 4001), CUDA_OUT_OF_MEMORY);
	DONE(o.driver.memory_new(&y, 4000));
	DONE(o.driver.memory_free(x));
	assert_int_equal(o.driver.memory_new(&x, 1), CUDA_OUT_OF_MEMORY); /* the fourth */
	DONE(o.driver.memory_new(&x, 1));
	assert_int_equal(o.driver.host_new(&pinned, 1, CUDA_HOST_PORTABLE), CUDA_OUT_OF_MEMORY);
	DONE(o.driver.memory_free(x));
	DONE(o.driver.memory_free(y));
	opened_stop(&o);
}

static void a_launch_fails_at_once_and_the_device_lives_on(void **state)
{
	struct fake_options options = { .faults = { .launch_at = 2 } };
	struct opened o;
	cuda_address x;

	(void)state;
	opened_start(&o, &options);
	DONE(o.driver.memory_new(&x, BYTES));
	DONE(o.driver.fill(x, 0, BYTES, o.stream));
	DONE(opened_double(&o, o.stream, x, x, N));
	assert_int_equal(opened_double(&o, o.stream, x, x, N), 701);
	DONE(opened_double(&o, o.stream, x, x, N));
	DONE(o.driver.stream_wait(o.stream));
	DONE(o.driver.memory_free(x));
	opened_stop(&o);
}

static void a_kernel_that_fails_is_heard_of_when_somebody_waits(void **state)
{
	struct fake_options options = { .faults = { .failed_at = 2 } };
	struct opened o;
	cuda_address x;
	float y[N];

	(void)state;
	opened_start(&o, &options);
	DONE(o.driver.memory_new(&x, BYTES));
	DONE(o.driver.fill(x, 0, BYTES, o.stream));
	DONE(opened_double(&o, o.stream, x, x, N));
	DONE(opened_double(&o, o.stream, x, x, N));
	assert_int_equal(o.driver.copy_to_host(y, x, BYTES, o.stream), CUDA_LAUNCH_FAILED);
	assert_int_equal(o.driver.stream_wait(o.stream), CUDA_LAUNCH_FAILED);
	assert_int_equal(o.driver.memory_free(x), CUDA_LAUNCH_FAILED);
	assert_int_equal(o.driver.context_set(o.context), CUDA_LAUNCH_FAILED);
	fake_driver_stop();
}

static void a_lost_device_stays_lost_and_the_other_one_works(void **state)
{
	struct fake_options options = { .devices = 2,
					.faults = { .lost_at = 30,
						    .lost_result = CUDA_ECC_UNCORRECTABLE,
						    .lost_one = true,
						    .lost_device = 0 } };
	struct opened o;
	cuda_context second;
	cuda_address x;
	size_t calls = 0;

	(void)state;
	opened_start(&o, &options);
	while (!o.driver.context_set(o.context))
		assert_true(++calls < 30);
	assert_int_equal(o.driver.context_set(o.context), CUDA_ECC_UNCORRECTABLE);
	assert_int_equal(o.driver.memory_new(&x, 4), CUDA_ECC_UNCORRECTABLE);
	DONE(o.driver.context_retain(&second, 1));
	DONE(o.driver.context_set(second));
	DONE(o.driver.memory_new(&x, 4));
	DONE(o.driver.memory_free(x));
	DONE(o.driver.context_release(1));
	fake_driver_stop();
}

static void one_bit_of_a_launch_is_wrong(void **state)
{
	(void)state;
	for (uint64_t flip_at = 1; flip_at <= 3; flip_at++) {
		struct fake_options options = { .faults = { .flip_at = flip_at,
							    .flip_kernel = "add" } };
		struct opened o;
		cuda_address x;
		float values[N], y[N];
		size_t wrong = 0;

		for (size_t i = 0; i < N; i++)
			values[i] = (float)(i + 1);
		opened_start(&o, &options);
		DONE(o.driver.memory_new(&x, (size_t)2 * BYTES));
		DONE(o.driver.copy_to_device(x, values, BYTES, o.stream));
		DONE(o.driver.fill(x + BYTES, 0, BYTES, o.stream));
		for (size_t launch = 1; launch <= 2; launch++) {
			DONE(opened_double(&o, o.stream, x, x + BYTES, N));
			DONE(o.driver.copy_to_host(y, x + BYTES, BYTES, o.stream));
			for (size_t i = 0; i < N; i++)
				wrong += y[i] != 2.0f * values[i];
			assert_int_equal(wrong, flip_at == launch);
			wrong = 0;
			DONE(o.driver.fill(x + BYTES, 0, BYTES, o.stream));
		}
		DONE(o.driver.memory_free(x));
		opened_stop(&o);
	}
}

static void options_come_from_text(void **state)
{
	struct fake_options options;

	(void)state;
	fake_options_parse("devices=3 order=reversed schedule=late seed=7 memory=1000 name=A_B "
			   "capability=9.0 driver=12020 lost_at=5 lost_device=2 failed_at=9 "
			   "flip_kernel=add watched=1",
			   &options);
	assert_int_equal(options.devices, 3);
	assert_int_equal(options.order, SHIM_REVERSED);
	assert_int_equal(options.schedule, FAKE_LATE);
	assert_int_equal(options.seed, 7);
	assert_int_equal(options.device[2].memory_bytes, 1000);
	assert_string_equal(options.device[2].name, "A B");
	assert_int_equal(options.device[0].major, 9);
	assert_int_equal(options.driver_version, 12020);
	assert_int_equal(options.faults.lost_at, 5);
	assert_true(options.faults.lost_one && options.faults.lost_device == 2);
	assert_int_equal(options.faults.failed_at, 9);
	assert_string_equal(options.faults.flip_kernel, "add");
	assert_true(options.watched);
	fake_options_parse("devices=0", &options);
	assert_true(options.no_device);
}

/* ---- Mistakes of a program ---- */

static cuda_address memory(struct opened *o, size_t size_bytes)
{
	cuda_address x;

	DONE(o->driver.memory_new(&x, size_bytes));
	return x;
}

static void copies_to_the_host(struct opened *o)
{
	float own[4], x = 1;

	o->driver.copy_to_device((cuda_address)(uintptr_t)own, &x, 4, o->stream);
}

static void copies_beyond(struct opened *o)
{
	float x[4] = { 0 };

	o->driver.copy_to_device(memory(o, 15), x, 16, o->stream);
}

static void fills_beyond(struct opened *o)
{
	o->driver.fill_2d(memory(o, 31), 16, 0, 16, 2, o->stream);
}

static void uses_freed_memory(struct opened *o)
{
	cuda_address x = memory(o, 16);

	DONE(o->driver.memory_free(x));
	o->driver.fill(x, 0, 16, o->stream);
}

static void frees_twice(struct opened *o)
{
	cuda_address x = memory(o, 16);

	DONE(o->driver.memory_free(x));
	o->driver.memory_free(x);
}

static void uses_memory_of_another_device(struct opened *o)
{
	cuda_context second;
	cuda_address x;

	DONE(o->driver.context_retain(&second, 1));
	DONE(o->driver.context_set(second));
	x = memory(o, 16);
	DONE(o->driver.context_set(o->context));
	o->driver.fill(x, 0, 16, o->stream);
}

static void uses_a_stream_of_another_context(struct opened *o)
{
	cuda_context second;

	DONE(o->driver.context_retain(&second, 1));
	DONE(o->driver.context_set(second));
	o->driver.stream_wait(o->stream);
}

static void uses_no_stream(struct opened *o)
{
	o->driver.fill(memory(o, 16), 0, 16, NULL);
}

static void uses_a_destroyed_stream(struct opened *o)
{
	DONE(o->driver.stream_free(o->other));
	o->driver.stream_wait(o->other);
}

static void uses_no_context(struct opened *o)
{
	DONE(o->driver.context_set(NULL));
	memory(o, 16);
}

static void uses_an_unloaded_kernel(struct opened *o)
{
	cuda_address x = memory(o, 16);

	DONE(o->driver.module_unload(o->module));
	opened_double(o, o->stream, x, x, 4);
}

static void launches_too_many_threads(struct opened *o)
{
	o->driver.launch(o->add, 1, 1, 1, MAP_THREADS + 1, 1, 1, 0, o->stream, NULL, NULL);
}

static void forgets_memory(struct opened *o)
{
	memory(o, 16);
	opened_stop(o);
}

static void forgets_a_stream(struct opened *o)
{
	(void)o;
	fake_driver_stop();
}

static void hands_a_kernel_memory_of_the_host(struct opened *o)
{
	float own[4] = { 0 };
	cuda_address x = memory(o, 16);

	opened_double(o, o->stream, (cuda_address)(uintptr_t)own, x, 4);
	o->driver.stream_wait(o->stream);
}

static void a_program_that_uses_the_driver_wrongly_is_stopped(void **state)
{
	struct fake_options two = { .devices = 2 }, watched = { .watched = true };

	(void)state;
	check_stopped(copies_to_the_host, NULL, "is not an address of device memory");
	check_stopped(copies_beyond, NULL, "bytes 0 ... 16 of a memory of 15");
	check_stopped(fills_beyond, NULL, "bytes 0 ... 32 of a memory of 31");
	check_stopped(uses_freed_memory, NULL, "is not an address of device memory");
	check_stopped(frees_twice, NULL, "no memory of device 0 begins at");
	check_stopped(uses_memory_of_another_device, &two,
		      "is memory of device 1, not of device 0");
	check_stopped(uses_a_stream_of_another_context, &two,
		      "the stream is of device 0, the context of 1");
	check_stopped(uses_no_stream, NULL, "is no stream");
	check_stopped(uses_a_destroyed_stream, NULL, "the stream was destroyed");
	check_stopped(uses_no_context, NULL, "no context is current in this thread");
	check_stopped(uses_an_unloaded_kernel, NULL, "the module was unloaded");
	check_stopped(launches_too_many_threads, NULL, "where it says that it has 256 at most");
	check_stopped(forgets_memory, NULL, "16 bytes of device memory were never freed");
	check_stopped(forgets_a_stream, NULL, "was never destroyed");
	if (fake_driver_can_watch())
		check_stopped(hands_a_kernel_memory_of_the_host, &watched,
			      "which is no memory of the device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_may_have_no_device_or_a_driver_that_does_not_start),
		cmocka_unit_test(memory_ends),
		cmocka_unit_test(a_launch_fails_at_once_and_the_device_lives_on),
		cmocka_unit_test(a_kernel_that_fails_is_heard_of_when_somebody_waits),
		cmocka_unit_test(a_lost_device_stays_lost_and_the_other_one_works),
		cmocka_unit_test(one_bit_of_a_launch_is_wrong),
		cmocka_unit_test(options_come_from_text),
		cmocka_unit_test(a_program_that_uses_the_driver_wrongly_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
