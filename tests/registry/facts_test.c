/* Facts about a model: what believed statements say, by whom, and what they keep to themselves. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>

static struct json *facts_about(struct house *house, const char *name)
{
	struct error err = { 0 };
	struct json *facts;

	assert_done(facts_gather(house->registry, &house->ctx, name, &facts, &err), &err);
	return facts;
}

static const char *text_at(const struct json *object, const char *key)
{
	const char *text = json_text(json_member(object, key));

	return text ? text : "(absent)";
}

static void add_dataset(struct house *house, const char *name)
{
	char *path = house_path(house, "corpus");
	struct add_dataset dataset = { .path = path, .name = house_name(name), .license = "MIT" };
	struct add_how how = { .mode = STORE_COPY };
	struct add_result result = { 0 };
	struct error err = { 0 };
	char file[4096];

	snprintf(file, sizeof(file), "%s/a.jsonl", path);
	house_write(file, "{\"text\":\"one\"}\n{\"text\":\"two\"}\n");
	assert_done(registry_add_dataset(house->registry, &how, &dataset, &result, &err), &err);
	add_result_release(&result);
	free(path);
}

/* A run by its file, as it is declared afterwards. */
static void add_run(struct house *house, const char *name, const char *text)
{
	char *path = house_path(house, "run.json");
	struct add_run run = { .path = path, .name = house_name(name) };
	struct add_how how = { .mode = STORE_COPY };
	struct add_result result = { 0 };
	struct error err = { 0 };

	house_write(path, text);
	assert_done(registry_add_run(house->registry, &how, &run, &result, &err), &err);
	add_result_release(&result);
	free(path);
}

static void add_model(struct house *house, const char *name, const char *run, const char *parent)
{
	char *path = house_path(house, name + 2);
	struct name data = house_name("a/corpus@1"), of = { .owner = "" }, from = { .owner = "" };
	struct add_checkpoint checkpoint = {
		.path = path, .name = house_name(name), .data = &data, .data_count = 1
	};
	struct add_how how = { .mode = STORE_COPY };
	struct add_result result = { 0 };
	struct error err = { 0 };

	if (run) {
		of = house_name(run);
		checkpoint.run_name = &of;
	}
	if (parent) {
		from = house_name(parent);
		checkpoint.parent = &from;
		checkpoint.parent_count = 1;
	}
	house_model(path, parent ? 2 : 1);
	assert_done(registry_add_checkpoints(house->registry, &how, &checkpoint, 1, &result, &err),
		    &err);
	add_result_release(&result);
	free(path);
}

static void the_checkpoint_its_data_and_its_parent_are_told_with_their_statements(void **state)
{
	CLEANUP(json_free) struct json *facts = NULL;
	const struct json *data, *parent;
	struct house house;

	(void)state;
	house_open(&house);
	add_dataset(&house, "a/corpus@1");
	add_model(&house, "a/m@1", NULL, NULL);
	add_model(&house, "a/m@2", NULL, "a/m@1");
	facts = facts_about(&house, "A/M@2");
	assert_string_equal(text_at(facts, "schema"), FACTS_SCHEMA);
	assert_string_equal(text_at(facts, "name"), "a/m@2");
	assert_string_equal(text_at(facts, "architecture"), "LlamaForCausalLM");
	assert_string_equal(text_at(facts, "dtype"), "F32");
	assert_int_equal(json_integer_of(json_member(facts, "parameters")), 64);
	assert_string_equal(text_at(json_member(facts, "config"), "model_type"), "llama");
	assert_int_equal(json_count(json_member(facts, "files")), 2);
	data = json_at(json_member(facts, "data"), 0);
	assert_string_equal(text_at(data, "name"), "a/corpus@1");
	assert_string_equal(text_at(data, "license"), "MIT");
	assert_int_equal(json_integer_of(json_member(data, "documents")), 2);
	assert_null(json_member(data, "tokens")); /* nobody counted them */
	assert_string_equal(text_at(data, "signer"), text_at(facts, "signer"));
	assert_memory_equal(text_at(data, "identity"), "sha256:", 7);
	parent = json_at(json_member(facts, "parents"), 0);
	assert_string_equal(text_at(parent, "name"), "a/m@1");
	assert_string_equal(text_at(parent, "proof"), "declared");
	assert_int_equal(json_count(json_member(facts, "undisclosed")), 0);
	assert_int_equal(json_count(json_member(facts, "unbelieved")), 0);
	house_close(&house);
}

static void a_run_tells_the_options_of_its_command_and_the_last_of_a_name_counts(void **state)
{
	CLEANUP(json_free) struct json *facts = NULL;
	const struct json *run, *hyper;
	struct house house;

	(void)state;
	house_open(&house);
	add_dataset(&house, "a/corpus@1");
	add_run(&house, "a/run@1",
		"{\"command\":[\"torchrun\",\"train.py\",\"--lr\",\"1e-4\",\"--betas\",\"0.9\","
		"\"-0.95\",\"--bf16\",\"--seed=7\",\"--lr\",\"2e-4\",\"--\",\"--no-name?\",\"x\"],"
		"\"hyper_parameters\":{\"warmup\":2000,\"decay\":0.1,\"nested\":{}}}");
	add_model(&house, "a/m@1", "a/run@1", NULL);
	facts = facts_about(&house, "a/m@1");
	run = json_at(json_member(facts, "runs"), 0);
	hyper = json_member(run, "hyper");
	assert_string_equal(text_at(run, "name"), "a/run@1");
	assert_string_equal(text_at(hyper, "lr"), "2e-4");
	assert_string_equal(text_at(hyper, "betas"), "0.9 -0.95");
	assert_string_equal(text_at(hyper, "bf16"), "true");
	assert_string_equal(text_at(hyper, "seed"), "7");
	assert_string_equal(text_at(hyper, "warmup"), "2000");
	assert_string_equal(text_at(hyper, "decay"), "0.1");
	assert_int_equal(json_count(hyper), 6);
	assert_null(json_member(run, "nodeSeconds")); /* nothing is known of its end */
	house_close(&house);
}

static void the_longest_bound_stands_until_an_end_was_measured(void **state)
{
	CLEANUP(json_free) struct json *before = NULL, *after = NULL;
	struct run_closing closing = { .ending = { .outcome = RUN_LOST,
						   .exit_status = RUN_STATUS_UNKNOWN,
						   .began_s = 1700000000,
						   .seconds = 10,
						   .lower_bound = true,
						   .nodes = 4,
						   .gpus = 32,
						   .gpus_known = true } };
	struct add_how how = { .mode = STORE_COPY };
	struct statement_made made;
	struct error err = { 0 };
	const struct json *run;
	struct house house;

	(void)state;
	house_open(&house);
	add_dataset(&house, "a/corpus@1");
	add_run(&house, "a/run@1", "{}");
	add_model(&house, "a/m@1", "a/run@1", NULL);
	closing.run = house_name("a/run@1");
	assert_done(run_close(house.registry, &how, &closing, &made, &err), &err);
	before = facts_about(&house, "a/m@1");
	run = json_at(json_member(before, "runs"), 0);
	assert_true(json_is_yes(json_member(run, "lowerBound")));
	assert_int_equal(json_integer_of(json_member(run, "nodeSeconds")), 40);
	assert_int_equal(json_integer_of(json_member(run, "gpuSeconds")), 320);
	closing.ending.outcome = RUN_COMPLETED;
	closing.ending.exit_status = 0;
	closing.ending.lower_bound = false;
	closing.ending.seconds = 100;
	assert_done(run_close(house.registry, &how, &closing, &made, &err), &err);
	after = facts_about(&house, "a/m@1");
	run = json_at(json_member(after, "runs"), 0);
	assert_false(json_is_yes(json_member(run, "lowerBound")));
	assert_int_equal(json_integer_of(json_member(run, "nodeSeconds")), 400);
	assert_string_equal(text_at(run, "outcome"), "completed");
	house_close(&house);
}

/* Sign a statement about a/m@2, whose predicate is `text` with the references put in. */
static struct digest say(struct house *house, enum statement_kind kind, const char *text)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(json_free) struct json *predicate = NULL, *of = NULL, *parent = NULL;
	struct name child = house_name("a/m@2"), from = house_name("a/m@1");
	struct statement_draft draft = { .kind = kind, .subject = "a/m@2", .repeatable = true };
	struct statement_made made;
	struct error err = { 0 };
	struct json *parents;

	assert_done(json_parse(span_of(text), NULL, &predicate, &err), &err);
	assert_done(registry_reference(house->registry, &child, &of, &err), &err);
	assert_done(json_need_digest(of, "manifest", &draft.digest, &err), &err);
	assert_done(json_set_take(predicate, "of", &of, &err), &err);
	if (kind == STATEMENT_derivation) {
		assert_done(registry_reference(house->registry, &from, &parent, &err), &err);
		assert_done(json_set_array(predicate, "parents", &parents, &err), &err);
		assert_done(json_add_take(parents, &parent, &err), &err);
	}
	draft.predicate = predicate;
	assert_done(signing_key_open(&house->ctx, "tester", &key, &err), &err);
	assert_done(registry_publish_statements(house->registry, key, &draft, 1, &made, &err),
		    &err);
	return made.identity;
}

static void say_verdict(struct house *house, const struct digest *derivation, const char *outcome)
{
	char hex[DIGEST_HEX_SIZE], text[1024];

	digest_to_hex(derivation, hex);
	snprintf(text, sizeof(text),
		 "{\"verdict\":{\"schema\":\"akashi/verdict/1\",\"status\":\"holds\",\"steps\":["
		 "{\"id\":\"lineage\",\"status\":\"holds\",\"evidence\":{\"derivations\":["
		 "{\"statement\":\"sha256:%s\",\"outcome\":\"%s\"}]}}]}}",
		 hex, outcome);
	(void)say(house, STATEMENT_verification, text);
}

static void an_edge_that_somebody_did_again_says_so_and_a_contradiction_stays(void **state)
{
	static const char *const outcome[] = { NULL, "reproduced", "differs", "reproduced" };
	static const char *const proof[] = { "declared", "re-executed", "contradicted",
					     "contradicted" };
	struct digest derivation;
	struct house house;

	(void)state;
	house_open(&house);
	add_dataset(&house, "a/corpus@1");
	add_model(&house, "a/m@1", NULL, NULL);
	add_model(&house, "a/m@2", NULL, NULL);
	derivation = say(&house, STATEMENT_derivation,
			 "{\"method\":\"cast\",\"form\":\"cast\",\"dtype\":\"F32\"}");
	for (size_t i = 0; i < 4; i++) {
		CLEANUP(json_free) struct json *facts = NULL;
		const struct json *parent;

		if (outcome[i])
			say_verdict(&house, &derivation, outcome[i]);
		facts = facts_about(&house, "a/m@2");
		parent = json_at(json_member(facts, "parents"), 0);
		assert_string_equal(text_at(parent, "name"), "a/m@1");
		assert_string_equal(text_at(parent, "relation"), "derivation");
		assert_string_equal(text_at(parent, "method"), "cast");
		assert_string_equal(text_at(parent, "proof"), proof[i]);
		assert_string_equal(text_at(parent, "provedBy"),
				    i ? text_at(facts, "signer") : "(absent)");
		assert_string_equal(text_at(json_at(json_member(facts, "derivations"), 0), "proof"),
				    proof[i]);
		assert_int_equal(json_count(json_member(facts, "unbelieved")), 0);
	}
	house_close(&house);
}

static void what_has_no_checkpoint_has_no_facts(void **state)
{
	struct json *facts = NULL;
	struct error err = { 0 };
	struct house house;

	(void)state;
	house_open(&house);
	add_dataset(&house, "a/corpus@1");
	assert_int_equal(facts_gather(house.registry, &house.ctx, "a/corpus@1", &facts, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	err = (struct error){ 0 };
	assert_int_equal(facts_gather(house.registry, &house.ctx, "a/none@1", &facts, &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	assert_null(facts);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_checkpoint_its_data_and_its_parent_are_told_with_their_statements),
		cmocka_unit_test(
			a_run_tells_the_options_of_its_command_and_the_last_of_a_name_counts),
		cmocka_unit_test(the_longest_bound_stands_until_an_end_was_measured),
		cmocka_unit_test(an_edge_that_somebody_did_again_says_so_and_a_contradiction_stays),
		cmocka_unit_test(what_has_no_checkpoint_has_no_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
