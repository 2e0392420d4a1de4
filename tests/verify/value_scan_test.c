/* What no healthy training writes is found in every format, wherever it lies. */
#include "tests/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "verify/value_scan.h"

static struct value_scan scanned(enum dtype dtype, const void *bytes, size_t len)
{
	struct value_scan scan;

	value_scan(dtype, (struct span){ bytes, len }, &scan);
	return scan;
}

/* Each pattern of 8 and 16 bits alone is what its decimal says. */
static void every_pattern_of_a_narrow_format_is_what_its_value_is(void **state)
{
	static const enum dtype dtype[] = { DTYPE_F16, DTYPE_BF16 };

	(void)state;
	for (size_t d = 0; d < sizeof(dtype) / sizeof(dtype[0]); d++) {
		unsigned width = dtype_bits(dtype[d]) / 8;

		for (uint32_t bits = 0; bits < UINT32_C(1) << 8 * width; bits++) {
			uint8_t bytes[2] = { (uint8_t)bits, (uint8_t)(bits >> 8) };
			struct value_scan scan = scanned(dtype[d], bytes, width);
			double value = 0;

			assert_true(dtype_to_double(dtype[d], bytes, &value));
			assert_int_equal(scan.elements, 1);
			assert_int_equal(scan.nan, isnan(value) ? 1 : 0);
			assert_int_equal(scan.infinite, isinf(value) ? 1 : 0);
			assert_true(scan.zero == (value == 0));
			assert_true((scan.first == 0) == !isfinite(value));
		}
	}
}

/* E5M2 is the upper half of a binary16; E4M3 has NaN where all bits but the sign are set. */
static void eight_bits_are_told_by_what_they_are_cut_from(void **state)
{
	(void)state;
	for (unsigned bits = 0; bits < 256; bits++) {
		uint8_t byte = (uint8_t)bits;
		const uint8_t half[2] = { 0, byte };
		struct value_scan five = scanned(DTYPE_F8_E5M2, &byte, 1);
		struct value_scan four = scanned(DTYPE_F8_E4M3, &byte, 1);
		double value = 0;

		assert_true(dtype_to_double(DTYPE_F16, half, &value));
		assert_int_equal(five.nan, isnan(value) ? 1 : 0);
		assert_int_equal(five.infinite, isinf(value) ? 1 : 0);
		assert_true(five.zero == (value == 0));
		assert_int_equal(four.nan, (bits & 0x7f) == 0x7f);
		assert_int_equal(four.infinite, 0);
		assert_true(four.zero == !(bits & 0x7f));
	}
}

static void formats_without_a_negative_zero_have_nan_in_its_place(void **state)
{
	static const enum dtype dtype[] = { DTYPE_F8_E4M3FNUZ, DTYPE_F8_E5M2FNUZ };

	(void)state;
	for (size_t d = 0; d < sizeof(dtype) / sizeof(dtype[0]); d++)
		for (unsigned bits = 0; bits < 256; bits++) {
			uint8_t byte = (uint8_t)bits;
			struct value_scan scan = scanned(dtype[d], &byte, 1);

			assert_int_equal(scan.nan, bits == 0x80);
			assert_int_equal(scan.infinite, 0);
			assert_true(scan.zero == (bits == 0));
		}
}

static void wide_formats_are_counted_to_the_element(void **state)
{
	enum { COUNT = 5000 };
	float *single = calloc(COUNT, sizeof(*single));
	double *twice = calloc(COUNT, sizeof(*twice));
	struct value_scan scan;

	(void)state;
	assert_non_null(single);
	assert_non_null(twice);
	scan = scanned(DTYPE_F32, single, COUNT * sizeof(*single));
	assert_true(scan.zero && !scan.nan && !scan.infinite && scan.first == UINT64_MAX);
	single[4000] = -INFINITY;
	single[4999] = NAN;
	single[7] = -0.0F;
	scan = scanned(DTYPE_F32, single, COUNT * sizeof(*single));
	assert_int_equal(scan.elements, COUNT);
	assert_int_equal(scan.nan, 1);
	assert_int_equal(scan.infinite, 1);
	assert_int_equal(scan.first, 4000);
	assert_false(scan.zero);
	twice[3] = 1e-300;
	scan = scanned(DTYPE_F64, twice, COUNT * sizeof(*twice));
	assert_true(!scan.zero && !scan.nan);
	twice[4998] = NAN;
	scan = scanned(DTYPE_F64, twice, COUNT * sizeof(*twice));
	assert_int_equal(scan.nan, 1);
	assert_int_equal(scan.first, 4998);
	free(single);
	free(twice);
}

static void integers_are_never_nan(void **state)
{
	uint8_t bytes[64];

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	for (enum dtype dtype = DTYPE_BOOL; dtype < DTYPE_COUNT; dtype++) {
		struct value_scan scan = scanned(dtype, bytes, sizeof(bytes));
		double value = 0;

		assert_false(scan.zero);
		if (dtype_bits(dtype) >= 8 && !dtype_to_double(dtype, bytes, &value) &&
		    dtype != DTYPE_F8_E8M0 && dtype != DTYPE_C64)
			assert_true(!scan.nan && !scan.infinite);
	}
	memset(bytes, 0, sizeof(bytes));
	for (enum dtype dtype = DTYPE_BOOL; dtype < DTYPE_COUNT; dtype++)
		assert_true(scanned(dtype, bytes, sizeof(bytes)).zero == (dtype != DTYPE_F8_E8M0));
	assert_true(scanned(DTYPE_F32, bytes, 0).zero);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pattern_of_a_narrow_format_is_what_its_value_is),
		cmocka_unit_test(eight_bits_are_told_by_what_they_are_cut_from),
		cmocka_unit_test(formats_without_a_negative_zero_have_nan_in_its_place),
		cmocka_unit_test(wide_formats_are_counted_to_the_element),
		cmocka_unit_test(integers_are_never_nan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
