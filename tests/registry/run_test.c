/* Runs: declared once, closed once, and a lower bound gives way to what was measured. */
#include "tests/registry/house.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "registry/run.h"

#define BEGAN 1774969100 /* 100 s before fiscal year 2026 */

static struct json *details_of(const char *id)
{
	struct error err = { 0 };
	struct json *details;
	struct json *command;

	assert_done(json_object_new(&details, &err), &err);
	assert_done(json_set_text(details, "schema", RUN_DETAILS_SCHEMA, &err), &err);
	assert_done(json_set_text(details, "id", id, &err), &err);
	assert_done(json_set_array(details, "command", &command, &err), &err);
	assert_done(json_add_text(command, "train.sh", &err), &err);
	return details;
}

static struct run_declared declare(struct house *house, const char *name, const char *id, bool anew)
{
	CLEANUP(json_free) struct json *details = details_of(id);
	struct run_declaration declaration = { .name = house_name(name),
					       .details = details,
					       .anew = anew };
	struct add_how how = { .mode = STORE_COPY };
	struct run_declared declared;
	struct error err = { 0 };

	assert_done(run_declare(house->registry, &how, &declaration, &declared, &err), &err);
	return declared;
}

static struct run_ending ended(uint64_t seconds, bool lower_bound)
{
	return (struct run_ending){ .outcome = lower_bound ? RUN_LOST : RUN_COMPLETED,
				    .exit_status = lower_bound ? RUN_STATUS_UNKNOWN : 0,
				    .began_s = BEGAN,
				    .seconds = seconds,
				    .lower_bound = lower_bound,
				    .nodes = 2,
				    .gpus = 16,
				    .gpus_known = true };
}

static int close_run(struct house *house, const char *name, const struct run_ending *ending,
		     struct statement_made *out_made, struct error *err)
{
	struct run_closing closing = { .run = house_name(name), .ending = *ending };
	struct add_how how = { .mode = STORE_COPY };

	return run_close(house->registry, &how, &closing, out_made, err);
}

static void a_run_is_declared_once_and_goes_on_under_the_next_name(void **state)
{
	struct run_declared first, again, second, third;
	struct house house;
	struct error err = { 0 };
	struct add_how how = { .mode = STORE_COPY };
	CLEANUP(json_free) struct json *details = details_of("00000000000000ff");
	struct run_declaration taken = { .name = house_name("a/run@v1"), .details = details };

	(void)state;
	house_open(&house);
	first = declare(&house, "a/run@v1", "0000000000000001", true);
	assert_string_equal(first.name.version, "v1");
	assert_string_equal(first.continues.version, "");
	again = declare(&house, "a/run@v1", "0000000000000001", true);
	assert_true(again.added.made.existed);
	assert_string_equal(again.name.version, "v1");
	second = declare(&house, "a/run@v1", "0000000000000002", true);
	assert_string_equal(second.name.version, "v1-2");
	assert_string_equal(second.continues.version, "v1");
	third = declare(&house, "a/run@v1", "0000000000000003", true);
	assert_string_equal(third.name.version, "v1-3");
	assert_string_equal(third.continues.version, "v1-2");
	again = declare(&house, "a/run@v1", "0000000000000002", true);
	assert_true(again.added.made.existed);
	assert_string_equal(again.name.version, "v1-2");
	/* Who does not ask for another name gets none. */
	assert_int_equal(run_declare(house.registry, &how, &taken, &first, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	house_audit(&house, 0);
	house_close(&house);
}

static void a_bound_gives_way_to_what_was_measured(void **state)
{
	struct statement_made short_bound, long_bound, measured, made;
	struct run_ending ending;
	struct run_known_end end;
	struct run_declared run;
	struct house house;
	struct error err = { 0 };

	(void)state;
	house_open(&house);
	run = declare(&house, "a/run@v1", "0000000000000001", true);
	assert_done(run_known_end(house.registry, &run.added.made.identity, &end, &err), &err);
	assert_false(end.known);

	ending = ended(60, true);
	assert_done(close_run(&house, "a/run@v1", &ending, &short_bound, &err), &err);
	assert_done(close_run(&house, "a/run@v1", &ending, &made, &err), &err);
	assert_true(made.existed);
	ending = ended(120, true);
	assert_done(close_run(&house, "a/run@v1", &ending, &long_bound, &err), &err);
	ending = ended(90, true);
	assert_done(close_run(&house, "a/run@v1", &ending, &made, &err), &err);
	assert_true(made.existed);
	ending = ended(130, false);
	assert_done(close_run(&house, "a/run@v1", &ending, &measured, &err), &err);
	assert_false(measured.existed);
	assert_done(run_known_end(house.registry, &run.added.made.identity, &end, &err), &err);
	assert_true(end.known && !end.lower_bound);
	assert_true(digest_equal(&end.statement, &measured.identity));
	assert_int_equal(end.seconds, 130);
	assert_int_equal(end.time.count, 2);
	assert_int_equal(end.time.year[0].node_seconds, 200);
	assert_int_equal(end.time.year[1].gpu_seconds, 480);

	/* A bound that comes late changes nothing; another measured end contradicts. */
	ending = ended(500, true);
	assert_done(close_run(&house, "a/run@v1", &ending, &made, &err), &err);
	assert_true(made.existed);
	ending = ended(130, false);
	assert_done(close_run(&house, "a/run@v1", &ending, &made, &err), &err);
	assert_true(made.existed);
	ending = ended(131, false);
	assert_int_equal(close_run(&house, "a/run@v1", &ending, &made, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	house_audit(&house, 0);
	house_close(&house);
}

static void a_long_command_stays_in_the_object_alone(void **state)
{
	CLEANUP(json_free) struct json *details = details_of("0000000000000001");
	CLEANUP(statement_release) struct statement said = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct run_declaration declaration = { .name = house_name("a/run@v1"), .details = details };
	struct add_how how = { .mode = STORE_COPY };
	struct run_declared declared;
	struct json *environment;
	struct error err = { 0 };
	struct house house;
	char value[1001];

	(void)state;
	memset(value, 'x', 1000);
	value[1000] = '\0';
	house_open(&house);
	assert_done(json_set_object(details, "environment", &environment, &err), &err);
	for (int i = 0; i < 60; i++) {
		char key[16];

		snprintf(key, sizeof(key), "KEY_%d", i);
		assert_done(json_set_text(environment, key, value, &err), &err);
	}
	assert_done(run_declare(house.registry, &how, &declaration, &declared, &err), &err);
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	assert_done(registry_payload(house.registry, &declared.added.made.identity, &payload, &err),
		    &err);
	assert_done(statement_parse(buffer_view(&payload), &said, &err), &err);
	assert_null(json_member(said.predicate, "environment"));
	assert_int_equal(json_count(json_member(said.predicate, "command")), 1);
	assert_non_null(json_member(said.predicate, "details"));
	house_close(&house);
}

static void an_ending_is_read_as_it_was_written(void **state)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct run_ending ending = { .outcome = RUN_KILLED,
				     .exit_status = 137,
				     .signal = SIGKILL,
				     .began_s = BEGAN,
				     .seconds = 7,
				     .clock_off = -3600,
				     .nodes = 1,
				     .reason = "why" },
			  again;
	struct error err = { 0 };

	(void)state;
	assert_done(json_object_new(&object, &err), &err);
	assert_done(run_ending_to_json(&ending, object, &err), &err);
	assert_string_equal(json_text(json_member(object, "signal")), "SIGKILL");
	assert_string_equal(json_text(json_member(object, "ended")), "2026-03-31T14:58:27Z");
	assert_null(json_member(object, "gpus"));
	assert_done(run_ending_from_json(object, &again, &err), &err);
	assert_int_equal(again.signal, SIGKILL);
	assert_int_equal(again.exit_status, 137);
	assert_int_equal(again.clock_off, -3600);
	assert_int_equal(again.outcome, RUN_KILLED);
	assert_false(again.gpus_known);
	assert_string_equal(again.reason, "why");
}

static void an_end_whose_node_time_is_not_that_of_its_nodes_is_refused(void **state)
{
	const struct run_ending ending = { .outcome = RUN_COMPLETED,
					   .began_s = 1775055500, /* across 1 April in Japan */
					   .seconds = 1000,
					   .nodes = 4,
					   .gpus = 8,
					   .gpus_known = true };
	CLEANUP(json_free) struct json *object = NULL, *lie = NULL, *years = NULL;
	struct node_time time;
	struct run_ending back;
	struct error err = { 0 };

	(void)state;
	assert_done(json_object_new(&object, &err), &err);
	assert_done(run_ending_to_json(&ending, object, &err), &err);
	assert_done(run_ending_from_json(object, &back, &err), &err);
	assert_int_equal(back.nodes, 4);
	assert_done(json_object_new(&lie, &err), &err);
	for (struct json_members at = { 0 }; json_next(object, &at);)
		if (strcmp(at.key, "nodeTime") != 0)
			assert_done(json_set_clone(lie, at.key, at.value, &err), &err);
	assert_done(run_ending_from_json(lie, &back, &err), &err);
	assert_done(node_time_split(ending.began_s, 1001, 4, 8, &time, &err), &err);
	assert_done(node_time_to_json(&time, true, &years, &err), &err);
	assert_done(json_set_take(lie, "nodeTime", &years, &err), &err);
	assert_int_equal(run_ending_from_json(lie, &back, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "node time"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_declared_once_and_goes_on_under_the_next_name),
		cmocka_unit_test(a_bound_gives_way_to_what_was_measured),
		cmocka_unit_test(a_long_command_stays_in_the_object_alone),
		cmocka_unit_test(an_ending_is_read_as_it_was_written),
		cmocka_unit_test(an_end_whose_node_time_is_not_that_of_its_nodes_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
