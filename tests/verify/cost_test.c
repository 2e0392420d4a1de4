/* What a pass needs on a device, for models of the sizes that people have: docs/gpu.md prints it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/shapes.h"
#include "tests/verify/staged.h"
#include "tests/verify/tiny_model.h"
#include "verify/loader.h"

enum { PROBES = 8, TOKENS = 256 };

/*
 * Sizes in MB (10^6), rounded, for 8 probes of 256 tokens: the largest matrix, a device with
 * layers whole and in parts, and the host besides staging.
 */
static const struct {
	const char *name;
	struct shape shape;
	unsigned matrix, whole, parts, host;
} models[] = {
	{ "8B", { 32, 4096, 14336, 32, 8, 128256 }, 117, 2080, 772, 50 },
	{ "70B", { 80, 8192, 28672, 64, 8, 128256 }, 470, 4480, 1996, 84 },
	{ "172B", { 96, 12288, 38464, 96, 16, 99584 }, 945, 8563, 3373, 113 },
};

static unsigned mb(uint64_t bytes)
{
	return (unsigned)((bytes + 500000) / 1000000);
}

/* The sequences of PROBES probes. */
static struct sequences probes(void)
{
	static const uint32_t ids[PROBES * TOKENS];
	static const size_t rows[PROBES] = { TOKENS, TOKENS, TOKENS, TOKENS,
					     TOKENS, TOKENS, TOKENS, TOKENS };

	return (struct sequences){ ids, rows, PROBES };
}

static void memory_is_stated_for_models_of_every_size(void **state)
{
	struct sequences sequences = probes();

	(void)state;
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		char *folder = test_folder();
		struct forward_cost cost;
		struct tiny_open open;
		struct error err = { 0 };
		const struct tensor *gate;

		shape_write(&models[i].shape, folder);
		assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
		cost = forward_estimate(open.forward, &sequences);
		gate = weights_find(open.weights, "model.layers.0.mlp.gate_proj.weight");
		print_message(
			"%s: whole %u MB, parts %u MB, host %u MB besides staging; matrix %u\n",
			models[i].name, mb(cost.device_bytes), mb(cost.device_least_bytes),
			mb(cost.host_bytes - supply_host_bytes()), mb(gate->length));
		assert_int_equal(mb(cost.device_bytes), models[i].whole);
		assert_int_equal(mb(cost.device_least_bytes), models[i].parts);
		assert_int_equal(mb(cost.host_bytes - supply_host_bytes()), models[i].host);
		tiny_model_close(&open);
		test_folder_remove(&folder);
	}
}

/* The estimate beside what a pass then holds. */
static void a_pass_holds_what_was_estimated(void **state)
{
	static const struct shape shape = { 3, 64, 172, 4, 2, 600 };
	static const uint32_t ids[40];
	static const size_t rows[2] = { 25, 15 };
	struct sequences sequences = { ids, rows, 2 };
	struct staged_options options = { .at_once = true };
	struct forward_sink sink = { 0 };
	char *folder = test_folder(), text[FORWARD_COST_TEXT_MAX];
	struct forward_cost cost;
	struct tiny_open open;
	struct error err = { 0 };
	uint64_t peak;

	(void)state;
	shape_write(&shape, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	cost = forward_estimate(open.forward, &sequences);
	forward_cost_text(&cost, text);
	assert_null(strstr(text, "the device"));
	backend_close(&open.backend);
	open.backend = staged_open(&options);
	assert_done(forward_run(&open.ctx, open.forward, open.backend, &sequences, &sink, &err),
		    &err);
	peak = staged_report().memory_peak_bytes;
	assert_true(peak <= cost.device_bytes && peak > cost.device_bytes / 2);

	forward_cost_place(&cost, open.backend);
	forward_cost_text(&cost, text);
	assert_non_null(strstr(text, "MB of the device's, which has 1.1e+06 MB free"));
	assert_null(strstr(text, "parts"));
	backend_close(&open.backend);
	options.memory_bytes = cost.device_bytes - 1;
	open.backend = staged_open(&options);
	forward_cost_place(&cost, open.backend);
	forward_cost_text(&cost, text);
	assert_non_null(strstr(text, "free: layers go in parts"));
	backend_close(&open.backend);
	options.memory_bytes = cost.device_least_bytes - 1;
	open.backend = staged_open(&options);
	forward_cost_place(&cost, open.backend);
	forward_cost_text(&cost, text);
	assert_non_null(strstr(text, "too little even for layers in parts"));
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_stated_for_models_of_every_size),
		cmocka_unit_test(a_pass_holds_what_was_estimated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
