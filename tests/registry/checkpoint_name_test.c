/* What checkpoints are called, by projects that publish series of them. */
#include "tests/support.h"

#include <string.h>

#include "registry/checkpoint_name.h"

#define NONE UINT64_MAX

static void reads(const char *text, uint64_t stage, uint64_t ingredient, uint64_t step,
		  uint64_t tokens, uint64_t epoch)
{
	struct checkpoint_name name;

	if (!checkpoint_name_read(text, &name))
		fail_msg("'%s' has no known form", text);
	assert_int_equal(name.has_stage ? name.stage : NONE, stage);
	assert_int_equal(name.has_ingredient ? name.ingredient : NONE, ingredient);
	assert_int_equal(name.has_step ? name.step : NONE, step);
	assert_int_equal(name.has_tokens ? name.tokens : NONE, tokens);
	assert_int_equal(name.has_epoch ? name.epoch : NONE, epoch);
}

static void names_that_projects_publish_are_read(void **state)
{
	(void)state;
	/* Pythia, GPT-NeoX */
	reads("step0", NONE, NONE, 0, NONE, NONE);
	reads("step143000", NONE, NONE, 143000, NONE, NONE);
	reads("global_step143000", NONE, NONE, 143000, NONE, NONE);
	/* OLMo 1, 2, 3 */
	reads("step1000-unsharded", NONE, NONE, 1000, NONE, NONE);
	reads("step557000-tokens2464B", NONE, NONE, 557000, UINT64_C(2464000000000), NONE);
	reads("step738020-tokens4000B-unsharded", NONE, NONE, 738020, UINT64_C(4000000000000),
	      NONE);
	reads("stage1-step928646-tokens3896B", 1, NONE, 928646, UINT64_C(3896000000000), NONE);
	reads("stage2-ingredient1-step11931-tokens50B", 2, 1, 11931, UINT64_C(50000000000), NONE);
	reads("stage1-step1413814", 1, NONE, 1413814, NONE, NONE);
	/* LLM-jp, Megatron-LM */
	reads("iter_0100000", NONE, NONE, 100000, NONE, NONE);
	reads("1.7b_3e-5-fix_iter1866317", NONE, NONE, 1866317, NONE, NONE);
	/* SmolLM2, SmolLM3 */
	reads("step-160000", NONE, NONE, 160000, NONE, NONE);
	reads("stage3-step-4720000", 3, NONE, 4720000, NONE, NONE);
	reads("lc-4k-to-32k-step-20000", NONE, NONE, 20000, NONE, NONE);
	/* Apertus */
	reads("step50000-tokens210B", NONE, NONE, 50000, UINT64_C(210000000000), NONE);
	/* LLM360: Amber, K2, Crystal */
	reads("ckpt_000", NONE, NONE, 0, NONE, NONE);
	reads("ckpt_358", NONE, NONE, 358, NONE, NONE);
	reads("CrystalCoder_phase1_checkpoint_055500", 1, NONE, 55500, NONE, NONE);
	/* TinyLlama, Baichuan 2, BLOOM */
	reads("TinyLlama-1.1B-step-50K-105b", NONE, NONE, 50000, UINT64_C(105000000000), NONE);
	reads("TinyLlama-1.1B-intermediate-step-1431k-3T", NONE, NONE, 1431000,
	      UINT64_C(3000000000000), NONE);
	reads("train_00220B", NONE, NONE, NONE, UINT64_C(220000000000), NONE);
	reads("global_step100000", NONE, NONE, 100000, NONE, NONE);
	/* Trainers */
	reads("step-100-4BT", NONE, NONE, 100, UINT64_C(4000000000), NONE);
	reads("checkpoint-500", NONE, NONE, 500, NONE, NONE);
	reads("epoch_3", NONE, NONE, NONE, NONE, 3);
	reads("epoch=3-step=1000.ckpt", NONE, NONE, 1000, NONE, 3);
	reads("ep0-ba1000-rank0.pt", NONE, NONE, 1000, NONE, 0);
	reads("step_1000", NONE, NONE, 1000, NONE, NONE);
	reads("1000", NONE, NONE, 1000, NONE, NONE);
	reads("STEP_7", NONE, NONE, 7, NONE, NONE);
	reads("step100-tokens1.5T", NONE, NONE, 100, UINT64_C(1500000000000), NONE);
}

static void the_example_of_each_form_is_read_by_it(void **state)
{
	struct checkpoint_name name;

	(void)state;
	for (size_t i = 0; checkpoint_form_at(i); i++) {
		const struct checkpoint_form *form = checkpoint_form_at(i);

		assert_true(checkpoint_name_read(form->example, &name));
		assert_string_equal(name.form, form->form);
		assert_true(name.moving == form->moving);
		assert_int_equal(name.before.len, 0);
	}
}

static void other_names_are_none(void **state)
{
	static const char *const text[] = {
		"",
		"v3",
		"2026.06.28",
		"model",
		"domain",
		"footstep100x",
		"step",
		"step-",
		"step-1.5",
		"mainly",
		"stage1",
		"step1000000000000000000",        /* 10^18 has too many digits */
		"step99999999999999999999999999", /* more than 64 bits */
		"train_99999999999T",             /* more tokens than 64 bits hold */
		"step900000000000000000K",        /* the same */
	};
	struct checkpoint_name name;

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		if (checkpoint_name_read(text[i], &name))
			fail_msg("'%s' was read by '%s'", text[i], name.form);
}

static void tokens_that_are_too_many_are_no_part_of_the_name(void **state)
{
	(void)state;
	reads("step5-tokens99999999999T", NONE, NONE, 5, NONE, NONE);
	reads("step000000000000000001", NONE, NONE, 1, NONE, NONE);
	reads("step999999999999999999", NONE, NONE, UINT64_C(999999999999999999), NONE, NONE);
}

static void what_stands_around_the_form_is_told(void **state)
{
	struct checkpoint_name name;

	(void)state;
	assert_true(checkpoint_name_read("llama-step_0050-hf", &name));
	assert_true(span_equal(name.before, span_of("llama-")));
	assert_true(span_equal(name.number, span_of("0050")));
	assert_true(span_equal(name.behind, span_of("-hf")));
}

static void a_path_is_read_from_its_end(void **state)
{
	struct checkpoint_name name;
	struct span number;

	(void)state;
	assert_true(checkpoint_name_of_path("step-7/out/step-500-tokens4B/hf", &name));
	assert_int_equal(name.step, 500);
	assert_true(checkpoint_name_of_path("runs/1000/", &name) && name.step == 1000);
	assert_false(checkpoint_name_of_path("2026/main/hf", &name));
	assert_true(checkpoint_name_number("out/step0500-tokens4B/hf", &number));
	assert_true(span_equal(number, span_of("0500")));
	assert_true(checkpoint_name_number("2026/x7", &number));
	assert_true(span_equal(number, span_of("7")));
	assert_false(checkpoint_name_number("main", &number));
}

static void stages_go_before_steps_and_what_moves_comes_last(void **state)
{
	static const char *const text[] = {
		"stage1-step9",
		"stage1-step10",
		"stage2-ingredient1-step7",
		"stage2-ingredient1-step0008",
		"stage2-ingredient2-step1",
		"other-step1",
		"main",
	};
	struct checkpoint_name a, b;

	(void)state;
	for (size_t i = 1; i < sizeof(text) / sizeof(text[0]); i++) {
		assert_true(checkpoint_name_read(text[i - 1], &a));
		assert_true(checkpoint_name_read(text[i], &b));
		assert_true(checkpoint_name_order(&a, &b) < 0);
		assert_true(checkpoint_name_order(&b, &a) > 0);
	}
	assert_true(checkpoint_name_read("step-5", &a) && checkpoint_name_read("iter_005", &b));
	assert_int_equal(checkpoint_name_order(&a, &b), 0);
	assert_true(checkpoint_name_same_branch(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_projects_publish_are_read),
		cmocka_unit_test(the_example_of_each_form_is_read_by_it),
		cmocka_unit_test(other_names_are_none),
		cmocka_unit_test(tokens_that_are_too_many_are_no_part_of_the_name),
		cmocka_unit_test(what_stands_around_the_form_is_told),
		cmocka_unit_test(a_path_is_read_from_its_end),
		cmocka_unit_test(stages_go_before_steps_and_what_moves_comes_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
