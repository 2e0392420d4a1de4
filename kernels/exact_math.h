/*
 * exact_math: the scalar arithmetic of akashi-exact/1.
 *
 * One text for host and device: the C compiler and nvcc both read it, and it
 * needs nothing but fma, add, multiply, divide, square root, compare-and-select
 * and integer operations, each correctly rounded. No libm. Bits that depend on
 * how a compiler contracts or reorders would not be the profile's, so it
 * refuses to be compiled that way. Rules and coefficients: docs/numerics.md;
 * the coefficients come from tests/tools/fit_math.py.
 */
#ifndef KERNELS_EXACT_MATH_H
#define KERNELS_EXACT_MATH_H

#include <stdint.h>

#ifdef __FAST_MATH__
#error "exact arithmetic cannot be compiled with -ffast-math"
#endif
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "exact arithmetic needs binary32 evaluated as binary32 (on i686: -msse2 -mfpmath=sse)"
#endif

#ifdef __CUDACC__
#define KERNEL_FN static __host__ __device__ __forceinline__
#else
#define KERNEL_FN static inline __attribute__((always_inline, unused))
#endif

#define F32_INFINITY __builtin_inff()

/* ---- The operations of rule 1 ---- */

KERNEL_FN uint32_t f32_bits(float x)
{
#ifdef __CUDA_ARCH__
	return __float_as_uint(x);
#else
	uint32_t bits;

	__builtin_memcpy(&bits, &x, sizeof(bits));
	return bits;
#endif
}

KERNEL_FN float f32_from_bits(uint32_t bits)
{
#ifdef __CUDA_ARCH__
	return __uint_as_float(bits);
#else
	float x;

	__builtin_memcpy(&x, &bits, sizeof(x));
	return x;
#endif
}

#if defined(__CUDA_ARCH__)
KERNEL_FN float f32_fma(float a, float b, float c)
{
	return __fmaf_rn(a, b, c);
}
#elif defined(__FMA__) || defined(__FP_FAST_FMAF) || defined(__aarch64__)
KERNEL_FN float f32_fma(float a, float b, float c)
{
	return __builtin_fmaf(a, b, c);
}
#else
/*
 * Without the instruction: the product is exact in binary64; the sum is rounded
 * to odd there, so that the rounding to binary32 is the only one that counts.
 */
KERNEL_FN float f32_fma(float a, float b, float c)
{
	double product = (double)a * (double)b, addend = (double)c;
	double sum = product + addend;
	double back = sum - product;
	double lost = (product - (sum - back)) + (addend - back);
	uint64_t bits, lost_bits;

	__builtin_memcpy(&bits, &sum, sizeof(bits));
	__builtin_memcpy(&lost_bits, &lost, sizeof(lost_bits));
	/* Inexact with an even last bit: step to the odd neighbour on the side of the true sum. */
	if (lost != 0.0 && !(bits & 1) && (bits >> 52 & 0x7ff) != 0x7ff)
		bits += (lost_bits ^ bits) >> 63 ? (uint64_t)-1 : 1;
	__builtin_memcpy(&sum, &bits, sizeof(sum));
	return (float)sum;
}
#endif

#ifdef __CUDA_ARCH__
KERNEL_FN float f32_add(float a, float b)
{
	return __fadd_rn(a, b);
}

KERNEL_FN float f32_sub(float a, float b)
{
	return __fsub_rn(a, b);
}

KERNEL_FN float f32_mul(float a, float b)
{
	return __fmul_rn(a, b);
}

KERNEL_FN float f32_div(float a, float b)
{
	return __fdiv_rn(a, b);
}

KERNEL_FN float f32_sqrt(float a)
{
	return __fsqrt_rn(a);
}
#else
KERNEL_FN float f32_add(float a, float b)
{
	return a + b;
}

KERNEL_FN float f32_sub(float a, float b)
{
	return a - b;
}

KERNEL_FN float f32_mul(float a, float b)
{
	return a * b;
}

KERNEL_FN float f32_div(float a, float b)
{
	return a / b;
}

KERNEL_FN float f32_sqrt(float a)
{
	return __builtin_sqrtf(a); /* one instruction with -fno-math-errno */
}
#endif

KERNEL_FN float f32_abs(float x)
{
	return f32_from_bits(f32_bits(x) & 0x7fffffffu);
}

/* The maximum of rule 4: b only if it is greater. */
KERNEL_FN float f32_max(float a, float b)
{
	return b > a ? b : a;
}

/* Neither NaN nor infinity. */
KERNEL_FN int f32_is_finite(float x)
{
	return (f32_bits(x) & 0x7f800000u) != 0x7f800000u;
}

/* ---- Weights, rule 2: widening is exact ---- */

KERNEL_FN float f32_from_bf16(uint16_t half)
{
	return f32_from_bits((uint32_t)half << 16);
}

#ifdef __CUDA_ARCH__
KERNEL_FN float f32_from_f16(uint16_t half)
{
	float x;

	asm("cvt.f32.f16 %0, %1;" : "=f"(x) : "h"(half)); /* exact, subnormals included */
	return x;
}
#else
KERNEL_FN float f32_from_f16(uint16_t half)
{
	uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
	uint32_t magnitude = (uint32_t)(half & 0x7fffu);
	/* 2^-112 as bits below: the subnormals of f16 become normal by one exact subtraction. */
	float subnormal =
		f32_sub(f32_from_bits(magnitude << 13 | 0x38800000u), f32_from_bits(0x38800000u));
	uint32_t normal = (magnitude << 13) + 0x38000000u;
	uint32_t special = magnitude << 13 | 0x7f800000u;
	uint32_t bits = magnitude < 0x0400u ? f32_bits(subnormal) : normal;

	bits = magnitude < 0x7c00u ? bits : special;
	return f32_from_bits(sign | bits);
}
#endif

/* ---- Elementary functions, rule 8 ---- */

/* 2^n for -126 <= n <= 127. */
KERNEL_FN float f32_power_of_two(int32_t n)
{
	return f32_from_bits((uint32_t)(n + 127) << 23);
}

KERNEL_FN float f32_exp(float x)
{
	const float low = -104.0f, high = 89.0f, to_integer = 0x1.8p23f;
	float clamped = x < low ? low : x;
	float n, r, p, y;
	int32_t whole, half;

	clamped = clamped > high ? high : clamped;
	clamped = x == x ? clamped : 0.0f;
	n = f32_sub(f32_add(f32_mul(clamped, 0x1.715476p+0f), to_integer), to_integer);
	r = f32_fma(n, -0x1.62e4p-1f, clamped); /* ln 2 to 16 bits: n times it is exact */
	r = f32_fma(n, -0x1.7f7d1cp-20f, r);
	p = 0x1.6ac36ap-10f;
	p = f32_fma(p, r, 0x1.123da6p-7f);
	p = f32_fma(p, r, 0x1.555858p-5f);
	p = f32_fma(p, r, 0x1.55548cp-3f);
	p = f32_fma(p, r, 0x1.fffffcp-2f);
	p = f32_fma(p, r, 1.0f);
	p = f32_fma(p, r, 1.0f);
	whole = (int32_t)n;
	half = whole >> 1; /* two steps, so that a subnormal result is rounded once */
	y = f32_mul(f32_mul(p, f32_power_of_two(half)), f32_power_of_two(whole - half));
	y = x > 0x1.62e42ep+6f ? F32_INFINITY : y;
	y = x < -0x1.9fe368p+6f ? 0.0f : y;
	return x == x ? y : x;
}

KERNEL_FN float f32_tanh(float x)
{
	float a = f32_abs(x), z = f32_mul(a, a);
	float p, near, far, far_from, y;

	p = -0x1.750ce2p-8f;
	p = f32_fma(p, z, 0x1.51f8cep-6f);
	p = f32_fma(p, z, -0x1.b835a4p-5f);
	p = f32_fma(p, z, 0x1.1106f6p-3f);
	p = f32_fma(p, z, -0x1.555532p-2f);
	near = f32_fma(f32_mul(p, z), a, a);
	far_from = a > 10.0f ? 10.0f : a;
	far = f32_sub(1.0f, f32_div(2.0f, f32_add(f32_exp(f32_add(far_from, far_from)), 1.0f)));
	y = a < 0.625f ? near : far;
	y = f32_from_bits(f32_bits(y) | (f32_bits(x) & 0x80000000u));
	return x == x ? y : x;
}

KERNEL_FN float f32_erf(float x)
{
	float a = f32_abs(x), z = f32_mul(a, a);
	float t, p, q, near, far, y;

	q = 0x1.4f562cp-14f;
	q = f32_fma(q, z, -0x1.a606c2p-11f);
	q = f32_fma(q, z, 0x1.5449e4p-8f);
	q = f32_fma(q, z, -0x1.b80118p-6f);
	q = f32_fma(q, z, 0x1.ce2d64p-4f);
	q = f32_fma(q, z, -0x1.81274p-2f);
	q = f32_fma(q, z, 0x1.06eba8p-3f);
	near = f32_fma(q, a, a);
	t = a > 4.0f ? 4.0f : a; /* from there on the result is 1 */
	p = -0x1.4924bcp-18f;
	p = f32_fma(p, t, 0x1.7aee2p-15f);
	p = f32_fma(p, t, 0x1.b16deep-15f);
	p = f32_fma(p, t, -0x1.80d09ap-9f);
	p = f32_fma(p, t, 0x1.73a53ep-6f);
	p = f32_fma(p, t, -0x1.af3134p-4f);
	p = f32_fma(p, t, -0x1.457014p-1f);
	p = f32_fma(p, t, -0x1.0746a8p-3f);
	far = f32_sub(1.0f, f32_exp(f32_fma(p, t, -t)));
	y = a > 0x1.d8p-1f ? far : near;
	y = f32_from_bits(f32_bits(y) | (f32_bits(x) & 0x80000000u));
	return x == x ? y : x;
}

/* exp(-|x|), which both branches of the logistic function share. */
KERNEL_FN float f32_exp_of_minus_abs(float x)
{
	return f32_exp(f32_from_bits(f32_bits(x) | 0x80000000u));
}

KERNEL_FN float f32_sigmoid(float x)
{
	float e = f32_exp_of_minus_abs(x);

	return f32_div(x < 0.0f ? e : 1.0f, f32_add(1.0f, e));
}

KERNEL_FN float f32_silu(float x)
{
	float e = f32_exp_of_minus_abs(x);

	return f32_div(f32_mul(x, x < 0.0f ? e : 1.0f), f32_add(1.0f, e));
}

KERNEL_FN float f32_gelu_erf(float x)
{
	float root_half = 0x1.6a09e6p-1f;

	return f32_mul(f32_mul(0.5f, x), f32_add(1.0f, f32_erf(f32_mul(x, root_half))));
}

KERNEL_FN float f32_gelu_tanh(float x)
{
	float root_two_over_pi = 0x1.988454p-1f, cubic = 0x1.6e4e26p-5f;
	float inner = f32_fma(f32_mul(cubic, f32_mul(x, x)), x, x);

	return f32_mul(f32_mul(0.5f, x), f32_add(1.0f, f32_tanh(f32_mul(root_two_over_pi, inner))));
}

/* x > 0 ? x : +0, on the bits: no compiler makes a maximum of it, which has zeros of its own. */
KERNEL_FN float f32_relu(float x)
{
	uint32_t bits = f32_bits(x);

	return f32_from_bits(bits - 1 < 0x7f800000u ? bits : 0);
}

KERNEL_FN float f32_clip(float x, float limit)
{
	return x > limit ? limit : x < -limit ? -limit : x;
}

KERNEL_FN float f32_soft_cap(float x, float cap)
{
	return f32_mul(f32_tanh(f32_div(x, cap)), cap);
}

#endif
