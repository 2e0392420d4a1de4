/* exact_rig: numbers to try backends with, and whether they gave the right ones. */
#include "exact_rig.h"
#include "naive.h"

#include <stdlib.h>

int rig_setup(void **state)
{
	struct rig *rig = malloc(sizeof(*rig));

	if (!rig)
		return -1;
	rig_open(rig);
	*state = rig;
	return 0;
}

int rig_teardown(void **state)
{
	rig_close(*state);
	free(*state);
	return 0;
}

static float number(enum rig_numbers kind, uint64_t *seed)
{
	uint64_t random = test_random(seed);
	float x = (float)(int)(random >> 40) * 0x1p-21f - 4.0f;

	if (kind == RIG_PLAIN)
		return x;
	switch (random & 7) {
	case 0:
		return 0.0f;
	case 1:
		return -0.0f;
	case 2:
		return x * 0x1p-126f * 0x1p-10f; /* subnormal */
	case 3:
		return x * 0x1p-70f;
	default:
		return x * 0x1p-64f;
	}
}

void rig_fill(enum rig_numbers kind, uint64_t *seed, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = number(kind, seed);
}

void rig_fill_weights(enum rig_numbers kind, enum float_format format, uint64_t *seed,
		      uint8_t *bytes, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float value = number(kind, seed);
		uint32_t word;
		uint16_t half;

		memcpy(&word, &value, sizeof(word));
		half = (uint16_t)(word >> 16);
		/* any f16 but NaN and infinity: sign, exponent 0 ... 18, fraction */
		if (format == FLOAT_F16)
			half = (uint16_t)((word & 0x8000u) | (word >> 7 & 0x3ffu) |
					  (word >> 3 & 0xffu) % 19u << 10);
		if (format == FLOAT_F32) {
			memcpy(bytes + 4 * i, &word, 4);
			x[i] = value;
		} else {
			memcpy(bytes + 2 * i, &half, 2);
			x[i] = format == FLOAT_BF16 ? naive_bf16(half) : naive_f16(half);
		}
	}
}

float *rig_numbers(size_t n)
{
	float *x = calloc(n, sizeof(*x));

	assert_non_null(x);
	return x;
}

struct matrix rig_matrix(struct backend *backend, const float *values, size_t rows, size_t cols)
{
	struct backend_memory *memory;
	struct error err = { 0 };
	struct matrix m;

	assert_done(backend_memory_new(backend, rows * cols * sizeof(float), &memory, &err), &err);
	m = matrix_at(memory, 0, FLOAT_F32, rows, cols);
	if (values)
		assert_done(backend_upload(backend, m, values, &err), &err);
	return m;
}

void rig_matrix_free(struct matrix *matrix)
{
	backend_memory_free(&matrix->memory);
}

void rig_check(struct backend *backend, const char *what, struct matrix y, const float *want)
{
	float *got = rig_numbers(y.rows * y.cols);
	struct error err = { 0 };

	assert_done(backend_download(backend, y, got, &err), &err);
	for (size_t i = 0; i < y.rows * y.cols; i++)
		if (memcmp(&got[i], &want[i], sizeof(float)) != 0)
			fail_msg("%s on %s: row %zu, column %zu is %a instead of %a", what,
				 backend_description(backend), i / y.cols, i % y.cols,
				 (double)got[i], (double)want[i]);
	free(got);
}
