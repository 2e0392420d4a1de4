/* fake_clock: copies and kernels take the times that a test chose, engines beside one another. */
#include "opened.h"

#include <stdlib.h>

static double kernel_s(void *user, const struct shim_launch *launch)
{
	const struct add_params *params = launch->params;

	assert_string_equal(launch->kernel->name, "add");
	return *(const double *)user * (double)params->numbers.a_stride;
}

static double per_number_s = 0.01;

/* Both copy engines at 1000 bytes in a second; a kernel takes 10 ms for each number. */
static const struct fake_options clocked = { .schedule = FAKE_CLOCK,
					     .times = { .to_device_bytes_per_s = 1000,
							.to_host_bytes_per_s = 2000,
							.kernel_s = kernel_s,
							.user = &per_number_s } };

static void assert_near(double is, double should)
{
	if (is < should - 1e-9 || is > should + 1e-9)
		fail_msg("%.9f s instead of %.9f s", is, should);
}

static void one_stream_does_one_thing_after_another(void **state)
{
	struct opened o;
	struct fake_report report;
	cuda_address x;
	cuda_event begin, end;
	float y[100] = { 0 };
	double before = fake_clock_now();
	float took_ms;

	(void)state;
	opened_start(&o, &clocked);
	before = fake_clock_now();
	DONE(o.driver.event_new(&begin, 0));
	DONE(o.driver.event_new(&end, 0));
	DONE(o.driver.memory_new(&x, 800));
	DONE(o.driver.event_record(begin, o.stream));
	DONE(o.driver.copy_to_device(x, y, 400, o.stream));     /* 0.4 s */
	DONE(opened_double(&o, o.stream, x, x + 400, 100));     /* 1 s */
	assert_near(fake_clock_now() - before, 0);              /* nobody waited */
	DONE(o.driver.copy_to_host(y, x + 400, 400, o.stream)); /* 0.2 s, to memory not pinned */
	assert_near(fake_clock_now() - before, 1.6);
	DONE(o.driver.event_record(end, o.stream));
	DONE(o.driver.event_wait(end));
	DONE(o.driver.event_elapsed(&took_ms, begin, end));
	assert_near((double)took_ms, (double)1600.0f);
	fake_report(&report);
	assert_near(report.busy_s[0][FAKE_TO_DEVICE], 0.4);
	assert_near(report.busy_s[0][FAKE_COMPUTE], 1.0);
	assert_near(report.busy_s[0][FAKE_TO_HOST], 0.2);
	assert_int_equal(report.bytes[0][FAKE_TO_DEVICE], 400);
	assert_int_equal(report.launches[0], 1);
	assert_int_equal(report.memory_peak_bytes[0], 800);
	DONE(o.driver.event_free(begin));
	DONE(o.driver.event_free(end));
	DONE(o.driver.memory_free(x));
	opened_stop(&o);
}

/* Four pieces are brought by one stream and doubled by another. */
static double pipeline_s(bool overlapped)
{
	struct opened o;
	struct fake_report report;
	cuda_address x;
	cuda_event there;
	void *staged;
	double before;

	opened_start(&o, &clocked);
	before = fake_clock_now();
	DONE(o.driver.host_new(&staged, 800, CUDA_HOST_PORTABLE));
	memset(staged, 0, 800);
	DONE(o.driver.event_new(&there, CUDA_EVENT_DISABLE_TIMING));
	DONE(o.driver.memory_new(&x, 6400));
	for (size_t i = 0; i < 4; i++) {
		cuda_address piece = x + 800 * i;

		DONE(o.driver.copy_to_device(piece, staged, 800, o.stream)); /* 0.8 s */
		DONE(o.driver.event_record(there, o.stream));
		DONE(o.driver.stream_wait_event(o.other, there, 0));
		DONE(opened_double(&o, overlapped ? o.other : o.stream, piece, piece + 3200,
				   100)); /* 1 s */
	}
	DONE(o.driver.stream_wait(o.stream));
	DONE(o.driver.stream_wait(o.other));
	fake_report(&report);
	assert_near(report.busy_s[0][FAKE_TO_DEVICE], 3.2);
	assert_near(report.busy_s[0][FAKE_COMPUTE], 4.0);
	DONE(o.driver.memory_free(x));
	DONE(o.driver.event_free(there));
	DONE(o.driver.host_free(staged));
	before = fake_clock_now() - before;
	opened_stop(&o);
	return before;
}

static void streams_overlap_where_their_engines_differ(void **state)
{
	(void)state;
	assert_near(pipeline_s(true), 0.8 + 4 * 1.0);
	assert_near(pipeline_s(false), 4 * (0.8 + 1.0));
}

static void one_engine_does_one_thing_at_a_time(void **state)
{
	struct opened o;
	cuda_address x;
	double before;

	(void)state;
	opened_start(&o, &clocked);
	DONE(o.driver.memory_new(&x, 1600));
	DONE(o.driver.fill(x, 0, 1600, o.stream));
	DONE(o.driver.stream_wait(o.stream));
	before = fake_clock_now();
	DONE(opened_double(&o, o.stream, x, x + 400, 100));
	DONE(opened_double(&o, o.other, x + 800, x + 1200, 100));
	DONE(o.driver.stream_wait(o.stream));
	assert_near(fake_clock_now() - before, 1.0);
	DONE(o.driver.stream_wait(o.other));
	assert_near(fake_clock_now() - before, 2.0);
	DONE(o.driver.memory_free(x));
	opened_stop(&o);
}

static void what_the_host_does_meanwhile_takes_its_time(void **state)
{
	struct opened o;
	cuda_address x;
	double before;

	(void)state;
	opened_start(&o, &clocked);
	DONE(o.driver.memory_new(&x, 800));
	DONE(o.driver.fill(x, 0, 800, o.stream));
	before = fake_clock_now();
	DONE(opened_double(&o, o.stream, x, x + 400, 100)); /* until 1.0 */
	fake_clock_spend(0.7);
	DONE(opened_double(&o, o.stream, x, x + 400, 100)); /* until 2.0 */
	fake_clock_spend(1.8);                              /* it is 2.5 */
	DONE(opened_double(&o, o.stream, x, x + 400, 100)); /* until 3.5 */
	DONE(o.driver.stream_wait(o.stream));
	assert_near(fake_clock_now() - before, 3.5);
	fake_clock_reach(before + 3.0);
	assert_near(fake_clock_now() - before, 3.5);
	fake_clock_reach(before + 4.0);
	assert_near(fake_clock_now() - before, 4.0);
	DONE(o.driver.memory_free(x));
	opened_stop(&o);
}

static void a_hollow_device_holds_more_than_this_machine(void **state)
{
	struct fake_options hollow = clocked;
	struct opened o;
	cuda_address x;
	size_t size_bytes = (size_t)1 << 40;
	double before;

	(void)state;
	hollow.times.hollow = true;
	hollow.device[0].memory_bytes = (size_t)2 << 40;
	opened_start(&o, &hollow);
	before = fake_clock_now();
	DONE(o.driver.memory_new(&x, size_bytes));
	DONE(o.driver.copy_to_device(x + size_bytes / 2, &o, 1000, o.stream));
	DONE(opened_double(&o, o.stream, x, x, 300));
	DONE(o.driver.stream_wait(o.stream));
	assert_near(fake_clock_now() - before, 4.0);
	DONE(o.driver.memory_free(x));
	opened_stop(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stream_does_one_thing_after_another),
		cmocka_unit_test(streams_overlap_where_their_engines_differ),
		cmocka_unit_test(one_engine_does_one_thing_at_a_time),
		cmocka_unit_test(what_the_host_does_meanwhile_takes_its_time),
		cmocka_unit_test(a_hollow_device_holds_more_than_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
