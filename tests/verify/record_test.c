/* Records: the same bits everywhere, and a replay that finds what changed. */
#include "tests/verify/tiny_model.h"
#include "verify/json.h"
#include "verify/manifest.h"
#include "verify/outputs_compute.h"

static const char *const families[] = { "llama", "mistral", "qwen2", "gpt2", "bert" };

enum { FAMILIES = sizeof(families) / sizeof(families[0]), COUNT = 5, LENGTH = 24, VOCAB = 67 };

static struct probes probes_of(const char *seed)
{
	struct probes probes;
	struct error err = { 0 };

	assert_done(probes_generate(COUNT, LENGTH, seed, VOCAB, &probes, &err), &err);
	/* Probes of unequal length, one of a single token. */
	probes.probe[1].count = 1;
	probes.probe[3].count = 11;
	return probes;
}

/* The root of a model's record, by so many threads and one variant of the backend. */
static struct digest root_of(const char *folder, size_t threads, const char *variant)
{
	struct probes probes = probes_of("golden");
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
		struct probes probes = probes_of("company");
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
					    PASS_MEMORY_BYTES, &together, &err),
			    &err);
		for (size_t k = 0; k < COUNT; k++) {
			assert_done(outputs_compute(&open.ctx, open.forward, open.backend,
						    &share[k], 1, PASS_MEMORY_BYTES, &alone, &err),
				    &err);
			outputs_equal(&together, &together.probe[k], &alone.probe[0]);
			outputs_release(&alone);
		}
		/* As many passes as there are probes. */
		assert_done(outputs_compute(&open.ctx, open.forward, open.backend, share, COUNT, 1,
					    &alone, &err),
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
	/* STATE, INPUT, BRANCH, QUERY, MIXED and the host's copy; KEY, VALUE; GATE, UP. */
	row = 4 * (6 * 24 + 2 * 12 + 2 * 40);
	assert_int_equal(forward_batch(open.forward, &sequences, 0), 1);
	assert_int_equal(forward_batch(open.forward, &sequences, 8 * row - 1), 1);
	assert_int_equal(forward_batch(open.forward, &sequences, 8 * row), 2);
	assert_int_equal(forward_batch(open.forward, &sequences, 100 * row), 3);
	assert_int_equal(forward_batch(open.forward, &sequences, 112 * row), 4);
	tiny_model_close(&open);
	test_folder_remove(&folder);
}

/* ---- Replay ---- */

/* A model on disk with its record. */
struct recorded {
	struct tiny_model model;
	char *folder;
	struct probes probes;
	struct buffer outputs;
	struct digest root;
};

static struct recorded recorded_of(struct tiny_model model)
{
	struct recorded recorded = { .model = model,
				     .folder = test_folder(),
				     .probes = probes_of("replay") };
	struct tiny_open open;
	struct error err = { 0 };

	tiny_model_write(&recorded.model, recorded.folder);
	buffer_init(&recorded.outputs, OUTPUTS_MAX_BYTES);
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	assert_done(record_make(&open.ctx, open.forward, open.backend, &recorded.probes,
				&recorded.outputs, &recorded.root, &err),
		    &err);
	tiny_model_close(&open);
	return recorded;
}

static void recorded_release(struct recorded *recorded)
{
	test_folder_remove(&recorded->folder);
	probes_release(&recorded->probes);
	buffer_release(&recorded->outputs);
}

static int replay(const struct recorded *recorded, struct replay_request request,
		  struct replay_report *out_report, struct error *err)
{
	struct tiny_open open;
	int failed;

	if (tiny_model_open(recorded->folder, 2, NULL, &open, err))
		return -1;
	failed = record_replay(&open.ctx, open.forward, open.backend, &recorded->probes,
			       buffer_view(&recorded->outputs), &recorded->root, &request,
			       out_report, err);
	tiny_model_close(&open);
	return failed;
}

static void a_replay_of_everything_is_exact_and_says_what_it_covered(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct recorded recorded = recorded_of(tiny_model(families[i]));
		struct replay_report report;
		struct error err = { 0 };
		bool encoder = !strcmp(families[i], "bert");

		assert_done(replay(&recorded, REPLAY_ALL, &report, &err), &err);
		assert_false(report.differs);
		assert_true(report.whole);
		assert_int_equal(report.probes_exact, COUNT);
		assert_int_equal(report.boundaries_compared, COUNT * 3);
		assert_int_equal(report.positions_compared, probes_tokens(&recorded.probes));
		assert_int_equal(report.coverage.tokens, probes_tokens(&recorded.probes));
		assert_int_equal(report.coverage.positions, LENGTH);
		assert_in_range(report.coverage.embedding_rows, 20, VOCAB);
		assert_int_equal(report.coverage.unread, encoder ? 2 : 0);
		assert_true(report.coverage.flop > 0 && report.coverage.read_bytes > 0);
		recorded_release(&recorded);
	}
}

static void a_prefix_has_the_outputs_of_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct recorded recorded = recorded_of(tiny_model(families[i]));
		struct replay_request request = { 0, 9, NULL };
		struct replay_report report;
		struct error err = { 0 };
		bool encoder = !strcmp(families[i], "bert");

		assert_done(replay(&recorded, request, &report, &err), &err);
		assert_false(report.differs);
		assert_int_equal(report.probes_exact, COUNT);
		/* An encoder runs whole probes, and so does the probe of one token. */
		assert_int_equal(report.whole, encoder);
		assert_int_equal(report.boundaries_compared, encoder ? 3 * COUNT : 3);
		assert_int_equal(report.positions_compared,
				 encoder ? probes_tokens(&recorded.probes) : 4 * 9 + 1);
		recorded_release(&recorded);
	}
}

static void rotary_positions_that_depend_on_the_length_run_whole_probes(void **state)
{
	struct tiny_model model = tiny_model("llama");
	struct replay_request request = { 0, 9, NULL };
	struct replay_report report;
	struct recorded recorded;
	struct error err = { 0 };

	(void)state;
	tiny_config_edit(&model, "\"max_position_embeddings\":64",
			 "\"max_position_embeddings\":10,"
			 "\"rope_scaling\":{\"type\":\"dynamic\",\"factor\":4}");
	recorded = recorded_of(model);
	assert_done(replay(&recorded, request, &report, &err), &err);
	assert_true(report.whole);
	assert_false(report.differs);
	recorded_release(&recorded);
}

static void one_changed_bit_of_a_weight_is_found_and_its_layer_named(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct replay_report report;
	struct error err = { 0 };
	char text[REPLAY_TEXT_MAX];

	(void)state;
	tiny_model_flip(&recorded.model, recorded.folder, "model.layers.1.mlp.down_proj.weight");
	assert_done(replay(&recorded, REPLAY_ALL, &report, &err), &err);
	assert_true(report.differs && report.boundary_differs);
	assert_int_equal(report.first_boundary, 2);
	assert_int_equal(report.probes_exact, 0);
	assert_int_equal(report.first.item, REPLAY_BOUNDARY);
	assert_int_equal(report.first.index, 2);
	assert_string_not_equal(report.first.recorded, report.first.computed);
	replay_difference_text(&report.first, text);
	assert_string_equal(text, "boundary 2 (after layer 1)");
	recorded_release(&recorded);
}

static void a_changed_head_is_found_in_the_logits_of_a_prefix(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct replay_request request = { 0, 4, NULL };
	struct replay_report report;
	struct error err = { 0 };

	(void)state;
	tiny_model_flip(&recorded.model, recorded.folder, "lm_head.weight");
	assert_done(replay(&recorded, request, &report, &err), &err);
	assert_true(report.differs);
	assert_false(report.boundary_differs);
	assert_int_equal(report.first.item, REPLAY_LOGITS);
	recorded_release(&recorded);
}

static void a_changed_embedding_row_counts_only_where_a_probe_has_it(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("gpt2"));
	struct replay_report report;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < recorded.probes.count; i++)
		for (size_t t = 0; t < recorded.probes.probe[i].count; t++)
			assert_in_range(recorded.probes.probe[i].ids[t], 0, VOCAB - 1);
	tiny_model_flip(&recorded.model, recorded.folder, "transformer.wpe.weight");
	assert_done(replay(&recorded, REPLAY_ALL, &report, &err), &err);
	assert_int_equal(report.first_boundary, 0);
	assert_int_equal(report.first.probe, 0);
	recorded_release(&recorded);
}

static void a_seed_draws_the_same_probes_and_chance_draws_its_own(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct replay_request request = { 2, 0, "a seed" };
	struct replay_report first, second, again;
	struct error err = { 0 };

	(void)state;
	assert_done(replay(&recorded, request, &first, &err), &err);
	assert_done(replay(&recorded, request, &second, &err), &err);
	assert_true(first.seeded);
	assert_memory_equal(&first, &second, sizeof(first));
	request.seed = NULL;
	assert_done(replay(&recorded, request, &first, &err), &err);
	assert_false(first.seeded);
	assert_int_equal(first.probes_run, 2);
	assert_int_equal(strlen(first.seed), 64);
	request.seed = first.seed;
	assert_done(replay(&recorded, request, &again, &err), &err);
	assert_int_equal(again.coverage.tokens, first.coverage.tokens);
	assert_int_equal(again.coverage.embedding_rows, first.coverage.embedding_rows);
	recorded_release(&recorded);
}

static void an_outputs_object_that_was_edited_does_not_have_the_root(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct replay_report report;
	struct error err = { 0 };
	uint8_t *nll;

	(void)state;
	assert_done(buffer_add(&recorded.outputs, (struct span){ (const uint8_t *)"", 1 }, &err),
		    &err);
	recorded.outputs.len--;
	nll = (uint8_t *)strstr((char *)recorded.outputs.data, "\"nll\":\"") + 7;
	*nll = *nll == '4' ? '3' : '4';
	assert_fails(replay(&recorded, REPLAY_ALL, &report, &err), &err, ERROR_CORRUPT);
	recorded_release(&recorded);
}

static void other_probes_or_another_model_are_refused(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct recorded other = recorded_of(tiny_model("gpt2"));
	struct replay_report report;
	struct error err = { 0 };

	(void)state;
	recorded.probes.probe[0].ids[0] ^= 1;
	assert_fails(replay(&recorded, REPLAY_ALL, &report, &err), &err, ERROR_CORRUPT);
	recorded.probes.probe[0].ids[0] ^= 1;
	recorded.probes.probe[2].count--;
	assert_fails(replay(&recorded, REPLAY_ALL, &report, &err), &err, ERROR_CORRUPT);
	recorded_release(&recorded);
	recorded_release(&other);
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
	struct probes probes = probes_of("nan");
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

static void weights_that_are_not_the_manifests_are_not_computed_with(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct manifest *manifest = NULL;
	struct replay_report report;
	struct tiny_open open;
	struct error err = { 0 };

	(void)state;
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	assert_done(manifest_build(&open.ctx, open.tree, NULL, &manifest, &err), &err);
	tiny_model_close(&open);
	tiny_model_flip(&recorded.model, recorded.folder, "model.layers.1.mlp.up_proj.weight");
	assert_done(tiny_model_open(recorded.folder, 2, NULL, &open, &err), &err);
	assert_done(weights_expect(open.weights, manifest, &err), &err);
	assert_int_equal(record_replay(&open.ctx, open.forward, open.backend, &recorded.probes,
				       buffer_view(&recorded.outputs), &recorded.root, &REPLAY_ALL,
				       &report, &err),
			 -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "model.layers.1.mlp.up_proj.weight"));
	tiny_model_close(&open);
	manifest_free(&manifest);
	recorded_release(&recorded);
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
		cmocka_unit_test(a_replay_of_everything_is_exact_and_says_what_it_covered),
		cmocka_unit_test(a_prefix_has_the_outputs_of_the_whole),
		cmocka_unit_test(rotary_positions_that_depend_on_the_length_run_whole_probes),
		cmocka_unit_test(one_changed_bit_of_a_weight_is_found_and_its_layer_named),
		cmocka_unit_test(a_changed_head_is_found_in_the_logits_of_a_prefix),
		cmocka_unit_test(a_changed_embedding_row_counts_only_where_a_probe_has_it),
		cmocka_unit_test(a_seed_draws_the_same_probes_and_chance_draws_its_own),
		cmocka_unit_test(an_outputs_object_that_was_edited_does_not_have_the_root),
		cmocka_unit_test(other_probes_or_another_model_are_refused),
		cmocka_unit_test(the_outputs_object_is_canonical_json),
		cmocka_unit_test(a_nan_in_the_weights_is_a_failure_and_no_digest),
		cmocka_unit_test(weights_that_are_not_the_manifests_are_not_computed_with),
		cmocka_unit_test(a_pass_that_is_cancelled_stops),
		cmocka_unit_test(ids_and_lengths_that_the_model_does_not_have_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
