/*
 * math: how far the elementary functions lie from the real ones, over the
 * floats in steps; over all of them with AKASHI_EVERY_FLOAT=1 (half an hour).
 */
#include "../support.h"
#include "kernels/exact_math.h"
#include "naive.h"

#include <math.h>
#include <stdlib.h>

/* A prime, so that no bit of the fraction is always the same. */
enum { STEP = 7919 };

static uint64_t step(void)
{
	const char *wanted = getenv("AKASHI_EVERY_FLOAT");

	return wanted && *wanted == '1' ? 1 : STEP;
}

/* One unit in the last place of a binary32 near `y`. */
static double unit(double y)
{
	int exponent;

	if (fabs(y) < 0x1p-126)
		return 0x1p-149;
	frexp(y, &exponent);
	return ldexp(1.0, exponent - 24);
}

/* Which x are looked at, and in whose units. */
struct range {
	float smallest;   /* |x| from here on */
	float from;       /* x from here on */
	bool of_argument; /* units of x: for functions that cancel, or where the result is tiny */
};

#define EVERYWHERE ((struct range){ 0, -F32_INFINITY, false })

/* The largest error in units over finite x from the C library's binary64 function. */
static double largest_error_in(struct range range, float (*tried)(float), float (*naive)(float),
			       double (*real)(double))
{
	double largest = 0;

	for (uint64_t bits = 0; bits <= UINT32_MAX; bits += step()) {
		float x = f32_from_bits((uint32_t)bits), y;
		double want, error;

		if (!f32_is_finite(x) || f32_abs(x) < range.smallest || x < range.from)
			continue;
		y = tried(x);
		want = real((double)x);
		if (naive && bits % 101 == 0)
			assert_int_equal(f32_bits(y), f32_bits(naive(x)));
		/* beyond the halfway point to 2^128 the nearest binary32 is infinity */
		if (fabs(want) >= 0x1.ffffffp127) {
			assert_int_equal(f32_bits(y), 0x7f800000);
			continue;
		}
		error = fabs((double)y - want) / unit(range.of_argument ? (double)x : want);
		if (!(error <= largest)) /* NaN comes through */
			largest = error;
	}
	print_message("largest error: %.4f units\n", largest);
	return largest;
}

static double largest_error(float (*tried)(float), float (*naive)(float), double (*real)(double))
{
	return largest_error_in(EVERYWHERE, tried, naive, real);
}

static float call_exp(float x)
{
	return f32_exp(x);
}

static float call_tanh(float x)
{
	return f32_tanh(x);
}

static float call_erf(float x)
{
	return f32_erf(x);
}

static float call_sigmoid(float x)
{
	return f32_sigmoid(x);
}

static double real_sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

static float call_silu(float x)
{
	return f32_silu(x);
}

static float call_gelu_erf(float x)
{
	return f32_gelu_erf(x);
}

static float call_gelu_tanh(float x)
{
	return f32_gelu_tanh(x);
}

static float call_soft_cap(float x)
{
	return f32_soft_cap(x, 30.0f);
}

static float naive_soft_cap_30(float x)
{
	return naive_soft_cap(x, 30.0f);
}

static double real_silu(double x)
{
	return x / (1 + exp(-x));
}

static double real_gelu(double x)
{
	return 0.5 * x * erfc(-x * 0.70710678118654752440);
}

/* 1 + tanh(u) is 2 / (1 + exp(-2u)). */
static double real_gelu_tanh(double x)
{
	double u = 0.79788456080286535588 * (x + 0.044715 * x * x * x);

	return x / (1 + exp(-2 * u));
}

static double real_soft_cap(double x)
{
	return 30 * tanh(x / 30);
}

static void exp_lies_within_0_9_units(void **state)
{
	(void)state;
	assert_true(largest_error(call_exp, naive_exp, exp) <= 0.9);
}

static void tanh_lies_within_1_4_units(void **state)
{
	(void)state;
	assert_true(largest_error(call_tanh, naive_tanh, tanh) <= 1.4);
}

static void erf_lies_within_1_1_units(void **state)
{
	(void)state;
	assert_true(largest_error(call_erf, naive_erf, erf) <= 1.1);
}

static void sigmoid_lies_within_2_5_units(void **state)
{
	(void)state;
	assert_true(largest_error(call_sigmoid, naive_sigmoid, real_sigmoid) <= 2.5);
}

/* In units of x everywhere; in its own where exp(-|x|) is not subnormal. */
static void silu_lies_within_1_5_units_of_x(void **state)
{
	const struct range of_x = { 0, -F32_INFINITY, true }, from = { 0, -87, false };

	(void)state;
	assert_true(largest_error_in(of_x, call_silu, naive_silu, real_silu) <= 1.5);
	assert_true(largest_error_in(from, call_silu, NULL, real_silu) <= 3.4);
}

/* Their formulas cancel for negative x, there as here, so that only units of x have a meaning. */
static void gelu_lies_within_2_units_of_x(void **state)
{
	const struct range of_x = { 0, -F32_INFINITY, true };

	(void)state;
	assert_true(largest_error_in(of_x, call_gelu_erf, naive_gelu_erf, real_gelu) <= 1.6);
	assert_true(largest_error_in(of_x, call_gelu_tanh, naive_gelu_tanh, real_gelu_tanh) <= 2);
}

/* Where x / 30 is not subnormal. */
static void soft_cap_lies_within_4_units(void **state)
{
	const struct range normal = { 0x1p-100f, -F32_INFINITY, false };

	(void)state;
	assert_true(largest_error_in(normal, call_soft_cap, naive_soft_cap_30, real_soft_cap) <= 4);
}

/* What gelu and silu are for large and small x; in between they are their formulas. */
static void activations_go_to_0_and_to_x(void **state)
{
	(void)state;
	for (float x = 16.0f; x < 1e4f; x *= 1.5f) {
		assert_true(f32_silu(x) <= x && f32_silu(x) >= x * 0.9999998f);
		assert_true(f32_gelu_erf(x) == x && f32_gelu_tanh(x) == x);
		assert_true(f32_abs(f32_silu(-x)) < 1e-5f);
		assert_true(f32_gelu_erf(-x) == 0 && f32_gelu_tanh(-x) == 0);
	}
	assert_int_equal(f32_bits(f32_relu(-0.0f)), 0);
	assert_int_equal(f32_bits(f32_tanh(-0.0f)), 0x80000000);
	assert_int_equal(f32_bits(f32_erf(-0.0f)), 0x80000000);
	assert_int_equal(f32_bits(f32_exp(-0.0f)), 0x3f800000);
}

/* The two ends of the fused product: a double rounding, and a sum that cancels. */
static void the_fused_product_rounds_once(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 2000000; i++) {
		uint64_t r = test_random(&seed), q = test_random(&seed);
		float a = f32_from_bits((uint32_t)r), b = f32_from_bits((uint32_t)(r >> 32));
		float c = f32_from_bits((uint32_t)q), want;

		if (q >> 63) /* near the negative product, so that it cancels */
			c = f32_from_bits(f32_bits(-(a * b)) + (uint32_t)(q >> 60 & 3));
		want = fmaf(a, b, c);
		if (want == want)
			assert_int_equal(f32_bits(f32_fma(a, b, c)), f32_bits(want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exp_lies_within_0_9_units),
		cmocka_unit_test(tanh_lies_within_1_4_units),
		cmocka_unit_test(erf_lies_within_1_1_units),
		cmocka_unit_test(sigmoid_lies_within_2_5_units),
		cmocka_unit_test(silu_lies_within_1_5_units_of_x),
		cmocka_unit_test(gelu_lies_within_2_units_of_x),
		cmocka_unit_test(soft_cap_lies_within_4_units),
		cmocka_unit_test(activations_go_to_0_and_to_x),
		cmocka_unit_test(the_fused_product_rounds_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
