/*
 * Whole passes of the CUDA backend on fake devices: what waits for what, when copies and kernels
 * are done in any order that is allowed, on several devices, in little memory; and
 * that each of the three waits is needed, since without it the bits are wrong.
 */
#include <sched.h>
#include <stdio.h>

#include "fake_driver.h"
#include "kernels/cuda/cuda.h"
#include "tests/verify/checkpoint.h"
#include "tests/verify/golden.h"
#include "tests/verify/tiny_model.h"

/* How a golden model is computed. */
struct way {
	const char *golden;
	size_t devices;
	enum fake_schedule schedule;
	uint64_t seed;
	size_t memory_bytes; /* of each device; 0: much */
	bool hashes_there;   /* and compares with a manifest */
	/* Left out: */
	bool arrives_unordered, sends_unheld, fills_unasked;
	bool yields; /* before each block is sent */
};

static int not_ordered(struct backend *backend, struct error *err)
{
	(void)backend;
	(void)err;
	return 0;
}

static int not_waited(struct backend *backend, struct backend_mark *mark, struct error *err)
{
	(void)backend;
	(void)mark;
	(void)err;
	return 0;
}

/* Let whoever else wants the block have the core. */
static int sent_late(struct backend_memory *to, size_t offset_bytes, const uint8_t *from,
		     size_t len, struct backend_mark *mark, struct error *err)
{
	for (size_t i = 0; i < 100; i++)
		sched_yield();
	return backend_type_cuda.send(to, offset_bytes, from, len, mark, err);
}

static struct backend *devices_open(const struct way *way, struct backend_type *type)
{
	struct backend *first = NULL, *backend;
	struct cuda_driver driver;
	struct error err = { 0 };

	*type = backend_type_cuda;
	if (way->arrives_unordered)
		type->arrive = not_ordered;
	if (way->sends_unheld)
		type->hold = not_ordered;
	if (way->fills_unasked)
		type->mark_wait = not_waited;
	if (way->yields)
		type->send = sent_late;
	fake_driver_fill(&driver);
	for (uint32_t i = 0; i < way->devices; i++) {
		struct backend_options options = { .ordinal = i };

		assert_done(cuda_open_with(&driver, &cuda_images, &options, &backend, &err), &err);
		backend->type = type;
		if (first)
			backend_share(first, &backend);
		else
			first = backend;
	}
	return first;
}

/* Does it give the golden root? */
static bool way_holds(const struct way *way, struct fake_report *out_report)
{
	struct fake_options options = { .devices = way->devices,
					.schedule = way->schedule,
					.seed = way->seed };
	char path[512], *folder = test_folder();
	struct manifest *manifest = NULL;
	struct golden golden = { 0 };
	struct backend_type type;
	struct buffer outputs;
	struct tiny_open open;
	struct digest root = { { 0 } };
	struct error err = { 0 };
	bool holds;

	for (size_t i = 0; i < way->devices; i++)
		options.device[i] = (struct fake_device){ "fake", 9, 0, 4,
							  way->memory_bytes ? way->memory_bytes
									    : (size_t)1 << 30 };
	snprintf(path, sizeof(path), "%s/%s.json", TEST_GOLDEN, way->golden);
	assert_done(golden_read(path, &golden, &err), &err);
	assert_done(golden_write(&golden, folder, &err), &err);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	backend_close(&open.backend);
	fake_driver_start(&options);
	open.backend = devices_open(way, &type);
	if (way->hashes_there) {
		manifest = manifest_at(folder);
		assert_done(weights_expect(open.weights, manifest, &err), &err);
		forward_hash(open.forward, true);
	}
	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	holds = !record_make(&open.ctx, open.forward, open.backend, &golden.probes, &outputs, &root,
			     &err) &&
		digest_equal(&root, &golden.root);
	if (!holds)
		print_message("%s: %s\n", way->golden, err.code ? err.text : "another root");
	fake_report(out_report);
	buffer_release(&outputs);
	tiny_model_close(&open);
	fake_driver_stop();
	manifest_free(&manifest);
	golden_release(&golden);
	test_folder_remove(&folder);
	return holds;
}

static void no_order_that_is_allowed_changes_a_bit(void **state)
{
	static const struct way ways[] = {
		{ .golden = "llama", .devices = 1, .schedule = FAKE_RANDOM, .seed = 1 },
		{ .golden = "llama", .devices = 2, .schedule = FAKE_RANDOM, .seed = 2 },
		{ .golden = "llama", .devices = 3, .schedule = FAKE_LATE },
		{ .golden = "mixtral", .devices = 2, .schedule = FAKE_RANDOM, .seed = 3 },
		{ .golden = "bert", .devices = 2, .schedule = FAKE_LATE, .hashes_there = true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct fake_report report;

		assert_true(way_holds(&ways[i], &report));
		for (size_t k = 0; k < ways[i].devices; k++)
			assert_true(report.launches[k] > 0);
		/* an encoder has no logits: what is digested there is weights */
		assert_true(!ways[i].hashes_there || fake_launches("digest") > 0);
	}
}

/* Memory in which the layers of this way have to go in parts. */
static size_t little_memory(const struct way *way)
{
	struct fake_report report;

	assert_true(way_holds(way, &report));
	return (size_t)report.memory_peak_bytes[0] * 15 / 16;
}

static void layers_in_parts_have_the_same_bits(void **state)
{
	struct way way = { .golden = "llama", .devices = 1, .schedule = FAKE_RANDOM, .seed = 4 };
	struct fake_report report;

	(void)state;
	way.memory_bytes = little_memory(&way);
	assert_true(way_holds(&way, &report));
	assert_true(report.memory_peak_bytes[0] <= way.memory_bytes);
}

/* With one core there is one reader, so that its few blocks are filled again and again. */
static void on_one_core(cpu_set_t *out_before)
{
	cpu_set_t one;

	assert_int_equal(sched_getaffinity(0, sizeof(*out_before), out_before), 0);
	CPU_ZERO(&one);
	for (size_t cpu = 0; !CPU_COUNT(&one); cpu++)
		if (CPU_ISSET(cpu, out_before))
			CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
}

static void every_wait_is_needed(void **state)
{
	cpu_set_t before;
	struct way way = { .golden = "llama", .devices = 1, .schedule = FAKE_LATE };
	struct fake_report report;
	size_t wrong = 0;

	(void)state;
	on_one_core(&before);
	way.memory_bytes = little_memory(&way);
	way.arrives_unordered = true;
	assert_false(way_holds(&way, &report));
	way.arrives_unordered = false;
	way.fills_unasked = true;
	assert_false(way_holds(&way, &report));
	way.fills_unasked = false;
	way.sends_unheld = true;
	way.schedule = FAKE_RANDOM;
	for (way.seed = 1; !wrong && way.seed <= 12; way.seed++)
		wrong += !way_holds(&way, &report);
	assert_true(wrong);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

/* Experts are read beside the next layer, through the blocks of the same reader. */
static void loads_take_turns_on_one_core(void **state)
{
	struct way way = { .golden = "mixtral", .devices = 1, .schedule = FAKE_LATE };
	struct fake_report report;
	cpu_set_t before;

	(void)state;
	way.yields = true;
	on_one_core(&before);
	assert_true(way_holds(&way, &report));
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_order_that_is_allowed_changes_a_bit),
		cmocka_unit_test(layers_in_parts_have_the_same_bits),
		cmocka_unit_test(every_wait_is_needed),
		cmocka_unit_test(loads_take_turns_on_one_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
