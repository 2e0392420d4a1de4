/* Spot checks: what they catch, at which rate, and what no output can show. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/spotted.h"
#include "tests/verify/tiny_moe.h"
#include "verify/outputs.h"
#include "verify/spot.h"

enum { LAYERS = SPOTTED_LAYERS, HIDDEN = 24, SEEDS = 300 };

/* One spot check of `count` layers under a seed. */
static int spot(struct spotted *spotted, struct tiny_open *open, uint32_t count, const char *seed,
		struct spot_draw *draw, struct spot_report *report, struct error *err)
{
	struct spot_request request = { .layers = count };
	struct boundary_source states = { spotted, spotted_rows };

	if (spot_draw_make(&open->ctx, open->forward, &request, seed, draw, err))
		return -1;
	return record_spot(&open->ctx, open->forward, open->backend, &spotted->probes,
			   buffer_view(&spotted->outputs), &spotted->root, &states, draw, report,
			   err);
}

/* How often `count` drawn layers find something, over many seeds. */
static size_t caught(struct spotted *spotted, uint32_t count)
{
	struct tiny_open open;
	struct error err = { 0 };
	size_t found = 0;

	assert_done(tiny_model_open(spotted->folder, 0, NULL, &open, &err), &err);
	for (unsigned i = 0; i < SEEDS; i++) {
		struct spot_draw draw = { 0 };
		struct spot_report report = { 0 };
		char seed[32];

		snprintf(seed, sizeof(seed), "seed %u", i);
		assert_done(spot(spotted, &open, count, seed, &draw, &report, &err), &err);
		found += report.replay.differs;
		spot_report_release(&report);
		spot_draw_release(&draw);
	}
	tiny_model_close(&open);
	return found;
}

/*
 * The rate is 1 - C(L-m, k) / C(L, k), within five standard deviations of SEEDS draws (an honest
 * generator leaves that band once in two million; the seeds are fixed).
 */
static void expect_rate(size_t found, uint32_t count, uint32_t bad)
{
	char text[SPOT_CHANCE_SIZE];
	double rate, mean, apart;

	spot_chance(LAYERS, count, bad, text);
	rate = strtod(text, NULL);
	mean = rate * SEEDS;
	apart = (double)found - mean;
	if (apart * apart > 25 * mean * (1 - rate) + 1)
		fail_msg("%zu of %d caught with %u of %d layers, %u of them bad: %s expected",
			 found, SEEDS, count, LAYERS, bad, text);
}

/* Change the record as its maker can: the outputs object and its root follow. */
static void record_forge(struct spotted *spotted, const struct outputs *outputs)
{
	struct error err = { 0 };

	spotted->outputs.len = 0;
	assert_done(outputs_to_object(outputs, &spotted->outputs, &err), &err);
	spotted->root = outputs_root(outputs);
}

static void expect_holds(struct spotted *spotted)
{
	struct tiny_open open;
	struct error err = { 0 };

	assert_done(tiny_model_open(spotted->folder, 2, NULL, &open, &err), &err);
	for (uint32_t count = 1; count <= spotted->layers; count++) {
		struct spot_draw draw = { 0 };
		struct spot_report report = { 0 };

		assert_done(spot(spotted, &open, count, NULL, &draw, &report, &err), &err);
		assert_false(draw.seeded);
		assert_int_equal(strlen(draw.seed), 64);
		assert_int_equal(draw.sampled, count);
		assert_false(report.replay.differs);
		assert_int_equal(report.embedding_exact, COUNT);
		assert_int_equal(report.head_exact, COUNT);
		for (uint32_t layer = 0; layer < spotted->layers; layer++)
			assert_int_equal(report.layer_exact[layer], draw.wanted[layer] ? COUNT : 0);
		assert_int_equal(report.replay.boundaries_compared, COUNT * (count + 1));
		assert_int_equal(report.replay.coverage.layers_run, count);
		spot_report_release(&report);
		spot_draw_release(&draw);
	}
	tiny_model_close(&open);
}

static void what_was_recorded_honestly_holds_whatever_is_drawn(void **state)
{
	(void)state;
	for (size_t i = 0; i < FAMILIES; i++) {
		struct spotted spotted = spotted_of(tiny_model(families[i]), 2);

		expect_holds(&spotted);
		spotted_release(&spotted);
	}
	for (size_t i = 0; i < 2; i++) {
		struct spotted spotted = spotted_of(tiny_model_deep(families[i], LAYERS), LAYERS);

		expect_holds(&spotted);
		spotted_release(&spotted);
	}
}

static void an_altered_layer_is_caught_at_the_stated_rate(void **state)
{
	struct spotted spotted = spotted_of(tiny_model_deep("llama", LAYERS), LAYERS);

	(void)state;
	/* The weights that are here are not those that the record was made with. */
	tiny_model_flip(&spotted.model, spotted.folder, "model.layers.3.mlp.up_proj.weight");
	expect_rate(caught(&spotted, 1), 1, 1);
	expect_rate(caught(&spotted, 2), 2, 1);
	tiny_model_flip(&spotted.model, spotted.folder, "model.layers.0.self_attn.v_proj.weight");
	expect_rate(caught(&spotted, 2), 2, 2);
	assert_int_equal(caught(&spotted, LAYERS), SEEDS);
	spotted_release(&spotted);
}

/*
 * What a cheat would publish: for one probe the states from boundary `layer` + 1 on are those
 * of another model, which differs in that layer only; everything after follows from them.
 */
static void probe_forge(struct spotted *spotted, size_t probe, const char *tensor)
{
	struct tiny_model model = spotted->model;
	struct outputs outputs = { 0 }, others = { 0 };
	struct probe_outputs mine;
	struct spotted other;
	struct error err = { 0 };
	size_t first = 0, tokens = spotted->probes.probe[probe].count;

	tiny_tensor(&model, tensor)->seed += 100;
	other = spotted_of(model, spotted->layers);
	assert_done(outputs_from_object(buffer_view(&spotted->outputs), &outputs, &err), &err);
	assert_done(outputs_from_object(buffer_view(&other.outputs), &others, &err), &err);
	mine = outputs.probe[probe];
	outputs.probe[probe] = others.probe[probe];
	others.probe[probe] = mine;
	for (size_t i = 0; i < probe; i++)
		first += spotted->probes.probe[i].count;
	for (uint32_t b = 0; b <= spotted->layers; b++)
		memcpy(spotted->state[b].data + first * HIDDEN * sizeof(float),
		       other.state[b].data + first * HIDDEN * sizeof(float),
		       tokens * HIDDEN * sizeof(float));
	record_forge(spotted, &outputs);
	outputs_release(&outputs);
	outputs_release(&others);
	spotted_release(&other);
}

static void a_forged_jump_in_one_probe_is_caught_at_the_rate_of_its_layer(void **state)
{
	struct spotted spotted = spotted_of(tiny_model_deep("llama", LAYERS), LAYERS);

	(void)state;
	probe_forge(&spotted, 2, "model.layers.4.self_attn.o_proj.weight");
	expect_rate(caught(&spotted, 1), 1, 1);
	expect_rate(caught(&spotted, 3), 3, 1);
	assert_int_equal(caught(&spotted, LAYERS), SEEDS);
	spotted_release(&spotted);
}

static void a_jump_at_the_embedding_or_at_the_head_is_always_caught(void **state)
{
	static const char *const tensor[] = { "model.embed_tokens.weight", "lm_head.weight",
					      "model.norm.weight" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct spotted spotted = spotted_of(tiny_model_deep("llama", LAYERS), LAYERS);

		probe_forge(&spotted, 3, tensor[i]);
		assert_int_equal(caught(&spotted, 1), SEEDS);
		spotted_release(&spotted);
	}
}

static void activations_that_the_root_does_not_cover_are_not_computed_with(void **state)
{
	struct spotted spotted = spotted_of(tiny_model_deep("llama", LAYERS), LAYERS);
	struct spot_draw draw = { 0 };
	struct spot_report report;
	struct tiny_open open;
	struct error err = { 0 };

	(void)state;
	spotted.state[LAYERS].data[7] ^= 1;
	assert_done(tiny_model_open(spotted.folder, 0, NULL, &open, &err), &err);
	assert_int_equal(spot(&spotted, &open, 1, NULL, &draw, &report, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "boundary 6"));
	spot_draw_release(&draw);
	tiny_model_close(&open);
	spotted_release(&spotted);
}

/* No token of any probe, so no probe reaches its row. */
static uint32_t unused_token(const struct probes *probes)
{
	for (uint32_t id = 0; id < VOCAB; id++) {
		bool used = false;

		for (size_t i = 0; i < probes->count; i++)
			for (size_t t = 0; t < probes->probe[i].count; t++)
				used = used || probes->probe[i].ids[t] == id;
		if (!used)
			return id;
	}
	fail_msg("the probes have every token");
	return 0;
}

static void an_edit_that_no_probe_reaches_is_seen_by_no_output(void **state)
{
	struct spotted spotted = spotted_of(tiny_model_deep("llama", LAYERS), LAYERS);
	uint32_t row = unused_token(&spotted.probes);

	(void)state;
	tiny_model_flip_at(&spotted.model, spotted.folder, "model.embed_tokens.weight",
			   (size_t)row * HIDDEN);
	assert_int_equal(caught(&spotted, LAYERS), 0);
	spotted_release(&spotted);
}

static void a_seed_draws_the_same_layers_again_and_chance_others(void **state)
{
	struct spotted spotted = spotted_of(tiny_model_deep("llama", LAYERS), LAYERS);
	struct spot_draw first = { 0 }, again = { 0 };
	struct spot_request half = { .percent = 50 };
	struct tiny_open open;
	struct error err = { 0 };

	(void)state;
	assert_done(tiny_model_open(spotted.folder, 0, NULL, &open, &err), &err);
	assert_done(spot_draw_make(&open.ctx, open.forward, &half, NULL, &first, &err), &err);
	assert_int_equal(first.sampled, 3);
	assert_done(spot_draw_make(&open.ctx, open.forward, &half, first.seed, &again, &err), &err);
	assert_true(again.seeded);
	assert_memory_equal(first.wanted, again.wanted, LAYERS * sizeof(bool));
	spot_draw_release(&first);
	spot_draw_release(&again);
	tiny_model_close(&open);
	spotted_release(&spotted);
}

static void chances_are_exact_and_never_rounded_up(void **state)
{
	static const struct {
		uint32_t layers, sampled, bad;
		const char *text;
	} table[] = {
		{ 6, 1, 1, "0.166666" },   /* 1/6 */
		{ 6, 2, 2, "0.600000" },   /* 1 - C(4,2)/C(6,2) */
		{ 96, 12, 1, "0.125000" }, /* 12/96 */
		{ 96, 12, 5, "0.494928" }, /* 1 - C(91,12)/C(96,12) */
		{ 6, 2, 5, "1.000000" },   /* more bad ones than can be missed */
		{ 6, 6, 1, "1.000000" },
		{ 2048, 1, 1, "0.000488" }, /* 1/2048 = 0.00048828125 */
		{ 2048, 1024, 5, "0.968902" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char text[SPOT_CHANCE_SIZE];

		spot_chance(table[i].layers, table[i].sampled, table[i].bad, text);
		assert_string_equal(text, table[i].text);
	}
}

static void what_is_asked_is_a_number_or_a_percentage(void **state)
{
	static const char *const bad[] = { "",    "0", "-1", "4.5", "0%",   "101%",
					   "5%%", "x", "4 ", "+4",  "99999" };
	struct spot_request request;
	struct error err = { 0 };

	(void)state;
	assert_done(spot_parse("4", &request, &err), &err);
	assert_int_equal(request.layers, 4);
	assert_done(spot_parse("25%", &request, &err), &err);
	assert_int_equal(request.layers, 0);
	assert_int_equal(request.percent, 25);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err = (struct error){ 0 };
		assert_fails(spot_parse(bad[i], &request, &err), &err, ERROR_USAGE);
	}
}

/* Only the experts of the layers that were drawn are read, and one that is not what it was is
 * found. */
static void layers_with_experts_are_drawn_like_any_other(void **state)
{
	struct spotted spotted = spotted_of(tiny_moe("mixtral", 4), 2);

	(void)state;
	for (unsigned changed = 0; changed < 2; changed++) {
		struct spot_draw draw = { 0 };
		struct spot_report report = { 0 };
		struct tiny_open open;
		struct error err = { 0 };

		assert_done(tiny_model_open(spotted.folder, 2, NULL, &open, &err), &err);
		assert_done(spot(&spotted, &open, 1, "a seed", &draw, &report, &err), &err);
		assert_int_equal(report.replay.differs, changed);
		for (uint32_t layer = 0; layer < 2; layer++)
			for (uint32_t id = 0; id < 4; id++)
				assert_true(draw.wanted[layer] ||
					    !forward_expert_used(open.forward, layer, id));
		assert_true(forward_experts(open.forward).used > 0);
		tiny_model_flip(&spotted.model, spotted.folder,
				draw.wanted[0]
					? "model.layers.0.block_sparse_moe.experts.0.w2.weight"
					: "model.layers.1.block_sparse_moe.experts.0.w2.weight");
		spot_report_release(&report);
		spot_draw_release(&draw);
		tiny_model_close(&open);
	}
	spotted_release(&spotted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_recorded_honestly_holds_whatever_is_drawn),
		cmocka_unit_test(an_altered_layer_is_caught_at_the_stated_rate),
		cmocka_unit_test(a_forged_jump_in_one_probe_is_caught_at_the_rate_of_its_layer),
		cmocka_unit_test(a_jump_at_the_embedding_or_at_the_head_is_always_caught),
		cmocka_unit_test(activations_that_the_root_does_not_cover_are_not_computed_with),
		cmocka_unit_test(an_edit_that_no_probe_reaches_is_seen_by_no_output),
		cmocka_unit_test(a_seed_draws_the_same_layers_again_and_chance_others),
		cmocka_unit_test(chances_are_exact_and_never_rounded_up),
		cmocka_unit_test(what_is_asked_is_a_number_or_a_percentage),
		cmocka_unit_test(layers_with_experts_are_drawn_like_any_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
