/*
 * The arithmetic of derived weights, in C that compilers make vectors of. Included by each way in
 * kernels/derive_*.c, compiled for its own processors.
 */
#ifndef KERNELS_DERIVE_LOOPS_H
#define KERNELS_DERIVE_LOOPS_H

#include <string.h>

#include "kernels/derive_inner.h"
#include "kernels/exact_math.h"
#include "kernels/words.h"

#define DERIVE_INLINE static inline __attribute__((always_inline))

enum { CHAIN_BLOCK = 64 }; /* chains that run side by side */

DERIVE_INLINE float derive_from_bf16(uint16_t half)
{
	return f32_from_bits((uint32_t)half << 16);
}

/* What is dropped is compared with half of the last place that stays. */
DERIVE_INLINE uint16_t derive_to_bf16(float x)
{
	uint32_t bits = f32_bits(x);
	uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;

	return (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc0u : rounded);
}

/* Exponent and mantissa move into place, a subnormal is made normal by a subtraction; exact. */
DERIVE_INLINE float derive_from_f16(uint16_t half)
{
	uint32_t magnitude = (uint32_t)(half & 0x7fffu) << 13;
	uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
	float small = f32_from_bits(magnitude | 0x38800000u) - f32_from_bits(0x38800000u);
	uint32_t bits = magnitude + 0x38000000u;

	if (magnitude >= 0x0f800000u)
		bits = magnitude | 0x7f800000u;
	if (magnitude < 0x00800000u)
		bits = f32_bits(small);
	return f32_from_bits(bits | sign);
}

/* A normal result is rounded in its bits; a subnormal one by an addition that lines it up. */
DERIVE_INLINE uint16_t derive_to_f16(float x)
{
	uint32_t bits = f32_bits(x), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
	uint32_t small = f32_bits(f32_from_bits(magnitude < 0x38800000u ? magnitude : 0) + 0.5f);
	uint32_t half = (magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1)) >> 13;

	if (magnitude < 0x38800000u)
		half = small - 0x3f000000u;
	if (magnitude >= 0x477ff000u)
		half = 0x7c00u;
	half |= sign;
	if (magnitude > 0x7f800000u)
		half = 0x7e00u;
	return (uint16_t)half;
}

DERIVE_INLINE uint32_t derive_quiet(float x)
{
	uint32_t bits = f32_bits(x);

	return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : bits;
}

DERIVE_INLINE void derive_widen_loops(enum float_format format, const uint8_t *restrict bytes,
				      size_t n, float *restrict out)
{
	if (format == FLOAT_BF16)
		for (size_t i = 0; i < n; i++)
			out[i] = derive_from_bf16(words_load16(bytes + 2 * i));
	else if (format == FLOAT_F16)
		for (size_t i = 0; i < n; i++)
			out[i] = derive_from_f16(words_load16(bytes + 2 * i));
	else
		for (size_t i = 0; i < n; i++)
			out[i] = f32_from_bits(words_load32(bytes + 4 * i));
}

DERIVE_INLINE void derive_narrow_loops(enum float_format format, const float *restrict x, size_t n,
				       uint8_t *restrict out)
{
	if (format == FLOAT_BF16)
		for (size_t i = 0; i < n; i++)
			words_store16(out + 2 * i, derive_to_bf16(x[i]));
	else if (format == FLOAT_F16)
		for (size_t i = 0; i < n; i++)
			words_store16(out + 2 * i, derive_to_f16(x[i]));
	else
		for (size_t i = 0; i < n; i++)
			words_store32(out + 4 * i, derive_quiet(x[i]));
}

DERIVE_INLINE void derive_scale_loops(enum derive_step step, float *x, float w, size_t n)
{
	if (step == DERIVE_MULTIPLY)
		for (size_t i = 0; i < n; i++)
			x[i] = x[i] * w;
	else
		for (size_t i = 0; i < n; i++)
			x[i] = x[i] / w;
}

DERIVE_INLINE void derive_add_loop(float *restrict sum, const float *restrict x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum[i] = sum[i] + x[i];
}

DERIVE_INLINE void derive_add_product_loop(float *restrict sum, const float *restrict x, float w,
					   size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum[i] = f32_fma(x[i], w, sum[i]);
}

DERIVE_INLINE void derive_chain_loops(const float *left, const float *right, size_t rank,
				      size_t stride, size_t n, float *restrict out)
{
	size_t done = 0;

	for (; done + CHAIN_BLOCK <= n; done += CHAIN_BLOCK) {
		float sum[CHAIN_BLOCK] = { 0 };

		for (size_t k = 0; k < rank; k++)
			for (size_t i = 0; i < CHAIN_BLOCK; i++)
				sum[i] = f32_fma(left[k], right[k * stride + done + i], sum[i]);
		memcpy(out + done, sum, sizeof(sum));
	}
	for (; done < n; done++) {
		float sum = 0;

		for (size_t k = 0; k < rank; k++)
			sum = f32_fma(left[k], right[k * stride + done], sum);
		out[done] = sum;
	}
}

DERIVE_INLINE void derive_largest_loop(float *restrict largest, const float *restrict x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		float magnitude = f32_from_bits(f32_bits(x[i]) & 0x7fffffffu);

		largest[i] = magnitude > largest[i] ? magnitude : largest[i];
	}
}

/* The functions of a way whose processors the file was compiled for. */
#define DERIVE_WAY(way, spoken)                                                                    \
	static void way##_widen(enum float_format format, const uint8_t *bytes, size_t n,          \
				float *out)                                                        \
	{                                                                                          \
		derive_widen_loops(format, bytes, n, out);                                         \
	}                                                                                          \
	static void way##_narrow(enum float_format format, const float *x, size_t n,               \
				 uint8_t *out_bytes)                                               \
	{                                                                                          \
		derive_narrow_loops(format, x, n, out_bytes);                                      \
	}                                                                                          \
	static void way##_scale(enum derive_step step, float *x, float w, size_t n)                \
	{                                                                                          \
		derive_scale_loops(step, x, w, n);                                                 \
	}                                                                                          \
	static void way##_add(float *sum, const float *x, size_t n)                                \
	{                                                                                          \
		derive_add_loop(sum, x, n);                                                        \
	}                                                                                          \
	static void way##_add_product(float *sum, const float *x, float w, size_t n)               \
	{                                                                                          \
		derive_add_product_loop(sum, x, w, n);                                             \
	}                                                                                          \
	static void way##_chain(const float *left, const float *right, size_t rank, size_t stride, \
				size_t n, float *out)                                              \
	{                                                                                          \
		derive_chain_loops(left, right, rank, stride, n, out);                             \
	}                                                                                          \
	static void way##_largest(float *largest, const float *x, size_t n)                        \
	{                                                                                          \
		derive_largest_loop(largest, x, n);                                                \
	}                                                                                          \
	const struct derive_type derive_##way = {                                                  \
		spoken,        true,      way##_widen,       way##_narrow,                         \
		way##_scale,   way##_add, way##_add_product, way##_chain,                          \
		way##_largest,                                                                     \
	}

#endif
