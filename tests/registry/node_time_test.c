/* Node time: whole seconds, split at 1 April in Japan, and nothing lost in between. */
#include <string.h>
#include <time.h>

#include "registry/run/node_time.h"
#include "tests/support.h"

/* 2026-04-01T00:00:00+09:00 */
#define APRIL_2026 1774969200

static uint64_t chance(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 20;
}

static void a_year_begins_on_1_april_at_midnight_in_japan(void **state)
{
	(void)state;
	assert_int_equal(fiscal_year_begin(2026), APRIL_2026);
	assert_int_equal(fiscal_year_of(APRIL_2026), 2026);
	assert_int_equal(fiscal_year_of(APRIL_2026 - 1), 2025);
	assert_int_equal(fiscal_year_of(0), 1969);
	/* Held against the C library, whose calendar is its own. */
	for (int year = 1970; year < 2500; year++) {
		struct tm april = { .tm_year = year - 1900, .tm_mon = 3, .tm_mday = 1 };

		assert_int_equal(fiscal_year_begin(year), timegm(&april) - 9 * 3600);
		assert_int_equal(fiscal_year_of(fiscal_year_begin(year)), year);
		assert_int_equal(fiscal_year_of(fiscal_year_begin(year) - 1), year - 1);
	}
}

static void a_run_across_the_turn_counts_for_both_years(void **state)
{
	struct error err = { 0 };
	struct node_time time;

	(void)state;
	assert_done(node_time_split(APRIL_2026 - 100, 250, 64, 512, &time, &err), &err);
	assert_int_equal(time.count, 2);
	assert_int_equal(time.year[0].fiscal_year, 2025);
	assert_int_equal(time.year[0].node_seconds, 6400);
	assert_int_equal(time.year[0].gpu_seconds, 51200);
	assert_int_equal(time.year[1].fiscal_year, 2026);
	assert_int_equal(time.year[1].node_seconds, 9600);
	/* What ends with the year does not touch the next. */
	assert_done(node_time_split(APRIL_2026 - 100, 100, 1, 0, &time, &err), &err);
	assert_int_equal(time.count, 1);
	assert_done(node_time_split(APRIL_2026, 0, 7, 0, &time, &err), &err);
	assert_int_equal(time.count, 1);
	assert_int_equal(time.year[0].node_seconds, 0);
	assert_int_equal(time.year[0].fiscal_year, 2026);
}

static void however_it_is_cut_the_parts_add_up(void **state)
{
	uint64_t seed = 17;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		int64_t began = (int64_t)(chance(&seed) % 4000000000u);
		uint64_t seconds = chance(&seed) % NODE_TIME_SECONDS_MAX;
		uint64_t cut = seconds ? chance(&seed) % seconds : 0;
		uint64_t nodes = 1 + chance(&seed) % 5000, gpus = 8 * nodes, sum = 0, gpu_sum = 0;
		struct node_time whole, first, second;
		struct error err = { 0 };

		assert_done(node_time_split(began, seconds, nodes, gpus, &whole, &err), &err);
		assert_done(node_time_split(began, cut, nodes, gpus, &first, &err), &err);
		assert_done(node_time_split(began + (int64_t)cut, seconds - cut, nodes, gpus,
					    &second, &err),
			    &err);
		for (size_t i = 0; i < whole.count; i++) {
			sum += whole.year[i].node_seconds;
			gpu_sum += whole.year[i].gpu_seconds;
			assert_int_equal(whole.year[i].fiscal_year,
					 whole.year[0].fiscal_year + (int)i);
		}
		assert_int_equal(sum, seconds * nodes);
		assert_int_equal(gpu_sum, seconds * gpus);
		assert_done(node_time_add(&second, &first, &err), &err);
		for (size_t i = 0, at = 0; i < second.count; i++) {
			if (!second.year[i].node_seconds && !second.year[i].gpu_seconds)
				continue; /* a cut at the turn leaves a year of nothing */
			while (whole.year[at].fiscal_year != second.year[i].fiscal_year)
				at++;
			assert_int_equal(whole.year[at].node_seconds, second.year[i].node_seconds);
			assert_int_equal(whole.year[at].gpu_seconds, second.year[i].gpu_seconds);
		}
	}
}

static void it_is_written_and_read_as_json(void **state)
{
	CLEANUP(json_free) struct json *array = NULL;
	struct error err = { 0 };
	struct node_time time, again;

	(void)state;
	assert_done(node_time_split(APRIL_2026 - 1, 2, 3, 24, &time, &err), &err);
	assert_done(node_time_to_json(&time, true, &array, &err), &err);
	assert_done(node_time_from_json(array, &again, &err), &err);
	assert_int_equal(again.count, 2);
	assert_memory_equal(&again.year[0], &time.year[0], 2 * sizeof(time.year[0]));
}

static void what_no_run_takes_is_refused(void **state)
{
	static const char *const bad[] = {
		"[[{\"fiscalYear\":2026}]]",
		"[[{\"fiscalYear\":9,\"nodeSeconds\":1},{\"fiscalYear\":9,\"nodeSeconds\":1}]]",
		"[[{\"fiscalYear\":1,\"nodeSeconds\":1}]]",
		"[[{\"fiscalYear\":2026,\"nodeSeconds\":-1}]]",
		"[{\"fiscalYear\":2026}]",
	};
	struct node_time time;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CLEANUP(json_free) struct json *list = NULL;
		struct error err = { 0 };

		assert_done(json_parse(span_of(bad[i]), NULL, &list, &err), &err);
		assert_int_equal(node_time_from_json(json_at(list, 0), &time, &err), -1);
		assert_int_equal(err.code, ERROR_CORRUPT);
	}
	for (int i = 0; i < 4; i++) {
		struct error err = { 0 };

		assert_int_equal(node_time_split(i == 0 ? -1 : 0,
						 i == 1 ? NODE_TIME_SECONDS_MAX + 1ull : 1,
						 i == 2 ? UINT64_MAX : 1, i == 3 ? UINT64_MAX : 1,
						 &time, &err),
				 -1);
		assert_int_equal(err.code, ERROR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_begins_on_1_april_at_midnight_in_japan),
		cmocka_unit_test(a_run_across_the_turn_counts_for_both_years),
		cmocka_unit_test(however_it_is_cut_the_parts_add_up),
		cmocka_unit_test(it_is_written_and_read_as_json),
		cmocka_unit_test(what_no_run_takes_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
