/* Registering things: what is written, what is refused, what is said twice. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>

static void a_fresh_registry_holds_its_policy_and_first_key_and_audits(void **state)
{
	struct house house;
	CLEANUP(text_free) char *pin = NULL;
	struct index_counts counts;
	struct index *index;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(index_count(index, &counts, &err), &err);
	assert_int_equal(counts.statements, 2);
	assert_done(registry_pin(house.registry, &pin, &err), &err);
	assert_memory_equal(pin, "example.org/test+", 17);
	house_audit(&house, 0);
	house_close(&house);
}

static void a_checkpoint_is_believed_by_who_trusts_the_registry(void **state)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed believed = { 0 };
	struct expectation expected = { .kind = STATEMENT_checkpoint, .name = "llm-x/base@v1" };
	struct digest identity;
	struct name found, name = house_name("LLM-X/Base@V1");
	struct add_result added;
	struct house house;
	struct index *index;
	struct error err = { 0 };
	char *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	added = house_add(&house, "model", "llm-x/base@v1");
	assert_false(added.made.existed);
	assert_int_equal(added.files, 2);
	house_reopen(&house);
	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(index_resolve(index, &name, &found, &identity, &err), &err);
	assert_string_equal(found.version, "v1");
	assert_true(digest_equal(&identity, &added.made.identity));
	assert_done(registry_evidence(house.registry, &evidence, &err), &err);
	assert_done(registry_trust(house.registry, evidence, &trust, &err), &err);
	assert_done(believe_statement(&trust, evidence, &identity, &expected, &believed, &err),
		    &err);
	assert_true(believed.claimed);
	assert_int_equal(believed.index, added.made.log_index);
	house_audit(&house, 0);
	free(model);
	house_close(&house);
}

static void the_same_content_again_is_success_and_other_content_is_refused(void **state)
{
	struct add_result first, again;
	struct add_how how = { 0 };
	struct house house;
	struct error err = { 0 };
	char *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	first = house_add(&house, "model", "llm-x/base@v1");
	again = house_add(&house, "model", "llm-x/base@v1");
	assert_true(again.made.existed);
	assert_true(digest_equal(&first.made.identity, &again.made.identity));
	assert_int_equal(first.made.log_index, again.made.log_index);

	house_model(model, 2.0f);
	struct add_checkpoint other = { .path = model, .name = house_name("llm-x/base@v1") };
	struct add_result result;

	assert_fails(registry_add_checkpoints(house.registry, &how, &other, 1, &result, &err), &err,
		     ERROR_USAGE);
	other.name = house_name("LLM-x/base@V1"); /* differs only in case */
	assert_fails(registry_add_checkpoints(house.registry, &how, &other, 1, &result, &err), &err,
		     ERROR_USAGE);
	house_audit(&house, 0);
	free(model);
	house_close(&house);
}

static void a_series_is_one_batch_and_nothing_of_it_stays_when_one_fails(void **state)
{
	struct add_checkpoint series[2];
	struct add_result result[2];
	struct add_how how = { 0 };
	struct index_counts counts;
	struct house house;
	struct index *index;
	struct error err = { 0 };
	char *one, *two;

	(void)state;
	house_open(&house);
	one = house_path(&house, "step-1");
	two = house_path(&house, "step-2");
	house_model(one, 1.0f);
	series[0] = (struct add_checkpoint){ .path = one, .name = house_name("llm-x/base@step-1") };
	series[1] = (struct add_checkpoint){ .path = two, .name = house_name("llm-x/base@step-2") };
	assert_fails(registry_add_checkpoints(house.registry, &how, series, 2, result, &err), &err,
		     ERROR_ABSENT);
	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(index_count(index, &counts, &err), &err);
	assert_int_equal(counts.claims, 0);
	house_model(two, 2.0f);
	assert_done(registry_add_checkpoints(house.registry, &how, series, 2, result, &err), &err);
	assert_done(index_count(index, &counts, &err), &err);
	assert_int_equal(counts.claims, 2);
	house_audit(&house, 0);
	free(one);
	free(two);
	house_close(&house);
}

static void data_run_and_evals_hang_together(void **state)
{
	struct add_how how = { 0 };
	struct house house;
	struct error err = { 0 };
	char *model, *corpus, *run, *results;
	struct add_result result;
	struct index *index;
	struct digest file;
	size_t shared, total;
	struct digest found;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	corpus = house_path(&house, "corpus/a.jsonl");
	run = house_path(&house, "run.json");
	results = house_path(&house, "results.json");
	house_model(model, 1.0f);
	house_write(corpus, "{\"text\":\"one\"}\n{\"text\":\"two\"}\n{\"text\":\"three\"}");
	house_write(run, "{\"learningRate\":\"3e-4\"}");
	house_write(results, "{\"results\":{\"arc\":{\"alias\":\"arc\",\"acc,none\":0.2500,"
			     "\"acc_stderr,none\":0.01}},\"versions\":{\"arc\":1.0},"
			     "\"n-shot\":{\"arc\":0},\"configs\":{\"arc\":{}},\"git_hash\":\"abc\","
			     "\"lm_eval_version\":\"0.4.9\",\"model_name\":\"x\"}");

	struct add_dataset dataset = { .path = corpus, .name = house_name("llm-x/corpus@v1") };
	struct name data = house_name("llm-x/corpus@v1");
	struct add_checkpoint checkpoint = { .path = model,
					     .name = house_name("llm-x/base@v1"),
					     .data = &data,
					     .data_count = 1,
					     .run = run };
	struct add_eval eval = { .path = results, .of = house_name("llm-x/base@v1") };

	assert_done(registry_add_dataset(house.registry, &how, &dataset, &result, &err), &err);
	assert_int_equal(result.records, 3);
	add_result_release(&result);
	assert_done(registry_add_checkpoints(house.registry, &how, &checkpoint, 1, &result, &err),
		    &err);
	checkpoint.name = house_name("llm-x/base@v2");
	house_model(model, 2.0f);
	assert_done(registry_add_checkpoints(house.registry, &how, &checkpoint, 1, &result, &err),
		    &err);
	assert_done(registry_add_eval(house.registry, &how, &eval, &result, &err), &err);
	assert_int_equal(result.scores, 1);
	assert_done(registry_add_eval(house.registry, &how, &eval, &result, &err), &err);
	assert_true(result.made.existed);
	house_audit(&house, 0);

	/* What is no dataset cannot be data, and what is no checkpoint cannot be evaluated. */
	data = house_name("llm-x/base@v1");
	checkpoint.name = house_name("llm-x/base@v3");
	assert_fails(registry_add_checkpoints(house.registry, &how, &checkpoint, 1, &result, &err),
		     &err, ERROR_USAGE);
	eval.of = house_name("llm-x/corpus@v1");
	assert_fails(registry_add_eval(house.registry, &how, &eval, &result, &err), &err,
		     ERROR_USAGE);

	assert_done(registry_index(house.registry, &index, &err), &err);
	file = sha256(span_of("{\"text\":\"one\"}\n{\"text\":\"two\"}\n{\"text\":\"three\"}"));
	assert_done(index_find_files(index, &file, 1, &found, &shared, &total, &err), &err);
	assert_int_equal(shared, 1);
	assert_int_equal(total, 1);
	free(model);
	free(corpus);
	free(run);
	free(results);
	house_close(&house);
}

static void an_alias_moves_and_a_version_does_not(void **state)
{
	struct name first = house_name("llm-x/base@v1"), second = house_name("llm-x/base@v2");
	struct name alias = house_name("llm-x/base:latest"), found;
	struct add_how how = { 0 };
	struct add_result result;
	struct digest identity;
	struct house house;
	struct index *index;
	struct error err = { 0 };
	char *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	house_add(&house, "model", "llm-x/base@v1");
	house_model(model, 2.0f);
	house_add(&house, "model", "llm-x/base@v2");
	assert_done(registry_add_tag(house.registry, &how, &first, "latest", &result, &err), &err);
	assert_false(result.made.existed);
	assert_done(registry_add_tag(house.registry, &how, &first, "latest", &result, &err), &err);
	assert_true(result.made.existed);
	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(index_resolve(index, &alias, &found, &identity, &err), &err);
	assert_string_equal(found.version, "v1");
	assert_done(registry_add_tag(house.registry, &how, &second, "latest", &result, &err), &err);
	assert_done(index_resolve(index, &alias, &found, &identity, &err), &err);
	assert_string_equal(found.version, "v2");
	house_audit(&house, 0);
	free(model);
	house_close(&house);
}

static void a_dry_run_writes_nothing(void **state)
{
	struct add_how how = { .dry_run = true };
	struct index_counts before, after;
	struct add_result result;
	struct house house;
	struct index *index;
	struct error err = { 0 };
	struct store_cursor cursor = { 0 };
	struct digest digest;
	size_t count;
	char *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);

	struct add_checkpoint checkpoint = { .path = model, .name = house_name("llm-x/base@v1") };

	assert_done(registry_index(house.registry, &index, &err), &err);
	assert_done(index_count(index, &before, &err), &err);
	assert_done(registry_add_checkpoints(house.registry, &how, &checkpoint, 1, &result, &err),
		    &err);
	assert_int_equal(result.files, 2);
	assert_done(index_catch_up(index, &err), &err);
	assert_done(index_count(index, &after, &err), &err);
	assert_int_equal(before.entries, after.entries);
	assert_done(store_list(house.registry->store, &cursor, &digest, 1, &count, &err), &err);
	assert_int_equal(count, 0);
	free(model);
	house_close(&house);
}

static void links_and_references_register_what_stays_where_it_is(void **state)
{
	static const enum store_mode mode[] = { STORE_LINK, STORE_REFERENCE };

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		struct add_how how = { .mode = mode[m] };
		struct add_checkpoint checkpoint = { .name = house_name("llm-x/base@v1") };
		struct add_result result;
		enum store_mode found;
		struct house house;
		struct digest config;
		struct error err = { 0 };
		char *model, *file;

		house_open(&house);
		model = house_path(&house, "model");
		file = house_path(&house, "model/config.json");
		house_model(model, 1.0f);
		checkpoint.path = model;
		assert_done(registry_add_checkpoints(house.registry, &how, &checkpoint, 1, &result,
						     &err),
			    &err);
		config = sha256(span_of(
			"{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\"}"));
		assert_done(store_mode_of(house.registry->store, &config, &found, &err), &err);
		assert_int_equal(found, mode[m]);
		house_audit(&house, 0);
		house_flip(file, 5); /* the owner changes it: found, not prevented */
		house_audit(&house, -1);
		free(model);
		free(file);
		house_close(&house);
	}
}

static void a_digest_is_found_by_eight_of_its_digits(void **state)
{
	char hex[DIGEST_HEX_SIZE], prefix[32];
	struct add_result added;
	struct digest found;
	bool is_statement;
	struct house house;
	struct index *index;
	struct error err = { 0 };
	char *model;

	(void)state;
	house_open(&house);
	model = house_path(&house, "model");
	house_model(model, 1.0f);
	added = house_add(&house, "model", "llm-x/base@v1");
	assert_done(registry_index(house.registry, &index, &err), &err);
	digest_to_hex(&added.made.identity, hex);
	snprintf(prefix, sizeof(prefix), "sha256:%.8s", hex);
	assert_done(index_find_prefix(index, prefix, &found, &is_statement, &err), &err);
	assert_true(is_statement);
	assert_true(digest_equal(&found, &added.made.identity));
	digest_to_hex(&added.manifest, hex);
	assert_done(index_find_prefix(index, hex, &found, &is_statement, &err), &err);
	assert_false(is_statement);
	assert_true(digest_equal(&found, &added.manifest));
	assert_fails(index_find_prefix(index, "1234567", &found, &is_statement, &err), &err,
		     ERROR_USAGE);
	assert_fails(index_find_prefix(index, "xyz' OR 1", &found, &is_statement, &err), &err,
		     ERROR_USAGE);
	hex[0] = hex[0] == '0' ? '1' : '0';
	assert_fails(index_find_prefix(index, hex, &found, &is_statement, &err), &err,
		     ERROR_ABSENT);
	free(model);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_registry_holds_its_policy_and_first_key_and_audits),
		cmocka_unit_test(a_checkpoint_is_believed_by_who_trusts_the_registry),
		cmocka_unit_test(the_same_content_again_is_success_and_other_content_is_refused),
		cmocka_unit_test(a_series_is_one_batch_and_nothing_of_it_stays_when_one_fails),
		cmocka_unit_test(data_run_and_evals_hang_together),
		cmocka_unit_test(an_alias_moves_and_a_version_does_not),
		cmocka_unit_test(a_dry_run_writes_nothing),
		cmocka_unit_test(links_and_references_register_what_stays_where_it_is),
		cmocka_unit_test(a_digest_is_found_by_eight_of_its_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
