/* Records: the same bits everywhere. */
#include "tests/verify/tiny_record.h"
#include "verify/json.h"
#include "verify/outputs_compute.h"

/* The root of a model's record, by so many threads and one variant of the backend. */
static struct digest root_of(const char *folder, size_t threads, const char *variant)
{
	struct probes probes = tiny_probes("golden");
	struct tiny_open open;
	struct buffer outputs;
	struct digest root;
	struct error err = { 0 };

	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(folder, threads, variant, &open, &err), &err);
	assert_done(
		record_make(&open.ctx, open.forward, open.backend, &probes, &outputs, &root, &err),
		&err);
	tiny_model_close(&open);
	buffer_release(&outputs);
	probes_release(&probes);
	return root;
}

static void every_family_gives_the_bits_that_stand_here(void **state)
{
	static const char *const golden[FAMILIES] = {
		"af4a6a3aa403c2f30d5d32a054d3e47068711527a24c7f5ba3d492a425319fab",
		"7414c7204e8728248d78f644d5fff6017e4a3dd05217f666ae9c288174235841",
		"8036a1a7b582092cfdd2865a2dc43f570d284c0764a4bd35caa0ce475e3adb56",
		"9562359d5bed023ed072c647193f5619aad8189fc1e5690718d56f17d83a2b20",
		"eb1aed42caac5a756aa929073420a7ee4adbea150513da281ef7404432f012c5",
	};

	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct tiny_model model = tiny_model(families[i]);
		char *folder = test_folder(), hex[DIGEST_HEX_SIZE];
		struct digest root;

		tiny_model_write(&model, folder);
		root = root_of(folder, 0, NULL);
		digest_to_hex(&root, hex);
		test_folder_remove(&folder);
		assert_string_equal(hex, golden[i]);
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

static void threads_and_variants_do_not_change_a_bit(void **state)
{
	static const size_t threads[] = { 1, 2, 3, 7 };
	static const char *const variants[] = { "plain", "avx2", "avx512" };

	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct tiny_model model = tiny_model(families[i]);
		char *folder = test_folder();
		struct digest first, root;

		tiny_model_write(&model, folder);
		first = root_of(folder, 0, NULL);
		for (size_t k = 0; k < 4; k++) {
			root = root_of(folder, threads[k], NULL);
			assert_true(digest_equal(&first, &root));
		}
		for (size_t k = 0; k < 3; k++) {
			if (!variant_exists(variants[k]))
				continue;
			root = root_of(folder, 2, variants[k]);
			assert_true(digest_equal(&first, &root));
		}
		test_folder_remove(&folder);
	}
}

static void outputs_equal(const struct outputs *shape, const struct probe_outputs *a,
			  const struct probe_outputs *b)
{
	assert_int_equal(a->tokens, b->tokens);
	assert_memory_equal(a->boundary, b->boundary, (shape->layers + 1) * sizeof(struct digest));
	assert_memory_equal(a->position, b->position, a->tokens * sizeof(struct digest));
	if (shape->logits)
		assert_memory_equal(a->top, b->top, a->tokens * sizeof(struct exact_top));
	assert_memory_equal(&a->nll, &b->nll, sizeof(float));
}

static void company_and_order_do_not_change_a_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct tiny_model model = tiny_model(families[i]);
		struct probes probes = tiny_probes("company");
		struct probe_share share[COUNT];
		struct outputs together, alone;
		struct tiny_open open;
		char *folder = test_folder();
		struct error err = { 0 };

		tiny_model_write(&model, folder);
		assert_done(tiny_model_open(folder, 2, NULL, &open, &err), &err);
		for (size_t k = 0; k < COUNT; k++)
			share[k] = (struct probe_share){ &probes.probe[COUNT - 1 - k],
							 probes.probe[COUNT - 1 - k].count };
		assert_done(outputs_compute(&open.ctx, open.forward, open.backend, share, COUNT,
					    PASS_MEMORY_BYTES, NULL, &together, &err),
			    &err);
		for (size_t k = 0; k < COUNT; k++) {
			assert_done(outputs_compute(&open.ctx, open.forward, open.backend,
						    &share[k], 1, PASS_MEMORY_BYTES, NULL, &alone,
						    &err),
				    &err);
			outputs_equal(&together, &together.probe[k], &alone.probe[0]);
			outputs_release(&alone);
		}
		/* As many passes as there are probes. */
		assert_done(outputs_compute(&open.ctx, open.forward, open.backend, share, COUNT, 1,
					    NULL, &alone, &err),
			    &err);
		for (size_t k = 0; k < COUNT; k++)
			outputs_equal(&together, &together.probe[k], &alone.probe[k]);
		outputs_release(&alone);
		outputs_release(&together);
		probes_release(&probes);
		tiny_model_close(&open);
		test_folder_remove(&folder);
	}
}

static void a_batch_holds_what_fits_and_at_least_one_sequence(void **state)
{
	static const size_t rows[] = { 4, 4, 4, 100 };
	struct sequences sequences = { NULL, rows, 4 };
	struct tiny_model model = tiny_model("llama");
	char *folder = test_folder();
	struct tiny_open open;
	struct error err = { 0 };
	uint64_t row;

	(void)state;
	tiny_model_write(&model, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	/* STATE, INPUT, BRANCH, QUERY, MIXED and the host's copy; KEY, VALUE; GATE, UP and the
	 * backend's copy. */
	row = 4 * (6 * 24 + 2 * 12 + 3 * 40);
	assert_int_equal(forward_batch(open.forward, &sequences, 0), 1);
	assert_int_equal(forward_batch(open.forward, &sequences, 8 * row - 1), 1);
	assert_int_equal(forward_batch(open.forward, &sequences, 8 * row), 2);
	assert_int_equal(forward_batch(open.forward, &sequences, 100 * row), 3);
	assert_int_equal(forward_batch(open.forward, &sequences, 112 * row), 4);
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

static void the_outputs_object_is_canonical_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct recorded recorded = recorded_of(tiny_model(families[i]));
		CLEANUP(json_free) struct json *json = NULL;
		struct buffer canonical;
		struct error err = { 0 };

		buffer_init(&canonical, OUTPUTS_MAX_BYTES);
		assert_done(json_parse(buffer_view(&recorded.outputs), NULL, &json, &err), &err);
		assert_done(json_write_canonical(json, &canonical, &err), &err);
		assert_true(span_equal(buffer_view(&canonical), buffer_view(&recorded.outputs)));
		buffer_release(&canonical);
		recorded_release(&recorded);
	}
}

static void a_nan_in_the_weights_is_a_failure_and_no_digest(void **state)
{
	struct tiny_model model = tiny_model("llama");
	char *folder = test_folder();
	struct probes probes = tiny_probes("nan");
	struct tiny_open open;
	struct buffer outputs;
	struct digest root;
	struct error err = { 0 };

	(void)state;
	tiny_tensor(&model, "model.layers.0.self_attn.v_proj.weight")->has_nan = true;
	tiny_model_write(&model, folder);
	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(folder, 2, NULL, &open, &err), &err);
	assert_int_equal(
		record_make(&open.ctx, open.forward, open.backend, &probes, &outputs, &root, &err),
		-1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "after layer 0"));
	assert_int_equal(outputs.len, 0);
	tiny_model_close(&open);
	probes_release(&probes);
	buffer_release(&outputs);
	test_folder_remove(&folder);
}

static bool always(void *user)
{
	(void)user;
	return true;
}

static void a_pass_that_is_cancelled_stops(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct tiny_open open;
	struct buffer outputs;
	struct digest root;
	struct error err = { 0 };

	(void)state;
	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	open.ctx.cancelled = always;
	assert_fails(record_make(&open.ctx, open.forward, open.backend, &recorded.probes, &outputs,
				 &root, &err),
		     &err, ERROR_SYSTEM);
	tiny_model_close(&open);
	buffer_release(&outputs);
	recorded_release(&recorded);
}

static void ids_and_lengths_that_the_model_does_not_have_are_refused(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("gpt2"));
	struct tiny_open open;
	struct buffer outputs;
	struct digest root;
	struct error err = { 0 };

	(void)state;
	buffer_init(&outputs, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(recorded.folder, 0, NULL, &open, &err), &err);
	recorded.probes.probe[2].ids[3] = VOCAB;
	assert_fails(record_make(&open.ctx, open.forward, open.backend, &recorded.probes, &outputs,
				 &root, &err),
		     &err, ERROR_USAGE);
	tiny_model_close(&open);
	buffer_release(&outputs);
	recorded_release(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_family_gives_the_bits_that_stand_here),
		cmocka_unit_test(threads_and_variants_do_not_change_a_bit),
		cmocka_unit_test(company_and_order_do_not_change_a_bit),
		cmocka_unit_test(a_batch_holds_what_fits_and_at_least_one_sequence),
		cmocka_unit_test(the_outputs_object_is_canonical_json),
		cmocka_unit_test(a_nan_in_the_weights_is_a_failure_and_no_digest),
		cmocka_unit_test(a_pass_that_is_cancelled_stops),
		cmocka_unit_test(ids_and_lengths_that_the_model_does_not_have_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
