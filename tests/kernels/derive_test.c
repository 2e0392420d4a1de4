/* Derived weights: what plain C says of every 16-bit number and of borders, and that vectors say
 * the same. */
#include "tests/support.h"

#include <math.h>

#include "kernels/derive_inner.h"
#include "kernels/exact_math.h"

static uint32_t narrowed(enum float_format format, uint32_t bits)
{
	float x = f32_from_bits(bits);
	uint8_t out[4] = { 0 };

	derive_narrow(format, &x, 1, out);
	return (uint32_t)out[0] | (uint32_t)out[1] << 8 | (uint32_t)out[2] << 16 |
	       (uint32_t)out[3] << 24;
}

static void casts_round_to_nearest_even(void **state)
{
	static const struct {
		uint32_t from;
		uint16_t bf16, f16;
	} known[] = {
		{ 0x3f808000, 0x3f80, 0x3c04 }, /* halfway for bf16, below: even */
		{ 0x3f818000, 0x3f82, 0x3c0c }, /* halfway, above: even */
		{ 0x3f808001, 0x3f81, 0x3c04 }, /* just above halfway */
		{ 0x3f801000, 0x3f80, 0x3c00 }, /* halfway for f16, below: even */
		{ 0x3f803000, 0x3f80, 0x3c02 }, /* halfway, above: even */
		{ 0x477fefff, 0x4780, 0x7bff }, /* the largest that f16 still has */
		{ 0x477ff000, 0x4780, 0x7c00 }, /* 65520: beyond */
		{ 0x7f7fffff, 0x7f80, 0x7c00 }, /* the largest binary32 */
		{ 0xff800000, 0xff80, 0xfc00 }, { 0x33000000, 0x3300, 0x0000 }, /* 2^-25: a tie */
		{ 0x33000001, 0x3300, 0x0001 }, { 0x33800000, 0x3380, 0x0001 },
		{ 0x33c00000, 0x33c0, 0x0002 }, /* 1.5 of the smallest: even */
		{ 0x387fffff, 0x3880, 0x0400 }, /* from subnormal to normal */
		{ 0x80000001, 0x8000, 0x8000 }, { 0x00008000, 0x0000, 0x0000 },
		{ 0x00008001, 0x0001, 0x0000 }, { 0x80018000, 0x8002, 0x8000 },
		{ 0x7fa00001, 0x7fc0, 0x7e00 }, { 0xffffffff, 0x7fc0, 0x7e00 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (narrowed(FLOAT_BF16, known[i].from) != known[i].bf16 ||
		    narrowed(FLOAT_F16, known[i].from) != known[i].f16)
			fail_msg("%08x: bf16 %04x, f16 %04x", known[i].from,
				 narrowed(FLOAT_BF16, known[i].from),
				 narrowed(FLOAT_F16, known[i].from));
	}
	assert_int_equal(narrowed(FLOAT_F32, 0xffffffff), 0x7fc00000);
	assert_int_equal(narrowed(FLOAT_F32, 0x80000001), 0x80000001);
}

/* The value of an f16 by its definition. */
static double f16_value(uint32_t half)
{
	double magnitude =
		half & 0x7c00 ? ldexp((double)(0x400 | (half & 0x3ff)), (int)(half >> 10 & 31) - 25)
			      : ldexp((double)(half & 0x3ff), -24);

	return half & 0x8000 ? -magnitude : magnitude;
}

static void every_16_bit_number_is_widened_exactly_and_comes_back(void **state)
{
	(void)state;
	for (uint32_t half = 0; half < 65536; half++) {
		uint8_t bytes[2] = { (uint8_t)half, (uint8_t)(half >> 8) };
		float bf16, f16;

		derive_widen(FLOAT_BF16, bytes, 1, &bf16);
		derive_widen(FLOAT_F16, bytes, 1, &f16);
		assert_int_equal(f32_bits(bf16), half << 16);
		if ((half & 0x7fff) <= 0x7f80)
			assert_int_equal(narrowed(FLOAT_BF16, half << 16), half);
		else
			assert_int_equal(narrowed(FLOAT_BF16, half << 16), 0x7fc0);
		if ((half & 0x7fff) > 0x7c00) {
			assert_true(f16 != f16);
			continue;
		}
		assert_true((half & 0x7fff) == 0x7c00 ? isinf(f16)
						      : (double)f16 == f16_value(half));
		assert_int_equal(narrowed(FLOAT_F16, f32_bits(f16)), half);
	}
}

static void a_chain_is_fused_and_goes_up(void **state)
{
	/* fma(1 + u, 1 - u, -1) is -u squared; a product that was rounded gives 0. */
	static const uint32_t left[] = { 0xbf800000, 0x3f800001 };
	static const uint32_t right[] = { 0x3f800000, 0x3f7ffffe };
	float l[2], r[2 * 70], out[70];

	(void)state;
	for (int k = 0; k < 2; k++) {
		l[k] = f32_from_bits(left[k]);
		for (int i = 0; i < 70; i++)
			r[k * 70 + i] = f32_from_bits(right[k]);
	}
	derive_chain(l, r, 2, 70, 70, out);
	for (int i = 0; i < 70; i++)
		assert_int_equal(f32_bits(out[i]), 0xa8800000);
	derive_chain(l, r, 0, 70, 70, out);
	assert_int_equal(f32_bits(out[69]), 0);
}

static void compare(uint16_t expected, uint16_t found, float term, uint64_t allowed,
		    struct derive_difference *difference)
{
	uint8_t e[2] = { (uint8_t)expected, (uint8_t)(expected >> 8) };
	uint8_t f[2] = { (uint8_t)found, (uint8_t)(found >> 8) };

	derive_compare(FLOAT_BF16, e, f, &term, 1, 7, allowed, difference);
}

static void differences_are_told_in_last_places(void **state)
{
	static const struct {
		uint16_t expected, found;
		float term;
		uint64_t largest;
	} known[] = {
		{ 0x3f80, 0x3f81, 0, 1 },          { 0x3f80, 0x3f83, 0, 3 },
		{ 0x3f80, 0x3f7f, 0, 1 }, /* half of the larger one's, rounded up */
		{ 0x3f80, 0x3f83, 4.0f, 1 },       { 0x0000, 0x8000, 0, 1 },
		{ 0x0001, 0x8001, 0, 2 }, /* subnormals */
		{ 0x3f80, 0x7f80, 0, DERIVE_FAR }, { 0x7fc0, 0x3f80, 0, DERIVE_FAR },
		{ 0x7f80, 0xff80, 0, DERIVE_FAR },
	};
	struct derive_difference nan = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct derive_difference one = { 0 }, two = { 0 };

		compare(known[i].expected, known[i].found, known[i].term, 0, &one);
		assert_true(one.differ == 1 && one.largest == known[i].largest);
		assert_true(one.beyond && one.first == 7);
		compare(known[i].expected, known[i].found, known[i].term, 3, &two);
		assert_int_equal(two.beyond, known[i].largest > 3);
	}
	compare(0x7fc0, 0xffff, 0, 0, &nan);
	assert_true(nan.nan == 1 && !nan.differ && !nan.beyond);
}

static void add_rounded_product(float *sum, const float *x, float w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum[i] = sum[i] + x[i] * w;
}

static void narrow_by_cutting(enum float_format format, const float *x, size_t n, uint8_t *out)
{
	derive_plain.narrow(format, x, n, out);
	for (size_t i = 0; i < n && format == FLOAT_BF16; i++)
		memcpy(out + 2 * i, (const uint8_t *)&x[i] + 2, 2);
}

static void every_way_that_is_here_agrees_with_plain_c(void **state)
{
	const struct derive_type *const ways[] = { &derive_avx2, &derive_avx512 };
	struct derive_type wrong = derive_plain;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (derive_here(ways[i]))
			assert_true(derive_agrees(ways[i]));
	assert_true(derive_agrees(&derive_plain));
	assert_non_null(derive_implementation());
	wrong.add_product = add_rounded_product;
	assert_false(derive_agrees(&wrong));
	wrong = derive_plain;
	wrong.narrow = narrow_by_cutting;
	assert_false(derive_agrees(&wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(casts_round_to_nearest_even),
		cmocka_unit_test(every_16_bit_number_is_widened_exactly_and_comes_back),
		cmocka_unit_test(a_chain_is_fused_and_goes_up),
		cmocka_unit_test(differences_are_told_in_last_places),
		cmocka_unit_test(every_way_that_is_here_agrees_with_plain_c),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
