/* devices: what was wished for computes, or the CPU does and it is said why. */
#include "../support.h"

#include <string.h>

#include "fake_driver.h"
#include "kernels/kernels.h"

static struct device_in_use open_wish(const char *wish, const struct fake_options *options)
{
	struct device_in_use device;
	struct error err = { 0 };

	fake_driver_start(options);
	if (device_open(wish, NULL, &device, &err))
		fail_msg("%s", err.text);
	return device;
}

static void close_all(struct device_in_use *device)
{
	device_close(device);
	fake_driver_stop();
}

static bool is_cpu(const struct device_in_use *device)
{
	return strncmp(backend_description(device->backend), "cpu (", 5) == 0;
}

static void by_itself_a_device_computes_where_there_is_one(void **state)
{
	static const char *const wishes[] = { "auto", NULL };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct device_in_use device = open_wish(wishes[i], NULL);

		assert_string_equal(backend_description(device.backend), "cuda:0 (Fake Device)");
		assert_string_equal(device.declined, "");
		close_all(&device);
	}
}

static void without_a_device_the_cpu_computes_and_people_are_not_bothered(void **state)
{
	struct fake_options options = { .no_device = true };
	struct device_in_use device = open_wish("auto", &options);

	(void)state;
	assert_true(is_cpu(&device));
	assert_non_null(strstr(device.declined, "CUDA_ERROR_NO_DEVICE"));
	assert_false(device.refused);
	close_all(&device);
}

static void a_device_that_lies_is_passed_over_and_people_hear_of_it(void **state)
{
	struct fake_options options = {
		.faults = { .flip_kernel = "softmax", .flip_at = 1, .flip_always = true }
	};
	struct device_in_use device = open_wish("auto", &options);

	(void)state;
	assert_true(is_cpu(&device));
	assert_non_null(strstr(device.declined, "cuda:0 (Fake Device): softmax"));
	assert_true(device.refused);
	close_all(&device);
}

static void the_next_device_stands_in_for_one_that_is_refused(void **state)
{
	struct fake_options options = { .devices = 2, .device = { { .major = 7, .minor = 5 } } };
	struct device_in_use device = open_wish("auto", &options);

	(void)state;
	assert_string_equal(backend_description(device.backend), "cuda:1 (Fake Device)");
	assert_non_null(strstr(device.declined, "cuda:0 (Fake Device) is of compute capability"));
	assert_true(device.refused);
	close_all(&device);
}

static void a_driver_that_is_too_old_is_asked_once(void **state)
{
	struct fake_options options = { .devices = 8, .faults = { .init_result = 803 } };
	struct device_in_use device = open_wish("auto", &options);

	(void)state;
	assert_true(is_cpu(&device) && device.refused);
	assert_non_null(strstr(device.declined, "restart the machine"));
	close_all(&device);
}

static void the_cpu_is_taken_without_a_look_at_devices(void **state)
{
	struct device_in_use device = open_wish("cpu", NULL);

	(void)state;
	assert_true(is_cpu(&device));
	assert_string_equal(device.declined, "");
	assert_int_equal(fake_launches(NULL), 0);
	close_all(&device);
}

static void several_devices_share(void **state)
{
	struct fake_options options = { .devices = 3 };
	struct device_in_use device = open_wish("cuda:2,0", &options);

	(void)state;
	assert_int_equal(backend_count(device.backend), 2);
	assert_string_equal(backend_description(backend_peer(device.backend, 0)),
			    "cuda:2 (Fake Device)");
	assert_string_equal(backend_description(backend_peer(device.backend, 1)),
			    "cuda:0 (Fake Device)");
	close_all(&device);
}

static void what_was_named_is_insisted_on(void **state)
{
	static const struct {
		const char *wish;
		struct fake_options options;
		enum error_code code;
	} cases[] = {
		{ "cuda", { .no_device = true }, ERROR_ABSENT },
		{ "cuda:1", { .devices = 1 }, ERROR_ABSENT },
		{ "cuda:0,3", { .devices = 2 }, ERROR_ABSENT },
		{ "cuda", { .faults = { .launch_at = 1 } }, ERROR_SYSTEM },
		{ "cuda:0", { .device = { { .major = 7, .minor = 5 } } }, ERROR_SYSTEM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device_in_use device;
		struct error err = { 0 };

		fake_driver_start(&cases[i].options);
		assert_int_equal(device_open(cases[i].wish, NULL, &device, &err), -1);
		assert_int_equal(err.code, cases[i].code);
		fake_driver_stop();
	}
}

static void other_words_are_no_devices(void **state)
{
	static const char *const words[] = {
		"",         "gpu",     "cuda0",   "cuda:", "cuda:x", "cuda:0,", "cuda:,0",
		"cuda:0,0", "cuda:64", "cuda:0 ", "CPU",   "cpu:0",  "cuda:-1", "cuda:99999999999"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct error err = { 0 };

		assert_int_equal(device_wish_check(words[i], &err), -1);
		assert_int_equal(err.code, ERROR_USAGE);
	}
}

/* Ask for more than there is, as a pass might in its middle. */
static int run_out(struct device_in_use *device, struct error *cause)
{
	struct backend_memory *memory;

	if (backend_memory_new(device->backend, 50000000, &memory, cause))
		return -1;
	backend_memory_free(&memory);
	return 0;
}

static void the_cpu_takes_over_from_a_device_without_room(void **state)
{
	struct fake_options options = { .device = { { .memory_bytes = 20000000 } } };
	struct device_in_use device = open_wish("auto", &options);
	struct error cause = { 0 };

	(void)state;
	assert_int_equal(run_out(&device, &cause), -1);
	assert_true(device_replace(&device, &cause));
	assert_int_equal(cause.code, ERROR_NONE);
	assert_true(is_cpu(&device) && device.refused);
	assert_non_null(strstr(device.declined, "no room for 50.0 MB"));
	assert_int_equal(run_out(&device, &cause), 0);
	/* and nothing takes over from the CPU */
	error_set(&cause, ERROR_SYSTEM, "a file cannot be read");
	assert_false(device_replace(&device, &cause));
	close_all(&device);
}

static void nobody_takes_over_from_a_device_that_was_named(void **state)
{
	struct fake_options options = { .device = { { .memory_bytes = 20000000 } } };
	struct device_in_use device = open_wish("cuda", &options);
	struct error cause = { 0 };

	(void)state;
	assert_int_equal(run_out(&device, &cause), -1);
	assert_false(device_replace(&device, &cause));
	assert_int_equal(cause.code, ERROR_SYSTEM);
	close_all(&device);
}

static void a_failure_that_is_not_the_devices_is_left_as_it_is(void **state)
{
	struct device_in_use device = open_wish("auto", NULL);
	struct error cause = { 0 };

	(void)state;
	error_set(&cause, ERROR_SYSTEM, "stopped on request");
	assert_false(device_replace(&device, &cause));
	assert_string_equal(cause.text, "stopped on request");
	close_all(&device);
}

static void in_doubt_the_cpu_takes_over_and_may_accuse_the_device(void **state)
{
	struct device_in_use device = open_wish("auto", NULL);
	char doubted[BACKEND_DESCRIPTION_MAX] = "";

	(void)state;
	assert_true(device_doubt(&device, doubted));
	assert_true(is_cpu(&device) && device_is_cpu(&device));
	assert_string_equal(doubted, "cuda:0 (Fake Device)");
	assert_string_equal(device.declined, ""); /* it may be right */
	assert_false(device_doubt(&device, doubted));
	device_accuse(&device, doubted, "probe 3, boundary 0 (the embedding)");
	assert_true(device.refused);
	assert_string_equal(device.declined,
			    "cuda:0 (Fake Device): its results differ from the CPU's: probe 3, "
			    "boundary 0 (the embedding)");
	close_all(&device);
}

static void a_device_that_was_named_keeps_its_doubt(void **state)
{
	struct device_in_use device = open_wish("cuda", NULL);
	char doubted[BACKEND_DESCRIPTION_MAX] = "";

	(void)state;
	assert_false(device_doubt(&device, doubted));
	assert_false(device_is_cpu(&device));
	assert_string_equal(doubted, "");
	close_all(&device);
}

static int entry_count(void *user, const struct device_entry *entry, struct error *err)
{
	size_t *count = user;

	(void)err;
	if (strncmp(entry->name, "cuda", 4) != 0)
		return 0;
	assert_string_equal(entry->name, *count ? "cuda:1" : "cuda:0");
	assert_string_equal(entry->facts.model, "Fake Device");
	assert_int_equal(entry->facts.driver_release, 13000);
	assert_true(entry->facts.memory_bytes > 0);
	assert_int_equal(entry->facts.major, *count ? 8 : 7);
	assert_int_equal(entry->refused.code, *count ? ERROR_NONE : ERROR_SYSTEM);
	++*count;
	return 0;
}

static void every_device_is_listed_with_what_became_of_it(void **state)
{
	struct fake_options options = { .devices = 2, .device = { { .major = 7, .minor = 5 } } };
	struct error err = { 0 };
	size_t count = 0;

	(void)state;
	fake_driver_start(&options);
	if (devices_visit(NULL, entry_count, &count, &err))
		fail_msg("%s", err.text);
	assert_int_equal(count, 2);
	fake_driver_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_itself_a_device_computes_where_there_is_one),
		cmocka_unit_test(without_a_device_the_cpu_computes_and_people_are_not_bothered),
		cmocka_unit_test(a_device_that_lies_is_passed_over_and_people_hear_of_it),
		cmocka_unit_test(the_next_device_stands_in_for_one_that_is_refused),
		cmocka_unit_test(a_driver_that_is_too_old_is_asked_once),
		cmocka_unit_test(the_cpu_is_taken_without_a_look_at_devices),
		cmocka_unit_test(several_devices_share),
		cmocka_unit_test(what_was_named_is_insisted_on),
		cmocka_unit_test(other_words_are_no_devices),
		cmocka_unit_test(the_cpu_takes_over_from_a_device_without_room),
		cmocka_unit_test(nobody_takes_over_from_a_device_that_was_named),
		cmocka_unit_test(a_failure_that_is_not_the_devices_is_left_as_it_is),
		cmocka_unit_test(in_doubt_the_cpu_takes_over_and_may_accuse_the_device),
		cmocka_unit_test(a_device_that_was_named_keeps_its_doubt),
		cmocka_unit_test(every_device_is_listed_with_what_became_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
