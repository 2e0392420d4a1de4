/*
 * Weights that stream to devices: the bits of the CPU whatever the devices, their number and
 * their memory; memory that is bounded; and whatever fails in the middle leaves nothing behind.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/checkpoint.h"
#include "tests/verify/golden.h"
#include "tests/verify/staged.h"
#include "tests/verify/tiny_moe.h"
#include "verify/loader.h"
#include "verify/outputs_compute.h"
#include "verify/pieces.h"

/* Let the opened model be computed by these devices from now on. */
static void devices_use(struct tiny_open *open, const struct staged_options *options)
{
	backend_close(&open->backend);
	open->backend = staged_open(options);
}

/* Nothing of the devices is held. */
static void assert_nothing_left(void)
{
	struct staged_report report = staged_report();

	assert_int_equal(report.memories, 0);
	assert_int_equal(report.memory_bytes, 0);
	assert_int_equal(report.pinned_bytes, 0);
	assert_int_equal(report.marks, 0);
}

/* ---- The golden digests ---- */

static void golden_root(const char *path, const struct staged_options *options, const char *how)
{
	char *folder = test_folder();
	struct golden golden = { 0 };
	struct tiny_open open;
	struct buffer outputs;
	struct digest root;
	struct error err = { 0 };

	assert_done(golden_read(path, &golden, &err), &err);
	assert_done(golden_write(&golden, folder, &err), &err);
	assert_done(tiny_model_open(folder, 1, NULL, &open, &err), &err);
	devices_use(&open, options);
	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	assert_done(record_make(&open.ctx, open.forward, open.backend, &golden.probes, &outputs,
				&root, &err),
		    &err);
	if (!digest_equal(&root, &golden.root))
		fail_msg("%s, %s: the root", golden.name, how);
	assert_nothing_left();
	buffer_release(&outputs);
	tiny_model_close(&open);
	test_folder_remove(&folder);
	golden_release(&golden);
}

static void golden_roots(const struct staged_options *options, const char *how)
{
	struct json *paths;
	struct error err = { 0 };

	assert_done(golden_list(TEST_GOLDEN, &paths, &err), &err);
	assert_true(json_count(paths) > 0);
	for (size_t i = 0; i < json_count(paths); i++)
		golden_root(json_text(json_at(paths, i)), options, how);
	json_free(&paths);
}

static void copies_that_come_as_late_as_they_may_change_no_bit(void **state)
{
	(void)state;
	golden_roots(&(struct staged_options){ 0 }, "late");
	golden_roots(&(struct staged_options){ .at_once = true }, "at once");
}

static void the_number_of_devices_changes_no_bit(void **state)
{
	(void)state;
	golden_roots(&(struct staged_options){ .devices = 2 }, "two devices");
	golden_roots(&(struct staged_options){ .devices = 3 }, "three devices");
	golden_roots(&(struct staged_options){ .devices = 16 }, "sixteen devices");
}

/* ---- One model, computed again and again ---- */

enum { PROBES = 5 };

/* A model whose weights are checked, and what the CPU makes of it. */
struct rig {
	char *folder;
	struct manifest *manifest;
	struct tiny_open open;
	struct probe probe[PROBES];
	uint32_t ids[PROBES][32];
	struct outputs expected;
};

static int rig_compute(struct rig *rig, struct outputs *out_outputs, struct error *err)
{
	struct probe_share share[PROBES];

	for (size_t i = 0; i < PROBES; i++) {
		rig->probe[i].ids = rig->ids[i];
		share[i] = (struct probe_share){ &rig->probe[i], rig->probe[i].count };
	}
	return outputs_compute(&rig->open.ctx, rig->open.forward, rig->open.backend, share, PROBES,
			       PASS_MEMORY_BYTES, NULL, out_outputs, err);
}

/* `threads` of the context; the model is in the folder. */
static void rig_open(struct rig *rig, size_t threads)
{
	struct error err = { 0 };

	rig->manifest = manifest_at(rig->folder);
	assert_done(tiny_model_open(rig->folder, threads, NULL, &rig->open, &err), &err);
	assert_done(weights_expect(rig->open.weights, rig->manifest, &err), &err);
	for (size_t i = 0; i < PROBES; i++) {
		size_t count = 1 + 7 * i % 11;

		for (size_t t = 0; t < count; t++)
			rig->ids[i][t] = (uint32_t)((t * 7 + i * 13) % 67);
		rig->probe[i] = (struct probe){ .count = count };
	}
	assert_done(rig_compute(rig, &rig->expected, &err), &err);
}

static struct rig rig_of(const struct tiny_model *model, size_t threads)
{
	struct rig rig = { .folder = test_folder() };

	tiny_model_write(model, rig.folder);
	rig_open(&rig, threads);
	return rig;
}

static void rig_release(struct rig *rig)
{
	outputs_release(&rig->expected);
	tiny_model_close(&rig->open);
	manifest_free(&rig->manifest);
	test_folder_remove(&rig->folder);
}

static bool outputs_equal(const struct outputs *a, const struct outputs *b)
{
	for (size_t i = 0; i < PROBES; i++) {
		const struct probe_outputs *x = &a->probe[i], *y = &b->probe[i];

		if (memcmp(x->boundary, y->boundary, (a->layers + 1) * sizeof(struct digest)) ||
		    memcmp(x->position, y->position, x->tokens * sizeof(struct digest)) ||
		    memcmp(&x->nll, &y->nll, sizeof(x->nll)) ||
		    (a->logits && memcmp(x->top, y->top, x->tokens * sizeof(*x->top))))
			return false;
	}
	return true;
}

/* The devices compute what the CPU did. */
static struct staged_report compute_alike(struct rig *rig, const struct staged_options *options)
{
	struct outputs outputs;
	struct error err = { 0 };

	devices_use(&rig->open, options);
	assert_done(rig_compute(rig, &outputs, &err), &err);
	assert_true(outputs_equal(&rig->expected, &outputs));
	outputs_release(&outputs);
	assert_nothing_left();
	return staged_report();
}

/* ---- Memory ---- */

static void a_deeper_model_needs_no_more_memory(void **state)
{
	struct staged_report report[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct tiny_model model = tiny_model_deep("llama", i ? 12 : 3);
		struct rig rig = rig_of(&model, 1);

		report[i] = compute_alike(&rig, &(struct staged_options){ 0 });
		assert_true(report[i].sent_bytes > 0);
		rig_release(&rig);
	}
	assert_int_equal(report[0].memory_peak_bytes, report[1].memory_peak_bytes);
	assert_int_equal(report[0].memories_made, report[1].memories_made);
	assert_int_equal(report[0].pinned_peak_bytes, report[1].pinned_peak_bytes);
	assert_int_equal(report[0].pinned_peak_bytes, supply_host_bytes());
	assert_true(report[1].sent_bytes > 3 * report[0].sent_bytes);
}

static void a_layer_that_is_too_large_goes_in_parts(void **state)
{
	struct tiny_model model = tiny_model_deep("llama", 3);
	struct rig rig = rig_of(&model, 1);
	struct staged_report whole = compute_alike(&rig, &(struct staged_options){ 0 });
	size_t smaller = 0, refused = 0;

	(void)state;
	for (uint64_t memory = whole.memory_peak_bytes; memory > whole.memory_peak_bytes / 3;
	     memory -= whole.memory_peak_bytes / 40) {
		struct staged_options options = { .memory_bytes = memory };
		struct outputs outputs;
		struct error err = { 0 };

		devices_use(&rig.open, &options);
		if (rig_compute(&rig, &outputs, &err)) {
			assert_int_equal(err.code, ERROR_SYSTEM);
			assert_says(&err, "no room for");
			refused++;
		} else {
			assert_true(outputs_equal(&rig.expected, &outputs));
			outputs_release(&outputs);
			assert_true(staged_report().memory_peak_bytes <= memory);
			assert_false(refused);
			smaller++;
		}
		assert_nothing_left();
	}
	assert_true(smaller > 3);
	assert_true(refused > 0);
	rig_release(&rig);
}

static void a_head_that_is_too_large_goes_in_parts(void **state)
{
	/* Of this vocabulary the head is by far the largest of all. */
	struct tiny_model model = tiny_model("llama");
	struct staged_options little = { 0 };
	struct staged_report whole, parts;
	struct rig rig;

	(void)state;
	tiny_config_edit(&model, "\"vocab_size\":67", "\"vocab_size\":4099");
	tiny_tensor(&model, "model.embed_tokens.weight")->shape[0] = 4099;
	tiny_tensor(&model, "lm_head.weight")->shape[0] = 4099;
	rig = rig_of(&model, 1);
	whole = compute_alike(&rig, &(struct staged_options){ 0 });
	little.memory_bytes = weights_find(rig.open.weights, "lm_head.weight")->length;
	parts = compute_alike(&rig, &little);
	assert_true(parts.memory_peak_bytes <= little.memory_bytes);
	assert_true(parts.sent_bytes > whole.sent_bytes); /* once for each block of tokens */
	little.devices = 2;
	compute_alike(&rig, &little);
	rig_release(&rig);
}

/* ---- Experts ---- */

static void experts_are_read_once_for_all_devices(void **state)
{
	static const char *const families[] = { "mixtral", "qwen2_moe", "qwen3_moe" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tiny_model model = tiny_moe(families[i], 8);
		struct rig rig = rig_of(&model, 2);
		struct staged_report one = compute_alike(&rig, &(struct staged_options){ 0 });
		struct staged_report three =
			compute_alike(&rig, &(struct staged_options){ .devices = 3 });

		assert_int_equal(three.sent_bytes, 3 * one.sent_bytes);
		rig_release(&rig);
	}
}

static void a_piece_that_is_wanted_in_part_is_checked_whole(void **state)
{
	for (size_t fused = 0; fused < 2; fused++) {
		struct rig rig = { .folder = test_folder() };

		(void)state;
		/* 3 MB an expert: parts of experts begin and end within pieces */
		tiny_moe_write_large(6, 512, 1000, fused, rig.folder);
		rig_open(&rig, 2);
		compute_alike(&rig, &(struct staged_options){ .devices = 2 });
		rig_release(&rig);
	}
}

/* ---- Failures ---- */

static struct rig llama_rig(void)
{
	struct tiny_model model = tiny_model_deep("llama", 4);

	return rig_of(&model, 2);
}

/* The pass fails with this code and these words, on the CPU and on devices. */
static void fails_alike(struct rig *rig, enum error_code code, const char *words)
{
	static const struct staged_options options[] = { { 0 }, { .devices = 2 } };
	struct outputs outputs;
	struct error first = { 0 };

	assert_int_equal(rig_compute(rig, &outputs, &first), -1);
	assert_int_equal(first.code, code);
	assert_non_null(strstr(first.text, words));
	for (size_t i = 0; i < 2; i++) {
		struct error err = { 0 };

		devices_use(&rig->open, &options[i]);
		assert_int_equal(rig_compute(rig, &outputs, &err), -1);
		assert_int_equal(err.code, code);
		assert_string_equal(err.text, first.text);
		assert_nothing_left();
	}
}

static void a_piece_that_was_not_signed_is_named_as_on_the_cpu(void **state)
{
	static const char name[] = "model.layers.2.mlp.up_proj.weight";
	struct rig rig = llama_rig();

	(void)state;
	flip_bits(rig.folder, "model.safetensors", weights_find(rig.open.weights, name)->offset + 5,
		  16);
	fails_alike(&rig, ERROR_CORRUPT, name);
	rig_release(&rig);
}

static void a_file_that_ends_while_it_is_read_ends_the_pass(void **state)
{
	struct rig rig = llama_rig();

	(void)state;
	truncate_file(rig.folder, "model.safetensors", 20000);
	fails_alike(&rig, ERROR_CORRUPT, "was truncated while it was read");
	rig_release(&rig);
}

static void memory_that_is_not_there_is_said(void **state)
{
	struct rig rig = llama_rig();
	struct outputs outputs;
	struct error err = { 0 };
	size_t at = 0;

	(void)state;
	for (int failed = -1; failed; at++) {
		devices_use(&rig.open,
			    &(struct staged_options){ .devices = 2, .memory_fails = at + 1 });
		failed = rig_compute(&rig, &outputs, &err);
		if (failed) {
			assert_int_equal(err.code, ERROR_SYSTEM);
			err = (struct error){ 0 };
		} else {
			outputs_release(&outputs);
		}
		assert_nothing_left();
	}
	assert_true(at > 8);
	devices_use(&rig.open, &(struct staged_options){ .pinned_fails = true });
	assert_fails(rig_compute(&rig, &outputs, &err), &err, ERROR_SYSTEM);
	assert_nothing_left();
	rig_release(&rig);
}

static void a_copy_that_is_refused_ends_the_pass(void **state)
{
	struct rig rig = llama_rig();
	struct outputs outputs;
	struct error err = { 0 };
	size_t at = 0;

	(void)state;
	for (int failed = -1; failed; at++) {
		devices_use(&rig.open,
			    &(struct staged_options){ .devices = 2, .send_fails = at + 1 });
		failed = rig_compute(&rig, &outputs, &err);
		if (failed) {
			assert_int_equal(err.code, ERROR_SYSTEM);
			assert_says(&err, "the copy is refused");
		} else {
			outputs_release(&outputs);
		}
		assert_nothing_left();
	}
	assert_true(at > 2 * 4 * 9);
	rig_release(&rig);
}

/* Cancels when it is asked for the `after`th time, from whatever thread. */
struct patience {
	pthread_mutex_t lock;
	size_t asked, after;
};

static bool patience_ends(void *user)
{
	struct patience *patience = user;
	bool ends;

	pthread_mutex_lock(&patience->lock);
	ends = ++patience->asked >= patience->after;
	pthread_mutex_unlock(&patience->lock);
	return ends;
}

static void a_pass_that_is_stopped_leaves_nothing_behind(void **state)
{
	struct rig rig = llama_rig();
	struct patience patience = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct outputs outputs;
	struct error err = { 0 };
	int failed = -1;

	(void)state;
	rig.open.ctx.user = &patience;
	rig.open.ctx.cancelled = patience_ends;
	for (size_t after = 1; failed; after += 3) {
		patience.after = after;
		patience.asked = 0;
		devices_use(&rig.open, &(struct staged_options){ .devices = 2 });
		failed = rig_compute(&rig, &outputs, &err);
		if (failed) {
			assert_int_equal(err.code, ERROR_SYSTEM);
			assert_says(&err, "stopped on request");
		} else {
			outputs_release(&outputs);
			assert_true(after > 50);
		}
		assert_nothing_left();
	}
	rig_release(&rig);
}

/* ---- Hashing where the bytes went ---- */

static void pieces_are_hashed_on_every_device_on_request(void **state)
{
	static const char name[] = "model.layers.3.self_attn.o_proj.weight";
	struct rig rig = llama_rig();
	struct staged_report report;
	struct error err = { 0 };

	(void)state;
	report = compute_alike(&rig, &(struct staged_options){ .devices = 2 });
	assert_int_equal(report.hashed_bytes, 0);
	forward_hash(rig.open.forward, true);
	report = compute_alike(&rig, &(struct staged_options){ .devices = 2 });
	assert_true(report.hashed_bytes > 0);
	assert_int_equal(report.hashed_bytes, report.sent_bytes);
	flip_bits(rig.folder, "model.safetensors", weights_find(rig.open.weights, name)->offset + 9,
		  1);
	backend_close(&rig.open.backend);
	assert_done(backend_open("cpu", NULL, &rig.open.backend, &err), &err);
	fails_alike(&rig, ERROR_CORRUPT, name);
	rig_release(&rig);
}

static void parts_of_pieces_are_hashed_on_the_host(void **state)
{
	struct rig rig = { .folder = test_folder() };
	struct staged_report report;

	(void)state;
	tiny_moe_write_large(6, 512, 1000, true, rig.folder);
	rig_open(&rig, 2);
	forward_hash(rig.open.forward, true);
	report = compute_alike(&rig, &(struct staged_options){ 0 });
	assert_true(report.hashed_bytes > 0 && report.hashed_bytes < report.sent_bytes);
	rig_release(&rig);
}

/* ---- The order in which the sink hears ---- */

struct heard {
	uint32_t boundary[64];
	size_t boundaries;
	size_t next_row;
};

static int boundary_heard(void *user, uint32_t index, const float *values, size_t rows,
			  struct error *err)
{
	struct heard *heard = user;

	(void)values;
	(void)err;
	assert_int_equal(rows, 11);
	heard->boundary[heard->boundaries++] = index;
	return 0;
}

static int logits_heard(void *user, struct backend *backend, size_t first_row, struct matrix logits,
			struct error *err)
{
	struct heard *heard = user;

	(void)backend;
	(void)err;
	assert_int_equal(first_row, heard->next_row);
	heard->next_row += logits.rows;
	return 0;
}

static void the_sink_hears_in_the_same_order_from_several_devices(void **state)
{
	static const uint32_t ids[11] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	static const size_t counts[] = { 1, 6, 1, 3 };
	struct sequences sequences = { ids, counts, 4 };
	struct rig rig = llama_rig();

	(void)state;
	for (size_t devices = 1; devices <= 4; devices++) {
		struct heard heard = { 0 };
		struct forward_sink sink = { &heard, boundary_heard, logits_heard };
		struct error err = { 0 };

		devices_use(&rig.open, &(struct staged_options){ .devices = devices });
		assert_done(forward_run(&rig.open.ctx, rig.open.forward, rig.open.backend,
					&sequences, &sink, &err),
			    &err);
		assert_int_equal(heard.boundaries, 5);
		for (uint32_t i = 0; i < 5; i++)
			assert_int_equal(heard.boundary[i], i);
		assert_int_equal(heard.next_row, 11);
		assert_nothing_left();
	}
	rig_release(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_that_come_as_late_as_they_may_change_no_bit),
		cmocka_unit_test(the_number_of_devices_changes_no_bit),
		cmocka_unit_test(a_deeper_model_needs_no_more_memory),
		cmocka_unit_test(a_layer_that_is_too_large_goes_in_parts),
		cmocka_unit_test(a_head_that_is_too_large_goes_in_parts),
		cmocka_unit_test(experts_are_read_once_for_all_devices),
		cmocka_unit_test(a_piece_that_is_wanted_in_part_is_checked_whole),
		cmocka_unit_test(a_piece_that_was_not_signed_is_named_as_on_the_cpu),
		cmocka_unit_test(a_file_that_ends_while_it_is_read_ends_the_pass),
		cmocka_unit_test(memory_that_is_not_there_is_said),
		cmocka_unit_test(a_copy_that_is_refused_ends_the_pass),
		cmocka_unit_test(a_pass_that_is_stopped_leaves_nothing_behind),
		cmocka_unit_test(pieces_are_hashed_on_every_device_on_request),
		cmocka_unit_test(parts_of_pieces_are_hashed_on_the_host),
		cmocka_unit_test(the_sink_hears_in_the_same_order_from_several_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
