/* Verdicts: what decides, and that nothing covers a failure up. */
#include "tests/support.h"

#include "verify/verify.h"

static struct verdict *fresh(struct error *err)
{
	struct verdict *verdict = NULL;

	assert_done(verdict_new("release", &verdict, err), err);
	return verdict;
}

static void a_failed_step_decides_and_stays_failed(void **state)
{
	struct error err = { 0 };
	CLEANUP(verdict_free) struct verdict *verdict = fresh(&err);

	(void)state;
	assert_done(verdict_set(verdict, STEP_BYTES, STEP_FAILS, &err, "one file differs"), &err);
	assert_done(verdict_set(verdict, STEP_BYTES, STEP_HOLDS, &err, "all well"), &err);
	assert_done(verdict_undecided(verdict, &err, "signer not pinned"), &err);
	assert_string_equal(verdict->step[STEP_BYTES].text, "one file differs");
	assert_int_equal(verdict_status(verdict), VERDICT_FAILS);
	assert_int_equal(verdict_exit_status(verdict), 1);
}

static void a_reason_or_a_required_gap_leaves_the_whole_undecided(void **state)
{
	struct error err = { 0 };
	CLEANUP(verdict_free) struct verdict *verdict = fresh(&err);

	(void)state;
	assert_int_equal(verdict_exit_status(verdict), 0);
	assert_done(verdict_set(verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, &err, "unknown family"),
		    &err);
	assert_int_equal(verdict_exit_status(verdict), 0);
	verdict->step[STEP_FORWARD].required = true;
	assert_int_equal(verdict_exit_status(verdict), 3);
	verdict->step[STEP_FORWARD].required = false;
	assert_done(verdict_undecided(verdict, &err, "2 shards are missing"), &err);
	assert_int_equal(verdict_exit_status(verdict), 3);
}

static void the_json_has_every_step_and_no_raw_control_character(void **state)
{
	struct error err = { 0 };
	CLEANUP(verdict_free) struct verdict *verdict = fresh(&err);
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer text;

	(void)state;
	buffer_init(&text, 1u << 16);
	assert_done(verdict_detail(verdict, STEP_BYTES, &err, "file '%s'", "a\x1b[31m\nb"), &err);
	assert_done(verdict_set(verdict, STEP_BYTES, STEP_HOLDS, &err, "all 3 files hold"), &err);
	assert_done(verdict_to_json(verdict, &json, &err), &err);
	assert_int_equal(json_count(json_member(json, "steps")), STEP_COUNT);
	assert_done(json_write_canonical(json, &text, &err), &err);
	assert_null(memchr(text.data, 0x1b, text.len));
	assert_null(memchr(text.data, '\n', text.len));
	assert_non_null(memmem(text.data, text.len, "\"status\":\"holds\"", 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failed_step_decides_and_stays_failed),
		cmocka_unit_test(a_reason_or_a_required_gap_leaves_the_whole_undecided),
		cmocka_unit_test(the_json_has_every_step_and_no_raw_control_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
