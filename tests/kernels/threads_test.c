/* The pool of threads: every index once, whatever the number of threads. */
#include "tests/support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { COUNT = 10000 };

static void count_visit(void *arg, size_t index)
{
	atomic_uint *visits = arg;

	atomic_fetch_add(&visits[index], 1);
}

static void every_index_is_visited_once_on_any_number_of_threads(void **state)
{
	atomic_uint *visits = calloc(COUNT, sizeof(*visits));
	struct error err = { 0 };

	(void)state;
	for (size_t count = 1; count <= 9; count += 2) {
		CLEANUP(threads_free) struct threads *threads = NULL;

		assert_done(threads_new(count, &threads, &err), &err);
		assert_int_equal(threads_count(threads), count);
		for (size_t round = 1; round <= 20; round++) {
			threads_run(threads, COUNT / round, count_visit, visits);
			for (size_t i = 0; i < COUNT; i++)
				assert_int_equal(atomic_exchange(&visits[i], 0), i < COUNT / round);
		}
	}
	free(visits);
}

static void without_a_pool_the_caller_does_the_work_in_order(void **state)
{
	atomic_uint visits[5] = { 0 };

	(void)state;
	assert_int_equal(threads_count(NULL), 1);
	threads_run(NULL, 5, count_visit, visits);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(visits[i], 1);
}

static void no_work_is_done_for_no_index(void **state)
{
	CLEANUP(threads_free) struct threads *threads = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(threads_new(3, &threads, &err), &err);
	threads_run(threads, 0, count_visit, NULL);
}

struct caller {
	struct threads *threads;
	atomic_uint *visits;
};

static void *call_often(void *arg)
{
	struct caller *caller = arg;

	for (int i = 0; i < 50; i++)
		threads_run(caller->threads, COUNT / 10, count_visit, caller->visits);
	return NULL;
}

static void callers_from_several_threads_take_turns(void **state)
{
	CLEANUP(threads_free) struct threads *threads = NULL;
	atomic_uint *visits = calloc(COUNT, sizeof(*visits));
	struct error err = { 0 };
	pthread_t caller[4];
	struct caller arg;

	(void)state;
	assert_done(threads_new(2, &threads, &err), &err);
	arg = (struct caller){ threads, visits };
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&caller[i], NULL, call_often, &arg), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(caller[i], NULL);
	for (size_t i = 0; i < COUNT / 10; i++)
		assert_int_equal(visits[i], 200);
	free(visits);
}

static void the_number_of_threads_has_a_default_and_a_limit(void **state)
{
	CLEANUP(threads_free) struct threads *threads = NULL;
	struct threads *none = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(threads_new(0, &threads, &err), &err);
	assert_true(threads_count(threads) >= 1);
	assert_fails(threads_new(SIZE_MAX, &none, &err), &err, ERROR_USAGE);
	assert_null(none);
	threads_free(&none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_index_is_visited_once_on_any_number_of_threads),
		cmocka_unit_test(without_a_pool_the_caller_does_the_work_in_order),
		cmocka_unit_test(no_work_is_done_for_no_index),
		cmocka_unit_test(callers_from_several_threads_take_turns),
		cmocka_unit_test(the_number_of_threads_has_a_default_and_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
