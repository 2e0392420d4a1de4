/*
 * Golden digests: what every family computes, held against the files of
 * tests/golden/, and that nothing else has a say: not threads, registers,
 * company, order or memory. The first difference is named.
 */
#include "tests/verify/golden.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/tiny_model.h"
#include "verify/outputs_compute.h"
#include "verify/replay_compare.h"

/* One golden file, its model on disk and opened. */
struct rig {
	struct golden golden;
	char *folder;
	struct tiny_open open;
};

static struct json *paths;
static size_t compared; /* digests, largest logits and likelihoods, over all tests */

static void rig_open(struct rig *rig, const char *path, size_t threads, const char *variant)
{
	struct error err = { 0 };

	*rig = (struct rig){ .folder = test_folder() };
	assert_done(golden_read(path, &rig->golden, &err), &err);
	assert_true(rig->golden.recorded);
	assert_done(golden_write(&rig->golden, rig->folder, &err), &err);
	assert_done(tiny_model_open(rig->folder, threads, variant, &rig->open, &err), &err);
}

static void rig_close(struct rig *rig)
{
	tiny_model_close(&rig->open);
	test_folder_remove(&rig->folder);
	golden_release(&rig->golden);
}

/* True when everything is as recorded; else out_text says what is first to differ. */
static bool holds(const struct outputs *recorded, size_t probe,
		  const struct probe_outputs *computed, char out_text[256])
{
	struct replay_report report = { .whole = true };
	char what[REPLAY_TEXT_MAX];

	if (recorded->probe[probe].tokens != computed->tokens) {
		snprintf(out_text, 256, "probe %zu: %zu tokens, not %zu", probe, computed->tokens,
			 recorded->probe[probe].tokens);
		return false;
	}
	if (!digest_equal(&recorded->probe[probe].identity, &computed->identity)) {
		snprintf(out_text, 256, "probe %zu: its ids", probe);
		return false;
	}
	probe_compare(recorded, probe, computed, NULL, &report);
	compared += report.boundaries_compared +
		    report.positions_compared * (recorded->logits ? 2 : 1) + recorded->logits;
	if (!report.differs)
		return true;
	replay_difference_text(&report.first, what);
	snprintf(out_text, 256, "probe %zu: %s: %.64s, not %.64s", probe, what,
		 report.first.computed, report.first.recorded);
	return false;
}

/* Compute the probes that `order` names, all in one go or as memory allows, and compare. */
static void compute_and_compare(struct rig *rig, const size_t *order, size_t count,
				uint64_t memory_bytes, const char *how)
{
	struct probe_share share[16];
	struct outputs outputs = { 0 };
	struct error err = { 0 };
	char text[256];

	assert_true(count <= 16);
	for (size_t i = 0; i < count; i++)
		share[i] = (struct probe_share){ &rig->golden.probes.probe[order[i]],
						 rig->golden.probes.probe[order[i]].count };
	if (outputs_compute(&rig->open.ctx, rig->open.forward, rig->open.backend, share, count,
			    memory_bytes, NULL, &outputs, &err))
		fail_msg("%s: %s", rig->golden.name, err.text);
	for (size_t i = 0; i < count; i++)
		if (!holds(&rig->golden.outputs, order[i], &outputs.probe[i], text))
			fail_msg("%s, %s: %s", rig->golden.name, how, text);
	outputs_release(&outputs);
}

static const size_t ascending[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static void compute_all(const char *path, size_t threads, const char *variant, const char *how)
{
	struct rig rig;

	rig_open(&rig, path, threads, variant);
	compute_and_compare(&rig, ascending, rig.golden.probes.count, PASS_MEMORY_BYTES, how);
	rig_close(&rig);
}

/* Each file in turn. */
#define EACH_GOLDEN(path)                                                                          \
	for (size_t at = 0; at < json_count(paths); at++)                                          \
		for (const char *path = json_text(json_at(paths, at)); path; path = NULL)

static void the_record_of_every_golden_model_has_its_root(void **state)
{
	(void)state;
	EACH_GOLDEN(path)
	{
		struct buffer outputs;
		struct digest root;
		struct error err = { 0 };
		struct rig rig;

		rig_open(&rig, path, 2, NULL);
		compute_and_compare(&rig, ascending, rig.golden.probes.count, PASS_MEMORY_BYTES,
				    "as it comes");
		buffer_init(&outputs, OUTPUTS_MAX_BYTES);
		assert_done(record_make(&rig.open.ctx, rig.open.forward, rig.open.backend,
					&rig.golden.probes, &outputs, &root, &err),
			    &err);
		if (!digest_equal(&root, &rig.golden.root))
			fail_msg("%s: the root", rig.golden.name);
		buffer_release(&outputs);
		rig_close(&rig);
	}
}

static void the_number_of_threads_does_not_matter(void **state)
{
	static const size_t threads[] = { 1, 3, 7 };
	char how[32];

	(void)state;
	EACH_GOLDEN(path)
	for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		snprintf(how, sizeof(how), "%zu threads", threads[i]);
		compute_all(path, threads[i], NULL, how);
	}
}

static bool variant_exists(const char *variant)
{
	struct backend_options options = { .variant = variant };
	struct backend *backend;
	struct error err = { 0 };

	if (backend_open("cpu", &options, &backend, &err))
		return false;
	backend_close(&backend);
	return true;
}

static void the_width_of_the_registers_does_not_matter(void **state)
{
	static const char *const variants[] = { "plain", "avx2", "avx512" };

	(void)state;
	assert_true(variant_exists("plain"));
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		if (!variant_exists(variants[i])) {
			print_message("this machine has no %s\n", variants[i]);
			continue;
		}
		EACH_GOLDEN(path)
		compute_all(path, 2, variants[i], variants[i]);
	}
}

static void company_and_order_do_not_matter(void **state)
{
	(void)state;
	EACH_GOLDEN(path)
	{
		size_t count, order[16];
		uint64_t chance = 88172645463325252u;
		struct rig rig;

		rig_open(&rig, path, 2, NULL);
		count = rig.golden.probes.count;
		for (size_t i = 0; i < count; i++)
			compute_and_compare(&rig, &ascending[i], 1, PASS_MEMORY_BYTES, "alone");
		memcpy(order, ascending, sizeof(order));
		for (unsigned round = 0; round < 3; round++) {
			for (size_t i = count; i > 1; i--) {
				size_t k = (size_t)(test_random(&chance) >> 32) % i;
				size_t last = order[i - 1];

				order[i - 1] = order[k];
				order[k] = last;
			}
			compute_and_compare(&rig, order, count, PASS_MEMORY_BYTES,
					    "in another order");
		}
		for (size_t i = 0; i < 16; i++)
			order[i] = i % 2 ? 0 : i / 2 % count;
		compute_and_compare(&rig, order, 16, PASS_MEMORY_BYTES, "again and again");
		rig_close(&rig);
	}
}

static void the_memory_of_a_pass_does_not_matter(void **state)
{
	static const uint64_t memory[] = { 1, 30000, 100000 };

	(void)state;
	EACH_GOLDEN(path)
	{
		struct rig rig;

		rig_open(&rig, path, 2, NULL);
		for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++)
			compute_and_compare(&rig, ascending, rig.golden.probes.count, memory[i],
					    "in little memory");
		rig_close(&rig);
	}
}

/* ---- What a recipe stands for ---- */

static void the_text_says_how_the_first_tensor_begins(void **state)
{
	/* As printed in docs/numerics.md, "Golden digests". */
	static const uint16_t printed[] = { 0x3fe4, 0xbfd8, 0xbf20, 0xbfd4,
					    0xbf58, 0x803f, 0xbf2c, 0x3f04 };
	char path[512];
	struct buffer file;
	struct reader reader;
	struct error err = { 0 };
	struct rig rig;

	(void)state;
	snprintf(path, sizeof(path), "%s/llama.json", TEST_GOLDEN);
	rig_open(&rig, path, 1, NULL);
	snprintf(path, sizeof(path), "%s/model.safetensors", rig.folder);
	buffer_init(&file, GOLDEN_MODEL_MAX_BYTES);
	assert_done(file_read(path, &file, &err), &err);
	reader = reader_over(buffer_view(&file));
	(void)reader_take(&reader, (size_t)reader_u64le(&reader));
	for (size_t i = 0; i < sizeof(printed) / sizeof(printed[0]); i++) {
		assert_int_equal(reader_u8(&reader), printed[i] & 0xff);
		assert_int_equal(reader_u8(&reader), printed[i] >> 8);
	}
	assert_false(reader_failed(&reader, "the model", &err));
	buffer_release(&file);
	rig_close(&rig);
}

/* ---- What must be noticed ---- */

/* The outputs of the model in the rig's folder as it lies there now. */
static struct outputs outputs_now(struct rig *rig)
{
	struct probe_share share[16];
	struct outputs outputs;
	struct error err = { 0 };

	tiny_model_close(&rig->open);
	assert_done(tiny_model_open(rig->folder, 1, NULL, &rig->open, &err), &err);
	for (size_t i = 0; i < rig->golden.probes.count; i++)
		share[i] = (struct probe_share){ &rig->golden.probes.probe[i],
						 rig->golden.probes.probe[i].count };
	assert_done(outputs_compute(&rig->open.ctx, rig->open.forward, rig->open.backend, share,
				    rig->golden.probes.count, PASS_MEMORY_BYTES, NULL, &outputs,
				    &err),
		    &err);
	return outputs;
}

/* Replace a text of config.json, compute, and see that this is the first that differs in a probe.
 */
static void config_changed(const char *name, const char *from, const char *to, size_t probe,
			   const char *difference)
{
	char path[512], text[256] = "no difference", *at;
	struct buffer config, changed;
	struct outputs outputs;
	struct error err = { 0 };
	struct rig rig;

	snprintf(path, sizeof(path), "%s/%s.json", TEST_GOLDEN, name);
	rig_open(&rig, path, 1, NULL);
	snprintf(path, sizeof(path), "%s/config.json", rig.folder);
	buffer_init(&config, GOLDEN_MAX_BYTES);
	buffer_init(&changed, GOLDEN_MAX_BYTES);
	assert_done(file_read(path, &config, &err), &err);
	assert_done(buffer_add(&config, (struct span){ (const uint8_t *)"", 1 }, &err), &err);
	at = strstr((char *)config.data, from);
	assert_non_null(at);
	*at = '\0';
	assert_done(
		buffer_printf(&changed, &err, "%s%s%s", (char *)config.data, to, at + strlen(from)),
		&err);
	assert_done(file_write(path, buffer_view(&changed), 0644, FILE_REPLACE, &err), &err);
	outputs = outputs_now(&rig);
	if (holds(&rig.golden.outputs, probe, &outputs.probe[probe], text) ||
	    !strstr(text, difference))
		fail_msg("%s with %s: %s", name, to, text);
	outputs_release(&outputs);
	buffer_release(&config);
	buffer_release(&changed);
	rig_close(&rig);
}

static void a_change_of_meaning_is_noticed_and_named(void **state)
{
	static const char first_layer[] = ": boundary 1 (after layer 0): ";

	(void)state;
	config_changed("llama", "1e-06", "1.01e-05", 1, first_layer);
	config_changed("llama-rope-linear", "2.5", "2.5000002", 1, first_layer);
	config_changed("llama-rope-yarn", "4.0", "4.0000005", 1, first_layer);
	config_changed("mistral", "\"sliding_window\": 7", "\"sliding_window\": 8", 3, first_layer);
	config_changed("gpt2", "gelu_new", "gelu", 1, first_layer);
	config_changed("bert", "1e-12", "1e-05", 1, ": boundary 0 (the embedding): ");
}

static void every_recorded_item_is_looked_at(void **state)
{
	struct rig rig;
	struct outputs outputs;
	struct probe_outputs *probe;
	char text[256], path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/llama.json", TEST_GOLDEN);
	rig_open(&rig, path, 1, NULL);
	outputs = outputs_now(&rig);
	probe = &outputs.probe[1];
	assert_true(holds(&rig.golden.outputs, 1, probe, text));
	probe->nll = -probe->nll;
	assert_false(holds(&rig.golden.outputs, 1, probe, text));
	assert_non_null(strstr(text, "the negative log-likelihood"));
	probe->top[22].id[7] ^= 1;
	assert_false(holds(&rig.golden.outputs, 1, probe, text));
	assert_non_null(strstr(text, "the largest logits at position 22"));
	probe->position[22].byte[31] ^= 1;
	assert_false(holds(&rig.golden.outputs, 1, probe, text));
	assert_non_null(strstr(text, "the logits at position 22"));
	probe->boundary[3].byte[0] ^= 128;
	assert_false(holds(&rig.golden.outputs, 1, probe, text));
	assert_non_null(strstr(text, "boundary 3 (after layer 2)"));
	outputs_release(&outputs);
	rig_close(&rig);
}

/* ---- All files ---- */

static int list_open(void **state)
{
	struct error err = { 0 };

	(void)state;
	if (golden_list(TEST_GOLDEN, &paths, &err) || !json_count(paths)) {
		print_error("%s: %s\n", TEST_GOLDEN, err.text);
		return -1;
	}
	return 0;
}

static int list_close(void **state)
{
	(void)state;
	print_message("%zu golden files, %zu items compared\n", json_count(paths), compared);
	json_free(&paths);
	return 0;
}

/* golden_test [PATTERN]: the tests whose names match; an emulator takes long for all. */
int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_record_of_every_golden_model_has_its_root),
		cmocka_unit_test(the_number_of_threads_does_not_matter),
		cmocka_unit_test(the_width_of_the_registers_does_not_matter),
		cmocka_unit_test(company_and_order_do_not_matter),
		cmocka_unit_test(the_memory_of_a_pass_does_not_matter),
		cmocka_unit_test(the_text_says_how_the_first_tensor_begins),
		cmocka_unit_test(a_change_of_meaning_is_noticed_and_named),
		cmocka_unit_test(every_recorded_item_is_looked_at),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, list_open, list_close);
}
