/* numerics_doc: the examples that docs/numerics.md prints are what the code computes. */
#include "../support.h"
#include "kernels/exact_math.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_BYTES_MAX = 4096 };

#define CALL(name)                                                                                 \
	static float call_##name(float x)                                                          \
	{                                                                                          \
		return f32_##name(x);                                                              \
	}
CALL(exp)
CALL(tanh)
CALL(erf)
CALL(sigmoid)
CALL(silu)
CALL(gelu_erf)
CALL(gelu_tanh)

static const struct {
	const char *begin; /* of the line of the table */
	float (*call)(float x);
} functions[] = {
	{ "| exp |", call_exp },
	{ "| tanh |", call_tanh },
	{ "| erf |", call_erf },
	{ "| sigmoid |", call_sigmoid },
	{ "| silu |", call_silu },
	{ "| gelu by erf |", call_gelu_erf },
	{ "| gelu by tanh |", call_gelu_tanh },
};

/* The next "0x..." at or after *at, which is moved behind it; false if there is none. */
static bool next_bits(const char **at, uint32_t *out_bits)
{
	const char *found = strstr(*at, "0x");
	char *end;

	if (!found)
		return false;
	*out_bits = (uint32_t)strtoul(found, &end, 16);
	*at = end;
	return true;
}

static size_t check_functions(const char *line)
{
	size_t checked = 0;

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		const char *at = line + strlen(functions[i].begin);
		uint32_t x, y;

		if (strncmp(line, functions[i].begin, strlen(functions[i].begin)) != 0)
			continue;
		while (next_bits(&at, &x) && next_bits(&at, &y)) {
			assert_int_equal(f32_bits(functions[i].call(f32_from_bits(x))), y);
			checked++;
		}
	}
	return checked;
}

/* | x0, x1 | w0, w1 | result | */
static size_t check_chain(const char *line)
{
	uint32_t bits[5];
	float sum = 0.0f;

	if (strncmp(line, "| 0x", 4) != 0)
		return 0;
	for (size_t i = 0; i < 5; i++)
		assert_true(next_bits(&line, &bits[i]));
	sum = f32_fma(f32_from_bits(bits[0]), f32_from_bits(bits[2]), sum);
	sum = f32_fma(f32_from_bits(bits[1]), f32_from_bits(bits[3]), sum);
	assert_int_equal(f32_bits(sum), bits[4]);
	return 1;
}

static void the_printed_examples_hold(void **state)
{
	FILE *file = fopen(TEST_DATA "/../../docs/numerics.md", "r");
	size_t values = 0, chains = 0;
	char line[LINE_BYTES_MAX];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		values += check_functions(line);
		chains += check_chain(line);
	}
	fclose(file);
	assert_int_equal(values, 28);
	assert_int_equal(chains, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_printed_examples_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
