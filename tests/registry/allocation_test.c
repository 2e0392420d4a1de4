/* Allocations: whole seconds that add up, and fiscal years that begin at midnight in Japan. */
#include <string.h>

#include "registry/allocation.h"
#include "tests/support.h"

/* 2026-04-01T00:00:00+09:00, which is 31 March, 15:00 UTC */
#define APRIL_2026 1774969200
#define DAY 86400

static struct allocation_item item_of(const char *text)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct allocation_item item;
	struct error err = { 0 };

	assert_done(json_parse(span_of(text), NULL, &object, &err), &err);
	assert_done(allocation_item_read(object, &item, &err), &err);
	item.site = item.system = item.cluster = item.award = item.source = NULL;
	item.runs = NULL;
	return item;
}

static void a_period_is_of_days_in_japan(void **state)
{
	struct error err = { 0 };
	struct period period;

	(void)state;
	assert_done(period_parse("2026-04-01/2027-03-31", &period, &err), &err);
	assert_int_equal(period.from_s, APRIL_2026);
	assert_int_equal(period.from_s, fiscal_year_begin(2026));
	assert_int_equal(period.until_s, fiscal_year_begin(2027));
	assert_done(period_parse("2026-04/2027-03", &period, &err), &err);
	assert_int_equal(period.from_s, APRIL_2026);
	assert_int_equal(period.until_s, fiscal_year_begin(2027));
	assert_done(period_parse("2023-12/2024-02", &period, &err), &err);
	assert_int_equal(period.until_s - period.from_s, (31 + 31 + 29) * DAY);
	assert_done(period_parse("2024/2024", &period, &err), &err);
	assert_int_equal(period.until_s - period.from_s, 366 * DAY);
	assert_true(period_holds(&period, period.from_s, period.until_s));
	assert_false(period_holds(&period, period.from_s - 1, period.until_s));
	assert_false(period_holds(&period, period.from_s, period.until_s + 1));
}

static void what_is_no_period_is_refused(void **state)
{
	static const char *const bad[] = { "2026",
					   "2026-04-31/2026-05-01",
					   "2026-05/2026-04",
					   "2026-13/2027",
					   "2026-00/2026",
					   "26-04/26-05",
					   "2026-4-1/2026-5-1",
					   "1969/2026",
					   "2026/",
					   "/2026" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error err = { 0 };
		struct period period;

		if (period_parse(bad[i], &period, &err) != -1 || err.code != ERROR_USAGE)
			fail_msg("'%s' is a period", bad[i]);
	}
}

static void an_award_across_the_turn_counts_for_both_years(void **state)
{
	struct allocation_item item =
		item_of("{\"site\":\"K\",\"from\":\"2026-03-31\",\"to\":\"2026-04-02\","
			"\"nodes\":3,\"gpusPerNode\":8}");
	uint64_t node, gpu;

	(void)state;
	allocation_secured(&item, 0, APRIL_2026, &node, &gpu);
	assert_int_equal(node, 3 * DAY);
	assert_int_equal(gpu, 24 * DAY);
	allocation_secured(&item, APRIL_2026, INT64_MAX, &node, &gpu);
	assert_int_equal(node, 6 * DAY);
	allocation_secured(&item, APRIL_2026 - 1, APRIL_2026, &node, &gpu);
	assert_int_equal(node, 3);
	allocation_secured(&item, APRIL_2026, APRIL_2026 - 1, &node, &gpu);
	assert_int_equal(node, 0);
	assert_int_equal(gpu, 0);
}

static void shares_round_down_and_their_parts_add_up(void **state)
{
	struct allocation_item item =
		item_of("{\"site\":\"K\",\"from\":\"2026-03-31\",\"to\":\"2026-04-01\","
			"\"nodes\":1,\"share\":\"1/7\",\"gpusPerNode\":4}");
	uint64_t all, all_gpus;

	(void)state;
	assert_int_equal(allocation_share(&item, 6), 0);
	assert_int_equal(allocation_share(&item, 7), 1);
	assert_int_equal(allocation_share(&item, 20), 2);
	allocation_secured(&item, 0, INT64_MAX, &all, &all_gpus);
	assert_int_equal(all, 2 * DAY / 7);
	assert_int_equal(all_gpus, 2 * DAY * 4 / 7);
	for (int64_t cut = APRIL_2026 - 11; cut < APRIL_2026 + 11; cut++) {
		uint64_t node[2], gpu[2];

		allocation_secured(&item, 0, cut, &node[0], &gpu[0]);
		allocation_secured(&item, cut, INT64_MAX, &node[1], &gpu[1]);
		assert_int_equal(node[0] + node[1], all);
		assert_int_equal(gpu[0] + gpu[1], all_gpus);
	}
}

static void hours_are_spread_evenly_over_the_period(void **state)
{
	struct allocation_item item =
		item_of("{\"site\":\"K\",\"from\":\"2026-03-31\",\"to\":\"2026-04-03\","
			"\"nodeHours\":\"100.01\"}");
	struct allocation_item most = item_of(
		"{\"site\":\"K\",\"from\":\"2026-04\",\"to\":\"2041-02\","
		"\"nodeHours\":\"1000000000\",\"share\":\"1023/1024\",\"gpusPerNode\":1024}");
	uint64_t node, gpu;

	(void)state;
	assert_false(item.gpus_known);
	allocation_secured(&item, 0, INT64_MAX, &node, &gpu);
	assert_int_equal(node, 360036);
	assert_int_equal(gpu, 0);
	allocation_secured(&item, 0, APRIL_2026, &node, &gpu);
	assert_int_equal(node, 360036 / 4);
	allocation_secured(&most, 0, INT64_MAX, &node, &gpu);
	assert_int_equal(node, 3600000000000 / 1024 * 1023);
	assert_int_equal(gpu, 3600000000000 * 1023);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_period_is_of_days_in_japan),
		cmocka_unit_test(what_is_no_period_is_refused),
		cmocka_unit_test(an_award_across_the_turn_counts_for_both_years),
		cmocka_unit_test(shares_round_down_and_their_parts_add_up),
		cmocka_unit_test(hours_are_spread_evenly_over_the_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
