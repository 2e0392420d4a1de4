/* Which steps of a series are missing, and what a kind of finding is called. */
#include "tests/support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/lint.h"

enum { STEPS_MAX = 400, TEXT_MAX = 4000 };

static int gap_write(void *arg, uint64_t from, uint64_t to, uint64_t by, uint64_t count,
		     struct error *err)
{
	char *text = arg;
	size_t len = strlen(text);

	(void)err;
	snprintf(text + len, TEXT_MAX - len, "%s%" PRIu64 "-%" PRIu64 "/%" PRIu64 "(%" PRIu64 ")",
		 len ? " " : "", from, to, by, count);
	return 0;
}

static void misses(const uint64_t *step, size_t count, const char *wanted)
{
	char text[TEXT_MAX] = "";
	struct error err = { 0 };

	assert_done(lint_gaps(step, count, gap_write, text, &err), &err);
	assert_string_equal(text, wanted);
}

#define MISSES(wanted, ...)                                                                        \
	misses((const uint64_t[]){ __VA_ARGS__ },                                                  \
	       sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), wanted)

/* Steps [from, to] by `by`, but those of `out`, which ends with 0. */
static size_t steps_make(uint64_t *step, size_t count, uint64_t from, uint64_t to, uint64_t by,
			 const uint64_t *out)
{
	for (uint64_t at = from; at <= to; at += by) {
		bool left = false;

		for (const uint64_t *one = out; one && *one; one++)
			left = left || *one == at;
		if (!left)
			step[count++] = at;
	}
	return count;
}

static size_t pythia(uint64_t *step, const uint64_t *out)
{
	size_t count = steps_make(step, 0, 0, 0, 1, NULL);

	for (uint64_t at = 1; at <= 512; at *= 2)
		count = steps_make(step, count, at, at, 1, out);
	return steps_make(step, count, 1000, 143000, 1000, out);
}

static void a_series_as_it_should_be_misses_nothing(void **state)
{
	uint64_t step[STEPS_MAX];

	(void)state;
	misses(step, pythia(step, NULL), "");
	MISSES("", 0);
	MISSES("", 5, 900);
	MISSES("", 0, 1000, 2000, 3000, 3050);
	MISSES("", 500, 1000, 1500, 2000, 7000, 12000, 17000); /* from 500 to 5000 */
	MISSES("", 500, 1000, 1500, 2000, 7000, 12000);
	MISSES("", 5000, 10000, 15000, 16000, 17000, 18000);
	MISSES("", 1, 2, 4, 8, 16, 32, 64, 128);
	MISSES("", 10, 17, 90, 100, 700, 705); /* by no rule */
}

static void steps_that_were_lost_are_named_as_ranges(void **state)
{
	static const uint64_t lost[] = { 5000, 6000, 7000, 20000, 142000, 0 };
	static const uint64_t doubled[] = { 64, 0 };
	static const uint64_t first[] = { 1000, 0 };
	uint64_t step[STEPS_MAX];

	(void)state;
	misses(step, pythia(step, lost),
	       "5000-7000/1000(3) 20000-20000/1000(1) 142000-142000/1000(1)");
	misses(step, pythia(step, doubled), "64-64/64(1)");
	misses(step, pythia(step, first), "1000-1000/1000(1)");
	MISSES("3-3/1(1)", 0, 1, 2, 4, 5);
	MISSES("3000-3000/1000(1) 6000-6000/1000(1)", 1000, 2000, 4000, 5000, 7000, 8000);
	MISSES("1000-4000/1000(4)", 0, 5000, 6000, 7000, 8000);
	MISSES("4000-5000/1000(2)", 0, 1000, 2000, 3000, 5500);
}

static void numbers_at_the_end_of_their_range_do_not_wrap(void **state)
{
	const uint64_t top = UINT64_C(999999999999999999);

	(void)state;
	MISSES("4-999999999999999998/1(999999999999999995)", 1, 2, 3, top);
	MISSES("", 0, top);
}

static void a_kind_is_found_by_its_identifier(void **state)
{
	struct error err = { 0 };
	enum lint_kind kind;

	(void)state;
	for (int i = 0; i < LINT_KIND_COUNT; i++) {
		const struct lint_kind_about *about = lint_kind_about((enum lint_kind)i);

		assert_done(lint_kind_from_id(about->id, &kind, &err), &err);
		assert_int_equal(kind, i);
		assert_true(about->what[0] && about->advice[0]);
	}
	assert_int_equal(lint_kind_from_id("missing-step", &kind, &err), -1);
	assert_int_equal(err.code, ERROR_USAGE);
	assert_non_null(strstr(err.text, "missing-steps"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_series_as_it_should_be_misses_nothing),
		cmocka_unit_test(steps_that_were_lost_are_named_as_ranges),
		cmocka_unit_test(numbers_at_the_end_of_their_range_do_not_wrap),
		cmocka_unit_test(a_kind_is_found_by_its_identifier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
