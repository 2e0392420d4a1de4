/* What a card claims is held against facts, and each kind of source speaks with one voice. */
#include "tests/support.h"

#include <stdio.h>

#include "registry/card/check.h"

struct world {
	struct card_text card;
	struct card_claims claims;
	struct card_sources sources;
	struct card_report report;
};

static void world_end(struct world *world)
{
	card_report_release(&world->report);
	card_sources_release(&world->sources);
	card_claims_release(&world->claims);
	card_text_release(&world->card);
}

static void check(struct world *world, const char *card)
{
	struct error err = { 0 };

	assert_done(card_text_parse(span_of(card), "card.md", &world->card, &err), &err);
	assert_done(card_claims_of(&world->card, &world->claims, &err), &err);
	assert_done(card_sources_finish(&world->sources, &err), &err);
	assert_done(card_check(&world->claims, &world->sources, &world->report, &err), &err);
}

/* The finding about a value on a line. */
static const struct card_finding *finding(const struct world *world, unsigned line,
					  const char *value)
{
	for (size_t i = 0; i < world->report.count; i++)
		if (world->report.finding[i].claim->line == line &&
		    strcmp(world->report.finding[i].claim->value, value) == 0)
			return &world->report.finding[i];
	fail_msg("no claim '%s' on line %u", value, line);
	return NULL;
}

static void fact(struct world *world, struct card_fact fact)
{
	struct error err = { 0 };

	fact.where = fact.where ? fact.where : "somewhere";
	assert_done(card_source_add(&world->sources, &fact, &err), &err);
}

static void sources_of_one_kind_may_differ_and_others_may_not(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };

	(void)state;
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_learning_rate,
					 .source = CARD_SOURCE_SCRIPT,
					 .value = "1e-4",
					 .where = "phase1.sh" });
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_learning_rate,
					 .source = CARD_SOURCE_SCRIPT,
					 .value = "3e-4",
					 .where = "phase2.sh" });
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_layers,
					 .source = CARD_SOURCE_SCRIPT,
					 .value = "24" });
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_layers,
					 .source = CARD_SOURCE_MODEL,
					 .value = "32" });
	check(&world, "- lr: 3e-4\n- Layers: 24\n");
	assert_int_equal(finding(&world, 1, "3e-4")->verdict, CARD_CONFIRMED);
	assert_string_equal(finding(&world, 1, "3e-4")->fact->where, "phase2.sh");
	assert_int_equal(finding(&world, 2, "24")->verdict, CARD_CONTRADICTED);
	assert_string_equal(finding(&world, 2, "24")->fact->value, "32");
}

static void another_way_to_count_only_confirms(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };

	(void)state;
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_parameters,
					 .source = CARD_SOURCE_MODEL,
					 .value = "1868000000" });
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_parameters,
					 .source = CARD_SOURCE_MODEL,
					 .only_confirms = true,
					 .value = "1664000000" });
	check(&world, "- Parameters: 1.7B\n- Parameters: 1.9B\n- Parameters: 1.8B\n");
	assert_int_equal(finding(&world, 1, "1.7B")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 2, "1.9B")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 3, "1.8B")->verdict, CARD_CONTRADICTED);
	assert_string_equal(finding(&world, 3, "1.8B")->fact->value, "1868000000");
}

static void numbers_in_sentences_need_a_unit_and_to_be_alone(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };

	(void)state;
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_tokens,
					 .source = CARD_SOURCE_SIGNED,
					 .value = "2072488058295" });
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_nodes,
					 .source = CARD_SOURCE_SIGNED,
					 .value = "64" });
	check(&world,
	      "Trained on 2.1T tokens, not 7.\n\nTrained on 3T tokens.\n\n"
	      "It saw 1T tokens of Japanese and 2T tokens of English.\n\nEvaluated on 2 nodes.\n");
	assert_int_equal(finding(&world, 1, "2.1T tokens")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 1, "7")->verdict, CARD_UNSUPPORTED);
	assert_int_equal(finding(&world, 3, "3T tokens")->verdict, CARD_CONTRADICTED);
	assert_int_equal(finding(&world, 5, "1T tokens")->verdict, CARD_UNSUPPORTED);
	assert_int_equal(finding(&world, 7, "2 nodes")->verdict, CARD_UNSUPPORTED);
}

static void a_link_to_another_commit_is_contradicted(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };

	(void)state;
	fact(&world, (struct card_fact){ .kind = CARD_FACT_LINK,
					 .source = CARD_SOURCE_SIGNED,
					 .value = "git@github.com:lab/Code.git",
					 .of = "48cadf30d35addadb3761358f7c75c2e25952cc6" });
	check(&world,
	      "<https://github.com/lab/code>\n"
	      "<https://github.com/lab/code/tree/48cadf30d3>\n"
	      "<https://github.com/lab/code/blob/58cadf30d35addadb3761358f7c75c2e25952cc6/a.py>\n"
	      "<https://github.com/lab/code/tree/main>\n"
	      "<https://github.com/lab/codes>\n");
	assert_int_equal(world.report.finding[0].verdict, CARD_CONFIRMED);
	assert_int_equal(world.report.finding[1].verdict, CARD_CONFIRMED);
	assert_int_equal(world.report.finding[2].verdict, CARD_CONTRADICTED);
	assert_int_equal(world.report.finding[3].verdict, CARD_UNSUPPORTED);
	assert_int_equal(world.report.finding[4].verdict, CARD_UNSUPPORTED);
}

static void scores_are_of_their_task_and_metric(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };

	(void)state;
	fact(&world, (struct card_fact){ .kind = CARD_FACT_SCORE,
					 .source = CARD_SOURCE_SIGNED,
					 .of = "jcommonsenseqa",
					 .name = "acc",
					 .value = "0.4532" });
	fact(&world, (struct card_fact){ .kind = CARD_FACT_SCORE,
					 .source = CARD_SOURCE_SIGNED,
					 .of = "jcommonsenseqa",
					 .name = "exact_match",
					 .value = "0.6" });
	check(&world,
	      "|Tasks|Version|Filter|n-shot|Metric| |Value| |Stderr|\n"
	      "|---|---|---|---|---|---|---|---|---|\n"
	      "|JCommonsenseQA|1|none|4|acc|↑|0.4532|±|0.01|\n"
	      "| | |none|4|exact_match|↑|0.4532|±|0.01|\n"
	      "\n|Benchmark|Accuracy|F1|\n|---|---|---|\n|JCommonsenseQA (4-shot)|45.3|45.3|\n");
	assert_int_equal(world.report.finding[0].verdict, CARD_CONFIRMED);
	assert_int_equal(world.report.finding[1].verdict, CARD_CONTRADICTED);
	assert_string_equal(world.report.finding[1].fact->value, "0.6");
	assert_int_equal(world.report.finding[2].verdict, CARD_CONFIRMED);
	assert_int_equal(world.report.finding[3].verdict,
			 CARD_UNSUPPORTED); /* nobody measured F1 */
}

static void a_table_of_several_models_is_read_for_ours(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };

	(void)state;
	fact(&world, (struct card_fact){ .kind = CARD_FACT_NAME,
					 .source = CARD_SOURCE_SIGNED,
					 .value = "base-1.8b" });
	fact(&world, (struct card_fact){ .meaning = CARD_MEANING_layers,
					 .source = CARD_SOURCE_SIGNED,
					 .value = "24" });
	check(&world, "|Model|Layers|\n|---|---|\n|base-13b|40|\n|**Base 1.8B**|28|\n");
	assert_int_equal(finding(&world, 3, "40")->verdict, CARD_UNSUPPORTED);
	assert_int_equal(finding(&world, 4, "28")->verdict, CARD_CONTRADICTED);
}

static void scripts_are_read_with_their_sums(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };
	static const char script[] =
		"#SBATCH -N 4\nW=2000\nS=$(( ${W} * (3 + 1) / 2 ))\n"
		"Q=$((${OTHER} + 1))\nBIG=$((9999999999 * 9999999999))\n"
		"run --train-iters ${S} --seed ${Q} --lr=1e-4 --micro-batch-size ${BIG}\n"
		"NUM_LAYERS=7\n";
	struct error err = { 0 };

	(void)state;
	assert_done(card_source_script(&world.sources, "run.sh", span_of(script), &err), &err);
	check(&world, "- Steps: 4000\n- Seed: 1\n- Learning rate: 1e-4\n- Nodes: 4\n- Layers: 7\n"
		      "- Micro batch size: 1\n");
	assert_int_equal(finding(&world, 1, "4000")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 2, "1")->verdict, CARD_UNSUPPORTED);
	assert_int_equal(finding(&world, 3, "1e-4")->verdict, CARD_CONFIRMED);
	assert_string_equal(finding(&world, 3, "1e-4")->fact->where, "run.sh, line 6");
	assert_int_equal(finding(&world, 4, "4")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 5, "7")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 6, "1")->verdict, CARD_UNSUPPORTED);
}

static void what_is_signed_is_told_by_its_statement(void **state)
{
	CLEANUP(world_end) struct world world = { .report = { NULL, 0, { 0 } } };
	CLEANUP(json_free) struct json *facts = NULL;
	static const char text[] =
		"{\"name\":\"x/base@1\",\"identity\":\"sha256:aa\",\"parameters\":1777088512,"
		"\"data\":[{\"name\":\"x/"
		"corpus@v3\",\"identity\":\"sha256:bb\",\"tokens\":2072488058295,"
		"\"languages\":[{\"language\":\"ja\",\"tokens\":1007212528577}]}],"
		"\"runs\":[{\"name\":\"x/"
		"run@1\",\"identity\":\"sha256:cc\",\"hyper\":{\"lr\":\"8e-5\"},"
		"\"nodeSeconds\":809568000,\"lowerBound\":false,\"scheduler\":{\"cluster\":"
		"\"sakura\"},"
		"\"git\":{\"commit\":\"48cadf30d35addadb3761358f7c75c2e25952cc6\"}}],"
		"\"parents\":[{\"name\":\"x/older@1\",\"identity\":\"sha256:dd\"}]}";
	struct error err = { 0 };

	(void)state;
	assert_done(json_parse(span_of(text), NULL, &facts, &err), &err);
	assert_done(card_source_signed(&world.sources, facts, &err), &err);
	check(&world, "---\nbase_model: x/newer\nlanguage: [ja]\n---\n- Node-hours: 224,880\n- "
		      "Data center: Google "
		      "Cloud\n- Learning rate: "
		      "8e-5\n\n|Language|Tokens|\n|---|---|\n|Japanese|1.0T|\n|合計|2.1T|\n");
	assert_int_equal(finding(&world, 2, "x/newer")->verdict, CARD_CONTRADICTED);
	assert_int_equal(finding(&world, 3, "ja")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 5, "224,880")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 6, "Google Cloud")->verdict, CARD_CONTRADICTED);
	assert_string_equal(finding(&world, 6, "Google Cloud")->fact->where, "statement sha256:cc");
	assert_int_equal(finding(&world, 7, "8e-5")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 11, "1.0T")->verdict, CARD_CONFIRMED);
	assert_int_equal(finding(&world, 12, "2.1T")->verdict, CARD_CONFIRMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources_of_one_kind_may_differ_and_others_may_not),
		cmocka_unit_test(another_way_to_count_only_confirms),
		cmocka_unit_test(numbers_in_sentences_need_a_unit_and_to_be_alone),
		cmocka_unit_test(a_link_to_another_commit_is_contradicted),
		cmocka_unit_test(scores_are_of_their_task_and_metric),
		cmocka_unit_test(a_table_of_several_models_is_read_for_ours),
		cmocka_unit_test(scripts_are_read_with_their_sums),
		cmocka_unit_test(what_is_signed_is_told_by_its_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
