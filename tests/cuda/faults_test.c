/* faults: whatever goes wrong with a device, a sentence says so, and nothing wrong comes out. */
#include "../support.h"

#include <string.h>

#include "fake_driver.h"
#include "kernels/backend.h"

static const char *const kernels[] = {
#define CUDA_KERNEL(file, name) #name,
#include "kernels/cuda/kernels.def"
#undef CUDA_KERNEL
};

enum { KERNELS = sizeof(kernels) / sizeof(kernels[0]) };

/* Open the first device as people do: it must be admitted. */
static struct backend *open_admitted(const struct fake_options *options)
{
	struct backend *backend;
	struct error err = { 0 };

	fake_driver_start(options);
	if (backend_open("cuda", NULL, &backend, &err))
		fail_msg("%s", err.text);
	return backend;
}

/* The same without admission, whose own calls would count. */
static struct backend *open_bare(const struct fake_options *options)
{
	const struct backend_options none = { .threads = NULL };
	struct backend *backend;
	struct error err = { 0 };

	fake_driver_start(options);
	if (backend_type_cuda.open(&none, &backend, &err))
		fail_msg("%s", err.text);
	return backend;
}

static void close_all(struct backend **backend)
{
	backend_close(backend);
	fake_driver_stop();
}

static void a_device_that_computes_as_the_cpu_does_is_admitted(void **state)
{
	struct backend *backend = open_admitted(NULL);

	(void)state;
	assert_string_equal(backend_description(backend), "cuda:0 (Fake Device)");
	assert_null(backend_failure(backend));
	close_all(&backend);
}

static void one_wrong_bit_in_any_kernel_keeps_the_device_out(void **state)
{
	(void)state;
	for (size_t k = 0; k < KERNELS; k++) {
		struct fake_options options = {
			.faults = { .flip_kernel = kernels[k], .flip_at = 1, .flip_always = true }
		};
		struct backend *backend;
		struct error err = { 0 };

		fake_driver_start(&options);
		if (!backend_open("cuda", NULL, &backend, &err))
			fail_msg("wrong bits of '%s' were not noticed (%llu launches)", kernels[k],
				 (unsigned long long)fake_launches(kernels[k]));
		assert_int_equal(err.code, ERROR_SYSTEM);
		assert_true(fake_launches(kernels[k]) > 0);
		fake_driver_stop();
	}
}

/* What opening must answer. */
static const struct {
	struct fake_options options;
	enum error_code code;
	const char *says;
} refusals[] = {
	{ { .no_device = true }, ERROR_ABSENT, "no CUDA-capable device is detected" },
	{ { .faults = { .init_result = 100 } }, ERROR_ABSENT, "CUDA_ERROR_NO_DEVICE" },
	{ { .faults = { .init_result = 803 } }, ERROR_SYSTEM, "restart the machine" },
	{ { .faults = { .init_result = 804 } }, ERROR_SYSTEM, "compatibility package" },
	{ { .faults = { .init_result = 802 } }, ERROR_SYSTEM, "nvidia-fabricmanager" },
	{ { .faults = { .init_result = 999 } }, ERROR_SYSTEM, "the kernel's log" },
	{ { .device = { { .major = 7, .minor = 5 } } },
	  ERROR_SYSTEM,
	  "is of compute capability 7.5, and 8.0 is needed" },
	{ { .driver_version = 12020, .faults = { .module_result = 222 } },
	  ERROR_SYSTEM,
	  "the driver, which is for CUDA 12.2, does not take the device code" },
	{ { .faults = { .module_result = 200 } }, ERROR_SYSTEM, "install a newer driver" },
	{ { .faults = { .module_result = 209 } }, ERROR_SYSTEM, "install a newer driver" },
	{ { .faults = { .memory_at = 1 } }, ERROR_SYSTEM, "no room for" },
	{ { .faults = { .host_memory_at = 1 } }, ERROR_SYSTEM, "no pinned memory" },
	{ { .faults = { .launch_at = 1 } }, ERROR_SYSTEM, "' does not start: " },
	{ { .faults = { .failed_at = 3 } }, ERROR_SYSTEM, "CUDA_ERROR_LAUNCH_FAILED" },
	{ { .faults = { .lost_at = 30, .lost_result = 999 } },
	  ERROR_SYSTEM,
	  "(CUDA_ERROR_UNKNOWN" },
};

static void what_cannot_be_opened_says_why_and_holds_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct backend *backend;
		struct error err = { 0 };

		fake_driver_start(&refusals[i].options);
		assert_int_equal(backend_open("cuda", NULL, &backend, &err), -1);
		if (err.code != refusals[i].code || !strstr(err.text, refusals[i].says))
			fail_msg("case %zu, code %d: %s", i, (int)err.code, err.text);
		fake_driver_stop(); /* aborts where something is still held */
	}
}

/* Twice 1 and 2, three times over, by kernels that wait for each other. */
static int work(struct backend *backend, float out[2], struct error *err)
{
	const float one_two[2] = { 1, 2 };
	struct backend_memory *memory = NULL, *wrapped = NULL;
	const float table[2] = { 3, 4 };
	const uint32_t index[1] = { 0 };
	int failed = backend_memory_new(backend, 64, &memory, err) ||
		     backend_memory_wrap(backend, (struct span){ (const uint8_t *)table, 8 },
					 &wrapped, err);

	if (!failed) {
		struct matrix x = matrix_at(memory, 0, FLOAT_F32, 1, 2);
		struct matrix y = matrix_at(memory, 32, FLOAT_F32, 1, 2);

		failed = backend_upload(backend, x, one_two, err) ||
			 exact_gather(backend, matrix_at(wrapped, 0, FLOAT_F32, 1, 2), index, y,
				      err) ||
			 exact_add(backend, x, y, y, err) || exact_add(backend, y, x, y, err) ||
			 backend_download(backend, y, out, err);
	}
	backend_memory_free(&wrapped);
	backend_memory_free(&memory);
	return failed ? -1 : 0;
}

static void a_device_lost_at_any_call_gives_the_truth_or_a_sentence(void **state)
{
	size_t failures = 0;

	(void)state;
	for (uint64_t call = 25; call < 90; call++) {
		struct fake_options options = { .faults = { .lost_at = call } };
		const struct backend_options none = { .threads = NULL };
		struct backend *backend;
		struct error err = { 0 }, again = { 0 };
		float out[2] = { 0, 0 };

		fake_driver_start(&options);
		if (backend_type_cuda.open(&none, &backend, &err)) {
			assert_int_equal(err.code, ERROR_SYSTEM);
			fake_driver_stop();
			continue;
		}
		if (!work(backend, out, &err)) {
			assert_true(out[0] == 5.0f && out[1] == 8.0f);
		} else {
			failures++;
			assert_int_equal(err.code, ERROR_SYSTEM);
			assert_non_null(strstr(err.text, "CUDA_ERROR_LAUNCH_FAILED"));
			assert_string_equal(backend_failure(backend), err.text);
			/* and once lost it stays so, with the same words */
			assert_int_equal(work(backend, out, &again), -1);
			assert_string_equal(again.text, err.text);
		}
		close_all(&backend);
	}
	assert_true(failures > 10);
}

static void after_a_kernel_failed_every_call_says_so_at_once(void **state)
{
	struct fake_options options = { .faults = { .failed_at = 2 } };
	struct backend *backend = open_bare(&options);
	struct error err = { 0 }, again = { 0 };
	float out[2] = { 7, 7 };
	uint64_t launches;

	(void)state;
	assert_int_equal(work(backend, out, &err), -1);
	assert_non_null(strstr(err.text, "CUDA_ERROR_LAUNCH_FAILED"));
	launches = fake_launches(NULL);
	assert_int_equal(work(backend, out, &again), -1);
	assert_string_equal(again.text, err.text);
	assert_int_equal(fake_launches(NULL), launches);
	close_all(&backend);
}

static void no_room_says_how_much_and_leaves_the_device_usable(void **state)
{
	struct fake_options options = { .device = { { .memory_bytes = 3000000 } } };
	struct backend *backend = open_bare(&options);
	struct backend_memory *memory;
	struct error err = { 0 };
	float out[2];

	(void)state;
	assert_int_equal(backend_memory_new(backend, 4000000, &memory, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "no room for 4.0 MB; 3 of 3 MB are free"));
	assert_non_null(backend_failure(backend));
	err = (struct error){ 0 };
	if (work(backend, out, &err))
		fail_msg("%s", err.text);
	assert_true(out[0] == 5.0f && out[1] == 8.0f);
	close_all(&backend);
}

static void what_is_kept_for_others_makes_room_when_it_is_wanted(void **state)
{
	struct fake_options options = { .device = { { .memory_bytes = 3000000 } } };
	struct backend *backend = open_bare(&options);
	struct backend_memory *memory[2];
	struct error err = { 0 };

	(void)state;
	assert_int_equal(backend_memory_new(backend, 1400000, &memory[0], &err), 0);
	assert_int_equal(backend_memory_new(backend, 1400000, &memory[1], &err), 0);
	backend_memory_free(&memory[0]);
	backend_memory_free(&memory[1]);
	if (backend_memory_new(backend, 2500000, &memory[0], &err))
		fail_msg("%s", err.text);
	backend_memory_free(&memory[0]);
	close_all(&backend);
}

static void memory_for_layer_after_layer_is_allocated_once(void **state)
{
	/* the fourth allocation would fail: two of what is wrapped, one for the rest */
	struct fake_options options = { .faults = { .memory_at = 4 } };
	struct backend *backend = open_bare(&options);
	static uint8_t layer[2][100000];
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		struct backend_memory *memory;
		/* not all layers are of one size */
		struct span bytes = { layer[i % 2], sizeof(layer[0]) - i % 7 * 1000 };

		if (backend_memory_wrap(backend, bytes, &memory, &err))
			fail_msg("layer %zu: %s", i, err.text);
		backend_memory_free(&memory);
	}
	close_all(&backend);
}

/* What a list of arrays holds may change at once, however late the device reads. */
static void what_was_handed_over_may_change_at_once(void **state)
{
	struct fake_options options = { .schedule = FAKE_LATE };
	struct backend *backend = open_bare(&options);
	struct backend_memory *memory, *table;
	float numbers[4] = { 1, 2, 3, 4 }, out[2], ten[2] = { 10, 20 };
	uint32_t index[2] = { 3, 1 };
	struct error err = { 0 };
	struct matrix y;

	(void)state;
	assert_int_equal(backend_memory_new(backend, 64, &memory, &err), 0);
	assert_int_equal(backend_memory_wrap(backend, (struct span){ (const uint8_t *)numbers, 16 },
					     &table, &err),
			 0);
	y = matrix_at(memory, 0, FLOAT_F32, 2, 1);
	assert_int_equal(
		exact_gather(backend, matrix_at(table, 0, FLOAT_F32, 4, 1), index, y, &err), 0);
	memset(index, 0, sizeof(index));
	backend_memory_free(&table);
	memset(numbers, 0, sizeof(numbers));
	assert_int_equal(backend_upload(backend, matrix_at(memory, 32, FLOAT_F32, 2, 1), ten, &err),
			 0);
	memset(ten, 0, sizeof(ten));
	assert_int_equal(exact_add(backend, y, matrix_at(memory, 32, FLOAT_F32, 2, 1), y, &err), 0);
	assert_int_equal(backend_download(backend, y, out, &err), 0);
	assert_true(out[0] == 14.0f && out[1] == 22.0f);
	backend_memory_free(&memory);
	close_all(&backend);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_computes_as_the_cpu_does_is_admitted),
		cmocka_unit_test(one_wrong_bit_in_any_kernel_keeps_the_device_out),
		cmocka_unit_test(what_cannot_be_opened_says_why_and_holds_nothing),
		cmocka_unit_test(a_device_lost_at_any_call_gives_the_truth_or_a_sentence),
		cmocka_unit_test(after_a_kernel_failed_every_call_says_so_at_once),
		cmocka_unit_test(no_room_says_how_much_and_leaves_the_device_usable),
		cmocka_unit_test(what_is_kept_for_others_makes_room_when_it_is_wanted),
		cmocka_unit_test(memory_for_layer_after_layer_is_allocated_once),
		cmocka_unit_test(what_was_handed_over_may_change_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
