/* Records: what they hold and what is refused; that their bits are the same everywhere:
 * golden_test.c. */
#include "tests/verify/tiny_record.h"
#include "verify/json.h"
#include "verify/outputs_compute.h"

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
		cmocka_unit_test(a_batch_holds_what_fits_and_at_least_one_sequence),
		cmocka_unit_test(the_outputs_object_is_canonical_json),
		cmocka_unit_test(a_nan_in_the_weights_is_a_failure_and_no_digest),
		cmocka_unit_test(a_pass_that_is_cancelled_stops),
		cmocka_unit_test(ids_and_lengths_that_the_model_does_not_have_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
