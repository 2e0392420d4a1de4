/* Weights cut into planes and levels: what plain C says, and that vectors say the same. */
#include "tests/support.h"

#include "kernels/planes_inner.h"

static void the_exponent_of_bf16_becomes_a_plane(void **state)
{
	/* 1.0, -1.0, 0.5, the smallest number above zero */
	static const uint8_t words[] = { 0x80, 0x3f, 0x80, 0xbf, 0x00, 0x3f, 0x01, 0x00 };
	uint8_t low[4], high[4], back[8];
	uint8_t *const plane[PLANES_MAX] = { low, high };
	const uint8_t *const from[PLANES_MAX] = { low, high };

	(void)state;
	planes_plain.split(PLANES_TURN, 2, words, NULL, 4, plane);
	assert_memory_equal(high, ((uint8_t[]){ 127, 127, 126, 0 }), 4);
	assert_memory_equal(low, ((uint8_t[]){ 0, 1, 0, 2 }), 4);
	planes_plain.join(PLANES_TURN, 2, from, NULL, 4, back);
	assert_memory_equal(back, words, sizeof(words));
}

static void the_exponent_of_f32_becomes_a_plane_and_the_sign_goes_below_it(void **state)
{
	static const uint8_t words[] = { 0x34, 0x12, 0x80, 0x3f, 0x00, 0x00, 0xc1, 0xbf };
	uint8_t p[4][2], back[8];
	uint8_t *const plane[PLANES_MAX] = { p[0], p[1], p[2], p[3] };
	const uint8_t *const from[PLANES_MAX] = { p[0], p[1], p[2], p[3] };

	(void)state;
	planes_plain.split(PLANES_TURN, 4, words, NULL, 2, plane);
	assert_memory_equal(p[3], ((uint8_t[]){ 127, 127 }), 2);
	assert_memory_equal(p[2], ((uint8_t[]){ 0x00, 0xc1 }), 2);
	assert_memory_equal(p[1], ((uint8_t[]){ 0x12, 0x00 }), 2);
	assert_memory_equal(p[0], ((uint8_t[]){ 0x34, 0x00 }), 2);
	planes_plain.join(PLANES_TURN, 4, from, NULL, 2, back);
	assert_memory_equal(back, words, sizeof(words));
}

/* Neighbours among the numbers are one apart, across zero as well. */
static void differences_count_the_numbers_between(void **state)
{
	/* each word, its base: one up, one down, the same, from -0 to +0, from the smallest below
	 * zero to the smallest above it */
	static const uint8_t words[] = { 0x81, 0x3f, 0x7f, 0xbf, 7, 7, 0x00, 0x00, 0x01, 0x00 };
	static const uint8_t base[] = { 0x80, 0x3f, 0x7e, 0xbf, 7, 7, 0x00, 0x80, 0x01, 0x80 };
	uint8_t low[5], high[5], back[10];
	uint8_t *const plane[PLANES_MAX] = { low, high };
	const uint8_t *const from[PLANES_MAX] = { low, high };

	(void)state;
	planes_plain.split(PLANES_LESS, 2, words, base, 5, plane);
	assert_memory_equal(low, ((uint8_t[]){ 2, 1, 0, 2, 6 }), 5);
	assert_memory_equal(high, ((uint8_t[]){ 0, 0, 0, 0, 0 }), 5);
	planes_plain.join(PLANES_LESS, 2, from, base, 5, back);
	assert_memory_equal(back, words, sizeof(words));
}

static void every_pair_of_16_bit_words_has_its_difference(void **state)
{
	static uint8_t words[1 << 17], base[1 << 17], back[1 << 17], low[1 << 16], high[1 << 16];
	static const uint16_t some[] = { 0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, 0x3f80, 0xbf80 };
	uint8_t *const plane[PLANES_MAX] = { low, high };
	const uint8_t *const from[PLANES_MAX] = { low, high };

	(void)state;
	for (size_t i = 0; i < 1 << 16; i++) {
		words[2 * i] = (uint8_t)i;
		words[2 * i + 1] = (uint8_t)(i >> 8);
	}
	for (size_t k = 0; k < sizeof(some) / sizeof(some[0]); k++) {
		static uint8_t seen[1 << 16];

		memset(seen, 0, sizeof(seen));
		for (size_t i = 0; i < 1 << 16; i++) {
			base[2 * i] = (uint8_t)some[k];
			base[2 * i + 1] = (uint8_t)(some[k] >> 8);
		}
		planes_split(PLANES_LESS, 2, words, base, 1 << 16, plane);
		planes_join(PLANES_LESS, 2, from, base, 1 << 16, back);
		assert_memory_equal(back, words, sizeof(words));
		for (size_t i = 0; i < 1 << 16; i++)
			assert_int_equal(seen[low[i] | high[i] << 8]++, 0); /* a bijection */
	}
}

static void a_level_codes_its_window_and_lets_the_rest_go_on(void **state)
{
	const struct planes_level level = { .width = 2, .first = 10 };
	uint8_t symbols[6 + 64] = { 9, 10, 11, 12, 13, 200 }, codes[16], on[64 + 64], back[64];
	/* codes 3 0 1 2 3 3 */
	static const uint8_t right[16] = { 0x35, 0, 0, 0, 0, 0, 0, 0, 0x39, 0, 0, 0, 0, 0, 0, 0 };

	(void)state;
	assert_int_equal(planes_codes_size(level, 6), 16);
	assert_int_equal(planes_plain.take(level, symbols, 6, codes, on), 3);
	assert_memory_equal(codes, right, 16);
	assert_memory_equal(on, ((uint8_t[]){ 9, 10, 197 }), 3);
	assert_int_equal(planes_plain.put(level, codes, on, 6, back), 3);
	assert_memory_equal(back, symbols, 6);
}

static void no_faster_way_differs_from_plain_c(void **state)
{
	static const struct planes_type *const ways[] = { &planes_words, &planes_avx2,
							  &planes_avx512 };

	(void)state;
	assert_true(planes_here(&planes_plain) && planes_agree(&planes_plain));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (planes_here(ways[i]))
			assert_true(planes_agree(ways[i]));
		else
			print_message("%s is not here\n", ways[i]->name);
}

/* The trial that admits a way finds one that is wrong in a single place. */
static size_t wrong_put(struct planes_level level, const uint8_t *codes, const uint8_t *on,
			size_t count, uint8_t *symbols)
{
	size_t used = planes_plain.put(level, codes, on, count, symbols);

	if (count > 250)
		symbols[250] ^= 1;
	return used;
}

static void wrong_join(enum planes_change change, size_t bytes,
		       const uint8_t *const plane[PLANES_MAX], const uint8_t *base, size_t count,
		       uint8_t *words)
{
	planes_plain.join(change, bytes, plane, base, count, words);
	if (change == PLANES_LESS && bytes == 4 && count > 8)
		words[4 * count - 1] ^= 0x80;
}

static void a_way_that_errs_is_not_admitted(void **state)
{
	struct planes_type wrong = planes_plain;

	(void)state;
	wrong.put = wrong_put;
	assert_false(planes_agree(&wrong));
	wrong = planes_plain;
	wrong.join = wrong_join;
	assert_false(planes_agree(&wrong));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exponent_of_bf16_becomes_a_plane),
		cmocka_unit_test(the_exponent_of_f32_becomes_a_plane_and_the_sign_goes_below_it),
		cmocka_unit_test(differences_count_the_numbers_between),
		cmocka_unit_test(every_pair_of_16_bit_words_has_its_difference),
		cmocka_unit_test(a_level_codes_its_window_and_lets_the_rest_go_on),
		cmocka_unit_test(no_faster_way_differs_from_plain_c),
		cmocka_unit_test(a_way_that_errs_is_not_admitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
