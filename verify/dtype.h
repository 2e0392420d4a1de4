/* dtype: how the elements of a tensor are encoded (the names of safetensors). */
#ifndef VERIFY_DTYPE_H
#define VERIFY_DTYPE_H

#include "kernels/kernels.h"

enum dtype {
	DTYPE_BOOL,
	DTYPE_F4,
	DTYPE_F6_E2M3,
	DTYPE_F6_E3M2,
	DTYPE_U8,
	DTYPE_I8,
	DTYPE_F8_E5M2,
	DTYPE_F8_E4M3,
	DTYPE_F8_E8M0,
	DTYPE_F8_E4M3FNUZ,
	DTYPE_F8_E5M2FNUZ,
	DTYPE_I16,
	DTYPE_U16,
	DTYPE_F16,
	DTYPE_BF16,
	DTYPE_I32,
	DTYPE_U32,
	DTYPE_F32,
	DTYPE_C64,
	DTYPE_F64,
	DTYPE_I64,
	DTYPE_U64,
	DTYPE_COUNT
};

const char *dtype_name(enum dtype dtype);

/* Bits of one element: 4, 6, 8, 16, 32 or 64. */
unsigned dtype_bits(enum dtype dtype);

/* ERROR_CORRUPT names the text when no dtype is called so. */
MUST_CHECK int dtype_parse(struct span text, enum dtype *out_dtype, struct error *err);

/*
 * The element in `bytes` (little-endian, dtype_bits / 8 of them) as a decimal
 * that reads back as the same number, and as bits: "0.1015625 (0x3dd0)". For
 * people. Elements below a byte have no text of their own: only bits.
 */
#define DTYPE_TEXT_MAX 96
void dtype_element_text(enum dtype dtype, const uint8_t *bytes, char out_text[DTYPE_TEXT_MAX]);

/* As a binary64, for advice (norms, largest change). False: not a real number format. */
bool dtype_to_double(enum dtype dtype, const uint8_t *bytes, double *out_value);

#endif
