/* fake_streams: work is done when CUDA may do it, no sooner and no later. */
#include "opened.h"

enum { N = 300, BYTES = N * sizeof(float) };

static const enum fake_schedule schedules[] = { FAKE_LATE, FAKE_EAGER, FAKE_RANDOM, FAKE_CLOCK };

/* Every schedule, with draws of the one that draws. */
#define EACH_SCHEDULE(options)                                                                     \
	for (size_t s = 0; s < 4; s++)                                                             \
		for (uint64_t draw = 0; draw < (schedules[s] == FAKE_RANDOM ? 20 : 1); draw++)     \
			for (struct fake_options                                                   \
				     options = { .schedule = schedules[s], .seed = draw },         \
				     *once = &options;                                             \
			     once; once = NULL)

static void fill(float *x, float first)
{
	for (size_t i = 0; i < N; i++)
		x[i] = first + (float)i;
}

static void a_kernel_computes_in_every_order_and_schedule(void **state)
{
	(void)state;
	EACH_SCHEDULE(options)
	for (size_t order = 0; order <= SHIM_ORDERS; order++) {
		struct opened o;
		cuda_address x;
		float values[N], y[N];

		options.order = (enum shim_order)(order % SHIM_ORDERS);
		options.watched = order == SHIM_ORDERS;
		fill(values, 1.0f);
		opened_start(&o, &options);
		DONE(o.driver.memory_new(&x, (size_t)2 * BYTES));
		DONE(o.driver.copy_to_device(x, values, BYTES, o.stream));
		DONE(opened_double(&o, o.stream, x, x + BYTES, N));
		DONE(o.driver.copy_to_host(y, x + BYTES, BYTES, o.stream));
		DONE(o.driver.stream_wait(o.stream));
		for (size_t i = 0; i < N; i++)
			assert_true(y[i] == 2.0f * values[i]);
		assert_int_equal(fake_launches("add"), 1);
		DONE(o.driver.memory_free(x));
		opened_stop(&o);
	}
}

/* What arrives when the source changes between asking and waiting. */
static float copied_after_change(const struct fake_options *options, bool pinned)
{
	struct opened o;
	cuda_address x;
	float own[N], *source = own, y[N];

	opened_start(&o, options);
	if (pinned)
		DONE(o.driver.host_new((void **)&source, BYTES, CUDA_HOST_PORTABLE));
	fill(source, 1.0f);
	DONE(o.driver.memory_new(&x, BYTES));
	DONE(o.driver.copy_to_device(x, source, BYTES, o.stream));
	fill(source, 1000.0f);
	DONE(o.driver.copy_to_host(y, x, BYTES, o.stream));
	DONE(o.driver.stream_wait(o.stream));
	DONE(o.driver.memory_free(x));
	if (pinned)
		DONE(o.driver.host_free(source));
	opened_stop(&o);
	return y[0];
}

static void a_copy_reads_pinned_memory_when_it_is_done(void **state)
{
	struct fake_options late = { .schedule = FAKE_LATE }, eager = { .schedule = FAKE_EAGER };

	(void)state;
	assert_true(copied_after_change(&late, true) == 1000.0f);
	assert_true(copied_after_change(&eager, true) == 1.0f);
	assert_true(copied_after_change(&late, false) == 1.0f);
	assert_true(copied_after_change(&eager, false) == 1.0f);
}

/* One stream brings numbers, another doubles them; whether the right ones came out. */
static bool streams_agree(const struct fake_options *options, bool waits)
{
	struct opened o;
	cuda_address x;
	cuda_event event;
	float values[N], *y;
	bool right = true;

	fill(values, 1.0f);
	opened_start(&o, options);
	DONE(o.driver.host_new((void **)&y, BYTES, CUDA_HOST_PORTABLE));
	DONE(o.driver.event_new(&event, CUDA_EVENT_DISABLE_TIMING));
	DONE(o.driver.memory_new(&x, (size_t)2 * BYTES));
	DONE(o.driver.copy_to_device(x, values, BYTES, o.stream));
	DONE(o.driver.event_record(event, o.stream));
	if (waits)
		DONE(o.driver.stream_wait_event(o.other, event, 0));
	DONE(opened_double(&o, o.other, x, x + BYTES, N));
	DONE(o.driver.copy_to_host(y, x + BYTES, BYTES, o.other));
	DONE(o.driver.stream_wait(o.other));
	for (size_t i = 0; i < N; i++)
		right = right && y[i] == 2.0f * values[i];
	DONE(o.driver.memory_free(x));
	DONE(o.driver.event_free(event));
	DONE(o.driver.host_free(y));
	opened_stop(&o);
	return right;
}

static void a_missing_wait_between_streams_shows(void **state)
{
	size_t wrong = 0;

	(void)state;
	EACH_SCHEDULE(options)
	{
		assert_true(streams_agree(&options, true));
		if (options.schedule == FAKE_LATE)
			assert_false(streams_agree(&options, false));
		if (options.schedule == FAKE_RANDOM)
			wrong += !streams_agree(&options, false);
	}
	assert_true(wrong > 0 && wrong < 20);
}

static void an_event_is_where_it_was_recorded_last(void **state)
{
	(void)state;
	EACH_SCHEDULE(options)
	{
		struct opened o;
		cuda_event event, never;
		cuda_address x;
		float *y;
		int result;

		opened_start(&o, &options);
		DONE(o.driver.event_new(&event, 0));
		DONE(o.driver.event_new(&never, 0));
		DONE(o.driver.host_new((void **)&y, BYTES, CUDA_HOST_PORTABLE));
		DONE(o.driver.memory_new(&x, BYTES));
		/* never recorded: nobody is held up */
		DONE(o.driver.stream_wait_event(o.stream, never, 0));
		DONE(o.driver.event_wait(never));
		DONE(o.driver.event_query(never));
		DONE(o.driver.event_record(event, o.stream));
		DONE(o.driver.fill(x, 0, BYTES, o.stream));
		DONE(o.driver.copy_to_host(y, x, BYTES, o.stream));
		DONE(o.driver.event_record(event, o.stream));
		while ((result = o.driver.event_query(event)) == CUDA_NOT_READY)
			;
		DONE(result);
		assert_true(y[N - 1] == 0.0f);
		DONE(o.driver.memory_free(x));
		DONE(o.driver.host_free(y));
		DONE(o.driver.event_free(event));
		DONE(o.driver.event_free(never));
		opened_stop(&o);
	}
}

static void rows_are_copied_and_filled_with_their_pitch(void **state)
{
	(void)state;
	EACH_SCHEDULE(options)
	{
		struct opened o;
		cuda_address x;
		float values[6] = { 1, 2, 3, 4, 5, 6 }, y[20];
		struct cuda_copy_2d copy = { .from_kind = CUDA_MEMORY_HOST,
					     .from_host = values,
					     .from_pitch_bytes = 12,
					     .to_kind = CUDA_MEMORY_DEVICE,
					     .to_pitch_bytes = 40,
					     .width_bytes = 12,
					     .height = 2 };

		opened_start(&o, &options);
		DONE(o.driver.memory_new(&x, sizeof(y)));
		DONE(o.driver.fill(x, 0, sizeof(y), o.stream));
		copy.to_device = x + 8;
		DONE(o.driver.copy_2d(&copy, o.stream));
		DONE(o.driver.fill_2d(x + 12, 40, 0xff, 4, 2, o.stream));
		DONE(o.driver.copy_to_host(y, x, sizeof(y), o.stream));
		for (size_t i = 0; i < 20; i++) {
			float want =
				i % 10 >= 2 && i % 10 < 5 ? values[i / 10 * 3 + i % 10 - 2] : 0.0f;

			assert_true(i % 10 == 3 ? y[i] != y[i] : y[i] == want);
		}
		DONE(o.driver.memory_free(x));
		opened_stop(&o);
	}
}

static void new_memory_is_full_of_nan(void **state)
{
	struct opened o;
	cuda_address x;
	float y[N], *pinned;

	(void)state;
	opened_start(&o, NULL);
	DONE(o.driver.memory_new(&x, BYTES));
	DONE(o.driver.host_new((void **)&pinned, BYTES, CUDA_HOST_PORTABLE));
	DONE(o.driver.copy_to_host(y, x, BYTES, o.stream));
	for (size_t i = 0; i < N; i++)
		assert_true(y[i] != y[i] && pinned[i] != pinned[i]);
	DONE(o.driver.memory_free(x));
	DONE(o.driver.host_free(pinned));
	opened_stop(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_computes_in_every_order_and_schedule),
		cmocka_unit_test(a_copy_reads_pinned_memory_when_it_is_done),
		cmocka_unit_test(a_missing_wait_between_streams_shows),
		cmocka_unit_test(an_event_is_where_it_was_recorded_last),
		cmocka_unit_test(rows_are_copied_and_filled_with_their_pitch),
		cmocka_unit_test(new_memory_is_full_of_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
