/* dtype: how the elements of a tensor are encoded (the names of safetensors). */
#include "verify/dtype.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { BITS_ONLY, SIGNED, UNSIGNED, BINARY, COMPLEX };

static const struct dtype_row {
	const char *name;
	uint8_t bits;
	enum kind kind;
	uint8_t exponent_bits, mantissa_bits; /* BINARY, at most 32 bits wide */
	int bias;
	bool has_infinity; /* the largest exponent means infinity and NaN, as in IEEE 754 */
} rows[DTYPE_COUNT] = {
	[DTYPE_BOOL] = { "BOOL", 8, UNSIGNED, 0, 0, 0, false },
	[DTYPE_F4] = { "F4", 4, BITS_ONLY, 0, 0, 0, false },
	[DTYPE_F6_E2M3] = { "F6_E2M3", 6, BITS_ONLY, 0, 0, 0, false },
	[DTYPE_F6_E3M2] = { "F6_E3M2", 6, BITS_ONLY, 0, 0, 0, false },
	[DTYPE_U8] = { "U8", 8, UNSIGNED, 0, 0, 0, false },
	[DTYPE_I8] = { "I8", 8, SIGNED, 0, 0, 0, false },
	[DTYPE_F8_E5M2] = { "F8_E5M2", 8, BINARY, 5, 2, 15, true },
	[DTYPE_F8_E4M3] = { "F8_E4M3", 8, BINARY, 4, 3, 7, false },
	[DTYPE_F8_E8M0] = { "F8_E8M0", 8, BITS_ONLY, 0, 0, 0, false },
	[DTYPE_F8_E4M3FNUZ] = { "F8_E4M3FNUZ", 8, BITS_ONLY, 0, 0, 0, false },
	[DTYPE_F8_E5M2FNUZ] = { "F8_E5M2FNUZ", 8, BITS_ONLY, 0, 0, 0, false },
	[DTYPE_I16] = { "I16", 16, SIGNED, 0, 0, 0, false },
	[DTYPE_U16] = { "U16", 16, UNSIGNED, 0, 0, 0, false },
	[DTYPE_F16] = { "F16", 16, BINARY, 5, 10, 15, true },
	[DTYPE_BF16] = { "BF16", 16, BINARY, 8, 7, 127, true },
	[DTYPE_I32] = { "I32", 32, SIGNED, 0, 0, 0, false },
	[DTYPE_U32] = { "U32", 32, UNSIGNED, 0, 0, 0, false },
	[DTYPE_F32] = { "F32", 32, BINARY, 8, 23, 127, true },
	[DTYPE_C64] = { "C64", 64, COMPLEX, 0, 0, 0, false },
	[DTYPE_F64] = { "F64", 64, BINARY, 11, 52, 1023, true },
	[DTYPE_I64] = { "I64", 64, SIGNED, 0, 0, 0, false },
	[DTYPE_U64] = { "U64", 64, UNSIGNED, 0, 0, 0, false },
};

const char *dtype_name(enum dtype dtype)
{
	return rows[dtype].name;
}

unsigned dtype_bits(enum dtype dtype)
{
	return rows[dtype].bits;
}

int dtype_parse(struct span text, enum dtype *out_dtype, struct error *err)
{
	for (size_t i = 0; i < DTYPE_COUNT; i++) {
		if (span_equal(text, span_of(rows[i].name))) {
			*out_dtype = (enum dtype)i;
			return 0;
		}
	}
	return error_set(err, ERROR_CORRUPT, "no number format is called '%.*s'",
			 (int)(text.len < 32 ? text.len : 32), (const char *)text.data);
}

static uint64_t element_bits(enum dtype dtype, const uint8_t *bytes)
{
	uint64_t bits = 0;

	for (unsigned i = rows[dtype].bits / 8; i-- > 0;)
		bits = bits << 8 | bytes[i];
	return bits;
}

/* Sign, exponent and mantissa taken apart and put together by value. */
static double binary_value(const struct dtype_row *row, uint64_t bits)
{
	uint64_t mantissa = bits & ((UINT64_C(1) << row->mantissa_bits) - 1);
	uint64_t exponent = bits >> row->mantissa_bits & ((UINT64_C(1) << row->exponent_bits) - 1);
	bool negative = bits >> (row->mantissa_bits + row->exponent_bits) & 1;
	uint64_t top = (UINT64_C(1) << row->exponent_bits) - 1;
	double value;

	if (row->has_infinity && exponent == top)
		value = mantissa ? NAN : INFINITY;
	else if (!row->has_infinity && exponent == top &&
		 mantissa == (UINT64_C(1) << row->mantissa_bits) - 1)
		value = NAN;
	else if (exponent)
		value = ldexp((double)(mantissa | UINT64_C(1) << row->mantissa_bits),
			      (int)exponent - row->bias - row->mantissa_bits);
	else
		value = ldexp((double)mantissa, 1 - row->bias - row->mantissa_bits);
	return negative ? -value : value;
}

/* `bits` of a two's complement number of this width. */
static int64_t signed_value(unsigned width, uint64_t bits)
{
	uint64_t sign = UINT64_C(1) << (width - 1);

	return (int64_t)((bits ^ sign) - sign);
}

bool dtype_to_double(enum dtype dtype, const uint8_t *bytes, double *out_value)
{
	const struct dtype_row *row = &rows[dtype];

	switch (row->kind) {
	case SIGNED:
		*out_value = (double)signed_value(row->bits, element_bits(dtype, bytes));
		return true;
	case UNSIGNED:
		*out_value = (double)element_bits(dtype, bytes);
		return true;
	case BINARY:
		*out_value = binary_value(row, element_bits(dtype, bytes));
		return true;
	case BITS_ONLY:
	case COMPLEX:
		break;
	}
	return false;
}

/* The shortest decimal that the format reads back as `value`. */
static void decimal_text(const struct dtype_row *row, double value, char *out, size_t size)
{
	if (value != value) {
		snprintf(out, size, "nan");
		return;
	}
	for (int digits = 1; digits <= 17; digits++) {
		double back;

		snprintf(out, size, "%.*g", digits, value);
		back = row->bits == 64 ? strtod(out, NULL) : (double)strtof(out, NULL);
		if (back == value)
			return;
	}
}

void dtype_element_text(enum dtype dtype, const uint8_t *bytes, char out_text[DTYPE_TEXT_MAX])
{
	const struct dtype_row *row = &rows[dtype];
	uint64_t bits = element_bits(dtype, bytes);
	char number[48];

	switch (row->kind) {
	case SIGNED:
		snprintf(number, sizeof(number), "%" PRId64, signed_value(row->bits, bits));
		break;
	case UNSIGNED:
		snprintf(number, sizeof(number), "%" PRIu64, bits);
		break;
	case BINARY:
		decimal_text(row, binary_value(row, bits), number, sizeof(number));
		break;
	case COMPLEX:
		snprintf(number, sizeof(number), "%.9g%+.9gi",
			 binary_value(&rows[DTYPE_F32], bits & UINT32_MAX),
			 binary_value(&rows[DTYPE_F32], bits >> 32));
		break;
	case BITS_ONLY:
		snprintf(out_text, DTYPE_TEXT_MAX, "0x%0*" PRIx64, row->bits / 4, bits);
		return;
	}
	snprintf(out_text, DTYPE_TEXT_MAX, "%s (0x%0*" PRIx64 ")", number, row->bits / 4, bits);
}
