/*
 * The way to cuBLAS (tests/gpu/check_cublas.h), walked over the fake driver of tests/cuda/
 * and a library of its name that multiplies on the host.
 */
#include "tests/support.h"

#include <stdlib.h>

#include "tests/gpu/check_cublas.h"

enum { ROWS = 5, INPUTS = 7, OUTPUTS = 3 };

static void a_product_comes_back_row_by_row(void **state)
{
	CLEANUP(cublas_close) struct cublas *cublas = NULL;
	float x[ROWS * INPUTS], w[OUTPUTS * INPUTS], y[ROWS * OUTPUTS] = { 0 };
	struct error err = { 0 };
	double seconds = -1;

	(void)state;
	for (size_t i = 0; i < ROWS * INPUTS; i++)
		x[i] = (float)(i % 11) - 5.0f;
	for (size_t i = 0; i < OUTPUTS * INPUTS; i++)
		w[i] = (float)(i % 7) - 2.0f;
	assert_done(cublas_open(0, &cublas, &err), &err);
	assert_string_equal(cublas_description(cublas), "cuBLAS 13.0.0");
	assert_done(cublas_product(cublas, x, w, y, ROWS, INPUTS, OUTPUTS, 2, &seconds, &err),
		    &err);
	assert_true(seconds >= 0);
	for (size_t m = 0; m < ROWS; m++)
		for (size_t n = 0; n < OUTPUTS; n++) {
			float sum = 0.0f;

			for (size_t k = 0; k < INPUTS; k++)
				sum += x[m * INPUTS + k] * w[n * INPUTS + k];
			assert_true(y[m * OUTPUTS + n] == sum);
		}
}

static void a_device_that_is_not_there_is_said(void **state)
{
	struct cublas *cublas;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(cublas_open(63, &cublas, &err), -1);
	assert_non_null(strstr(err.text, "no device 63"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_product_comes_back_row_by_row),
		cmocka_unit_test(a_device_that_is_not_there_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
