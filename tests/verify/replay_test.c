/* Replays: exact where nothing changed, and the first difference where something did. */
#include "tests/verify/tiny_record.h"
#include "verify/draw.h"
#include "verify/manifest.h"

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
		struct replay_request request = { .probes = 0, .positions = 9 };
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
	struct replay_request request = { .probes = 0, .positions = 9 };
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
	struct replay_request request = { .probes = 0, .positions = 4 };
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
	struct replay_request request = { .probes = 2, .seed = "a seed" };
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

static void a_settled_draw_is_the_same_in_every_run_and_not_marked_as_stated(void **state)
{
	struct recorded recorded = recorded_of(tiny_model("llama"));
	struct replay_request chance = { .probes = 2 }, stated = { .probes = 2, .seed = "a seed" };
	struct replay_request all = { .probes = COUNT, .seed = "a seed" };
	struct context ctx = test_context();
	struct replay_report first, again;
	struct error err = { 0 };
	char seed[DRAW_SEED_SIZE], other[DRAW_SEED_SIZE];

	(void)state;
	assert_done(draw_settle(&ctx, COUNT, &chance, seed, &err), &err);
	assert_int_equal(strlen(seed), 64);
	assert_done(replay(&recorded, chance, &first, &err), &err);
	assert_done(replay(&recorded, chance, &again, &err), &err);
	assert_memory_equal(&first, &again, sizeof(first));
	assert_false(first.seeded);
	assert_string_equal(first.seed, seed);
	assert_done(draw_settle(&ctx, COUNT, &stated, other, &err), &err);
	assert_done(replay(&recorded, stated, &again, &err), &err);
	assert_true(again.seeded);
	assert_string_equal(again.seed, "a seed");
	/* where all are computed there is nothing to repeat */
	assert_done(draw_settle(&ctx, COUNT, &all, other, &err), &err);
	assert_true(!all.seed && !all.own && !other[0]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_replay_of_everything_is_exact_and_says_what_it_covered),
		cmocka_unit_test(a_prefix_has_the_outputs_of_the_whole),
		cmocka_unit_test(rotary_positions_that_depend_on_the_length_run_whole_probes),
		cmocka_unit_test(one_changed_bit_of_a_weight_is_found_and_its_layer_named),
		cmocka_unit_test(a_changed_head_is_found_in_the_logits_of_a_prefix),
		cmocka_unit_test(a_changed_embedding_row_counts_only_where_a_probe_has_it),
		cmocka_unit_test(a_seed_draws_the_same_probes_and_chance_draws_its_own),
		cmocka_unit_test(a_settled_draw_is_the_same_in_every_run_and_not_marked_as_stated),
		cmocka_unit_test(an_outputs_object_that_was_edited_does_not_have_the_root),
		cmocka_unit_test(other_probes_or_another_model_are_refused),
		cmocka_unit_test(weights_that_are_not_the_manifests_are_not_computed_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
