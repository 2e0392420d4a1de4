/* real: constants that are correctly rounded real numbers, against vectors made by mpmath. */
#include "../support.h"

#include <math.h>
#include <stdlib.h>

struct real_vector {
	uint32_t x, y;
};

struct rope_entry {
	uint32_t position, index, cos, sin;
};

/* numbers: theta, factor, low, high, fast, slow, attention, mscale, mscale_all_dim */
struct rope_case {
	enum rope_scaling scaling;
	uint32_t dim, context, length, truncate;
	uint32_t numbers[9];
	const uint32_t *frequency;
	const struct rope_entry *entry;
};

#include "real_vectors.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static float number(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static uint32_t bits_of(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static void logarithms_are_rounded_correctly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors_ln); i++)
		assert_int_equal(bits_of(exact_ln(number(vectors_ln[i].x))), vectors_ln[i].y);
}

static void inverse_roots_are_rounded_correctly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors_inverse_sqrt); i++)
		assert_int_equal(bits_of(exact_inverse_sqrt(number(vectors_inverse_sqrt[i].x))),
				 vectors_inverse_sqrt[i].y);
}

static struct rope_frequencies rope_of(const struct rope_case *c)
{
	const uint32_t *n = c->numbers;
	struct rope_frequencies rope = {
		.dim = c->dim,
		.theta = number(n[0]),
		.scaling = c->scaling,
		.factor = number(n[1]),
		.original_context = c->context,
		.length = c->length,
		.low_frequency_factor = number(n[2]),
		.high_frequency_factor = number(n[3]),
		.beta_fast = number(n[4]),
		.beta_slow = number(n[5]),
		.truncate = c->truncate,
		.attention_factor = number(n[6]),
		.mscale = number(n[7]),
		.mscale_all_dim = number(n[8]),
	};

	for (size_t i = 0; i < ROPE_FACTORS_MAX; i++) { /* as real_vectors.py has them */
		rope.short_factor[i] = 1.0f + (float)i / 8.0f;
		rope.long_factor[i] = 1.0f + (float)(i * i) / 4.0f;
	}
	return rope;
}

static void rotary_frequencies_are_rounded_correctly(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rope_cases); i++) {
		struct rope_frequencies rope = rope_of(&rope_cases[i]);
		struct error err = { 0 };
		float f[64];

		assert_true(rope.dim / 2 <= COUNT(f));
		assert_done(rope_frequencies_fill(&rope, f, &err), &err);
		for (size_t k = 0; k < rope.dim / 2; k++)
			assert_int_equal(bits_of(f[k]), rope_cases[i].frequency[k]);
	}
}

static void rotary_tables_are_rounded_correctly(void **state)
{
	enum { ENTRIES = 15 };

	(void)state;
	for (size_t i = 0; i < COUNT(rope_cases); i++) {
		struct rope_frequencies rope = rope_of(&rope_cases[i]);

		for (size_t k = 0; k < ENTRIES; k++) {
			const struct rope_entry *entry = &rope_cases[i].entry[k];
			struct error err = { 0 };
			float cos[64], sin[64];

			assert_done(rope_table_fill(&rope, entry->position, 1, cos, sin, &err),
				    &err);
			assert_int_equal(bits_of(cos[entry->index]), entry->cos);
			assert_int_equal(bits_of(sin[entry->index]), entry->sin);
		}
	}
}

/* A second opinion over many entries: binary64 of the C library, where it is clear. */
static void a_long_table_agrees_with_binary64(void **state)
{
	enum { POSITIONS = 2000, DIM = 64 };
	struct rope_frequencies rope = { .dim = DIM, .theta = 10000.0f };
	float *cos_table = malloc(POSITIONS * DIM / 2 * sizeof(float));
	float *sin_table = malloc(POSITIONS * DIM / 2 * sizeof(float));
	float f[DIM / 2];
	struct error err = { 0 };

	(void)state;
	assert_true(cos_table && sin_table);
	assert_done(rope_frequencies_fill(&rope, f, &err), &err);
	assert_done(rope_table_fill(&rope, 3000, POSITIONS, cos_table, sin_table, &err), &err);
	for (size_t p = 0; p < POSITIONS; p++)
		for (size_t i = 0; i < DIM / 2; i++) {
			float angle = (float)(3000 + p) * f[i];

			assert_true(cos_table[p * DIM / 2 + i] == (float)cos((double)angle));
			assert_true(sin_table[p * DIM / 2 + i] == (float)sin((double)angle));
		}
	free(cos_table);
	free(sin_table);
}

static void rotary_numbers_that_make_no_sense_are_refused(void **state)
{
	const struct rope_frequencies right = { .dim = 4, .theta = 100.0f, .factor = 2.0f };
	struct rope_frequencies wrong[12];
	float cos[64], sin[64];
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		wrong[i] = right;
	wrong[0].dim = 3;
	wrong[1].dim = 0;
	wrong[2].theta = 1.0f;
	wrong[3].theta = NAN;
	wrong[4].scaling = ROPE_LINEAR;
	wrong[4].factor = 0.5f;
	wrong[5].scaling = ROPE_LLAMA3; /* without a context */
	wrong[6].scaling = ROPE_YARN;
	wrong[6].original_context = 10; /* without betas */
	wrong[7].scaling = ROPE_DYNAMIC;
	wrong[7].original_context = 10;
	wrong[7].dim = 2;
	for (size_t i = 8; i < 12; i++) {
		wrong[i].scaling = ROPE_LONGROPE;
		wrong[i].original_context = 10;
		wrong[i].short_factor[0] = wrong[i].long_factor[0] = 1.0f;
		wrong[i].short_factor[1] = wrong[i].long_factor[1] = 1.0f;
	}
	assert_done(rope_table_fill(&wrong[8], 0, 1, cos, sin, &err), &err);
	wrong[8].original_context = 1;
	wrong[9].long_factor[1] = 0.0f;
	wrong[10].attention_factor = -1.0f;
	wrong[11].dim = 2 * ROPE_FACTORS_MAX + 2;
	assert_done(rope_table_fill(&right, 0, 1, cos, sin, &err), &err);
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_fails(rope_table_fill(&wrong[i], 0, 1, cos, sin, &err), &err, ERROR_USAGE);
	assert_fails(rope_table_fill(&right, 1 << 24, 1, cos, sin, &err), &err, ERROR_USAGE);
	assert_fails(rope_table_fill(&right, SIZE_MAX, 2, cos, sin, &err), &err, ERROR_USAGE);
}

static void square_roots_are_those_of_ieee(void **state)
{
	(void)state;
	assert_true(exact_sqrt(2304.0f) == 48.0f);
	assert_int_equal(bits_of(exact_sqrt(2.0f)), 0x3fb504f3);
	assert_true(exact_sqrt(0.0f) == 0.0f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logarithms_are_rounded_correctly),
		cmocka_unit_test(inverse_roots_are_rounded_correctly),
		cmocka_unit_test(rotary_frequencies_are_rounded_correctly),
		cmocka_unit_test(rotary_tables_are_rounded_correctly),
		cmocka_unit_test(a_long_table_agrees_with_binary64),
		cmocka_unit_test(rotary_numbers_that_make_no_sense_are_refused),
		cmocka_unit_test(square_roots_are_those_of_ieee),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
