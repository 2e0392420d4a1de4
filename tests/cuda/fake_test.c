/* fake: the fake driver does what a driver does. */
#include "../support.h"

#include "fake_driver.h"
#include "kernels/cuda/map.h"

struct opened {
	struct cuda_driver driver;
	cuda_context context;
	cuda_stream stream;
};

static void open_fake(struct opened *o, const struct fake_options *options)
{
	int device;

	fake_driver_start(options);
	fake_driver_fill(&o->driver);
	assert_int_equal(o->driver.init(0), 0);
	assert_int_equal(o->driver.device_get(&device, 0), 0);
	assert_int_equal(o->driver.context_retain(&o->context, device), 0);
	assert_int_equal(o->driver.context_set(o->context), 0);
	assert_int_equal(o->driver.stream_new(&o->stream, CUDA_STREAM_NON_BLOCKING), 0);
}

static void close_fake(struct opened *o)
{
	assert_int_equal(o->driver.stream_free(o->stream), 0);
	assert_int_equal(o->driver.context_release(0), 0);
	fake_driver_stop();
}

static void a_kernel_adds_on_the_fake_device(void **state)
{
	static const enum fake_schedule schedules[] = { FAKE_LATE, FAKE_EAGER, FAKE_RANDOM,
							FAKE_CLOCK };

	(void)state;
	for (size_t s = 0; s < 4; s++)
		for (size_t order = 0; order < SHIM_ORDERS + 1; order++) {
			struct fake_options options = { .schedule = schedules[s],
							.order = (enum shim_order)(order %
										   SHIM_ORDERS),
							.watched = order == SHIM_ORDERS };
			float a[300], b[300], y[300];
			struct add_params params = { .numbers = { .shape = { 1, 300, 1, 0 },
								  .a_stride = 300,
								  .b_stride = 300,
								  .y_stride = 300 } };
			void *parameters[] = { &params };
			cuda_address memory;
			cuda_module module;
			cuda_function add;
			struct opened o;

			for (size_t i = 0; i < 300; i++) {
				a[i] = (float)i;
				b[i] = (float)i * 0.5f;
			}
			open_fake(&o, &options);
			assert_int_equal(o.driver.module_load(&module, "fake:map"), 0);
			assert_int_equal(o.driver.module_function(&add, module, "add"), 0);
			assert_int_equal(o.driver.memory_new(&memory, 3 * sizeof(a)), 0);
			params.numbers.a = (const float *)(uintptr_t)memory;
			params.numbers.b = params.numbers.a + 300;
			params.numbers.y = (float *)(uintptr_t)memory + 600;
			o.driver.copy_to_device(memory, a, sizeof(a), o.stream);
			o.driver.copy_to_device(memory + sizeof(a), b, sizeof(b), o.stream);
			assert_int_equal(o.driver.launch(add, 2, 1, 1, MAP_THREADS, 1, 1, 0,
							 o.stream, parameters, NULL),
					 0);
			o.driver.copy_to_host(y, memory + 2 * sizeof(a), sizeof(y), o.stream);
			assert_int_equal(o.driver.stream_wait(o.stream), 0);
			for (size_t i = 0; i < 300; i++)
				assert_true(y[i] == a[i] + b[i]);
			assert_int_equal(fake_launches("add"), 1);
			o.driver.memory_free(memory);
			o.driver.module_unload(module);
			close_fake(&o);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_adds_on_the_fake_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
