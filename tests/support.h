/* What every cmocka test program begins with. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above first */
#include <cmocka.h>
#include <string.h>

#include "kernels/kernels.h"

/* The call succeeds; otherwise the test fails with the error's text. */
#define assert_done(call, err)                                                                     \
	do {                                                                                       \
		if (call)                                                                          \
			fail_msg("%s: %s", #call, (err)->text);                                    \
	} while (0)

/* The call fails with `expected` and says why; `err` is clean again afterwards. */
#define assert_fails(call, err, expected)                                                          \
	do {                                                                                       \
		assert_int_equal((call), -1);                                                      \
		assert_int_equal((err)->code, (expected));                                         \
		assert_true((err)->text[0] != 0);                                                  \
		*(err) = (struct error){ 0 };                                                      \
	} while (0)

/* A fresh empty folder, malloced name; removed by test_folder_remove. */
char *test_folder(void);
void test_folder_remove(char **path);

/* A context with a fixed clock, no environment, and repeatable "randomness". */
struct context test_context(void);

/* Pseudo-random numbers that are the same in every run: xorshift64*. */
uint64_t test_random(uint64_t *state);

#endif
