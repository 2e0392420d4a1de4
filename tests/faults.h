/*
 * Allocations that fail on demand, for one *_faults_test.c program.
 *
 * The build links such a program so that each malloc, calloc, realloc, aligned_alloc,
 * strdup and strndup of the house comes through here. Included once per program.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/support.h"

static unsigned long faults_until; /* the allocation that fails, counted from 1; 0: none */
static bool faults_happened;

static bool fault_now(void)
{
	if (!faults_until || --faults_until)
		return false;
	faults_happened = true;
	return true;
}

#define FAULTY(name, params, args)                                                                 \
	void *__real_##name params;                                                                \
	void *__wrap_##name params;                                                                \
	void *__wrap_##name params                                                                 \
	{                                                                                          \
		return fault_now() ? NULL : __real_##name args;                                    \
	}

FAULTY(malloc, (size_t size), (size))
FAULTY(calloc, (size_t count, size_t size), (count, size))
FAULTY(realloc, (void *old, size_t size), (old, size))
FAULTY(aligned_alloc, (size_t alignment, size_t size), (alignment, size))
FAULTY(strdup, (const char *text), (text))
FAULTY(strndup, (const char *text, size_t max), (text, max))

/*
 * Run `story` with its first allocation failing, then its second … until it
 * gets through. Each time it must fail with ERROR_SYSTEM and words, or succeed
 * only if nothing failed. How many allocations it made.
 */
__attribute__((unused)) static unsigned long
every_allocation_fails_once(int (*story)(void *arg, struct error *err), void *arg)
{
	for (unsigned long i = 1;; i++) {
		struct error err = { 0 };
		int result;

		faults_happened = false;
		faults_until = i;
		result = story(arg, &err);
		faults_until = 0;
		if (!faults_happened) {
			assert_done(result, &err);
			return i - 1;
		}
		assert_int_equal(result, -1);
		assert_int_equal(err.code, ERROR_SYSTEM);
		assert_true(err.text[0] != 0);
	}
}

#endif
